"""RFC 8555, 7.5 and 8 (authorizations, challenges), and RFC 8737 (tls-alpn-01)."""
import re
import ssl
import time

from acme_client import URN, Key, b64, b64_json
from checks_resources import expect_timestamp
from cryptography.hazmat.primitives.asymmetric import ec
from suite import SHOULD, STATED, Fail, NotApplicable, check, expect, unchecked
from wire import challenge_of

ALPN_OID_OF_DRAFTS = "1.3.6.1.5.5.7.1.30.1"


def fresh(bench, count=1):
    """(session, order, URL and body of its first authorization)"""
    session = bench.account()
    order = bench.order(session, [bench.name() for _ in range(count)])
    return session, order, *order.authorization()


# 7.5.1. Responses

def expect_ignored(bench, members):
    session, _, url, body = fresh(bench)
    bench.need("http-01")
    challenge = challenge_of(body, "http-01")
    bench.show_http_01(session, body, challenge)
    session.post(challenge["url"], members).accepted(200)
    expect(bench.settled(session, url)["status"] == "valid", "the authorization is invalid")


@check("7.5.1-unknown-members-ignored", "members of a response that the challenge does not define are ignored")
def _(bench):
    expect_ignored(bench, {"type": "dns-01", "xConformance": [1]})


@check("7.5.1-key-authorization-ignored", "so is the member keyAuthorization, which drafts of the RFC had")
def _(bench):
    expect_ignored(bench, {"keyAuthorization": "x"})


@check("7.5.1-response-accepted", "a response gets status 200 and the challenge object", STATED)
def _(bench):
    session, _, _, body = fresh(bench)
    found = bench.answer(session, body).document()
    expect(found.get("url") in [challenge["url"] for challenge in body["challenges"]], "what comes is no challenge of the authorization")


@check("7.5.1-invalid-response", "a response that is none gets an HTTP error: not JSON, no object")
def _(bench):
    session, _, url, body = fresh(bench)
    for payload in (b"no JSON", b"[]", b'"x"', b"{"):
        reply = session.post(body["challenges"][0]["url"], payload)
        expect(reply.status >= 400, f"{payload.decode()} is accepted")
    expect(session.fetch(url).document()["status"] == "pending", "the authorization is no longer pending")


@check("7.5.1-only-the-owner-responds", "a challenge is answered by its own account: another account's response is refused", STATED)
def _(bench):
    session, _, url, body = fresh(bench)
    bench.account().post(body["challenges"][0]["url"], {}).refused()
    expect(session.fetch(url).document()["status"] == "pending", "the authorization is no longer pending")


@check("7.5.1-expires", "an authorization that became valid has expires")
def _(bench):
    session, _, url, body = fresh(bench)
    bench.answer(session, body)
    found = bench.settled(session, url)
    expect(found["status"] == "valid", f"the authorization is {found['status']}")
    expect_timestamp(found.get("expires"), "expires")


@check("7.5.1-poll", "a poll while validation goes on gets status 200")
def _(bench):
    session, _, url, body = fresh(bench)
    bench.need("http-01")
    challenge = challenge_of(body, "http-01")

    def slowly(handler):
        time.sleep(2)
        handler.answer(200, session.key_authorization(challenge).encode())
    bench.world.web.files["/.well-known/acme-challenge/" + challenge["token"]] = slowly
    session.post(challenge["url"], {}).accepted(200)
    for _ in range(4):
        session.post(url).accepted(200)
    expect(bench.settled(session, url)["status"] == "valid", "the authorization is invalid")


# 7.5.2. Deactivation

@check("7.5.2-deactivated", "a deactivation gets status 200 and the authorization", SHOULD)
def _(bench):
    session, _, url, _ = fresh(bench)
    found = session.post(url, {"status": "deactivated"}).accepted(200).document().get("status")
    expect(found == "deactivated", f"status: {found}")


@check("7.5.2-only-the-owner", "a deactivation by another account is refused")
def _(bench):
    session, _, url, _ = fresh(bench)
    bench.account().post(url, {"status": "deactivated"}).refused()
    session.post(url, {"status": "deactivated"}, key=Key()).refused()
    expect(session.fetch(url).document()["status"] == "pending", "the authorization is no longer pending")


@check("7.5.2-not-sufficient", "no certificate is issued on a deactivated authorization: an order that was ready")
def _(bench):
    session = bench.account()
    order = bench.order(session, [bench.name(), bench.name()]).prove()
    session.post(order.body["authorizations"][0], {"status": "deactivated"}).accepted(200)
    reply = order.finalize(bench.csr(order.names())[1])
    if reply.status < 400:
        bench.until(lambda: order.refresh().status != "processing", "the order stays processing")
        expect(order.status != "valid", "a certificate was issued")


