"""Certificates of DigiCert that are revoked: by their holder, by the operator, by DigiCert itself. Each is revoked once and
alone, whatever happens to a call, to the server, or to the approver's time."""
import json
import time

from cryptography.hazmat.primitives.serialization import Encoding

from acme_client import Client, renewal_id
from clients import ask_store, certbot, lego
from lab import wait_until
from test_digicert import NAMES, Shop

DAY = 86400
REVOKES = "PUT /services/v2/certificate/*/revoke"


def number_of(shop):
    """Of the only order at DigiCert."""
    [order] = shop.vendor.control("GET", "/orders")["orders"]
    return order["id"]


def requests(shop, number):
    """The states of the requests to revoke something of the order."""
    return [request["status"] for request in shop.vendor.info(number)["requests"] if request["type"] == "revoke"]


def show(shop, which="1", *words):
    return shop.command("certificate", "show", which, *words).stdout


def state(shop, certificate=1):
    return ask_store(shop.server, f"SELECT state FROM revocation WHERE certificate_id = {certificate}")


def ask_now(shop, certificate):
    """What an operator says who has done something about it."""
    shop.command("certificate", "revoke", str(certificate))


def is_due(shop, order):
    """Does ARI say: renew now?"""
    client = Client(shop.server)
    answer = client.get(client.directory["renewalInfo"] + "/" + renewal_id(order.chain[0])).ok().json()
    return answer["suggestedWindow"]["end"] <= time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def certificate_file(lab, order, name="leaf.pem"):
    file = lab.folder / name
    file.write_bytes(b"".join(certificate.public_bytes(Encoding.PEM) for certificate in order.chain))
    return file


def test_an_approver_is_asked_once_and_obeyed(lab):
    shop = Shop(lab, skip_approval=False)
    shop.vendor.set(approval=False)    # orders pass
    client = shop.account()
    orders = [shop.obtain(client, *NAMES), shop.obtain(shop.account(), *NAMES)]
    number = number_of(shop)
    shop.vendor.set(approval=True)

    client.revoke(orders[0].der(), 4).ok()
    client.revoke(orders[0].der(), 4).refused(400, "alreadyRevoked")
    assert is_due(shop, orders[0])
    wait_until(lambda: state(shop) == ["pending"])
    said = show(shop)
    assert "at the vendor waits for an approval in CertCentral (request " in said and "revoked by    account 1" in said, said
    for _ in range(2):
        asked = len(shop.vendor.control("GET", "/calls?match=GET*request*")["calls"])
        ask_now(shop, 1)
        wait_until(lambda: len(shop.vendor.control("GET", "/calls?match=GET*request*")["calls"]) > asked)
        shop.wakes_up()
    assert requests(shop, number) == ["pending"]
    assert "issued" in shop.vendor.certificates(number).values()
    shop.vendor.control("POST", "/approve", {"order": number})
    ask_now(shop, 1)
    wait_until(lambda: state(shop) == ["done"])
    assert requests(shop, number) == ["approved"]
    assert "at the vendor revoked" in show(shop)
    assert list(shop.vendor.certificates(number).values()).count("revoked") == 1

    # What an approver rejects is not laid before them again, until the operator wants it.
    shop.command("certificate", "revoke", "2", "--reason", "superseded")
    wait_until(lambda: state(shop, 2) == ["pending"])
    shop.vendor.control("POST", "/reject", {"order": number, "comment": "Still in use"})
    ask_now(shop, 2)
    wait_until(lambda: state(shop, 2) == ["refused"])
    said = show(shop, "2")
    assert "was rejected in CertCentral: Still in use" in said and "countersign certificate revoke 2" in said, said
    assert "revocation_refused" in shop.server.log()
    shop.wakes_up()
    assert requests(shop, number) == ["approved", "rejected"]
    shop.command("certificate", "revoke", "2")
    wait_until(lambda: state(shop, 2) == ["pending"])
    shop.vendor.control("POST", "/approve", {"order": number})
    ask_now(shop, 2)
    wait_until(lambda: state(shop, 2) == ["done"])
    assert requests(shop, number) == ["approved", "rejected", "approved"]
    assert shop.vendor.status(number) == "issued"
    refused = shop.command("certificate", "revoke", "2", check=False)
    assert refused.returncode != 0 and "revoked already, here and at the vendor" in refused.stdout, refused.stdout


