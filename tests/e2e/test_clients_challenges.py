"""Debian's ACME clients by dns-01 and tls-alpn-01, wildcards and addresses among them, each as its users run it."""
from clients import (certbot, check_challenge, check_wildcard, dehydrated, env, lego, script, ualpn_hook, uacme, uacme_place,
                     verify_dehydrated, verify_lego, verify_uacme, webroot)
from lab import DNS_SECRET


def test_certbot_by_hand_with_a_wildcard(lab):
    server, hook = lab.server(), lab.dns_hook()
    add = script(lab, "add", f'{hook} add "_acme-challenge.$CERTBOT_DOMAIN" "$CERTBOT_VALIDATION"\n')
    delete = script(lab, "delete", f'{hook} delete "_acme-challenge.$CERTBOT_DOMAIN" "$CERTBOT_VALIDATION"\n')
    live = lab.folder / "certbot" / "live" / "hand.lab.example"

    certbot(lab, server, "certonly", "--manual", "--preferred-challenges", "dns", "--manual-auth-hook", add,
            "--manual-cleanup-hook", delete, "--email", "admin@lab.example", "--agree-tos",
            "--domain", "hand.lab.example", "--domain", "*.hand.lab.example")
    check_wildcard(lab, server, live / "fullchain.pem", "hand.lab.example", live / "privkey.pem")
    certbot(lab, server, "renew", "--force-renewal", "--no-random-sleep-on-renew")
    check_wildcard(lab, server, live / "fullchain.pem", "hand.lab.example", live / "privkey.pem")
    check_challenge(server, "dns-01")
    lab.saw("certbot", "dns-01", "wildcard")


def test_certbot_by_dns_update(lab):
    server = lab.server()
    host, port = lab.dns.split("@")
    credentials = lab.folder / "rfc2136.ini"
    credentials.write_text(f"dns_rfc2136_server = {host}\ndns_rfc2136_port = {port}\ndns_rfc2136_name = lab.\n"
                           f"dns_rfc2136_secret = {DNS_SECRET}\ndns_rfc2136_algorithm = HMAC-SHA256\n")
    credentials.chmod(0o600)
    live = lab.folder / "certbot" / "live" / "plugin.lab.example"

    certbot(lab, server, "certonly", "--dns-rfc2136", "--dns-rfc2136-credentials", credentials,
            "--dns-rfc2136-propagation-seconds", "1", "--register-unsafely-without-email", "--agree-tos",
            "--domain", "plugin.lab.example", "--domain", "*.plugin.lab.example")
    check_wildcard(lab, server, live / "fullchain.pem", "plugin.lab.example", live / "privkey.pem")
    check_challenge(server, "dns-01")
    lab.saw("certbot", "dns-01", "wildcard")


def test_lego_by_tls_alpn(lab):
    server = lab.server()
    lego(lab, server, "alpn.lab.example", "--tls", "--tls.port", f"127.0.0.1:{lab.tls_port}", "run")
    verify_lego(lab, server, "alpn.lab.example")
    check_challenge(server, "tls-alpn-01")
    lab.saw("lego", "tls-alpn-01")


def test_lego_by_dns_update_with_a_wildcard(lab):
    server, made = lab.server(), lab.folder / "lego" / "certificates"
    resolver = lab.dns.replace("@", ":")
    lego(lab, server, "*.lego.lab.example", "--domains", "lego.lab.example", "--dns", "rfc2136", "--dns.disable-cp",
         "--dns.resolvers", resolver, "run", RFC2136_NAMESERVER=resolver, RFC2136_TSIG_KEY="lab.",
         RFC2136_TSIG_ALGORITHM="hmac-sha256.", RFC2136_TSIG_SECRET=DNS_SECRET, RFC2136_SEQUENCE_INTERVAL="1")
    check_wildcard(lab, server, made / "_.lego.lab.example.crt", "lego.lab.example", made / "_.lego.lab.example.key")
    check_challenge(server, "dns-01")
    lab.saw("lego", "dns-01", "wildcard")


