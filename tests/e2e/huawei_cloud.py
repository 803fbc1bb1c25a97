"""huawei_cloud - the simulated Huawei Cloud as a client sees it, for scenarios.

    hw = HuaweiCloud(lab)                              # vendorsim huawei
    bought = hw.buy()                                  # the id of a PAID certificate
    hw.apply(bought, "www.shop.example")
    hw.refused(400, "SCM.0010", "POST", f"/v3/scm/certificates/{bought}/apply", hw.form("www.shop.example"))

The signature is made here by the description of SDK-HMAC-SHA256 and shares nothing with the simulator's or the
connector's. Every new simulator has the users acme-bot (all rights), viewer (looking only), temporary (keys with a security
token) and stranger (of another account); docs/vendorsim.md has their keys.
"""
import base64
import datetime
import hashlib
import hmac
import http.client
import json
import ssl
import urllib.parse

from acme_client import make_csr
from vendorsim import VendorSim

DAY = 86400
ACCOUNT, PROJECT = "9a8b7c6d5e4f49e0a1b2c3d4e5f60718", "0123456789abcdef0123456789abcdef"
KEYS = {"acme-bot": ("HWSIM0AK0EXAMPLE0001", "hwSimSecretKey00EXAMPLE0000000000000001A"),
        "viewer": ("HWSIM0AK0EXAMPLE0002", "hwSimSecretKey00EXAMPLE0000000000000002B"),
        "temporary": ("HWSIM0AK0EXAMPLE0003", "hwSimSecretKey00EXAMPLE0000000000000003C"),
        "stranger": ("HWSIM0AK0EXAMPLE0004", "hwSimSecretKey00EXAMPLE0000000000000004D")}
GONE = 404, "SCM.0020"


def encoded(text):
    return urllib.parse.quote(text, safe="-_.~")


def canonical_request(method, path, query, headers, body):
    """`query`: pairs, not encoded; `headers`: those that are signed, with lower-case names."""
    uri = "/".join(encoded(urllib.parse.unquote_to_bytes(segment)) for segment in path.split("/"))
    if not uri.endswith("/"):
        uri += "/"
    text = "&".join(f"{encoded(name)}={encoded(value)}" for name, value in sorted(query))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    return "\n".join([method, uri, text, lines, ";".join(sorted(headers)), hashlib.sha256(body).hexdigest()])


def signature(secret, date, canonical):
    to_sign = f"SDK-HMAC-SHA256\n{date}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    return hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()


def authorization(access, secret, method, path, query, headers, body):
    canonical = canonical_request(method, path, query, headers, body)
    return (f"SDK-HMAC-SHA256 Access={access}, SignedHeaders={';'.join(sorted(headers))}, "
            f"Signature={signature(secret, headers['x-sdk-date'], canonical)}")


def sdk_date(ahead_s=0):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=ahead_s)
    return moment.strftime("%Y%m%dT%H%M%SZ")


def pem_csr(names, key=None, **more):
    text = base64.encodebytes(make_csr(names, key, **more)[1]).decode()
    return f"-----BEGIN CERTIFICATE REQUEST-----\n{text}-----END CERTIFICATE REQUEST-----\n"


