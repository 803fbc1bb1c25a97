"""Configuration: what is wrong is named with file, line and key; exit status 2; nothing is made or touched."""
from lab import to_yaml


def check(lab, text, command="check"):
    file = lab.folder / "countersign.yaml"
    file.write_text(text)
    return lab.run([lab.binary, command, "--config", file], check=False, seconds=20)


def test_good_configurations(lab):
    assert check(lab, "").returncode == 0
    assert check(lab, to_yaml(lab.config())).returncode == 0
    assert check(lab, "# nothing but a comment\n").returncode == 0
    assert check(lab, "external_url: https://acme.lab.example\nprofiles:\n- name: a\n  validity: 47d\n- {name: b}\n").returncode == 0


def test_check_says_by_whose_rules(lab):
    said = check(lab, "upstreams:\n- {name: a, rules: digicert, approval: operator}\n- {name: b, directory: ./b}\n"
                      "profiles:\n- {name: p, validation: OV, product: ssl_basic, preferences: {budget: {new_orders: 3, period: 7d}}}\n"
                      "- {name: q}\n- {name: r, upstream: b}\n").stdout
    for line in ("a: embedded CA in ./countersign-data; a rehearsal by the rules of digicert: nothing is bought; "
                 "the operator approves each certificate\n",
                 "b: embedded CA in ./b\n", "wants OV ssl_basic; 3 billable in 7d at most\n",
                 "wants any product; 10 billable in 30d at most\n"):
        assert line in said, said
    assert said.count("wants") == 2, said


def test_complaints_name_line_and_key(lab):
    cases = [
        ("workers: many\n", 1, "workers"),
        ("workers: 2\nlog:\n  level: loud\n", 3, "level"),
        ("workers: 2\nlog:\n  levle: info\n", 3, "levle"),
        ("lsiten:\n  acme: x\n", 1, "lsiten"),
        ("listen:\n  acme: 127.0.0.1\n", 2, "acme"),
        ("listen:\n  acme: \"127.0.0.1:99999\"\n", 2, "acme"),
        ("external_url: http://localhost:14000\n", 1, "external_url"),
        ("external_url: https://localhost:14000/path\n", 1, "external_url"),
        ("validation:\n  timeout: soon\n", 2, "timeout"),
        ("validation:\n  http_port: 0\n", 2, "http_port"),
        ("validation:\n  allow: [\"127.0.0.0/33\"]\n", 2, "allow"),
        ("validation:\n  resolvers: [\"dns.example\"]\n", 2, "resolvers"),
        ("store: \"mysql:x\"\n", 1, "store"),
        ("upstreams:\n  - name: a\n  - name: a\n", 3, "name"),
        ("profiles:\n  - name: default\n    upstream: nobody\n", 3, "upstream"),
        ("profiles:\n  - name: default\n    validity: 9000d\n", 3, "validity"),
        ("profiles: []\n", 1, "profiles"),
        ("upstreams:\n  - name: t\n    rules: tencent\nprofiles:\n  - name: p\n    preferences:\n"
         "      additional_holder: duplicate\n", 7, "profiles[0].preferences.additional_holder: \"duplicate\" is not possible"),
        ("upstreams:\n  - {name: h, rules: huawei}\nprofiles:\n  - name: p\n    preferences: {extend_orders: true}\n",
         5, "extend_orders"),
        ("upstreams:\n  - {name: d, rules: digicert}\nprofiles:\n  - name: p\n    validation: client\n", 5, "validation"),
        ("upstreams:\n  - name: t\n    rules: godaddy\n", 3, "rules"),
        ("profiles:\n  - name: p\n    when_closed: renew\n", 3, "profiles[].preferences.when_closed"),
        ("profiles:\n  - name: p\n    preferences:\n      budget: {new_orders: many}\n", 4, "budget.new_orders"),
        ("profiles:\n  - name: p\n    wait_max: 500d\n", 3, "wait_max"),
        ("workers: 1\nworkers: 2\n", 2, "workers"),
        ("workers: [1]\n", 1, "workers"),
        ("tls:\n  certificate: /nowhere.pem\n", 2, "key"),
        ("workers: 1\n\tlog: x\n", 2, ""),
        ("workers: \"\n", 2, "begins in line 1"),
        ("- a\n- b\n", 1, ""),
        ("a: &x [*x]\n", 1, ""),
    ]
    for text, line, key in cases:
        lab.note(f"--- {text!r}")
        for command in ("check", "serve"):
            ended = check(lab, text, command)
            assert ended.returncode == 2, f"status {ended.returncode}"
            assert f"countersign.yaml:{line}" in ended.stdout and key in ended.stdout, ended.stdout
    assert not (lab.folder / "countersign-data").exists(), "something was made although the configuration is wrong"


def test_files_that_cannot_be_read(lab):
    for command in ("check", "serve"):
        ended = lab.run([lab.binary, command, "--config", lab.folder / "absent.yaml"], check=False)
        assert ended.returncode == 2 and "absent.yaml" in ended.stdout
        ended = lab.run([lab.binary, command, "--config", lab.folder], check=False)
        assert ended.returncode == 2, ended.stdout


def test_command_line(lab):
    for arguments, status, word in (([], 2, "serve"), (["frobnicate"], 2, "frobnicate"), (["serve", "--frobnicate"], 2, "frobnicate"),
                                    (["serve", "--config"], 2, "config"), (["check"], 2, "--config"), (["serve", "x"], 2, "x"),
                                    (["--help"], 0, "serve"), (["serve", "--help"], 0, "--config"), (["--version"], 0, "0.")):
        ended = lab.run([lab.binary, *arguments], check=False, seconds=20)
        assert ended.returncode == status and word in ended.stdout, f"{arguments}: {ended.returncode} {ended.stdout}"


def test_port_in_use(lab):
    first = lab.server()
    second = lab.server({"listen": first.config["listen"], "external_url": first.url}, start=False,
                        folder=lab.folder / "second").launch()
    assert second.wait() not in (0, None), "two servers on one port"
    assert str(first.port) in second.log(), second.log()
    assert first.answers()


def test_embedded_default(lab):
    """No file at all: ./countersign-data, https on localhost:14000."""
    lab.alone("port 14000")
    with open("/proc/net/tcp") as table:
        if "0100007F:36B0 00000000:0000 0A" in table.read():
            lab.note("port 14000 is taken on this machine; nothing to see")
            return
    server = lab.server({"external_url": "https://localhost:14000"}, with_file=False)
    made = {file.name for file in server.folder.iterdir()} - {"server.log"}
    assert made == {"countersign-data"}, made
    assert server.ca.read_text().startswith("-----BEGIN CERTIFICATE-----")
    private = [file for file in server.data.rglob("*") if file.is_file() and "PRIVATE KEY" in file.read_text(errors="replace")]
    assert private and all(file.stat().st_mode & 0o077 == 0 for file in private), private
    assert server.data.stat().st_mode & 0o022 == 0
    server.wait_revoked()    # an empty list, signed
