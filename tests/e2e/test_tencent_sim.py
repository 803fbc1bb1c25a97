"""The simulated Tencent Cloud: its rules, one by one, by calls of a client that knows nothing of the simulator's code."""
import base64
import datetime
import gzip
import http.client
import io
import json
import subprocess
import time
import zipfile

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from lab import DNS_SECRET
from tencent_client import DAY, KEY, KEYS, TOKEN, TencentCloud, TencentSim, csr_for, sign

WOTRUS_DV, WOTRUS_OV, GEOTRUST_OV, GLOBALSIGN_OV, WILDCARD_DV, TRUSTASIA_DV, MULTI_DV = 25, 28, 9, 18, 12, 104, 11
COMPANY = "Example Co"
PEM_END = b"-----END CERTIFICATE-----\n"
KEY_OF_PEM = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
SOURCE, STATUS, REPLACED = (f"FailedOperation.{name}" for name in
                            ("InvalidCertificateSource", "InvalidCertificateStatusCode", "OrderAlreadyReplaced"))
REPLACE_FAILED, INVALID, ALGORITHM = "FailedOperation.OrderReplaceFailed", "FailedOperation.InvalidParam", "InvalidParameter.RenewAlgorithmInvalid"


def leaf(detail):
    return x509.load_pem_x509_certificate(detail["CertificatePublicKey"].encode())


def key_of(detail):
    return leaf(detail).public_key().public_bytes(*KEY_OF_PEM)


def names_of(detail):
    return set(leaf(detail).extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName))


def china_time(text):
    """Seconds since 1970 of a time as the service writes it."""
    return datetime.datetime.strptime(text + " +0800", "%Y-%m-%d %H:%M:%S %z").timestamp()


def end_of(sim, certificate):
    return china_time(sim.detail(certificate)["CertEndTime"])


# Reissues: the acceptance scenarios that concern the vendor, by number.

def test_reissues_1_and_2_are_made_until_thirty_days_before_the_end(lab):
    sim = TencentSim(lab)
    original = sim.bought("shop.example.net")
    end = end_of(sim, original)
    sim.advance_to(end - 30 * DAY - 60)
    reissue = sim.replace(original)
    shown = sim.detail(reissue)
    assert shown["Status"] == 1 and shown["DvAuthDetail"]["DvAuths"] is None, shown
    assert china_time(shown["CertEndTime"]) == end and key_of(shown) == key_of(sim.detail(original))

    late = sim.bought("late.example.org")
    sim.advance_to(end_of(sim, late) - 30 * DAY)
    assert sim.replace_refused(late) == REPLACE_FAILED


def test_reissue_3_only_of_what_is_issued(lab):
    sim = TencentSim(lab)
    pending = sim.submitted("shop.example.net")
    assert sim.status(pending) == 0 and sim.replace_refused(pending) == STATUS
    for made in ({"submitted": False}, {"product": GEOTRUST_OV, "validated": False}):
        assert sim.replace_refused(sim.bought("other.example.org", **made)) == STATUS


def test_reissues_4_to_6_exemptions_from_validation(lab):
    sim = TencentSim(lab)
    fresh, strict, old, known = (sim.bought(f"a.{domain}.net", organization=COMPANY) for domain in ("fresh", "strict", "old", "known"))
    for domain in ("fresh", "strict", "old"):
        sim.control("POST", "/org-validate", {"domain": f"{domain}.net", "organization": COMPANY, "months_ago": 14})
    sim.control("POST", "/org-validate", {"domain": "known.net", "organization": COMPANY, "months_ago": 12})

    def reissued(certificate, name):
        return sim.detail(sim.replace(certificate, "upload", CsrContent=csr_for(name)))

    sim.advance(3 * DAY - 3600)
    assert reissued(fresh, "a.fresh.net")["Status"] == 1, "issued less than three days ago"
    sim.set(dcv_exempt_strict=True)
    shown = reissued(strict, "a.strict.net")
    assert (shown["Status"], shown["StatusMsg"]) == (0, "PENDING-DCV") and shown["DvAuthDetail"]["DvAuths"]
    sim.set(dcv_exempt_strict=False)
    sim.advance(3600)
    shown = reissued(old, "a.old.net")
    assert (shown["Status"], shown["StatusMsg"]) == (0, "PENDING-DCV") and len(shown["DvAuthDetail"]["DvAuths"]) == 1
    assert reissued(known, "a.known.net")["Status"] == 1, "verified for the organization twelve months ago"
    # An individual's name was verified for no organization.
    alone = sim.bought("a.alone.net")
    sim.advance(3 * DAY)
    assert reissued(alone, "a.alone.net")["Status"] == 0


def pending_reissue(sim):
    """(original, reissue) of a.example.net, which waits for validation, and a certificate for b.example.net"""
    original, sibling = sim.bought("a.example.net"), sim.bought("b.example.net")
    sim.advance(3 * DAY)
    return original, sim.replace(original, "upload", CsrContent=csr_for("a.example.net")), sibling


def test_reissues_7_to_9_one_at_a_time_in_a_primary_domain(lab):
    sim = TencentSim(lab)
    other = sim.bought("b.example.org")
    original, reissue, sibling = pending_reissue(sim)
    assert sim.status(original) == 11 and sim.status(reissue) == 0
    assert sim.replace_refused(original) == STATUS
    assert sim.replace_refused(reissue) == STATUS
    assert sim.replace_refused(sibling) == REPLACE_FAILED
    assert sim.replace_refused(sibling, "upload", CsrContent=csr_for("b.example.net")) == REPLACE_FAILED
    assert sim.status(sim.replace(other)) == 1
    # Of another account, which has names of that domain as well, nothing is known.
    stranger = TencentCloud(sim.vendor, KEYS["stranger"])
    assert stranger.refused("DescribeCertificate", CertificateId=original) == "FailedOperation.CertificateNotFound"


def test_reissue_10_is_issued_when_the_record_is_there(lab):
    sim = TencentSim(lab)
    original, reissue, _ = pending_reissue(sim)
    for certificate in (original, reissue):
        assert {sim.detail(certificate)["CertificateExtra"][member] for member in ("ReplacedBy", "ReplacedFor")} == {None}
    sim.control("POST", "/publish", {"certificate": reissue})
    sim.advance(300)
    before, after = sim.detail(original), sim.detail(reissue)
    assert (before["Status"], after["Status"]) == (1, 1) and key_of(before) != key_of(after)
    assert before["CertEndTime"] == after["CertEndTime"] and names_of(before) == names_of(after)
    assert before["CertificateExtra"]["ReplacedFor"] == reissue and after["CertificateExtra"]["ReplacedBy"] == original
    assert after["DvAuthDetail"]["DvAuths"] is None
    assert sim.replace_refused(original) == REPLACED
    assert sim.status(sim.replace(reissue)) == 1, "a reissue can be reissued"
    sim.set(reissue_links_swapped=True)
    assert sim.detail(original)["CertificateExtra"]["ReplacedBy"] == reissue


def test_reissue_11_fails_after_three_days(lab):
    sim = TencentSim(lab)
    original, reissue, sibling = pending_reissue(sim)
    sim.advance(3 * DAY - 60)
    assert sim.status(reissue) == 0
    sim.advance(120)
    assert (sim.status(reissue), sim.status(original)) == (2, 1)
    assert "timed out" in sim.detail(reissue)["StatusMsg"]
    assert sim.replace(sibling, "upload", CsrContent=csr_for("b.example.net"))
    sim.control("POST", "/reject", {"certificate": sim.kept(sibling)["reissue"]})
    assert sim.replace(original, "upload", CsrContent=csr_for("a.example.net")), "another try"


def test_reissues_12_to_14_of_free_certificates(lab):
    sim = TencentSim(lab)
    original = sim.call("ApplyCertificate", DvAuthMethod="FILE", DomainName="shop.example.net")["CertificateId"]
    sim.control("POST", "/dcv-pass", {"certificate": original})
    sim.advance_to(end_of(sim, original) - 60 * DAY)
    upload = {"CsrContent": csr_for("shop.example.net", rsa.generate_private_key(65537, 2048))}
    assert sim.replace_refused(original, "online", CertCSREncryptAlgo="ECC") == ALGORITHM
    assert sim.replace_refused(original, "online", CertCSRKeyParameter="4096") == ALGORITHM
    assert sim.replace_refused(original, "upload", CsrContent=csr_for("shop.example.net")) == ALGORITHM
    assert sim.replace_refused(original, "upload", **upload) == INVALID
    reissue = sim.replace(original, "online", CertCSREncryptAlgo="RSA", CertCSRKeyParameter="2048")
    shown = sim.detail(reissue)
    assert shown["VerifyType"] == "FILE" and {auth["DvAuthVerifyType"] for auth in shown["DvAuthDetail"]["DvAuths"]} == {"FILE"}
    sim.control("POST", "/reject", {"certificate": reissue})
    sim.set(free_failed_reissue_counts=True)
    assert sim.replace_refused(original, "online") == REPLACED
    sim.set(free_failed_reissue_counts=False)
    reissue = sim.replace(original, "online")
    sim.control("POST", "/publish", {"certificate": reissue})
    sim.advance(300)
    shown = sim.detail(reissue)
    assert shown["Status"] == 1 and shown["EncryptAlgorithm"] == "RSA 2048" and china_time(shown["CertEndTime"]) == end_of(sim, original)
    key = serialization.load_pem_private_key(shown["CertificatePrivateKey"].encode(), None)
    assert key.public_key().public_bytes(*KEY_OF_PEM) == key_of(shown) != key_of(sim.detail(original))
    assert sim.replace_refused(original, "online") == sim.replace_refused(reissue, "online") == REPLACED
    sim.set(free_allow_upload=True)
    assert sim.replace(sim.bought("other.example.org", product=83), "upload",
                       CsrContent=csr_for("other.example.org", rsa.generate_private_key(65537, 2048)))


