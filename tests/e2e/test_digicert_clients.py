"""certbot and lego in front of DigiCert CertCentral (the simulator): what each run of theirs was decided to be, by which rule,
what it cost at the vendor, and that the chain which the client keeps is the vendor's, for its names and its key."""
import concurrent.futures
import datetime
import json
import re
import shlex

from certcentral import CertCentral
from clients import ask_store, env, webroot
from lab import TOP, wait_until
from test_digicert import NAMES, Shop

DAY = 86400
ZONE = """
$TTL 1
@   SOA ns hostmaster 1 3600 600 86400 1
@   NS  ns
ns  A   127.0.0.1
*   A   127.0.0.1
"""


class Desk(Shop):
    """A shop whose customers prove their names by http-01."""

    def __init__(self, lab, **more):
        resolver = f"127.0.0.1@{lab.start_knot({'tailorbird.example': ZONE}, name='tailorbird')[0]}"
        super().__init__(lab, config={"validation": {"resolvers": [resolver]}}, **more)
        self.root = webroot(lab)
        (lab.folder / "vendor-ca.pem").write_text(self.vendor.control("GET", "/ca")["root"])

    def binding(self, tenant="web", *words):
        return json.loads(self.command("eab", "create", "--tenant", tenant, "--json", *words).stdout)

    def decided(self, outcome, rule, target=None):
        """The newest order was decided to be this, by this rule: the order as `order show` has it."""
        newest = json.loads(self.command("order", "list", "--limit", "1", "--json").stdout)["orders"][0]["id"]
        shown = json.loads(self.command("order", "show", str(newest), "--json").stdout)
        document = shown["decision"]["document"]
        got = document["outcome"], document["rule"], document["target"] and int(document["target"])
        assert got == (outcome, rule, target), document
        return shown

    def numbers(self):
        """The vendor's orders, oldest first."""
        return sorted(order["id"] for order in self.vendor.control("GET", "/orders")["orders"])

    def checked(self, folder, names):
        """The serial of the certificate in certbot's or lego's files, verified from the vendor's root for its names and key."""
        leaf, chain, key = folder
        for name in names:
            self.server.openssl("verify", "-CAfile", self.lab.folder / "vendor-ca.pem", "-untrusted", chain, "-purpose", "sslserver",
                                "-verify_hostname", name, leaf)
        assert self.server.openssl("x509", "-in", leaf, "-noout", "-pubkey") == self.server.openssl("pkey", "-in", key, "-pubout")
        text = self.server.openssl("x509", "-in", leaf, "-noout", "-ext", "subjectAltName")
        assert sorted(re.findall(r"DNS:([^,\s]+)", text)) == sorted(names), text
        return self.server.openssl("x509", "-in", leaf, "-noout", "-serial").strip()


class Machine:
    """A machine with one client on it, and its own account of the tenant."""

    def __init__(self, desk, name, tenant="web"):
        self.desk, self.lab, self.server = desk, desk.lab, desk.server
        self.folder = desk.lab.folder / name
        self.eab = desk.binding(tenant)
        self.directory = desk.server.directory


class Certbot(Machine):
    def certbot(self, *words, check=True):
        return self.lab.run(["certbot", *words, "--non-interactive", "--config-dir", self.folder, "--work-dir", self.folder / "work",
                             "--logs-dir", self.folder / "logs"], check, env=env(REQUESTS_CA_BUNDLE=str(self.server.ca)))

    def certonly(self, *words, check=True):
        return self.certbot("certonly", "--server", self.directory, "--webroot", "--webroot-path", self.desk.root, "--agree-tos",
                            "--register-unsafely-without-email", "--eab-kid", self.eab["kid"], "--eab-hmac-key", self.eab["key"], *words,
                            check=check)

    def checked(self, names):
        live = self.folder / "live" / names[0]
        return self.desk.checked((live / "cert.pem", live / "chain.pem", live / "privkey.pem"), names)

    def obtain(self, *names):
        self.certonly("--cert-name", names[0], "--force-renewal", "--renew-with-new-domains",
                      *[word for name in names for word in ("--domain", name)])
        return self.checked(names)

    def renew(self, *names):
        self.certbot("renew", "--force-renewal", "--no-random-sleep-on-renew")
        return self.checked(names)

    def said(self):
        return "".join(file.read_text() for file in (self.folder / "logs").glob("letsencrypt.log*"))


