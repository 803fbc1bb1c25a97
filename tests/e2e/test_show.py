"""What the operator is shown of accounts, orders, certificates and actions: `countersign order show` and its like."""
import json

from acme_client import Client, make_binding, make_csr
from clients import create_eab
from lab import wait_until


def ask(lab, server, *words, check=True):
    return lab.run([lab.binary, *words, "--config", server.folder / "countersign.yaml"], check, cwd=server.folder)


def ask_json(lab, server, *words):
    return json.loads(ask(lab, server, *words, "--json").stdout)


def rows(text):
    """{number: line} of a table."""
    return {int(line.split()[0]): line for line in text.splitlines() if line.split() and line.split()[0].isdigit()}


class Scene:
    """Two accounts: one of a tenant, with a certificate, a revoked one and an order with a wish; one with an order that
    waits for its challenges."""

    def __init__(self, lab):
        self.lab = lab
        self.server = lab.server({"profiles": [{"name": "default"}, {"name": "gold", "validity": "6d"}]})
        self.eab = create_eab(lab, self.server, "--tenant", "web")
        self.web, self.other = Client(self.server), Client(self.server)
        self.web.register(externalAccountBinding=make_binding(self.web, self.eab), contact=["mailto:web@lab.example"])
        self.other.register()
        self.first = self.web.new_order(["www.lab.example", "two.lab.example"])
        self.first.obtain(lab.web)
        self.second = self.web.new_order(["two.lab.example"], profile="gold")
        self.second.obtain(lab.web)
        self.web.revoke(self.second.der(), 4).ok()
        self.web._directory = self.web.get(self.server.url + "/acme/gold/directory?action=reissue&orderId=1001").ok().json()
        self.wishing = self.web.new_order(["three.lab.example"])
        self.last = self.other.new_order(["www.lab.example"])


def numbers(answer, member):
    return [record["id"] for record in answer[member]]


def test_orders(lab):
    scene = Scene(lab)
    server = scene.server
    listed = ask_json(lab, server, "order", "list")
    assert numbers(listed, "orders") == [4, 3, 2, 1] and "next" not in listed
    assert [order["url"] for order in listed["orders"]] == [scene.last.url, scene.wishing.url, scene.second.url, scene.first.url]
    for words, found in {("--account", "1"): [3, 2, 1], ("--tenant", "web"): [3, 2, 1], ("--tenant", "x"): [],
                         ("--status", "valid"): [2, 1], ("--status", "pending"): [4, 3], ("--status", "invalid"): [],
                         ("--name", "two.lab.example"): [2, 1], ("--name", "wo.lab.example"): [], ("--name", "%"): [],
                         ("--name", "two_lab.example"): [],
                         ("--upstream", "local"): [2, 1], ("--upstream", "dc"): [],
                         ("--status", "valid", "--name", "www.lab.example"): [1]}.items():
        assert numbers(ask_json(lab, server, "order", "list", *words), "orders") == found, words

    # A page at a time.
    page = ask_json(lab, server, "order", "list", "--limit", "3")
    assert numbers(page, "orders") == [4, 3, 2] and page["next"] == 2
    page = ask_json(lab, server, "order", "list", "--limit", "3", "--before", "2")
    assert numbers(page, "orders") == [1] and "next" not in page
    text = ask(lab, server, "order", "list", "--limit", "3").stdout
    assert sorted(rows(text)) == [2, 3, 4] and "--before 2" in text, text
    line = rows(ask(lab, server, "order", "list").stdout)[1]
    assert line.split()[1] == "valid" and " web " in line and line.endswith("two.lab.example, www.lab.example"), line

    whole = ask_json(lab, server, "order", "show", "1")
    assert ask_json(lab, server, "order", "show", scene.first.url) == whole
    assert ask_json(lab, server, "order", "show", scene.first.url + "/finalize") == whole
    assert whole["status"] == "valid" and whole["tenant"] == "web" and whole["certificate"] == 1
    assert whole["certificate_url"] == scene.first.body["certificate"]
    assert [part["identifier"]["value"] for part in whole["authorizations"]] == ["two.lab.example", "www.lab.example"]
    assert {seen["outcome"] for seen in whole["observations"]} == {"agrees"} and len(whole["observations"]) == 2
    assert whole["action"]["state"] == "done" and whole["action"]["action"] == "new" and whole["action"]["order"] == 1
    decision = whole["decision"]
    assert decision["times"] == 1 and decision["vendor"] == "local", decision
    assert decision["document"]["outcome"] == "NEW" and decision["document"]["rule"] == "no-match", decision
    assert decision["document"]["trace"][-1]["because"] == "no order serves the request", decision

    text = ask(lab, server, "order", "show", "1").stdout
    parts = ["order         1\n", "names         two.lab.example, www.lab.example\n", "account       1, tenant web\n",
             "action        1: new order at local\n", "NEW: a new order\n", "\nWhy\n", "no order serves the request (no-match)",
             "\nConsidered\n", "<- decided", "\nCost and consequences\n", "caa: not asked", "NUMBER", "WHEN"]
    places = [text.find(part) for part in parts]
    assert -1 not in places and places == sorted(places), list(zip(parts, places))

    # What its client asked for, before anything was decided.
    whole = ask_json(lab, server, "order", "show", scene.wishing.url)
    assert (whole["wish"], whole["wish_order_id"], whole["profile"]) == ("reissue", "1001", "gold"), whole
    assert not {"decision", "action", "certificate", "upstream", "error"} & whole.keys(), whole
    assert "asked for     reissue of order 1001\n" in ask(lab, server, "order", "show", "3").stdout


