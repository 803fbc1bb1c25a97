"""The simulated DigiCert CertCentral: what it refuses and how, the states of orders and certificates, lists, validation,
approval, and that all of it outlives kill -9. The connector has scenarios of its own; here the vendor is looked at."""
import base64
import datetime
import http.client
import io
import json
import re
import subprocess
import zipfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs7

from acme_client import make_csr
from certcentral import DAY, ORGANIZATION, CertCentral, pem_csr
from lab import DNS_SECRET, wait_until

WWW = "www.tailorbird.example"
DV = "ssl_dv_geotrust_flex"


def spki(key):
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def leaf_of(answer):
    return x509.load_pem_x509_certificate(answer["certificate_chain"][0]["pem"].encode())


def read_all(pem):
    """All certificates of a PEM text."""
    blocks = re.findall(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\s*", pem, re.S)
    assert b"".join(blocks) == pem, "there is more than certificates"
    return [x509.load_pem_x509_certificate(block) for block in blocks]


def names_of(certificate):
    return sorted(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName))


def expired_in(dc, certificate):
    """Days from today to the last day of a certificate's validity, both counted."""
    today = datetime.datetime.fromtimestamp(dc.control("GET", "/clock")["now_s"], datetime.timezone.utc).date()
    last = datetime.date.fromisoformat(certificate["valid_till"])
    return (last - today).days + 1


def cap(dc):
    """The most days that a public certificate of today may last."""
    today = dc.control("GET", "/clock")["now"]
    return next(days for begin, days in (("2029-03-15", 46), ("2027-03-15", 99), ("2026-02-24", 199), ("", 397)) if today >= begin)


# What is refused.

def test_orders_that_are_refused(lab):
    dc = CertCentral(lab)
    weak = pem_csr(key=rsa.generate_private_key(65537, 1024))
    odd_curve = pem_csr(key=ec.generate_private_key(ec.SECP256K1()))
    broken = bytearray(make_csr(["x.example"])[1])
    broken[-1] ^= 1
    broken = "-----BEGIN CERTIFICATE REQUEST-----" + base64.b64encode(bytes(broken)).decode() + \
        "-----END CERTIFICATE REQUEST-----"
    cases = [
        (404, "not_found|product", "no_such_product", dc.body(WWW)),
        (400, "bad_request_format", "ssl_basic", b"{"),
        (400, "bad_request_format", "ssl_basic", b"[]"),
        (400, "bad_request_format", "ssl_basic", None),
        (400, "csr_invalid_cannot_parse", "ssl_basic", dc.body(WWW, csr="nonsense")),
        (400, "csr_invalid_cannot_parse", "ssl_basic", dc.body(WWW, csr=broken)),
        (400, "csr_invalid_cannot_parse", "ssl_basic", dc.body(WWW, certificate={"csr": None})),
        (400, "sim|csr_key_not_allowed", "ssl_basic", dc.body(WWW, csr=weak)),
        (400, "sim|csr_key_not_allowed", "ssl_basic", dc.body(WWW, csr=odd_curve)),
        (400, "sim|invalid_common_name", "ssl_basic", dc.body(WWW, certificate={"common_name": None})),
        (400, "sim|invalid_common_name", "ssl_basic", dc.body("server.local")),
        (400, "sim|invalid_common_name", "ssl_basic", dc.body("server")),
        (400, "sim|invalid_common_name", "ssl_basic", dc.body("192.0.2.1")),
        (400, "sim|invalid_common_name", "ssl_basic", dc.body("-a.example")),
        (400, "sim|invalid_common_name", "ssl_basic", dc.body("a" * 63 + ".tailorbird.example")),
        (400, "sim|invalid_dns_names", "ssl_basic", dc.body(WWW, "under_score.example")),
        (400, "sim|invalid_dns_names", "ssl_basic", dc.body(WWW, "*.*.example")),
        (400, "sim|invalid_dns_names", "ssl_basic", dc.body(WWW, certificate={"dns_names": [5]})),
        (400, "sim|invalid_dns_names", "ssl_plus", dc.body(WWW, "tailorbird.example")),
        (400, "sim|invalid_signature_hash", "ssl_basic", dc.body(WWW, certificate={"signature_hash": "sha1"})),
        (400, "sim|invalid_ca_cert_id", "ssl_basic", dc.body(WWW, certificate={"ca_cert_id": "1"})),
        (400, "cert_validity_exceeds_order_validity", "ssl_basic", dc.body(WWW, certificate={"cert_validity": {"years": 2}})),
        (400, "sim|invalid_order_validity", "ssl_basic", dc.body(WWW, order_validity={"years": 4})),
        (400, "sim|invalid_order_validity", "ssl_basic", dc.body(WWW, order_validity={"years": 2 ** 32 + 1})),
        (400, "sim|invalid_order_validity", "ssl_basic", dc.body(WWW, order_validity={"days": 10 ** 18})),
        (400, "sim|invalid_order_validity", "ssl_basic", dc.body(WWW, order_validity={"days": -5})),
        (400, "sim|invalid_cert_validity", "ssl_basic", dc.body(WWW, certificate={"cert_validity": {"days": 10 ** 18}})),
        (400, "sim|invalid_cert_validity", "ssl_basic", dc.body(WWW, certificate={"cert_validity": 5})),
        (400, "sim|invalid_order_validity", "ssl_basic", dc.body(WWW, order_validity=None)),
        (400, "sim|invalid_order_validity", "ssl_basic", dc.body(WWW, order_validity={"custom_expiration_date": "soon"})),
        (400, "sim|invalid_order_validity", "ssl_basic", dc.body(WWW, order_validity={"custom_expiration_date": "2020-01-01"})),
        (400, "sim|invalid_organization", "ssl_basic", dc.body(WWW, organization=None)),
        (400, "sim|invalid_organization", "ssl_ev_basic", dc.body(WWW, organization={"id": 1})),
        (400, "sim|invalid_dcv_method", "ssl_basic", dc.body(WWW, dcv_method="carrier-pigeon")),
        (404, "not_found|order", "ssl_basic", dc.body(WWW, renewal_of_order_id=1)),
    ]
    for status, code, product, body in cases:
        lab.note(f"--- {code} {json.dumps(body) if not isinstance(body, bytes) else body}")
        dc.refused(status, code, "POST", f"/order/certificate/{product}", body)
    dc.set(caa_forbids="forbidden.tailorbird.example")
    dc.refused(400, "caa_check_failed|a.forbidden.tailorbird.example", "POST", "/order/certificate/ssl_basic",
               dc.body(WWW, "a.forbidden.tailorbird.example"))
    pending = dc.order("www.new.example", "www.forbidden.example")["id"]
    dc.set(caa_forbids="other.example, forbidden.example")
    assert dc.ok("GET", f"/order/certificate/{pending}?include_caa_status=true")["caa_status_message"] == {
        "www.new.example": "CAA permits to issue.", "www.forbidden.example": "The CAA records of forbidden.example forbid to issue."}
    assert "caa_status_message" not in dc.info(pending)
    dc.ok("PUT", f"/order/certificate/{pending}/status", {"status": "canceled", "note": "x"})
    dc.set(products_disabled="ssl_ev_basic, ssl_basic")
    dc.refused(404, "not_found|product", "POST", "/order/certificate/ssl_basic", dc.body(WWW))
    assert [order["id"] for order in dc.control("GET", "/orders")["orders"]] == [pending], "what is refused leaves nothing"
    assert dc.stats()["billable_orders"] == 0


def test_csr_forms_and_what_is_taken_from_it(lab):
    dc = CertCentral(lab)
    key, der = make_csr(["other.example"], common_name="other.example")
    lines = pem_csr(["other.example"], key)
    forms = [lines, lines.replace("\n", ""), lines.split("-----")[2].replace("\n", ""),
             lines.replace("BEGIN CERT", "BEGIN NEW CERT").replace("END CERT", "END NEW CERT")]
    for form in forms:
        leaf = leaf_of(dc.order(WWW, "Img.Tailorbird.example", csr=form))
        assert spki(leaf.public_key()) == spki(key.public_key())
        assert names_of(leaf) == ["img.tailorbird.example", WWW]
    assert der not in json.dumps(dc.info(880100233)).encode()
    shown = dc.info(880100233)["certificate"]["csr"]
    assert spki(x509.load_pem_x509_csr(shown.encode()).public_key()) == spki(key.public_key())
    # A private product takes any name, and addresses.
    ca = dc.ok("GET", "/product/private_ssl_flex")["allowed_ca_certs"][0]["id"]
    dc.order("server", "printer.local", "192.0.2.1", product="private_ssl_flex", certificate={"ca_cert_id": ca})


