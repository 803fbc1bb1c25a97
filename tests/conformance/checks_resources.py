"""RFC 8555, 7.1 and 7.2: directory, objects and their states, nonces."""
import datetime
import re

from responders import caa_rdata
from suite import SHOULD, STATED, NotApplicable, check, expect, unchecked
from wire import Order

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def expect_timestamp(value, what):
    """RFC 3339, and a date that exists."""
    expect(isinstance(value, str) and TIMESTAMP.fullmatch(value), f"{what}: {value!r}")
    try:
        return datetime.datetime.fromisoformat(re.sub(r"\.\d+", "", value).replace("Z", "+00:00"))
    except ValueError:
        return expect(False, f"{what}: {value!r}")


def expect_url(value, what):
    expect(isinstance(value, str) and re.fullmatch(r"https?://[^\s]+", value), f"{what}: {value!r}")


# 7.1.1. Directory

@check("7.1-directory", "there is a directory with newNonce")
def _(bench):
    expect_url(bench.directory.get("newNonce"), "newNonce")


@check("7.1-index-link", "Link rel=\"index\" points to the directory, from all resources but itself", STATED)
def _(bench):
    session = bench.account()
    order = bench.order(session)
    url, _ = order.authorization()
    replies = {"newAccount": session.made, "newOrder": order.reply, "order": session.fetch(order.url),
               "authorization": session.fetch(url), "newNonce": session.get(bench.directory["newNonce"], "HEAD")}
    wrong = [name for name, reply in replies.items() if bench.options.directory not in reply.links("index")]
    expect(not wrong, f"none from: {', '.join(wrong)}")


@check("7.1-up-link", "Link rel=\"up\" points from a challenge to its authorization", STATED)
def _(bench):
    session = bench.account()
    url, body = bench.order(session).authorization()
    found = session.fetch(body["challenges"][0]["url"]).links("up")
    expect(found == [url], "there is none" if not found else "it is another URL")


@check("7.1.1-directory-fields", "the directory is a JSON object with the URLs of newAccount, newOrder, revokeCert, keyChange",
       STATED)
def _(bench):
    for name in ("newNonce", "newAccount", "newOrder", "revokeCert", "keyChange"):
        expect_url(bench.directory.get(name), name)


@check("7.1.1-new-authz-works-or-is-absent", "newAuthz is left out if pre-authorization is not implemented")
def _(bench):
    if "newAuthz" not in bench.directory:
        return
    reply = bench.account().post(bench.directory["newAuthz"], {"identifier": {"type": "dns", "value": bench.name()}})
    expect(reply.status in (201, 403), f"newAuthz is listed, but: {reply.seen()}")


@check("7.1.1-meta", "meta, if present, is a JSON object")
def _(bench):
    if "meta" not in bench.directory:
        raise NotApplicable("there is no meta")
    expect(isinstance(bench.directory["meta"], dict), f"meta: {bench.directory['meta']!r}")


@check("7.1.1-meta-types", "members of meta have their types", STATED)
def _(bench):
    kinds = {"termsOfService": str, "website": str, "caaIdentities": list, "externalAccountRequired": bool}
    wrong = [name for name, kind in kinds.items() if name in bench.meta and not isinstance(bench.meta[name], kind)]
    expect(not wrong, f"another type: {', '.join(wrong)}")


@check("7.1.1-caa-identities", "each of caaIdentities is what the server looks for in CAA records")
def _(bench):
    names = bench.meta.get("caaIdentities")
    if not names:
        raise NotApplicable("there are no caaIdentities")
    bench.need("dns-01")
    session = bench.account()
    for identity in names:
        expect(isinstance(identity, str) and identity.isascii(), f"{identity!r}")
        name = bench.name()
        bench.world.dns.add(name, "CAA", caa_rdata("issue", identity))
        bench.certificate(session, [name])


# 7.1.2. Accounts

@check("7.1.2-account-object", "an account has status and orders", STATED)
def _(bench):
    session = bench.account()
    for body in (session.made.document(), session.fetch(session.kid).document()):
        expect(body.get("status") == "valid", f"status: {body.get('status')}")
        expect_url(body.get("orders"), "orders")


def orders_url(session):
    body = session.fetch(session.kid).document()
    if "orders" not in body:
        raise NotApplicable("the account has no orders URL (see 7.1.2-account-object)")
    return body["orders"]


def listed_orders(session):
    """All pages of the list."""
    url, found = orders_url(session), []
    for _ in range(20):
        reply = session.fetch(url)
        page = reply.document().get("orders")
        expect(isinstance(page, list), f"orders: {page!r}")
        found += page
        following = reply.links("next")
        if not following:
            break
        url = following[0]
    return found


@check("7.1.2.1-orders-list", "the list of orders is a JSON object with an array of the URLs of the account's orders")
def _(bench):
    session, other = bench.account(), bench.account()
    theirs = bench.order(other)
    bench.certificate(session)
    for url in listed_orders(session):
        expect_url(url, "an order")
        expect(url != theirs.url, "an order of another account is listed")
        expect("identifiers" in session.fetch(url).document(), "what is listed is no order")


