"""Web servers that obtain their certificates by themselves, and serve HTTPS with them: Debian's Caddy and Apache with mod_md."""
import shutil
import signal
import socket
import ssl

from clients import check_challenge, check_replaced, create_eab, give_up_web, revoke_by_key, script
from lab import wait_until


def serial_shown(lab, server, name):
    """The serial of the certificate that is served for the name, verified as a browser does; None while there is none. The
    page must be the site's, so the server holds the certificate's key."""
    try:
        with socket.create_connection(("127.0.0.1", lab.tls_port), timeout=5) as raw:
            with ssl.create_default_context(cafile=str(server.ca)).wrap_socket(raw, server_hostname=name) as tls:
                serial = int(tls.getpeercert()["serialNumber"], 16)
                tls.sendall(f"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
                page = b"".join(iter(lambda: tls.recv(4096), b""))
    except OSError:
        return None
    assert page.startswith(b"HTTP/1.1 200 ") and b"Hello from us" in page, page
    return serial


class Caddy:
    """Started at once; `issuer` is what a scenario adds to the issuer's block."""

    def __init__(self, lab, server, sites, issuer="", program="caddy"):
        self.lab, self.server, self.program = lab, server, program
        give_up_web(lab)
        self.file = lab.folder / "Caddyfile"
        self.file.write_text(
            f"{{\n admin off\n skip_install_trust\n storage file_system {lab.folder}/caddy\n"
            f" http_port {lab.http_port}\n https_port {lab.tls_port}\n email admin@lab.example\n}}\n"
            f"{sites} {{\n tls {{\n  issuer acme {{\n   dir {server.directory}\n   trusted_roots {server.ca}\n{issuer}\n  }}\n }}\n"
            " respond \"Hello from us\"\n}\n")
        self.start()

    def start(self):
        with open(self.lab.folder / "caddy.log", "ab") as log:
            self.process = self.lab.popen([self.program, "run", "--config", self.file, "--adapter", "caddyfile"],
                                          stdout=log, stderr=log)

    def restart(self):
        self.process.terminate()
        self.process.wait(15)
        self.start()

    def wait(self, name, seconds=20):
        return wait_until(lambda: serial_shown(self.lab, self.server, name), seconds, f"HTTPS for {name}")


class Apache:
    """mod_md asks for what the configuration names; what it got is used after a graceful restart. All that it needs is in a
    folder where the user that Apache becomes may go as well."""

    def __init__(self, lab, server, names, *directives):
        self.lab, self.server = lab, server
        give_up_web(lab)
        self.folder = lab.short_folder()
        self.folder.chmod(0o755)
        (self.folder / "www").mkdir()
        (self.folder / "www" / "index.html").write_text("Hello from us\n")
        shutil.copy(server.ca, self.folder / "ca.pem")
        self.told = self.folder / "told"    # what mod_md says of each certificate
        self.told.touch()
        self.told.chmod(0o666)
        self.script("message", f'echo "$@" >> {self.told}\n')
        self.script("challenge", f'verb=delete\n[ "$1" != setup ] || verb=add\n{self.folder}/dns-hook $verb "_acme-challenge.$2" "$3"\n')
        shutil.copy(lab.dns_hook(), self.folder)
        self.write(names, directives)
        self.start()

    def script(self, name, text):
        shutil.move(script(self.lab, name, text), self.folder)

    def write(self, names, directives):
        first, *others = names.split()
        aliases = f"ServerAlias {' '.join(others)}" if others else ""
        modules = "".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
                          for name in ("mpm_event", "authz_core", "dir", "ssl", "md"))
        lines = "\n".join(directives)
        (self.folder / "apache.conf").write_text(f"""
{modules}
ServerRoot {self.folder}
DefaultRuntimeDir {self.folder}
PidFile {self.folder}/pid
Mutex file:{self.folder} default
ErrorLog {self.lab.folder}/apache.log
LogLevel warn md:debug
User www-data
Group www-data
ServerName localhost
DocumentRoot {self.folder}/www
DirectoryIndex index.html
SSLSessionCache none
Listen 127.0.0.1:{self.lab.http_port}
Listen 127.0.0.1:{self.lab.tls_port}
Protocols http/1.1 acme-tls/1
MDStoreDir {self.folder}/md
MDPortMap http:{self.lab.http_port} https:{self.lab.tls_port}
MDCertificateAuthority {self.server.directory}
MDCACertificateFile {self.folder}/ca.pem
MDCertificateAgreement accepted
MDContactEmail admin@lab.example
MDMessageCmd {self.folder}/message
MDChallengeDns01 {self.folder}/challenge
MDChallengeDns01Version 2
MDRetryDelay 5s
MDomain {names}
{lines}
<VirtualHost *:{self.lab.http_port}>
ServerName {first}
{aliases}
</VirtualHost>
<VirtualHost *:{self.lab.tls_port}>
ServerName {first}
{aliases}
SSLEngine on
</VirtualHost>
""")

    def start(self):
        with open(self.lab.folder / "apache.words", "ab") as words:
            self.process = self.lab.popen(["/usr/sbin/apache2", "-f", self.folder / "apache.conf", "-D", "FOREGROUND"],
                                          stdout=words, stderr=words)

    def wait(self, name, before=None, seconds=30):
        """Until a certificate is there and, after a restart, in use, another one than before; its serial."""
        renewed = f"renewed {name}"
        wait_until(lambda: renewed in self.told.read_text(), seconds, f"mod_md's word '{renewed}'")
        self.told.write_text("")
        self.process.send_signal(signal.SIGUSR1)
        return wait_until(lambda: {serial_shown(self.lab, self.server, name)} - {None, before}, 10, f"HTTPS for {name}").pop()


