"""RFC 9773: renewal information, and orders that replace."""
from acme_client import renewal_id
from checks_resources import expect_timestamp
from suite import SHOULD, STATED, NotApplicable, check, expect, unchecked
from wire import Order


def renewal_url(bench, identifier):
    if "renewalInfo" not in bench.directory:
        raise NotApplicable("the server gives no renewal information (no renewalInfo)")
    return bench.directory["renewalInfo"].rstrip("/") + "/" + identifier


def information(bench):
    """The reply about a fresh certificate."""
    renewal_url(bench, "")
    return bench.session().get(renewal_url(bench, renewal_id(bench.certificate().chain[0])))


@check("3-directory", "a server that gives renewal information lists renewalInfo in its directory", rfc="9773")
def _(bench):
    if "renewalInfo" not in bench.directory:
        raise NotApplicable("the server gives no renewal information (no renewalInfo)")
    expect(str(bench.directory["renewalInfo"]).startswith("https://"), f"{bench.directory['renewalInfo']!r}")


@check("4.1-get", "renewal information is got without authentication, by the certificate's identifier", STATED, rfc="9773")
def _(bench):
    information(bench).accepted(200)


def window(bench):
    found = information(bench).accepted().document().get("suggestedWindow")
    expect(isinstance(found, dict), f"suggestedWindow: {found!r}")
    return tuple(expect_timestamp(found.get(end), end) for end in ("start", "end"))


@check("4.2-window", "renewal information has a suggestedWindow with start and end in RFC 3339's form", STATED, rfc="9773")
def _(bench):
    window(bench)


@check("4.2-end-after-start", "the window's end is after its start", rfc="9773")
def _(bench):
    start, end = window(bench)
    expect(start < end, f"{start.isoformat()} .. {end.isoformat()}")


@check("4.3-retry-after", "Retry-After says when to ask again; to clients its absence is an error", STATED, rfc="9773")
def _(bench):
    expect(information(bench).accepted().headers["Retry-After"], "there is none")


@check("4.1-unknown", "an identifier of no certificate gets an error", STATED, rfc="9773")
def _(bench):
    for identifier in ("aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE", "nonsense"):
        bench.session().get(renewal_url(bench, identifier)).refused()


def replacement(bench, session, old, names=None):
    renewal_url(bench, "")
    return bench.new_order(session, names or old.names(), replaces=renewal_id(old.chain[0]))


def replaced(bench):
    """(the certificate's order, the one that replaces it, accepted)"""
    renewal_url(bench, "")
    old = bench.certificate()
    reply = replacement(bench, old.session, old)
    if reply.status >= 400:
        raise NotApplicable(f"the server does not take replaces: {reply.seen()}")
    return old, Order(old.session, reply)


@check("5-reflected", "an accepted replaces is in the order object, also later", rfc="9773")
def _(bench):
    old, order = replaced(bench)
    identifier = renewal_id(old.chain[0])
    expect(order.body.get("replaces") == identifier, f"at first: {order.body.get('replaces')}")
    expect(order.refresh().body.get("replaces") == identifier, f"later: {order.body.get('replaces')}")
    order.obtain()
    expect(order.finalized.document().get("replaces") == identifier, f"after finalize: {order.finalized.document().get('replaces')}")
    expect(order.body.get("replaces") == identifier, f"when valid: {order.body.get('replaces')}")


def replaced_again(bench):
    old, order = replaced(bench)
    order.obtain()
    reply = replacement(bench, old.session, old)
    if reply.status < 400:
        raise NotApplicable("the server lets a certificate be replaced twice")
    return reply


@check("5-already-replaced-status", "an order that replaces what was replaced, if refused for that, gets status 409", rfc="9773")
def _(bench):
    replaced_again(bench).refused(status=409)


@check("5-already-replaced-type", "an order that replaces what was replaced, if refused for that, gets alreadyReplaced", rfc="9773")
def _(bench):
    replaced_again(bench).refused("alreadyReplaced")


@check("5-replaced-twice-refused", "what was replaced is not replaced again", SHOULD, rfc="9773")
def _(bench):
    old, order = replaced(bench)
    order.obtain()
    replacement(bench, old.session, old).refused()


@check("5-other-account-refused", "replaces of another account's certificate is refused", SHOULD, rfc="9773")
def _(bench):
    renewal_url(bench, "")
    old = bench.certificate()
    replacement(bench, bench.account(), old).refused()


@check("5-other-names-refused", "replaces of a certificate that shares no name is refused", SHOULD, rfc="9773")
def _(bench):
    renewal_url(bench, "")
    old = bench.certificate()
    replacement(bench, old.session, old, [bench.name()]).refused()


@check("5-invalid-order-frees", "an order that became invalid does not stand in the way of another replacement", SHOULD, rfc="9773")
def _(bench):
    old, order = replaced(bench)
    for url in order.body["authorizations"]:
        order.session.post(url, {"status": "deactivated"}).accepted()
    if order.refresh().status != "invalid":
        raise NotApplicable("the first order could not be made invalid")
    replacement(bench, old.session, old).accepted(201)


unchecked("4.2", "clients renew inside the window, ask again when told", "binds the client", rfc="9773")
unchecked("4.3.1", "how long Retry-After is", "a server's own", rfc="9773")
