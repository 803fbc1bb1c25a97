"""Tencent Cloud SSL Certificate Service behind the server: what ACME orders become there, and what it costs. The vendor is the
simulator (docs/vendorsim.md), the connector the real one; nothing between them but HTTPS."""
import json
import time

from cryptography.hazmat.primitives.serialization import Encoding

from acme_client import Client, make_binding, make_csr
from clients import ask_store, certbot, create_eab
from lab import wait_until
from tencent_client import DAY, KEY, TencentSim

DOMAIN = "tailorbird.example"
WEB, SHOP = f"web.{DOMAIN}", f"shop.{DOMAIN}"
SINGLE, WILDCARD, MULTI, FREE, OV = "104", "12", "11", "83", "14"
COMPANY = {"name": "Tailorbird Ltd", "unit": "IT", "country": "CN", "province": "Guangdong", "city": "Shenzhen",
           "address": "1 Sample Road", "phone_area": "0755", "phone": "12345678"}


class Store:
    """A server whose default profile is bought at the simulated Tencent Cloud. Domains are validated by a standing CNAME,
    so that nothing is to be published, unless `standing` says otherwise."""

    def __init__(self, lab, *words, product=SINGLE, profile=None, config=None, standing=True, **upstream):
        self.lab = lab
        self.sim = TencentSim(lab, *words)
        if standing:
            self.sim.control("POST", "/standing", {"domain": DOMAIN, "way": "dns"})
        key_file = lab.folder / "secret.key"
        key_file.write_text(KEY[1] + "\n")
        key_file.chmod(0o600)
        self.server = lab.server({
            "upstreams": [
                {"name": "house", "type": "local"},
                {"name": "tc", "type": "tencent", "url": self.sim.vendor.url, "ca_file": str(self.sim.vendor.ca_file),
                 "access_key": KEY[0], "api_key_file": str(key_file), "timeout": "20s", "sync": 0, "poll_interval": "1s",
                 "doubt_wait": "1s", "call_rate": 2000,
                 "contact": {"first_name": "Ada", "last_name": "Lovelace", "position": "engineer", "phone": "13800000000",
                             "email": f"ops@{DOMAIN}"}, **upstream}],
            "profiles": [{"name": "default", "upstream": "tc", "product": product, **(profile or {})}],
            **(config or {})})

    def account(self, tenant="web", domain=DOMAIN):
        """A client of that tenant, whose names need no challenge here."""
        client = Client(self.server)
        client.register(externalAccountBinding=make_binding(client, self.binding(tenant, domain)))
        return client

    def binding(self, tenant="web", domain=DOMAIN):
        return create_eab(self.lab, self.server, "--tenant", tenant, "--name", domain, "--prevalidated")

    def begin(self, client, *names, key=None, common_name=None):
        """An order that is finalized, whatever comes of it."""
        order = client.new_order(list(names))
        order.key, csr = make_csr(order.names(), key, common_name=common_name)
        order.take(order.finalize(csr=csr).ok().json())
        return order

    def obtain(self, client, *names, **more):
        order = self.begin(client, *names, **more)
        if order.status != "valid":
            order.wait("valid", seconds=60)
        order.download()
        return order

    def command(self, *words, check=True):
        return self.lab.run([self.lab.binary, *words, "--config", self.server.folder / "countersign.yaml"], check,
                            cwd=self.server.folder)

    def sync(self, *words):
        return self.command("inventory", "sync", "--upstream", "tc", *words).stdout

    def inventory(self):
        """Orders by id, as the server knows them."""
        shown = json.loads(self.command("inventory", "list", "--upstream", "tc", "--json").stdout)
        return {item["order"]["id"]: item["order"] for item in shown["orders"]}

    def stats(self, **expected):
        stats = self.sim.control("GET", "/stats")
        got = {name: stats[name] for name in expected}
        assert got == expected, stats
        return stats

    def calls(self, action):
        return [call for call in self.sim.control("GET", "/calls")["calls"] if call["call"].endswith(action)]

    def verifies(self, order):
        """The chain leads to the vendor's root, without it."""
        pem = [certificate.public_bytes(Encoding.PEM) for certificate in order.chain]
        ca, rest, leaf = (self.lab.folder / name for name in ("vendor-ca.pem", "rest.pem", "leaf.pem"))
        ca.write_text(self.sim.control("GET", "/ca")["root"])
        rest.write_bytes(b"".join(pem[1:]))
        leaf.write_bytes(pem[0])
        assert pem[-1] not in ca.read_bytes(), "the root was sent"
        self.server.openssl("verify", "-CAfile", ca, "-untrusted", rest, leaf)


def test_first_certificate_and_a_second_holder(lab):
    store = Store(lab)
    first, second = store.account(), store.account()
    order = store.obtain(first, WEB)
    store.verifies(order)
    store.stats(billable_orders=1, certificates=1)

    # Another server of the same tenant: a reissue, for nothing, and the first certificate stays.
    other = store.obtain(second, WEB)
    store.verifies(other)
    assert other.der() != order.der()
    store.stats(billable_orders=1, reissues=1, revocations=0)
