"""The vendor's own domain validation by files: the simulated CertCentral fetches them over HTTP from the host that DNS names, and
the server answers, by itself or behind a web server."""
import http.client
import re
import socket

from clients import ask_store
from lab import TOP, free_port, wait_until
from test_digicert import Shop

PATH = "/.well-known/pki-validation/fileauth.txt"
FILES = ["www.lab.example"]    # lab.example and all below it is 127.0.0.1
OWNER = "lab.example"          # where DigiCert validates that


def file_shop(lab, listen="", web_port=None, **more):
    """A server whose vendor looks for files on `web_port`."""
    config = {"listen": {"domain_validation": f"127.0.0.1:{listen}"}} if listen else {}
    return Shop(lab, words=("--dns", lab.dns, "--http-port", str(web_port or listen)), config=config, dcv_method="http-token", poll_interval="1s",
                domain_validation={"method": "http"}, **more)


def ask(port, host, path=PATH, method="GET", headers=(), body=None):
    """(status, headers, body) of a plain request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.putrequest(method, path, skip_host=True)
        for name, value in (("Host", host), *headers):
            if value is not None:
                connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def held_back(shop):
    """DigiCert looks, and does not say so: the file stays."""
    shop.vendor.control("POST", "/faults", [{"match": "PUT *check-dcv", "kind": "status", "times": 0}])


def published(shop):
    wait_until(lambda: ask_store(shop.server, "SELECT state FROM vendor_proof") == ["published"], what="the file")


def value(shop):
    return ask_store(shop.server, "SELECT value FROM vendor_proof ORDER BY id")[-1].encode()


def is_gone(shop, port):
    wait_until(lambda: "proof_removed" in shop.server.log(), what="the file's end")
    assert ask(port, OWNER)[0] == 404
    wait_until(lambda: ask_store(shop.server, "SELECT count(*) FROM vendor_proof") == [0], what="the row's end")


def test_files_are_answered_directly(lab):
    port = free_port()
    shop = file_shop(lab, port)
    order = shop.obtain(shop.account(domain="lab.example"), *FILES)
    shop.verifies(order)
    shop.stats(billable_orders=1)
    assert shop.vendor.kept(shop.vendor.control("GET", "/orders")["orders"][0]["id"])["dcv_method"] == "http-token"
    assert re.search(rf'path="?{PATH}"? status=200', shop.server.log()), "nobody has asked for it"
    is_gone(shop, port)


def test_what_the_listener_answers(lab):
    """One path, GET and HEAD, for the domain alone; across a restart; nothing else at all."""
    port = free_port()
    shop = file_shop(lab, port)
    held_back(shop)
    order = shop.begin(shop.account(domain="lab.example"), *FILES)
    published(shop)
    token = value(shop)
    for host in ("lab.example", "LAB.example", "lab.example.", f"lab.example:{port}"):
        status, headers, body = ask(port, host)
        assert (status, body, headers["Content-Type"]) == (200, token, "text/plain"), (host, status, body)
    status, headers, body = ask(port, OWNER, method="HEAD")
    assert (status, body, headers["Content-Length"]) == (200, b"", str(len(token)))

    for host in ("www.lab.example", "example", "lab.example.org", "127.0.0.1", f"127.0.0.1:{port}", "[::1]", "lab.example@evil", "localhost"):
        status, headers, body = ask(port, host)
        assert status in (400, 404) and token not in body, (host, status, body)
    for path in ("/", "/acme/directory", "/ca.pem", "/crl/house.der", "/.well-known/pki-validation/", "/.well-known/pki-validation",
                 PATH + "/", PATH + "/x", "/.well-known/pki-validation/../fileauth.txt", "/.well-known/acme-challenge/x", "//" + PATH,
                 "/.well-known/pki-validation/%66ileauth.txt", PATH.upper()):
        status, headers, body = ask(port, OWNER, path)
        assert status == 404 and token not in body and "Replay-Nonce" not in headers, (path, status, body)
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        status, headers, body = ask(port, OWNER, method=method, body=b"")
        assert status == 405 and headers["Allow"] == "GET, HEAD", (method, status, headers)
    assert ask(port, OWNER, method="POST", body=b"x" * 2000)[0] == 413
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:    # HTTP/1.1 without a Host
        raw.sendall(f"GET {PATH} HTTP/1.1\r\nConnection: close\r\n\r\n".encode())
        assert raw.recv(100).startswith(b"HTTP/1.1 400"), "a request without Host was answered"
    # What a proxy may say besides does not count.
    assert ask(port, "www.lab.example", headers=[("X-Forwarded-Host", OWNER), ("Forwarded", f"host={OWNER}")])[0] == 404

    shop.server.kill()
    shop.server.start()
    assert ask(port, OWNER)[2] == token
    shop.vendor.control("DELETE", "/faults")
    order.client.nonces.clear()
    shop.wakes_up()
    order.wait("valid", seconds=60)
    is_gone(shop, port)


def test_two_orders_at_the_same_path(lab):
    """DigiCert's file has one name for all orders: it has a line for each that wants one, and each goes by itself."""
    port = free_port()
    shop = file_shop(lab, port, profile={"product": "ssl_dv_geotrust_flex", "validation": "DV"})
    held_back(shop)
    clients = shop.account("one", "lab.example"), shop.account("two", "lab.example")
    first = shop.begin(clients[0], "www.lab.example", "lab.example")
    second = shop.begin(clients[1], "www.lab.example", "shop.lab.example")
    wait_until(lambda: len(ask(port, OWNER)[2].split()) == 2, what="both tokens")
    tokens = ask_store(shop.server, "SELECT DISTINCT value FROM vendor_proof ORDER BY id DESC")
    assert ask(port, OWNER)[2].decode().split() == tokens
    shop.vendor.control("DELETE", "/faults")
    shop.wakes_up()
    for order in (first, second):
        order.client.nonces.clear()
        order.wait("valid", seconds=60)
    wait_until(lambda: ask(port, OWNER)[0] == 404, what="the file's end")