def test_caddy_by_http(lab):
    server = lab.server()
    caddy = Caddy(lab, server, "caddy.lab.example, two.caddy.lab.example, 127.0.0.1", "disable_tlsalpn_challenge")
    names = ["caddy.lab.example", "two.caddy.lab.example", "127.0.0.1"]
    assert len({caddy.wait(name) for name in names}) == 3
    check_challenge(server, "http-01")
    lab.saw("Caddy", "http-01", "IP")


def test_caddy_by_tls_alpn_with_an_external_account(lab):
    server = lab.server({"accounts": {"external_account_required": True}})
    eab = create_eab(lab, server)
    caddy = Caddy(lab, server, "caddy.lab.example", f"disable_http_challenge\neab {eab['kid']} {eab['key']}")
    caddy.wait("caddy.lab.example")
    check_challenge(server, "tls-alpn-01")
    lab.saw("Caddy", "tls-alpn-01", "EAB")


def test_apache_by_http(lab):
    server = lab.server()
    apache = Apache(lab, server, "apache.lab.example two.apache.lab.example", "MDCAChallenges http-01", "MDCheckInterval 2s")
    first = apache.wait("apache.lab.example")
    assert first == serial_shown(lab, server, "two.apache.lab.example")
    check_challenge(server, "http-01")

    # It asks when to renew (RFC 9773): a certificate that was revoked is due at once.
    made = apache.folder / "md" / "domains" / "apache.lab.example"
    revoke_by_key(lab, server, made / "pubcert.pem", made / "privkey.pem")
    apache.wait("apache.lab.example", before=first)
    check_replaced(server)
    lab.saw("Apache mod_md", "http-01", "ARI")


def test_apache_by_tls_alpn_with_an_external_account_and_a_profile(lab):
    server = lab.server({"accounts": {"external_account_required": True},
                         "profiles": [{"name": "default"}, {"name": "short", "validity": "6d"}]})
    eab = create_eab(lab, server)
    apache = Apache(lab, server, "apache.lab.example", "MDCAChallenges tls-alpn-01", "MDProfile short",
                    f"MDExternalAccountBinding {eab['kid']} {eab['key']}")
    apache.wait("apache.lab.example")
    check_challenge(server, "tls-alpn-01")
    lab.saw("Apache mod_md", "tls-alpn-01", "EAB", "profile")


def test_apache_by_dns_with_a_wildcard(lab):
    server = lab.server()
    apache = Apache(lab, server, "apache.lab.example *.apache.lab.example", "MDCAChallenges dns-01")
    assert apache.wait("apache.lab.example") == serial_shown(lab, server, "any.apache.lab.example")
    check_challenge(server, "dns-01")
    lab.saw("Apache mod_md", "dns-01", "wildcard")