def test_keys_and_roles(lab):
    dc = CertCentral(lab)
    dc.refused(401, "sim|invalid_api_key", "GET", "/user/me", key=None)
    dc.refused(401, "sim|invalid_api_key", "GET", "/user/me", key="wrong")
    assert dc.ok("GET", "/user/me")["access_roles"][0]["name"] == "Administrator"
    for method, path in (("GET", "/nowhere"), ("DELETE", "/order/certificate/1"), ("PUT", "/order/certificate/1/csr")):
        assert dc.refused(404, "not_found|route", method, path) == "The specified route was not found."

    order = dc.order(WWW)["id"]
    denied = "access_denied|missing_permission"
    revoke = {"skip_approval": True}
    cases = [
        # key, what it may, what it may not
        ("sim-view", [("GET", f"/order/certificate/{order}"), ("GET", "/organization"), ("GET", "/domain")],
         [("PUT", f"/order/certificate/{order}/revoke"), ("POST", "/order/certificate/ssl_basic"), ("POST", "/domain")]),
        ("sim-orders", [("GET", f"/order/certificate/{order}"), ("GET", "/request"), ("GET", "/product")],
         [("GET", "/organization"), ("GET", "/domain")]),
        ("sim-domains", [("GET", "/organization"), ("GET", "/domain"), ("GET", f"/order/certificate/{order}")], []),
        ("sim-users", [("GET", "/user/me")], [("GET", "/order/certificate"), ("PUT", f"/order/certificate/{order}/revoke")]),
    ]
    for key, allowed, refused in cases:
        for method, path in allowed:
            dc.ok(method, path, key=key)
        for method, path in refused:
            dc.refused(403, denied, method, path, None if method == "GET" else revoke, key=key)

    # Who is no administrator may not skip the approval; by a switch, the flag has no effect.
    for key in ("sim-standard", "sim-manager", "sim-limited", "sim-finance"):
        dc.refused(403, denied, "POST", "/order/certificate/ssl_basic", dc.body(WWW), key=key)
    dc.set(ignore_skip_approval=True)
    assert set(dc.order(WWW, key="sim-standard")) == {"id", "requests"}

    # Orders of others: of another account, and for a limited user of anybody else.
    dc.refused(404, "not_found|order", "GET", f"/order/certificate/{order}", key="sim-stranger")
    dc.refused(404, "not_found|order", "GET", f"/order/certificate/{order}", key="sim-limited")
    dc.refused(404, "not_found", "GET", f"/certificate/{dc.info(order)['certificate']['id']}/chain", key="sim-stranger")
    assert dc.ok("GET", "/order/certificate", key="sim-stranger")["page"]["total"] == 0
    own = dc.order(WWW, key="sim-limited")["id"]
    assert [row["id"] for row in dc.ok("GET", "/order/certificate", key="sim-limited")["orders"]] == [own]


def test_what_is_not_there(lab):
    dc = CertCentral(lab)
    order = "/order/certificate"
    cases = [("GET", f"{order}/{{}}", "|order"), ("GET", f"{order}/{{}}/validation", "|order"), ("GET", f"{order}/{{}}/reissue", "|order"),
             ("GET", f"{order}/{{}}/duplicate", "|order"), ("POST", f"{order}/{{}}/reissue", "|order"),
             ("POST", f"{order}/{{}}/duplicate", "|order"), ("POST", f"{order}/{{}}/note", "|order"),
             *[("PUT", f"{order}/{{}}/{verb}", "|order") for verb in ("revoke", "status", "dcv-random-value", "dcv-method",
                                                                     "check-dcv", "auto-reissue")],
             ("GET", "/certificate/download/order/{}/format/pem_all", "|order"), ("GET", "/certificate/{}/chain", ""),
             ("GET", "/certificate/{}/download/format/pem_all", ""), ("GET", "/certificate/{}/download/platform/29", ""),
             ("PUT", "/certificate/{}/revoke", ""), ("GET", "/request/{}", ""), ("PUT", "/request/{}/status", ""),
             ("GET", "/domain/{}", ""), *[("PUT", f"/domain/{{}}/{verb}", "")
                                          for verb in ("dcv/method", "dcv/validate-token", "activate", "deactivate")],
             ("GET", "/organization/{}", ""), ("GET", "/organization/{}/validation", ""), ("POST", "/organization/{}/validation", ""),
             ("GET", "/product/{}", "|product"), ("POST", f"{order}/{{}}", "|product"), ("GET", "/container/{}", "")]
    for method, path, qualifier in cases:
        for name in ("1", "0", "99999999999999999999", "AB12", "x%2Fy"):
            dc.refused(404, "not_found" + qualifier, method, path.format(name), None if method == "GET" else {})


def test_rate_limit(lab):
    dc = CertCentral(lab, "--rates", "3/3600")
    for _ in range(3):
        dc.ok("GET", "/user/me")
    for method, path, body in (("GET", "/user/me", None), ("POST", "/order/certificate/ssl_basic", dc.body(WWW)), ("GET", "/nowhere", None)):
        message = dc.refused(429, "request_limit_exceeded", method, path, body)
        assert message == "Service unavailable, please limit request volume"
    dc.ok("GET", "/user/me", key="sim-view")
    assert dc.stats()["orders"] == 0


# Answers to orders.

def test_the_three_forms_of_an_answer(lab):
    dc = CertCentral(lab)
    waits = dc.order(WWW, skip_approval=False)
    assert waits == {"id": waits["id"], "requests": [{"id": waits["requests"][0]["id"], "status": "pending"}]}

    validates = dc.order("www.new.example", "*.new.example", "a.other.example", WWW)
    assert "certificate_chain" not in validates and isinstance(validates["certificate_id"], int)
    assert sorted(domain["name"] for domain in validates["domains"]) == ["new.example", "other.example"]
    token = validates["dcv_random_value"]
    assert all(domain["dns_name"] == domain["name"] and domain["dcv_token"]["token"] == token and
               domain["dcv_token"]["status"] == "pending" for domain in validates["domains"])
    assert dc.status(validates["id"]) == "pending"

    issued = dc.order(WWW, "tailorbird.example")
    assert issued["requests"][0]["status"] == "approved" and "status" not in issued and "domains" not in issued
    chain = [x509.load_pem_x509_certificate(link["pem"].encode()) for link in issued["certificate_chain"]]
    assert len(chain) == 3 and chain[2].subject == chain[2].issuer and "\r\n" in issued["certificate_chain"][0]["pem"]
    for lower, upper in zip(chain, chain[1:]):
        assert lower.issuer == upper.subject
        upper.public_key().verify(lower.signature, lower.tbs_certificate_bytes, ec.ECDSA(lower.signature_hash_algorithm))
    info = dc.info(issued["id"])
    assert info["certificate"]["serial_number"] == f"{chain[0].serial_number:040X}"
    assert info["certificate"]["thumbprint"] == chain[0].fingerprint(hashes.SHA1()).hex().upper()
    assert info["certificate"]["id"] == issued["certificate_id"] and "status" not in info["certificate"]
    # By thumbprint and serial number of the primary certificate, too.
    for name in (info["certificate"]["thumbprint"], info["certificate"]["serial_number"]):
        assert dc.info(name)["id"] == issued["id"]

    # By mail nothing can be published; DV must always be shown, whatever the account has.
    assert "dcv_random_value" not in dc.order("www.third.example", dcv_method="email")
    dv = dc.order(WWW, product=DV, organization=None)
    assert [domain["name"] for domain in dv["domains"]] == ["tailorbird.example"]
    # Everything validated, and the vendor takes its time.
    dc.set(issue_delay_s=60)
    late = dc.order(WWW)
    assert set(late) == {"id", "certificate_id"} and dc.status(late["id"]) == "processing"
    assert dc.info(late["id"])["certificate"]["id"] == late["certificate_id"]
    assert "serial_number" not in dc.info(late["id"])["certificate"]
    dc.advance(61)
    assert dc.status(late["id"]) == "issued"


def test_organization_not_validated(lab):
    dc = CertCentral(lab)
    organization = dc.ok("POST", "/organization", {"name": "Weaver BV", "city": "Delft", "country": "nl"}, 201)["id"]
    dc.ok("POST", "/domain", {"name": "weaver.example", "organization": {"id": organization}, "validations": [{"type": "ov"}],
                              "dcv_method": "dns-txt-token"}, 201)
    dc.control("POST", "/dcv-pass", {"domain": "weaver.example"})
    order = dc.order("www.weaver.example", organization={"id": organization})
    assert set(order) == {"id", "certificate_id"} and dc.status(order["id"]) == "pending"
    dc.ok("POST", f"/organization/{organization}/validation", {"validations": [{"type": "ov"}]})
    assert dc.ok("GET", f"/organization/{organization}/validation")["validations"][0]["status"] == "pending"
    dc.control("POST", "/org-validate", {"organization": organization, "type": "ov"})
    assert dc.status(order["id"]) == "issued"
    # A validation for EV is enough for OV.
    other = dc.ok("POST", "/organization", {"name": "Warbler NV"}, 201)["id"]
    dc.control("POST", "/org-validate", {"organization": other, "type": "ev"})
    assert "certificate_chain" in dc.order("www.weaver.example", organization={"id": other})
    # OV is not enough for EV, and lasts 397 days.
    ev = dc.order("www.weaver.example", organization={"id": organization}, product="ssl_ev_basic")["id"]
    assert dc.status(ev) == "pending"
    dc.advance(398 * DAY)
    assert dc.ok("GET", f"/organization/{organization}/validation")["validations"][0]["status"] == "expired"
    dc.control("POST", "/dcv-pass", {"domain": "weaver.example"})
    assert dc.status(dc.order("www.weaver.example", organization={"id": organization})["id"]) == "pending"


