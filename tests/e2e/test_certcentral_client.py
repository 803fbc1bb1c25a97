"""The simulated CertCentral's client certificates (tests/vendorsim): what DigiCert's pages say of S/MIME orders and reissues."""
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from certcentral import DAY, ORGANIZATION, CertCentral, pem_csr

ANN = "ann@tailorbird.example"


def body(*emails, csr=True, certificate=None, **more):
    certificate = {"emails": list(emails), "signature_hash": "sha256", "usage_designation": {"primary_usage": "dual_use"},
                   **({"csr": pem_csr()} if csr is True else {"csr": csr} if csr else {}), **(certificate or {})}
    return {"certificate": certificate, "organization": {"id": ORGANIZATION}, "order_validity": {"years": 1},
            "dcv_method": "email", "skip_approval": True, **more}


PERSON = {"common_name_indicator": "given_name_surname", "individual": {"first_name": "Ann", "last_name": "Vos"}}


def order(dc, *emails, product="secure_email_mailbox", **more):
    return dc.ok("POST", f"/order/certificate/{product}", body(*emails, **more), 201)


def status(dc, number):
    return dc.ok("GET", f"/order/certificate/{number}")["status"]


def leaf_of(dc, number):
    info = dc.ok("GET", f"/order/certificate/{number}")
    chain = dc.ok("GET", f"/certificate/{info['certificate']['id']}/chain")
    return x509.load_pem_x509_certificate(chain["intermediates"][0]["pem"].encode())


def test_every_address_is_validated_before_the_issue(lab):
    dc = CertCentral(lab)
    other = "ann.vos@tailorbird.example"
    number = order(dc, ANN, other)["id"]
    assert status(dc, number) == "pending"
    found = dc.ok("GET", f"/order/certificate/{number}/email-validation")
    assert [(row["email"], row["status"]) for row in found["emails"]] == [(ANN, "unvalidated"), (other, "unvalidated")], found
    links = dc.control("GET", "/mail-links")["links"]
    dc.refused(400, "sim|invalid_token", "PUT", "/email-validation/nonsense?email=" + ANN)
    dc.refused(400, "sim|invalid_token", "PUT", f"/email-validation/{links[0]['token']}?email={other}")
    dc.ok("PUT", f"/email-validation/{links[0]['token']}?email={ANN}", status=204)
    assert status(dc, number) == "pending"
    dc.ok("PUT", f"/order/certificate/{number}/resend-emails", {}, 204)
    assert [link["mails"] for link in dc.control("GET", "/mail-links")["links"]] == [1, 2]
    dc.control("POST", "/mail-follow", {"order": number, "email": other})
    assert status(dc, number) == "issued"
    leaf = leaf_of(dc, number)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.RFC822Name) == [ANN, other] and "CN=" + ANN in leaf.subject.rfc4514_string()
    info = dc.ok("GET", f"/order/certificate/{number}")
    assert info["product"]["type"] == "client_certificate" and info["certificate"]["emails"] == [ANN, other], info
    assert info["certificate"]["dns_names"] == [] and info["allow_duplicates"] is False
    dc.refused(400, "sim|duplicates_not_allowed", "POST", f"/order/certificate/{number}/duplicate", body(ANN))