def test_reissues_15_to_17_by_product(lab):
    sim = TencentSim(lab)
    wotrus = sim.bought("a.one.net", product=WOTRUS_OV, organization=COMPANY)
    geotrust = sim.bought("a.two.net", product=GEOTRUST_OV, organization=COMPANY)
    wildcard = sim.bought("*.three.net", product=WILDCARD_DV, years=2)
    for domain in ("one.net", "two.net", "three.net"):
        sim.control("POST", "/org-validate", {"domain": domain, "organization": COMPANY, "months_ago": 14})
    sim.control("POST", "/standing", {"domain": "three.net", "way": "dns"})
    sim.advance(3 * DAY)

    reissue = sim.replace(wotrus, "upload", CsrContent=csr_for("a.one.net"))
    assert sim.detail(reissue)["StatusMsg"] == "PENDING-DCV"
    sim.control("POST", "/dcv-pass", {"certificate": reissue})
    assert sim.status(reissue) == 1, "nobody approves of what is known"
    sim.set(reissue_review=True)
    again = sim.replace(reissue)
    assert sim.detail(again)["StatusMsg"] == "CA-REVIEWING"
    sim.control("POST", "/approve", {"certificate": again})
    assert sim.status(again) == 1

    reissue = sim.replace(geotrust, "upload", CsrContent=csr_for("a.two.net"))
    sim.advance(30 * DAY)
    shown = sim.detail(reissue)
    assert shown["StatusMsg"] == "CA-REVIEWING" and shown["DvAuthDetail"]["DvAuths"] is None
    sim.control("POST", "/approve", {"certificate": reissue})
    assert sim.status(reissue) == 1

    shown = sim.detail(sim.replace(wildcard, "upload", CsrContent=csr_for("*.three.net")))
    assert shown["Status"] == 1 and names_of(shown) == {"*.three.net", "three.net"}


def test_reissue_18_of_what_was_uploaded(lab):
    sim = TencentSim(lab)
    assert sim.replace_refused(sim.bought("shop.example.net", uploaded=True)) == SOURCE
    issued = sim.detail(sim.bought("y.example.net"))
    assert issued["CertificatePrivateKey"], "made for the console"
    pair = {"CertificatePublicKey": issued["CertificatePublicKey"], "CertificatePrivateKey": issued["CertificatePrivateKey"]}
    uploaded = sim.call("UploadCertificate", Alias="mine", **pair)
    assert uploaded["RepeatCertId"] is None
    shown = sim.detail(uploaded["CertificateId"])
    assert (shown["From"], shown["Status"], shown["Domain"], shown["CertEndTime"]) == ("upload", 1, "y.example.net", issued["CertEndTime"])
    assert sim.replace_refused(uploaded["CertificateId"]) == SOURCE
    assert sim.refused("RevokeCertificate", CertificateId=uploaded["CertificateId"]) == SOURCE
    assert sim.call("UploadCertificate", Repeatable=False, **pair)["RepeatCertId"] == uploaded["CertificateId"]
    assert sim.refused("UploadCertificate", **{**pair, "CertificatePublicKey": "hello"}) == "FailedOperation.CertificateInvalid"
    other = sim.detail(sim.bought("z.example.net"))["CertificatePrivateKey"]
    assert sim.refused("UploadCertificate", **{**pair, "CertificatePrivateKey": other}) == "FailedOperation.CertificateMismatch"
    assert sim.call("DeleteCertificate", CertificateId=uploaded["CertificateId"])["DeleteResult"] is True


def test_reissue_19_is_revoked_with_its_original(lab):
    sim = TencentSim(lab)
    original = sim.bought("shop.example.net")
    reissue = sim.replace(original)
    assert sim.refused("RevokeCertificate", CertificateId=reissue) == REPLACED
    auths = sim.call("RevokeCertificate", CertificateId=original, Reason="key compromise")["RevokeDomainValidateAuths"]
    assert auths and auths[0]["DomainValidateAuthKey"].endswith(".shop.example.net")
    assert [sim.status(one) for one in (original, reissue)] == [9, 9]
    assert sim.detail(original)["DvRevokeAuthDetail"][0]["DvAuthValue"] == auths[0]["DomainValidateAuthValue"]
    assert sim.refused("DownloadCertificate", CertificateId=original) == STATUS
    sim.control("POST", "/publish", {"certificate": original})
    sim.advance(120)
    assert [sim.status(one) for one in (original, reissue)] == [10, 10]
    assert sim.refused("RevokeCertificate", CertificateId=original) == STATUS
    # Of WoTrus each is revoked by itself.
    original = sim.bought("shop.example.org", product=WOTRUS_DV)
    reissue = sim.replace(original)
    assert sim.call("RevokeCertificate", CertificateId=reissue)["RevokeDomainValidateAuths"] == []
    sim.control("POST", "/approve", {"certificate": reissue})
    assert [sim.status(one) for one in (original, reissue)] == [1, 10]
    assert sim.control("GET", "/stats")["revocations"] == 3


def test_reissue_22_is_found_after_a_lost_answer(lab):
    sim = TencentSim(lab)
    original = sim.bought("shop.example.net")
    sim.advance(3 * DAY)
    sim.control("POST", "/faults", [{"match": "ReplaceCertificate", "kind": "drop_after"}])
    try:
        sim.replace(original, "upload", CsrContent=csr_for("shop.example.net"))
        raise AssertionError("an answer came")
    except (http.client.HTTPException, OSError):
        pass
    found = sim.call("DescribeCertificates", SearchKey="shop.example.net", FilterSource="buy")["Certificates"]
    assert [row["Status"] for row in found] == [0, 11] and found[1]["CertificateId"] == original, found
    assert sim.replace_refused(original) == STATUS
    assert [call["outcome"] for call in sim.control("GET", "/calls?match=ReplaceCertificate")["calls"]] == ["drop_after", "answered"]
    sim.set(reissue_links_early=True, reissue_status_on="new")
    found = sim.call("DescribeCertificates", CertIds=[row["CertificateId"] for row in found])["Certificates"]
    assert [row["Status"] for row in found] == [11, 1]
    assert found[0]["CertificateExtra"]["ReplacedBy"] == original


# The gateway.

def signed(sim, action, body=b"{}", **other):
    """All of a request: headers and body."""
    return sim.headers(action, body, **other)


def code_of(sim, headers, body=b"{}", method="POST"):
    status, _, answer = sim.send(method, headers, body)
    assert status == 200, (status, answer)
    response = json.loads(answer)["Response"]
    return response["Error"]["Code"] if "Error" in response else None


