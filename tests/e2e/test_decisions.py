"""What follows from a decision: an operator's approval, orders that join and orders that wait, refusals, crashes on the way."""
import json
import time

from acme_client import Client, make_csr
from clients import ask_store, certbot, webroot
from lab import wait_until

APPROVAL = {"upstreams": [{"name": "lab", "type": "local", "approval": "operator"}], "profiles": [{"name": "default", "upstream": "lab"}]}
REHEARSAL = {"upstreams": [{"name": "main", "type": "local", "rules": "digicert"}],
             "profiles": [{"name": "default", "upstream": "main", "validation": "OV"}]}
OUTCOMES = "SELECT outcome FROM decision ORDER BY order_id"


def command(lab, server, *words, check=True):
    return lab.run([lab.binary, *words, "--config", server.folder / "countersign.yaml"], check, cwd=server.folder)


def client_of(server):
    client = Client(server)
    client.register()
    return client


def finalized(lab, client, names, csr=None):
    """An order as it stands when finalize was answered."""
    order = client.new_order(names)
    if order.status == "pending":
        order.prove(lab.web)
    answer = order.finalize(csr=csr).ok()
    order.retry_after = answer.retry_after()
    order.take(answer.json())
    return order



def action_of(lab, server, number):
    return json.loads(command(lab, server, "order", "show", number, "--json").stdout)["action"]


def wait_pending(lab, server, number):
    wait_until(lambda: action_of(lab, server, number)["state"] == "pending", what="the order to be pending")


def test_an_operator_approves(lab):
    server = lab.server(APPROVAL)
    client, name = client_of(server), "approved.lab.example"
    _, csr = make_csr([name])
    first = finalized(lab, client, [name], csr)
    assert first.status == "processing"
    wait_pending(lab, server, "1")
    action = action_of(lab, server, "1")
    assert action["waits_for"] == "the approval of an operator", action
    answer = client.post(first.url).ok()
    assert 20 < answer.retry_after() <= 80, answer.retry_after()
    assert "waits for the approval of an operator" in command(lab, server, "action", "show", str(action["id"])).stdout

    # Given up, and asked again: it joins what is under way. Another key, and another account, do not.
    second = finalized(lab, client, [name], csr)
    assert second.status == "processing" and second.retry_after > 10, second.retry_after
    other_key = finalized(lab, client, [name])
    other_account = finalized(lab, client_of(server), [name], csr)
    assert ask_store(server, OUTCOMES) == ["NEW", "ADOPT", "NEW", "NEW"]
    time.sleep(1)
    assert first.refresh()["status"] == second.refresh()["status"] == "processing"

    # By the order that joined, and by its address, too; at once, though the next look were due in a minute.
    assert command(lab, server, "order", "approve", second.url).stdout == \
        f"order {second.url.rsplit('/', 1)[1]} is approved\n"
    first.wait("valid")
    second.wait("valid")
    assert first.body["certificate"] == second.body["certificate"]
    first.download()
    refused = command(lab, server, "order", "approve", "1", check=False)
    assert refused.returncode == 1 and "does not wait for an operator's approval" in refused.stdout, refused.stdout
    assert other_key.refresh()["status"] == other_account.refresh()["status"] == "processing"
    assert ask_store(server, "SELECT count(*) FROM certificate") == [1]

    # Rejected, with a reason; and without.
    wait_pending(lab, server, "3")
    wait_pending(lab, server, "4")
    command(lab, server, "order", "reject", "3", "--reason", "not our domain")
    problem = other_key.wait("invalid")["error"]
    assert problem["type"].endswith(":unauthorized") and "the operator rejected it: not our domain" in problem["detail"], problem
    again = command(lab, server, "order", "reject", "3", check=False)
    assert again.returncode == 1, again
    command(lab, server, "order", "reject", "4", "--json")
    assert "the operator rejected it;" in other_account.wait("invalid")["error"]["detail"]
    assert ask_store(server, "SELECT state FROM action ORDER BY id") == ["done", "done", "failed", "failed"]
    for words, said in ((("order", "approve", "99"), "no such order"), (("order", "reject", "1", "--reason", "x" * 200), "150"),
                        (("action", "resolve", "1", "--not-sent"), "not in doubt"), (("action", "resolve", "99", "--failed"), "no such")):
        answer = command(lab, server, *words, check=False)
        assert answer.returncode == 1 and said in answer.stdout, answer.stdout


def test_what_another_profile_ordered_is_not_handed_back(lab):
    server = lab.server({"upstreams": [{"name": "lab", "type": "local"}],
                         "profiles": [{"name": "default", "upstream": "lab"}, {"name": "short", "upstream": "lab", "validity": "6d"}]})
    client, name = client_of(server), "twice.lab.example"
    _, csr = make_csr([name])
    leaves = []
    for profile in ("default", "short", "short", "default"):
        order = client.new_order([name], profile=profile)
        if order.status == "pending":
            order.prove(lab.web)
        order.take(order.finalize(csr=csr).ok().json())
        if order.status != "valid":
            order.wait("valid")
        order.download()
        leaves.append(order.der())
    assert ask_store(server, OUTCOMES) == ["NEW", "NEW", "REUSE", "REUSE"], ask_store(server, OUTCOMES)
    assert leaves[0] == leaves[3] and leaves[1] == leaves[2] and leaves[0] != leaves[1]


