"""clients - the ACME clients that several scenarios run: how each is pointed at a server of the lab, and what to check after."""
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3

from lab import wait_until

PROGRAMS = pathlib.Path(__file__).resolve().parent / "programs"


def env(**more):
    return {**os.environ, **more}


def script(lab, name, text):
    """A shell script in the scenario's folder: a client's hook."""
    file = lab.folder / name
    file.write_text("#!/bin/sh -e\n" + text)
    file.chmod(0o755)
    return file


def webroot(lab):
    """A folder that the lab's web server shows, with the place for challenges in it."""
    folder = lab.folder / "webroot"
    (folder / ".well-known" / "acme-challenge").mkdir(parents=True)
    lab.web.serve_folder(folder)
    return folder


def give_up_web(lab):
    """Ends the lab's web server: its port is the client's now."""
    lab.web.close()
    lab.closers.remove(lab.web.close)


def give_up_alpn(lab):
    """Likewise for the lab's server of tls-alpn-01."""
    lab.alpn.close()
    lab.closers.remove(lab.alpn.close)


def check_wildcard(lab, server, chain, base, key):
    """The chain is for the name and for what is below it."""
    assert lab.verify(server, chain, base, key) == lab.verify(server, chain, f"any.{base}", key)


def ask_store(server, statement):
    """What a SELECT finds in the server's database: the first column."""
    with contextlib.closing(sqlite3.connect(f"file:{server.database}?mode=ro", uri=True)) as store:
        return [row[0] for row in store.execute(statement)]


def check_renewed(server, first, second):
    """That the second certificate is another one, for which nothing was proven anew, and that the first one lives on."""
    assert first != second, "the renewal brought the same certificate"
    proofs = ask_store(server, "SELECT identifier || wildcard FROM authz")
    assert len(proofs) == len(set(proofs)), f"proofs were not used again: {proofs}"
    server.wait_revoked()


def check_given_back(server, first, second):
    """That a client which asked again with the same key, early in the certificate's life, got the one that is there."""
    assert first == second, "a living certificate for the same names and key was not given back"
    assert ask_store(server, "SELECT count(*) FROM certificate") == [1]
    assert ask_store(server, "SELECT outcome FROM decision ORDER BY order_id") == ["NEW", "REUSE"]


def check_challenge(server, challenge):
    """That all names were proven by this type of challenge, and at least one was."""
    number = {"http-01": 1, "dns-01": 2, "tls-alpn-01": 4}[challenge]    # enum challenge_type
    assert set(ask_store(server, "SELECT tried FROM authz WHERE status = 'valid'")) == {number}


def check_replaced(server):
    """That one certificate came of an order that named the one it replaces (RFC 9773, 5)."""
    assert len(ask_store(server, "SELECT id FROM orders WHERE replaces IS NOT NULL AND status = 'valid'")) == 1


def revoke_by_key(lab, server, chain, key):
    """What makes a server that is asked when to renew say: now."""
    certbot(lab, server, "revoke", "--cert-path", chain, "--key-path", key, "--no-delete-after-revoke")


def inside_our_trust(lab, server):
    """What to put before a client that trusts only what the system trusts: it runs where ours is that, in a mount
    namespace."""
    trusted = lab.folder / "trusted"
    if not trusted.exists():
        trusted.mkdir()
        for name in ("ca-certificates.crt", server.openssl("x509", "-in", server.ca, "-noout", "-hash").strip() + ".0"):
            shutil.copy(server.ca, trusted / name)
    inside = script(lab, "with-our-root", f'mount --bind "{trusted}" /etc/ssl/certs\nexec "$@"\n')
    return ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"]), inside]


def create_eab(lab, server, *words):
    """An external account key as `countersign eab create` prints it: {"kid": ..., "key": ..., ...}"""
    return json.loads(lab.run([lab.binary, "eab", "create", "--json", *words, "--config", server.folder / "countersign.yaml"],
                              cwd=server.folder).stdout)


def certbot(lab, server, *arguments, program="certbot", check=True):
    return lab.run([program, *arguments, "--non-interactive", "--server", server.directory,
                    "--config-dir", lab.folder / "certbot", "--work-dir", lab.folder / "certbot-work",
                    "--logs-dir", lab.folder / "certbot-logs"], check, env=env(REQUESTS_CA_BUNDLE=str(server.ca)))


def verify_certbot(lab, server, name):
    live = lab.folder / "certbot" / "live" / name
    return lab.verify(server, live / "fullchain.pem", name, live / "privkey.pem")


