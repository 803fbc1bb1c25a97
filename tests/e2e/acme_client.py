"""acme_client - a small, strict ACME client (RFC 8555) that holds the server to its word.

Every answer is checked for what all answers must have (headers, problem documents, shapes), whatever the scenario is
about; a scenario then looks at what is particular. And every part of a request can be given wrong on purpose:

    client = Client(server)                         # a fresh ES256 key, nothing sent yet
    client.register()
    order = client.new_order(["www.lab.example"])
    order.obtain(lab.web)                           # challenges, finalize, download
    client.post(url, payload, protected={"url": "https://elsewhere.example"}).refused(403, "unauthorized")
"""
import base64
import datetime
import hashlib
import hmac
import http.client
import ipaddress
import json
import re
import threading
import time
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID

from lab import is_address

URN = "urn:ietf:params:acme:error:"
TIMESTAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
TOKEN = re.compile(r"^[A-Za-z0-9_-]{22,}$")


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def b64_json(value):
    return b64(json.dumps(value).encode())


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def target_of(url):
    """What stands in the request line for a URL."""
    return urllib.parse.urlsplit(url)._replace(scheme="", netloc="").geturl() or "/"


class Key:
    """An account key and its JWS algorithm; made here unless a private key is given."""

    CURVES = {"ES256": (ec.SECP256R1, "P-256", 32, hashes.SHA256), "ES384": (ec.SECP384R1, "P-384", 48, hashes.SHA384),
              "ES512": (ec.SECP521R1, "P-521", 66, hashes.SHA512)}
    EDWARDS = ("EdDSA", "Ed25519")    # one algorithm by two names (RFC 9864)

    def __init__(self, alg="ES256", bits=2048, private=None):
        self.alg = alg
        self.private = private or self._make(bits)
        self.jwk = self._jwk()
        text = json.dumps(self.jwk, sort_keys=True, separators=(",", ":"))
        self.thumbprint = b64(hashlib.sha256(text.encode()).digest())

    def _make(self, bits):
        if self.alg in self.CURVES:
            return ec.generate_private_key(self.CURVES[self.alg][0]())
        if self.alg in self.EDWARDS:
            return ed25519.Ed25519PrivateKey.generate()
        return rsa.generate_private_key(65537, bits)

    def _jwk(self):
        if self.alg in self.CURVES:
            _, curve, size, _ = self.CURVES[self.alg]
            numbers = self.private.public_key().public_numbers()
            return {"crv": curve, "kty": "EC", "x": b64(numbers.x.to_bytes(size, "big")),
                    "y": b64(numbers.y.to_bytes(size, "big"))}
        if self.alg in self.EDWARDS:
            raw = self.private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            return {"crv": "Ed25519", "kty": "OKP", "x": b64(raw)}
        numbers = self.private.public_key().public_numbers()
        return {"e": b64(numbers.e.to_bytes(3, "big")), "kty": "RSA",
                "n": b64(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big"))}

    def sign(self, data):
        if self.alg in self.CURVES:
            _, _, size, digest = self.CURVES[self.alg]
            r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(digest())))
            return r.to_bytes(size, "big") + s.to_bytes(size, "big")
        if self.alg in self.EDWARDS:
            return self.private.sign(data)
        if self.alg == "PS256":
            return self.private.sign(data, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
        return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())


