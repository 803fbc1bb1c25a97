"""python_client - python3-acme, the library under certbot, through a whole order; README says how it is called."""
import datetime
import ipaddress
import os
import pathlib
import subprocess
import sys

import josepy
from OpenSSL import crypto as openssl
from acme import challenges, client, crypto_util, messages
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

directory, kind, place, *names = sys.argv[1:]
steps = os.environ.get("STEPS", "").split()


def new_key():
    return rsa.generate_private_key(65537, 2048)


def pem(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def answer(challenge, name):
    """Lays down what the server will look for. (The library's tls-alpn-01 is that of an early draft.)"""
    validation = challenge.validation(account_key)
    if kind == "http-01":
        (pathlib.Path(place) / challenge.chall.encode("token")).write_text(validation)
    else:
        subprocess.run([place, "add", challenge.chall.validation_domain_name(name), validation], check=True)
    acme.answer_challenge(challenge, challenge.response(account_key))


def request(names):
    """A CSR for names and addresses, in PEM."""
    addresses = [ipaddress.ip_address(name) for name in names if name[0].isdigit()]
    return crypto_util.make_csr(certificate_key, [name for name in names if not name[0].isdigit()], ipaddrs=addresses)


account_key = josepy.JWKRSA(key=new_key())
network = client.ClientNetwork(account_key, user_agent="countersign-tests")
acme = client.ClientV2(client.ClientV2.get_directory(directory, network), network)
binding = None
if "EAB_KID" in os.environ:
    binding = messages.ExternalAccountBinding.from_data(account_key.public_key(), os.environ["EAB_KID"],
                                                        os.environ["EAB_KEY"], acme.directory)
account = acme.new_account(messages.NewRegistration.from_data(
    email="admin@lab.example", terms_of_service_agreed=True, external_account_binding=binding))
if binding is None:    # 2.1.0 cannot send what it read of a bound account
    assert acme.query_registration(account).body.status == "valid"

certificate_key = pem(new_key())
order = acme.new_order(request(names))
for authorization in order.authorizations:
    [challenge] = [body for body in authorization.body.challenges if body.typ == kind]
    answer(challenge, authorization.body.identifier.value)
order = acme.poll_and_finalize(order, datetime.datetime.now() + datetime.timedelta(seconds=30))

pathlib.Path("chain.pem").write_text(order.fullchain_pem)
pathlib.Path("key.pem").write_bytes(certificate_key)
if "revoke" in steps:
    leaf = openssl.load_certificate(openssl.FILETYPE_PEM, order.fullchain_pem.encode())
    acme.revoke(josepy.ComparableX509(leaf), 4)
