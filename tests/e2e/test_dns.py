"""What DNS servers may answer, by hand: circles, errors, cut and huge answers, wildcards, answers that change. Whatever it
is, the client learns of it, the server stays well, and no connection goes where it must not."""
import hashlib
import time

from acme_client import URN, Client, b64
from dns_server import DnsServer
from lab import Web, free_port
from test_challenges import answer, error_of, finish, key_authorization

WEB = [("A", "127.0.0.1")]
KINDS = ("http-01", "dns-01", "tls-alpn-01")
CAA = {"upstreams": [{"name": "local", "type": "local", "caa_identities": ["ca.example"]}]}


class Names:
    """A DNS server of handlers by name: question -> message. What has none is not there."""

    def __init__(self, lab):
        self.handlers = {}
        self.server = DnsServer(lambda question: self.handlers.get(question.name, absent)(question), free_port())
        lab.closers.append(self.server.close)

    def asked(self, name, kind):
        """Over what the server was asked: [True for TCP]."""
        return [over_tcp for asked, of, over_tcp in self.server.questions if (asked, of) == (name, kind)]


def absent(question):
    return question.answer(rcode=3)


def only(kind, *values):
    """A handler that knows records of one type."""
    return lambda question: question.answer([(kind, value) for value in values] if question.kind == kind else [])


def over_tcp(handler):
    """Over UDP nothing but "ask by TCP"."""
    return lambda question: handler(question) if question.over_tcp else question.answer(cut=True)


def started(lab, validation=(), **changes):
    names = Names(lab)
    client = Client(lab.server({"validation": {"resolvers": [names.server.address], **dict(validation)}, **changes}))
    client.register()
    return names, client


def show_file(lab, client):
    return lambda body, challenge: lab.web.answer_challenge(challenge["token"], key_authorization(client, challenge))


def digest(client, challenge):
    return b64(hashlib.sha256(key_authorization(client, challenge).encode()).digest())


def begin(client, name, kind, show=lambda body, challenge: None):
    order = client.new_order([name])
    answer(client, order, kind, show)
    return order


def all_fail(client, cases, *problems):
    """cases: {name: challenge}. Tried at the same time, since the server looks three times. Returns the details."""
    orders = {name: begin(client, name, kind) for name, kind in cases.items()}
    details = {}
    for name, order in orders.items():
        found, details[name] = error_of(client, order, cases[name])
        assert found in problems and name in details[name], (name, found, details[name])
        assert len(details[name]) < 400 and details[name].isprintable() and details[name].isascii(), details[name]
    return details


def test_circles_of_aliases(lab):
    names, client = started(lab)
    cases = {}
    for kind in KINDS:
        prefix = "_acme-challenge." if kind == "dns-01" else ""
        def alias(name, to):
            names.handlers[f"{prefix}{name}-{kind}.test"] = lambda q: q.answer([("CNAME", f"{prefix}{to}-{kind}.test")])
        alias("self", "self")
        alias("one", "two")
        alias("two", "one")
        for i in range(40):
            alias(f"far{i}", f"far{i + 1}")
        cases.update({f"{name}-{kind}.test": kind for name in ("self", "one", "far0")})
    all_fail(client, cases, "dns")
    assert not lab.web.requests and len(names.server.questions) < 3000, "the server went round and round"


def test_errors_of_name_servers(lab):
    """SERVFAIL, REFUSED and the like; silence; messages that are none; an answer to another question; no TCP."""
    odd = {"servfail": lambda q: q.answer(rcode=2), "refused": lambda q: q.answer(rcode=5), "notimp": lambda q: q.answer(rcode=4),
           "silent": lambda q: None, "half": lambda q: q.answer(WEB)[:20], "rubbish": lambda q: b"\0" * 12,
           "tcp": lambda q: None if q.over_tcp else q.answer(cut=True)}
    names, client = started(lab, validation={"timeout": "3s"})
    cases = {}
    for kind in KINDS:
        for name, handler in odd.items():
            names.handlers[f"{name}.{kind}.test"] = names.handlers[f"_acme-challenge.{name}.{kind}.test"] = handler
            cases[f"{name}.{kind}.test"] = kind
    all_fail(client, cases, "dns")

    def misled(question):
        return question.answer([("A", "127.0.0.1", "not-asked.test"), ("TXT", "x", "not-asked.test")])
    names.handlers["misled.test"] = names.handlers["_acme-challenge.misled-too.test"] = misled
    all_fail(client, {"misled.test": "http-01", "misled-too.test": "dns-01"}, "dns", "unauthorized")
    assert not lab.web.requests