class Answer:
    """A response, with the checks that hold for every one."""

    def __init__(self, client, method, url, status, headers, body):
        self.client, self.method, self.url = client, method, url
        self.status, self.headers, self.body = status, headers, body
        self.nonce = headers.get("Replay-Nonce")

    def json(self):
        text = self.body.decode()
        assert "\\/" not in text, "slashes are escaped, which some clients do not undo"
        return json.loads(text)

    def links(self, relation):
        """The targets of Link headers with that relation."""
        found = []
        for line in self.headers.get_all("Link") or []:
            match = re.fullmatch(r'<([^<>]+)>;rel="([a-z-]+)"', line)
            assert match, f"odd Link header: {line}"
            if match[2] == relation:
                found.append(match[1])
        return found

    def location(self):
        location = self.headers["Location"]
        assert location and location.startswith(self.client.server.url + "/"), f"Location: {location}"
        return location

    def retry_after(self):
        value = self.headers["Retry-After"]
        assert value is None or re.fullmatch(r"[0-9]{1,6}", value), f"Retry-After: {value}"
        return None if value is None else int(value)

    def check(self, is_acme=True):
        """What holds for every answer of the server."""
        where = f"{self.method} {self.url} -> {self.status}"
        kind = (self.headers["Content-Type"] or "").split(";")[0].strip()
        assert self.headers["Connection"] in (None, "keep-alive", "close"), where
        self.retry_after()
        if is_acme and not target_of(self.url).split("?")[0].endswith("/directory") and self.status != 413:
            assert self.links("index") == [self.client.server.directory], f"{where}: no Link to the directory"
        if self.nonce is not None:
            assert re.fullmatch(r"[A-Za-z0-9_-]{22,}", self.nonce), f"{where}: odd nonce {self.nonce}"
            assert "no-store" in (self.headers["Cache-Control"] or ""), f"{where}: a cache may keep the nonce"
            self.client.note_nonce(self.nonce)
        if self.method == "POST" and is_acme:
            assert self.nonce, f"{where}: an answer to a POST without a nonce"
        if self.status >= 400 and self.method != "HEAD":
            assert kind == "application/problem+json", f"{where}: {kind}"
            self.check_problem(self.json(), self.status)
        elif self.body and kind == "application/json":
            self.json()
        return self

    @staticmethod
    def check_problem(problem, status=None):
        assert problem["type"].startswith(URN), problem
        assert len(problem["detail"]) > 10, f"a detail that helps nobody: {problem}"
        assert status is None or problem["status"] == status, problem
        assert "identifier" not in problem, problem
        for part in problem.get("subproblems", []):
            assert part["type"].startswith(URN) and part["detail"] and part["identifier"]["value"], problem

    def ok(self, status=200):
        assert self.status == status, f"{self.method} {self.url}: {self.status}, not {status}: {self.body[:600]!r}"
        return self

    def refused(self, status, kind, word=""):
        """The answer is this problem; `word` stands in its detail. Returns the document."""
        assert self.status == status, f"{self.method} {self.url}: {self.status}, not {status}: {self.body[:600]!r}"
        problem = self.json()
        assert problem["type"] == URN + kind, f"not {kind}: {problem}"
        assert word in problem["detail"], f"'{word}' is not in: {problem}"
        return problem


