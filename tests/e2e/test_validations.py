"""Validations that end before renewals would need them: people are told in time, and domains are validated anew in advance, without
any order. Two clocks move together: the simulated CertCentral's, and the server's (libfaketime); that of the DNS server, too,
since it looks at the dates of signatures."""
import datetime
import json
import re

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from clients import ask_store
from lab import ZONES, free_port, wait_until
from test_digicert import DAY, NAMES, Shop, inventory
from test_domain_validation import HOOK, hook, records, updates

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
DOMAIN = "tailorbird.example"    # which the account has validated


def environment(lab):
    """In which days pass as the file says."""
    return {"LD_PRELOAD": FAKETIME, "FAKETIME_TIMESTAMP_FILE": str(lab.folder / "time"), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "ASAN_OPTIONS": "verify_asan_link_order=0"}


def timed_dns(lab):
    """The lab's DNS server, among those whose days pass."""
    (lab.folder / "time").write_text("+0d\n")
    lab._dns = "127.0.0.1@%d" % lab.start_knot(ZONES, wrapper=in_time(lab))[0]


def in_time(lab):
    return ["env", *(f"{name}={value}" for name, value in environment(lab).items())]


def lasting_tls(lab):
    """A certificate for localhost that clients, whose days do not pass, believe as well: (the CA's file, the configuration)."""
    now, one, key = datetime.datetime.now(datetime.timezone.utc), datetime.timedelta(days=1), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(now - one).not_valid_after(now + 3650 * one)
                   .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False).sign(key, hashes.SHA256()))
    chain, key_file = lab.folder / "localhost.pem", lab.folder / "localhost.key"
    chain.write_bytes(certificate.public_bytes(Encoding.PEM))
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return chain, {"tls": {"certificate": str(chain), "key": str(key_file)}}


class TimedShop(Shop):
    """A shop whose days can pass. The domain's validation lasts for 60 days."""

    def __init__(self, lab, *more_words, validation=None, config=None, **more):
        if lab._dns is None:
            timed_dns(lab)
        ca, tls = lasting_tls(lab)
        self.days = 0
        self.time = lab.folder / "time"
        super().__init__(lab, words=("--dns", lab.dns, *more_words), poll_interval="1s", domain_validation=validation or {},
                         start=False, config={**tls, **(config or {})}, **more)
        self.server.ca = ca
        self.server.environment = environment(lab)
        self.server.start()
        self.vendor.set(domain_reuse_days=60)
        self.vendor.control("POST", "/dcv-pass", {"domain": DOMAIN})

    def pass_days(self, days):
        """At the vendor first: the server must not see an end that the vendor has not come to."""
        self.days += days
        self.vendor.advance(days * DAY)
        self.time.write_text(f"+{self.days}d\n")

    def lapses(self):
        """What `inventory list` marks, as JSON says it."""
        shown = json.loads(self.command("inventory", "list", "--json").stdout)
        return [lapse for known in shown["inventories"] if known["upstream"] == "dc" for lapse in known.get("lapses", [])]

    def until(self, domain=DOMAIN):
        return ask_store(self.server, f"SELECT until_s FROM inventory_domain WHERE name = '{domain}'")[0]

    def days_left(self, domain=DOMAIN):
        now = self.vendor.control("GET", "/clock")["now_s"]
        return round((self.until(domain) - now) / DAY, 1)

    def alarms(self, what=None):
        found = re.findall(r"(warning|error) validation_lapses (.*)", self.server.log())
        return [(level, line) for level, line in found if what is None or f"what={what} " in line]

    def calls(self, match):
        return len(self.vendor.control("GET", f"/calls?match={match}")["calls"])


def wait_alarms(shop, count, what=None):
    wait_until(lambda: len(shop.alarms(what)) >= count, 15, f"alarm {count}")
    assert len(shop.alarms(what)) == count, shop.alarms()


def next_day(shop):
    """A day passes, and the server has looked."""
    shop.pass_days(1)
    looked_at = "SELECT run_at_ms FROM job WHERE kind = 'validations'"
    before = ask_store(shop.server, looked_at)
    wait_until(lambda: ask_store(shop.server, looked_at) > before, 15, "the daily look")


