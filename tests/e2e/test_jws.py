"""Everything that RFC 8555, 6.2 to 6.5 and RFC 7515 forbid in a signed request is refused, and the account lives on."""
import base64
import json
import threading

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from acme_client import Client, Key, b64, b64_json, in_threads


def registered(lab, alg="ES256"):
    client = Client(lab.server(), alg)
    client.register()
    return client


def post_header(client, url, header, payload=None, signer=None):
    """POSTs a JWS whose protected header is the given text, correctly signed."""
    protected = b64(header.encode())
    body = b64(b"" if payload is None else json.dumps(payload).encode())
    signature = b64((signer or client.key).sign(f"{protected}.{body}".encode()))
    return client.post(url, raw=json.dumps({"protected": protected, "payload": body, "signature": signature}).encode())


def test_shapes_other_than_flattened_json(lab):
    client = registered(lab)
    url = client.kid

    def changed(**members):
        jws = {**client.jws(url, None), **members}
        return {name: value for name, value in jws.items() if value is not None}

    good = client.jws(url, None)
    bodies = {
        "nothing": b"",
        "no JSON": b"hello",
        "half of it": json.dumps(changed()).encode()[:-5],
        "an array": json.dumps([changed()]).encode(),
        "a string": json.dumps("jws").encode(),
        "two values": json.dumps(changed()).encode() + b"{}",
        "a byte order mark": b"\xef\xbb\xbf" + json.dumps(changed()).encode(),
        "no UTF-8": json.dumps(changed()).encode().replace(b"payload", b"payl\xffad"),
        "no protected": changed(protected=None),
        "no payload (detached)": changed(payload=None),
        "no signature": changed(signature=None),
        "numbers": changed(signature=17),
        "general serialization": {"payload": "", "signatures": [{"protected": good["protected"], "signature": good["signature"]}]},
        "flattened with signatures": changed(signatures=[]),
        "unprotected header": changed(header={"kid": client.kid}),
        "compact serialization": ".".join(good.values()).encode(),
        "duplicate member": json.dumps(changed()).encode()[:-1] + b', "payload": ""}',
        "deeply nested": b'{"protected":' + b"[" * 20000 + b"]" * 20000 + b"}",
    }
    for name, body in bodies.items():
        lab.note(name)
        client.post(url, raw=body if isinstance(body, bytes) else json.dumps(body).encode()).refused(400, "malformed")
    client.post(url).ok()


def test_base64url_is_strict(lab):
    client = registered(lab)
    url = client.kid

    def padded(text):
        return text + "=" * (-len(text) % 4) if len(text) % 4 else text + "===="

    def loose_bits(text):
        """The same octets, with a bit set that a reader throws away."""
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        return text[:-1] + alphabet[alphabet.index(text[-1]) | 1]

    changes = {"padding": padded, "a space inside": lambda t: t[:8] + " " + t[8:], "a line break": lambda t: t + "\n",
               "a plus": lambda t: "+" + t[1:], "a slash": lambda t: "/" + t[1:], "a dot": lambda t: t + ".",
               "a letter too many": lambda t: t + "A" * ((1 - len(t)) % 4)}
    for member in ("protected", "payload", "signature"):
        for name, change in changes.items():
            lab.note(f"{member}: {name}")
            jws = client.jws(url, {"contact": []})
            jws[member] = change(jws[member])
            client.post(url, raw=json.dumps(jws).encode()).refused(400, "malformed")
    jws = client.jws(url, None)
    jws["signature"] = loose_bits(jws["signature"])    # 64 octets leave four bits over
    client.post(url, raw=json.dumps(jws).encode()).refused(400, "malformed")
    client.post(url).ok()