def test_lost_answers_and_kill_9_revoke_once(lab):
    """Whatever happens to the call: one revocation, and with an approver one request."""
    shop = Shop(lab)
    faults = [{"kind": "drop_before"}, {"kind": "drop_after"}, {"kind": "html_502", "done": True}, {"kind": "status"},
              {"kind": "status", "done": True}, {"kind": "rate_limit"}, {"match": "GET /services/v2/order/*", "kind": "status"}]
    for nth, fault in enumerate(faults):
        client = shop.account(f"tenant{nth}")
        order = shop.obtain(client, *NAMES)
        shop.vendor.control("POST", "/faults", [{"match": REVOKES, "times": 1, **fault}])
        client.revoke(order.der()).ok()
        wait_until(lambda: state(shop, nth + 1) == ["done"], 60)
        shop.stats(revocations=nth + 1)
    for nth, kill_at in enumerate([("GET /services/v2/order/*", 1), (REVOKES, 1)], len(faults)):
        client = shop.account(f"tenant{nth}")
        order = shop.obtain(client, *NAMES)
        match, times = kill_at
        shop.vendor.control("DELETE", "/calls")
        shop.vendor.control("POST", "/faults", [{"match": match, "times": times, "kind": "delay", "ms": 3000}])
        client.revoke(order.der()).ok()
        wait_until(lambda: "delay" in [call["outcome"] for call in shop.vendor.control("GET", "/calls")["calls"]])
        shop.server.kill()
        shop.server.start()
        wait_until(lambda: state(shop, nth + 1) == ["done"], 60)
        shop.stats(revocations=nth + 1)


def test_a_lost_request_is_found_again(lab):
    shop = Shop(lab, skip_approval=False)
    shop.vendor.set(approval=False)
    client = shop.account()
    order = shop.obtain(client, *NAMES)
    number = number_of(shop)
    shop.vendor.set(approval=True)
    shop.vendor.control("POST", "/faults", [{"match": REVOKES, "times": 1, "kind": "drop_after"}])
    client.revoke(order.der()).ok()
    wait_until(lambda: state(shop) == ["pending"], 60)
    assert requests(shop, number) == ["pending"]
    [request] = shop.vendor.info(number)["requests"][1:]
    assert f"(request {request['id']})" in show(shop), show(shop)


def test_a_reissue_under_way_is_waited_for(lab):
    shop = Shop(lab)
    client = shop.account()
    order = shop.obtain(client, *NAMES)
    number = number_of(shop)
    shop.vendor.reissue(number, *NAMES, skip_approval=False)
    client.revoke(order.der(), 1).ok()
    wait_until(lambda: "a reissue of order" in show(shop))
    assert "being told" in show(shop) and state(shop) == ["asked"]
    shop.stats(revocations=0)
    shop.vendor.control("POST", "/approve", {"order": number})
    ask_now(shop, 1)
    wait_until(lambda: state(shop) == ["done"])
    # The original of a reissued order: DigiCert lists it nowhere, and it is told by its serial number.
    kept = shop.vendor.kept(number)["certificates"]
    assert [(one["status"], one.get("reason")) for one in kept] == [("revoked", "keyCompromise"), ("issued", None)], kept


def test_a_lost_answer_about_the_original_of_a_reissued_order(lab):
    shop = Shop(lab)
    client = shop.account()
    first, second = shop.obtain(client, *NAMES), shop.obtain(client, *NAMES)
    number = number_of(shop)
    shop.vendor.control("POST", "/faults", [{"match": REVOKES, "times": 1, "kind": "drop_after"}])
    client.revoke(first.der()).ok()
    wait_until(lambda: state(shop) == ["done"], 60)
    assert list(shop.vendor.certificates(number).values()) == ["revoked", "issued"]
    assert not is_due(shop, second)


