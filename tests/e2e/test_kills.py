"""The server is killed (kill -9) at every call that an order makes at the vendor, and nothing is bought twice or lost."""
import contextlib
import sqlite3
import time

from acme_client import make_csr
from clients import ask_store
from lab import wait_until
from test_digicert import NAMES, Shop

ROUNDS = 12
WORKING = "SELECT count(*) FROM job WHERE kind = 'order' AND (leased_until_ms > 0 OR run_at_ms <= {now})"


def status(shop):
    return ask_store(shop.server, "SELECT status FROM orders ORDER BY id DESC LIMIT 1")[0]


def ended(shop):
    return status(shop) in ("valid", "invalid")


def is_idle(shop):
    """The order has ended, or will do nothing for a while."""
    return ended(shop) or ask_store(shop.server, WORKING.format(now=int(time.time() * 1000))) == [0]


def has_happened(shop):
    return all(fault["hits"] > fault["after"] for fault in shop.vendor.control("GET", "/faults"))


def time_passes(shop):
    """The server is down. What it would do later is due when it comes back."""
    with contextlib.closing(sqlite3.connect(shop.server.database)) as store, store:
        store.execute("UPDATE job SET run_at_ms = 0 WHERE kind = 'order'")


def approve(shop):
    """Whatever the server knows to wait for that; what was approved already, the vendor says so."""
    for order in ask_store(shop.server, "SELECT vendor_order FROM action WHERE waits_for LIKE 'an approval%'"):
        with contextlib.suppress(AssertionError):
            shop.vendor.control("POST", "/approve", {"order": int(order)})


def kill_through(shop, order, fault):
    """Finalizes, and kills the server when the fault has happened, and whenever it has nothing to do before the order
    has ended. True if the fault did happen."""
    shop.vendor.control("POST", "/faults", [fault])
    _, csr = make_csr(order.names())
    assert order.finalize(csr=csr).status == 200
    for _ in range(ROUNDS):
        happened = has_happened(shop)
        wait_until(lambda: is_idle(shop) or has_happened(shop) != happened, 20)
        shop.server.kill()
        approve(shop)
        time_passes(shop)
        shop.server.start()
        if ended(shop):
            break
    order.client.nonces = []    # the crashes made them void
    happened = has_happened(shop)
    shop.vendor.control("DELETE", "/faults")
    return happened


def kill_everywhere(lab, kind, **members):
    shop = Shop(lab, skip_approval=False)
    bought = reissued = 0
    for nth in range(20):
        client, happened = shop.account(f"tenant{nth}"), False
        for act in ("new", "reissue"):
            order = client.new_order(NAMES)
            happened |= kill_through(shop, order, {"match": "* /services/v2/*", "after": nth, "times": 1, "kind": kind, **members})
            assert order.refresh()["status"] == "valid", (nth, act, order.body)
            order.download()
            bought, reissued = bought + (act == "new"), reissued + (act == "reissue")
            shop.stats(billable_orders=bought, reissues=reissued, duplicates=0)
            assert ask_store(shop.server, "SELECT kind FROM action ORDER BY id DESC LIMIT 1") == [act]
        if not happened:    # no order makes so many calls
            break
    assert 3 <= nth < 20, nth
    lab.note(f"{2 * nth} kills by {kind}: {bought} orders, {reissued} reissues")
    assert ask_store(shop.server, "SELECT count(*) FROM action WHERE state <> 'done'") == [0]
    assert ask_store(shop.server, "SELECT count(*) FROM purchase") == [bought]
    assert ask_store(shop.server, "SELECT count(*) FROM certificate") == [bought + reissued]


def test_killed_while_the_vendor_answers(lab):
    """It is done there, and nobody was there to hear it."""
    kill_everywhere(lab, "delay", ms=1500)


def test_killed_when_a_call_was_lost(lab):
    """It never got there."""
    kill_everywhere(lab, "drop_before")


def test_killed_when_an_answer_was_lost(lab):
    kill_everywhere(lab, "drop_after")


def test_killed_when_an_answer_was_cut(lab):
    kill_everywhere(lab, "truncate")


def test_killed_when_a_gateway_answered(lab):
    """It is done, and says 502."""
    kill_everywhere(lab, "html_502", done=True)
