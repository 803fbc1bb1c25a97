"""The server against our own conformance test (tests/conformance), with all that it can be asked."""
import json

from lab import TOP, free_port
from test_eab import create


def conformance(lab, server, ports, *words):
    """The report: {check: row}."""
    eab = create(lab, server, "--uses", "unlimited")
    done = lab.run([TOP / "tests/conformance/run", "--directory", server.directory, "--ca", server.ca, "--json",
                    "--seconds", 60 * lab.patience, "--eab", f"{eab['kid']}:{eab['key']}",
                    *ports, *words], check=False)
    return {row["name"]: row for row in json.loads(done.stdout)["checks"]}


def test_no_rule_is_broken(lab):
    http, tls, dns = free_port(), free_port(), free_port()
    server = lab.server({"validation": {"http_port": http, "tls_alpn_port": tls, "resolvers": [f"127.0.0.1@{dns}"]},
                         "accounts": {"terms_of_service": "https://www.lab.example/terms"},
                         "upstreams": [{"name": "local", "type": "local", "caa_identities": ["ca.example"]}]})
    rows = conformance(lab, server, ["--http-port", http, "--tls-port", tls, "--dns-port", dns])
    broken = [f"{row['name']}: {row['seen']}" for row in rows.values() if row["result"] == "fail"]
    assert not broken, "\n".join(broken)