class Lego(Machine):
    def lego(self, *names, command):
        self.lab.run(["lego", "--path", self.folder, "--server", self.directory, "--email", "admin@tailorbird.example", "--accept-tos",
                      "--eab", "--kid", self.eab["kid"], "--hmac", self.eab["key"], "--http", "--http.webroot", self.desk.root,
                      *[word for name in names for word in ("--domains", name)], *command],
                     env=env(LEGO_CA_CERTIFICATES=str(self.server.ca)))
        made = self.folder / "certificates" / names[0]
        return self.desk.checked((f"{made}.crt", f"{made}.issuer.crt", f"{made}.key"), names)

    def obtain(self, *names):
        return self.lego(*names, command=["run"])

    def renew(self, *names):
        return self.lego(*names, command=["renew", "--days", "4000", "--no-random-sleep"])


def test_two_servers_of_a_tenant(lab):
    desk = Desk(lab)
    first, second = Certbot(desk, "first"), Lego(desk, "second")
    serials = {first.obtain(*NAMES)}
    desk.decided("NEW", "no-match")
    desk.stats(billable_orders=1, reissues=0, duplicates=0)
    [number] = desk.numbers()

    serials.add(second.obtain(*NAMES))
    shown = desk.decided("DUPLICATE", "DC-TLS-DUP-6", number)
    assert shown["decision"]["document"]["effects"]["cost"] == "free", shown
    desk.stats(billable_orders=1, reissues=0, duplicates=1)

    serials.add(first.renew(*NAMES))
    desk.decided("REISSUE", "DC-TLS-REI-3", number)
    desk.stats(billable_orders=1, reissues=1, duplicates=1)
    serials.add(second.renew(*NAMES))
    desk.decided("REISSUE", "DC-TLS-REI-3", number)
    desk.stats(billable_orders=1, reissues=2, duplicates=1)

    # A name less: as a reissue it would revoke what the other server has.
    serials.add(first.obtain(NAMES[0]))
    desk.decided("NEW", "no-match")
    desk.stats(billable_orders=2, reissues=2, duplicates=1, revocations=0)
    assert desk.revoked() == [] and len(serials) == 5
    desk.vendor.advance(4 * DAY)    # nor does anything come of it later
    assert desk.revoked() == []


def shown_to_the_vendor(desk, obtain, *names):
    """What a client obtains while the customer shows DigiCert control of the names, as a DV product wants it each time."""
    with concurrent.futures.ThreadPoolExecutor() as other:
        done = other.submit(obtain, *names)
        wait_until(lambda: ask_store(desk.server, "SELECT state FROM action ORDER BY id DESC LIMIT 1") == ["pending"], 30)
        desk.vendor.control("POST", "/dcv-pass", {"order": desk.numbers()[-1]})
        return done.result()


def test_domain_validated_products_are_reissued(lab):
    desk = Desk(lab, profile={"product": "ssl_dv_geotrust_flex", "validation": "DV"})
    first, second = Certbot(desk, "first"), Lego(desk, "second")
    one = shown_to_the_vendor(desk, first.obtain, *NAMES)
    desk.decided("NEW", "no-match")
    [number] = desk.numbers()
    two = shown_to_the_vendor(desk, second.obtain, *NAMES)
    desk.decided("REISSUE", "DC-TLS-DUP-7", number)
    desk.stats(billable_orders=1, reissues=1, duplicates=0)
    assert one != two and desk.revoked() == []


def test_an_order_near_its_end_is_renewed(lab):
    """Twenty days before the end of an order that was bought in the portal."""
    desk = Desk(lab)
    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=20)
    desk.vendor.control("POST", "/orders", {
        "product": "ssl_basic", "certificate": {"common_name": NAMES[0], "dns_names": NAMES[1:]},
        "order_validity": {"custom_expiration_date": end.strftime("%Y-%m-%d")}})
    [old] = desk.numbers()
    desk.sync()

    # Somebody else's: its certificate still serves. To its holder it is not worth a reissue.
    machine = Certbot(desk, "first")
    machine.obtain(*NAMES)
    desk.decided("DUPLICATE", "DC-TLS-DUP-6", old)
    desk.stats(billable_orders=0, renewals=0)
    machine.renew(*NAMES)
    desk.decided("RENEW", "DC-TLS-REN-1", old)
    desk.stats(billable_orders=1, renewals=1, reissues=0)
    [new] = set(desk.numbers()) - {old}
    assert desk.vendor.info(new)["renewal_of_order_id"] == old

    # From now on the new order is the one.
    machine.renew(*NAMES)
    desk.decided("REISSUE", "DC-TLS-REI-3", new)
    desk.stats(billable_orders=1, renewals=1, reissues=1)


