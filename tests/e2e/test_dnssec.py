"""DNSSEC from end to end: a knot that signs its zones, and an attacker between it and the server. The trust anchor is the
signed zone's own, as in a house with names of its own."""
import hashlib
import re

from acme_client import URN, Client, b64
from dns_server import DnsServer, exchange, without_dnssec
from lab import free_port, wait_until
from test_challenges import answer, error_of, finish, key_authorization

ZONE = """
$TTL 1
@       SOA ns.{0} hostmaster.{0} 1 3600 600 86400 1
@       NS  ns.{0}
ns      A   127.0.0.1
*.www   A   127.0.0.1
@       A   127.0.0.1
"""
DEAD_DS = "12345 13 2 " + "AB" * 32    # of a key that nobody has


def sign_expired(lab, zone):
    """A zone whose signatures ended years ago: (its text, the DS record of its key)."""
    folder = lab.folder / "expired"
    folder.mkdir()
    (folder / "zone").write_text(ZONE.format(zone))
    key = lab.run(["ldns-keygen", "-a", "ECDSAP256SHA256", "-k", zone], cwd=folder).stdout.split()[-1]
    lab.run(["ldns-signzone", "-i", "20200101000000", "-e", "20200201000000", "-o", zone, "-f", "signed", "zone", key], cwd=folder)
    return (folder / "signed").read_text(), (folder / f"{key}.ds").read_text().split("DS")[1].strip()


class House:
    """signed. (signed, and trusted) with zones below it: child (signed), plain (unsigned), broken (signed by another key than
    its DS names), expired (by signatures of the past)."""

    def __init__(self, lab):
        self.lab = lab
        expired, expired_ds = sign_expired(lab, "expired.signed.")
        delegations = "".join(f"{name} NS ns.signed.\n" for name in ("child", "plain", "broken", "expired"))
        self.port, self.folder = lab.start_knot({
            "signed": ZONE.format("signed.") + delegations + f"broken DS {DEAD_DS}\nexpired DS {expired_ds}\n"
                      "caa.www A 127.0.0.1\ncaa.www CAA 0 issue \"other-ca.example\"\n",
            "child.signed": ZONE.format("child.signed."), "plain.signed": ZONE.format("plain.signed."),
            "broken.signed": ZONE.format("broken.signed."), "expired.signed": expired,
        }, signed=("signed", "child.signed", "broken.signed"), name="house")
        self.add("child.signed.", "DS", self.ds("child.signed."))
        self.anchor = lab.folder / "signed.ds"
        self.anchor.write_text(f"; the house's own\nsigned. IN DS {self.ds('signed.')}\n")

    def ds(self, zone):
        """What the zone's parent says of its key: with SHA-256."""
        text = self.lab.run(["keymgr", "-c", "knot.conf", zone, "ds"], cwd=self.folder).stdout
        return re.search(r"DS (\d+ 13 2 [0-9a-f]+)", text)[1]

    def add(self, name, kind, value, zone="signed."):
        (self.folder / "update").write_text(f"server 127.0.0.1 {self.port}\nzone {zone}\nupdate add {name} 1 {kind} {value}\nsend\n")
        self.lab.run(["knsupdate", "-y", f"hmac-sha256:lab:{self.lab.dns_secret}", self.folder / "update"])

    def client(self, resolver=None, **changes):
        client = Client(self.lab.server({
            "validation": {"resolvers": [resolver or f"127.0.0.1@{self.port}"], "dnssec": True,
                           "trust_anchor_file": str(self.anchor)}, **changes}))
        client.register()
        return client

    def relay(self, change):
        """A server between; change(question, ask) gives the answer, ask(message) the real one."""
        server = DnsServer(lambda question: change(question, lambda message: exchange(self.port, message)), free_port())
        self.lab.closers.append(server.close)
        return server.address

    def show(self, client, kind, zone="signed."):
        """For answer(): the web server's file, or the record in the zone."""
        def web(_, challenge):
            self.lab.web.answer_challenge(challenge["token"], key_authorization(client, challenge))

        def record(body, challenge):
            value = b64(hashlib.sha256(key_authorization(client, challenge).encode()).digest())
            self.add(f"_acme-challenge.{body['identifier']['value']}.", "TXT", f'"{value}"', zone)
        return web if kind == "http-01" else record