# How long things last.

def test_validity(lab):
    dc = CertCentral(lab)
    assert expired_in(dc, dc.info(dc.order(WWW)["id"])["certificate"]) == cap(dc)
    short = dc.order(WWW, certificate={"cert_validity": {"days": 30}})["id"]
    assert expired_in(dc, dc.info(short)["certificate"]) == 30
    assert dc.info(short)["certificate"]["cert_validity"] == {"days": 30}
    until = datetime.date.fromisoformat(dc.control("GET", "/clock")["now"][:10]) + datetime.timedelta(days=20)
    for date in (until.isoformat(), until.strftime("%d %b %Y").upper()):
        dated = dc.info(dc.order(WWW, order_validity={"custom_expiration_date": date})["id"])
        assert dated["order_valid_till"] == dated["certificate"]["valid_till"] == until.isoformat()
    # Old members of an order's term are still taken.
    assert dc.info(dc.order(WWW, order_validity=None, validity_years=1)["id"])["validity_years"] == 1

    # Without a Multi-year Plan two years are one; with it an order outlasts its certificates.
    assert dc.info(dc.order(WWW, order_validity={"years": 2})["id"])["validity_years"] == 1
    dc.set(multi_year_strict=True)
    dc.refused(400, "sim|invalid_order_validity", "POST", "/order/certificate/ssl_basic", dc.body(WWW, order_validity={"years": 2}))
    dc.set(multi_year=True)
    plan = dc.order(WWW, order_validity={"years": 2})["id"]
    info = dc.info(plan)
    assert info["is_multi_year_plan"] == "1" and expired_in(dc, info["certificate"]) == cap(dc)
    assert info["order_valid_till"] > info["certificate"]["valid_till"]

    # A reissue lasts no longer than its order, a duplicate as long as what it duplicates. The caps go by the day.
    dc.advance(30 * DAY)
    dc.control("POST", "/dcv-pass", {"domain": "tailorbird.example"})
    dc.duplicate(plan, WWW)
    assert dc.kept(plan)["certificates"][1]["not_after_s"] == dc.kept(plan)["certificates"][0]["not_after_s"]
    now = dc.control("GET", "/clock")["now_s"]
    dc.advance(max(0, 1805068800 - now))    # 15 March 2027
    dc.control("POST", "/dcv-pass", {"domain": "tailorbird.example"})
    dc.reissue(plan, WWW)
    assert expired_in(dc, dc.info(plan)["certificate"]) == cap(dc) <= 99
    assert expired_in(dc, dc.info(dc.order("server.local", product="private_ssl_flex")["id"])["certificate"]) >= 366
    order_end = datetime.date.fromisoformat(info["order_valid_till"])
    today = datetime.date.fromisoformat(dc.control("GET", "/clock")["now"][:10])
    dc.advance(((order_end - today).days - 10) * DAY)
    dc.control("POST", "/dcv-pass", {"domain": "tailorbird.example"})
    dc.control("POST", "/org-validate", {"organization": ORGANIZATION, "type": "ov"})
    for wish in ({}, {"cert_validity": {"days": 60}}):
        dc.reissue(plan, WWW, certificate=wish)
        assert dc.info(plan)["certificate"]["valid_till"] == info["order_valid_till"]
    # And then it ends.
    dc.advance(12 * DAY)
    assert dc.status(plan) == "expired"
    assert set(dc.certificates(plan).values()) == {"expired"}
    dc.refused(400, "sim|order_not_reissuable", "POST", f"/order/certificate/{plan}/reissue", dc.body(WWW))
    dc.refused(400, "sim|order_not_duplicable", "POST", f"/order/certificate/{plan}/duplicate", dc.body(WWW))
    listed = dc.ok("GET", "/order/certificate" + dc.query(filters__status="issued", limit=1000))["orders"]
    assert plan in [row["id"] for row in listed], "an order whose term is over is listed as issued"


# Reissues.

def test_reissues_and_the_72_hours(lab):
    dc = CertCentral(lab)
    order = dc.order(WWW, "img.tailorbird.example")["id"]
    first = dc.info(order)["certificate"]["id"]
    # A new key, and a name more: nothing is revoked, ever.
    second = dc.reissue(order, WWW, "img.tailorbird.example")["certificate_id"]
    third = dc.reissue(order, "img.tailorbird.example", WWW, "new.tailorbird.example")["certificate_id"]
    copy = dc.duplicate(order, WWW, "img.tailorbird.example", "new.tailorbird.example")["certificate_id"]
    dc.advance(80 * 3600)
    assert set(dc.certificates(order).values()) == {"issued"} and dc.status(order) == "issued"
    assert dc.info(order)["certificate"]["id"] == third and dc.info(order)["certificate"]["status"] == "issued"
    assert dc.info(order)["reissues_count"] == 2 and dc.info(order)["duplicates_count"] == 1

    # A name less: all that came before, the duplicate too, is revoked 72 hours after the issue.
    fourth = dc.reissue(order, WWW, "new.tailorbird.example")["certificate_id"]
    dc.advance(72 * 3600 - 60)
    assert set(dc.certificates(order).values()) == {"issued"}
    assert dc.ok("GET", "/order/certificate/status-changes?seconds=59") == {}
    dc.advance(61)
    assert dc.certificates(order) == {first: "revoked", second: "revoked", third: "revoked", copy: "revoked", fourth: "issued"}
    assert dc.status(order) == "issued"
    assert dc.ok("GET", "/order/certificate/status-changes?minutes=1")["orders"] == [
        {"order_id": order, "certificate_id": fourth, "status": "issued"}]
    listed = dc.ok("GET", f"/order/certificate/{order}/reissue")["certificates"]
    assert [(row["id"], row["status"]) for row in listed] == [(second, "revoked"), (third, "revoked"), (fourth, "issued")]
    assert dc.ok("GET", f"/order/certificate/{order}/duplicate")["certificates"][0]["status"] == "revoked"
    # What is to be revoked goes at its time, also if another reissue loses a name meanwhile.
    twice = dc.order(WWW, "a.tailorbird.example", "b.tailorbird.example")
    dc.reissue(twice["id"], WWW, "a.tailorbird.example")
    dc.advance(48 * 3600)
    dc.reissue(twice["id"], WWW)
    dc.advance(25 * 3600)
    assert list(dc.certificates(twice["id"]).values()) == ["revoked", "issued", "issued"]
    dc.advance(48 * 3600)
    assert list(dc.certificates(twice["id"]).values()) == ["revoked", "revoked", "issued"]
    # An earlier certificate no longer names its order.
    serial = dc.kept(order)["certificates"][0]["serial"]
    dc.refused(404, "not_found|order", "GET", f"/order/certificate/{serial}")


def test_reissue_that_waits(lab):
    dc = CertCentral(lab)
    order = dc.order(WWW)["id"]
    first = dc.info(order)["certificate"]["id"]
    answer = dc.reissue(order, WWW, "www.new.example")
    assert dc.status(order) == "reissue_pending" and answer["domains"][0]["name"] == "new.example"
    assert dc.info(order)["certificate"]["id"] == first
    dc.refused(400, "sim|reissue_already_pending", "POST", f"/order/certificate/{order}/reissue", dc.body(WWW))
    dc.refused(400, "sim|reissue_pending", "PUT", f"/certificate/{first}/revoke", {"skip_approval": True})
    dc.refused(400, "sim|reissue_pending", "PUT", f"/order/certificate/{order}/revoke", {"skip_approval": True})
    pending = dc.ok("GET", f"/order/certificate/{order}/reissue")["certificates"]
    assert pending[0]["status"] == "pending" and "serial_number" not in pending[0] and "valid_till" not in pending[0]

    # Canceled, the order is what it was, and the request says why.
    dc.refused(400, "sim|note_required", "PUT", f"/order/certificate/{order}/status", {"status": "canceled"})
    dc.ok("PUT", f"/order/certificate/{order}/status", {"status": "canceled", "note": "not needed"}, 204)
    assert dc.status(order) == "issued" and dc.certificates(order)[answer["certificate_id"]] == "rejected"
    request = dc.kept(order)["requests"][-1]
    assert request["status"] == "rejected" and dc.ok("GET", f"/request/{request['id']}")["processor_comment"] == "not needed"

    # By a switch, a second reissue takes the place of the first.
    dc.set(reissue_replaces=True)
    dc.reissue(order, WWW, "www.new.example")
    last = dc.reissue(order, WWW)
    assert "certificate_chain" in last and dc.info(order)["certificate"]["id"] == last["certificate_id"]
    # The vendor refuses: the order stays issued.
    dc.reissue(order, WWW, "www.new.example")
    dc.control("POST", "/reject", {"order": order, "comment": "no such company"})
    assert dc.status(order) == "issued" and dc.info(order)["certificate"]["id"] == last["certificate_id"]


