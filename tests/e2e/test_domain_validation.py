"""The vendor's own domain validation, proven by the server itself: the simulated CertCentral looks for tokens at a real knot,
and the server puts them there, and takes them back."""
import pathlib
import re

from lab import TOP, wait_until
from test_digicert import Shop

DV = "ssl_dv_geotrust_flex"
WEAVER = ["www.weaver.example"]


def key_file(lab, secret=None, name="tsig.key"):
    file = lab.folder / name
    file.write_text(f'key "lab" {{\n  algorithm hmac-sha256;\n  secret "{secret or lab.dns_secret}";\n}};\n')
    file.chmod(0o600)
    return str(file)


def updates(lab, **more):
    return {"method": "rfc2136", "server": lab.dns, "key_file": key_file(lab), "ttl": 1, "timeout": "5s", **more}


def records(lab, name, kind="TXT"):
    host, port = lab.dns.split("@")
    return lab.run(["kdig", "+short", f"@{host}", "-p", port, name, kind]).stdout.split()


def proving_shop(lab, validation=None, profile=None, **more):
    return Shop(lab, profile, words=("--dns", lab.dns), domain_validation=validation or updates(lab), **more)


def is_gone(lab, shop, name, kind="TXT"):
    wait_until(lambda: "proof_removed" in shop.server.log(), what="the record's end")
    assert records(lab, name, kind) == []


def test_domain_without_validation_is_proven(lab):
    """OV for a domain that the vendor has not validated: pending, proven by itself, delivered; nothing stays in the zone."""
    shop = proving_shop(lab)
    order = shop.obtain(shop.account(domain="weaver.example"), *WEAVER)
    shop.verifies(order)
    shop.stats(billable_orders=1)
    assert "proof_published" in shop.server.log()
    is_gone(lab, shop, "weaver.example")


def test_cname(lab):
    shop = proving_shop(lab, dcv_method="dns-cname-token")
    shop.verifies(shop.obtain(shop.account(domain="weaver.example"), *WEAVER))
    assert re.search(r"kind=cname name=\S+\.weaver\.example", shop.server.log())


def test_dv_each_time(lab):
    """DV domains are validated anew for each certificate: the renewal is a reissue with a token of its own."""
    shop = proving_shop(lab, profile={"product": DV, "validation": "DV"})
    client = shop.account(domain="weaver.example")
    for reissues in (0, 1):
        shop.verifies(shop.obtain(client, "weaver.example"))
        shop.stats(billable_orders=1, reissues=reissues)
        wait_until(lambda: shop.server.log().count("proof_removed") == reissues + 1, what="the record's end")
    assert records(lab, "weaver.example") == []


def test_a_wrong_key_is_told(lab):
    """What is in the way is in the log and in the action; with the right key it goes on by itself."""
    wrong = key_file(lab, "d3JvbmcgYnV0IGxvbmcgZW5vdWdoIHRvIGJlIGEga2V5", "wrong.key")
    shop = proving_shop(lab, updates(lab, key_file=wrong))
    order = shop.begin(shop.account(domain="weaver.example"), *WEAVER)
    wait_until(lambda: "our signature is wrong (BADSIG): the secrets differ" in
               shop.command("action", "list").stdout + shop.command("action", "show", "1").stdout, what="the reason")
    assert "proof_not_published" in shop.server.log() and lab.dns_secret not in shop.server.log()
    (lab.folder / "wrong.key").write_text((lab.folder / "tsig.key").read_text())
    shop.server.signal(1)
    order.wait("valid", seconds=60)


def test_what_was_published_is_taken_back_after_a_crash(lab):
    """kill -9 with a record in the zone, while the vendor, who issues, has not answered."""
    shop = proving_shop(lab)
    shop.vendor.control("POST", "/faults", [{"match": "PUT *check-dcv", "kind": "delay", "ms": 5000}])
    order = shop.begin(shop.account(domain="weaver.example"), *WEAVER)
    wait_until(lambda: "proof_published" in shop.server.log(), what="the record")
    assert len(records(lab, "weaver.example")) == 1
    shop.server.kill()
    shop.server.start()
    order.client.nonces.clear()     # the crash made them void
    order.wait("valid", seconds=60)
    is_gone(lab, shop, "weaver.example")


