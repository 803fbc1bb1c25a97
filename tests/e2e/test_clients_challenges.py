"""Debian's ACME clients by dns-01 and tls-alpn-01, wildcards among them, each as its users run it."""
from lab import DNS_SECRET
from test_clients import certbot, env, inside_our_trust, webroot


def script(lab, name, text):
    file = lab.folder / name
    file.write_text("#!/bin/sh -e\n" + text)
    file.chmod(0o755)
    return file


def check_wildcard(lab, server, chain, base, key):
    """The chain is for the name and for what is below it."""
    assert lab.verify(server, chain, base, key) == lab.verify(server, chain, f"any.{base}", key)


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


def lego(lab, server, name, *arguments, **environment):
    lab.run(["lego", "--path", lab.folder / "lego", "--server", server.directory, "--email", "admin@lab.example",
             "--accept-tos", "--domains", name, *arguments, "run"],
            env=env(LEGO_CA_CERTIFICATES=str(server.ca), **environment))


def test_lego_by_tls_alpn(lab):
    server, made = lab.server(), lab.folder / "lego" / "certificates"
    lego(lab, server, "alpn.lab.example", "--tls", "--tls.port", f"127.0.0.1:{lab.tls_port}")
    lab.verify(server, made / "alpn.lab.example.crt", "alpn.lab.example", made / "alpn.lab.example.key")


def test_lego_by_dns_update_with_a_wildcard(lab):
    server, made = lab.server(), lab.folder / "lego" / "certificates"
    resolver = lab.dns.replace("@", ":")
    lego(lab, server, "*.lego.lab.example", "--domains", "lego.lab.example", "--dns", "rfc2136", "--dns.disable-cp",
         "--dns.resolvers", resolver, RFC2136_NAMESERVER=resolver, RFC2136_TSIG_KEY="lab.",
         RFC2136_TSIG_ALGORITHM="hmac-sha256.", RFC2136_TSIG_SECRET=DNS_SECRET, RFC2136_SEQUENCE_INTERVAL="1")
    check_wildcard(lab, server, made / "_.lego.lab.example.crt", "lego.lab.example", made / "_.lego.lab.example.key")


def dehydrated(lab, server, config, *arguments):
    base = lab.folder / "dehydrated"
    base.mkdir()
    (base / "config").write_text(f'CA="{server.directory}"\nBASEDIR="{base}"\nCONTACT_EMAIL="admin@lab.example"\n{config}')
    for command in (("--register", "--accept-terms"), ("--cron", *arguments)):
        lab.run(["dehydrated", "--config", base / "config", *command], env=env(CURL_CA_BUNDLE=str(server.ca)))
    return base / "certs"


def test_dehydrated_by_dns_with_a_wildcard(lab):
    server = lab.server()
    hook = script(lab, "hook", 'case "$1" in\n'
                  f'deploy_challenge) {lab.dns_hook()} add "_acme-challenge.$2" "$4" ;;\n'
                  f'clean_challenge) {lab.dns_hook()} delete "_acme-challenge.$2" "$4" ;;\nesac\n')
    made = dehydrated(lab, server, f'CHALLENGETYPE="dns-01"\nHOOK="{hook}"\n', "--domain",
                      "d.lab.example *.d.lab.example") / "d.lab.example"
    check_wildcard(lab, server, made / "fullchain.pem", "d.lab.example", made / "privkey.pem")


def test_dehydrated_by_tls_alpn(lab):
    server = lab.server()
    lab.alpn.folder = lab.folder / "alpn"
    lab.alpn.folder.mkdir()
    made = dehydrated(lab, server, f'CHALLENGETYPE="tls-alpn-01"\nALPNCERTDIR="{lab.alpn.folder}"\n', "--domain",
                      "t.lab.example") / "t.lab.example"
    lab.verify(server, made / "fullchain.pem", "t.lab.example", made / "privkey.pem")


def uacme(lab, server, hook, *arguments, **environment):
    lab.run([*inside_our_trust(lab, server), "uacme", "--verbose", "--yes", "--confdir", lab.folder / "uacme", "--acme-url",
             server.directory, "--hook", hook, *arguments], env=env(**environment))


def test_uacme_by_dns_with_a_wildcard(lab):
    server = lab.server()
    hook = script(lab, "hook", '[ "$2" = dns-01 ] || exit 1\nverb=delete\n[ "$1" != begin ] || verb=add\n'
                  f'{lab.dns_hook()} $verb "_acme-challenge.$3" "$5"\n')
    uacme(lab, server, hook, "new", "admin@lab.example")
    uacme(lab, server, hook, "issue", "u.lab.example", "*.u.lab.example")
    base = lab.folder / "uacme"
    check_wildcard(lab, server, base / "u.lab.example" / "cert.pem", "u.lab.example",
                   base / "private" / "u.lab.example" / "key.pem")


def test_uacme_with_an_address(lab):
    server, root = lab.server(), webroot(lab)
    place = {"UACME_CHALLENGE_PATH": f"{root}/.well-known/acme-challenge"}
    for command in (("new", "admin@lab.example"), ("issue", "127.0.0.1")):
        uacme(lab, server, "/usr/share/uacme/uacme.sh", *command, **place)
    base = lab.folder / "uacme"
    lab.verify(server, base / "127.0.0.1" / "cert.pem", "127.0.0.1", base / "private" / "127.0.0.1" / "key.pem")


def test_lego_orders_an_address_as_a_name(lab):
    """lego 4.9 knows no identifiers of type ip: it is told what would be right."""
    server = lab.server()
    process = lab.run(["lego", "--path", lab.folder / "lego", "--server", server.directory, "--email", "admin@lab.example",
                       "--accept-tos", "--domains", "127.0.0.1", "--http", "--http.port", f"127.0.0.1:{lab.tls_port}", "run"],
                      check=False, env=env(LEGO_CA_CERTIFICATES=str(server.ca)))
    assert process.returncode != 0 and '"type": "ip"' in process.stdout.replace("\\", "")