def test_orders_that_take_no_reissue(lab):
    dc = CertCentral(lab)
    pending = dc.order("www.new.example")["id"]
    approving = dc.order(WWW, skip_approval=False)["id"]
    revoked, canceled, rejected = dc.order(WWW)["id"], dc.order("www.new.example")["id"], dc.order("www.new.example")["id"]
    dc.ok("PUT", f"/order/certificate/{revoked}/revoke", {"skip_approval": True}, 204)
    dc.ok("PUT", f"/order/certificate/{canceled}/status", {"status": "CANCELED", "note": "x", "send_emails": False}, 204)
    dc.control("POST", "/reject", {"order": rejected})
    for order, status in ((pending, "pending"), (approving, "needs_approval"), (revoked, "revoked"), (canceled, "canceled"),
                          (rejected, "rejected")):
        assert dc.status(order) == status
        for verb, code in (("reissue", "sim|order_not_reissuable"), ("duplicate", "sim|order_not_duplicable")):
            dc.refused(400, code, "POST", f"/order/certificate/{order}/{verb}", dc.body(WWW))
    dc.refused(404, "not_found|order", "POST", "/order/certificate/1/reissue", dc.body(WWW))
    dc.refused(400, "csr_invalid_cannot_parse", "POST", f"/order/certificate/{dc.order(WWW)['id']}/reissue", dc.body(WWW, csr="x"))


def test_validation_that_lapses_between_two_reissues(lab):
    dc = CertCentral(lab, "--set", "domain_reuse_days=10")
    dc.control("POST", "/dcv-pass", {"domain": "tailorbird.example"})
    order = dc.order(WWW)["id"]
    dc.advance(9 * DAY)
    assert "certificate_chain" in dc.reissue(order, WWW)
    assert "certificate_chain" in dc.duplicate(order, WWW)
    dc.advance(2 * DAY)
    domain = dc.ok("GET", "/domain/61001?include_dcv=true&include_validation=true")
    assert domain["validations"][0]["dcv_status"] == "expired"
    dc.refused(400, "sim|validation_not_complete", "POST", f"/order/certificate/{order}/duplicate", dc.body(WWW))
    answer = dc.reissue(order, WWW)
    assert answer["domains"][0]["id"] == 61001 and dc.status(order) == "reissue_pending"
    dc.control("POST", "/dcv-pass", {"order": order})
    assert dc.status(order) == "issued" and dc.info(order)["certificate"]["id"] == answer["certificate_id"]


def test_validation_that_is_gone_when_the_vendor_comes_to_issue(lab):
    dc = CertCentral(lab, "--set", "issue_delay_s=1000", "--set", "delayed_is_pending=yes")
    order = dc.order(WWW)["id"]
    dc.advance(990)
    dc.control("POST", "/dcv-expire", {"domain": "tailorbird.example"})
    dc.advance(20)
    assert dc.status(order) == "pending"
    dc.control("POST", "/dcv-pass", {"domain": "tailorbird.example"})
    dc.ok("PUT", "/domain/61001/deactivate", status=204)
    dc.advance(1010)
    assert dc.status(order) == "pending", "a domain that was given up counts no more"
    dc.ok("PUT", "/domain/61001/activate", status=204)
    dc.control("POST", "/dcv-pass", {"domain": "tailorbird.example"})
    assert dc.status(order) == "pending", "the delay begins anew"
    dc.advance(1010)
    assert dc.status(order) == "issued"


# Duplicates.

def test_duplicates(lab):
    dc = CertCentral(lab)
    order = dc.order(WWW, "tailorbird.example")["id"]
    first = dc.info(order)["certificate"]["id"]
    key = ec.generate_private_key(ec.SECP384R1())
    answer = dc.duplicate(order, WWW, "tailorbird.example", csr=pem_csr(key=key))
    assert spki(leaf_of(answer).public_key()) == spki(key.public_key())
    moved = dc.duplicate(order, "tailorbird.example", WWW)
    for names in ([WWW], [WWW, "tailorbird.example", "more.tailorbird.example"], ["more.tailorbird.example"]):
        message = dc.refused(400, "invalid_dns_name_on_duplicate", "POST", f"/order/certificate/{order}/duplicate", dc.body(*names))
        assert message.startswith("Invalid DNS name on duplicate request.")
    rows = dc.ok("GET", f"/order/certificate/{order}/duplicate")["certificates"]
    assert [(row["id"], row["sub_id"], row["status"]) for row in rows] == [
        (answer["certificate_id"], "001", "approved"), (moved["certificate_id"], "002", "approved")]
    assert rows[0]["key_size"] == 384 and spki(x509.load_pem_x509_csr(rows[0]["csr"].encode()).public_key()) == spki(key.public_key())
    info = dc.info(order)
    assert info["certificate"]["id"] == first and info["duplicates_count"] == 2 and info["allow_duplicates"] is True
    dc.refused(404, "not_found|order", "GET", f"/order/certificate/{rows[0]['serial_number']}")
    dc.advance(80 * 3600)
    assert set(dc.certificates(order).values()) == {"issued"}, "a duplicate revokes nothing"

    # The same key again: by default it is taken.
    dc.duplicate(order, WWW, "tailorbird.example", csr=pem_csr(key=key))
    dc.set(duplicate_new_key=True)
    dc.refused(400, "sim|csr_reused", "POST", f"/order/certificate/{order}/duplicate",
               dc.body(WWW, "tailorbird.example", csr=pem_csr(key=key)))

    # Wildcards may have names below them; products without duplicates have none.
    wildcard = dc.order("*.tailorbird.example")["id"]
    dc.duplicate(wildcard, "*.tailorbird.example", "a.b.tailorbird.example")
    dc.refused(400, "invalid_dns_name_on_duplicate", "POST", f"/order/certificate/{wildcard}/duplicate",
               dc.body("*.tailorbird.example", "tailorbird.example"))
    plus = dc.order(WWW, product="ssl_plus")["id"]
    dc.refused(400, "sim|duplicates_not_allowed", "POST", f"/order/certificate/{plus}/duplicate", dc.body(WWW))
    dv = dc.order(WWW, product=DV, organization=None)["id"]
    dc.control("POST", "/dcv-pass", {"order": dv})
    dc.refused(400, "sim|duplicates_not_allowed", "POST", f"/order/certificate/{dv}/duplicate", dc.body(WWW))

    # A name that the vendor added is shown, and sending it back is refused.
    dc.set(free_names=True, duplicate_id_hidden=True)
    free = dc.order(WWW)["id"]
    shown = dc.info(free)["certificate"]["dns_names"]
    assert shown == [WWW, "tailorbird.example"]
    dc.refused(400, "invalid_dns_name_on_duplicate", "POST", f"/order/certificate/{free}/duplicate", dc.body(*shown))
    hidden = dc.duplicate(free, WWW)
    assert "certificate_id" not in hidden and names_of(leaf_of(hidden)) == ["tailorbird.example", WWW]


# Renewals.