def test_keys_are_checked_at_the_start(lab):
    open_key = lab.folder / "open.key"
    open_key.write_text("nothing\n")
    for name, mode, complaint in (("open.key", 0o600, "holds no key with name, algorithm and secret"), ("open.key", 0o644, "others"),
                                  ("none.key", None, "No such file")):
        if mode:
            open_key.chmod(mode)
        server = lab.server({"upstreams": [{"name": "house", "type": "local"}, {
            "name": "dc", "type": "digicert", "api_key_file": "/dev/null",
            "domain_validation": updates(lab, key_file=str(lab.folder / name))}]}, start=False, folder=lab.folder / f"s{mode}{name}")
        found = lab.run([lab.binary, "check", "--config", server.write_config()], check=False)
        assert found.returncode != 0 and "domain_validation.key_file" in found.stdout and complaint in found.stdout, found


HOOK = """#!/bin/sh -e
env | grep -v -e ^PATH= -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD= && exit 9
echo "$@" >>{folder}/hook.log
if test ! -e {folder}/open; then echo "the zone is closed"; touch {folder}/open; exit 3; fi
case "$1" in present) verb=add;; cleanup) verb=delete;; esac
printf 'server {host} {port}\\nzone example.\\nupdate %s %s. 1 TXT "%s"\\nsend\\n' "$verb" "$3" "$4" | knsupdate -y hmac-sha256:lab:{secret}
"""


def hook(lab, text=HOOK):
    host, port = lab.dns.split("@")
    program = lab.folder / "hook"
    program.write_text(text.format(folder=lab.folder, host=host, port=port, secret=lab.dns_secret))
    program.chmod(0o755)
    return {"method": "exec", "program": str(program), "timeout": "5s"}


def test_a_program_publishes(lab):
    """By exec: refused the first time, which the log tells; then done, and cleaned up."""
    shop = proving_shop(lab, hook(lab))
    shop.verifies(shop.obtain(shop.account(domain="weaver.example"), *WEAVER))
    assert "exit status 3: the zone is closed" in shop.server.log()
    is_gone(lab, shop, "weaver.example")
    calls = [line.split() for line in (lab.folder / "hook.log").read_text().splitlines()]
    assert [call[:3] for call in calls] == [["present", "txt", "weaver.example"]] * 2 + [["cleanup", "txt", "weaver.example"]], calls
    assert len({call[3] for call in calls}) == 1


def test_the_program_of_the_operators_guide(lab):
    """Word for word, but for the server's address, the zone and the key's place."""
    host, port = lab.dns.split("@")
    key = lab.folder / "knsupdate.key"
    key.write_text(f"hmac-sha256:lab:{lab.dns_secret}\n")
    key.chmod(0o600)
    [text] = re.findall(r"<!-- program -->\n```sh\n(.*?)```\n", (TOP / "docs" / "operators.md").read_text(), re.S)
    for before, after in (("server 192.0.2.53", f"server {host} {port}"), ("zone example.com", "zone example"),
                          ("/etc/countersign/knsupdate.key", str(key))):
        assert text.count(before) == 1, text
        text = text.replace(before, after)
    program = lab.folder / "publish"
    program.write_text(text)
    program.chmod(0o755)
    shop = proving_shop(lab, {"method": "exec", "program": str(program), "timeout": "10s"})
    shop.verifies(shop.obtain(shop.account(domain="weaver.example"), *WEAVER))
    assert "proof_not_published" not in shop.server.log()
    is_gone(lab, shop, "weaver.example")


