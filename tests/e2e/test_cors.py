"""Web pages as clients: what a browser asks first, and what its scripts may read (RFC 8555, 6.1)."""
from acme_client import Client

ORIGIN = {"Origin": "https://page.example"}


def test_preflight(lab):
    client = Client(lab.server())
    answer = client.send("OPTIONS", client.directory["newOrder"],
                         headers={**ORIGIN, "Access-Control-Request-Method": "POST"})
    assert answer.status == 204 and answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == answer.headers["Allow"] == "POST"
    assert answer.headers["Access-Control-Allow-Headers"] == "Content-Type"
    assert client.send("OPTIONS", client.server.url + "/acme/nothing", headers=ORIGIN).status == 404


def test_scripts_see_what_acme_needs(lab):
    client = Client(lab.server())
    answer = client.send("HEAD", client.directory["newNonce"], headers=ORIGIN)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    exposed = answer.headers["Access-Control-Expose-Headers"].replace(" ", "").split(",")
    assert sorted(exposed) == ["Link", "Location", "Replay-Nonce", "Retry-After"]


def test_others_are_not_bothered(lab):
    client = Client(lab.server())
    answer = client.send("HEAD", client.directory["newNonce"])
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]
