"""More of Debian's ACME clients, and ACME libraries under short programs: all that each of them can."""
import concurrent.futures

from clients import (PROGRAMS, Program, certbot, check_given_back, check_wildcard, create_eab, dehydrated, env, inside_our_trust,
                     lego, script, webroot)


class Acmetool:
    def __init__(self, lab, server):
        self.lab, self.server = lab, server
        self.state = lab.folder / "acmetool"
        (self.state / "conf").mkdir(parents=True)
        (lab.folder / "hooks").mkdir()
        (self.state / "conf" / "responses").write_text('"acme-enter-email": "admin@lab.example"\n')

    def target(self, challenge):
        (self.state / "conf" / "target").write_text(
            f"request:\n  provider: {self.server.directory}\n  key:\n    type: ecdsa\n  challenge:\n{challenge}")

    def __call__(self, *arguments):
        return self.lab.run(["acmetool", "--state", self.state, "--hooks", self.lab.folder / "hooks", "--batch",
                             "--xlog.severity=debug", *arguments], env=env(SSL_CERT_FILE=str(self.server.ca)))

    def live(self, name):
        return self.state / "live" / name

    def verify(self, name):
        return self.lab.verify(self.server, self.live(name) / "fullchain", name, self.live(name) / "privkey")


def test_acmetool(lab):
    server, root, name = lab.server(), webroot(lab), "acmetool.lab.example"
    acmetool = Acmetool(lab, server)
    acmetool.target(f"    webroot-paths: [{root}/.well-known/acme-challenge]\n    http-self-test: false\n")

    acmetool("want", name)
    serial = acmetool.verify(name)
    acmetool("reconcile")    # nothing is due
    assert acmetool.verify(name) == serial
    lab.saw("acmetool", "http-01")


def test_acmetool_by_dns_with_a_wildcard(lab):
    server = lab.server()
    acmetool = Acmetool(lab, server)
    acmetool.target("    http-ports: []\n")
    script(lab, "hooks/dns", 'case "$1" in\n'
           f'challenge-dns-start) {lab.dns_hook()} add "_acme-challenge.$2" "$4" ;;\n'
           f'challenge-dns-stop) {lab.dns_hook()} delete "_acme-challenge.$2" "$4" ;;\n'
           "*) exit 42 ;;\nesac\n")
    acmetool("want", "a.lab.example", "*.a.lab.example")
    live = acmetool.live("a.lab.example")
    check_wildcard(lab, server, live / "fullchain", "a.lab.example", live / "privkey")
    lab.saw("acmetool", "dns-01", "wildcard")


def test_lacme(lab):
    """lacme keeps its parts apart: account key, protocol, web server and certificates' keys are four processes."""
    server, root, name = lab.server(), webroot(lab), "lacme.lab.example"
    key, account, chain = lab.folder / "lacme.key", lab.folder / "account.key", lab.folder / "lacme.pem"
    for file in (key, account):
        lab.run(["openssl", "genpkey", "-algorithm", "RSA", "-out", file])
    (lab.folder / "accountd.conf").write_text(f"privkey = file:{account}\n")
    (lab.folder / "lacme.conf").write_text(
        f"[client]\nserver = {server.directory}\nuser =\ngroup =\n"
        f"[webserver]\nlisten =\nchallenge-directory = {root}/.well-known/acme-challenge\nuser =\ngroup =\n"
        f"[accountd]\nconfig = {lab.folder}/accountd.conf\n")
    (lab.folder / "certificates.conf").write_text(
        f"[www]\ncertificate-key = {key}\ncertificate-chain = {chain}\nsubject = /CN={name}\n"
        f"subjectAltName = DNS:{name},DNS:two.{name}\nCAfile = {server.ca}\n")

    def lacme(*arguments):
        lab.run([*inside_our_trust(lab, server), "lacme", "--config", lab.folder / "lacme.conf", "--debug", *arguments])

    def new_order(*options):
        lacme("newOrder", "--config-certs", lab.folder / "certificates.conf", *options, "www")
        return lab.verify(server, chain, f"two.{name}", key)

    lacme("account", "--register", "--tos-agreed", "mailto:admin@lab.example")
    first = new_order()
    second = new_order("--force")
    check_given_back(server, first, second)
    lacme("revokeCert", chain)
    server.wait_revoked(second)
    lab.saw("lacme", "http-01", "revoke")


def test_ruby_library(lab):
    server = lab.server()
    ruby = Program(lab, server, "ruby", PROGRAMS / "ruby_client.rb", SSL_CERT_FILE=str(server.ca))
    serial = ruby.by_http("ruby.lab.example", "two.ruby.lab.example", STEPS="rollover revoke")
    server.wait_revoked(serial)
    ruby.by_dns("r.lab.example", "*.r.lab.example")
    lab.saw("ruby-acme-client", "http-01", "dns-01", "wildcard", "revoke", "rollover")


def test_python_library(lab):
    server = lab.server({"accounts": {"external_account_required": True}})
    eab = create_eab(lab, server, "--uses", "unlimited")
    python = Program(lab, server, "/usr/bin/python3", PROGRAMS / "python_client.py", REQUESTS_CA_BUNDLE=str(server.ca),
                     EAB_KID=eab["kid"], EAB_KEY=eab["key"])
    serial = python.by_http("python.lab.example", "two.python.lab.example", STEPS="revoke")
    server.wait_revoked(serial)
    python.by_dns("p.lab.example", "*.p.lab.example")
    python.by_http("python.lab.example", "127.0.0.1")
    lab.saw("python3-acme", "http-01", "dns-01", "wildcard", "IP", "revoke", "EAB")


def test_each_client_tells_why_a_name_was_not_proven(lab):
    """What the server found in place of the answer reaches whoever runs the client. (uacme does as well, 35 seconds later.)"""
    server = lab.server()
    elsewhere = lab.folder / "elsewhere"    # no web server shows it: the lab's answers 404
    place = elsewhere / ".well-known" / "acme-challenge"
    place.mkdir(parents=True)
    dehydrated(lab, server, "--register", "--accept-terms", config=f'WELLKNOWN="{place}"\n')
    ways = [
        lambda: certbot(lab, server, "certonly", "--webroot", "--webroot-path", elsewhere, "--agree-tos",
                        "--register-unsafely-without-email", "--domain", "c.lab.example", check=False),
        lambda: lego(lab, server, "l.lab.example", "--http", "--http.webroot", elsewhere, "run", check=False),
        lambda: dehydrated(lab, server, "--cron", "--domain", "d.lab.example", check=False),
    ]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for process in pool.map(lambda way: way(), ways):
            assert process.returncode != 0, process.args
            assert "answered with status 404 where the key authorization was expected" in process.stdout, process.args
