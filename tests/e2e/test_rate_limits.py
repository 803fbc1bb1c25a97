"""Limits on how often clients may do what (RFC 8555, 6.6): each refuses with 429, says which and when again, and hurts
nobody else."""
import signal
import socket
import sqlite3
import threading
import time

from acme_client import Client, Key, renewal_id
from lab import wait_until
from test_key_change import key_change

EVERYBODY = {"exempt": []}    # loopback counts like any other address
ANEW = [{"name": "default", "authorization_reuse": 0}]    # every order has authorizations of its own


def limited(answer, limit, allowance, most):
    """The answer is the refusal of that limit. Returns its Retry-After, which is at most `most` seconds."""
    problem = answer.refused(429, "rateLimited", f'limit "{limit}"')
    assert allowance in problem["detail"], problem
    seconds = answer.retry_after()
    assert 1 <= seconds <= most and f"again in {seconds} seconds" in problem["detail"], (seconds, problem)
    return seconds


def order(client, *names, **members):
    """The answer to newOrder, unjudged."""
    identifiers = [{"type": "dns", "value": name} for name in names or ["www.lab.example"]]
    return client.post(client.directory["newOrder"], {"identifiers": identifiers, **members})


def account(server, **options):
    client = Client(server, **options)
    client.register()
    return client


def requests_until_refused(client, most=100):
    """How many plain requests are served before the first refusal, and that."""
    for served in range(most):
        answer = client.get(client.server.directory)
        if answer.status != 200:
            return served, answer
    raise AssertionError(f"{most} requests were served")


def lines_of(server, *words):
    return [line for line in server.log().splitlines() if all(word in line for word in words)]


def test_requests_of_an_address(lab):
    server = lab.server({"rates": {**EVERYBODY, "requests_per_address": "20/1h"}})
    one, other = Client(server, source="127.0.5.1"), Client(server, source="127.0.5.2")
    served, answer = requests_until_refused(one)
    assert served == 20, served
    limited(answer, "requests_per_address", "20 in 1h", 180)
    # Refused before anything of it is looked at: what is no JWS, and what is no address of ours.
    limited(one.post(f"{server.url}/acme/new-account", raw=b"not even JSON"), "requests_per_address", "20 in 1h", 180)
    limited(one.get(f"{server.url}/acme/nowhere"), "requests_per_address", "20 in 1h", 180)
    assert one.get(f"{server.url}/acme/new-nonce", "HEAD").status == 429
    # Not so from next door.
    other.register()
    order(other).ok(201)
    assert lines_of(server, "status=429", "limit=requests_per_address", "peer=127.0.5.1")
    assert not lines_of(server, "status=429", "peer=127.0.5.2")


def test_address_blocks(lab):
    server = lab.server({"rates": {**EVERYBODY, "requests_per_address": "20/1h", "ipv4_prefix": 24}})
    served, _ = requests_until_refused(Client(server, source="127.0.5.1"))
    assert served == 20, served
    limited(Client(server, source="127.0.5.200").get(server.directory), "requests_per_address", "20 in 1h", 180)
    Client(server, source="127.0.6.1").get(server.directory).ok()


def test_loopback_is_exempt_from_limits_per_address_only(lab):
    server = lab.server({"rates": {"requests_per_address": "1/1h", "new_accounts_per_address": "1/1h",
                                   "renewal_info_per_address": "1/1h", "new_orders_per_account": "1/1h"}})
    clients = [account(server) for _ in range(3)]
    order(clients[0]).ok(201)
    limited(order(clients[0]), "new_orders_per_account", "1 in 1h", 3600)


def connected(server, source):
    return socket.create_connection(("127.0.0.1", server.port), 10, (source, 0))