def test_renewals(lab):
    dc = CertCentral(lab)
    old = dc.order(WWW)["id"]
    dc.refused(400, "order_not_eligible_for_renewal", "POST", "/order/certificate/ssl_basic", dc.body(WWW, renewal_of_order_id=old))
    dc.advance(290 * DAY)
    dc.control("POST", "/dcv-pass", {"domain": "tailorbird.example"})
    assert dc.info(old)["is_renewed"] is False
    new = dc.order(WWW, renewal_of_order_id=old)["id"]
    assert new != old
    assert dc.info(new)["is_renewal"] is True and dc.info(new)["renewal_of_order_id"] == old
    assert dc.info(old)["is_renewed"] is True and dc.info(old)["renewed_order_id"] == new and dc.status(old) == "issued"
    dc.refused(400, "order_renewed_already", "POST", "/order/certificate/ssl_basic", dc.body(WWW, renewal_of_order_id=old))
    dc.refused(404, "not_found|order", "POST", f"/order/certificate/{DV}", dc.body(WWW, renewal_of_order_id=old), key="sim-stranger")
    # A revoked order, and one whose term is over, are not renewed.
    gone = dc.order(WWW)["id"]
    dc.ok("PUT", f"/order/certificate/{gone}/revoke", {"skip_approval": True}, 204)
    dc.refused(400, "order_not_eligible_for_renewal", "POST", "/order/certificate/ssl_basic", dc.body(WWW, renewal_of_order_id=gone))
    # A renewal that waits does not count until it is issued, and makes no second one possible.
    pending = dc.order(WWW)["id"]
    dc.set(renewal_window_days=400)
    waits = dc.order("www.new.example", renewal_of_order_id=pending)["id"]
    assert dc.info(pending)["is_renewed"] is False
    dc.refused(400, "order_renewed_already", "POST", "/order/certificate/ssl_basic", dc.body(WWW, renewal_of_order_id=pending))
    dc.refused(400, "order_not_eligible_for_renewal", "POST", "/order/certificate/ssl_basic", dc.body(WWW, renewal_of_order_id=gone))
    dc.ok("PUT", f"/order/certificate/{waits}/status", {"status": "canceled", "note": "x"}, 204)
    assert "certificate_chain" in dc.order(WWW, renewal_of_order_id=pending)
    assert dc.stats()["renewals"] == 2


# Approval.

def test_approval(lab):
    dc = CertCentral(lab)
    answer = dc.order(WWW, skip_approval=False, comments="please", key="sim-standard")
    order, request = answer["id"], answer["requests"][0]["id"]
    assert dc.status(order) == "needs_approval" and dc.info(order)["has_pending_request"] is True
    shown = dc.ok("GET", f"/request/{request}")
    assert shown["type"] == "new_request" and shown["status"] == "pending" and shown["comments"] == "please"
    assert shown["requester"]["id"] == 8805 and shown["order"]["status"] == "needs_approval"
    assert [row["id"] for row in dc.ok("GET", "/request?status=pending")["requests"]] == [request]
    approve = {"status": "approved", "processor_comment": "fine"}
    dc.refused(403, "access_denied|invalid_approver", "PUT", f"/request/{request}/status", approve, key="sim-standard")
    dc.refused(404, "not_found", "PUT", f"/request/{request}/status", approve, key="sim-stranger")
    dc.refused(400, "sim|invalid_request_status", "PUT", f"/request/{request}/status", {"status": "maybe"})
    dc.ok("PUT", f"/request/{request}/status", approve, 204, key="sim-manager")
    assert dc.status(order) == "issued" and dc.info(order)["has_pending_request"] is False
    assert dc.ok("GET", f"/request/{request}")["processor"]["id"] == 8804
    dc.refused(400, "sim|invalid_request_status", "PUT", f"/request/{request}/status", approve)

    # Who asked may not approve, where two persons are needed.
    dc.set(second_person=True)
    own = dc.order(WWW, skip_approval=False)
    path = f"/request/{own['requests'][0]['id']}/status"
    dc.refused(403, "access_denied|invalid_approver", "PUT", path, approve)
    dc.ok("PUT", path, {"status": "rejected", "processor_comment": "no budget"}, 204, key="sim-manager")
    assert dc.status(own["id"]) == "rejected"
    dc.set(second_person=False)

    # A reissue, a duplicate and a revocation wait in the same way.
    reissue = dc.reissue(order, WWW, skip_approval=False)
    assert set(reissue) == {"id", "requests"} and dc.status(order) == "reissue_pending"
    dc.control("POST", "/reject", {"request": reissue["requests"][0]["id"], "comment": "no"})
    assert dc.status(order) == "issued" and dc.info(order)["reissues_count"] == 0
    dc.reissue(order, WWW, skip_approval=False)
    dc.control("POST", "/approve", {"order": order})
    assert dc.status(order) == "issued" and dc.info(order)["reissues_count"] == 1
    duplicate = dc.duplicate(order, WWW, skip_approval=False)
    assert set(duplicate) == {"id", "requests"} and dc.status(order) == "issued"
    assert dc.ok("GET", f"/order/certificate/{order}/duplicate")["certificates"][0]["status"] == "pending"
    dc.ok("PUT", f"/request/{duplicate['requests'][0]['id']}/status", approve, 204)
    assert dc.ok("GET", f"/order/certificate/{order}/duplicate")["certificates"][0]["status"] == "approved"
    primary = dc.info(order)["certificate"]["id"]
    revocation = dc.ok("PUT", f"/certificate/{primary}/revoke", {"comments": "lost"}, 201)
    assert revocation["type"] == "revoke" and revocation["status"] == "pending" and revocation["requester"]["id"] == 8801
    assert dc.certificates(order)[primary] == "issued"
    dc.control("POST", "/approve", {"request": revocation["id"]})
    assert dc.certificates(order)[primary] == "revoked"

    # Where the account approves by itself, nobody is asked.
    dc.set(approval=False)
    assert "certificate_chain" in dc.order(WWW, skip_approval=False, key="sim-standard")


# Revocation and cancellation.

def test_revocation(lab):
    dc = CertCentral(lab)
    order = dc.order(WWW)["id"]
    copy = dc.duplicate(order, WWW)["certificate_id"]
    primary = dc.info(order)["certificate"]
    dc.refused(404, "not_found", "PUT", "/certificate/1/revoke", {"skip_approval": True})
    answer = dc.call("PUT", f"/certificate/{copy}/revoke", {"skip_approval": True, "revocation_reason": "superseded", "reason": "x"})
    assert answer == (204, b"")
    assert dc.certificates(order) == {primary["id"]: "issued", copy: "revoked"} and dc.status(order) == "issued"
    dc.refused(400, "sim|already_revoked", "PUT", f"/certificate/{copy}/revoke", {"skip_approval": True})
    dc.refused(403, "access_denied|missing_permission", "PUT", f"/certificate/{primary['id']}/revoke", {"skip_approval": True},
               key="sim-standard")
    # By serial number; the order stays and can be reissued.
    dc.ok("PUT", f"/certificate/{primary['serial_number']}/revoke", {"skip_approval": True, "revocation_reason": "keyCompromise"}, 204)
    assert dc.info(order)["certificate"]["status"] == "revoked" and dc.status(order) == "issued"
    assert dc.kept(order)["certificates"][0]["reason"] == "keyCompromise"
    dc.reissue(order, WWW)
    dc.duplicate(order, WWW)
    # The whole order, and what waited for approval in it.
    waits = dc.duplicate(order, WWW, skip_approval=False)["requests"][0]["id"]
    dc.ok("PUT", f"/order/certificate/{order}/revoke", {"skip_approval": True}, 204)
    assert dc.status(order) == "revoked" and set(dc.certificates(order).values()) == {"revoked", "rejected"}
    assert dc.ok("GET", f"/request/{waits}")["status"] == "rejected"
    dc.refused(400, "sim|already_revoked", "PUT", f"/order/certificate/{order}/revoke", {"skip_approval": True})
    # By a setting of the account, the only certificate takes its order along; what is not issued cannot be revoked.
    dc.set(sole_revocation_ends_order=True)
    sole = dc.order(WWW)
    dc.ok("PUT", f"/certificate/{sole['certificate_id']}/revoke", {"skip_approval": True}, 204)
    assert dc.status(sole["id"]) == "revoked"
    pending = dc.order("www.new.example")
    dc.refused(400, "sim|invalid_certificate_status", "PUT", f"/certificate/{pending['certificate_id']}/revoke", {"skip_approval": True})
    dc.refused(400, "sim|invalid_order_status", "PUT", f"/order/certificate/{pending['id']}/revoke", {"skip_approval": True})
    assert dc.stats()["revocations"] == 5


def test_cancellation(lab):
    dc = CertCentral(lab)
    pending, issued = dc.order("www.new.example")["id"], dc.order(WWW)["id"]
    approving = dc.order(WWW, skip_approval=False)["id"]
    cancel = {"status": "canceled", "note": "changed our mind"}
    dc.refused(400, "sim|note_required", "PUT", f"/order/certificate/{pending}/status", {"status": "canceled", "note": ""})
    dc.refused(404, "not_found|order", "PUT", "/order/certificate/1/status", cancel)
    assert dc.call("PUT", f"/order/certificate/{pending}/status", cancel) == (204, b"")
    for order in (pending, issued, approving):
        dc.refused(400, "sim|invalid_order_status", "PUT", f"/order/certificate/{order}/status", cancel)
    assert dc.status(pending) == "canceled" and set(dc.certificates(pending).values()) == {"rejected"}
    assert dc.stats()["orders"] == 3 and dc.stats()["billable_orders"] == 2


