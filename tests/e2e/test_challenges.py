"""dns-01, dns-account-01, tls-alpn-01, wildcards and addresses (RFC 8555, 8.4; RFC 8737; RFC 8738), by a client of our own."""
import base64
import hashlib
import ipaddress

from acme_client import URN, Client, b64, make_alpn_certificate


def registered(lab, **config):
    client = Client(lab.server(config))
    client.register()
    return client


def key_authorization(client, challenge):
    return f"{challenge['token']}.{client.key.thumbprint}"


def show_txt(lab, client, authorization, challenge, prefix=""):
    value = b64(hashlib.sha256(key_authorization(client, challenge).encode()).digest())
    lab.run([lab.dns_hook(), "add", f"{prefix}_acme-challenge.{authorization['identifier']['value']}", value])


def show_certificate(lab, client, name, challenge, names=None, oid="1.3.6.1.5.5.7.1.31", critical=True):
    """A certificate as RFC 8737 wants it, unless told otherwise, on the lab's TLS server."""
    certificate, key = make_alpn_certificate(names or [name], key_authorization(client, challenge), oid, critical)
    chain, private = lab.folder / "alpn.pem", lab.folder / "alpn.key"
    chain.write_bytes(certificate)
    private.write_bytes(key)
    try:
        name = ipaddress.ip_address(name).reverse_pointer
    except ValueError:
        pass
    lab.alpn.show(name, chain, private)


def answer(client, order, kind, show):
    """Answers the challenge of this kind of every authorization, once show(authorization, challenge) set the scene."""
    for _, authorization in order.authorizations():
        show(authorization, next(c for c in authorization["challenges"] if c["type"] == kind))
    for _, challenge in order.challenges(kind):
        client.post(challenge["url"], {}).ok()


def error_of(client, order, kind):
    """Of an order whose only authorization failed."""
    order.wait("invalid", seconds=60)
    (_, body), = order.authorizations()
    challenge = next(c for c in body["challenges"] if c["type"] == kind)
    assert body["status"] == challenge["status"] == "invalid", body
    client.server.lab.note(str(challenge["error"]))
    return challenge["error"]["type"].removeprefix(URN), challenge["error"]["detail"]


def finish(order):
    order.wait("ready")
    order.take(order.finalize().ok().json())
    order.wait("valid")
    order.download()


def test_dns_01_with_a_wildcard(lab):
    """Two values at one place: one for the name, one for the wildcard."""
    client = registered(lab)
    order = client.new_order(["*.wild.lab.example", "wild.lab.example"])
    bodies = [body for _, body in order.authorizations()]
    assert [body["identifier"]["value"] for body in bodies] == ["wild.lab.example"] * 2
    wildcard, plain = sorted(bodies, key=lambda body: "wildcard" not in body)
    assert wildcard["wildcard"] is True and "wildcard" not in plain
    assert [c["type"] for c in wildcard["challenges"]] == ["dns-01"]

    answer(client, order, "dns-01", lambda body, challenge: show_txt(lab, client, body, challenge))
    finish(order)


def test_dns_01_that_fails(lab):
    client = registered(lab)
    absent, wrong = client.new_order(["absent.example"]), client.new_order(["wrong.lab.example"])
    answer(client, absent, "dns-01", lambda body, challenge: None)
    lab.run([lab.dns_hook(), "add", "_acme-challenge.wrong.lab.example", "something else"])
    answer(client, wrong, "dns-01", lambda body, challenge: None)
    kind, detail = error_of(client, absent, "dns-01")
    assert kind == "dns" and "_acme-challenge.absent.example does not exist" in detail, detail
    kind, detail = error_of(client, wrong, "dns-01")
    assert kind == "unauthorized" and 'found: "something else"' in detail, detail


def test_dns_01_appears_later(lab):
    """Not yet there at the first look, as with slow name servers."""
    client = registered(lab)
    order = client.new_order(["later.example"])
    (_, challenge), = order.challenges("dns-01")
    client.post(challenge["url"], {}).ok()
    show_txt(lab, client, {"identifier": {"value": "later.example"}}, challenge)
    order.wait("ready", seconds=40)


