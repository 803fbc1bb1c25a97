"""Challenges by mail (RFC 8823) with real mail servers: postfix, opendkim, dovecot, and keys in a signed zone."""
import hashlib
import json
import time

from acme_client import Client, b64, make_csr
from lab import wait_until
from mail_lab import US, MailLab

ANN = "ann@corp.example"


def registered(post, **changes):
    client = Client(post.server(**changes))
    client.register()
    return client


def challenge_of(order):
    (url, body), = order.authorizations()
    challenge, = body["challenges"]
    return url, challenge


def digest_of(client, mail, challenge):
    part1 = mail["Subject"].removeprefix("ACME: ")
    text = f"{part1}{challenge['token']}.{client.key.thumbprint}"
    return b64(hashlib.sha256(text.encode()).digest())


def block(digest):
    return f"-----BEGIN ACME RESPONSE-----\r\n{digest[:20]}\r\n{digest[20:]}\r\n-----END ACME RESPONSE-----\r\n"


def reply_to(mail, body, sender=ANN, **changes):
    """A reply as mail programs write it; headers of `changes` replace its own (None: without)."""
    headers = {"From": sender, "To": US, "Subject": "Re: " + mail["Subject"], "In-Reply-To": mail["Message-ID"],
               "References": mail["Message-ID"], "Message-ID": f"<{time.time_ns()}@corp.example>",
               "Date": time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime()), "MIME-Version": "1.0",
               "Content-Type": "text/plain; charset=utf-8", "Content-Transfer-Encoding": "7bit"}
    headers.update({name.replace("_", "-"): value for name, value in changes.items()})
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value is not None).encode() + b"\r\n" + body.encode()


def answer(client, challenge):
    return client.post(challenge["url"], {}).ok().json()


def finish(client, order, names=(ANN,)):
    order.wait("ready", seconds=20)
    order.key, der = make_csr(list(names))
    order.take(order.finalize(csr=der).ok().json())
    order.wait("valid")
    order.download()


def test_a_reply_by_pipe(lab):
    post = MailLab(lab)
    client = registered(post)
    order = client.new_order([ANN])
    _, challenge = challenge_of(order)
    mail = post.wait_mail(ANN)
    assert challenge["type"] == "email-reply-00" and challenge["from"] == US, challenge
    assert mail["From"] == US and mail["To"] == ANN and mail["Auto-Submitted"] == "auto-generated; type=acme", mail.items()
    assert len(mail["Subject"].removeprefix("ACME: ")) == 32, mail["Subject"]
    signature = "".join(mail["DKIM-Signature"].split())
    assert "d=ca.example" in signature, signature
    assert ANN in mail.get_content() and client.server.url in mail.get_content()
    answer(client, challenge)
    post.send(ANN, reply_to(mail, "Here you are.\r\n\r\n" + block(digest_of(client, mail, challenge))))
    finish(client, order)
    (_, body), = order.authorizations()
    assert body["status"] == "valid", body
