"""An account's new key (RFC 8555, 7.3.5)."""
import json
import sqlite3

from acme_client import Client, Key, b64, b64_json, in_threads
from clients import uacme, uacme_place, verify_uacme, webroot


def inner_jws(key, payload, protected):
    header, body = b64_json(protected), b64(payload if isinstance(payload, bytes) else json.dumps(payload).encode())
    return {"protected": header, "payload": body, "signature": b64(key.sign(f"{header}.{body}".encode()))}


def key_change(client, new, account=None, old=None, payload=None, key=None, **changes):
    """The payload of a keyChange; every part can be given wrong. `changes`: of the inner protected header."""
    url = client.directory["keyChange"]
    header = {"alg": new.alg, "jwk": new.jwk, "url": url, **changes}
    wish = payload if payload is not None else {"account": account or client.kid, "oldKey": old or client.key.jwk}
    return inner_jws(key or new, wish, {name: value for name, value in header.items() if value is not None})


def change(client, new):
    answer = client.post(client.directory["keyChange"], key_change(client, new)).ok()
    client.key = new
    return answer


def test_new_keys_of_all_kinds(lab):
    server = lab.server({"workers": 4})
    client = Client(server)
    client.register(contact=["mailto:a@lab.example"])
    body = client.post(client.kid).ok().json()
    first = client.key
    for alg in ("ES384", "RS256", "EdDSA", "Ed25519", "ES512", "ES256"):
        old = client.key
        assert change(client, Key(alg)).json() == body
        # On every worker, whatever it remembers: the new key, and only that.
        def ask(_):
            for _ in range(4):
                new = Client(server, key=client.key)
                new.kid = client.kid
                assert new.post(client.kid).ok().json() == body
                gone = Client(server, key=old)
                gone.kid = client.kid
                assert gone.post(client.kid).status in (400, 403)
                gone.close()
                new.close()
        in_threads(4, ask)
    # The account is found by its new key; the first one is free for an account of its own.
    assert client.post(client.directory["newAccount"], {}, by_key=True).ok(200).location() == client.kid
    other = Client(server, key=first)
    other.register()
    assert other.kid != client.kid

    server.stop()
    rows = sqlite3.connect(server.database).execute("SELECT thumbprint, until_s FROM former_key ORDER BY id").fetchall()
    assert len(rows) == 6 and b64(rows[0][0]) == first.thumbprint and rows[0][1] > 1700000000, rows


def test_orders_survive(lab):
    client = Client(lab.server())
    client.register()
    pending, ready = client.new_order(["pending.lab.example"]), client.new_order(["ready.lab.example"]).prove(lab.web)
    half = client.new_order(["half.lab.example", "other.lab.example"])
    url, challenge = half.challenges()[0]
    lab.web.answer_challenge(challenge["token"], f"{challenge['token']}.{client.key.thumbprint}")
    client.post(challenge["url"], {}).ok()

    change(client, Key())
    assert ready.refresh()["status"] == "ready" and pending.refresh()["status"] == "pending"
    pending.obtain(lab.web)    # by the new key's thumbprint
    half.obtain(lab.web)       # one by each
    answer = ready.finalize().ok()
    ready.take(answer.json())
    ready.wait("valid")
    client.revoke(pending.der()).ok()


def test_key_in_use(lab):
    client, other = Client(lab.server()), None
    client.register()
    other = Client(client.server)
    other.register()
    url = client.directory["keyChange"]
    for owner in (other, client):    # its own key is no new one either
        answer = client.post(url, key_change(client, owner.key))
        answer.refused(409, "malformed", owner.kid)
        assert answer.location() == owner.kid
    # Two accounts ask for one key at once: one of them gets it.
    new, statuses = Key(), []

    def ask(index):
        asker = (client, other)[index]
        statuses.append(asker.post(url, key_change(asker, new)).status)

    in_threads(2, ask)
    assert sorted(statuses) == [200, 409], statuses


def test_each_check(lab):
    client = Client(lab.server())
    client.register()
    other = Client(client.server)
    other.register()
    url, new = client.directory["keyChange"], Key()

    def refused(payload, status=400, kind="malformed", word="", **options):
        client.post(url, payload, **options).refused(status, kind, word)

    # The outer JWS is the account's, by its key.
    refused(key_change(client, new), 400, "malformed", "kid", by_key=True)
    refused(key_change(client, new), 400, "malformed", "signature", key=other.key)
    # The payload is a flattened JWS, with the new key in it, signed by the new key.
    refused(b"", word="payload")
    refused(b"[]")
    refused({"account": client.kid, "oldKey": client.key.jwk}, word="protected")
    refused({**key_change(client, new), "signatures": []}, word="flattened")
    refused(key_change(client, new, jwk=None), word="jwk")
    refused(key_change(client, new, jwk=None, kid=client.kid), word="new key")
    refused(key_change(client, new, nonce=client.nonce()), word="nonce")
    refused(key_change(client, new, key=client.key), word="signature")
    refused(key_change(client, new, alg="ES384"), word="ES384")
    refused(key_change(client, new, alg="HS256"), 400, "badSignatureAlgorithm")
    refused(key_change(client, new, jwk={**new.jwk, "d": "AA"}), 400, "badPublicKey")
    refused(key_change(client, new, crit=["x"]), word="crit")
    # What it says: a key change, for this address, this account, this old key.
    refused(key_change(client, new, payload=b"[]"), word="inner payload")
    refused(key_change(client, new, payload=b"{}"), word="account")
    refused(key_change(client, new, payload={"account": client.kid}), word="oldKey")
    refused(key_change(client, new, payload={"account": client.kid, "oldKey": "x"}), word="oldKey")
    refused(key_change(client, new, url=client.directory["newOrder"]), word="url")
    refused(key_change(client, new, url=None), word="url")
    refused(key_change(client, new, account=other.kid), word="account")
    refused(key_change(client, new, account=client.kid + "x"), word="account")
    refused(key_change(client, new, old=other.key.jwk), word="oldKey")
    refused(key_change(client, new, old=new.jwk), word="oldKey")
    # After all that the account has its key; an oldKey with other members and order is the same key.
    client.post(client.kid).ok()
    client.post(url, key_change(client, new, old={"use": "sig", **dict(reversed(client.key.jwk.items()))})).ok()
    client.key = new

    # A deactivated account changes nothing.
    client.post(client.kid, {"status": "deactivated"}).ok()
    client.post(url, key_change(client, Key())).refused(401, "unauthorized")


def test_uacme(lab):
    server, root = lab.server(), webroot(lab)
    uacme(lab, server, "new", "admin@lab.example")
    uacme(lab, server, "--type", "EC", "newkey")
    uacme(lab, server, "issue", "uacme.lab.example", **uacme_place(root))
    verify_uacme(lab, server, "uacme.lab.example")
    uacme(lab, server, "deactivate")
    lab.saw("uacme", "rollover")
