"""wire - one party that speaks ACME to the server under test, and what it sees.

The client of the end-to-end tests (tests/e2e/acme_client.py) signs and sends; here nothing that comes back is judged
before a check judges it, and every part of a request can be given wrong on purpose.
"""
import contextlib
import hashlib
import http.client
import json
import re
import ssl
import urllib.parse

from acme_client import URN, Answer, Client, b64, b64_json
from suite import Fail, NotApplicable, expect

IMPATIENCE_S = 10    # for an answer; no request of a check may take longer


def origin_of(url):
    parts = urllib.parse.urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or 443


class Reply(Answer):
    """An answer of the server, unjudged but for what its own verbs ask."""

    def check(self, is_acme=True):
        if self.nonce:
            self.client.nonces.append(self.nonce)
        return self

    def document(self):
        """The JSON object in the body."""
        try:
            value = json.loads(self.body)
        except ValueError:
            raise Fail(f"{self.seen()}: the body is not JSON") from None
        expect(isinstance(value, dict), f"{self.seen()}: the body is not a JSON object")
        return value

    def problem(self):
        """The problem document; {} if there is none."""
        with contextlib.suppress(ValueError):
            value = json.loads(self.body)
            if isinstance(value, dict):
                return value
        return {}

    def kind(self):
        """The problem's type, without the URN if it is ACME's; "" if there is none."""
        return str(self.problem().get("type", "")).removeprefix(URN)

    def media_type(self):
        return (self.headers["Content-Type"] or "").split(";")[0].strip().lower()

    def links(self, relation):
        found = []
        for line in self.headers.get_all("Link") or []:
            for target, parameters in re.findall(r"<([^>]*)>([^<]*)", line):
                match = re.search(r';\s*rel="?([^";,]+)"?', parameters)
                if match and relation in match[1].split():
                    found.append(urllib.parse.urljoin(self.url, target))
        return found

    def location(self):
        expect(self.headers["Location"], f"{self.seen()}: there is no Location header")
        return urllib.parse.urljoin(self.url, self.headers["Location"])

    def seen(self):
        """What came, in few words and without anything that differs from run to run."""
        problem = self.problem()
        if self.status < 400 or not problem:
            return f"{self.status}"
        detail = re.sub(r"(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{10,}", "…", str(problem.get("detail", "")))
        detail = re.sub(r":\d{4,5}/", "/", detail)
        return f"{self.status} {self.kind()} ({detail[:90]})"

    def accepted(self, *statuses):
        """The request was carried out, with one of the statuses if any is given."""
        expect(self.status < 400, f"refused: {self.seen()}")
        expect(not statuses or self.status in statuses, f"status {self.status}, not {' or '.join(map(str, statuses))}")
        return self

    def refused(self, *kinds, status=None):
        """The request was refused, with one of the problem types and the status, if given."""
        expect(self.status >= 400, f"accepted: {self.seen()}")
        expect(status is None or self.status == status, f"{self.seen()}, where {status} is to come")
        expect(not kinds or self.kind() in kinds, f"{self.seen()}, where {' or '.join(kinds)} is to come")
        return self