def test_proxies(lab):
    server = lab.server({"rates": {**EVERYBODY, "requests_per_address": "10/1h", "proxies": ["127.0.7.1", "192.0.2.0/24"]}})

    def asked(source, *forwarded):
        client = Client(server, source=source)
        lines = "".join(f"X-Forwarded-For: {line}\r\n" for line in forwarded)
        with server.tls_context().wrap_socket(connected(server, client.source), server_hostname="localhost") as tls:
            tls.sendall(f"GET /acme/directory HTTP/1.1\r\nHost: localhost:{server.port}\r\n{lines}Connection: close\r\n\r\n"
                        .encode())
            return int(tls.recv(12).split()[1])

    statuses = [asked("127.0.7.1", "198.51.100.7") for _ in range(11)]
    assert statuses == [200] * 10 + [429], statuses
    assert lines_of(server, "status=429", "peer=198.51.100.7")
    # The same client, however the header is written; its own part of it means nothing.
    for lines in (["203.0.113.1, 198.51.100.7"], ["203.0.113.1", "198.51.100.7"], ["198.51.100.7, 192.0.2.9"],
                  ["198.51.100.7,192.0.2.9 , 192.0.2.8"], ["198.51.100.7", "192.0.2.9"], ["::ffff:198.51.100.7"]):
        assert asked("127.0.7.1", *lines) == 429, lines
    assert asked("127.0.7.1", "198.51.100.8") == 200
    assert asked("127.0.7.1", "198.51.100.7, unknown") == 200    # the proxy stands for it
    # Who is no proxy of ours cannot speak for others.
    statuses = [asked("127.0.7.2", f"198.51.100.{i}") for i in range(20, 31)]
    assert statuses == [200] * 10 + [429], statuses


def test_new_accounts(lab):
    server = lab.server({"rates": {**EVERYBODY, "new_accounts_per_address": "2/1h", "new_accounts": "3/2h"}})
    first = account(server, source="127.0.5.1")
    account(server, source="127.0.5.1")
    late = Client(server, source="127.0.5.1")
    answer = late.post(late.directory["newAccount"], {}, by_key=True)
    limited(answer, "new_accounts_per_address", "2 in 1h", 1800)
    # Looking up an account makes none, and a question about one that is not there neither.
    again = Client(server, key=first.key, source="127.0.5.1")
    again.post(again.directory["newAccount"], {}, by_key=True).ok(200)
    late.post(late.directory["newAccount"], {"onlyReturnExisting": True}, by_key=True).refused(400, "accountDoesNotExist")
    order(first).ok(201)
    # All together.
    account(server, source="127.0.5.2")
    last = Client(server, source="127.0.5.3")
    answer = last.post(last.directory["newAccount"], {}, by_key=True)
    limited(answer, "new_accounts", "3 in 2h", 2400)


def test_orders_come_back_after_the_time_that_was_said(lab):
    server = lab.server({"rates": {"new_orders_per_account": "2/8s", "new_orders": "4/1h"}})
    one, other = account(server), account(server)
    order(one).ok(201)
    order(one).ok(201)
    answer = order(one)
    seconds = limited(answer, "new_orders_per_account", "2 in 8s", 4)
    assert one.kid not in answer.body.decode()
    order(other).ok(201)
    time.sleep(seconds)
    order(one).ok(201)
    # All accounts together.
    limited(order(other), "new_orders", "4 in 1h", 900)
    assert lines_of(server, "path=/acme/new-order", "status=429", "limit=new_orders_per_account")


def test_requests_of_an_account(lab):
    server = lab.server({"rates": {"requests_per_account": "5/1h"}})
    one, other = account(server), account(server)
    for _ in range(5):
        one.post(one.kid).ok()
    limited(one.post(one.kid), "requests_per_account", "5 in 1h", 720)
    # Nobody can use up what is another's: the signature is checked first.
    for _ in range(6):
        one.post(other.kid, protected={"kid": other.kid}).refused(400, "malformed")
    other.post(other.kid).ok()


def test_challenges_and_finalize(lab):
    server = lab.server({"rates": {"challenges_per_account": "3/1h", "finalizes_per_account": "2/1h"}})
    client = account(server)
    mine = client.new_order(["www.lab.example"])
    (_, challenge), = mine.challenges()
    mine.prove(lab.web)
    client.post(challenge["url"], {}).ok()
    client.post(challenge["url"], {}).ok()
    limited(client.post(challenge["url"], {}), "challenges_per_account", "3 in 1h", 1200)
    client.post(challenge["url"]).ok()    # looking is free
    mine.finalize(csr=b"nonsense").refused(400, "badCSR")
    mine.finalize().ok()
    limited(mine.finalize(), "finalizes_per_account", "2 in 1h", 1800)


