"""exactly_once_digicert - what exactly_once has to know of DigiCert CertCentral."""
import json
import re
import time

from certcentral import CertCentral, DAY, ORGANIZATION
from exactly_once import HELPED, STORIES, VendorShop


class Shop(VendorShop):
    POSTS = {"NEW": "POST /order/certificate/{}", "RENEW": "POST /order/certificate/{}",
             "REISSUE": "POST /order/certificate/{}/reissue", "DUPLICATE": "POST /order/certificate/{}/duplicate"}
    PAID = ("NEW", "RENEW")
    # The vendor validates a domain that is new to it once: all but a new order find it validated.
    TOLD = [(act, story) for act in ("NEW", "REISSUE", "DUPLICATE", "RENEW") for story in STORIES if story not in HELPED]
    TOLD += [("NEW", "validated"), ("NEW", "approved"), ("REISSUE", "approved")]

    def open_vendor(self):
        vendor = CertCentral(self.lab)
        vendor.set(renewal_window_days=400)    # whatever the day, an order can be renewed
        return vendor

    def upstreams(self):
        dc = {"type": "digicert", "url": f"{self.vendor.url}/services/v2", "api_key_file": self.secret("sim-admin"),
              "organization_id": str(ORGANIZATION)}
        return [{"name": "dc", **dc}, {"name": "approved", "skip_approval": False, **dc}]

    def profiles(self):
        return [self.profile("default"), self.profile("renewing", renew_before_order_end="366d", renewal_window="366d"),
                {**self.profile("approved"), "upstream": "approved"}]

    @staticmethod
    def profile(name, **preferences):
        return {"name": name, "upstream": "dc", "product": "ssl_basic", "validation": "OV",
                "preferences": {"budget": {"new_orders": 10000, "period": "1d"}, **preferences}}

    @staticmethod
    def operation(call):
        path = call["path"].removeprefix("/services/v2")
        if re.fullmatch(r"/order/certificate/[a-z][a-z_]+", path) and call["method"] == "POST":
            path = "/order/certificate/{}"
        path = re.sub(r"(?<=/)(\d+|countersign-[0-9a-f]+)(?=/|$)", "{}", path)
        path = re.sub(r"/format/[a-z_]+$", "/format/{}", path)
        return f"{call['method']} {re.sub(r'^/order/alternate/.*', '/order/alternate/{}', path)}"

    def name_of(self, story):
        if story == "validated":    # a domain that the vendor does not know
            return f"www.d{self.count}.example"
        return f"c{self.count}.tailorbird.example"

    def domains(self):
        return "tailorbird.example", f"d{self.count}.example"

    def make_ready(self, act, story, client, name):
        if act != "NEW":
            self.obtain(client, name, story="approved" if story == "approved" else "straight")
        if act == "DUPLICATE":
            client = self.account(f"t{self.count}")
        if act == "RENEW":
            self.tell_its_end(self.at_vendor(name)[0]["id"])
        return client

    def tell_its_end(self, vendor_order):
        """As the vendor's portal exports it."""
        end = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() + 365 * DAY))
        file = self.server.folder / "ends.json"
        file.write_text(json.dumps({"orders": [{"id": str(vendor_order), "order_end": end}]}))
        self.command("inventory", "import", file, "--upstream", "dc", "--vendor", "digicert")

    def profile_of(self, act, story):
        if act == "RENEW":
            return "renewing"
        return "approved" if story == "approved" else "default"

    def is_slow(self, slow):
        self.vendor.set(issue_delay_s=1 if slow else 0)

    def help(self, story, name):
        for order in self.at_vendor(name):
            if story == "validated":
                self.vendor.control("POST", "/dcv-pass", {"domain": name.partition(".")[2]})
            elif any(request["status"] == "pending" for request in order["requests"]):
                self.vendor.control("POST", "/approve", {"order": order["id"]})

    def at_vendor(self, name):
        return [order for order in self.vendor.control("GET", "/orders")["orders"] if name in json.dumps(order)]

    def count_at_vendor(self, name):
        orders = [order for order in self.at_vendor(name) if order["status"] not in ("rejected", "canceled")]
        return len(orders), sum(len(order["certificates"]) for order in orders)
