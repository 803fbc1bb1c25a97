"""ACME clients that Debian does not have, or not so new: what they can beyond those of Debian. newer_clients installs them;
the scenarios of those that are not here are skipped."""
import re

from cryptography.hazmat.primitives import serialization

from acme_client import Client
from clients import (PROGRAMS, Program, ask_store, certbot, check_challenge, check_replaced, check_wildcard, create_eab, env,
                     give_up_web, lego, revoke_by_key, script, verify_certbot, verify_lego, webroot)
from lab import free_port, newer_client, wait_until
from test_alternates import Authority, check_choice
from test_clients_servers import Caddy, serial_shown

PROFILES = {"profiles": [{"name": "default"}, {"name": "short", "validity": "6d"}]}


def profiles_ordered(server):
    return ask_store(server, "SELECT profile FROM orders WHERE status = 'valid' ORDER BY id")


def test_certbot(lab):
    program = newer_client("certbot", "bin/certbot")
    server, root = lab.server(PROFILES), webroot(lab)
    live = lab.folder / "certbot" / "live" / "new.lab.example"
    certbot(lab, server, "certonly", "--webroot", "--webroot-path", root, "--email", "admin@lab.example", "--agree-tos",
            "--required-profile", "short", "--domain", "new.lab.example", program=program)
    first = verify_certbot(lab, server, "new.lab.example")
    assert profiles_ordered(server) == ["short"]

    # It asks when to renew (RFC 9773): nothing is due, until the certificate is revoked, and six hours later.
    renew = ["renew", "--no-random-sleep-on-renew"]
    certbot(lab, server, *renew, program=program)
    assert verify_certbot(lab, server, "new.lab.example") == first
    revoke_by_key(lab, server, live / "cert.pem", live / "privkey.pem")
    memory = lab.folder / "certbot" / "renewal" / "new.lab.example.conf"
    memory.write_text(re.sub(r"ari_retry_after = \S+", "ari_retry_after = 2026-01-01T00:00:00", memory.read_text()))
    certbot(lab, server, *renew, program=program)
    second = verify_certbot(lab, server, "new.lab.example")
    assert second != first
    server.wait_revoked(first)
    certbot(lab, server, "revoke", "--cert-path", live / "cert.pem", "--no-delete-after-revoke", program=program)
    server.wait_revoked(first, second)
    lab.saw("certbot (PyPI)", "http-01", "revoke", "ARI", "profile")


def test_certbot_with_an_address_and_an_external_account(lab):
    program = newer_client("certbot", "bin/certbot")
    server, root = lab.server({"accounts": {"external_account_required": True}}), webroot(lab)
    eab = create_eab(lab, server)
    certbot(lab, server, "certonly", "--webroot", "--webroot-path", root, "--email", "admin@lab.example", "--agree-tos",
            "--eab-kid", eab["kid"], "--eab-hmac-key", eab["key"], "--ip-address", "127.0.0.1", program=program)
    verify_certbot(lab, server, "127.0.0.1")
    lab.saw("certbot (PyPI)", "http-01", "IP", "EAB")


def test_certbot_by_dns_with_a_wildcard(lab):
    program = newer_client("certbot", "bin/certbot")
    server, hook = lab.server(), lab.dns_hook()
    add = script(lab, "add", f'{hook} add "_acme-challenge.$CERTBOT_DOMAIN" "$CERTBOT_VALIDATION"\n')
    certbot(lab, server, "certonly", "--manual", "--preferred-challenges", "dns", "--manual-auth-hook", add, "--email",
            "admin@lab.example", "--agree-tos", "--domain", "new.lab.example", "--domain", "*.new.lab.example", program=program)
    live = lab.folder / "certbot" / "live" / "new.lab.example"
    check_wildcard(lab, server, live / "fullchain.pem", "new.lab.example", live / "privkey.pem")
    lab.saw("certbot (PyPI)", "dns-01", "wildcard")


def test_lego(lab):
    program = newer_client("lego", "lego")
    server, name = lab.server(), "new.lab.example"
    by_http = ["--http", "--http.webroot", webroot(lab)]
    lego(lab, server, name, *by_http, "run", program=program)
    serial = verify_lego(lab, server, name)
    lego(lab, server, name, *by_http, "revoke", program=program)
    server.wait_revoked(serial)
    lego(lab, server, "alpn.lab.example", "--tls", "--tls.port", f"127.0.0.1:{lab.tls_port}", "run", program=program)
    verify_lego(lab, server, "alpn.lab.example")
    lab.saw("lego (Go)", "http-01", "tls-alpn-01", "revoke")


