"""Directories of profiles, and wishes in their addresses: ?action=...&orderId=... (RFC 8555, 7.1.1; the profiles draft)."""
import json

from acme_client import Client, make_binding
from clients import ask_store, certbot, create_eab, lego, verify_certbot, verify_lego, webroot
from test_policy import REHEARSAL, learn, registered, vendor_order

PROFILES = {"profiles": [{"name": "default"}, {"name": "gold", "validity": "6d", "description": "The better one"}]}
WISHES = "SELECT profile || ' ' || wish || ' ' || coalesce(wish_order_id, '-') FROM orders ORDER BY id"


def client_of(server, address):
    """A client that was given this directory."""
    client = Client(server)
    client._directory = client.get(server.url + address).ok().json()
    return client


def test_directories(lab):
    server = lab.server(PROFILES)
    client = Client(server)
    shared = {name: url for name, url in client.directory.items() if name not in ("meta", "newOrder")}
    for address, new_order in {"/acme/directory?action=enroll": "/acme/new-order/enroll",
                               "/acme/directory?action=renew&orderId=7": "/acme/new-order/renew/7",
                               "/acme/default/directory": "/acme/default/new-order",
                               "/acme/gold/directory": "/acme/gold/new-order",
                               "/acme/gold/directory?orderId=cs-7_a.b&action=duplicate":
                                   "/acme/gold/new-order/duplicate/cs-7_a.b"}.items():
        lab.note(address)
        answer = client.get(server.url + address).ok()
        body = answer.json()
        meta = body.pop("meta")
        assert body == {**shared, "newOrder": server.url + new_order}, body
        assert not answer.links("index")
        assert list(meta["profiles"]) == (["default", "gold"] if address.startswith("/acme/directory") else
                                          [address.split("/")[2]]), meta
        head = client.get(server.url + address, "HEAD").ok()
        assert head.body == b"" and int(head.headers["Content-Length"]) == len(answer.body)
        options = client.send("OPTIONS", server.url + address, headers={"Origin": "https://page.example"})
        assert options.status == 204 and options.headers["Access-Control-Allow-Methods"] == "GET, HEAD, POST"
        refused = client.get(body["newOrder"])
        refused.refused(405, "malformed", "POST")
        assert refused.headers["Allow"] == "POST"
    client.register()
    assert client.post(server.url + "/acme/gold/directory?action=reissue&orderId=7").ok().json()["newOrder"] == \
        server.url + "/acme/gold/new-order/reissue/7"
    client.post(server.url + "/acme/gold/directory?action=reissue&orderId=7", protected={
        "url": server.url + "/acme/gold/directory?action=reissue&orderId=8"}).refused(403, "unauthorized", "orderId=7")


def test_addresses_that_are_none(lab):
    server = lab.server(PROFILES)
    client = Client(server)
    for address, (status, word) in {
            "/acme/silver/directory": (404, "no profile"), "/acme/silver/directory?action=enroll": (404, "no profile"),
            "/acme/directory?action=revoke": (400, "revoke"), "/acme/directory?action=": (400, "enroll, reissue"),
            "/acme/directory?orderId=7": (400, "needs an"), "/acme/directory?action=enroll&orderId=7": (400, "new order"),
            "/acme/directory?action=renew&action=renew": (400, "once"), "/acme/directory?x=y": (400, '"x"'),
            "/acme/directory?action=renew&orderId=7%2F8": (400, "7%2F8"),
            "/acme/directory?action=renew&orderId=" + "7" * 65: (400, "64 at most"),
            "/acme/gold/directory/": (404, "nothing"), "/acme/gold/new-account": (404, "nothing")}.items():
        lab.note(address)
        client.get(server.url + address).refused(status, "malformed", word)

    client.register()
    order = {"identifiers": [{"type": "dns", "value": "www.lab.example"}]}
    for address in ("/acme/new-order/revoke", "/acme/new-order/renew/7/8", "/acme/gold/new-order/enroll/7",
                    "/acme/silver/new-order"):
        lab.note(address)
        client.post(server.url + address, order).refused(404, "malformed")
    assert not ask_store(server, WISHES)