def test_gateway_20_takes_what_is_signed_rightly(lab):
    sim = TencentSim(lab)
    action, now, body = "DescribeCertificates", int(time.time()), b"{}"
    good = signed(sim, action)
    assert code_of(sim, good) is None

    def changed(**headers):
        return good | {name.replace("_", "-"): value for name, value in headers.items()}

    def by(key, token=None):
        return TencentCloud(sim.vendor, key, token).headers(action, body)

    def authorized(names, **values):
        headers = {"content-type": good["Content-Type"], "host": good["Host"], "x-tc-action": action} | values
        return changed(Authorization=sign(*KEY, now, {name: headers[name] for name in names}, body), X_TC_Timestamp=str(now))

    refused = [
        ("UnsupportedProtocol", good, b"", "GET"),
        ("UnsupportedProtocol", changed(Content_Type="text/plain"), body, "POST"),
        ("UnsupportedProtocol", changed(Content_Type="application/jsonish"), body, "POST"),
        ("MissingParameter", changed(X_TC_Action=None), body, "POST"),
        ("MissingParameter", changed(X_TC_Version=None), body, "POST"),
        ("MissingParameter", changed(X_TC_Timestamp=None), body, "POST"),
        ("MissingParameter", changed(Authorization=None), body, "POST"),
        ("AuthFailure.InvalidAuthorization", changed(Authorization="Bearer abc"), body, "POST"),
        ("AuthFailure.InvalidAuthorization", changed(Authorization=good["Authorization"].replace("ssl/", "cvm/")), body, "POST"),
        ("AuthFailure.InvalidAuthorization", authorized(["host"]), body, "POST"),
        ("AuthFailure.SecretIdNotFound", by(("AKIDNOBODY", KEY[1])), body, "POST"),
        ("AuthFailure.SecretIdNotFound", by(KEYS["disabled"]), body, "POST"),
        ("AuthFailure.SignatureExpire", signed(sim, action, timestamp=now - 302), body, "POST"),
        ("AuthFailure.SignatureExpire", signed(sim, action, timestamp=now + 302), body, "POST"),
        ("AuthFailure.SignatureExpire", changed(X_TC_Timestamp="soon"), body, "POST"),
        ("AuthFailure.SignatureFailure", changed(X_TC_Timestamp=str(now - 60)), body, "POST"),
        ("AuthFailure.SignatureFailure", changed(Authorization=good["Authorization"].replace("/20", "/19")), body, "POST"),
        ("AuthFailure.SignatureFailure", by((KEY[0], "another")), body, "POST"),
        ("AuthFailure.SignatureFailure", good, b"{ }", "POST"),
        ("AuthFailure.SignatureFailure", changed(X_TC_Action="DescribeCertificate"), body, "POST"),
        ("AuthFailure.SignatureFailure", changed(Content_Type="application/json"), body, "POST"),
        ("AuthFailure.SignatureFailure", changed(X_TC_Content_SHA256="UNSIGNED-PAYLOAD"), body, "POST"),
        ("AuthFailure.SignatureFailure", authorized(["content-type", "host"], host="localhost"), body, "POST"),
        ("AuthFailure.TokenFailure", changed(X_TC_Token="x"), body, "POST"),
        ("AuthFailure.TokenFailure", by(KEYS["temporary"]), body, "POST"),
        ("NoSuchVersion", changed(X_TC_Version="2017-03-12"), body, "POST"),
        ("InvalidAction", signed(sim, "FrobnicateCertificate"), body, "POST"),
        ("InvalidAction", signed(sim, "describecertificates"), body, "POST"),
        ("InvalidParameter", signed(sim, action, b"[]"), b"[]", "POST"),
        ("InvalidParameter", signed(sim, action, b"hello"), b"hello", "POST"),
        ("InvalidParameter", signed(sim, action, b""), b"", "POST"),
        ("UnknownParameter", signed(sim, action, b'{"limit":1}'), b'{"limit":1}', "POST"),
        ("InvalidParameter", signed(sim, action, b'{"Limit":"1"}'), b'{"Limit":"1"}', "POST"),
        ("InvalidParameter", signed(sim, action, b'{"Limit":null}'), b'{"Limit":null}', "POST"),
        ("InvalidParameter", signed(sim, action, b'{"CertIds":[5]}'), b'{"CertIds":[5]}', "POST"),
        ("InvalidParameter", signed(sim, action, b'{"Tags":[{"TagKey":"a"}]}'), b'{"Tags":[{"TagKey":"a"}]}', "POST"),
        ("MissingParameter", signed(sim, "DescribeCertificate"), body, "POST"),
        ("AuthFailure.UnauthorizedOperation", TencentCloud(sim.vendor, KEYS["viewer"]).headers("CreateCertificate", body), body, "POST"),
    ]
    for code, headers, sent, method in refused:
        assert code_of(sim, headers, sent, method) == code, (code, headers)
    big = b'{"SearchKey":"' + b"x" * (10 * 1024 * 1024) + b'"}'
    assert code_of(sim, signed(sim, action, big), big) == "RequestSizeLimitExceeded"

    accepted = [
        authorized(["content-type", "host"]), authorized(["content-type", "host", "x-tc-action"]),
        signed(sim, action, timestamp=now - 290), changed(X_TC_Region="ap-guangzhou", X_TC_RequestClient="x"),
        by(KEYS["temporary"], TOKEN),
        by(KEYS["viewer"]),
    ]
    for headers in accepted:
        assert code_of(sim, headers) is None, headers
    sim.set(host_without_port=True)
    assert code_of(sim, authorized(["content-type", "host"], host="localhost")) is None
    # Virtual time is no matter of the gateway.
    sim.advance(400 * DAY)
    assert code_of(sim, signed(sim, action)) is None


def test_gateway_21_ten_calls_a_second_of_an_action(lab):
    sim = TencentSim(lab, rates="10/1")
    time.sleep(1)
    codes = [code_of(sim, signed(sim, "DescribeCertificates")) for _ in range(11)]
    assert codes[:10] == [None] * 10 and codes[10] in (None, "RequestLimitExceeded")
    if codes[10] is None:    # the machine was slow
        codes = [code_of(sim, signed(sim, "DescribeCertificates")) for _ in range(60)]
        assert "RequestLimitExceeded" in codes, "more than ten a second are answered"
    assert code_of(sim, signed(sim, "DescribePackages")) is None, "another action"
    other = TencentCloud(sim.vendor, KEYS["viewer"])
    assert code_of(sim, other.headers("DescribeCertificates", b"{}")) is None, "another key"
    # What is refused for its signature does not count.
    for _ in range(15):
        assert code_of(sim, signed(sim, "DescribePackages", timestamp=5)) == "AuthFailure.SignatureExpire"
    time.sleep(1.1)
    assert code_of(sim, signed(sim, "DescribeCertificates")) is None
    sim.control("POST", "/faults", [{"match": "DescribePackages", "kind": "rate_limit"}])
    assert code_of(sim, signed(sim, "DescribePackages")) == "RequestLimitExceeded"


def test_the_international_site_lacks_some_actions(lab):
    sim = TencentSim(lab, "--set", "site=international")
    for action in ("CompleteCertificate", "CreateCertificateByPackage", "DescribePackages", "DeleteCertificates",
                   "DescribeDownloadCertificateUrl", "UploadRevokeLetter", "DescribeDeleteCertificatesTaskResult"):
        assert sim.refused(action) == "InvalidAction", action
    certificate = sim.submitted("shop.example.net")
    sim.control("POST", "/publish", {"certificate": certificate})
    result = sim.call("CheckCertificateDomainVerification", CertificateId=certificate)["VerificationResults"][0]
    assert result["Issued"] is True and sim.status(certificate) == 1


# Purchases.

def test_a_purchase_by_both_pairs_of_actions(lab):
    sim = TencentSim(lab)
    new = sim.call("CreateCertificate", ProductId=TRUSTASIA_DV, DomainNum=1, TimeSpan=1, AutoVoucher=0, Tags=[{"TagKey": "a", "TagValue": "b"}])
    assert len(new["CertificateIds"]) == len(new["DealIds"]) == len(new["ResourceIds"]) == 1
    first = new["CertificateIds"][0]
    assert len(first) == 8 and first.isalnum() and new["DealIds"][0].isdigit()
    shown = sim.call("DescribeCertificate", CertificateId=first)
    assert (shown["Status"], shown["Domain"], shown["SubjectAltName"], shown["OrderId"]) == (5, "", [], None), shown
    assert (shown["IsVip"], shown["IsDv"], shown["PackageType"], shown["ProjectId"], shown["ValidityPeriod"]) == (True, True, "104", "0", "12")
    assert shown["Tags"] == [{"TagKey": "a", "TagValue": "b"}]
    assert sim.call("ModifyCertificateAlias", CertificateId=first, Alias="acme-1")["CertificateId"] == first
    csr = csr_for("Shop.Example.Net")
    assert set(sim.call("CertificateInfoSubmit", **sim.inform(first, "shop.example.net", csr))) == {"RequestId"}
    shown = sim.call("DescribeCertificate", CertificateId=first)
    assert (shown["Status"], shown["Domain"], shown["Alias"]) == (5, "shop.example.net", "acme-1")
    assert shown["SubmittedData"]["CsrContent"] == csr and shown["SubmittedData"]["CertificateDomain"] == "shop.example.net"
    answer = sim.call("CertificateOrderSubmit", CertId=first, VerifyType="DNS", DeleteDnsAutoRecord=0)
    assert (answer["Status"], answer["IsAudited"]) == (0, False) and len(answer["OrderId"]) == 17 and answer["OrderId"][8] == "_"

    second = sim.create(MULTI_DV, 3)
    person = {f"{who}{part}": "x" for who in ("Admin", "Contact") for part in ("FirstName", "LastName", "Email", "Position")}
    fields = {"CertificateId": second, "CsrType": "parse", "CsrContent": csr_for("a.example.org"), "CertificateDomain": "a.example.org",
              "DomainList": ["b.example.org", "c.example.com"], "VerifyType": "FILE", "PhoneAreaCode": "0755", "PhoneNumber": "12345678",
              "AdminPhoneNum": "1", "ContactNumber": "1", "IsDV": True, **person,
              **{f"Organization{part}": COMPANY for part in ("Name", "Division", "Address", "Country", "City", "Region")}}
    for member in ("OrganizationName", "PhoneNumber", "ContactPosition", "CsrType"):
        assert sim.refused("SubmitCertificateInformation", **{k: v for k, v in fields.items() if k != member}) == INVALID, member
    assert sim.call("SubmitCertificateInformation", **fields)["CertificateId"] == second
    answer = sim.call("CommitCertificateInformation", CertificateId=second, VerifyType="DNS")
    assert set(answer) == {"OrderId", "Status", "RequestId"} and answer["Status"] == 0
    shown = sim.detail(second)
    assert shown["VerifyType"] == "DNS" and len(shown["DvAuthDetail"]["DvAuths"]) == 3 and shown["CertificateExtra"]["DomainNumber"] == "3"
    assert shown["SubjectAltName"] == ["b.example.org", "c.example.com"] and shown["DomainType"] == 2
    for certificate in (first, second):
        for action, member in (("CertificateInfoSubmit", "CertId"), ("SubmitCertificateInformation", "CertificateId")):
            again = sim.inform(first, "x.example.net") if member == "CertId" else fields
            code = "FailedOperation.CertificateInfoSubmitStatusInvalid" if member == "CertId" else STATUS
            assert sim.refused(action, **{**again, member: certificate}) == code
        assert sim.refused("CertificateOrderSubmit", CertId=certificate) == STATUS
        assert sim.refused("CommitCertificateInformation", CertificateId=certificate) == STATUS
    assert sim.control("GET", "/stats")["billable_orders"] == 2