ANY_HOOK = """#!/bin/sh -e
printf '%s\\n' "$*" >>{folder}/hook.log
case "$1" in present) verb=add;; cleanup) verb=delete;; *) exit 1;; esac
case "$2" in
http)
    file={folder}/www/$5$3
    rm -f "$file"
    test "$1" = cleanup && exit
    mkdir -p "$(dirname "$file")"
    printf %s "$4" >"$file"
    exit;;
txt) data="TXT \\"$4\\"";;
cname) data="CNAME $4.";;
esac
printf 'server {host} {port}\\nzone example.\\nupdate %s %s. 1 %s\\nsend\\n' "$verb" "$3" "$data" | knsupdate -y hmac-sha256:lab:{secret}
"""


def calls_of(lab):
    return [line.split(" ") for line in (lab.folder / "hook.log").read_text().splitlines()]


def test_a_program_publishes_a_cname(lab):
    shop = proving_shop(lab, hook(lab, ANY_HOOK), dcv_method="dns-cname-token")
    shop.verifies(shop.obtain(shop.account(domain="weaver.example"), *WEAVER))
    wait_until(lambda: "proof_removed" in shop.server.log(), what="the record's end")
    [present, cleanup] = calls_of(lab)
    assert present[:2] == ["present", "cname"] and present[3:] == ["dcv.digicert.com", "weaver.example"], present
    assert cleanup == ["cleanup", *present[1:]] and present[2].endswith(".weaver.example"), (present, cleanup)
    assert records(lab, present[2], "CNAME") == []


def test_a_program_publishes_files(lab):
    """One for each domain of the order, at the same path: the program is told for which."""
    (lab.folder / "www").mkdir()
    shop = Shop(lab, {"product": DV, "validation": "DV"}, words=("--dns", lab.dns, "--http-port", str(lab.http_port)), dcv_method="http-token",
                domain_validation=hook(lab, ANY_HOOK))
    shop.vendor.set(dcv_base_domain=False)
    answer_by_host(lab)
    shop.verifies(shop.obtain(shop.account(domain="lab.example"), "one.lab.example", "two.lab.example"))
    wait_until(lambda: shop.server.log().count("proof_removed") == 2, what="the files' end")
    calls = calls_of(lab)
    assert sorted(call[0] for call in calls) == ["cleanup"] * 2 + ["present"] * 2, calls
    assert {(*call[1:3], call[4]) for call in calls} == {
        ("http", "/.well-known/pki-validation/fileauth.txt", f"{name}.lab.example") for name in ("one", "two")}, calls
    assert not [file for file in (lab.folder / "www").rglob("*") if file.is_file()]


def answer_by_host(lab):
    """The lab's web server has a folder for each host."""
    def answer(handler):
        file = lab.folder / "www" / handler.headers["Host"].split(":")[0] / handler.path[1:]
        handler.answer(200, file.read_bytes()) if file.is_file() else handler.answer(404)

    lab.web.files["/.well-known/pki-validation/fileauth.txt"] = answer


def test_a_program_that_hangs(lab):
    """It is killed after its time, with what it started, and also when the server stops."""
    shop = proving_shop(lab, {**hook(lab, "#!/bin/sh\nsleep 3131 & sleep 3131\n"), "timeout": "1s"})
    shop.begin(shop.account(domain="weaver.example"), *WEAVER)
    wait_until(lambda: "it did not end in time" in shop.server.log(), what="the end of its time")
    wait_until(lambda: sleepers() == 0, what="the end of them all")
    wait_until(lambda: sleepers() == 2, what="the next try")
    shop.server.stop()
    wait_until(lambda: sleepers() == 0, what="the end of them all")


def sleepers():
    return sum(command(file) == b"sleep\x003131\x00" for file in pathlib.Path("/proc").glob("[0-9]*/cmdline"))


def command(file):
    try:
        return file.read_bytes()
    except OSError:     # it has ended meanwhile
        return b""
