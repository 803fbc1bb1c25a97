"""Authorizations beyond one order: before it (RFC 8555, 7.4.1), after it, and for the names below (RFC 9444)."""
import sqlite3

from acme_client import Client, Order, check_authorization, in_threads, make_csr
from lab import wait_until
from test_challenges import finish, registered, show_txt
from test_clients import certbot, webroot


def below(**more):
    """A profile in which a domain's DNS may speak for the names below."""
    return {"profiles": [{"name": "default", "subdomain_authorizations": True, **more}]}


def order_of(client, *identifiers):
    """newOrder with identifiers as they are: {"value": ..., "ancestorDomain": ...}."""
    payload = {"identifiers": [{"type": "dns", **identifier} for identifier in identifiers]}
    return Order(client, client.post(client.directory["newOrder"], payload).ok(201))


def same_account(client):
    """Another client of the same account, for a thread of its own."""
    twin = Client(client.server, key=client.key)
    twin.kid = client.kid
    return twin


def reload(server):
    """Takes effect a moment later: wait for it."""
    server.write_config()
    server.signal(1)


def look(client, url, unless):
    body = client.post(url).ok().json()
    check_authorization(body, client.server)
    return body if body["status"] != unless else None


def prove(lab, client, url, kind="http-01"):
    """Answers one challenge of an authorization; returns the authorization as it is then."""
    body = client.post(url).ok().json()
    challenge = next(c for c in body["challenges"] if c["type"] == kind)
    if kind == "dns-01":
        show_txt(lab, client, body, challenge)
    else:
        lab.web.answer_challenge(challenge["token"], f"{challenge['token']}.{client.key.thumbprint}")
    client.post(challenge["url"], {}).ok()
    body = wait_until(lambda: look(client, url, "pending"))
    assert body["status"] == "valid", body
    return body


def age(server, seconds):
    """All proofs are older by so much."""
    with sqlite3.connect(server.database) as db:
        db.execute("UPDATE authz SET validated_s = validated_s - ? WHERE validated_s > 0", [seconds])


def test_a_name_is_proven_before_it_is_ordered(lab):
    client = registered(lab)
    url, body = client.new_authorization("WWW.lab.example")
    assert body["identifier"] == {"type": "dns", "value": "www.lab.example"} and body["status"] == "pending", body
    assert sorted(c["type"] for c in body["challenges"]) == ["dns-01", "http-01", "tls-alpn-01"], body
    prove(lab, client, url)
    order = client.new_order(["www.lab.example"])
    assert order.status == "ready" and order.body["authorizations"] == [url], order.body
    finish(order)

    # The next proof is asked for before the first one is over.
    again, body = client.new_authorization("www.lab.example")
    assert again != url and body["status"] == "pending"


def test_what_is_refused_in_advance(lab):
    client = registered(lab)

    def ask(identifier):
        return client.post(client.directory["newAuthz"], {"identifier": identifier})

    ask({"type": "dns", "value": "*.lab.example"}).refused(403, "rejectedIdentifier", "wildcards")
    ask({"type": "dns", "value": "localhost"}).refused(403, "rejectedIdentifier", "localhost")
    ask({"type": "ip", "value": "10.0.0.1"}).refused(403, "rejectedIdentifier", "10.0.0.1")
    ask({"type": "email", "value": "a@lab.example"}).refused(403, "unsupportedIdentifier", "email")
    ask({"type": "dns", "value": "a..example"}).refused(400, "malformed", "a..example")
    ask("www.lab.example").refused(400, "malformed", "identifier")
    client.post(client.directory["newAuthz"], {}).refused(400, "malformed", "identifier")
    client.post(client.directory["newAuthz"]).refused(400, "malformed")
    stranger = Client(client.server)
    stranger.post(client.directory["newAuthz"], {"identifier": {"type": "dns", "value": "www.lab.example"}},
                  by_key=True).refused(400, "malformed")


def test_the_operator_decides_about_it(lab):
    client = registered(lab, validation={"pre_authorization": False})
    assert "newAuthz" not in client.directory
    client.post(client.server.url + "/acme/new-authz", {"identifier": {"type": "dns", "value": "www.lab.example"}}).refused(
        404, "malformed", "newAuthz")
    # Where no proof is used twice, none is made in advance either.
    client.server.config["validation"]["pre_authorization"] = True
    client.server.config["profiles"] = [{"name": "default", "authorization_reuse": 0}]
    reload(client.server)
    wait_until(lambda: "newAuthz" not in Client(client.server).directory)


