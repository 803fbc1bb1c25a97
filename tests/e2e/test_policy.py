"""What an order means at a vendor: the question to the running server, and what it then does. A vendor is rehearsed: its rules
and an imported inventory decide, the embedded CA signs."""
import json
import re

from cryptography.hazmat.primitives import hashes, serialization

from acme_client import Client, make_binding, make_csr
from clients import ask_store, create_eab
from lab import TOP

REHEARSAL = {"upstreams": [{"name": "main", "type": "local", "rules": "digicert"}],
             "profiles": [{"name": "default", "upstream": "main", "validation": "OV"}]}


def command(lab, server, *words, check=True):
    return lab.run([lab.binary, *words, "--config", server.folder / "countersign.yaml"], check, cwd=server.folder)


def explain(lab, server, *words):
    """The decision."""
    shown = lab.run([lab.binary, "policy", "explain", "--json", *words, "--config", server.folder / "countersign.yaml"],
                    cwd=server.folder).stdout
    return json.loads(shown[shown.index("{"):])


def facts(lab, server, *words):
    """The facts, and the file that they were written to."""
    shown = command(lab, server, "policy", "explain", "--show-facts", *words).stdout
    path = server.folder / "facts.json"
    path.write_text(shown[shown.index("{"):])
    return json.loads(path.read_text()), path


def replay(lab, path, *words):
    return lab.run([lab.binary, "policy", "explain", "--facts", path, *words]).stdout


def vendor_order(number, names, holder=None, tenant="web", spki="somebody's key", **members):
    return {"id": number, "tenant": tenant, "product": "ssl_basic", "validation": "OV", "status": "issued", "names": names,
            "first_issued": "2026-11-01T00:00:00Z", "order_end": "2099-11-01T00:00:00Z", "plan_years": 1,
            "certificates": [{"id": f"c{number}", "spki": spki, "holder": holder, "not_before": "2026-11-01T00:00:00Z",
                              "not_after": "2099-06-01T00:00:00Z"}], **members}


def learn(lab, server, *orders, vendor="digicert"):
    path = server.folder / "orders.json"
    path.write_text(json.dumps({"orders": orders}))
    command(lab, server, "inventory", "import", path, "--upstream", "main", "--vendor", vendor)


def newest_account(server):
    return str(ask_store(server, "SELECT max(id) FROM account")[0])


def registered(lab, server, tenant=None):
    """A client, and its account's number."""
    client = Client(server)
    if tenant is None:
        client.register()
    else:
        eab = create_eab(lab, server, "--tenant", tenant)
        client.register(externalAccountBinding=make_binding(client, eab))
    return client, newest_account(server)


def pem(folder, der):
    from cryptography import x509
    path = folder / "request.pem"
    path.write_bytes(x509.load_der_x509_csr(der).public_bytes(serialization.Encoding.PEM))
    return path


def key_hash(key):
    digest = hashes.Hash(hashes.SHA256())
    digest.update(key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))
    return digest.finalize().hex()


def test_what_is_explained_is_what_is_done(lab):
    server = lab.server()
    client, number = registered(lab, server)
    names = ["www.lab.example", "shop.lab.example"]
    key, der = make_csr(names)
    words = ("--names", "www.lab.example,Shop.Lab.Example", "--csr", pem(server.folder, der), "--account", number)
    before = explain(lab, server, *words)
    assert (before["outcome"], before["rule"], before["effects"]["cost"]) == ("NEW", "no-match", "free"), before

    order = client.new_order(names).prove(lab.web)
    order.take(order.finalize(csr=der).ok().json())
    order.wait("valid") if order.status != "valid" else None
    assert json.loads(ask_store(server, "SELECT document FROM decision")[0]) == before

    # The same again; what is shown is what is decided by, and can be asked again without the server.
    again = explain(lab, server, *words)
    assert again["outcome"] == "REUSE", again
    shown, path = facts(lab, server, *words)
    assert shown["upstream"] == "local" and shown["request"]["account"] == number, shown
    assert shown["request"]["identifiers"] == [{"type": "dns", "value": name} for name in sorted(names)]
    assert shown["request"]["key"] == {"spki": key_hash(key), "algorithm": "EC", "size": 256}
    (own,) = shown["orders"]
    assert own["names"] == sorted(names) and own["certificates"][0]["holder"] == number, own
    assert json.loads(replay(lab, path, "--json")) == again
    text = command(lab, server, "policy", "explain", *words).stdout
    assert text == replay(lab, path) and text.startswith(f"REUSE certificate {again['certificate']} of order"), text

    second = client.new_order(names).prove(lab.web)
    second.take(second.finalize(csr=der).ok().json())
    second.wait("valid") if second.status != "valid" else None
    assert second.download() == client.post(order.body["certificate"]).ok().body
    documents = [json.loads(document) for document in ask_store(server, "SELECT document FROM decision ORDER BY order_id")]
    assert documents == [before, again]

    # The future, somebody else, another key, nobody in particular.
    assert explain(lab, server, *words, "--at", "2099-01-01T00:00:00Z")["outcome"] == "NEW"
    _, other = registered(lab, server)
    known = explain(lab, server, *words[:-1], other)
    assert (known["outcome"], known["effects"]["key_known_to"]) == ("NEW", number), known
    nobody = command(lab, server, "policy", "explain", "--names", ",".join(names)).stdout
    assert "Without --csr, a new P-256 key is assumed." in nobody and "NEW: a new order" in nobody, nobody
    assert explain(lab, server, "--csr", pem(server.folder, der), "--account", number)["outcome"] == "REUSE"
    denied = explain(lab, server, *words, "--action", "reissue")
    assert (denied["outcome"], denied["problem"]["type"]) == ("DENY", "userActionRequired"), denied