def test_orders_are_checked(lab):
    dc = CertCentral(lab)

    def refused(code, product, wrong, status=400):
        dc.refused(status, code, "POST", f"/order/certificate/{product}", wrong)

    refused("sim|invalid_emails", "secure_email_mailbox", body())
    for email in ("ann", "ann@", "a b@tailorbird.example", "ann@local"):
        refused("sim|invalid_emails", "secure_email_mailbox", body(email))
    refused("sim|invalid_usage", "secure_email_mailbox", body(ANN, certificate={"usage_designation": {}}))
    refused("sim|invalid_profile_type", "secure_email_mailbox", body(ANN, certificate={"profile_type": "legacy"}))
    refused("sim|invalid_individual", "secure_email_sponsor", body(ANN))
    refused("sim|invalid_individual", "secure_email_sponsor", body(ANN, certificate={**PERSON, "individual": {"first_name": "Ann"}}))
    refused("sim|invalid_organization", "secure_email_sponsor", body(ANN, certificate=PERSON, organization={"id": 1}))
    refused("csr_invalid_cannot_parse", "secure_email_mailbox", body(ANN, csr="x"))
    for key in (rsa.generate_private_key(65537, 2560), ec.generate_private_key(ec.SECP521R1())):
        refused("sim|csr_key_not_allowed", "secure_email_mailbox", body(ANN, csr=pem_csr(key=key)))
    refused("sim|email_domain_not_allowed", "secure_email_sponsor", body("ann@gmail.com", certificate=PERSON))
    refused("sim|dcv_method_not_allowed", "secure_email_mailbox", body("ann@elsewhere.example", dcv_method="dns-txt-token"))
    refused("not_found|product", "client_premium", body(ANN, certificate={"common_name": "Ann Vos"}), 404)
    refused("not_found|product", "class1_smime", body(ANN), 404)
    assert order(dc, "ann@gmail.com")["id"] and order(dc, "ann@elsewhere.example")["id"]


def test_reissues_and_their_lives(lab):
    dc = CertCentral(lab)
    number = order(dc, ANN, order_validity={"years": 3})["id"]
    dc.control("POST", "/mail-follow", {"order": number})
    first = leaf_of(dc, number)
    assert 823 <= (first.not_valid_after - first.not_valid_before).days <= 824
    for days, left in ((800, 296), (100, 196)):    # 800 and 900 days after the order, which has 1096
        dc.control("POST", "/clock", {"advance_s": days * DAY})
        dc.control("POST", "/org-validate", {"organization": ORGANIZATION, "type": "smime"})
        dc.ok("POST", f"/order/certificate/{number}/reissue", body(ANN), 201)
        assert status(dc, number) == "reissue_pending"
        dc.control("POST", "/mail-follow", {"order": number})
        assert status(dc, number) == "issued"
        leaf = leaf_of(dc, number)
        assert leaf.serial_number != first.serial_number
        assert left - 2 <= (leaf.not_valid_after - leaf.not_valid_before).days <= left + 2, leaf.not_valid_after


def test_old_products_become_multipurpose(lab):
    dc = CertCentral(lab, "--set", "old_smime=yes")
    number = order(dc, ANN, product="client_premium", certificate={"common_name": "Ann Vos"}, order_validity={"years": 3})["id"]
    dc.control("POST", "/mail-follow", {"order": number})
    leaf, info = leaf_of(dc, number), dc.ok("GET", f"/order/certificate/{number}")
    assert 823 <= (leaf.not_valid_after - leaf.not_valid_before).days <= 824 and info["certificate"]["profile_type"] == "multipurpose"
    assert info["certificate"]["common_name"] == "Ann Vos"


def test_organization_and_csr_are_waited_for(lab):
    dc = CertCentral(lab)
    dc.control("POST", "/clock", {"advance_s": 826 * DAY})
    number = order(dc, ANN, product="secure_email_sponsor", certificate=PERSON)["id"]
    dc.control("POST", "/mail-follow", {"order": number})
    assert status(dc, number) == "pending"
    dc.control("POST", "/org-validate", {"organization": ORGANIZATION, "type": "smime"})
    assert status(dc, number) == "issued"
    assert "CN=Ann Vos" in leaf_of(dc, number).subject.rfc4514_string()
    number = order(dc, ANN, csr=None)["id"]
    dc.control("POST", "/mail-follow", {"order": number})
    assert status(dc, number) == "waiting_pickup"
    dc.refused(404, "not_found|route", "PUT", f"/order/certificate/{number}/csr", {"csr": pem_csr()})
    dc.ok("PUT", f"/order/certificate/{number}/status", {"status": "CANCELED", "note": "never mind"}, 204)
    assert status(dc, number) == "canceled"