def test_a_second_order_needs_no_challenge(lab):
    client = registered(lab)
    first = client.new_order(["a.lab.example", "b.lab.example"])
    first.obtain(lab.web)
    asked = len(lab.web.requests)
    second = client.new_order(["b.lab.example", "a.lab.example"])
    assert second.status == "ready" and second.body["authorizations"] == first.body["authorizations"], second.body
    assert second.body["expires"] < first.body["expires"], "an order must not outlast the proofs that it uses"
    finish(second)
    assert len(lab.web.requests) == asked

    third = client.new_order(["a.lab.example", "c.lab.example"])
    assert third.status == "pending"
    assert [body["status"] for _, body in third.authorizations()] == ["valid", "pending"]
    third.obtain(lab.web)
    assert len(lab.web.requests) == asked + 1
    # Another account has proven nothing.
    stranger = Client(client.server)
    stranger.register()
    assert stranger.new_order(["a.lab.example"]).status == "pending"


def test_proofs_get_old(lab):
    client = registered(lab, profiles=[{"name": "default", "authorization_reuse": "2h"}, {"name": "strict", "authorization_reuse": 0}])
    client.new_order(["www.lab.example"]).obtain(lab.web)
    assert client.new_order(["www.lab.example"], profile="strict").status == "pending"
    age(client.server, 3600 - 60)
    assert client.new_order(["www.lab.example"]).status == "ready"
    age(client.server, 120)
    assert client.new_order(["www.lab.example"]).status == "pending"


def test_a_proof_by_a_method_that_the_profile_lacks(lab):
    client = registered(lab, profiles=[{"name": "default"}, {"name": "dns", "challenges": ["dns-01"]}])
    client.new_order(["www.lab.example"]).obtain(lab.web)
    order = client.new_order(["www.lab.example"], profile="dns")
    assert order.status == "pending"
    (url, body), = order.authorizations()
    assert [c["type"] for c in body["challenges"]] == ["dns-01"]
    prove(lab, client, url, "dns-01")
    order.wait("ready")
    assert client.new_order(["www.lab.example"], profile="dns").status == "ready"


def test_certbot_is_not_asked_twice(lab):
    server, root = lab.server(), webroot(lab)

    def obtain(*names, more=()):
        return certbot(lab, server, "certonly", "--webroot", "--webroot-path", root, "--email", "admin@lab.example",
                       "--agree-tos", "--force-renewal", "--expand", "--cert-name", "lab", *more,
                       *(word for name in names for word in ("--domain", name)))

    obtain("one.lab.example", "two.lab.example")
    live = lab.folder / "certbot" / "live" / "lab"
    first = lab.verify(server, live / "fullchain.pem", "two.lab.example", live / "privkey.pem")
    hosts = [host.split(":")[0] for host, _ in lab.web.requests]
    assert sorted(hosts) == ["one.lab.example", "two.lab.example"]
    obtain("one.lab.example", "two.lab.example")
    second = lab.verify(server, live / "fullchain.pem", "two.lab.example", live / "privkey.pem")
    assert first != second and len(lab.web.requests) == 2
    obtain("one.lab.example", "two.lab.example", "three.lab.example")
    lab.verify(server, live / "fullchain.pem", "three.lab.example", live / "privkey.pem")
    assert [host.split(":")[0] for host, _ in lab.web.requests[2:]] == ["three.lab.example"]
    obtain("one.lab.example", "two.lab.example", more=["--dry-run"])    # it deactivates what it holds, and orders again
    assert len(lab.web.requests) == 5


def test_orders_at_once_share_a_challenge(lab):
    client = registered(lab)
    orders = [None] * 8

    def work(index):
        twin = same_account(client)
        orders[index] = twin.new_order(["www.lab.example", f"n{index}.lab.example"])
        orders[index].obtain(lab.web)

    in_threads(len(orders), work)
    shared = set(orders[0].body["authorizations"]).intersection(*(o.body["authorizations"] for o in orders))
    lab.note(f"shared by all: {len(shared)}")
    assert all(order.refresh()["status"] == "valid" for order in orders)
    with sqlite3.connect(f"file:{client.server.database}?mode=ro", uri=True) as db:
        (count,), = db.execute("SELECT count(*) FROM order_authz o JOIN authz a ON a.id = o.authz_id WHERE a.status <> 'valid'")
    assert count == 0