class HuaweiCloud(VendorSim):
    def __init__(self, lab, *words, **more):
        super().__init__(lab, "huawei", *words, **more)

    def signed_headers(self, method, target, body=b"", user="acme-bot", ahead_s=0, **more):
        """All headers of a signed request; `more` (with _ for -) is signed as well."""
        path, _, query = target.partition("?")
        headers = {"content-type": "application/json", "host": f"localhost:{self.port}", "x-sdk-date": sdk_date(ahead_s),
                   **{name.replace("_", "-"): value for name, value in more.items()}}
        pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
        return {**headers, "Authorization": authorization(*KEYS[user], method, path, pairs, headers, body)}

    def send(self, method, target, body=b"", headers=None):
        """(status, JSON or bytes, headers) of one request as it is."""
        context = ssl.create_default_context(cafile=self.ca_file)
        connection = http.client.HTTPSConnection("localhost", self.port, timeout=60, context=context)
        try:
            connection.request(method, target, body, headers or {})
            answer = connection.getresponse()
            text = answer.read()
            is_json = "json" in (answer.getheader("Content-Type") or "")
            return answer.status, json.loads(text) if is_json and text else text, answer.headers
        finally:
            connection.close()

    def call(self, method, target, body=None, user="acme-bot", **more):
        """(status, JSON or bytes) of a signed call. `body`: JSON, or bytes as they are."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.send(method, target, data, self.signed_headers(method, target, data, user, **more))[:2]

    def ok(self, method, target, body=None, status=200, **more):
        got, answer = self.call(method, target, body, **more)
        assert got == status, f"{method} {target}: {got} {answer}"
        return answer

    def refused(self, status, code, method, target, body=None, **more):
        got, answer = self.call(method, target, body, **more)
        assert (got, answer["error_code"]) == (status, code), f"{method} {target}: {got} {answer}"
        return answer["error_msg"]

    # The calls.

    @staticmethod
    def purchase(**more):
        body = {"cert_brand": "GEOTRUST", "cert_type": "DV_SSL_CERT", "domain_type": "SINGLE_DOMAIN", "effective_time": 1,
                "domain_numbers": 1, "order_number": 1, "agree_privacy_protection": True, "is_auto_pay": True, **more}
        return {name: value for name, value in body.items() if value is not None}

    @staticmethod
    def multi(plain=1, wildcards=0, primary="SINGLE_DOMAIN", brand="GEOTRUST", kind="OV_SSL_CERT", **more):
        """What is bought for several names: the primary one and these more."""
        return {"cert_brand": brand, "cert_type": kind, "domain_type": "MULTI_DOMAIN", "domain_numbers": 1 + plain + wildcards,
                "primary_domain_type": primary, "single_domain_number": plain, "wildcard_domain_number": wildcards, **more}

    def buy(self, user="acme-bot", **more):
        """The id of one new certificate."""
        answer = self.ok("POST", "/v3/scm/certificates/buy", self.purchase(**more), user=user)
        return answer["cert"][0]["cert_id"]

    @staticmethod
    def form(domain, *sans, **more):
        body = {"domain": domain, "sans": ";".join(sans) or None, "applicant_name": "Ops-Team", "applicant_phone": "13800000000",
                "applicant_email": "ops@shop.example", "domain_method": "DNS", "agree_privacy_protection": True,
                "csr": pem_csr([domain, *sans]), **more}
        return {name: value for name, value in body.items() if value is not None}

    @classmethod
    def company_form(cls, domain, *sans, **more):
        return cls.form(domain, *sans, **{"company_name": "Shop Ltd", "company_province": "Guangdong", "company_city": "Shenzhen",
                                          "country": "CN", "ca_hash_algorithm": "SHA-256", **more})

    def apply(self, certificate, *names, **more):
        answer = self.ok("POST", f"/v3/scm/certificates/{certificate}/apply", self.form(*names, **more))
        assert answer == {"request_info": "success"}, answer

    def show(self, certificate, **more):
        return self.ok("GET", f"/v3/scm/certificates/{certificate}", **more)

    def status(self, certificate):
        return self.show(certificate)["status"]

    def export(self, certificate):
        return self.ok("POST", f"/v3/scm/certificates/{certificate}/export")

    def list(self, user="acme-bot", **query):
        return self.ok("GET", "/v3/scm/certificates" + ("?" + urllib.parse.urlencode(query) if query else ""), user=user)

    def ids(self, **query):
        return [certificate["id"] for certificate in self.list(**query)["certificates"]]

    def revoke(self, certificate, reason="key compromise"):
        answer = self.ok("POST", f"/v2/{PROJECT}/scm/cert/{certificate}/revoke", {"reason": reason})
        assert answer == {"message": "success"}, answer

    def issued(self, *names, key=None, user="acme-bot", **purchase):
        """A certificate that was bought, applied for and issued."""
        certificate = self.buy(user=user, **purchase)
        body = self.company_form(*names, csr=pem_csr(names, key))
        self.ok("POST", f"/v3/scm/certificates/{certificate}/apply", body, user=user)
        self.approve(certificate)
        return certificate

    # Behind the scenes.

    def approve(self, certificate):
        self.control("POST", "/approve", {"certificate": certificate})

    def kept(self, certificate):
        """The certificate as the simulator keeps it."""
        order = self.control("GET", f"/orders?id={certificate}")["orders"][0]
        return next(one for one in order["certificates"] if one["id"] == certificate)

    def set(self, **settings):
        self.control("POST", "/settings", settings)

    def advance(self, seconds):
        return self.control("POST", "/clock", {"advance_s": seconds})

    def stats(self):
        return self.control("GET", "/stats")

    def note(self):
        """What the simulator noted on the latest call."""
        return self.control("GET", "/calls?last=1")["calls"][0]["note"]
