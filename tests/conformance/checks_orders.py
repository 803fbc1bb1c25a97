"""RFC 8555, 7.4 (orders, certificates) and 9.1 (chains)."""
import datetime
import re

from acme_client import b64
from checks_resources import expect_timestamp
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from suite import SHOULD, STATED, NotApplicable, check, expect, unchecked
from wire import Order

LINE = rb"[A-Za-z0-9+/]{64}\n"
BLOCK = rb"-----BEGIN CERTIFICATE-----\n(?:%s)*[A-Za-z0-9+/]{1,64}={0,2}\n-----END CERTIFICATE-----\n?" % LINE


# 7.4. Orders

@check("7.4-created", "a new order: 201, Location, the order object", STATED)
def _(bench):
    session, name = bench.account(), bench.name()
    order = Order(session, bench.new_order(session, [name]).accepted(201))
    expect(order.names() == [name], f"the order is for {order.names()}")
    expect(order.refresh().names() == [name], "what is at Location is another order")


@check("7.4-unsupported-type", "an order that cannot be fulfilled is refused: an identifier of an unknown type")
def _(bench):
    bench.new_order(bench.account(), [{"type": "x-conformance", "value": "1"}]).refused()


@check("7.4-unsupported-type-type", "an identifier of an unknown type gets unsupportedIdentifier", STATED)
def _(bench):
    bench.new_order(bench.account(), [{"type": "x-conformance", "value": "1"}]).refused("unsupportedIdentifier")


@check("7.4-no-identifiers", "an order that cannot be fulfilled is refused: no identifiers")
def _(bench):
    session = bench.account()
    for payload in ({"identifiers": []}, {}):
        session.post(bench.directory["newOrder"], payload).refused()


@check("7.4-address-as-name", "an order that cannot be fulfilled is refused: an address as a name")
def _(bench):
    bench.new_order(bench.account(), [{"type": "dns", "value": "192.0.2.1"}]).refused()


def expect_validity(bench, **asked):
    """An order with these times is refused, or its certificate has them."""
    reply = bench.new_order(bench.account(), **{name: time.isoformat() + "Z" for name, time in asked.items()})
    if reply.status < 400:
        order = Order(reply.client, reply).prove()
        finalized = order.finalize(bench.csr(order.names())[1])
        if finalized.status < 400:
            order.wait("valid", "invalid")
        if order.status == "valid":
            leaf = bench.chain(order.session.fetch(order.body["certificate"]).body)[0]
            got = {"notBefore": leaf.not_valid_before, "notAfter": leaf.not_valid_after}
            off = {name: round((got[name] - asked[name]).total_seconds()) for name in asked}
            expect(not any(off.values()), f"in the certificate, off by so many seconds: {off}")


@check("7.4-requested-validity", "notBefore and notAfter of an order are those of the certificate, or it is refused")
def _(bench):
    now = datetime.datetime.utcnow().replace(microsecond=0)
    expect_validity(bench, notBefore=now + datetime.timedelta(minutes=10), notAfter=now + datetime.timedelta(days=1))


@check("7.4-odd-validity", "the same for times that no CA likes: the past, a thousand years, an end before the beginning")
def _(bench):
    now = datetime.datetime.utcnow().replace(microsecond=0)
    expect_validity(bench, notAfter=datetime.datetime(2001, 1, 1))
    expect_validity(bench, notAfter=now + datetime.timedelta(days=365000))
    expect_validity(bench, notBefore=now + datetime.timedelta(days=2), notAfter=now + datetime.timedelta(days=1))


@check("7.4-no-date", "an order that cannot be fulfilled is refused: notAfter that is no date")
def _(bench):
    session = bench.account()
    for text in ("tomorrow", "2031-02-30T00:00:00Z", ""):
        reply = bench.new_order(session, notAfter=text)
        expect(reply.status >= 400 or "notAfter" not in reply.document(), f"\"{text}\" is accepted")


@check("7.4-certificate-as-requested", "the certificate has the requested names, no others, and the key of the CSR")
def _(bench):
    order = bench.certificate(names=[bench.name(), bench.name()])
    leaf = order.chain[0]
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    expect(sorted(str(name.value) for name in names) == order.names(), f"it is for {[str(name.value) for name in names]}")
    common = [attribute.value for attribute in leaf.subject if attribute.oid == x509.NameOID.COMMON_NAME]
    expect(set(common) <= set(order.names()), f"its common name is {common}")
    expect(public_bytes(leaf.public_key()) == public_bytes(order.key.public_key()), "it is for another key")


def public_bytes(key):
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def ready_order(bench, count=1):
    return bench.order(bench.account(), [bench.name() for _ in range(count)]).prove()


