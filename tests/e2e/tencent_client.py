"""tencent_client - calls of Tencent Cloud's API 3.0 (service ssl), signed with TC3-HMAC-SHA256: for the simulator's scenarios,
and for looking at what a connector did.

    cloud = TencentCloud(vendor)                   # a VendorSim of "tencent", with the first account's key
    cloud.call("DescribeCertificates", Limit=100)["Certificates"]
    cloud.refused("ReplaceCertificate", CertificateId="tcA1b2C3", ValidType="DNS")      # the code of the error
"""
import hashlib
import hmac
import http.client
import json
import ssl
import time

KEY = ("AKIDEXAMPLE0000000000000000000000001", "ExampleSecretKeyForTestsOnly0001")
JSON_TYPE = "application/json; charset=utf-8"
VERSION = "2019-12-05"


def digest(data):
    return hashlib.sha256(data).hexdigest()


def sign(secret_id, secret_key, timestamp, headers, body):
    """The header Authorization for a request with these signed headers (a dict of lower-case names)."""
    date = time.strftime("%Y-%m-%d", time.gmtime(timestamp))
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip().lower()}\n" for name in sorted(headers))
    request = f"POST\n/\n\n{lines}\n{names}\n{digest(body)}"
    text = f"TC3-HMAC-SHA256\n{timestamp}\n{date}/ssl/tc3_request\n{digest(request.encode())}"
    key = ("TC3" + secret_key).encode()
    for word in (date, "ssl", "tc3_request"):
        key = hmac.digest(key, word.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    return f"TC3-HMAC-SHA256 Credential={secret_id}/{date}/ssl/tc3_request, SignedHeaders={names}, Signature={signature}"


class TencentError(Exception):
    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code = code


class TencentCloud:
    def __init__(self, vendor, key=KEY, token=None):
        self.vendor, self.key, self.token = vendor, key, token

    def headers(self, action, body, timestamp=None, **other):
        """All headers of a signed request; `other` go on top of them, unsigned."""
        timestamp = int(time.time()) if timestamp is None else timestamp
        signed = {"content-type": JSON_TYPE, "host": f"localhost:{self.vendor.port}", "x-tc-action": action}
        headers = {"Host": signed["host"], "Content-Type": JSON_TYPE, "X-TC-Action": action, "X-TC-Version": VERSION,
                   "X-TC-Timestamp": str(timestamp), "Authorization": sign(*self.key, timestamp, signed, body)}
        if self.token:
            headers["X-TC-Token"] = self.token
        return headers | {name.replace("_", "-"): value for name, value in other.items()}

    def send(self, method, headers, body):
        """Status, headers and body of the answer to a request as it is."""
        connection = http.client.HTTPSConnection("localhost", self.vendor.port, timeout=60,
                                                 context=ssl.create_default_context(cafile=self.vendor.ca_file))
        try:
            connection.request(method, "/", body, {name: value for name, value in headers.items() if value is not None})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def exchange(self, action, params, **headers):
        body = json.dumps(params).encode()
        status, _, answer = self.send("POST", self.headers(action, body, **headers), body)
        assert status == 200, (action, status, answer)
        response = json.loads(answer)["Response"]
        assert response["RequestId"], response
        return response

    def call(self, action, **params):
        """The members of the answer. TencentError if it is an error."""
        response = self.exchange(action, params)
        if "Error" in response:
            raise TencentError(response["Error"]["Code"], response["Error"]["Message"])
        return response

    def refused(self, action, **params):
        """The code of the error that a call is answered with; AssertionError if it is not."""
        response = self.exchange(action, params)
        assert "Error" in response, f"{action} {params} was done: {response}"
        return response["Error"]["Code"]