class Session(Client):
    """A party with a key. One per thread."""

    answer_type = Reply

    def __init__(self, bench, key=None, alg="ES256"):
        super().__init__(None, alg, key)
        self.bench = bench
        self.origin = None

    def connect(self, url):
        self.origin = origin_of(url)
        scheme, host, port = self.origin
        expect(scheme == "https", f"{url} is not https")
        context = ssl.create_default_context(cafile=self.bench.options.ca)
        return http.client.HTTPSConnection(host, port, timeout=IMPATIENCE_S, context=context)

    def send(self, method, url, body=None, headers=None):
        if self.origin != origin_of(url):
            self.close()
        try:
            return super().send(method, url, body, {"User-Agent": "countersign-conformance", **(headers or {})})
        except (OSError, http.client.HTTPException) as trouble:
            raise Fail(f"{method} has no answer: {trouble!r}") from None

    @property
    def directory(self):
        return self.bench.directory

    def nonce(self):
        if not self.nonces:
            self.get(self.directory["newNonce"], "HEAD")
            expect(self.nonces, "HEAD newNonce gives no nonce")
        return self.nonces.pop()

    def post(self, url, payload=None, protected=None, raw=None, **options):
        """As the Client's, but a nonce that the server does not like is replaced, unless the request is about nonces:
        a server may refuse any (RFC 8555, 6.5), and the retry is the client's duty."""
        for _ in range(4):
            reply = super().post(url, payload, protected=protected, raw=raw, **options)
            if reply.status != 400 or reply.kind() != "badNonce" or raw is not None or "nonce" in (protected or {}):
                break
            self.nonces = [reply.nonce] if reply.nonce else []
        return reply

    def post_jws(self, url, jws, **options):
        """A JWS that was put together by hand; a dictionary is made JSON."""
        body = jws if isinstance(jws, (bytes, str)) else json.dumps(jws)
        return self.post(url, raw=body.encode() if isinstance(body, str) else body, **options)

    def signed(self, header, payload, key=None):
        """A flattened JWS of two encoded parts, exactly as they stand."""
        return {"protected": header, "payload": payload, "signature": b64((key or self.key).sign(f"{header}.{payload}".encode()))}

    def fetch(self, url):
        """POST-as-GET that has to work."""
        return self.post(url).accepted()

    def key_authorization(self, challenge):
        return f"{challenge['token']}.{self.key.thumbprint}"

    def digest(self, challenge):
        return b64(hashlib.sha256(self.key_authorization(challenge).encode()).digest())

    def inner(self, new, url, payload, changes=None, key=None):
        """The inner JWS of a key change, signed with the new key (RFC 8555, 7.3.5)."""
        header = {"alg": new.alg, "jwk": new.jwk, "url": url, **(changes or {})}
        header = b64_json({name: value for name, value in header.items() if value is not None})
        return self.signed(header, b64_json(payload), key or new)


class Order:
    """An order as the server shows it."""

    def __init__(self, session, reply):
        self.session = session
        self.bench = session.bench
        self.reply = reply
        self.url = reply.location()
        self.body = reply.document()

    @property
    def status(self):
        return self.body.get("status")

    def names(self):
        return sorted(identifier["value"] for identifier in self.body["identifiers"])

    def refresh(self):
        self.body = self.session.fetch(self.url).document()
        return self

    def authorization(self, index=0):
        """(URL, body)"""
        url = self.body["authorizations"][index]
        return url, self.session.fetch(url).document()

    def authorizations(self):
        return [self.authorization(index) for index in range(len(self.body["authorizations"]))]

    def challenge(self, kind, index=0):
        return challenge_of(self.authorization(index)[1], kind)

    def prove(self):
        """All pending authorizations are answered rightly; until the order is ready."""
        for _, body in self.authorizations():
            if body["status"] == "pending":
                self.bench.answer(self.session, body)
        self.wait("ready")
        return self

    def wait(self, *statuses):
        def look():
            self.refresh()
            expect(self.status in statuses or self.status not in ("valid", "invalid"),
                   f"the order became {self.status}, not {' or '.join(statuses)}")
            return self.status in statuses
        self.bench.until(look, f"the order stays {self.status}")
        return self

    def finalize(self, der):
        return self.session.post(self.body["finalize"], {"csr": b64(der)})

    def obtain(self, key=None):
        """All the way to the certificate; the reply to finalize is kept."""
        self.prove()
        self.key, der = self.bench.csr(self.names(), key)
        self.finalized = self.finalize(der).accepted()
        self.wait("valid")
        expect("certificate" in self.body, "a valid order has no certificate URL")
        self.certificate = self.session.fetch(self.body["certificate"])
        self.chain = self.bench.chain(self.certificate.body)
        self.der = self.bench.der(self.chain[0])
        return self


def challenge_of(authorization, kind):
    for challenge in authorization["challenges"]:
        if challenge["type"] == kind:
            return challenge
    raise NotApplicable(f"the server offers no {kind}")
