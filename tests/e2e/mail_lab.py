"""mail_lab - mail servers of a scenario, real ones: postfix for two domains, opendkim that signs what they send, dovecot that
keeps the boxes, knot with the keys in a signed zone.

    post = MailLab(lab)
    server = post.server(...)                      # sends challenges as acme@ca.example
    mail = post.wait_mail("ann@corp.example")      # what came for her, as an EmailMessage
    post.send("ann@corp.example", reply)           # signed by opendkim for corp.example

Postfix hands what comes for acme@ca.example to `countersign deliver`, or puts it into a box that the server reads by IMAP.
"""
import email
import email.policy
import os
import pathlib
import pwd
import smtplib
import ssl
import subprocess
import time

from lab import Skip, free_port, wait_until

ZONE = """
$TTL 1
@       SOA ns.{0} hostmaster.{0} 1 3600 600 86400 1
@       NS  ns.{0}
ns      A   127.0.0.1
@       A   127.0.0.1
@       CAA 0 issue ";"
@       CAA 0 issuemail "ca.example"
"""
SIGNED = ("From,Sender,Reply-To,To,Cc,Subject,Date,In-Reply-To,References,Message-ID,Auto-Submitted,Content-Type,"
          "Content-Transfer-Encoding")
PASSWORD = "correct horse battery staple"
US = "acme@ca.example"
WORKER = "nobody"    # postfix runs no program as root; so the server that the program asks runs as another, too