@check("7.5.2-not-sufficient-later", "no certificate is issued on a deactivated authorization: a later order")
def _(bench):
    session = bench.account()
    order = bench.certificate(session)
    session.post(order.body["authorizations"][0], {"status": "deactivated"}).accepted(200)
    again = bench.order(session, order.names())
    expect(again.status == "pending", f"a new order for the name is {again.status}")
    reply = again.finalize(bench.csr(order.names())[1])
    expect(reply.status >= 400, f"accepted: {reply.seen()}")


# 8. Challenges

@check("8-challenge-object", "a challenge has type, url and status", STATED)
def _(bench):
    for challenge in fresh(bench)[3]["challenges"]:
        missing = [name for name in ("type", "url", "status") if not challenge.get(name)]
        expect(not missing, f"{challenge.get('type')} without {', '.join(missing)}")


@check("8-validated", "a valid challenge says when it was validated, in RFC 3339's form")
def _(bench):
    session, _, url, body = fresh(bench)
    bench.answer(session, body)
    valid = [challenge for challenge in bench.settled(session, url)["challenges"] if challenge["status"] == "valid"]
    expect(valid, "the authorization has no valid challenge")
    expect_timestamp(valid[0].get("validated"), "validated")


@check("8-error-only-if-it-failed", "only a challenge that failed (or is tried again, erratum 5732) has an error")
def _(bench):
    session, _, url, body = fresh(bench)
    bench.answer(session, body)
    for found in (body, bench.settled(session, url)):
        wrong = [one["status"] for one in found["challenges"] if "error" in one and one["status"] not in ("processing", "invalid")]
        expect(not wrong, f"a {wrong and wrong[0]} challenge has an error")


@check("8-error", "an invalid challenge has an error", SHOULD, slow=True)
def _(bench):
    session, order, _, _ = fresh(bench)
    body = bench.fails(session, order, "http-01", lambda body, challenge: None)
    error = challenge_of(body, "http-01").get("error")
    expect(isinstance(error, dict) and str(error.get("type", "")).startswith(URN) and error.get("detail"), f"error: {error}")


def while_retrying(bench, good):
    """good(reply to POST-as-GET of the challenge) comes true between the first try, which fails, and the second."""
    session, _, _, body = fresh(bench)
    bench.need("http-01")
    challenge = challenge_of(body, "http-01")
    session.post(challenge["url"], {}).accepted(200)
    bench.until(lambda: bench.fetches(challenge["token"]), "the server does not look")
    end = time.monotonic() + 4    # it should not look again before five seconds
    while time.monotonic() < end:
        reply = session.fetch(challenge["url"])
        status = reply.document().get("status")
        if status in ("valid", "invalid"):
            raise NotApplicable(f"the server tries once: the challenge is {status}")
        if good(reply):
            return
        time.sleep(0.2)
    raise Fail("the first try failed, and nothing says so")


@check("8.2-error-while-retrying", "after each failed try the challenge's error says so, while others follow", slow=True)
def _(bench):
    while_retrying(bench, lambda reply: isinstance(reply.document().get("error"), dict))


@check("8.2-retry-after-while-retrying", "while tries follow, Retry-After says when the next one will have been", SHOULD, slow=True)
def _(bench):
    while_retrying(bench, lambda reply: reply.headers["Retry-After"])


@check("8.2-no-error-once-valid", "a challenge that is valid at a later try has no error any more", slow=True)
def _(bench):
    session, order, _, _ = fresh(bench)

    def show(body, challenge):
        path = "/.well-known/acme-challenge/" + challenge["token"]

        def once(handler):
            bench.show_http_01(session, body, challenge)
            handler.answer(404, b"not yet")
        bench.world.web.files[path] = once
    body = bench.judged(session, order, "http-01", show)
    if body["status"] != "valid":
        raise NotApplicable("the server tries once")
    expect("error" not in challenge_of(body, "http-01"), "it has one")


def expect_token(token):
    expect(isinstance(token, str) and re.fullmatch("[A-Za-z0-9_-]+", token), f"a token: {token!r}")
    expect(len(token) >= 22, f"{len(token)} characters hold at most {len(token) * 6} bits")


def token_checks(kind, rfc, section):
    @check(f"{section}-token", f"the token of {kind} has room for 128 bits, in base64url without padding", rfc=rfc)
    def _(bench):
        tokens = []
        session = bench.account()
        for _ in range(5):
            tokens.append(challenge_of(bench.order(session).authorization()[1], kind).get("token"))
            expect_token(tokens[-1])
        expect(len(set(tokens)) == len(tokens), "a token came twice")