@check("7.1.2.1-pending-listed", "the list of orders has pending ones", SHOULD)
def _(bench):
    session = bench.account()
    order = bench.order(session)
    expect(order.url in listed_orders(session), "it is not there")


@check("7.1.2.1-invalid-not-listed", "the list of orders has no invalid ones", SHOULD)
def _(bench):
    session = bench.account()
    order = invalid_order(bench, session)
    expect(order.url not in listed_orders(session), "it is there")


def invalid_order(bench, session):
    """An order whose authorization was given up by its owner."""
    order = bench.order(session)
    session.post(order.body["authorizations"][0], {"status": "deactivated"}).accepted(200)
    order.refresh()
    if order.status != "invalid":
        raise NotApplicable("a deactivated authorization leaves the order as it is")
    return order


# 7.1.3. Orders

@check("7.1.3-order-object", "an order has status, identifiers, authorizations and finalize", STATED)
def _(bench):
    body = bench.order(bench.account()).body
    expect(body.get("status") in ("pending", "ready", "processing", "valid", "invalid"), f"status: {body.get('status')}")
    expect(isinstance(body.get("identifiers"), list) and body["identifiers"], f"identifiers: {body.get('identifiers')}")
    expect(isinstance(body.get("authorizations"), list), f"authorizations: {body.get('authorizations')}")
    for url in [body.get("finalize"), *body["authorizations"]]:
        expect_url(url, "finalize or an authorization")


@check("7.1.3-expires-pending", "a pending order has expires, in RFC 3339's form")
def _(bench):
    expect_timestamp(bench.order(bench.account()).body.get("expires"), "expires")


@check("7.1.3-expires-valid", "a valid order has expires, in RFC 3339's form")
def _(bench):
    expect_timestamp(bench.certificate().body.get("expires"), "expires")


def wildcard_order(bench, session):
    bench.need("dns-01")
    reply = bench.new_order(session, ["*." + bench.name()])
    if reply.status >= 400:
        raise NotApplicable(f"no wildcards: {reply.seen()}")
    return Order(session, reply)


@check("7.1.3-wildcard-authorization-name", "an authorization for a wildcard is for the name without \"*.\"")
def _(bench):
    order = wildcard_order(bench, bench.account())
    _, body = order.authorization()
    expect("*." + body["identifier"]["value"] == order.names()[0], f"it is for {body['identifier']['value']}")


@check("7.1.3-wildcard-member", "an authorization for a wildcard has \"wildcard\": true")
def _(bench):
    _, body = wildcard_order(bench, bench.account()).authorization()
    expect(body.get("wildcard") is True, f"wildcard: {body.get('wildcard')}")


def fixed_arrays(body):
    return sorted(map(str, body["identifiers"])), sorted(body["authorizations"])


@check("7.1.3-arrays-immutable", "identifiers and authorizations of an order never change, up to valid")
def _(bench):
    order = bench.order(bench.account(), [bench.name(), bench.name()])
    first, seen = fixed_arrays(order.body), {}
    order.prove()
    seen["ready"] = fixed_arrays(order.body)
    order.obtain()
    seen["finalized"] = fixed_arrays(order.finalized.document())
    seen["valid"] = fixed_arrays(order.body)
    wrong = [state for state, arrays in seen.items() if arrays != first]
    expect(not wrong, f"others when {', '.join(wrong)}")


@check("7.1.3-arrays-immutable-when-invalid", "identifiers and authorizations of an order never change, also if it becomes invalid")
def _(bench):
    session = bench.account()
    order = bench.order(session)
    first = fixed_arrays(order.body)
    session.post(order.body["authorizations"][0], {"status": "deactivated"}).accepted()
    expect(fixed_arrays(order.refresh().body) == first, "they are others")


# 7.1.4. Authorizations

@check("7.1.4-authorization-object", "an authorization has identifier, status and challenges", STATED)
def _(bench):
    _, body = bench.order(bench.account()).authorization()
    identifier = body.get("identifier")
    expect(isinstance(identifier, dict) and identifier.get("type") == "dns" and identifier.get("value"), f"identifier: {identifier}")
    expect(body.get("status") == "pending", f"status: {body.get('status')}")
    expect(isinstance(body.get("challenges"), list) and body["challenges"], f"challenges: {body.get('challenges')}")


def valid_authorization(bench):
    return bench.order(bench.account()).prove().authorization()[1]


@check("7.1.4-expires-valid", "a valid authorization has expires, in RFC 3339's form")
def _(bench):
    expect_timestamp(valid_authorization(bench).get("expires"), "expires")


@check("7.1.4-wildcard-absent", "an authorization that is not for a wildcard has no member wildcard")
def _(bench):
    _, body = bench.order(bench.account()).authorization()
    expect("wildcard" not in body, f"wildcard: {body.get('wildcard')}")


@check("7.1.4-ace-prefix-verified", "a name that begins with xn-- is refused unless it is properly encoded")
def _(bench):
    session = bench.account()
    for label in ("xn--99999999999", "xn--zzzzzzzzzz99999"):    # neither decodes
        reply = bench.new_order(session, [f"{label}.{bench.options.domain}"])
        expect(reply.status >= 400, f"{label} is accepted: {reply.seen()}")