def test_key_changes(lab):
    client = account(lab.server({"rates": {"key_changes_per_account": "1/1h"}}))
    url, new = client.directory["keyChange"], Key()
    client.post(url, key_change(client, new, account="https://elsewhere.example/1")).refused(400, "malformed")
    client.post(url, key_change(client, new)).ok()
    client.key = new
    limited(client.post(url, key_change(client, Key())), "key_changes_per_account", "1 in 1h", 3600)
    client.post(client.kid).ok()    # with the key that it has


def test_renewal_info(lab):
    server = lab.server({"rates": {**EVERYBODY, "renewal_info_per_address": "2/1h"}})
    client = account(server)
    mine = client.new_order(["www.lab.example"])
    mine.obtain(lab.web)
    url = client.directory["renewalInfo"] + "/" + renewal_id(mine.chain[0])
    asker = Client(server, source="127.0.5.1")
    asker.get(url).ok()
    asker.get(url + "x").refused(404, "malformed")
    limited(asker.get(url), "renewal_info_per_address", "2 in 1h", 1800)
    Client(server, source="127.0.5.2").get(url).ok()
    asker.get(server.directory).ok()


def grow_old(server):
    """All certificates are due for renewal."""
    with sqlite3.connect(server.database) as db:
        db.execute("UPDATE certificate SET not_before_s = not_before_s - 80 * 86400, not_after_s = not_after_s - 80 * 86400")


def fail(client, name):
    """The name has an address that validation does not connect to: an end at once."""
    mine = client.new_order([name])
    for _, challenge in mine.challenges():
        client.post(challenge["url"], {}).ok()
    wait_until(lambda: mine.refresh()["status"] == "invalid", 30, "the order's failure")


def test_failed_validations(lab):
    server = lab.server({"rates": {"failed_validations": "2/1h"}, "profiles": ANEW})
    client, other = account(server), account(server)
    waiting = client.new_order(["private.example"])
    fail(client, "private.example")
    fail(client, "private.example")
    answer = order(client, "www.lab.example", "private.example")
    limited(answer, "failed_validations", "2 in 1h", 1800)
    assert "private.example" in answer.json()["detail"]
    limited(order(client, "*.private.example"), "failed_validations", "2 in 1h", 1800)
    # An order that was there before is not tried either, and stays what it is.
    (_, challenge), = waiting.challenges()
    limited(client.post(challenge["url"], {}), "failed_validations", "2 in 1h", 1800)
    assert waiting.refresh()["status"] == "pending"
    assert client.post(challenge["url"]).ok().json()["status"] == "pending"
    # Other names, and other accounts, are not meant.
    client.new_order(["www.lab.example"]).obtain(lab.web)
    fail(other, "private.example")


def test_validations_that_are_begun_together(lab):
    """Each new order of a name that is being validated has a challenge of its own; what fails is known only later."""
    server = lab.server({"rates": {"failed_validations": "2/1h"}})
    client, other = account(server), account(server)
    over = threading.Event()
    lab.closers.append(over.set)

    def begin(client):
        (_, challenge), = client.new_order(["www.lab.example"]).challenges()
        lab.web.files["/.well-known/acme-challenge/" + challenge["token"]] = lambda request: (over.wait(10), request.answer(404, b""))
        return client.post(challenge["url"], {})
    for _ in range(2):
        begin(client).ok()
    answer = begin(client)
    answer.refused(429, "rateLimited", "2 validations of www.lab.example by this account are under way")
    assert answer.retry_after() > 0
    begin(other).ok()


