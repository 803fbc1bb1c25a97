"""Multi-perspective corroboration (TLS Baseline Requirements, 3.2.2.9): perspectives in networks of their own.

Each scenario moves into a fresh network namespace, so that its addresses are nobody else's. There, a bridge is the internet:
10.77.0.53 is the name server, 10.77.0.80 the web server of all names below lab.example, and each perspective is a
namespace behind a cable. An attacker who diverts a network's traffic stands in that network with the same addresses.
"""
import base64
import hashlib
import json
import os
import re
import sqlite3

from acme_client import Client
from lab import TOP, ZONES, Alpn, Skip, Web, end_process, enter_network, free_port, merged, to_yaml, wait_until
from test_challenges import answer, finish, show_certificate, show_txt

DNS, WEB = "10.77.0.53", "10.77.0.80"
ZONE = {"example": ZONES["example"].replace("*.lab        A     127.0.0.1", f"*.lab        A     {WEB}")
                                   .replace("caa-ours.lab     A   127.0.0.1", f"caa-ours.lab     A   {WEB}")}
REGIONS = ["ripe-ncc", "apnic", "arin", "ripe-ncc", "apnic", "lacnic"]


def changed(zone, old, new):
    assert old in zone["example"]
    return {"example": zone["example"].replace(old, new)}


class Place:
    """A network behind a cable, with a perspective in it."""

    def __init__(self, world, number):
        self.world, self.lab, self.number = world, world.lab, number
        self.name, self.address, self.region = f"p{number}", f"10.77.0.{100 + number}", REGIONS[number - 1]
        self.port = free_port()
        self.folder = self.lab.folder / self.name
        self.folder.mkdir()
        holder = self.lab.popen(["unshare", "--net", "sleep", "1000"])
        wait_until(lambda: os.readlink(f"/proc/{holder.pid}/ns/net") != os.readlink("/proc/self/ns/net"))
        self.inside = ["nsenter", "-t", str(holder.pid), "-n"]
        world.ip(f"link add v{number} type veth peer name eth0 netns {holder.pid}")
        world.ip(f"link set v{number} master internet up")
        for command in ("link set lo up", f"address add {self.address}/24 dev eth0", "link set eth0 up"):
            self.lab.run([*self.inside, "ip", *command.split()])
        self.process = None

    def start(self):
        config = merged(self.world.validation(), {
            "perspective": {"listen": f"{self.address}:{self.port}", "certificate_file": str(self.world.pki / f"{self.name}.pem"),
                            "key_file": str(self.world.pki / f"{self.name}-key.pem"),
                            "client_ca_file": str(self.world.pki / "ca.pem")},
            "log": {"level": "debug"}})
        config["validation"]["tls_alpn_port"] = self.lab.tls_port
        (self.folder / "perspective.yaml").write_text(to_yaml(config))
        starts = self.log().count(" serving ")
        with open(self.folder / "log", "ab") as log:
            self.process = self.lab.popen([*self.inside, self.lab.binary, "perspective", "--config", "perspective.yaml"],
                                          cwd=self.folder, stdout=log, stderr=log)
        wait_until(lambda: self.log().count(" serving ") > starts, what=f"{self.name} serving")
        return self

    def log(self):
        file = self.folder / "log"
        return file.read_text() if file.exists() else ""

    def stop(self):
        self.process.terminate()
        assert self.process.wait(15) == 0, self.log()
        assert "Sanitizer" not in self.log() and "runtime error" not in self.log(), self.log()

    def divert(self, address):
        """Traffic of this network to the address does not leave it any more."""
        self.lab.run([*self.inside, "ip", "address", "add", f"{address}/32", "dev", "lo"])

    def lie(self, zone=None):
        """Another name server answers here; without a zone, all names are at the attacker's web server, in this network."""
        self.divert(DNS)
        self.lab.start_knot(zone or changed(ZONE, WEB, "127.0.0.1"), name=f"knot-{self.name}", address=DNS,
                            port=self.world.dns_port, wrapper=self.inside)

    def configuration(self):
        pki = self.world.pki
        return {"name": self.name, "url": f"https://{self.address}:{self.port}", "region": self.region,
                "ca_file": str(pki / "ca.pem"), "certificate_file": str(pki / "server.pem"),
                "key_file": str(pki / "server-key.pem")}