token_checks("http-01", "8555", "8.3")
token_checks("dns-01", "8555", "8.4")
token_checks("tls-alpn-01", "8737", "3")


def put(bench, text):
    """What lays out a text where http-01 looks."""
    def show(body, challenge):
        bench.world.web.files["/.well-known/acme-challenge/" + challenge["token"]] = text(challenge).encode()
    return show


@check("8.3-proof", "http-01: the key authorization at the right place proves a name", STATED)
def _(bench):
    session, order, _, _ = fresh(bench)
    body = bench.judged(session, order, "http-01", lambda body, challenge: bench.show_http_01(session, body, challenge))
    expect(body["status"] == "valid", f"the authorization is {body['status']}")


@check("8.3-get", "http-01: the server asks by GET, with the name as Host")
def _(bench):
    session, order, _, _ = fresh(bench)
    body = bench.judged(session, order, "http-01", lambda body, challenge: bench.show_http_01(session, body, challenge))
    asked = bench.fetches(challenge_of(body, "http-01")["token"])
    expect(asked, "the server did not ask for the file")
    hosts = {host.split(":")[0] for host, _ in asked}
    expect(hosts == {order.names()[0]}, f"Host: {hosts}")
    expect({path for _, path in asked} == {"/.well-known/acme-challenge/" + challenge_of(body, "http-01")["token"]}, "another path")


@check("8.3-white-space", "http-01: white space at the end is ignored", SHOULD)
def _(bench):
    session, order, _, _ = fresh(bench)
    body = bench.judged(session, order, "http-01", put(bench, lambda challenge: session.key_authorization(challenge) + " \r\n\n"))
    expect(body["status"] == "valid", f"the authorization is {body['status']}")


@check("8.3-redirect", "http-01: redirects are followed", SHOULD)
def _(bench):
    session, order, _, _ = fresh(bench)

    def show(body, challenge):
        target = f"/conformance/{challenge['token']}"
        bench.world.web.files[target] = session.key_authorization(challenge).encode()
        bench.world.web.files["/.well-known/acme-challenge/" + challenge["token"]] = lambda handler: handler.answer(302, Location=target)
    expect(bench.judged(session, order, "http-01", show)["status"] == "valid", "it fails")


@check("8.3-wrong-text", "http-01: another text does not prove anything", STATED, slow=True)
def _(bench):
    session, order, _, _ = fresh(bench)
    bench.fails(session, order, "http-01", put(bench, lambda challenge: challenge["token"] + "." + Key().thumbprint))


@check("8.3-token-alone", "http-01: the token alone does not prove anything", STATED, slow=True)
def _(bench):
    session, order, _, _ = fresh(bench)
    bench.fails(session, order, "http-01", put(bench, lambda challenge: challenge["token"]))


@check("8.3-longer-text", "http-01: a text that only begins well does not prove anything", STATED, slow=True)
def _(bench):
    session, order, _, _ = fresh(bench)
    bench.fails(session, order, "http-01", put(bench, lambda challenge: session.key_authorization(challenge) + "x"))


@check("8.4-proof", "dns-01: the digest in a TXT record proves a name", STATED)
def _(bench):
    session, order, _, _ = fresh(bench)
    body = bench.judged(session, order, "dns-01", lambda body, challenge: bench.show_dns_01(session, body, challenge))
    expect(body["status"] == "valid", f"the authorization is {body['status']}")


@check("8.4-one-of-many", "dns-01: one right TXT record among others proves a name", STATED)
def _(bench):
    session, order, _, _ = fresh(bench)

    def show(body, challenge):
        bench.add_txt(body, "something else")
        bench.show_dns_01(session, body, challenge)
        bench.add_txt(body, b64(b"\0" * 32))
    expect(bench.judged(session, order, "dns-01", show)["status"] == "valid", "it fails")


@check("8.4-wrong-text", "dns-01: another TXT record does not prove anything", STATED, slow=True)
def _(bench):
    session, order, _, _ = fresh(bench)
    bench.fails(session, order, "dns-01", lambda body, challenge: bench.add_txt(body, b64(b"\0" * 32)))


@check("8.4-key-authorization", "dns-01: the key authorization itself, not its digest, does not prove anything", STATED, slow=True)
def _(bench):
    session, order, _, _ = fresh(bench)
    bench.fails(session, order, "dns-01", lambda body, challenge: bench.add_txt(body, session.key_authorization(challenge)))


# RFC 8737: tls-alpn-01

def alpn(bench, **options):
    """(authorization as it ended, what the server said to our TLS server); options change what that shows."""
    session, order, _, _ = fresh(bench)
    plans = []

    def show(body, challenge):
        plans.append(bench.show_tls_alpn_01(session, body, challenge, **options))
    body = bench.judged(session, order, "tls-alpn-01", show)
    return body, bench.world.tls.wait_for(plans[0])


