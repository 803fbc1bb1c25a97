"""exactly_once - ACME orders at a simulated vendor with which something goes wrong, and what they cost: for
test_exactly_once.py and tests/matrix/run. What is a vendor's own is in exactly_once_<its name>.py.

    shop = Shop(lab)                                        # exactly_once_digicert: the server, and CertCentral behind it
    case = Case("REISSUE", "lost", ("GET /certificate/{}/chain", 0), {"kind": "truncate"})
    verdict = shop.run(case)                                # raises Broken if money or a certificate was lost

An act is what the policy makes of the order (NEW, REISSUE, ...); a story is what happens to it without the fault; a call is
one that the story makes, by the simulator's name for it and how many of them came before.
"""
import collections
import http.client
import time

from acme_client import Client, make_binding, make_csr
from clients import create_eab
from lab import wait_until

# What happens to the call that orders (the answer is lost; it never arrives), or how the vendor is set.
STORIES = {"straight": {}, "lost": {"kind": "drop_after"}, "absent": {"kind": "drop_before"}, "slow": {}, "validated": {}, "approved": {}}
HELPED = ("validated", "approved")    # that wait for somebody

FAULTS = (
    {"kind": "drop_before"}, {"kind": "drop_after"}, {"kind": "delay", "ms": 2500}, {"kind": "truncate"},
    {"kind": "status", "code": 500}, {"kind": "status", "code": 503}, {"kind": "status", "code": 503, "done": True},
    {"kind": "status", "code": 502}, {"kind": "status", "code": 400}, {"kind": "status", "code": 403},
    {"kind": "status", "code": 404},
    {"kind": "html_502"}, {"kind": "html_502", "done": True}, {"kind": "rate_limit"},
    {"kind": "wrong_key"}, {"kind": "missing_name"}, {"kind": "bad_chain"})

Case = collections.namedtuple("Case", "act story call fault")
Kill = collections.namedtuple("Kill", "act story points")    # at which calls the server dies: the next counts from its start
Verdict = collections.namedtuple("Verdict", "status orders certificates lost problem seconds")


class Broken(AssertionError):
    """Paid twice, or a certificate that nobody gets."""