def test_what_ends_one_ends_those_that_wait(lab):
    client = registered(lab)
    done = client.new_order(["www.lab.example"])
    done.obtain(lab.web)
    ready = client.new_order(["www.lab.example"])
    waiting = client.new_order(["www.lab.example", "other.lab.example"])
    apart = client.new_order(["other.lab.example"])
    (url, _), = done.authorizations()
    body = client.post(url, {"status": "deactivated"}).ok().json()
    assert body["status"] == "deactivated"
    for order in (ready, waiting):
        order.refresh()
        assert order.status == "invalid" and "www.lab.example" in order.body["error"]["detail"], order.body
    ready.finalize().refused(403, "orderNotReady", "invalid")
    assert done.refresh()["status"] == "valid" and apart.refresh()["status"] == "pending"
    listed = client.post(client.post(client.kid).ok().json()["orders"]).ok().json()["orders"]
    assert sorted(listed) == sorted([done.url, apart.url])
    done.download()
    client.revoke(done.der()).ok()    # it ordered it
    fresh = client.new_order(["www.lab.example"])
    assert fresh.status == "pending" and url not in fresh.body["authorizations"]


def test_a_failure_that_two_orders_share(lab):
    client = registered(lab)
    first, second = client.new_order(["www.lab.example"]), client.new_order(["www.lab.example"])
    assert first.body["authorizations"] == second.body["authorizations"]
    (_, challenge), = first.challenges()
    lab.web.answer_challenge(challenge["token"], "something else")
    client.post(challenge["url"], {}).ok()
    for order in (first, second):
        order.wait("invalid", seconds=60)
        assert "www.lab.example" in order.body["error"]["detail"]
    client.new_order(["www.lab.example"]).obtain(lab.web)


def test_caa_is_asked_again_by_the_method_that_was_used(lab):
    """caa-method.lab.example may be issued for by dns-01 alone."""
    client = registered(lab, upstreams=[{"name": "local", "type": "local", "caa_identities": ["ca.example"]}])
    url, _ = client.new_authorization("caa-method.lab.example")
    prove(lab, client, url)
    order = client.new_order(["caa-method.lab.example"])
    assert order.status == "ready"
    order.finalize().ok()
    order.wait("invalid")
    assert order.body["error"]["type"].endswith(":caa") and "validationmethods" in order.body["error"]["detail"]

    client.post(url, {"status": "deactivated"}).ok()
    url, _ = client.new_authorization("caa-method.lab.example")
    prove(lab, client, url, "dns-01")
    finish(client.new_order(["caa-method.lab.example"]))


def test_a_domain_speaks_for_the_names_below(lab):
    client = registered(lab, **below())
    assert client.directory["meta"]["subdomainAuthAllowed"] is True
    url, body = client.new_authorization("lab.example", subdomainAuthAllowed=True)
    assert body["subdomainAuthAllowed"] is True and [c["type"] for c in body["challenges"]] == ["dns-01"], body
    assert prove(lab, client, url, "dns-01")["subdomainAuthAllowed"] is True
    order = client.new_order(["a.lab.example", "c.b.lab.example"])
    assert order.status == "ready" and order.body["authorizations"] == [url], order.body
    # The CSR has the names of the order, not the domain's.
    order.finalize(csr=make_csr(["a.lab.example", "c.b.lab.example", "lab.example"])[1]).refused(400, "badCSR", "lab.example")
    finish(order)
    assert client.new_order(["xlab.example"]).status == "pending"
    assert client.new_order(["*.lab.example"]).status == "pending"    # RFC 8555, 7.4.1

    # It has the right to revoke what another account obtained below it, as long as it lasts.
    other = Client(client.server)
    other.register()
    theirs = other.new_order(["theirs.lab.example"])
    theirs.obtain(lab.web)
    client.revoke(theirs.der()).ok()
    theirs = other.new_order(["theirs.lab.example"])
    finish(theirs)
    client.post(url, {"status": "deactivated"}).ok()
    client.revoke(theirs.der()).refused(403, "unauthorized", "authorizations for all its names")


