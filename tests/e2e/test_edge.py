"""The HTTP edge: what HTTP forbids is refused before any work, by an answer and a closed connection (RFC 9112)."""
import json
import re
import socket
import ssl
import threading
import time

from acme_client import Client, in_threads


class Reply:
    def __init__(self, data):
        head, _, rest = data.partition(b"\r\n\r\n")
        self.head = head.decode("latin-1")
        match = re.match(r"HTTP/1\.1 (\d{3})( |$)", self.head)
        self.status = int(match[1]) if match else None
        length = re.search(r"\r\ncontent-length: *(\d+)", self.head, re.I)
        self.body = rest[:int(length[1])] if length else rest
        self.rest = rest[len(self.body):]


def exchange(server, data, half_close=False, timeout=5):
    """Sends bytes, and reads until the server closes or is silent; (all that came, was it closed?)."""
    with server.connect(timeout) as tls:
        try:
            tls.sendall(data)
        except OSError:
            pass    # it may have closed before all was sent
        received, closed = b"", False
        tls.settimeout(timeout)
        while True:
            try:
                part = tls.recv(65536)
            except (socket.timeout, TimeoutError):
                break
            except (ssl.SSLError, OSError):
                closed = True
                break
            if not part:
                closed = True
                break
            received += part
            reply = Reply(received)
            if reply.status and reply.status < 400 and len(reply.body) == len(received.partition(b"\r\n\r\n")[2]):
                tls.settimeout(0.3)    # whole: is there more?
        return received, closed


def refused(server, data, *statuses):
    """The bytes bring exactly one answer, an error, and the end of the connection."""
    received, closed = exchange(server, data)
    reply = Reply(received)
    assert reply.status in statuses, f"{data[:120]!r}: {received[:300]!r}"
    assert closed, f"{data[:120]!r}: the connection stayed open after {reply.status}"
    assert not reply.rest, f"{data[:120]!r}: a second answer: {reply.rest[:200]!r}"
    assert "application/problem+json" in reply.head, reply.head
    problem = json.loads(reply.body)
    assert problem["status"] == reply.status and len(problem["detail"]) > 10, problem


def served(server, data, status=200):
    received, _ = exchange(server, data)
    assert Reply(received).status == status, f"{data[:120]!r}: {received[:300]!r}"
    return Reply(received)


def get(server, *headers, path="/acme/directory", version="HTTP/1.1", host=True, method="GET"):
    lines = [f"{method} {path} {version}"] + ([f"Host: localhost:{server.port}"] if host else []) + list(headers)
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def post(server, *headers, body=b"{}"):
    return get(server, "Content-Type: application/jose+json", *headers, path="/acme/new-account", method="POST") + body


def test_framing(lab):
    server = lab.server()
    chunked = b"2\r\n{}\r\n0\r\n\r\n"
    cases = {
        "Content-Length and chunked": post(server, "Content-Length: 2", "Transfer-Encoding: chunked", body=chunked),
        "gzip, chunked": post(server, "Transfer-Encoding: gzip, chunked", body=chunked),
        "chunked, gzip": post(server, "Transfer-Encoding: chunked, gzip", body=chunked),
        "chunked twice": post(server, "Transfer-Encoding: chunked, chunked", body=chunked),
        "two Transfer-Encoding": post(server, "Transfer-Encoding: chunked", "Transfer-Encoding: chunked", body=chunked),
        "identity": post(server, "Transfer-Encoding: identity", "Content-Length: 2"),
        "xchunked": post(server, "Transfer-Encoding: xchunked", body=chunked),
        "two different Content-Length": post(server, "Content-Length: 3", "Content-Length: 5", body=b"abcGE"),
        "two equal Content-Length": post(server, "Content-Length: 2", "Content-Length: 2"),
        "a list of lengths": post(server, "Content-Length: 2, 2"),
        "a plus": post(server, "Content-Length: +2"),
        "a minus": post(server, "Content-Length: -2"),
        "hexadecimal": post(server, "Content-Length: 0x2"),
        "an empty length": post(server, "Content-Length: "),
        "2^63": post(server, "Content-Length: 9223372036854775808"),
        "2^64 + 2": post(server, "Content-Length: 18446744073709551618"),
        "chunk size 0x2": post(server, "Transfer-Encoding: chunked", body=b"0x2\r\n{}\r\n0\r\n\r\n"),
        "chunk size +2": post(server, "Transfer-Encoding: chunked", body=b"+2\r\n{}\r\n0\r\n\r\n"),
        "chunk size with a space": post(server, "Transfer-Encoding: chunked", body=b"2 \r\n{}\r\n0\r\n\r\n"),
        "chunk size of 17 digits": post(server, "Transfer-Encoding: chunked", body=b"10000000000000002\r\n{}\r\n0\r\n\r\n"),
        "a negative chunk": post(server, "Transfer-Encoding: chunked", body=b"-2\r\n{}\r\n0\r\n\r\n"),
        "chunk ended by LF": post(server, "Transfer-Encoding: chunked", body=b"2\n{}\n0\n\n"),
        "chunk longer than it says": post(server, "Transfer-Encoding: chunked", body=b"1\r\n{}\r\n0\r\n\r\n"),
        "chunk extension": post(server, "Transfer-Encoding: chunked", body=b"2;x=y\r\n{}\r\n0\r\n\r\n"),
        "GET with a body": get(server, "Content-Length: 2") + b"{}",
        "chunked in HTTP/1.0": post(server, "Transfer-Encoding: chunked", body=chunked).replace(b"HTTP/1.1", b"HTTP/1.0"),
    }
    for name, data in cases.items():
        lab.note(name)
        refused(server, data, 400, 411, 413, 501)


