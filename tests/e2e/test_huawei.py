"""Huawei Cloud SSL Certificate Manager behind the server: what ACME orders become there, and what it costs. The vendor is the
simulator (docs/vendorsim.md), the connector the real one; nothing between them but HTTPS."""
import json
import time

from cryptography.hazmat.primitives.serialization import Encoding

from acme_client import Client, make_binding, make_csr
from clients import ask_store, certbot, create_eab
from huawei_cloud import ACCOUNT, DAY, KEYS, PROJECT, HuaweiCloud, pem_csr
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


def test_certbot(lab):
    store = Store(lab)
    eab = store.binding()
    words = ("--standalone", "--http-01-port", str(lab.http_port), "--agree-tos", "--register-unsafely-without-email",
             "--eab-kid", eab["kid"], "--eab-hmac-key", eab["key"], "--domain", WWW)
    certbot(lab, store.server, "certonly", *words)
    store.stats(billable_orders=1, certificates=1)
    live = lab.folder / "certbot" / "live" / WWW
    ca = lab.folder / "vendor-ca.pem"
    ca.write_text(store.vendor.control("GET", "/ca")["root"])
    store.server.openssl("verify", "-CAfile", ca, "-untrusted", live / "chain.pem", live / "cert.pem")

    # Reissues are not offered, and it ends in a year: renewed early it waits, and nothing is bought.
    other = store.account()
    again = store.begin(other, WWW)
    assert again.status in ("processing", "valid"), again.body


def test_kinds_of_names(lab):
    """A wildcard, an address, several names with and without wildcards: what is bought fits them."""
    store = Store(lab, "--set", "org_checks=no", product="vtrus.ov_ssl_cert")
    client = store.account()
    wild, two = store.obtain(client, f"*.{DOMAIN}"), store.obtain(client, WWW, SHOP)
    three = store.obtain(client, WWW, f"*.{DOMAIN}", DOMAIN)
    for order in (wild, two, three):
        store.verifies(order)
    kept = {tuple(sorted([one["form"]["domain"], *one["form"]["sans"]])): one for order in
            store.vendor.control("GET", "/orders")["orders"] for one in order["certificates"]}
    bought = {names: (one["domain_type"], one["domain_count"], one["wildcard_count"]) for names, one in kept.items()}
    assert bought == {(f"*.{DOMAIN}",): ("WILDCARD", 1, 0), (SHOP, WWW): ("MULTI_DOMAIN", 2, 0),
                      (f"*.{DOMAIN}", DOMAIN, WWW): ("MULTI_DOMAIN", 3, 1)}, bought
    application = kept[(f"*.{DOMAIN}",)]["form"]["application"]
    assert application["company_name"] == "Tailorbird Ltd" and application["applicant_name"] == "Ada-Lovelace", application
    store.stats(billable_orders=3, certificates=3)


def test_free_certificates_are_bought_for_nothing(lab):
    store = Store(lab, "--set", "free_quota=1", product="digicert.dv_ssl_cert_basic")
    client = store.account()
    store.verifies(store.obtain(client, WWW))
    store.stats(orders=1, billable_orders=0)
    [known] = store.inventory().values()
    assert known["free"] is True and known["product"] == "digicert.dv_ssl_cert_basic", known

    # The account gets no more, and the client is told.
    order = store.begin(client, SHOP)
    order.wait("invalid")
    assert "gets no more free certificates" in order.body["error"]["detail"], order.body


def test_a_slot_that_is_paid_serves_one_of_two(lab):
    store = Store(lab)
    slot = store.vendor.buy()
    store.sync()
    assert store.inventory()[slot]["status"] == "prepaid"
    first, second = store.account(), store.account()
    orders = [store.begin(first, WWW), store.begin(second, SHOP)]
    for order in orders:
        if order.status != "valid":
            order.wait("valid", seconds=60)
    store.stats(billable_orders=2, certificates=2)    # the slot, and one for the other
    assert store.vendor.status(slot) == "ISSUED"
    targets = ask_store(store.server, "SELECT COALESCE(target, '') FROM action ORDER BY id")
    assert sorted(targets) == ["", slot], targets


