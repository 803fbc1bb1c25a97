"""RFC 8555, section 6: HTTPS, JWS, GET and POST-as-GET, URLs, nonces, errors."""
import contextlib
import hashlib
import hmac
import json
import re
import socket
import urllib.parse

from acme_client import URN, Key, b64, b64_json, unb64
from cryptography.hazmat.primitives.asymmetric import ed448
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from suite import SHOULD, Fail, NotApplicable, check, expect, unchecked
from wire import origin_of

# The types that the IANA registry "ACME Error Types" holds: RFC 8555, 8739, 9115, 9773, 9799 and the profiles draft's.
REGISTERED = set("""
    accountDoesNotExist alreadyRevoked badCSR badNonce badPublicKey badRevocationReason badSignatureAlgorithm caa compound
    connection dns externalAccountRequired incorrectResponse invalidContact malformed orderNotReady rateLimited
    rejectedIdentifier serverInternal tls unauthorized unsupportedContact unsupportedIdentifier userActionRequired
    autoRenewalCanceled autoRenewalExpired autoRenewalCancellationInvalid autoRenewalRevocationNotSupported
    unknownDelegation alreadyReplaced onionCAARequired invalidProfile badAttestationStatement""".split())


# 6.1. HTTPS requests

@check("6.1-https", "HTTPS is required: all URLs of the directory are https, and without TLS no ACME is spoken")
def _(bench):
    urls = [value for name, value in bench.directory.items() if name != "meta"]
    expect(all(str(url).startswith("https://") for url in urls), f"in the directory: {[u for u in urls if 'https' not in u]}")
    _, host, port = origin_of(bench.options.directory)
    path = urllib.parse.urlsplit(bench.options.directory).path
    with contextlib.suppress(OSError), socket.create_connection((host, port), 10) as plain:
        plain.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        plain.settimeout(2)
        data = plain.recv(65536)
        expect(b'"newNonce"' not in data and not data.startswith(b"HTTP/1.1 200"), "the directory is served without TLS")


@check("6.1-cors", "Access-Control-Allow-Origin is *, so that browsers can use the server", SHOULD)
def _(bench):
    reply = bench.session().get(bench.options.directory, headers={"Origin": "https://www.example"})
    expect(reply.headers["Access-Control-Allow-Origin"] == "*", f"it is {reply.headers['Access-Control-Allow-Origin']}")


def padded(value):
    """base64url with the padding that JWS leaves out; never nothing."""
    text = b64(value)
    assert len(text) % 4, value
    return text + "=" * (-len(text) % 4)


def json_that_pads(value):
    """JSON whose length is no multiple of three."""
    text = json.dumps(value)
    return (text + " " * (len(text) % 3 == 0)).encode()


def new_account_parts(bench, session):
    """(header, payload) of a good newAccount request, as octets."""
    header = session.protected(bench.directory["newAccount"], by_key=True)
    return json_that_pads(header), json_that_pads(bench.members(session))


@check("6.1-padding-in-header-refused", "base64url with trailing '=' is refused: the protected header")
def _(bench):
    session = bench.session()
    header, payload = new_account_parts(bench, session)
    session.post_jws(bench.directory["newAccount"], session.signed(padded(header), b64(payload))).refused()


@check("6.1-padding-in-payload-refused", "base64url with trailing '=' is refused: the payload")
def _(bench):
    session = bench.session()
    header, payload = new_account_parts(bench, session)
    session.post_jws(bench.directory["newAccount"], session.signed(b64(header), padded(payload))).refused()


@check("6.1-padding-in-signature-refused", "base64url with trailing '=' is refused: the signature")
def _(bench):
    session = bench.session()
    header, payload = new_account_parts(bench, session)
    jws = session.signed(b64(header), b64(payload))
    jws["signature"] += "=" * (-len(jws["signature"]) % 4)
    session.post_jws(bench.directory["newAccount"], jws).refused()


@check("6.1-padding-in-jwk-refused", "base64url with trailing '=' is refused: a coordinate of the key")
def _(bench):
    session = bench.session()
    jwk = {**session.key.jwk, "x": session.key.jwk["x"] + "="}
    session.post(bench.directory["newAccount"], bench.members(session), protected={"jwk": jwk}).refused()