def test_dns_account_01(lab):
    """At a place that the account's URL makes: two accounts prove one name and its wildcard at the same time."""
    server = lab.server({"profiles": [{"name": "default", "challenges": ["dns-01", "dns-account-01"]}]})
    orders, labels = [], set()
    for _ in range(2):
        client = Client(server)
        client.register()
        label = "_" + base64.b32encode(hashlib.sha256(client.kid.encode()).digest()[:10]).decode().lower() + "."
        order = client.new_order(["*.own.lab.example", "own.lab.example"])
        assert all([c["type"] for c in body["challenges"]] == ["dns-01", "dns-account-01"]
                   for _, body in order.authorizations())
        for _, body in order.authorizations():
            show_txt(lab, client, body, next(c for c in body["challenges"] if c["type"] == "dns-account-01"), label)
        orders.append(order)
        labels.add(label)
    assert len(labels) == 2
    for order in orders:
        answer(order.client, order, "dns-account-01", lambda body, challenge: None)
        finish(order)
    order = client.new_order(["elsewhere.lab.example"])
    answer(client, order, "dns-account-01", lambda body, challenge: show_txt(lab, client, body, challenge))
    kind, detail = error_of(client, order, "dns-account-01")
    assert kind in ("unauthorized", "dns") and f"{label}_acme-challenge.elsewhere.lab.example" in detail, detail


def test_challenges_by_account_and_persistent_ones_are_off_by_default(lab):
    client = registered(lab)
    (_, body), = client.new_order(["www.lab.example"]).authorizations()
    assert [c["type"] for c in body["challenges"]] == ["http-01", "dns-01", "tls-alpn-01"], body


def test_tls_alpn_01(lab):
    client = registered(lab)
    order = client.new_order(["alpn.lab.example"])
    answer(client, order, "tls-alpn-01",
           lambda body, challenge: show_certificate(lab, client, body["identifier"]["value"], challenge))
    finish(order)
    assert lab.alpn.names == ["alpn.lab.example"]


def test_tls_alpn_01_that_fails(lab):
    client = registered(lab)
    wrong = {"draft": {"oid": "1.3.6.1.5.5.7.1.30.1"}, "plain": {"critical": False},
             "two": {"names": ["two.lab.example", "other.lab.example"]}, "unknown": None}
    words = {"draft": "old draft", "plain": "not critical", "two": "other names", "unknown": "does not know the name"}
    orders = {}
    for name, changes in wrong.items():
        orders[name] = client.new_order([f"{name}.lab.example"])
        answer(client, orders[name], "tls-alpn-01", lambda body, challenge: changes is None or show_certificate(
            lab, client, body["identifier"]["value"], challenge, **changes))
    lab.alpn
    for name, order in orders.items():
        kind, detail = error_of(client, order, "tls-alpn-01")
        assert kind == ("tls" if name == "unknown" else "unauthorized") and words[name] in detail, detail


def test_addresses(lab):
    """By both challenges that can prove them; what is not to be connected to is not certified either."""
    client = registered(lab, profiles=[{"name": "default", "authorization_reuse": 0}])
    order = client.new_order(["127.0.0.1"])
    (_, body), = order.authorizations()
    assert body["identifier"] == {"type": "ip", "value": "127.0.0.1"}, body
    assert [c["type"] for c in body["challenges"]] == ["http-01", "tls-alpn-01"], body
    (lab.folder / "chain.pem").write_bytes(order.obtain(lab.web))
    lab.verify(client.server, lab.folder / "chain.pem", "127.0.0.1")
    assert lab.web.requests[-1][0] == f"127.0.0.1:{lab.http_port}"

    order = client.new_order(["127.0.0.1", "www.lab.example"])
    answer(client, order, "tls-alpn-01",
           lambda body, challenge: show_certificate(lab, client, body["identifier"]["value"], challenge))
    finish(order)
    assert sorted(lab.alpn.names) == ["1.0.0.127.in-addr.arpa", "www.lab.example"]

    for address, kind in (("10.0.0.1", "rejectedIdentifier"), ("fe80::1", "rejectedIdentifier"),
                          ("192.0.2.007", "malformed"), ("::ffff:127.0.0.1", "malformed"), ("2001:DB8::1", "malformed"),
                          ("::1%lo", "malformed"), ("[::1]", "malformed"), ("www.lab.example", "malformed")):
        lab.note(address)
        client.post(client.directory["newOrder"], {"identifiers": [{"type": "ip", "value": address}]}).refused(400, kind)


def test_what_a_profile_does_not_offer(lab):
    client = registered(lab, profiles=[{"name": "default", "challenges": ["dns-01"]}])
    for identifier in ({"type": "ip", "value": "127.0.0.1"},):
        client.post(client.directory["newOrder"], {"identifiers": [identifier]}).refused(400, "rejectedIdentifier", "http-01")
    (_, body), = client.new_order(["www.lab.example"]).authorizations()
    assert [c["type"] for c in body["challenges"]] == ["dns-01"]


def test_wildcards_need_dns_01(lab):
    client = registered(lab, profiles=[{"name": "default", "challenges": ["http-01", "tls-alpn-01"]}])
    client.post(client.directory["newOrder"], {"identifiers": [{"type": "dns", "value": "*.lab.example"}]}).refused(
        400, "rejectedIdentifier", "dns-01")
