"""page - docs/conformance.md, made of reports: ours, and those on other servers."""
from suite import FAIL, MUST, NOT_APPLICABLE, PASS, SHOULD, STATED

HEAD = """# Conformance

What the RFCs ask of an ACME server, rule by rule, and what Countersign and Pebble do. `tests/conformance/run` holds any server to RFC 8555
(sections 6 to 9), RFC 8737, RFC 8738 and RFC 9773, from outside, by its directory URL; each rule that a server can break has a check of its own.
Countersign must break none: the run is part of the end-to-end tests. Pebble, Let's Encrypt's test server, is held to the same checks so that one can
see whether they are fair.

This page is written by `tests/conformance/compare`.

"""

LEVELS = {MUST: "MUST, MUST NOT, REQUIRED", STATED: "stated: what a server does, in plain words", SHOULD: "SHOULD"}

CONDITIONS = """
All were fresh, on loopback, with an external account key; checks for servers that require one had such a server. Pebble ran with `PEBBLE_VA_NOSLEEP=1`,
`PEBBLE_WFE_NONCEREJECT=0`, `PEBBLE_AUTHZREUSE=0` and `PEBBLE_ALTERNATE_ROOTS=2`, and was asked one thing at a time, since 2.4.0 may lock up otherwise. "n/a": the rule does not bind that server, mostly since it does
not offer what the rule is about; the reasons are below.

"""

USE = """## Run it

    tests/conformance/compare --pebble 2.10.1=$HOME/go/bin/pebble      # ours, Debian's pebble, another, and this page
    tests/conformance/run --directory https://acme.example:14000/acme/directory --ca root.pem \\
        --http-port 5002 --tls-port 5001 --dns-port 8053 --eab KID:KEY

(That pebble comes by `go install github.com/letsencrypt/pebble/v2/cmd/pebble@v2.10.1`.) The server under test must validate at these ports of 127.0.0.1 and ::1, and resolve names by the DNS server on the third (it is the test itself that
answers there), without DNSSEC and with loopback addresses allowed; for Countersign that is

    validation: { http_port: 5002, tls_alpn_port: 5001, resolvers: ["127.0.0.1@8053"], dnssec: false, allow: ["127.0.0.0/8", "::1/128"] }

A port that is left out makes what needs it n/a, as do external accounts without `--eab` (a key that may be used any number of times), changed terms
without `--old-account` and rate limits without `--orders-limit`. Words choose checks by how their
names begin (`run ... 7.6 8737`), `--list` names them all, `--json` gives the report as JSON. Checks do not depend on each other; a run takes as long as the server
takes to give up on validations that are meant to fail. The exit status is 0 if no MUST fails.

That checks can fail is tested, too: a proxy in front of a good server turns it into some forty bad ones (`tests/conformance/mutants.py`), of which each breaks
some rules, and for each MUST there is one that its check finds out; for which there cannot be one is said there.
"""


def cell(one):
    return {PASS: "pass", FAIL: "**FAIL**", NOT_APPLICABLE: "n/a"}[one["result"]]


def text_of(words):
    return words.replace("|", "\\|").replace("\n", " ")


def row(*cells):
    return "| " + " | ".join(map(str, cells)) + " |\n"


def table(*titles):
    return row(*titles) + "|---" * len(titles) + "|\n"


def count(report, level, result):
    return sum(one["level"] == level and one["result"] == result for one in report["checks"])


def totals(reports):
    yield table("server", "seconds", *(f"{words}: pass / fail / n/a" for words in LEVELS.values()))
    for title, report in reports.items():
        yield row(title, round(report["seconds"]),
                  *(" / ".join(str(count(report, level, result)) for result in (PASS, FAIL, NOT_APPLICABLE)) for level in LEVELS))


def failures(theirs, verified, troubles):
    """The others' failures: {check: {title: what was seen}}"""
    found = {}
    for title, report in theirs.items():
        for one in report["checks"]:
            if one["result"] == FAIL:
                found.setdefault((one["name"], one["level"]), {})[title] = text_of(one["seen"])
    order = [one["name"] for report in theirs.values() for one in report["checks"]]
    names = {name for name, _ in found}
    troubles += [f"{name} fails, which tests/conformance/verified.json does not explain" for name in names - verified.keys()]
    troubles += [f"tests/conformance/verified.json explains {name}, which nobody fails" for name in verified.keys() - names]
    yield table("check", "level", "seen", "verified")
    for (name, level), seen in sorted(found.items(), key=lambda one: order.index(one[0][0])):
        yield row(name, level, told_once(seen, theirs), text_of(verified.get(name, "**not yet**")))


def told_once(seen, theirs):
    """What was seen of each; in one piece if it is the same for all."""
    if len(seen) == len(theirs) and len(set(seen.values())) == 1:
        return next(iter(seen.values()))
    return "; ".join(f"{title}: {words}" for title, words in seen.items())


def reasons(report):
    """{why: names} of what is not applicable."""
    found = {}
    for one in report["checks"]:
        if one["result"] == NOT_APPLICABLE:
            found.setdefault(one["seen"], []).append(one["name"])
    return found


def checks(reports):
    results = [{one["name"]: one for one in report["checks"]} for report in reports.values()]
    rfc = None
    for one in results[0].values():
        if one["rfc"] != rfc:
            rfc = one["rfc"]
            yield f"\n### RFC {rfc}\n\n" + table("check", "level", "rule", *reports)
        yield row(one["name"], one["level"], text_of(one["says"]), *(cell(result[one["name"]]) for result in results))


def page(reports, verified):
    """(the page, what is wrong with the results); reports: {title: report}, ours first."""
    ours, *_ = reports.values()
    theirs = dict(list(reports.items())[1:])
    troubles = [f"Countersign fails {one['name']} ({one['level']}): {one['seen']}" for one in ours["checks"] if one["result"] == FAIL]
    text = HEAD + "".join(totals(reports)) + CONDITIONS + USE
    text += "\n## Where Pebble fails\n\nEach failure was looked at by hand, against the text of the RFC and with the answer on the wire.\n\n"
    text += "".join(failures(theirs, verified, troubles))
    text += "\n## Not applicable\n"
    for title, report in reports.items():
        lines = [f"- {text_of(why)}: {', '.join(names)}\n" for why, names in reasons(report).items()]
        text += f"\n{title}:" + ("\n\n" + "".join(lines) if lines else " nothing.\n")
    text += "\n## All checks\n" + "".join(checks(reports))
    text += "\n## Not checked\n\nRules of these sections that cannot be seen from outside, and why.\n\n" + table("RFC", "section", "rule", "why")
    text += "".join(row(rfc, section, text_of(says), text_of(why)) for rfc, section, says, why in ours["unchecked"])
    return text, troubles