@check("6.1-padding-in-csr-refused", "base64url with trailing '=' is refused: the CSR")
def _(bench):
    order = bench.order(bench.account()).prove()
    der = b""
    while len(der) % 3 == 0:
        _, der = bench.csr(order.names())
    order.session.post(order.body["finalize"], {"csr": padded(der)}).refused()


@check("6.1-padding-in-revocation-refused", "base64url with trailing '=' is refused: the certificate to revoke")
def _(bench):
    session, order = bench.account(), None
    for _ in range(8):
        order = bench.certificate(session)
        if len(order.der) % 3:
            break
    else:
        raise NotApplicable("no certificate whose length needs padding came")
    session.post(bench.directory["revokeCert"], {"certificate": padded(order.der)}).refused()


@check("6.1-no-padding-sent", "what the server encodes has no trailing '=': nonces and tokens")
def _(bench):
    session = bench.account()
    expect("=" not in (session.made.nonce or ""), f"a nonce: {session.made.nonce}")
    _, body = bench.order(session).authorization()
    tokens = [challenge.get("token", "") for challenge in body["challenges"]]
    expect(not any("=" in token for token in tokens), f"tokens: {tokens}")


# 6.2. Request authentication

@check("6.2-jws-required", "a body that is no JWS is refused")
def _(bench):
    session = bench.session()
    session.post_jws(bench.directory["newAccount"], {"termsOfServiceAgreed": True}).refused()


@check("6.2-signature-verified-with-jwk", "the JWS is verified before the request is processed: newAccount")
def _(bench):
    session = bench.session()
    session.post(bench.directory["newAccount"], bench.members(session), by_key=True, key=Key()).refused()
    session.post(bench.directory["newAccount"], {"onlyReturnExisting": True}, by_key=True).refused()


@check("6.2-signature-verified-with-kid", "the JWS is verified before the request is processed: newOrder")
def _(bench):
    session = bench.account()
    session.post(bench.directory["newOrder"], order_payload(bench), key=Key()).refused()


@check("6.2-payload-verified", "a payload that was exchanged after signing is refused")
def _(bench):
    session = bench.account()
    jws = session.jws(bench.directory["newOrder"], order_payload(bench))
    jws["payload"] = b64_json(order_payload(bench))
    session.post_jws(bench.directory["newOrder"], jws).refused()


def order_payload(bench):
    return {"identifiers": [{"type": "dns", "value": bench.name()}]}


def order_jws(bench, session, **changes):
    return session.jws(bench.directory["newOrder"], order_payload(bench), protected=changes or None)


@check("6.2-compact-refused", "the JWS has the flattened JSON serialization: the compact one is refused")
def _(bench):
    session = bench.account()
    jws = order_jws(bench, session)
    session.post_jws(bench.directory["newOrder"], f"{jws['protected']}.{jws['payload']}.{jws['signature']}").refused()


@check("6.2-general-serialization-refused", "the JWS has the flattened JSON serialization: the general one is refused")
def _(bench):
    session = bench.account()
    jws = order_jws(bench, session)
    one = {"protected": jws["protected"], "signature": jws["signature"]}
    session.post_jws(bench.directory["newOrder"], {"payload": jws["payload"], "signatures": [one]}).refused()


@check("6.2-two-signatures-refused", "a JWS with several signatures is refused")
def _(bench):
    session = bench.account()
    jws = order_jws(bench, session)
    one = {"protected": jws["protected"], "signature": jws["signature"]}
    session.post_jws(bench.directory["newOrder"], {**jws, "signatures": [one, one]}).refused()


@check("6.2-unencoded-payload-refused", "the unencoded payload option (RFC 7797) is refused")
def _(bench):
    session = bench.account()
    header = b64_json(session.protected(bench.directory["newOrder"], changes={"b64": False, "crit": ["b64"]}))
    session.post_jws(bench.directory["newOrder"], session.signed(header, json.dumps(order_payload(bench)))).refused()


@check("6.2-unprotected-header-refused", "a JWS with an unprotected header is refused")
def _(bench):
    session = bench.account()
    session.post_jws(bench.directory["newOrder"], {**order_jws(bench, session), "header": {"kid": session.kid}}).refused()


@check("6.2-detached-payload-refused", "a JWS with a detached payload is refused")
def _(bench):
    session = bench.account()
    jws = session.jws(session.kid, None)
    del jws["payload"]
    session.post_jws(session.kid, jws).refused()


