"""Debian's ACME clients obtain, renew and revoke by http-01, each as its users run it."""
from clients import (certbot, check_given_back, check_renewed, dehydrated, env, give_up_web, lego, uacme, uacme_place, verify_certbot,
                     verify_dehydrated, verify_lego, verify_uacme, webroot)


def test_certbot(lab):
    server, root = lab.server(), webroot(lab)
    live = lab.folder / "certbot" / "live" / "certbot.lab.example"

    certbot(lab, server, "certonly", "--webroot", "--webroot-path", root, "--email", "admin@lab.example", "--agree-tos",
            "--domain", "certbot.lab.example", "--domain", "two.certbot.lab.example")
    first = lab.verify(server, live / "fullchain.pem", "two.certbot.lab.example", live / "privkey.pem")

    certbot(lab, server, "renew", "--force-renewal", "--no-random-sleep-on-renew")
    second = verify_certbot(lab, server, "certbot.lab.example")
    check_renewed(server, first, second)

    certbot(lab, server, "revoke", "--cert-path", live / "cert.pem", "--reason", "superseded", "--no-delete-after-revoke")
    server.wait_revoked(second)
    certbot(lab, server, "update_account", "--email", "other@lab.example")
    certbot(lab, server, "unregister")
    lab.saw("certbot", "http-01", "revoke")


def test_certbot_standalone_with_an_rsa_key(lab):
    server = lab.server()
    give_up_web(lab)
    live = lab.folder / "certbot" / "live" / "alone.lab.example"

    certbot(lab, server, "certonly", "--standalone", "--http-01-port", str(lab.http_port), "--agree-tos",
            "--register-unsafely-without-email", "--key-type", "rsa", "--domain", "alone.lab.example")
    serial = verify_certbot(lab, server, "alone.lab.example")

    # By the certificate's own key, as somebody would who lost the account.
    certbot(lab, server, "revoke", "--cert-path", live / "cert.pem", "--key-path", live / "privkey.pem",
            "--reason", "keycompromise", "--no-delete-after-revoke")
    server.wait_revoked(serial)
    lab.saw("certbot", "http-01", "revoke")


def test_lego(lab):
    server, name = lab.server(), "lego.lab.example"
    by_http = ["--http", "--http.webroot", webroot(lab)]

    lego(lab, server, name, *by_http, "run")
    first = verify_lego(lab, server, name)
    lego(lab, server, name, *by_http, "renew", "--days", "4000", "--no-random-sleep")
    second = verify_lego(lab, server, name)
    check_renewed(server, first, second)
    lego(lab, server, name, *by_http, "revoke")
    server.wait_revoked(second)
    lab.saw("lego", "http-01", "revoke")


def test_dehydrated(lab):
    server, root, name = lab.server(), webroot(lab), "dehydrated.lab.example"

    dehydrated(lab, server, "--register", "--accept-terms", config=f'WELLKNOWN="{root}/.well-known/acme-challenge"\n')
    dehydrated(lab, server, "--cron", "--domain", name)
    first = verify_dehydrated(lab, server, name)
    dehydrated(lab, server, "--cron", "--force", "--domain", name)
    second = verify_dehydrated(lab, server, name)
    check_renewed(server, first, second)
    dehydrated(lab, server, "--revoke", lab.folder / "dehydrated" / "certs" / name / "cert.pem")
    server.wait_revoked(second)
    dehydrated(lab, server, "--account")
    lab.saw("dehydrated", "http-01", "revoke")


def test_uacme(lab):
    server, place, name = lab.server(), uacme_place(webroot(lab)), "uacme.lab.example"

    uacme(lab, server, "new", "admin@lab.example")
    uacme(lab, server, "issue", name, **place)
    first = verify_uacme(lab, server, name)
    uacme(lab, server, "--force", "issue", name, **place)
    second = verify_uacme(lab, server, name)
    check_given_back(server, first, second)
    uacme(lab, server, "revoke", lab.folder / "uacme" / name / "cert.pem")
    server.wait_revoked(second)
    uacme(lab, server, "update", "other@lab.example")
    uacme(lab, server, "deactivate")
    lab.saw("uacme", "http-01", "revoke")


def test_acme_tiny(lab):
    server, root = lab.server(), webroot(lab)
    account, key, csr = lab.folder / "account.key", lab.folder / "domain.key", lab.folder / "domain.csr"
    lab.run(["openssl", "genrsa", "-out", account, "2048"])
    lab.run(["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", csr,
             "-subj", "/CN=tiny.lab.example"])    # a common name and no subjectAltName, as in its README

    def acme_tiny():
        chain = lab.folder / "chain.pem"
        with open(chain, "wb") as out, open(lab.folder / "acme-tiny.log", "ab") as words:
            status = lab.popen(["acme-tiny", "--account-key", account, "--csr", csr, "--directory-url", server.directory,
                                "--acme-dir", f"{root}/.well-known/acme-challenge", "--disable-check"],
                               stdout=out, stderr=words, env=env(SSL_CERT_FILE=str(server.ca))).wait(60)
        assert status == 0, (lab.folder / "acme-tiny.log").read_text()
        return lab.verify(server, chain, "tiny.lab.example", key)

    first, second = acme_tiny(), acme_tiny()
    check_given_back(server, first, second)
    lab.saw("acme-tiny", "http-01")

    # acme-tiny cannot revoke; certbot does, by the certificate's key.
    certbot(lab, server, "revoke", "--cert-path", lab.folder / "leaf.pem", "--key-path", key, "--no-delete-after-revoke")
    server.wait_revoked(second)