def test_protected_header(lab):
    client = registered(lab)
    url, elsewhere = client.kid, client.directory["newOrder"]
    cases = [
        ("no alg", {"alg": None}, 400, "malformed"),
        ("alg none", {"alg": "none"}, 400, "badSignatureAlgorithm"),
        ("a MAC", {"alg": "HS256"}, 400, "badSignatureAlgorithm"),
        ("unknown alg", {"alg": "ES256K"}, 400, "badSignatureAlgorithm"),
        ("alg in lower case", {"alg": "es256"}, 400, "badSignatureAlgorithm"),
        ("alg of another curve", {"alg": "ES384"}, 400, "malformed"),
        ("alg of another kind of key", {"alg": "RS256"}, 400, "malformed"),
        ("no url", {"url": None}, 400, "malformed"),
        ("url of another resource", {"url": elsewhere}, 403, "unauthorized"),
        ("url in capitals", {"url": url.replace("localhost", "LOCALHOST")}, 403, "unauthorized"),
        ("url with a query", {"url": url + "?"}, 403, "unauthorized"),
        ("url with a fragment", {"url": url + "#x"}, 403, "unauthorized"),
        ("url with an escape", {"url": url.replace("acme", "%61cme")}, 403, "unauthorized"),
        ("url of another host", {"url": url.replace("localhost", "127.0.0.1")}, 403, "unauthorized"),
        ("url without a scheme", {"url": url.removeprefix("https:")}, 403, "unauthorized"),
        ("no nonce", {"nonce": None}, 400, "badNonce"),
        ("nonce that is no base64url", {"nonce": "a b"}, 400, "malformed"),
        ("empty nonce", {"nonce": ""}, 400, "malformed"),
        ("nonce of nobody", {"nonce": "A" * 22}, 400, "badNonce"),
        ("nonce that is a number", {"nonce": 17}, 400, "malformed"),
        ("both jwk and kid", {"jwk": client.key.jwk}, 400, "malformed"),
        ("neither jwk nor kid", {"kid": None}, 400, "malformed"),
        ("jwk where kid is due", {"kid": None, "jwk": client.key.jwk}, 400, "malformed"),
        ("kid of no account", {"kid": url[:-1] + ("B" if url[-1] == "A" else "A")}, 400, "accountDoesNotExist"),
        ("kid of another server", {"kid": "https://ca.example/acme/account/1"}, 400, "accountDoesNotExist"),
        ("kid that is an order's URL", {"kid": url.replace("account", "order")}, 400, "accountDoesNotExist"),
        ("kid without its origin", {"kid": "/" + url.split("/", 3)[3]}, 400, "accountDoesNotExist"),
        ("crit", {"crit": ["exp"]}, 400, "malformed"),
        ("empty crit", {"crit": []}, 400, "malformed"),
        ("b64 false", {"b64": False, "crit": ["b64"]}, 400, "malformed"),
        ("b64 false without crit", {"b64": False}, 400, "malformed"),
    ]
    for name, changes, status, kind in cases:
        lab.note(name)
        answer = client.post(url, None, protected=changes)
        problem = answer.refused(status, kind)
        if kind == "badSignatureAlgorithm":
            assert {"ES256", "ES384", "ES512", "RS256", "PS256", "EdDSA", "Ed25519"} <= set(problem["algorithms"]), problem
        if kind == "badNonce":
            assert "JWS has an invalid anti-replay nonce" in problem["detail"], problem
    client.post(url, None, protected={"typ": "JWT"}).ok()    # an unknown member is ignored


def test_protected_header_text(lab):
    client = registered(lab)
    url = client.kid

    def header(**changes):
        return json.dumps(client.protected(url, changes=changes))

    for name, text in {"no JSON": "x", "an array": "[]", "empty": "", "duplicate alg": header()[:-1] + ', "alg": "ES256"}',
                       "duplicate url": header()[:-1] + f', "url": "{url}"}}', "a number": "1"}.items():
        lab.note(name)
        post_header(client, url, text).refused(400, "malformed")
    post_header(client, url, header()).ok()
    post_header(client, url, json.dumps(json.loads(header()), indent=4)).ok()    # white space is free


def test_signatures(lab):
    client = registered(lab)
    other, url = Key(), client.kid
    jws = client.jws(url, None)

    def refused(**changes):
        client.post(url, raw=json.dumps({**client.jws(url, None), **changes}).encode()).refused(400, "malformed")

    client.post(url, None, key=other).refused(400, "malformed", "signature")
    refused(signature="")
    refused(signature=b64(bytes(64)))
    refused(signature=b64(bytes(31) + b"\1" + bytes(31) + b"\1"))
    refused(signature=jws["signature"])    # of another request
    refused(signature=b64(base64.urlsafe_b64decode(jws["signature"] + "==") + b"\0"))
    refused(payload=b64_json({"status": "deactivated"}))    # signed was an empty payload
    fresh = client.jws(url, None)
    der = client.key.private.sign(f"{fresh['protected']}.{fresh['payload']}".encode(), ec.ECDSA(hashes.SHA256()))
    client.post(url, raw=json.dumps({**fresh, "signature": b64(der)}).encode()).refused(400, "malformed", "octets")
    assert client.post(url).ok().json()["status"] == "valid"


def test_unacceptable_keys(lab):
    server = lab.server()
    url = Client(server).directory["newAccount"]
    good = Key()
    small = Key("RS256", bits=1024)
    curve = ec.generate_private_key(ec.SECP256K1()).public_key().public_numbers()
    cases = {
        "RSA of 1024 bits": (small, small.jwk),
        "a point that is not on the curve": (good, {**good.jwk, "y": good.jwk["x"]}),
        "a coordinate of 31 octets": (good, {**good.jwk, "x": b64(bytes(31))}),
        "another curve": (good, {"kty": "EC", "crv": "secp256k1", "x": b64(curve.x.to_bytes(32, "big")),
                                 "y": b64(curve.y.to_bytes(32, "big"))}),
        "X25519": (good, {"kty": "OKP", "crv": "X25519", "x": b64(bytes(32))}),
        "an even RSA exponent": (small, {**Key("RS256").jwk, "e": "Ag"}),
        "a symmetric key": (good, {"kty": "oct", "k": b64(bytes(32))}),
        "a private member": (good, {**good.jwk, "d": b64(bytes(32))}),
        "an alg that is another": (good, {**good.jwk, "alg": "ES384"}),
    }
    for name, (key, jwk) in cases.items():
        lab.note(name)
        client = Client(server, key=key)
        client.post(url, {}, by_key=True, protected={"jwk": jwk}).refused(400, "badPublicKey")
    for name, jwk in {"no object": "key", "empty": {}, "no y": {n: v for n, v in good.jwk.items() if n != "y"}}.items():
        lab.note(name)
        answer = Client(server, key=good).post(url, {}, by_key=True, protected={"jwk": jwk})
        assert answer.status == 400 and answer.json()["type"].rsplit(":", 1)[1] in ("malformed", "badPublicKey"), answer.body
    Client(server, key=good).post(url, {}, by_key=True, protected={"jwk": {**good.jwk, "alg": "ES256", "use": "sig"}}).ok(201)


