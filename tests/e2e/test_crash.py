"""Nothing lost: the server is killed at random moments under load and started again; every promise that it gave holds."""
import os
import random
import sqlite3
import threading
import time

from acme_client import Client, b64, make_csr

NAMES_A_WORKER = 3


class Gone(Exception):
    """The server broke off; what it was asked may or may not have happened."""


class Worker:
    """A client that issues without end and notes what the server has acknowledged. After a break it goes on where it
    was, with the URLs that it has."""

    def __init__(self, lab, server, index):
        self.lab, self.server, self.index = lab, server, index
        self.client = Client(server)
        self.promises = []       # (what, url, check of the body)
        self.issued = {}         # certificate URL -> PEM
        self.order = None
        self.count = 0
        self.trouble = None

    def ask(self, url, payload=None, **options):
        """A POST; a bad nonce (the crash made them void) is retried as clients do."""
        for _ in range(3):
            try:
                answer = self.client.post(url, payload, **options)
            except AssertionError:
                raise
            except Exception as broken:
                raise Gone from broken
            if answer.status == 400 and answer.json()["type"].endswith(":badNonce"):
                self.client.nonces = [answer.nonce]
                continue
            if answer.status == 503:
                raise Gone
            return answer
        raise AssertionError("three bad nonces in a row")

    def register(self):
        answer = self.ask(self.client.directory["newAccount"], {"contact": [f"mailto:w{self.index}@lab.example"]}, by_key=True)
        assert answer.status in (200, 201), answer.body    # 200: the answer was lost, not the account
        self.client.kid = answer.location()
        self.promises.append(("account", self.client.kid, lambda body: body["status"] == "valid"))

    def step(self):
        """One step of an issuance, by what the server says of the order."""
        if self.client.kid is None:
            return self.register()
        if self.order is None:
            self.count += 1
            names = [f"w{self.index}-{self.count}-{i}.lab.example" for i in range(self.count % NAMES_A_WORKER + 1)]
            answer = self.ask(self.client.directory["newOrder"], {"identifiers": [{"type": "dns", "value": n} for n in names]})
            answer.ok(201)
            self.order = (answer.location(), names)
            self.promises.append(("order", self.order[0], lambda body, n=names: sorted(
                i["value"] for i in body["identifiers"]) == sorted(n)))
            return None
        url, names = self.order
        body = self.ask(url).ok().json()
        if body["status"] == "pending":
            return self.prove(body)
        if body["status"] == "ready":
            return self.finalize(url, body, names)
        if body["status"] == "valid":
            return self.download(url, body)
        assert body["status"] == "processing", body
        time.sleep(0.02)
        return None

    def prove(self, body):
        for url in body["authorizations"]:
            authorization = self.ask(url).ok().json()
            if authorization["status"] == "valid":
                self.promises.append(("authorization", url, lambda a: a["status"] == "valid"))
                continue
            assert authorization["status"] == "pending", authorization
            challenge = authorization["challenges"][0]
            self.lab.web.answer_challenge(challenge["token"], f"{challenge['token']}.{self.client.key.thumbprint}")
            if challenge["status"] == "pending":
                answer = self.ask(challenge["url"], {}).ok().json()
                assert answer["status"] in ("processing", "valid", "pending"), answer
        time.sleep(0.02)

    def finalize(self, url, body, names):
        self.key, csr = make_csr(names)
        answer = self.ask(body["finalize"], {"csr": b64(csr)})
        if answer.status == 403:    # the answer to a first one was lost
            answer.refused(403, "orderNotReady")
            return
        state = answer.ok().json()["status"]
        assert state in ("processing", "valid"), state
        self.promises.append(("finalized order", url, lambda b: b["status"] in ("processing", "valid")))

    def download(self, url, body):
        certificate = body["certificate"]
        self.promises.append(("valid order", url, lambda b: b.get("certificate") == certificate))
        self.issued[certificate] = self.ask(certificate).ok().body
        self.order = None

    def work(self, enough):
        try:
            while not enough.is_set():
                try:
                    self.step()
                except Gone:
                    self.client.close()
                    time.sleep(0.05)
        except BaseException as trouble:
            self.trouble = trouble

    def check_promises(self):
        for what, url, holds in self.promises:
            body = self.ask(url).ok().json()
            assert holds(body), f"{what} {url}: {body}"
        for url, pem in self.issued.items():
            assert self.ask(url).ok().body == pem, f"certificate {url} is another one now"


