"""DigiCert CertCentral behind the server: what ACME orders become there, and what it costs. The vendor is the simulator
(docs/vendorsim.md), the connector the real one; nothing between them but HTTPS."""
import json
import re
import time

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate

from acme_client import Client, make_binding, make_csr
from certcentral import CertCentral, ORGANIZATION
from clients import ask_store, certbot, create_eab
from lab import wait_until

DAY = 86400
NAMES = ["shop.tailorbird.example", "www.tailorbird.example"]


class Shop:
    """A server whose default profile is bought at the simulated CertCentral."""

    def __init__(self, lab, profile=None, key="sim-admin", words=(), config=None, start=True, **upstream):
        self.lab = lab
        self.vendor = CertCentral(lab, *words)
        key_file = lab.folder / "api.key"
        key_file.write_text(key + "\n")
        key_file.chmod(0o600)
        self.server = lab.server({
            "upstreams": [
                {"name": "house", "type": "local"},
                {"name": "dc", "type": "digicert", "url": f"{self.vendor.url}/services/v2", "ca_file": str(self.vendor.ca_file),
                 "api_key_file": str(key_file), "organization_id": str(ORGANIZATION), "timeout": "20s", "sync": 0, **upstream}],
            "profiles": [{"name": "default", "upstream": "dc", "product": "ssl_basic", "validation": "OV", **(profile or {})}],
            **(config or {})}, start)

    def account(self, tenant="web", domain="tailorbird.example"):
        """A client of that tenant, whose names need no challenge here."""
        client = Client(self.server)
        client.register(externalAccountBinding=make_binding(client, self.binding(tenant, domain)))
        return client

    def binding(self, tenant="web", domain="tailorbird.example"):
        return create_eab(self.lab, self.server, "--tenant", tenant, "--name", domain, "--prevalidated")

    def obtain(self, client, *names, key=None):
        order = client.new_order(list(names))
        assert order.status == "ready", order.body
        order.key, csr = make_csr(order.names(), key)
        order.take(order.finalize(csr=csr).ok().json())
        if order.status != "valid":
            order.wait("valid", seconds=60)
        order.download()
        return order

    def begin(self, client, *names, key=None):
        """An order that is finalized, whatever comes of it."""
        order = client.new_order(list(names))
        order.key, csr = make_csr(order.names(), key)
        order.take(order.finalize(csr=csr).ok().json())
        return order

    def command(self, *words, check=True):
        return self.lab.run([self.lab.binary, *words, "--config", self.server.folder / "countersign.yaml"], check,
                            cwd=self.server.folder)

    def sync(self, *words):
        return self.command("inventory", "sync", "--upstream", "dc", *words).stdout

    def stats(self, **expected):
        stats = self.vendor.control("GET", "/stats")
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

    def revoked(self):
        """The certificates that DigiCert has revoked, or is about to."""
        return [certificate["id"] for order in self.vendor.control("GET", "/orders")["orders"]
                for certificate in order["certificates"] if certificate["status"] == "revoked" or certificate.get("revoke_at_s")]


def test_first_certificate_second_server_renewal(lab):
    shop = Shop(lab)
    first, second = shop.account(), shop.account()
    order = shop.obtain(first, *NAMES)
    shop.verifies(order)
    shop.stats(billable_orders=1, reissues=0, duplicates=0)

    # Another server of the same tenant: a duplicate, which leaves the first certificate alone.
    duplicate = shop.obtain(second, *NAMES)
    shop.verifies(duplicate)
    shop.stats(billable_orders=1, reissues=0, duplicates=1)

    # The first one renews, with a new key: a reissue under the same order.
    renewed = shop.obtain(first, *NAMES)
    assert renewed.der() not in (order.der(), duplicate.der())
    shop.verifies(renewed)
    shop.stats(billable_orders=1, reissues=1, duplicates=1)
    assert shop.revoked() == []

    # A name less would revoke the others' certificates, were it a reissue: it is an order of its own.
    alone = shop.obtain(first, NAMES[0])
    shop.verifies(alone)
    shop.stats(billable_orders=2, reissues=1, duplicates=1)
    assert shop.revoked() == []

    # Another tenant's certificate is another order.
    stranger = shop.obtain(shop.account("mail"), *NAMES)
    shop.verifies(stranger)
    shop.stats(billable_orders=3, reissues=1, duplicates=1)


