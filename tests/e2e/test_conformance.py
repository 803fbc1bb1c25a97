"""The server against our own conformance test (tests/conformance), with all that it can be asked; and that test against
servers that break rules."""
import json
import sys

from cryptography.hazmat.primitives import serialization

from acme_client import Client, make_binding
from lab import TOP, free_port
from test_alternates import Authority
from test_eab import create

ORDERS = 20    # of an account, and then no more for some minutes

# Rules for servers that require external accounts, which have a scenario of their own; and a machine may lack IPv6.
NEEDS_ANOTHER_SERVER = {"7.3.4-required-is-announced", "7.3.4-required-type", "8738-5-host-v6"}


def tested(lab, ports, external_account_required=False, **config):
    """A server that can be asked for everything, not yet started, with the test's own ports for http-01, tls-alpn-01 and
    DNS."""
    http, tls, dns = ports
    authority = Authority(lab.folder)
    config.update({"validation": {"http_port": http, "tls_alpn_port": tls, "resolvers": [f"127.0.0.1@{dns}"]},
                   "accounts": {"terms_of_service": "https://www.lab.example/terms",
                                "external_account_required": external_account_required},
                   "rates": {"new_orders_per_account": f"{ORDERS}/1h"},
                   **authority.upstream(authority.alternate_files())})
    config["upstreams"][0]["caa_identities"] = ["ca.example"]
    server = lab.server(config, start=False)
    server.ca = authority.root_file("Old Root")
    server.data.mkdir()    # for the database
    return server


def told(directory, ca, ports):
    """The words by which the conformance test is told of a server."""
    http, tls, dns = ports
    return ["--directory", directory, "--ca", ca, "--http-port", http, "--tls-port", tls, "--dns-port", dns]


def start(lab, server, ports):
    """Starts the server, and once more with new terms. The words for it, with all that was set for the test."""
    accounts = server.config["accounts"]
    newest, accounts["terms_of_service"] = accounts["terms_of_service"], "https://www.lab.example/former-terms"
    server.start()
    eab = create(lab, server, "--uses", "unlimited")
    old = Client(server)
    old.register(externalAccountBinding=make_binding(old, eab))
    old.close()
    file = lab.folder / "old-account.json"
    pem = old.key.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_text(json.dumps({"kid": old.kid, "key": pem.decode()}))
    server.stop()
    accounts["terms_of_service"] = newest
    server.start()
    return [*told(server.directory, server.ca, ports), "--eab", f"{eab['kid']}:{eab['key']}", "--orders-limit", ORDERS,
            "--old-account", file]


def report(lab, words):
    """What the conformance test finds: {check: row}."""
    done = lab.run([TOP / "tests/conformance/run", "--json", "--seconds", int(60 * lab.patience), *words], check=False)
    assert done.returncode in (0, 1), done.stdout
    return {row["name"]: row for row in json.loads(done.stdout)["checks"]}


def broken(rows):
    return {name for name, row in rows.items() if row["result"] == "fail"}


def test_no_rule_is_broken(lab):
    ports = free_port(), free_port(), free_port()
    rows = report(lab, start(lab, tested(lab, ports), ports))
    assert not broken(rows), "\n".join(f"{name}: {rows[name]['seen']}" for name in broken(rows))
    left_out = {name for name, row in rows.items() if row["result"] == "n/a"}
    assert left_out <= NEEDS_ANOTHER_SERVER, left_out


def test_no_rule_is_broken_where_accounts_need_external_ones(lab):
    ports = free_port(), free_port(), free_port()
    rows = report(lab, [*start(lab, tested(lab, ports, external_account_required=True), ports), "7.3.4", "7.3.1"])
    assert {row["result"] for row in rows.values()} == {"pass"}, rows


def test_every_rule_can_be_seen_broken(lab):
    """Servers that break one rule each (tests/conformance/mutants.py), and for each MUST one that is found out."""
    sys.path.insert(0, str(TOP / "tests/conformance"))
    from mutants import IMMUNE, MUTANTS, Proxy
    ports, front, behind = (free_port(), free_port(), free_port()), free_port(), free_port()
    server = tested(lab, ports, listen={"acme": f"127.0.0.1:{behind}"}, external_url=f"https://localhost:{front}")
    proxy = Proxy(front, behind, server.ca, *ports)
    lab.closers.append(proxy.close)
    server.ca = proxy.certificate.name
    words = start(lab, server, ports)

    listed = json.loads(lab.run([TOP / "tests/conformance/run", "--list", "--json"]).stdout)
    found_out, missed = set(IMMUNE), []
    for name, mutant, checks in MUTANTS:
        proxy.become(mutant)
        rows = report(lab, [*words, *checks])
        found_out |= broken(rows)
        missed += [f"'{name}' is not seen by {row['name']}" for row in rows.values()
                   if row["level"] == "MUST" and row["result"] == "pass"]
    proxy.become(None)
    left = [row["name"] for row in listed["checks"] if row["level"] == "MUST" and row["name"] not in found_out]
    if left:    # n/a is well, if the good server does not offer what it takes
        missed += [f"no mutant is seen by {row['name']}" for row in report(lab, [*words, *left]).values()
                   if row["result"] != "n/a"]
    assert not missed, "\n".join(missed)


test_every_rule_can_be_seen_broken.seconds = 300