def test_node_library(lab):
    modules = newer_client("acme-client", "node_modules")
    server = lab.server({"accounts": {"external_account_required": True}})
    eab = create_eab(lab, server, "--uses", "unlimited")
    node = Program(lab, server, "node", PROGRAMS / "node_client.js", NODE_PATH=str(modules), NODE_EXTRA_CA_CERTS=str(server.ca),
                   EAB_KID=eab["kid"], EAB_KEY=eab["key"])
    serial = node.by_http("node.lab.example", "two.node.lab.example", STEPS="rollover revoke")
    server.wait_revoked(serial)
    node.by_dns("n.lab.example", "*.n.lab.example")
    node.by_tls_alpn("alpn.lab.example")
    lab.saw("acme-client (npm)", "http-01", "dns-01", "tls-alpn-01", "wildcard", "revoke", "rollover", "EAB")


def test_caddy(lab):
    program = newer_client("caddy", "caddy")
    server = lab.server({"accounts": {"external_account_required": True}, **PROFILES})
    eab = create_eab(lab, server, "--uses", "unlimited")
    caddy = Caddy(lab, server, "caddy.lab.example", f"disable_http_challenge\nprofile short\neab {eab['kid']} {eab['key']}",
                  program=program)
    first = caddy.wait("caddy.lab.example")
    check_challenge(server, "tls-alpn-01")
    assert profiles_ordered(server) == ["short"]

    # Revoked, and started anew when it may ask again when to renew.
    [chain] = (lab.folder / "caddy").glob("certificates/*/caddy.lab.example/*.crt")
    revoke_by_key(lab, server, chain, chain.with_suffix(".key"))
    memory = chain.with_suffix(".json")
    memory.write_text(re.sub(r'("_retryAfter": )"[^"]*"', r'\1"2026-01-01T00:00:00Z"', memory.read_text()))
    caddy.restart()
    wait_until(lambda: {serial_shown(lab, server, "caddy.lab.example")} - {None, first}, 20, "another certificate")
    lab.saw("Caddy (Go)", "tls-alpn-01", "EAB", "ARI", "profile")


def test_caddy_by_http(lab):
    program = newer_client("caddy", "caddy")
    server = lab.server()
    caddy = Caddy(lab, server, "caddy.lab.example, 127.0.0.1", "disable_tlsalpn_challenge", program=program)
    caddy.wait("caddy.lab.example")
    caddy.wait("127.0.0.1")
    check_challenge(server, "http-01")
    lab.saw("Caddy (Go)", "http-01", "IP")


def test_node_library_waits_when_told_to(lab):
    """It comes again after a 429, when its Retry-After says so; most others end."""
    modules = newer_client("acme-client", "node_modules")
    server = lab.server({"rates": {"new_orders": "1/4s"}})
    node = Program(lab, server, "node", PROGRAMS / "node_client.js", NODE_PATH=str(modules), NODE_EXTRA_CA_CERTS=str(server.ca))
    node.by_http("one.lab.example")
    node.by_http("two.lab.example")
    assert "status=429" in server.log()


def autocert(lab, server, http, **environment):
    """Started at once; it asks for a certificate when somebody asks for the name."""
    program = newer_client("autocert", "autocert")
    give_up_web(lab)
    with open(lab.folder / "autocert.log", "wb") as log:
        lab.popen([program, server.directory, server.ca, http, f"127.0.0.1:{lab.tls_port}", "autocert.lab.example"],
                  cwd=lab.folder, stdout=log, stderr=log, env=env(**environment))
    wait_until(lambda: serial_shown(lab, server, "autocert.lab.example"), 20, "HTTPS for autocert.lab.example")


def test_autocert_by_tls_alpn_with_an_external_account(lab):
    server = lab.server({"accounts": {"external_account_required": True}})
    eab = create_eab(lab, server)
    autocert(lab, server, "", EAB_KID=eab["kid"], EAB_KEY=eab["key"])
    check_challenge(server, "tls-alpn-01")
    lab.saw("autocert (Go)", "tls-alpn-01", "EAB")


def test_autocert_by_http(lab):
    server = lab.server({"profiles": [{"name": "default", "challenges": ["http-01"]}]})
    autocert(lab, server, f"127.0.0.1:{lab.http_port}")
    check_challenge(server, "http-01")
    lab.saw("autocert (Go)", "http-01")