def inventory(shop, order=None):
    """Orders by id, as the server knows them."""
    shown = json.loads(shop.command("inventory", "list", "--upstream", "dc", "--json").stdout)
    return {item["order"]["id"]: item["order"] for item in shown["orders"]}


def test_orders_of_the_portal_become_targets(lab):
    shop = Shop(lab)
    bought = shop.vendor.control("POST", "/orders", {
        "product": "ssl_basic", "certificate": {"common_name": NAMES[1], "dns_names": NAMES[:1]}})
    other = shop.vendor.order("other.tailorbird.example")["id"]
    said = shop.sync()
    assert "dc: the whole inventory read; 2 orders, 2 of them new or changed" in said, said
    known = inventory(shop)
    assert len(known) == 2 and str(other) in known, known
    [order] = [order for number, order in known.items() if number != str(other)]
    assert order["names"] == NAMES and order["status"] == "issued" and order["validation"] == "OV", (order, bought)
    assert order["order_end"] > order["certificates"][0]["not_after"] and len(order["certificates"][0]["spki"]) == 64, order

    # Nothing is bought: the order of the portal is there.
    client = shop.account()
    shop.verifies(shop.obtain(client, *NAMES))
    stats = shop.vendor.control("GET", "/stats")
    assert stats["billable_orders"] == 1 and stats["duplicates"] + stats["reissues"] == 1, stats

    # What the server has ordered itself it knows already.
    said = shop.sync()
    assert "what has changed read" in said and " 0 of them new or changed" in said, said
    third = shop.vendor.order("third.tailorbird.example")["id"]
    shop.vendor.ok("PUT", f"/order/certificate/{other}/revoke", {"skip_approval": True})
    shop.sync()
    known = inventory(shop)
    assert known[str(third)]["status"] == "issued" and known[str(other)]["status"] == "revoked", known


def test_a_long_inventory_is_read_across_kill_9(lab):
    shop = Shop(lab)
    shop.vendor.control("POST", "/orders", {
        "product": "ssl_basic", "certificate": {"common_name": "n{n}.tailorbird.example"}, "count": 330})
    reading = lab.popen([lab.binary, "inventory", "sync", "--upstream", "dc", "--full", "--config",
                         shop.server.folder / "countersign.yaml"], cwd=shop.server.folder)
    wait_until(lambda: ask_store(shop.server, "SELECT orders FROM inventory_sync WHERE orders > 0"), 60)
    shop.server.kill()
    reading.wait()
    shop.vendor.control("DELETE", "/calls")
    shop.server.start()
    wait_until(lambda: ask_store(shop.server, "SELECT completed FROM inventory_sync") == [1], 100)
    assert len(ask_store(shop.server, "SELECT vendor_id FROM vendor_order")) == 330
    first = shop.vendor.control("GET", "/calls?match=list*")
    assert ask_store(shop.server, "SELECT until_s FROM inventory_domain WHERE name = 'tailorbird.example'")[0] > 0, first


def test_certbot(lab):
    shop = Shop(lab)
    eab = shop.binding()
    words = ("--standalone", "--http-01-port", str(lab.http_port), "--agree-tos", "--register-unsafely-without-email",
             "--eab-kid", eab["kid"], "--eab-hmac-key", eab["key"], "--domain", "www.tailorbird.example")
    certbot(lab, shop.server, "certonly", *words)
    shop.stats(billable_orders=1, reissues=0)
    certbot(lab, shop.server, "certonly", "--force-renewal", *words)
    shop.stats(billable_orders=1, reissues=1)
    live = lab.folder / "certbot" / "live" / "www.tailorbird.example"
    ca = lab.folder / "vendor-ca.pem"
    ca.write_text(shop.vendor.control("GET", "/ca")["root"])
    shop.server.openssl("verify", "-CAfile", ca, "-untrusted", live / "chain.pem", live / "cert.pem")


