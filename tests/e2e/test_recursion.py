"""Names resolved from the DNS root, in a network of the test's own: knot has the addresses of the root servers there.

Who owns a zone says where its name servers are, so the server must not ask just any address for it.
"""
import select
import socket

from acme_client import Client
from lab import dns_answers, enter_network, wait_until
from test_challenges import answer

ROOTS = ["198.41.0.4", "170.247.170.2", "199.9.14.201", "192.33.4.12", "199.7.91.13", "192.203.230.10", "192.5.5.241",
         "192.112.36.4", "198.97.190.53", "192.36.148.17", "192.58.128.30", "193.0.14.129", "199.7.83.42", "202.12.27.33"]
INNER = ["10.9.9.9", "169.254.169.254"]    # somebody's own, and where clouds tell secrets

ROOT_ZONE = f"""$ORIGIN .
$TTL 60
@    SOA a.root-servers.net. nobody.example. 1 60 60 3600 60
@    NS  a.root-servers.net.
a.root-servers.net. A {ROOTS[0]}
evil.    NS ns1.evil.
evil.    NS ns2.evil.
ns1.evil. A {INNER[0]}
ns2.evil. A {INNER[1]}
"""


def start_root_servers(lab):
    folder = lab.folder / "root"
    folder.mkdir()
    for address in ROOTS + INNER:
        lab.run(["ip", "address", "add", f"{address}/32", "dev", "lo"])
    (folder / "root.zone").write_text(ROOT_ZONE)
    (folder / "knot.conf").write_text(
        "server:\n  rundir: .\n  udp-workers: 1\n  tcp-workers: 1\n  background-workers: 1\n"
        f"  listen: [{', '.join(f'{address}@53' for address in ROOTS)}]\n"
        f"control:\n  listen: {lab.short_folder()}/knot.sock\nlog:\n  - target: stderr\n    any: warning\ndatabase:\n  storage: .\n"
        "zone:\n  - domain: .\n    file: root.zone\n    storage: .\n    journal-content: none\n    zonefile-load: whole\n")
    log = open(folder / "log", "wb")
    lab.popen(["/usr/sbin/knotd", "-c", "knot.conf"], cwd=folder, stdout=log, stderr=log)
    wait_until(lambda: dns_answers(53, "evil", ROOTS[0]), what="an answer from the root")


def listen_inside():
    sockets = []
    for address in INNER:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind((address, 53))
        sockets += [udp, socket.create_server((address, 53))]
    return sockets


def was_asked(lab, sockets, **validation):
    """Tries to prove a name whose name servers stand inside; did anything come there?"""
    server = lab.server({"validation": {"resolvers": [], "timeout": "3s", **validation}, "profiles": [
        {"name": "default", "challenges": ["dns-01"]}]}, folder=lab.folder / f"server{len(validation)}")
    client = Client(server)
    client.register()
    order = client.new_order(["www.evil"])
    answer(client, order, "dns-01", lambda name, key: None)

    def asked():
        return bool(select.select(sockets, [], [], 0)[0])

    def tried():
        return any("error" in challenge for _, challenge in order.challenges("dns-01"))

    wait_until(lambda: asked() or tried(), 30 * lab.patience, "the first try")
    return asked()


def test_name_servers_with_denied_addresses_are_not_asked(lab):
    enter_network("resolution from the root")
    lab.run(["ip", "link", "set", "lo", "up"])
    start_root_servers(lab)
    sockets = listen_inside()
    assert not was_asked(lab, sockets)
    assert was_asked(lab, sockets, allow=["127.0.0.0/8", "::1/128", "10.9.9.0/24"])    # so it would have been noticed
