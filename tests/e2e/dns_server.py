"""dns_server - a DNS server by hand, over UDP and TCP, for answers that no real one gives.

    server = DnsServer(lambda question: question.answer([("A", "127.0.0.1")]))
    lab.server({"validation": {"resolvers": [server.address]}})

A handler gets a Question and returns the octets of a message, or None to stay silent. relay(address) makes one that asks
a real server, and may change what goes and comes.
"""
import ipaddress
import socket
import struct
import threading

TYPES = {"A": 1, "CNAME": 5, "TXT": 16, "AAAA": 28, "CAA": 257}
NAMES = {number: name for name, number in TYPES.items()}


def wire_name(name):
    labels = [label.encode() for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def rdata(kind, value):
    if kind in ("A", "AAAA"):
        return ipaddress.ip_address(value).packed
    if kind == "CNAME":
        return wire_name(value)
    if kind == "TXT":
        return bytes([len(value)]) + value.encode()
    flags, tag, text = value
    return bytes([flags, len(tag)]) + tag.encode() + text.encode()


class Question:
    def __init__(self, message, over_tcp):
        self.message, self.over_tcp = message, over_tcp
        labels, at = [], 12
        while message[at]:
            labels.append(message[at + 1:at + 1 + message[at]].decode().lower())
            at += 1 + message[at]
        self.name = ".".join(labels)
        self.kind = NAMES.get(struct.unpack_from("!H", message, at + 1)[0], "other")
        self.end = at + 5

    def answer(self, records=(), rcode=0, cut=False):
        """records: (type, value) at the name asked for, or (type, value, owner)."""
        head = self.message[:2] + struct.pack("!HHHHH", 0x8180 | rcode | (0x0200 if cut else 0), 1, len(records), 0, 0)
        body = b""
        for kind, value, *owner in records:
            data = rdata(kind, value)
            body += wire_name(owner[0]) if owner else b"\xc0\x0c"
            body += struct.pack("!HHIH", TYPES[kind], 1, 0, len(data)) + data
        return head + self.message[12:self.end] + body


class DnsServer:
    def __init__(self, handler, port):
        self.handler = handler
        self.questions = []    # (name, type, over TCP)
        self.port, self.address = port, f"127.0.0.1@{port}"
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", port))
        self.tcp = socket.create_server(("127.0.0.1", port), backlog=64)
        for work in (self.serve_udp, self.serve_tcp):
            threading.Thread(target=work, daemon=True).start()

    def reply(self, message, over_tcp):
        question = Question(message, over_tcp)
        self.questions.append((question.name, question.kind, over_tcp))
        return self.handler(question)

    def serve_udp(self):
        while True:
            try:
                message, client = self.udp.recvfrom(4096)
            except OSError:    # closed
                return
            threading.Thread(target=self.answer_udp, args=(message, client), daemon=True).start()

    def answer_udp(self, message, client):
        reply = self.reply(message, False)
        if reply is not None:
            self.udp.sendto(reply, client)

    def serve_tcp(self):
        while True:
            try:
                connection, _ = self.tcp.accept()
            except OSError:    # closed
                return
            threading.Thread(target=self.answer_tcp, args=(connection,), daemon=True).start()

    def answer_tcp(self, connection):
        with connection:
            connection.settimeout(10)
            try:
                while True:
                    length = connection.recv(2, socket.MSG_WAITALL)
                    if len(length) < 2:
                        return
                    message = connection.recv(int.from_bytes(length, "big"), socket.MSG_WAITALL)
                    reply = self.reply(message, True)
                    if reply is None:
                        return
                    connection.sendall(struct.pack("!H", len(reply)) + reply)
            except OSError:    # a client that hangs up is no news
                return

    def close(self):
        self.udp.close()
        self.tcp.close()


def exchange(port, message):
    """Asks a server on loopback over TCP, so that nothing is cut."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(struct.pack("!H", len(message)) + message)
        length = int.from_bytes(connection.recv(2, socket.MSG_WAITALL), "big")
        return connection.recv(length, socket.MSG_WAITALL)


def without_dnssec(message):
    """A query that does not ask for signatures: the DO bit of its OPT record, which stands last, is cleared."""
    assert message[-11:-8] == b"\0\0\x29", message
    return message[:-4] + b"\0\0" + message[-2:]