def check_database(server):
    """What may never stand in the database, read after a stop: anything half done."""
    db = sqlite3.connect(f"file:{server.database}?mode=ro", uri=True)
    ask = lambda sql: db.execute(sql).fetchall()
    assert ask("PRAGMA integrity_check") == [("ok",)]
    assert ask("PRAGMA foreign_key_check") == []
    nothing = {
        "a valid order without its certificate":
            "SELECT id FROM orders WHERE status = 'valid' AND NOT EXISTS (SELECT 1 FROM certificate c WHERE c.id = certificate_id)",
        "a certificate whose order is not valid":
            "SELECT c.id FROM certificate c JOIN orders o ON o.id = c.order_id WHERE o.status <> 'valid'",
        "two certificates of an order": "SELECT order_id FROM certificate GROUP BY order_id HAVING count(*) > 1",
        "an order without authorizations":
            "SELECT id FROM orders WHERE NOT EXISTS (SELECT 1 FROM order_authz WHERE order_id = orders.id)",
        "an order that is ready though an authorization is not valid":
            "SELECT o.id FROM orders o JOIN order_authz x ON x.order_id = o.id JOIN authz a ON a.id = x.authz_id"
            " WHERE o.status = 'ready' AND a.status <> 'valid'",
        "an order that is pending though all its authorizations are valid":
            "SELECT id FROM orders o WHERE status = 'pending' AND NOT EXISTS (SELECT 1 FROM order_authz x"
            " JOIN authz a ON a.id = x.authz_id WHERE x.order_id = o.id AND a.status <> 'valid')",
        "an order in processing that nobody works on":
            "SELECT id FROM orders o WHERE status = 'processing' AND NOT EXISTS"
            " (SELECT 1 FROM job WHERE kind = 'order' AND subject = o.id)",
        "a certificate without the intent that precedes it":
            "SELECT c.id FROM certificate c WHERE NOT EXISTS (SELECT 1 FROM action a WHERE a.order_id = c.order_id AND a.state = 'done')",
        "two accounts with a key": "SELECT thumbprint FROM account GROUP BY thumbprint HAVING count(*) > 1",
        "two certificates with a serial": "SELECT serial FROM certificate GROUP BY serial HAVING count(*) > 1",
    }
    for what, sql in nothing.items():
        found = ask(sql)
        assert not found, f"{what}: {found[:5]}"
    db.close()


def test_killed_at_random_moments_under_load(lab):
    seed = int(os.environ.get("COUNTERSIGN_SEED", "20261121"))
    kills = 25
    lab.note(f"seed {seed}")
    chance = random.Random(seed)
    server = lab.server({"log": {"level": "info"}})
    workers = [Worker(lab, server, index) for index in range(4)]
    enough = threading.Event()
    threads = [threading.Thread(target=worker.work, args=(enough,)) for worker in workers]
    for thread in threads:
        thread.start()
    try:
        for kill in range(kills):
            time.sleep(chance.uniform(0.02, 0.6))
            server.kill()
            lab.note(f"kill {kill + 1}: {sum(len(w.issued) for w in workers)} certificates so far")
            server.start()
            for worker in workers:
                assert not worker.trouble, worker.trouble
        for worker in workers:    # and each goes on to the end of something
            have = len(worker.issued)
            end = time.monotonic() + 60 * lab.patience
            while len(worker.issued) == have and not worker.trouble:
                assert time.monotonic() < end, f"worker {worker.index} does not get on: {worker.order}"
                time.sleep(0.05)
    finally:
        enough.set()
        for thread in threads:
            thread.join()
    for worker in workers:
        if worker.trouble:
            raise worker.trouble
        worker.check_promises()
    issued = sum(len(worker.issued) for worker in workers)
    assert issued > kills, f"only {issued} certificates: that was no load"
    assert server.stop() == 0
    check_database(server)
    lab.note(f"{issued} certificates, {sum(len(w.promises) for w in workers)} promises kept")


def test_killed_at_the_first_start(lab):
    """Keys, certificates and schema are made then: whatever was finished is used, the rest made again."""
    chance = random.Random(7)
    server = lab.server(start=False)
    for _ in range(30):
        server.launch()
        time.sleep(chance.uniform(0, 0.12))
        server.kill()
    server.start()
    client = Client(server)
    client.register()
    chain = lab.folder / "chain.pem"
    chain.write_bytes(client.new_order(["www.lab.example"]).obtain(lab.web))
    lab.verify(server, chain, "www.lab.example")


test_killed_at_random_moments_under_load.seconds = 300
