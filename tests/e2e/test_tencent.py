"""Tencent Cloud SSL Certificate Service behind the server: what ACME orders become there, and what it costs. The vendor is the
simulator (docs/vendorsim.md), the connector the real one; nothing between them but HTTPS."""
import json
import time

from cryptography.hazmat.primitives.serialization import Encoding

from acme_client import Client, make_binding, make_csr
from clients import ask_store, certbot, create_eab
from lab import wait_until
from tencent_client import KEY, TencentSim
from test_domain_validation import updates

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
        return [call for call in self.sim.control("GET", "/calls")["calls"] if call["operation"] == action]

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
    [root] = store.inventory()
    assert store.sim.kept(root)["alias"].startswith("countersign-")

    # Another server of the same tenant: a reissue, for nothing, and the first certificate stays.
    other = store.obtain(second, WEB)
    store.verifies(other)
    assert other.der() != order.der()
    store.stats(billable_orders=1, reissues=1, revocations=0)
    [known] = store.inventory().values()
    assert known["id"] == root and sorted(one["kind"] for one in known["certificates"]) == ["original", "reissue"], known

    # A third one: of the newest, since the service reissues nothing twice.
    store.verifies(store.obtain(store.account(), WEB))
    store.stats(billable_orders=1, reissues=2)
    ends = {store.sim.detail(one["id"])["CertEndTime"] for one in store.inventory()[root]["certificates"]}
    assert len(ends) == 1, ends

    # What the vendor tells of it, links and all, is no news.
    store.sync()
    [again] = store.inventory().values()
    assert again["id"] == root and len(again["certificates"]) == 3, again


def test_certbot(lab):
    store = Store(lab)
    eab = store.binding()
    words = ("--standalone", "--http-01-port", str(lab.http_port), "--agree-tos", "--register-unsafely-without-email",
             "--eab-kid", eab["kid"], "--eab-hmac-key", eab["key"], "--domain", WEB)
    certbot(lab, store.server, "certonly", *words)
    store.stats(billable_orders=1, certificates=1)
    live = lab.folder / "certbot" / "live" / WEB
    ca = lab.folder / "vendor-ca.pem"
    ca.write_text(store.sim.control("GET", "/ca")["root"])
    store.server.openssl("verify", "-CAfile", ca, "-untrusted", live / "chain.pem", live / "cert.pem")

    # It is renewed while more than 30 days are left: a reissue, which costs nothing.
    certbot(lab, store.server, "renew", "--force-renewal", "--no-random-sleep-on-renew")
    store.stats(billable_orders=1, reissues=1)
    store.server.openssl("verify", "-CAfile", ca, "-untrusted", live / "chain.pem", live / "cert.pem")


def test_near_its_end_it_is_bought_anew(lab):
    store = Store(lab, "--set", "max_days=29")
    client = store.account()
    first = store.obtain(client, WEB)
    again = store.obtain(client, WEB)
    assert again.der() != first.der()
    store.stats(billable_orders=2, reissues=0)
    assert "TC-REISSUE-2" in store.command("order", "show", "2").stdout


def test_a_sibling_waits_while_another_is_reissued(lab):
    store = Store(lab)
    one, two = store.account(), store.account()
    store.obtain(one, WEB)
    store.obtain(one, SHOP)
    # The domain is to be proven anew, so that the first reissue takes a while.
    store.sim.control("POST", "/standing", {"domain": DOMAIN, "way": "none"})
    store.sim.set(dcv_exempt_strict=True)
    first, sibling = store.begin(two, WEB), store.begin(two, SHOP)
    wait_until(lambda: len(store.calls("ReplaceCertificate")) == 1, 30)
    time.sleep(2)
    assert sibling.refresh()["status"] == "processing"
    assert len(store.calls("ReplaceCertificate")) == 1
    assert "being reissued" in store.command("order", "show", "4").stdout
    for order in (first, sibling):
        reissue = wait_until(lambda: [one for one in store.sim.control("GET", "/orders")["orders"] if one["status_shown"] == 0], 30)
        store.sim.control("POST", "/dcv-pass", {"certificate": reissue[0]["id"]})
        order.wait("valid", seconds=60)
        order.download()
    store.stats(billable_orders=2, reissues=2)