@check("6.2-alg-missing-refused", "the protected header has to hold alg")
def _(bench):
    session = bench.account()
    session.post_jws(bench.directory["newOrder"], order_jws(bench, session, alg=None)).refused()


@check("6.2-alg-none-refused", "alg none is refused, also with an empty signature")
def _(bench):
    session = bench.account()
    for signature in ("as it is", ""):
        jws = order_jws(bench, session, alg="none")
        jws["signature"] = jws["signature"] if signature else ""
        session.post_jws(bench.directory["newOrder"], jws).refused()


@check("6.2-mac-alg-refused", "an alg that is a MAC is refused, keyed with what the server knows: the account's public key")
def _(bench):
    session = bench.account()
    for key in (json.dumps(session.key.jwk).encode(), unb64(session.key.jwk["x"]) + unb64(session.key.jwk["y"]), b""):
        jws = order_jws(bench, session, alg="HS256")
        mac = hmac.new(key, f"{jws['protected']}.{jws['payload']}".encode(), hashlib.sha256)
        session.post_jws(bench.directory["newOrder"], {**jws, "signature": b64(mac.digest())}).refused()


@check("6.2-nonce-missing-refused", "the protected header has to hold nonce")
def _(bench):
    session = bench.account()
    session.post_jws(bench.directory["newOrder"], order_jws(bench, session, nonce=None)).refused()


@check("6.2-url-missing-refused", "the protected header has to hold url")
def _(bench):
    session = bench.account()
    session.post_jws(bench.directory["newOrder"], order_jws(bench, session, url=None)).refused()


@check("6.2-neither-jwk-nor-kid-refused", "the protected header has to hold jwk or kid")
def _(bench):
    session = bench.account()
    session.post_jws(bench.directory["newOrder"], order_jws(bench, session, kid=None)).refused()


@check("6.2-jwk-and-kid-refused", "a request with both jwk and kid is refused")
def _(bench):
    session = bench.account()
    session.post_jws(bench.directory["newOrder"], order_jws(bench, session, jwk=session.key.jwk)).refused()
    session.post(bench.directory["newAccount"], {"onlyReturnExisting": True}, by_key=True,
                 protected={"kid": session.kid}).refused()


@check("6.2-es256", "ES256 is implemented")
def _(bench):
    session = bench.account("ES256")
    session.fetch(session.kid)


@check("6.2-eddsa", "EdDSA with Ed25519 is implemented", SHOULD)
def _(bench):
    session = bench.account("EdDSA")
    session.fetch(session.kid)


@check("6.2-new-account-needs-jwk", "newAccount needs a jwk: a kid is refused")
def _(bench):
    session = bench.account()
    session.post(bench.directory["newAccount"], bench.members(session)).refused()


@check("6.2-jwk-of-signer", "jwk holds the public key of the signer: another account's key is refused")
def _(bench):
    other, session = bench.account(), bench.session()
    session.post(bench.directory["newAccount"], {"onlyReturnExisting": True}, protected={"jwk": other.key.jwk}).refused()


@check("6.2-kid-needed", "all requests but newAccount and revokeCert need a kid: a jwk is refused")
def _(bench):
    session = bench.account()
    session.post(bench.directory["newOrder"], order_payload(bench), by_key=True).refused()
    session.post(session.kid, None, by_key=True).refused()


@check("6.2-kid-is-account-url", "kid is an account's URL: anything else is refused")
def _(bench):
    session = bench.account()
    for kid in (session.kid.rsplit("/", 1)[1], session.kid + "x", bench.directory["newOrder"], 17):
        session.post(bench.directory["newOrder"], order_payload(bench), protected={"kid": kid}).refused()


@check("6.2-kid-of-signer", "kid names the signer's account: another account's is refused")
def _(bench):
    other, session = bench.account(), bench.account()
    session.post(bench.directory["newOrder"], order_payload(bench), protected={"kid": other.kid}).refused()


def unknown_alg(bench):
    """The reply to a newAccount request with an alg that no server supports."""
    session = bench.session()
    return session.post(bench.directory["newAccount"], bench.members(session), protected={"alg": "XS256"})


@check("6.2-bad-algorithm-status", "an alg that the server does not support gets status 400")
def _(bench):
    unknown_alg(bench).refused(status=400)


@check("6.2-bad-algorithm-type", "an alg that the server does not support gets type badSignatureAlgorithm")
def _(bench):
    unknown_alg(bench).refused("badSignatureAlgorithm")


