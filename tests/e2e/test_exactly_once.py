"""Nothing is ever paid twice, and nothing that was paid for is lost: a selection of what tests/matrix/run does whole."""
from exactly_once import Case, POSTS, Shop


def lists(act):
    return "GET /order/certificate/{}" if act in ("NEW", "RENEW") else POSTS[act].replace("POST", "GET")


def cases(act):
    """The worst that can happen to each kind of call."""
    post, chain = (POSTS[act], 0), ("GET /certificate/{}/chain", 0)
    looked = ("GET /order/certificate/{}", 0 if act in ("NEW", "RENEW") else 1)    # before, the target is looked at
    return [
        Case(act, "straight", post, {"kind": "delay", "ms": 2500}),
        Case(act, "straight", post, {"kind": "html_502", "done": True}),
        Case(act, "straight", post, {"kind": "missing_name"}),
        Case(act, "straight", post, {"kind": "bad_chain"}),
        Case(act, "lost", looked, {"kind": "status", "code": 403}),
        Case(act, "lost", (lists(act), 0), {"kind": "truncate"}),
        Case(act, "lost", chain, {"kind": "wrong_key"}),
        Case(act, "absent", (POSTS[act], 1), {"kind": "drop_after"}),
        Case(act, "slow", looked, {"kind": "status", "code": 400})]


def run(lab, act):
    shop = Shop(lab)
    for case in cases(act):
        verdict = shop.run(case)
        assert verdict, f"it never happened: {case}"
        assert verdict.status == "valid" and verdict.certificates == 1, (case, verdict)
        lab.note(f"{case}: {verdict}")
    refused = shop.run(Case(act, "straight", (POSTS[act], 0), {"kind": "status", "code": 400}))
    assert refused.status == "invalid" and refused.orders == refused.certificates == 0, refused


def test_a_new_order_is_paid_once(lab):
    run(lab, "NEW")


def test_a_reissue_is_made_once(lab):
    run(lab, "REISSUE")


def test_a_duplicate_is_made_once(lab):
    run(lab, "DUPLICATE")


def test_a_renewal_is_paid_once(lab):
    run(lab, "RENEW")
