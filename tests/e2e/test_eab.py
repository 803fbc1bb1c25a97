"""External accounts (RFC 8555, 7.3.4), the commands that make them, and orders whose names they vouch for."""
import json
import os
import socket
import sqlite3
import stat

from acme_client import MACS, Client, Key, in_threads, make_binding, unb64
from clients import (certbot, create_eab, dehydrated, lego, uacme, uacme_place, verify_certbot, verify_dehydrated, verify_lego,
                     verify_uacme, webroot)
from lab import wait_until


def command(lab, server, *words, check=True):
    return lab.run([lab.binary, "eab", *words, "--config", server.folder / "countersign.yaml"], check, cwd=server.folder)


def create(lab, server, *words):
    """{"kid": ..., "key": ..., ...}"""
    made = create_eab(lab, server, *words)
    assert len(unb64(made["key"])) == 64 and made["key"][0] != "-", made
    return made


def keys(lab, server):
    return {key["kid"]: key for key in json.loads(command(lab, server, "list", "--json").stdout)["keys"]}


def bound(server, eab, **members):
    client = Client(server)
    answer = client.register(externalAccountBinding=make_binding(client, eab), **members)
    return client, answer


def required(lab, **config):
    return lab.server({"accounts": {"external_account_required": True}, **config})


def test_accounts_need_one(lab):
    server = required(lab)
    client = Client(server)
    url = client.directory["newAccount"]
    assert client.directory["meta"]["externalAccountRequired"] is True
    client.post(url, {}, by_key=True).refused(403, "externalAccountRequired", "operator")
    client.post(url, {"externalAccountBinding": None}, by_key=True).refused(403, "externalAccountRequired")
    client.post(url, {"onlyReturnExisting": True}, by_key=True).refused(400, "accountDoesNotExist")

    for alg in MACS:
        client, eab = Client(server), create(lab, server)
        jws = make_binding(client, eab, alg)
        answer = client.register(externalAccountBinding=jws)
        assert answer.json()["externalAccountBinding"] == jws, answer.json()
        assert client.post(client.kid).ok().json()["externalAccountBinding"] == jws
        # The account is there: neither asking again nor a new key needs a binding, whatever it says.
        client.post(url, {"onlyReturnExisting": True}, by_key=True).ok(200)
        for again in ({}, {"externalAccountBinding": jws}, {"externalAccountBinding": "x"}):
            assert client.post(url, again, by_key=True).ok(200).location() == client.kid
        assert client.post(client.kid, {"contact": []}).ok().json()["externalAccountBinding"] == jws
        client.new_order(["any.lab.example"]).obtain(lab.web)


def test_not_required_but_checked(lab):
    server = lab.server()
    client = Client(server)
    assert "externalAccountRequired" not in client.directory["meta"]
    assert "externalAccountBinding" not in client.register().json()
    client, eab = Client(server), create(lab, server)
    client.post(client.directory["newAccount"], {"externalAccountBinding": make_binding(client, eab, key=b"x" * 64)},
                by_key=True).refused(403, "unauthorized")
    assert "externalAccountBinding" in client.register(externalAccountBinding=make_binding(client, eab)).json()


def test_each_check(lab):
    server = required(lab)
    client, eab = Client(server), create(lab, server, "--label", "each check")
    url = client.directory["newAccount"]

    def refused(jws, status=400, kind="malformed", word=""):
        client.post(url, {"externalAccountBinding": jws}, by_key=True).refused(status, kind, word)

    good = make_binding(client, eab)
    for odd in ("x", 7, [], [good], {}, {**good, "signatures": []}, {**good, "header": {}}):
        refused(odd)
    for part in good:
        refused({name: value for name, value in good.items() if name != part}, word=part)
        refused({**good, part: good[part] + "="})
    refused(make_binding(client, eab, nonce=client.nonce()), word="nonce")
    refused(make_binding(client, eab, url=client.directory["newOrder"]), word="url")
    refused(make_binding(client, eab, url=None), word="url")
    refused(make_binding(client, eab, kid=None), word="kid")
    refused(make_binding(client, eab, kid=None, jwk=client.key.jwk), word="kid")
    refused(make_binding(client, eab, crit=["b64"]), word="crit")
    for alg in ("none", "ES256", "HS1", "hs256", ""):
        refused(make_binding(client, eab, alg))
    refused(make_binding(client, eab, payload=Key().jwk), word="key")
    refused(make_binding(client, eab, payload={}), 400, "badPublicKey")
    refused(make_binding(client, eab, payload=[]), 400, "badPublicKey")
    refused(make_binding(client, {**eab, "kid": "nobody"}), 403, "unauthorized", "nobody")
    refused(make_binding(client, eab, key=unb64(eab["key"])[:-1]), 403, "unauthorized", eab["kid"])
    refused({**make_binding(client, eab, "HS512"), "protected": good["protected"]}, 403, "unauthorized")
    refused({**good, "signature": good["signature"][:-7]}, 403, "unauthorized")
    other = make_binding(Client(server), eab)
    refused(other, word="key")
    # None of this counted; the members of the key may stand in any order.
    assert keys(lab, server)[eab["kid"]]["uses_left"] == 1
    client.register(externalAccountBinding=make_binding(client, eab, payload=dict(reversed(client.key.jwk.items()))))
    assert keys(lab, server)[eab["kid"]]["state"] == "used"


