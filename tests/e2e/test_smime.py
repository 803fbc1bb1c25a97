"""S/MIME: orders for addresses of mail (RFC 8823) at the embedded CA, and what mail programs do with the certificates. Here an
external account vouches for the addresses; the challenge by mail has scenarios of its own."""
import json

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from acme_client import Client, b64, make_binding, make_csr
from clients import create_eab
from lab import wait_until

PROFILES = [{"name": "web"}, {"name": "mail", "validation": "client", "validity": "825d"}]


def usage(*words):
    """A keyUsage extension for a CSR."""
    every = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign",
             "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{word: word in words for word in every})


def server_for_mail(lab, **config):
    return lab.server({"profiles": PROFILES, **config})


def person(lab, server, *words):
    """An account for which the operator vouches."""
    client, eab = Client(server), create_eab(lab, server, "--prevalidated", *words)
    client.register(externalAccountBinding=make_binding(client, eab))
    return client


def save(lab, order, name):
    """Key, leaf and chain as files."""
    paths = [lab.folder / f"{name}.{end}" for end in ("key", "pem", "chain")]
    paths[0].write_bytes(order.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                                 serialization.NoEncryption()))
    paths[1].write_bytes(order.chain[0].public_bytes(serialization.Encoding.PEM))
    paths[2].write_bytes(b"".join(one.public_bytes(serialization.Encoding.PEM) for one in order.chain[1:]))
    return paths


def obtain(client, names, key=None, **csr):
    order = client.new_order(names)
    assert order.status == "ready", order.body
    order.key, der = make_csr(names, key=key, **csr)
    order.take(order.finalize(csr=der).ok().json())
    order.wait("valid")
    order.download()
    return order


def test_a_message_is_signed_and_encrypted(lab):
    server = server_for_mail(lab)
    client = person(lab, server, "--name", "corp.example")
    message = lab.folder / "message.txt"
    message.write_text("Hello Bob,\n\nthe offer stands.\n\nAnn\n")
    keys = {"rsa": rsa.generate_private_key(65537, 2048), "p256": ec.generate_private_key(ec.SECP256R1()),
            "p384": ec.generate_private_key(ec.SECP384R1())}
    for word, key in keys.items():
        order = obtain(client, ["Ann@corp.example"], key=key)
        key_file, leaf, chain = save(lab, order, word)
        for purpose in ("smimesign", *(["smimeencrypt"] if word == "rsa" else [])):
            server.openssl("verify", "-x509_strict", "-purpose", purpose, "-verify_email", "Ann@corp.example", "-CAfile", server.ca,
                           "-untrusted", chain, leaf)
        signed, plain = lab.folder / f"{word}.eml", lab.folder / f"{word}.txt"
        server.openssl("smime", "-sign", "-in", message, "-text", "-signer", leaf, "-inkey", key_file, "-certfile", chain,
                       "-out", signed)
        server.openssl("smime", "-verify", "-text", "-in", signed, "-CAfile", server.ca, "-out", plain)
        assert plain.read_text().split() == message.read_text().split()
        signed.write_text(signed.read_text().replace("stands", "falls"))
        refused = lab.run(["openssl", "smime", "-verify", "-in", signed, "-CAfile", server.ca], check=False)
        assert refused.returncode != 0
        sealed = lab.folder / f"{word}.sealed"
        server.openssl("cms", "-encrypt", "-aes256", "-in", message, "-out", sealed, leaf)
        opened = server.openssl("cms", "-decrypt", "-in", sealed, "-recip", leaf, "-inkey", key_file)
        assert opened.split() == message.read_text().split()
        assert "offer" not in sealed.read_text()


def test_the_certificate_is_for_mail_only(lab):
    server = server_for_mail(lab)
    client = person(lab, server, "--name", "corp.example")
    order = obtain(client, ["ann@corp.example", "ann.other@corp.example"])
    leaf = order.chain[0]
    get = leaf.extensions.get_extension_for_class
    assert [oid.dotted_string for oid in get(x509.ExtendedKeyUsage).value] == ["1.3.6.1.5.5.7.3.4"]
    assert [policy.policy_identifier.dotted_string for policy in get(x509.CertificatePolicies).value] == ["2.23.140.1.5.1.3"]
    assert leaf.subject.rfc4514_string() == "CN=ann.other@corp.example"
    assert get(x509.CRLDistributionPoints).value and get(x509.AuthorityInformationAccess).value
    days = (leaf.not_valid_after - leaf.not_valid_before).days
    assert 823 <= days <= 825, days
    for words, want in ((("digital_signature",), (True, False)), (("content_commitment",), (True, False)),
                        (("key_encipherment",), (False, True)), (("key_agreement",), (False, True)),
                        (("digital_signature", "key_agreement"), (True, True))):
        order = obtain(client, ["ann@corp.example"], extensions=[usage(*words)])
        granted = order.chain[0].extensions.get_extension_for_class(x509.KeyUsage).value
        assert (granted.digital_signature, granted.key_agreement) == want, (words, granted)
    long = "a" * 60 + "@corp.example"    # too long for a commonName
    assert not list(obtain(client, [long]).chain[0].subject)
    # An Ed25519 key cannot encrypt.
    order = client.new_order(["ann@corp.example"])
    key, csr = make_csr(order.names(), key=ed25519.Ed25519PrivateKey.generate(), extensions=[usage("key_agreement")])
    order.take(order.finalize(csr=csr).ok().json())
    wait_until(lambda: order.refresh()["status"] == "invalid", what="the refusal")


