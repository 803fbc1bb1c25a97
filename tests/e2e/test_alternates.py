"""Alternate chains (RFC 8555, 7.4.2): an issuing CA that two roots have certified, and clients that choose."""
import datetime
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from acme_client import Client, read_chain
from clients import certbot, dehydrated, lego, uacme, uacme_place, webroot

NOW = datetime.datetime.utcnow().replace(microsecond=0)
DAY = datetime.timedelta(days=1)


class Authority:
    """A CA of the operator's, made outside: two roots, and an issuing CA that both have certified."""

    def __init__(self, folder):
        self.folder = folder / "their-ca"
        self.folder.mkdir()
        self.issuing_key = ec.generate_private_key(ec.SECP256R1())
        self.roots = {}
        for name in ("Old Root", "New Root", "Third Root"):
            key = ec.generate_private_key(ec.SECP384R1())
            self.roots[name] = key, self.certify(name, key, name, key)
        self.chain_file = self.write("issuing.pem", self.cross("Old Root"), self.roots["Old Root"][1])
        self.key_file = self.folder / "issuing.key"
        self.key_file.write_bytes(self.issuing_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        self.key_file.chmod(0o600)

    def certify(self, subject, key, issuer, signer, days=1000):
        name = lambda text: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
        identify = x509.SubjectKeyIdentifier.from_public_key
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        return (x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer))
                .public_key(key.public_key()).serial_number(x509.random_serial_number())
                .not_valid_before(NOW - 30 * DAY).not_valid_after(NOW + days * DAY)
                .add_extension(x509.BasicConstraints(True, None), True).add_extension(usage, True)
                .add_extension(identify(key.public_key()), False)
                .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False)
                .sign(signer, hashes.SHA256()))

    def cross(self, root, subject="Issuing CA", key=None, days=900):
        return self.certify(subject, key or self.issuing_key, root, self.roots[root][0], days)

    def write(self, file, *certificates):
        path = self.folder / file
        path.write_bytes(b"".join(c.public_bytes(serialization.Encoding.PEM) for c in certificates))
        return path

    def root_file(self, name):
        return self.write(name.replace(" ", "-") + ".pem", self.roots[name][1])

    def alternate_files(self):
        return [str(self.write(f"{name}-cross.pem".replace(" ", "-"), self.cross(name), self.roots[name][1]))
                for name in ("New Root", "Third Root")]

    def upstream(self, files):
        return {"upstreams": [{"name": "local", "type": "local", "certificate_file": str(self.chain_file),
                               "key_file": str(self.key_file), "alternate_chain_files": [str(file) for file in files]}]}

    def server(self, lab, files=None):
        server = lab.server(self.upstream(self.alternate_files() if files is None else files), start=False)
        server.ca = self.root_file("Old Root")
        server.data.mkdir(exist_ok=True)    # for the database
        return server


def issuers(pem):
    return [certificate.issuer.rfc4514_string() for certificate in read_chain(pem)]


def test_each_chain_has_its_address(lab):
    authority = Authority(lab.folder)
    client = Client(authority.server(lab).start())
    client.register()
    order = client.new_order(["www.lab.example"])
    order.obtain(lab.web)
    url = order.body["certificate"]

    answer = client.post(url).ok()
    assert issuers(answer.body) == ["CN=Issuing CA", "CN=Old Root"]
    alternates = answer.links("alternate")
    assert alternates == [url + "/1", url + "/2"] and not answer.links("up")
    found = [client.post(alternate).ok() for alternate in alternates]
    assert [issuers(a.body) for a in found] == [["CN=Issuing CA", "CN=New Root"], ["CN=Issuing CA", "CN=Third Root"]]
    for alternate in found:
        assert alternate.headers["Content-Type"] == "application/pem-certificate-chain"
        assert read_chain(alternate.body)[0] == order.chain[0], "another leaf"
    assert found[0].links("alternate") == [url, url + "/2"] and found[1].links("alternate") == [url, url + "/1"]

    # The same rules as for the certificate itself.
    other = Client(client.server)
    other.register()
    for alternate in alternates:
        other.post(alternate).refused(404, "malformed")
        client.post(alternate, {}).refused(400, "malformed", "POST-as-GET")
        client.get(alternate).refused(405, "malformed")
    for odd in ("/0", "/3", "/01", "/-1", "/1/", "/1x", "/", "/99999999999999999999"):
        client.post(url + odd).refused(404, "malformed")


def test_what_was_issued_keeps_its_chains(lab):
    authority = Authority(lab.folder)
    server = authority.server(lab).start()
    client = Client(server)
    client.register()
    order = client.new_order(["www.lab.example"])
    order.obtain(lab.web)
    server.stop()
    server.config["upstreams"][0]["alternate_chain_files"] = []
    server.start()
    assert len(client.post(order.body["certificate"]).ok().links("alternate")) == 2
    later = client.new_order(["later.lab.example"])
    later.obtain(lab.web)
    answer = client.post(later.body["certificate"]).ok()
    assert not answer.links("alternate")
    client.post(later.body["certificate"] + "/1").refused(404, "malformed")


