"""bench - what a check stands on: the server's directory, parties with and without an account, names that are only its
own, and the responders that the server asks when it validates."""
import contextlib
import itertools
import json
import time
import types

from acme_client import Key, make_alpn_certificate, make_binding, make_csr
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from lab import Web, is_address
from responders import Dns, Tls, reverse_name, text_rdata
from suite import Fail, NotApplicable, expect
from wire import Order, Session, challenge_of

LIMIT_S = 45    # of a check
ADDRESSES = ("127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4")    # where tls-alpn-01 is answered


class World:
    """What all checks of a run share."""

    def __init__(self, options):
        self.options = options
        self.numbers = itertools.count(1)
        self.web = Web(options.http_port) if options.http_port else None
        self.web6 = None
        with contextlib.suppress(OSError):    # a machine without IPv6
            self.web6 = Web(options.http_port, "::1") if options.http_port else None
        self.tls = Tls(ADDRESSES, options.tls_port) if options.tls_port else None
        self.dns = Dns("127.0.0.1", options.dns_port) if options.dns_port else None
        reply = Session(types.SimpleNamespace(options=options)).get(options.directory).accepted(200)
        self.directory = reply.document()
        self.meta = self.directory.get("meta") or {}


class Bench:
    """For one check, in one thread."""

    def __init__(self, world, one):
        self.world = world
        self.options = world.options
        self.directory, self.meta = world.directory, world.meta
        self.label = "".join(c if c.isalnum() else "-" for c in one.name.lower())[:40].strip("-")
        self.end = time.monotonic() + LIMIT_S
        self.sessions = []

    def close(self):
        for session in self.sessions:
            session.close()

    # parties

    def session(self, alg="ES256", key=None):
        """A key, and nothing sent yet."""
        session = Session(self, key, alg)
        self.sessions.append(session)
        return session

    def members(self, session, **members):
        """What a newAccount request of the session has to hold here."""
        members = {"termsOfServiceAgreed": True, **members}
        if self.meta.get("externalAccountRequired") is True and "externalAccountBinding" not in members:
            members["externalAccountBinding"] = make_binding(session, self.eab())
        return {name: value for name, value in members.items() if value is not None}

    def eab(self):
        if self.options.eab is None:
            raise NotApplicable("no external account was given (--eab)")
        kid, key = self.options.eab.rsplit(":", 1)
        return {"kid": kid, "key": key}

    def new_account(self, session, **members):
        """The reply to newAccount, whatever it is; None leaves a member out that would be there."""
        return session.post(self.directory["newAccount"], self.members(session, **members), by_key=True)

    def account(self, alg="ES256", key=None, **members):
        """A party with an account."""
        session = self.session(alg, key)
        session.made = self.new_account(session, **members).accepted(200, 201)
        session.kid = session.made.location()
        return session

    def old_account(self):
        """The party whose account agreed to former terms."""
        if self.options.old_account is None:
            raise NotApplicable("no account that agreed to former terms was given (--old-account)")
        given = json.loads(self.options.old_account.read_text())
        private = serialization.load_pem_private_key(given["key"].encode(), None)
        session = self.session(key=Key(private=private))
        session.kid = given["kid"]
        return session

    # orders

    def name(self):
        """A name that no other check and no other call uses."""
        return f"{self.label}-{next(self.world.numbers)}.{self.options.domain}"

    def short_name(self):
        """One that a common name has room for."""
        return f"n{next(self.world.numbers)}.{self.options.domain}"

    def new_order(self, session, names=None, **members):
        """The reply to newOrder."""
        return session.post(self.directory["newOrder"], {"identifiers": identifiers(names or [self.name()]), **members})

    def order(self, session, names=None, **members):
        return Order(session, self.new_order(session, names, **members).accepted(201))

    def certificate(self, session=None, names=None, key=None, **members):
        """An order with its certificate."""
        return self.order(session or self.account(), names, **members).obtain(key)

    @staticmethod
    def csr(names, key=None, **options):
        return make_csr(names, key, **options)

    @staticmethod
    def chain(pem):
        try:
            blocks = pem.split(b"-----END CERTIFICATE-----")[:-1]
            return [x509.load_pem_x509_certificate(block.strip() + b"\n-----END CERTIFICATE-----\n") for block in blocks]
        except ValueError as trouble:
            raise Fail(f"a certificate cannot be read: {trouble}") from None

    @staticmethod
    def der(certificate):
        return certificate.public_bytes(serialization.Encoding.DER)

    # challenges

    def answer(self, session, authorization, kind=None):
        """Lays out the right answer to a challenge and tells the server. Returns the reply."""
        wildcard = authorization.get("wildcard") is True
        offered = [challenge["type"] for challenge in authorization["challenges"]]
        kinds = [kind] if kind else ["dns-01"] if wildcard else ["http-01", "dns-01", "tls-alpn-01"]
        for one in kinds:
            if one in offered and self.can(one):
                challenge = challenge_of(authorization, one)
                getattr(self, "show_" + one.replace("-", "_"))(session, authorization, challenge)
                return session.post(challenge["url"], {}).accepted(200)
        raise NotApplicable(f"none of {', '.join(kinds)} can be answered here; the server offers {', '.join(offered)}")

    def can(self, kind):
        return {"http-01": self.world.web, "dns-01": self.world.dns, "tls-alpn-01": self.world.tls}[kind] is not None

    def need(self, kind):
        if not self.can(kind):
            raise NotApplicable(f"no port was given to answer {kind}")

    def show_http_01(self, session, authorization, challenge):
        for web in filter(None, (self.world.web, self.world.web6)):
            web.answer_challenge(challenge["token"], session.key_authorization(challenge))

    def show_dns_01(self, session, authorization, challenge):
        self.add_txt(authorization, session.digest(challenge))

    def add_txt(self, authorization, text):
        self.world.dns.add("_acme-challenge." + authorization["identifier"]["value"], "TXT", text_rdata(text))

    def show_tls_alpn_01(self, session, authorization, challenge, names=None, protocols=("acme-tls/1",), newest=None,
                         key_authorization=None, **options):
        """The certificate of RFC 8737, unless told otherwise. Returns the plan, which collects what the server says."""
        identifier = authorization["identifier"]
        name = reverse_name(identifier["value"]) if identifier["type"] == "ip" else identifier["value"]
        pem = make_alpn_certificate(names or [identifier["value"]], key_authorization or session.key_authorization(challenge),
                                    **options)
        return self.world.tls.show(name, *pem, protocols, newest)

    def fetches(self, token):
        """What web servers were asked for a token: [(Host, path)]."""
        return [request for web in filter(None, (self.world.web, self.world.web6)) for request in list(web.requests)
                if request[1].endswith(token)]

    # waiting

    def until(self, condition, otherwise):
        """Asks again and again; Fail if it does not come true in the time that a check has."""
        pause = 0.05
        while not condition():
            expect(time.monotonic() < self.end, otherwise)
            time.sleep(pause)
            pause = min(0.5, pause * 1.3)

    def settled(self, session, url):
        """An authorization once its validation has ended."""
        body = {}

        def look():
            body.update(session.fetch(url).document())
            return body["status"] not in ("pending", "processing")
        self.until(look, f"the authorization stays {body.get('status')}")
        return body

    def judged(self, session, order, kind, show):
        """How the validation of the order's one authorization ends, after show(authorization, challenge) set the scene:
        the authorization."""
        self.need(kind)
        url, body = order.authorization()
        challenge = challenge_of(body, kind)
        show(body, challenge)
        session.post(challenge["url"], {}).accepted(200)
        return self.settled(session, url)

    def fails(self, session, order, kind, show):
        """The validation must not succeed."""
        body = self.judged(session, order, kind, show)
        expect(body["status"] != "valid", "the authorization became valid")
        return body


def identifiers(names):
    """Names (or addresses) as ACME identifiers; dictionaries stay as they are."""
    return [name if isinstance(name, dict) else {"type": "ip" if is_address(name) else "dns", "value": name}
            for name in names]