def test_a_slot_with_room_is_filled(lab):
    store = Store(lab, "--set", "org_checks=no", product="geotrust.ov_ssl_cert")
    small, large = store.vendor.buy(**store.vendor.multi(plain=1)), store.vendor.buy(**store.vendor.multi(plain=3))
    store.sync()
    known = store.inventory()
    assert (known[small]["names_max"], known[large]["names_max"]) == (2, 4), known
    client = store.account()
    two = store.obtain(client, WWW, SHOP)
    three = store.obtain(client, WWW, SHOP, DOMAIN)
    for order in (two, three):
        store.verifies(order)
    assert ask_store(store.server, "SELECT target FROM action ORDER BY id") == [small, large]
    store.stats(orders=2, certificates=2)


def test_what_the_review_refuses_is_told(lab):
    store = Store(lab)
    client = store.account()
    order = store.begin(client, f"bank.{DOMAIN}")
    order.wait("invalid", seconds=60)
    assert "did not pass it" in order.body["error"]["detail"], order.body
    store.sync()
    [known] = store.inventory().values()
    assert known["status"] == "rejected", known


def test_an_application_that_is_withdrawn_leaves_a_slot(lab):
    store = Store(lab, "--set", "dcv_auto=no", doubt_wait="1s")
    client = store.account()
    order = store.begin(client, WWW)
    [bought] = wait_until(lambda: store.vendor.ids(status="CHECKING"), 30)
    # Somebody withdraws it in the console.
    wait_until(lambda: ask_store(store.server, "SELECT vendor_certificate FROM action") == [bought], 30)
    store.vendor.ok("POST", f"/v3/scm/certificates/{bought}/cancel-cert")
    order.wait("invalid", seconds=60)
    assert "was withdrawn" in order.body["error"]["detail"] and bought in order.body["error"]["detail"], order.body
    store.sync()
    assert store.inventory()[bought]["status"] == "prepaid"

    # The next order fills it.
    store.vendor.set(dcv_auto=True)
    store.verifies(store.obtain(client, SHOP))
    store.stats(billable_orders=1, certificates=1)


def test_proofs_wait_for_an_operator_and_its_review(lab):
    store = Store(lab, "--set", "dcv_auto=no", "--set", "proof_delay_s=1", product="geotrust.ov_ssl_cert")
    client = store.account()
    order = store.begin(client, WWW)
    [bought] = wait_until(lambda: store.vendor.ids(), 30)
    wait_until(lambda: "_dnsauth" in store.command("action", "list").stdout + store.command("action", "show", "1").stdout, 30)
    shown = store.command("action", "show", "1").stdout
    proof = store.vendor.show(bought)["authentification"][0]
    assert proof["record_name"] in shown and proof["record_value"] in shown, shown
    store.vendor.control("POST", "/dcv-pass", {"certificate": bought})
    wait_until(lambda: "validates the organization" in store.command("action", "show", "1").stdout, 30)
    store.vendor.control("POST", "/org-validate", {"certificate": bought})
    order.wait("valid", seconds=60)
    order.download()
    store.verifies(order)


def test_the_inventory_is_read_whole_and_again(lab):
    store = Store(lab)
    vendor = store.vendor
    vendor.control("POST", "/orders", {"domain": "n{n}.tailorbird.example", "key_algorithm": "EC_P256", "count": 120})
    portal = vendor.issued(WWW, cert_type="OV_SSL_CERT")
    slot = vendor.buy()
    said = store.sync()
    assert "the whole inventory read; 122 orders" in said, said
    known = store.inventory()
    assert len(known) == 122, len(known)
    order = known[portal]
    [certificate] = order["certificates"]
    assert order["names"] == [WWW] and order["status"] == "issued" and order["validation"] == "OV", order
    assert order["product"] == "geotrust.ov_ssl_cert" and order["brand"] == "geotrust" and order["name_kind"] == "single", order
    assert certificate["id"] == vendor.show(portal)["fingerprint"].lower() and len(certificate["spki"]) == 64, certificate
    assert known[slot]["status"] == "prepaid" and not known[slot].get("names")

    said = store.sync()
    assert "what has changed read" in said and " 0 of them new or changed" in said, said
    vendor.revoke(portal)
    vendor.control("POST", "/ca-confirm", {"certificate": portal})
    store.sync()
    known = store.inventory()
    assert known[portal]["status"] == "revoked" and known[portal]["certificates"][0]["revoked"], known[portal]


