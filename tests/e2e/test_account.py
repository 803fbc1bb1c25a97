"""Accounts (RFC 8555, 7.3) and their list of orders (7.1.2.1)."""
from acme_client import Client, in_threads


def test_new_and_existing(lab):
    server = lab.server()
    client = Client(server)
    url = client.directory["newAccount"]

    client.post(url, {"onlyReturnExisting": True}, by_key=True).refused(400, "accountDoesNotExist")
    created = client.post(url, {"contact": ["mailto:admin@lab.example"], "termsOfServiceAgreed": True, "unknown": 1,
                                "orders": "https://elsewhere.example", "status": "revoked"}, by_key=True).ok(201)
    body = created.json()
    assert body["contact"] == ["mailto:admin@lab.example"] and body["status"] == "valid", body
    assert body["orders"].startswith(created.location()) and "unknown" not in body and "onlyReturnExisting" not in body

    # The same key again: the account as it is, whatever the request says.
    for payload in ({}, {"onlyReturnExisting": True}, {"contact": ["mailto:other@lab.example"]}, {"contact": ["tel:1"]}):
        again = client.post(url, payload, by_key=True).ok(200)
        assert again.location() == created.location() and again.json() == body, again.body

    client.kid = created.location()
    assert client.post(client.kid).ok().json() == body
    assert Client(server).post(url, {}, by_key=True).ok(201).location() != client.kid


def test_one_account_for_a_key_also_when_asked_twice_at_once(lab):
    server = lab.server({"workers": 4})
    for _ in range(5):
        owner, found = Client(server), []

        def ask(_):
            client = Client(server, key=owner.key)
            answer = client.post(client.directory["newAccount"], {}, by_key=True)
            found.append((answer.status, answer.location()))

        in_threads(6, ask)
        assert len({location for _, location in found}) == 1, found
        assert sorted(status for status, _ in found) == [200] * 5 + [201], found


def test_contacts(lab):
    client = Client(lab.server())
    url = client.directory["newAccount"]
    refused = {
        "unsupportedContact": ["tel:+123", "https://lab.example", "admin@lab.example", "MAIL:a@b.example", ""],
        "invalidContact": ["mailto:", "mailto:nobody", "mailto:@lab.example", "mailto:a@b.example,c@d.example",
                           "mailto:a@b.example?subject=x", "mailto:a b@c.example", "mailto:a@b@c.example",
                           "mailto:" + "a" * 300 + "@b.example", "mailto:a@b.example\r\nX: y"],
    }
    for kind, contacts in refused.items():
        for contact in contacts:
            lab.note(repr(contact))
            client.post(url, {"contact": [contact]}, by_key=True).refused(400, kind)
    client.post(url, {"contact": "mailto:a@b.example"}, by_key=True).refused(400, "malformed")
    client.post(url, {"contact": [7]}, by_key=True).refused(400, "malformed")
    client.post(url, {"contact": [f"mailto:a{i}@b.example" for i in range(1000)]}, by_key=True).refused(400, "invalidContact")

    client.register(contact=["mailto:a@b.example", "mailto: spaced@b.example"])    # getssl writes it so
    changed = client.post(client.kid, {"contact": ["mailto:new@b.example"]}).ok().json()
    assert changed["contact"] == ["mailto:new@b.example"]
    client.post(client.kid, {"contact": ["tel:1"]}).refused(400, "unsupportedContact")
    assert client.post(client.kid).json() == changed
    # Fields that the server ignores, and nothing at all, return the account (lacme, 7.3.2).
    for payload in ({}, {"termsOfServiceAgreed": True}, {"onlyReturnExisting": True}, {"status": "valid"}, {"orders": "x"}):
        assert client.post(client.kid, payload).ok().json() == changed, payload
    assert client.post(client.kid, {"contact": []}).ok().json().get("contact", []) == []


def test_deactivation(lab):
    client = Client(lab.server())
    client.register()
    other = Client(client.server)
    other.register()
    ready = client.new_order(["ready.lab.example"]).prove(lab.web)
    issued = client.new_order(["www.lab.example"])
    issued.obtain(lab.web)

    other.post(client.kid, {"status": "deactivated"}).refused(404, "malformed")
    assert client.post(client.kid, {"status": "deactivated"}).ok().json()["status"] == "deactivated"

    # Every request is 401 from now on, deactivation included; there is no way back.
    for url, payload in ((client.kid, None), (client.kid, {"status": "valid"}), (client.kid, {"status": "deactivated"}),
                         (client.directory["newOrder"], {"identifiers": [{"type": "dns", "value": "a.lab.example"}]}),
                         (ready.url, None), (issued.body["certificate"], None)):
        client.post(url, payload).refused(401, "unauthorized", "deactivated")
    ready.finalize().refused(401, "unauthorized")
    client.revoke(issued.der()).refused(401, "unauthorized")
    for payload in ({}, {"onlyReturnExisting": True}):
        client.post(client.directory["newAccount"], payload, by_key=True).refused(403, "unauthorized", "deactivated")

    # The certificate lives on.
    client.server.wait_revoked()


def test_list_of_orders(lab):
    client = Client(lab.server())
    client.register()
    url = client.post(client.kid).json()["orders"]
    assert client.post(url).ok().json() == {"orders": []}

    made = [client.new_order([f"n{i}.lab.example"]).url for i in range(120)]
    found, pages = [], 0
    while url:
        answer = client.post(url).ok()
        page = answer.json()["orders"]
        assert page and set(answer.json()) == {"orders"}, answer.body
        found += page
        pages += 1
        url = next(iter(answer.links("next")), None)
    assert sorted(found) == sorted(made) and len(set(found)) == 120 and pages > 1

    # Only its owner reads it; a page's address cannot be made up.
    first = client.post(client.kid).json()["orders"]
    stranger = Client(client.server)
    stranger.register()
    stranger.post(first).refused(404, "malformed")
    client.post(first + "?cursor=AAAA").refused(400, "malformed")
    client.get(first).refused(405, "malformed")


def test_invalid_orders_are_not_listed(lab):
    client = Client(lab.server())
    client.register()
    kept, lost = client.new_order(["a.lab.example"]), client.new_order(["b.lab.example"])
    client.post(lost.body["authorizations"][0], {"status": "deactivated"}).ok()
    assert lost.refresh()["status"] == "invalid"
    assert client.post(client.post(client.kid).json()["orders"]).json()["orders"] == [kept.url]