class MailLab:
    domains = ("ca.example", "corp.example")

    def __init__(self, lab, by_pipe=True, signs=True):
        if os.geteuid() != 0:
            raise Skip("postfix starts as root only")
        self.lab, self.by_pipe = lab, by_pipe
        self.short = lab.short_folder()
        self.short.chmod(0o755)
        self.smtp_port, self.milter_port, self.imap_port, self.imaps_port, self.auth_port = (free_port() for _ in range(5))
        self.boxes = self.short / "boxes"
        self.boxes.mkdir()
        os.chown(self.boxes, *self.ids())
        self.make_certificate()
        self.start_dns()
        self.start_signer(signs)
        self.start_dovecot()
        self.start_postfix()

    @staticmethod
    def ids():
        entry = pwd.getpwnam(WORKER)
        return entry.pw_uid, entry.pw_gid

    def make_certificate(self):
        self.certificate, self.key = self.short / "mail.pem", self.short / "mail.key"
        self.lab.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                      "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", self.key,
                      "-out", self.certificate])

    # DNS and DKIM

    def start_dns(self):
        for domain in self.domains:
            self.lab.run(["opendkim-genkey", "-b", "2048", "-d", domain, "-s", "s1", "-D", self.short])
            (self.short / "s1.private").rename(self.short / f"{domain}.private")
            (self.short / "s1.txt").rename(self.short / f"{domain}.txt")
        zones = {domain: ZONE.format(domain + ".") + (self.short / f"{domain}.txt").read_text() for domain in self.domains}
        self.dns_port, self.dns_folder = self.lab.start_knot(zones, signed=("corp.example",), name="mail-knot")
        ds = self.lab.run(["keymgr", "-c", "knot.conf", "corp.example.", "ds"], cwd=self.dns_folder).stdout
        self.anchor = self.short / "corp.ds"
        self.anchor.write_text("corp.example. IN DS " + [line.split("DS ")[1] for line in ds.splitlines() if " 13 2 " in line][0])

    def start_signer(self, signs):
        for domain in self.domains:
            os.chown(self.short / f"{domain}.private", 0, 0)
        (self.short / "keys").write_text("".join(f"{d} {d}:s1:{self.short}/{d}.private\n" for d in self.domains))
        (self.short / "signers").write_text("".join(f"*@{d} {d}\n" for d in self.domains) if signs else "*@ca.example ca.example\n")
        (self.short / "opendkim.conf").write_text(
            f"Mode s\nCanonicalization relaxed/relaxed\nSocket inet:{self.milter_port}@127.0.0.1\nBackground no\nSyslog no\n"
            f"KeyTable {self.short}/keys\nSigningTable refile:{self.short}/signers\nSignHeaders {SIGNED}\nOversignHeaders {SIGNED}\n"
            "InternalHosts 127.0.0.1\nRequireSafeKeys no\n")
        self.start("opendkim", ["/usr/sbin/opendkim", "-f", "-x", self.short / "opendkim.conf"], self.milter_port)

    # boxes

    def start_dovecot(self):
        uid, gid = self.ids()
        (self.short / "users").write_text("".join(
            f"{user}:{{PLAIN}}{PASSWORD}:{uid}:{gid}::{self.boxes}/{user.replace('@', '-at-')}\n"
            for user in (US, "ann@corp.example", "bob@corp.example")))
        (self.short / "dovecot.conf").write_text(f"""
base_dir = {self.short}/dovecot
state_dir = {self.short}/dovecot
log_path = {self.short}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{self.certificate}
ssl_key = <{self.key}
auth_mechanisms = plain login
mail_location = maildir:~/Maildir
first_valid_uid = 1
default_login_user = nobody
default_internal_user = nobody
default_internal_group = nogroup
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {self.short}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {self.short}/users
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {self.imap_port}
  }}
  inet_listener imaps {{
    port = {self.imaps_port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {self.auth_port}
  }}
}}
""")
        self.start("dovecot", ["/usr/sbin/dovecot", "-F", "-c", self.short / "dovecot.conf"], self.imap_port)

    def box(self, address):
        return self.boxes / address.replace("@", "-at-") / "Maildir"

    # postfix

    def start_postfix(self):
        uid, gid = self.ids()
        folder = self.short / "postfix"
        for name in ("config", "queue", "data"):
            (folder / name).mkdir(parents=True)
        os.chown(folder / "data", *pwd.getpwnam("postfix")[2:4])
        transport = "acme:" if self.by_pipe else "virtual:"
        (folder / "config" / "main.cf").write_text(f"""
compatibility_level = 3.6
config_directory = {folder}/config
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {self.short}
myhostname = mail.ca.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
disable_dns_lookups = yes
mynetworks =
alias_maps =
alias_database =
virtual_mailbox_domains = ca.example, corp.example
virtual_mailbox_base = {self.boxes}
virtual_mailbox_maps = inline:{{ {{ {US} = acme-at-ca.example/Maildir/ }}, {{ ann@corp.example = ann-at-corp.example/Maildir/ }},
    {{ bob@corp.example = bob-at-corp.example/Maildir/ }} }}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
transport_maps = inline:{{ {US}={transport} }}
acme_destination_recipient_limit = 1
smtpd_tls_cert_file = {self.certificate}
smtpd_tls_key_file = {self.key}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{self.auth_port}
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_milters = inet:127.0.0.1:{self.milter_port}
milter_default_action = tempfail
smtputf8_enable = yes
minimal_backoff_time = 2s
queue_run_delay = 2s
maximal_backoff_time = 4s
""")
        deliver = f"{self.lab.binary} deliver --config {self.lab.folder}/server/countersign.yaml"
        services = "".join(f"{line}\n" for line in (
            f"127.0.0.1:{self.smtp_port} inet n - n - - smtpd", "pickup unix n - n 60 1 pickup", "cleanup unix n - n - 0 cleanup",
            "qmgr unix n - n 300 1 qmgr", "tlsmgr unix - - n 1000? 1 tlsmgr", "rewrite unix - - n - - trivial-rewrite",
            "bounce unix - - n - 0 bounce", "defer unix - - n - 0 bounce", "trace unix - - n - 0 bounce",
            "verify unix - - n - 1 verify", "flush unix n - n 1000? 0 flush", "proxymap unix - - n - - proxymap",
            "smtp unix - - n - - smtp", "error unix - - n - - error", "retry unix - - n - - error",
            "virtual unix - n n - - virtual", "anvil unix - - n - 1 anvil", "scache unix - - n - 1 scache",
            "postlog unix-dgram n - n - 1 postlogd",
            f"acme unix - n n - - pipe flags=Rq user={WORKER} directory={self.lab.folder}/server argv={deliver}"))
        (folder / "config" / "master.cf").write_text(services)
        self.start("postfix", ["/usr/sbin/postfix", "-c", folder / "config", "start-fg"], self.smtp_port)
        self.lab.closers.append(lambda: subprocess.run(["/usr/sbin/postfix", "-c", folder / "config", "stop"], capture_output=True))
        self.mail_log = folder / "log"
        self.lab.closers.append(lambda: self.lab.note("postfix said:\n" + self.log()))

    def start(self, name, command, port):
        log = open(self.short / f"{name}.out", "wb")
        self.lab.popen(command, stdout=log, stderr=log, cwd=self.short)

        def listens():
            try:
                with smtplib.socket.create_connection(("127.0.0.1", port), timeout=1):
                    return True
            except OSError:
                return False
        try:
            wait_until(listens, 20 * self.lab.patience, f"{name} on port {port}")
        except AssertionError:
            self.lab.note(pathlib.Path(log.name).read_text(errors="replace"))
            raise

    # the server

    def server(self, **changes):
        """As a user who may be asked by postfix's program."""
        folder = self.lab.folder / "server"
        folder.mkdir(exist_ok=True)
        password = folder / "mail.password"
        password.write_text(PASSWORD + "\n")
        password.chmod(0o600)
        for path in (folder, password):
            os.chown(path, *self.ids())
        self.lab.http_port    # its ports are reserved before
        mail = {"from": US, "smtp": f"smtp://localhost:{self.smtp_port}", "user": US, "password_file": str(password),
                "ca_file": str(self.certificate)}
        return self.lab.server({
            "validation": {"resolvers": [f"127.0.0.1@{self.dns_port}"], "dnssec": True, "trust_anchor_file": str(self.anchor)},
            "mail": {**mail, **changes.pop("mail", {})},
            "profiles": [{"name": "mail", "validation": "client", "challenges": ["email-reply-00"]}], **changes},
            wrapper=["setpriv", "--reuid", WORKER, "--regid", str(self.ids()[1]), "--clear-groups"])

    # mail

    def mails(self, address):
        files = sorted(self.box(address).glob("new/*"), key=lambda file: file.stat().st_mtime_ns)
        return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]

    def wait_mail(self, address, number=1, seconds=20):
        wait_until(lambda: len(self.mails(address)) >= number, seconds * self.lab.patience,
                   f"mail number {number} for {address}; postfix says:\n{self.log()}")
        return self.mails(address)[number - 1]

    def log(self):
        return self.mail_log.read_text(errors="replace")[-3000:] if self.mail_log.exists() else ""

    def signed(self, sender, message):
        """The mail as it arrives, its signature on it: by way of somebody's box. Lines end by LF, as in pipes."""
        before = len(self.mails("bob@corp.example"))
        self.send(sender, message, to="bob@corp.example")
        self.wait_mail("bob@corp.example", before + 1)
        newest = max(self.box("bob@corp.example").glob("new/*"), key=lambda file: file.stat().st_mtime_ns)
        return newest.read_bytes()

    def deliver(self, message):
        """What postfix would do with it; the exit status."""
        done = subprocess.run([str(self.lab.binary), "deliver", "--config", str(self.lab.folder / "server" / "countersign.yaml")],
                              input=message, capture_output=True, cwd=self.lab.folder / "server", timeout=60)
        if done.stderr:
            self.lab.note(done.stderr.decode())
        return done.returncode

    def send(self, sender, message, to=US):
        """By way of postfix, as somebody who has logged in; `message` is octets."""
        with smtplib.SMTP("localhost", self.smtp_port, timeout=20) as smtp:
            smtp.starttls(context=ssl.create_default_context(cafile=str(self.certificate)))
            smtp.login(sender if sender in (US, "ann@corp.example", "bob@corp.example") else "bob@corp.example", PASSWORD)
            smtp.sendmail(sender, [to], message)
