"""exactly_once_huawei - what exactly_once has to know of Huawei Cloud."""
import json
import re
import time

from exactly_once import HELPED, STORIES, VendorShop
from huawei_cloud import ACCOUNT, KEYS, PROJECT, HuaweiCloud
from lab import wait_until

DOMAIN = "tailorbird.example"


class Shop(VendorShop):
    spoken = 0    # so much of the log was read
    POSTS = {"NEW": "POST /v3/scm/certificates/buy"}
    PAID = ("NEW",)
    TOLD = [("NEW", story) for story in STORIES if story not in HELPED] + [("NEW", "validated")]

    def open_vendor(self):
        return HuaweiCloud(self.lab, "--set", "dcv_auto=yes")

    def upstreams(self):
        access, secret = KEYS["acme-bot"]
        return [{"name": "hw", "type": "huawei", "url": self.vendor.url, "access_key": access, "api_key_file": self.secret(secret),
                 "project_id": PROJECT, "account_id": ACCOUNT, "call_rate": 10000,
                 "contact": {"first_name": "Ada", "last_name": "Lovelace", "phone": "13800000000", "email": f"ops@{DOMAIN}"}}]

    def profiles(self):
        return [{"name": "default", "upstream": "hw", "product": "geotrust.dv_ssl_cert",
                 "preferences": {"budget": {"new_orders": 10000, "period": "1d"}}}]

    @staticmethod
    def operation(call):
        path = re.sub(r"(?<=/)(scs\d+|[0-9a-f]{32})(?=/|$)", "{}", call["path"])
        return f"{call['method']} {path}"

    def name_of(self, story):
        return f"c{self.count}.{DOMAIN}"

    def domains(self):
        return [DOMAIN]

    def make_ready(self, act, story, client, name):
        self.vendor.set(dcv_auto=story != "validated")
        return client

    def is_slow(self, slow):
        self.vendor.set(issue_delay_s=1 if slow else 0)

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
            empty = [one["id"] for one in self.at_vendor(name) if one["status"] == "PAID"]
            self.command("action", "resolve", str(action["id"]), *(("--found", empty[0]) if empty else ("--not-sent",)))
        self.spoken = len(self.server.log())

    def help(self, story, name):
        self.speak(name)
        if story != "validated":
            return
        for certificate in self.at_vendor(name):
            if certificate["status"] == "CHECKING_DOMAIN":
                self.vendor.control("POST", "/dcv-pass", {"certificate": certificate["id"]})

    def at_vendor(self, name):
        """Slots that were bought since the last story, and those with the name."""
        return [one for order in self.vendor.control("GET", "/orders")["orders"] for one in order["certificates"]
                if not one.get("form") or name in json.dumps(one)]

    def count_at_vendor(self, name):
        certificates = self.at_vendor(name)
        return len(certificates), sum(len(one.get("serials") or []) for one in certificates)