def test_people_are_told_in_time(lab):
    """Nobody here publishes: an alarm for each validation that renewals need, once a day, from 30 days before its end on."""
    shop = TimedShop(lab)
    shop.obtain(shop.account(), *NAMES)
    shop.sync()
    next_day(shop)
    assert shop.alarms() == [] and shop.lapses() == []
    shop.pass_days(28)
    next_day(shop)    # 30 days are left
    wait_alarms(shop, 1)
    [(level, line)] = shop.alarms()
    assert level == "warning" and f"upstream=dc what=domain name={DOMAIN} until=" in line and "certificates=1 next_renewal=" in line, line

    # Not again on the same day, whatever happens.
    shop.wakes_up()
    shop.server.kill()
    shop.server.start()
    shop.sync()
    shop.sync("--full")
    assert len(shop.alarms()) == 1, shop.alarms()
    next_day(shop)
    wait_alarms(shop, 2)

    # The list and the order show it.
    [lapse] = shop.lapses()
    assert (lapse["what"], lapse["name"], lapse["certificates"], lapse["renewing"]) == ("domain", DOMAIN, 1, False), lapse
    until = datetime.datetime.fromisoformat(lapse["until"])
    assert until.timestamp() == shop.until() and datetime.datetime.fromisoformat(lapse["next_renewal"]) >= until, lapse
    for words in (("list",), ("show", str(shop.vendor.control("GET", "/orders")["orders"][0]["id"]))):
        shown = shop.command("inventory", *words).stdout
        [line] = [line for line in shown.splitlines() if line.endswith(lapse["next_renewal"]) and DOMAIN in line]
        assert "LAPSES before 1 certificate renews, the first from " in line, shown
        item = json.loads(shop.command("inventory", *words, "--json").stdout)
        assert (item["inventories"][-1]["lapses"] if words == ("list",) else item["orders"][0]["lapses"]) == [lapse], item

    # When it has lapsed that is an error; and the end of all when somebody validates it.
    shop.pass_days(29)
    next_day(shop)
    wait_until(lambda: shop.alarms()[-1][0] == "error", 15, "the alarm of what has lapsed")
    shop.vendor.control("POST", "/dcv-pass", {"domain": DOMAIN})
    shop.sync()
    count = len(shop.alarms())
    next_day(shop)
    assert len(shop.alarms()) == count and shop.lapses() == []
    assert shop.calls("PUT%20*domain*") == 0, "something was done at the vendor"
    shop.stats(billable_orders=1, reissues=0)


def test_what_nobody_needs_is_not_told(lab):
    """A domain without certificates, and one whose certificate is renewed before the end."""
    shop = TimedShop(lab, validation_alarm="365d")
    shop.sync()
    next_day(shop)
    assert shop.alarms("domain") == [], shop.alarms()
    shop.obtain(shop.account(), NAMES[0])
    shop.sync()
    next_day(shop)
    wait_alarms(shop, 1, "domain")


def test_the_organization_and_what_is_imported(lab):
    """The organization's validation, and those of orders as a file tells them; at an embedded CA in rehearsal, too."""
    shop = TimedShop(lab)
    shop.obtain(shop.account(), *NAMES)
    shop.sync()
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    stamp = lambda days: (now + datetime.timedelta(days=days)).isoformat().replace("+00:00", "Z")
    order = {"status": "issued", "validation": "OV", "certificates": [{"id": "c1", "not_before": stamp(-100), "not_after": stamp(99)}]}
    file = lab.folder / "more.json"
    file.write_text(json.dumps({
        "validations": {"organization_until": stamp(20), "domains": [{"name": "weaver.example", "until": stamp(10)}]},
        "orders": [{"id": "i1", "names": ["www.weaver.example", "ftp.weaver.example"], **order},
                   {"id": "i2", "names": ["x.weaver.example"], **order, "validation": "DV"},
                   {"id": "i3", "names": ["y.weaver.example"], **order, "status": "revoked"},
                   {"id": "i4", "names": ["unweaver.example"], "domain_validation_until": stamp(5),
                    "organization_validation_until": stamp(200), **order}]}))
    shop.command("inventory", "import", str(file), "--upstream", "dc")
    wait_alarms(shop, 3)
    told = {(re.search(r"what=(\S+)", line)[1], (re.search(r"\bname=(\S*)", line) or [0, ""])[1], re.search(r"certificates=(\d+)", line)[1])
            for _, line in shop.alarms()}
    assert told == {("organization", '""', "3"), ("domain", "weaver.example", "1"), ("order_domain", "i4", "1")} or \
        told == {("organization", "", "3"), ("domain", "weaver.example", "1"), ("order_domain", "i4", "1")}, told
    shown = shop.command("inventory", "show", "i4").stdout
    assert re.search(r"domains:  LAPSES before 1 certificate renews", shown), shown
    shown = shop.command("inventory", "list").stdout
    assert re.search(r"the organisation  LAPSES before 3 certificates renew, the first from", shown), shown