class VendorShop:
    """A server whose only vendor is a simulated one. Each vendor's Shop says what there is to be known of it."""

    POSTS = {}        # {act: the simulator's name of the call that orders it}
    PAID = ()         # the acts that cost something
    TOLD = ()         # (act, story) that there are

    def __init__(self, lab, mortal=False):
        """mortal: the server can be killed at a point (tests/matrix/kill_point.c)."""
        self.lab, self.count = lab, 0
        self.vendor = self.open_vendor()
        self.point = lab.folder / "kill_point"
        self.server = lab.server(start=False, config={
            "upstreams": [{"name": "house", "type": "local"}] + [
                {"ca_file": str(self.vendor.ca_file), "sync": 0, "timeout": "1s", "poll_interval": "1s", "doubt_wait": "1s",
                 **upstream} for upstream in self.upstreams()],
            "profiles": self.profiles()})
        if mortal:
            self.server.environment = {"LD_PRELOAD": str(lab.binary.parent / "tests" / "kill_point.so"),
                                       "KILL_POINT": str(self.point), "KILL_POINT_PORT": str(self.server.port)}
        self.server.start()

    def open_vendor(self):
        """The simulator, started and set as all cases need it."""
        raise NotImplementedError

    def upstreams(self):
        """What the configuration of the vendor's upstreams says besides: name, type, url, keys."""
        raise NotImplementedError

    def profiles(self):
        raise NotImplementedError

    @staticmethod
    def operation(call):
        """The simulator's name of a call that it recorded."""
        raise NotImplementedError

    def name_of(self, story):
        """A name that has not been ordered, for the story; self.count is new."""
        raise NotImplementedError

    def domains(self):
        """What the accounts may order names below."""
        raise NotImplementedError

    def make_ready(self, act, story, client, name):
        """What has to be before the client's next order for the name becomes this act; the client that orders."""
        raise NotImplementedError

    def profile_of(self, act, story):
        return "default"

    def is_slow(self, slow):
        """From now on the vendor needs a second for a certificate; or none."""
        raise NotImplementedError

    def help(self, story, name):
        """Somebody does what the story waits for, if the vendor has the order: shows that the domain is theirs, approves."""
        raise NotImplementedError

    def count_at_vendor(self, name):
        """(orders that are paid, certificates that were asked for) of the name."""
        raise NotImplementedError

    def secret(self, text):
        """A file with the key of the vendor's API."""
        file = self.lab.folder / "api.key"
        file.write_text(text + "\n")
        file.chmod(0o600)
        return str(file)

    # orders

    def command(self, *words, check=True):
        return self.lab.run([self.lab.binary, *words, "--config", self.server.folder / "countersign.yaml"], check,
                            cwd=self.server.folder).stdout

    def account(self, tenant):
        """A client of that tenant, whose names need no challenge here."""
        client = Client(self.server)
        names = [word for domain in self.domains() for word in ("--name", domain)]
        eab = create_eab(self.lab, self.server, "--tenant", tenant, *names, "--prevalidated")
        client.register(externalAccountBinding=make_binding(client, eab))
        return client

    def begin(self, client, name, key=None, act="NEW", story="straight"):
        """An order that is finalized, whatever comes of it."""
        order = client.new_order([name], profile=self.profile_of(act, story))
        assert order.status == "ready", order.body
        order.key, csr = make_csr([name], key)
        order.take(order.finalize(csr=csr).ok().json())
        return order

    def obtain(self, client, name, story="straight"):
        order = self.begin(client, name, story=story)
        if order.status != "valid":
            self.until_it_ends(order, 30, story, name)
        assert order.status == "valid", order.body
        return order

    def prepare(self, act, story="straight"):
        """(client, name): what the client orders next for the name becomes this act."""
        self.count += 1
        name = self.name_of(story)
        return self.make_ready(act, story, self.account(f"t{self.count}"), name), name

    # the vendor

    def go_wrong(self, *faults):
        self.vendor.control("DELETE", "/faults")
        if faults:
            self.vendor.control("POST", "/faults", list(faults))

    def tell(self, case):
        """The faults of a case, in the order in which the simulator looks at them."""
        story = STORIES[case.story]
        first = [{"match": self.POSTS[case.act], "times": 1, **story}] if story else []
        if case.call is None:
            return first
        match, nth = case.call
        passed = 1 if first and match == self.POSTS[case.act] else 0    # the story's own fault takes that one
        return first + [{"match": match, "after": nth - passed, "times": 1, **case.fault}]

    # a case

    def run(self, case, seconds=45):
        """Runs a case to its end; Broken unless nothing was lost."""
        client, name = self.prepare(case.act, case.story)
        paid, certificates = self.count_at_vendor(name)
        self.is_slow(case.story == "slow")
        self.go_wrong(*self.tell(case))
        self.vendor.control("DELETE", "/calls")
        started = time.monotonic()
        order = self.begin(client, name, act=case.act, story=case.story)
        self.until_it_ends(order, seconds, case.story, name)
        took = time.monotonic() - started
        happened = case.call is None or self.vendor.control("GET", "/faults")[-1]["hits"] == 1
        self.go_wrong()
        self.is_slow(False)
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
        self.is_slow(kill.story == "slow")
        self.server.stop()
        self.server.start()
        order = client.new_order([name], profile=self.profile_of(kill.act, kill.story))
        order.key, csr = make_csr([name])
        self.go_wrong(*self.tell(Case(kill.act, kill.story, None, None)))
        points, deaths, started = list(kill.points), 0, time.monotonic()
        self.dies_at(points.pop(0))
        while order.status not in ("valid", "invalid"):
            if kill.story in HELPED and time.monotonic() > started + 3:
                self.help(kill.story, name)
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
        self.is_slow(False)
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

    def until_it_ends(self, order, seconds, story, name):
        started = time.monotonic()

        def has_ended():
            if story in HELPED and time.monotonic() > started + 3:
                self.help(story, name)
            return order.refresh()["status"] in ("valid", "invalid")
        wait_until(has_ended, seconds, f"an end of {order.body}")

    def judge(self, case, order, name, before, took):
        paid, certificates = (now - then for now, then in zip(self.count_at_vendor(name), before))
        problem = order.body.get("error", {}).get("detail", "")
        lost = certificates if order.status != "valid" else 0
        verdict = Verdict(order.status, paid, certificates, lost, problem, took)
        if order.status == "valid":
            order.download()
        if paid > (case.act in self.PAID) or certificates > 1:
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
            name = self.operation(call)
            calls.append((name, found[name]))
            found[name] += 1
        return calls
