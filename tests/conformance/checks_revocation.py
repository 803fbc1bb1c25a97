"""RFC 8555, 7.6: revocation."""
from acme_client import Key, b64, make_alpn_certificate
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from suite import STATED, NotApplicable, check, expect, unchecked


def revoke(session, order, **members):
    return session.post(session.directory["revokeCert"], {"certificate": b64(order.der), **members})


def p256():
    return ec.generate_private_key(ec.SECP256R1())


@check("7.6-by-issuing-account", "the account that a certificate was issued to may revoke it")
def _(bench):
    order = bench.certificate()
    revoke(order.session, order).accepted(200)


@check("7.6-by-authorized-account", "an account with authorizations for all names of a certificate may revoke it")
def _(bench):
    order = bench.certificate(names=[bench.name(), bench.name()])
    other = bench.account()
    bench.order(other, order.names()).prove()
    revoke(other, order).accepted(200)


@check("7.6-by-certificate-key", "whoever has the certificate's key may revoke it")
def _(bench):
    order = bench.certificate(key=p256())
    session = bench.session(key=Key(private=order.key))
    session.post(bench.directory["revokeCert"], {"certificate": b64(order.der)}, by_key=True).accepted(200)


@check("7.6-stranger-refused", "the signer has to be authorized: another account is refused")
def _(bench):
    revoke(bench.account(), bench.certificate()).refused()


@check("7.6-half-authorized-refused", "the signer has to be authorized: an account with one of two names is refused")
def _(bench):
    order = bench.certificate(names=[bench.name(), bench.name()])
    other = bench.account()
    bench.order(other, order.names()[:1]).prove()
    revoke(other, order).refused()


@check("7.6-pending-authorization-refused", "the signer has to be authorized: a pending authorization is none")
def _(bench):
    order = bench.certificate()
    other = bench.account()
    bench.order(other, order.names())
    revoke(other, order).refused()


@check("7.6-deactivated-authorization-refused", "the signer has to be authorized: a deactivated authorization is none")
def _(bench):
    order = bench.certificate()
    other = bench.account()
    theirs = bench.order(other, order.names()).prove()
    other.post(theirs.body["authorizations"][0], {"status": "deactivated"}).accepted(200)
    revoke(other, order).refused()


@check("7.6-other-key-refused", "the signer has to be authorized: any other key is refused")
def _(bench):
    order = bench.certificate()
    session = bench.session()
    session.post(bench.directory["revokeCert"], {"certificate": b64(order.der)}, by_key=True).refused()


@check("7.6-foreign-certificate-refused", "a certificate that the server did not issue is not revoked", STATED)
def _(bench):
    pem, _ = make_alpn_certificate([bench.name()], "x")
    der = bench.der(x509.load_pem_x509_certificate(pem))
    bench.account().post(bench.directory["revokeCert"], {"certificate": b64(der)}).refused()


def revoke_again(bench):
    order = bench.certificate()
    revoke(order.session, order).accepted(200)
    return revoke(order.session, order)


@check("7.6-already-revoked-status", "a certificate that was revoked before gets status 400", STATED)
def _(bench):
    revoke_again(bench).refused(status=400)


@check("7.6-already-revoked-type", "a certificate that was revoked before gets alreadyRevoked", STATED)
def _(bench):
    revoke_again(bench).refused("alreadyRevoked")


@check("7.6-disallowed-reason", "a reasonCode of RFC 5280 that is not allowed gets badRevocationReason")
def _(bench):
    order, refused = bench.certificate(), []
    for reason in (2, 6, 8, 10, 9, 3):
        reply = revoke(order.session, order, reason=reason)
        if reply.status < 400:
            break
        refused.append(f"{reason}: {reply.kind() or reply.status}")
    if not refused:
        raise NotApplicable("all reasons are allowed")
    wrong = [one for one in refused if not one.endswith("badRevocationReason")]
    expect(not wrong, "; ".join(wrong))


@check("7.6-no-reason-code", "a number that is no reasonCode of RFC 5280 is refused", STATED)
def _(bench):
    order = bench.certificate()
    for reason in (-1, 7, 11, 99):
        revoke(order.session, order, reason=reason).refused()


@check("7.6-reason", "a reason is taken: superseded", STATED)
def _(bench):
    order = bench.certificate()
    revoke(order.session, order, reason=4).accepted(200)


unchecked("7.6", "no reasonCode in CRL and OCSP if none was given", "SHOULD; seen there, not by ACME")
