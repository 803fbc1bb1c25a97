"""The vendors' simulator itself: what it promised outlives kill -9, and nothing starts that could not work."""
import base64
import http.client
import random
import subprocess
import threading
import time

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec

from acme_client import make_csr
from lab import free_port
from vendorsim import VendorSim

CSR = base64.b64encode(make_csr(["tailorbird.example"])[1]).decode()


def test_kill_9_loses_nothing_that_was_promised(lab):
    vendor = VendorSim(lab, "digicert")
    ca, tls_ca = vendor.control("GET", "/ca"), vendor.ca_file.read_text()
    for days in range(1, 6):
        vendor.control("POST", "/clock", {"advance_s": 86400})
        assert vendor.api("GET", "/services/v2/nowhere", X_DC_DEVKEY="sim-admin").status == 404
        vendor.kill()
        vendor.start()
        offset = vendor.control("GET", "/clock")["offset_s"]
        assert offset == days * 86400, offset
    assert vendor.control("GET", "/ca") == ca
    assert vendor.ca_file.read_text() == tls_ca
    assert vendor.control("GET", "/calls") == {"total": 0, "calls": []}

    # What was being written when it was killed is as if it had never begun.
    vendor.kill()
    with open(vendor.state, "a") as state:
        state.write('["put","clock","offset",{"seconds":5}]\n["en')
    vendor.start()
    assert vendor.control("GET", "/clock")["offset_s"] == 5 * 86400
    assert not vendor.state.read_text().endswith('"en'), "the rest is still there"


def test_words_that_cannot_work_are_refused(lab):
    vendor = VendorSim(lab, "digicert")
    own = ["--listen", f"127.0.0.1:{free_port()}", "--control", f"127.0.0.1:{free_port()}"]
    refused = [
        ([], 2, "one vendor"),
        (["acme", *own], 2, "unknown vendor acme"),
        (["digicert"], 2, "--listen and --control"),
        (["digicert", *own, "--http-port", "99999"], 2, "99999"),
        (["digicert", *own, "--plain", "--tls-certificate", "a", "--tls-key", "b"], 2, "--plain"),
        (["digicert", *own, "--tls-certificate", "a"], 2, "--tls-key"),
        (["digicert", *own, "--frobnicate"], 2, "frobnicate"),
        (["digicert", *own, "--set", "nothing=yes"], 1, "no setting nothing"),
        (["digicert", *own, "--rates", "fast"], 1, "fast"),
        (["digicert", *own, "--state", vendor.state], 1, "another process has the state"),
        (["digicert", "--listen", f"127.0.0.1:{vendor.port}", *own[2:]], 1, "in use"),
    ]
    for words, status, part in refused:
        ended = subprocess.run([vendor.binary, *map(str, words)], capture_output=True, text=True, timeout=30)
        assert ended.returncode == status and part in ended.stderr, (words, ended)
    text = subprocess.run([vendor.binary, "--help"], capture_output=True, text=True, check=True).stdout
    for word in ("--listen", "--control", "--state", "--dns", "--set", "vendor digicert", "vendor huawei", "vendor tencent"):
        assert word in text, text


class Customer:
    """Orders without end and notes what was answered; an order whose answer was lost is in doubt."""

    def __init__(self, vendor, index):
        self.vendor, self.index = vendor, index
        self.count = 0
        self.answered = {}    # alternative id -> order id
        self.in_doubt = set()
        self.trouble = None

    def order(self):
        self.count += 1
        reference = f"customer-{self.index}-{self.count}"
        name = f"c{self.index}-{self.count}.tailorbird.example"
        body = {"certificate": {"common_name": name, "csr": CSR, "signature_hash": "sha256"}, "organization": {"id": 730021},
                "order_validity": {"years": 1}, "skip_approval": True, "alternative_order_id": reference}
        try:
            answer = self.vendor.api("POST", "/services/v2/order/certificate/ssl_basic", body, X_DC_DEVKEY="sim-admin")
        except (OSError, http.client.HTTPException):
            self.in_doubt.add(reference)
            time.sleep(0.02)    # while it is down
            return
        assert answer.status == 201, answer.body
        self.answered[reference] = answer.json()["id"]

    def run(self, ends):
        try:
            while not ends.is_set():
                self.order()
        except BaseException as trouble:
            self.trouble = trouble