# Validation.

def publish(lab, *changes):
    host, port = lab.dns.split("@")
    text = f"server {host} {port}\nzone example.\n" + "".join(f"update {change}\n" for change in changes) + "send\n"
    subprocess.run(["knsupdate", "-y", f"hmac-sha256:lab:{DNS_SECRET}"], input=text, text=True, check=True, timeout=30)


def test_validation_by_txt(lab):
    dc = CertCentral(lab, "--dns", lab.dns)
    answer = dc.order("www.one.example", "www.two.example")
    order, token = answer["id"], answer["dcv_random_value"]
    check = f"/order/certificate/{order}/check-dcv"
    status = dc.ok("GET", f"/order/certificate/{order}/validation")
    assert status["order_id"] == str(order) and {row["status"] for row in status["dns_name_validations"]} == {"unapproved"}
    message = dc.refused(400, "invalid_dns_txt", "PUT", check)
    assert message == "Could not find a valid TXT record for one or more domains."
    publish(lab, f'add one.example. 1 TXT "{token}"', 'add two.example. 1 TXT "something else"')
    dc.refused(400, "invalid_dns_txt", "PUT", check)
    # What was found stays found.
    approved = dc.ok("GET", f"/order/certificate/{order}/validation")["dns_name_validations"]
    assert {row["name_scope"]: row["status"] for row in approved} == {"one.example": "approved", "two.example": "unapproved"}
    dc.set(dcv_lenient=True)
    part = dc.ok("PUT", check, status=200)
    assert part["dcv_status"] == "pending" and part["order_status"] == "pending"
    assert part["dns_name_validations"] == [{"dns_name": "two.example", "status": "pending"}]
    publish(lab, f'add two.example. 1 TXT "{token}"')
    assert dc.ok("PUT", check, {}, 200) == {"order_status": "issued", "certificate_id": answer["certificate_id"], "dcv_status": "valid",
                                            "dns_name_validations": [{"dns_name": "two.example", "status": "approved"}]}
    dc.refused(400, "sim|invalid_order_status", "PUT", check)
    # The domains are the account's, and validated for names below them.
    assert "certificate_chain" in dc.order("a.b.two.example", "*.one.example")

    # DV shows it anew for each order; an order by mail has nothing that could be looked for.
    dv = dc.order("www.one.example", product=DV, organization=None)
    assert dv["dcv_random_value"] != token
    dc.set(dcv_lenient=False)
    dc.refused(400, "invalid_dns_txt", "PUT", f"/order/certificate/{dv['id']}/check-dcv")
    publish(lab, f'add one.example. 1 TXT "{dv["dcv_random_value"]}"')
    assert dc.ok("PUT", f"/order/certificate/{dv['id']}/check-dcv")["order_status"] == "issued"
    assert "domains" in dc.reissue(dv["id"], "www.one.example"), "a reissue shows it anew, too"
    mail = dc.order("www.three.example", dcv_method="email")["id"]
    assert dc.refused(400, "invalid_dns_method", "PUT", f"/order/certificate/{mail}/check-dcv") == \
        "An error occurred while processing your request."


def test_validation_by_cname_and_file_and_old_values(lab):
    dc = CertCentral(lab, "--dns", lab.dns, "--http-port", str(lab.http_port), "--set", "dcv_base_domain=no", "--set", "token_days=5")
    answer = dc.order("www.lab.example", dcv_method="dns-cname-token")
    order, token = answer["id"], answer["dcv_random_value"]
    assert answer["domains"][0]["name"] == "www.lab.example"
    dc.refused(400, "invalid_dns_txt", "PUT", f"/order/certificate/{order}/check-dcv")
    publish(lab, f"add {token}.www.lab.example. 1 CNAME dcv.digicert.com.")
    assert dc.ok("PUT", f"/order/certificate/{order}/check-dcv")["order_status"] == "issued"

    answer = dc.order("files.lab.example", dcv_method="http-token")
    order, token = answer["id"], answer["dcv_random_value"]
    dc.refused(400, "file_random_value_not_found", "PUT", f"/order/certificate/{order}/check-dcv")
    lab.web.files["/.well-known/pki-validation/fileauth.txt"] = token.encode()
    # A value holds five days; then it is found nowhere, and there is a new one.
    dc.advance(6 * DAY)
    dc.refused(400, "file_random_value_not_found", "PUT", f"/order/certificate/{order}/check-dcv")
    fresh = dc.ok("PUT", f"/order/certificate/{order}/dcv-random-value")
    assert fresh["dcv_random_value"] != token and fresh["expiration_date"]
    assert dc.ok("PUT", f"/order/certificate/{order}/dcv-random-value") == fresh
    lab.web.files["/.well-known/pki-validation/fileauth.txt"] = fresh["dcv_random_value"].encode()
    # The method may be changed, and back.
    assert dc.ok("PUT", f"/order/certificate/{order}/dcv-method", {"dcv_method": "dns-txt-token"}) == fresh
    assert dc.info(order)["dcv_method"] == "dns-txt-token"
    dc.refused(400, "invalid_dns_txt", "PUT", f"/order/certificate/{order}/check-dcv")
    dc.refused(400, "sim|invalid_dcv_method", "PUT", f"/order/certificate/{order}/dcv-method", {"dcv_method": "x"})
    assert dc.ok("PUT", f"/order/certificate/{order}/dcv-method", {"dcv_method": "email"}) == {}
    dc.ok("PUT", f"/order/certificate/{order}/dcv-method", {"dcv_method": "http-token"})
    assert dc.ok("PUT", f"/order/certificate/{order}/check-dcv")["order_status"] == "issued"


def test_the_vendor_looks_by_itself(lab):
    dc = CertCentral(lab, "--dns", lab.dns, "--set", "dcv_polls=yes")
    order, dv = dc.order("www.one.example"), dc.order(WWW, product=DV, organization=None)
    domain = dc.ok("POST", "/domain", {"name": "two.example", "organization": {"id": ORGANIZATION}, "dcv_method": "dns-txt-token"}, 201)
    dc.advance(65)
    assert dc.status(order["id"]) == dc.status(dv["id"]) == "pending"
    publish(lab, f'add one.example. 1 TXT "{order["dcv_random_value"]}"', f'add two.example. 1 TXT "{domain["dcv_token"]["token"]}"',
            f'add tailorbird.example. 1 TXT "{dv["dcv_random_value"]}"')
    dc.kill()
    dc.start()
    dc.advance(65)
    wait_until(lambda: dc.status(order["id"]) == dc.status(dv["id"]) == "issued", 10 * lab.patience)
    wait_until(lambda: dc.ok("GET", f"/domain/{domain['id']}")["status"] == "active", 10 * lab.patience)
    # After a week it has given up; a change of the method begins anew.
    late = dc.order("www.three.example")
    dc.advance(8 * DAY)
    publish(lab, f'add three.example. 1 TXT "{late["dcv_random_value"]}"')
    assert dc.advance(DAY)["events"] == 0
    assert dc.status(late["id"]) == "pending"
    dc.ok("PUT", f"/order/certificate/{late['id']}/dcv-method", {"dcv_method": "dns-txt-token"})
    dc.advance(65)
    wait_until(lambda: dc.status(late["id"]) == "issued", 10 * lab.patience)


def test_domains(lab):
    dc = CertCentral(lab, "--dns", lab.dns)
    for body, code in (({"name": "*.a.example"}, "sim|invalid_domain"), ({"name": "one.example"}, "sim|invalid_organization"),
                       ({"name": "one.example", "organization": {"id": ORGANIZATION}, "dcv_method": "x"}, "sim|invalid_dcv_method")):
        dc.refused(400, code, "POST", "/domain", body)
    made = dc.ok("POST", "/domain", {"name": "one.example", "organization": {"id": ORGANIZATION}, "validations": [{"type": "ov"}],
                                     "dcv_method": "dns-txt-token"}, 201)
    path = f"/domain/{made['id']}"
    assert dc.ok("GET", path)["status"] == "pending"
    dc.refused(400, "invalid_dns_txt", "PUT", f"{path}/dcv/validate-token", {"token": "x"})
    # An order for a name below it waits for that same domain, with a value of its own.
    order = dc.order("www.one.example")
    assert order["domains"][0]["id"] == made["id"]
    changed = dc.ok("PUT", f"{path}/dcv/method", {"dcv_method": "dns-cname-token"})["dcv_token"]
    assert changed["verification_value"] == "dcv.digicert.com"
    token = dc.ok("PUT", f"{path}/dcv/method", {"dcv_method": "dns-txt-token"})["dcv_token"]["token"]
    assert token != changed["token"]
    publish(lab, f'add one.example. 1 TXT "{token}"')
    assert dc.ok("PUT", f"{path}/dcv/validate-token") == {"status": "active"}
    assert dc.status(order["id"]) == "issued"
    shown = dc.ok("GET", f"{path}?include_dcv=true&include_validation=true")
    assert shown["status"] == "active" and shown["dcv_token"]["status"] == "active" and shown["validations"][0]["dcv_status"] == "complete"
    assert shown["dcv_expiration_datetime"] > shown["dcv_approval_datetime"]
    assert "validations" not in dc.ok("GET", path) and "dcv_token" not in dc.ok("GET", path)
    assert dc.ok("GET", "/domain?limit=1&offset=1")["domains"][0]["id"] == made["id"]
    assert dc.ok("GET", "/domain?filters%5Bstatus%5D=active")["page"] == {"total": 2, "limit": 1000, "offset": 0}
    # The longest domain above a name is the one that counts.
    below = dc.ok("POST", "/domain", {"name": "sub.one.example", "organization": {"id": ORGANIZATION}}, 201)["id"]
    assert [row["id"] for row in dc.order("a.sub.one.example", "b.one.example")["domains"]] == [below]
    dc.control("POST", "/dcv-pass", {"domain": below})
    assert "certificate_chain" in dc.order("a.sub.one.example", "b.one.example")
    # Given up, it validates nothing; another account does not see it.
    dc.ok("PUT", f"{path}/deactivate", status=204)
    assert "domains" in dc.order("a.one.example")
    dc.ok("PUT", f"{path}/activate", status=204)
    assert "certificate_chain" in dc.order("b.one.example")
    dc.refused(404, "not_found", "GET", path, key="sim-stranger")