def test_the_inventory_answers(lab):
    server = lab.server(REHEARSAL)
    _, number = registered(lab, server, "web")
    _, mate = registered(lab, server, "web")
    _, stranger = registered(lab, server, "mail")
    names = ("--names", "www.shop.example")
    assert explain(lab, server, *names, "--account", number)["effects"]["cost"] == "billable"
    learn(lab, server, vendor_order("1001", ["www.shop.example"], number), vendor_order("1002", ["mail.shop.example"], stranger,
                                                                                        "mail", "the stranger's key"))

    def outcome(*words):
        decision = explain(lab, server, *words)
        return decision["outcome"], decision["target"]

    assert outcome(*names, "--account", number) == ("REISSUE", "1001")
    assert outcome(*names, "--account", mate) == ("DUPLICATE", "1001")
    assert outcome(*names, "--tenant", "web") == ("DUPLICATE", "1001")
    assert outcome(*names, "--account", stranger) == ("NEW", None)
    assert outcome(*names) == ("NEW", None)
    assert outcome(*names, "--account", number, "--at", "2099-10-20T00:00:00Z") == ("RENEW", "1001")
    assert outcome(*names, "--account", mate, "--action", "reissue", "--order-id", "1001") == ("REISSUE", "1001")
    assert outcome("--names", "www.shop.example,a.shop.example", "--tenant", "web", "--replaces", "c1001") == ("NEW", None)
    assert outcome(*names, "--account", mate, "--action", "reissue", "--order-id", "1002")[0] == "DENY"

    # Whatever is asked, no other tenant's holder is named.
    for words in (("--names", "mail.shop.example"), ("--names", "mail.shop.example,www.shop.example"),
                  (*names, "--action", "reissue", "--order-id", "1002"), (*names, "--replaces", "c1002")):
        shown, path = facts(lab, server, *words, "--account", number)
        decided = explain(lab, server, *words, "--account", number)
        for said in (json.dumps(shown["orders"]), json.dumps(decided), replay(lab, path)):
            assert f'"{stranger}"' not in said and f"account {stranger}" not in said, said


def test_what_is_under_way_is_known(lab):
    """Orders that wait for the operator's approval stand in the inventory, also after a crash, and the next request knows."""
    waiting = {**REHEARSAL, "upstreams": [{**REHEARSAL["upstreams"][0], "approval": "operator"}]}
    server = lab.server(waiting)
    client, number = registered(lab, server, "web")
    _, mate = registered(lab, server, "web")
    _, stranger = registered(lab, server, "mail")
    learn(lab, server, vendor_order("1001", ["www.lab.example"]))

    def finalized(who, name, key=None):
        key, der = make_csr([name], key)
        order = who.new_order([name]).prove(lab.web)
        assert order.finalize(csr=der).ok().json()["status"] == "processing"
        return key, pem(server.folder, der)

    def inventory():
        listed = json.loads(command(lab, server, "inventory", "list", "--json").stdout)["orders"]
        return {item["order"]["id"]: item["order"] for item in listed}

    def outcome(*words):
        decision = explain(lab, server, *words)
        return decision["outcome"], decision["target"]

    duplicate_key, _ = finalized(client, "www.lab.example")
    new_key, new_csr = finalized(client, "new.lab.example")
    again = ("--csr", new_csr, "--account", number)
    for _ in range(2):
        orders = inventory()
        assert sorted(orders) == ["1001", "action-2"], orders
        assert [(a["action"], a["spki"], a["account"]) for a in orders["1001"]["in_process"]] == [
            ("duplicate", key_hash(duplicate_key), number)]
        assert [(a["action"], a["spki"], a["account"]) for a in orders["action-2"]["in_process"]] == [
            ("new", key_hash(new_key), number)]
        assert (orders["action-2"]["status"], orders["action-2"]["tenant"]) == ("pending", "web"), orders
        assert outcome(*again) == ("ADOPT", "action-2")
        assert outcome(*again[:2], "--account", mate)[0] == "WAIT"
        assert outcome("--names", "new.lab.example", "--tenant", "web")[0] == "WAIT"
        assert outcome(*again[:2], "--account", stranger)[0] == "NEW"
        assert outcome("--names", "www.lab.example", "--account", mate) == ("DUPLICATE", "1001")
        shown, _ = facts(lab, server, *again)
        assert len(shown["spent"]["upstream"]) == len(shown["spent"]["tenant"]) == 1, shown["spent"]
        assert facts(lab, server, *again[:2], "--account", stranger)[0]["spent"]["tenant"] == []
        server.kill()
        server.start()
        client.nonces.clear()

    # Who comes back with names and key joins; the vendor is not asked twice.
    finalized(client, "new.lab.example", new_key)
    assert ask_store(server, "SELECT outcome FROM decision ORDER BY order_id") == ["DUPLICATE", "NEW", "ADOPT"]
    assert sorted(inventory()) == ["1001", "action-2"]
    assert ask_store(server, "SELECT count(*) FROM purchase") == [1]


