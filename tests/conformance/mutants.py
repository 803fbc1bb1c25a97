"""mutants - servers that break one rule each, made of a good one: a proxy in front of it changes what passes.

So it is shown that the checks can fail, and fail for what they are about. A mutant is a function of an Exchange; beside
it stand the checks that have to see it. What the proxy cannot do is in IMMUNE, with the reason.
"""
import contextlib
import http.client
import http.server
import json
import re
import socket
import ssl
import struct
import tempfile
import threading

from acme_client import URN, make_alpn_certificate, unb64
from responders import reverse_name, wire_name

IMMUNE = {
    "7.4-requested-validity": "takes a CA that signs another validity; a proxy cannot sign",
    "7.4-odd-validity": "as above",
    "7.4-csr-has-another-common-name": "takes a CA that signs what it should not",
}


class Exchange:
    """A request and the good server's answer to it, which a mutant changes."""

    def __init__(self, proxy, method, path, request, answer):
        self.proxy, self.method, self.path, self.request = proxy, method, path, request
        self.status, self.body = answer.status, answer.read()
        self.headers = {name: value for name, value in answer.headers.items() if name != "Link"}
        self.links = answer.headers.get_all("Link") or []

    def payload(self):
        """Of the request's JWS, as far as it has one."""
        with contextlib.suppress(Exception):
            return json.loads(unb64(json.loads(self.request)["payload"])) or {}
        return {}

    def header(self):
        with contextlib.suppress(Exception):
            return json.loads(unb64(json.loads(self.request)["protected"]))
        return {}

    def at(self, name):
        """Is this the directory's resource of that name?"""
        return self.path == self.proxy.paths.get(name)

    def json(self):
        with contextlib.suppress(ValueError):
            found = json.loads(self.body)
            return found if isinstance(found, dict) else {}
        return {}

    def has(self, *names):
        """The answer is a JSON object with these members."""
        return all(name in self.json() for name in names)

    def put(self, **members):
        """Changes members of the JSON object in the answer; None removes one."""
        found = {**self.json(), **members}
        self.replace({name: value for name, value in found.items() if value is not None})

    def replace(self, value, status=None):
        self.body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.status = status or self.status

    def refuse(self, kind="malformed", status=400):
        self.replace({"type": URN + kind, "detail": "the mutant does not like it", "status": status}, status)
        self.headers["Content-Type"] = "application/problem+json"

    def drop(self, name):
        self.headers.pop(name, None)


