"""What every resource owes to HTTP and RFC 8555, 6 and 7.1: methods, headers, media types."""
import ssl

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ExtensionOID, load_der_x509_crl

from acme_client import Client


def everything(client, order):
    """Name -> URL of every resource that takes POST only."""
    directory = client.directory
    authorization, body = order.authorizations()[0]
    return {"newAccount": directory["newAccount"], "newOrder": directory["newOrder"], "revokeCert": directory["revokeCert"],
            "account": client.kid, "orders": client.post(client.kid).json()["orders"], "order": order.url,
            "finalize": order.body["finalize"], "authorization": authorization,
            "challenge": body["challenges"][0]["url"], "certificate": order.body["certificate"]}


def test_directory_lists_what_is_served(lab):
    server = lab.server()
    client = Client(server)
    answer = client.get(server.directory).ok()
    assert answer.headers["Content-Type"] == "application/json"
    directory = answer.json()
    assert {"newNonce", "newAccount", "newOrder", "newAuthz", "revokeCert", "meta"} <= directory.keys(), directory
    for name, url in directory.items():
        assert name == "meta" or url.startswith(server.url + "/"), directory
    assert "termsOfService" not in directory["meta"], directory

    head = client.get(server.directory, "HEAD").ok()
    assert head.body == b"" and head.headers["Content-Length"] == answer.headers["Content-Length"]

    client.register()
    again = client.post(server.directory).ok()    # POST-as-GET (6.3)
    assert again.json() == directory


def test_terms_of_service_must_be_agreed_to(lab):
    terms = "https://ca.lab.example/terms"
    client = Client(lab.server({"accounts": {"terms_of_service": terms}}))
    assert client.directory["meta"]["termsOfService"] == terms
    url = client.directory["newAccount"]
    for payload in ({}, {"termsOfServiceAgreed": False}):
        answer = client.post(url, payload, by_key=True)
        assert answer.status in (400, 403) and terms in answer.json()["detail"], answer.body
    client.register()


def test_new_nonce(lab):
    client = Client(lab.server())
    url = client.directory["newNonce"]
    head = client.get(url, "HEAD").ok(200)
    assert head.nonce and head.body == b""
    get = client.get(url).ok(204)
    assert get.nonce and get.body == b"" and get.headers["Content-Length"] is None
    client.register()
    assert client.post(url).status in (200, 204)    # POST-as-GET (6.3)
    for _ in range(200):    # clients may pool them
        client.get(url, "HEAD").ok()
    for _ in range(100):
        client.post(client.kid).ok()


def test_other_methods_are_405_with_allow(lab):
    client = Client(lab.server())
    client.register()
    order = client.new_order(["www.lab.example"])
    order.obtain(lab.web)
    for name, url in everything(client, order).items():
        for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH"):
            answer = client.get(url, method)
            assert answer.status == 405 and answer.headers["Allow"] == "POST", f"{method} {name}: {answer.status}"
            assert method == "HEAD" or answer.refused(405, "malformed")
    for method in ("PUT", "DELETE"):
        answer = client.get(client.server.directory, method)
        assert answer.status == 405 and answer.headers["Allow"] == "GET, HEAD, POST", answer.headers["Allow"]


def test_unknown_resources_are_404(lab):
    client = Client(lab.server())
    client.register()
    known = client.kid.rsplit("/", 1)[0]
    for path in ("/acme/", "/acme/new-order/", "/acme/new-orders", "/acme/order/AAAAAAAAAAAAAAAAAAAAAA", "/acme/account/1"):
        url = client.server.url + path
        client.get(url).refused(404, "malformed")
        client.post(url).refused(404, "malformed")
    client.post(known + "/" + "A" * 300).refused(404, "malformed")
    for path in ("/", "/robots.txt", "/%2e%2e/etc/passwd", "/../../etc/passwd"):
        assert client.get(client.server.url + path, is_acme=False).status in (400, 404), path


def test_content_type(lab):
    client = Client(lab.server())
    url = client.directory["newAccount"]
    for kind in (None, "application/json", "application/jose", "text/plain", "application/jose+jsonx", ""):
        client.post(url, {}, content_type=kind).refused(415, "malformed", "application/jose+json")
    client.post(url, {}, content_type="Application/JOSE+JSON").ok(201)


def test_authorities_files(lab):
    server = lab.server()
    client = Client(server)
    client.register()
    order = client.new_order(["www.lab.example"])
    order.obtain(lab.web)
    server.wait_revoked()    # until there is a list

    root = client.get(server.url + "/ca.pem", is_acme=False).ok()
    assert root.body == server.ca.read_bytes()

    # What the leaf's extensions point to is there: the issuer, and its revocation list.
    leaf, issuer = order.chain[0], order.chain[1]
    pointers = {p.access_method._name: p.access_location.value
                for p in leaf.extensions.get_extension_for_oid(ExtensionOID.AUTHORITY_INFORMATION_ACCESS).value}
    issued_by = client.get(pointers["caIssuers"], is_acme=False).ok()
    assert issued_by.headers["Content-Type"] == "application/pkix-cert"
    assert issued_by.body == issuer.public_bytes(Encoding.DER)
    points = leaf.extensions.get_extension_for_oid(ExtensionOID.CRL_DISTRIBUTION_POINTS).value
    crl = client.get(points[0].full_name[0].value, is_acme=False).ok()
    assert crl.headers["Content-Type"] == "application/pkix-crl"
    assert load_der_x509_crl(crl.body).is_signature_valid(issuer.public_key())


def test_old_tls_is_refused(lab):
    server = lab.server()
    for version, works in ((ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_3, True)):
        context = server.tls_context()
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
        try:
            with context.wrap_socket(server.connect_plain(), server_hostname="localhost") as tls:
                assert works, f"{tls.version()} was accepted"
        except ssl.SSLError:
            assert not works, f"{version} was refused"


def test_keys_of_all_kinds(lab):
    server = lab.server()
    for alg in ("ES256", "ES384", "ES512", "RS256", "PS256", "EdDSA", "Ed25519"):
        client = Client(server, alg)
        client.register()
        client.new_order([f"{alg.lower()}.lab.example"]).obtain(lab.web)
