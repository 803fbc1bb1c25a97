"""http-01 as a CA does it (RFC 8555, 8.3): what proves a name, what does not, and what the server never connects to."""
import ssl
import time

from acme_client import URN, Client
from lab import Web, free_port

PREFIX = "/.well-known/acme-challenge/"


ANEW = [{"name": "default", "authorization_reuse": 0}]    # one name is proven in many ways


def registered(lab, **config):
    client = Client(lab.server({"profiles": ANEW, **config}))
    client.register()
    return client


class Attempt:
    """An order for a name whose challenge has been answered, after prepare(token, key authorization) set the scene."""

    def __init__(self, client, name, prepare):
        self.client, self.name = client, name
        self.order = client.new_order([name])
        (self.url, challenge), = self.order.challenges()
        prepare(challenge["token"], f"{challenge['token']}.{client.key.thumbprint}")
        client.post(challenge["url"], {}).ok()

    def end(self):
        """The authorization as it was decided, and its challenge's error."""
        end = time.monotonic() + 60 * self.client.server.lab.patience
        while True:
            body = self.client.post(self.url).ok().json()
            if body["status"] != "pending":
                break
            assert time.monotonic() < end, f"no decision: {body}"
            time.sleep(0.1)
        status = self.order.refresh()["status"]
        assert (body["status"], status) in (("valid", "ready"), ("invalid", "invalid")), (body, self.order.body)
        challenge = next(c for c in body["challenges"] if c["type"] == "http-01")
        assert challenge["status"] == body["status"], body
        return body, challenge.get("error")


def proves(client, name, prepare):
    body, _ = Attempt(client, name, prepare).end()
    assert body["status"] == "valid", f"{name}: {body}"


def fails(client, name, prepare, *kinds, word=""):
    return all_fail(client, name, {name: prepare}, *kinds, word=word)[name]


def all_fail(client, name, scenes, *kinds, word=""):
    """Each scene ends in an invalid authorization with an error of one of the kinds. Tried at the same time, since the
    server takes another look or two before it gives up. Returns the errors."""
    attempts = {title: Attempt(client, name.replace("*", f"n{i}"), prepare)
                for i, (title, prepare) in enumerate(scenes.items())}
    errors = {}
    for title, attempt in attempts.items():
        body, error = attempt.end()
        client.server.lab.note(f"{title}: {error}")
        assert body["status"] == "invalid" and error, f"{title}: {body}"
        assert error["type"].removeprefix(URN) in kinds, f"{title}: {error}"
        assert word in error["detail"] and len(error["detail"]) < 500, f"{title}: {error}"
        errors[title] = error
    return errors


def test_bodies(lab):
    client = registered(lab)
    put = lab.web.files.__setitem__

    proves(client, "exact.lab.example", lambda t, k: put(PREFIX + t, k.encode()))
    for end in (b"\n", b"\r\n", b" \t\r\n\n"):
        proves(client, "end.lab.example", lambda t, k: put(PREFIX + t, k.encode() + end))
    wrong = {
        "the token alone": lambda t, k: t.encode(), "something before": lambda t, k: b" " + k.encode(),
        "something after": lambda t, k: k.encode() + b"x", "a NUL after": lambda t, k: k.encode() + b"\0",
        "capitals": lambda t, k: k.upper().encode(), "nothing": lambda t, k: b"",
        "another's thumbprint": lambda t, k: (t + "." + "A" * 43).encode(),
        "a page": lambda t, k: b"<html>" + b"x" * 100_000, "key first, then a lot": lambda t, k: k.encode() + b"x" * 1_000_000,
        "white space first": lambda t, k: b"\n" * 5000 + k.encode(),
    }
    def showing(make):
        return lambda t, k: put(PREFIX + t, make(t, k))

    scenes = {name: showing(make) for name, make in wrong.items()}
    scenes["odd characters"] = lambda t, k: put(PREFIX + t, b"<script>\x1b[31m\xff" + b"secret " * 1000)
    errors = all_fail(client, "*.lab.example", scenes, "unauthorized", "incorrectResponse")
    assert "\x1b" not in errors["odd characters"]["detail"]