def test_a_refused_wish_is_explained(lab):
    scene = Scene(lab)
    scene.wishing.prove(lab.web)
    answer = scene.wishing.finalize()
    assert scene.wishing.wait("invalid")["status"] == "invalid", answer
    whole = ask_json(lab, scene.server, "order", "show", "3")
    assert whole["status"] == "invalid" and whole["decision"]["document"]["outcome"] == "DENY", whole
    assert whole["decision"]["document"]["rule"] == "action" and whole["error"]["detail"], whole
    text = ask(lab, scene.server, "order", "show", "3").stdout
    assert "DENY: no action is right\n" in text and "The client is told: " in text and "error  " in text, text
    assert ask_json(lab, scene.server, "order", "list", "--status", "invalid")["orders"][0]["id"] == 3


def test_accounts(lab):
    scene = Scene(lab)
    server = scene.server
    listed = ask_json(lab, server, "account", "list")
    assert [(account["id"], account.get("tenant"), account["url"]) for account in listed["accounts"]] == [
        (2, None, scene.other.kid), (1, "web", scene.web.kid)]
    assert numbers(ask_json(lab, server, "account", "list", "--tenant", "web"), "accounts") == [1]
    assert numbers(ask_json(lab, server, "account", "list", "--status", "deactivated"), "accounts") == []
    whole = ask_json(lab, server, "account", "show", scene.web.kid)
    assert ask_json(lab, server, "account", "show", "1") == whole
    assert whole["eab"] == scene.eab["kid"] and whole["contacts"] == ["mailto:web@lab.example"]
    assert whole["thumbprint"] == scene.web.key.thumbprint and whole["jwk"] == scene.web.key.jwk and whole["former_keys"] == []
    text = ask(lab, server, "account", "show", "1").stdout
    assert "contacts      mailto:web@lab.example\n" in text and scene.eab["key"] not in text
    scene.other.post(scene.other.kid, {"status": "deactivated"}).ok()
    assert numbers(ask_json(lab, server, "account", "list", "--status", "deactivated"), "accounts") == [2]


def test_certificates(lab):
    scene = Scene(lab)
    server = scene.server
    listed = ask_json(lab, server, "certificate", "list")
    assert [(one["id"], one["status"], one["order"]) for one in listed["certificates"]] == [(2, "revoked", 2), (1, "valid", 1)]
    for words, found in {("--status", "revoked"): [2], ("--status", "expired"): [], ("--name", "www.lab.example"): [1],
                         ("--tenant", "web"): [2, 1], ("--account", "2"): [], ("--upstream", "local"): [2, 1]}.items():
        assert numbers(ask_json(lab, server, "certificate", "list", *words), "certificates") == found, words
    serial = f"{scene.first.chain[0].serial_number:x}"
    serial = serial.rjust(len(serial) + len(serial) % 2, "0")
    whole = ask_json(lab, server, "certificate", "show", "1")
    assert whole["serial"].lstrip("0") == serial.lstrip("0")
    for which in (scene.first.body["certificate"], scene.first.body["certificate"] + "/1", whole["serial"], whole["serial"].upper()):
        assert ask_json(lab, server, "certificate", "show", which) == whole
    assert whole["pem"].encode() == scene.web.post(scene.first.body["certificate"]).body
    text = ask(lab, server, "certificate", "show", "2").stdout
    assert ", superseded\n" in text and "status        revoked\n" in text, text