def test_acmez(lab):
    program = newer_client("acmez", "acmez")
    types = ["http-01", "dns-01", "tls-alpn-01", "dns-account-01"]
    server = lab.server({"accounts": {"external_account_required": True},
                         "profiles": [{"name": "default"}, {"name": "all", "challenges": types}]})
    eab = create_eab(lab, server, "--uses", "unlimited")
    acmez = Program(lab, server, program, ROOT=str(server.ca), EAB_KID=eab["kid"], EAB_KEY=eab["key"])
    serial = acmez.by_http("acmez.lab.example", "127.0.0.1", STEPS="rollover renew revoke")
    check_replaced(server)
    server.wait_revoked(serial)
    acmez.by_tls_alpn("alpn.lab.example")
    acmez.by_dns("z.lab.example", "*.z.lab.example", PROFILE="all")
    acmez.obtain("dns-account-01", lab.dns_hook(), ["own.lab.example", "*.own.lab.example"], {"PROFILE": "all"})
    assert profiles_ordered(server)[-2:] == ["all", "all"]
    lab.saw("acmez (Go)", "http-01", "tls-alpn-01", "dns-01", "dns-account-01", "wildcard", "IP", "revoke", "rollover", "EAB",
            "ARI", "profile")


def test_acmez_by_a_record_that_stays(lab):
    program = newer_client("acmez", "acmez")
    server = lab.server({"profiles": [{"name": "default", "challenges": ["http-01", "dns-persist-01"]}]})
    acmez = Program(lab, server, program, ROOT=str(server.ca))
    acmez.obtain("dns-persist-01", lab.dns_hook(), ["z.lab.example", "*.z.lab.example"], {})
    lab.saw("acmez (Go)", "dns-persist-01")


class AcmeSh:
    def __init__(self, lab, server):
        self.program = newer_client("acme.sh", "acme.sh")
        self.lab, self.server = lab, server
        self.home = lab.folder / "acme.sh"

    def __call__(self, *arguments):
        return self.lab.run([self.program, "--home", self.home, "--server", self.server.directory, "--ca-bundle", self.server.ca,
                             *arguments])

    def made(self, name):
        return self.home / f"{name}_ecc" / f"{name}.cer", self.home / f"{name}_ecc" / f"{name}.key"

    def verify(self, name):
        return self.lab.verify(self.server, self.home / f"{name}_ecc" / "fullchain.cer", name, self.made(name)[1])


def test_acme_sh(lab):
    server, root, name = lab.server(PROFILES), webroot(lab), "sh.lab.example"
    acme_sh = AcmeSh(lab, server)
    acme_sh("--issue", "--webroot", root, "--domain", name, "--cert-profile", "short")
    first = acme_sh.verify(name)
    assert profiles_ordered(server) == ["short"]

    # It asks when to renew: nothing is due (it says so by status 2), until the certificate is revoked.
    acme_sh_cron = ["--renew", "--domain", name]
    assert lab.run([acme_sh.program, "--home", acme_sh.home, *acme_sh_cron], check=False).returncode == 2
    revoke_by_key(lab, server, *acme_sh.made(name))
    acme_sh(*acme_sh_cron)
    second = acme_sh.verify(name)
    assert second != first
    check_replaced(server)
    acme_sh("--revoke", "--domain", name)
    server.wait_revoked(first, second)
    lab.saw("acme.sh", "http-01", "revoke", "ARI", "profile")


def test_acme_sh_by_dns_with_a_wildcard(lab):
    server, name = lab.server({"accounts": {"external_account_required": True}}), "sh.lab.example"
    eab, acme_sh = create_eab(lab, server), AcmeSh(lab, server)
    (acme_sh.home / "dnsapi").mkdir(parents=True)
    script(lab, "acme.sh/dnsapi/dns_lab.sh", f'dns_lab_add() {{ {lab.dns_hook()} add "$1" "$2"; }}\n'
           f'dns_lab_rm() {{ {lab.dns_hook()} delete "$1" "$2"; }}\n')
    acme_sh("--register-account", "--eab-kid", eab["kid"], "--eab-hmac-key", eab["key"])
    acme_sh("--issue", "--dns", "dns_lab", "--dnssleep", "1", "--domain", name, "--domain", f"*.{name}")
    check_wildcard(lab, server, acme_sh.home / f"{name}_ecc" / "fullchain.cer", name, acme_sh.made(name)[1])
    lab.saw("acme.sh", "dns-01", "wildcard", "EAB")