def test_certificates_for_the_same_names(lab):
    server = lab.server({"rates": {"duplicate_certificates": "2/7d"}, "profiles": ANEW})
    client, other = account(server), account(server)
    names = ["b.lab.example", "a.lab.example"]
    first = client.new_order(names)
    first.obtain(lab.web)
    other.new_order(names[::-1]).obtain(lab.web)
    third = client.new_order(names)    # who has not proven them is told nothing
    third.prove(lab.web)
    limited(third.finalize(), "duplicate_certificates", "2 in 7d", 302400)
    assert third.refresh()["status"] == "ready"
    # Any other set is another set; and who replaces a certificate that is due renews it.
    client.new_order(names[:1]).obtain(lab.web)
    grow_old(server)
    successor = client.new_order(names, replaces=renewal_id(first.chain[0]))
    successor.obtain(lab.web)
    # A restart forgives nothing here, not even a hard one.
    server.kill()
    server.start()
    for each in (client, other):
        each.close()
        each.nonces.clear()
    limited(third.finalize(), "duplicate_certificates", "2 in 7d", 302400)
    # A larger allowance counts what was before.
    server.config["rates"]["duplicate_certificates"] = "3/252h"
    reload(server)
    wait_until(lambda: third.finalize().status == 200, 5, "the finalization under the new limit")
    third.wait("valid")
    fourth = other.new_order(names).prove(lab.web)
    limited(fourth.finalize(), "duplicate_certificates", "3 in 252h", 302400)


def test_the_same_names_again_by_who_has_proven_them(lab):
    server = lab.server({"rates": {"duplicate_certificates": "1/7d"}})
    client, stranger = account(server), account(server)
    client.new_order(["www.lab.example"]).obtain(lab.web)
    # All is proven: the order would be ready at once, so it is told before any more work.
    limited(order(client), "duplicate_certificates", "1 in 7d", 604800)
    client.new_order(["www.lab.example", "more.lab.example"]).obtain(lab.web)
    # Who has proven nothing does not learn that there is a certificate.
    assert order(stranger).ok(201).json()["status"] == "pending"


def test_a_renewal_is_no_new_order(lab):
    server = lab.server({"rates": {"new_orders_per_account": "1/1h", "new_orders": "1/1h", "replacements": "2/1h"}})
    client = account(server)
    mine = client.new_order(["www.lab.example"])
    mine.obtain(lab.web)
    name = renewal_id(mine.chain[0])
    limited(order(client), "new_orders_per_account", "1 in 1h", 3600)
    limited(order(client, replaces=name), "new_orders_per_account", "1 in 1h", 3600)    # it is not due
    grow_old(server)
    # What only claims to replace something gets nowhere.
    order(client, replaces=name[:-1]).refused(400, "malformed")
    for _ in range(2):
        successor = client.new_order(["www.lab.example"], replaces=name)
        for url, _ in successor.authorizations():
            client.post(url, {"status": "deactivated"}).ok()
        assert successor.refresh()["status"] == "invalid"
    limited(order(client, replaces=name), "replacements", "2 in 1h", 1800)


def test_replacing_what_is_not_due_is_a_new_order(lab):
    """Else a chain of successors, each replacing the one before at once, would be no limit's business."""
    server = lab.server({"rates": {"new_orders_per_account": "3/1h", "duplicate_certificates": "2/7d"}, "profiles": ANEW})
    client = account(server)
    first, second = client.new_order(["www.lab.example"]), None
    first.obtain(lab.web)
    second = client.new_order(["www.lab.example"], replaces=renewal_id(first.chain[0]))
    second.obtain(lab.web)
    third = client.new_order(["www.lab.example"], replaces=renewal_id(second.chain[0])).prove(lab.web)
    limited(third.finalize(), "duplicate_certificates", "2 in 7d", 302400)
    assert third.refresh()["status"] == "ready" and third.body["replaces"]
    client.post(third.body["authorizations"][0], {"status": "deactivated"}).ok()    # nothing replaces the second any more
    limited(order(client, replaces=renewal_id(second.chain[0])), "new_orders_per_account", "3 in 1h", 1200)
    # Nor does revoking it make room: that would be the same chain.
    client.revoke(second.der()).ok()
    limited(order(client, replaces=renewal_id(second.chain[0])), "new_orders_per_account", "3 in 1h", 1200)
    grow_old(server)
    client.new_order(["www.lab.example"], replaces=renewal_id(second.chain[0])).obtain(lab.web)