def found(vendor, reference):
    answer = vendor.api("GET", f"/services/v2/order/alternate/{reference}", X_DC_DEVKEY="sim-admin")
    assert answer.status == 200, answer.body
    return [order["order_id"] for order in answer.json()["orders"]]


def test_orders_outlive_kill_9_under_load(lab):
    vendor = VendorSim(lab, "digicert", "--rates", "off")
    customers = [Customer(vendor, index) for index in range(4)]
    ends = threading.Event()
    threads = [threading.Thread(target=customer.run, args=(ends,), daemon=True) for customer in customers]
    for thread in threads:
        thread.start()
    for _ in range(8):
        time.sleep(random.uniform(0.05, 0.6))
        vendor.kill()
        vendor.start()
    time.sleep(0.3)
    ends.set()
    for thread in threads:
        thread.join(30)
    vendor.kill()
    vendor.start()
    there = 0
    for customer in customers:
        assert customer.trouble is None, customer.trouble
        for reference, order in customer.answered.items():
            assert found(vendor, reference) == [order], reference
        # One whose answer was lost was done or not, as a whole.
        lost = [found(vendor, reference) for reference in customer.in_doubt]
        assert all(len(orders) <= 1 for orders in lost), lost
        there += len(customer.answered) + sum(map(len, lost))
    print(f"{there} orders, answers lost: {sum(len(customer.in_doubt) for customer in customers)}")
    assert there > 20 and vendor.control("GET", "/stats")["billable_orders"] == there
    for order in list(customers[0].answered.values())[:5]:
        shown = vendor.api("GET", f"/services/v2/order/certificate/{order}", X_DC_DEVKEY="sim-admin").json()
        assert shown["status"] == "issued", shown


def certificates(pem):
    end = "-----END CERTIFICATE-----"
    return [x509.load_pem_x509_certificate((part + end).encode()) for part in pem.split(end) if "BEGIN" in part]


def test_certificates_can_be_handed_out_spoilt(lab):
    vendor = VendorSim(lab, "digicert")
    key, csr = make_csr(["tailorbird.example"])
    body = {"certificate": {"common_name": "www.tailorbird.example", "dns_names": ["shop.tailorbird.example"],
                            "csr": base64.b64encode(csr).decode(), "signature_hash": "sha256"},
            "organization": {"id": 730021}, "order_validity": {"years": 1}, "skip_approval": True}
    order = vendor.api("POST", "/services/v2/order/certificate/ssl_basic", body, X_DC_DEVKEY="sim-admin").json()
    roots = certificates(vendor.control("GET", "/ca")["root"])

    def seen(path):
        """(is the key ours, are both names there, is the leaf signed by the intermediate) of a download"""
        answer = vendor.api("GET", f"/services/v2/{path}", X_DC_DEVKEY="sim-admin")
        assert answer.status == 200, answer.body
        if path.endswith("/chain"):
            pem = "".join(part["pem"] for part in answer.json()["intermediates"])
        else:
            pem = answer.body.decode()
        leaf, intermediate, *rest = certificates(pem)
        assert rest in ([], roots)
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)
        try:
            intermediate.public_key().verify(leaf.signature, leaf.tbs_certificate_bytes, ec.ECDSA(leaf.signature_hash_algorithm))
            signed = True
        except InvalidSignature:
            signed = False
        assert leaf.issuer == intermediate.subject
        return (leaf.public_key().public_numbers() == key.public_key().public_numbers(),
                set(names) == {"www.tailorbird.example", "shop.tailorbird.example"}, signed)

    certificate = order["certificate_id"]
    for path in (f"certificate/download/order/{order['id']}/format/pem_all", f"certificate/{certificate}/chain",
                 f"certificate/{certificate}/download/format/pem_noroot"):
        for kind, expected in (("wrong_key", (False, True, True)), ("missing_name", (True, False, True)),
                               ("bad_chain", (True, True, False))):
            vendor.control("POST", "/faults", [{"match": "GET *certificate/*", "kind": kind}])
            assert seen(path) == expected, (path, kind)
            after = seen(path)
            assert after == (True, True, True), (path, kind, after)