def test_statuses(lab):
    client = registered(lab)

    def answering(status, **headers):
        def prepare(token, key):
            lab.web.files[PREFIX + token] = lambda handler: handler.answer(status, key.encode(), **headers)
        return prepare

    proves(client, "ok.lab.example", answering(200, Content_Type="text/html"))
    all_fail(client, "*.lab.example", {status: answering(status) for status in (403, 404, 500, 503, 300, 304, 305)},
             "unauthorized", "incorrectResponse", "connection")
    fails(client, "absent.lab.example", lambda t, k: None, "unauthorized", "incorrectResponse", word="404")


def test_redirects(lab):
    client = registered(lab)

    def to(location, status=302):
        def prepare(token, key):
            target = location.replace("TOKEN", token)
            lab.web.files[PREFIX + token] = lambda handler: handler.answer(status, Location=target)
            lab.web.files["/elsewhere/" + token] = key.encode()
        return prepare

    port = lab.http_port
    for status in (301, 302, 307, 308):
        proves(client, "moved.lab.example", to("/elsewhere/TOKEN", status))
    proves(client, "moved.lab.example", to(f"http://other.lab.example:{port}/elsewhere/TOKEN"))
    # 303, other ports, other schemes, addresses that are not to be asked, no end.
    wrong = {
        "303": to("/elsewhere/TOKEN", 303), "another port": to("http://other.lab.example:9/elsewhere/TOKEN"),
        "a file": to("file:///etc/passwd"), "gopher": to("gopher://other.lab.example/"), "rubbish": to("http://[::1/"),
        "a private address": to(f"http://private.example:{port}/elsewhere/TOKEN"),
        "the metadata service": to(f"http://169.254.169.254:{port}/latest/meta-data"),
        "a user name": to(f"http://user:password@other.lab.example:{port}/elsewhere/TOKEN"),
        "a line break": to("/elsewhere/TOKEN%0d%0aX: y"), "a loop": to(PREFIX + "TOKEN"), "nowhere": to(""),
        "a long one": to("/" + "a" * 5000),
    }
    all_fail(client, "*.lab.example", wrong, "unauthorized", "incorrectResponse", "connection", "dns")

    def chain(length):
        def prepare(token, key):
            for hop in range(length):
                lab.web.files[(f"/hop{hop}/" if hop else PREFIX) + token] = (
                    lambda handler, n=hop + 1: handler.answer(302, Location=f"/hop{n}/{token}"))
            lab.web.files[f"/hop{length}/{token}"] = key.encode()
        return prepare

    proves(client, "hops.lab.example", chain(10))
    fails(client, "hops.lab.example", chain(11), "unauthorized", "incorrectResponse", "connection")


def test_what_another_host_shows_is_not_told(lab):
    """A redirect may lead to a host that only the server can reach: its pages must not come back in an error."""
    client = registered(lab)

    def showing(host):
        def prepare(token, key):
            lab.web.files[PREFIX + token] = (
                lambda handler: handler.answer(302, Location=f"http://{host}:{lab.http_port}/page/{token}"))
            lab.web.files["/page/" + token] = b"the salary list"
        return prepare

    own = fails(client, "own.lab.example", showing("own.lab.example"), "unauthorized", word="the salary list")
    other = fails(client, "own.lab.example", showing("other.lab.example"), "unauthorized", word="another text")
    assert "salary" in own["detail"] and "salary" not in other["detail"]