def test_the_free_product_is_denied(lab):
    store = Store(lab, product=FREE)
    client = store.account()
    order = store.begin(client, WEB)
    order.wait("invalid", seconds=30)
    assert "takes no CSR" in order.body["error"]["detail"], order.body
    store.stats(billable_orders=0, free_orders=0)


def test_kinds_of_names(lab):
    """What does not fit the product costs nothing."""
    store = Store(lab, config={"profiles": [
        {"name": "default", "upstream": "tc", "product": SINGLE}, {"name": "wildcard", "upstream": "tc", "product": WILDCARD},
        {"name": "multi", "upstream": "tc", "product": MULTI}]})
    client = store.account()

    def order(profile, *names):
        made = client.new_order(list(names), profile=profile)
        made.key, csr = make_csr(made.names())
        made.take(made.finalize(csr=csr).ok().json())
        made.wait("valid", "invalid", seconds=60) if made.status == "processing" else None
        return made

    for profile, names in (("default", (f"*.{DOMAIN}",)), ("default", (WEB, SHOP)), ("wildcard", (WEB,)), ("multi", (WEB,)),
                           ("multi", (WEB, f"*.{DOMAIN}"))):
        refused = order(profile, *names)
        assert refused.status == "invalid" and "Tencent Cloud is for" in refused.body["error"]["detail"], refused.body
    store.stats(billable_orders=0)

    for profile, names in (("wildcard", (f"*.{DOMAIN}", DOMAIN)), ("multi", (WEB, SHOP, f"a.{DOMAIN}")),
                           ("default", (DOMAIN, f"www.{DOMAIN}"))):
        good = order(profile, *names)
        assert good.status == "valid", good.body
        good.download()
        store.verifies(good)
    store.stats(billable_orders=3, certificates=3)

    # The apex brings its www along.
    alone = order("default", f"x.{DOMAIN}")
    assert alone.status == "valid", alone.body


def test_files_validate_no_wildcard(lab):
    """It is refused before anything is paid."""
    store = Store(lab, product="42", dcv_method="file")
    refused = store.begin(store.account(), WEB, f"*.{DOMAIN}")
    if refused.status == "processing":
        refused.wait("invalid", seconds=20)
    assert "no wildcard by a file" in refused.body["error"]["detail"], refused.body
    store.stats(billable_orders=0)


def test_more_names_than_were_asked_for(lab):
    store = Store(lab)
    client = store.account()
    order = store.begin(client, DOMAIN)
    order.wait("valid", seconds=60)
    pem = client.post(order.body["certificate"]).ok().body.decode()
    file = lab.folder / "chain.pem"
    file.write_text(pem)
    text = store.server.openssl("x509", "-in", file, "-noout", "-ext", "subjectAltName")
    assert f"DNS:www.{DOMAIN}" in str(text), text


def test_a_prepaid_slot_is_used_first(lab):
    store = Store(lab)
    slot = store.sim.call("CreateCertificate", ProductId=int(SINGLE), DomainNum=1, TimeSpan=1)["CertificateIds"][0]
    other = store.sim.call("CreateCertificate", ProductId=25, DomainNum=1, TimeSpan=1)["CertificateIds"][0]
    store.sync()
    known = store.inventory()
    assert known[slot]["status"] == known[other]["status"] == "prepaid", known
    first, second = store.account(), store.account()
    orders = [store.begin(first, WEB), store.begin(second, SHOP)]
    for order in orders:
        order.wait("valid", seconds=60)
    store.stats(billable_orders=3, certificates=2)    # both slots, and one more
    assert store.sim.status(slot) == 1 and store.sim.status(other) == 5
    targets = ask_store(store.server, "SELECT COALESCE(target, '') FROM action ORDER BY id")
    assert sorted(targets) == ["", slot], targets