def expect_no_certificate(order, reply):
    """Finalize was refused, or the order fails."""
    if reply.status < 400:
        order.bench.until(lambda: order.refresh().status != "processing", "the order stays processing")
        expect(order.status != "valid", "a certificate was issued")


@check("7.4-csr-lacks-a-name", "a CSR without one of the order's names is refused")
def _(bench):
    order = ready_order(bench, 2)
    expect_no_certificate(order, order.finalize(bench.csr(order.names()[:1])[1]))


@check("7.4-csr-has-another-name", "a CSR with a name beyond the order's is refused")
def _(bench):
    order = ready_order(bench)
    expect_no_certificate(order, order.finalize(bench.csr([*order.names(), bench.name()])[1]))


def with_another_common_name(bench):
    """(order, reply to finalize, the name)"""
    order, name = ready_order(bench), bench.name()
    return order, order.finalize(bench.csr(order.names(), common_name=name)[1]), name


@check("7.4-csr-has-another-common-name", "a common name beyond the order's names does not get into the certificate")
def _(bench):
    order, reply, name = with_another_common_name(bench)
    if reply.status < 400:
        order.wait("valid", "invalid")
    if order.status == "valid":
        leaf = bench.chain(order.session.fetch(order.body["certificate"]).body)[0]
        expect(name.encode() not in bench.der(leaf), "it is there")


@check("7.4-csr-has-another-common-name-refused", "a CSR whose common name is beyond the order's names is refused", STATED)
def _(bench):
    order, reply, _ = with_another_common_name(bench)
    expect_no_certificate(order, reply)


@check("7.4-csr-has-an-address", "a CSR with an address beyond the order's names is refused")
def _(bench):
    order = ready_order(bench)
    expect_no_certificate(order, order.finalize(bench.csr([*order.names(), "192.0.2.1"])[1]))


@check("7.4-csr-needed", "a finalize request without a CSR is refused")
def _(bench):
    order = ready_order(bench)
    for payload in ({}, {"csr": ""}, {"csr": 1}):
        order.session.post(order.body["finalize"], payload).refused()


@check("7.4-csr-is-der", "a CSR is DER: PEM is refused", STATED)
def _(bench):
    order = ready_order(bench)
    _, der = bench.csr(order.names())
    pem = x509.load_der_x509_csr(der).public_bytes(serialization.Encoding.PEM)
    for text in (pem.decode(), b64(pem)):
        order.session.post(order.body["finalize"], {"csr": text}).refused()


def refused_csr(bench):
    order = ready_order(bench)
    reply = order.finalize(bench.csr([bench.name()])[1])
    reply.refused()
    return order, reply


@check("7.4-bad-csr-type", "a CSR that does not fit gets badCSR", SHOULD)
def _(bench):
    refused_csr(bench)[1].refused("badCSR")


@check("7.4-bad-csr-leaves-ready", "after badCSR the order is still ready, and another CSR is taken", SHOULD)
def _(bench):
    order, _ = refused_csr(bench)
    expect(order.refresh().status == "ready", f"the order is {order.status}")
    order.obtain()


@check("7.4-csr-common-name-only", "a name may be in the common name alone", SHOULD)
def _(bench):
    order = bench.order(bench.account(), [bench.short_name()]).prove()
    order.finalize(bench.csr([], common_name=order.names()[0])[1]).accepted(200)


@check("7.4-not-ready-status", "finalize of an order that is not ready gets status 403: a pending one")
def _(bench):
    order = bench.order(bench.account())
    order.finalize(bench.csr(order.names())[1]).refused(status=403)


@check("7.4-not-ready-type", "finalize of an order that is not ready gets orderNotReady: a pending one")
def _(bench):
    order = bench.order(bench.account())
    order.finalize(bench.csr(order.names())[1]).refused("orderNotReady")


@check("7.4-valid-not-ready-status", "finalize of an order that is not ready gets status 403: a valid one")
def _(bench):
    order = bench.certificate()
    order.finalize(bench.csr(order.names())[1]).refused(status=403)


@check("7.4-valid-not-ready-type", "finalize of an order that is not ready gets orderNotReady: a valid one")
def _(bench):
    order = bench.certificate()
    order.finalize(bench.csr(order.names())[1]).refused("orderNotReady")


@check("7.4-finalized", "finalize gets status 200 and the order", STATED)
def _(bench):
    order = bench.certificate()
    order.finalized.accepted(200)
    expect(order.finalized.document().get("status") in ("processing", "valid"), f"{order.finalized.document().get('status')}")


@check("7.4-finalized-location", "the answer to finalize has the order's Location", SHOULD)
def _(bench):
    order = bench.certificate()
    expect(order.finalized.headers["Location"] == order.url, f"Location: {'another' if order.finalized.headers['Location'] else None}")