def test_an_issued_certificate_is_shown_in_three_ways(lab):
    sim = TencentSim(lab)
    certificate = sim.submitted("www.example.net")
    sim.control("POST", "/publish", {"certificate": certificate})
    assert sim.call("CompleteCertificate", CertificateId=certificate)["CertificateId"] == certificate
    one, detail = sim.call("DescribeCertificate", CertificateId=certificate), sim.detail(certificate)
    row = sim.call("DescribeCertificates")["Certificates"][0]
    for shown in (one, detail, row):
        assert (shown["Status"], shown["StatusName"], shown["Domain"], shown["CertificateType"]) == (1, "Issued", "www.example.net", "SVR")
        assert shown["CertBeginTime"].endswith(" 08:00:00") and shown["CertEndTime"].endswith(" 07:59:59")
    assert abs(china_time(one["InsertTime"]) - time.time()) < 120
    assert one["SubjectAltName"] == ["www.example.net", "example.net"] and detail["SubjectAltName"] == ["example.net"]
    assert (one["StatusMsg"], row["StatusMsg"]) == (None, "") and row["AllowDownload"] is True
    assert detail["SubmittedData"] is None and detail["CertificatePrivateKey"] is None
    blocks = detail["CertificatePublicKey"].count("BEGIN CERTIFICATE")
    assert blocks == 2 and names_of(detail) == {"www.example.net", "example.net"}
    assert detail["RootCert"]["Standard"] == sim.control("GET", "/ca")["root"]
    fingerprint = leaf(detail).fingerprint(hashes.SHA1()).hex()
    assert detail["CertFingerprint"] == fingerprint.upper() and detail["CertChainInfo"][0]["Fingerprint"] == fingerprint
    begin, end = leaf(detail).not_valid_before, leaf(detail).not_valid_after
    assert begin.replace(tzinfo=datetime.timezone.utc).timestamp() == china_time(detail["CertBeginTime"])
    assert end.replace(tzinfo=datetime.timezone.utc).timestamp() == china_time(detail["CertEndTime"])
    sim.set(leaf_only=True)
    assert sim.detail(certificate)["CertificatePublicKey"].count("BEGIN CERTIFICATE") == 1
    archive = sim.call("DownloadCertificate", CertificateId=certificate)
    assert archive["ContentType"] == "application/zip"
    files = zipfile.ZipFile(io.BytesIO(base64.b64decode(archive["Content"])))
    assert files.testzip() is None
    assert set(files.namelist()) == {"www.example.net.csr", "Nginx/1_www.example.net_bundle.crt", "Apache/1_root_bundle.crt", "Apache/2_www.example.net.crt"}
    assert x509.load_pem_x509_certificate(files.read("Apache/2_www.example.net.crt")) == leaf(detail)
    url = sim.call("DescribeDownloadCertificateUrl", CertificateId=certificate, ServiceType="nginx")
    assert url["DownloadFilename"] == "www.example.net_nginx.zip"
    sim.set(add_names=False)
    assert names_of(sim.detail(sim.bought("www.example.org"))) == {"www.example.org"}


def test_names_and_products_that_do_not_go_together(lab):
    sim = TencentSim(lab)
    for product, domains, years in ((1, 1, 1), (36, 1, 1), (83, 1, 1), (78, 1, 1), (MULTI_DV, 1, 1), (TRUSTASIA_DV, 2, 1), (TRUSTASIA_DV, 0, 1),
                                    (105, 1, 2), (99, 2, 2), (TRUSTASIA_DV, 1, 4), (TRUSTASIA_DV, 1, 0), (MULTI_DV, 251, 1)):
        assert sim.refused("CreateCertificate", ProductId=product, DomainNum=domains, TimeSpan=years) == "InvalidParameterValue", product
    single, many, wildcard = sim.create(), sim.create(MULTI_DV, 2), sim.create(WILDCARD_DV)
    domain = "FailedOperation.CertificateInfoSubmitDomainInvalid"
    rows = [
        (domain, single, "*.example.net", {}), (domain, single, "shop", {}), (domain, single, "a..net", {}),
        (domain, single, "shop.example.net", {"DnsNames": ["other.example.net"]}), (domain, wildcard, "shop.example.net", {}),
        (domain, many, "*.example.net", {}), (domain, many, "a.example.net", {"DnsNames": ["b.example.net", "c.example.net"]}),
        ("InvalidParameterValue.CertificateDomainMaxLengthInvalid", single, "a" * 53 + ".example.net", {}),
        (INVALID, single, "shop.example.net", {"Csr": csr_for("other.example.net")}),
        (INVALID, single, "shop.example.net", {"Csr": "hello"}), (INVALID, single, "shop.example.net", {"GenCsrType": "upload"}),
        (INVALID, single, "shop.example.net", {"VerifyType": "EMAIL"}), (INVALID, single, "shop.example.net", {"VerifyType": "DNS_AUTO"}),
        (INVALID, wildcard, "*.example.net", {"VerifyType": "FILE"}), (INVALID, single, "shop.example.net", {"CompanyType": 3}),
        (INVALID, single, "shop.example.net", {"CompanyType": 2}), (INVALID, single, "shop.example.net", {"CompanyType": 2, "CompanyId": "77"}),
        ("FailedOperation.CertificateInfoSubmitContactEmailEmpty", single, "shop.example.net", {"ContactEmail": ""}),
        (ALGORITHM, single, "shop.example.net", {"Csr": csr_for("shop.example.net", ec.generate_private_key(ec.SECP384R1()))}),
        (ALGORITHM, single, "shop.example.net", {"GenCsrType": "online", "CsrEncryptAlgo": "RSA", "CsrKeyParameter": "4096"}),
        (INVALID, single, "shop.example.net", {"GenCsrType": "online", "CsrEncryptAlgo": "DSA"}),
        (INVALID, sim.create(GEOTRUST_OV), "shop.example.net", {}),
        ("FailedOperation.CertificateNotFound", "AAAAAAAA", "shop.example.net", {}),
    ]
    for code, certificate, name, other in rows:
        assert sim.refused("CertificateInfoSubmit", **sim.inform(certificate, name, **other)) == code, (code, name, other)
        assert certificate == "AAAAAAAA" or sim.status(certificate) == 5 and not sim.detail(certificate)["Domain"], name
    assert sim.refused("CertificateOrderSubmit", CertId=single) == STATUS, "there is no information yet"
    good = csr_for("shop.example.net", ec.generate_private_key(ec.SECP384R1()))
    wotrus = sim.create(WOTRUS_DV)
    sim.call("CertificateInfoSubmit", **sim.inform(wotrus, "shop.example.net", good))
    sim.call("CertificateInfoSubmit", **sim.inform(wotrus, "other.example.net"))    # information can be given again
    assert sim.detail(wotrus)["Domain"] == "other.example.net"
    sim.set(purchases_max=sim.control("GET", "/stats")["billable_orders"])
    assert sim.refused("CreateCertificate", ProductId=25, DomainNum=1, TimeSpan=1) == "FailedOperation.TradeError"
    stranger = TencentCloud(sim.vendor, KEYS["unverified"])
    sim.set(purchases_max=-1)
    assert stranger.refused("CreateCertificate", ProductId=25, DomainNum=1, TimeSpan=1) == "FailedOperation.NoRealNameAuth"


