"""The main job under valgrind: no leak, no invalid access, from start to a graceful end."""
from acme_client import Client


def test_valgrind_finds_nothing(lab):
    lab.patience = 10
    server = lab.server(wrapper=["valgrind", "--quiet", "--leak-check=full", "--errors-for-leak-kinds=definite",
                                 "--show-leak-kinds=definite", "--error-exitcode=99"])
    client = Client(server)
    client.register(contact=["mailto:admin@lab.example"])
    order = client.new_order(["www.lab.example", "two.lab.example"])
    order.obtain(lab.web)
    client.post(client.directory["newOrder"], {"identifiers": []}).refused(400, "malformed")
    client.revoke(order.der(), reason=4).ok()
    assert server.stop(30) == 0, server.log()[-6000:]


test_valgrind_finds_nothing.seconds = 300
