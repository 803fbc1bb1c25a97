"""dns-persist-01 (draft-ietf-acme-dns-persist) in the two versions of the field: a TXT record that stays where it is."""
import calendar
import hashlib
import time

from acme_client import Client, Key, b64
from clients import uacme, uacme_place, verify_uacme, webroot
from test_challenges import answer, error_of, finish
from test_key_change import change

CA = "ca.lab.example"


def registered(lab, records=("url", "hash"), challenges=("http-01", "dns-persist-01", "dns-01"), **validation):
    client = Client(lab.server({
        "validation": {"issuer_domain_names": [CA, "other.lab.example"], "persist_records": list(records), **validation},
        "profiles": [{"name": "default", "challenges": list(challenges), "authorization_reuse": 0}]}))
    client.register()
    return client


def add_record(lab, name, value, place="_validation-persist."):
    lab.run([lab.dns_hook(), "add", place + name, value])


def hashed(client, domain, thumbprint=None):
    """What a client of draft 02 makes of the directory and its account (4.1.2 there)."""
    data = bytes([len(domain)]) + (domain + (thumbprint or client.key.thumbprint) + client.kid).encode()
    return f"{client.directory['meta']['accountHashPrefix']}sha-256/{b64(hashlib.sha256(data).digest())}"


def obtain(client, names):
    """An order by records that stand there already; returns its authorizations."""
    order = client.new_order(names)
    answer(client, order, "dns-persist-01", lambda body, challenge: None)
    finish(order)
    return [body for _, body in order.authorizations()]


def all_fail(client, *cases):
    """cases: (name, problem, word of the detail ...). Tried at the same time, since the server looks three times."""
    orders = [client.new_order([name]) for name, *_ in cases]
    for order in orders:
        answer(client, order, "dns-persist-01", lambda body, challenge: None)
    for order, (name, kind, *words) in zip(orders, cases):
        found, detail = error_of(client, order, "dns-persist-01")
        assert found == kind and all(word in detail for word in words), (name, found, detail)


def test_one_object_serves_both_versions(lab):
    client = registered(lab)
    meta = client.directory["meta"]
    assert meta["issuerDomainNames"] == [CA, "other.lab.example"], meta
    assert meta["accountHashPrefix"].startswith(client.server.url + "/"), meta
    (_, body), = client.new_order(["www.lab.example"]).authorizations()
    assert [c["type"] for c in body["challenges"]] == ["http-01", "dns-01", "dns-persist-01"], "it must stand last"
    challenge = body["challenges"][-1]
    names = [CA, "other.lab.example"]
    assert "token" not in challenge and challenge["accounturi"] == client.kid, challenge
    assert challenge["issuer-domain-names"] == challenge["issuerDomainNames"] == names, challenge


def test_a_client_that_wants_tokens_comes_to_its_own_first(lab):
    """uacme gives up at a challenge without a token, if that stands before the one it takes."""
    server = lab.server({"profiles": [{"name": "default", "challenges": ["dns-persist-01", "dns-account-01", "tls-alpn-01", "dns-01",
                                                                         "http-01"]}]})
    uacme(lab, server, "new", "admin@lab.example")
    uacme(lab, server, "issue", "u.lab.example", **uacme_place(webroot(lab)))
    verify_uacme(lab, server, "u.lab.example")


def test_records_with_the_accounts_url(lab):
    client = registered(lab, records=["url"])
    assert not client.directory["meta"].keys() & {"issuerDomainNames", "accountHashPrefix"}
    add_record(lab, "url.lab.example", "ca.elsewhere.example; accounturi=x")
    add_record(lab, "url.lab.example", f"{CA}; accounturi={client.kid}")
    add_record(lab, "wild.lab.example", f"OTHER.lab.example; policy=Wildcard; accounturi={client.kid}; unknown=1")
    for _ in range(2):    # the record is good for any number of orders
        for body in obtain(client, ["url.lab.example", "*.wild.lab.example", "wild.lab.example"]):
            challenge, = body["challenges"]
            assert challenge["status"] == "valid" and "issuerDomainNames" not in challenge, challenge
    add_record(lab, "hash.lab.example", f"{CA}; accounturi={client.server.url}/acme/account-hash/sha-256/" + "A" * 43)
    all_fail(client, ("hash.lab.example", "unauthorized", "_validation-persist.hash.lab.example",
                      f'"{CA}; accounturi={client.kid}"'))