def test_cut_and_huge_answers(lab):
    """What is cut over UDP is asked for again over TCP; a thousand records are read, the right one may be the last."""
    names, client = started(lab, **CAA)
    thousand = [f"record-{i}-abcdefghijklmnopqrstuvwxyz" for i in range(1000)]

    def show(body, challenge):
        value = digest(client, challenge)
        names.handlers["_acme-challenge.txt.test"] = over_tcp(only("TXT", *thousand, value))
    names.handlers["txt.test"] = over_tcp(only("CAA", *[(0, "issue", f"ca{i}.example") for i in range(1000)], (0, "issue", "ca.example")))
    finish(begin(client, "txt.test", "dns-01", show))
    assert True in names.asked("_acme-challenge.txt.test", "TXT") and True in names.asked("txt.test", "CAA")

    # Two addresses of a family are tried at most, whatever there is.
    names.handlers["web.test"] = over_tcp(only("A", "127.0.0.1", *[f"127.1.{i // 250}.{i % 250 + 1}" for i in range(1000)]))
    finish(begin(client, "web.test", "http-01", show_file(lab, client)))
    names.handlers["wrong.test"] = over_tcp(only("A", *[f"127.1.{i // 250}.{i % 250 + 1}" for i in range(2000)]))
    names.handlers["private.test"] = over_tcp(only("A", *[f"10.1.{i // 250}.{i % 250 + 1}" for i in range(2000)]))
    names.handlers["_acme-challenge.other.test"] = over_tcp(only("TXT", *thousand))
    before = time.monotonic()
    details = all_fail(client, {"wrong.test": "http-01", "private.test": "tls-alpn-01", "other.test": "dns-01"},
                       "connection", "dns", "unauthorized")
    assert time.monotonic() - before < 60 * lab.patience
    assert "1000 TXT records" in details["other.test"] and "998 more" in details["other.test"], details
    assert not [host for host, _ in lab.web.requests if not host.startswith("web.test")]


def test_caa_that_cannot_be_found_out(lab):
    """No permission: an error, a circle, more records than anybody can mean; a forbidding record behind an alias counts."""
    names, client = started(lab, **CAA)
    odd = {"servfail": lambda q: q.answer(rcode=2), "circle": lambda q: q.answer([("CNAME", q.name)]),
           "flood": over_tcp(only("CAA", *[(0, "issue", "ca.example")] * 2000)),
           "alias": lambda q: q.answer([("CNAME", "target.test")])}
    names.handlers["target.test"] = only("CAA", (0, "issue", "other.example"))

    def both(handler):
        return lambda q: handler(q) if q.kind == "CAA" else q.answer(WEB if q.kind == "A" else [])
    orders = {}
    for name, handler in odd.items():
        names.handlers[f"{name}.test"] = both(handler)
        order = orders[name] = begin(client, f"{name}.test", "http-01", show_file(lab, client))
        order.wait("ready")
        order.finalize().ok()
    for name, order in orders.items():
        order.wait("invalid", seconds=120)
        error = order.body["error"]
        lab.note(f"{name}: {error}")
        assert error["type"] == URN + ("dns" if name in ("servfail", "circle") else "caa"), error
        assert f"{name}.test" in error["detail"] and "certificate" not in order.body, error


def test_wildcards_of_dns(lab):
    """A name server may make answers out of "*": they are answers like others, and no proof by themselves."""
    client = Client(lab.server())
    client.register()
    hook = lab.dns_hook()

    def below_star(body, challenge):
        lab.run([hook, "add", "*.star.lab.example", digest(client, challenge)])
    finish(begin(client, "a.star.lab.example", "dns-01", below_star))
    # The same record stands at every name there, and is right for none of them.
    kind, detail = error_of(client, begin(client, "b.star.lab.example", "dns-01"), "dns-01")
    assert kind == "unauthorized" and "_acme-challenge.b.star.lab.example" in detail, detail


def test_answers_that_change(lab):
    """Rebinding: what was checked is what is connected to. A name is looked up once for each hop, and each time anew."""
    names, client = started(lab, validation={"allow": ["127.0.0.1/32"]})
    forbidden = Web(lab.http_port, "127.0.0.9")
    lab.closers.append(forbidden.close)
    turns = {}

    def turning(first, later):
        def reply(question):
            if question.kind != "A":
                return question.answer()
            turns[question.name] = turns.get(question.name, 0) + 1
            return question.answer([("A", first if turns[question.name] == 1 else later)])
        return reply

    def everywhere(body, challenge):
        for web in (lab.web, forbidden):
            web.answer_challenge(challenge["token"], key_authorization(client, challenge))

    # Good when it is checked, bad ever after: it is not asked again for the connection.
    names.handlers["once.test"] = turning("127.0.0.1", "127.0.0.9")
    finish(begin(client, "once.test", "http-01", everywhere))
    assert turns["once.test"] == 1 and not forbidden.requests

    # A redirect to the same name is a hop of its own, with an answer of its own, which is checked as well.
    def moved(body, challenge):
        everywhere(body, challenge)
        path = "/.well-known/acme-challenge/" + challenge["token"]
        lab.web.files[path] = lambda handler: handler.answer(302, Location=f"http://hop.test:{lab.http_port}{path}2")
        forbidden.files[path + "2"] = key_authorization(client, challenge).encode()
    names.handlers["hop.test"] = turning("127.0.0.1", "127.0.0.9")
    kind, detail = error_of(client, begin(client, "hop.test", "http-01", moved), "http-01")
    assert "127.0.0.9" in detail and turns["hop.test"] >= 2, (kind, detail)

    # Never good: never connected to, by any method.
    names.handlers["never.test"] = names.handlers["never-tls.test"] = turning("127.0.0.9", "127.0.0.9")
    for name, method in (("never.test", "http-01"), ("never-tls.test", "tls-alpn-01")):
        kind, detail = error_of(client, begin(client, name, method, everywhere), method)
        assert "127.0.0.9" in detail and "does not connect there" in detail, (kind, detail)
    assert not forbidden.requests, forbidden.requests
