"""RFC 8555, 7.3: accounts, external accounts, key changes, deactivation."""
import re

from acme_client import Key, b64_json, make_binding
from checks_resources import expect_url
from suite import SHOULD, STATED, NotApplicable, check, expect, unchecked

CONTACT = ["mailto:conformance@example.org"]
OTHER_CONTACT = ["mailto:somebody-else@example.org"]


# 7.3. Creation

@check("7.3-created", "a new account: 201, Location, the account object", STATED)
def _(bench):
    session = bench.session()
    reply = bench.new_account(session).accepted(201)
    expect_url(reply.headers["Location"], "Location")
    expect(reply.document().get("status") == "valid", f"status: {reply.document().get('status')}")


@check("7.3-orders-ignored", "a client's value of orders is ignored")
def _(bench):
    session = bench.account(orders="https://example.com/mine")
    for body in (session.made.document(), session.fetch(session.kid).document()):
        expect(body.get("orders") != "https://example.com/mine", "the client's value comes back")


@check("7.3-unknown-members-ignored", "members that the server does not know are ignored")
def _(bench):
    session = bench.session()
    bench.new_account(session, xConformance={"a": [1]}).accepted(201)


@check("7.3-unknown-members-not-reflected", "members that the server does not know do not come back")
def _(bench):
    session = bench.account(xConformance="x")
    for body in (session.made.document(), session.fetch(session.kid).document()):
        expect("xConformance" not in body, "xConformance comes back")


@check("7.3-only-return-existing-not-reflected", "onlyReturnExisting does not come back")
def _(bench):
    session = bench.account(onlyReturnExisting=False)
    again = bench.new_account(session, onlyReturnExisting=True).accepted()
    for body in (session.made.document(), again.document()):
        expect("onlyReturnExisting" not in body, "it comes back")


@check("7.3-only-return-existing-creates-nothing", "onlyReturnExisting creates no account")
def _(bench):
    session = bench.session()
    bench.new_account(session, onlyReturnExisting=True).refused()
    bench.new_account(session).accepted(201)


@check("7.3-mailto", "contacts by mailto are supported")
def _(bench):
    bench.account(contact=CONTACT)


def with_contact(bench, url):
    reply = bench.new_account(bench.session(), contact=[url])
    if reply.status < 400:
        raise NotApplicable(f"the server accepts {url}")
    return reply


@check("7.3-unsupported-contact", "a contact of an unsupported scheme gets unsupportedContact")
def _(bench):
    with_contact(bench, "x-conformance:nobody").refused("unsupportedContact")


@check("7.3-unsupported-contact-detail", "unsupportedContact says which contacts are acceptable")
def _(bench):
    detail = with_contact(bench, "x-conformance:nobody").refused().problem().get("detail", "")
    expect("mailto" in detail, f"detail: {detail[:100]}")


@check("7.3-invalid-contact", "a contact of a supported scheme with an invalid value gets invalidContact")
def _(bench):
    with_contact(bench, "mailto:not an address").refused("invalidContact")


@check("7.3-mailto-hfields", "a mailto with header fields is refused", SHOULD)
def _(bench):
    bench.new_account(bench.session(), contact=["mailto:a@example.org?subject=x"]).refused("invalidContact")


@check("7.3-mailto-two-addresses", "a mailto with two addresses is refused", SHOULD)
def _(bench):
    bench.new_account(bench.session(), contact=["mailto:a@example.org,b@example.org"]).refused("invalidContact")


def without_agreement(bench, value):
    return bench.new_account(bench.session(), termsOfServiceAgreed=value)


