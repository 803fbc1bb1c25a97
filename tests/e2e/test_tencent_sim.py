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
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from lab import DNS_SECRET
from tencent_client import DAY, KEY, TencentCloud, TencentSim, csr_for, sign
from vendorsim import VendorSim

WOTRUS_DV, WOTRUS_OV, GEOTRUST_OV, GLOBALSIGN_OV, WILDCARD_DV, TRUSTASIA_DV, MULTI_DV = 25, 28, 9, 18, 12, 104, 11
COMPANY = "Example Co"
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
    assert TencentCloud(sim.vendor, ("AKIDEXAMPLE0000000000000000000000005", "ExampleSecretKeyForTestsOnly0005")) \
        .refused("DescribeCertificate", CertificateId=original) == "FailedOperation.CertificateNotFound"


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

    def by(secret_id, secret_key, token=None):
        return TencentCloud(sim.vendor, (secret_id, secret_key), token).headers(action, body)

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
        ("AuthFailure.SecretIdNotFound", by("AKIDNOBODY", KEY[1]), body, "POST"),
        ("AuthFailure.SecretIdNotFound", by("AKIDEXAMPLE0000000000000000000000004", "ExampleSecretKeyForTestsOnly0004"), body, "POST"),
        ("AuthFailure.SignatureExpire", signed(sim, action, timestamp=now - 302), body, "POST"),
        ("AuthFailure.SignatureExpire", signed(sim, action, timestamp=now + 302), body, "POST"),
        ("AuthFailure.SignatureExpire", changed(X_TC_Timestamp="soon"), body, "POST"),
        ("AuthFailure.SignatureFailure", changed(X_TC_Timestamp=str(now - 60)), body, "POST"),
        ("AuthFailure.SignatureFailure", changed(Authorization=good["Authorization"].replace("/20", "/19")), body, "POST"),
        ("AuthFailure.SignatureFailure", by(KEY[0], "another"), body, "POST"),
        ("AuthFailure.SignatureFailure", good, b"{ }", "POST"),
        ("AuthFailure.SignatureFailure", changed(X_TC_Action="DescribeCertificate"), body, "POST"),
        ("AuthFailure.SignatureFailure", changed(Content_Type="application/json"), body, "POST"),
        ("AuthFailure.SignatureFailure", changed(X_TC_Content_SHA256="UNSIGNED-PAYLOAD"), body, "POST"),
        ("AuthFailure.SignatureFailure", authorized(["content-type", "host"], host="localhost"), body, "POST"),
        ("AuthFailure.TokenFailure", changed(X_TC_Token="x"), body, "POST"),
        ("AuthFailure.TokenFailure", by("AKIDEXAMPLE0000000000000000000000003", "ExampleSecretKeyForTestsOnly0003"), body, "POST"),
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
        ("AuthFailure.UnauthorizedOperation",
         TencentCloud(sim.vendor, ("AKIDEXAMPLE0000000000000000000000002", "ExampleSecretKeyForTestsOnly0002"))
         .headers("CreateCertificate", body), body, "POST"),
    ]
    for code, headers, sent, method in refused:
        assert code_of(sim, headers, sent, method) == code, (code, headers)
    big = b'{"SearchKey":"' + b"x" * (10 * 1024 * 1024) + b'"}'
    assert code_of(sim, signed(sim, action, big), big) == "RequestSizeLimitExceeded"

    accepted = [
        authorized(["content-type", "host"]), authorized(["content-type", "host", "x-tc-action"]),
        signed(sim, action, timestamp=now - 290), changed(X_TC_Region="ap-guangzhou", X_TC_RequestClient="x"),
        by("AKIDEXAMPLE0000000000000000000000003", "ExampleSecretKeyForTestsOnly0003", "ExampleTokenForTestsOnly"),
        by("AKIDEXAMPLE0000000000000000000000002", "ExampleSecretKeyForTestsOnly0002"),
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
    other = TencentCloud(sim.vendor, ("AKIDEXAMPLE0000000000000000000000002", "ExampleSecretKeyForTestsOnly0002"))
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
    stranger = TencentCloud(sim.vendor, ("AKIDEXAMPLE0000000000000000000000006", "ExampleSecretKeyForTestsOnly0006"))
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
