"""The simulated Huawei Cloud: signatures and tokens, what it refuses and how, the states of certificates, reissues of the
console. The connector has scenarios of its own; here the vendor is looked at."""
import datetime
import http.client
import json
import subprocess

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from acme_client import read_chain
from huawei_cloud import ACCOUNT, DAY, KEYS, PROJECT, HuaweiCloud, canonical_request, pem_csr, sdk_date, signature
from lab import DNS_SECRET, Web, free_port

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


# Who calls.

def test_the_signer_of_these_scenarios_knows_the_vectors(lab):
    json_type, host = {"content-type": "application/json"}, "scm.cn-north-4.myhuaweicloud.com"
    body = (b'{"domain":"www.shop.example.com","applicant_name":"Ops-Team","applicant_phone":"13800000000",'
            b'"applicant_email":"ops@shop.example.com","domain_method":"DNS","agree_privacy_protection":true}')
    vectors = [
        ("GET", CERTIFICATES, [("content", "*.shop.example.com"), ("limit", "50"), ("offset", "0"), ("status", "ISSUED")],
         {**json_type, "host": host, "x-domain-id": ACCOUNT, "x-sdk-date": "20260115T083000Z"}, b"",
         "085534ae4cd53b93f94d5dfab7f749e68d6332205ef9b606b73649f0bbca1518"),
        ("POST", f"{CERTIFICATES}/scs1768465800123/apply", [],
         {**json_type, "host": host, "x-project-id": PROJECT, "x-sdk-date": "20260115T083005Z"}, body,
         "726d1142dab73abe63403d6bc9e449eda449289c7a811d1bf3bc0302d25dbd2c"),
        ("DELETE", f"{CERTIFICATES}/scs1768465800123", [], {"host": "127.0.0.1:18443", "x-sdk-date": "20260115T083010Z"}, b"",
         "8033c35c96e419246e451d612581979123344f4c22f2c35110617cc5a7bd5949"),
    ]
    for method, path, query, headers, body, expected in vectors:
        canonical = canonical_request(method, path, query, headers, body)
        assert signature(KEYS["acme-bot"][1], headers["x-sdk-date"], canonical) == expected, canonical


def denied(answer, status, number, part=""):
    got, body, headers = answer
    assert got == status and body["error_code"] == f"APIGW.{number}" and part in body["error_msg"], answer
    assert len(body["request_id"]) == 32 and headers["X-Request-Id"] == body["request_id"], answer
    return body["error_msg"]


