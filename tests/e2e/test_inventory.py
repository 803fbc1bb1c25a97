"""The inventory of a vendor's orders: files in, tables and JSON out."""
import json

from lab import wait_until

ORDERS = {"orders": [
    {"id": "1001", "tenant": "web", "product": "ssl_basic", "validation": "OV", "status": "issued",
     "names": ["www.shop.example", "shop.example"], "order_end": "2027-01-01T00:00:00Z",
     "in_process": {"action": "duplicate", "account": "a2", "since": "2026-11-01T00:00:00Z"},
     "certificates": [{"id": "c1", "spki": "k1", "holder": "a1", "not_before": "2026-01-01T00:00:00Z",
                       "not_after": "2026-12-01T00:00:00Z"}]},
    {"id": "1002", "status": "prepaid", "product": "ssl_basic"},
    {"id": "1003", "names": ["late.example"], "order_end": "2026-06-01T00:00:00Z",
     "certificates": [{"id": "c3", "not_after": "2026-12-01T00:00:00Z"}]}],
    "validations": {"organization_until": "2027-06-01T00:00:00Z", "domains": [{"name": "shop.example", "until": "2026-12-24T00:00:00Z"}]}}

TABLE = """id,status,names,certificate_id,certificate_spki
1001,,,c2,k2
1001,,,c4,k4
2001,issued,"one.example two.example",,
"""


def command(lab, server, *words, check=True):
    return lab.run([lab.binary, "inventory", *words, "--config", server.folder / "countersign.yaml"], check, cwd=server.folder)


def write(server, name, content):
    path = server.folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def load(lab, server, name, content, *words):
    """(inserted, updated, unchanged, whether validations changed)"""
    path = write(server, name, content)
    counts = json.loads(command(lab, server, "import", path, "--upstream", "main", "--json", *words).stdout)
    return counts["inserted"], counts["updated"], counts["unchanged"], counts["validations_changed"]


def listed(lab, server, *words):
    return {item["order"]["id"]: item for item in json.loads(command(lab, server, "list", "--json", *words).stdout)["orders"]}


def test_files_are_merged_and_shown(lab):
    server = lab.server()
    assert listed(lab, server) == {}
    assert load(lab, server, "orders.json", ORDERS, "--vendor", "digicert") == (3, 0, 0, True)
    assert load(lab, server, "orders.json", ORDERS) == (0, 0, 3, False)
    again = command(lab, server, "import", "--upstream", "main", "orders.json").stdout
    assert "3 were known already" in again and "Nothing was changed." in again, again

    # The table adds two certificates and an order, and wipes nothing.
    assert load(lab, server, "more.csv", TABLE) == (1, 1, 0, False)
    assert load(lab, server, "more.csv", TABLE) == (0, 0, 2, False)
    server.stop()
    server.start()
    orders = listed(lab, server)
    assert list(orders) == ["1001", "1002", "1003", "2001"]
    first = orders["1001"]["order"]
    assert {c["id"]: c.get("spki") for c in first["certificates"]} == {"c1": "k1", "c2": "k2", "c4": "k4"}
    assert first["names"] == ["shop.example", "www.shop.example"] and first["tenant"] == "web", first
    assert [a["action"] for a in first["in_process"]] == ["duplicate"]
    assert "outlives" in orders["1003"]["contradiction"] and "contradiction" not in orders["1001"]

    assert list(listed(lab, server, "--status", "prepaid")) == ["1002"]
    assert list(listed(lab, server, "--name", "two.example")) == ["2001"]
    assert list(listed(lab, server, "--upstream", "other")) == []
    table = command(lab, server, "list").stdout
    assert "UPSTREAM" in table and "shop.example, www.shop.example" in table and "(contradictory)" in table, table
    assert "2027-06-01T00:00:00Z  the organisation" in table and "2026-12-24T00:00:00Z  shop.example" in table, table
    everything = json.loads(command(lab, server, "list", "--json").stdout)
    assert everything["inventories"] == [{"upstream": "main", "vendor": "digicert", "validations": ORDERS["validations"]}]
    table = command(lab, server, "list", "--name", "one.example").stdout
    assert "the organisation" in table and "2026-12-24" not in table, table
    table = command(lab, server, "list", "--status", "issued").stdout
    assert "the organisation" not in table, table
    assert "inventories" not in json.loads(command(lab, server, "list", "--status", "issued", "--json").stdout)

    shown = command(lab, server, "show", "1001").stdout
    for word in ("1001 at main (digicert)", "2027-01-01T00:00:00Z", "duplicate since 2026-11-01", "c4", "a1",
                 "2027-06-01T00:00:00Z  the organisation", "2026-12-24T00:00:00Z  shop.example"):
        assert word in shown, shown
    assert "outlives" in command(lab, server, "show", "1003").stdout
    assert json.loads(command(lab, server, "show", "1002", "--json").stdout)["orders"][0]["order"]["status"] == "prepaid"
    missing = command(lab, server, "show", "9999", check=False)
    assert missing.returncode == 1 and "no order 9999" in missing.stdout, missing.stdout

    # The same id at another upstream is another order.
    command(lab, server, "import", "orders.json", "--upstream", "other", "--vendor", "tencent")
    both = command(lab, server, "show", "1001", check=False)
    assert both.returncode == 2 and "--upstream" in both.stdout, both.stdout
    assert "at other (tencent)" in command(lab, server, "show", "1001", "--upstream", "other").stdout


def test_what_is_listed_can_be_imported(lab):
    server = lab.server()
    load(lab, server, "orders.json", ORDERS, "--vendor", "digicert")
    orders = [item["order"] for item in listed(lab, server).values()]
    assert load(lab, server, "copy.json", {"orders": orders}) == (0, 0, 3, False)


