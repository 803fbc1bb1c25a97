"""When to renew (ARI, RFC 9773), what an order replaces, and which profile it asks for."""
from datetime import datetime, timezone

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
    # Anybody may ask, and the answer is stable.
    assert window_of(ask(Client(client.server), renewal_id(leaf))) == [start, end]


def test_revoked_is_due_now(lab):
    client = Client(lab.server())
    client.register()
    order = issued(client, lab)
    client.revoke(order.der()).ok()
    start, end = window_of(ask(client, renewal_id(order.chain[0])))
    assert start < end <= datetime.now(timezone.utc)


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