class Proxy:
    """HTTPS at a port of localhost, everything handed on to another port and back through the mutant."""

    def __init__(self, port, behind, ca, http_port, tls_port, dns_port):
        self.behind, self.ca = behind, ca
        self.url = f"https://localhost:{port}"
        self.ports = {"http": http_port, "tls": tls_port, "dns": dns_port}
        self.mutant, self.state, self.paths, self.challenges = None, {}, {}, {}
        certificate, key = make_alpn_certificate(["localhost"], "", oid=None)
        self.certificate = tempfile.NamedTemporaryFile(suffix=".pem")
        self.certificate.write(certificate + key)
        self.certificate.flush()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate.name)
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            good = None

            def hand_on(self):
                request = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.good is None:
                    trust = ssl.create_default_context(cafile=proxy.ca)
                    self.good = http.client.HTTPSConnection("localhost", proxy.behind, timeout=20, context=trust)
                proxy.before(self.command, self.path, request)
                headers = {name: self.headers[name] for name in ("Content-Type", "Origin") if self.headers[name]}
                self.good.request(self.command, self.path, request or None, {**headers, "Host": f"localhost:{port}"})
                answer = self.good.getresponse()
                exchange = Exchange(proxy, self.command, self.path, request, answer)
                if answer.will_close:
                    self.good.close()
                proxy.after(exchange)
                self.reply(exchange)

            do_GET = do_HEAD = do_POST = hand_on

            def reply(self, exchange):
                self.send_response(exchange.status)
                for name, value in exchange.headers.items():
                    if name.lower() not in ("content-length", "connection", "date"):
                        self.send_header(name, value)
                for link in exchange.links:
                    self.send_header("Link", link)
                if exchange.status != 204:
                    self.send_header("Content-Length", str(len(exchange.body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(exchange.body)

            def log_message(self, *_):
                pass

        class Listener(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def get_request(self):
                connection, peer = super().get_request()
                return context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), peer

            def handle_error(self, *_):    # a client that hangs up is no news
                pass

        self.listener = Listener(("localhost", port), Handler)
        threading.Thread(target=self.listener.serve_forever, args=(0.05,), daemon=True).start()

    def become(self, mutant):
        self.mutant, self.state, self.challenges = mutant, {}, {}

    def before(self, method, path, request):
        """A mutant that validates in its own way does it before the good server does."""
        rogue = getattr(self.mutant, "validates", None)
        if rogue and method == "POST" and path in self.challenges:
            with contextlib.suppress(OSError):
                rogue(self, *self.challenges[path])

    def after(self, exchange):
        if exchange.has("newNonce"):
            self.paths.update({name: url.removeprefix(self.url) for name, url in exchange.json().items() if name != "meta"})
        if exchange.has("challenges"):
            for challenge in exchange.json()["challenges"]:
                self.challenges[challenge["url"].removeprefix(self.url)] = exchange.json()["identifier"], challenge
        if self.mutant:
            self.mutant(exchange)

    def close(self):
        self.listener.shutdown()
        self.listener.server_close()


MUTANTS = []    # (name, function, words for the checks that have to fail)


def mutant(name, checks):
    def register(function):
        MUTANTS.append((name, function, checks.split()))
        return function
    return register


# What is refused.

@mutant("accepts whatever the good server refuses", """
    6.1-padding-in 6.2-jws-required 6.2-signature-verified 6.2-payload-verified 6.2-compact 6.2-general 6.2-two
    6.2-unencoded 6.2-unprotected 6.2-detached 6.2-alg 6.2-mac 6.2-nonce 6.2-url 6.2-neither 6.2-jwk-and-kid
    6.2-new-account-needs 6.2-jwk-of 6.2-kid 6.2-off-curve 6.2-content-type 6.3-get-refused
    6.3-get-of-objects-refused 6.3-post-as-get-authenticated 6.4 6.5-unknown 6.5-used 6.5-nonce-of-failed
    6.5-missing 6.5.2 7.1.4-ace 7.1.4-proper 7.1.4-name-as 7.3-only-return-existing-creates 7.3-terms-need
    7.3.4-not-a-jws 7.3.4-alg-none 7.3.4-half 7.3.4-signature 7.3.4-no-kid 7.3.4-nonce 7.3.4-other 7.3.4-no-url 7.3.4-unknown
    7.3.4-wrong 7.3.4-unverified 7.3.5-inactive 7.3.5-not-a-jws 7.3.5-no-jwk 7.3.5-inner
    7.3.5-no-key-change 7.3.5-urls 7.3.5-other 7.3.5-taken-key-refused 7.3.6-requests 7.3.6-key-gets 7.3.6-signed
    7.4-unsupported-type 7.4-no-identifiers 7.4-address-as-name 7.4-no-date 7.4-csr-lacks 7.4-csr-needed
    7.4-csr-has-another-name 7.4-csr-has-an-address 7.4-not-ready 7.4-valid-not-ready 7.4.1-no-wildcards
    7.5.1-invalid-response 7.5.2-only 7.5.2-not-sufficient 7.6-stranger 7.6-half 7.6-pending 7.6-deactivated
    7.6-other-key 8738-3-text-form 6.2-content-type-missing 7.5.2-not-sufficient-later""")
def accepts_all(x):
    finalized = x.proxy.state.setdefault("finalized", set())
    if x.status >= 400 and (x.method == "POST" or x.status == 405):
        payload = x.payload() if isinstance(x.payload(), dict) else {}
        if x.path.endswith("/finalize"):
            finalized.add(x.path.removesuffix("/finalize"))
        x.replace({"status": "valid", "authorizations": [], "finalize": x.proxy.url, **payload},
                  201 if x.at("newAccount") or x.at("newOrder") else 200)
        x.headers.update({"Location": x.proxy.url + "/mutant", "Content-Type": "application/json"})
    elif x.path in finalized:
        x.put(status="valid")


@mutant("has other types of problems", """
    6.2-bad-algorithm-type 6.2-short 6.2-off-curve 6.2-unsupported-curve 6.3-get-refused-type
    6.3-get-of-objects-refused-type 6.5-unknown 6.5-used 6.5-nonce-of-failed 6.5-missing 6.5-bad-nonce
    6.5.2-nonce-not 6.6-rate-limited 7.3-unsupported-contact 7.3-invalid-contact 7.3.3-type 7.3.1-not-existing-type
    7.3.6-requests-type 7.4-not-ready-type 7.4-valid-not-ready-type 7.6-disallowed 9773-5-already-replaced-type""")
def other_types(x):
    if x.status >= 400 and x.has("type"):
        x.put(type=URN + "serverInternal")


@mutant("has other statuses of problems", """
    6.2-bad-algorithm-status 6.2-short 6.2-off-curve 6.2-unsupported-curve 6.2-content-type 6.3-get-refused-status
    6.3-get-of-objects-refused-status 6.5-unknown 6.5-used 6.5-missing 7.3.1-not-existing-status 7.3.3-status
    7.3.6-requests-status 7.4-not-ready-status 7.4-valid-not-ready-status 9773-5-already-replaced-status""")
def other_statuses(x):
    if x.status >= 400:
        x.status = 418


@mutant("refuses wrong URLs as malformed", "6.4-url-mismatch-unauthorized")
def wrong_url_malformed(x):
    if x.status in (401, 403):
        x.refuse()


@mutant("refuses everything", "6.2-es256 7.3-mailto 7.6-by-issuing 7.3-unknown-members-ignored")
def refuses_all(x):
    if x.method == "POST":
        x.refuse()


# Problem documents.

@mutant("has odd problem documents", """
    6.2-bad-algorithm-list 6.7-types 6.7.1-no-identifier 6.7.1-subproblem 7.3-unsupported-contact-detail""")
def odd_problems(x):
    if x.has("detail", "type"):
        kind = x.json()["type"]
        x.put(algorithms=None, detail="no", type=kind if "unsupported" in kind else URN + "oddness", identifier="a name",
              subproblems=[{"type": URN + "malformed", "identifier": "a name"}])


# Nonces.

@mutant("has no nonces with success", "6.5-nonce-with-success")
def no_nonce_with_success(x):
    if x.status < 400 and x.method == "POST":
        x.drop("Replay-Nonce")


@mutant("has no nonces with errors", "6.5-bad-nonce-gives")
def no_nonce_with_errors(x):
    if x.status >= 400:
        x.drop("Replay-Nonce")


@mutant("has no nonces in newNonce", "7.2-head-gives 7.2-get-gives 6.3-post-as-get-new-nonce")
def no_nonces(x):
    if x.at("newNonce"):
        x.drop("Replay-Nonce")


@mutant("has odd nonces, and caches them", "6.5.1 7.2-no-store 7.2-get-status 7.2-get-empty")
def odd_nonces(x):
    if "Replay-Nonce" in x.headers:
        if x.method != "POST" or x.status == 201:
            x.headers["Replay-Nonce"] = "AAAA="
        x.headers["Cache-Control"] = "public"
    if x.status == 204:
        x.replace(b"a nonce", 200)


@mutant("does not let the directory and newNonce be got", """
    6.3-get-directory 6.3-get-new-nonce 6.3-post-as-get-directory""")
def no_gets(x):
    gets = x.proxy.state["gets"] = x.proxy.state.get("gets", 0) + 1
    if gets > 1 and (x.has("newNonce") or x.at("newNonce") and x.method == "GET"):
        x.refuse(status=405)


# The directory.

@mutant("has an odd directory", "6.1-https 7.1.1-meta 7.1.1-new-authz 9773-3-directory")
def odd_directory(x):
    if x.has("newNonce"):
        x.put(meta=[], newAuthz=x.proxy.url + "/nothing", renewalInfo="http://localhost/")


@mutant("has no newNonce", "7.1-directory")
def no_new_nonce(x):
    if x.has("newNonce"):
        x.put(newNonce=None)


@mutant("names other CAA identities, and no terms", "7.1.1-caa-identities 7.3-terms-are-named")
def odd_meta(x):
    if x.has("newNonce"):
        x.put(meta={"caaIdentities": ["somebody-else.example"]})


# Objects.

@mutant("has objects without times", "7.1.3-expires 7.1.4-expires 7.5.1-expires 8-validated")
def no_times(x):
    if x.has("challenges"):
        x.put(challenges=[{**one, "validated": None} for one in x.json()["challenges"]])
    if x.has("expires"):
        x.put(expires=None)


@mutant("has wildcards and none the wrong way round", "7.1.3-wildcard 7.1.4-wildcard")
def odd_wildcards(x):
    if x.has("challenges"):
        is_one = x.json().get("wildcard")
        identifier = x.json()["identifier"]
        value = "*." * bool(is_one) + identifier["value"]
        x.put(wildcard=None if is_one else False, identifier={**identifier, "value": value})


@mutant("changes the arrays of orders", "7.1.3-arrays-immutable 7.1.3-arrays-immutable-when-invalid")
def changing_arrays(x):
    if x.has("finalize", "authorizations") and x.json()["status"] != "pending":
        urls = x.json()["authorizations"]
        x.put(authorizations=[*urls, urls[0]])


@mutant("lists orders as text", "7.1.2.1-orders-list")
def odd_list(x):
    if x.has("orders") and not x.has("status"):
        x.put(orders="none")


@mutant("has short tokens", "8.3-token 8.4-token 8737-3-token 8738-4-tokens 6.1-no-padding-sent")
def short_tokens(x):
    if x.has("challenges"):
        x.put(challenges=[{**one, "token": "abc="} for one in x.json()["challenges"]])


@mutant("shows errors where none are, and none where one is", "8-error-only 8.2-error 8.2-no-error")
def odd_errors(x):
    def changed(one):
        if one["status"] == "processing":
            return {name: value for name, value in one.items() if name != "error"}
        return {**one, "error": {"type": URN + "dns", "detail": "nothing"}}
    if x.has("challenges"):
        x.put(challenges=[changed(one) for one in x.json()["challenges"]])
    elif x.has("token"):
        x.replace(changed(x.json()))


@mutant("offers dns-01 for addresses, as names", "8738-7 8738-3-type")
def addresses_as_names(x):
    if x.has("challenges") and x.json()["identifier"]["type"] == "ip":
        challenges = [{**one, "type": "dns-01"} for one in x.json()["challenges"]]
        x.put(identifier={"type": "dns", "value": "127.0.0.1"}, challenges=challenges)


@mutant("takes POST-as-GET of a challenge for a response", "6.3-post-as-get-only-reads")
def reads_and_does(x):
    if x.has("token") and x.payload() == {}:
        x.put(status="processing")


# Accounts.

def account_of(x):
    return x.headers.get("Location", "").removeprefix(x.proxy.url) if x.at("newAccount") else x.path


@mutant("takes over whatever a client says of its account", """
    7.3-orders-ignored 7.3-unknown-members-not 7.3-only-return-existing-not 7.3.1-existing-unchanged 7.3.2-orders
    7.3.2-terms 7.3.2-status 7.3.2-unknown""")
def reflects(x):
    said = x.proxy.state.setdefault("said", {})
    if x.status < 400 and (x.at("newAccount") or account_of(x) in said):
        mine = said.setdefault(account_of(x), {})
        if isinstance(x.payload(), dict):
            mine.update(x.payload())
        x.put(**mine)


@mutant("forgets accounts", "7.3.1-existing-status 7.3.1-existing-location")
def forgets(x):
    if x.at("newAccount") and x.status == 200:
        x.status = 201
        x.headers["Location"] += "x"


@mutant("does not change accounts", "7.3.2-update")
def no_updates(x):
    if x.has("contact"):
        x.put(contact=None)


@mutant("wants external accounts, and does not say so", "7.3.4-required-is")
def wants_external(x):
    if x.at("newAccount") and "externalAccountBinding" not in x.payload():
        x.refuse("externalAccountRequired", 403)


@mutant("tells of new terms, but not where they are", "7.3.3-link 7.3.3-instance")
def no_terms(x):
    if x.status == 403:
        x.put(instance=None)
        x.links.clear()


@mutant("does not reflect bindings", "7.3.4-reflected")
def no_bindings(x):
    if x.has("externalAccountBinding"):
        x.put(externalAccountBinding=None)


@mutant("ends orders at a key change", "7.3.5-orders-survive")
def ends_orders(x):
    if x.at("keyChange") and x.status < 400:
        x.proxy.state["changed"] = True
    if x.has("finalize") and x.proxy.state.get("changed"):
        x.put(status="invalid")


# Validation.

@mutant("finds every validation good", """
    8.3-wrong 8.3-token-alone 8.3-longer 8.4-wrong 8.4-key 8737-3-alpn-not 8737-3-other-name 8737-3-only-another
    8737-3-not-critical 8737-3-no-extension 8737-3-oid 8737-3-wrong 8737-4-tls-1.2 8738-6-another
    8738-6-name-instead 7.4.1-pending""")
def finds_good(x):
    if x.has("challenges") and (any(one["status"] == "processing" for one in x.json()["challenges"]) or x.status == 201):
        x.put(status="valid")


@mutant("finds every validation bad", """
    8.3-proof 8.4-proof 8737-3-proof 8737-3-case 8738-6-single 8738-4-no 7.5.1-unknown 7.5.1-key""")
def finds_bad(x):
    if x.has("challenges") and x.json()["status"] == "valid":
        x.put(status="invalid")


@mutant("does not let one poll", "7.5.1-poll")
def no_polls(x):
    if x.has("challenges") and any(one["status"] == "processing" for one in x.json()["challenges"]):
        x.refuse("rateLimited", 503)


def client_hello(names, protocols):
    """A TLS 1.2 ClientHello, by hand: with several names, which no library would send."""
    entries = b"".join(b"\0" + struct.pack(">H", len(name)) + name.encode() for name in names)
    offers = b"".join(bytes([len(protocol)]) + protocol.encode() for protocol in protocols)
    extensions = b"".join(struct.pack(">HHH", kind, len(data) + 2, len(data)) + data for kind, data in ((0, entries), (16, offers)))
    body = b"\x03\x03" + bytes(32) + b"\0" + b"\0\2\xc0\x2b" + b"\1\0" + struct.pack(">H", len(extensions)) + extensions
    return b"\x16\x03\x01" + struct.pack(">H", len(body) + 4) + b"\1" + len(body).to_bytes(3, "big") + body


def name_for(identifier):
    return reverse_name(identifier["value"]) if identifier["type"] == "ip" else identifier["value"]


def address_for(identifier):
    return identifier["value"] if identifier["type"] == "ip" else "127.0.0.1"


def odd_hello(proxy, identifier, challenge):
    if challenge["type"] == "tls-alpn-01":
        with socket.create_connection((address_for(identifier), proxy.ports["tls"]), 5) as connection:
            connection.sendall(client_hello([name_for(identifier), "other.example"], ["acme-tls/1", "http/1.1"]))
            connection.recv(1)


def talks(proxy, identifier, challenge):
    if challenge["type"] == "tls-alpn-01":
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_alpn_protocols(["acme-tls/1"])
        plain = socket.create_connection((address_for(identifier), proxy.ports["tls"]), 5)
        tls = context.wrap_socket(plain, server_hostname=name_for(identifier))
        tls.sendall(b"GET / HTTP/1.1\r\n")
        tls.close()


def stays(proxy, identifier, challenge):
    if challenge["type"] == "tls-alpn-01":
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_alpn_protocols(["acme-tls/1"])
        plain = socket.create_connection((address_for(identifier), proxy.ports["tls"]), 5)
        proxy.state.setdefault("open", []).append(context.wrap_socket(plain, server_hostname=name_for(identifier)))


def asks_otherwise(proxy, identifier, challenge):
    if challenge["type"] == "http-01":
        address = "::1" if identifier["value"] == "::1" else "127.0.0.1"
        with socket.create_connection((address, proxy.ports["http"]), 5) as connection:
            connection.sendall(f"GET /.well-known/acme-challenge/{challenge['token']} HTTP/1.1\r\nHost: other.example\r\n"
                               "Connection: close\r\n\r\n".encode())
            connection.recv(1)
        question = struct.pack(">HHHHHH", 1, 0x100, 1, 0, 0, 0) + wire_name(identifier["value"]) + b"\0\1\0\1"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.settimeout(2)
            udp.sendto(question, ("127.0.0.1", proxy.ports["dns"]))
            udp.recv(512)


def validating_mutant(name, validates, checks):
    def keeps_the_answer(x):
        pass
    keeps_the_answer.validates = validates
    MUTANTS.append((name, keeps_the_answer, checks.split()))


validating_mutant("says other things to TLS servers", odd_hello, "8737-3-alpn 8737-3-server-name 8738-6-server-name")
validating_mutant("talks to TLS servers", talks, "8737-4-no-data")
validating_mutant("stays at TLS servers", stays, "8737-4-closed")
validating_mutant("asks web and name servers otherwise", asks_otherwise, "8.3-get 8738-5-host 8738-4-no-resolution")


# Certificates.

@mutant("hands out another certificate, in odd PEM", "7.4-certificate-as 9.1-strict")
def other_certificate(x):
    if x.body.startswith(b"-----BEGIN CERTIFICATE"):
        x.replace(b"Here it is:\n" + make_alpn_certificate(["other.example"], "")[0] + x.body)


@mutant("hands out the chain upside down, and once only", "9.1-end-entity-first 7.4.2-immutable")
def upside_down(x):
    if x.body.startswith(b"-----BEGIN CERTIFICATE"):
        blocks = re.findall(b"-----BEGIN.*?-----END CERTIFICATE-----\n", x.body, re.S)
        count = x.proxy.state[x.path] = x.proxy.state.get(x.path, 0) + 1
        x.replace(b"".join(reversed(blocks)) + b"\n" * count)


@mutant("does not revoke", "7.6-by-issuing 7.6-by-authorized 7.6-by-certificate")
def no_revocation(x):
    if x.at("revokeCert"):
        x.refuse("unauthorized", 403)


@mutant("turns windows round, and forgets what is replaced", "9773-4.2-end 9773-5-reflected")
def odd_renewal(x):
    if x.has("suggestedWindow"):
        window = x.json()["suggestedWindow"]
        x.put(suggestedWindow={"start": window["end"], "end": window["start"]})
    if x.has("replaces"):
        x.put(replaces=None)