def test_who_signs_what(lab):
    client = registered(lab)
    fresh = Client(client.server)
    fresh.post(fresh.directory["newAccount"], {}, protected={"jwk": None, "kid": client.kid}).refused(400, "malformed")
    client.post(client.directory["newOrder"], {"identifiers": []}, by_key=True).refused(400, "malformed", "kid")
    # Somebody else's kid, signed with one's own key.
    fresh.register()
    fresh.post(client.kid, None, protected={"kid": client.kid}).refused(400, "malformed", "signature")
    fresh.post(client.kid).refused(404, "malformed")    # a foreign account is not told from none


def test_payloads(lab):
    client = registered(lab)
    url = client.directory["newOrder"]
    for payload in (None, b"x", b"[]", b'"x"', b'{"identifiers":[]}x', b'{"identifiers":1,"identifiers":1}',
                    b'{"identifiers":[],"identifiers":[]}', b"\xff", b'{"identifiers":null}', b'{"identifiers":{}}',
                    b'{"identifiers":["www.lab.example"]}', b'{"identifiers":[{"type":"dns"}]}',
                    b'{"identifiers":[{"type":"dns","value":7}]}', b'{"identifiers":[{"type":"dns","value":"a\\u0000b"}]}'):
        lab.note(repr(payload))
        client.post(url, payload).refused(400, "malformed")
    client.post(client.kid, {"status": 7}).refused(400, "malformed", "status")
    client.post(client.kid, {}).ok()


def test_large_requests(lab):
    client = registered(lab)
    url = client.kid
    client.post(url, {"filler": "x" * 60_000}).refused(413, "malformed")
    client.close()
    client.post(url, {"filler": "x" * 20_000}).ok()


def test_a_nonce_serves_once(lab):
    client = registered(lab)
    url, nonce = client.kid, client.nonce()
    client.post(url, None, protected={"nonce": nonce}).ok()
    for _ in range(3):
        client.post(url, None, protected={"nonce": nonce}).refused(400, "badNonce", "JWS has an invalid anti-replay nonce")

    # Also spent by a request that is refused later on.
    nonce = client.nonce()
    client.post(client.directory["newOrder"], {"identifiers": []}, protected={"nonce": nonce}).refused(400, "malformed")
    client.post(url, None, protected={"nonce": nonce}).refused(400, "badNonce")

    # Not by somebody who cannot sign.
    nonce = client.nonce()
    client.post(url, None, key=Key(), protected={"nonce": nonce}).refused(400, "malformed")
    client.post(url, None, protected={"nonce": nonce}).ok()

    # The answer to a bad nonce brings one that works for the same request.
    bad = client.post(url, None, protected={"nonce": nonce})
    client.post(url, None, protected={"nonce": bad.nonce}).ok()


def test_a_nonce_serves_once_among_many_at_the_same_moment(lab):
    server = lab.server({"workers": 4})
    owner = Client(server)
    owner.register()
    for _ in range(10):
        nonce, answers, gate = owner.nonce(), [], threading.Barrier(8)

        def race(_):
            client = Client(server, key=owner.key)
            client.kid = owner.kid
            client.get(server.directory)    # connected, so that the race is about the nonce
            body = json.dumps(client.jws(owner.kid, None, protected={"nonce": nonce})).encode()
            gate.wait()
            answers.append(client.post(owner.kid, raw=body).status)

        in_threads(8, race)
        assert sorted(answers) == [200] + [400] * 7, answers


def test_nonces_survive_an_orderly_restart(lab):
    client = registered(lab)
    server = client.server
    nonces = [client.nonce() for _ in range(3)]
    used = client.nonce()
    client.post(client.kid, None, protected={"nonce": used}).ok()
    assert server.stop() == 0
    client.close()
    server.start()
    for nonce in nonces:
        client.post(client.kid, None, protected={"nonce": nonce}).ok()
    for nonce in (used, *nonces):
        client.post(client.kid, None, protected={"nonce": nonce}).refused(400, "badNonce")