@check("7.1.4-name-as-in-certificates", "a name is encoded as in certificates: U-labels do not come back")
def _(bench):
    reply = bench.new_order(bench.account(), [f"b\u00fccher.{bench.name()}"])
    if reply.status < 400:
        values = [identifier["value"] for identifier in reply.document()["identifiers"]]
        expect(all(value.isascii() for value in values), f"the order is for {values}")


@check("7.1.4-proper-names", "a name is one that a certificate can hold: what is no name, and a wildcard elsewhere, is refused")
def _(bench):
    session, domain = bench.account(), bench.options.domain
    for name in (f"two..dots.{domain}", f"{'x' * 64}.{domain}", f"under the.{domain}", f"*.*.{domain}", f"www.*.{domain}",
                 ".".join(["x" * 60] * 5), ""):
        reply = bench.new_order(session, [{"type": "dns", "value": name}])
        expect(reply.status >= 400, f"\"{name}\" is accepted")


@check("7.1.4-a-label", "a name with a proper A-label is accepted", SHOULD)
def _(bench):
    bench.order(bench.account(), [f"xn--bcher-kva.{bench.name()}"])


@check("7.1.4-name-in-lower-case", "a name in upper case is the same name: it comes back in lower case", SHOULD)
def _(bench):
    name = bench.name()
    order = bench.order(bench.account(), [name.upper()])
    expect(order.names() == [name], f"the order is for {order.names()}")


# 7.1.6. States

@check("7.1.6-challenge-pending", "challenges begin pending", STATED)
def _(bench):
    _, body = bench.order(bench.account()).authorization()
    found = {challenge["type"]: challenge.get("status") for challenge in body["challenges"]}
    expect(set(found.values()) == {"pending"}, f"{found}")


@check("7.1.6-order-ready", "an order becomes ready once all its authorizations are valid", STATED)
def _(bench):
    session = bench.account()
    order = bench.order(session, [bench.name(), bench.name()])
    first, second = order.authorizations()
    bench.answer(session, first[1])
    expect(bench.settled(session, first[0])["status"] == "valid", "the first authorization is not valid")
    expect(order.refresh().status == "pending", f"{order.status} with one of two authorizations")
    bench.answer(session, second[1])
    order.wait("ready")


@check("7.1.6-order-valid", "an order becomes valid, with its certificate", STATED)
def _(bench):
    body = bench.certificate().body
    expect(body["status"] == "valid", f"status: {body['status']}")
    expect_url(body.get("certificate"), "certificate")


@check("7.1.6-failure-makes-invalid", "a challenge that fails makes authorization and order invalid", STATED, slow=True)
def _(bench):
    session = bench.account()
    order = bench.order(session)
    body = bench.fails(session, order, "http-01", lambda body, challenge: None)
    expect(body["status"] == "invalid", f"the authorization is {body['status']}")
    order.wait("invalid")


@check("7.1.6-deactivation-makes-invalid", "an order whose authorization is deactivated becomes invalid", STATED)
def _(bench):
    session = bench.account()
    order = bench.order(session)
    session.post(order.body["authorizations"][0], {"status": "deactivated"}).accepted()
    expect(order.refresh().status == "invalid", f"the order is {order.status}")


# 7.2. Nonces

def nonce_reply(bench, method):
    return bench.session().get(bench.directory["newNonce"], method)


@check("7.2-head-gives-nonce", "HEAD of newNonce gives a fresh nonce")
def _(bench):
    session = bench.account()
    reply = session.get(bench.directory["newNonce"], "HEAD")
    expect(reply.nonce, f"{reply.seen()} without Replay-Nonce")
    session.post(bench.directory["newOrder"], {"identifiers": [{"type": "dns", "value": bench.name()}]},
                 protected={"nonce": reply.nonce}).accepted()


@check("7.2-head-status", "HEAD of newNonce has status 200", SHOULD)
def _(bench):
    nonce_reply(bench, "HEAD").accepted(200)


@check("7.2-get-status", "GET of newNonce has status 204")
def _(bench):
    nonce_reply(bench, "GET").accepted(204)


@check("7.2-get-empty", "GET of newNonce has an empty body")
def _(bench):
    reply = nonce_reply(bench, "GET").accepted()
    expect(not reply.body, f"a body of {len(reply.body)} octets")


@check("7.2-get-gives-nonce", "GET of newNonce gives a nonce")
def _(bench):
    expect(nonce_reply(bench, "GET").accepted().nonce, "no Replay-Nonce")


@check("7.2-no-store", "answers of newNonce have Cache-Control: no-store")
def _(bench):
    for method in ("HEAD", "GET"):
        value = nonce_reply(bench, method).headers["Cache-Control"] or ""
        expect("no-store" in re.split(r"[\s,]+", value), f"{method}: {value or 'no Cache-Control'}")


unchecked("7.1", "the directory's place is up to the server", "nothing to break")
unchecked("7.1.6", "expired, revoked", "a run does not last until something expires; only a server's operator revokes")
