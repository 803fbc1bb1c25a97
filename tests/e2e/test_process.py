"""The program among others: signals, reload, the service manager's sockets and notices, logs."""
import json
import os
import re
import signal
import socket
import threading
import time

from acme_client import Client
from lab import wait_until


def test_sigterm_answers_what_is_open(lab):
    server = lab.server()
    clients = [Client(server) for _ in range(4)]
    for client in clients:
        client.register()
    failures, answered, stopping = [], [], threading.Event()

    def load(client):
        try:
            while True:
                answer = client.post(client.directory["newOrder"], {"identifiers": [{"type": "dns", "value": "a.lab.example"}]})
                assert answer.status in (201, 503), answer.body
                if answer.status == 201:
                    answered.append(answer.location())
        except OSError:
            if not stopping.is_set():
                failures.append("a connection broke before the server was asked to stop")
        except Exception as trouble:    # half an answer is one, too
            if "RemoteDisconnected" not in repr(trouble) and "NotConnected" not in repr(trouble):
                failures.append(repr(trouble))

    threads = [threading.Thread(target=load, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(answered) > 50, what="some orders")
    stopping.set()
    assert server.stop() == 0
    for thread in threads:
        thread.join()
    assert not failures, failures

    # All that was answered is there.
    server.start()
    reader = Client(server)
    for client in clients:
        client.close()
    listed = set()
    for client in clients:
        url = client.post(client.kid).json()["orders"]
        while url:
            page = client.post(url)
            listed |= set(page.json()["orders"])
            url = next(iter(page.links("next")), None)
    assert set(answered) <= listed, f"{len(set(answered) - listed)} acknowledged orders are gone"
    reader.close()


def test_sigterm_does_not_wait_for_idle_connections(lab):
    server = lab.server()
    idle = [server.connect() for _ in range(5)]
    start = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - start < 3 * lab.patience, "an idle connection held the shutdown up"
    for tls in idle:
        tls.close()


def test_sigterm_waits_so_long_and_no_longer(lab):
    server = lab.server()
    half = server.connect()
    half.sendall(b"GET /acme/direc")
    assert server.stop(20) == 0
    half.close()


def test_sigint_ends_it_too(lab):
    server = lab.server()
    server.signal(signal.SIGINT)
    assert server.wait() == 0


def test_reload(lab):
    server = lab.server({"accounts": {"terms_of_service": "https://lab.example/1"}})
    client = Client(server)

    def terms():
        return client.get(server.directory).json()["meta"]["termsOfService"]

    assert terms() == "https://lab.example/1"
    server.config["accounts"]["terms_of_service"] = "https://lab.example/2"
    server.write_config()
    server.signal(signal.SIGHUP)
    wait_until(lambda: terms() == "https://lab.example/2", what="the new configuration")

    # A broken file changes nothing and says so, with file, line and key.
    (server.folder / "countersign.yaml").write_text("accounts:\n  terms_of_service: nonsense\n")
    server.signal(signal.SIGHUP)
    wait_until(lambda: "reload_failed" in server.log(), what="a word about the broken file")
    line = next(line for line in server.log().splitlines() if "reload_failed" in line)
    assert "countersign.yaml:2" in line and "terms_of_service" in line, line
    assert terms() == "https://lab.example/2"
    client.register()

    # What a reload cannot change is said, too, or done.
    server.config["accounts"]["terms_of_service"] = "https://lab.example/3"
    server.write_config()
    server.signal(signal.SIGHUP)
    wait_until(lambda: terms() == "https://lab.example/3", what="the mended configuration")


def test_reload_under_load(lab):
    server = lab.server()
    done = threading.Event()

    def reload():
        while not done.is_set():
            server.signal(signal.SIGHUP)
            time.sleep(0.02)

    thread = threading.Thread(target=reload)
    thread.start()
    try:
        client = Client(server)
        client.register()
        for i in range(30):
            client.new_order([f"n{i}.lab.example"]).obtain(lab.web)
    finally:
        done.set()
        thread.join()
    assert "reload_failed" not in server.log()


def test_log_level_is_reloaded(lab):
    server = lab.server({"log": {"level": "error"}})
    client = Client(server)
    client.get(server.directory)
    assert " info " not in server.log(), server.log()
    server.config["log"] = {"level": "debug"}
    server.write_config()
    server.signal(signal.SIGHUP)
    wait_until(lambda: client.get(server.directory) and " info request " in server.log(), what="requests in the log")


def test_json_log(lab):
    server = lab.server({"log": {"format": "json", "level": "debug"}})
    client = Client(server)
    client.register(contact=["mailto:a@lab.example"])
    client.new_order(["www.lab.example"]).obtain(lab.web)
    client.get(server.url + '/acme/"quoted"%22', is_acme=False)
    assert server.stop() == 0
    lines = [json.loads(line) for line in server.log().splitlines()]
    for line in lines:
        assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", line["time"]) and line["level"] and line["event"], line
    assert {"serving", "request", "order_issued", "stopped"} <= {line["event"] for line in lines}


def test_a_client_cannot_write_log_lines(lab):
    server = lab.server()
    client = Client(server)
    for path in ("/acme/%0a2026-01-01T00:00:00Z%20error%20forged", "/acme/x?%0d%0aforged"):
        client.get(server.url + path, is_acme=False)
    client.post(client.directory["newAccount"], {"contact": ["mailto:a@b.example\n2026 error forged"]}, by_key=True)
    client.register()
    client.post(client.directory["newOrder"], {"identifiers": [{"type": "dns", "value": "a\n2026-01-01 error forged"}]})
    for line in server.log().splitlines():
        assert re.match(r"\d{4}-\d\d-\d\dT[\d:.]+Z (debug|info|warning|error) ", line), line
        assert "\x1b" not in line


def test_socket_activation(lab):
    """A listening socket that the service manager has opened: inherited as descriptor 3 (sd_listen_fds(3))."""
    config = lab.config()
    port = int(config["external_url"].rsplit(":", 1)[1])
    config["listen"]["acme"] = "127.0.0.1:1"    # not to be used
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(64)
        # LISTEN_PID must be the server's own: the shell becomes it.
        wrapper = ["/bin/sh", "-c", f'exec 3<&{listener.fileno()}; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"', "sh"]
        server = lab.server(config, wrapper=wrapper, start=False)
        server.start(pass_fds=[listener.fileno()])
        client = Client(server)
        client.register()
        client.new_order(["www.lab.example"]).obtain(lab.web)
        assert server.stop() == 0
        # The socket was the manager's and still listens: a request during the restart waits and is answered.
        waiting = socket.create_connection(("127.0.0.1", port), timeout=10)
        server.start(pass_fds=[listener.fileno()])
        with server.tls_context().wrap_socket(waiting, server_hostname="localhost") as tls:
            tls.sendall(f"GET /acme/directory HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n".encode())
            assert tls.recv(100).startswith(b"HTTP/1.1 200")


def test_notices_for_the_service_manager(lab):
    path = f"\0countersign-e2e-{os.getpid()}"    # an abstract socket: paths may be too long
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        manager.settimeout(10 * lab.patience)
        server = lab.server(start=False, environment={"NOTIFY_SOCKET": "@" + path[1:]})
        server.launch()

        def notice(word):
            while True:
                said = manager.recv(4096).decode()
                lab.note(said)
                if word in said.splitlines():
                    return

        notice("READY=1")
        assert server.answers(), "it said READY before it answered"
        server.signal(signal.SIGHUP)
        notice("RELOADING=1")
        notice("READY=1")
        server.signal(signal.SIGTERM)
        notice("STOPPING=1")
        assert server.wait() == 0


def test_half_a_request_does_not_hold_up_the_end(lab):
    server = lab.server()
    client = Client(server)
    client.register()
    halves = [server.connect() for _ in range(8)]
    for half in halves:
        half.sendall(b"POST /acme/new-order HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n{")
    # Work that is with the store, or on its way to it, when the end comes.
    orders = [client.new_order([f"n{n}.lab.example"]) for n in range(20)]
    for order in orders:
        order.answer_challenges(lab.web)
    before = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - before < 8 * lab.patience
    assert "connections_cut" in server.log()
    server.start()
    for order in orders:
        order.wait("ready")
