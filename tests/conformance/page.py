"""page - docs/conformance.md, made of two reports."""
from suite import FAIL, MUST, NOT_APPLICABLE, PASS, SHOULD, STATED

HEAD = """# Conformance

What the RFCs ask of an ACME server, rule by rule, and what Countersign and Pebble do. `tests/conformance/run` holds any server to RFC 8555
(sections 6 to 9), RFC 8737, RFC 8738 and RFC 9773, from outside, by its directory URL; each rule that a server can break has a check of its own.
Countersign must break none: the run is part of the end-to-end tests. Pebble, Let's Encrypt's test server, is held to the same checks so that one can
see whether they are fair.

This page is written by `tests/conformance/compare`.

| level | checks | Countersign: pass | fail | n/a | Pebble: pass | fail | n/a |
|---|---|---|---|---|---|---|---|
"""

LEVELS = {MUST: "MUST, MUST NOT, REQUIRED", STATED: "stated: what a server does, in plain words", SHOULD: "SHOULD"}

CONDITIONS = """
Countersign of commit {ours} ({our_s} s), Debian's pebble {theirs} ({their_s} s). Both were fresh, on loopback, with an
external account key; Pebble with `PEBBLE_VA_NOSLEEP=1`, `PEBBLE_WFE_NONCEREJECT=0`, `PEBBLE_AUTHZREUSE=0`. It was asked one thing at
a time, since it may lock up otherwise. "n/a": the rule does not bind that server, mostly since it does not offer what the rule is about; the reasons are below.
"""

USE = """## Run it

    tests/conformance/compare                       # both, and this page
    tests/conformance/run --directory https://acme.example:14000/acme/directory --ca root.pem \\
        --http-port 5002 --tls-port 5001 --dns-port 8053 --eab KID:KEY

The server under test must validate at these ports of 127.0.0.1 and ::1, and resolve names by the DNS server on the third (it is the test itself that
answers there), without DNSSEC and with loopback addresses allowed; for Countersign that is

    validation: { http_port: 5002, tls_alpn_port: 5001, resolvers: ["127.0.0.1@8053"], dnssec: false, allow: ["127.0.0.0/8", "::1/128"] }

A port that is left out makes what needs it n/a, as do external accounts without `--eab` (a key that may be used any number of times). Words choose checks by how their
names begin (`run ... 7.6 8737`), `--list` names them all, `--json` gives the report as JSON. Checks do not depend on each other; a run takes as long as the server
takes to give up on validations that are meant to fail. The exit status is 0 if no MUST fails.

That checks can fail is tested, too: a proxy in front of a good server turns it into some forty bad ones (`tests/conformance/mutants.py`), of which each breaks
some rules, and for each MUST there is one that its check finds out; for which there cannot be one is said there.
"""


def cell(row):
    return {PASS: "pass", FAIL: "**FAIL**", NOT_APPLICABLE: "n/a"}[row["result"]]


def text_of(words):
    return words.replace("|", "\\|").replace("\n", " ")


def totals(ours, theirs):
    for level, words in LEVELS.items():
        counts = [[sum(row["level"] == level and row["result"] == result for row in report["checks"])
                   for result in (PASS, FAIL, NOT_APPLICABLE)] for report in (ours, theirs)]
        yield f"| {words} | {sum(counts[0])} | " + " | ".join(str(count) for side in counts for count in side) + " |\n"


def failures(report, verified, troubles):
    """Pebble's failures, with what was seen and how each was verified by hand."""
    failed = [row for row in report["checks"] if row["result"] == FAIL]
    for row in failed:
        if row["name"] not in verified:
            troubles.append(f"Pebble fails {row['name']} ({row['seen']}), which tests/conformance/verified.json does not explain")
    for name in verified.keys() - {row["name"] for row in failed}:
        troubles.append(f"tests/conformance/verified.json explains {name}, which Pebble does not fail")
    yield "| check | level | seen | verified |\n|---|---|---|---|\n"
    for row in failed:
        yield f"| {row['name']} | {row['level']} | {text_of(row['seen'])} | {text_of(verified.get(row['name'], '**not yet**'))} |\n"


def reasons(report):
    """{why: names} of what is not applicable."""
    found = {}
    for row in report["checks"]:
        if row["result"] == NOT_APPLICABLE:
            found.setdefault(row["seen"], []).append(row["name"])
    return found


def checks(ours, theirs):
    by_name = {row["name"]: row for row in theirs["checks"]}
    rfc = None
    for row in ours["checks"]:
        if row["rfc"] != rfc:
            rfc = row["rfc"]
            yield f"\n### RFC {rfc}\n\n| check | level | rule | Countersign | Pebble |\n|---|---|---|---|---|\n"
        yield f"| {row['name']} | {row['level']} | {text_of(row['says'])} | {cell(row)} | {cell(by_name[row['name']])} |\n"


def page(ours, theirs, versions, verified):
    """(the page, what is wrong with the results)"""
    troubles = [f"Countersign fails {row['name']} ({row['level']}): {row['seen']}" for row in ours["checks"] if row["result"] == FAIL]
    text = HEAD + "".join(totals(ours, theirs))
    text += CONDITIONS.format(ours=versions[0], theirs=versions[1], our_s=round(ours["seconds"]), their_s=round(theirs["seconds"]))
    text += "\n" + USE
    text += "\n## Where Pebble fails\n\nEach failure was looked at by hand, against the text of the RFC and with the answer on the wire.\n\n"
    text += "".join(failures(theirs, verified, troubles))
    text += "\n## Not applicable\n"
    for title, report in (("Countersign", ours), ("Pebble", theirs)):
        text += f"\n{title}:\n\n"
        text += "".join(f"- {text_of(why)}: {', '.join(names)}\n" for why, names in reasons(report).items())
    text += "\n## All checks\n" + "".join(checks(ours, theirs))
    text += "\n## Not checked\n\nRules of these sections that cannot be seen from outside, and why.\n\n| RFC | section | rule | why |\n|---|---|---|---|\n"
    text += "".join(f"| {rfc} | {section} | {text_of(says)} | {text_of(why)} |\n" for rfc, section, says, why in ours["unchecked"])
    return text, troubles