def test_an_approval_that_takes_days(lab):
    shop = Shop(lab, skip_approval=False)
    client = shop.account()
    order = shop.begin(client, *NAMES)
    assert order.status == "processing", order.body
    [waits_for] = ask_store(shop.server, "SELECT waits_for FROM action")
    assert "an approval in CertCentral (request " in waits_for, waits_for
    shown = json.loads(shop.command("order", "show", "1", "--json").stdout)
    assert shown["decision"]["document"]["effects"]["approval"] == "account", shown
    shop.wakes_up()
    assert order.refresh()["status"] == "processing"
    shop.vendor.control("POST", "/approve", {"order": shop.vendor.control("GET", "/orders")["orders"][0]["id"]})
    shop.wakes_up()
    order.wait("valid", seconds=60)
    order.download()
    shop.verifies(order)
    shop.stats(billable_orders=1)


def test_a_rejection_reaches_the_client(lab):
    shop = Shop(lab, skip_approval=False)
    order = shop.begin(shop.account(), *NAMES)
    request = shop.vendor.control("GET", "/orders")["orders"][0]["id"]
    shop.vendor.control("POST", "/reject", {"order": request, "comment": "No budget this year"})
    shop.wakes_up()
    order.wait("invalid", seconds=60)
    assert "No budget this year" in order.body["error"]["detail"], order.body


def test_lost_answers_never_buy_twice(lab):
    """One order, one reissue, one duplicate each; whatever happens to which call."""
    shop = Shop(lab)
    done = [{"kind": "drop_after"}, {"kind": "truncate"}, {"kind": "html_502", "done": True}, {"kind": "status", "done": True}]
    for nth, fault in enumerate(done):
        client, fault = shop.account(f"tenant{nth}"), {"match": "POST /services/v2/order/certificate/*", "times": 1, **fault}
        for _ in range(2):    # a new order, and its reissue
            shop.vendor.control("DELETE", "/calls")
            shop.vendor.control("POST", "/faults", [fault])
            shop.verifies(shop.obtain(client, *NAMES))
            outcomes = [call["outcome"] for call in shop.vendor.control("GET", "/calls")["calls"]]
            assert outcomes.count(fault["kind"]) == 1, outcomes
        shop.stats(billable_orders=nth + 1, reissues=nth + 1, duplicates=0)

    # What never arrived is in doubt, too: it is looked for before it is sent again.
    shop.vendor.control("POST", "/faults", [{"match": "POST /services/v2/order/*", "times": 1, "kind": "drop_before"}])
    order = shop.begin(shop.account("late"), *NAMES)
    wait_until(lambda: ask_store(shop.server, "SELECT state FROM action ORDER BY id DESC LIMIT 1") == ["in_doubt"])
    assert order.refresh()["status"] == "processing"
    shop.stats(billable_orders=len(done))


def test_revocation_takes_one_certificate_never_the_order(lab):
    shop = Shop(lab)
    first, second = shop.account(), shop.account()
    order, duplicate = shop.obtain(first, *NAMES), shop.obtain(second, *NAMES)
    shop.stats(billable_orders=1, duplicates=1)
    # The client has its answer; what the vendor does not answer is asked again, and found to be done.
    shop.vendor.control("POST", "/faults", [{"match": "PUT *revoke", "times": 1, "kind": "drop_after"}])
    second.revoke(duplicate.der(), 4).ok()
    wait_until(lambda: shop.server.log().count("revoked_upstream") == 1, 30)
    assert shop.server.log().count("revocation_not_done") == 1
    shop.stats(revocations=1)
    number = shop.vendor.control("GET", "/orders")["orders"][0]["id"]
    assert sorted(shop.vendor.certificates(number).values()) == ["issued", "revoked"], shop.vendor.certificates(number)
    assert shop.vendor.status(number) == "issued"
    wait_until(lambda: ask_store(shop.server, "SELECT revoked FROM vendor_certificate WHERE kind = 'duplicate'") == [1])

    # The other one lives, and its holder renews it for nothing.
    shop.verifies(shop.obtain(first, *NAMES))
    shop.stats(billable_orders=1, reissues=1)

    # One that was reissued since is revoked by its id, too.
    first.revoke(order.der()).ok()
    wait_until(lambda: shop.server.log().count("revoked_upstream") == 2)
    assert list(shop.vendor.certificates(number).values()).count("revoked") == 2
    assert shop.vendor.status(number) == "issued"