def test_signatures_that_are_refused(lab):
    hw = HuaweiCloud(lab)
    path = CERTIFICATES + "?content=%2A.shop.example&limit=10"
    good = hw.signed_headers("GET", path)
    assert hw.send("GET", path, headers=good)[0] == 200
    # The parameters may come in any order and any spelling.
    assert hw.send("GET", CERTIFICATES + "?limit=10&content=*.shop.example", headers=good)[0] == 200
    for method, target, body, changes in (("GET", path + "0", b"", {}), ("POST", CERTIFICATES + "/buy", b"", {}),
                                          ("GET", path, b"", {"content-type": "text/plain"}),
                                          ("GET", path, b"", {"x-sdk-date": sdk_date(7)})):
        message = denied(hw.send(method, target, body, {**good, **changes}), 401, "0301", "verify aksk signature fail")
        assert f"canonicalRequest:{method}|" in message and "|content-type;host;x-sdk-date|" in message, message
        hw.ok("GET", CERTIFICATES)    # so that the key is not locked
    message = denied(hw.send("GET", CERTIFICATES + "?limit=20", headers=good), 401, "0301")
    assert message.endswith(f"canonicalRequest:GET|/v3/scm/certificates/|limit=20|content-type:application/json|host:localhost:{hw.port}|"
                            f"x-sdk-date:{good['x-sdk-date']}||content-type;host;x-sdk-date|"
                            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"), message
    signed = hw.signed_headers("POST", CERTIFICATES + "/buy", b"{}")
    denied(hw.send("POST", CERTIFICATES + "/buy", b'{"a": 1}', signed), 401, "0301", "verify aksk signature fail")
    hw.ok("GET", CERTIFICATES)

    # Fifteen minutes either way, by real time: the virtual clock does not count.
    for ahead in (-890, 890):
        assert hw.call("GET", CERTIFICATES, ahead_s=ahead)[0] == 200
    hw.advance(DAY)
    hw.ok("GET", CERTIFICATES)
    for ahead in (-910, 910):
        headers = hw.signed_headers("GET", CERTIFICATES, ahead_s=ahead)
        denied(hw.send("GET", CERTIFICATES, headers=headers), 401, "0301", "signature expired")
        hw.set(expired_0303=True)
        denied(hw.send("GET", CERTIFICATES, headers=headers), 401, "0303", "signature expired, signature time:")
        hw.set(expired_0303=False)
    hw.ok("GET", CERTIFICATES)

    for headers, part in (
            ({}, "x-auth-token not found"),
            ({"Authorization": "Basic abc"}, "verify aksk signature fail"),
            ({**good, "Authorization": good["Authorization"].replace("HWSIM0AK0EXAMPLE0001", "HWSIM0AK0EXAMPLE0009")}, "Get secretKey failed"),
            ({name: value for name, value in good.items() if name != "x-sdk-date"}, "X-Sdk-Date is missing"),
            ({**good, "Authorization": good["Authorization"].replace(";x-sdk-date", "")}, "X-Sdk-Date is missing")):
        denied(hw.send("GET", path, headers=headers), 401, "0301", part)
    hw.set(gateway_prefix="APIG")
    hw.refused(404, "APIG.0101", "GET", "/v3/nowhere")


def test_a_key_is_locked_after_more_than_five_failures(lab):
    hw = HuaweiCloud(lab)
    wrong = {**hw.signed_headers("GET", CERTIFICATES), "x-sdk-date": sdk_date(3)}
    for _ in range(5):
        denied(hw.send("GET", CERTIFICATES, headers=wrong), 401, "0301", "verify aksk")
    hw.ok("GET", CERTIFICATES)    # which begins the count anew
    for _ in range(6):
        denied(hw.send("GET", CERTIFICATES, headers=wrong), 401, "0301", "verify aksk")
    locked = "AK access failed to reach the limit,forbidden"
    denied(hw.send("GET", CERTIFICATES, headers=wrong), 401, "0301", locked)
    denied(hw.send("GET", CERTIFICATES, headers=hw.signed_headers("GET", CERTIFICATES)), 401, "0301", locked)
    hw.ok("GET", CERTIFICATES, user="stranger")
    hw.kill()
    hw.start()
    denied(hw.send("GET", CERTIFICATES, headers=hw.signed_headers("GET", CERTIFICATES)), 401, "0301", locked)
    hw.advance(301)
    hw.ok("GET", CERTIFICATES)


def test_headers_that_say_whose_key_it_is(lab):
    hw = HuaweiCloud(lab)
    hw.ok("GET", CERTIFICATES, x_domain_id=ACCOUNT)
    hw.ok("GET", CERTIFICATES, x_project_id=PROJECT)
    unsigned = {**hw.signed_headers("GET", CERTIFICATES), "X-Project-Id": PROJECT}
    denied(hw.send("GET", CERTIFICATES, headers=unsigned), 403, "0310")
    hw.refused(403, "APIGW.0310", "GET", CERTIFICATES, x_domain_id=PROJECT)
    hw.refused(403, "APIGW.0310", "GET", CERTIFICATES, x_project_id=PROJECT, user="stranger")
    hw.refused(401, "APIGW.0301", "GET", CERTIFICATES, user="temporary")
    hw.refused(401, "APIGW.0301", "GET", CERTIFICATES, user="temporary", x_security_token="another")
    hw.ok("GET", CERTIFICATES, user="temporary", x_security_token="sim-security-token")


def token_body(user="acme-bot", password="not-a-real-one", domain="acme-account", scope=None):
    login = {"name": user, "password": password, "domain": {"name": domain}}
    return {"auth": {"identity": {"methods": ["password"], "password": {"user": login}},
                     "scope": scope or {"project": {"name": "cn-north-4"}}}}


def test_tokens(lab):
    hw = HuaweiCloud(lab)

    def ask(body):
        answer = hw.api("POST", "/v3/auth/tokens", body)
        return answer.status, answer.json()

    for body, status, title in ((token_body(password="x"), 401, "Unauthorized"), (token_body(user="x"), 401, "Unauthorized"),
                                (token_body(domain="x"), 401, "Unauthorized"), ({"auth": {}}, 400, "Bad Request"),
                                (token_body(scope={"domain": {"name": "acme-account"}}), 403, "Forbidden")):
        got, answer = ask(body)
        assert got == status and answer["error"]["title"] == title and answer["error"]["code"] == status, answer
    data = json.dumps(token_body()).encode()
    status, answer, headers = hw.send("POST", "/v3/auth/tokens", data, {"Content-Type": "application/json"})
    token = {"X-Auth-Token": headers["X-Subject-Token"]}
    assert status == 201 and answer["token"]["methods"] == ["password"] and answer["token"]["expires_at"].endswith(".000000Z"), answer
    assert hw.send("GET", CERTIFICATES, headers=token)[0] == 200
    # A signature, right or wrong, goes before a token.
    denied(hw.send("GET", CERTIFICATES, headers={**token, "Authorization": "SDK-HMAC-SHA256 x"}), 401, "0301", "aksk")
    denied(hw.send("GET", CERTIFICATES, headers={"X-Auth-Token": "MIISIM0"}), 401, "0301", "decrypt token fail")
    hw.advance(DAY + 1)
    denied(hw.send("GET", CERTIFICATES, headers=token), 401, "0301", "token expires, expires_at: ")


def test_checks_come_in_their_order(lab):
    hw = HuaweiCloud(lab)
    own, other = hw.issued(WWW), hw.issued(WWW, user="stranger")
    apply = f"{CERTIFICATES}/{{}}/apply"
    hw.refused(404, "APIGW.0101", "GET", "/v3/scm", user="stranger")
    hw.refused(404, "APIGW.0101", "PATCH", f"{CERTIFICATES}/{own}")
    hw.refused(404, "APIGW.0101", "POST", f"{CERTIFICATES}/{own}/reissue", {})
    assert hw.send("POST", f"{CERTIFICATES}/{own}/reissue")[1]["error_code"] == "APIGW.0101"    # before it is known who asks
    assert hw.send("POST", apply.format("x"), b"{")[1]["error_code"] == "APIGW.0301"
    hw.refused(401, "SCM.4002", "POST", apply.format("x"), b"{", user="viewer")
    hw.refused(400, "SCM.0005", "POST", apply.format("x"), b"{")
    for id in ("x", "scs123", own + "0", own.replace("scs", "SCS"), "scs17684658001a3"):
        hw.refused(400, "SCM.0008", "POST", apply.format(id), {})
    hw.refused(404, "SCM.0020", "POST", apply.format("scs1768465800123"), {})
    hw.refused(400, "SCM.0003", "POST", apply.format(other), {})
    hw.refused(400, "SCM.0005", "POST", apply.format(own), {})
    hw.refused(400, "SCM.0015", "POST", apply.format(own), hw.form("*.shop.example"))
    hw.refused(400, "SCM.0010", "POST", apply.format(own), hw.form(WWW))
    assert hw.note() == "HW-APPLY-1: it is not PAID"
    hw.refused(403, "SCM.0002", "POST", f"/v2/{ACCOUNT}/scm/cert/{own}/revoke", {"reason": "x"})
    assert hw.ids() == [own] == hw.ids(user="viewer") and hw.ids(user="stranger") == [other]
    hw.set(chinese_errors=True)
    assert not hw.refused(404, "SCM.0020", "GET", CERTIFICATES + "/scs1768465800123").isascii()


def test_throttling(lab):
    hw = HuaweiCloud(lab, "--rates", "5/3600")
    bad = {**hw.signed_headers("GET", CERTIFICATES), "x-sdk-date": sdk_date(3)}
    for _ in range(5):
        hw.ok("GET", CERTIFICATES)
        denied(hw.send("GET", CERTIFICATES, headers=bad), 401, "0301")    # counts against nobody
    hw.refused(429, "APIGW.0308", "GET", CERTIFICATES)
    hw.ok("GET", CERTIFICATES, user="stranger")
    denied(hw.send("GET", CERTIFICATES, headers=bad), 401, "0301")
    hw.control("POST", "/faults", [{"match": "ListCertificates", "kind": "rate_limit"}])
    hw.refused(429, "APIGW.0308", "GET", CERTIFICATES, user="stranger")


# Purchases.

def test_what_is_bought_appears_when_it_is_paid(lab):
    hw = HuaweiCloud(lab, "--set", "paid_delay_s=60")
    buy = CERTIFICATES + "/buy"
    hw.refused(400, "SCM.0005", "POST", buy, hw.purchase(agree_privacy_protection=False))
    hw.refused(400, "SCM.0005", "POST", buy, [])
    bought = hw.ok("POST", buy, hw.purchase(order_number=3))
    ids = [part["cert_id"] for part in bought["cert"]]
    assert len(set(ids)) == 3 and all(len(id) == 16 for id in ids), bought
    hw.refused(404, "SCM.0020", "GET", f"{CERTIFICATES}/{ids[0]}")
    assert hw.list() == {"certificates": [], "total_count": 0}
    hw.advance(60)
    assert {hw.status(id) for id in ids} == {"PAID"} and hw.list(status="PAID")["total_count"] == 3
    assert {hw.show(id)["order_id"] for id in ids} == {bought["order_id"]}

    unpaid = hw.ok("POST", buy, hw.purchase(is_auto_pay=None))
    hw.advance(DAY)
    hw.refused(404, "SCM.0020", "GET", f"{CERTIFICATES}/{unpaid['cert'][0]['cert_id']}")
    assert hw.stats()["orders"] == 2 and hw.stats()["billable_orders"] == 1
    hw.control("POST", "/pay", {"order": unpaid["order_id"]})
    hw.control("POST", "/pay", {"order": unpaid["order_id"]}, status=400)
    hw.advance(60)
    assert hw.status(unpaid["cert"][0]["cert_id"]) == "PAID" and hw.stats()["billable_orders"] == 2


def test_what_somebody_bought_in_the_console(lab):
    hw = HuaweiCloud(lab)
    slots = hw.control("POST", "/orders", {"count": 3})
    issued = hw.control("POST", "/orders", {"cert_type": "OV_SSL_CERT", "domain": "h{n}.shop.example", "csr": None, "count": 12,
                                            "key_algorithm": "EC_P256"})
    waiting = hw.control("POST", "/orders", {"domain": "*.shop.example", "domain_type": "WILDCARD", "issued": False,
                                             "key_algorithm": "EC_P256"})
    assert len(slots["orders"]) == 3 and len(issued["certificates"]) == 12, (slots, issued)
    assert [hw.status(part["certificates"][0]) for part in (slots, issued, waiting)] == ["PAID", "ISSUED", "CHECKING_DOMAIN"]
    exported = hw.export(issued["certificates"][11])
    leaf = read_chain(exported["entire_certificate"].encode())[0]
    assert names_of(leaf) == ["h12.shop.example"] and "PRIVATE KEY" in exported["private_key"]
    stats = hw.stats()
    assert (stats["orders"], stats["portal_orders"], stats["billable_orders"], stats["certificates"]) == (0, 16, 0, 12), stats
    wrong = hw.control("POST", "/orders", {"domain": "*.shop.example"}, status=400)
    assert wrong["error_code"] == "SCM.0015" and "HW-APPLY-5" in wrong["error"], wrong


# Domain validation.

def publish(lab, *changes):
    host, port = lab.dns.split("@")
    text = f"server {host} {port}\nzone example.\n" + "".join(f"update {change}\n" for change in changes) + "send\n"
    subprocess.run(["knsupdate", "-y", f"hmac-sha256:lab:{DNS_SECRET}"], input=text, text=True, check=True, timeout=30)


def test_proofs_are_looked_for_in_dns(lab):
    hw = HuaweiCloud(lab, "--dns", lab.dns, "--set", "dcv_check_s=60", "--set", "proof_delay_s=30", "--set", "issue_delay_s=3600")
    certificate = hw.buy(**hw.multi(plain=2, kind="DV_SSL_CERT"))
    names = ["www.one.example", "one.example", "two.example"]
    hw.apply(certificate, *names)
    assert hw.show(certificate)["authentification"] == []
    hw.advance(30)
    shown = hw.show(certificate)
    assert shown["sans"] == "one.example;two.example" and shown["domain_count"] == 3, shown
    proofs = shown["authentification"]
    assert [(proof["domain"], proof["record_name"]) for proof in proofs] == [
        ("www.one.example", "_dnsauth.one.example"), ("one.example", "_dnsauth.one.example"), ("two.example", "_dnsauth.two.example")]
    assert len({proof["record_value"] for proof in proofs}) == 3 and {proof["record_type"] for proof in proofs} == {"TXT"}
    add = [f'add {proof["record_name"]}. 1 TXT "{proof["record_value"]}"' for proof in proofs]
    publish(lab, *add[:2])
    hw.advance(DAY)
    assert hw.status(certificate) == "CHECKING_DOMAIN"    # without end
    publish(lab, f"del {proofs[0]['record_name']}.", add[2])    # what was seen stays seen
    hw.advance(DAY)
    assert hw.status(certificate) == "ISSUED"    # and was ISSUING for an hour
    hw.set(www_at_parent=False, dns_proof_cname=True, proof_delay_s=0)

    wildcard = hw.buy(domain_type="WILDCARD")
    hw.apply(wildcard, "*.www.one.example")
    [proof] = hw.show(wildcard)["authentification"]
    assert proof["record_type"] == "CNAME" and proof["record_name"] == "_dnsauth.www.one.example", proof
    publish(lab, f"add {proof['record_name']}. 1 CNAME {proof['record_value']}.")
    hw.advance(90)
    assert hw.status(wildcard) == "ISSUING"
    hw.refused(400, "SCM.0010", "POST", f"{CERTIFICATES}/{wildcard}/cancel-cert")
    hw.advance(3600)
    assert hw.status(wildcard) == "ISSUED"


def test_the_cloud_publishes_in_its_own_zones(lab):
    hw = HuaweiCloud(lab, "--set", "cloud_dns_zones=shop.example")
    for name, auto, status in (("www.shop.example", True, "ISSUED"), ("www.shop.example", False, "CHECKING_DOMAIN"),
                               ("www.elsewhere.example", True, "CHECKING_DOMAIN")):
        certificate = hw.buy()
        hw.apply(certificate, name, auto_dns_auth=auto)
        assert hw.status(certificate) == status, (name, auto)
    ov = hw.buy(cert_brand="GLOBALSIGN", cert_type="OV_SSL_CERT")
    hw.ok("POST", f"{CERTIFICATES}/{ov}/apply", hw.company_form(WWW, auto_dns_auth=True))
    assert hw.status(ov) == "CHECKING_DOMAIN"
    hw.set(dcv_auto=True)
    certificate = hw.buy()
    hw.apply(certificate, "www.elsewhere.example")
    assert hw.status(certificate) == "ISSUED"


def test_an_address_is_proved_by_a_file(lab):
    web = Web(free_port())
    hw = HuaweiCloud(lab, "--http-port", str(web.port), "--set", "org_checks=no")
    certificate = hw.buy(cert_brand="GLOBALSIGN", cert_type="OV_SSL_CERT")
    hw.ok("POST", f"{CERTIFICATES}/{certificate}/apply", hw.company_form("127.0.0.1", domain_method="FILE"))
    [proof] = hw.show(certificate)["authentification"]
    assert proof["record_type"] == "FILE" and proof["domain"] == "127.0.0.1", proof
    hw.advance(60)
    assert hw.status(certificate) == "CHECKING_DOMAIN" and web.requests[0][1] == "/.well-known/pki-validation/whois.txt", web.requests
    web.files["/.well-known/pki-validation/whois.txt"] = proof["record_value"].encode()
    hw.advance(60)
    assert hw.status(certificate) == "ISSUED"
    assert names_of(read_chain(hw.export(certificate)["entire_certificate"].encode())[0]) == ["127.0.0.1"]
    web.close()


def test_organizations_words_and_refusals(lab):
    hw = HuaweiCloud(lab)
    ov = hw.buy(cert_type="OV_SSL_CERT")
    hw.ok("POST", f"{CERTIFICATES}/{ov}/apply", hw.company_form(WWW, domain_method="email"))
    shown = hw.show(ov)
    assert shown["validation_method"] == "EMAIL" and shown["authentification"] == [], shown
    assert shown["application_info"]["company_name"] == "Shop Ltd"
    hw.control("POST", "/org-validate", {"certificate": ov}, status=400)
    hw.control("POST", "/dcv-pass", {"certificate": ov})
    assert hw.status(ov) == "CHECKING_ORG"
    hw.control("POST", "/org-validate", {"certificate": ov})
    assert hw.status(ov) == "ISSUED"

    bank = hw.buy()
    hw.apply(bank, "www.bank.example")
    hw.control("POST", "/dcv-pass", {"certificate": bank})
    refused = hw.buy()
    hw.apply(refused, WWW)
    hw.control("POST", "/reject", {"order": hw.show(refused)["order_id"]})
    hw.control("POST", "/reject", {"certificate": refused}, status=400)
    for certificate in (bank, refused):
        assert hw.status(certificate) == "UNPASSED"
        for method, rest in (("POST", "/export"), ("POST", "/cancel-cert"), ("DELETE", ""), ("DELETE", "/unsubscribe")):
            hw.refused(400, "SCM.0010", method, f"{CERTIFICATES}/{certificate}{rest}")


# Withdrawing, revoking, deleting.

def test_an_application_is_withdrawn_and_made_anew(lab):
    hw = HuaweiCloud(lab, "--set", "cancel_delay_s=60")
    certificate = hw.buy()
    cancel = f"{CERTIFICATES}/{certificate}/cancel-cert"
    hw.refused(400, "SCM.0010", "POST", cancel)
    hw.apply(certificate, WWW)
    old = hw.show(certificate)["authentification"][0]
    assert hw.ok("POST", cancel) == {"cert_id": certificate, "message": "success"}
    assert hw.status(certificate) == "CANCELCHECKING"
    hw.refused(400, "SCM.0010", "POST", cancel)
    hw.advance(60)
    shown = hw.show(certificate)
    assert shown["status"] == "PAID" and shown["domain"] is None and shown["authentification"] == [], shown
    hw.apply(certificate, "other.example")
    new = hw.show(certificate)["authentification"][0]
    assert new["domain"] == "other.example" and new["record_value"] != old["record_value"]
    hw.set(cancel_loses=True)
    hw.ok("POST", cancel)
    hw.advance(60)
    assert hw.status(certificate) == "ISSUED"


def test_refunds(lab):
    hw = HuaweiCloud(lab, "--set", "refund_wait_s=20")
    certificate = hw.buy()
    path = f"{CERTIFICATES}/{certificate}/unsubscribe"
    hw.refused(500, "SCM.0016", "DELETE", path)
    hw.advance(20)
    hw.apply(certificate, WWW)
    hw.refused(400, "SCM.0010", "DELETE", path)
    hw.ok("POST", f"{CERTIFICATES}/{certificate}/cancel-cert")
    hw.ok("DELETE", path)
    hw.refused(404, "SCM.0020", "DELETE", path)
    late = hw.buy()
    hw.advance(8 * DAY)
    hw.refused(400, "SCM.0010", "DELETE", f"{CERTIFICATES}/{late}/unsubscribe")
    assert hw.note() == "HW-UNSUB-1: within 7 days of the payment"
    assert hw.stats()["billable_orders"] == 1 and hw.kept(certificate)["gone"] == "unsubscribed"


def test_revocation(lab):
    hw = HuaweiCloud(lab, "--set", "revoke_delay_s=3600")
    dv, ov = hw.issued(WWW), hw.issued(WWW, cert_type="OV_SSL_CERT")
    path = f"/v2/{PROJECT}/scm/cert/{{}}/revoke"
    hw.refused(400, "SCM.0005", "POST", path.format(dv), {})
    hw.refused(400, "SCM.0005", "POST", path.format(dv), {"reason": "x" * 64})
    hw.revoke(dv, "x" * 63)
    assert hw.status(dv) == "REVOKING" and hw.stats()["revocations"] == 0
    hw.refused(400, "SCM.0010", "POST", path.format(dv), {"reason": "again"})
    hw.refused(400, "SCM.0010", "POST", f"{CERTIFICATES}/{dv}/export")
    hw.advance(3600)
    assert hw.status(dv) == "REVOKED"
    # Of OV and EV the applicant is asked.
    hw.revoke(ov)
    hw.advance(DAY)
    assert hw.status(ov) == "REVOKING"
    hw.control("POST", "/ca-decline", {"certificate": ov})
    assert hw.status(ov) == "ISSUED"
    hw.revoke(ov)
    hw.control("POST", "/ca-confirm", {"certificate": ov})
    assert hw.status(ov) == "REVOKED" and hw.stats()["revocations"] == 2
    for certificate in (dv, ov):
        hw.ok("DELETE", f"{CERTIFICATES}/{certificate}", status=204)
        hw.refused(404, "SCM.0020", "GET", f"{CERTIFICATES}/{certificate}")
    assert hw.stats()["billable_orders"] == 2


def test_free_certificates(lab):
    hw = HuaweiCloud(lab, "--set", "free_quota=2")
    free = {"cert_brand": "SYMANTEC", "cert_type": "DV_SSL_CERT_BASIC", "effective_time": 0}
    first, second = hw.issued(WWW, **free), hw.buy(**free)
    hw.refused(400, "SCM.0011", "POST", CERTIFICATES + "/buy", hw.purchase(**free))
    assert hw.show(first)["validity_period"] == 3 and hw.stats()["billable_orders"] == 0
    leaf = read_chain(hw.export(first)["entire_certificate"].encode())[0]
    assert (leaf.not_valid_after - leaf.not_valid_before).days == 89
    wrong = hw.control("POST", "/reissue", {"certificate": first, "csr": pem_csr([WWW])}, status=400)
    assert wrong["error_code"] == "SCM.0010" and "HW-REISSUE-3" in wrong["error"], wrong
    for certificate in (first, second):
        hw.ok("DELETE", f"{CERTIFICATES}/{certificate}", status=204)
    hw.refused(400, "SCM.0010", "DELETE", f"{CERTIFICATES}/{hw.buy()}")


# Names added, keys changed.

def test_names_are_added(lab):
    hw = HuaweiCloud(lab)
    certificate = hw.issued(WWW, "a.example", **hw.multi(plain=3))
    old = hw.export(certificate)
    end = hw.show(certificate)["not_after"]
    path = f"/v2/{PROJECT}/scm/cert/{certificate}/supplement"
    hw.refused(400, "SCM.0010", "POST", path, {"ori_sans": "b.example", "add_sans": "c.example"})
    hw.refused(400, "SCM.0015", "POST", path, {"ori_sans": "a.example", "add_sans": ""})
    hw.refused(400, "SCM.0015", "POST", path, {"ori_sans": "a.example", "add_sans": "a.example"})
    hw.refused(400, "SCM.0015", "POST", path, {"ori_sans": "a.example", "add_sans": "c.example;d.example;e.example"})
    hw.refused(400, "SCM.0010", "POST", path.replace(certificate, hw.issued(WWW)), {"ori_sans": "", "add_sans": "c.example"})
    added = {"ori_sans": "a.example", "add_sans": "c.example"}
    assert hw.ok("POST", path, added) == {"request_info": "success"}
    assert hw.status(certificate) == "SUPPLEMENTCHECKING" and hw.export(certificate) == old
    hw.ok("POST", f"{CERTIFICATES}/{certificate}/cancel-cert")
    assert hw.status(certificate) == "ISSUED" and hw.export(certificate) == old
    hw.ok("POST", path, added)
    hw.advance(30 * DAY)
    hw.control("POST", "/dcv-pass", {"certificate": certificate})
    shown, leaf = hw.show(certificate), read_chain(hw.export(certificate)["entire_certificate"].encode())[0]
    assert shown["status"] == "ISSUED" and shown["sans"] == "a.example;c.example" and shown["not_after"] == end, shown
    assert names_of(leaf) == ["a.example", "c.example", WWW] and hw.stats()["reissues"] == 0


def test_a_reissue_of_the_console(lab):
    hw = HuaweiCloud(lab, "--set", "reissue_mail_s=86400")
    old_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    certificate = hw.issued(WWW, key=old_key)
    before = hw.show(certificate)
    old = hw.export(certificate)

    def reissue(status=204, **more):
        return hw.control("POST", "/reissue", {"certificate": certificate, "csr": pem_csr([WWW], key), **more}, status=status)

    for changes, code, rule in (({"agree_privacy_protection": False}, "SCM.0005", "HW-REISSUE-16"),
                                ({"csr": None}, "SCM.0005", "HW-REISSUE-10"), ({"domain": "b.example"}, "SCM.0005", "HW-REISSUE-10"),
                                ({"csr": pem_csr([WWW, "b.example"])}, "SCM.0005", "HW-REISSUE-10"),
                                ({"csr": pem_csr(["*.shop.example"])}, "SCM.0015", "HW-APPLY-5"),
                                ({"domain_method": "EMAIL"}, "SCM.0005", "HW-DCV-1")):
        wrong = reissue(status=400, **changes)
        assert wrong["error_code"] == code and rule in wrong["error"], wrong
    reissue()
    assert hw.status(certificate) == "CHECKING" and hw.export(certificate) == old
    assert hw.show(certificate)["fingerprint"] == before["fingerprint"]
    reissue(status=400)
    hw.control("POST", "/ca-confirm", {"certificate": certificate}, status=400)    # no mail yet
    hw.advance(DAY)
    hw.control("POST", "/ca-decline", {"certificate": certificate})
    assert hw.status(certificate) == "ISSUED" and hw.export(certificate) == old

    # Nothing but the key is another: no name has to be proved.
    reissue(domain=WWW)
    hw.advance(DAY)
    hw.control("POST", "/ca-confirm", {"certificate": certificate})
    after, leaf = hw.show(certificate), read_chain(hw.export(certificate)["entire_certificate"].encode())[0]
    assert after["status"] == "ISSUED" and after["fingerprint"] != before["fingerprint"] and after["id"] == before["id"]
    assert spki(leaf.public_key()) == spki(key.public_key()) and hw.kept(certificate)["canceled"] == [hw.kept(certificate)["serials"][0]]

    # Another name, or another contact, is checked like a new one, and the old certificate is gone.
    for changes in ({"csr": pem_csr(["b.example"], old_key)}, {"csr": pem_csr(["b.example"], key), "contact_changed": True}):
        reissue(**changes)
        hw.advance(DAY)
        hw.control("POST", "/ca-confirm", {"certificate": certificate})
        assert hw.status(certificate) == "CHECKING_DOMAIN" and hw.show(certificate)["authentification"][0]["domain"] == "b.example"
        hw.refused(400, "SCM.0010", "POST", f"{CERTIFICATES}/{certificate}/export")
        hw.refused(400, "SCM.0010", "POST", f"{CERTIFICATES}/{certificate}/cancel-cert")
        hw.control("POST", "/dcv-pass", {"certificate": certificate})
        assert hw.status(certificate) == "ISSUED" and hw.show(certificate)["domain"] == "b.example"
    assert hw.stats()["reissues"] == 3 and hw.stats()["billable_orders"] == 1
    hw.advance(22 * DAY)
    wrong = reissue(status=400)
    assert wrong["error_code"] == "SCM.0010" and "25 days" in wrong["error"], wrong
    hw.set(reissue_window_restarts=True, reissue_status="REISSUING")
    reissue()
    assert hw.status(certificate) == "REISSUING"


def test_several_years_are_several_certificates(lab):
    hw = HuaweiCloud(lab)
    certificate = hw.issued(WWW, effective_time=2)
    assert hw.show(certificate)["validity_period"] == 12
    hw.advance(336 * DAY)
    [following] = [id for id in hw.ids() if id != certificate]
    shown = hw.show(following)
    assert shown["status"] == "CHECKING_DOMAIN" and shown["domain"] == WWW and shown["order_id"] == hw.show(certificate)["order_id"]
    hw.control("POST", "/dcv-pass", {"order": shown["order_id"]})
    hw.advance(31 * DAY)
    assert (hw.status(certificate), hw.status(following)) == ("EXPIRED", "ISSUED")
    hw.ok("DELETE", f"{CERTIFICATES}/{certificate}", status=204)


# Lists and shapes.

def test_lists(lab):
    hw = HuaweiCloud(lab)
    ids = []
    for index in range(12):
        ids.append(hw.control("POST", "/orders", {"domain": f"h{index}.shop.example", "key_algorithm": "EC_P256"})["certificates"][0])
        hw.advance(10)
    slot, waiting = hw.buy(), hw.buy()
    hw.apply(waiting, "waiting.example")
    assert hw.list(limit=10)["total_count"] == 14 and len(hw.ids()) == 10
    assert hw.ids(limit=50, status="ISSUED") == list(reversed(ids)) == hw.ids(limit=20, sort_key="certExpiredTime")[:12]
    assert hw.ids(limit=20, sort_dir="ASC", sort_key="certUpdateTime")[:12] == ids
    assert hw.ids(limit=10, offset=10, status="ISSUED") == [ids[1], ids[0]] and hw.ids(limit=10, offset=100) == []
    assert hw.ids(content="H11.shop") == [ids[11]] and hw.ids(content=hw.show(slot)["name"]) == [slot]
    assert hw.ids(status="CHECKING") == [waiting] and hw.ids(status="PAID") == [slot] and hw.ids(status="REVOKED") == []
    assert len(hw.ids(limit=50, deploy_support="true")) == 12 and hw.ids(limit=50, enterprise_project_id="other") == []
    hw.advance(400 * DAY)
    assert len(hw.ids(limit=50, expired_days_since=40)) == 12 and hw.ids(expired_days_since=20) == []
    for query in ({"limit": 5}, {"limit": "x"}, {"offset": -1}, {"status": "CHECKING_DOMAIN"}, {"sort_dir": "UP"}, {"sort_key": "name"},
                  {"expired_days_since": "x"}, {"expired_days_since": 10 ** 17}, {"offset": 10 ** 17}):
        text = "&".join(f"{name}={value}" for name, value in query.items())
        hw.refused(400, "SCM.0005", "GET", f"{CERTIFICATES}?{text}")
    hw.set(offset_is_page=True)
    assert len(hw.ids(limit=10, offset=1)) == 4
    hw.set(offset_max=30)
    hw.refused(400, "SCM.0005", "GET", CERTIFICATES + "?offset=31")


def test_shapes(lab):
    hw = HuaweiCloud(lab)
    certificate = hw.issued(WWW)
    shown, [row] = hw.show(certificate), hw.list()["certificates"]
    leaf = read_chain(hw.export(certificate)["entire_certificate"].encode())[0]
    china = leaf.not_valid_after + datetime.timedelta(hours=8)
    assert shown["not_after"] == row["expire_time"] == china.strftime("%Y-%m-%d %H:%M:%S.0")
    assert shown["fingerprint"] == leaf.fingerprint(hashes.SHA1()).hex().upper()
    assert row["domain_id"] == ACCOUNT and row["deploy_support"] is False and row["sans"] is None and row["wildcard_count"] == 0
    assert shown["push_support"] == "OFF" and shown["shared"] is False and shown["enterprise_project_id"] == "0"
    hw.set(times_utc=True, numbers_as_strings=True, extra_members=True, missing_members=True, own_key_empty=True,
           chain_in_entire=True, algrithm_spelling=True)
    odd = hw.show(certificate)
    assert odd["not_after"] == leaf.not_valid_after.strftime("%Y-%m-%d %H:%M:%S.0") and odd["domain_count"] == "1"
    assert odd["shared"] == "false" and "sim_extra" in odd and "sans" not in odd and "authentification" not in odd
    assert odd["signature_algrithm"] == "SHA256withECDSA" and "signature_algorithm" not in odd
    exported = hw.export(certificate)
    assert exported["private_key"] == "" and exported["certificate_chain"] == "" and "enc_certificate" not in exported
    assert len(read_chain(exported["entire_certificate"].encode())) == 2 and hw.list()["total_count"] == "1"
    hw.set(coarse_status=True, extra_members=False)
    waiting = hw.buy()
    hw.apply(waiting, WWW)
    assert hw.status(waiting) == "CHECKING" and hw.ids(status="CHECKING") == [waiting]


def test_exports_can_be_spoilt(lab):
    hw = HuaweiCloud(lab)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = hw.issued(WWW, "a.example", key=key, **hw.multi())

    def seen():
        leaf, intermediate = read_chain(hw.export(certificate)["entire_certificate"].encode())
        return spki(leaf.public_key()) == spki(key.public_key()), len(names_of(leaf)) == 2, signed_by(leaf, intermediate)

    for kind, expected in (("wrong_key", (False, True, True)), ("missing_name", (True, False, True)), ("bad_chain", (True, True, False))):
        hw.control("POST", "/faults", [{"match": "ExportCertificate", "kind": kind}])
        assert seen() == expected and seen() == (True, True, True), kind


def test_kill_9_loses_nothing(lab):
    hw = HuaweiCloud(lab, "--set", "cancel_delay_s=60", "--set", "revoke_delay_s=3600")
    hw.control("POST", "/faults", [{"match": "SubscribeCertificate", "kind": "drop_after"}])
    try:
        hw.buy()
        assert False, "the answer was to be lost"
    except (OSError, http.client.HTTPException):
        pass
    [lost] = hw.ids(status="PAID")
    issued, canceled = hw.issued(WWW), hw.buy()
    hw.apply(canceled, WWW)
    hw.ok("POST", f"{CERTIFICATES}/{canceled}/cancel-cert")
    exported = hw.export(issued)
    hw.revoke(issued)
    hw.kill()
    hw.start()
    assert {id: hw.status(id) for id in (lost, issued, canceled)} == {lost: "PAID", issued: "REVOKING", canceled: "CANCELCHECKING"}
    hw.advance(3600)
    assert {id: hw.status(id) for id in (lost, issued, canceled)} == {lost: "PAID", issued: "REVOKED", canceled: "PAID"}
    assert hw.stats()["billable_orders"] == 3 and exported["certificate"]
    fourth = hw.buy()
    assert fourth not in (lost, issued, canceled)


# What is left of the API.

def test_imports(lab):
    hw = HuaweiCloud(lab)
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    other = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    issued = hw.issued(WWW, key=key)
    exported, fingerprint = hw.export(issued), hw.show(issued)["fingerprint"]
    unrelated = hw.control("GET", "/ca")["root"]
    body = {"name": "from-elsewhere", "certificate": exported["certificate"], "certificate_chain": exported["certificate_chain"],
            "private_key": pem}
    for changes, code in (({"name": "x"}, "SCM.0032"), ({"name": "a b c"}, "SCM.0032"), ({"certificate": "x"}, "SCM.0006"),
                          ({"certificate_chain": "x"}, "SCM.0013"), ({"certificate_chain": unrelated}, "SCM.0013"),
                          ({"certificate_chain": ""}, "SCM.0006"), ({"private_key": "x"}, "SCM.0012"),
                          ({"private_key": other}, "SCM.0014")):
        hw.refused(400, code, "POST", CERTIFICATES + "/import", {**body, **changes})
    imported = hw.ok("POST", CERTIFICATES + "/import", body)["certificate_id"]
    hw.ok("POST", CERTIFICATES + "/import", {**body, "certificate": exported["entire_certificate"], "certificate_chain": ""})
    hw.refused(400, "SCM.0005", "POST", CERTIFICATES + "/import", {**body, "duplicate_check": False})
    shown = hw.show(imported)
    assert shown["status"] == "UPLOAD" and shown["domain"] == WWW and shown["fingerprint"] == fingerprint and shown["brand"] is None, shown
    assert hw.export(imported) == {**exported, "private_key": pem}
    hw.refused(400, "SCM.0010", "POST", f"/v2/{PROJECT}/scm/cert/{imported}/revoke", {"reason": "x"})
    hw.ok("POST", f"{CERTIFICATES}/{imported}/push", {"target_project": "cn-north-4", "target_service": "ELB"}, status=204)
    hw.refused(400, "SCM.0069", "POST", f"{CERTIFICATES}/{imported}/push", {"target_project": "mars", "target_service": "ELB"})
    hw.refused(400, "SCM.0030", "POST", f"{CERTIFICATES}/{imported}/push", {"target_service": "FTP"})
    hw.refused(400, "SCM.0059", "POST", f"{CERTIFICATES}/{issued}/push", {"target_service": "CDN"})
    pushed = hw.ok("POST", f"{CERTIFICATES}/{imported}/batch-push", {"target_projects": ["cn-north-4", "mars"], "target_service": "WAF"})
    assert [part["message"] for part in pushed["results"]] == ["success", "target_project"], pushed
    assert hw.ok("POST", f"{CERTIFICATES}/{imported}/deploy", {"project_name": "cn-north-4", "service_name": "ELB"}) == {"failure_list": []}
    [found] = hw.ok("POST", "/v3/scm/deployed-resources", {"certificate_ids": [imported, "x"], "service_names": ["ALL"]})["results"]
    assert found["certificate_id"] == imported and found["total_num"] == 3, found
    hw.advance(400 * DAY)
    hw.refused(400, "SCM.0006", "POST", CERTIFICATES + "/import", body)
    hw.ok("DELETE", f"{CERTIFICATES}/{imported}", status=204)


def test_the_store_of_csrs(lab):
    hw = HuaweiCloud(lab)
    body = {"name": "acme-1", "domain_name": WWW, "private_key_algo": "EC_P256", "usage": "PERSONAL"}
    for changes in ({"name": ""}, {"domain_name": None}, {"private_key_algo": "DSA"}, {"usage": "X"}, {"usage": "ENTERPRISE"}):
        hw.refused(400, "SCM.0005", "POST", "/v3/scm/csr", {**body, **changes})
    made = hw.ok("POST", "/v3/scm/csr", body, status=201)
    assert made["private_key_algo"] == "EC_P256" and "csr" not in made and isinstance(made["create_time"], int), made
    path = f"/v3/scm/csr/{made['id']}"
    assert "CERTIFICATE REQUEST" in hw.ok("GET", path)["csr"] and "PRIVATE KEY" in hw.ok("GET", path + "/private-key")["private_key"]
    uploaded = hw.ok("POST", "/v3/scm/csr/upload", {"name": "mine", "csr": pem_csr([WWW], common_name=WWW)})
    hw.refused(400, "SCM.0005", "POST", "/v3/scm/csr/upload", {"name": "mine", "csr": "x"})
    assert hw.ok("GET", f"/v3/scm/csr/{uploaded['id']}/private-key") == {"private_key": None}
    assert hw.ok("PUT", path, {"name": "renamed"})["name"] == "renamed"
    assert [row["name"] for row in hw.ok("GET", "/v3/scm/csr?limit=10&offset=0")["csr_list"]] == ["renamed", "mine"]
    assert hw.ok("GET", "/v3/scm/csr?name=min")["total"] == 1 and hw.ok("GET", "/v3/scm/csr", user="stranger")["total"] == 0
    hw.refused(400, "SCM.0707", "GET", path, user="stranger")
    hw.ok("DELETE", path, status=204)
    hw.refused(400, "SCM.0707", "GET", path)


def test_tags_and_notices(lab):
    hw = HuaweiCloud(lab)
    certificate = hw.buy()
    tags = f"/v3/scm/{certificate}/tags"
    hw.ok("POST", tags, {"tag": {"key": "team", "value": "web"}}, status=204)
    hw.refused(400, "SCM.0005", "POST", tags, {})
    hw.ok("POST", tags + "/action", {"action": "create", "tags": [{"key": "stage", "value": "test"}, {"key": "team", "value": "ops"}]}, status=204)
    hw.ok("POST", tags + "/action", {"action": "delete", "tags": [{"key": "stage"}]}, status=204)
    assert hw.ok("GET", tags) == {"tags": [{"key": "team", "value": "ops"}]}
    assert hw.ok("GET", "/v3/scm/tags") == {"tags": [{"key": "team", "values": ["ops"]}]}
    found = hw.ok("POST", "/v3/scm/resource_instances/action", {"action": "filter", "tags": [{"key": "team", "values": ["ops", "web"]}]})
    assert found["total_count"] == 1 and found["resources"][0]["resource_id"] == certificate, found
    assert hw.ok("POST", "/v3/scm/resource_instances/action", {"action": "count", "tags": [{"key": "team", "values": ["web"]}]})["total_count"] == 0
    hw.ok("POST", "/v3/scm/notification/enable", [{"resource_id": certificate, "notice_type": ["CERT_EXPIRING"]}])
    hw.ok("POST", "/v3/scm/notification/disable", [{"resource_id": certificate}])
    hw.refused(404, "SCM.0020", "POST", "/v3/scm/notification/enable", [{"resource_id": "scs1768465800123"}])


def test_what_only_the_old_api_has(lab):
    hw = HuaweiCloud(lab)
    v2 = f"/v2/{PROJECT}/scm"
    csr = pem_csr([WWW])
    assert hw.ok("POST", v2 + "/check-csr", {"csr": csr}) == {"domain": WWW}
    hw.refused(400, "SCM.0012", "POST", v2 + "/check-csr", {"csr": "x"})
    bought = hw.ok("POST", v2 + "/cert/purchase", hw.purchase())
    certificate = bought["cert"][0]["cert_id"]
    cert = f"{v2}/cert/{certificate}"
    saved = hw.company_form(WWW, csr=csr)
    hw.refused(400, "SCM.0005", "POST", cert + "/save", hw.form(WWW))
    assert hw.ok("POST", cert + "/save", saved) == {"request_info": "success"} and hw.status(certificate) == "PAID"
    hw.ok("POST", cert + "/info/BL/upload_authentication", b"")
    hw.refused(400, "SCM.0005", "POST", cert + "/info/XX/upload_authentication", b"")
    form = hw.ok("POST", cert + "/read")
    assert (form["domain_name"], form["CSR"], form["company_city"], form["bl"], form["tl"]) == (WWW, csr, "Shenzhen", "1", "0"), form
    assert hw.ok("POST", cert + "/complete", saved) == {"request_info": "success"}
    proof = hw.ok("GET", cert + "/domain-verify")
    assert proof["record_name"] == hw.show(certificate)["authentification"][0]["record_name"] and proof["domain_method"] == "DNS", proof
    hw.refused(400, "SCM.0010", "DELETE", f"{v2}/privacy-protection/{certificate}")
    hw.ok("POST", cert + "/cancel-cert")
    assert hw.ok("DELETE", f"{v2}/privacy-protection/{certificate}") == {"message": "success"}
    assert hw.ok("PUT", cert, {"modify_key": "CERT_NAME", "modify_value": "acme-17"}) == {"response_info": "success"}
    hw.ok("PUT", cert, {"modify_key": "DESCRIPTION", "modify_value": "order 17"})
    hw.refused(400, "SCM.0024", "PUT", cert, {"modify_key": "CERT_NAME", "modify_value": "a_b"})
    hw.refused(400, "SCM.0023", "PUT", cert, {"modify_key": "OWNER", "modify_value": "a"})
    assert hw.ids(content="acme-17") == [certificate] and hw.show(certificate)["description"] == "order 17"
    listed = hw.ok("GET", v2 + "/certlist?order_status=PAID")
    assert listed["total"] == 1 and listed["free_remain"] == "20" and listed["order_list"][0]["cert_name"] == "acme-17", listed
    assert hw.ok("GET", cert)["status"] == "PAID"
    assert hw.ok("DELETE", f"{v2}/cert/{hw.issued(WWW)}", status=204) == b""