def test_a_duplicate_that_is_asked_for_by_name(lab):
    desk = Desk(lab)
    Certbot(desk, "first").obtain(*NAMES)
    [number] = desk.numbers()
    for machine in (Certbot(desk, "second"), Lego(desk, "third")):
        machine.directory = f"{desk.server.url}/acme/default/directory?action=duplicate&orderId={number}"
        machine.obtain(*NAMES)
        desk.decided("DUPLICATE", "DC-TLS-DUP-6", number)
    machine.renew(*NAMES)    # of itself the server would reissue
    desk.decided("DUPLICATE", "DC-TLS-DUP-6", number)
    desk.stats(billable_orders=1, reissues=0, duplicates=3)


def test_a_budget_of_nothing(lab):
    """What exists serves; nothing is bought."""
    desk = Desk(lab, profile={"preferences": {"budget": {"new_orders": 0, "period": "30d"}}})
    desk.vendor.control("POST", "/orders", {"product": "ssl_basic", "certificate": {"common_name": NAMES[0], "dns_names": NAMES[1:]}})
    desk.sync()
    machine = Certbot(desk, "first")
    machine.obtain(*NAMES)
    desk.decided("DUPLICATE", "DC-TLS-DUP-6", desk.numbers()[0])
    machine.renew(*NAMES)
    desk.decided("REISSUE", "DC-TLS-REI-3", desk.numbers()[0])
    refused = machine.certonly("--domain", "new.tailorbird.example", check=False)
    assert refused.returncode != 0 and "rateLimited" in machine.said() and "budget" in machine.said(), refused.stdout
    desk.decided("DENY", "budget")
    desk.stats(orders=0, billable_orders=0, duplicates=1, reissues=1)


class Patient(Certbot):
    """certbot that asks for one key again and again, and waits for some seconds each time."""

    def __init__(self, desk, name):
        super().__init__(desk, name)
        self.key, self.csr = self.lab.folder / f"{name}.key", self.lab.folder / f"{name}.csr"
        self.lab.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.key,
                      "-out", self.csr, "-subj", "/", "-addext", "subjectAltName=" + ",".join(f"DNS:{name}" for name in NAMES)])
        self.made = [self.lab.folder / f"{name}-{what}.pem" for what in ("leaf", "rest", "whole")]

    def ask(self, seconds=4):
        """Whether it has a certificate now."""
        for file in self.made:
            file.unlink(missing_ok=True)
        done = self.certonly("--csr", self.csr, "--issuance-timeout", str(seconds), "--cert-path", self.made[0],
                             "--chain-path", self.made[1], "--fullchain-path", self.made[2], check=False)
        if done.returncode != 0:
            return False
        self.desk.checked((self.made[0], self.made[1], self.key), NAMES)
        return True



def pending(desk):
    wait_until(lambda: "pending" in ask_store(desk.server, "SELECT state FROM action ORDER BY id DESC LIMIT 1"), 30)


def test_an_approval_of_days(lab):
    desk = Desk(lab, skip_approval=False)
    patient, other = Patient(desk, "patient"), Patient(desk, "other")
    assert not patient.ask()
    desk.decided("NEW", "no-match")
    [number] = desk.numbers()
    for _ in range(2):
        assert not patient.ask()    # the same key: it joins
        shown = desk.decided("ADOPT", "adopt", number)
        assert shown["status"] == "processing" and shown["action"]["adopts"] == 1, shown
    assert not other.ask()    # another key: what is right cannot be done yet
    desk.decided("WAIT", "DC-TLS-REI-1")
    told = [int(seconds) for seconds in re.findall(r"^Retry-After: (\d+)", patient.said(), re.MULTILINE)]
    assert 5 <= max(told) <= 3600, told
    desk.stats(billable_orders=1, duplicates=0, reissues=0)

    # However often it is looked at, nothing is sent until somebody has approved.
    desk.wakes_up()
    desk.stats(billable_orders=1, duplicates=0, reissues=0)
    desk.vendor.control("POST", "/approve", {"order": number})
    desk.wakes_up()
    wait_until(lambda: ask_store(desk.server, "SELECT count(*) FROM orders WHERE status = 'valid'") == [3], 60)
    assert patient.ask()
    desk.decided("REUSE", "reuse", number)

    # The order exists: the other key gets its duplicate, which is approved in its turn.
    wait_until(lambda: "pending" in ask_store(desk.server, "SELECT state FROM action"), 60)
    shown = json.loads(desk.command("order", "show", "4", "--json").stdout)
    assert shown["decision"]["document"]["outcome"] == "DUPLICATE" and shown["action"]["vendor_order"] == str(number), shown
    assert not other.ask()
    desk.decided("ADOPT", "adopt", number)
    desk.vendor.control("POST", "/approve", {"order": number})
    desk.wakes_up()
    wait_until(lambda: ask_store(desk.server, "SELECT count(*) FROM orders WHERE status = 'processing'") == [0], 60)
    assert other.ask()
    desk.decided("REUSE", "reuse", number)
    desk.stats(billable_orders=1, duplicates=1, reissues=0)


