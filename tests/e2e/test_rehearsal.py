"""Rehearsals: a vendor's rules over an imported inventory decide, the embedded CA signs, nothing is bought. Configuration and
inventory are those of docs/operators.md, word for word, but for names and dates."""
import datetime
import json
import re

from acme_client import Client, make_binding, make_csr, renewal_id
from clients import ask_store, certbot, create_eab, webroot
from lab import TOP

DECISIONS = "SELECT outcome || ' ' || rule || ' ' || coalesce(target, '-') FROM decision ORDER BY order_id"
SECTION = re.search(r"\n## Rehearsing a policy\n(.*?)\n## ", (TOP / "docs" / "operators.md").read_text(), re.S)[1]


def block(kind):
    return re.search(rf"```{kind}\n(.*?)```", SECTION, re.S)[1].replace("corp.example", "lab.example")


def inventory():
    """The page's, with its order issued a hundred days ago."""
    text = block("json")
    times = sorted(re.findall(r"\d{4}-\d\d-\d\dT00:00:00Z", text))
    read = "%Y-%m-%dT%H:%M:%SZ"
    begin = datetime.datetime.strptime(times[0], read)
    late = datetime.datetime.utcnow() - datetime.timedelta(days=100) - begin
    return re.sub(r"\d{4}-\d\d-\d\dT00:00:00Z", lambda m: (datetime.datetime.strptime(m[0], read) + late).strftime(read), text)


def rehearsal(lab, rules="digicert", folder=None, upstream="", preferences=""):
    server = lab.server(start=False, **({"folder": lab.folder / folder} if folder else {}))
    write = server.write_config

    def write_config():
        file = write()
        file.write_text(file.read_text() + block("yaml").replace("rules: digicert", f"rules: {rules}{upstream}") + preferences)
        return file

    server.write_config = write_config
    server.start()
    (server.folder / "orders.json").write_text(inventory())
    inventory_command(lab, server, "import", "orders.json", "--upstream", "rehearsal")
    return server


def explain(lab, server, *words):
    """What would be decided now: "DUPLICATE DC-TLS-DUP-6 1001"."""
    shown = lab.run([lab.binary, "policy", "explain", "--json", *words, "--config", "countersign.yaml"], cwd=server.folder).stdout
    said = json.loads(shown[shown.index("{"):])
    return f"{said['outcome']} {said['rule']} {said['target'] or '-'}"


def inventory_command(lab, server, *words):
    return lab.run([lab.binary, "inventory", *words, "--config", "countersign.yaml"], cwd=server.folder).stdout


def client_of(lab, server, *words):
    """An account of an external account that is made with these words, at the rehearsal's own directory."""
    eab = create_eab(lab, server, "--profile", "rehearsal", *words)
    client = Client(server)
    client._directory = client.get(eab["directory"]).ok().json()
    client.register(externalAccountBinding=make_binding(client, eab))
    return client


def refused(lab, client, names):
    """The problem of an order that is not carried out."""
    order = client.new_order(names).prove(lab.web)
    order.take(order.finalize().ok().json())
    if order.status != "invalid":
        order.wait("invalid")
    return order.body["error"]


def decided(server):
    return ask_store(server, DECISIONS)[-1]


def test_a_policy_is_tried(lab):
    server = rehearsal(lab)
    first, second = (client_of(lab, server, "--tenant", "web") for _ in range(2))

    assert explain(lab, server, "--names", "www.lab.example", "--tenant", "web", "--profile",
                   "rehearsal") == "DUPLICATE DC-TLS-DUP-6 1001"

    # The second server of a pair: a duplicate of what was bought. Who has a certificate comes back with a new key: a reissue.
    first.new_order(["www.lab.example"]).obtain(lab.web)
    assert decided(server) == "DUPLICATE DC-TLS-DUP-6 1001", decided(server)
    second.new_order(["www.lab.example"]).obtain(lab.web)
    assert decided(server) == "DUPLICATE DC-TLS-DUP-6 1001", decided(server)
    first.new_order(["www.lab.example"]).obtain(lab.web)
    assert decided(server) == "REISSUE DC-TLS-REI-3 1001", decided(server)
    [order] = json.loads(inventory_command(lab, server, "show", "1001", "--json"))["orders"]
    kinds = [(certificate["kind"], certificate.get("holder")) for certificate in order["order"]["certificates"]]
    assert kinds == [("original", None), ("duplicate", "1"), ("duplicate", "2"), ("reissue", "1")], kinds

    # What was not bought yet would be; once, says the budget, also after a restart.
    first.new_order(["new.lab.example"]).obtain(lab.web)
    assert decided(server).startswith("NEW no-match"), decided(server)
    server.stop()
    server.start()
    problem = refused(lab, second, ["newer.lab.example"])
    assert problem["type"].endswith(":rateLimited") and re.search(r"\d{4}-\d\d-\d\d", problem["detail"]), problem
    assert decided(server) == "DENY budget -", decided(server)

    # The house's own profile knows nothing of it.
    client = Client(server)
    client.register()
    client.new_order(["newer.lab.example"]).obtain(lab.web)
    assert decided(server).startswith("NEW "), decided(server)