def test_uses_expiry_and_revocation(lab):
    server = required(lab)

    def refused(eab, word):
        client = Client(server)
        client.post(client.directory["newAccount"], {"externalAccountBinding": make_binding(client, eab)},
                    by_key=True).refused(403, "unauthorized", word)

    once, thrice, any_number = create(lab, server), create(lab, server, "--uses", "3"), create(lab, server, "--uses", "unlimited")
    for eab, count in ((once, 1), (thrice, 3), (any_number, 5)):
        for _ in range(count):
            bound(server, eab)
    refused(once, "all the accounts")
    refused(thrice, "all the accounts")
    listed = keys(lab, server)
    assert [listed[eab["kid"]]["accounts"] for eab in (once, thrice, any_number)] == [1, 3, 5]
    assert listed[thrice["kid"]]["uses_left"] == 0 and "uses_left" not in listed[any_number["kid"]]

    # Asked for by many at once, it makes as many accounts as it may.
    eab, statuses = create(lab, server, "--uses", "2"), []

    def ask(_):
        client = Client(server)
        answer = client.post(client.directory["newAccount"], {"externalAccountBinding": make_binding(client, eab)}, by_key=True)
        statuses.append(answer.status)

    in_threads(6, ask)
    assert sorted(statuses) == [201, 201, 403, 403, 403, 403], statuses

    soon = create(lab, server, "--expires", "1s", "--uses", "unlimited")
    wait_until(lambda: keys(lab, server)[soon["kid"]]["state"] == "expired")
    refused(soon, "expired")

    # Revoked: no accounts, no orders; what was issued stays.
    eab = create(lab, server, "--uses", "unlimited")
    client, _ = bound(server, eab)
    order = client.new_order(["a.lab.example"])
    order.obtain(lab.web)
    ready = client.new_order(["b.lab.example"]).prove(lab.web)
    command(lab, server, "revoke", eab["kid"])
    ready.finalize().refused(403, "unauthorized", "revoked")
    refused(eab, "revoked")
    client.post(client.directory["newOrder"], {"identifiers": [{"type": "dns", "value": "a.lab.example"}]}).refused(
        403, "unauthorized", "revoked")
    client.revoke(order.der()).ok()
    assert keys(lab, server)[eab["kid"]]["state"] == "revoked"
    assert command(lab, server, "revoke", eab["kid"], check=False).returncode == 1
    assert command(lab, server, "revoke", "nobody", check=False).returncode == 1