def test_a_refusal_is_shown_and_asked_again(lab):
    shop = Shop(lab, key="sim-admin")
    client = shop.account()
    order = shop.obtain(client, *NAMES)
    key_file = lab.folder / "api.key"
    key_file.write_text("sim-standard\n")    # may not revoke without an approval
    shop.wakes_up()
    client.revoke(order.der()).ok()
    wait_until(lambda: state(shop) == ["refused"])
    assert "REFUSED: " in show(shop) and "error revocation_refused" in shop.server.log()
    shown = json.loads(show(shop, "1", "--json"))
    assert shown["status"] == "revoked" and shown["revocation"]["state"] == "refused", shown
    shop.stats(revocations=0)
    key_file.write_text("sim-admin\n")
    shop.wakes_up()    # which reads the key
    ask_now(shop, 1)    # by itself it would be asked tomorrow
    wait_until(lambda: state(shop) == ["done"])
    shop.stats(revocations=1)


def test_the_operator_revokes(lab):
    shop = Shop(lab)
    client = shop.account()
    orders = [shop.obtain(client, *NAMES) for _ in range(3)]
    number = number_of(shop)
    said = shop.command("certificate", "revoke", "1", "--reason", "keyCompromise").stdout
    assert said == ("certificate 1 is revoked here, and dc is told; countersign certificate show 1 says what becomes of "
                    "that\n"), said
    serial = f"{orders[1].chain[0].serial_number:032x}"
    said = json.loads(shop.command("certificate", "revoke", serial, "--json").stdout)
    assert said["certificate"] == 2 and said["upstream"] == "dc", said
    shop.command("certificate", "revoke", certificate_file(lab, orders[2]), "--reason", "cessationOfOperation")
    wait_until(lambda: ask_store(shop.server, "SELECT DISTINCT state FROM revocation") == ["done"])
    reasons = [one["reason"] for one in shop.vendor.kept(number)["certificates"]]
    assert reasons == ["keyCompromise", "unspecified", "cessationOfOperation"], reasons
    assert "revoked by    the operator" in show(shop, "3")
    log = shop.server.log()
    assert log.count("certificate_revoked") == 3 and 'by="the operator"' in log and "orders=1" in log, log
    client.revoke(orders[2].der()).refused(400, "alreadyRevoked")

    # The embedded CA needs nobody to be told.
    shop.command("certificate", "revoke", "99", check=False)
    for words, word in ((("99",), "there is no such certificate"), (("1", "--reason", "boredom"), "not \"boredom\""),
                        (("nowhere.pem",), "no file"), ((shop.server.folder / "countersign.yaml",), "there is no certificate (-----BEGIN")):
        answer = shop.command("certificate", "revoke", *words, check=False)
        assert answer.returncode != 0 and word in answer.stdout, (words, answer.stdout)


