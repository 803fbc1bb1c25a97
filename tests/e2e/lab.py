"""lab - what a scenario stands on: the built server, a DNS server, a web server, all on loopback and ephemeral ports.

    def test_something(lab):
        server = lab.server()                     # started and answering; its data in the scenario's own folder
        lab.web.files["/.well-known/..."] = b"x"  # what http-01 validation finds
        lab.run(["certbot", ...])                 # a client, its words in the scenario's log

Names below lab.example are answered by knot with 127.0.0.1; see ZONES for the odd ones. All processes and sockets end
with the scenario. Nothing is written outside the scenario's folder.
"""
import ctypes
import fcntl
import http.server
import ipaddress
import json
import os
import pathlib
import random
import re
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
RANDOM = random.SystemRandom()    # scenarios are forked: a seeded generator would give all the same ports

# The key "lab", by which clients change records (RFC 2136, RFC 8945).
DNS_SECRET = "bGFib3JhdG9yeSBzZWNyZXQsIG5vdGhpbmcgaXMgc2VjcmV0IGhlcmU="

# Zones of the DNS server: what a record is for stands beside it.
ZONES = {
    "example": """
$TTL 1
@            SOA   ns.example. hostmaster.example. 1 3600 600 86400 1
@            NS    ns.example.
ns           A     127.0.0.1
*.lab        A     127.0.0.1     ; any name below lab.example is the web server of the lab
lab          A     127.0.0.1
secure       A     127.0.0.2     ; another web server of the lab
alias        CNAME www.lab.example.
six          AAAA  ::1           ; IPv6 only
both         AAAA  ::1           ; nothing listens there: IPv4 must be tried next
both         A     127.0.0.1
private      A     10.1.2.3      ; addresses that validation must not connect to
linklocal    A     169.254.169.254
mapped       AAAA  ::ffff:10.1.2.3
unspecified  A     0.0.0.0
mixed        A     10.1.2.3      ; one bad, one good
mixed        A     127.0.0.1
noaddress    TXT   "no address here"
caa-ours.lab     A   127.0.0.1   ; CAA: who may issue
caa-ours.lab     CAA 0 issue "ca.example"
caa-other.lab    A   127.0.0.1
caa-other.lab    CAA 0 issue "other-ca.example"
below.caa-other.lab A 127.0.0.1
caa-account.lab  A   127.0.0.1
caa-account.lab  CAA 0 issue "ca.example; accounturi=https://acme.example/somebody"
caa-method.lab   A   127.0.0.1
caa-method.lab   CAA 0 issue "ca.example; validationmethods=dns-01"
caa-critical.lab A   127.0.0.1
caa-critical.lab TYPE257 \\# 8 80 05 7465737478 78
loop1        CNAME loop2.example.
loop2        CNAME loop1.example.
""",
}


NEWER_CLIENTS = TOP / "build" / "newer-clients"    # what tests/e2e/newer_clients installs

CLAIMS = []    # what keeps a given port from being given again: one socket each, until the process ends


class Skip(Exception):
    """What a scenario needs is not here, and nobody is asked to have it; the words say what and how to get it."""


def newer_client(name, program):
    """The program of a client that Debian does not have; Skip if it is not installed."""
    path = NEWER_CLIENTS / name / program
    if not path.exists():
        raise Skip(f"{name} is not here; tests/e2e/newer_clients says how it comes to be")
    return path


def free_port():
    """A port that nothing uses, below those that the kernel gives to outgoing connections, and that no other scenario is
    given as long as this one runs: whoever is to listen on it may be started much later."""
    while True:
        port = RANDOM.randint(15000, 30000)
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind(f"\0countersign-port-{port}")    # a name without a file, which the kernel gives once
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
                    with socket.socket(family, kind) as probe:
                        probe.bind((address, port))
        except OSError:
            claim.close()
            continue
        CLAIMS.append(claim)
        return port


