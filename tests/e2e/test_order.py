"""Orders and authorizations (RFC 8555, 7.1.3, 7.1.4, 7.4, 7.5)."""
import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509 import DNSName

from acme_client import Client, b64, in_threads, make_csr


def registered(lab, **config):
    client = Client(lab.server(config))
    client.register()
    return client


def test_new_order(lab):
    client = registered(lab)
    order = client.new_order(["www.lab.example", "WWW2.Lab.Example", "xn--bcher-kva.lab.example"])
    assert order.status == "pending" and len(order.body["authorizations"]) == 3
    assert order.names() == ["www.lab.example", "www2.lab.example", "xn--bcher-kva.lab.example"]
    assert order.refresh() == order.body
    assert sorted(body["identifier"]["value"] for _, body in order.authorizations()) == order.names()
    for _, body in order.authorizations():
        assert body["status"] == "pending" and "wildcard" not in body
        assert [c["type"] for c in body["challenges"]] == ["http-01", "dns-01", "tls-alpn-01"]

    # What clients write who send their whole structs (acmez, Caddy).
    client.new_order(["a.lab.example"], status="", expires="0001-01-01T00:00:00Z", notBefore="", notAfter="",
                     authorizations=None, finalize="", certificate="")

def stamp(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_dates_that_a_client_asks_for(lab):
    client = registered(lab)
    now = datetime.datetime.utcnow().replace(microsecond=0)
    hour, day = datetime.timedelta(hours=1), datetime.timedelta(days=1)
    cases = [{"notAfter": now + day}, {"notBefore": now + hour}, {"notBefore": now - hour / 2, "notAfter": now + 30 * day},
             {"notAfter": now + 90 * day}, {}]
    for wish in cases:
        lab.note(f"{wish}")
        wished = {name: stamp(time) for name, time in wish.items()}
        order = client.new_order(["www.lab.example"], **wished)
        shown = {name: value for name, value in order.body.items() if name in ("notBefore", "notAfter")}
        assert shown == wished, order.body
        order.obtain(lab.web)
        leaf = order.chain[0]
        got = {"notBefore": leaf.not_valid_before, "notAfter": leaf.not_valid_after}
        assert all(got[name] == wish[name] for name in wish), got
        assert got["notAfter"] - got["notBefore"] <= 90 * day - datetime.timedelta(seconds=1), got
        assert {name: order.refresh().get(name) for name in wish} == wished

    def refused(word, **wish):
        wish = {name: value if isinstance(value, str) else stamp(value) for name, value in wish.items()}
        client.post(client.directory["newOrder"], {"identifiers": [{"type": "dns", "value": "a.lab.example"}],
                                                   **wish}).refused(400, "malformed", word)

    refused("in the past", notBefore=now - 2 * hour)
    refused("in the past", notAfter=now - hour)
    refused("too far ahead", notBefore=now + 91 * day)
    refused("too far ahead", notAfter=now + 91 * day)
    refused("too far ahead", notBefore=now + day, notAfter=now + 92 * day)
    refused("must lie after", notBefore=now + 2 * day, notAfter=now + day)
    refused("RFC 3339", notAfter="tomorrow")
    refused("RFC 3339", notBefore="2030-02-30T00:00:00Z")


def test_dates_where_the_profile_sets_them(lab):
    server = lab.server({"profiles": [{"name": "fixed", "client_dates": False}, {"name": "free"}]})
    client = Client(server)
    client.register()
    names, later = [{"type": "dns", "value": "a.lab.example"}], stamp(datetime.datetime.utcnow() + datetime.timedelta(days=2))
    wish = {"identifiers": names, "notAfter": later}
    client.post(client.directory["newOrder"], wish).refused(400, "malformed", "leave")
    client.post(client.directory["newOrder"], {**wish, "profile": "free"}).ok(201)
    client.post(client.directory["newOrder"], {"identifiers": names, "notAfter": ""}).ok(201)


def test_refused_identifiers(lab):
    client = registered(lab)

    def ask(*identifiers):
        return client.post(client.directory["newOrder"], {"identifiers": [{"type": t, "value": v} for t, v in identifiers]})

    for address in ("", "localhost", "127.0.0.1.", "127.0.0.256", "127.1", "0127.0.0.1", "127.0.0.1/8", "[::1]", "::1%lo", "::g"):
        lab.note(f"ip {address!r}")
        ask(("ip", address)).refused(400, "malformed")
    ask(("email", "a@lab.example")).refused(400, "unsupportedIdentifier")
    ask(("DNS", "www.lab.example")).refused(400, "unsupportedIdentifier")
    for name in ("", ".", "lab.example.", ".lab.example", "a..lab.example", "-a.lab.example", "a-.lab.example",
                 "a_b.lab.example", "a b.lab.example", "a" * 64 + ".lab.example", ".".join(["a" * 60] * 5), "*", "*.",
                 "a.*.lab.example", "**.lab.example", "*a.lab.example", "bücher.lab.example", "xn--.lab.example",
                 "xn--a.lab.example", "a\n.lab.example", "a/b.lab.example", "lab.example:80", "https://lab.example"):
        lab.note(repr(name))
        answer = ask(("dns", name))
        assert answer.status == 400, (name, answer.status)
        assert answer.json()["type"].rsplit(":", 1)[1] in ("malformed", "rejectedIdentifier"), (name, answer.body)
    for name in ("127.0.0.1", "::1", "[::1]", "intranet", "a.localhost", "1.0.0.127.in-addr.arpa", "x.onion", "a.123", "*.example", "*.co.uk"):
        lab.note(name)
        ask(("dns", name)).refused(400, "rejectedIdentifier")
    ask(("dns", "a.lab.example"), ("dns", "A.lab.example")).refused(400, "malformed", "more than once")
    ask().refused(400, "malformed")
    ask(*[("dns", f"n{i}.lab.example") for i in range(101)]).refused(400, "malformed", "100")
    ask(*[("dns", f"n{i}.lab.example") for i in range(100)]).ok(201)

    # Of several, each refused one is named.
    problem = ask(("dns", "a.lab.example"), ("dns", "a.localhost"), ("email", "a@lab.example")).refused(400, "compound")
    parts = {p["identifier"]["value"]: p["type"].rsplit(":", 1)[1] for p in problem["subproblems"]}
    assert parts == {"a.localhost": "rejectedIdentifier", "a@lab.example": "unsupportedIdentifier"}, problem


def test_internal_names_where_the_profile_has_them(lab):
    client = registered(lab, profiles=[{"name": "default", "internal_names": True}])
    client.new_order(["a.localhost"]).obtain(lab.web)
    client.new_order(["intranet"])


def test_orders_of_others_do_not_exist(lab):
    owner = registered(lab)
    order = owner.new_order(["www.lab.example"])
    order.obtain(lab.web)
    authorization, body = order.authorizations()[0]
    stranger = Client(owner.server)
    stranger.register()

    absent = stranger.post(order.url[:-1] + ("x" if order.url[-1] != "x" else "y")).refused(404, "malformed")
    assert stranger.post(order.url).refused(404, "malformed") == absent
    stranger.post(order.body["finalize"], {"csr": b64(make_csr(order.names())[1])}).refused(404, "malformed")
    stranger.post(authorization).refused(404, "malformed")
    stranger.post(authorization, {"status": "deactivated"}).refused(404, "malformed")
    stranger.post(body["challenges"][0]["url"]).refused(404, "malformed")
    stranger.post(body["challenges"][0]["url"], {}).refused(404, "malformed")
    stranger.post(order.body["certificate"]).refused(404, "malformed")
    assert order.refresh()["status"] == "valid"


def test_finalize_before_ready(lab):
    client = registered(lab)
    order = client.new_order(["www.lab.example"])
    order.finalize().refused(403, "orderNotReady")
    assert order.refresh()["status"] == "pending"


def test_finalize_with_a_bad_request_leaves_the_order_ready(lab):
    client = registered(lab)
    order = client.new_order(["a.lab.example", "b.lab.example"]).prove(lab.web)
    both = order.names()
    _, good = make_csr(both)
    broken = bytearray(good)
    broken[-1] ^= 1
    account = client.key.private
    csrs = {
        "nothing": b"", "no DER": b"hello", "cut off": good[:-1], "something after it": good + b"\0",
        "a broken signature": bytes(broken),
        "a name missing": make_csr(both[:1])[1], "a name too many": make_csr(both + ["c.lab.example"])[1],
        "another name": make_csr(["a.lab.example", "c.lab.example"])[1], "no names": make_csr([])[1],
        "a common name too many": make_csr(both, common_name="c.lab.example")[1],
        "a wildcard": make_csr(["*.lab.example"] + both)[1],
        "an address too": make_csr([*map(DNSName, both), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])[1],
        "a mail address too": make_csr([*map(DNSName, both), x509.RFC822Name("a@lab.example")])[1],
        "an URL too": make_csr([*map(DNSName, both), x509.UniformResourceIdentifier("https://lab.example")])[1],
        "another name that is no DNS name": make_csr([*map(DNSName, both), x509.OtherName(
            x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3"), b"\x0c\x04root")])[1],
        "a directory name too": make_csr([*map(DNSName, both), x509.DirectoryName(
            x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "root")]))])[1],
        "a registered ID too": make_csr([*map(DNSName, both), x509.RegisteredID(x509.ObjectIdentifier("1.2.3.4"))])[1],
        "an organisation": make_csr(both, subject={"O": "Example"})[1],
        "a mail address in the subject": make_csr(both, subject={"CN": both[0], "EMAIL": "root@lab.example"})[1],
        "a serial number in the subject": make_csr(both, subject={"CN": both[0], "SERIAL": "7"})[1],
        "the account's key": make_csr(both, account)[1],
        "RSA of 1024 bits": make_csr(both, rsa.generate_private_key(65537, 1024))[1],
        "a curve that nobody has": make_csr(both, ec.generate_private_key(ec.SECP256K1()))[1],
        "SHA-1": make_csr(both, digest=hashes.SHA1)[1],
    }
    for name, csr in csrs.items():
        lab.note(name)
        order.finalize(csr=csr).refused(400, "badCSR")
    problem = order.finalize(csr=csrs["another name"]).refused(400, "badCSR", "2 names differ")
    assert {part["identifier"]["value"] for part in problem["subproblems"]} == {"b.lab.example", "c.lab.example"}
    pem = make_csr(both)
    client.post(order.body["finalize"], {"csr": "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"}).refused(400, "badCSR", "PEM")
    client.post(order.body["finalize"], {"csr": b64(pem[1]) + "="}).refused(400, "badCSR")
    client.post(order.body["finalize"], {"csr": 7}).refused(400, "malformed")
    client.post(order.body["finalize"], {}).refused(400, "malformed")
    assert order.refresh()["status"] == "ready"

    answer = order.finalize().ok()
    assert answer.json()["status"] in ("processing", "valid") and answer.location() == order.url
    order.wait("valid")
    order.download()


def test_what_a_request_may_hold(lab):
    """Requests as real clients make them: names in any case, common name, RSA and EC keys, extensions to be ignored."""
    client = registered(lab)
    usage = x509.KeyUsage(True, False, True, False, False, False, False, False, False)
    for name, make in {
        "capitals": lambda n: make_csr([n.upper()]),
        "common name only": lambda n: make_csr([], common_name=n),
        "both": lambda n: make_csr([n], common_name=n),
        "RSA": lambda n: make_csr([n], rsa.generate_private_key(65537, 2048)),
        "P-384": lambda n: make_csr([n], ec.generate_private_key(ec.SECP384R1()), digest=hashes.SHA384),
        "key usage and must-staple": lambda n: make_csr([n], extensions=[usage, x509.TLSFeature([x509.TLSFeatureType.status_request])]),
        "wants to be a CA": lambda n: make_csr([n], extensions=[x509.BasicConstraints(True, None)]),
    }.items():
        lab.note(name)
        order = client.new_order([f"{name.replace(' ', '-').lower()}.lab.example"]).prove(lab.web)
        key, csr = make(order.names()[0])
        order.key = key
        answer = order.finalize(csr=csr)
        if name == "wants to be a CA" and answer.status == 400:    # refused or ignored: never fulfilled
            continue
        answer.ok()
        order.wait("valid")
        order.download()
        constraints = order.chain[0].extensions.get_extension_for_class(x509.BasicConstraints).value
        assert not constraints.ca


def test_finalize_again(lab):
    client = registered(lab)
    order = client.new_order(["www.lab.example"])
    order.obtain(lab.web)
    first = order.body["certificate"]
    order.finalize().refused(403, "orderNotReady")
    assert order.refresh()["certificate"] == first


def test_finalize_many_times_at_once(lab):
    server = lab.server({"workers": 4})
    client = Client(server)
    client.register()
    order = client.new_order(["www.lab.example"]).prove(lab.web)
    _, csr = make_csr(order.names())
    answers = []

    def race(_):
        rival = Client(server, key=client.key)
        rival.kid = client.kid
        answers.append(rival.post(order.body["finalize"], {"csr": b64(csr)}).status)

    in_threads(8, race)
    assert answers.count(200) >= 1 and set(answers) <= {200, 403}, answers
    order.wait("valid")
    order.download()
    issued = server.log().count("order_publish")
    assert issued <= 1, f"{issued} certificates were published for one order"


def test_certificate(lab):
    client = registered(lab)
    order = client.new_order(["www.lab.example", "a.lab.example"])
    pem = order.obtain(lab.web)
    leaf = order.chain[0]
    find = leaf.extensions.get_extension_for_class

    assert 64 <= leaf.serial_number.bit_length() <= 160 and leaf.serial_number > 0
    assert leaf.not_valid_after - leaf.not_valid_before <= datetime.timedelta(days=90)
    usage = find(x509.KeyUsage)
    assert usage.critical and usage.value.digital_signature and not usage.value.key_cert_sign
    assert [oid._name for oid in find(x509.ExtendedKeyUsage).value] == ["serverAuth"]
    assert not find(x509.BasicConstraints).value.ca
    issuer_id = order.chain[1].extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    assert find(x509.AuthorityKeyIdentifier).value.key_identifier == issuer_id
    assert find(x509.SubjectKeyIdentifier).value.digest

    (lab.folder / "chain.pem").write_bytes(pem)
    lab.verify(client.server, lab.folder / "chain.pem", "a.lab.example")
    assert order.download() == pem    # as often as one likes, always the same

    # Another order, another URL, another serial.
    again = client.new_order(["www.lab.example", "a.lab.example"])
    again.obtain(lab.web)
    assert again.body["certificate"] != order.body["certificate"]
    assert again.chain[0].serial_number != leaf.serial_number


def test_authorization_deactivation(lab):
    client = registered(lab)
    pending, ready = client.new_order(["a.lab.example"]), client.new_order(["b.lab.example"]).prove(lab.web)
    for order in (pending, ready):
        url = order.body["authorizations"][0]
        client.post(url, {"status": "valid"}).refused(400, "malformed")
        # lego sends its whole struct.
        body = client.post(url, {"status": "deactivated", "expires": "0001-01-01T00:00:00Z", "challenges": None}).ok().json()
        assert body["status"] == "deactivated"
        assert client.post(url).json()["status"] == "deactivated"
        assert order.refresh()["status"] == "invalid" and order.body["error"]["type"].endswith(":unauthorized")
        order.finalize().refused(403, "orderNotReady")


def test_challenge_answers(lab):
    client = registered(lab)
    order = client.new_order(["www.lab.example"])
    (authorization, challenge), = order.challenges()

    # Looking at it starts nothing.
    for _ in range(3):
        assert client.post(challenge["url"]).ok().json()["status"] == "pending"
    assert client.post(authorization).json()["status"] == "pending"
    client.post(challenge["url"].replace("http-01", "http-02"), {}).refused(404, "malformed")
    client.post(challenge["url"], b"[]").refused(400, "malformed")

    lab.web.answer_challenge(challenge["token"], f"{challenge['token']}.{client.key.thumbprint}")
    client.post(challenge["url"], {"keyAuthorization": "old clients send it", "resource": "challenge"}).ok()
    order.wait("ready")
    body = client.post(authorization).json()
    assert body["status"] == "valid" and body["challenges"][0]["status"] == "valid" and body["challenges"][0]["validated"]

    # Once more on a finished one: as it is (ACME.js polls so).
    again = client.post(challenge["url"], {}).ok()
    assert again.json()["status"] == "valid" and again.links("up") == [authorization]


def test_many_names(lab):
    client = registered(lab)
    client.new_order([f"n{i}.lab.example" for i in range(100)]).obtain(lab.web)


def test_key_kinds_for_certificates(lab):
    client = registered(lab)
    order = client.new_order(["www.lab.example"]).prove(lab.web)
    answer = order.finalize(csr=make_csr(order.names(), ed25519.Ed25519PrivateKey.generate())[1])
    if answer.status != 200:    # taken or refused as a bad CSR, nothing in between
        answer.refused(400, "badCSR")
        assert order.refresh()["status"] == "ready"