def test_an_order_is_proven_from_above(lab):
    client = registered(lab, **below(), upstreams=[{"name": "local", "type": "local", "caa_identities": ["ca.example"]}])
    order = order_of(client, {"value": "x.caa-method.lab.example", "ancestorDomain": "lab.example"},
                     {"value": "*.y.lab.example", "ancestorDomain": "lab.example"}, {"value": "www.lab.example"})
    pending = {body["identifier"]["value"]: (url, body) for url, body in order.authorizations()}
    assert sorted(pending) == ["lab.example", "www.lab.example"], pending
    url, body = pending["lab.example"]
    assert body["wildcard"] is body["subdomainAuthAllowed"] is True, body
    prove(lab, client, url, "dns-01")
    prove(lab, client, pending["www.lab.example"][0])
    order.wait("ready")
    finish(order)    # CAA was asked for the names below, by dns-01
    with sqlite3.connect(f"file:{client.server.database}?mode=ro", uri=True) as db:
        (found,), = db.execute("SELECT caa FROM action")
    assert [line.split(":")[0] for line in found.splitlines()] == [
        "*.y.lab.example", "www.lab.example", "x.caa-method.lab.example"], found


def test_domains_that_do_not_speak_for_a_name(lab):
    client = registered(lab, **below())

    def ask(value, ancestor):
        return client.post(client.directory["newOrder"],
                           {"identifiers": [{"type": "dns", "value": value, "ancestorDomain": ancestor}]})

    ask("alab.example", "lab.example").refused(400, "malformed", "no domain above it")
    ask("lab.example", "lab.example").refused(400, "malformed", "no domain above it")
    ask("www.lab.example", "other.example").refused(400, "malformed", "no domain above it")
    ask("a.b.co.uk", "co.uk").refused(400, "rejectedIdentifier", "more than one owner")
    ask("www.lab.example", "*.lab.example").refused(400, "malformed", "wildcard")
    client.post(client.directory["newAuthz"], {"identifier": {
        "type": "dns", "value": "co.uk", "subdomainAuthAllowed": True}}).refused(403, "rejectedIdentifier", "owner")


def test_a_profile_that_does_not_allow_it(lab):
    client = registered(lab)
    assert "subdomainAuthAllowed" not in client.directory["meta"]
    (_, body), = order_of(client, {"value": "www.lab.example", "ancestorDomain": "lab.example"}).authorizations()
    assert body["identifier"]["value"] == "www.lab.example" and "subdomainAuthAllowed" not in body, body
    _, body = client.new_authorization("lab.example", subdomainAuthAllowed=True)
    assert "subdomainAuthAllowed" not in body and len(body["challenges"]) == 3, body


def test_a_reload_takes_the_right_to_speak_for_others(lab):
    client = registered(lab, **below())
    url, _ = client.new_authorization("lab.example", subdomainAuthAllowed=True)
    prove(lab, client, url, "dns-01")
    assert client.new_order(["a.lab.example"]).status == "ready"
    client.server.config["profiles"] = [{"name": "default"}]
    reload(client.server)
    # The worker that has the client's connection takes the new plan in its own time.
    wait_until(lambda: "subdomainAuthAllowed" not in client.get(client.server.directory).json()["meta"])
    assert client.new_order(["b.lab.example"]).status == "pending"
    assert client.new_order(["lab.example"]).status == "ready"    # its own name


def test_a_persistent_record_must_mean_the_names_below(lab):
    client = registered(lab, **below(challenges=["dns-persist-01"]), validation={"issuer_domain_names": ["ca.lab.example"]})
    for value, status in ((f"ca.lab.example; accounturi={client.kid}", "invalid"),
                          (f"ca.lab.example; accounturi={client.kid}; policy=wildcard", "valid")):
        url, body = client.new_authorization("lab.example", subdomainAuthAllowed=True)
        lab.run([lab.dns_hook(), "add", "_validation-persist.lab.example", value])
        client.post(body["challenges"][0]["url"], {}).ok()
        body = wait_until(lambda: look(client, url, "pending"), 60)
        assert body["status"] == status, body
    assert client.new_order(["a.lab.example"]).status == "ready"