def test_dv_orders_are_reissued_for_other_servers(lab):
    """DV has no duplicates, and control is proven for each certificate: by records that the operator publishes."""
    shop = Shop(lab, profile={"product": "ssl_dv_geotrust_flex", "validation": "DV"})
    first, second = shop.account(), shop.account()
    order = shop.begin(first, NAMES[1])
    assert order.status == "processing", order.body
    [waits_for] = ask_store(shop.server, "SELECT waits_for FROM action")
    assert "domain validation of" in waits_for and "TXT record" in waits_for, waits_for
    number = shop.vendor.control("GET", "/orders")["orders"][0]["id"]
    shop.vendor.control("POST", "/dcv-pass", {"order": number})
    shop.wakes_up()
    order.wait("valid", seconds=60)
    order.download()
    shop.sync()
    another = shop.begin(second, NAMES[1])
    shop.vendor.control("POST", "/dcv-pass", {"order": number})
    shop.wakes_up()
    another.wait("valid", seconds=60)
    another.download()
    shop.verifies(another)
    shop.stats(billable_orders=1, reissues=1, duplicates=0)
    assert shop.revoked() == []


def test_an_order_near_its_end_is_renewed(lab):
    shop = Shop(lab)
    client = shop.account()
    old = shop.vendor.order(*reversed(NAMES), order_validity={"days": 20})["id"]
    shop.sync()
    assert inventory(shop)[str(old)]["order_end"].startswith(shop.vendor.info(old)["order_valid_till"])
    shop.obtain(client, *NAMES)    # one more holder, for as long as the order lasts
    shop.stats(billable_orders=1, duplicates=1)
    shop.verifies(shop.obtain(client, *NAMES))
    shop.stats(billable_orders=2, renewals=1, reissues=0, duplicates=1)
    assert shop.vendor.info(old)["is_renewed"] is True

    # From then on the new order serves.
    shop.sync()
    shop.obtain(client, *NAMES)
    shop.stats(billable_orders=2, renewals=1, reissues=1, duplicates=1)


def test_what_is_asked_for_outright(lab):
    shop = Shop(lab)
    shop.obtain(shop.account(), *NAMES)
    number = shop.vendor.control("GET", "/orders")["orders"][0]["id"]
    for outright, stats in (("duplicate", {"duplicates": 1, "reissues": 0}), ("reissue", {"duplicates": 1, "reissues": 1})):
        client = shop.account()
        client._directory = client.get(f"{shop.server.url}/acme/directory?action={outright}&orderId={number}").ok().json()
        shop.verifies(shop.obtain(client, *NAMES))
        shop.stats(billable_orders=1, **stats)
    client = shop.account()
    client._directory = client.get(shop.server.url + "/acme/directory?action=enroll").ok().json()
    shop.verifies(shop.obtain(client, *NAMES))
    shop.stats(billable_orders=2)
    assert shop.revoked() == []


def test_a_domain_that_digicert_has_not_validated(lab):
    """The record that DigiCert wants to see is told, and once it is there DigiCert is asked to look."""
    shop = Shop(lab, words=("--dns", lab.dns), profile={"preferences": {"unvalidated": "order"}})
    order = shop.begin(shop.account(domain="lab.example"), "dcv.lab.example")
    assert order.status == "processing", order.body
    [waits_for] = ask_store(shop.server, "SELECT waits_for FROM action")
    found = re.fullmatch(r"domain validation of (\S+) by dns-txt-token; to be published: for \1, TXT record \1: (\S+)", waits_for)
    assert found, waits_for
    lab.run([lab.dns_hook(), "add", found[1], found[2]])
    shop.wakes_up()
    order.wait("valid", seconds=60)
    order.download()
    shop.verifies(order)
    shop.stats(billable_orders=1)
    assert any("check-dcv" in call["path"] for call in shop.vendor.control("GET", "/calls")["calls"])