def test_an_order_keeps_profile_and_wish(lab):
    server = lab.server(PROFILES)
    client = client_of(server, "/acme/gold/directory?action=enroll")
    client.register()
    order = client.new_order(["www.lab.example"])
    assert order.body["profile"] == "gold"
    order.obtain(lab.web)
    assert (order.chain[0].not_valid_after - order.chain[0].not_valid_before).days <= 6
    assert client.new_order(["www.lab.example"], profile="gold").body["profile"] == "gold"
    names = {"identifiers": [{"type": "dns", "value": "www.lab.example"}]}
    client.post(client.directory["newOrder"], {**names, "profile": "default"}).refused(400, "invalidProfile", "gold")
    client.post(client.directory["newOrder"], {**names, "profile": "silver"}).refused(400, "invalidProfile", "silver")
    client.post(client.directory["newOrder"], names, protected={"url": server.url + "/acme/new-order"}).refused(
        403, "unauthorized", "/acme/gold/new-order/enroll")

    client._directory = client.get(server.url + "/acme/directory?action=duplicate&orderId=880100233").ok().json()
    assert client.new_order(["www.lab.example"], profile="gold").body["profile"] == "gold"
    assert client.new_order(["www.lab.example"]).body["profile"] == "default"
    assert ask_store(server, WISHES) == ["gold new -", "gold new -", "gold duplicate 880100233", "default duplicate 880100233"]


def test_an_external_account_bounds_the_wishes(lab):
    server = lab.server(PROFILES)
    eab = create_eab(lab, server, "--actions", "reissue,duplicate")
    client = client_of(server, "/acme/directory?action=enroll")
    client.register(externalAccountBinding=make_binding(client, eab))
    names = {"identifiers": [{"type": "dns", "value": "www.lab.example"}]}
    client.post(client.directory["newOrder"], names).refused(403, "unauthorized", f'"{eab["kid"]}" does not allow the action enroll')
    client._directory = client.get(server.url + "/acme/directory?action=reissue").ok().json()
    client.new_order(["www.lab.example"])
    assert ask_store(server, WISHES) == ["default reissue -"]


def test_a_wish_is_carried_out_or_refused(lab):
    server = lab.server(REHEARSAL)
    client, number = registered(lab, server, "web")
    learn(lab, server, vendor_order("1001", ["www.lab.example"]), vendor_order("1002", ["other.lab.example"]))

    def outcome(query, status, names=("www.lab.example",)):
        client._directory = client.get(f"{server.url}/acme/default/directory{query}").ok().json()
        order = client.new_order(list(names)).prove(lab.web)
        order.take(order.finalize().ok().json())
        if order.status == "processing":
            order.wait("valid", "invalid")
        shown = lab.run([lab.binary, "order", "show", order.url, "--json", "--config", server.folder / "countersign.yaml"],
                        cwd=server.folder).stdout
        shown = json.loads(shown)
        assert shown["status"] == order.status == status, shown
        return shown["decision"]["document"]["outcome"], shown["decision"]["document"]["target"], shown["action"]["action"]

    # What the policy would choose for itself: a duplicate, for somebody who holds no certificate of the order.
    assert outcome("?action=reissue&orderId=1001", "valid") == ("REISSUE", "1001", "reissue")
    assert outcome("?action=duplicate&orderId=1001", "valid") == ("DUPLICATE", "1001", "duplicate")
    assert outcome("?action=enroll", "valid")[0] == "NEW"
    assert outcome("?action=duplicate&orderId=1002", "invalid") == ("DENY", None, "none")
    assert outcome("?action=reissue&orderId=7777", "invalid") == ("DENY", None, "none")
    assert ask_store(server, "SELECT count(*) FROM certificate") == [3]


def test_certbot_at_a_profile_with_a_wish(lab):
    server, root, name = lab.server(PROFILES), webroot(lab), "certbot.lab.example"
    server.directory = server.url + "/acme/gold/directory?action=enroll"
    certbot(lab, server, "certonly", "--webroot", "--webroot-path", root, "--email", "admin@lab.example", "--agree-tos",
            "--domain", name)
    first = verify_certbot(lab, server, name)
    certbot(lab, server, "renew", "--force-renewal", "--no-random-sleep-on-renew")
    assert verify_certbot(lab, server, name) != first
    assert ask_store(server, WISHES) == ["gold new -"] * 2


def test_lego_at_a_profile_with_a_wish(lab):
    server, name = lab.server(PROFILES), "lego.lab.example"
    by_http = ["--http", "--http.webroot", webroot(lab)]
    server.directory = server.url + "/acme/gold/directory?action=enroll"
    lego(lab, server, name, *by_http, "run")
    first = verify_lego(lab, server, name)
    lego(lab, server, name, *by_http, "renew", "--days", "4000", "--no-random-sleep")
    assert verify_lego(lab, server, name) != first
    assert ask_store(server, WISHES) == ["gold new -"] * 2
