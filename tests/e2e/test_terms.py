"""Terms of service that change (RFC 8555, 7.3.3): who must agree again is told where, and a human does it there."""
import re
import signal

from acme_client import Client
from clients import certbot, webroot
from lab import wait_until

FIRST, SECOND = "https://www.lab.example/terms/1", "https://www.lab.example/terms/2?a=1&b=2"


def change_terms(server, terms, **accounts):
    server.config["accounts"] = {"terms_of_service": terms, **accounts}
    server.write_config()
    before = server.log().count("reloaded")
    server.signal(signal.SIGHUP)
    wait_until(lambda: server.log().count("reloaded") > before, what="the reload")
    wait_until(lambda: Client(server).directory["meta"].get("termsOfService") == (terms or None), what="the new terms")


def browse(lab, server, url, *more):
    """A page, as a browser fetches it or sends its form: (status, type, text)."""
    out = lab.run(["curl", "-sS", "--noproxy", "*", "--cacert", server.ca, "-w", "\n%{http_code} %{content_type}", *more, url]).stdout
    text, last = out.rsplit("\n", 1)
    status, kind = last.split(" ", 1)
    return int(status), kind, text


def form_of(text):
    [value] = re.findall(r'<input type="hidden" name="terms" value="([A-Za-z0-9_-]+)">', text)
    return ["-d", f"terms={value}"]


def ask(client):
    return client.post(client.directory["newOrder"], {"identifiers": [{"type": "dns", "value": "www.lab.example"}]})


def test_terms_that_change(lab):
    server = lab.server({"accounts": {"terms_of_service": FIRST}})
    client, old = Client(server), Client(server)
    answer = client.post(client.directory["newAccount"], {}, by_key=True)
    problem = answer.refused(403, "userActionRequired", FIRST)
    assert problem["instance"] == FIRST and answer.links("terms-of-service") == [FIRST]
    for one in (client, old):
        one.register()
    issued = client.new_order(["www.lab.example"])
    issued.obtain(lab.web)
    under_way = client.new_order(["later.lab.example"])

    change_terms(server, SECOND)
    assert "terms_to_be_agreed_to accounts=2" in server.log()
    answer = ask(client)
    problem = answer.refused(403, "userActionRequired", "terms of service have changed")
    page = problem["instance"]
    assert page.startswith(server.url + "/terms/") and page in problem["detail"]
    assert answer.links("terms-of-service") == [SECOND]
    # What was ordered is issued; reading and revoking need no agreement.
    under_way.obtain(lab.web)
    assert client.post(client.kid).ok().json()["status"] == "valid"
    client.revoke(issued.der()).ok()
    # A client's word is not enough.
    client.post(client.kid, {"termsOfServiceAgreed": True}).ok()
    client.post(client.directory["newAccount"], {"termsOfServiceAgreed": True}, by_key=True).ok(200)
    assert ask(client).refused(403, "userActionRequired")["instance"] == page

    status, kind, text = browse(lab, server, page)
    assert status == 200 and kind == "text/html; charset=utf-8" and client.kid in text
    assert f'href="{SECOND.replace("&", "&amp;")}"' in text and FIRST in text
    assert ask(client).status == 403, "looking at the page is no agreement"
    assert browse(lab, server, page, "-d", "terms=yes")[0] == 409 and ask(client).status == 403
    status, _, text = browse(lab, server, page, *form_of(text))
    assert status == 200 and "<form" not in text, text
    ask(client).ok(201)
    ask(old).refused(403, "userActionRequired")    # each account for itself
    assert page.rsplit("/", 1)[1] not in server.log(), "the page's address stands in the log"

    assert server.stop() == 0
    server.start()
    ask(client).ok(201)
    change_terms(server, FIRST, agree_again=False)
    ask(client).ok(201)
    change_terms(server, "")
    ask(old).ok(201)
    assert browse(lab, server, page)[0] == 404


def test_addresses_of_pages(lab):
    server = lab.server({"accounts": {"terms_of_service": FIRST}})
    client = Client(server)
    client.register()
    handle = client.kid.rsplit("/", 1)[1]
    for path in ("/terms/", "/terms", f"/terms/{handle}", "/terms/" + "A" * 22, "/terms/1"):
        assert browse(lab, server, server.url + path)[0] == 404, path
        assert browse(lab, server, server.url + path, "-d", "terms=x")[0] == 404, path


def test_certbot_is_told_where(lab):
    server, root = lab.server({"accounts": {"terms_of_service": FIRST}}), webroot(lab)

    def obtain():
        certbot(lab, server, "certonly", "--webroot", "--webroot-path", root, "--email", "admin@lab.example",
                "--agree-tos", "--force-renewal", "--domain", "certbot.lab.example")

    obtain()
    change_terms(server, SECOND)
    try:
        obtain()
    except AssertionError:
        pass
    else:
        raise AssertionError("certbot obtained a certificate though the terms have changed")
    log = (lab.folder / "certbot-logs" / "letsencrypt.log").read_text()
    [page] = set(re.findall(server.url + r"/terms/[A-Za-z0-9_-]+", log))
    _, _, text = browse(lab, server, page)
    browse(lab, server, page, *form_of(text))
    obtain()
