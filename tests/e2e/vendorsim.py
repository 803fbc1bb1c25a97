"""vendorsim - a simulated vendor for a scenario (docs/vendorsim.md): the program build/vendorsim beside the server's.

    vendor = VendorSim(lab, "digicert")           # started; its files in the scenario's folder
    vendor.control("POST", "/faults", [{"match": "POST *", "kind": "drop_after"}])
    vendor.kill(); vendor.start()                 # kill -9, and on from its state
"""
import http.client
import json
import os
import pathlib
import signal
import ssl

from lab import free_port, wait_until


class Answer:
    def __init__(self, status, body):
        self.status, self.body = status, body

    def json(self):
        return json.loads(self.body)


class VendorSim:
    def __init__(self, lab, vendor, *words, name="vendorsim"):
        self.lab, self.vendor, self.words = lab, vendor, words
        self.binary = pathlib.Path(lab.binary).resolve().parent / "vendorsim"
        self.folder = lab.folder / name
        self.folder.mkdir(exist_ok=True)
        self.ca_file = self.folder / "ca.pem"
        self.state = self.folder / "state"
        self.port, self.control_port = free_port(), free_port()
        self.environment = {}
        self.process = None
        self.start()

    @property
    def url(self):
        return f"https://localhost:{self.port}"

    def start(self):
        with open(self.folder / "log", "a") as log:
            self.process = self.lab.popen(
                [self.binary, self.vendor, "--listen", f"127.0.0.1:{self.port}", "--control", f"127.0.0.1:{self.control_port}",
                 "--state", self.state, "--ca-file", self.ca_file, "--verbose", *self.words], stderr=log, env={**os.environ, **self.environment})
        wait_until(self.answers, 20 * self.lab.patience, "the simulated vendor")

    def answers(self):
        assert self.process.poll() is None, (self.folder / "log").read_text()
        try:
            return self.control("GET", "/clock")
        except OSError:
            return False

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def control(self, method, path, body=None, status=None):
        """What the control plane answers, as JSON (None for an empty answer); AssertionError unless it did what was asked."""
        answer = self.exchange(http.client.HTTPConnection("127.0.0.1", self.control_port, timeout=60), method, path, body, {})
        assert answer.status == status or status is None and answer.status < 300, f"{method} {path}: {answer.status} {answer.body}"
        return answer.json() if answer.body else None

    def api(self, method, path, body=None, **headers):
        """One call of the vendor's API: an Answer. http.client.HTTPException or OSError if it breaks off."""
        context = ssl.create_default_context(cafile=self.ca_file)
        connection = http.client.HTTPSConnection("localhost", self.port, timeout=60, context=context)
        return self.exchange(connection, method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})

    @staticmethod
    def exchange(connection, method, path, body, headers):
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            return Answer(answer.status, answer.read())
        finally:
            connection.close()