class World:
    """The internet of a scenario, a server in it, and so many perspectives."""

    def __init__(self, lab, perspectives, start=True):
        enter_network("perspectives")
        self.lab = lab
        self.ip("link set lo up")
        self.ip("link add internet type bridge")
        for address in ("10.77.0.1/24", f"{DNS}/24", f"{WEB}/24"):
            self.ip(f"address add {address} dev internet")
        self.ip("link set internet up")
        self.dns_port, _ = lab.start_knot(ZONE, address=DNS)
        lab._dns = f"{DNS}@{self.dns_port}"
        self.web = Web(lab.http_port, WEB)
        lab.closers.append(self.web.close)
        self.places = [Place(self, number) for number in range(1, perspectives + 1)]
        self.make_certificates()
        for place in self.places if start else []:
            place.start()

    def ip(self, command):
        self.lab.run(["ip", *command.split()])

    def make_certificates(self):
        """By the commands of the manual, for our perspectives."""
        self.pki = self.lab.folder / "pki"
        self.pki.mkdir()
        script = re.search(r"```sh\n(.*?)```", (TOP / "docs" / "perspectives.md").read_text(), re.S)[1]
        script = "\n".join(line for line in script.splitlines() if "issue frankfurt" not in line
                           and "issue singapore" not in line and "issue ashburn" not in line)
        for place in self.places:
            script += f"\nissue {place.name} serverAuth IP:{place.address}"
        self.lab.run(["sh", "-ec", script], cwd=self.pki)

    def validation(self):
        return {"validation": {"http_port": self.lab.http_port, "resolvers": [f"{DNS}@{self.dns_port}"], "dnssec": False,
                               "timeout": "3s", "allow": ["10.77.0.0/24", "127.0.0.0/8"]}}

    def server(self, **changes):
        config = merged(merged(self.validation(), {"perspectives": [p.configuration() for p in self.places]}), changes)
        return self.lab.server(config)

    def client(self, **changes):
        client = Client(self.server(**changes))
        client.register()
        return client


def observations(server, where):
    with sqlite3.connect(f"file:{server.database}?mode=ro", uri=True) as db:
        return db.execute(f"SELECT perspective, region, checked, outcome, address, detail FROM observation WHERE {where}"
                          " ORDER BY id").fetchall()


def show(server, number, *options):
    return server.lab.run([server.lab.binary, "authorization", "show", str(number), "--config", server.folder / "countersign.yaml",
                           *options], cwd=server.folder).stdout


def test_all_agree_and_all_that_was_seen_is_on_record(lab):
    world = World(lab, 3)
    client = world.client(upstreams=[{"name": "local", "type": "local", "caa_identities": ["ca.example"]}])
    order = client.new_order(["www.lab.example", "caa-ours.lab.example"])
    order.obtain(world.web)
    seen = observations(client.server, "authz_id = 1")
    assert [row[:5] for row in seen] == [
        ("", "", "http-01", "agrees", WEB), ("p1", "ripe-ncc", "http-01", "agrees", WEB),
        ("p2", "apnic", "http-01", "agrees", WEB), ("p3", "arin", "http-01", "agrees", WEB)], seen
    caa = observations(client.server, "action_id IS NOT NULL")
    assert [row[:4] for row in caa] == [("", "", "caa", "agrees"), ("p1", "ripe-ncc", "caa", "agrees"),
                                        ("p2", "apnic", "caa", "agrees"), ("p3", "arin", "caa", "agrees")], caa
    assert all("caa-ours.lab.example: allowed by the records at caa-ours.lab.example" in row[5] for row in caa), caa
    with sqlite3.connect(f"file:{client.server.database}?mode=ro", uri=True) as db:
        assert db.execute("SELECT checks FROM authz WHERE checked_s > 0").fetchall() == [
            ("http-01 seen from here; 3 of 3 other perspectives agree",)] * 2
        (checks,) = db.execute("SELECT checks FROM action WHERE checked_s > 0").fetchone()
    assert "www.lab.example: http-01 seen from here; 3 of 3" in checks and checks.endswith("caa: allowed for all names")
    text = show(client.server, 1)
    assert re.search(r"^checked +http-01 seen from here; 3 of 3 other perspectives agree$", text, re.M), text
    assert re.search(rf"Z  p2 +apnic +http-01 +agrees +{WEB} ", text) and "(the server)" in text, text
    listed = lab.run([lab.binary, "authorization", "list", "www.lab.example", "--config", client.server.folder / "countersign.yaml"],
                     cwd=client.server.folder).stdout.splitlines()
    assert len(listed) == 2 and re.search(r" valid .* http-01 +www\.lab\.example .* 3 of 3 other", listed[1]), listed
    shown = json.loads(show(client.server, 1, "--json"))
    assert shown["identifier"] == {"type": "dns", "value": shown["identifier"]["value"]} and shown["status"] == "valid"
    assert [o["checked"] for o in shown["observations"]] == ["http-01"] * 4 + ["caa"] * 4, shown
    for place in world.places:
        assert "perspective_validated method=http-01 name=www.lab.example valid=1" in place.log()
        assert "perspective_asked_caa" in place.log()
        place.stop()
    token = order.authorizations()[0][1]["challenges"][0]["token"]
    for log in [client.server.log()] + [place.log() for place in world.places]:
        assert token not in log and client.key.thumbprint not in log