def test_answers_of_every_kind_are_understood(lab):
    """One order, its duplicate and its reissue, however the vendor writes and whatever it leaves out."""
    shop = Shop(lab)
    manners = [{"ids_as_strings": True}, {"extra_members": True}, {"missing_members": True}, {"free_names": True},
               {"duplicate_id_hidden": True}, {"alternate_not_found": True}, {"duplicate_new_key": True},
               {"list_ignores_status": True}]
    for nth, manner in enumerate(manners):
        print(manner)
        shop.vendor.set(**manner)
        first, second = shop.account(f"tenant{nth}"), shop.account(f"tenant{nth}")
        fault = {"match": "POST /services/v2/order/certificate/*", "times": 1, "kind": "drop_after"}
        for client in (first, second, first):    # a new order, its duplicate, its reissue; each answer is lost
            shop.vendor.control("POST", "/faults", [fault])
            shop.verifies(shop.obtain(client, *NAMES))
        shop.stats(billable_orders=nth + 1, duplicates=nth + 1, reissues=nth + 1)
        shop.sync("--full")
        shop.vendor.set(**{name: False for name in manner})
    assert shop.revoked() == []


def test_errors_of_every_kind_are_understood(lab):
    shop = Shop(lab, words=("--set", "caa_forbids=closed.tailorbird.example"))
    for manner in ({}, {"errors_as_object": True}, {"errors_with_200": True}):
        shop.vendor.set(**manner)
        client = shop.account()
        order = shop.begin(client, "closed.tailorbird.example")
        order.wait("invalid")
        assert order.body["error"]["type"].endswith(":caa"), order.body
        assert "sim" not in order.body["error"]["detail"] and "closed" not in order.body["error"]["detail"], order.body
        shop.vendor.set(**{name: False for name in manner})
    shop.stats(billable_orders=0)
    shop.vendor.set(products_disabled="ssl_basic")
    order = shop.begin(shop.account(), "open.tailorbird.example")
    order.wait("invalid")
    assert order.body["error"]["type"].endswith(":serverInternal"), order.body
    assert "not_found|product" in shop.server.log()


def test_kill_9_while_an_order_is_under_way(lab):
    """Whatever the server was doing when it was killed: one order at the vendor, and the certificate is delivered."""
    shop = Shop(lab)
    for nth, match in enumerate(["POST /services/v2/order/certificate/ssl_basic", "GET *alternate*", "GET *chain*"]):
        faults = [{"match": match, "times": 1, "kind": "delay", "ms": 1500}]
        if nth > 0:    # it comes to these only after a lost answer
            faults.append({"match": "POST /services/v2/order/certificate/*", "times": 1, "kind": "drop_after"})
        client = shop.account(f"tenant{nth}")
        shop.vendor.control("DELETE", "/calls")
        shop.vendor.control("POST", "/faults", faults)
        order = shop.begin(client, *NAMES)
        if nth > 0:
            wait_until(lambda: shop.vendor.control("GET", "/calls")["calls"], 5)
        shop.server.kill()
        shop.server.start()
        client.nonces.clear()    # the crash made them void
        if order.refresh()["status"] != "valid":
            order.wait("valid", seconds=60)
        order.download()
        shop.verifies(order)
        shop.stats(billable_orders=nth + 1)


def test_an_order_that_was_cancelled_since_is_not_chosen(lab):
    """What the inventory says may be old: the vendor is asked about the order before it is reissued or duplicated."""
    shop = Shop(lab, refresh_after=0)
    bought = shop.vendor.order(*reversed(NAMES))["id"]
    shop.sync()
    time.sleep(1.1)    # what was told in the same second is not asked again
    shop.vendor.ok("PUT", f"/order/certificate/{bought}/revoke", {"skip_approval": True})
    assert inventory(shop)[str(bought)]["status"] == "issued"
    shop.verifies(shop.obtain(shop.account(), *NAMES))
    shop.stats(billable_orders=2, reissues=0, duplicates=0)
    assert ask_store(shop.server, "SELECT outcome FROM decision") == ["NEW"]
    assert shop.server.log().count("order_not_issued") == 0 and shop.server.log().count("vendor_order_refreshed") == 1
    assert inventory(shop)[str(bought)]["status"] == "revoked"