def test_reviews_by_product(lab):
    sim = TencentSim(lab)
    company = {"CompanyType": 2, "CompanyId": "0", "OrgCountry": "CN", "OrgPhoneArea": "86",
               **{f"Org{part}": "x" for part in ("Organization", "Division", "Address", "City", "Region", "PhoneNumber")},
               **{f"{who}{part}": "x" for who in ("Admin", "Tech") for part in ("FirstName", "LastName", "Phone", "Email", "Title")}}
    approved = {"CompanyType": 2, "CompanyId": "1001", "ManagerId": "2001"}

    def states(product, data, domain):
        """What it goes through, when each who is waited for does what is to be done."""
        certificate, name = sim.create(product), f"a.{domain}"
        sim.call("CertificateInfoSubmit", **sim.inform(certificate, name, **data))
        answer = sim.call("CertificateOrderSubmit", CertId=certificate)
        assert answer["IsAudited"] is (data is approved)
        seen = []
        while sim.status(certificate) != 1:
            shown = sim.detail(certificate)
            seen.append(shown["StatusMsg"] or shown["Status"])
            assert bool(shown["DvAuthDetail"]["DvAuths"]) == (seen[-1] == "PENDING-DCV")
            verb = "/dcv-pass" if seen[-1] == "PENDING-DCV" else "/approve"
            assert verb == "/approve" or sim.control("POST", "/approve", {"certificate": certificate}, 400)
            sim.control("POST", verb, {"certificate": certificate})
        return seen

    assert states(GEOTRUST_OV, company, "one.net") == [8, "CA-REVIEWING", "PENDING-DCV"]
    assert states(GEOTRUST_OV, approved, "two.net") == ["CA-REVIEWING", "PENDING-DCV"]
    assert states(GLOBALSIGN_OV, approved, "three.net") == [8, "CA-REVIEWING", "PENDING-DCV"]
    assert states(WOTRUS_OV, company, "four.net") == ["PRE-REVIEWING", "PENDING-DCV", "CA-REVIEWING"]
    assert states(TRUSTASIA_DV, company, "five.net") == ["PENDING-DCV"]
    # A letter by call; and staff that works by itself.
    certificate = sim.create(GEOTRUST_OV)
    sim.call("CertificateInfoSubmit", **sim.inform(certificate, "a.six.net", **company))
    sim.call("CertificateOrderSubmit", CertId=certificate)
    letter = base64.b64encode(b"x" * 2000).decode()
    assert sim.refused("UploadConfirmLetter", CertificateId=certificate, ConfirmLetter="eA==") == "FailedOperation.ConfirmLetterTooSmall"
    assert sim.refused("UploadConfirmLetter", CertificateId=certificate, ConfirmLetter=letter * 1000) == "FailedOperation.ConfirmLetterTooLarge"
    sim.set(review_delay_s=600)
    assert sim.call("UploadConfirmLetter", CertificateId=certificate, ConfirmLetter=letter)["IsSuccess"] is True
    assert sim.refused("UploadConfirmLetter", CertificateId=certificate, ConfirmLetter=letter) == STATUS
    assert sim.detail(certificate)["StatusMsg"] == "CA-REVIEWING"
    sim.advance(601)
    assert sim.detail(certificate)["StatusMsg"] == "PENDING-DCV"
    sim.control("POST", "/reject", {"certificate": certificate, "comment": "No such company."})
    assert (sim.status(certificate), sim.detail(certificate)["StatusMsg"]) == (2, "No such company.")
    assert sim.refused("UploadConfirmLetter", CertificateId=sim.bought("a.seven.net"), ConfirmLetter=letter) == \
        "FailedOperation.UploadConfirmCertificateNotSupportDV"


def test_free_certificates_have_rules_and_quotas(lab):
    sim = TencentSim(lab, "--set", "free_account_limit=3", "--set", "free_domain_limit=2")

    def apply(name="shop.example.net", **other):
        return {"DvAuthMethod": "DNS", "DomainName": name, **other}

    rows = [
        (INVALID, apply("*.example.net")), (INVALID, apply("192.0.2.1")), (INVALID, apply("shop")), (INVALID, apply(DvAuthMethod="EMAIL")),
        (INVALID, apply(DvAuthMethod="DNS_AUTO")), (INVALID, apply(PackageType="2")), (INVALID, apply(ValidityPeriod="12")),
        (INVALID, apply(CsrEncryptAlgo="ECC")), (INVALID, apply(CsrEncryptAlgo="DSA")), (INVALID, apply(DnsNames=["a.example.net"])),
        (ALGORITHM, apply(CsrEncryptAlgo="RSA", CsrKeyParameter="4096")), ("UnknownParameter", apply(CsrContent=csr_for("shop.example.net"))),
        ("InvalidParameterValue.CertificateDomainMaxLengthInvalid", apply("a" * 53 + ".example.net")),
        ("InvalidParameterValue.CertificateEmailParseInvalid", apply(ContactEmail="nobody")),
        ("FailedOperation.CertificateNotFound", apply(OldCertificateId="AAAAAAAA")), ("FailedOperation.PackageNotFound", apply(PackageId="x")),
    ]
    for code, fields in rows:
        assert sim.refused("ApplyCertificate", **fields) == code, fields
    first = sim.call("ApplyCertificate", **apply(Alias="mine", CsrEncryptAlgo="ECC", CsrKeyParameter="prime256v1"))["CertificateId"]
    shown = sim.detail(first)
    assert (shown["Status"], shown["StatusMsg"], shown["Alias"], shown["IsVip"], shown["PackageType"]) == (0, "PENDING-DCV", "mine", False, "83")
    sim.call("ApplyCertificate", **apply("other.example.net"))
    assert sim.refused("ApplyCertificate", **apply("third.example.net")) == "FailedOperation.MainDomainCertificateCountLimit"
    last = sim.call("ApplyCertificate", **apply("shop.example.org"))["CertificateId"]
    assert sim.refused("ApplyCertificate", **apply("shop.example.com")) == "FailedOperation.ExceedsFreeLimit"
    assert sim.call("CancelAuditCertificate", CertificateId=last)["Result"] is True
    assert sim.status(last) == 6
    assert sim.refused("ModifyCertificateResubmit", CertificateId=last) == "FailedOperation.CertificateStatusNotAllowResubmit"
    sim.advance(61)
    assert sim.status(last) == 7
    third = sim.call("ApplyCertificate", **apply("shop.example.com"))["CertificateId"]
    assert sim.refused("DeleteCertificate", CertificateId=last) == "FailedOperation.CannotBeDeletedWithinHour"
    sim.advance(3600)
    assert sim.call("DeleteCertificate", CertificateId=last)["DeleteResult"] is True
    assert sim.refused("DescribeCertificate", CertificateId=last) == "FailedOperation.CertificateNotFound"

    # Issued, with a key of the vendor's; renewed in the last thirty days.
    sim.control("POST", "/dcv-pass", {"certificate": third})
    shown = sim.detail(third)
    assert shown["Status"] == 1 and round((china_time(shown["CertEndTime"]) - china_time(shown["CertBeginTime"])) / DAY) == 90
    assert serialization.load_pem_private_key(shown["CertificatePrivateKey"].encode(), None)
    names = zipfile.ZipFile(io.BytesIO(base64.b64decode(sim.call("DownloadCertificate", CertificateId=third)["Content"]))).namelist()
    assert "Nginx/2_shop.example.com.key" in names
    assert sim.refused("ApplyCertificate", **apply("shop.example.com", OldCertificateId=third)) == STATUS
    sim.advance_to(end_of(sim, third) - 30 * DAY)
    renewal = sim.call("ApplyCertificate", **apply("shop.example.com", OldCertificateId=third))["CertificateId"]
    sim.control("POST", "/dcv-pass", {"certificate": renewal})
    assert sim.detail(renewal)["CertificateExtra"]["OriginCertificateId"] == third
    assert sim.detail(third)["CertificateExtra"]["RenewOrder"] == renewal
    sim.advance(31 * DAY)
    assert sim.status(third) == 3 and sim.refused("ApplyCertificate", **apply("x.example.com", OldCertificateId=third)) == STATUS
    stats = sim.control("GET", "/stats")
    assert (stats["free_orders"], stats["billable_orders"], stats["renewals"]) == (4, 0, 1), stats


# Validation.

def publish(lab, *changes):
    host, port = lab.dns.split("@")
    text = f"server {host} {port}\nzone example.\n" + "".join(f"update {change}\n" for change in changes) + "send\n"
    subprocess.run(["knsupdate", "-y", f"hmac-sha256:lab:{DNS_SECRET}"], input=text, text=True, check=True, timeout=30)


def checked(sim, certificate):
    """What the one result of a check says."""
    result, = sim.call("CheckCertificateDomainVerification", CertificateId=certificate)["VerificationResults"]
    return result