def test_every_method_is_seen_from_elsewhere(lab):
    world = World(lab, 2)
    lab._alpn = Alpn(lab.tls_port, WEB)
    lab.closers.append(lab._alpn.close)
    methods = ["dns-01", "tls-alpn-01", "dns-account-01", "dns-persist-01"]
    client = world.client(validation={"issuer_domain_names": ["ca.lab.example"], "persist_records": ["url", "hash"]},
                          profiles=[{"name": "default", "challenges": methods}])
    label = "_" + base64.b32encode(hashlib.sha256(client.kid.encode()).digest()[:10]).decode().lower() + "."
    lab.run([lab.dns_hook(), "add", "_validation-persist.persist.lab.example",
             f"ca.lab.example; accounturi={client.kid}; policy=wildcard"])
    for name, method, show in (
            ("*.wild.lab.example", "dns-01", lambda body, challenge: show_txt(lab, client, body, challenge)),
            ("alpn.lab.example", "tls-alpn-01",
             lambda body, challenge: show_certificate(lab, client, "alpn.lab.example", challenge)),
            (WEB, "tls-alpn-01", lambda body, challenge: show_certificate(lab, client, WEB, challenge)),
            ("*.account.lab.example", "dns-account-01", lambda body, challenge: show_txt(lab, client, body, challenge, label)),
            ("*.persist.lab.example", "dns-persist-01", lambda body, challenge: None)):
        order = client.new_order([name])
        answer(client, order, method, show)
        finish(order)
    with sqlite3.connect(f"file:{client.server.database}?mode=ro", uri=True) as db:
        facts = [row[0] for row in db.execute("SELECT checks FROM authz ORDER BY id")]
    assert facts == [f"{method} seen from here; 2 of 2 other perspectives agree"
                     for method in ("dns-01", "tls-alpn-01", "tls-alpn-01", "dns-account-01", "dns-persist-01")], facts


def test_one_of_three_sees_another_dns_and_the_rest_is_enough(lab):
    world = World(lab, 3)
    world.places[2].lie()
    client = world.client()
    client.new_order(["www.lab.example"]).obtain(world.web)
    seen = {row[0]: row[3] for row in observations(client.server, "authz_id = 1")}
    assert seen["p3"] == "disagrees" and seen["p1"] == seen["p2"] == seen[""] == "agrees", seen
    assert "2 of 3 other perspectives agree" in client.server.log()


def test_two_of_three_disagree_and_are_named(lab):
    world = World(lab, 3)
    world.places[0].lie()
    world.places[2].lie()
    order = world.client().new_order(["www.lab.example"])
    order.answer_challenges(world.web)
    order.wait("invalid", seconds=60)
    error = order.body["error"]
    assert "1 of 3 other perspectives agrees (2 needed)" in error["detail"], error
    assert "not: p1, p3" in error["detail"], error
    assert [part["detail"].split(":")[0] for part in error["subproblems"]] == ["perspective p1", "perspective p3"], error
    for part in error["subproblems"]:
        assert part["identifier"] == {"type": "dns", "value": "www.lab.example"}
        assert part["type"] == error["type"] == "urn:ietf:params:acme:error:connection", error
        assert "127.0.0.1" in part["detail"], error    # where that perspective was sent to
    _, authorization = order.authorizations()[0]
    challenge = [c for c in authorization["challenges"] if c["type"] == "http-01"][0]
    assert challenge["status"] == "invalid" and len(challenge["error"]["subproblems"]) == 2


