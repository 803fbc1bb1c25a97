"""When to renew (ARI, RFC 9773), what an order replaces, and which profile it asks for."""
import hashlib
import json
from datetime import datetime, timedelta, timezone

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from acme_client import Client, renewal_id


def ask(client, name):
    return client.get(client.directory["renewalInfo"] + "/" + name)


def window_of(answer):
    window = answer.ok().json()["suggestedWindow"]
    return [datetime.fromisoformat(window[end].replace("Z", "+00:00")) for end in ("start", "end")]


def issued(client, lab, names=("www.lab.example",), **members):
    order = client.new_order(list(names), **members)
    order.obtain(lab.web)
    return order


def test_window(lab):
    client = Client(lab.server())
    client.register()
    leaf = issued(client, lab).chain[0]
    answer = ask(client, renewal_id(leaf))
    start, end = window_of(answer)
    assert answer.retry_after() == 21600
    born, dies = (t.replace(tzinfo=timezone.utc) for t in (leaf.not_valid_before, leaf.not_valid_after))
    assert born + (dies - born) / 2 < start < end < dies
    assert "explanationURL" not in answer.json()
    # Anybody may ask, and the answer is stable.
    assert window_of(ask(Client(client.server), renewal_id(leaf))) == [start, end]


def test_revoked_is_due_now(lab):
    client = Client(lab.server())
    client.register()
    order = issued(client, lab)
    client.revoke(order.der()).ok()
    answer = ask(client, renewal_id(order.chain[0]))
    start, end = window_of(answer)
    assert start < end <= datetime.now(timezone.utc)
    page = explanation(client, answer)
    assert "It was revoked on" in page and "Renew it now" in page, page
    # The page of a certificate that needs none, and of none.
    leaf = issued(client, lab).chain[0]
    pages = client.server.url + "/renewal/"
    assert "two thirds of its life" in client.get(pages + renewal_id(leaf), is_acme=False).ok().body.decode()
    client.get(pages + renewal_id(leaf)[:-4] + "AAAA", is_acme=False).refused(404, "malformed")
    client.get(pages + "nonsense", is_acme=False).refused(400, "malformed")


def import_orders(lab, server, orders):
    path = server.folder / "orders.json"
    path.write_text(json.dumps({"orders": orders}))
    lab.run([lab.binary, "inventory", "import", path, "--upstream", "main", "--config", server.folder / "countersign.yaml"],
            cwd=server.folder)