def test_what_an_external_account_bounds(lab):
    server = rehearsal(lab)
    thrifty = client_of(lab, server, "--tenant", "web", "--actions", "reissue,duplicate")
    thrifty.new_order(["www.lab.example"]).obtain(lab.web)
    assert decided(server) == "DUPLICATE DC-TLS-DUP-6 1001", decided(server)
    problem = refused(lab, thrifty, ["new.lab.example"])
    assert problem["type"].endswith(":unauthorized"), problem
    assert decided(server).startswith("DENY eab"), decided(server)

    # A tenant's budget is its own; another tenant's orders are nobody's.
    none = client_of(lab, server, "--tenant", "mail", "--budget", "0/30d")
    problem = refused(lab, none, ["www.lab.example"])
    assert problem["type"].endswith(":rateLimited"), problem
    assert "1001" not in json.dumps(problem), problem
    some = client_of(lab, server, "--tenant", "mail", "--budget", "1/30d")
    some.new_order(["www.lab.example"]).obtain(lab.web)
    assert decided(server).startswith("NEW "), decided(server)


def test_the_same_key_gets_its_certificate_back(lab):
    server = rehearsal(lab)
    web, house = client_of(lab, server, "--tenant", "web"), Client(server)
    house.register()
    for client, rule in ((web, "DUPLICATE DC-TLS-DUP-6 1001"), (house, "NEW no-match -")):
        _, csr = make_csr(["www.lab.example"])

        def ask():
            order = client.new_order(["www.lab.example"])
            if order.status == "pending":
                order.prove(lab.web)
            order.take(order.finalize(csr=csr).ok().json())
            if order.status != "valid":
                order.wait("valid")
            order.download()
            return order.der()

        first = ask()
        assert decided(server) == rule, decided(server)
        assert ask() == first, "another certificate was made for the same key"
        assert decided(server).startswith("REUSE "), decided(server)


def finalized(lab, client, names, key, *statuses, **members):
    """An order for that key, carried on to one of the statuses."""
    order = client.new_order(names, **members)
    if order.status == "pending":
        order.prove(lab.web)
    order.take(order.finalize(csr=make_csr(names, key)[1]).ok().json())
    if order.status not in statuses:
        order.wait(*statuses)
    return order


def test_what_is_handed_back_lives_and_has_the_names(lab):
    server = rehearsal(lab, preferences="      extend_orders: true\n")
    client = client_of(lab, server, "--tenant", "web")
    one, two = ["www.lab.example"], ["b.lab.example", "www.lab.example"]
    first, second = (make_csr(one)[0] for _ in range(2))
    finalized(lab, client, one, first, "valid").download()

    # The order grows by the second key's certificate; the first key's has one name still.
    finalized(lab, client, two, second, "valid").download()
    finalized(lab, client, two, first, "valid").download()
    assert [line.split()[0] for line in ask_store(server, DECISIONS)] == ["DUPLICATE", "REISSUE", "REISSUE"], decided(server)
    both = finalized(lab, client, two, first, "valid")
    both.download()
    assert decided(server).startswith("REUSE "), decided(server)

    client.revoke(both.der()).ok()
    again = finalized(lab, client, two, first, "valid")
    again.download()
    assert decided(server).startswith("REISSUE ") and again.der() != both.der(), decided(server)


def test_what_is_joined_has_the_names(lab):
    server = rehearsal(lab, upstream="\n    approval: operator", preferences="      extend_orders: true\n")
    client = client_of(lab, server, "--tenant", "web")
    one, two = ["www.lab.example"], ["b.lab.example", "www.lab.example"]
    key = make_csr(one)[0]
    first = finalized(lab, client, two, key, "processing")
    other = finalized(lab, client, one, key, "processing")
    again = finalized(lab, client, two, key, "processing")
    assert [line.split()[0] for line in ask_store(server, DECISIONS)] == ["REISSUE", "WAIT", "ADOPT"], ask_store(server, DECISIONS)

    lab.run([lab.binary, "order", "approve", "1", "--config", "countersign.yaml"], cwd=server.folder)
    for order in (first, again):
        order.wait("valid")
        order.download()
    assert first.der() == again.der()
    # The order has grown, and is none for one name any more; a new one is more than the budget allows.
    other.wait("invalid")
    assert other.body["error"]["type"].endswith(":rateLimited"), other.body


