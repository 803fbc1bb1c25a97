"""Nothing secret, nothing that a client could use as another, ever reaches the log: not even at level debug."""
import json
import re

from acme_client import Client, b64, make_csr

PREFIX = "/.well-known/acme-challenge/"


class Witness(Client):
    """A client that remembers all that must not be in a log."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.secrets = {}

    def jws(self, *arguments, **options):
        jws = super().jws(*arguments, **options)
        self.secrets |= {jws["signature"]: "a signature", jws["protected"]: "a JWS header"}
        if len(jws["payload"]) > 20:
            self.secrets[jws["payload"]] = "a payload"
        return jws

    def note_nonce(self, nonce):
        super().note_nonce(nonce)
        self.secrets[nonce] = "a nonce"


def look(server, secrets):
    log = server.log()
    found = [f"{what} is in the log: {next(line for line in log.splitlines() if secret in line)}"
             for secret, what in secrets.items() if secret in log]
    assert not found, "\n".join(found[:5])
    assert "BEGIN" not in log and "PRIVATE" not in log, log


def run_of_everything(lab, server):
    client = Witness(server)
    client.register(contact=["mailto:admin@lab.example"])
    secrets = client.secrets
    secrets[client.key.thumbprint] = "a key's thumbprint"

    def remember_challenge(order):
        for _, challenge in order.challenges():
            secrets[challenge["token"]] = "a token"
            secrets[challenge["token"][:12]] = "the beginning of a token"

    good = client.new_order(["www.lab.example"])
    remember_challenge(good)
    pem = good.obtain(lab.web)
    secrets[b64(good.der())[:60]] = "a certificate's text"
    secrets[pem.decode().splitlines()[1]] = "a certificate's text"
    client.revoke(good.der(), 4).ok()

    # Failures of every kind, since their words are the longest.
    scenes = {
        "wrong.lab.example": lambda token, key: lab.web.files.__setitem__(PREFIX + token, b"wrong " + key.encode()),
        "absent.lab.example": lambda token, key: None,
        "moved.lab.example": lambda token, key: lab.web.files.__setitem__(
            PREFIX + token, lambda handler: handler.answer(302, Location=f"http://private.example/{token}/{key}")),
        "nothing.example": lambda token, key: None,
        "private.example": lambda token, key: None,
    }
    orders = []
    for name, prepare in scenes.items():
        order = client.new_order([name])
        remember_challenge(order)
        (_, challenge), = order.challenges()
        prepare(challenge["token"], f"{challenge['token']}.{client.key.thumbprint}")
        client.post(challenge["url"], {})
        orders.append(order)
    for order in orders:
        try:
            order.wait("invalid", seconds=60)
        except AssertionError:
            assert order.status == "invalid"

    client.post(client.kid, None, protected={"nonce": "A" * 22})
    client.post(client.kid, None, protected={"alg": "none"})
    client.post(client.kid, {"contact": ["mailto:secret@lab.example?subject=x"]})
    ready = client.new_order(["csr.lab.example"])
    remember_challenge(ready)
    ready.prove(lab.web)
    _, csr = make_csr(["other.lab.example"])
    secrets[b64(csr)[:60]] = "a request's text"
    ready.finalize(csr=csr).refused(400, "badCSR")
    client.post(client.directory["newOrder"], raw=b'{"protected": "secret-body"').refused(400, "malformed")
    secrets["secret-body"] = "a body"
    client.get(server.url + "/acme/nothing?secret-query", is_acme=True)
    secrets["secret-query"] = "a query"
    return secrets


def private_numbers(server):
    """The texts of the private keys in the server's folder, in base64 and in hexadecimal."""
    found = {}
    for file in server.data.rglob("*"):
        text = file.read_text(errors="replace") if file.is_file() else ""
        for block in re.findall(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\n(.*?)-----END", text, re.S):
            found[block.splitlines()[0]] = f"the key of {file.name}"
    assert found, "no key was found to look for"
    return found


def test_text_log_holds_no_secret(lab):
    server = lab.server({"log": {"level": "debug"}})
    secrets = run_of_everything(lab, server)
    assert server.stop() == 0
    look(server, {**secrets, **private_numbers(server)})
    assert "order_issued" in server.log() and "authz_invalid" in server.log()


def test_json_log_holds_no_secret(lab):
    server = lab.server({"log": {"level": "debug", "format": "json"}})
    secrets = run_of_everything(lab, server)
    server.kill()
    look(server, {**secrets, **private_numbers(server)})
    assert all(json.loads(line) for line in server.log().splitlines())
