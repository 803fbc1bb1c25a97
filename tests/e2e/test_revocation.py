"""Revocation (RFC 8555, 7.6): who may, why, and what the list says afterwards."""
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from acme_client import Client, Key, b64


def by_certificate_key(order, reason=None, client=None):
    client = client or Client(order.client.server)
    payload = {"certificate": b64(order.der())}
    if reason is not None:
        payload["reason"] = reason
    key = Key(private=order.key)
    return client.post(client.directory["revokeCert"], payload, by_key=True, protected={"jwk": key.jwk}, key=key)


def issued(client, lab, name="www.lab.example"):
    order = client.new_order([name])
    order.obtain(lab.web)
    return order


def crl_entries(client):
    crl = x509.load_der_x509_crl(client.get(client.server.url + "/crl/local.der", is_acme=False).ok().body)
    entries = {}
    for entry in crl:
        try:
            entries[entry.serial_number] = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.name
        except x509.ExtensionNotFound:
            entries[entry.serial_number] = None
    return entries


def test_by_the_account(lab):
    client = Client(lab.server())
    client.register()
    reasons = {None: None, 0: None, 1: "key_compromise", 4: "superseded", 5: "cessation_of_operation"}
    expected = {}
    for reason, name in reasons.items():
        order = issued(client, lab)
        answer = client.revoke(order.der(), reason).ok()
        assert answer.body == b"" and answer.headers["Content-Length"] == "0"
        expected[order.chain[0].serial_number] = name
        # A certificate stays to be read.
        assert order.download()
        client.revoke(order.der(), reason).refused(400, "alreadyRevoked")
    client.server.wait_revoked(*expected)
    assert crl_entries(client) == expected


def test_by_the_certificates_key(lab):
    client = Client(lab.server())
    client.register()
    order = issued(client, lab)
    by_certificate_key(order).ok()
    by_certificate_key(order).refused(400, "alreadyRevoked")
    client.server.wait_revoked(order.chain[0].serial_number)
    assert crl_entries(client) == {order.chain[0].serial_number: "key_compromise"}


def test_by_the_certificates_key_when_its_account_is_gone(lab):
    client = Client(lab.server())
    client.register()
    order = issued(client, lab)
    client.post(client.kid, {"status": "deactivated"}).ok()
    by_certificate_key(order, reason=4).ok()
    client.server.wait_revoked(order.chain[0].serial_number)


def test_by_an_account_that_holds_all_names(lab):
    server = lab.server()
    client, other = Client(server), Client(server)
    client.register()
    other.register()
    order = client.new_order(["a.lab.example", "b.lab.example"])
    order.obtain(lab.web)

    other.revoke(order.der()).refused(403, "unauthorized")
    other.new_order(["a.lab.example"]).prove(lab.web)
    problem = other.revoke(order.der()).refused(403, "unauthorized")    # half of the names is not enough
    assert [part["identifier"]["value"] for part in problem["subproblems"]] == ["b.lab.example"], problem
    second = other.new_order(["b.lab.example"]).prove(lab.web)
    url = second.body["authorizations"][0]
    assert other.post(url, {"status": "deactivated"}).json()["status"] == "deactivated"
    other.revoke(order.der()).refused(403, "unauthorized")    # nor is one that was given up
    other.new_order(["b.lab.example"]).prove(lab.web)
    other.revoke(order.der()).ok()
    server.wait_revoked(order.chain[0].serial_number)


def test_refusals(lab):
    client, stranger = Client(lab.server()), Client(lab.server(folder=lab.folder / "other"))
    client.register()
    stranger.register()
    order, foreign = issued(client, lab), issued(stranger, lab)
    url, der = client.directory["revokeCert"], order.der()

    for reason in (-1, 2, 6, 7, 8, 9, 10, 11, 1000):
        client.revoke(der, reason).refused(400, "badRevocationReason", "superseded")
    for reason in ("1", 1.5, [], True):
        client.revoke(der, reason).refused(400, "malformed")
    answer = client.revoke(foreign.der())
    assert answer.status in (403, 404), answer.body    # of another CA
    for certificate in ("", "A", b64(b"hello"), b64(der[:-1]), b64(der + b"\0"), b64(order.chain[0].public_bytes(Encoding.PEM))):
        answer = client.post(url, {"certificate": certificate})
        assert answer.status in (400, 404), (certificate[:20], answer.status)
        answer.refused(answer.status, "malformed")
    client.post(url, {}).refused(400, "malformed", "certificate")
    client.post(url).refused(400, "malformed")
    # The right certificate, somebody's key.
    other = Key()
    client.post(url, {"certificate": b64(der)}, by_key=True, protected={"jwk": other.jwk}, key=other).refused(403, "unauthorized")
    client.server.wait_revoked()


def test_the_list_survives_a_restart(lab):
    client = Client(lab.server())
    client.register()
    order = issued(client, lab)
    client.revoke(order.der(), 4).ok()
    assert client.server.stop() == 0    # perhaps before the new list was signed: that is not forgotten
    client.server.start()
    client.server.wait_revoked(order.chain[0].serial_number)


def test_addresses_in_certificates(lab):
    client = Client(lab.server({"upstreams": [{"name": "local", "type": "local", "publish_url": "http://pki.example/"}]}))
    client.register()
    leaf = issued(client, lab).chain[0]
    points = leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert [point.full_name[0].value for point in points] == ["http://pki.example/crl/local.der"]
    access = leaf.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert [a.access_location.value for a in access] == ["http://pki.example/issuer/local.der"]