def enter_network(what):
    """A network namespace for this process and its children, without any connection; as root of a user namespace, if it is
    not root. `what`: cannot be tested where that is not allowed."""
    new_user, new_net = 0x10000000, 0x40000000
    libc, user, group = ctypes.CDLL(None, use_errno=True), os.geteuid(), os.getegid()
    if libc.unshare(new_net | (new_user if user else 0)) != 0:
        raise Skip(f"{what.upper()} CANNOT BE TESTED HERE: no network namespace can be made ({os.strerror(ctypes.get_errno())}); "
                   "run as root, or allow user namespaces (sysctl kernel.unprivileged_userns_clone=1)")
    if user:
        for file, line in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
            with open(f"/proc/self/{file}", "w") as out:
                out.write(line)


def is_address(name):
    try:
        return bool(ipaddress.ip_address(name))
    except ValueError:
        return False


def wait_until(condition, seconds=10, what="the condition"):
    """The first true value of condition(), asked again and again; AssertionError if it stays false."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"{what} did not come true within {seconds} s"
        time.sleep(0.02)


def to_yaml(value, indent=0):
    """Nested dictionaries as block YAML; lists and scalars in flow style, which JSON is."""
    lines = []
    for key, inner in value.items():
        if isinstance(inner, dict):
            lines.append(f"{' ' * indent}{key}:\n{to_yaml(inner, indent + 2)}")
        else:
            lines.append(f"{' ' * indent}{key}: {json.dumps(inner)}\n")
    return "".join(lines)


def merged(base, changes):
    result = dict(base)
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


class Web:
    """The web server that http-01 validation asks, programmable: path -> body, or a function of the request handler."""

    def __init__(self, port, address="127.0.0.1", tls=None):
        self.port = port
        self.files = {}
        self.requests = []
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                web.requests.append((self.headers.get("Host"), self.path))
                found = web.files.get(self.path)
                if callable(found):
                    found(self)
                elif found is None:
                    self.answer(404, b"nothing here")
                else:
                    self.answer(200, found)

            def answer(self, status, body=b"", **headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Listener(http.server.ThreadingHTTPServer):
            address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):    # a client that hangs up is no news
                pass

        self.httpd = Listener((address, port), Handler)
        if tls:
            self.httpd.socket = tls.wrap_socket(self.httpd.socket, server_side=True)
        threading.Thread(target=self.httpd.serve_forever, args=(0.05,), daemon=True).start()

    def answer_challenge(self, token, key_authorization):
        self.files["/.well-known/acme-challenge/" + token] = key_authorization.encode()

    def serve_folder(self, folder):
        """Files below `folder` are served as well: a client's webroot."""
        web, folder = self, pathlib.Path(folder)

        class Files(dict):
            def get(self, path, default=None):
                file = folder / path.lstrip("/")
                return file.read_bytes() if file.is_file() else super().get(path, default)

        web.files = Files(web.files)

    def close(self):
        self.httpd.shutdown()
        self.httpd.server_close()


class Alpn:
    """The TLS server that tls-alpn-01 validation asks: it shows a certificate by the name that the client says."""

    def __init__(self, port, address="127.0.0.1"):
        self.contexts = {}
        self.folder = None    # of certificates that a client lays down: NAME.crt.pem, NAME.key.pem
        self.names = []
        first = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        first.sni_callback = self.choose
        self.listener = socket.create_server((address, port))
        threading.Thread(target=self.serve, args=(first,), daemon=True).start()

    def show(self, name, chain_file, key_file):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain_file, key_file)
        context.set_alpn_protocols(["acme-tls/1"])
        self.contexts[name] = context

    def choose(self, connection, name, _):
        self.names.append(name)
        if self.folder and (self.folder / f"{name}.crt.pem").exists():
            self.show(name, self.folder / f"{name}.crt.pem", self.folder / f"{name}.key.pem")
        context = self.contexts.get(name)
        if context is None:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        connection.context = context
        return None

    def serve(self, first):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            try:
                connection.settimeout(5)
                with first.wrap_socket(connection, server_side=True) as tls:
                    assert not tls.recv(1)
            except OSError:    # a client that hangs up is no news
                pass

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)    # wakes who waits in accept(), which would hold the port
        self.listener.close()


