"""CAA at issuance (RFC 8659, RFC 8657): the domain's word counts after control was proven, before anything is signed."""
import sqlite3

from acme_client import Client

CHECKED = {"upstreams": [{"name": "local", "type": "local", "caa_identities": ["ca.example"]}]}


def ready(lab, names, config=CHECKED):
    client = Client(lab.server(config))
    client.register()
    return client.new_order(names).prove(lab.web)


def forbidden(lab, names, word, config=CHECKED):
    order = ready(lab, names, config)
    order.finalize().ok()
    order.wait("invalid")
    error = order.body["error"]
    assert error["type"] == "urn:ietf:params:acme:error:caa" and error["status"] == 403 and word in error["detail"], error
    assert "certificate" not in order.body
    return order


def test_allowed_by_its_own_records_and_by_silence(lab):
    order = ready(lab, ["caa-ours.lab.example", "www.lab.example"])
    assert order.client.directory["meta"]["caaIdentities"] == ["ca.example"]
    order.finalize().ok()
    order.wait("valid")
    with sqlite3.connect(f"file:{order.client.server.database}?mode=ro", uri=True) as db:
        when, found = db.execute("SELECT caa_s, caa FROM action").fetchone()
    assert when > 0 and found.splitlines() == [
        "caa-ours.lab.example: allowed by the records at caa-ours.lab.example",
        "www.lab.example: allowed, there are no records"]


def test_another_ca(lab):
    error = forbidden(lab, ["www.lab.example", "caa-other.lab.example"], "caa-other.lab.example").body["error"]
    assert [part["identifier"]["value"] for part in error["subproblems"]] == ["caa-other.lab.example"], error


def test_each_name_that_is_forbidden_is_told(lab):
    names = ["below.caa-other.lab.example", "caa-other.lab.example", "www.lab.example"]
    error = forbidden(lab, names, "2 names are refused").body["error"]
    assert [part["identifier"] for part in error["subproblems"]] == [{"type": "dns", "value": n} for n in names[:2]], error
    assert {part["type"] for part in error["subproblems"]} == {"urn:ietf:params:acme:error:caa"}


def test_a_parents_word_counts(lab):
    forbidden(lab, ["below.caa-other.lab.example"], "asked at caa-other.lab.example")


def test_another_account(lab):
    forbidden(lab, ["caa-account.lab.example"], "accounturi")


def test_another_method(lab):
    forbidden(lab, ["caa-method.lab.example"], "validationmethods")


def test_an_unknown_critical_property(lab):
    forbidden(lab, ["caa-critical.lab.example"], "critical")


def test_what_was_found_long_ago_is_asked_again(lab):
    """A server that stood still between the look at CAA and the issuance (Baseline Requirements, 3.2.2.8: 8 hours)."""
    order = ready(lab, ["caa-other.lab.example"], config={})
    order.finalize().ok()
    order.wait("valid")
    server = order.client.server
    server.stop()
    with sqlite3.connect(server.database) as db:
        db.execute("UPDATE orders SET status = 'processing', certificate_id = NULL")
        db.execute("UPDATE action SET state = 'sending', caa_s = checked_s - 9 * 3600, caa = 'allowed', checked_s = checked_s - 9 * 3600")
        db.execute("INSERT INTO job (kind, subject, step, attempts, run_at_ms, leased_until_ms) VALUES ('order', 1, 1, 0, 0, 0)")
    server.config.update(CHECKED)
    server.start()
    order.client.close()
    order.client.nonces.clear()
    order.wait("invalid")
    assert order.body["error"]["type"] == "urn:ietf:params:acme:error:caa", order.body


def test_not_asked_where_no_identity_is_configured(lab):
    order = ready(lab, ["caa-other.lab.example"], config={})
    assert "caaIdentities" not in order.client.directory["meta"]
    order.finalize().ok()
    order.wait("valid")