def test_a_slot_for_fewer_names_is_left_to_others(lab):
    store = Store(lab, product=MULTI)
    small, large = (store.sim.create(int(MULTI), domains) for domains in (2, 5))
    store.sync()
    known = store.inventory()
    assert (known[small]["names_max"], known[large]["names_max"]) == (2, 5), known
    client = store.account()
    names = [f"h{number}.{DOMAIN}" for number in range(6)]
    for some in (names[:3], names[:6], names[4:]):
        store.verifies(store.obtain(client, *some))
    assert ask_store(store.server, "SELECT COALESCE(target, '') FROM action ORDER BY id") == [large, "", small]
    store.stats(billable_orders=3, certificates=3)


def test_what_is_to_be_published_is_told_and_checked_now_and_then(lab):
    store = Store(lab, standing=False)
    client = store.account()
    order = store.begin(client, WEB)
    shown = wait_until(lambda: "CNAME" in (text := store.command("action", "show", "1").stdout) and text, 30)
    [record] = store.sim.control("GET", "/orders")["orders"]
    [proof] = store.sim.detail(record["id"])["DvAuthDetail"]["DvAuths"]
    assert proof["DvAuthKey"] in shown and proof["DvAuthValue"] in shown, shown
    time.sleep(4)
    assert len(store.calls("CheckCertificateDomainVerification")) <= 1 and len(store.calls("CompleteCertificate")) <= 1
    store.sim.control("POST", "/dcv-pass", {"certificate": record["id"]})
    order.wait("valid", seconds=60)
    order.download()
    store.verifies(order)


def test_the_server_publishes_what_the_vendor_wants_to_see(lab):
    store = Store(lab, "--dns", lab.dns, standing=False, domain_validation=updates(lab))
    client = store.account()
    store.verifies(store.obtain(client, WEB))
    assert len(store.calls("CompleteCertificate")) == 1, store.calls("CompleteCertificate")


def test_the_international_site_has_no_completion(lab):
    store = Store(lab, "--set", "site=international", standing=False)
    client = store.account()
    order = store.begin(client, WEB)
    wait_until(lambda: "CNAME" in store.command("action", "show", "1").stdout, 30)
    for record in store.sim.control("GET", "/orders")["orders"]:
        store.sim.control("POST", "/dcv-pass", {"certificate": record["id"]})
    order.wait("valid", seconds=60)
    store.verifies(store.obtain(store.account(), WEB))
    store.stats(billable_orders=1, reissues=1)
    assert len(store.calls("CompleteCertificate")) <= 1


def reissue_in_a_setting(lab, **settings):
    store = Store(lab)
    store.sim.set(**settings)
    store.obtain(store.account(), WEB)
    for _ in range(2):
        store.verifies(store.obtain(store.account(), WEB))
    store.stats(billable_orders=1, reissues=2)
    store.sync()
    [known] = store.inventory().values()
    assert len(known["certificates"]) == 3 and known["status"] == "issued", known


def test_reissues_when_the_new_record_says_so(lab):
    reissue_in_a_setting(lab, reissue_status_on="new", dcv_exempt_strict=True)


def test_reissues_with_links_early_and_the_other_way_around(lab):
    reissue_in_a_setting(lab, reissue_links_early=True, reissue_links_swapped=True)


def test_reissues_with_odd_answers(lab):
    reissue_in_a_setting(lab, extra_members=True, null_members=True, language="zh-CN")


def lost_answers(lab, action, kind, *more):
    """One call of the action goes wrong in that way, of an order and of its reissue."""
    store = Store(lab)
    clients = [store.account(), store.account()]
    for client in clients:
        store.sim.control("POST", "/faults", [{"match": action, "kind": kind, "times": 1, **dict(more)}])
        order = store.begin(client, WEB)
        order.wait("valid", seconds=60)
        order.download()
        store.verifies(order)
    store.stats(billable_orders=1, reissues=1)