def test_what_can_be_ordered_where(lab):
    server = server_for_mail(lab)
    client = person(lab, server, "--name", "corp.example", "--name", "boss@other.example")
    new = client.directory["newOrder"]

    def order(*names, profile=None):
        return client.post(new, {"identifiers": [{"type": kind, "value": name} for kind, name in names],
                                 **({"profile": profile} if profile else {})})

    # The type chooses the profile; the local part stays as it is, and two cases of it are two names.
    assert client.new_order(["Ann@CORP.example"]).body["profile"] == "mail"
    assert client.new_order(["Ann@CORP.example"]).names() == ["Ann@corp.example"]
    assert client.new_order(["www.corp.example"]).body["profile"] == "web"
    assert client.new_order(["boss@other.example"]).status == "ready"
    order(("email", "ann@corp.example"), profile="web").refused(400, "unsupportedIdentifier", "order of its own")
    order(("dns", "www.corp.example"), profile="mail").refused(400, "unsupportedIdentifier", "addresses of mail only")
    for both in ((("email", "ann@corp.example"), ("dns", "corp.example")), (("dns", "corp.example"), ("email", "ann@corp.example"))):
        order(*both).refused(400, "unsupportedIdentifier", "1 of 2 names")
    order(("email", "ann@corp.example"), ("email", "ann@CORP.example")).refused(400, "malformed", "more than once")
    for value, word in (("*@corp.example", "bare address"), ("Ann <ann@corp.example>", "bare address"), ("ann", "no \"@\""),
                        ("änn@corp.example", "SmtpUTF8Mailbox"), ("ann@bücher.example", "xn--bcher-kva.example"),
                        ("\"ann\"@corp.example", "quoted"), ("ann@[192.0.2.1]", "address literal")):
        order(("email", value)).refused(400, "malformed", word)
    order(("email", "ann@else.example")).refused(400, "rejectedIdentifier", "does not allow")
    order(("email", "ann@other.example")).refused(400, "rejectedIdentifier", "does not allow")
    # Without somebody who vouches, the address is to be proven.
    stranger = Client(server)
    stranger.register()
    stranger.post(new, {"identifiers": [{"type": "email", "value": "ann@corp.example"}]}).refused(
        400, "rejectedIdentifier", "email-reply-00")


def test_requests_are_for_the_address(lab):
    server = server_for_mail(lab)
    client = person(lab, server, "--name", "corp.example")

    def finalize(**csr):
        order = client.new_order(["ann@corp.example"])
        _, der = make_csr(**{"names": ["ann@corp.example"], **csr})
        return order.finalize(csr=der)

    for good in ({}, {"common_name": "ann@corp.example"}, {"common_name": "ann@CORP.example"}):
        assert finalize(**good).ok().json()["status"] in ("processing", "valid")
    for bad, word in (({"common_name": "Ann Other"}, "commonName"), ({"common_name": "bob@corp.example"}, "bob@corp.example"),
                      ({"names": ["bob@corp.example"]}, "ann@corp.example"), ({"names": ["Ann@corp.example"]}, "ann@corp.example"),
                      ({"names": ["ann@corp.example", "bob@corp.example"]}, "bob@corp.example"),
                      ({"names": ["ann@corp.example", "corp.example"]}, "corp.example"), ({"names": []}, "names nothing"),
                      ({"subject": {"EMAIL": "ann@corp.example"}}, "emailAddress"), ({"subject": {"O": "Corp"}}, "organizationName")):
        finalize(**bad).refused(400, "badCSR", word)


def test_renewal_reuse_and_revocation(lab):
    server = server_for_mail(lab)
    client = person(lab, server, "--name", "corp.example")
    key = ec.generate_private_key(ec.SECP256R1())
    first = obtain(client, ["ann@corp.example"], key=key)
    again = obtain(client, ["ann@corp.example"], key=key)
    assert again.chain[0].serial_number == first.chain[0].serial_number, "the same key and address get the same certificate"
    other = obtain(client, ["ann@corp.example"])
    assert other.chain[0].serial_number != first.chain[0].serial_number
    aki = first.chain[0].extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    serial = first.chain[0].serial_number
    name = f"{b64(aki)}.{b64(serial.to_bytes((serial.bit_length() + 8) // 8, 'big'))}"
    window = client.get(f"{client.directory['renewalInfo']}/{name}").ok().json()["suggestedWindow"]
    assert window["start"] < window["end"]
    renewed = client.new_order(["ann@corp.example"], replaces=name)
    assert renewed.body["replaces"] == name and renewed.status == "ready"
    client.revoke(first.der()).ok()
    server.wait_revoked(first.chain[0].serial_number)
    shown = json.loads(lab.run([lab.binary, "certificate", "list", "--json", "--config", server.folder / "countersign.yaml"],
                               cwd=server.folder).stdout)
    assert "ann@corp.example" in json.dumps(shown), shown
