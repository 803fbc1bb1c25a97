"""tencent_client - calls of Tencent Cloud's API 3.0 (service ssl), signed with TC3-HMAC-SHA256: for the simulator's scenarios,
and for looking at what a connector did.

    cloud = TencentCloud(vendor)                   # a VendorSim of "tencent", with the first account's key
    cloud.call("DescribeCertificates", Limit=100)["Certificates"]
    cloud.refused("ReplaceCertificate", CertificateId="tcA1b2C3", ValidType="DNS")      # the code of the error

    sim = TencentSim(lab)                          # both in one, with what the scenarios do again and again
    certificate = sim.bought("a.example.net", product=104)
    reissue = sim.call("ReplaceCertificate", CertificateId=certificate, ValidType="DNS")["CertificateId"]
    sim.advance(3 * DAY); sim.status(reissue)
"""
import hashlib
import hmac
import http.client
import json
import ssl
import time

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from acme_client import make_csr
from vendorsim import VendorSim

KEYS = {who: (f"AKIDEXAMPLE000000000000000000000000{number}", f"ExampleSecretKeyForTestsOnly000{number}") for number, who in
        enumerate(("main", "viewer", "temporary", "disabled", "stranger", "unverified"), 1)}    # docs/vendorsim.md
KEY = KEYS["main"]
TOKEN = "ExampleTokenForTestsOnly"    # of the temporary one
JSON_TYPE = "application/json; charset=utf-8"
VERSION = "2019-12-05"
DAY = 86400


def csr_for(name, key=None):
    """A CSR with that common name, as PEM."""
    der = make_csr([], key or ec.generate_private_key(ec.SECP256R1()), common_name=name)[1]
    return x509.load_der_x509_csr(der).public_bytes(serialization.Encoding.PEM).decode()


def digest(data):
    return hashlib.sha256(data).hexdigest()


def sign(secret_id, secret_key, timestamp, headers, body):
    """The header Authorization for a request with these signed headers (a dict of lower-case names)."""
    date = time.strftime("%Y-%m-%d", time.gmtime(timestamp))
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip().lower()}\n" for name in sorted(headers))
    request = f"POST\n/\n\n{lines}\n{names}\n{digest(body)}"
    text = f"TC3-HMAC-SHA256\n{timestamp}\n{date}/ssl/tc3_request\n{digest(request.encode())}"
    key = ("TC3" + secret_key).encode()
    for word in (date, "ssl", "tc3_request"):
        key = hmac.digest(key, word.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    return f"TC3-HMAC-SHA256 Credential={secret_id}/{date}/ssl/tc3_request, SignedHeaders={names}, Signature={signature}"


class TencentError(Exception):
    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code = code


class TencentCloud:
    def __init__(self, vendor, key=KEY, token=None):
        self.vendor, self.key, self.token = vendor, key, token

    def headers(self, action, body, timestamp=None, **other):
        """All headers of a signed request; `other` go on top of them, unsigned."""
        timestamp = int(time.time()) if timestamp is None else timestamp
        signed = {"content-type": JSON_TYPE, "host": f"localhost:{self.vendor.port}", "x-tc-action": action}
        headers = {"Host": signed["host"], "Content-Type": JSON_TYPE, "X-TC-Action": action, "X-TC-Version": VERSION,
                   "X-TC-Timestamp": str(timestamp), "Authorization": sign(*self.key, timestamp, signed, body)}
        if self.token:
            headers["X-TC-Token"] = self.token
        return headers | {name.replace("_", "-"): value for name, value in other.items()}

    def send(self, method, headers, body):
        """Status, headers and body of the answer to a request as it is."""
        connection = http.client.HTTPSConnection("localhost", self.vendor.port, timeout=60,
                                                 context=ssl.create_default_context(cafile=self.vendor.ca_file))
        try:
            connection.request(method, "/", body, {name: value for name, value in headers.items() if value is not None})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def exchange(self, action, params, **headers):
        body = json.dumps(params).encode()
        status, _, answer = self.send("POST", self.headers(action, body, **headers), body)
        assert status == 200, (action, status, answer)
        response = json.loads(answer)["Response"]
        assert response["RequestId"], response
        return response

    def call(self, action, **params):
        """The members of the answer. TencentError if it is an error."""
        response = self.exchange(action, params)
        if "Error" in response:
            raise TencentError(response["Error"]["Code"], response["Error"]["Message"])
        return response

    def refused(self, action, **params):
        """The code of the error that a call is answered with; AssertionError if it is not."""
        response = self.exchange(action, params)
        assert "Error" in response, f"{action} {params} was done: {response}"
        return response["Error"]["Code"]


class TencentSim(TencentCloud):
    """A simulator with its first account. Without limits of rates, unless `rates` says so."""

    def __init__(self, lab, *words, rates="off"):
        super().__init__(VendorSim(lab, "tencent", "--rates", rates, *words))

    def control(self, method, path, body=None, status=None):
        return self.vendor.control(method, path, body, status)

    def set(self, **settings):
        self.control("POST", "/settings", settings)

    def now(self):
        return self.control("GET", "/clock")["now_s"]

    def advance(self, seconds):
        return self.control("POST", "/clock", {"advance_s": int(seconds)})

    def advance_to(self, time_s):
        self.advance(time_s - self.now())

    def bought(self, *names, product=104, **other):
        """The id of one that somebody bought in the console."""
        return self.control("POST", "/orders", {"product": product, "names": names, **other})["orders"][0]

    def kept(self, certificate):
        """The record as the simulator keeps it."""
        return self.control("GET", f"/orders?id={certificate}")["orders"][0]

    def detail(self, certificate):
        return self.call("DescribeCertificateDetail", CertificateId=certificate)

    def status(self, certificate):
        return self.call("DescribeCertificate", CertificateId=certificate)["Status"]

    def replace(self, certificate, mode="original", method="DNS", **other):
        """The id of the new record."""
        return self.call("ReplaceCertificate", CertificateId=certificate, ValidType=method, CsrType=mode, **other)["CertificateId"]

    def replace_refused(self, certificate, mode="original", method="DNS", **other):
        return self.refused("ReplaceCertificate", CertificateId=certificate, ValidType=method, CsrType=mode, **other)

    def create(self, product=104, domains=1, years=1):
        return self.call("CreateCertificate", ProductId=product, DomainNum=domains, TimeSpan=years)["CertificateIds"][0]

    def inform(self, certificate, name, csr=None, others=(), **other):
        """The information of an individual, or what `other` makes of it."""
        fields = {"CertId": certificate, "GenCsrType": "parse", "CertCommonName": name, "CompanyType": 1, "CompanyId": "0",
                  "Csr": csr or csr_for(name), "ContactEmail": "admin@example.net", "VerifyType": "DNS"}
        if others:
            fields["DnsNames"] = list(others)
        return fields | other

    def submitted(self, name, csr=None, product=104, method="DNS"):
        """The id of one that was bought and submitted by calls."""
        certificate = self.create(product)
        self.call("CertificateInfoSubmit", **self.inform(certificate, name, csr))
        self.call("CertificateOrderSubmit", CertId=certificate, VerifyType=method)
        return certificate
