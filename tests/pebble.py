"""pebble - how Debian's pebble is started, the ACME server that ours is compared with (tests/bench, tests/conformance)."""
import json
import subprocess

# No pauses before validation, no good nonces refused, no authorizations used again: it does what it is asked.
ENVIRONMENT = {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0", "PEBBLE_AUTHZREUSE": "0"}


def command(folder, acme, management, http, tls, dns, external_accounts=None, program="pebble",
            external_account_required=False):
    """The command, to be run in the folder, where its configuration, key and certificate (cert.pem) are made. All else
    are ports; external_accounts: {kid: MAC key in base64url}."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True)
    config = {"listenAddress": f"127.0.0.1:{acme}", "managementListenAddress": f"127.0.0.1:{management}",
              "certificate": "cert.pem", "privateKey": "key.pem", "httpPort": http, "tlsPort": tls,
              "ocspResponderURL": "", "externalAccountBindingRequired": external_account_required,
              "externalAccountMACKeys": external_accounts or {}}
    (folder / "pebble.json").write_text(json.dumps({"pebble": config}))
    return [str(program), "-config", "pebble.json", "-dnsserver", f"127.0.0.1:{dns}"]


def directory(acme):
    return f"https://localhost:{acme}/dir"