def spki_of(leaf):
    return hashlib.sha256(leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def as_the_vendor_knows_it(lab, server, leaf):
    """(the order's id, the certificate's) in the inventory, if the server put them there itself; else made up"""
    words = [lab.binary, "inventory", "list", "--json", "--config", server.folder / "countersign.yaml"]
    for item in json.loads(lab.run(words, cwd=server.folder).stdout)["orders"]:
        for certificate in item["order"].get("certificates", []):
            if certificate.get("spki") == spki_of(leaf):
                return item["order"]["id"], certificate["id"]
    return "1001", "c1"


def day(time):
    return time.strftime("%Y-%m-%dT00:00:00Z")


def test_the_vendors_order_decides_when(lab):
    upstreams = [{"name": "main", "type": "local", "rules": "digicert"}]
    profiles = [{"name": "default", "upstream": "main", "validity": "90d", "challenges": ["http-01"]}]
    client = Client(lab.server({"upstreams": upstreams, "profiles": profiles}))
    client.register()
    leaf = issued(client, lab).chain[0]
    name, server = renewal_id(leaf), client.server
    born, dies = (t.replace(tzinfo=timezone.utc) for t in (leaf.not_valid_before, leaf.not_valid_after))
    # The order goes on for long: a reissue is free, and the last third is early enough.
    order_id, certificate_id = as_the_vendor_knows_it(lab, server, leaf)
    order = {"id": order_id, "status": "issued", "names": ["www.lab.example"], "order_end": day(dies + timedelta(days=200)),
             "certificates": [{"id": certificate_id, "spki": spki_of(leaf), "not_before": day(born), "not_after": day(dies)}]}
    import_orders(lab, server, [order])
    answer = ask(client, name)
    start, end = window_of(answer)
    assert born + (dies - born) * 0.66 < start < end < dies and "explanationURL" not in answer.json()
    assert answer.retry_after() == 21600

    # It ends with the certificate: in its last 30 days it is renewed.
    import_orders(lab, server, [{**order, "order_end": day(dies)}])
    answer = ask(client, name)
    start, end = window_of(answer)
    assert start == datetime.fromisoformat(day(dies - timedelta(days=30)).replace("Z", "+00:00")) and end < dies
    assert "ends with it, and is renewed" in explanation(client, answer)

    # Two holders never come at the same moment.
    other = {"id": "c9", "kind": "duplicate", "spki": "0" * 64, "holder": "a9", "not_before": day(born), "not_after": day(dies)}
    import_orders(lab, server, [{"id": order_id, "certificates": [other]}])
    half = window_of(ask(client, name))
    assert half[1] - half[0] == (end - start) / 2 and start <= half[0] and half[1] <= end

    # The vendor will revoke it: now, though nobody here did.
    order["certificates"][0]["revoke_at"] = day(datetime.now(timezone.utc) + timedelta(days=2))
    import_orders(lab, server, [{"id": order_id, "certificates": order["certificates"]}])
    answer = ask(client, name)
    start, end = window_of(answer)
    assert start < end <= datetime.now(timezone.utc)
    assert "It will be revoked on " + order["certificates"][0]["revoke_at"] in explanation(client, answer)


def explanation(client, answer):
    url = answer.json()["explanationURL"]
    assert url.startswith(client.server.url + "/renewal/"), url
    page = client.get(url, is_acme=False).ok()
    assert page.headers["Content-Type"].startswith("text/plain")
    return page.body.decode()


def test_unknown_and_malformed(lab):
    client = Client(lab.server())
    client.register()
    leaf = issued(client, lab).chain[0]
    key_id, serial = renewal_id(leaf).split(".")
    ask(client, key_id + ".AIdlQyE").refused(404, "malformed")
    ask(client, "aYhba4dGQEHhs3uEe6CuLN4ByNQ." + serial).refused(404, "malformed")
    ask(client, "nonsense").refused(400, "malformed")
    ask(client, key_id + "=." + serial).refused(400, "malformed")


def test_replaces(lab):
    client = Client(lab.server())
    client.register()
    name = renewal_id(issued(client, lab).chain[0])
    successor = issued(client, lab, replaces=name)
    assert successor.body["replaces"] == name and successor.refresh()["replaces"] == name
    url = client.directory["newOrder"]
    identifiers = [{"type": "dns", "value": "www.lab.example"}]
    client.post(url, {"identifiers": identifiers, "replaces": name}).refused(409, "alreadyReplaced")
    # The successor can be replaced in turn.
    issued(client, lab, replaces=renewal_id(successor.chain[0]))


def test_an_order_that_failed_frees_what_it_replaced(lab):
    client = Client(lab.server())
    client.register()
    name = renewal_id(issued(client, lab).chain[0])
    order = client.new_order(["www.lab.example"], replaces=name)
    client.post(order.body["authorizations"][0], {"status": "deactivated"}).ok()
    assert order.refresh()["status"] == "invalid"
    issued(client, lab, replaces=name)


def test_replaces_only_ones_own_and_alike(lab):
    client = Client(lab.server())
    client.register()
    name = renewal_id(issued(client, lab).chain[0])
    stranger = Client(client.server)
    stranger.register()
    order = {"identifiers": [{"type": "dns", "value": "www.lab.example"}], "replaces": name}
    stranger.post(client.directory["newOrder"], order).refused(400, "malformed", "replaces")
    order["identifiers"][0]["value"] = "b.lab.example"
    client.post(client.directory["newOrder"], order).refused(400, "malformed", "in common")


def test_profiles(lab):
    profiles = [
        {"name": "long", "description": "thirty days", "validity": "30d"},
        {"name": "short", "description": "six days", "validity": "6d"},
    ]
    client = Client(lab.server({"profiles": profiles}))
    client.register()
    assert client.directory["meta"]["profiles"] == {"long": "thirty days", "short": "six days"}
    for profile, days in ((None, 30), ("short", 6), ("long", 30)):
        order = issued(client, lab, **({} if profile is None else {"profile": profile}))
        assert order.body["profile"] == (profile or "long")
        leaf = order.chain[0]
        assert round((leaf.not_valid_after - leaf.not_valid_before).total_seconds()) + 1 == days * 86400
    order = {"identifiers": [{"type": "dns", "value": "www.lab.example"}], "profile": "none"}
    client.post(client.directory["newOrder"], order).refused(400, "invalidProfile", "none")