def test_header_lines(lab):
    server = lab.server()
    plain = get(server, "X-A: v")
    cases = {
        "empty name": get(server, ": v"), "space before the colon": get(server, "X-A : v"),
        "tab before the colon": get(server, "X-A\t: v"), "space in the name": get(server, "X A: v"),
        "no colon": get(server, "nonsense"), "a name of odd characters": get(server, "X(A): v"),
        "space before the first header": plain.replace(b"Host", b" Host"),
        "folded": get(server, "X-A: v\r\n w"), "folded by a tab": get(server, "X-A: v\r\n\tw"),
        "LF ends lines": plain.replace(b"\r\n", b"\n"), "one LF": plain.replace(b"X-A: v\r\n", b"X-A: v\n"),
        "bare CR": get(server, "X-A: v\rw"), "NUL in a value": get(server, "X-A: v\0w"),
        "DEL in a value": get(server, "X-A: v\x7fw"), "escape in a value": get(server, "X-A: v\x1bw"),
        "NUL in a name": get(server, "X\0A: v"),
        "no Host": get(server, host=False), "two Hosts": get(server, "Host: elsewhere.example"),
        "the same Host twice": get(server, f"Host: localhost:{server.port}"),
        "empty Host": get(server, "Host: ", host=False), "two names in Host": get(server, "Host: a b", host=False),
        "Host with a path": get(server, "Host: localhost/x", host=False),
        "Host with a user": get(server, "Host: a@localhost", host=False),
        "two Content-Types": post(server, "Content-Type: text/plain", "Content-Length: 2"),
    }
    for name, data in cases.items():
        lab.note(name)
        refused(server, data, 400)
    served(server, plain)
    served(server, get(server, "x-a:v", "X-B:", "X-C: \t v \t ", "X-D: caf\xe9"))


def test_request_lines(lab):
    server = lab.server()
    plain = get(server)
    cases = {
        "HTTP/1.9": get(server, version="HTTP/1.9"), "HTTP/2.0": get(server, version="HTTP/2.0"),
        "HTTP/0.9": b"GET /acme/directory\r\n\r\n", "http in lower case": get(server, version="http/1.1"),
        "HTTP/1.10": get(server, version="HTTP/1.10"), "HTTP/11": get(server, version="HTTP/11"),
        "no version": get(server, version=""), "rubbish after it": get(server, version="HTTP/1.1 x"),
        "two spaces": plain.replace(b"GET ", b"GET  "), "a tab": plain.replace(b"GET ", b"GET\t"),
        "space in the target": get(server, path="/acme/direc tory"), "NUL in the target": get(server, path="/acme/\0"),
        "%00": get(server, path="/acme/directory%00"), "broken escape": get(server, path="/acme/%zz"),
        "absolute form": get(server, path="http://elsewhere.example/acme/directory"),
        "absolute form of our own": get(server, path=server.directory),
        "authority form": get(server, path=f"localhost:{server.port}"), "asterisk": get(server, path="*"),
        "no slash": get(server, path="acme/directory"), "fragment": get(server, path="/acme/directory#x"),
        "8-bit": get(server, path="/acme/\xe9"), "CONNECT": get(server, method="CONNECT", path=f"localhost:{server.port}"),
        "TRACE": get(server, method="TRACE"), "a made-up method": get(server, method="FROBNICATE"),
        "lower case method": get(server, method="get"), "a method of odd characters": get(server, method="G(T"),
        "empty method": plain.replace(b"GET ", b" "), "no TLS inside TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\r\n\r\n",
    }
    for name, data in cases.items():
        lab.note(name)
        refused(server, data, 400, 501, 505)
    served(server, b"\r\n" + plain)    # one empty line before it is to be skipped (RFC 9112, 2.2)


def test_limits(lab):
    server = lab.server()
    refused(server, get(server, path="/" + "a" * 1_000_000), 414, 431, 400)
    refused(server, get(server, "X-A: " + "a" * 1_000_000), 431, 400)
    refused(server, get(server, *[f"X-{i}: v" for i in range(50_000)]), 431, 400)
    refused(server, get(server, *[f"X-{i}: v" for i in range(200)]), 431, 400)
    refused(server, post(server, "Content-Length: 1000000"), 413)    # not after it has all come
    refused(server, post(server, "Transfer-Encoding: chunked", body=b"ffff\r\n" + b"a" * 0xffff + b"\r\n1000\r\n" + b"a" * 0x1000), 413)
    served(server, get(server, "X-A: " + "a" * 4000))


