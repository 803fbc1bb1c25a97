"""exactly_once - ACME orders at a simulated vendor with which something goes wrong, and what they cost: for
test_exactly_once.py and tests/matrix/run.

    shop = Shop(lab)                                        # the server, and CertCentral behind it
    case = Case("REISSUE", "lost", ("GET /certificate/{}/chain", 0), {"kind": "truncate"})
    verdict = shop.run(case)                                # raises Broken if money or a certificate was lost

An act is what the policy makes of the order (NEW, REISSUE, DUPLICATE, RENEW); a story is what happens to it without the
fault; a call is one that the story makes, by the simulator's name for it and how many of them came before.
"""
import collections
import http.client
import json
import re
import time

from acme_client import Client, make_binding, make_csr
from certcentral import CertCentral, DAY, ORGANIZATION
from clients import create_eab
from lab import wait_until

ACTS = ("NEW", "REISSUE", "DUPLICATE", "RENEW")

# What happens to the call that orders (the answer is lost; it never arrives), or how the vendor is set.
STORIES = {"straight": {}, "lost": {"kind": "drop_after"}, "absent": {"kind": "drop_before"}, "slow": {}, "validated": {}}
# The vendor validates a domain that is new to it once: all but a new order find it validated.
TOLD = [(act, story) for act in ACTS for story in STORIES if story != "validated" or act == "NEW"]

FAULTS = (
    {"kind": "drop_before"}, {"kind": "drop_after"}, {"kind": "delay", "ms": 2500}, {"kind": "truncate"},
    {"kind": "status", "code": 500}, {"kind": "status", "code": 503}, {"kind": "status", "code": 503, "done": True},
    {"kind": "status", "code": 502}, {"kind": "status", "code": 400}, {"kind": "status", "code": 403},
    {"kind": "html_502"}, {"kind": "html_502", "done": True}, {"kind": "rate_limit"},
    {"kind": "wrong_key"}, {"kind": "missing_name"}, {"kind": "bad_chain"})

POSTS = {"NEW": "POST /order/certificate/{}", "RENEW": "POST /order/certificate/{}",
         "REISSUE": "POST /order/certificate/{}/reissue", "DUPLICATE": "POST /order/certificate/{}/duplicate"}

Case = collections.namedtuple("Case", "act story call fault")
Kill = collections.namedtuple("Kill", "act story points")    # at which calls the server dies: the next counts from its start
Verdict = collections.namedtuple("Verdict", "status orders certificates lost problem seconds")


class Broken(AssertionError):
    """Paid twice, or a certificate that nobody gets."""


def operation(call):
    """The simulator's name of a call that it recorded."""
    path = call["path"].removeprefix("/services/v2")
    if re.fullmatch(r"/order/certificate/[a-z][a-z_]+", path) and call["method"] == "POST":
        path = "/order/certificate/{}"
    path = re.sub(r"(?<=/)(\d+|countersign-[0-9a-f]+)(?=/|$)", "{}", path)
    path = re.sub(r"/format/[a-z_]+$", "/format/{}", path)
    return f"{call['method']} {re.sub(r'^/order/alternate/.*', '/order/alternate/{}', path)}"