class Client:
    """An account (to be), with its key, connections and nonces. One per thread."""

    answer_type = Answer

    def __init__(self, server, alg="ES256", key=None, source=None):
        self.server = server
        self.source = source    # the address to connect from
        self.key = key or Key(alg)
        self.kid = None
        self.nonces = []
        self.seen = set()
        self.connection = None
        self._directory = None

    # the wire

    def connect(self, url):
        assert url.startswith(self.server.url), url
        return http.client.HTTPSConnection("localhost", self.server.port, timeout=30, context=self.server.tls_context(),
                                                              source_address=self.source and (self.source, 0))

    def send(self, method, url, body=None, headers=None):
        """One request on a kept connection; opened again once if the server had closed it meanwhile."""
        for attempt in (1, 2):
            fresh = self.connection is None
            if fresh:
                self.connection = self.connect(url)
            try:
                self.connection.request(method, target_of(url), body, headers or {})
                response = self.connection.getresponse()
                data = response.read()
                break
            except (http.client.HTTPException, OSError):
                self.close()
                if fresh or attempt == 2:
                    raise
        if response.will_close:
            self.close()
        return self.answer_type(self, method, url, response.status, response.headers, data)

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def get(self, url, method="GET", is_acme=True, **options):
        return self.send(method, url, **options).check(is_acme)

    def note_nonce(self, nonce):
        assert nonce not in self.seen, f"nonce {nonce} was given out twice"
        self.seen.add(nonce)
        self.nonces.append(nonce)

    @property
    def directory(self):
        if self._directory is None:
            self._directory = self.get(self.server.directory).ok().json()
        return self._directory

    def nonce(self):
        if not self.nonces:
            self.get(self.directory["newNonce"], "HEAD").ok()
        return self.nonces.pop()

    # requests

    def protected(self, url, by_key=False, changes=None):
        """The protected header; `changes` replaces members, and removes those given as None."""
        header = {"alg": self.key.alg, "nonce": None, "url": url}
        header.update({"jwk": self.key.jwk} if by_key or self.kid is None else {"kid": self.kid})
        header.update(changes or {})
        if header["nonce"] is None and "nonce" not in (changes or {}):
            header["nonce"] = self.nonce()
        return {name: value for name, value in header.items() if value is not None}

    def jws(self, url, payload, by_key=False, protected=None, key=None):
        """A flattened JWS as a dictionary. payload: None for POST-as-GET, bytes as they are, else made JSON."""
        header = b64_json(self.protected(url, by_key, protected))
        if payload is None:
            payload = b""
        body = b64(payload if isinstance(payload, bytes) else json.dumps(payload).encode())
        return {"protected": header, "payload": body,
                "signature": b64((key or self.key).sign(f"{header}.{body}".encode()))}

    def post(self, url, payload=None, content_type="application/jose+json", by_key=False, protected=None, key=None,
             raw=None):
        """A signed POST; `raw` replaces the whole body."""
        body = raw if raw is not None else json.dumps(self.jws(url, payload, by_key, protected, key)).encode()
        headers = {} if content_type is None else {"Content-Type": content_type}
        return self.send("POST", url, body, headers).check()

    # the verbs of ACME

    def register(self, **members):
        answer = self.post(self.directory["newAccount"], {"termsOfServiceAgreed": True, **members}, by_key=True).ok(201)
        self.kid = answer.location()
        check_account(answer.json(), "valid")
        return answer

    def new_order(self, names, **members):
        identifiers = [{"type": "email" if "@" in name else "ip" if is_address(name) else "dns", "value": name} for name in names]
        answer = self.post(self.directory["newOrder"], {"identifiers": identifiers, **members}).ok(201)
        return Order(self, answer)

    def new_authorization(self, name, **members):
        """Pre-authorization (RFC 8555, 7.4.1): (url, body)."""
        answer = self.post(self.directory["newAuthz"], {"identifier": {"type": "dns", "value": name, **members}}).ok(201)
        check_authorization(answer.json(), self.server)
        return answer.location(), answer.json()

    def revoke(self, der, reason=None, **options):
        payload = {"certificate": b64(der)}
        if reason is not None:
            payload["reason"] = reason
        return self.post(self.directory["revokeCert"], payload, **options)