def test_dehydrated_by_dns_with_a_wildcard(lab):
    server = lab.server()
    hook = script(lab, "hook", 'case "$1" in\n'
                  f'deploy_challenge) {lab.dns_hook()} add "_acme-challenge.$2" "$4" ;;\n'
                  f'clean_challenge) {lab.dns_hook()} delete "_acme-challenge.$2" "$4" ;;\nesac\n')
    dehydrated(lab, server, "--register", "--accept-terms", config=f'CHALLENGETYPE="dns-01"\nHOOK="{hook}"\n')
    dehydrated(lab, server, "--cron", "--domain", "d.lab.example *.d.lab.example")
    made = lab.folder / "dehydrated" / "certs" / "d.lab.example"
    check_wildcard(lab, server, made / "fullchain.pem", "d.lab.example", made / "privkey.pem")
    check_challenge(server, "dns-01")
    lab.saw("dehydrated", "dns-01", "wildcard")


def test_dehydrated_by_tls_alpn(lab):
    server = lab.server()
    lab.alpn.folder = lab.folder / "alpn"
    lab.alpn.folder.mkdir()
    dehydrated(lab, server, "--register", "--accept-terms",
               config=f'CHALLENGETYPE="tls-alpn-01"\nALPNCERTDIR="{lab.alpn.folder}"\n')
    dehydrated(lab, server, "--cron", "--domain", "t.lab.example")
    verify_dehydrated(lab, server, "t.lab.example")
    check_challenge(server, "tls-alpn-01")
    lab.saw("dehydrated", "tls-alpn-01")


def test_uacme_by_dns_with_a_wildcard(lab):
    server = lab.server()
    hook = script(lab, "hook", '[ "$2" = dns-01 ] || exit 1\nverb=delete\n[ "$1" != begin ] || verb=add\n'
                  f'{lab.dns_hook()} $verb "_acme-challenge.$3" "$5"\n')
    uacme(lab, server, "new", "admin@lab.example")
    uacme(lab, server, "issue", "u.lab.example", "*.u.lab.example", hook=hook)
    base = lab.folder / "uacme"
    check_wildcard(lab, server, base / "u.lab.example" / "cert.pem", "u.lab.example",
                   base / "private" / "u.lab.example" / "key.pem")
    check_challenge(server, "dns-01")
    lab.saw("uacme", "dns-01", "wildcard")


def test_uacme_with_an_address(lab):
    server, place = lab.server(), uacme_place(webroot(lab))
    uacme(lab, server, "new", "admin@lab.example")
    uacme(lab, server, "issue", "127.0.0.1", **place)
    verify_uacme(lab, server, "127.0.0.1")
    check_challenge(server, "http-01")
    lab.saw("uacme", "http-01", "IP")


def test_uacme_by_tls_alpn_with_a_name_and_an_address(lab):
    """ualpn answers, the responder that stands in front of a web server; uacme's own hook drives it."""
    server = lab.server()
    hook = ualpn_hook(lab)
    uacme(lab, server, "new", "admin@lab.example")
    for name in ("ualpn.lab.example", "127.0.0.1"):
        uacme(lab, server, "issue", name, hook=hook)
        verify_uacme(lab, server, name)
    check_challenge(server, "tls-alpn-01")
    lab.saw("uacme", "tls-alpn-01", "IP")


def test_lego_orders_an_address_as_a_name(lab):
    """lego 4.9 knows no identifiers of type ip: it is told what would be right."""
    server = lab.server()
    process = lab.run(["lego", "--path", lab.folder / "lego", "--server", server.directory, "--email", "admin@lab.example",
                       "--accept-tos", "--domains", "127.0.0.1", "--http", "--http.port", f"127.0.0.1:{lab.tls_port}", "run"],
                      check=False, env=env(LEGO_CA_CERTIFICATES=str(server.ca)))
    assert process.returncode != 0 and '"type": "ip"' in process.stdout.replace("\\", "")
