"""DigiCert's client certificates behind the server: addresses of mail by ACME, people who follow links, and what it costs. The
vendor is the simulator (docs/vendorsim.md)."""
import datetime
import glob
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from acme_client import Client, make_binding, make_csr, read_chain
from certcentral import CertCentral, ORGANIZATION, pem_csr
from clients import create_eab
from lab import Skip, wait_until

ANN = "ann@tailorbird.example"
PERSON = ("--given-name", "Ann", "--surname", "Vos")


class Post:
    """A server whose profile for mail is bought at the simulated CertCentral."""

    def __init__(self, lab, product="secure_email_mailbox", words=(), profile=None, config=None, **upstream):
        self.lab = lab
        self.vendor = CertCentral(lab, *words)
        key_file = lab.folder / "api.key"
        key_file.write_text("sim-admin\n")
        key_file.chmod(0o600)
        self.server = lab.server({
            "upstreams": [
                {"name": "house", "type": "local"},
                {"name": "dc", "type": "digicert", "rules": "digicert-client", "url": f"{self.vendor.url}/services/v2",
                 "ca_file": str(self.vendor.ca_file), "api_key_file": str(key_file), "organization_id": str(ORGANIZATION),
                 "timeout": "20s", "poll_interval": "1s", "sync": 0, **upstream}],
            "profiles": [{"name": "web", "upstream": "house"},
                         {"name": "mail", "upstream": "dc", "product": product, **(profile or {})}],
            **(config or {})})

    def command(self, *words, check=True):
        return self.lab.run([self.lab.binary, *words, "--config", self.server.folder / "countersign.yaml"], check,
                            cwd=self.server.folder)

    def account(self, *words, tenant="people"):
        client = Client(self.server)
        eab = create_eab(self.lab, self.server, "--tenant", tenant, "--name", "tailorbird.example", "--name", "gmail.com",
                         "--prevalidated", *words)
        client.register(externalAccountBinding=make_binding(client, eab))
        return client

    def begin(self, client, *emails, key=None, **csr):
        order = client.new_order(list(emails))
        assert order.status == "ready" and order.body["profile"] == "mail", order.body
        order.key, der = make_csr(**{"names": order.names(), "key": key, **csr})
        order.take(order.finalize(csr=der).ok().json())
        return order

    def orders(self):
        return self.vendor.control("GET", "/orders")["orders"]

    def waiting(self):
        """The vendor's order that waits for links."""
        def find():
            return next((order["id"] for order in self.orders() if order["status"] in ("pending", "reissue_pending")), None)
        wait_until(find, 20 * self.lab.patience, "an order that waits")
        return find()

    def follow(self, order):
        self.vendor.control("POST", "/mail-follow", {"order": self.waiting()})
        order.wait("valid", seconds=30)
        order.chain = read_chain(order.client.post(order.body["certificate"]).ok().body)    # DigiCert writes it in lower case
        names = order.chain[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert sorted(names.get_values_for_type(x509.RFC822Name)) == sorted(name.lower() for name in order.names())
        assert order.chain[0].public_key().public_numbers() == order.key.public_key().public_numbers()
        return order

    def stats(self, **expected):
        stats = self.vendor.control("GET", "/stats")
        assert {name: stats[name] for name in expected} == expected, stats


def test_a_mailbox_is_bought_and_reissued(lab):
    post = Post(lab)
    client = post.account()
    order = post.begin(client, ANN, "ann.vos@tailorbird.example")
    post.waiting()
    wait_until(lambda: "to be followed" in post.command("order", "show", order.url).stdout, 15 * lab.patience, "what is waited for")
    shown = post.command("order", "show", order.url).stdout
    assert "ann.vos@tailorbird.example" in shown and ANN in shown, shown
    assert order.refresh()["status"] == "processing"
    post.vendor.control("POST", "/mail-follow", {"order": post.waiting(), "email": ANN})
    wait_until(lambda: ANN + "," not in post.command("order", "show", order.url).stdout.split("decided")[0], 15 * lab.patience,
               "the other address")
    post.follow(order)
    leaf = order.chain[0]
    assert [oid.dotted_string for oid in leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value] == [
        "1.3.6.1.5.5.7.3.4"]
    post.stats(billable_orders=1, reissues=0)
    sent = post.orders()[0]
    assert sent["dcv_method"] == "email" and sent["certificates"][0]["usage"] == "dual_use", sent
    assert sent["organization"] == 0, "a mailbox has no organization"
    # The same address with a new key: a reissue, which costs nothing. Whatever the case of its letters.
    again = post.begin(client, "Ann@tailorbird.example", "ann.vos@tailorbird.example")
    post.follow(again)
    post.stats(billable_orders=1, reissues=1)
    assert again.der() != order.der()
    client.revoke(again.der()).ok()
    wait_until(lambda: any(c["status"] == "revoked" for c in post.orders()[0]["certificates"]), 20 * lab.patience, "the revocation")


def test_only_the_key_of_a_request_counts(lab):
    post = Post(lab)
    client = post.account()
    order = post.begin(client, ANN, names=[], subject={"CN": "Somebody Else", "O": "Elsewhere Inc", "EMAIL": "x@else.example"})
    post.follow(order)
    assert "Elsewhere" not in order.chain[0].subject.rfc4514_string() and ANN in order.chain[0].subject.rfc4514_string()
    wrong = client.new_order([ANN])
    wrong.finalize(csr=make_csr(["bob@tailorbird.example"])[1]).refused(400, "badCSR", "lacks \"ann@")
    refused = client.new_order([ANN])
    refused.finalize(csr=make_csr([ANN], key=ec.generate_private_key(ec.SECP521R1()))[1])
    wait_until(lambda: refused.refresh()["status"] == "invalid", 15 * lab.patience, "the refusal")
    assert "P-384" in refused.body["error"]["detail"], refused.body
    post.stats(billable_orders=1)


def test_a_person_is_who_the_operator_says(lab):
    post = Post(lab, "secure_email_sponsor")
    nobody = post.begin(post.account(tenant="a"), ANN, subject={"CN": "Ann Vos"})
    wait_until(lambda: nobody.refresh()["status"] == "invalid", 15 * lab.patience, "the refusal")
    assert "--given-name" in nobody.body["error"]["detail"], nobody.body
    post.stats(orders=0)
    client = post.account(*PERSON, tenant="b")
    order = post.begin(client, ANN)
    post.follow(order)
    assert "CN=Ann Vos" in order.chain[0].subject.rfc4514_string()
    sent = post.orders()[0]
    assert sent["organization"] == ORGANIZATION and sent["certificates"][0]["individual"] == {"first_name": "Ann", "last_name": "Vos"}
    again = post.begin(client, ANN)
    post.follow(again)
    post.stats(billable_orders=1, reissues=1)
    # A public provider's address is not the organization's (DC-CLI-ORD-16).
    public = post.begin(client, "ann@gmail.com")
    wait_until(lambda: public.refresh()["status"] == "invalid", 15 * lab.patience, "the refusal")
    assert "secure_email_mailbox" in public.body["error"]["detail"], public.body
    post.stats(orders=1)
    bad = post.command("eab", "create", "--given-name", "Ann", check=False)
    assert bad.returncode == 1 and "both or none" in bad.stdout, bad.stdout


def test_the_vendors_mail_is_sent_again(lab):
    post = Post(lab, poll_interval="1h")
    client = post.account()
    order = post.begin(client, ANN)
    number = post.waiting()
    wait_until(lambda: "DigiCert" in post.command("order", "show", order.url).stdout, 15 * lab.patience, "the order to wait")
    said = post.command("order", "resend", order.url).stdout
    assert "on its way" in said, said
    wait_until(lambda: post.vendor.control("GET", "/mail-links")["links"][0]["mails"] == 2, 20 * lab.patience, "the second mail")
    assert "to " + ANN in post.command("order", "show", order.url).stdout
    post.vendor.control("POST", "/mail-follow", {"order": number})
    wait_until(lambda: post.command("order", "resend", order.url, check=False).returncode == 0, 10 * lab.patience, "another look")
    order.wait("valid", seconds=20)
    late = post.command("order", "resend", order.url, check=False)
    assert late.returncode == 1 and "waits for no mail" in late.stdout, late.stdout


def test_deprecated_products_are_not_bought(lab):
    post = Post(lab, "client_premium", words=("--set", "old_smime=yes"), order_years=3)
    client = post.account(*PERSON)
    order = post.begin(client, ANN)
    wait_until(lambda: order.refresh()["status"] == "invalid", 15 * lab.patience, "the refusal")
    assert "secure_email_sponsor" in order.body["error"]["detail"], order.body
    post.stats(orders=0)


def bought_before(lab, **preferences):
    """Somebody bought an old product for three years in the portal; what becomes of a reissue?"""
    post = Post(lab, "client_premium", words=("--set", "old_smime=yes"), profile={"preferences": preferences})
    post.vendor.control("POST", "/orders", {
        "product": "client_premium", "certificate": {"emails": [ANN], "common_name": "Ann Vos", "csr": pem_csr()},
        "order_validity": {"years": 3}})
    post.command("inventory", "sync", "--upstream", "dc")
    return post, post.begin(post.account(*PERSON), ANN)


def test_a_long_life_is_not_cut_without_permission(lab):
    post, order = bought_before(lab)
    wait_until(lambda: order.refresh()["status"] == "invalid", 15 * lab.patience, "the refusal")
    assert "allow_truncation" in order.body["error"]["detail"], order.body
    post.stats(orders=0, portal_orders=1, reissues=0)


def test_a_long_life_is_cut_with_permission(lab):
    post, order = bought_before(lab, allow_truncation=True)
    post.follow(order)
    post.stats(orders=0, portal_orders=1, reissues=1)
    assert 823 <= (order.chain[0].not_valid_after - order.chain[0].not_valid_before).days <= 824
    shown = post.command("order", "show", order.url).stdout
    assert "DC-CLI-REI-3" in shown and "824 days" in shown, shown


# Years later. The server's clock is moved by libfaketime, which its process and the vendor's are started with.

def lasting_certificate(lab):
    """A TLS certificate for the listener that outlives the scenario: configuration and trust."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.utcnow()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=3000))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .add_extension(x509.BasicConstraints(True, None), critical=True).sign(key, hashes.SHA256()))
    certificate, key_file = lab.folder / "tls.pem", lab.folder / "tls.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                           serialization.NoEncryption()))
    key_file.chmod(0o600)
    return {"certificate": str(certificate), "key": str(key_file)}


def test_reissued_after_800_and_after_900_days(lab):
    faketime = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    if not faketime:
        raise Skip("libfaketime is not installed (package faketime)")
    if b"__asan_init" in open(lab.binary, "rb").read():
        raise Skip("a program with sanitizers does not start with another library before theirs")
    tls = lasting_certificate(lab)
    real = ssl.create_default_context
    post = None

    def trusting(cafile=None, **more):    # the scenario's own clients: the listener's certificate is not the embedded CA's
        return real(cafile=tls["certificate"] if str(cafile).endswith("countersign-data/ca.pem") else cafile, **more)

    ssl.create_default_context = trusting
    post = Post(lab, "secure_email_sponsor", config={"tls": tls}, order_years=3)
    client = post.account(*PERSON)
    first = post.follow(post.begin(client, ANN))
    assert 823 <= (first.chain[0].not_valid_after - first.chain[0].not_valid_before).days <= 824
    ends = datetime.datetime.utcnow() + datetime.timedelta(days=3 * 365)

    def days_later(days):
        environment = {"LD_PRELOAD": faketime[0], "FAKETIME": f"+{days}d", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        post.server.stop()
        post.vendor.kill()
        post.vendor.environment = post.server.environment = environment
        post.vendor.start()
        post.server.start()

    days_later(800)
    second = post.follow(post.begin(client, ANN))
    assert second.chain[0].not_valid_after.date() > first.chain[0].not_valid_after.date()
    assert abs((second.chain[0].not_valid_after - ends).days) <= 2, "cut to the end of the order"
    post.stats(billable_orders=1, reissues=1)

    # The first certificate has run out, and with it the organization's validation, which lasts 825 days.
    days_later(900)
    post.command("inventory", "sync", "--upstream", "dc")
    third = post.begin(client, ANN)
    wait_until(lambda: "(DC-CLI-ORD-6)" in post.command("order", "show", third.url).stdout, 20 * lab.patience, "the decision")
    assert third.refresh()["status"] == "processing", third.body
    post.stats(billable_orders=1, reissues=1)
    post.vendor.control("POST", "/org-validate", {"organization": ORGANIZATION, "type": "smime"})
    post.vendor.control("POST", "/dcv-pass", {"domain": "tailorbird.example"})
    post.command("inventory", "sync", "--upstream", "dc")
    post.server.stop()
    post.server.start()
    post.follow(third)
    assert abs((third.chain[0].not_valid_after - ends).days) <= 2, third.chain[0].not_valid_after
    post.stats(billable_orders=1, reissues=2)


def test_lost_answers_are_paid_once(lab):
    post = Post(lab, doubt_wait="1s")
    client = post.account()
    lost = {"match": "POST /services/v2/order/certificate/*", "times": 1, "kind": "drop_after"}
    post.vendor.control("POST", "/faults", [lost])
    first = post.follow(post.begin(client, ANN))
    post.stats(orders=1, billable_orders=1, reissues=0)
    post.vendor.control("POST", "/faults", [lost])
    second = post.follow(post.begin(client, ANN))
    assert second.der() != first.der()
    post.stats(orders=1, billable_orders=1, reissues=1)
    assert "order_in_doubt" in post.server.log()