def test_what_is_legal_is_served(lab):
    server = lab.server()
    client = Client(server)
    body = json.dumps(client.jws(client.directory["newAccount"], {}, by_key=True)).encode()
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(body[i:i + 100]), body[i:i + 100]) for i in range(0, len(body), 100))
    served(server, post(server, "Transfer-Encoding: chunked", body=chunks + b"0\r\n\r\n"), 201)    # HAProxy
    served(server, get(server, version="HTTP/1.0"))
    served(server, get(server, "Connection: TE, close", "TE: trailers", "Accept-Language: en"))    # lacme
    served(server, get(server, path="/ca.pem?x=y"))

    # Expect: 100-continue, as curl sends it.
    body = json.dumps(client.jws(client.directory["newAccount"], {}, by_key=True)).encode()
    with server.connect(5) as tls:
        tls.sendall(post(server, f"Content-Length: {len(body)}", "Expect: 100-continue", body=b""))
        assert tls.recv(1000).startswith(b"HTTP/1.1 100 "), "no 100 Continue"
        tls.sendall(body)
        assert Reply(tls.recv(65536)).status == 200
    refused(server, post(server, "Content-Length: 2", "Expect: miracles", body=b""), 417)


def test_a_request_byte_by_byte(lab):
    server = lab.server()
    client = Client(server)
    body = json.dumps(client.jws(client.directory["newAccount"], {}, by_key=True)).encode()
    with server.connect() as tls:
        for byte in post(server, f"Content-Length: {len(body)}", body=body):
            tls.send(bytes([byte]))
        assert Reply(tls.recv(65536)).status == 201


def test_pipelined_requests_are_answered_in_order(lab):
    server = lab.server()
    first, last = get(server), get(server, "Connection: close", path="/acme/nothing")
    received, closed = exchange(server, first + get(server, path="/ca.pem") + last)
    assert re.findall(rb"HTTP/1\.1 (\d+)", received) == [b"200", b"200", b"404"] and closed, received


def test_slow_clients_are_let_go(lab):
    server = lab.server({"limits": {"request_timeout": "1s", "idle_timeout": "2s"}})

    def ends_within(seconds, data, drip=b""):
        start = time.monotonic()
        with server.connect(seconds + 5) as tls:
            tls.sendall(data)
            tls.settimeout(0.2)
            while time.monotonic() - start < seconds:
                try:
                    if drip:
                        tls.sendall(drip)
                    if not tls.recv(65536):
                        return
                except TimeoutError:
                    continue
                except (ssl.SSLError, OSError):
                    return
        raise AssertionError(f"still open after {seconds} s: {data[:60]!r}")

    wait = 6 * lab.patience
    ends_within(wait, b"GET /acme/dir")
    ends_within(wait, b"GET /acme/directory HTTP/1.1\r\n", b"X-A: v\r\n")
    ends_within(wait, post(server, "Content-Length: 1000"), b"a")
    ends_within(wait, get(server))    # idle after its answer
    ends_within(wait, b"")
    # And one that never finishes its handshake.
    start = time.monotonic()
    with server.connect_plain(wait + 5) as raw:
        raw.sendall(b"\x16\x03\x01")
        raw.settimeout(wait)
        try:
            assert raw.recv(100) == b"", "an answer to half a handshake"
        except ConnectionResetError:
            pass
    assert time.monotonic() - start < wait
    Client(server).get(server.directory).ok()


def test_more_connections_than_allowed(lab):
    server = lab.server({"workers": 1, "limits": {"connections": 20}})
    held = [server.connect() for _ in range(20)]
    for tls in held:
        tls.sendall(b"GET /acme/direc")    # none of them is idle
    for _ in range(30):    # refused at the door
        try:
            with server.connect(2):
                pass
        except OSError:
            pass
    for tls in held:
        tls.close()
    deadline = time.monotonic() + 10
    while not server.answers():
        assert time.monotonic() < deadline, "the places were not given back"


def test_rubbish_does_not_disturb_the_others(lab):
    server = lab.server()
    done = threading.Event()

    def rubbish(seed):
        if seed == 0:
            client = Client(server)
            for _ in range(20):
                client.get(server.directory).ok()
                Client(server).register()
            done.set()
            return
        noise = bytes((seed * 7919 + i * i) & 255 for i in range(3000))
        while not done.is_set():
            with server.connect_plain() as raw:
                raw.sendall(noise)
            try:
                with server.connect(5) as tls:
                    tls.sendall(noise)
                    tls.recv(100)
            except OSError:
                pass

    in_threads(4, rubbish)