def test_another_key_waits_for_what_the_policy_says(lab):
    """The operator prefers reissues; how long each client is told to wait is when the server itself looks again."""
    shop = Shop(lab, profile={"preferences": {"additional_holder": "reissue"}}, skip_approval=False)
    orders = [shop.begin(shop.account(), *NAMES) for _ in range(2)]
    assert ask_store(shop.server, "SELECT outcome FROM decision ORDER BY order_id") == ["NEW", "WAIT"]
    for number, order in enumerate(orders, 1):
        action = json.loads(shop.command("order", "show", str(number), "--json").stdout)["action"]
        left = datetime.datetime.fromisoformat(action["next"].replace("Z", "+00:00")) - datetime.datetime.now(datetime.timezone.utc)
        told = order.client.post(order.url).ok().retry_after()
        assert abs(told - left.total_seconds()) < 3, (told, action)

    for number, order in enumerate(orders, 1):
        wait_until(lambda: ask_store(shop.server, f"SELECT state FROM action WHERE order_id = {number}") == ["pending"], 30)
        shop.vendor.control("POST", "/approve", {"order": shop.vendor.control("GET", "/orders")["orders"][0]["id"]})
        shop.wakes_up()
        order.wait("valid", seconds=60)
        order.download()
        shop.verifies(order)
    document = json.loads(shop.command("order", "show", "2", "--json").stdout)["decision"]["document"]
    assert document["outcome"] == "REISSUE", document
    shop.stats(billable_orders=1, reissues=1, duplicates=0)
    assert shop.revoked() == []


def test_a_rejection_is_told_to_certbot(lab):
    desk = Desk(lab, skip_approval=False)
    patient = Patient(desk, "patient")
    with concurrent.futures.ThreadPoolExecutor() as other:
        asking = other.submit(patient.ask, 80)
        pending(desk)
        [number] = desk.numbers()
        desk.vendor.control("POST", "/reject", {"order": number, "comment": "No budget this year"})
        assert not asking.result()
    desk.decided("NEW", "no-match")
    assert "No budget this year" in patient.said(), patient.said()[-3000:]
    desk.stats(billable_orders=0)


def test_the_page_for_operators(lab):
    """docs/vendors/digicert.md in front of the simulator: its configuration is good, and its commands do what they are there for."""
    page = (TOP / "docs" / "vendors" / "digicert.md").read_text()
    vendor = CertCentral(lab)
    key, config = lab.folder / "api.key", re.search(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)[1]
    key.write_text("sim-admin\n")
    key.chmod(0o600)
    config = config.replace("/etc/countersign/digicert.key", str(key)).replace(
        "    type: digicert\n", f"    type: digicert\n    url: {vendor.url}/services/v2\n    ca_file: {vendor.ca_file}\n")
    server = lab.server(start=False)
    file = server.write_config()
    file.write_text(file.read_text() + config)
    server.write_config = lambda: file
    server.start()

    said = {}
    for line in re.findall(r"^    (countersign .*|curl http://127.*)$", page, re.MULTILINE):
        words = shlex.split(line.replace("127.0.0.1:8444", f"127.0.0.1:{vendor.control_port}"))
        if words[0] == "countersign" and words[1] != "serve":
            done = lab.run([lab.binary, *words[1:]], False, cwd=server.folder)
            assert done.returncode == 0 or words[2] == "resolve" and "no such action" in done.stdout, done.stdout
            said[" ".join(words[1:3])] = done.stdout
        elif words[0] == "curl":
            lab.run([words[0], "--silent", "--fail", "--noproxy", "*", *words[1:]])
    assert {"check --config", "eab create", "inventory sync", "inventory list", "policy explain", "action list", "action resolve"} <= set(said), said
    assert "tailorbird.example" in said["inventory list"] and "the organisation" in said["inventory list"], said
    assert "\nNEW: a new order\n" in said["policy explain"], said
    [portal] = vendor.control("GET", "/orders")["orders"]
    assert portal["certificates"][0]["status"] == "issued", portal