def test_names_and_profiles(lab):
    server = required(lab, profiles=[{"name": "default"}, {"name": "short", "validity": "6d"}])
    client, _ = bound(server, create(lab, server, "--name", "Corp.Lab.Example", "--name", "one.lab.example",
                                     "--profile", "default", "--tenant", "corp"))
    for name in ("corp.lab.example", "www.corp.lab.example", "a.b.c.corp.lab.example", "one.lab.example"):
        client.new_order([name])
    client.new_order(["corp.lab.example", "www.one.lab.example"]).obtain(lab.web)

    def refused(names, kind="rejectedIdentifier", status=400, **members):
        identifiers = [{"type": "dns", "value": name} for name in names]
        return client.post(client.directory["newOrder"], {"identifiers": identifiers, **members}).refused(status, kind)

    for name in ("lab.example", "xcorp.lab.example", "corp.lab.example.org", "two.lab.example", "example"):
        refused([name])
    problem = refused(["www.corp.lab.example", "two.lab.example", "three.lab.example"], "compound")
    assert [part["identifier"]["value"] for part in problem["subproblems"]] == ["three.lab.example", "two.lab.example"], problem

    rows = sqlite3.connect(f"file:{server.database}?mode=ro", uri=True).execute("SELECT tenant FROM account").fetchall()
    assert rows == [("corp",)], rows
    assert stat.S_IMODE(os.stat(server.database).st_mode) == 0o600

    # What is to be pasted leads where the key is good for something.
    for profiles, address in ((("default", "short"), "/acme/directory"), (("short",), "/acme/short/directory")):
        made = create(lab, server, *(word for profile in profiles for word in ("--profile", profile)))
        assert made["directory"] == server.url + address, made
    short = Client(server)
    short._directory = short.get(made["directory"]).ok().json()
    short.register(externalAccountBinding=make_binding(short, made))
    assert short.new_order(["any.lab.example"]).body["profile"] == "short"


def test_actions_and_budget(lab):
    server = required(lab)
    every = ["enroll", "reissue", "duplicate", "renew"]
    plain = create(lab, server)
    assert plain["actions"] == every and "budget" not in plain, plain
    made = create(lab, server, "--tenant", "web", "--actions", "reissue,duplicate", "--budget", "5/30d")
    none = create(lab, server, "--tenant", "web", "--actions", ",".join(every), "--budget", "0/12h")
    server.stop()
    server.start()
    listed = keys(lab, server)
    assert listed[plain["kid"]]["actions"] == every and "budget" not in listed[plain["kid"]]
    assert listed[made["kid"]]["actions"] == ["reissue", "duplicate"]
    assert listed[made["kid"]]["budget"] == {"new_orders": 5, "period_s": 30 * 86400}
    assert listed[none["kid"]]["actions"] == every and listed[none["kid"]]["budget"] == {"new_orders": 0, "period_s": 43200}
    rows = {line.split()[0]: line for line in command(lab, server, "list").stdout.splitlines()}
    assert " all " in rows[plain["kid"]] and " profile's " in rows[plain["kid"]], rows
    assert " reissue, duplicate " in rows[made["kid"]] and " 5/30d " in rows[made["kid"]], rows
    assert " all " in rows[none["kid"]] and " 0/12h " in rows[none["kid"]], rows

    for budget in ("5", "/30d", "5/", "5/0", "-/30d", "5/30w", "5/1/2", "x/30d", "off"):
        done = command(lab, server, "create", "--tenant", "web", "--budget", budget, check=False)
        assert done.returncode == 2 and "such as 5/30d" in done.stdout, done.stdout
    for words, why in ((["--actions", "buy"], '"buy" is not an action: enroll, reissue, duplicate or renew'),
                       (["--actions", ""], '"" is not an action'),
                       (["--actions", "enroll,,renew"], '"" is not an action'),
                       (["--actions", "new"], '"new" is not an action'),
                       (["--tenant", "web", "--budget", "-1/30d"], "0 to 1000000"),
                       (["--tenant", "web", "--budget", "1000001/30d"], "0 to 1000000"),
                       (["--tenant", "web", "--budget", "1/4000d"], "ten years"),
                       (["--budget", "1/30d"], "say whose")):
        done = command(lab, server, "create", *words, check=False)
        assert done.returncode == 1 and why in done.stdout, done.stdout
    assert len(keys(lab, server)) == 3


def test_a_profile_for_external_accounts_only(lab):
    server = lab.server({"profiles": [{"name": "default", "external_account_required": True}]})
    client = Client(server)
    client.register()
    client.post(client.directory["newOrder"], {"identifiers": [{"type": "dns", "value": "a.lab.example"}]}).refused(
        403, "unauthorized", "external account")
    client, _ = bound(server, create(lab, server))
    client.new_order(["a.lab.example"]).obtain(lab.web)