def test_validation_is_looked_for_in_the_dns(lab):
    sim = TencentSim(lab, "--dns", lab.dns)
    cname, txt, polled = (sim.submitted(f"{name}.tailorbird.example", product=product)
                          for name, product in (("cname", TRUSTASIA_DV), ("txt", 102), ("polled", WOTRUS_DV)))
    auth, = sim.detail(cname)["DvAuthDetail"]["DvAuths"]
    flat = sim.detail(cname)["DvAuthDetail"]
    assert (flat["DvAuthKey"], flat["DvAuthValue"], flat["DvAuthKeySubDomain"]) == (auth["DvAuthKey"], auth["DvAuthValue"], auth["DvAuthSubDomain"])
    assert auth["DvAuthVerifyType"] == "CNAME" and auth["DvAuthDomain"] == "tailorbird.example"
    assert auth["DvAuthKey"] == f"{auth['DvAuthSubDomain']}.tailorbird.example" and auth["DvAuthKey"].endswith(".cname.tailorbird.example")
    result = checked(sim, cname)
    assert (result["LocalCheck"], result["CaCheck"], result["LocalCheckFailReason"]) == (-6, -1, "cname record not found")
    result = checked(sim, cname)
    assert (result["Frequently"], result["LocalCheck"]) == (True, -1), "only every five minutes"
    publish(lab, f"add {auth['DvAuthKey']}. 1 CNAME elsewhere.example.")
    sim.advance(301)
    assert checked(sim, cname)["LocalCheck"] == -7
    publish(lab, f"delete {auth['DvAuthKey']}. CNAME", f"add {auth['DvAuthKey']}. 1 CNAME {auth['DvAuthValue']}.")
    sim.call("CompleteCertificate", CertificateId=cname)
    assert sim.status(cname) == 1, "the brake is not on that action"

    auth, = sim.detail(txt)["DvAuthDetail"]["DvAuths"]
    assert (auth["DvAuthVerifyType"], auth["DvAuthKey"]) == ("TXT", "_dnsauth.txt.tailorbird.example")
    assert checked(sim, txt)["LocalCheck"] == -1
    publish(lab, f'add {auth["DvAuthKey"]}. 1 TXT "something else"')
    sim.advance(301)
    assert checked(sim, txt)["LocalCheck"] == -2
    sim.set(complete_reports_failure=True)
    assert sim.refused("CompleteCertificate", CertificateId=txt) == "FailedOperation"
    publish(lab, f'add {auth["DvAuthKey"]}. 1 TXT "{auth["DvAuthValue"]}"')
    sim.advance(301)
    result = checked(sim, txt) if sim.status(txt) == 0 else None
    assert result is None or result["Issued"], "found by the check, if not by the CA itself"
    assert sim.status(txt) == 1

    auth, = sim.detail(polled)["DvAuthDetail"]["DvAuths"]
    assert sim.refused("CompleteCertificate", CertificateId=polled) == INVALID, "not for WoTrus"
    publish(lab, f"add {auth['DvAuthKey']}. 1 CNAME {auth['DvAuthValue']}.")
    sim.advance(61)
    assert sim.status(polled) == 1
    for action, code in (("CompleteCertificate", "FailedOperation.CertificateNotFoundOrAudited"),
                         ("CheckCertificateDomainVerification", "FailedOperation.CertificateStatusNotAllowVerify")):
        assert sim.refused(action, CertificateId=polled) == code
        assert sim.refused(action, CertificateId=sim.create()) == code
    assert sim.refused("CompleteCertificate", CertificateId="AAAAAAAA") == "FailedOperation.CertificateNotFoundOrAudited"


def test_validation_is_looked_for_in_files(lab):
    sim = TencentSim(lab, "--dns", lab.dns, "--http-port", str(lab.http_port))
    plain, www = sim.submitted("a.lab.example", method="FILE"), sim.submitted("www.lab.example", product=102, method="FILE")
    auth, = sim.detail(plain)["DvAuthDetail"]["DvAuths"]
    assert (auth["DvAuthVerifyType"], auth["DvAuthPath"], auth["DvAuthDomain"]) == ("FILE", "/.well-known/pki-validation/", "a.lab.example")
    path = auth["DvAuthPath"] + auth["DvAuthKey"]
    assert checked(sim, plain)["LocalCheck"] == -4
    lab.web.files[path] = b"something else"
    sim.advance(301)
    assert checked(sim, plain)["LocalCheck"] == -5
    lab.web.files[path] = auth["DvAuthValue"].encode()
    sim.advance(301)
    assert sim.status(plain) == 1
    both = sim.detail(www)["DvAuthDetail"]["DvAuths"]
    assert {auth["DvAuthDomain"] for auth in both} == {"www.lab.example", "lab.example"} and {auth["DvAuthKey"] for auth in both} == {"fileauth.txt"}
    sim.control("POST", "/publish", {"certificate": www, "name": "lab.example"})
    sim.advance(61)
    results = sim.call("CheckCertificateDomainVerification", CertificateId=www)["VerificationResults"]
    assert {result["Domain"]: result["CaCheck"] for result in results} == {"www.lab.example": -1, "lab.example": 2}
    sim.control("POST", "/publish", {"certificate": www})
    sim.advance(61)
    assert sim.status(www) == 1


def test_validation_by_the_vendors_own_dns_and_by_what_stands(lab):
    sim = TencentSim(lab)
    assert sim.refused("ApplyCertificate", DvAuthMethod="DNS_AUTO", DomainName="a.example.net") == INVALID
    sim.control("POST", "/zones", {"zone": "example.net"})
    hosted = sim.call("ApplyCertificate", DvAuthMethod="DNS_AUTO", DomainName="a.example.net", DeleteDnsAutoRecord=True)["CertificateId"]
    assert sim.status(hosted) == 0
    sim.advance(6)
    assert sim.status(hosted) == 4
    sim.advance(60)
    assert sim.status(hosted) == 1
    sim.control("POST", "/zones", {"zone": "example.net", "hosted": False})
    assert sim.replace_refused(sim.bought("b.example.net"), method="DNS_AUTO") == INVALID
    sim.control("POST", "/standing", {"domain": "example.org", "way": "file"})
    stands = sim.submitted("a.example.org")
    assert sim.detail(stands)["VerifyType"] == "FILE_PROXY" and sim.status(stands) == 1
    sim.control("POST", "/standing", {"domain": "example.org", "way": "none"})
    assert sim.status(sim.submitted("a.example.org")) == 0
    assert sim.replace_refused(sim.bought("*.example.com", product=WILDCARD_DV), method="FILE") == INVALID


def test_issue_is_held_up_and_refused(lab):
    sim = TencentSim(lab, "--set", "issue_delay_s=900", "--set", "caa_forbids=example.org", "--set", "blocked_words=bank,pay")
    slow, forbidden = sim.submitted("a.example.net"), sim.submitted("a.example.org")
    for certificate in (slow, forbidden):
        sim.control("POST", "/publish", {"certificate": certificate})
    sim.advance(61)
    assert sim.detail(slow)["StatusMsg"] == sim.detail(forbidden)["StatusMsg"] == "WAIT-ISSUE"
    sim.advance(900)
    assert (sim.status(slow), sim.status(forbidden)) == (1, 0)
    sim.set(caa_forbids="")
    sim.advance(3601)
    assert sim.status(forbidden) == 1
    blocked = sim.submitted("my-bank.example.net")
    assert sim.status(blocked) == 2 and "security check" in sim.detail(blocked)["StatusMsg"]
    # A paid one is opened again, under another name.
    assert sim.call("ModifyCertificateResubmit", CertificateId=blocked)["CertificateId"] == blocked
    shown = sim.detail(blocked)
    assert (shown["Status"], shown["Domain"], shown["SubmittedData"]) == (5, "", None)
    sim.call("CertificateInfoSubmit", **sim.inform(blocked, "other.example.net"))
    sim.call("CertificateOrderSubmit", CertId=blocked, VerifyType="DNS")
    sim.control("POST", "/dcv-pass", {"certificate": blocked})
    sim.advance(901)
    assert sim.status(blocked) == 1 and names_of(sim.detail(blocked)) == {"other.example.net"}
    assert sim.refused("ModifyCertificateResubmit", CertificateId=blocked) == "FailedOperation.CertificateStatusNotAllowResubmit"


# The end of certificates.

def test_cancelling(lab):
    sim = TencentSim(lab)
    pending, ordered, fresh = sim.submitted("a.example.net"), sim.submitted("b.example.net"), sim.create()
    issued = sim.bought("c.example.net")
    for certificate in (issued, fresh, "AAAAAAAA"):
        assert sim.refused("CancelAuditCertificate", CertificateId=certificate) == "FailedOperation.CertificateNotFoundOrCantCancel"
    assert sim.refused("CancelCertificateOrder", CertificateId=issued) == STATUS
    assert sim.call("CancelAuditCertificate", CertificateId=pending)["Result"] is True
    assert sim.status(pending) == 6 and sim.refused("DeleteCertificate", CertificateId=pending) == STATUS
    sim.advance(61)
    assert sim.status(pending) == 7
    for certificate in (ordered, fresh):
        sim.call("CancelCertificateOrder", CertificateId=certificate)
        assert sim.status(certificate) == 7
    assert sim.call("ModifyCertificateResubmit", CertificateId=pending) and sim.status(pending) == 5
    sim.control("POST", "/refund", {"certificate": ordered})
    assert sim.status(ordered) == 14
    assert sim.control("GET", "/stats")["billable_orders"] == 2, "what was cancelled stays paid"
    # A reissue that is cancelled leaves the original as it was.
    sim.advance(3 * DAY)
    reissue = sim.replace(issued, "upload", CsrContent=csr_for("c.example.net"))
    sim.call("CancelAuditCertificate", CertificateId=reissue)
    assert sim.status(issued) == 11, "until it is confirmed"
    sim.advance(61)
    assert (sim.status(issued), sim.status(reissue)) == (1, 7)
    assert sim.refused("ModifyCertificateResubmit", CertificateId=reissue) == "FailedOperation.CertificateStatusNotAllowResubmit"
    assert sim.replace(issued)