@check("6.2-bad-algorithm-list", "the problem badSignatureAlgorithm has an array \"algorithms\" of what is supported")
def _(bench):
    found = unknown_alg(bench).problem().get("algorithms")
    expect(isinstance(found, list) and "ES256" in found, f"algorithms: {found}")


def short_rsa(bench):
    """The reply to newAccount with an RSA key of 512 bits."""
    supported = unknown_alg(bench).problem().get("algorithms")
    if isinstance(supported, list) and "RS256" not in supported:
        raise NotApplicable("RS256 is not supported")
    key = Key("RS256", bits=512)
    session = bench.session(key=key)
    reply = bench.new_account(session)
    if reply.status < 400:
        raise NotApplicable("the server takes RSA keys of 512 bits")
    return reply


@check("6.2-short-rsa-key", "a jwk that the server rejects (RSA, 512 bits) gets 400 badPublicKey")
def _(bench):
    short_rsa(bench).refused("badPublicKey", status=400)


@check("6.2-off-curve-key", "a jwk that is no P-256 key (a point off the curve) gets 400 badPublicKey")
def _(bench):
    session = bench.session()
    x = unb64(session.key.jwk["x"])
    jwk = {**session.key.jwk, "x": b64(x[:-1] + bytes([x[-1] ^ 1]))}
    session.post(bench.directory["newAccount"], bench.members(session), protected={"jwk": jwk}).refused("badPublicKey", status=400)


@check("6.2-unsupported-curve", "alg EdDSA with a curve that is not supported (Ed448) gets 400 badPublicKey")
def _(bench):
    session = bench.session("EdDSA")
    if bench.new_account(session).status >= 400:
        raise NotApplicable("EdDSA is not supported")
    key = Key("EdDSA")
    key.private = ed448.Ed448PrivateKey.generate()
    key.jwk = {"kty": "OKP", "crv": "Ed448", "x": b64(key.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))}
    reply = bench.new_account(bench.session(key=key))
    if reply.status < 400:
        raise NotApplicable("Ed448 is supported")
    reply.refused("badPublicKey", status=400)


@check("6.2-bad-key-detail", "the detail of badPublicKey says why", SHOULD)
def _(bench):
    detail = short_rsa(bench).problem().get("detail", "")
    expect(re.search(r"bit|small|short|size|modul|weak|2048", detail, re.I), f"detail: {detail[:100]}")


@check("6.2-content-type", "a media type other than application/jose+json gets status 415")
def _(bench):
    session = bench.account()
    for kind in ("application/json", "application/jose", "text/plain"):
        session.post(bench.directory["newOrder"], order_payload(bench), content_type=kind).refused(status=415)


@check("6.2-content-type-missing", "a body without a media type gets status 415")
def _(bench):
    session = bench.account()
    session.post(bench.directory["newOrder"], order_payload(bench), content_type=None).refused(status=415)


# 6.3. GET and POST-as-GET

STATIC = ("newAccount", "newOrder", "newAuthz", "revokeCert", "keyChange")


def gets(bench, urls):
    """(name, reply) of a GET of each URL."""
    session = bench.session()
    return [(name, session.get(url)) for name, url in urls.items()]


def static_urls(bench):
    return {name: bench.directory[name] for name in STATIC if name in bench.directory}


def object_urls(bench):
    session = bench.account()
    order = bench.certificate(session)
    url, body = order.authorization()
    urls = {"account": session.kid, "order": order.url, "finalize": order.body["finalize"], "authorization": url,
            "challenge": body["challenges"][0]["url"], "certificate": order.body["certificate"]}
    account = session.fetch(session.kid).document()
    return {**urls, "orders": account["orders"]} if "orders" in account else urls


def expect_all(found, good, show):
    wrong = [f"{name}: {show(reply)}" for name, reply in found if not good(reply)]
    expect(not wrong, "; ".join(wrong))


@check("6.3-get-refused-status", "GET of the directory's other resources gets status 405")
def _(bench):
    expect_all(gets(bench, static_urls(bench)), lambda reply: reply.status == 405, lambda reply: reply.status)


@check("6.3-get-refused-type", "GET of the directory's other resources gets type malformed")
def _(bench):
    expect_all(gets(bench, static_urls(bench)), lambda reply: reply.kind() == "malformed", lambda reply: reply.kind() or "no problem")