def test_a_server_whose_own_network_is_diverted_does_not_issue(lab):
    """The attack that all this is for: the attacker answers where the server looks, and nowhere else."""
    world = World(lab, 2)
    attacker = Web(lab.http_port, "10.77.0.1")
    lab.closers.append(attacker.close)
    port, _ = lab.start_knot(changed(ZONE, WEB, "10.77.0.1"), name="knot-of-the-attacker", address="10.77.0.1")
    client = world.client(validation={"resolvers": [f"10.77.0.1@{port}"]})
    order = client.new_order(["www.lab.example"])
    order.answer_challenges(attacker)
    order.wait("invalid", seconds=60)
    assert attacker.requests, "the server did not look at all"
    assert "0 of 2 other perspectives agree (1 needed)" in order.body["error"]["detail"], order.body["error"]
    assert order.body["error"]["type"] == "urn:ietf:params:acme:error:unauthorized"


def test_one_is_down_and_comes_back(lab):
    world = World(lab, 3)
    world.places[1].stop()
    client = world.client()
    client.new_order(["www.lab.example"]).obtain(world.web)
    seen = {row[0]: row for row in observations(client.server, "authz_id = 1")}
    assert seen["p2"][3] == "silent" and "refused" in seen["p2"][5], seen
    assert "perspective_silent perspective=p2" in client.server.log()
    world.places[1].start()
    client.new_order(["two.lab.example"]).obtain(world.web)
    seen = {row[0]: row[3] for row in observations(client.server, "authz_id = 2")}
    assert seen == {"": "agrees", "p1": "agrees", "p2": "agrees", "p3": "agrees"}, seen


def test_a_perspective_that_hangs_costs_a_second_and_no_more(lab):
    world = World(lab, 3)
    world.places[2].process.send_signal(19)    # SIGSTOP: connections are taken, and nothing is said
    client = world.client()
    client.new_order(["www.lab.example"]).obtain(world.web)
    seen = {row[0]: row[3] for row in observations(client.server, "authz_id = 1")}
    assert seen["p3"] == "silent" and seen["p1"] == seen["p2"] == "agrees", seen
    world.places[2].process.send_signal(18)


def test_caa_that_others_see_differently_forbids(lab):
    world = World(lab, 2)
    client = world.client(upstreams=[{"name": "local", "type": "local", "caa_identities": ["ca.example"]}])
    order = client.new_order(["www.lab.example"]).prove(world.web)
    for place in world.places:
        place.lie(changed(ZONE, "caa-other.lab    CAA", 'www.lab A 10.77.0.80\nwww.lab CAA 0 issue "other-ca.example"\n'
                                                        "caa-other.lab    CAA"))
    order.finalize().ok()
    order.wait("invalid", seconds=60)
    error = order.body["error"]
    assert error["type"] == "urn:ietf:params:acme:error:caa" and "0 of 2 other" in error["detail"], error
    assert "names are refused" not in error["detail"], error
    assert all("it names other certificate authorities" in part["detail"] for part in error["subproblems"]), error


def test_caa_that_others_see_differently_for_one_name_of_several(lab):
    world = World(lab, 2)
    client = world.client(upstreams=[{"name": "local", "type": "local", "caa_identities": ["ca.example"]}])
    order = client.new_order(["two.lab.example", "www.lab.example"]).prove(world.web)
    for place in world.places:
        place.lie(changed(ZONE, "caa-other.lab    CAA", 'www.lab A 10.77.0.80\nwww.lab CAA 0 issue "other-ca.example"\n'
                                                        "caa-other.lab    CAA"))
    order.finalize().ok()
    order.wait("invalid", seconds=60)
    error = order.body["error"]
    assert error["type"] == "urn:ietf:params:acme:error:caa" and "0 of 2 other" in error["detail"], error
    assert [(part["identifier"]["value"], part["detail"].split(":")[0]) for part in error["subproblems"]] == [
        ("www.lab.example", "perspective p1"), ("www.lab.example", "perspective p2")], error