def test_redirect_to_https(lab):
    """The certificate there is not looked at: the name is what is being proved."""
    lab.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
             "-subj", "/CN=nobody", "-keyout", lab.folder / "web.key", "-out", lab.folder / "web.pem"])
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(lab.folder / "web.pem", lab.folder / "web.key")
    secure = Web(lab.http_port, "127.0.0.2", tls)
    lab.closers.append(secure.close)
    client = registered(lab)

    def prepare(token, key):
        lab.web.files[PREFIX + token] = lambda handler: handler.answer(
            301, Location=f"https://secure.example:{lab.http_port}{PREFIX}{token}")
        secure.files[PREFIX + token] = key.encode()

    proves(client, "www.lab.example", prepare)


def test_names_and_addresses(lab):
    six = Web(lab.http_port, "::1")
    client = registered(lab)

    def everywhere(token, key):
        for web in (lab.web, six):
            web.answer_challenge(token, key)

    for name in ("www.lab.example", "alias.example", "six.example", "both.example"):
        lab.note(name)
        proves(client, name, everywhere)
    six.close()
    lab.note("IPv6 first, then IPv4")
    proves(client, "both.example", everywhere)

    lab.note("addresses that are not connected to, and names without any")
    forbidden = [Attempt(client, name, everywhere) for name in (
        "private.example", "linklocal.example", "mapped.example", "unspecified.example")]
    nowhere = [Attempt(client, name, everywhere) for name in (
        "noaddress.example", "nothing.example", "loop1.example", "www.nobodysdomain")]
    for attempts, kinds in ((forbidden, ("unauthorized", "connection", "dns")), (nowhere, ("dns",))):
        for attempt in attempts:
            body, error = attempt.end()
            assert body["status"] == "invalid" and error["type"].removeprefix(URN) in kinds, (attempt.name, body)
    assert not [path for host, path in lab.web.requests if host == "private.example"]
    proves(client, "mixed.example", everywhere)


def test_loopback_is_refused_unless_allowed(lab):
    client = registered(lab, validation={"allow": []})
    lab.web.requests.clear()
    fails(client, "www.lab.example", lab.web.answer_challenge, "unauthorized", "connection")
    assert not lab.web.requests, lab.web.requests


def test_what_is_asked(lab):
    client = registered(lab)
    lab.web.requests.clear()
    proves(client, "www.lab.example", lab.web.answer_challenge)
    (host, path), = lab.web.requests
    assert path.startswith(PREFIX) and host in ("www.lab.example", f"www.lab.example:{lab.http_port}"), host


def test_servers_that_are_slow_or_away(lab):
    client = registered(lab, validation={"timeout": "1s"})

    def slow(token, key):
        lab.web.files[PREFIX + token] = lambda handler: (time.sleep(4), handler.answer(200, key.encode()))

    def dripping(token, key):
        def drip(handler):
            handler.send_response(200)
            handler.end_headers()
            for letter in key:
                handler.wfile.write(letter.encode())
                handler.wfile.flush()
                time.sleep(0.1)
        lab.web.files[PREFIX + token] = drip

    all_fail(client, "*.lab.example", {"slow": slow, "dripping": dripping}, "connection")
    lab.web.close()
    lab.closers.remove(lab.web.close)
    fails(client, "away.lab.example", lambda t, k: None, "connection")


def test_a_passing_failure_is_tried_again(lab):
    """A web server that is not there yet, or just now: the client does not have to start over."""
    client = registered(lab)
    asked = []

    def at_second_sight(token, key):
        def answer(handler):
            asked.append(time.monotonic())
            if len(asked) == 1:
                handler.close_connection = True
                handler.connection.close()
            else:
                handler.answer(200, key.encode())
        lab.web.files[PREFIX + token] = answer

    proves(client, "second.lab.example", at_second_sight)
    assert len(asked) == 2, asked


def test_dns_that_does_not_answer(lab):
    client = registered(lab, validation={"resolvers": [f"127.0.0.1@{free_port()}"], "timeout": "2s"})
    fails(client, "www.lab.example", lab.web.answer_challenge, "dns")