class Order:
    """An order of a client, as far as it has come."""

    def __init__(self, client, answer):
        self.client = client
        self.url = answer.location()
        self.key = None
        self.take(answer.json())

    def take(self, body):
        check_order(body, self.client.server)
        self.body = body
        self.status = body["status"]
        return body

    def names(self):
        return sorted(identifier["value"] for identifier in self.body["identifiers"])

    def refresh(self):
        return self.take(self.client.post(self.url).ok().json())

    def authorizations(self):
        """[(url, body)]"""
        found = []
        for url in self.body["authorizations"]:
            body = self.client.post(url).ok().json()
            check_authorization(body, self.client.server)
            found.append((url, body))
        return found

    def challenges(self, kind="http-01"):
        """[(authorization URL, challenge)] of the pending authorizations."""
        return [(url, next(c for c in body["challenges"] if c["type"] == kind))
                for url, body in self.authorizations() if body["status"] == "pending"]

    def answer_challenges(self, web):
        for url, challenge in self.challenges():
            web.answer_challenge(challenge["token"], f"{challenge['token']}.{self.client.key.thumbprint}")
            answer = self.client.post(challenge["url"], {}).ok()
            assert answer.links("up") == [url], "a challenge must link up to its authorization"
            check_challenge(answer.json(), self.client.server)

    def wait(self, *statuses, seconds=15):
        """Polls until the order has one of the statuses."""
        end = time.monotonic() + seconds * self.client.server.lab.patience
        pause = 0.01
        while self.refresh()["status"] not in statuses:
            assert self.status not in ("valid", "invalid"), f"the order is {self.status}: {self.body}"
            assert time.monotonic() < end, f"the order stays {self.status}, not {statuses}"
            time.sleep(pause)
            pause = min(0.2, pause * 1.5)
        return self.body

    def finalize(self, names=None, csr=None):
        """Sends a CSR (made here for the order's names unless given) and returns the answer, unjudged."""
        if csr is None:
            self.key, csr = make_csr(names or self.names())
        return self.client.post(self.body["finalize"], {"csr": b64(csr)})

    def prove(self, web):
        """Challenges answered, order ready."""
        self.answer_challenges(web)
        self.wait("ready")
        return self

    def obtain(self, web):
        """All the way; returns the PEM chain."""
        self.prove(web)
        answer = self.finalize().ok()
        assert answer.location() == self.url
        self.take(answer.json())
        if self.status != "valid":
            assert self.status == "processing" and answer.retry_after() is not None
            self.wait("valid")
        return self.download()

    def download(self):
        answer = self.client.post(self.body["certificate"]).ok()
        assert answer.headers["Content-Type"] == "application/pem-certificate-chain"
        assert answer.body.endswith(b"-----END CERTIFICATE-----\n")
        self.chain = read_chain(answer.body)
        leaf = self.chain[0]
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert len(names) == len(self.names()) and sorted(
            names.get_values_for_type(x509.DNSName) + names.get_values_for_type(x509.RFC822Name) +
            [str(address) for address in names.get_values_for_type(x509.IPAddress)]) == self.names()
        if self.key:
            assert leaf.public_key().public_numbers() == self.key.public_key().public_numbers()
        return answer.body

    def der(self):
        return self.chain[0].public_bytes(serialization.Encoding.DER)


def read_chain(pem):
    """The certificates of a PEM chain; nothing may stand outside the blocks (RFC 8555, 9.1)."""
    blocks = re.findall(rb"-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n", pem)
    assert b"".join(blocks) == pem and len(blocks) >= 2, pem
    return [x509.load_pem_x509_certificate(block) for block in blocks]


def general_name(name):
    if isinstance(name, x509.GeneralName):
        return name
    if "@" in name:
        return x509.RFC822Name(name)
    return x509.IPAddress(ipaddress.ip_address(name)) if is_address(name) else x509.DNSName(name)


SUBJECT = {"CN": NameOID.COMMON_NAME, "O": NameOID.ORGANIZATION_NAME, "EMAIL": NameOID.EMAIL_ADDRESS,
           "SERIAL": NameOID.SERIAL_NUMBER}


def make_csr(names, key=None, common_name=None, extensions=(), digest=hashes.SHA256, subject=None):
    """(key, DER of a request for the names)"""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = subject or ({"CN": common_name} if common_name else {})
    subject = [x509.NameAttribute(SUBJECT[name], value) for name, value in subject.items()]
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(subject))
    if names:
        entries = [general_name(name) for name in names]
        builder = builder.add_extension(x509.SubjectAlternativeName(entries), critical=False)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else digest()
    return key, builder.sign(key, digest).public_bytes(serialization.Encoding.DER)


