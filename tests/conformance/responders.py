"""responders - what the server under test meets when it validates: DNS, web servers and a TLS server, which remember
what they were asked. One of each for a whole run; checks keep apart by the names that they use."""
import contextlib
import ipaddress
import socket
import ssl
import struct
import tempfile
import threading
import time
from dataclasses import dataclass, field

TYPES = {"A": 1, "SOA": 6, "TXT": 16, "AAAA": 28, "CAA": 257}
TYPE_NAMES = {number: name for name, number in TYPES.items()}


def wire_name(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label) + b"\0"


def text_rdata(text):
    data = text.encode()
    return b"".join(bytes([len(part)]) + part for part in (data[i:i + 255] for i in range(0, len(data), 255)))


def caa_rdata(tag, value):
    return bytes([0, len(tag)]) + tag.encode() + value.encode()


class Dns:
    """A small DNS server: every name has the one IPv4 address; further records by (name, type)."""

    def __init__(self, address, port, target="127.0.0.1"):
        self.target = socket.inet_aton(target)
        self.records = {}
        self.questions = []    # (name, type)
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind((address, port))
        self.tcp = socket.create_server((address, port))
        threading.Thread(target=self.serve_udp, daemon=True).start()
        threading.Thread(target=self.serve_tcp, daemon=True).start()

    def add(self, name, kind, rdata):
        self.records.setdefault((name.lower(), kind), []).append(rdata)

    def serve_udp(self):
        while True:
            query, peer = self.udp.recvfrom(4096)
            with contextlib.suppress(Exception):    # what is no question has no answer
                self.udp.sendto(self.answer(query), peer)

    def serve_tcp(self):
        while True:
            connection, _ = self.tcp.accept()
            threading.Thread(target=self.serve_connection, args=(connection,), daemon=True).start()

    def serve_connection(self, connection):
        with contextlib.suppress(Exception), connection:
            connection.settimeout(5)
            while True:
                size, = struct.unpack(">H", connection.recv(2, socket.MSG_WAITALL))
                reply = self.answer(connection.recv(size, socket.MSG_WAITALL))
                connection.sendall(struct.pack(">H", len(reply)) + reply)

    def answer(self, query):
        """NOERROR always: an answer, or none with the zone's SOA."""
        at, labels = 12, []
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        number, = struct.unpack(">H", query[at + 1:at + 3])
        question, name = query[12:at + 5], ".".join(labels).lower()
        kind = TYPE_NAMES.get(number, str(number))
        self.questions.append((name, kind))
        found = self.records.get((name, kind), [])
        if not found and kind == "A" and not name.startswith("_"):
            found = [self.target]
        answers = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", number, 1, 1, len(data)) + data for data in found)
        authority = b""
        if not found:
            soa = wire_name("ns.invalid") * 2 + struct.pack(">IIIII", 1, 3600, 600, 86400, 1)
            authority = wire_name(labels[-1] if labels else "") + struct.pack(">HHIH", TYPES["SOA"], 1, 1, len(soa)) + soa
        flags = 0x8480 | query[2] << 8 & 0x0100    # QR, AA, RA; RD as asked
        header = query[:2] + struct.pack(">HHHHH", flags, 1, len(found), 1 if authority else 0, 0)
        return header + question + answers + authority


@dataclass
class Hello:
    """What a TLS client said first (RFC 8446, 4.1.2), and what came after the handshake."""
    names: list = field(default_factory=list)       # of server_name
    protocols: list = field(default_factory=list)   # of ALPN
    versions: list = field(default_factory=list)    # all that it offers, where it lists them
    legacy_version: int = 0
    data: bytes = b""                               # after the handshake
    ended: bool = False                             # the client closed the connection
    seconds: float = 0                              # from the handshake's end to that


def parse_hello(record):
    """A ClientHello in one TLS record."""
    hello, at = Hello(), 9
    hello.legacy_version, = struct.unpack(">H", record[at:at + 2])
    at += 34
    at += 1 + record[at]
    at += 2 + struct.unpack(">H", record[at:at + 2])[0]
    at += 1 + record[at]
    end = at + 2 + struct.unpack(">H", record[at:at + 2])[0] if at + 2 <= len(record) else at
    at += 2
    while at + 4 <= end:
        kind, size = struct.unpack(">HH", record[at:at + 4])
        body = record[at + 4:at + 4 + size]
        at += 4 + size
        if kind == 0:
            hello.names = list(server_names(body[2:]))
        elif kind == 16:
            hello.protocols = list(short_strings(body[2:]))
        elif kind == 43:
            hello.versions = [struct.unpack(">H", body[i:i + 2])[0] for i in range(1, len(body), 2)]
    return hello


def server_names(body):
    while body:
        size, = struct.unpack(">H", body[1:3])
        yield body[3:3 + size].decode("latin-1")
        body = body[3 + size:]


def short_strings(body):
    while body:
        yield body[1:1 + body[0]].decode("latin-1")
        body = body[1 + body[0]:]


@dataclass
class TlsPlan:
    """What the TLS server shows for a name."""
    context: ssl.SSLContext
    hellos: list = field(default_factory=list)


class Tls:
    """The TLS server that tls-alpn-01 asks: what it shows depends on the name in server_name."""

    def __init__(self, addresses, port):
        self.plans = {}
        for address in addresses:
            listener = socket.create_server((address, port))
            threading.Thread(target=self.serve, args=(listener,), daemon=True).start()

    def show(self, name, certificate, key, protocols=("acme-tls/1",), newest=None):
        """PEM of both; newest: the highest TLS version that it speaks. Returns the plan, which collects the hellos."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.NamedTemporaryFile() as file:
            file.write(certificate + key)
            file.flush()
            context.load_cert_chain(file.name)
        if newest:
            context.set_ciphers("ALL:@SECLEVEL=0")    # TLS 1.1 is no more at any higher level
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = newest
        if protocols:
            context.set_alpn_protocols(list(protocols))
        plan = self.plans[name.lower()] = TlsPlan(context)
        return plan

    def serve(self, listener):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self.handle, args=(connection,), daemon=True).start()

    def handle(self, connection):
        with contextlib.suppress(OSError, struct.error, IndexError), connection:
            connection.settimeout(5)
            hello = parse_hello(peek_record(connection))
            plan = self.plans.get(hello.names[0].lower() if hello.names else "")
            if plan is None:
                return
            plan.hellos.append(hello)
            with plan.context.wrap_socket(connection, server_side=True) as tls:
                began = time.monotonic()
                with contextlib.suppress(ssl.SSLError):    # the client may leave without a word
                    hello.data = tls.recv(100)
                hello.ended, hello.seconds = True, time.monotonic() - began

    def wait_for(self, plan, timeout=3):
        """The hellos so far, once the connections of all have ended or time is over."""
        end = time.monotonic() + timeout
        while time.monotonic() < end and not all(hello.ended for hello in plan.hellos):
            time.sleep(0.02)
        return plan.hellos


def peek_record(connection):
    """The first TLS record of a connection, left where it is."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        data = connection.recv(16384, socket.MSG_PEEK)
        if len(data) >= 5 and len(data) >= 5 + struct.unpack(">H", data[3:5])[0] or not data:
            return data
        time.sleep(0.005)
    return b""


def reverse_name(address):
    return ipaddress.ip_address(address).reverse_pointer