def test_revoking(lab):
    sim = TencentSim(lab)
    dv, ov, wotrus, bound = (sim.bought(f"{name}.example.net", product=product)
                             for name, product in (("dv", TRUSTASIA_DV), ("ov", GEOTRUST_OV), ("wotrus", WOTRUS_DV), ("bound", TRUSTASIA_DV)))
    sim.control("POST", "/bind", {"certificate": bound})
    assert sim.refused("RevokeCertificate", CertificateId=bound) == "FailedOperation.RevokeResourceFailed"
    assert sim.refused("RevokeCertificate", CertificateId=sim.create()) == STATUS
    assert sim.refused("RevokeCertificate", CertificateId="AAAAAAAA") == "FailedOperation.CertificateNotFound"
    # Not proved in three days, the certificate is what it was.
    assert len(sim.call("RevokeCertificate", CertificateId=dv)["RevokeDomainValidateAuths"]) == 1
    assert sim.status(dv) == 9
    sim.advance(3 * DAY + 1)
    assert sim.status(dv) == 1 and sim.detail(dv)["DvRevokeAuthDetail"] == []
    assert sim.call("RevokeCertificate", CertificateId=ov)["RevokeDomainValidateAuths"] == []
    assert sim.status(ov) == 12
    letter = base64.b64encode(b"x" * 2000).decode()
    assert sim.call("UploadRevokeLetter", CertificateId=ov, RevokeLetter=letter)["IsSuccess"] is True
    assert sim.status(ov) == 9
    sim.control("POST", "/approve", {"certificate": ov})
    assert sim.status(ov) == 10
    assert sim.call("RevokeCertificate", CertificateId=wotrus)["RevokeDomainValidateAuths"] == []
    assert sim.status(wotrus) == 9
    sim.control("POST", "/reject", {"certificate": wotrus})
    assert sim.status(wotrus) == 1
    sim.set(review_delay_s=60)
    sim.call("RevokeCertificate", CertificateId=wotrus)
    sim.advance(61)
    assert sim.status(wotrus) == 10
    row, = sim.call("DescribeCertificates", CertIds=[wotrus])["Certificates"]
    assert row["CertRevokedTime"]
    sim.advance_to(end_of(sim, dv) - 30 * DAY)
    assert sim.refused("RevokeCertificate", CertificateId=dv) == "FailedOperation.RevokeFailed"
    # What is being reissued is not revoked.
    other = sim.bought("other.example.org")
    sim.advance(3 * DAY)
    sim.replace(other, "upload", CsrContent=csr_for("other.example.org"))
    for record in ("original", "new"):
        sim.set(reissue_status_on=record)
        assert sim.refused("RevokeCertificate", CertificateId=other) == STATUS


def test_deleting(lab):
    sim = TencentSim(lab)
    issued, bound, fresh = sim.bought("a.example.net"), sim.bought("b.example.net", uploaded=True), sim.create()
    sim.control("POST", "/bind", {"certificate": bound})
    assert sim.refused("DeleteCertificate", CertificateId=issued) == "FailedOperation.CannotBeDeletedIssued"
    assert sim.refused("DeleteCertificate", CertificateId=fresh) == STATUS
    assert sim.refused("DeleteCertificate", CertificateId=bound) == "FailedOperation.BoundResources"
    task = sim.call("DeleteCertificate", CertificateId=bound, IsCheckResource=True)["TaskId"]
    result, = sim.call("DescribeDeleteCertificatesTaskResult", TaskIds=[task, "nothing"])["DeleteTaskResult"]
    assert (result["CertId"], result["Status"], result["Error"]) == (bound, 4, "FailedOperation.BoundResources")
    sim.control("POST", "/bind", {"certificate": bound, "bound": False})
    task = sim.call("DeleteCertificate", CertificateId=bound, IsCheckResource=True)["TaskId"]
    assert sim.call("DescribeDeleteCertificatesTaskResult", TaskIds=[task])["DeleteTaskResult"][0]["Status"] == 1
    reissue = sim.replace(issued)
    sim.call("CancelCertificateOrder", CertificateId=fresh)
    sim.advance(400 * DAY)
    assert sim.status(issued) == sim.status(reissue) == 3
    answer = sim.call("DeleteCertificates", CertificateIds=[issued, fresh, "AAAAAAAA"])
    assert answer["Success"] == [issued, fresh] and [row["CertId"] for row in answer["Fail"]] == ["AAAAAAAA"]
    row, = sim.call("DescribeCertificates")["Certificates"]
    assert row["CertificateId"] == reissue and row["ReplaceOriCertIsDelete"] is True


def test_years_renewals_and_points(lab):
    sim = TencentSim(lab)
    years = sim.bought("a.example.net", years=2, product=WOTRUS_DV)
    one = sim.bought("b.example.org", product=WOTRUS_DV, organization=COMPANY)
    assert sim.detail(years)["ValidityPeriod"] == "24" and sim.detail(one)["ValidityPeriod"] == "12"
    package = {"ProductPid": 1004157, "PackageIds": ["Z26010100000001"], "DomainCount": "1", "Period": 1}
    renewed = {**package, "OldCertificateId": one, "RenewGenCsrMethod": "upload", "RenewCsr": csr_for("b.example.org"), "VerifyType": "DNS"}
    assert sim.refused("CreateCertificateByPackage", **renewed) == STATUS, "too early"
    end = end_of(sim, years)
    sim.advance_to(end - 30 * DAY + 2)
    following, = [row for row in sim.call("DescribeCertificates", SearchKey="a.example.net")["Certificates"] if row["CertificateId"] != years]
    assert (following["Status"], following["PreAuditInfo"]["NowPeriod"], following["CertificateExtra"]["OriginCertificateId"]) == (0, 2, years)
    assert sim.refused("CancelAuditCertificate", CertificateId=following["CertificateId"]) == "FailedOperation.CertificateCancelFailedMulti"
    sim.control("POST", "/dcv-pass", {"certificate": following["CertificateId"]})
    assert sim.detail(years)["CertificateExtra"]["RenewOrder"] == following["CertificateId"]
    assert key_of(sim.detail(following["CertificateId"])) == key_of(sim.detail(years)) and end_of(sim, following["CertificateId"]) > end + 300 * DAY

    rows = [
        ("InvalidParameter.ProductPidInvalid", {"ProductPid": 5}), ("InvalidParameter.DomainCountInvalid", {"DomainCount": "2"}),
        ("InvalidParameter.PeriodInvalid", {"Period": 4}), ("InvalidParameter.PackageIdsInvalid", {"PackageIds": []}),
        ("FailedOperation.PackageNotFound", {"PackageIds": ["Z1"]}), ("InvalidParameter.RenewGenCsrMethodInvalid", {"RenewGenCsrMethod": "x"}),
        ("InvalidParameter.RenewCsrInvalid", {"RenewCsr": "x"}), ("InvalidParameter.RenewCsrInvalid", {"RenewCsr": csr_for("c.example.org")}),
        ("InvalidParameter.ProductPidInvalid", {"ProductPid": 1013949}), (INVALID, {"VerifyType": "DNS_AUTO"}),
        ("FailedOperation.CertificateNotFound", {"OldCertificateId": "AAAAAAAA"}),
    ]
    for code, other in rows:
        assert sim.refused("CreateCertificateByPackage", **{**renewed, **other}) == code, other
    assert sim.call("DescribePackages")["TotalBalance"] == 2000
    answer = sim.call("CreateCertificateByPackage", **renewed)
    assert answer["CertificateIds"] == [answer["CertificateId"]]
    renewal = answer["CertificateId"]
    sim.control("POST", "/dcv-pass", {"certificate": renewal})
    shown = sim.detail(renewal)
    assert shown["CertificateExtra"]["OriginCertificateId"] == one and sim.detail(one)["CertificateExtra"]["RenewOrder"] == renewal
    lasts = (china_time(shown["CertEndTime"]) - china_time(shown["CertBeginTime"])) / DAY
    assert 390 < lasts < 398.1, "what was left is added"
    assert sim.call("CreateCertificateByPackage", **package, CertificateCount=2)["CertificateIds"]
    usable, = sim.call("DescribePackages", Status="usable")["Packages"]
    assert (usable["Balance"], usable["Total"], usable["Type"]) == (1700, 2000, "ssl_2000")
    sim.control("POST", "/packages", {"package": "Z26010100000001", "balance": 50})
    assert sim.refused("CreateCertificateByPackage", **package) == "FailedOperation.PackageCountLimit"
    sim.control("POST", "/packages", {"package": "Z26010100000001", "balance": 50, "expired": True})
    assert sim.refused("CreateCertificateByPackage", **package) == "FailedOperation.PackageExpired"
    assert sim.control("GET", "/stats")["renewals"] == 1


# What is shown, and how it may look.