def test_the_answer_of_a_purchase_is_lost(lab):
    lost_answers(lab, "CreateCertificate", "drop_after")


def test_the_answer_of_a_reissue_is_lost(lab):
    lost_answers(lab, "ReplaceCertificate", "drop_after")


def test_a_reissue_never_arrives(lab):
    lost_answers(lab, "ReplaceCertificate", "drop_before")


def test_answers_to_the_data_are_lost(lab):
    for action in ("ModifyCertificateAlias", "CertificateInfoSubmit", "CertificateOrderSubmit"):
        (lab.folder / action).mkdir()
    store = Store(lab)
    for number, action in enumerate(("ModifyCertificateAlias", "CertificateInfoSubmit", "CertificateOrderSubmit")):
        store.sim.control("POST", "/faults", [{"match": action, "kind": "drop_after", "times": 1}])
        store.verifies(store.obtain(store.account(), f"h{number}.{DOMAIN}"))
    store.stats(billable_orders=3, certificates=3)


def test_two_purchases_whose_answers_are_lost_part(lab):
    store = Store(lab)
    store.sim.control("POST", "/faults", [{"match": "CreateCertificate", "kind": "drop_after", "times": 2}])
    clients = [store.account(), store.account()]
    orders = [store.begin(clients[0], WEB), store.begin(clients[1], SHOP)]
    for order in orders:
        order.wait("valid", seconds=60)
        order.download()
        store.verifies(order)
    store.stats(billable_orders=2, certificates=2)


def test_a_claim_that_came_too_late_is_given_up(lab):
    """Its alias stands on a record that somebody else has filled in at the same moment: it takes the other empty one."""
    store = Store(lab)
    store.sim.control("POST", "/faults", [{"match": "CreateCertificate", "kind": "drop_after", "times": 1},
                                          {"match": "DescribeCertificates", "kind": "drop_before", "times": 0}])
    order = store.begin(store.account(), WEB)
    [reference] = wait_until(lambda: ask_store(store.server, "SELECT lower(hex(reference)) FROM action"), 30)
    other = store.sim.submitted(SHOP)
    store.sim.call("ModifyCertificateAlias", CertificateId=other, Alias=f"countersign-{reference}")
    store.sim.control("DELETE", "/faults")
    order.wait("valid", seconds=60)
    order.download()
    store.verifies(order)
    store.stats(billable_orders=2, certificates=2)


def test_what_was_never_bought_waits_for_an_operator(lab):
    store = Store(lab)
    store.sim.control("POST", "/faults", [{"match": "CreateCertificate", "kind": "drop_before", "times": 1}])
    order = store.begin(store.account(), WEB)
    wait_until(lambda: "action_in_doubt" in store.server.log(), 30)
    assert order.refresh()["status"] == "processing"
    store.stats(billable_orders=0)
    store.command("action", "resolve", "1", "--not-sent")
    order.wait("valid", seconds=60)
    store.stats(billable_orders=1, certificates=1)


def test_killed_after_the_purchase(lab):
    store = Store(lab)
    client = store.account()
    store.sim.control("POST", "/faults", [{"match": "CreateCertificate", "kind": "delay", "ms": 3000}])
    order = store.begin(client, WEB)
    wait_until(lambda: store.calls("CreateCertificate"), 30)
    store.server.kill()
    store.sim.control("DELETE", "/faults")
    store.server.start()
    client.nonces.clear()
    client.close()
    order.wait("valid", seconds=60)
    order.download()
    store.verifies(order)
    store.stats(billable_orders=1, certificates=1)