def make_alpn_certificate(names, key_authorization, oid="1.3.6.1.5.5.7.1.31", critical=True, key=None):
    """(certificate, key), both PEM, as RFC 8737 wants them to prove names[0], unless told otherwise; oid None: without
    the extension."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    digest = hashlib.sha256(key_authorization.encode()).digest()
    now = datetime.datetime.utcnow()
    builder = (x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(x509.Name([]))
               .public_key(key.public_key()).serial_number(x509.random_serial_number())
               .not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
               .add_extension(x509.SubjectAlternativeName([general_name(name) for name in names]), critical=False))
    if oid:
        proof = x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), b"\x04\x20" + digest)
        builder = builder.add_extension(proof, critical)
    return (builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM),
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


MACS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


def make_binding(client, eab, alg="HS256", payload=None, key=None, **changes):
    """The externalAccountBinding of a client's key to an external account, {"kid", "key"} (RFC 8555, 7.3.4). What is
    given besides replaces members of its header, or removes them if None."""
    header = {"alg": alg, "kid": eab["kid"], "url": client.directory["newAccount"], **changes}
    header = b64_json({name: value for name, value in header.items() if value is not None})
    body = b64_json(payload if payload is not None else client.key.jwk)
    mac = hmac.new(key or unb64(eab["key"]), f"{header}.{body}".encode(), MACS.get(alg, hashlib.sha256)).digest()
    return {"protected": header, "payload": body, "signature": b64(mac)}


def renewal_id(certificate):
    """How a certificate is named in renewalInfo and "replaces" (RFC 9773, 4.1)."""
    key_id = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    serial = certificate.serial_number
    return b64(key_id) + "." + b64(serial.to_bytes(serial.bit_length() // 8 + 1, "big"))


# Shapes (RFC 8555, 7.1). What stands in an object beyond the RFC's members is refused too: nothing leaks by accident.

def check_members(body, required, optional=()):
    missing = set(required) - body.keys()
    odd = body.keys() - set(required) - set(optional)
    assert not missing and not odd, f"missing {missing}, unexpected {odd}: {body}"


def check_account(body, status):
    check_members(body, ["status", "orders"], ["contact", "termsOfServiceAgreed", "externalAccountBinding"])
    assert body["status"] == status, body


def check_order(body, server):
    check_members(body, ["status", "expires", "identifiers", "authorizations", "finalize", "profile"],
                  ["certificate", "error", "replaces", "notBefore", "notAfter"])
    assert body["status"] in ("pending", "ready", "processing", "valid", "invalid"), body
    for name in ("expires", "notBefore", "notAfter"):
        assert TIMESTAMP.match(body.get(name, body["expires"])), body
    assert ("certificate" in body) == (body["status"] == "valid"), body
    for url in [body["finalize"], *body["authorizations"]]:
        assert url.startswith(server.url + "/"), body
    if "error" in body:
        Answer.check_problem(body["error"])


def check_authorization(body, server):
    check_members(body, ["identifier", "status", "challenges", "expires"],
                  ["wildcard", "subdomainAuthAllowed"])
    assert body["status"] in ("pending", "valid", "invalid", "deactivated", "expired", "revoked"), body
    assert TIMESTAMP.match(body["expires"]) and not body["identifier"]["value"].startswith("*."), body
    assert body.get("wildcard", True) is True and body.get("subdomainAuthAllowed", True) is True, body
    for challenge in body["challenges"]:
        check_challenge(challenge, server)


def check_challenge(body, server):
    if body["type"] == "dns-persist-01":    # the one without a token
        check_members(body, ["type", "url", "status"],
                      ["accounturi", "issuer-domain-names", "issuerDomainNames", "validated", "error"])
    else:
        more = ["from"] if body["type"] == "email-reply-00" else []
        check_members(body, ["type", "url", "status", "token", *more], ["validated", "error"])
        assert TOKEN.match(body["token"]), body
    assert body["status"] in ("pending", "processing", "valid", "invalid"), body
    assert body["url"].startswith(server.url + "/"), body
    assert ("validated" in body) <= (body["status"] == "valid"), body
    assert body["status"] != "valid" or TIMESTAMP.match(body["validated"]), body
    assert "error" not in body or body["status"] in ("processing", "invalid"), body
    if "error" in body:
        Answer.check_problem(body["error"])
    names = list(body)
    if "error" in body:    # clients that read with regular expressions cut an object at its first '}'
        assert names.index("error") > max(names.index(n) for n in ("type", "url", "token", "status") if n in names), names


def in_threads(count, work):
    """Runs work(0) ... work(count - 1) at once; the first exception of any is raised here."""
    troubles = []

    def guarded(index):
        try:
            work(index)
        except BaseException as trouble:    # carried to the caller's thread
            troubles.append(trouble)

    threads = [threading.Thread(target=guarded, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if troubles:
        raise troubles[0]
