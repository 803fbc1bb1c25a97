"""Nothing is ever paid twice at DigiCert, and nothing that was paid for is lost: a selection of what tests/matrix/run does
whole."""
import http.client
import json
import threading

from acme_client import make_csr
from clients import ask_store
from exactly_once import Case, Kill
from exactly_once_digicert import Shop
from lab import wait_until


def looked(act):
    """At the order, after it was sent: it is refreshed before, and the target of a reissue or duplicate is looked at."""
    return "GET /order/certificate/{}", {"NEW": 0, "RENEW": 1}.get(act, 2)


def lists(act):
    return looked(act) if act in ("NEW", "RENEW") else (Shop.POSTS[act].replace("POST", "GET"), 0)


def cases(act):
    """The worst that can happen to each kind of call."""
    post, chain = (Shop.POSTS[act], 0), ("GET /certificate/{}/chain", 0)
    return [
        Case(act, "straight", post, {"kind": "delay", "ms": 2500}),
        Case(act, "straight", post, {"kind": "html_502", "done": True}),
        Case(act, "straight", post, {"kind": "missing_name"}),
        Case(act, "straight", post, {"kind": "bad_chain"}),
        Case(act, "lost", looked(act), {"kind": "status", "code": 403}),
        Case(act, "lost", lists(act), {"kind": "truncate"}),
        Case(act, "lost", chain, {"kind": "wrong_key"}),
        Case(act, "absent", (Shop.POSTS[act], 1), {"kind": "drop_after"}),
        Case(act, "slow", looked(act), {"kind": "status", "code": 400})]


def run(lab, act):
    shop = Shop(lab)
    for case in cases(act):
        verdict = shop.run(case)
        assert verdict, f"it never happened: {case}"
        assert verdict.status == "valid" and verdict.certificates == 1, (case, verdict)
        lab.note(f"{case}: {verdict}")
    refused = shop.run(Case(act, "straight", (Shop.POSTS[act], 0), {"kind": "status", "code": 400}))
    assert refused.status == "invalid" and refused.orders == refused.certificates == 0, refused


def test_a_new_order_is_paid_once(lab):
    run(lab, "NEW")


def test_a_reissue_is_made_once(lab):
    run(lab, "REISSUE")


def test_a_duplicate_is_made_once(lab):
    run(lab, "DUPLICATE")


def test_a_renewal_is_paid_once(lab):
    run(lab, "RENEW")