def test_the_binding_and_the_budget_are_among_the_facts(lab):
    server = lab.server(REHEARSAL)
    client = Client(server)
    eab = create_eab(lab, server, "--tenant", "web", "--name", "shop.example", "--actions", "reissue,duplicate",
                     "--budget", "3/10d")
    client.register(externalAccountBinding=make_binding(client, eab))
    number = newest_account(server)
    shown, path = facts(lab, server, "--names", "www.shop.example", "--account", number)
    assert shown["request"]["eab"] == {"names": ["shop.example"], "actions": ["reissue", "duplicate"],
                                       "budget": {"new_orders": 3, "period": "10d"}}, shown["request"]
    refused = explain(lab, server, "--names", "www.shop.example", "--account", number)
    assert (refused["outcome"], refused["rule"], refused["problem"]["type"]) == ("DENY", "eab", "unauthorized"), refused
    shown["request"]["eab"]["actions"].append("enroll")
    path.write_text(json.dumps(shown))
    assert json.loads(replay(lab, path, "--json"))["outcome"] == "NEW"
    assert explain(lab, server, "--names", "www.other.example", "--account", number)["problem"]["type"] == "rejectedIdentifier"


def test_only_what_matters_is_read_from_a_large_inventory(lab):
    server = lab.server(REHEARSAL)
    learn(lab, server, *(vendor_order(str(n), [f"h{n}.d{n % 40}.example"]) for n in range(2000)))
    assert explain(lab, server, "--names", "h77.d37.example", "--tenant", "web")["target"] == "77"
    shown, _ = facts(lab, server, "--names", "h77.d37.example", "--tenant", "web")
    assert [order["id"] for order in shown["orders"]] == ["77"]


def test_facts_come_from_any_file(lab):
    path = lab.folder / "facts.json"
    path.write_text((TOP / "docs" / "examples" / "second-server.json").read_text())
    explained = replay(lab, path)
    assert "DUPLICATE order 1001" in explained, explained
    piped = lab.run(["sh", "-c", f"cat '{path}' | '{lab.binary}' policy explain --facts /dev/stdin"]).stdout
    assert piped == explained, piped
    path.write_text("")
    empty = lab.run([lab.binary, "policy", "explain", "--facts", path], False)
    assert empty.returncode == 2 and "facts.json" in empty.stdout, (empty.returncode, empty.stdout)


def test_mistakes_are_named(lab):
    server = lab.server()
    key, der = make_csr(["a.lab.example"])
    path = pem(server.folder, der)
    (server.folder / "broken.pem").write_text("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n")
    (server.folder / "none.pem").write_text("nothing\n")
    names = ("--names", "a.lab.example")
    for words, status, sentence in (
            ((), 2, "say for what: --names a.example,b.example or --csr FILE"),
            (("--names", ""), 1, "at least one element"),
            (("--names", "a.lab.example,a.lab.example"), 1, "more than once"),
            (("--names", "a_b.example"), 1, "a_b.example"),
            ((*names, "--account", "seven"), 2, '"seven" is no number of an account'),
            ((*names, "--account", "77"), 1, "there is no account 77"),
            ((*names, "--account", "0"), 1, "must be the number of an account"),
            ((*names, "--account", "1", "--tenant", "web"), 1, "has a tenant already"),
            ((*names, "--profile", "gold"), 1, 'there is no profile "gold"'),
            ((*names, "--action", "revoke"), 1, "must be enroll, reissue, duplicate or renew"),
            ((*names, "--order-id", "1001"), 1, "an order is named with an action"),
            ((*names, "--action", "enroll", "--order-id", "1001"), 1, "an order is named with an action"),
            ((*names, "--at", "tomorrow"), 1, "must be a time such as"),
            (("--names", "b.lab.example", "--csr", path), 1, "not for just these names"),
            (("--csr", server.folder / "broken.pem"), 2, "is broken"),
            (("--csr", server.folder / "none.pem"), 2, "there is no certificate request"),
            (("--csr", "missing.pem"), 2, "missing.pem"),
            (("--facts", "facts.json"), 2, "--config is for questions to the running server")):
        lab.note(" ".join(map(str, words)))
        refused = command(lab, server, "policy", "explain", *words, check=False)
        assert refused.returncode == status and sentence in refused.stdout, (refused.returncode, refused.stdout)
    server.stop()
    refused = command(lab, server, "policy", "explain", *names, check=False)
    assert refused.returncode == 1 and "no server listens" in refused.stdout
    assert not re.search("error", server.log())