def test_a_vendor_that_counts_pages(lab):
    store = Store(lab, "--set", "offset_is_page=yes", "--set", "numbers_as_strings=yes", "--set", "extra_members=yes",
                  "--set", "missing_members=yes")
    store.vendor.control("POST", "/orders", {"domain": "n{n}.tailorbird.example", "key_algorithm": "EC_P256", "count": 120})
    said = store.sync()
    assert "the whole inventory read; 120 orders" in said and len(store.inventory()) == 120, said
    store.sync()
    store.verifies(store.obtain(store.account(), WWW))


def test_revocation(lab):
    store = Store(lab)
    client = store.account()
    order = store.obtain(client, WWW)
    [bought] = store.vendor.ids()
    client.revoke(order.der(), reason=1).ok()
    wait_until(lambda: store.vendor.status(bought) == "REVOKED", 30)
    assert store.vendor.show(bought)["revoke_reason"].startswith("key compromise, asked for by account")
    wait_until(lambda: ask_store(store.server, "SELECT state FROM revocation") == ["done"], 30)
    store.stats(revocations=1)


def csr_shown(text):
    return text[text.index("-----BEGIN CERTIFICATE REQUEST"):text.index("-----END CERTIFICATE REQUEST-----")] + "-----END CERTIFICATE REQUEST-----\n"


def test_reissues_are_tasks_for_the_console(lab):
    store = Store(lab, profile={"preferences": {"reissue_mode": "console", "when_closed": "new"}})
    client = store.account()
    old = store.obtain(client, WWW)
    [slot] = store.vendor.ids()
    fingerprint = store.vendor.show(slot)["fingerprint"].lower()

    # It is renewed within 25 days: an operator is told what to do, with what, and what that cancels.
    order = store.begin(client, WWW)
    shown = wait_until(lambda: "CSR" in (text := store.command("action", "show", "2").stdout) and text, 30)
    assert f"an operator: reissue certificate {slot} ({WWW})" in shown and fingerprint in shown, shown
    assert "BEGIN CERTIFICATE REQUEST" in store.command("order", "show", "2").stdout
    [listed] = json.loads(store.command("action", "list", "--state", "pending", "--json").stdout)["actions"]
    assert listed["csr"].startswith("-----BEGIN") and listed["target"] == slot, listed
    store.stats(billable_orders=1, certificates=1)

    # The operator does it in the console, and whoever has the CA's mail confirms.
    store.vendor.control("POST", "/reissue", {"certificate": slot, "csr": csr_shown(shown)})
    wait_until(lambda: "the review at Huawei Cloud" in store.command("action", "show", "2").stdout, 30)
    assert order.refresh()["status"] == "processing"
    store.vendor.control("POST", "/ca-confirm", {"certificate": slot})
    order.wait("valid", seconds=60)
    order.download()
    store.verifies(order)
    assert order.der() != old.der()
    store.stats(billable_orders=1, certificates=2, reissues=1)
    [known] = store.inventory().values()
    assert {one["id"]: one.get("revoked") for one in known["certificates"]}[fingerprint], known

    # A certificate that a reissue has cancelled need not be revoked.
    client.revoke(old.der(), reason=4)
    wait_until(lambda: ask_store(store.server, "SELECT state FROM revocation") == ["done"], 30)
    assert store.vendor.status(slot) == "ISSUED"

    # For another key than was asked: the operator is told, and does it again.
    third = store.begin(client, WWW)
    shown = wait_until(lambda: "CSR" in (text := store.command("action", "show", "3").stdout) and text, 30)
    store.vendor.control("POST", "/reissue", {"certificate": slot, "csr": pem_csr([WWW])})
    store.vendor.control("POST", "/ca-confirm", {"certificate": slot})
    wait_until(lambda: "for another key" in store.command("action", "show", "3").stdout, 30)
    store.vendor.control("POST", "/reissue", {"certificate": slot, "csr": csr_shown(shown)})
    store.vendor.control("POST", "/ca-confirm", {"certificate": slot})
    third.wait("valid", seconds=60)
    third.download()
    store.verifies(third)
    store.stats(billable_orders=1, reissues=3)