def test_the_list_is_filtered_sorted_and_cut(lab):
    sim = TencentSim(lab)
    certificates = sim.control("POST", "/orders", {"product": TRUSTASIA_DV, "names": ["h{n}.example.net"], "alias": "host {n}", "count": 25})["orders"]
    uploaded, pending = sim.bought("up.example.org", uploaded=True), sim.submitted("new.example.com")
    free = sim.bought("free.example.com", product=83)
    sim.call("ModifyCertificateProject", CertificateIdList=[certificates[0], "AAAAAAAA"], ProjectId=7)

    def listed(**filters):
        answer = sim.call("DescribeCertificates", **filters)
        return answer["TotalCount"], [row["CertificateId"] for row in answer["Certificates"]]

    assert listed() == (28, [free, pending, uploaded, *reversed(certificates[18:])])
    assert listed(Limit=2000)[1] == [free, pending, uploaded, *reversed(certificates)]
    assert listed(Offset=27, Limit=5) == (28, [certificates[0]]) and listed(Offset=99)[1] == []
    assert listed(SearchKey="up.ex") == (1, [uploaded]) and listed(SearchKey="host 7") == (1, [certificates[6]])
    assert listed(SearchKey=certificates[3]) == (1, [certificates[3]]) and listed(SearchKey="nothing") == (0, [])
    assert listed(CertificateStatus=[0, 4]) == (1, [pending]) and listed(FilterSource="upload") == (1, [uploaded])
    assert listed(FilterSource="buy")[0] == 27 and listed(Upload=1) == (1, [uploaded]) and listed(IsPendingIssue=1) == (1, [pending])
    assert listed(CertIds=[free, "AAAAAAAA"]) == (1, [free]) and listed(ProjectId=7) == (1, [certificates[0]])
    assert listed(Deployable=0) == (1, [pending]) and listed(CertificateType="CA") == (0, [])
    assert listed(ExpirationSort="DESC", Limit=1000)[1][-1] == pending and listed(ExpirationSort="ASC", Limit=2)[1] == [pending, free]
    sim.advance(70 * DAY)
    assert listed(FilterExpiring=1) == (1, [free]) and listed(Renew=1) == (1, [free])
    other = TencentCloud(sim.vendor, KEYS["stranger"])
    assert other.call("DescribeCertificates")["TotalCount"] == 0
    logs = sim.call("DescribeCertificateOperateLogs", StartTime="2026-01-01 00:00:00", Limit=1000)
    kinds = {log["Type"] for log in logs["OperateLogs"] if log["CertId"] == pending}
    assert kinds == {"applyVIP", "submitInfo"} and logs["AllTotal"] == logs["TotalCount"]
    assert sim.call("DescribeCertificateOperateLogs")["AllTotal"] == 0, "of the last fifteen days"
    assert sim.refused("DescribeCertificateOperateLogs", StartTime="yesterday") == "InvalidParameterValue"


def test_answers_have_other_shapes(lab):
    sim = TencentSim(lab)
    certificate = sim.bought("shop.example.net")
    plain = sim.detail(certificate)
    sim.set(extra_members=True, null_members=True)
    shown = sim.detail(certificate)
    assert shown["SimExtra"] and shown["CertificateExtra"]["SimExtra"] and shown["CertChainInfo"] is None and shown["StatusName"] is None
    assert shown["CertificatePublicKey"] == plain["CertificatePublicKey"] and shown["Status"] == 1
    sim.set(extra_members=False, null_members=False, gzip=True)
    body = json.dumps({"CertificateId": certificate}).encode()
    status, headers, answer = sim.send("POST", sim.headers("DescribeCertificateDetail", body, Accept_Encoding="gzip"), body)
    assert headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer))["Response"]["CertificatePublicKey"] == plain["CertificatePublicKey"]
    assert sim.detail(certificate)["Status"] == 1, "who does not take it is not given it"
    response = sim.exchange("DescribeCertificate", {"CertificateId": "AAAAAAAA"}, X_TC_Language="zh-CN")
    assert response["Error"]["Code"] == "FailedOperation.CertificateNotFound" and not response["Error"]["Message"].isascii()
    assert sim.exchange("DescribeCertificate", {"CertificateId": certificate}, X_TC_Language="zh-CN")["StatusName"] == "已颁发"
    sim.set(language="zh-CN")
    assert not sim.exchange("DescribeCertificate", {"CertificateId": "AAAAAAAA"})["Error"]["Message"].isascii()


def test_errors_come_when_they_are_wanted(lab):
    sim = TencentSim(lab)
    sim.control("POST", "/errors", {"action": "CreateCertificate", "code": "InternalError", "times": 2})
    order = {"ProductId": TRUSTASIA_DV, "DomainNum": 1, "TimeSpan": 1}
    assert [sim.refused("CreateCertificate", **order) for _ in range(2)] == ["InternalError"] * 2
    assert sim.call("CreateCertificate", **order)
    sim.control("POST", "/errors", {"action": "CreateCertificate", "code": "FailedOperation.NetworkError", "done": True})
    assert sim.refused("CreateCertificate", **order) == "FailedOperation.NetworkError"
    assert sim.call("DescribeCertificates")["TotalCount"] == 2 and sim.control("GET", "/stats")["billable_orders"] == 2
    assert [call["note"] for call in sim.control("GET", "/calls?match=CreateCertificate")["calls"]][:2] == ["InternalError"] * 2
    assert "error" in sim.control("POST", "/errors", {"action": "CreateCertificate"}, 400)


def test_certificates_are_spoilt_when_a_fault_says_so(lab):
    sim = TencentSim(lab)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = sim.submitted("www.example.net", csr_for("www.example.net", key))
    sim.control("POST", "/dcv-pass", {"certificate": certificate})
    own = key.public_key().public_bytes(*KEY_OF_PEM)

    def shown(kind, action):
        sim.control("POST", "/faults", [{"match": action, "kind": kind}])
        if action == "DescribeCertificateDetail":
            pem = sim.detail(certificate)["CertificatePublicKey"].encode()
        else:
            content = base64.b64decode(sim.call(action, CertificateId=certificate)["Content"])
            pem = zipfile.ZipFile(io.BytesIO(content)).read("Nginx/1_www.example.net_bundle.crt")
        first, second = (x509.load_pem_x509_certificate(block + PEM_END) for block in pem.split(PEM_END)[:2])
        names = first.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)
        try:
            second.public_key().verify(first.signature, first.tbs_certificate_bytes, ec.ECDSA(first.signature_hash_algorithm))
            holds = True
        except InvalidSignature:
            holds = False
        return first.public_key().public_bytes(*KEY_OF_PEM) == own, set(names) == {"www.example.net", "example.net"}, holds

    for action in ("DescribeCertificateDetail", "DownloadCertificate"):
        assert shown("delay", action) == (True, True, True)
        assert shown("wrong_key", action) == (False, True, True)
        assert shown("missing_name", action) == (True, False, True)
        assert shown("bad_chain", action) == (True, True, False)
    assert leaf(sim.detail(certificate)).public_key().public_bytes(*KEY_OF_PEM) == own


def test_what_was_promised_outlives_kill_9(lab):
    sim = TencentSim(lab)
    issued, pending = sim.bought("a.example.net"), sim.submitted("b.example.net")
    sim.control("POST", "/publish", {"certificate": pending})
    before = [sim.detail(issued), sim.detail(pending)]
    sim.vendor.kill()
    sim.vendor.start()
    for shown in before:
        again = sim.detail(shown["CertificateId"])
        assert {**again, "RequestId": ""} == {**shown, "RequestId": ""}
    sim.advance(61)
    assert sim.status(pending) == 1, "what was due is still due"
    reissue = sim.replace(issued)
    sim.vendor.kill()
    sim.vendor.start()
    assert sim.detail(issued)["CertificateExtra"]["ReplacedFor"] == reissue


def test_the_console_buys_what_there_is(lab):
    sim = TencentSim(lab)
    for wrong in ({}, {"names": []}, {"names": [5]}, {"names": ["a.example.net"], "product": 1}, {"names": ["a b"]},
                  {"names": ["a.example.net"], "count": 0}, {"names": ["a.example.net"], "csr": "hello"},
                  {"names": ["*.example.net"], "product": TRUSTASIA_DV}):
        assert "error" in sim.control("POST", "/orders", wrong, 400), wrong
    for path, body in (("/approve", {"certificate": "x"}), ("/publish", {}), ("/zones", {}), ("/standing", {"domain": "a.net", "way": "x"}),
                       ("/org-validate", {"domain": "a.net"}), ("/packages", {"package": "x"}), ("/refund", {"certificate": sim.create()}),
                       ("/reject", {"certificate": sim.create()}), ("/dcv-pass", {"certificate": sim.create()})):
        assert "error" in sim.control("POST", path, body, 400), path
    names = [f"{letter}.example.net" for letter in "abc"]
    many = sim.bought(*names, product=MULTI_DV, csr=csr_for("a.example.net"), organization=COMPANY, years=2)
    assert names_of(sim.detail(many)) == set(names) and sim.detail(many)["CertificatePrivateKey"] is None
    stats = sim.control("GET", "/stats")
    assert (stats["orders"], stats["portal_orders"], stats["certificates"]) == (3, 1, 1), stats
    assert [verb["path"] for verb in sim.control("GET", "/") if verb["method"] == "POST" and verb["path"] == "/standing"]
