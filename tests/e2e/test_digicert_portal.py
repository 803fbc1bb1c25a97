"""What people do in CertCentral meanwhile, and what an operator says at the wrong moment: no certificate dies by it
that nobody gave up, and nothing is bought twice."""
import json
import threading
import time

from clients import ask_store
from lab import wait_until
from test_digicert import NAMES, Shop


def lose_an_order(shop, *faults):
    """An order in doubt: the vendor took it, and its answer was lost; what else is asked meets the faults."""
    shop.vendor.control("POST", "/faults", [*faults, {"match": "POST *", "times": 1, "kind": "drop_after"}])
    order = shop.begin(shop.account(), *NAMES)
    wait_until(lambda: ask_store(shop.server, "SELECT state FROM action") == ["in_doubt"])
    return order


def test_a_name_that_somebody_adds_to_an_order_is_not_lost(lab):
    shop = Shop(lab)
    client = shop.account()
    shop.obtain(client, *NAMES)
    [number] = [order["id"] for order in shop.vendor.control("GET", "/orders")["orders"]]
    shop.vendor.reissue(number, *NAMES, "portal.tailorbird.example")
    shop.verifies(shop.obtain(client, *NAMES))
    assert shop.revoked() == []
    shop.stats(billable_orders=2, reissues=1)


def test_a_name_that_was_added_a_moment_ago_is_not_lost_either(lab):
    """It is seen only when the order is asked about right before its reissue: nothing is done then."""
    shop = Shop(lab)
    client = shop.account()
    for _ in range(2):    # an order, and its reissue
        shop.obtain(client, *NAMES)
    [number] = [order["id"] for order in shop.vendor.control("GET", "/orders")["orders"]]
    shop.vendor.reissue(number, *NAMES, "portal.tailorbird.example")
    refused = shop.begin(client, *NAMES)
    if refused.status == "processing":
        refused.wait("invalid", seconds=20)
    assert "the name portal.tailorbird.example" in refused.body["error"]["detail"], refused.body
    assert shop.revoked() == []
    shop.command("inventory", "sync", "--upstream", "dc", "--full")
    shop.verifies(shop.obtain(client, *NAMES))
    assert shop.revoked() == []
    shop.stats(billable_orders=2)


def test_a_name_that_was_added_a_moment_ago_is_seen_by_who_always_asks(lab):
    shop = Shop(lab, refresh_after=0)
    client = shop.account()
    for _ in range(2):    # an order, and its reissue
        shop.obtain(client, *NAMES)
    [number] = [order["id"] for order in shop.vendor.control("GET", "/orders")["orders"]]
    shop.vendor.reissue(number, *NAMES, "portal.tailorbird.example")
    time.sleep(1.1)    # what was told in the same second is not asked again
    shop.obtain(client, *NAMES)
    assert shop.revoked() == []


def test_what_was_said_not_to_be_sent_is_found_all_the_same(lab):
    shop = Shop(lab, poll_interval="1s")
    order = lose_an_order(shop, {"match": "GET *alternate*", "times": 2, "kind": "status"})
    shop.command("action", "resolve", "1", "--not-sent")
    order.wait("valid", seconds=60)
    shop.stats(billable_orders=1)


def test_what_was_said_not_to_be_sent_while_it_is_being_found(lab):
    shop = Shop(lab, poll_interval="1s")
    order = lose_an_order(shop, {"match": "GET *alternate*", "times": 1, "kind": "delay", "ms": 3000})
    shop.command("action", "resolve", "1", "--not-sent")
    order.wait("valid", seconds=60)
    shop.stats(billable_orders=1)


def test_a_wrong_number_can_be_put_right(lab):
    shop = Shop(lab, poll_interval="1s")
    wrong = shop.vendor.order("other.tailorbird.example")["id"]
    order = lose_an_order(shop, {"match": "GET *alternate*", "times": 0, "kind": "status"})
    [right] = [found["id"] for found in shop.vendor.control("GET", "/orders")["orders"] if found["id"] != wrong]
    shop.command("action", "resolve", "1", "--found", str(wrong))
    wait_until(lambda: "order_unfit_certificate" in shop.server.log(), 20)
    assert order.refresh()["status"] == "processing"
    shop.command("action", "resolve", "1", "--found", str(right))
    order.wait("valid", seconds=30)
    order.download()
    shop.verifies(order)
    shop.stats(billable_orders=2)
    known = json.loads(shop.command("inventory", "list", "--upstream", "dc", "--json").stdout)["orders"]
    assert str(right) in [item["order"]["id"] for item in known], known


def test_an_order_that_somebody_reissued_first_waits_for_the_operator(lab):
    """Approved, issued and reissued for another key in the portal, all between two looks."""
    shop = Shop(lab, poll_interval="1s", skip_approval=False)
    shop.vendor.control("POST", "/faults", [{"match": "GET *", "times": 1, "kind": "status"}])
    order = shop.begin(shop.account(), *NAMES)
    [number] = [found["id"] for found in shop.vendor.control("GET", "/orders")["orders"]]
    shop.vendor.control("POST", "/approve", {"order": number})
    shop.vendor.reissue(number, *NAMES)
    wait_until(lambda: "action_unfit_certificate" in shop.server.log(), 90)
    shop.command("action", "resolve", "1", "--failed", "--reason", "the portal has it")
    order.wait("invalid", seconds=30)
    assert "the portal has it" in order.body["error"]["detail"], order.body
    shop.stats(billable_orders=1)


def test_six_servers_at_once_buy_one_order(lab):
    shop = Shop(lab, poll_interval="1s")
    clients, orders = [shop.account() for _ in range(6)], []
    shop.vendor.control("POST", "/faults", [{"match": "POST *", "times": 0, "kind": "delay", "ms": 1500}])
    threads = [threading.Thread(target=lambda client=client: orders.append(shop.obtain(client, *NAMES))) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({order.der() for order in orders}) == 6
    shop.stats(billable_orders=1, duplicates=5, reissues=0)
    assert shop.revoked() == []