def bogus(house, client, names_by_kind):
    """Each ends in a problem of type dns that speaks of DNSSEC; tried at the same time."""
    orders = [(client.new_order([name]), kind) for name, kind in names_by_kind]
    for order, kind in orders:
        answer(client, order, kind, house.show(client, "http-01"))
    for order, kind in orders:
        found, detail = error_of(client, order, kind)
        assert found == "dns" and "DNSSEC validation failed" in detail, (order.names(), found, detail)
        assert "the DS record above it must agree" in detail, detail
        assert "expired.signed" not in order.names()[0] or "signature expired" in detail, detail


def test_signed_zones_prove(lab):
    """At the trust anchor itself and below it, and without signatures where the parent says that there are none."""
    house = House(lab)
    client = house.client(upstreams=[{"name": "local", "type": "local", "caa_identities": ["ca.example"]}])
    for zone in ("signed.", "child.signed.", "plain.signed."):
        for kind in ("http-01", "dns-01"):
            order = client.new_order([f"{kind}.www.{zone}".rstrip(".")])
            answer(client, order, kind, house.show(client, kind, zone))
            finish(order)
    # CAA counts as ever.
    order = client.new_order(["caa.www.signed"])
    answer(client, order, "http-01", house.show(client, "http-01"))
    order.wait("ready")
    order.finalize().ok()
    order.wait("invalid")
    assert order.body["error"]["type"] == URN + "caa", order.body


def test_broken_and_expired_signatures(lab):
    house = House(lab)
    bogus(house, house.client(), [(f"{kind}.www.{zone}.signed", kind) for zone in ("broken", "expired")
                                  for kind in ("http-01", "dns-01", "tls-alpn-01")])


def test_changed_answers(lab):
    """An attacker on the way turns addresses and records; without DNSSEC the same attack succeeds."""
    house = House(lab)

    def turn(question, ask):
        reply = ask(question.message)
        if question.kind == "A":
            return reply.replace(bytes([127, 0, 0, 1]), bytes([127, 0, 0, 3]), 1)
        return reply

    attacker = house.relay(turn)
    house.add("secret.www.signed.", "A", "127.0.0.1")
    client = house.client(attacker)
    bogus(house, client, [("secret.www.signed", "http-01")])
    assert not [host for host, _ in lab.web.requests if host.startswith("secret.")]
    trusting = Client(lab.server({"validation": {"resolvers": [attacker], "dnssec": False}}, folder=lab.folder / "trusting"))
    trusting.register()
    order = trusting.new_order(["secret.www.signed"])
    answer(trusting, order, "http-01", house.show(trusting, "http-01"))
    kind, detail = error_of(trusting, order, "http-01")
    assert kind == "connection" and "127.0.0.3" in detail, "the attack does not work at all"


def test_stripped_signatures(lab):
    """As from a forwarder that knows no DNSSEC: answers of a signed zone without signatures prove nothing."""
    house = House(lab)
    client = house.client(house.relay(lambda question, ask: ask(without_dnssec(question.message))))
    bogus(house, client, [("a.www.signed", "http-01"), ("a.www.child.signed", "dns-01")])


def test_hidden_caa(lab):
    """An attacker who hides the CAA record that forbids: the lack of records must be proven, too."""
    house = House(lab)

    def hide(question, ask):
        return question.answer() if question.kind == "CAA" else ask(question.message)

    client = house.client(house.relay(hide), upstreams=[{"name": "local", "type": "local", "caa_identities": ["ca.example"]}])
    order = client.new_order(["caa.www.signed"])
    answer(client, order, "http-01", house.show(client, "http-01"))
    order.wait("ready")
    order.finalize().ok()
    order.wait("invalid", seconds=60)
    error = order.body["error"]
    assert error["type"] == URN + "dns" and "DNSSEC validation failed" in error["detail"], error


def test_a_new_trust_anchor_counts_after_a_reload(lab):
    house = House(lab)
    good = house.anchor.read_text()
    house.anchor.write_text(f"signed. IN DS {DEAD_DS}\n")
    client = house.client()
    bogus(house, client, [("a.www.signed", "http-01")])
    house.anchor.write_text("; nothing yet\n")
    client.server.signal(1)
    wait_until(lambda: "holds no DS or DNSKEY record" in client.server.log(), what="a complaint")
    house.anchor.write_text(good)
    client.server.signal(1)
    wait_until(lambda: client.server.log().count("reloaded") > 0, what="the reload")
    order = client.new_order(["a.www.signed"])
    answer(client, order, "http-01", house.show(client, "http-01"))
    finish(order)
