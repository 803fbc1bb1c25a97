"""A database that must not be used: the server says why, ends with a status that is not 0, and changes nothing."""
import hashlib
import os
import sqlite3

from acme_client import Client


def used(lab):
    """A server that has worked and was stopped; its database holds an account."""
    server = lab.server()
    client = Client(server)
    client.register()
    client.new_order(["www.lab.example"]).obtain(lab.web)
    assert server.stop() == 0
    return server, client


def digests(server):
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in server.data.rglob("*") if file.is_file()}


def refuses(server, *words):
    """It does not start, says so with these words, and every file is as it was (SQLite may have made its empty -wal and
    -shm beside it)."""
    before = digests(server)
    server.log_file.unlink(missing_ok=True)
    server.launch()
    status = server.wait()
    assert status not in (0, -6, -11), f"status {status}:\n{server.log()}"
    for word in words:
        assert word in server.log().lower(), f"'{word}' is not in: {server.log()}"
    after = digests(server)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert not changed - {"countersign.db-wal", "countersign.db-shm"}, changed
    for name in changed & {"countersign.db-wal"}:
        assert (server.data / name).stat().st_size == 0, f"something was written to {name}"


def change(server, *statements):
    with sqlite3.connect(server.database) as db:
        for statement in statements:
            db.execute(statement)
    db.close()


def test_newer_schema(lab):
    server, client = used(lab)
    change(server, "INSERT INTO schema_version (version) VALUES (999)")
    refuses(server, "newer", "999")
    change(server, "DELETE FROM schema_version WHERE version = 999")
    server.start()
    client.close()
    client.post(client.kid).ok()


def test_no_database_at_all(lab):
    server, _ = used(lab)
    server.database.write_bytes(b"this is no database, but somebody's only copy of something" * 100)
    refuses(server, "countersign.db cannot be used: file is not a database")


def test_another_programs_database(lab):
    server, _ = used(lab)
    server.database.unlink()
    change(server, "CREATE TABLE notes (text TEXT)")
    server.database.chmod(0o644)
    refuses(server, "the database is not countersign's")
    assert server.database.stat().st_mode & 0o777 == 0o644


def test_a_table_is_missing(lab):
    server, _ = used(lab)
    change(server, "DROP TABLE crl")
    server.log_file.unlink(missing_ok=True)
    server.launch()
    assert server.wait() not in (0, -6, -11)
    assert "is damaged: a table is missing" in server.log() and "no such table: crl" in server.log(), server.log()


def test_killed_and_then_damaged(lab):
    """What only the log holds is not silently lost when the file beside it, or the log itself, is damaged."""
    server = lab.server({"workers": 1})
    client = Client(server)
    client.register()
    for i in range(20):
        client.new_order([f"n{i}.lab.example"])
    server.kill()
    log = server.database.with_name("countersign.db-wal")
    good_db, good_log = server.database.read_bytes(), log.read_bytes()
    flipped = bytearray(good_log)
    flipped[len(good_log) // 2] ^= 1
    damages = {
        "an empty file": (b"", good_log, "is missing or empty"),
        "no file": (None, good_log, "is missing or empty"),
        "a log of rubbish": (good_db, b"x" * 5000, "the header of its log"),
        "one bit in the log": (good_db, bytes(flipped), "in the middle"),
    }
    for name, (db, wal, words) in damages.items():
        lab.note(name)
        server.database.unlink(missing_ok=True)
        if db is not None:
            server.database.write_bytes(db)
        log.write_bytes(wal)
        refuses_untouched(server, words)
    server.database.write_bytes(good_db)
    log.write_bytes(good_log[:-100])    # a torn end is what a power cut leaves
    server.start()
    client.close()
    client.nonces = []
    client.post(client.kid).ok()


def refuses_untouched(server, words):
    before = digests(server)
    server.log_file.unlink(missing_ok=True)
    server.launch()
    assert server.wait() not in (0, -6, -11), server.log()
    assert words in server.log(), f"'{words}' is not in: {server.log()}"
    assert digests(server) == before


def test_in_use_by_another_server(lab):
    first = lab.server()
    second = lab.server(start=False, folder=lab.folder / "second")
    second.config["store"] = f"sqlite:{first.database}"
    second.launch()
    assert second.wait() not in (0, -6, -11)
    assert "in use by another process" in second.log(), second.log()
    client = Client(first)
    client.register()
    client.new_order(["www.lab.example"]).obtain(lab.web)


def test_locked_by_another_program(lab):
    server, _ = used(lab)
    holder = sqlite3.connect(server.database, isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    server.log_file.unlink(missing_ok=True)
    server.launch()
    assert server.wait(30) not in (0, -6, -11)
    assert "locked" in server.log() or "in use" in server.log(), server.log()
    holder.rollback()
    holder.close()
    server.start()


def in_namespace(lab, server, script):
    """The server's wrapper: a mount namespace of its own, where `script` has been run."""
    file = lab.folder / "namespace"
    file.write_text(f'#!/bin/sh -e\n{script}\nexec "$@"\n')
    file.chmod(0o755)
    server.wrapper = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"]), str(file)]


def test_read_only(lab):
    """Permissions do not bind root, so the folder is mounted read-only."""
    server, _ = used(lab)
    in_namespace(lab, server, f'mount --bind "{server.data}" "{server.data}"\nmount -o remount,bind,ro "{server.data}"')
    refuses(server, "read-only", "countersign.db")
    server.wrapper = []
    server.start()


def test_no_folder(lab):
    server = lab.server(start=False)
    server.config["store"] = "sqlite:./nowhere/countersign.db"
    server.launch()
    assert server.wait() not in (0, -6, -11)
    assert "nowhere/countersign.db" in server.log() and "make the folder first" in server.log(), server.log()


def test_damaged(lab):
    server, client = used(lab)
    good = server.database.read_bytes()
    size = len(good)
    damages = {
        "the first page": good[:100] + bytes(4000) + good[4100:],
        "no header": b"\0" * 100 + good[100:],
        "the middle": good[:size // 2] + os.urandom(4096) + good[size // 2 + 4096:],
        "the end is missing": good[:size - 8192],
        "every page a little": b"".join(good[i:i + 2000] + b"\xff" * 8 + good[i + 2008:i + 4096] for i in range(0, size, 4096)),
    }
    for name, data in damages.items():
        lab.note(name)
        for leftover in server.data.glob("countersign.db-*"):
            leftover.unlink()
        server.database.write_bytes(data)
        refuses(server, "countersign.db")
    server.database.write_bytes(good)
    server.start()
    client.close()
    client.post(client.kid).ok()


def test_damaged_keys_of_the_embedded_authority(lab):
    server, client = used(lab)
    for file in (server.data / "ca" / "issuing.key", server.data / "ca" / "issuing.pem", server.data / "ca" / "root.pem"):
        good = file.read_bytes()
        for name, data in {"empty": b"", "cut off": good[:len(good) // 2], "rubbish": b"x" * 200}.items():
            lab.note(f"{file.name}: {name}")
            file.write_bytes(data)
            refuses(server, file.name)
        file.write_bytes(good)
    server.start()
    client.close()
    client.post(client.kid).ok()