def curl(world, place, *options):
    """What a perspective answers to a request by hand: its status, 000 without any."""
    return world.lab.run(["curl", "-sS", "--noproxy", "*", "-o", "answer", "-w", "%{http_code}", "--cacert", world.pki / "ca.pem",
                          *options, f"https://{place.address}:{place.port}/perspective/1/validate"], check=False).stdout[-3:]


def test_only_clients_of_the_ca_are_answered(lab):
    world = World(lab, 1)
    place = world.places[0]
    mine = ["--cert", world.pki / "server.pem", "--key", world.pki / "server-key.pem"]
    json_body = ["-H", "Content-Type: application/json", "-d"]
    good = json.dumps({"method": "http-01", "identifier": {"type": "dns", "value": "www.lab.example"}, "wildcard": False, "token": "t",
                       "key_authorization": "t.k", "account_url": "https://acme.example/1", "timeout_ms": 1000})
    assert curl(world, place, *mine, *json_body, good) == "200"
    assert json.loads((lab.folder / "answer").read_text())["valid"] is False
    for options, status in (((*json_body, "{}"), "400"), (("-d", good), "415"), ((), "405"),
                            ((*json_body, good[:-1] + ',"more":1}'), "400"),
                            ((*json_body, good.replace("http-01", "http-02")), "400"),
                            ((*json_body, good.replace("www.", "*.")), "400")):
        assert curl(world, place, *mine, *options) == status, options
    assert curl(world, place, *json_body, good) == "000", "no certificate"
    own = ["--cert", world.pki / "p1.pem", "--key", world.pki / "p1-key.pem"]
    assert curl(world, place, *own, *json_body, good) == "000", "a perspective's certificate"
    other = lab.folder / "other"
    other.mkdir()
    lab.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
             "/CN=Perspectives", "-addext", "extendedKeyUsage=clientAuth", "-keyout", "key.pem", "-out", "cert.pem"], cwd=other)
    assert curl(world, place, "--cert", other / "cert.pem", "--key", other / "key.pem", *json_body, good) == "000", "another CA's"
    assert curl(world, place, *mine, "--tls-max", "1.1", *json_body, good) == "000", "TLS 1.1"
    assert place.log().count("tls_client_refused") >= 3
    place.stop()


def test_a_server_with_a_wrong_certificate_has_no_perspectives(lab):
    world = World(lab, 2)
    wrong = [{**place.configuration(), "certificate_file": str(world.pki / "p1.pem"), "key_file": str(world.pki / "p1-key.pem")}
             for place in world.places]
    client = Client(lab.server(merged(world.validation(), {"perspectives": wrong})))
    client.register()
    order = client.new_order(["www.lab.example"])
    order.answer_challenges(world.web)
    order.wait("invalid", seconds=60)
    assert order.body["error"]["type"] == "urn:ietf:params:acme:error:serverInternal", order.body
    assert "0 of 2 other perspectives agree" in order.body["error"]["detail"]
    assert "tls_client_refused" in world.places[0].log() and "unsuitable certificate purpose" in world.places[0].log()


def test_a_stop_answers_what_is_open(lab):
    world = World(lab, 1)
    place = world.places[0]
    world.web.files["/.well-known/acme-challenge/slow"] = lambda request: (wait_until(lambda: "stopping" in place.log(), 10),
                                                                           request.answer(200, b"slow.k"))
    good = json.dumps({"method": "http-01", "identifier": {"type": "dns", "value": "www.lab.example"}, "wildcard": False, "token": "slow",
                       "key_authorization": "slow.k", "account_url": "https://acme.example/1", "timeout_ms": 3000})
    asking = lab.popen(["curl", "-sS", "--noproxy", "*", "-o", "answer", "--cacert", world.pki / "ca.pem",
                        "--cert", world.pki / "server.pem", "--key", world.pki / "server-key.pem", "-H",
                        "Content-Type: application/json", "-d", good,
                        f"https://{place.address}:{place.port}/perspective/1/validate"], cwd=lab.folder)
    wait_until(lambda: world.web.requests, what="the request")
    place.stop()
    assert asking.wait(10) == 0
    assert json.loads((lab.folder / "answer").read_text()) == {"valid": True, "address": WEB}
    end_process(asking)