class Server:
    """One countersign with its configuration, working folder and log."""

    def __init__(self, lab, config, wrapper=(), folder=None, with_file=True, environment=None):
        self.lab = lab
        self.folder = folder or lab.folder / "server"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config = config
        self.wrapper = list(wrapper)
        self.with_file = with_file    # else the embedded default
        self.environment = environment or {}
        self.url = config["external_url"]
        self.host, port = self.url.removeprefix("https://").rsplit(":", 1)    # the name in its certificate
        self.port = int(port)
        self.directory = self.url + lab.directory_path
        self.data = self.folder / "countersign-data"
        self.ca = self.data / "ca.pem"
        self.database = self.data / "countersign.db"
        self.log_file = self.folder / "server.log"
        self.process = None

    def write_config(self):
        file = self.folder / "countersign.yaml"
        file.write_text(to_yaml(self.config))
        return file

    def command(self):
        file = ["--config", str(self.write_config())] if self.with_file else []
        return self.wrapper + [str(self.lab.binary), "serve", *file]

    def launch(self, **options):
        """Starts the program without waiting for it."""
        command = self.command()
        self.lab.note("$ " + shlex.join(command))
        with open(self.log_file, "ab") as log:
            self.process = self.lab.popen(command, cwd=self.folder, stdout=log, stderr=log,
                                          env={**os.environ, **self.environment}, **options)
        return self

    def start(self, seconds=15, **options):
        self.launch(**options)
        wait_until(self.answers, seconds * self.lab.patience, f"an answer on {self.directory}")
        return self

    def answers(self):
        status = self.process.poll()
        assert status is None, f"the server ended with status {status}:\n{self.log()[-3000:]}"
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as raw:
                with self.tls_context().wrap_socket(raw, server_hostname=self.host) as tls:
                    tls.sendall(f"GET {self.lab.directory_path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
                                "Connection: close\r\n\r\n".encode())
                    return tls.recv(12).startswith(b"HTTP/1.1 200")
        except (OSError, ssl.SSLError):
            return False

    def tls_context(self):
        return ssl.create_default_context(cafile=str(self.ca))

    def connect_plain(self, timeout=10):
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def connect(self, timeout=10):
        """A TLS connection, verified, for a scenario that speaks HTTP by hand."""
        return self.tls_context().wrap_socket(self.connect_plain(timeout), server_hostname=self.host)

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """Without any warning: SIGKILL."""
        self.process.kill()
        self.process.wait()

    def stop(self, seconds=15):
        """Politely; the exit status is returned."""
        self.process.terminate()
        return self.wait(seconds)

    def wait(self, seconds=15):
        try:
            return self.process.wait(seconds * self.lab.patience)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the server did not end within {seconds} s:\n{self.log()[-3000:]}") from None

    def log(self):
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def openssl(self, *arguments):
        return self.lab.run(["openssl", *map(str, arguments)]).stdout

    def crl_serials(self):
        """The serials on the revocation list that the server serves; None while there is no list yet."""
        der = self.lab.folder / "crl.der"
        status = self.lab.run(["curl", "-sS", "--noproxy", "*", "--cacert", self.ca, "-o", der, "-w", "%{http_code}",
                               self.url + "/crl/local.der"]).stdout
        if status == "503":
            return None
        assert status == "200", status
        text = self.openssl("crl", "-inform", "DER", "-in", der, "-noout", "-text")
        return {int(serial, 16) for serial in re.findall(r"Serial Number: ([0-9A-F]+)", text)}

    def wait_revoked(self, *serials):
        """The list is signed anew soon after a revocation: it must come to hold exactly these."""
        wait_until(lambda: self.crl_serials() == set(serials), 15, f"a revocation list of {[hex(s) for s in serials]}")