def test_who_loses_a_certificate_is_told_in_time(lab):
    server = rehearsal(lab, preferences="      allow_destructive: true\n      extend_orders: true\n")
    first, second = (client_of(lab, server, "--tenant", "web") for _ in range(2))
    one, two = ["www.lab.example"], ["b.lab.example", "www.lab.example"]
    keys = [make_csr(one)[0] for _ in range(3)]
    mine, other = finalized(lab, first, two, keys[0], "valid"), finalized(lab, second, two, keys[1], "valid")
    for order in (mine, other):
        order.download()

    def window(order):
        answer = first.get(first.directory["renewalInfo"] + "/" + renewal_id(order.chain[0])).ok().json()
        return answer["suggestedWindow"]["end"] < datetime.datetime.utcnow().isoformat() + "Z", "explanationURL" in answer

    assert not window(mine)[0] and not window(other)[0]
    replaced = finalized(lab, first, one, keys[2], "valid", replaces=renewal_id(mine.chain[0]))
    replaced.download()
    assert decided(server) == "REISSUE DC-TLS-REI-2 1001", decided(server)
    [shown] = json.loads(inventory_command(lab, server, "show", "1001", "--json"))["orders"]
    dies = {c["id"]: c.get("revoke_at") for c in shown["order"]["certificates"]}
    day = (datetime.datetime.utcnow() + datetime.timedelta(days=3)).isoformat()[:10]
    assert [at and at[:10] for at in dies.values()] == [day, day, day, None], dies
    assert window(other) == (True, True) and window(mine) == (True, True) and not window(replaced)[0]


def test_a_busy_order_is_waited_for(lab):
    server = rehearsal(lab)

    def tell(in_process):
        (server.folder / "news.json").write_text(json.dumps({"orders": [{"id": "1001", "in_process": in_process}]}))
        inventory_command(lab, server, "import", "news.json", "--upstream", "rehearsal")

    tell({"action": "reissue", "since": "2026-11-01T00:00:00Z"})
    client = client_of(lab, server, "--tenant", "web")
    order = client.new_order(["www.lab.example"]).prove(lab.web)
    answer = order.finalize().ok()
    assert answer.json()["status"] == "processing" and answer.retry_after() is not None, answer.json()
    assert decided(server) == "WAIT DC-TLS-REI-1 -", decided(server)
    server.stop()
    server.start()
    assert order.refresh()["status"] == "processing", order.body

    # Another name has nothing to do with it; what was imported wakes those that wait.
    client.new_order(["new.lab.example"]).obtain(lab.web)
    assert order.refresh()["status"] == "processing", order.body
    tell(None)
    order.wait("valid")
    order.download()
    assert sorted(ask_store(server, DECISIONS)) == ["DUPLICATE DC-TLS-DUP-6 1001", "NEW no-match -"], ask_store(server, DECISIONS)


def test_by_the_rules_of_other_vendors(lab):
    # Tencent Cloud reissues for anybody while there are more than thirty days left.
    server = rehearsal(lab, "tencent", "tencent")
    for client in (client_of(lab, server, "--tenant", "web") for _ in range(2)):
        client.new_order(["www.lab.example"]).obtain(lab.web)
        assert decided(server) == "REISSUE TC-REISSUE-2 1001", decided(server)

    # Huawei Cloud has no call for it: a second server is a purchase, until the budget is spent.
    server = rehearsal(lab, "huawei", "huawei")
    client = client_of(lab, server, "--tenant", "web")
    client.new_order(["www.lab.example"]).obtain(lab.web)
    assert decided(server) == "NEW additional_holder -", decided(server)
    assert refused(lab, client, ["www.lab.example"])["type"].endswith(":rateLimited")
    assert decided(server) == "DENY budget -", decided(server)


def test_certbot(lab):
    server, root = rehearsal(lab), webroot(lab)
    eab = create_eab(lab, server, "--tenant", "web", "--profile", "rehearsal", "--uses", "unlimited")
    server.directory = eab["directory"]
    certbot(lab, server, "certonly", "--webroot", "--webroot-path", root, "--agree-tos", "--register-unsafely-without-email",
            "--eab-kid", eab["kid"], "--eab-hmac-key", eab["key"], "--domain", "www.lab.example")
    assert decided(server) == "DUPLICATE DC-TLS-DUP-6 1001", decided(server)
    certbot(lab, server, "renew", "--force-renewal", "--no-random-sleep-on-renew")
    assert decided(server) == "REISSUE DC-TLS-REI-3 1001", decided(server)