@check("6.3-get-of-objects-refused-status", "GET of accounts, orders, authorizations, challenges and certificates gets status 405")
def _(bench):
    expect_all(gets(bench, object_urls(bench)), lambda reply: reply.status == 405, lambda reply: reply.status)


@check("6.3-get-of-objects-refused-type", "GET of accounts, orders, authorizations, challenges and certificates gets type malformed")
def _(bench):
    expect_all(gets(bench, object_urls(bench)), lambda reply: reply.kind() == "malformed", lambda reply: reply.kind() or "no problem")


@check("6.3-get-directory", "GET of the directory is allowed")
def _(bench):
    bench.session().get(bench.options.directory).accepted(200)


@check("6.3-get-new-nonce", "GET of newNonce is allowed")
def _(bench):
    bench.session().get(bench.directory["newNonce"]).accepted()


@check("6.3-post-as-get-directory", "POST-as-GET of the directory is allowed")
def _(bench):
    reply = bench.account().post(bench.options.directory).accepted()
    expect("newNonce" in reply.document(), "what comes is no directory")


@check("6.3-post-as-get-new-nonce", "POST-as-GET of newNonce is allowed")
def _(bench):
    expect(bench.account().post(bench.directory["newNonce"]).accepted().nonce, "no Replay-Nonce")


@check("6.3-post-as-get-authenticated", "the sender of a POST-as-GET is authenticated")
def _(bench):
    session = bench.account()
    order = bench.order(session)
    for url in (session.kid, order.url, order.body["authorizations"][0]):
        session.post(url, key=Key()).refused()


@check("6.3-post-as-get-access", "another account does not read an account, its orders, authorizations and certificates", SHOULD)
def _(bench):
    owner, other = bench.account(), bench.account()
    order = bench.certificate(owner)
    url, body = order.authorization()
    urls = {"account": owner.kid, "order": order.url, "authorization": url, "challenge": body["challenges"][0]["url"],
            "certificate": order.body["certificate"]}
    wrong = [name for name, url in urls.items() if other.post(url).body == owner.fetch(url).body]
    expect(not wrong, f"another account reads: {', '.join(wrong)}")


@check("6.3-post-as-get-only-reads", "POST-as-GET means GET: that of a challenge starts no validation")
def _(bench):
    session = bench.account()
    order = bench.order(session)
    url, body = order.authorization()
    for challenge in body["challenges"]:
        found = session.fetch(challenge["url"]).document()
        expect(found.get("status") == "pending", f"{challenge['type']}: status {found.get('status')}")
    expect(session.fetch(url).document()["status"] == "pending", "the authorization is no longer pending")


# 6.4. Request URL integrity

def wrong_url(bench):
    session = bench.account()
    return session.post(session.kid, None, protected={"url": bench.directory["newOrder"]})


@check("6.4-url-mismatch-refused", "a url that is not the request's is refused")
def _(bench):
    wrong_url(bench).refused()


@check("6.4-url-mismatch-unauthorized", "a url that is not the request's is refused as unauthorized")
def _(bench):
    reply = wrong_url(bench).refused()
    expect(reply.status in (401, 403) or reply.kind() == "unauthorized", reply.seen())


@check("6.4-url-query-refused", "a url with a query that the request has not is refused")
def _(bench):
    session = bench.account()
    session.post(session.kid, None, protected={"url": session.kid + "?x=1"}).refused()


@check("6.4-url-exact", "url is compared with the exact string that the server gave out", SHOULD)
def _(bench):
    session = bench.account()
    parts = urllib.parse.urlsplit(session.kid)
    upper = parts._replace(netloc=parts.netloc.upper())
    encoded = parts._replace(path=parts.path[:-1] + f"%{ord(parts.path[-1]):02X}")
    for changed in (upper, encoded):
        if changed != parts:
            session.post(session.kid, None, protected={"url": changed.geturl()}).refused()


@check("6.4.1-url-unprotected-refused", "url is in the protected header: one in the unprotected header does not count")
def _(bench):
    session = bench.account()
    jws = order_jws(bench, session, url=None)
    session.post_jws(bench.directory["newOrder"], {**jws, "header": {"url": bench.directory["newOrder"]}}).refused()


@check("6.4.1-url-is-a-string", "url is a string")
def _(bench):
    session = bench.account()
    for value in (1, [bench.directory["newOrder"]], {}):
        session.post_jws(bench.directory["newOrder"], order_jws(bench, session, url=value)).refused()