@check("7.4-only-the-owner-finalizes", "an order is finalized by its own account: another account's CSR is refused", STATED)
def _(bench):
    order, other = ready_order(bench), bench.account()
    other.post(order.body["finalize"], {"csr": b64(bench.csr(order.names())[1])}).refused()
    expect(order.refresh().status == "ready", f"the order is {order.status}")


# 7.4.1. Pre-authorization

def new_authorization(bench, session, value):
    if "newAuthz" not in bench.directory:
        raise NotApplicable("the server does not pre-authorize (no newAuthz)")
    return session.post(bench.directory["newAuthz"], {"identifier": {"type": "dns", "value": value}})


@check("7.4.1-created", "newAuthz: 201, Location, the authorization object", STATED)
def _(bench):
    session, name = bench.account(), bench.name()
    reply = new_authorization(bench, session, name).accepted(201)
    expect(reply.document().get("identifier") == {"type": "dns", "value": name}, f"identifier: {reply.document().get('identifier')}")
    expect(session.fetch(reply.location()).document().get("status") == "pending", "what is at Location is not pending")


@check("7.4.1-pending", "a new authorization is pending")
def _(bench):
    found = new_authorization(bench, bench.account(), bench.name()).accepted().document().get("status")
    expect(found == "pending", f"status: {found}")


@check("7.4.1-no-wildcards", "wildcards are not pre-authorized")
def _(bench):
    new_authorization(bench, bench.account(), "*." + bench.name()).refused()


@check("7.4.1-unwilling", "an identifier that the server will not issue for gets status 403", SHOULD)
def _(bench):
    new_authorization(bench, bench.account(), "192.0.2.1").refused(status=403)


@check("7.4.1-counts", "an order finds what was pre-authorized", STATED)
def _(bench):
    session, name = bench.account(), bench.name()
    reply = new_authorization(bench, session, name).accepted(201)
    bench.answer(session, reply.document())
    expect(bench.settled(session, reply.location())["status"] == "valid", "the authorization does not become valid")
    order = bench.order(session, [name])
    expect(order.status == "ready", f"the order is {order.status}")
    order.obtain()


# 7.4.2. Certificates

@check("7.4.2-media-type", "a certificate comes as application/pem-certificate-chain", STATED)
def _(bench):
    kind = bench.certificate().certificate.media_type()
    expect(kind == "application/pem-certificate-chain", f"it comes as {kind}")


@check("7.4.2-immutable", "a certificate resource never changes")
def _(bench):
    order = bench.certificate()
    bench.certificate(order.session, order.names())
    expect(order.session.fetch(order.body["certificate"]).body == order.certificate.body, "it changed after a renewal")


@check("7.4.2-alternates", "alternate chains begin with the same certificate", SHOULD)
def _(bench):
    order = bench.certificate()
    links = order.certificate.links("alternate")
    if not links:
        raise NotApplicable("there are no alternate chains")
    for link in links:
        chain = bench.chain(order.session.fetch(link).body)
        expect(chain[0] == order.chain[0], "another certificate")


@check("9.1-strict-pem", "a chain is strict PEM with nothing else")
def _(bench):
    body = bench.certificate().certificate.body.replace(b"\r\n", b"\n")
    expect(re.fullmatch(rb"%s(?:\n?%s)*\n?" % (BLOCK, BLOCK), body), "there is something else, or lines are odd")


@check("9.1-end-entity-first", "the first certificate of a chain is the end entity's")
def _(bench):
    order = bench.certificate()
    try:
        basic = order.chain[0].extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return
    expect(not basic.ca, "it is a CA's")


@check("9.1-each-certifies-the-one-before", "each following certificate certifies the one before", SHOULD)
def _(bench):
    chain = bench.certificate().chain
    for leaf, issuer in zip(chain, chain[1:]):
        expect(leaf.issuer == issuer.subject, f"{leaf.issuer.rfc4514_string()} is not {issuer.subject.rfc4514_string()}")


@check("7.4-reflected-validity", "an order shows notBefore and notAfter as they were asked for", STATED)
def _(bench):
    session = bench.account()
    asked = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)).replace(microsecond=0)
    reply = bench.new_order(session, notAfter=asked.isoformat().replace("+00:00", "Z"))
    if reply.status >= 400:
        raise NotApplicable(f"it is refused: {reply.seen()}")
    expect(expect_timestamp(reply.document().get("notAfter"), "notAfter") == asked, "it is another")


unchecked("7.4", "the promise that an order can be finalized until it expires", "a run does not last so long")
unchecked("7.4.2", "other media types", "optional")