# Lists.

def test_the_order_list(lab):
    dc = CertCentral(lab)
    bought = dc.control("POST", "/orders", {"count": 25, "certificate": {"common_name": "h{n}.tailorbird.example"}})["orders"]
    assert len(bought) == 25 and dc.stats()["portal_orders"] == 25 and dc.stats()["billable_orders"] == 0
    assert "api_key" not in dc.info(bought[0])
    pending = dc.order("www.new.example", "img.new.example", product="ssl_ev_basic",
                       custom_fields=[{"metadata_id": 12, "value": "shop"}])["id"]

    def ids(**parameters):
        answer = dc.ok("GET", "/order/certificate" + dc.query(**parameters))
        return [row["id"] for row in answer["orders"]], answer["page"]

    assert ids() == (bought + [pending], {"total": 26, "limit": 1000, "offset": 0})
    pages = [ids(limit=10, offset=offset) for offset in (0, 10, 20, 30)]
    assert sum((page[0] for page in pages), []) == bought + [pending]
    assert pages[2][1] == {"total": 26, "limit": 10, "offset": 20} and pages[3][0] == []
    assert ids(limit=5000)[1]["limit"] == 1000
    assert ids(sort="-date_created", limit=1)[0] == [pending]
    assert ids(sort="-order_id", limit=2)[0] == [pending, bought[-1]]
    assert ids(sort="common_name", limit=2)[0] == [bought[0], bought[9]]    # h1, h10
    for parameters, expected in [
            ({"filters__status": "issued"}, bought), ({"filters__status": "pending"}, [pending]),
            ({"filters__product_name_id": "ssl_ev_basic"}, [pending]), ({"filters__common_name": "h7.tailorbird.example"}, [bought[6]]),
            ({"filters__domain_name": "img.new.example"}, [pending]), ({"filters__search": "h2"}, [bought[1], *bought[19:25]]),
            ({"filters__id": str(bought[3])}, [bought[3]]), ({"filters__id": f">{bought[22]}"}, [bought[23], bought[24], pending]),
            ({"filters__id": f"{bought[2]}...{bought[4]}"}, bought[2:5]), ({"filters__id": f"<={bought[1]}"}, bought[:2]),
            ({"filters__valid_till": ">2099-01-01"}, []), ({"filters__valid_till": "<2099-01-01"}, bought),
            ({"filters__metadata_id": "12"}, [pending]), ({"filters__metadata_id": "13"}, []),
            ({"filters__is_renewed": "1"}, []), ({"filters__is_renewed": "0", "filters__status": "pending"}, [pending]),
            ({"filters__serial_number": dc.info(bought[8])["certificate"]["serial_number"]}, [bought[8]]),
            ({"filters__date_created": dc.control("GET", "/clock")["now"][:10]}, bought + [pending]),
            ({"filters__organization_id": str(ORGANIZATION)}, bought + [pending]), ({"filters__organization_id": "5"}, [])]:
        assert ids(**parameters)[0] == expected, parameters
    dc.refused(400, "sim|unknown_filter", "GET", "/order/certificate" + dc.query(filters__colour="red"))
    row = dc.ok("GET", "/order/certificate" + dc.query(filters__id=str(pending)))["orders"][0]
    assert "serial_number" not in row["certificate"] and "valid_till" not in row["certificate"] and row["has_duplicates"] is False
    dc.set(list_ignores_status=True)
    assert ids(filters__status="pending")[1]["total"] == 26


def test_status_changes_and_alternative_ids(lab):
    dc = CertCentral(lab)
    changes = "/order/certificate/status-changes"
    dc.refused(400, "sim|filter_required", "GET", changes)
    dc.refused(400, "time_frame_too_long", "GET", f"{changes}?minutes=10081")
    dc.refused(400, "time_frame_too_long", "GET", f"{changes}?minutes=10080&seconds=5")
    dc.refused(400, "time_frame_too_long", "GET", f"{changes}?minutes={10 ** 17}&seconds={10 ** 17}")
    dc.refused(400, "sim|invalid_filter", "GET", f"{changes}?minutes=few")
    assert dc.ok("GET", f"{changes}?minutes=10080") == {}
    first = dc.order(WWW, alternative_order_id="acmefe-one/two %")["id"]
    dc.advance(3600)
    second = dc.order("www.new.example", alternative_order_id="acmefe-one/two %")["id"]
    both = dc.ok("GET", f"{changes}?minutes=61")["orders"]
    assert [(row["order_id"], row["status"]) for row in both] == [(first, "issued"), (second, "pending")]
    assert [row["order_id"] for row in dc.ok("GET", f"{changes}?seconds=60")["orders"]] == [second]
    dc.advance(3600)
    dc.control("POST", "/dcv-pass", {"order": second})
    assert dc.ok("GET", f"{changes}?seconds=60")["orders"][0]["status"] == "issued"
    today = datetime.datetime.fromtimestamp(dc.control("GET", "/clock")["now_s"], datetime.timezone.utc).date()
    day = datetime.timedelta(days=1)
    ranges = f"{changes}" + dc.query(filters__status_last_updated=f"{today - 2 * day}...{today + day}")
    assert len(dc.ok("GET", ranges)["orders"]) == 2
    dc.refused(400, "time_frame_too_long", "GET", f"{changes}" + dc.query(filters__status_last_updated=f"{today - 9 * day}...{today}"))
    old = dc.query(filters__status_last_updated=f"{(today - 6 * day).strftime('%y-%m-%d')} 00:00:00...{(today - 4 * day).strftime('%y-%m-%d')} 23:59:59")
    assert dc.ok("GET", changes + old) == {}

    # An alternative id need not be unique, and is found whatever is in it.
    found = dc.ok("GET", "/order/alternate/acmefe-one%2Ftwo%20%25")
    assert [row["order_id"] for row in found["orders"]] == [first, second] and found["page"]["total"] == 2
    part = dc.ok("GET", "/order/alternate/acmefe-one%2Ftwo%20%25?limit=1&offset=1")
    assert [row["order_id"] for row in part["orders"]] == [second]
    assert dc.ok("GET", "/order/alternate/unknown") == {"orders": [], "page": {"total": 0, "limit": 1000, "offset": 0}}
    assert dc.ok("GET", "/order/alternate/acmefe-one%2Ftwo%20%25", key="sim-stranger")["orders"] == []
    dc.set(alternate_not_found=True)
    dc.refused(404, "not_found|order", "GET", "/order/alternate/unknown")


# Certificates.

