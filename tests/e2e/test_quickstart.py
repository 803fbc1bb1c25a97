"""The newcomer's two commands, in a copy of the checkout: build from nothing, certificate, clean end."""
import os
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


def test_quickstart(lab):
    top = copy_of_the_checkout(lab)
    lab.alone("port 14000")

    words = lab.run(["scripts/quickstart", "--once"], cwd=top, seconds=500).stdout
    assert "BEGIN CERTIFICATE" in words and "OK" in words

    # Again, now to stay: the same installation, another certificate, until Ctrl-C.
    log = lab.folder / "second.log"
    with open(log, "wb") as out:
        second = lab.popen(["scripts/quickstart"], cwd=top, stdout=out, stderr=out)
    wait_until(lambda: second.poll() is not None or "Serving." in log.read_text(), 120, "the second quickstart's end")
    assert second.poll() is None, log.read_text()

    # While it serves, its ports and its database are taken: a third one says so and fails.
    third = lab.run(["scripts/quickstart", "--once"], cwd=top, check=False)
    assert third.returncode == 1 and "Port 14000 is taken" in third.stdout, third.stdout

    with open(f"/proc/{second.pid}/task/{second.pid}/children") as children:
        processes = children.read().split()
    assert any("countersign" in open(f"/proc/{pid}/comm").read() for pid in processes), processes
    second.send_signal(signal.SIGINT)
    assert second.wait(15) == 0, log.read_text()
    assert not [pid for pid in processes if os.path.exists(f"/proc/{pid}")], "it left processes behind"

    # The ports are another's: quickstart takes others.
    lab.popen(["/usr/bin/python3", "-m", "http.server", "--bind", "127.0.0.1", "14000"], stdout=subprocess.DEVNULL,
              stderr=subprocess.DEVNULL)
    wait_until(lambda: "0100007F:36B0" in open("/proc/net/tcp").read(), what="a listener on port 14000")
    words = lab.run(["scripts/quickstart", "--once"], cwd=top).stdout
    assert "the server listens on 14001" in words


test_quickstart.seconds = 800