def validated_in_advance(lab, shop):
    """From the first order to a reissue after the day on which the domain's validation would have ended."""
    client = shop.account()
    shop.obtain(client, *NAMES)
    shop.sync()
    shop.pass_days(13)
    next_day(shop)
    assert shop.days_left() == 46.0 and shop.calls("PUT%20*domain*") == 0, shop.days_left()
    next_day(shop)
    wait_until(lambda: "validation_renewed" in shop.server.log(), 30, "the validation in advance")
    wait_until(lambda: 59.9 < shop.days_left() <= 60, what="the new end")
    assert shop.days_left() == shop.vendor_days_left(), shop.days_left()
    wait_until(lambda: ask_store(shop.server, "SELECT count(*) FROM vendor_proof") == [0], what="the proof's end")
    assert shop.calls("PUT%20*validate-token") == 1
    [domain] = [line for line in shop.command("inventory", "list").stdout.splitlines() if line.endswith(f"  {DOMAIN}")]
    assert datetime.datetime.fromtimestamp(shop.until(), datetime.timezone.utc).strftime("%Y-%m-%d") in domain, domain
    assert shop.alarms("domain") == []

    # 50 days later the first validation would have been over for five.
    shop.pass_days(49)
    next_day(shop)
    wait_until(lambda: shop.server.log().count("validation_renewed") == 2, 30, "the next one")
    client.nonces.clear()
    order = shop.obtain(client, *NAMES)
    assert order.status == "valid"
    shop.stats(billable_orders=1, reissues=1, orders=1)
    assert shop.alarms("domain") == []


def renewing(lab, validation, *words, **more):
    shop = TimedShop(lab, *words, validation=validation, **more)
    shop.vendor_days_left = lambda: vendor_days_left(shop)
    return shop


def vendor_days_left(shop):
    [domain] = [d for d in shop.vendor.ok("GET", "/domain?include_dcv=true")["domains"] if d["name"] == DOMAIN]
    until = datetime.datetime.fromisoformat(domain["dcv_expiration_datetime"]).timestamp()
    return round((until - shop.vendor.control("GET", "/clock")["now_s"]) / DAY, 1)


def test_by_dns_update(lab):
    """A TXT record by DNS UPDATE; nothing of it stays in the zone."""
    timed_dns(lab)
    shop = renewing(lab, updates(lab))
    validated_in_advance(lab, shop)
    wait_until(lambda: records(lab, DOMAIN) == [], what="the record's end")
    assert shop.server.log().count("proof_removed") == 2


def test_by_a_program(lab):
    timed_dns(lab)
    shop = renewing(lab, hook(lab, HOOK.replace("knsupdate", " ".join(in_time(lab)) + " knsupdate")))
    validated_in_advance(lab, shop)
    wait_until(lambda: records(lab, DOMAIN) == [], what="the record's end")


def test_by_files(lab):
    """The vendor fetches a file from the domain, which an address record leads to us."""
    timed_dns(lab)
    port = free_port()
    host, dns_port = lab.dns.split("@")
    lab.run(["sh", "-c", f"printf 'server {host} {dns_port}\\nzone example.\\nupdate add {DOMAIN}. 1 A 127.0.0.1\\nsend\\n'"
             f" | knsupdate -y hmac-sha256:lab:{lab.dns_secret}"])
    shop = renewing(lab, {"method": "http"}, "--http-port", str(port), dcv_method="http-token",
                    config={"listen": {"domain_validation": f"127.0.0.1:{port}"}})
    validated_in_advance(lab, shop)


