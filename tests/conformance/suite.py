"""suite - checks, their results, and how they are run.

    @check("6.2-jwk-and-kid", "a request with both jwk and kid is refused")
    def _(bench):
        bench.account().post(...).refused()

A check is named by RFC, section and sentence. It stands for itself: it makes what it needs on a bench of its own, and
raises Fail with what it saw, or NotApplicable with why the sentence does not bind this server.
"""
import dataclasses
import queue
import threading
import time

MUST = "MUST"        # MUST, MUST NOT, REQUIRED, SHALL
STATED = "stated"    # the RFC says in plain words what a server does
SHOULD = "SHOULD"

PASS, FAIL, NOT_APPLICABLE = "pass", "fail", "n/a"


class Fail(Exception):
    """The server breaks the rule; the text says what was seen."""


class NotApplicable(Exception):
    """The rule does not bind this server; the text says why."""


def expect(condition, seen):
    if not condition:
        raise Fail(seen)


@dataclasses.dataclass
class Check:
    name: str
    rfc: str
    section: str
    says: str
    level: str
    slow: bool
    function: object


@dataclasses.dataclass
class Result:
    check: Check
    result: str
    seen: str
    seconds: float


CHECKS = []
UNCHECKED = []    # (RFC, section, sentence, why it cannot be seen from outside)


def check(name, says, level=MUST, rfc="8555", slow=False):
    """Makes a function of a bench a check. The name begins with the section; slow: validation is seen to fail, which
    servers may try several times."""
    section = name.split("-", 1)[0]
    full = name if rfc == "8555" else f"{rfc}-{name}"

    def register(function):
        assert full not in {one.name for one in CHECKS}, full
        CHECKS.append(Check(full, rfc, section, says, level, slow, function))
        return function
    return register


def unchecked(section, says, why, rfc="8555"):
    UNCHECKED.append((rfc, section, says, why))


def run_one(one, make_bench):
    started = time.monotonic()
    try:
        bench = make_bench(one)
        try:
            result, seen = PASS, one.function(bench) or ""
        finally:
            bench.close()
    except Fail as trouble:
        result, seen = FAIL, str(trouble)
    except NotApplicable as reason:
        result, seen = NOT_APPLICABLE, str(reason)
    except Exception as trouble:    # an answer that no check foresaw: what it broke is part of the report
        result, seen = FAIL, f"an answer that cannot be used: {trouble!r}"
    return Result(one, result, seen, time.monotonic() - started)


def run_all(checks, make_bench, jobs, seconds):
    """The results in the checks' order. What has no result after so many seconds fails."""
    waiting, results, done = queue.SimpleQueue(), {}, threading.Semaphore(0)
    for one in sorted(checks, key=lambda one: not one.slow):
        waiting.put(one)

    def work():
        while True:
            try:
                one = waiting.get_nowait()
            except queue.Empty:
                return
            results[one.name] = run_one(one, make_bench)
            done.release()

    end = time.monotonic() + seconds
    for _ in range(jobs):
        threading.Thread(target=work, daemon=True).start()
    for _ in checks:
        if not done.acquire(timeout=max(0, end - time.monotonic())):
            break
    return [results.get(one.name) or Result(one, FAIL, f"no result after {seconds} s", seconds) for one in checks]
