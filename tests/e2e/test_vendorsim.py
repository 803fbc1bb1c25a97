"""The vendors' simulator itself: what it promised outlives kill -9, and nothing starts that could not work."""
import subprocess

from lab import free_port
from vendorsim import VendorSim


def test_kill_9_loses_nothing_that_was_promised(lab):
    vendor = VendorSim(lab, "digicert")
    ca, tls_ca = vendor.control("GET", "/ca"), vendor.ca_file.read_text()
    for days in range(1, 6):
        vendor.control("POST", "/clock", {"advance_s": 86400})
        assert vendor.api("GET", "/services/v2/nowhere").status == 404
        vendor.kill()
        vendor.start()
        offset = vendor.control("GET", "/clock")["offset_s"]
        assert offset == days * 86400, offset
    assert vendor.control("GET", "/ca") == ca
    assert vendor.ca_file.read_text() == tls_ca
    assert vendor.control("GET", "/calls") == {"total": 0, "calls": []}

    # What was being written when it was killed is as if it had never begun.
    vendor.kill()
    with open(vendor.state, "a") as state:
        state.write('["put","clock","offset",{"seconds":5}]\n["en')
    vendor.start()
    assert vendor.control("GET", "/clock")["offset_s"] == 5 * 86400
    assert not vendor.state.read_text().endswith('"en'), "the rest is still there"


def test_words_that_cannot_work_are_refused(lab):
    vendor = VendorSim(lab, "digicert")
    own = ["--listen", f"127.0.0.1:{free_port()}", "--control", f"127.0.0.1:{free_port()}"]
    refused = [
        ([], 2, "one vendor"),
        (["acme", *own], 2, "unknown vendor acme"),
        (["digicert"], 2, "--listen and --control"),
        (["digicert", *own, "--http-port", "99999"], 2, "99999"),
        (["digicert", *own, "--plain", "--tls-certificate", "a", "--tls-key", "b"], 2, "--plain"),
        (["digicert", *own, "--tls-certificate", "a"], 2, "--tls-key"),
        (["digicert", *own, "--frobnicate"], 2, "frobnicate"),
        (["digicert", *own, "--set", "nothing=yes"], 1, "no setting nothing"),
        (["digicert", *own, "--rates", "fast"], 1, "fast"),
        (["digicert", *own, "--state", vendor.state], 1, "another process has the state"),
        (["digicert", "--listen", f"127.0.0.1:{vendor.port}", *own[2:]], 1, "in use"),
    ]
    for words, status, part in refused:
        ended = subprocess.run([vendor.binary, *map(str, words)], capture_output=True, text=True, timeout=30)
        assert ended.returncode == status and part in ended.stderr, (words, ended)
    text = subprocess.run([vendor.binary, "--help"], capture_output=True, text=True, check=True).stdout
    for word in ("--listen", "--control", "--state", "--dns", "--set", "vendor digicert"):
        assert word in text, text
