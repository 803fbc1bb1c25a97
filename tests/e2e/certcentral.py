"""certcentral - the simulated DigiCert CertCentral as a client sees it, for scenarios.

    dc = CertCentral(lab)                              # vendorsim digicert, without rate limits
    order = dc.order("www.tailorbird.example")         # the answer to an order that must succeed
    dc.refused(400, "invalid_dns_txt", "PUT", "/order/certificate/1/check-dcv")

Every new account has an organization (730021), the domain tailorbird.example validated, and the keys sim-admin,
sim-limited, sim-finance, sim-manager, sim-standard (roles of users), sim-orders, sim-domains, sim-view, sim-users
(restrictions of keys), and sim-stranger of another account.
"""
import base64
import http.client
import json
import ssl
import urllib.parse

from acme_client import make_csr
from vendorsim import VendorSim

DAY = 86400
ORGANIZATION = 730021


def pem_csr(names=("ignored.example",), key=None):
    """A CSR as clients send it; the vendor takes nothing but the key from it."""
    der = make_csr(names, key)[1]
    text = base64.encodebytes(der).decode()
    return f"-----BEGIN CERTIFICATE REQUEST-----\n{text}-----END CERTIFICATE REQUEST-----\n"


class CertCentral(VendorSim):
    def __init__(self, lab, *words, **more):
        super().__init__(lab, "digicert", "--rates", "off", *words, **more)

    def call(self, method, path, body=None, key="sim-admin"):
        """(status, JSON or bytes). `body`: JSON, or bytes as they are; `path` below the base."""
        context = ssl.create_default_context(cafile=self.ca_file)
        connection = http.client.HTTPSConnection("localhost", self.port, timeout=60, context=context)
        try:
            data = body if isinstance(body, bytes) or body is None else json.dumps(body)
            headers = {"Content-Type": "application/json"}
            if key is not None:
                headers["X-DC-DEVKEY"] = key
            connection.request(method, "/services/v2" + path, data, headers)
            answer = connection.getresponse()
            text = answer.read()
            is_json = "json" in (answer.getheader("Content-Type") or "")
            return answer.status, json.loads(text) if is_json and text else text
        finally:
            connection.close()

    def ok(self, method, path, body=None, status=None, **more):
        got, answer = self.call(method, path, body, **more)
        assert got == status or status is None and got in (200, 201, 204), f"{method} {path}: {got} {answer}"
        return answer

    def refused(self, status, code, method, path, body=None, **more):
        got, answer = self.call(method, path, body, **more)
        assert got == status, f"{method} {path}: {got} {answer}"
        assert answer["errors"][0]["code"] == code, answer
        return answer["errors"][0]["message"]

    @staticmethod
    def body(*names, csr=None, **more):
        """An order for names, the first of which is the common name; certificate={...} adds to its part."""
        certificate = {"common_name": names[0], "dns_names": list(names[1:]), "csr": csr or pem_csr(), "signature_hash": "sha256",
                       "server_platform": {"id": -1}, **more.pop("certificate", {})}
        body = {"certificate": certificate, "organization": {"id": ORGANIZATION}, "order_validity": {"years": 1},
                "dcv_method": "dns-txt-token", "skip_approval": True, **more}
        return {name: value for name, value in body.items() if value is not None}

    def order(self, *names, product="ssl_basic", key="sim-admin", **more):
        return self.ok("POST", f"/order/certificate/{product}", self.body(*names, **more), 201, key=key)

    def reissue(self, order, *names, **more):
        return self.ok("POST", f"/order/certificate/{order}/reissue", self.body(*names, **more), 201)

    def duplicate(self, order, *names, **more):
        return self.ok("POST", f"/order/certificate/{order}/duplicate", self.body(*names, **more), 201)

    def info(self, order):
        return self.ok("GET", f"/order/certificate/{order}", status=200)

    def status(self, order):
        return self.info(order)["status"]

    def kept(self, order):
        """The order as the simulator keeps it, with all its certificates and requests."""
        return self.control("GET", f"/orders?id={order}")["orders"][0]

    def certificates(self, order):
        """{certificate id: status} of all certificates of an order."""
        return {certificate["id"]: certificate["status"] for certificate in self.kept(order)["certificates"]}

    def set(self, **settings):
        self.control("POST", "/settings", settings)

    def advance(self, seconds):
        return self.control("POST", "/clock", {"advance_s": seconds})

    def stats(self):
        return self.control("GET", "/stats")

    @staticmethod
    def query(**parameters):
        return "?" + urllib.parse.urlencode({name.replace("__", "[", 1) + "]" if "__" in name else name: value
                                             for name, value in parameters.items()})