def test_prevalidated(lab):
    server = required(lab, validation={"http_port": 1})    # no challenge could ever be met
    eab = create(lab, server, "--prevalidated", "--name", "balancer.lab.example")
    assert eab["prevalidated"] is True
    client, _ = bound(server, eab)
    order = client.new_order(["a.balancer.lab.example", "balancer.lab.example", "*.balancer.lab.example"])
    assert order.status == "ready", order.body
    for url, body in order.authorizations():
        assert body["status"] == "valid", body
        [challenge] = body["challenges"]
        assert challenge["type"] == "prevalidated" and challenge["status"] == "valid" and challenge["validated"], body
        client.post(challenge["url"]).ok()
        assert client.post(challenge["url"], {}).ok().json()["status"] == "valid"
    order.take(order.finalize().ok().json())
    if order.status != "valid":
        order.wait("valid")
    order.download()
    client.post(client.directory["newOrder"], {"identifiers": [{"type": "dns", "value": "lab.example"}]}).refused(
        400, "rejectedIdentifier")

    # Deactivated, an authorization vouches for nothing any more.
    order = client.new_order(["b.balancer.lab.example"])
    client.post(order.body["authorizations"][0], {"status": "deactivated"}).ok()
    assert order.refresh()["status"] == "invalid"

    # Only for names that are named, and only for accounts of this key.
    assert command(lab, server, "create", "--prevalidated", check=False).returncode == 1
    other, _ = bound(server, create(lab, server))
    assert other.new_order(["balancer.lab.example"]).status == "pending"


def test_commands(lab):
    server = lab.server()
    said = command(lab, server, "create", "--name", "shop.example", "--name", "b.example").stdout
    assert said.count("--domain shop.example") == said.count("--domains shop.example") == 1, said
    assert "www.example.com" not in said, said
    said = command(lab, server, "create", "--label", "for people", "--uses", "2").stdout
    kid, key = (line.split()[1] for line in said.splitlines()[:2])
    for words in (f"--eab-kid {kid} --eab-hmac-key {key}", f"--kid {kid} --hmac {key}", f"key_id {kid}", f"mac_key {key}",
                  f"hmacEncoded: {key}", server.directory):
        assert words in said, words
    table = command(lab, server, "list").stdout
    assert kid in table and "for people" in table and key not in table
    assert key not in json.dumps(keys(lab, server)[kid]) and key not in server.log()

    def misused(*words):
        done = command(lab, server, *words, check=False)
        assert done.returncode == 2 and done.stdout.startswith("countersign eab"), done.stdout

    misused()
    misused("make")
    misused("create", "--uses", "0")
    misused("create", "--uses", "many")
    misused("create", "--expires", "tomorrow")
    misused("create", "extra")
    misused("revoke")
    misused("revoke", "../../x")
    misused("list", "--tenant", "x")
    for words in (["--name", "*.lab.example"], ["--name", "b c@d"], ["--name", "*@d.example"], ["--profile", "none"], ["--label", "x" * 101], ["--label", "ä"],
                  ["--uses", "5000000000"]):
        done = command(lab, server, "create", *words, check=False)
        assert done.returncode == 1 and done.stdout.startswith("countersign eab create: "), done.stdout
    assert len(keys(lab, server)) == 2

    # A reload tells the admin API of new profiles.
    server.config["profiles"] = [{"name": "default"}, {"name": "other"}]
    server.write_config()
    server.signal(1)
    wait_until(lambda: command(lab, server, "create", "--profile", "other", check=False).returncode == 0)