def test_a_reissue_may_come_under_another_id(lab):
    store = Store(lab, "--set", "reissue_new_id=yes", profile={"preferences": {"reissue_mode": "console"}})
    client = store.account()
    store.obtain(client, WWW)
    [slot] = store.vendor.ids()
    order = store.begin(client, WWW)
    shown = wait_until(lambda: "CSR" in (text := store.command("action", "show", "2").stdout) and text, 30)
    store.vendor.control("POST", "/reissue", {"certificate": slot, "csr": csr_shown(shown)})
    store.vendor.control("POST", "/ca-confirm", {"certificate": slot})
    order.wait("valid", seconds=60)
    order.download()
    store.verifies(order)
    assert len(store.vendor.ids()) == 2 and store.vendor.status(slot) == "REVOKED"
    store.stats(billable_orders=1, reissues=1)
    store.sync()
    known = store.inventory()
    assert known[slot]["status"] == "revoked" and sorted(one["status"] for one in known.values()) == ["issued", "revoked"], known


def test_outside_the_window_it_is_bought_anew(lab):
    store = Store(lab, profile={"preferences": {"reissue_mode": "console", "when_closed": "new"}})
    client = store.account()
    store.obtain(client, WWW)
    [slot] = store.vendor.ids()
    file = store.server.folder / "older.json"
    file.write_text(json.dumps({"orders": [{"id": slot, "first_issued": time.strftime(
        "%Y-%m-%dT00:00:00Z", time.gmtime(time.time() - 40 * DAY))}]}))
    store.command("inventory", "import", file, "--upstream", "hw", "--vendor", "huawei")
    store.verifies(store.obtain(client, WWW))
    store.stats(billable_orders=2, certificates=2, reissues=0)
    assert "HW-REISSUE-6" in store.command("order", "show", "2").stdout


def test_mode_replace(lab):
    store = Store(lab, profile={"preferences": {"reissue_mode": "replace"}})
    client = store.account()
    old, new = store.obtain(client, WWW), store.obtain(client, WWW)
    assert old.der() != new.der()
    store.verifies(new)
    store.stats(billable_orders=2, certificates=2, reissues=0, revocations=0)    # the old one runs out
    client.revoke(old.der(), reason=1)
    wait_until(lambda: store.vendor.stats()["revocations"] == 1, 30)


def test_without_a_project_it_is_bought_but_not_revoked(lab):
    store = Store(lab, project="")
    client = store.account()
    order = store.obtain(client, WWW)
    store.verifies(order)
    client.revoke(order.der(), reason=1).ok()
    shown = wait_until(lambda: "project_id" in (text := store.command("certificate", "show", "1").stdout) and text, 30)
    assert "needs project_id in the configuration" in shown, shown
    store.stats(billable_orders=1, revocations=0)
    assert "hw: Huawei Cloud at https://localhost" in (said := store.command("check").stdout) and "without project_id" in said, said


def test_a_lost_answer_is_found_and_two_that_chose_the_same_slot_part(lab):
    """Two purchases whose answers are lost: either finds an empty slot, and there are as many as were bought."""
    store = Store(lab, doubt_wait="1s")
    store.vendor.control("POST", "/faults", [{"match": "POST */certificates/buy", "kind": "drop_after", "times": 2}])
    clients = [store.account(), store.account()]
    orders = [store.begin(clients[0], WWW), store.begin(clients[1], SHOP)]
    for order in orders:
        order.wait("valid", seconds=60)
        order.download()
        store.verifies(order)
    store.stats(billable_orders=2, certificates=2)


def test_what_was_never_bought_waits_for_an_operator(lab):
    store = Store(lab, doubt_wait="1s")
    store.vendor.control("POST", "/faults", [{"match": "POST */certificates/buy", "kind": "drop_before"}])
    client = store.account()
    order = store.begin(client, WWW)
    wait_until(lambda: "action_in_doubt" in store.server.log(), 30)
    assert "no reference that could be searched for" in store.server.log()
    assert order.refresh()["status"] == "processing"
    store.stats(orders=0)
    store.command("action", "resolve", "1", "--not-sent")
    order.wait("valid", seconds=60)
    store.stats(billable_orders=1, certificates=1)