def test_an_order_that_was_begun_by_another_method(lab):
    """The configuration is changed while the order waits for a person's record: DigiCert is asked for a file instead."""
    port = free_port()
    shop = Shop(lab, words=("--dns", lab.dns, "--http-port", str(port)))
    order = shop.begin(shop.account(domain="lab.example"), *FILES)
    [waits_for] = ask_store(shop.server, "SELECT waits_for FROM action")
    assert "TXT record" in waits_for, waits_for
    shop.server.config["listen"]["domain_validation"] = f"127.0.0.1:{port}"
    shop.server.config["upstreams"][1].update(dcv_method="http-token", domain_validation={"method": "http"})
    shop.wakes_up()
    order.client.nonces.clear()
    order.wait("valid", seconds=60)
    is_gone(shop, port)


# Behind a web server: the recipes of docs/operators.md, word for word but for addresses and ports.

def recipe(name, **changes):
    text = (TOP / "docs" / "operators.md").read_text()
    [found] = re.findall(rf"<!-- {name} -->\n```\w+\n(.*?)```\n", text, re.S)
    for before, after in changes.values():
        assert before in found, (before, found)
        found = found.replace(before, after)
    return found


def behind(lab, start, to="listener"):
    """A certificate by way of a web server, which `start`(web port, port of ours) runs; to our own listener, or to ACME's."""
    web_port, port = free_port(), free_port() if to == "listener" else 0
    shop = file_shop(lab, port, web_port)
    start(web_port, port or shop.server.port, shop)
    wait_until(lambda: answers(web_port), 20, "the web server")
    held_back(shop)
    order = shop.begin(shop.account(domain="lab.example"), *FILES)
    published(shop)
    assert ask(web_port, OWNER)[2] == value(shop), ask(web_port, OWNER)
    assert ask(web_port, "www.lab.example")[0] == 404
    shop.vendor.control("DELETE", "/faults")
    shop.wakes_up()
    order.client.nonces.clear()
    order.wait("valid", seconds=60)
    is_gone(shop, web_port)


def answers(port):
    try:
        return ask(port, "nobody.example", "/")
    except OSError:
        return None


def run_nginx(lab, web_port, location):
    folder = lab.short_folder()
    (folder / "nginx.conf").write_text(f"""
daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    server {{ listen 127.0.0.1:{web_port};
{location}
    location / {{ return 404; }}
    }}
}}
""")
    with open(lab.folder / "nginx.log", "wb") as log:
        lab.popen(["/usr/sbin/nginx", "-c", folder / "nginx.conf", "-e", folder / "error.log"], stdout=log, stderr=log)


def test_behind_nginx(lab):
    behind(lab, lambda web, port, _: run_nginx(lab, web, recipe("nginx", to=("192.0.2.10:8080", f"127.0.0.1:{port}"))))


def test_behind_nginx_to_the_acme_listener(lab):
    behind(lab, lambda web, port, shop: run_nginx(lab, web, recipe(
        "nginx tls", to=("192.0.2.10:14000", f"127.0.0.1:{port}"), ca=("/etc/nginx/countersign-ca.pem", str(shop.server.ca)))), "acme")


def test_behind_haproxy(lab):
    def start(web, port, _):
        text = recipe("haproxy", to=("192.0.2.10:8080", f"127.0.0.1:{port}"), own=("bind :80", f"bind 127.0.0.1:{web}"))
        (lab.folder / "haproxy.cfg").write_text(
            f"defaults\n    timeout connect 5s\n    timeout client 5s\n    timeout server 5s\n{text}\nbackend site\n    mode http\n"
            "    http-request return status 404\n")
        with open(lab.folder / "haproxy.log", "wb") as log:
            lab.popen(["/usr/sbin/haproxy", "-f", lab.folder / "haproxy.cfg", "-db"], stdout=log, stderr=log)
    behind(lab, start)


def test_behind_apache(lab):
    def start(web, port, _):
        folder = lab.short_folder()
        modules = "".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
                          for name in ("mpm_event", "authz_core", "proxy", "proxy_http"))
        text = recipe("apache", to=("192.0.2.10:8080", f"127.0.0.1:{port}"))
        (folder / "apache.conf").write_text(
            f"{modules}ServerRoot {folder}\nDefaultRuntimeDir {folder}\nPidFile {folder}/pid\nMutex file:{folder} default\n"
            f"ErrorLog {lab.folder}/apache.log\nServerName localhost\nUser www-data\nGroup www-data\nListen 127.0.0.1:{web}\n"
            f"<VirtualHost *:{web}>\n{text}\n</VirtualHost>\n")
        with open(lab.folder / "apache.words", "wb") as log:
            lab.popen(["/usr/sbin/apache2", "-f", folder / "apache.conf", "-D", "FOREGROUND"], stdout=log, stderr=log)
    behind(lab, start)