def test_records_with_the_accounts_hash(lab):
    """One made with the key that the account had before counts as well; one for all domains, too."""
    client = registered(lab, records=["hash"])
    (_, body), = client.new_order(["www.lab.example"]).authorizations()
    assert not body["challenges"][-1].keys() & {"accounturi", "issuer-domain-names"}, body
    add_record(lab, "a.lab.example", f"{CA}; accounturi={hashed(client, 'a.lab.example')}")
    add_record(lab, "b.lab.example", f"{CA}; accounturi={hashed(client, '*')}; policy=wildcard")
    add_record(lab, "c.lab.example", f"{CA}; accounturi={hashed(client, 'a.lab.example')}")
    add_record(lab, "d.lab.example", f"{CA}; accounturi={client.kid}")
    obtain(client, ["a.lab.example", "b.lab.example", "*.b.lab.example"])
    change(client, Key("ES384"))
    change(client, Key("ES256"))
    obtain(client, ["a.lab.example", "*.b.lab.example"])
    add_record(lab, "new.lab.example", f"{CA}; accounturi={hashed(client, 'new.lab.example')}")
    obtain(client, ["new.lab.example"])
    all_fail(client, ("c.lab.example", "unauthorized", "not this account's", hashed(client, "c.lab.example")),
             ("d.lab.example", "unauthorized", "not this account's"))    # in clear: the older version, which is off
    other = Client(client.server)
    other.register()
    all_fail(other, ("a.lab.example", "unauthorized", "not this account's"))


def test_persist_until_bounds_the_authorization(lab):
    client = registered(lab)
    until = int(time.time()) + 3600
    add_record(lab, "until.lab.example", f"{CA}; accounturi={client.kid}; persistUntil={until}")
    add_record(lab, "far.lab.example", f"{CA}; accounturi={client.kid}; persistUntil={until + 10 ** 9}")
    add_record(lab, "past.lab.example", f"{CA}; accounturi={client.kid}; persistUntil={until - 7200}")
    for body in obtain(client, ["until.lab.example", "far.lab.example"]):
        expires = calendar.timegm(time.strptime(body["expires"], "%Y-%m-%dT%H:%M:%SZ"))
        if body["identifier"]["value"] == "until.lab.example":
            assert expires == until, body
        else:
            assert until < expires <= time.time() + 10 * 86400, body
    all_fail(client, ("past.lab.example", "unauthorized", "persistUntil, which has passed"))


def test_what_does_not_prove(lab):
    client = registered(lab)
    good = f"{CA}; accounturi={client.kid}"
    add_record(lab, "narrow.lab.example", good)
    add_record(lab, "twice.lab.example", f"{good}; accounturi={client.kid}")
    add_record(lab, "none.lab.example", f"{CA}; policy=wildcard")
    add_record(lab, "time.lab.example", f"{good}; persistUntil=tomorrow")
    add_record(lab, "others.lab.example", f"ca.elsewhere.example; accounturi={client.kid}")
    add_record(lab, "place.lab.example", good, place="_acme-challenge.")
    add_record(lab, "parent.lab.example", good + "; policy=wildcard")
    all_fail(client,
             ("*.narrow.lab.example", "unauthorized", "policy=wildcard"), ("twice.lab.example", "malformed", "twice"),
             ("none.lab.example", "malformed", "no accounturi"), ("time.lab.example", "malformed", "persistUntil"),
             ("others.lab.example", "unauthorized", f"names {CA} as issuer"),
             ("place.lab.example", "dns", "_validation-persist.place.lab.example"),
             ("below.parent.lab.example", "dns", "_validation-persist.below.parent.lab.example"))


def test_aliases(lab):
    """The record may stand elsewhere; the name is never replaced by the one that it is an alias of."""
    client = registered(lab)
    host, port = lab.dns.split("@")
    add_record(lab, "target.lab.example", f"{CA}; accounturi={client.kid}; policy=wildcard", place="")
    commands = (f"server {host} {port}\nzone example.\n"
                "update add _validation-persist.moved.lab.example. 1 CNAME target.lab.example.\n"
                "update add aliased.lab.example. 1 CNAME moved.lab.example.\nsend\n")
    (lab.folder / "update").write_text(commands)
    lab.run(["knsupdate", "-y", f"hmac-sha256:lab:{lab.dns_secret}", lab.folder / "update"])
    obtain(client, ["moved.lab.example", "*.moved.lab.example"])
    all_fail(client, ("aliased.lab.example", "dns", "_validation-persist.aliased.lab.example"))