def test_downloads(lab):
    dc = CertCentral(lab)
    pending = dc.order("www.new.example")
    for path in (f"/certificate/{pending['certificate_id']}/download/format/pem_all", f"/certificate/{pending['certificate_id']}/chain",
                 f"/certificate/download/order/{pending['id']}/format/pem_all"):
        assert "not yet been issued" in dc.refused(400, "cert_unavailable_processing", "GET", path)
    first = dc.order(WWW)
    order = first["id"]
    second, copy = dc.reissue(order, WWW), dc.duplicate(order, WWW)
    leafs = {answer["certificate_id"]: leaf_of(answer) for answer in (first, second, copy)}

    for number, leaf in leafs.items():
        pem = dc.ok("GET", f"/certificate/{number}/download/format/pem_noroot")
        assert read_all(pem)[0] == leaf
        chain = dc.ok("GET", f"/certificate/{number}/chain")["intermediates"]
        assert x509.load_pem_x509_certificate(chain[0]["pem"].encode()) == leaf and len(chain) == 3
        assert [link["subject_common_name"] for link in chain] == \
            [WWW, "Simulated DigiCert TLS CA", "Simulated DigiCert Global Root"]

    base = f"/certificate/download/order/{order}/format"
    whole = read_all(dc.ok("GET", f"{base}/pem_all"))
    assert len(whole) == 3 and whole[0] == leafs[second["certificate_id"]], "an order's certificate is the latest reissue"
    assert read_all(dc.ok("GET", f"{base}/pem_noroot")) == whole[:2]
    assert read_all(dc.ok("GET", f"{base}/pem_nointermediate")) == [whole[0], whole[2]]
    for single in ("crt", "pem"):
        assert read_all(dc.ok("GET", f"{base}/{single}")) == whole[:1]
    for bundle in ("p7b", "cer"):
        assert set(pkcs7.load_pem_pkcs7_certificates(dc.ok("GET", f"{base}/{bundle}"))) == set(whole)
    for kind, count in (("default", 3), ("default_cer", 3), ("default_pem", 3), ("apache", 2)):
        archive = zipfile.ZipFile(io.BytesIO(dc.ok("GET", f"{base}/{kind}")))
        assert archive.testzip() is None
        assert [x509.load_pem_x509_certificate(archive.read(name)) for name in archive.namelist()] == whole[:count]
    platform = dc.ok("GET", f"/certificate/{copy['certificate_id']}/download/platform/29")
    assert read_all(platform)[0] == leafs[copy["certificate_id"]]
    dc.refused(404, "not_found|format", "GET", f"{base}/gif")

    # A known defect: whatever is asked for, the order's first certificate comes.
    dc.set(same_pem=True)
    pem = dc.ok("GET", f"/certificate/{copy['certificate_id']}/download/format/pem_all")
    assert read_all(pem)[0] == leafs[first["certificate_id"]]
    dc.set(same_pem=False)
    dc.control("POST", "/faults", [{"match": "GET *chain", "kind": "wrong_key"}])
    wrong = dc.ok("GET", f"/certificate/{copy['certificate_id']}/chain")["intermediates"][0]["pem"]
    assert spki(x509.load_pem_x509_certificate(wrong.encode()).public_key()) != spki(leafs[copy["certificate_id"]].public_key())
    right = dc.ok("GET", f"/certificate/{copy['certificate_id']}/chain")["intermediates"][0]["pem"]
    assert x509.load_pem_x509_certificate(right.encode()) == leafs[copy["certificate_id"]]


def test_the_account(lab):
    dc = CertCentral(lab)
    products = {product["name_id"]: product for product in dc.ok("GET", "/product")["products"]}
    assert products["ssl_basic"]["validation_type"] == "ov" and products[DV]["group_name"] == "dv_ssl_certificate"
    assert "duplicates_allowed" not in products["ssl_basic"]
    for product, allowed in (("ssl_basic", True), (DV, False), ("ssl_plus", False), ("ssl_ev_basic", True)):
        assert dc.ok("GET", f"/product/{product}")["duplicates_allowed"] is allowed
    assert products["ssl_basic"]["allowed_order_validity_years"] == [1]
    dc.set(multi_year=True, products_disabled="ssl_plus")
    assert dc.ok("GET", "/product/ssl_basic")["allowed_order_validity_years"] == [1, 2, 3]
    dc.refused(404, "not_found|product", "GET", "/product/ssl_plus")
    assert len(dc.ok("GET", "/product")["products"]) == len(products) - 1
    organizations = dc.ok("GET", "/organization?include_validation=true&filters%5Bstatus%5D=active")["organizations"]
    assert [row["id"] for row in organizations] == [ORGANIZATION]
    assert [row["type"] for row in organizations[0]["validations"]] == ["ov", "ev", "smime"]
    assert dc.ok("GET", f"/organization/{ORGANIZATION}")["display_name"] == "Tailorbird Ltd"
    assert dc.ok("GET", "/container")["containers"][0]["id"] == dc.ok("GET", "/container/41077")["id"] == 41077
    dc.refused(404, "not_found", "GET", "/container/1")
    assert dc.ok("GET", "/account/metadata") == {"metadata": []}
    order = dc.order(WWW, order_validity={"years": 2})["id"]
    dc.ok("POST", f"/order/certificate/{order}/note", {"text": "for the shop"}, 204)
    dc.ok("PUT", f"/order/certificate/{order}/auto-reissue", {"auto_reissue": 1}, 204)
    assert dc.info(order)["notes"] == ["for the shop"] and dc.info(order)["auto_reissue"] == 1


def test_odd_shapes(lab):
    dc = CertCentral(lab)
    order = dc.order(WWW)["id"]
    dc.set(ids_as_strings=True, extra_members=True, missing_members=True, errors_as_object=True)
    info = dc.info(order)
    assert info["id"] == str(order) and info["certificate"]["id"].isdigit() and info["organization"]["id"] == str(ORGANIZATION)
    assert "sim_extra" in info and "sim_extra" in info["certificate"]
    assert "date_created" not in info and "api_key" not in info and "status" in info
    status, answer = dc.call("GET", "/order/certificate/1")
    assert status == 404 and answer["errors"]["code"] == "not_found|order"
    dc.set(errors_with_200=True)
    status, answer = dc.call("GET", "/order/certificate/1")
    assert status == 200 and answer["errors"]["code"] == "not_found|order"
    # Ids are taken as strings as well.
    dc.set(ids_as_strings=False)
    assert isinstance(dc.order(WWW, organization={"id": str(ORGANIZATION)})["id"], int)


# Trouble.

def test_lost_answers_and_kill_9(lab):
    dc = CertCentral(lab, "--dns", lab.dns)
    dc.control("POST", "/faults", [{"match": "POST /order/certificate/{}", "kind": "drop_after"}])
    try:
        dc.order(WWW, alternative_order_id="lost")
        raise AssertionError("the answer came")
    except (http.client.HTTPException, OSError):
        pass
    found = dc.ok("GET", "/order/alternate/lost")["orders"]
    assert len(found) == 1 and found[0]["status"] == "issued" and dc.stats()["billable_orders"] == 1

    order = found[0]["order_id"]
    dc.duplicate(order, WWW)
    dc.reissue(order, "img.tailorbird.example")
    waits = dc.order("www.new.example")
    asks = dc.order(WWW, skip_approval=False)
    dc.set(issue_delay_s=1000)
    late = dc.order(WWW)["id"]
    before = {path: dc.ok("GET", path) for path in (
        "/order/certificate", f"/order/certificate/{order}", f"/order/certificate/{order}/duplicate", f"/order/certificate/{order}/reissue",
        "/request", "/domain?include_dcv=true", f"/order/certificate/{waits['id']}/validation", "/organization?include_validation=1",
        f"/certificate/download/order/{order}/format/pem_all")}
    dc.kill()
    dc.start()
    for path, answer in before.items():
        assert dc.ok("GET", path) == answer, path
    # What was to come comes, and ids go on.
    assert dc.status(late) == "processing"
    dc.advance(1001)
    assert dc.status(late) == "issued"
    dc.advance(72 * 3600)
    assert list(dc.certificates(order).values()) == ["revoked", "revoked", "issued"]
    dc.set(issue_delay_s=0)
    publish(lab, f'add new.example. 1 TXT "{waits["dcv_random_value"]}"')
    assert dc.ok("PUT", f"/order/certificate/{waits['id']}/check-dcv")["order_status"] == "issued"
    dc.control("POST", "/approve", {"order": asks["id"]})
    assert dc.status(asks["id"]) == "issued"
    assert dc.order(WWW)["id"] == late + 1


def test_a_large_inventory(lab):
    dc = CertCentral(lab)
    dc.control("POST", "/orders", {"count": 3000, "certificate": {"common_name": "h{n}.tailorbird.example"}})
    seen, offset = set(), 0
    while True:
        answer = dc.ok("GET", f"/order/certificate?limit=500&offset={offset}")
        seen.update(row["id"] for row in answer["orders"])
        offset += 500
        if offset >= answer["page"]["total"]:
            break
    assert len(seen) == 3000
    assert len(dc.ok("GET", "/order/certificate/status-changes?minutes=60")["orders"]) == 3000
    for code, body in ((400, {"count": 0}), (400, {"certificate": {"common_name": "x"}}), (400, {"product": "none"})):
        dc.control("POST", "/orders", body, status=code)
    for verb in ("/approve", "/reject", "/dcv-pass", "/dcv-expire", "/org-validate"):
        dc.control("POST", verb, {"order": 1}, status=400)