def test_certbot_gives_up_and_comes_back(lab):
    """certbot waits for some seconds, fails, and is run again with the same request after the operator has approved."""
    server, root = lab.server(APPROVAL), webroot(lab)
    name, csr = "patient.lab.example", lab.folder / "request.pem"
    lab.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", lab.folder / "key.pem",
             "-out", csr, "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"])

    def obtain(check=True):
        return certbot(lab, server, "certonly", "--csr", csr, "--webroot", "--webroot-path", root, "--agree-tos", "--issuance-timeout", "4",
                       "--register-unsafely-without-email", "--cert-path", lab.folder / "leaf.pem", "--chain-path", lab.folder / "rest.pem",
                       "--fullchain-path", lab.folder / "chain.pem", check=check)

    assert obtain(check=False).returncode != 0
    wait_pending(lab, server, "1")
    assert obtain(check=False).returncode != 0
    assert ask_store(server, OUTCOMES) == ["NEW", "ADOPT"]
    command(lab, server, "order", "approve", "1")
    wait_until(lambda: ask_store(server, "SELECT status FROM orders") == ["valid", "valid"])
    obtain()
    lab.verify(server, lab.folder / "chain.pem", name, lab.folder / "key.pem")
    assert ask_store(server, OUTCOMES) == ["NEW", "ADOPT", "REUSE"]
    assert ask_store(server, "SELECT count(*) FROM certificate") == [1]


def vendor_order(number, names, status, **members):
    return {"id": number, "product": "ssl_basic", "validation": "OV", "status": status, "names": names, **members}


def learn(lab, server, *orders):
    path = server.folder / "orders.json"
    path.write_text(json.dumps({"orders": orders}))
    command(lab, server, "inventory", "import", path, "--upstream", "main")


def test_what_may_not_be_done_yet_waits(lab):
    server = lab.server(REHEARSAL)
    client, names = client_of(server), ["wait.lab.example"]
    learn(lab, server, vendor_order("7001", names, "pending", in_process={"action": "new", "spki": "somebody's"}))
    order = finalized(lab, client, names)
    assert order.status == "processing" and 60 <= order.retry_after <= 3600, order.retry_after
    assert ask_store(server, OUTCOMES) == ["WAIT"]
    assert action_of(lab, server, "1")["state"] == "deciding"

    # A restart forgets nothing. What changes nothing is no reason; that it was issued is.
    server.stop()
    server.start()
    learn(lab, server, vendor_order("8000", ["other.example"], "issued"))
    wait_until(lambda: ask_store(server, "SELECT times FROM decision") == [2])
    assert order.refresh()["status"] == "processing" and ask_store(server, OUTCOMES) == ["WAIT"]
    learn(lab, server, vendor_order("7001", names, "issued", in_process=None, order_end="2099-11-01T00:00:00Z",
                                    certificates=[{"id": "c1", "spki": "somebody's", "not_before": "2026-11-01T00:00:00Z",
                                                   "not_after": "2099-06-01T00:00:00Z"}]))
    order.wait("valid")
    order.download()
    outcome, target = ask_store(server, "SELECT outcome FROM decision")[0], ask_store(server, "SELECT target FROM action")[0]
    assert outcome in ("DUPLICATE", "REISSUE") and target == "7001", (outcome, target)
    shown = command(lab, server, "inventory", "show", "7001").stdout
    assert "rehearsal-" in shown, shown


def test_what_is_denied_says_why(lab):
    config = json.loads(json.dumps(REHEARSAL))
    config["profiles"][0]["preferences"] = {"budget": {"new_orders": 1, "period": "30d"}}
    server = lab.server(config)
    client = client_of(server)
    order = finalized(lab, client, ["one.lab.example"])
    order.wait("valid") if order.status != "valid" else None
    denied = finalized(lab, client, ["two.lab.example"])
    assert denied.status == "invalid", denied.body
    problem = denied.body["error"]
    assert problem["type"].endswith(":rateLimited") and "budget" in problem["detail"], problem
    assert ask_store(server, OUTCOMES) == ["NEW", "DENY"]
    server.stop()    # a restart forgives nothing
    server.start()
    assert finalized(lab, client, ["three.lab.example"]).status == "invalid"
    assert ask_store(server, "SELECT count(*) FROM purchase") == [1]


def test_killed_while_orders_wait(lab):
    """Pending, joined and waiting orders outlive kill -9, and end with one certificate for each key."""
    config = {"upstreams": [{**REHEARSAL["upstreams"][0], "approval": "operator"}], "profiles": REHEARSAL["profiles"]}
    server = lab.server(config)
    client, names = client_of(server), ["survivor.lab.example"]
    _, csr = make_csr(names)
    orders = [finalized(lab, client, names, csr)]
    server.kill()
    server.start()
    client.nonces = []    # the crash made them void
    wait_pending(lab, server, "1")
    orders.append(finalized(lab, client, names, csr))
    orders.append(finalized(lab, client, names))
    assert ask_store(server, OUTCOMES) == ["NEW", "ADOPT", "WAIT"]
    server.kill()
    server.start()
    command(lab, server, "order", "approve", "1")
    server.kill()
    server.start()
    client.nonces = []
    orders[0].wait("valid")
    orders[1].wait("valid")
    wait_pending(lab, server, "3")
    command(lab, server, "order", "approve", "3")
    orders[2].wait("valid")
    assert orders[0].body["certificate"] == orders[1].body["certificate"] != orders[2].body["certificate"]
    assert ask_store(server, "SELECT count(*) FROM certificate") == [2]
    assert ask_store(server, "SELECT count(*) FROM purchase") == [1]
    assert ask_store(server, "SELECT count(*) FROM job WHERE kind = 'order'") == [0]