def lego(lab, server, name, *arguments, program="lego", check=True, **environment):
    """`arguments` end with the command: run, renew or revoke."""
    return lab.run([program, "--path", lab.folder / "lego", "--server", server.directory, "--email", "admin@lab.example",
                    "--accept-tos", "--domains", name, *arguments], check,
                   env=env(LEGO_CA_CERTIFICATES=str(server.ca), **environment))


def verify_lego(lab, server, name):
    made = lab.folder / "lego" / "certificates" / name
    return lab.verify(server, f"{made}.crt", name, f"{made}.key")


def dehydrated(lab, server, *arguments, config="", check=True):
    """The first call writes the configuration."""
    base = lab.folder / "dehydrated"
    if not base.exists():
        base.mkdir()
        (base / "config").write_text(f'CA="{server.directory}"\nBASEDIR="{base}"\nCONTACT_EMAIL="admin@lab.example"\n'
                                     f'KEYSIZE="2048"\nACCOUNT_KEYSIZE="2048"\n{config}')    # its 4096 bits take seconds
    return lab.run(["dehydrated", "--config", base / "config", *arguments], check, env=env(CURL_CA_BUNDLE=str(server.ca)))


def verify_dehydrated(lab, server, name):
    made = lab.folder / "dehydrated" / "certs" / name
    return lab.verify(server, made / "fullchain.pem", name, made / "privkey.pem")


def uacme(lab, server, *arguments, hook="/usr/share/uacme/uacme.sh", check=True, **environment):
    return lab.run([*inside_our_trust(lab, server), "uacme", "--verbose", "--yes", "--confdir", lab.folder / "uacme",
                    "--acme-url", server.directory, "--hook", hook, *arguments], check, env=env(**environment))


def uacme_place(root):
    """Where uacme's own hook lays challenges down, as words of the environment."""
    return {"UACME_CHALLENGE_PATH": f"{root}/.well-known/acme-challenge"}


def ualpn_hook(lab):
    """uacme's own hook for tls-alpn-01, with its responder, which is started if it does not run yet."""
    socket = lab.folder / "ualpn"
    if not socket.exists():
        socket.symlink_to(lab.short_folder() / "ualpn")
        with open(lab.folder / "ualpn.log", "wb") as log:
            lab.popen(["ualpn", "--bind", f"127.0.0.1@{lab.tls_port}", "--connect", f"127.0.0.1@{lab.http_port}", "--sock",
                       socket.readlink(), "--pidfile", lab.folder / "ualpn.pid", "-vvv"], stdout=log, stderr=log)
        wait_until(lambda: "new worker starting" in (lab.folder / "ualpn.log").read_text(), what="a worker of ualpn")
    return script(lab, "ualpn-hook", f'set +e    # ualpn says OK and ends with 1\nualpn() {{ command ualpn --sock "{socket.readlink()}"; }}\n'
                  '. /usr/share/uacme/ualpn.sh\n')


def verify_uacme(lab, server, name):
    base = lab.folder / "uacme"
    return lab.verify(server, base / name / "cert.pem", name, base / "private" / name / "key.pem")


class Program:
    """One of programs/ over an ACME library: a whole order at each call (programs/README)."""

    def __init__(self, lab, server, *command, **environment):
        self.lab, self.server, self.command = lab, server, command
        self.environment = environment

    def by_http(self, *names, **more):
        place = self.lab.folder / "webroot" / ".well-known" / "acme-challenge"
        if not place.exists():
            webroot(self.lab)
        return self.obtain("http-01", place, names, more)

    def by_dns(self, *names, **more):
        return self.obtain("dns-01", self.lab.dns_hook(), names, more)

    def by_tls_alpn(self, *names, **more):
        self.lab.alpn.folder = self.lab.folder / "alpn"
        self.lab.alpn.folder.mkdir(exist_ok=True)
        return self.obtain("tls-alpn-01", self.lab.alpn.folder, names, more)

    def obtain(self, challenge, place, names, more):
        """Returns the serial of the certificate, verified for each of the names and its key."""
        self.lab.run([*self.command, self.server.directory, challenge, place, *names], env=env(**self.environment, **more))
        chain, key = self.lab.folder / "chain.pem", self.lab.folder / "key.pem"
        [serial] = {self.lab.verify(self.server, chain, name.replace("*", "any"), key) for name in names}
        return serial
