"""The newcomer's two commands, in a copy of the checkout: build from nothing, certificate, clean end."""
import contextlib
import os
import re
import shutil
import signal
import subprocess

from lab import TOP, wait_until


def copy_of_the_checkout(lab):
    """What a fresh clone of the working tree would hold."""
    top = lab.folder / "checkout"
    names = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=TOP,
                           stdout=subprocess.PIPE, check=True).stdout.decode().split("\0")
    for name in filter(None, names):
        if (TOP / name).is_file():
            (top / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(TOP / name, top / name)
    return top


@contextlib.contextmanager
def served(lab, top, name, *words):
    """A quickstart that stays is ended by Ctrl-C, and all that it started with it."""
    log = lab.folder / name
    with open(log, "wb") as out:
        quickstart = lab.popen(["scripts/quickstart", *words], cwd=top, stdout=out, stderr=out)
    wait_until(lambda: quickstart.poll() is not None or "Serving." in log.read_text(), 240, "the quickstart's end")
    assert quickstart.poll() is None, log.read_text()
    yield log
    with open(f"/proc/{quickstart.pid}/task/{quickstart.pid}/children") as children:
        processes = children.read().split()
    running = {open(f"/proc/{pid}/comm").read().strip() for pid in processes}
    assert running >= {"countersign", *(["vendorsim"] if "--vendor" in words else [])}, running
    quickstart.send_signal(signal.SIGINT)
    assert quickstart.wait(15) == 0, log.read_text()
    assert not [pid for pid in processes if os.path.exists(f"/proc/{pid}")], "it left processes behind"


def check_vendor(words):
    """Three orders in a row: what each was decided to be, with the reason, and that each certificate verified."""
    decided = re.findall(r"Decided on \S+\n +(NEW|DUPLICATE|REISSUE)\b.*?\n +Why\n +([^\n]*).*?Cost and consequences\n +cost +(\w+)", words, re.DOTALL)
    assert [(outcome, cost) for outcome, _, cost in decided] == [("NEW", "billable"), ("DUPLICATE", "free"), ("REISSUE", "free")], words
    assert all(reason.strip() for _, reason, _ in decided), decided
    assert words.count("cert.pem: OK") == words.count("All that was considered") == 3, words
    assert '"billable_orders":1,' in words and '"reissues":1,"duplicates":1,"revocations":0' in words, words


def test_quickstart(lab):
    top = copy_of_the_checkout(lab)
    lab.alone("port 14000")

    words = lab.run(["scripts/quickstart", "--once"], cwd=top, seconds=500).stdout
    assert "BEGIN CERTIFICATE" in words and "OK" in words

    # Again, now to stay: the same installation, another certificate, until Ctrl-C.
    with served(lab, top, "second.log"):
        # While it serves, its ports and its database are taken: a third one says so and fails.
        third = lab.run(["scripts/quickstart", "--once"], cwd=top, check=False)
        assert third.returncode == 1 and "Port 14000 is taken" in third.stdout, third.stdout

    # In front of a vendor; and one beside the other, each with a vendor of its own.
    with served(lab, top, "vendor.log", "--vendor", "digicert") as log:
        check_vendor(log.read_text())
        check_vendor(lab.run(["scripts/quickstart", "--once", "--vendor", "digicert"], cwd=top).stdout)
    words = lab.run(["scripts/quickstart", "--once", "--vendor", "tencent"], cwd=top).stdout
    assert words.count("REISSUE") >= 2 and '"billable_orders":1' in words.replace(" ", ""), words
    words = lab.run(["scripts/quickstart", "--once", "--vendor", "huawei"], cwd=top).stdout
    assert words.count("cert.pem: OK") == 3 and '"orders":3,"portal_orders":0,"billable_orders":3' in words, words
    wrong = lab.run(["scripts/quickstart", "--vendor", "nobody"], cwd=top, check=False)
    assert wrong.returncode == 2 and "usage:" in wrong.stdout, wrong.stdout

    # The ports are another's: quickstart takes others.
    lab.popen(["/usr/bin/python3", "-m", "http.server", "--bind", "127.0.0.1", "14000"], stdout=subprocess.DEVNULL,
              stderr=subprocess.DEVNULL)
    wait_until(lambda: "0100007F:36B0" in open("/proc/net/tcp").read(), what="a listener on port 14000")
    words = lab.run(["scripts/quickstart", "--once"], cwd=top).stdout
    assert "the server listens on 14001" in words


test_quickstart.seconds = 800
