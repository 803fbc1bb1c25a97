"""Huawei Cloud SSL Certificate Manager behind the server: what ACME orders become there, and what it costs. The vendor is the
simulator (docs/vendorsim.md), the connector the real one; nothing between them but HTTPS."""
import json
import time

from cryptography.hazmat.primitives.serialization import Encoding

from acme_client import Client, make_binding, make_csr
from clients import ask_store, certbot, create_eab
from huawei_cloud import ACCOUNT, DAY, KEYS, PROJECT, HuaweiCloud
from lab import wait_until

DOMAIN = "tailorbird.example"
WWW, SHOP = f"www.{DOMAIN}", f"shop.{DOMAIN}"


class Store:
    """A server whose default profile is bought at the simulated Huawei Cloud."""

    def __init__(self, lab, *words, profile=None, product="geotrust.dv_ssl_cert", config=None, project=PROJECT, **upstream):
        self.lab = lab
        self.vendor = HuaweiCloud(lab, "--set", "dcv_auto=yes", *words)
        access, secret = KEYS["acme-bot"]
        key_file = lab.folder / "secret.key"
        key_file.write_text(secret + "\n")
        key_file.chmod(0o600)
        self.server = lab.server({
            "upstreams": [
                {"name": "house", "type": "local"},
                {"name": "hw", "type": "huawei", "url": self.vendor.url, "ca_file": str(self.vendor.ca_file),
                 "access_key": access, "api_key_file": str(key_file), "project_id": project, "account_id": ACCOUNT,
                 "timeout": "20s", "sync": 0, "poll_interval": "1s", "call_rate": 2000,
                 "contact": {"first_name": "Ada", "last_name": "Lovelace", "phone": "13800000000", "email": f"ops@{DOMAIN}"},
                 "organization": {"name": "Tailorbird Ltd", "country": "CN", "province": "Guangdong", "city": "Shenzhen"},
                 **upstream}],
            "profiles": [{"name": "default", "upstream": "hw", "product": product, **(profile or {})}],
            **(config or {})})

    def account(self, tenant="web", domain=DOMAIN):
        """A client of that tenant, whose names need no challenge here."""
        client = Client(self.server)
        client.register(externalAccountBinding=make_binding(client, self.binding(tenant, domain)))
        return client

    def binding(self, tenant="web", domain=DOMAIN):
        return create_eab(self.lab, self.server, "--tenant", tenant, "--name", domain, "--prevalidated")

    def begin(self, client, *names, key=None):
        """An order that is finalized, whatever comes of it."""
        order = client.new_order(list(names))
        order.key, csr = make_csr(order.names(), key)
        order.take(order.finalize(csr=csr).ok().json())
        return order

    def obtain(self, client, *names, key=None):
        order = self.begin(client, *names, key=key)
        if order.status != "valid":
            order.wait("valid", seconds=60)
        order.download()
        return order

    def command(self, *words, check=True):
        return self.lab.run([self.lab.binary, *words, "--config", self.server.folder / "countersign.yaml"], check,
                            cwd=self.server.folder)

    def sync(self, *words):
        return self.command("inventory", "sync", "--upstream", "hw", *words).stdout

    def inventory(self):
        """Orders by id, as the server knows them."""
        shown = json.loads(self.command("inventory", "list", "--upstream", "hw", "--json").stdout)
        return {item["order"]["id"]: item["order"] for item in shown["orders"]}

    def stats(self, **expected):
        stats = self.vendor.stats()
        got = {name: stats[name] for name in expected}
        assert got == expected, stats
        return stats

    def wakes_up(self):
        """What is asked for now and then is due now."""
        self.server.stop()
        self.server.start()

    def verifies(self, order):
        """The chain leads to the vendor's root, without it."""
        pem = [certificate.public_bytes(Encoding.PEM) for certificate in order.chain]
        ca, rest, leaf = (self.lab.folder / name for name in ("vendor-ca.pem", "rest.pem", "leaf.pem"))
        ca.write_text(self.vendor.control("GET", "/ca")["root"])
        rest.write_bytes(b"".join(pem[1:]))
        leaf.write_bytes(pem[0])
        assert pem[-1] not in ca.read_bytes(), "the root was sent"
        self.server.openssl("verify", "-CAfile", ca, "-untrusted", rest, leaf)


def test_first_certificate_and_a_second_holder(lab):
    store = Store(lab)
    first, second = store.account(), store.account()
    order = store.obtain(first, WWW)
    store.verifies(order)
    store.stats(billable_orders=1, certificates=1)

    # Another server of the same tenant: there are no duplicates, so it is another purchase.
    other = store.obtain(second, WWW)
    store.verifies(other)
    assert other.der() != order.der()
    store.stats(billable_orders=2, certificates=2, revocations=0)