# 6.5. Replay protection

@check("6.5-nonce-with-success", "every successful answer to a POST has a Replay-Nonce")
def _(bench):
    session = bench.account()
    order = bench.certificate(session)
    url, body = order.authorization()
    replies = {"newAccount": session.made, "newOrder": order.reply, "finalize": order.finalized,
               "certificate": order.certificate, "order": session.fetch(order.url), "authorization": session.fetch(url),
               "challenge": session.fetch(body["challenges"][0]["url"]), "account": session.post(session.kid, {"contact": []}),
               "revokeCert": session.revoke(order.der).accepted()}
    key = Key()
    inner = session.inner(key, bench.directory["keyChange"], {"account": session.kid, "oldKey": session.key.jwk})
    replies["keyChange"] = session.post(bench.directory["keyChange"], inner).accepted()
    wrong = [name for name, reply in replies.items() if reply.status < 400 and not reply.nonce]
    expect(not wrong, f"no Replay-Nonce from: {', '.join(wrong)}")


@check("6.5-nonce-with-errors", "an answer to a POST that is an error has a Replay-Nonce", SHOULD)
def _(bench):
    expect_all(errors(bench), lambda reply: reply.nonce, lambda reply: "no Replay-Nonce")


def with_nonce(bench, session, nonce):
    return session.post(bench.directory["newOrder"], order_payload(bench), protected={"nonce": nonce})


UNKNOWN_NONCE = b64(b"a nonce that no server gave out.")


@check("6.5-unknown-nonce-refused", "a nonce that the server did not give out is refused with 400 badNonce")
def _(bench):
    with_nonce(bench, bench.account(), UNKNOWN_NONCE).refused("badNonce", status=400)


@check("6.5-used-nonce-refused", "a nonce that was used is refused with 400 badNonce")
def _(bench):
    session = bench.account()
    nonce = session.nonce()
    with_nonce(bench, session, nonce).accepted()
    with_nonce(bench, session, nonce).refused("badNonce", status=400)


@check("6.5-nonce-of-failed-request-refused", "a nonce is spent also by an authentic request that fails")
def _(bench):
    session = bench.account()
    nonce = session.nonce()
    session.post(bench.directory["newOrder"], {"identifiers": []}, protected={"nonce": nonce}).refused()
    with_nonce(bench, session, nonce).refused("badNonce", status=400)


@check("6.5-missing-nonce", "a request without a nonce is refused with 400 badNonce")
def _(bench):
    session = bench.account()
    session.post_jws(bench.directory["newOrder"], order_jws(bench, session, nonce=None)).refused("badNonce", status=400)


@check("6.5-bad-nonce-gives-fresh-one", "the answer badNonce has a Replay-Nonce that is good for a retry")
def _(bench):
    session = bench.account()
    reply = with_nonce(bench, session, UNKNOWN_NONCE).refused("badNonce")
    expect(reply.nonce, "no Replay-Nonce in the answer badNonce")
    with_nonce(bench, session, reply.nonce).accepted(201)


@check("6.5.1-nonces-unique", "each message has its own nonce")
def _(bench):
    session = bench.session()
    found = [session.get(bench.directory["newNonce"], "HEAD").nonce for _ in range(50)]
    expect(len(set(found)) == len(found), f"{len(found) - len(set(found))} of {len(found)} nonces came twice")


@check("6.5.1-nonce-alphabet", "a nonce is an octet string in base64url")
def _(bench):
    session = bench.session()
    for _ in range(20):
        nonce = session.get(bench.directory["newNonce"], "HEAD").nonce or ""
        expect(re.fullmatch("[A-Za-z0-9_-]+", nonce) and len(nonce) % 4 != 1, f"a nonce: {nonce!r}")


@check("6.5.2-nonce-unprotected-refused", "nonce is in the protected header: one in the unprotected header does not count")
def _(bench):
    session = bench.account()
    jws = order_jws(bench, session, nonce=None)
    session.post_jws(bench.directory["newOrder"], {**jws, "header": {"nonce": session.nonce()}}).refused()


@check("6.5.2-nonce-not-base64url", "a nonce that is not base64url is refused as malformed")
def _(bench):
    with_nonce(bench, bench.account(), "no/base64url+").refused("malformed")


# 6.6. Rate limits

