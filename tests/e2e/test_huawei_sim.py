"""The simulated Huawei Cloud: signatures and tokens, what it refuses and how, the states of certificates, reissues of the
console. The connector has scenarios of its own; here the vendor is looked at."""
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from acme_client import read_chain
from huawei_cloud import HuaweiCloud, pem_csr

WWW = "www.shop.example"
CERTIFICATES = "/v3/scm/certificates"


def spki(key):
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def signed_by(certificate, issuer):
    try:
        issuer.public_key().verify(certificate.signature, certificate.tbs_certificate_bytes,
                                   ec.ECDSA(certificate.signature_hash_algorithm))
        return True
    except InvalidSignature:
        return False


def names_of(certificate):
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return sorted(str(name.value) for name in names)


def test_a_certificate_from_purchase_to_its_end(lab):
    hw = HuaweiCloud(lab)
    answer = hw.ok("POST", CERTIFICATES + "/buy", hw.purchase())
    assert answer["order_id"].startswith("CS") and len(answer["cert"]) == 1, answer
    certificate = answer["cert"][0]["cert_id"]
    shown = hw.show(certificate)
    assert shown["status"] == "PAID" and shown["order_id"] == answer["order_id"] and shown["authentification"] == [], shown
    assert shown["domain"] is None and shown["fingerprint"] is None and shown["application_info"]["applicant_name"] is None

    key = ec.generate_private_key(ec.SECP256R1())
    hw.apply(certificate, WWW, csr=pem_csr([WWW], key))
    shown = hw.show(certificate)
    assert shown["status"] == "CHECKING_DOMAIN" and shown["domain"] == WWW, shown
    [proof] = shown["authentification"]
    assert proof["domain"] == WWW and proof["record_type"] == "TXT" and proof["record_name"] == "_dnsauth.shop.example", proof
    hw.refused(400, "SCM.0010", "POST", f"{CERTIFICATES}/{certificate}/export")

    hw.control("POST", "/dcv-pass", {"certificate": certificate})
    shown = hw.show(certificate)
    assert shown["status"] == "ISSUED" and shown["authentification"] == [], shown
    exported = hw.export(certificate)
    leaf, intermediate = read_chain(exported["entire_certificate"].encode())
    assert exported["certificate"] + exported["certificate_chain"] == exported["entire_certificate"]
    assert exported["private_key"] is None and names_of(leaf) == [WWW]
    assert spki(leaf.public_key()) == spki(key.public_key())
    assert signed_by(leaf, intermediate)
    assert hw.ids() == hw.ids(status="ISSUED", content="SHOP.example") == [certificate]
    assert hw.stats() == {"orders": 1, "portal_orders": 0, "billable_orders": 1, "certificates": 1, "reissues": 0,
                          "revocations": 0, "refunds": 0}
    hw.revoke(certificate)
    assert hw.status(certificate) == "REVOKED" and hw.show(certificate)["revoke_reason"] == "key compromise"
    assert hw.ok("DELETE", f"{CERTIFICATES}/{certificate}/unsubscribe") == {"unsubscribe_results": "SUCCESS"}
    hw.refused(404, "SCM.0020", "GET", f"{CERTIFICATES}/{certificate}")
    assert hw.stats()["billable_orders"] == 0 and hw.stats()["refunds"] == 1