def test_what_fails_is_told(lab):
    store = Store(lab, "--set", "blocked_words=bank", "--set", "purchases_max=2", standing=True)
    client = store.account()
    order = store.begin(client, f"bank.{DOMAIN}")
    order.wait("invalid", seconds=60)
    assert "failed at Tencent Cloud" in order.body["error"]["detail"], order.body

    # A CSR with another name as its subject is refused before anything is paid.
    order = store.begin(client, WEB, SHOP)
    order.wait("invalid", seconds=60)
    store.stats(billable_orders=1)

    # The vendor wants a common name: refused after the purchase, whose slot the next order uses.
    store.sim.set(csr_needs_common_name=True)
    order = store.begin(client, WEB)
    order.wait("invalid", seconds=60)
    assert order.body["error"]["type"].endswith(("badCSR", "serverInternal")), order.body
    store.stats(billable_orders=2)
    store.sync()
    store.verifies(store.obtain(client, WEB, common_name=WEB))
    store.stats(billable_orders=2)

    # No more money.
    order = store.begin(client, SHOP, common_name=SHOP)
    order.wait("invalid", seconds=60)
    assert "balance" in order.body["error"]["detail"], order.body


def test_revocation(lab):
    store = Store(lab)
    client = store.account()
    order = store.obtain(client, WEB)
    [root] = store.inventory()
    client.revoke(order.der(), reason=1).ok()
    wait_until(lambda: store.sim.status(root) == 9, 30)
    shown = wait_until(lambda: "within 3 days" in (text := store.command("certificate", "show", "1").stdout) and text, 30)
    assert DOMAIN in shown, shown
    store.sim.control("POST", "/dcv-pass", {"certificate": root})
    wait_until(lambda: store.sim.status(root) == 10, 30)
    store.stats(revocations=1)
    store.sync()
    assert store.inventory()[root]["status"] == "revoked"


def test_an_original_and_its_reissue_are_revoked_together_only_by_an_operator(lab):
    store = Store(lab)
    first, second = store.account(), store.account()
    store.obtain(first, WEB)
    order = store.obtain(second, WEB)
    second.revoke(order.der(), reason=4).ok()
    shown = wait_until(lambda: "only together" in (text := store.command("certificate", "show", "2").stdout) and text, 30)
    [root] = store.inventory()
    assert root in shown, shown
    store.stats(revocations=0)


def test_what_was_reissued_and_revoked_is_bought_anew(lab):
    """WoTrus revokes one by one, and reissues nothing twice: of an original whose reissue is gone nothing more comes."""
    store = Store(lab, product="25")
    store.obtain(store.account(), WEB)
    store.obtain(store.account(), WEB)
    newest = store.sim.control("GET", "/orders")["orders"][-1]["id"]
    store.sim.call("RevokeCertificate", CertificateId=newest, Reason="x")
    store.sim.control("POST", "/approve", {"certificate": newest})
    assert store.sim.status(newest) == 10

    # Not known here yet: the order does not wait for ever.
    order = store.begin(store.account(), WEB)
    order.wait("invalid", seconds=30)
    assert "reissues it no more" in order.body["error"]["detail"], order.body
    store.sync()
    store.verifies(store.obtain(store.account(), WEB))
    store.stats(billable_orders=2, reissues=1)


def test_inventory(lab):
    store = Store(lab)
    store.sim.control("POST", "/orders", {"product": int(SINGLE), "names": ["n{n}.tailorbird.example"], "count": 300})
    portal = store.sim.bought(f"portal.{DOMAIN}", product=14, organization="Tailorbird Ltd")
    said = store.sync()
    assert "the whole inventory read; 301 orders" in said, said
    known = store.inventory()
    assert len(known) == 301, len(known)
    order = known[portal]
    assert order["names"] == [f"portal.{DOMAIN}"] and order["status"] == "issued" and order["validation"] == "OV", order
    assert order["product"] == "14" and order["brand"] == "trustasia", order
    said = store.sync()
    assert "what has changed read" in said, said

    # Bought in the portal, reissued here.
    store.stats(reissues=0)
    store.sim.call("RevokeCertificate", CertificateId=portal, Reason="x")
    store.sync()