def test_a_wrong_certificate_waits_for_the_operator(lab):
    """A known defect of the vendor's: every download gives the order's first certificate."""
    shop = Shop(lab, poll_interval="1s")
    first = shop.obtain(shop.account(), *NAMES)
    [number] = [order["id"] for order in shop.vendor.control("GET", "/orders")["orders"]]
    shop.vendor.set(same_pem=True, issue_delay_s=1)
    mended, given_up = (shop.begin(shop.account(), *NAMES) for _ in range(2))

    def action(which):
        return json.loads(shop.command("action", "show", str(which), "--json").stdout)

    wait_until(lambda: all("an operator, since" in str(action(which).get("waits_for")) for which in (2, 3)), 90)
    assert mended.refresh()["status"] == given_up.refresh()["status"] == "processing"
    shown = shop.command("action", "show", "2").stdout
    assert "a certificate for another key (6 times" in shown and "-----BEGIN CERTIFICATE-----" in shown, shown
    assert load_pem_x509_certificate(action(2)["returned"]["pem"].encode()) == first.chain[0]
    alarms = [line for line in shop.server.log().splitlines() if " error action_unfit_certificate " in line]
    assert len(alarms) == 2 and "action=2" in alarms[0] + alarms[1] and f"vendor_order={number}" in alarms[0], alarms
    refused = shop.command("action", "resolve", "2", "--not-sent", check=False)
    assert refused.returncode != 0 and "the vendor has it" in refused.stdout, refused.stdout

    # The vendor mends it, and somebody says so; the other one is given up. Nothing is ordered anew.
    shop.vendor.set(same_pem=False)
    shop.command("action", "resolve", "2", "--found", str(number))
    mended.wait("valid", seconds=30)
    mended.download()
    shop.verifies(mended)
    shop.command("action", "resolve", "3", "--failed", "--reason", "we do without")
    given_up.wait("invalid", seconds=30)
    assert "we do without" in given_up.body["error"]["detail"], given_up.body
    assert "-----BEGIN CERTIFICATE-----" in shop.command("action", "show", "3").stdout
    assert "returned" not in action(2)
    shop.stats(billable_orders=1, duplicates=2, reissues=0)


def test_what_the_vendor_has_just_told_is_not_asked_again(lab):
    shop = Shop(lab)
    shop.vendor.order(*reversed(NAMES))
    shop.sync()
    shop.obtain(shop.account(), *NAMES)
    shop.obtain(shop.account(), *NAMES)
    assert shop.server.log().count("vendor_order_refreshed") == 0
    shop.stats(billable_orders=1)


def test_an_order_of_the_portal_that_is_named_outright_needs_no_reading(lab):
    shop = Shop(lab)
    wait_until(lambda: ask_store(shop.server, "SELECT upstream FROM inventory") == ["dc"])
    bought = shop.vendor.order(*reversed(NAMES))["id"]
    client = shop.account()
    client._directory = client.get(f"{shop.server.url}/acme/directory?action=duplicate&orderId={bought}").ok().json()
    shop.verifies(shop.obtain(client, *NAMES))
    shop.stats(billable_orders=1, duplicates=1)

    # One that the vendor does not know either is refused, and nothing is bought.
    client._directory = client.get(f"{shop.server.url}/acme/directory?action=duplicate&orderId=4711").ok().json()
    order = shop.begin(client, *NAMES)
    order.wait("invalid", seconds=30)
    assert "4711" in order.body["error"]["detail"], order.body
    shop.stats(billable_orders=1, duplicates=1)


def test_a_vendor_that_does_not_tell_of_its_orders_is_not_waited_for(lab):
    shop = Shop(lab, refresh_after=0)
    bought = shop.vendor.order(*reversed(NAMES))["id"]
    shop.sync()
    time.sleep(1.1)
    shop.vendor.control("POST", "/faults", [
        {"match": f"GET /services/v2/order/certificate/{bought}", "times": 3, "kind": "html_502"}])
    shop.verifies(shop.obtain(shop.account(), *NAMES))
    assert shop.server.log().count("order_not_refreshed") == 3, shop.server.log()
    stats = shop.vendor.control("GET", "/stats")
    assert stats["billable_orders"] == 1 and stats["duplicates"] + stats["reissues"] == 1, stats