def test_acme_sh_by_tls_alpn_and_with_an_address(lab):
    server, root, name = lab.server(), webroot(lab), "sh.lab.example"
    acme_sh = AcmeSh(lab, server)
    acme_sh("--issue", "--alpn", "--tlsport", lab.tls_port, "--listen-v4", "--domain", name)
    acme_sh.verify(name)
    check_challenge(server, "tls-alpn-01")

    # Its own request for an address says O=acme.sh, which is not certified; one that does not is signed.
    csr, key, made = lab.folder / "address.csr", lab.folder / "address.key", lab.folder / "address.pem"
    lab.run(["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", csr, "-subj", "/CN=127.0.0.1",
             "-addext", "subjectAltName=IP:127.0.0.1"])
    acme_sh("--sign-csr", "--csr", csr, "--webroot", root, "--fullchain-file", made)
    lab.verify(server, made, "127.0.0.1", key)
    lab.saw("acme.sh", "tls-alpn-01", "IP")


def test_acme_sh_by_a_record_that_stays(lab):
    """acme.sh says which record to add; after that, orders change nothing in the DNS."""
    server, name = lab.server({"validation": {"issuer_domain_names": ["ca.lab.example"]},
                               "profiles": [{"name": "default", "challenges": ["http-01", "dns-persist-01"]}]}), "sh.lab.example"
    acme_sh = AcmeSh(lab, server)
    said = acme_sh("--make-dns-persist-value", "--domain", name, "--dns-persist-ca-name", "ca.lab.example",
                   "--dns-persist-wildcard").stdout
    [record], [value] = re.findall(r"persist domain:(\S+)", said), re.findall(r'persist value :"(.*)"', said)
    lab.run([lab.dns_hook(), "add", record, value])
    for _ in range(2):
        acme_sh("--issue", "--force", "--dns-persist", "--domain", name, "--domain", f"*.{name}")
        check_wildcard(lab, server, acme_sh.home / f"{name}_ecc" / "fullchain.cer", name, acme_sh.made(name)[1])
    lab.saw("acme.sh", "dns-persist-01")


def test_acme_sh_chooses_a_chain(lab):
    authority = Authority(lab.folder)
    server, root = authority.server(lab).start(), webroot(lab)
    acme_sh = AcmeSh(lab, server)
    acme_sh("--issue", "--webroot", root, "--domain", "sh.lab.example", "--preferred-chain", "Third Root")
    check_choice(lab, authority, acme_sh.home / "sh.lab.example_ecc" / "fullchain.cer", "sh.lab.example", "Third Root")
    lab.saw("acme.sh", "chain")


class Getssl:
    def __init__(self, lab, server, name, *settings):
        self.program = newer_client("getssl", "getssl")
        self.lab, self.server, self.name = lab, server, name
        self.work = lab.folder / "getssl"
        (self.work / name).mkdir(parents=True)
        (self.work / "getssl.cfg").write_text(
            f'CA="{server.directory}"\nACCOUNT_EMAIL="admin@lab.example"\nACCOUNT_KEY_LENGTH=2048\n'
            f'ACCOUNT_KEY="{self.work}/account.key"\nPRIVATE_KEY_ALG="prime256v1"\nCHECK_REMOTE="false"\n'
            f'SKIP_HTTP_TOKEN_CHECK="true"\nDNS_CHECK_OPTIONS="@127.0.0.1 -p {lab.dns.split("@")[1]}"\n')
        (self.work / name / "getssl.cfg").write_text("\n".join(settings) + "\n")
        self.certificate, self.key = self.work / name / f"{name}.crt", self.work / name / f"{name}.key"

    def __call__(self, *arguments):
        return self.lab.run([self.program, "-w", self.work, "-U", *arguments], env=env(CURL_CA_BUNDLE=str(self.server.ca)))

    def verify(self):
        return self.lab.verify(self.server, self.work / self.name / "fullchain.crt", self.name, self.key)


def test_getssl(lab):
    server, root, name = lab.server(PROFILES), webroot(lab), "getssl.lab.example"
    getssl = Getssl(lab, server, name, f"ACL=('{root}/.well-known/acme-challenge')", 'USE_SINGLE_ACL="true"', 'SANS=""',
                    'PROFILE="short"')
    getssl(name)
    first = getssl.verify()
    assert profiles_ordered(server) == ["short"]
    getssl(name)    # nothing is due
    assert getssl.verify() == first
    revoke_by_key(lab, server, getssl.certificate, getssl.key)
    getssl(name)
    second = getssl.verify()
    assert second != first
    check_replaced(server)
    getssl("-r", getssl.certificate, getssl.key, server.directory)
    server.wait_revoked(first, second)
    lab.saw("getssl", "http-01", "revoke", "ARI", "profile")


