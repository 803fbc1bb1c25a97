#!/usr/bin/python3
"""run - the end-to-end tests: runs every scenario (a function test_* in tests/e2e/test_*.py), each in a process and folder
of its own, and prints a line for each; at the end "N passed, N failed" alone on a line, with ", N skipped" if scenarios
wanted something that is not here and that nobody is asked to have. Exit status 1 on any failure.

    tests/e2e/run.py [--binary build/countersign] [--jobs N] [--keep FOLDER] [--list] [WORD...]

WORDs choose scenarios: those whose file or name holds one of them. What a scenario printed, its server's log and files
stay below FOLDER (build/e2e); of those that fail, the end of the log is shown.
"""
import argparse
import importlib.util
import inspect
import os
import pathlib
import shutil
import signal
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))

from lab import Lab, Skip  # noqa: E402

SKIPPED = 77    # a scenario's exit status: it could not run here, its log ends with the reason


def scenarios(words):
    """(file stem, name, function), in the order of files and of definition."""
    found = []
    for file in sorted(HERE.glob("test_*.py")):
        spec = importlib.util.spec_from_file_location(file.stem, file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for name, function in vars(module).items():
            if name.startswith("test_") and inspect.isfunction(function) and function.__module__ == file.stem:
                title = f"{file.stem.removeprefix('test_')}: {name.removeprefix('test_').replace('_', ' ')}"
                if not words or any(word in title or word in name for word in words):
                    found.append((title, file.stem, function))
    return found


def run_in_child(scenario, options):
    """What a scenario's own process does: all output into its log, all its processes ended at the end."""
    os.setsid()
    log = os.open(scenario.folder / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    signal.signal(signal.SIGINT, signal.default_int_handler)    # ignored, if this runs in the background of a shell
    keep_environment_plain(scenario.folder)
    lab = Lab(scenario.folder, options.binary, options.patience)
    status = 1
    try:
        scenario.function(lab)
        lab.stop_servers()
        status = 0
    except Skip as reason:
        print(reason)
        status = SKIPPED
    except BaseException:
        traceback.print_exc()
    finally:
        lab.close()
        sys.stdout.flush()
        os._exit(status)


def keep_environment_plain(folder):
    """No proxy, trust setting or home folder of this machine reaches a client; temporary files stay in the scenario."""
    kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
    os.environ.clear()
    os.environ.update(kept, PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LANG="C.UTF-8",
                      HOME=str(folder), TMPDIR=str(folder), PYTHONDONTWRITEBYTECODE="1")


class Scenario:
    """One scenario, running in a process group of its own, which does not outlive it."""

    def __init__(self, title, stem, function, options):
        self.title = title
        self.function = function
        self.folder = (options.keep / stem / function.__name__).resolve()
        self.started = time.monotonic()
        self.limit = getattr(function, "seconds", 120) * options.patience
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.pid = os.fork()
        if self.pid == 0:
            run_in_child(self, options)

    def seconds(self):
        return time.monotonic() - self.started

    def end_if_late(self):
        if self.seconds() > self.limit:
            with open(self.folder / "log", "a") as log:
                log.write(f"\nended by the runner after {self.limit} s\n")
            self.kill()

    def kill(self):
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def report(self, outcome):
        if outcome == "skipped":
            print(f"skip  {self.title}: {tail(self.folder / 'log', 1).strip()}", flush=True)
            return
        print(f"{'ok  ' if outcome == 'passed' else 'FAIL'}  {self.title} ({self.seconds():.1f} s)", flush=True)
        if outcome == "failed":
            (self.folder / "cases").unlink(missing_ok=True)    # what it saw does not count
            print(f"  the end of {self.folder}/log:\n{tail(self.folder / 'log')}"
                  f"  the end of the server's log:\n{tail(self.folder / 'server' / 'server.log', 15)}", flush=True)


def run_all(chosen, options):
    """Runs them, `jobs` at a time; how many passed, failed and were skipped."""
    waiting, running, count = list(reversed(chosen)), {}, {"passed": 0, "failed": 0, "skipped": 0}
    try:
        while waiting or running:
            while waiting and len(running) < options.jobs:
                scenario = Scenario(*waiting.pop(), options)
                running[scenario.pid] = scenario
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid in running:
                scenario = running.pop(pid)
                scenario.kill()    # whatever it left behind
                outcome = {0: "passed", SKIPPED: "skipped"}.get(os.waitstatus_to_exitcode(status), "failed")
                scenario.report(outcome)
                count[outcome] += 1
                continue
            for scenario in running.values():
                scenario.end_if_late()
            time.sleep(0.01)
    finally:
        for scenario in running.values():
            scenario.kill()
    return count


def tail(file, lines=40):
    if not file.exists():
        return ""
    return "".join(f"    {line}\n" for line in file.read_text(errors="replace").splitlines()[-lines:])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=TOP / "build" / "countersign", type=pathlib.Path)
    # Scenarios mostly wait for time to pass.
    parser.add_argument("--jobs", default=2 * os.cpu_count(), type=int)
    parser.add_argument("--keep", default=TOP / "build" / "e2e", type=pathlib.Path)
    parser.add_argument("--patience", default=1, type=float, help="factor for all time limits (sanitizers are slow)")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("words", nargs="*", metavar="WORD")
    options = parser.parse_args()

    chosen = scenarios(options.words)
    if options.list:
        print("\n".join(title for title, _, _ in chosen))
        return 0

    if not os.access(options.binary, os.X_OK):
        sys.exit(f"there is no program at {options.binary}; scripts/build makes it")
    if not options.words:
        for old in options.keep.glob("*/*/cases"):    # of scenarios that may be no more (client_table reads all)
            old.unlink()
    count = run_all(chosen, options)
    skipped = f", {count['skipped']} skipped" if count["skipped"] else ""
    print(f"{count['passed']} passed, {count['failed']} failed{skipped}")
    return 1 if count["failed"] or not count["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