def test_the_socket(lab):
    server = lab.server()
    path = server.data / "admin.sock"
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600

    def ask(text):
        with socket.socket(socket.AF_UNIX) as client:
            here = os.getcwd()
            os.chdir(server.folder)    # the whole path may be too long for a socket's address
            client.connect("countersign-data/admin.sock")
            os.chdir(here)
            client.sendall(text)
            answer = b""
            while part := client.recv(65536):
                answer += part
            return answer

    def request(line, body=b""):
        return ask(b"%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (line, len(body), body))

    assert request(b"GET /eab").startswith(b"HTTP/1.1 200 ") and b'{"keys":[]}' in request(b"GET /eab")
    for line, status in ((b"GET /", 404), (b"PUT /eab", 404), (b"GET /eab/x/revoke", 404), (b"POST /eab/x/revoke", 404),
                         (b"POST /eab//revoke", 404), (b"POST /eab/x/y/revoke", 404), (b"GET /acme/directory", 404)):
        assert request(line).startswith(b"HTTP/1.1 %d " % status), line
    for body in (b"", b"[]", b"{", b'{"names":"x"}', b'{"names":[7]}', b'{"uses":0}', b'{"uses":-2}', b'{"uses":"1"}',
                 b'{"lifetime_s":-1}', b'{"tenant":7}', b'{"profiles":["x"]}', b'{"prevalidated":true}', b'{"prevalidated":1}',
                 b'{"label":"\\n"}', b'{"names":["a.example"],"names":[]}'):
        assert request(b"POST /eab", body).startswith(b"HTTP/1.1 400 "), body
    assert ask(b"NONSENSE\r\n\r\n").startswith(b"HTTP/1.1 400 ")

    # Another server leaves it alone; the end removes it; what a killed one leaves behind is replaced.
    other = lab.server({"store": "sqlite:./other.db", "listen": {"admin_socket": "../server/countersign-data/admin.sock"}},
                       start=False, folder=lab.folder / "other").launch()
    assert other.wait() == 1 and "another server listens" in other.log()
    server.kill()
    assert path.exists()
    server.start()
    keys(lab, server)
    assert server.stop() == 0 and not path.exists()
    done = command(lab, server, "list", check=False)
    assert done.returncode == 1 and "no server listens on" in done.stdout, done.stdout

    # What is not a socket is nobody's to remove; without a path there is no API.
    path.write_text("mine")
    server.launch()
    assert server.wait() == 1 and path.read_text() == "mine"
    server.config["listen"]["admin_socket"] = ""
    server.start()
    assert command(lab, server, "list", check=False).returncode == 2


# Real clients.

def test_certbot(lab):
    server, root = required(lab), webroot(lab)
    eab = create(lab, server, "--name", "certbot.lab.example")
    certbot(lab, server, "certonly", "--webroot", "--webroot-path", root, "--email", "admin@lab.example", "--agree-tos",
            "--eab-kid", eab["kid"], "--eab-hmac-key", eab["key"], "--domain", "certbot.lab.example")
    verify_certbot(lab, server, "certbot.lab.example")
    certbot(lab, server, "renew", "--force-renewal", "--no-random-sleep-on-renew")
    certbot(lab, server, "update_account", "--email", "other@lab.example")
    certbot(lab, server, "unregister")
    lab.saw("certbot", "EAB")


def test_certbot_with_a_name_that_needs_no_challenge(lab):
    server = required(lab, validation={"http_port": 1})
    eab = create(lab, server, "--name", "certbot.lab.example", "--prevalidated")
    certbot(lab, server, "certonly", "--standalone", "--http-01-port", str(lab.http_port), "--agree-tos",
            "--register-unsafely-without-email", "--eab-kid", eab["kid"], "--eab-hmac-key", eab["key"],
            "--domain", "certbot.lab.example")
    verify_certbot(lab, server, "certbot.lab.example")


def test_lego(lab):
    server, root = required(lab), webroot(lab)
    eab = create(lab, server)
    lego(lab, server, "lego.lab.example", "--eab", "--kid", eab["kid"], "--hmac", eab["key"], "--http", "--http.webroot", root,
         "run")
    verify_lego(lab, server, "lego.lab.example")
    lab.saw("lego", "EAB")


def test_dehydrated(lab):
    server, root = required(lab), webroot(lab)
    eab = create(lab, server)
    dehydrated(lab, server, "--register", "--accept-terms",
               config=f'WELLKNOWN="{root}/.well-known/acme-challenge"\nEAB_KID="{eab["kid"]}"\nEAB_HMAC_KEY="{eab["key"]}"\n')
    dehydrated(lab, server, "--cron", "--domain", "dehydrated.lab.example")
    verify_dehydrated(lab, server, "dehydrated.lab.example")
    lab.saw("dehydrated", "EAB")


def test_uacme(lab):
    server, root = required(lab), webroot(lab)
    eab = create(lab, server)
    uacme(lab, server, "--eab", f"{eab['kid']}:{eab['key']}", "new", "admin@lab.example")
    uacme(lab, server, "--type", "EC", "newkey")
    uacme(lab, server, "issue", "uacme.lab.example", **uacme_place(root))
    verify_uacme(lab, server, "uacme.lab.example")
    lab.saw("uacme", "EAB", "rollover")