def test_actions(lab):
    scene = Scene(lab)
    server = scene.server
    listed = ask_json(lab, server, "action", "list")
    assert [(one["id"], one["state"], one["action"], one["order"]) for one in listed["actions"]] == [
        (2, "done", "new", 2), (1, "done", "new", 1)]
    assert numbers(ask_json(lab, server, "action", "list", "--state", "in_doubt"), "actions") == []
    assert numbers(ask_json(lab, server, "action", "list", "--state", "done", "--limit", "1"), "actions") == [2]
    whole = ask_json(lab, server, "action", "show", "1")
    assert whole == listed["actions"][1] and whole == ask_json(lab, server, "order", "show", "1")["action"]
    assert "action        1: new order at local\n" in ask(lab, server, "action", "show", "1").stdout


def test_what_is_under_way(lab):
    server = lab.server({"upstreams": [{"name": "main", "type": "local", "approval": "operator",
                                        "caa_identities": ["ca.lab.example"]}], "profiles": [{"name": "default", "upstream": "main"}]})
    client, names = Client(server), ["two.lab.example", "www.lab.example"]
    client.register()
    _, csr = make_csr(names)
    orders = []
    for state in ("pending", "deciding"):    # the second one has the same key, and joins the first
        orders.append(client.new_order(names).prove(lab.web))
        orders[-1].finalize(csr=csr).ok()
        wait_until(lambda: [one["state"] for one in ask_json(lab, server, "action", "list")["actions"]][0] == state, 15, state)
    whole = ask_json(lab, server, "order", "show", "1")
    assert whole["status"] == "processing" and whole["caa"] == [f"{name}: allowed, there are no records" for name in names], whole
    assert whole["action"]["waits_for"] == "the approval of an operator" and whole["action"]["next"], whole["action"]
    assert numbers(ask_json(lab, server, "action", "list", "--state", "pending"), "actions") == [1]
    text = ask(lab, server, "order", "show", "1").stdout
    assert ", waits for the approval of an operator\n" in text and "  www.lab.example: allowed, there are no records\n" in text, text

    joined = ask_json(lab, server, "order", "show", orders[1].url)
    assert joined["action"]["adopts"] == 1 and joined["action"]["action"] == "none", joined["action"]
    assert joined["decision"]["document"]["outcome"] == "ADOPT", joined["decision"]
    text = ask(lab, server, "order", "show", "2").stdout
    assert "ADOPT order 1: " in text and "joins action  1, " in text, text
    lines = rows(ask(lab, server, "action", "list").stdout)
    assert lines[1].endswith("  the approval of an operator") and lines[2].endswith("  action 1"), lines


def test_what_is_not_there(lab):
    scene = Scene(lab)
    server = scene.server
    for words, (status, word) in {
            ("order", "show", "99"): (1, "no such order"), ("account", "show", "99"): (1, "no such account"),
            ("certificate", "show", "99"): (1, "no such certificate"), ("action", "show", "99"): (1, "no such action"),
            ("certificate", "show", "ab" * 20): (1, "no certificate with the serial"),
            ("order", "show", scene.first.url[:-1] + "_"): (1, "neither a number"),
            ("order", "show", scene.web.kid.rsplit("/", 1)[1]): (1, "neither a number"),
            ("order", "show", scene.web.kid): (2, "is no order"), ("order", "show", "../eab"): (2, "is no order"),
            ("order", "show", ""): (2, "is no order"), ("order", "list", "--limit", "1001"): (2, "1 to 1000"),
            ("order", "list", "--limit", "0"): (2, "1 to 1000"), ("order", "list", "--before", "x"): (2, "takes a number"),
            ("order", "list", "--account", "-1"): (2, "takes a number"),
            ("order", "list", "--status", "done"): (1, "no status: pending, ready, processing, valid or invalid"),
            ("action", "list", "--state", "lost"): (1, "no state: deciding, sending"),
            ("action", "list", "--name", "x"): (2, "unknown option --name"),
            ("order", "list", "--name", "x" * 9000): (2, "too long")}.items():
        done = ask(lab, server, *words, check=False)
        assert done.returncode == status and word in done.stdout, done.stdout
