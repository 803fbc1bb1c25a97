"""exactly_once_tencent - what exactly_once has to know of Tencent Cloud."""
import json
import time

from exactly_once import HELPED, STORIES, VendorShop
from lab import wait_until
from tencent_client import KEY, TencentSim

DOMAIN = "tailorbird.example"


class Shop(VendorShop):
    spoken = 0    # so much of the log was read
    POSTS = {"NEW": "CreateCertificate", "REISSUE": "ReplaceCertificate"}
    PAID = ("NEW",)
    TOLD = [(act, story) for act in ("NEW", "REISSUE") for story in STORIES if story not in HELPED] + [("NEW", "validated")]

    def open_vendor(self):
        self.sim = TencentSim(self.lab)
        return self.sim.vendor

    def upstreams(self):
        return [{"name": "tc", "type": "tencent", "url": self.vendor.url, "access_key": KEY[0], "api_key_file": self.secret(KEY[1]),
                 "call_rate": 10000, "contact": {"email": f"ops@{DOMAIN}"}}]

    def profiles(self):
        return [{"name": "default", "upstream": "tc", "product": "104",
                 "preferences": {"budget": {"new_orders": 10000, "period": "1d"}}}]

    @staticmethod
    def operation(call):
        return call["operation"]

    def name_of(self, story):
        return f"c.d{self.count}.example"    # its own primary domain: reissues under one wait for each other

    def domains(self):
        return [f"d{self.count}.example"]

    def make_ready(self, act, story, client, name):
        self.sim.control("POST", "/standing", {"domain": self.domains()[0], "way": "none" if story == "validated" else "dns"})
        if act == "REISSUE":
            self.obtain(client, name)
        return client

    def is_slow(self, slow):
        self.sim.set(issue_delay_s=1 if slow else 0)

    def until_it_ends(self, order, seconds, story, name):
        """A purchase carries no reference: what shows nowhere, an operator has to say."""
        started = time.monotonic()

        def has_ended():
            if time.monotonic() > started + 3:
                self.help(story, name)
            return order.refresh()["status"] in ("valid", "invalid")
        wait_until(has_ended, seconds, f"an end of {order.body}")

    def go_on(self, client, order, csr):
        super().go_on(client, order, csr)
        if order.status == "processing":
            try:
                self.speak(order.names()[0])
            except (AssertionError, ValueError):    # the server died over it: it is said again, while the run lasts
                time.sleep(0.05)

    def speak(self, name):
        """What an operator says who was told by the log to look, and has."""
        if "action_in_doubt" not in self.server.log()[self.spoken:]:
            return
        for action in json.loads(self.command("action", "list", "--state", "in_doubt", "--json"))["actions"]:
            empty = [one["id"] for one in self.at_vendor(name) if one["status_shown"] == 5]
            self.command("action", "resolve", str(action["id"]), *(("--found", empty[0]) if empty else ("--not-sent",)))
        self.spoken = len(self.server.log())

    def help(self, story, name):
        self.speak(name)
        if story != "validated":
            return
        for certificate in self.at_vendor(name):
            if certificate["status_shown"] == 0:
                self.sim.control("POST", "/dcv-pass", {"certificate": certificate["id"]})

    def at_vendor(self, name):
        """Records with the name, and those that were bought and have none."""
        return [one for one in self.sim.control("GET", "/orders")["orders"]
                if (one.get("names") or [""])[0] == name or (not one.get("names") and one["status_shown"] == 5)]

    def count_at_vendor(self, name):
        records = self.at_vendor(name)
        return sum(one["kind"] != "reissue" for one in records), sum(bool(one.get("serial")) for one in records)