def test_large_files_go_in_parts(lab):
    server = lab.server()
    orders = [{"id": f"o{n}", "names": [f"h{n}.d{n % 40}.example"], "certificates": [{"id": f"c{n}", "spki": f"k{n}"}]}
              for n in range(1050)]
    assert load(lab, server, "many.json", {"orders": orders}, "--vendor", "tencent") == (1050, 0, 0, False)
    orders[700]["status"] = "revoked"
    assert load(lab, server, "many.json", {"orders": orders}) == (0, 1, 1049, False)
    assert list(listed(lab, server)) == [f"o{n}" for n in range(1050)]
    assert command(lab, server, "list").stdout.count("UPSTREAM") == 1


def test_mistakes_are_named_and_change_nothing(lab):
    server = lab.server()
    good = {"id": "1", "names": ["a.example"]}
    rows = [
        ("a.json", {"orders": [good, {"id": "2", "order_end": "tomorrow"}]}, 'a.json: "orders[1].order_end" must be a time'),
        ("a.json", {"orders": [good, {"id": "2", "colour": "red"}]}, '"orders[1].colour" is no member'),
        ("a.json", {"orders": [good, {"names": ["b.example"]}]}, '"orders[1].id" is missing'),
        ("a.json", {"orders": [good, good]}, '"orders[1].id" is that of an earlier one'),
        ("a.json", {"orders": [{**good, "certificates": [{"spki": "k"}]}]}, '"orders[0].certificates[0].id" is missing'),
        ("a.json", {"orders": [{**good, "certificates": [{"id": "c"}, {"id": "c"}]}]}, '"orders[0].certificates[1].id" is that'),
        ("a.json", {"order": []}, '"order" is no member'),
        ("a.json", "[", "not valid JSON"),
        ("a.csv", "id,order_end\n1,\n2,tomorrow\n", "a.csv: line 3, column order_end: must be a time"),
        ("a.csv", "id,colour\n1,red\n", 'line 1: "colour" is no column'),
        ("a.csv", "names\na.example\n", "line 1: there is no column id"),
        ("a.csv", "id,names\n1\n", "line 2: has 1 cells, and there are 2 columns"),
        ("a.csv", "id,free\n1,maybe\n", "line 2, column free: must be true or false"),
        ("a.csv", "id,certificate_id,certificate_not_after\n1,c,never\n", "line 2, column certificate_not_after: must be a time"),
        ("a.csv", "id,certificate_id,certificate_spki\n1,,k\n", "line 2, column certificate_id: is missing"),
        ("a.csv", "id,product\n1,a\n1,b\n", "line 3, column product: the order has another value on line 2"),
        ("a.csv", "id\n1\n2\n1\n", "line 4, column id: the order has rows from line 2 on"),
        ("a.csv", 'id,product\n1,"a\n', "line 2: a quote is not closed"),
        ("missing.json", None, "missing.json"),
    ]
    for name, content, sentence in rows:
        if content is not None:
            write(server, name, content)
        refused = command(lab, server, "import", name, "--upstream", "main", "--vendor", "digicert", check=False)
        assert refused.returncode == 2 and sentence in refused.stdout, (sentence, refused.stdout)
    assert listed(lab, server) == {}

    write(server, "a.json", {"orders": [good]})
    for words, sentence in (
            (("import", "a.json"), "--upstream NAME is missing"),
            (("import", "--upstream", "main"), "say from what"),
            (("import", "--upstream", "main", "a.json", "b.json"), "unexpected word \"b.json\""),
            (("import", "--upsteam", "main", "a.json"), "did you mean --upstream"),
            (("import", "a.json", "--upstream", "main"), "say whose upstream it is"),
            (("import", "a.json", "--upstream", "main", "--vendor", "verisign"), "is no vendor"),
            (("import", "a.json", "--upstream", "the main one", "--vendor", "digicert"), "is no name of an upstream"),
            (("list", "--status", "lost"), "is no status"),
            (("show",), "say which"),
            ((), "say what to do")):
        refused = command(lab, server, *words, check=False)
        assert refused.returncode in (1, 2) and sentence in refused.stdout, (sentence, refused.stdout)
    assert listed(lab, server) == {}
    command(lab, server, "import", "a.json", "--upstream", "main", "--vendor", "digicert")
    other = command(lab, server, "import", "a.json", "--upstream", "main", "--vendor", "huawei", check=False)
    assert other.returncode == 1 and "is of digicert, not of huawei" in other.stdout, other.stdout


def test_the_configuration_says_whose_rules(lab):
    def config(rules):
        return {"upstreams": [{"name": "rehearsal", "rules": rules}]}

    server = lab.server(config("tencent"))
    write(server, "a.json", ORDERS)
    other = command(lab, server, "import", "a.json", "--upstream", "rehearsal", "--vendor", "digicert", check=False)
    assert other.returncode == 1 and "goes by the rules of tencent in the configuration" in other.stdout, other.stdout
    assert listed(lab, server) == {}
    command(lab, server, "import", "a.json", "--upstream", "rehearsal")
    assert listed(lab, server)["1001"]["vendor"] == "tencent"

    # Nobody takes them for another vendor's: neither at a reload nor at a start.
    server.config.update(config("digicert"))
    server.write_config()
    server.signal(1)
    wait_until(lambda: "plan_not_prepared" in server.log())
    assert "give the upstream another name" in server.log()
    server.stop()
    server.launch()
    assert server.wait() == 1 and "goes by the rules of digicert, but its inventory is another vendor's" in server.log()

    server.config.update(config("tencent"))
    server.start()
    assert len(listed(lab, server)) == 3
