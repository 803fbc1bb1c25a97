"""RFC 8738: addresses as identifiers."""
import ipaddress

from checks_authorizations import expect_token
from responders import reverse_name
from suite import NotApplicable, check, expect, unchecked
from wire import Order, challenge_of


def order_for(bench, session, address):
    reply = bench.new_order(session, [{"type": "ip", "value": address}])
    if reply.status >= 400:
        raise NotApplicable(f"the server does not take {address}: {reply.seen()}")
    return Order(session, reply)


def validated(bench, address, kind):
    """(authorization as it ended, plan of the TLS server if it was asked)"""
    session, plans = bench.account(), []
    order = order_for(bench, session, address)

    def show(body, challenge):
        plans.append(getattr(bench, "show_" + kind.replace("-", "_"))(session, body, challenge))
    return bench.judged(session, order, kind, show), plans[0]


@check("3-type", "an authorization for an address has an identifier of type ip", rfc="8738")
def _(bench):
    _, body = order_for(bench, bench.account(), "127.0.0.1").authorization()
    expect(body["identifier"].get("type") == "ip", f"type: {body['identifier'].get('type')}")


@check("3-text-form-v4", "an IPv4 address has the form of RFC 1123: others are refused, or brought into it", rfc="8738")
def _(bench):
    expect_canonical(bench, ("127.0.0.001", "0127.0.0.1", "127.1", "2130706433", "127.0.0.1.", " 127.0.0.1"))


@check("3-text-form-v6", "an IPv6 address has the form of RFC 5952: others are refused, or brought into it", rfc="8738")
def _(bench):
    expect_canonical(bench, ("0:0:0:0:0:0:0:1", "::0001", "0::1", "[::1]", "::1%lo", "::0:1"))


def expect_canonical(bench, texts):
    session = bench.account()
    for text in texts:
        reply = bench.new_order(session, [{"type": "ip", "value": text}])
        if reply.status < 400:
            values = [identifier["value"] for identifier in reply.document()["identifiers"]]
            expect(all(is_canonical(value) for value in values), f"{text} gives an order for {', '.join(values)}")
            value = Order(session, reply).authorization()[1]["identifier"]["value"]
            expect(is_canonical(value), f"{text} gives an authorization for {value}")


def is_canonical(text):
    try:
        return str(ipaddress.ip_address(text)) == text
    except ValueError:
        return False


@check("4-no-resolution", "an address is not resolved: it is where the server connects", rfc="8738")
def _(bench):
    bench.need("http-01")
    body, _ = validated(bench, "127.0.0.1", "http-01")
    expect(body["status"] == "valid", "the authorization is invalid")
    asked = [name for name, _ in list(bench.world.dns.questions) if name.startswith("127.0.0.1")] if bench.world.dns else []
    expect(not asked, "the DNS server was asked for the address")


@check("5-host-v4", "http-01: Host is the IPv4 address", rfc="8738")
def _(bench):
    body, _ = validated(bench, "127.0.0.1", "http-01")
    hosts = {host for host, _ in bench.fetches(challenge_of(body, "http-01")["token"])}
    expect(hosts and hosts <= {"127.0.0.1", f"127.0.0.1:{bench.options.http_port}"}, f"Host: {hosts}")


@check("5-host-v6", "http-01: Host is the IPv6 address, in the form of RFC 5952", rfc="8738")
def _(bench):
    if bench.world.web6 is None:
        raise NotApplicable("there is no IPv6 on this machine, or no port was given")
    body, _ = validated(bench, "::1", "http-01")
    hosts = {host for host, _ in bench.fetches(challenge_of(body, "http-01")["token"])}
    expect(hosts and hosts <= {"[::1]", f"[::1]:{bench.options.http_port}"}, f"Host: {hosts}")


@check("6-single-address", "tls-alpn-01: the certificate holds the address, and proves it", rfc="8738")
def _(bench):
    body, _ = validated(bench, "127.0.0.1", "tls-alpn-01")
    expect(body["status"] == "valid", "the authorization is invalid")


def refused_by_alpn(bench, address, names):
    session = bench.account()
    order = order_for(bench, session, address)
    bench.fails(session, order, "tls-alpn-01", lambda body, challenge: bench.show_tls_alpn_01(
        session, body, challenge, names=names))


@check("6-another-address-too", "tls-alpn-01: it fails if the certificate holds another address beside the right one", rfc="8738",
       slow=True)
def _(bench):
    refused_by_alpn(bench, "127.0.0.2", ["127.0.0.2", "192.0.2.1"])


@check("6-name-instead", "tls-alpn-01: it fails if the certificate holds the reverse name instead of the address", rfc="8738",
       slow=True)
def _(bench):
    refused_by_alpn(bench, "127.0.0.3", [reverse_name("127.0.0.3")])


@check("6-server-name", "tls-alpn-01: server_name is the address's reverse name", rfc="8738")
def _(bench):
    body, plan = validated(bench, "127.0.0.4", "tls-alpn-01")
    expect(body["status"] == "valid" and plan.hellos, "the server does not ask for it")
    names = [hello.names for hello in plan.hellos]
    expect(all(one == [reverse_name("127.0.0.4")] for one in names), f"server_name: {names}")


@check("7-no-dns-01", "dns-01 is not offered for an address", rfc="8738")
def _(bench):
    _, body = order_for(bench, bench.account(), "127.0.0.1").authorization()
    kinds = [challenge["type"] for challenge in body["challenges"]]
    expect("dns-01" not in kinds, f"offered: {', '.join(kinds)}")


@check("4-tokens", "the challenges for an address have tokens as others", rfc="8738")
def _(bench):
    _, body = order_for(bench, bench.account(), "127.0.0.1").authorization()
    for challenge in body["challenges"]:
        expect_token(challenge.get("token"))


unchecked("4", "what addresses may be certified", "a server's own; the run needs 127.0.0.1 and ::1 to be allowed", rfc="8738")