class Lab:
    """A scenario's folder, processes and helpers."""

    directory_path = "/acme/directory"
    dns_secret = DNS_SECRET

    def __init__(self, folder, binary, patience=1):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.binary = pathlib.Path(binary).resolve()
        self.patience = patience    # factor for all waiting: 1, more under sanitizers and valgrind
        self.http_port = free_port()
        self.tls_port = free_port()
        self.closers = []
        self.servers = []
        self._web = None
        self._dns = None
        self._alpn = None

    def alone(self, thing):
        """Waits until no other scenario uses the named thing, and keeps it until the end of this one."""
        lock = open(self.folder.parent.parent / f"{thing.replace(' ', '-')}.lock", "w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        self.closers.insert(0, lock.close)

    def saw(self, client, *cases):
        """Notes for the table of clients (client_table) that a client was seen to do these, verified by the scenario."""
        with open(self.folder / "cases", "a") as file:
            file.writelines(f"{client}\t{case}\n" for case in cases)

    def short_folder(self):
        """A folder for sockets, whose paths have 107 characters at most."""
        short = pathlib.Path(tempfile.mkdtemp(prefix="countersign-", dir="/tmp"))
        self.closers.append(lambda: shutil.rmtree(short, ignore_errors=True))
        return short

    # processes

    def note(self, text):
        print(text, flush=True)

    def popen(self, command, **options):
        process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, **options)
        self.closers.append(lambda: end_process(process))
        return process

    def run(self, command, check=True, seconds=90, **options):
        """Runs a command to its end; its output is noted and returned. AssertionError if it fails and `check`."""
        command = [str(part) for part in command]
        self.note("$ " + shlex.join(command))
        process = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 timeout=seconds * self.patience, encoding="utf-8", errors="replace",
                                 **{"cwd": self.folder, **options})
        self.note(process.stdout)
        assert not check or process.returncode == 0, f"{command[0]} ended with status {process.returncode}"
        return process

    # parts

    @property
    def web(self):
        if self._web is None:
            self._web = Web(self.http_port)
            self.closers.append(self._web.close)
        return self._web

    @property
    def alpn(self):
        if self._alpn is None:
            self._alpn = Alpn(self.tls_port)
            self.closers.append(self._alpn.close)
        return self._alpn

    @property
    def dns(self):
        """The DNS server as validation.resolvers names it."""
        if self._dns is None:
            self._dns = f"127.0.0.1@{self.start_knot(ZONES)[0]}"
        return self._dns

    def start_knot(self, zones, signed=(), name="knot", address="127.0.0.1", port=None, wrapper=()):
        """A DNS server of these zones (name -> text), which signs some of them: (port, its folder). `wrapper` is a command
        that runs it, and whoever asks it, in another network."""
        port, folder = port or free_port(), self.folder / name
        folder.mkdir()
        for zone, text in zones.items():
            (folder / f"{zone}.zone").write_text(text)
        listed = "".join(f"  - domain: {zone}\n" + ("    dnssec-signing: on\n    dnssec-policy: lab\n" if zone in signed else "")
                         for zone in zones)
        short = self.short_folder()
        (folder / "knot.conf").write_text(
            f"server:\n  rundir: .\n  listen: {address}@{port}\n"
            "  udp-workers: 1\n  tcp-workers: 1\n  background-workers: 1\n"
            f"control:\n  listen: {short}/knot.sock\n"
            "log:\n  - target: stderr\n    any: warning\n"
            "database:\n  storage: .\n"
            f"key:\n  - id: lab\n    algorithm: hmac-sha256\n    secret: {DNS_SECRET}\n"
            "acl:\n  - id: update\n    key: lab\n    action: update\n"
            "policy:\n  - id: lab\n    algorithm: ecdsap256sha256\n    single-type-signing: on\n"
            "template:\n  - id: default\n    storage: .\n    zonefile-load: whole\n    journal-content: none\n"
            f"    file: %s.zone\n    acl: update\nzone:\n{listed}")
        log = open(folder / "log", "wb")
        self.popen([*wrapper, "/usr/sbin/knotd", "-c", "knot.conf"], cwd=folder, stdout=log, stderr=log)
        if wrapper:
            ask = [*wrapper, "kdig", "+short", "+timeout=1", "-p", str(port), f"@{address}", "SOA"]
            wait_until(lambda: all(subprocess.run([*ask, zone], capture_output=True).stdout for zone in zones),
                       what="an answer from knot")
        else:
            wait_until(lambda: all(dns_answers(port, zone, address) for zone in zones), what="an answer from knot")
        return port, folder

    def dns_hook(self):
        """A script that changes the zone: NAME add|delete NAME-OF-THE-RECORD VALUE."""
        host, port = self.dns.split("@")
        hook = self.folder / "dns-hook"
        hook.write_text(f'#!/bin/sh -e\nprintf "server {host} {port}\\nzone example.\\nupdate %s %s. 1 TXT \\"%s\\"\\nsend\\n"'
                        f' "$1" "$2" "$3" | knsupdate -y hmac-sha256:lab:{DNS_SECRET}\n')
        hook.chmod(0o755)
        return hook

    def config(self, **changes):
        """The laboratory's configuration: everything ephemeral, on loopback."""
        port = free_port()
        return merged({
            "listen": {"acme": f"127.0.0.1:{port}"},
            "external_url": f"https://localhost:{port}",
            "workers": 2,
            "log": {"level": "debug"},
            "validation": {"http_port": self.http_port, "tls_alpn_port": self.tls_port, "resolvers": [self.dns], "dnssec": False,
                           "timeout": "5s", "allow": ["127.0.0.0/8", "::1/128"]},
        }, changes)

    def server(self, config=None, start=True, seconds=15, **options):
        """A server on the laboratory's configuration with `config` merged into it, started unless told otherwise."""
        self.web
        server = Server(self, self.config(**(config or {})), **options)
        self.servers.append(server)
        return server.start(seconds) if start else server

    def verify(self, server, chain_file, name, key_file=None):
        """The chain in `chain_file` (leaf first) verifies for `name`, and the leaf is for the key. Returns the serial."""
        certificates = re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n",
                                  pathlib.Path(chain_file).read_text(), re.S)
        assert len(certificates) >= 2, f"the chain holds {len(certificates)} certificates"
        leaf, rest = self.folder / "leaf.pem", self.folder / "rest.pem"
        leaf.write_text(certificates[0])
        rest.write_text("".join(certificates[1:]))
        kind = "-verify_ip" if is_address(name) else "-verify_hostname"
        server.openssl("verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", server.ca, "-untrusted", rest,
                       kind, name, leaf)
        if key_file:
            public = server.openssl("pkey", "-in", key_file, "-pubout")
            assert server.openssl("x509", "-in", leaf, "-noout", "-pubkey") == public, "the key is another one"
        return int(server.openssl("x509", "-in", leaf, "-noout", "-serial").strip().removeprefix("serial="), 16)

    def stop_servers(self):
        """Ends the servers that still run; each must end well, and none may have been caught by a sanitizer."""
        for server in self.servers:
            if server.process and server.process.poll() is None:
                status = server.stop()
                assert status == 0, f"the server ended with status {status}:\n{server.log()[-3000:]}"
            for word in ("Sanitizer", "runtime error:"):
                assert word not in server.log(), server.log()[-6000:]

    def close(self):
        while self.closers:
            try:
                self.closers.pop()()
            except Exception as trouble:    # the rest must still be ended
                self.note(f"while closing: {trouble!r}")


def end_process(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def dns_answers(port, zone, address="127.0.0.1"):
    """Does a DNS server answer a query for the zone's SOA record on the port?"""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in zone.split("."))
    query = bytes.fromhex("123401000001000000000000") + labels + b"\0" + bytes.fromhex("00060001")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(0.1)
        try:
            udp.sendto(query, (address, port))
            answer = udp.recv(512)
            return answer[:2] == b"\x12\x34" and answer[3] & 15 == 0
        except OSError:
            return False