def test_getssl_by_dns_with_a_wildcard(lab):
    server, name = lab.server(), "*.g.lab.example"
    hook = lab.dns_hook()
    add = script(lab, "add", f'{hook} add "_acme-challenge.$1" "$2"\n')
    delete = script(lab, "delete", f'{hook} delete "_acme-challenge.$1" "$2"\n')
    getssl = Getssl(lab, server, name, 'VALIDATE_VIA_DNS="true"', f'DNS_ADD_COMMAND="{add}"', f'DNS_DEL_COMMAND="{delete}"',
                    'SANS="g.lab.example"', 'CHECK_ALL_AUTH_DNS="false"', 'AUTH_DNS_SERVER="127.0.0.1"', "DNS_EXTRA_WAIT=0",
                    'SKIP_DNS_CHECK="true"')
    getssl(name)
    check_wildcard(lab, server, getssl.work / name / "fullchain.crt", "g.lab.example", getssl.key)
    lab.saw("getssl", "dns-01", "wildcard")


def haproxy_server(lab, config):
    """A server whose host stands in the DNS, where HAProxy looks for it."""
    port = free_port()
    return lab.server({"listen": {"acme": f"127.0.0.1:{port}"}, "external_url": f"https://ns.example:{port}", **config})


def haproxy(lab, server, names, *settings):
    """HAProxy's own client, started at once: it serves HTTPS with a key of its own until the certificate is there."""
    host, port = lab.dns.split("@")
    give_up_web(lab)
    lines = "\n    ".join(settings)
    (lab.folder / "haproxy.cfg").write_text(f"""
global
    expose-experimental-directives
    httpclient.resolvers.prefer ipv4
    httpclient.ssl.ca-file {server.ca}
resolvers default
    nameserver lab {host}:{port}
defaults
    mode http
    timeout client 10s
    timeout server 10s
    timeout connect 10s
crt-store
    load crt "{lab.folder}/haproxy.pem" acme lab {names}
frontend in
    bind 127.0.0.1:{lab.http_port}
    bind 127.0.0.1:{lab.tls_port} ssl crt {lab.folder}/haproxy.pem
    http-request return status 200 content-type text/plain lf-string "%[path,field(-1,/)].%[path,field(-1,/),map(virt@acme)]\\n" if {{ path_beg '/.well-known/acme-challenge/' }}
    http-request return status 200 content-type text/plain string "Hello from us"
acme lab
    directory {server.url}/acme/directory
    account-key {lab.folder}/account.key
    contact admin@lab.example
    keytype ECDSA
    map virt@acme
    {lines}
""")
    with open(lab.folder / "haproxy.log", "wb") as log:
        lab.popen([newer_client("haproxy", "haproxy"), "-f", lab.folder / "haproxy.cfg", "-db"], stdout=log, stderr=log)


def wait_for_https(lab, server, *names):
    for name in names:
        wait_until(lambda: serial_shown(lab, server, name), 40, f"HTTPS for {name}")


def test_haproxy(lab):
    newer_client("haproxy", "haproxy")
    server = haproxy_server(lab, PROFILES)
    lab.run(["openssl", "genrsa", "-out", lab.folder / "account.key", "2048"])
    haproxy(lab, server, 'domains "haproxy.lab.example,two.haproxy.lab.example" ips "127.0.0.1"', "challenge http-01", "profile short")
    wait_for_https(lab, server, "haproxy.lab.example", "two.haproxy.lab.example", "127.0.0.1")
    check_challenge(server, "http-01")
    assert profiles_ordered(server) == ["short"]
    lab.saw("HAProxy", "http-01", "IP", "profile")


def test_haproxy_by_a_record_that_stays(lab):
    """The record names the account, which is made here with the key that HAProxy is given."""
    newer_client("haproxy", "haproxy")
    server = haproxy_server(lab, {"validation": {"issuer_domain_names": ["ca.lab.example"]},
                                  "profiles": [{"name": "default", "challenges": ["http-01", "dns-persist-01"]}]})
    client = Client(server, "RS256")
    client.register()
    (lab.folder / "account.key").write_bytes(client.key.private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()))
    lab.run([lab.dns_hook(), "add", "_validation-persist.h.lab.example",
             f"ca.lab.example; accounturi={client.kid}; policy=wildcard"])
    haproxy(lab, server, 'domains "h.lab.example,*.h.lab.example"', "challenge dns-persist-01", "challenge-ready dns")
    wait_for_https(lab, server, "h.lab.example", "any.h.lab.example")
    lab.saw("HAProxy", "dns-persist-01", "wildcard")