def refused_by_alpn(bench, **options):
    body, hellos = alpn(bench, **options)
    expect(body["status"] != "valid", "the authorization became valid")
    expect(hellos, "the server did not look")


def hellos_of(bench):
    body, hellos = alpn(bench)
    expect(hellos, "the server did not connect")
    return hellos


@check("3-proof", "the certificate of tls-alpn-01 proves a name", STATED, rfc="8737")
def _(bench):
    expect(alpn(bench)[0]["status"] == "valid", "the authorization is invalid")


@check("3-alpn", "ALPN offers acme-tls/1 and nothing else", rfc="8737")
def _(bench):
    wrong = [hello.protocols for hello in hellos_of(bench) if hello.protocols != ["acme-tls/1"]]
    expect(not wrong, f"ALPN: {wrong}")


@check("3-server-name", "server_name holds the name and nothing else", rfc="8737")
def _(bench):
    session, order, _, _ = fresh(bench)
    plans = []
    bench.judged(session, order, "tls-alpn-01",
                 lambda body, challenge: plans.append(bench.show_tls_alpn_01(session, body, challenge)))
    names = [hello.names for hello in plans[0].hellos]
    expect(names and all(one == order.names() for one in names), f"server_name: {names}")


@check("3-alpn-not-negotiated", "it fails if the TLS server does not choose acme-tls/1", STATED, rfc="8737", slow=True)
def _(bench):
    refused_by_alpn(bench, protocols=())


@check("3-other-name-too", "it fails if the certificate has another name beside the right one", STATED, rfc="8737", slow=True)
def _(bench):
    session, order, _, _ = fresh(bench)
    bench.fails(session, order, "tls-alpn-01", lambda body, challenge: bench.show_tls_alpn_01(
        session, body, challenge, names=[body["identifier"]["value"], "other.example"]))


@check("3-only-another-name", "it fails if the certificate is for another name", STATED, rfc="8737", slow=True)
def _(bench):
    refused_by_alpn(bench, names=["other.example"])


@check("3-not-critical", "it fails if acmeIdentifier is not critical", STATED, rfc="8737", slow=True)
def _(bench):
    refused_by_alpn(bench, critical=False)


@check("3-no-extension", "it fails if there is no acmeIdentifier", STATED, rfc="8737", slow=True)
def _(bench):
    refused_by_alpn(bench, oid=None)


@check("3-oid-of-drafts", "it fails with the extension of old drafts", STATED, rfc="8737", slow=True)
def _(bench):
    refused_by_alpn(bench, oid=ALPN_OID_OF_DRAFTS)


@check("3-wrong-digest", "it fails with another digest", STATED, rfc="8737", slow=True)
def _(bench):
    refused_by_alpn(bench, key_authorization="another.key-authorization")


@check("3-case", "the name in the certificate is compared without regard to case", rfc="8737")
def _(bench):
    session, order, _, _ = fresh(bench)
    body = bench.judged(session, order, "tls-alpn-01", lambda body, challenge: bench.show_tls_alpn_01(
        session, body, challenge, names=[body["identifier"]["value"].upper()]))
    expect(body["status"] == "valid", "a name in upper case is not taken")


@check("4-no-data", "no data follows the handshake", rfc="8737")
def _(bench):
    wrong = [hello.data for hello in hellos_of(bench) if hello.data]
    expect(not wrong, f"data: {wrong}")


@check("4-closed-at-once", "the connection is closed right after the handshake", rfc="8737")
def _(bench):
    hellos = hellos_of(bench)
    expect(all(hello.ended for hello in hellos), "it stays open")
    slowest = max(hello.seconds for hello in hellos)
    expect(slowest < 2, f"after {slowest:.0f} s")


@check("4-tls-1.2", "only TLS 1.2 and later are negotiated", rfc="8737", slow=True)
def _(bench):
    refused_by_alpn(bench, newest=ssl.TLSVersion.TLSv1_1, key=ec.generate_private_key(ec.SECP256R1()))


@check("4-tls-1.2-offered", "nothing older than TLS 1.2 is offered", SHOULD, rfc="8737")
def _(bench):
    for hello in hellos_of(bench):
        old = [version for version in hello.versions if version < 0x0303]
        expect(not old, f"offered: {[hex(version) for version in old]}")


unchecked("8.2", "how often a validation is tried", "a server's own")
unchecked("8.3", "http-01 goes to port 80", "the port is changed for the test")
unchecked("3", "tls-alpn-01 goes to port 443", "the port is changed for the test", rfc="8737")
unchecked("3", "what a certificate for validation looks like", "binds the client; what servers must refuse is checked", rfc="8737")