@check("6.6-rate-limited", "beyond a rate limit, the type is rateLimited")
def _(bench):
    over_the_limit(bench).refused("rateLimited")


@check("6.6-retry-after", "beyond a rate limit, Retry-After says when to come again", SHOULD)
def _(bench):
    expect(over_the_limit(bench).headers["Retry-After"], "no Retry-After")


def over_the_limit(bench):
    if not bench.options.orders_limit:
        raise NotApplicable("no limit was given (--orders-limit)")
    session = bench.account()
    for _ in range(bench.options.orders_limit + 1):
        reply = bench.new_order(session)
        if reply.status >= 400:
            return reply
    raise Fail(f"{bench.options.orders_limit + 1} orders of an account are accepted")


# 6.7. Errors

def errors(bench):
    """(name, reply) of requests that have to fail, of many kinds."""
    session, order = bench.account(), None
    order = bench.order(session)
    url, body = order.authorization()
    return [
        ("unknown nonce", with_nonce(bench, session, UNKNOWN_NONCE)),
        ("no JWS", session.post_jws(bench.directory["newOrder"], {})),
        ("wrong signature", session.post(order.url, key=Key())),
        ("unknown alg", unknown_alg(bench)),
        ("unknown account", bench.session().post(bench.directory["newAccount"], {"onlyReturnExisting": True}, by_key=True)),
        ("no identifiers", session.post(bench.directory["newOrder"], {"identifiers": []})),
        ("identifier of unknown type", bench.new_order(session, [{"type": "number", "value": "1"}])),
        ("not ready", order.finalize(bench.csr(order.names())[1])),
        ("not a response", session.post(body["challenges"][0]["url"], b"no JSON")),
        ("not a certificate", session.post(bench.directory["revokeCert"], {"certificate": b64(b"none")})),
        ("not a key change", session.post(bench.directory["keyChange"], {})),
        ("wrong url", session.post(url, protected={"url": order.url})),
        ("media type", session.post(order.url, content_type="text/plain")),
    ]


def parts_of(problem):
    return [part for part in problem.get("subproblems", []) if isinstance(part, dict)]


@check("6.7-types-registered", "ACME's URN namespace is used for registered types only")
def _(bench):
    kinds = {str(part.get("type", "")) for _, reply in errors(bench) for part in [reply.problem(), *parts_of(reply.problem())]}
    odd = sorted(kind for kind in kinds if kind.startswith(URN) and kind.removeprefix(URN) not in REGISTERED)
    expect(not odd, f"not registered: {', '.join(odd)}")


@check("6.7-problem-documents", "an error is told in a problem document with type and detail", SHOULD)
def _(bench):
    expect_all(errors(bench), lambda reply: reply.media_type() == "application/problem+json" and reply.kind()
               and reply.problem().get("detail"), lambda reply: f"{reply.media_type() or 'no media type'} {reply.kind()}")


def two_bad_names(bench):
    reply = bench.new_order(bench.account(), [bench.name(), "not_a..name", "neither is this"])
    return reply.refused().problem()


@check("6.7.1-no-identifier-on-top", "a problem document has no identifier at its top level")
def _(bench):
    problems = [reply.problem() for _, reply in errors(bench)] + [two_bad_names(bench)]
    expect(not any("identifier" in problem for problem in problems), "a problem has an identifier at its top level")


@check("6.7.1-subproblem-identifier", "the identifier of a subproblem is an ACME identifier")
def _(bench):
    parts = [part["identifier"] for part in parts_of(two_bad_names(bench)) if "identifier" in part]
    if not parts:
        raise NotApplicable("the server's subproblems have no identifiers")
    expect(all(isinstance(one, dict) and isinstance(one.get("type"), str) and isinstance(one.get("value"), str)
               for one in parts), f"{parts}")


unchecked("6.1", "clients send a User-Agent", "binds the client")
unchecked("6.3", "POST-as-GET has the semantics of GET", "what it means is checked where it could do harm, at challenges; "
          "access rules are the server's own, so that others read nothing is listed as SHOULD")
unchecked("6.5", "a nonce that appeared in any request is invalid", "checked for authentic requests; whether a request "
          "that fails authentication spends its nonce is left open here, since it would let strangers spend nonces they saw")
unchecked("6.5.1", "nonces cannot be predicted", "cannot be proven from outside")
unchecked("6.6", "the limits themselves", "a server's own; 6.6-rate-limited needs to be told one (--orders-limit)")
