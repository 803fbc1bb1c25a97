"""Debian's ACME clients obtain, renew and revoke by http-01, each as its users run it."""
import os
import stat


def env(**more):
    return {**os.environ, **more}


def webroot(lab):
    """A folder that the lab's web server shows, with the place for challenges in it."""
    folder = lab.folder / "webroot"
    (folder / ".well-known" / "acme-challenge").mkdir(parents=True)
    lab.web.serve_folder(folder)
    return folder


def certbot(lab, server, *arguments):
    return lab.run(["certbot", *arguments, "--non-interactive", "--server", server.directory,
                    "--config-dir", lab.folder / "certbot", "--work-dir", lab.folder / "certbot-work",
                    "--logs-dir", lab.folder / "certbot-logs"], env=env(REQUESTS_CA_BUNDLE=str(server.ca)))


def check_renewed(server, first, second):
    assert first != second, "the renewal brought the same certificate"
    server.wait_revoked()    # nothing: a renewal leaves the old certificate alone


def test_certbot(lab):
    server, root = lab.server(), webroot(lab)
    live = lab.folder / "certbot" / "live" / "certbot.lab.example"

    certbot(lab, server, "certonly", "--webroot", "--webroot-path", root, "--email", "admin@lab.example", "--agree-tos",
            "--domain", "certbot.lab.example", "--domain", "two.certbot.lab.example")
    first = lab.verify(server, live / "fullchain.pem", "two.certbot.lab.example", live / "privkey.pem")

    certbot(lab, server, "renew", "--force-renewal", "--no-random-sleep-on-renew")
    second = lab.verify(server, live / "fullchain.pem", "certbot.lab.example", live / "privkey.pem")
    check_renewed(server, first, second)

    certbot(lab, server, "revoke", "--cert-path", live / "cert.pem", "--reason", "superseded", "--no-delete-after-revoke")
    server.wait_revoked(second)
    certbot(lab, server, "update_account", "--email", "other@lab.example")
    certbot(lab, server, "unregister")


def test_certbot_standalone_with_an_rsa_key(lab):
    server = lab.server()
    lab.web.close()    # its port is certbot's now
    lab.closers.remove(lab.web.close)
    live = lab.folder / "certbot" / "live" / "alone.lab.example"

    certbot(lab, server, "certonly", "--standalone", "--http-01-port", str(lab.http_port), "--agree-tos",
            "--register-unsafely-without-email", "--key-type", "rsa", "--domain", "alone.lab.example")
    serial = lab.verify(server, live / "fullchain.pem", "alone.lab.example", live / "privkey.pem")

    # By the certificate's own key, as somebody would who lost the account.
    certbot(lab, server, "revoke", "--cert-path", live / "cert.pem", "--key-path", live / "privkey.pem",
            "--reason", "keycompromise", "--no-delete-after-revoke")
    server.wait_revoked(serial)


def test_lego(lab):
    server, root = lab.server(), webroot(lab)
    made = lab.folder / "lego" / "certificates"

    def lego(*arguments):
        lab.run(["lego", "--path", lab.folder / "lego", "--server", server.directory, "--email", "admin@lab.example",
                 "--accept-tos", "--domains", "lego.lab.example", "--http", "--http.webroot", root, *arguments],
                env=env(LEGO_CA_CERTIFICATES=str(server.ca)))

    lego("run")
    first = lab.verify(server, made / "lego.lab.example.crt", "lego.lab.example", made / "lego.lab.example.key")
    lego("renew", "--days", "4000", "--no-random-sleep")
    second = lab.verify(server, made / "lego.lab.example.crt", "lego.lab.example", made / "lego.lab.example.key")
    check_renewed(server, first, second)
    lego("revoke")
    server.wait_revoked(second)


def test_dehydrated(lab):
    server, root = lab.server(), webroot(lab)
    base = lab.folder / "dehydrated"
    base.mkdir()
    made = base / "certs" / "dehydrated.lab.example"
    (base / "config").write_text(f'CA="{server.directory}"\nBASEDIR="{base}"\nCONTACT_EMAIL="admin@lab.example"\n'
                                 f'WELLKNOWN="{root}/.well-known/acme-challenge"\n')

    def dehydrated(*arguments):
        lab.run(["dehydrated", "--config", base / "config", *arguments], env=env(CURL_CA_BUNDLE=str(server.ca)))

    dehydrated("--register", "--accept-terms")
    dehydrated("--cron", "--domain", "dehydrated.lab.example")
    first = lab.verify(server, made / "fullchain.pem", "dehydrated.lab.example", made / "privkey.pem")
    dehydrated("--cron", "--force", "--domain", "dehydrated.lab.example")
    second = lab.verify(server, made / "fullchain.pem", "dehydrated.lab.example", made / "privkey.pem")
    check_renewed(server, first, second)
    dehydrated("--revoke", made / "cert.pem")
    server.wait_revoked(second)
    dehydrated("--account")


def inside_our_trust(lab, server):
    """What to put before a client that trusts only what the system trusts: it runs where ours is that, in a mount
    namespace."""
    inside = lab.folder / "with-our-root"
    inside.write_text(f'#!/bin/sh -e\nmount --bind "{server.ca}" /etc/ssl/certs/ca-certificates.crt\nexec "$@"\n')
    inside.chmod(inside.stat().st_mode | stat.S_IXUSR)
    return ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"]), inside]


def test_uacme(lab):
    server, root = lab.server(), webroot(lab)
    base = lab.folder / "uacme"
    made = base / "uacme.lab.example"

    def uacme(*arguments):
        lab.run([*inside_our_trust(lab, server), "uacme", "--verbose", "--yes", "--confdir", base, "--acme-url", server.directory,
                 "--hook", "/usr/share/uacme/uacme.sh", *arguments],
                env=env(UACME_CHALLENGE_PATH=f"{root}/.well-known/acme-challenge"))

    uacme("new", "admin@lab.example")
    uacme("issue", "uacme.lab.example")
    key = base / "private" / "uacme.lab.example" / "key.pem"
    first = lab.verify(server, made / "cert.pem", "uacme.lab.example", key)
    uacme("--force", "issue", "uacme.lab.example")
    second = lab.verify(server, made / "cert.pem", "uacme.lab.example", key)
    check_renewed(server, first, second)
    uacme("revoke", made / "cert.pem")
    server.wait_revoked(second)
    uacme("update", "other@lab.example")
    uacme("deactivate")


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
    check_renewed(server, first, second)

    # acme-tiny cannot revoke; certbot does, by the certificate's key.
    certbot(lab, server, "revoke", "--cert-path", lab.folder / "leaf.pem", "--key-path", key, "--no-delete-after-revoke")
    server.wait_revoked(second)