@check("7.3-terms-are-named", "if agreement to terms is required, meta has termsOfService")
def _(bench):
    if without_agreement(bench, None).status < 400:
        raise NotApplicable("agreement is not required")
    found = bench.meta.get("termsOfService")
    expect(isinstance(found, str) and re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", found), f"termsOfService: {found!r}")


@check("7.3-terms-need-agreement", "if agreement to terms is required, newAccount without termsOfServiceAgreed: true is refused")
def _(bench):
    if "termsOfService" not in bench.meta:
        raise NotApplicable("there are no terms of service")
    for value in (None, False):
        without_agreement(bench, value).refused()


# 7.3.1. Finding an account

@check("7.3.1-existing-status", "newAccount with a key that has an account gets status 200")
def _(bench):
    bench.new_account(bench.account()).accepted(200)


@check("7.3.1-existing-location", "newAccount with a key that has an account gives that account's URL")
def _(bench):
    session = bench.account()
    expect(bench.new_account(session).accepted().location() == session.kid, "another URL")


@check("7.3.1-existing-unchanged", "newAccount with a key that has an account ignores the request's members")
def _(bench):
    session = bench.account(contact=CONTACT)
    before = session.fetch(session.kid).document()
    bodies = [bench.new_account(session, contact=OTHER_CONTACT).accepted().document(), session.fetch(session.kid).document()]
    expect(all(body.get("contact") == before.get("contact") for body in bodies), "contact was changed")


@check("7.3.1-not-existing-status", "onlyReturnExisting without an account gets status 400")
def _(bench):
    bench.new_account(bench.session(), onlyReturnExisting=True).refused(status=400)


@check("7.3.1-not-existing-type", "onlyReturnExisting without an account gets accountDoesNotExist")
def _(bench):
    bench.new_account(bench.session(), onlyReturnExisting=True).refused("accountDoesNotExist")


# 7.3.2. Update

@check("7.3.2-update", "an accepted update gets status 200 and the account as it is now")
def _(bench):
    session = bench.account(contact=CONTACT)
    body = session.post(session.kid, {"contact": OTHER_CONTACT}).accepted(200).document()
    expect(body.get("contact") == OTHER_CONTACT, f"contact: {body.get('contact')}")
    expect(body.get("status") == "valid", f"status: {body.get('status')}")


def ignored(bench, member, value):
    """An update with a member that is to be ignored: (account before, account after)."""
    session = bench.account(contact=CONTACT)
    before = session.fetch(session.kid).document()
    reply = session.post(session.kid, {"contact": OTHER_CONTACT, member: value})
    expect(reply.status == 200, f"not ignored but refused: {reply.seen()}")
    return before, session.fetch(session.kid).document()


@check("7.3.2-orders-ignored", "an update of orders is ignored")
def _(bench):
    before, after = ignored(bench, "orders", "https://example.com/mine")
    expect(before.get("orders") == after.get("orders"), "orders was changed")


@check("7.3.2-terms-ignored", "an update of termsOfServiceAgreed is ignored")
def _(bench):
    before, after = ignored(bench, "termsOfServiceAgreed", False)
    expect(before.get("termsOfServiceAgreed") == after.get("termsOfServiceAgreed"), "termsOfServiceAgreed was changed")


@check("7.3.2-status-ignored", "an update of status to anything but deactivated is ignored")
def _(bench):
    _, after = ignored(bench, "status", "revoked")
    expect(after.get("status") == "valid", f"status: {after.get('status')}")


@check("7.3.2-unknown-members-ignored", "an update of members that the server does not know is ignored")
def _(bench):
    _, after = ignored(bench, "xConformance", "x")
    expect("xConformance" not in after, "xConformance comes back")


# 7.3.3. Changes of terms

def needs_agreement(bench):
    """The reply to newOrder of an account that agreed to former terms."""
    reply = bench.new_order(bench.old_account())
    if reply.status < 400:
        raise NotApplicable("the server does not insist on the new terms")
    return reply


@check("7.3.3-status", "a request that needs agreement to new terms gets status 403")
def _(bench):
    needs_agreement(bench).refused(status=403)


@check("7.3.3-type", "a request that needs agreement to new terms gets userActionRequired")
def _(bench):
    needs_agreement(bench).refused("userActionRequired")


@check("7.3.3-link", "a request that needs agreement to new terms gets Link rel=\"terms-of-service\" with the newest terms")
def _(bench):
    found = needs_agreement(bench).links("terms-of-service")
    expect(found == [bench.meta.get("termsOfService")], f"Link: {found}")


@check("7.3.3-instance", "the problem has an instance: a URL where a person learns how to agree")
def _(bench):
    expect_url(needs_agreement(bench).problem().get("instance"), "instance")


# 7.3.4. External accounts

@check("7.3.4-required-is-announced", "if external accounts are required, meta says externalAccountRequired: true")
def _(bench):
    reply = bench.new_account(bench.session(), externalAccountBinding=None)
    if reply.kind() != "externalAccountRequired":
        raise NotApplicable("external accounts are not required")
    expect(bench.meta.get("externalAccountRequired") is True, f"it says {bench.meta.get('externalAccountRequired')}")


@check("7.3.4-required-type", "a newAccount request without the binding that is required gets externalAccountRequired", SHOULD)
def _(bench):
    if bench.meta.get("externalAccountRequired") is not True:
        raise NotApplicable("external accounts are not required")
    bench.new_account(bench.session(), externalAccountBinding=None).refused("externalAccountRequired")


@check("7.3.4-unverified-not-reflected", "a binding that was not verified does not come back")
def _(bench):
    session = bench.session()
    nobody = {"kid": "conformance-nobody", "key": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}
    reply = bench.new_account(session, externalAccountBinding=make_binding(session, nobody))
    if reply.status < 400:
        expect("externalAccountBinding" not in reply.document(), "the binding of an unknown key comes back")


@check("7.3.4-reflected", "the account object has the binding as it was in the request")
def _(bench):
    session = bench.session()
    binding = make_binding(session, bench.eab())
    found = bench.new_account(session, externalAccountBinding=binding).accepted(201).document().get("externalAccountBinding")
    expect(found == binding, "it is not there" if found is None else "it is another")


def bad_binding(name, says, make, level="MUST"):
    """A check that newAccount is refused with the binding make(session, eab)."""
    @check(f"7.3.4-{name}-refused", f"a binding is refused {says}", level)
    def _(bench):
        session = bench.session()
        bench.new_account(session, externalAccountBinding=make(session, bench.eab())).refused()


def with_wrong_mac(session, eab):
    good = make_binding(session, eab)
    return {**good, "signature": make_binding(session, eab, key=b"another key, as long as the right one is")["signature"]}


def with_wrong_alg(session, eab):
    header = b64_json({"alg": "ES256", "kid": eab["kid"], "url": session.directory["newAccount"]})
    return session.signed(header, b64_json(session.key.jwk))


bad_binding("not-a-jws", "that is no JWS", lambda session, eab: "binding")
bad_binding("half-a-jws", "that is half a JWS", lambda session, eab: {"protected": make_binding(session, eab)["protected"]})
bad_binding("signature-alg", "whose alg is no MAC", with_wrong_alg)
bad_binding("alg-none", "whose alg is none", lambda session, eab: {**make_binding(session, eab, alg="none"), "signature": ""})
bad_binding("no-kid", "without kid", lambda session, eab: make_binding(session, eab, kid=None))
bad_binding("nonce", "with a nonce", lambda session, eab: make_binding(session, eab, nonce=session.nonce()))
bad_binding("other-url", "with another url", lambda session, eab: make_binding(session, eab, url=session.directory["newOrder"]))
bad_binding("no-url", "without url", lambda session, eab: make_binding(session, eab, url=None))
bad_binding("unknown-kid", "of an unknown kid", lambda session, eab: make_binding(session, {**eab, "kid": "conformance-nobody"}))
bad_binding("wrong-mac", "whose MAC does not verify", with_wrong_mac)
bad_binding("other-key", "that is for another key", lambda session, eab: make_binding(session, eab, payload=Key().jwk))


# 7.3.5. Key change

def change(bench, session, new, payload=None, inner=None, outer=None):
    """The reply to a keyChange request; inner changes the inner header, payload members of its payload."""
    members = {"account": session.kid, "oldKey": session.key.jwk, **(payload or {})}
    members = {name: value for name, value in members.items() if value is not None}
    url = bench.directory["keyChange"]
    return session.post(url, outer or session.inner(new, url, members, inner))


@check("7.3.5-rollover", "after a key change the account has the new key, and not the old one", STATED)
def _(bench):
    session, new = bench.account(), Key()
    change(bench, session, new).accepted(200)
    session.post(session.kid, key=new).accepted(200)
    session.post(session.kid).refused()


@check("7.3.5-inactive-account-refused", "a key change of a deactivated account is refused")
def _(bench):
    session = bench.account()
    session.post(session.kid, {"status": "deactivated"}).accepted()
    change(bench, session, Key()).refused()


@check("7.3.5-not-a-jws-refused", "a key change whose payload is no JWS is refused")
def _(bench):
    session = bench.account()
    for payload in ({"account": session.kid, "oldKey": session.key.jwk}, "x", {}):
        session.post(bench.directory["keyChange"], payload).refused()


@check("7.3.5-no-jwk-refused", "a key change whose inner JWS has no jwk is refused")
def _(bench):
    session = bench.account()
    change(bench, session, Key(), inner={"jwk": None}).refused()
    change(bench, session, Key(), inner={"jwk": None, "kid": session.kid}).refused()


@check("7.3.5-inner-signature-verified", "a key change whose inner JWS does not verify is refused")
def _(bench):
    session, new = bench.account(), Key()
    url = bench.directory["keyChange"]
    payload = {"account": session.kid, "oldKey": session.key.jwk}
    change(bench, session, new, outer=session.inner(new, url, payload, key=Key())).refused()
    session.fetch(session.kid)


@check("7.3.5-inner-not-signed-refused", "a key change whose inner JWS is not signed is refused: alg none, a MAC, another's header")
def _(bench):
    session, new = bench.account(), Key()
    url, payload = bench.directory["keyChange"], {"account": session.kid, "oldKey": session.key.jwk}
    for alg in ("none", "HS256"):
        unsigned = {**session.inner(new, url, payload, {"alg": alg}), "signature": ""}
        session.post(url, unsigned).refused()
    header = session.inner(Key(), url, payload)["protected"]
    session.post(url, {**session.inner(new, url, payload), "protected": header}).refused()
    session.fetch(session.kid)


@check("7.3.5-no-key-change-refused", "a key change whose inner payload lacks account or oldKey is refused")
def _(bench):
    session = bench.account()
    change(bench, session, Key(), payload={"account": None}).refused()
    change(bench, session, Key(), payload={"oldKey": None}).refused()


@check("7.3.5-urls-differ-refused", "a key change whose inner url is another than the outer one is refused")
def _(bench):
    session = bench.account()
    change(bench, session, Key(), inner={"url": bench.directory["newAccount"]}).refused()
    change(bench, session, Key(), inner={"url": None}).refused()


@check("7.3.5-other-account-refused", "a key change for another account than the signer's is refused")
def _(bench):
    session, other = bench.account(), bench.account()
    change(bench, session, Key(), payload={"account": other.kid}).refused()
    change(bench, session, Key(), payload={"account": other.kid, "oldKey": other.key.jwk}).refused()


@check("7.3.5-other-old-key-refused", "a key change whose oldKey is not the account's is refused")
def _(bench):
    session = bench.account()
    change(bench, session, Key(), payload={"oldKey": Key().jwk}).refused()


def change_to_taken_key(bench):
    session, other = bench.account(), bench.account()
    return other, change(bench, session, other.key)


@check("7.3.5-taken-key-refused", "a key change to a key that has an account is refused")
def _(bench):
    change_to_taken_key(bench)[1].refused()


@check("7.3.5-taken-key-status", "a key change to a key that has an account gets 409 and that account's URL", SHOULD)
def _(bench):
    other, reply = change_to_taken_key(bench)
    reply.refused(status=409)
    expect(reply.location() == other.kid, "Location is another URL")


@check("7.3.5-inner-nonce-refused", "the inner JWS of a key change has no nonce", SHOULD)
def _(bench):
    session = bench.account()
    change(bench, session, Key(), inner={"nonce": session.nonce()}).refused()


@check("7.3.5-orders-survive", "a key change does not invalidate pending orders and authorizations")
def _(bench):
    session, new = bench.account(), Key()
    order = bench.order(session)
    change(bench, session, new).accepted()
    session.key = new
    expect(order.refresh().status == "pending", f"the order is {order.status}")
    status = order.authorization()[1]["status"]
    expect(status == "pending", f"the authorization is {status}")
    order.obtain()


# 7.3.6. Deactivation

@check("7.3.6-deactivated", "a deactivation gets status 200 and the account object", STATED)
def _(bench):
    session = bench.account()
    body = session.post(session.kid, {"status": "deactivated"}).accepted(200).document()
    expect(body.get("status") == "deactivated", f"status: {body.get('status')}")


def requests_of_deactivated(bench):
    """(name, reply)"""
    session = bench.account()
    order = bench.order(session)
    session.post(session.kid, {"status": "deactivated"}).accepted()
    return [("account", session.post(session.kid)), ("newOrder", bench.new_order(session)), ("order", session.post(order.url)),
            ("authorization", session.post(order.body["authorizations"][0])),
            ("finalize", order.finalize(bench.csr(order.names())[1])), ("update", session.post(session.kid, {"status": "valid"}))]


@check("7.3.6-requests-refused", "requests by a deactivated account are not accepted")
def _(bench):
    wrong = [name for name, reply in requests_of_deactivated(bench) if reply.status < 400]
    expect(not wrong, f"accepted: {', '.join(wrong)}")


@check("7.3.6-requests-status", "requests by a deactivated account get status 401")
def _(bench):
    wrong = [f"{name}: {reply.status}" for name, reply in requests_of_deactivated(bench) if reply.status != 401]
    expect(not wrong, "; ".join(wrong))


@check("7.3.6-requests-type", "requests by a deactivated account get type unauthorized")
def _(bench):
    wrong = [f"{name}: {reply.kind()}" for name, reply in requests_of_deactivated(bench) if reply.kind() != "unauthorized"]
    expect(not wrong, "; ".join(wrong))


@check("7.3.6-key-gets-no-new-account", "the key of a deactivated account gets no new account")
def _(bench):
    session = bench.account()
    session.post(session.kid, {"status": "deactivated"}).accepted()
    reply = bench.new_account(session)
    expect(reply.status != 201, "a new account for the same key")
    expect(reply.status >= 400 or reply.document().get("status") != "valid", "the account is valid again")


@check("7.3.6-signed-by-account", "a deactivation is signed with the account's key: another's does not deactivate it")
def _(bench):
    owner, other = bench.account(), bench.account()
    other.post(owner.kid, {"status": "deactivated"})
    other.post(owner.kid, {"status": "deactivated"}, protected={"kid": owner.kid}).refused()
    expect(owner.fetch(owner.kid).document().get("status") == "valid", "the account is no longer valid")


unchecked("7.3", "a contact is an address that reaches somebody", "servers cannot know")
unchecked("7.3.4", "a key identifier is ASCII", "handed out outside of ACME")
unchecked("7.3.6", "pending operations of a deactivated account end", "SHOULD; nobody can look at them any more")