class Shop:
    """A server whose only vendor is a simulated CertCentral."""

    def __init__(self, lab, mortal=False):
        """mortal: the server can be killed at a point (tests/matrix/kill_point.c)."""
        self.lab, self.count = lab, 0
        self.vendor = CertCentral(lab)
        self.vendor.set(renewal_window_days=400)    # whatever the day, an order can be renewed
        key_file = lab.folder / "api.key"
        key_file.write_text("sim-admin\n")
        key_file.chmod(0o600)
        self.point = lab.folder / "kill_point"
        self.server = lab.server(start=False, config={
            "upstreams": [{"name": "house", "type": "local"}, {"name": "dc", "type": "digicert", "url": f"{self.vendor.url}/services/v2",
                           "ca_file": str(self.vendor.ca_file), "api_key_file": str(key_file), "sync": 0,
                           "organization_id": str(ORGANIZATION), "timeout": "1s", "poll_interval": "1s", "doubt_wait": "1s"}],
            "profiles": [self.profile("default"),
                         self.profile("renewing", renew_before_order_end="366d", renewal_window="366d")]})
        if mortal:
            self.server.environment = {"LD_PRELOAD": str(lab.binary.parent / "tests" / "kill_point.so"),
                                       "KILL_POINT": str(self.point), "KILL_POINT_PORT": str(self.server.port)}
        self.server.start()

    @staticmethod
    def profile(name, **preferences):
        return {"name": name, "upstream": "dc", "product": "ssl_basic", "validation": "OV",
                "preferences": {"budget": {"new_orders": 10000, "period": "1d"}, **preferences}}

    # orders

    def command(self, *words, check=True):
        return self.lab.run([self.lab.binary, *words, "--config", self.server.folder / "countersign.yaml"], check,
                            cwd=self.server.folder).stdout

    def account(self, tenant):
        """A client of that tenant, whose names need no challenge here."""
        client = Client(self.server)
        eab = create_eab(self.lab, self.server, "--tenant", tenant, "--name", "tailorbird.example", "--name", f"d{self.count}.example",
                         "--prevalidated")
        client.register(externalAccountBinding=make_binding(client, eab))
        return client

    def begin(self, client, name, key=None, act="NEW"):
        """An order that is finalized, whatever comes of it."""
        order = client.new_order([name], profile="renewing" if act == "RENEW" else "default")
        assert order.status == "ready", order.body
        order.key, csr = make_csr([name], key)
        order.take(order.finalize(csr=csr).ok().json())
        return order

    def obtain(self, client, name):
        order = self.begin(client, name)
        if order.status != "valid":
            order.wait("valid", seconds=30)
        return order

    def tell_its_end(self, vendor_order):
        """As the vendor's portal exports it."""
        end = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() + 365 * DAY))
        file = self.server.folder / "ends.json"
        file.write_text(json.dumps({"orders": [{"id": str(vendor_order), "order_end": end}]}))
        self.command("inventory", "import", file, "--upstream", "dc", "--vendor", "digicert")

    def prepare(self, act, story="straight"):
        """(client, name): what the client orders next for the name becomes this act."""
        self.count += 1
        name = f"c{self.count}.tailorbird.example"
        if story == "validated":    # a domain that the vendor does not know
            name = f"www.d{self.count}.example"
        client = self.account(f"t{self.count}")
        if act != "NEW":
            self.obtain(client, name)
        if act == "DUPLICATE":
            client = self.account(f"t{self.count}")
        if act == "RENEW":
            self.tell_its_end(self.at_vendor(name)[0]["id"])
        return client, name

    # the vendor

    def at_vendor(self, name):
        return [order for order in self.vendor.control("GET", "/orders")["orders"] if name in json.dumps(order)]

    def count_at_vendor(self, name):
        """(orders that are paid, certificates that were asked for) of the name."""
        orders = [order for order in self.at_vendor(name) if order["status"] not in ("rejected", "canceled")]
        return len(orders), sum(len(order["certificates"]) for order in orders)

    def go_wrong(self, *faults):
        self.vendor.control("DELETE", "/faults")
        if faults:
            self.vendor.control("POST", "/faults", list(faults))

    def tell(self, case):
        """The faults of a case, in the order in which the simulator looks at them."""
        story = STORIES[case.story]
        first = [{"match": POSTS[case.act], "times": 1, **story}] if story else []
        if case.call is None:
            return first
        match, nth = case.call
        passed = 1 if first and match == POSTS[case.act] else 0    # the story's own fault takes that one
        return first + [{"match": match, "after": nth - passed, "times": 1, **case.fault}]

    # a case

    def run(self, case, seconds=45):
        """Runs a case to its end; Broken unless nothing was lost."""
        client, name = self.prepare(case.act, case.story)
        paid, certificates = self.count_at_vendor(name)
        self.vendor.set(issue_delay_s=1 if case.story == "slow" else 0)
        self.go_wrong(*self.tell(case))
        self.vendor.control("DELETE", "/calls")
        started = time.monotonic()
        order = self.begin(client, name, act=case.act)
        self.until_it_ends(order, seconds, name if case.story == "validated" else None)
        took = time.monotonic() - started
        happened = case.call is None or self.vendor.control("GET", "/faults")[-1]["hits"] == 1
        self.go_wrong()
        self.vendor.set(issue_delay_s=0)
        return self.judge(case, order, name, (paid, certificates), took) if happened else None

    # kill -9

    def dies_at(self, point):
        """It dies at that call by which something leaves it; None: it lives on."""
        self.point.unlink(missing_ok=True)
        if point is not None:
            self.point.write_text(f"{point}\n")

    def points(self):
        """How many such calls there were since it was started, or since dies_at."""
        return int(wait_until(lambda: self.point.with_suffix(".count").read_text().strip(), what="a count"))

    def is_dead(self):
        return self.server.process.poll() is not None

    def points_of(self, act, story):
        """How many points an order has at which the server can die."""
        self.run_killed(Kill(act, story, (10 ** 9,)))
        return self.points()

    def run_killed(self, kill, seconds=60):
        """Runs an order to its end with a server that dies at each of the points, one life after the other; Broken unless
        nothing was lost. None: it never died."""
        client, name = self.prepare(kill.act, kill.story)
        before = self.count_at_vendor(name)
        self.vendor.set(issue_delay_s=1 if kill.story == "slow" else 0)
        self.server.stop()
        self.server.start()
        order = client.new_order([name], profile="renewing" if kill.act == "RENEW" else "default")
        order.key, csr = make_csr([name])
        self.go_wrong(*self.tell(Case(kill.act, kill.story, None, None)))
        points, deaths, started = list(kill.points), 0, time.monotonic()
        self.dies_at(points.pop(0))
        while order.status not in ("valid", "invalid"):
            if kill.story == "validated" and time.monotonic() > started + 3:
                self.is_validated(name)
            assert time.monotonic() < started + seconds, f"{kill}: no end of {order.body}"
            if self.is_dead():
                deaths += 1
                self.dies_at(points.pop(0) if points else None)
                self.start_again()
            try:
                self.go_on(client, order, csr)
            except (OSError, http.client.HTTPException):
                client.close()
        deaths += self.is_dead()
        self.recover()
        took = time.monotonic() - started
        verdict = self.judge(Case(kill.act, kill.story, None, kill.points), order, name, before, took)
        return verdict if deaths else None

    def recover(self):
        """After a run that broke: as it was before."""
        self.dies_at(None)
        self.go_wrong()
        self.vendor.set(issue_delay_s=0)
        if self.is_dead():
            self.server.start()

    def start_again(self):
        """It may die while it starts."""
        try:
            self.server.start()
        except AssertionError:
            if not self.is_dead():
                raise

    @staticmethod
    def go_on(client, order, csr):
        """What a client does that knows its order, its key, and no more."""
        client.nonces.clear()    # which did not outlive the server
        order.refresh()
        if order.status == "ready":
            answer = order.finalize(csr=csr)
            if answer.status == 200:
                order.take(answer.json())
        elif order.status == "processing":
            time.sleep(0.05)

    def is_validated(self, name):
        """Somebody has shown the vendor that the domain is theirs."""
        if self.at_vendor(name):
            self.vendor.control("POST", "/dcv-pass", {"domain": name.partition(".")[2]})

    def until_it_ends(self, order, seconds, name=None):
        """`name`: is to be validated at the vendor, after a while."""
        started = time.monotonic()

        def has_ended():
            if name and time.monotonic() > started + 3:
                self.is_validated(name)
            return order.refresh()["status"] in ("valid", "invalid")
        wait_until(has_ended, seconds, f"an end of {order.body}")

    def judge(self, case, order, name, before, took):
        paid, certificates = (now - then for now, then in zip(self.count_at_vendor(name), before))
        problem = order.body.get("error", {}).get("detail", "")
        lost = certificates if order.status != "valid" else 0
        verdict = Verdict(order.status, paid, certificates, lost, problem, took)
        if order.status == "valid":
            order.download()
        if paid > (case.act in ("NEW", "RENEW")) or certificates > 1:
            raise Broken(f"PAID TWICE: {case}: {verdict}")
        if lost:
            raise Broken(f"LOST: {case}: {verdict}")
        if order.status == "invalid" and len(problem) < 30:
            raise Broken(f"UNEXPLAINED: {case}: {verdict}")
        return verdict

    def calls_of(self, act, story):
        """What the story makes of the act without a fault: [(operation, how many of them came before)]."""
        verdict = self.run(Case(act, story, None, None))
        assert verdict.status == "valid" and verdict.certificates == 1, verdict
        found, calls = collections.Counter(), []
        for call in self.vendor.control("GET", "/calls")["calls"]:
            name = operation(call)
            calls.append((name, found[name]))
            found[name] += 1
        return calls