def test_what_digicert_revokes_is_revoked_here(lab):
    shop = Shop(lab)
    client, other = shop.account(), shop.account()
    order, copy = shop.obtain(client, *NAMES), shop.obtain(other, *NAMES)
    number = number_of(shop)
    again = shop.obtain(client, *NAMES, key=order.key)    # early in its life: the one that is there
    assert again.der() == order.der()
    shop.vendor.ok("PUT", f"/certificate/{shop.vendor.info(number)['certificate']['id']}/revoke", {"skip_approval": True})
    shop.sync()
    assert ask_store(shop.server, "SELECT revoked_s > 0 FROM certificate ORDER BY id") == [1, 0]
    assert "revoked_by_vendor" in shop.server.log() and "revoked by    the vendor" in show(shop)
    assert is_due(shop, order) and not is_due(shop, copy)
    client.revoke(order.der()).refused(400, "alreadyRevoked")
    third = shop.obtain(client, *NAMES, key=order.key)
    assert third.der() not in (order.der(), copy.der()), "a revoked certificate was handed out"

    # Somebody in the portal drops a name: what there was will be revoked in three days, as CertCentral shows.
    shop.vendor.reissue(number, NAMES[0])
    name = ask_store(shop.server, "SELECT vendor_certificate FROM action WHERE id = 2")[0]
    facts = {"orders": [{"id": str(number), "certificates": [
        {"id": name, "revoke_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3 * DAY))}]}]}
    (lab.folder / "facts.json").write_text(json.dumps(facts))
    shop.command("inventory", "import", lab.folder / "facts.json", "--upstream", "dc")
    said = show(shop, "2")
    assert "to be revoked 20" in said and "status        valid" in said, said
    assert is_due(shop, copy) and "will be revoked" in shop.command("inventory", "show", str(number)).stdout
    fourth = shop.obtain(other, *NAMES, key=copy.key)
    assert fourth.der() != copy.der(), "a certificate that will be revoked was handed out"
    shop.vendor.advance(4 * DAY)
    shop.sync("--full")
    assert ask_store(shop.server, "SELECT revoked_s > 0 FROM certificate WHERE id <= 3") == [1, 1, 1]

    # And the whole order of the fourth.
    [last] = ask_store(shop.server, "SELECT vendor_order FROM action ORDER BY id DESC LIMIT 1")
    shop.vendor.ok("PUT", f"/order/certificate/{last}/revoke", {"skip_approval": True})
    shop.sync("--full")
    assert ask_store(shop.server, "SELECT count(*) FROM certificate WHERE revoked_s = 0") == [0]


def test_what_an_import_calls_revoked_is_revoked_here(lab):
    shop = Shop(lab)
    client, other = shop.account(), shop.account()
    order, copy = shop.obtain(client, *NAMES), shop.obtain(other, *NAMES)
    number = number_of(shop)
    names = ask_store(shop.server, "SELECT vendor_certificate FROM action ORDER BY id")
    facts = lab.folder / "facts.json"

    def tell(**order):
        facts.write_text(json.dumps({"orders": [{"id": str(number), **order}]}))
        return shop.command("inventory", "import", facts, "--upstream", "dc").stdout

    tell(certificates=[{"id": names[0]}, {"id": names[1]}])
    assert ask_store(shop.server, "SELECT revoked_s > 0 FROM certificate ORDER BY id") == [0, 0]
    tell(certificates=[{"id": names[0], "revoked": True}, {"id": names[1]}])
    assert ask_store(shop.server, "SELECT revoked_s > 0 FROM certificate ORDER BY id") == [1, 0]
    assert "revoked by    the vendor" in show(shop) and is_due(shop, order) and not is_due(shop, copy)
    client.revoke(order.der()).refused(400, "alreadyRevoked")
    tell(status="revoked")
    assert ask_store(shop.server, "SELECT revoked_s > 0 FROM certificate ORDER BY id") == [1, 1]
    assert is_due(shop, copy) and shop.server.log().count("revoked_by_vendor") == 2
    shop.stats(revocations=0)


def test_clients_revoke(lab):
    shop = Shop(lab)
    eab = shop.binding()
    certbot(lab, shop.server, "certonly", "--standalone", "--http-01-port", str(lab.http_port), "--agree-tos",
            "--register-unsafely-without-email", "--eab-kid", eab["kid"], "--eab-hmac-key", eab["key"], "--domain",
            "www.tailorbird.example")
    live = lab.folder / "certbot" / "live" / "www.tailorbird.example"
    certbot(lab, shop.server, "revoke", "--cert-path", live / "cert.pem", "--reason", "superseded",
            "--no-delete-after-revoke")
    wait_until(lambda: state(shop) == ["done"])
    eab = shop.binding("mail")
    words = ("--eab", "--kid", eab["kid"], "--hmac", eab["key"], "--http", "--http.port", f":{lab.http_port}")
    lego(lab, shop.server, "www.tailorbird.example", *words, "run")
    lego(lab, shop.server, "www.tailorbird.example", *words, "revoke")
    wait_until(lambda: state(shop, 2) == ["done"])
    shop.stats(revocations=2, billable_orders=2)
    reasons = [one["certificates"][0]["reason"] for one in shop.vendor.control("GET", "/orders")["orders"]]
    assert sorted(reasons) == ["superseded", "unspecified"], reasons