def test_pending_authorizations(lab):
    server = lab.server({"rates": {"pending_authorizations": 3}})
    client, other = account(server), account(server)
    wide = client.new_order([f"{i}.lab.example" for i in range(4)])
    answer = order(client)
    answer.refused(429, "rateLimited", 'limit "pending_authorizations"')
    assert answer.retry_after() > 0
    order(other).ok(201)
    for url in wide.body["authorizations"][:2]:
        client.post(url, {"status": "deactivated"}).ok()
    order(client).ok(201)
    order(client).ok(201)    # it shares what is pending
    order(client, "other.lab.example").refused(429, "rateLimited", 'limit "pending_authorizations"')
    client.post(client.directory["newAuthz"], {"identifier": {"type": "dns", "value": "other.lab.example"}}).refused(
        429, "rateLimited", 'limit "pending_authorizations"')


def test_new_authorizations(lab):
    client = account(lab.server({"rates": {"new_authorizations_per_account": "2/1h"}}))
    for name in ("a.lab.example", "b.lab.example"):
        client.new_authorization(name)
    answer = client.post(client.directory["newAuthz"], {"identifier": {"type": "dns", "value": "c.lab.example"}})
    limited(answer, "new_authorizations_per_account", "2 in 1h", 1800)
    client.new_order(["a.lab.example"]).obtain(lab.web)


def test_pending_orders(lab):
    server = lab.server({"rates": {"pending_orders": 2}})
    client, other = account(server), account(server)
    mine = client.new_order(["a.lab.example"])
    client.new_order(["b.lab.example"])
    answer = order(client)
    answer.refused(429, "rateLimited", 'limit "pending_orders"')
    assert answer.retry_after() > 0
    order(other).ok(201)
    # Whatever ends one makes room: its certificate, its failure. Being ready is no end.
    mine.prove(lab.web)
    order(client).refused(429, "rateLimited", 'limit "pending_orders"')
    mine.finalize().ok()
    mine.wait("valid")
    wide = client.new_order([f"{i}.lab.example" for i in range(3)])
    url = wide.body["authorizations"][0]
    client.post(url, {"status": "deactivated"}).ok()
    assert wide.refresh()["status"] == "invalid"
    client.new_order(["c.lab.example"])
    order(client).refused(429, "rateLimited", 'limit "pending_orders"')


def reload(server):
    before = len(lines_of(server, " reloaded "))
    server.write_config()
    server.signal(signal.SIGHUP)
    wait_until(lambda: len(lines_of(server, " reloaded ")) > before, what="the reload")


def test_reload(lab):
    server = lab.server({"rates": {"new_orders_per_account": "1/1h"}})
    client = account(server)
    order(client).ok(201)
    limited(order(client), "new_orders_per_account", "1 in 1h", 3600)
    server.config["rates"]["new_orders_per_account"] = "off"
    reload(server)
    wait_until(lambda: order(client).status == 201, what="an order under the new limit")
    for _ in range(5):
        wait_until(lambda: order(client).status == 201, what="an order under the new limit")
    server.config["rates"]["new_orders_per_account"] = "1/2h"
    reload(server)
    wait_until(lambda: order(client).status == 429, what="a refusal by the new limit")
    limited(order(client), "new_orders_per_account", "1 in 2h", 7200)


def test_workers_share_what_they_count(lab):
    server = lab.server({"workers": 4, "rates": {**EVERYBODY, "requests_per_address": "40/1h"}})
    statuses = []
    for _ in range(60):    # a connection each, so that all workers have their share
        client = Client(server, source="127.0.5.1")
        statuses.append(client.get(server.directory).status)
        client.close()
    assert statuses == [200] * 40 + [429] * 20, statuses


def test_a_restart_forgives_what_is_counted_in_memory(lab):
    server = lab.server({"rates": {"new_orders_per_account": "1/1h"}})
    client = account(server)
    order(client).ok(201)
    limited(order(client), "new_orders_per_account", "1 in 1h", 3600)
    server.stop()
    server.start()
    client.close()
    order(client).ok(201)
    limited(order(client), "new_orders_per_account", "1 in 1h", 3600)


def test_an_issuance_is_far_from_every_default(lab):
    """What clients usually do, many times over, meets no limit, also from addresses that are not exempt."""
    server = lab.server({"rates": EVERYBODY})
    client = account(server, source="127.0.5.1")
    for i in range(20):
        client.new_order([f"n{i % 2}.lab.example"]).obtain(lab.web)
    assert not lines_of(server, "status=429")