def test_killed_on_its_way_it_is_paid_once(lab):
    shop = Shop(lab, mortal=True)
    for act, story in (("NEW", "straight"), ("DUPLICATE", "lost"), ("RENEW", "slow")):
        points = shop.points_of(act, story)
        assert points > 50, f"{act} {story}: only {points} writes"
        for n in range(1, 5):    # all of them: tests/matrix/run
            kill = Kill(act, story, (n * points // 5, points // n))
            lab.note(f"{kill}: {shop.run_killed(kill)}")


def test_a_client_that_asks_again_while_it_is_in_doubt_joins(lab):
    shop = Shop(lab)
    client, name = shop.prepare("NEW")
    shop.go_wrong({"match": Shop.POSTS["NEW"], "kind": "drop_after"},
                  {"match": "GET /order/alternate/*", "kind": "status", "code": 503, "times": 0})
    first = shop.begin(client, name)
    wait_until(lambda: ask_store(shop.server, "SELECT state FROM action") == ["in_doubt"])
    second = shop.begin(client, name, key=first.key)
    assert second.status == "processing" and second.url != first.url, second.body
    listed = json.loads(shop.command("action", "list", "--state", "in_doubt", "--json"))
    assert len(listed["actions"]) == 1, listed
    shop.go_wrong()
    for order in (first, second):
        order.wait("valid", seconds=30)
        order.download()
    assert first.der() == second.der()
    assert shop.count_at_vendor(name) == (1, 1)


def test_two_accounts_order_the_same_at_once(lab):
    shop = Shop(lab)
    one, name = shop.prepare("NEW")
    other = shop.account("t1")
    shop.vendor.set(issue_delay_s=2)
    first = shop.begin(one, name)
    second = shop.begin(other, name)
    assert first.status == second.status == "processing"
    assert shop.count_at_vendor(name)[0] == 1
    first.wait("valid", seconds=30)
    second.wait("valid", seconds=30)
    first.download()
    second.download()
    assert first.der() != second.der()
    assert shop.count_at_vendor(name) == (1, 2)
    assert shop.vendor.stats()["duplicates"] == 1, shop.vendor.stats()


def without_vendor(config):
    """The same, as if the account had been given up."""
    house = [{**profile, "upstream": "house", "product": "", "validation": ""} for profile in config["profiles"]]
    return {**config, "upstreams": config["upstreams"][:1], "profiles": [
        {key: value for key, value in profile.items() if key not in ("preferences", "validation")} for profile in house]}


def change_config(shop, config):
    shop.server.stop()
    shop.server.config = config
    shop.server.start()


def finalize_in_vain(order, csr):
    try:
        order.finalize(csr=csr)
    except (OSError, http.client.HTTPException):
        order.client.close()


def test_a_vendor_that_is_configured_no_longer_keeps_its_orders(lab):
    shop = Shop(lab)
    config = shop.server.config
    shop.vendor.set(issue_delay_s=1)
    client, name = shop.prepare("NEW")
    pending = shop.begin(client, name)
    assert pending.status == "processing"
    change_config(shop, without_vendor(config))
    client.nonces.clear()
    wait_until(lambda: "no longer configured" in shop.server.log())
    assert pending.refresh()["status"] == "processing"
    change_config(shop, config)
    client.nonces.clear()
    pending.wait("valid", seconds=60)
    assert shop.count_at_vendor(name) == (1, 1)

    # What may have been sent: the operator is told, and it goes on when the vendor is there again.
    client, name = shop.prepare("REISSUE")
    shop.go_wrong({"match": Shop.POSTS["REISSUE"], "kind": "delay", "ms": 800})
    order = client.new_order([name], profile="default")
    order.key, csr = make_csr([name])
    finalizing = threading.Thread(target=finalize_in_vain, args=(order, csr))
    finalizing.start()
    wait_until(lambda: shop.count_at_vendor(name) == (1, 2))
    shop.server.kill()
    finalizing.join()
    shop.server.config = without_vendor(config)
    shop.server.start()
    client.nonces.clear()
    wait_until(lambda: "action_in_doubt" in shop.server.log())
    assert order.refresh()["status"] == "processing"
    assert len(json.loads(shop.command("action", "list", "--state", "in_doubt", "--json"))["actions"]) == 1
    change_config(shop, config)
    client.nonces.clear()
    order.wait("valid", seconds=60)
    assert shop.count_at_vendor(name) == (1, 2)


def test_what_cannot_be_found_out_an_operator_ends(lab):
    shop = Shop(lab)
    blind = {"match": "GET /order/alternate/*", "kind": "status", "code": 503, "times": 0}

    def doubt(kind):
        client, name = shop.prepare("NEW")
        shop.go_wrong({"match": Shop.POSTS["NEW"], "kind": kind}, blind)
        order = shop.begin(client, name)
        wait_until(lambda: ask_store(shop.server, "SELECT state FROM action ORDER BY id DESC LIMIT 1") == ["in_doubt"])
        return order, name, str(ask_store(shop.server, "SELECT max(id) FROM action")[0])

    order, name, action = doubt("drop_after")
    shop.command("action", "resolve", action, "--found", str(shop.at_vendor(name)[0]["id"]))
    order.wait("valid", seconds=20)
    order.download()
    assert shop.count_at_vendor(name) == (1, 1)

    order, name, action = doubt("drop_before")
    shop.command("action", "resolve", action, "--not-sent")
    order.wait("valid", seconds=20)
    order.download()
    assert shop.count_at_vendor(name) == (1, 1)

    order, name, action = doubt("drop_before")
    shop.command("action", "resolve", action, "--failed", "--reason", "the account is closed")
    order.wait("invalid", seconds=20)
    assert "the account is closed" in order.body["error"]["detail"], order.body
    assert shop.count_at_vendor(name) == (0, 0)
    assert json.loads(shop.command("action", "list", "--state", "in_doubt", "--json"))["actions"] == []