def begin(shop):
    """Up to the day on which the validation is to be renewed."""
    shop.obtain(shop.account(), *NAMES)
    shop.sync()
    shop.pass_days(15)
    next_day(shop)


def test_kill_9_between_publishing_and_proving(lab):
    timed_dns(lab)
    shop = renewing(lab, updates(lab))
    shop.vendor.control("POST", "/faults", [{"match": "PUT *validate-token", "kind": "delay", "ms": 5000}])
    begin(shop)
    wait_until(lambda: len(records(lab, DOMAIN)) == 1, 15, "the record")
    wait_until(lambda: ask_store(shop.server, "SELECT state FROM vendor_proof") == ["published"], what="its row")
    shop.server.kill()
    shop.server.start()
    wait_until(lambda: "validation_renewed" in shop.server.log(), 30, "the validation in advance")
    wait_until(lambda: "proof_removed" in shop.server.log(), what="the record's end")
    wait_until(lambda: records(lab, DOMAIN) == [] and 59 < shop.days_left() <= 60, what="the new end")
    shop.stats(billable_orders=1, reissues=0)


def test_what_does_not_succeed_is_told(lab):
    """The key may not touch domains: told with the reason, once a day, tried once a day, and done when it may."""
    timed_dns(lab)
    shop = renewing(lab, updates(lab))
    shop.vendor.control("POST", "/faults", [{"match": "PUT *dcv/method", "kind": "status", "code": 403, "times": 0}])
    begin(shop)
    wait_until(lambda: "validation_not_renewed " in shop.server.log(), 15, "the refusal")
    assert shop.calls("PUT%20*dcv/method") == 1 and shop.lapses() == [], shop.lapses()
    shop.pass_days(14)
    next_day(shop)    # 30 days are left
    wait_alarms(shop, 1, "domain")
    assert "our account at DigiCert may not do this" in shop.alarms("domain")[0][1], shop.alarms()
    [lapse] = shop.lapses()
    assert "may not do this" in lapse["trouble"], lapse
    assert "; our account at DigiCert may not do this" in shop.command("inventory", "list").stdout
    shop.wakes_up()
    shop.sync()
    assert shop.calls("PUT%20*dcv/method") <= 2, "it is tried again and again"
    shop.vendor.control("DELETE", "/faults")
    next_day(shop)
    wait_until(lambda: "validation_renewed" in shop.server.log() and shop.lapses() == [], 30, "the validation in advance")


def test_what_the_vendor_does_not_see_is_given_up(lab):
    """It looks in vain for most of a day; then the record is taken back, and it is begun anew with another one."""
    timed_dns(lab)
    shop = renewing(lab, updates(lab))
    shop.vendor.control("POST", "/faults", [{"match": "PUT *validate-token", "kind": "status", "code": 400, "times": 0}])
    begin(shop)
    wait_until(lambda: "validation_not_renewed_yet" in shop.server.log(), 15, "the vendor's first look")
    [first] = records(lab, DOMAIN)
    next_day(shop)
    wait_until(lambda: "validation_not_renewed " in shop.server.log(), 40, "the end of trying")
    wait_until(lambda: first not in records(lab, DOMAIN), 15, "the record's end")
    shop.vendor.control("DELETE", "/faults")
    wait_until(lambda: "validation_renewed" in shop.server.log(), 60, "the validation in advance")
    wait_until(lambda: records(lab, DOMAIN) == [], 15, "the other record's end")


def test_nothing_is_done_where_it_is_not_wished(lab):
    timed_dns(lab)
    shop = renewing(lab, updates(lab, renew_before=0))
    begin(shop)
    shop.pass_days(14)
    next_day(shop)    # 30 days are left: nobody renews it
    wait_alarms(shop, 1, "domain")
    assert shop.calls("PUT%20*domain*") == 0
