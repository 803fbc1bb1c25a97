"""A full disk: writes are refused with 503 and Retry-After, reads go on, and freed space is all that it takes to recover."""
import os
import time

from acme_client import Client
from lab import wait_until


def start_on_a_small_disk(lab, size):
    """A server whose data stand on a tmpfs in its own mount namespace; its files are reached through /proc."""
    server = lab.server(start=False)
    server.data.mkdir(parents=True, mode=0o700)
    script = lab.folder / "namespace"
    script.write_text(f'#!/bin/sh -e\nmount -t tmpfs -o size={size},mode=700 none "{server.data}"\nexec "$@"\n')
    script.chmod(0o755)
    server.wrapper = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"]), str(script)]
    server.launch()
    inside = lab.folder / "inside"
    target = f"/proc/{server.process.pid}/root{server.data}"
    os.symlink(target, inside)
    server.ca = inside / "ca.pem"
    wait_until(lambda: server.ca.exists() and server.answers(), 15 * lab.patience, "the server on its small disk")
    return server, inside


def fill(inside):
    """Takes what is left of the disk; the file's path."""
    filler = inside / "filler"
    with open(filler, "wb", buffering=0) as file:
        for size in (65536, 4096, 512, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return filler


def newcomer_refused(server):
    """Somebody whose account cannot be made: an account takes less than an order, so a few may still be."""
    for _ in range(200):
        new = Client(server)
        answer = new.post(new.directory["newAccount"], {}, by_key=True)
        if answer.status != 201:
            answer.refused(503, "serverInternal")
            return new
    raise AssertionError("the disk was not full")


def test_full_disk(lab):
    server, inside = start_on_a_small_disk(lab, "4m")
    client = Client(server)
    client.register()
    kept = client.new_order(["kept.lab.example"])
    kept.obtain(lab.web)
    pending = client.new_order(["pending.lab.example"])

    for turn in range(2):
        lab.note(f"turn {turn}")
        filler = fill(inside)
        refused = 0
        for i in range(200):    # what was allocated already may take a few more
            answer = client.post(client.directory["newOrder"], {"identifiers": [{"type": "dns", "value": f"n{i}.lab.example"}]})
            if answer.status == 503:
                answer.refused(503, "serverInternal")
                assert answer.retry_after() > 0
                refused += 1
                if refused == 20:
                    break
            else:
                answer.ok(201)
        assert refused == 20, "the disk was not full"
        new = newcomer_refused(server)

        # Reads go on.
        assert kept.refresh()["status"] == "valid" and kept.download()
        assert pending.refresh()["status"] == "pending"
        client.post(client.kid).ok()
        client.get(server.directory).ok()
        assert server.process.poll() is None

        # Space, and it works again, without a restart.
        filler.unlink()
        wait_until(lambda: new.post(new.directory["newAccount"], {}, by_key=True).status == 201, 10, "recovery")
        client.new_order([f"after{turn}.lab.example"]).obtain(lab.web)
    pending.obtain(lab.web)
    assert server.stop() == 0


def test_disk_full_between_answering_a_challenge_and_its_result(lab):
    """The flow's result cannot be written at first; nothing is lost, the order goes on when there is space."""
    server, inside = start_on_a_small_disk(lab, "4m")
    client = Client(server)
    client.register()
    order = client.new_order(["www.lab.example"])
    (_, challenge), = order.challenges()
    key = f"{challenge['token']}.{client.key.thumbprint}"
    state = {}

    def answer(handler):
        if not state:
            state["filler"] = fill(inside)    # just before the validation ends
        handler.answer(200, key.encode())

    lab.web.files["/.well-known/acme-challenge/" + challenge["token"]] = answer
    client.post(challenge["url"], {})
    wait_until(lambda: state, what="the validation")
    time.sleep(1)
    assert order.refresh()["status"] in ("pending", "ready")
    state["filler"].unlink()
    order.wait("ready", seconds=60)
    order.obtain(lab.web)