def refuses_to_start(lab, authority, file, words):
    server = authority.server(lab, [file]).launch()
    assert server.wait() != 0
    line = server.log().splitlines()[-1]
    assert str(file) in line and words in line, line


def test_files_that_are_no_alternate_are_refused_by_name(lab):
    authority = Authority(lab.folder)
    stranger = ec.generate_private_key(ec.SECP256R1())
    root = authority.roots["New Root"][1]
    cases = {
        "for another key": (authority.write("a.pem", authority.cross("New Root", key=stranger), root), "another key"),
        "for another name": (authority.write("b.pem", authority.cross("New Root", subject="Other CA"), root), "subject"),
        "no links": (authority.write("c.pem", authority.cross("New Root"), authority.roots["Old Root"][1]), "not issued by"),
        "the chain itself": (authority.chain_file, "sent anyway"),
        "no certificate": (authority.key_file, "no certificate"),
    }
    for name, (file, words) in cases.items():
        lab.note(name)
        refuses_to_start(lab, authority, file, words)
    check = lab.run([lab.binary, "check", "--config", authority.server(lab, ["/nowhere.pem"]).write_config()], check=False)
    assert check.returncode == 2 and "upstreams[0].alternate_chain_files[0]" in check.stdout, check.stdout


def test_one_that_has_expired_is_left_out(lab):
    authority = Authority(lab.folder)
    files = authority.alternate_files()
    authority.write(os.path.basename(files[0]), authority.cross("New Root", days=-1))
    server = authority.server(lab, files).start()
    assert "alternate_chain_left_out" in server.log() and files[0] in server.log()
    client = Client(server)
    client.register()
    order = client.new_order(["www.lab.example"])
    order.obtain(lab.web)
    [alternate] = client.post(order.body["certificate"]).ok().links("alternate")
    assert issuers(client.post(alternate).ok().body)[1] == "CN=Third Root"


def check_choice(lab, authority, chain_file, name, root):
    server = authority.server(lab, [])    # for its openssl; not started
    server.ca = authority.root_file(root)
    lab.verify(server, chain_file, name)


def test_certbot_chooses(lab):
    authority = Authority(lab.folder)
    server, root = authority.server(lab).start(), webroot(lab)
    for index, (preferred, expected) in enumerate([(None, "Old Root"), ("New Root", "New Root"), ("Third Root", "Third Root"),
                                                   ("Nobody's Root", "Old Root")]):
        name = f"certbot{index}.lab.example"
        certbot(lab, server, "certonly", "--webroot", "--webroot-path", root, "--email", "admin@lab.example", "--agree-tos",
                "--domain", name, *(["--preferred-chain", preferred] if preferred else []))
        check_choice(lab, authority, lab.folder / "certbot" / "live" / name / "fullchain.pem", name, expected)
    lab.saw("certbot", "chain")


def test_lego_chooses(lab):
    authority = Authority(lab.folder)
    server, root = authority.server(lab).start(), webroot(lab)
    for index, (preferred, expected) in enumerate([([], "Old Root"), (["--preferred-chain", "Third Root"], "Third Root")]):
        name = f"lego{index}.lab.example"
        lego(lab, server, name, "--http", "--http.webroot", root, "run", *preferred)
        check_choice(lab, authority, lab.folder / "lego" / "certificates" / f"{name}.crt", name, expected)
    lab.saw("lego", "chain")


def test_dehydrated_chooses(lab):
    """0.7 finds the name of an issuer only behind another part of its name; of one that has a CN alone it takes all the text."""
    authority = Authority(lab.folder)
    server, root = authority.server(lab).start(), webroot(lab)
    dehydrated(lab, server, "--register", "--accept-terms", config=f'WELLKNOWN="{root}/.well-known/acme-challenge"\n')
    for index, (preferred, expected) in enumerate([([], "Old Root"), (["--preferred-chain", "issuer=CN = Third Root"], "Third Root")]):
        name = f"dehydrated{index}.lab.example"
        dehydrated(lab, server, "--cron", "--domain", name, *preferred)
        check_choice(lab, authority, lab.folder / "dehydrated" / "certs" / name / "fullchain.pem", name, expected)
    lab.saw("dehydrated", "chain")


def test_uacme_chooses(lab):
    authority = Authority(lab.folder)
    server, place = authority.server(lab).start(), uacme_place(webroot(lab))
    uacme(lab, server, "new", "admin@lab.example")
    for index, (preferred, expected) in enumerate([([], "Old Root"), (["--alternate", "2"], "Third Root")]):
        name = f"uacme{index}.lab.example"
        uacme(lab, server, *preferred, "issue", name, **place)
        check_choice(lab, authority, lab.folder / "uacme" / name / "cert.pem", name, expected)
    lab.saw("uacme", "chain")
