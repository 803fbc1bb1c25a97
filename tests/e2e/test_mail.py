"""Challenges by mail (RFC 8823) with real mail servers: postfix, opendkim, dovecot, and keys in a signed zone."""
import base64
import hashlib
import time

from acme_client import Client, b64, make_csr
from lab import free_port, wait_until
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
    client = registered(post, upstreams=[{"name": "local", "caa_identities": ["ca.example"]}])    # by issuemail, not by issue
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
    shown = lab.run([lab.binary, "authorization", "show", "1", "--config", client.server.folder / "countersign.yaml"],
                    cwd=client.server.folder).stdout
    for line in ("method    email-reply-00", "mail      sent 20", "DKIM signature of corp.example, selector s1, its key by DNSSEC"):
        assert line in shown, shown


def test_replies_from_a_mailbox(lab):
    """By IMAP: what was read is removed, and nothing is taken twice, whatever else comes and whenever the server ends."""
    post = MailLab(lab, by_pipe=False)
    imap = {"imap": f"imaps://localhost:{post.imaps_port}", "poll_interval": "1s"}
    for number in range(20):    # more than a round
        post.send("bob@corp.example", reply_to({"Subject": f"hello {number}", "Message-ID": "<x@y>"}, "Hello.\r\n",
                                               sender="bob@corp.example"))
    client = registered(post, mail=imap)
    order = client.new_order([ANN])
    _, challenge = challenge_of(order)
    mail = post.wait_mail(ANN)
    wait_until(lambda: client.server.log().count("mail_ignored") == 20, 20, "twenty mails that answer nothing")
    reply = reply_to(mail, block(digest_of(client, mail, challenge)))
    client.server.stop()    # the reply comes before the client says that it wrote one, and while nobody reads
    post.send(ANN, reply)
    post.send(ANN, reply)
    client.server.start()
    wait_until(lambda: "mail_reply_signed" in client.server.log(), 20, "the reply to be read")
    answer(client, challenge)
    finish(client, order)
    wait_until(lambda: not list(post.box(US).glob("*/*:*")) and not list(post.box(US).glob("new/*")), 20, "an empty mailbox")
    assert client.server.log().count("mail_taken") <= 2, client.server.log()


def trouble_of(order):
    (_, body), = order.authorizations()
    challenge, = body["challenges"]
    return challenge["status"], challenge.get("error", {}).get("detail", "")


def wait_trouble(order, word):
    """The challenge goes on waiting, and says why a reply did not count."""
    wait_until(lambda: word in trouble_of(order)[1], 15, f"\"{word}\" in the challenge")
    assert trouble_of(order)[0] == "processing", trouble_of(order)


def test_replies_that_do_not_count(lab):
    post = MailLab(lab)
    client = registered(post)
    order = client.new_order([ANN])
    _, challenge = challenge_of(order)
    mail = post.wait_mail(ANN)
    answer(client, challenge)
    digest = digest_of(client, mail, challenge)
    good = post.signed(ANN, reply_to(mail, block(digest)))
    html = f"<html><pre>{block(digest)}</pre></html>"
    quoted = "".join(f"> {line}\r\n" for line in block(digest).splitlines())
    for message, word in (
            (reply_to(mail, block(digest)), "no DKIM signature"),
            (good.replace(digest[:20].encode(), digest[20:40].encode()), "not what was signed"),
            (good.replace(b"Re: ACME", b"RE: ACME"), "verification failed"),
            (good.replace(b"d=corp.example", b"d=ca.example"), "only of others"),
            (good.replace(b"s=s1;", b"s=s2;"), "has no key"),
            (reply_to(mail, block(digest), From="mallory@ca.example"), "from another address"),
            (reply_to(mail, block(digest), From=f"{ANN}, mallory@ca.example"), "one address in From"),
            (reply_to(mail, block(digest), To="somebody@ca.example"), "not addressed To"),
            (reply_to(mail, block(digest), In_Reply_To="<other@ca.example>", References=None), "another mail"),
            (reply_to(mail, block(digest), List_Id="<people.corp.example>"), "mailing list"),
            (reply_to(mail, html, Content_Type="text/html"), "plain text"),
            (reply_to(mail, quoted), "no lines"),
            (reply_to(mail, block("x" + digest)), "not the base64url")):
        assert post.deliver(message) == 0
        wait_trouble(order, word)

    # What is nobody's reply says nothing to anybody.
    said = trouble_of(order)
    for message in (b"", b"\0\xff" * 1000, b"From MAILER-DAEMON\n\n", good.replace(mail["Subject"][6:26].encode(), b"A" * 20),
                    reply_to(mail, "I am away.", Auto_Submitted="auto-replied (vacation)"),
                    reply_to(mail, "It bounced.", Return_Path="<>"),
                    good.replace(b"From: ann", b"From: a@corp.example\nFrom: ann")):
        assert post.deliver(message) == 0
    assert post.deliver(b"Subject: large\n\n" + b"x" * (256 * 1024)) == 65
    assert trouble_of(order) == said
    # Nor does anything of it keep the right one from counting, once; the same again is over.
    assert post.deliver(good) == 0
    finish(client, order)
    for _ in range(3):
        assert post.deliver(good) == 0
    assert client.server.log().count("mail_reply_signed") == 1
    client.server.stop()
    assert post.deliver(good) == 75, "the mail must stay in the queue"
    for secret in (digest, mail["Subject"][6:], challenge["token"]):
        assert secret not in client.server.log()


def test_forms_of_replies(lab):
    """As mail programs write them: with HTML beside it, encoded, with prefixes, folded subjects, without In-Reply-To."""
    post = MailLab(lab)
    client = registered(post, profiles=[{"name": "mail", "validation": "client", "authorization_reuse": 0}])
    alternative = ('--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Here</p>\r\n'
                   '--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
                   'Gr=FC=DFe,\r\n{0}\r\n--b--\r\n')
    forms = [
        (lambda text: text, {"Subject": "[extern] AW: {0}"}),
        (lambda text: "Hello\r\n\r\n" + text + "\r\n> quoted\r\n", {"Subject": "Re: ACME:\r\n {1}\r\n {2}", "In-Reply-To": None, "References": None}),
        (lambda text: base64.encodebytes(text.encode()).decode().replace("\n", "\r\n"),
         {"Content-Transfer-Encoding": "base64", "Subject": "=?utf-8?Q?Re:_ACME:_{1}{2}?="}),
        (lambda text: alternative.format(text), {"Content-Type": "multipart/alternative; boundary=b", "From": f"Ann Example <{ANN.upper()}>"}),
        (lambda text: text.replace("\r\n-----END", "=\r\n-----END"), {"Auto-Submitted": "auto-generated; type=acme", "To": f"The CA <{US}>"}),
    ]
    orders, subjects = [], set()
    for number, (shape, changes) in enumerate(forms, 1):
        order = client.new_order([ANN])
        _, challenge = challenge_of(order)
        mail = post.wait_mail(ANN, number)
        token = mail["Subject"].removeprefix("ACME: ")
        subjects.add(token)
        parts = [part.replace("_", "=5F") if "=?" in changes.get("Subject", "") else part for part in (token[:10], token[10:])]
        changes = {name: value and value.format(mail["Subject"], *parts) for name, value in changes.items()}
        answer(client, challenge)
        post.send(ANN, reply_to(mail, shape(block(digest_of(client, mail, challenge))), **changes))
        orders.append(order)
    assert len(subjects) == len(forms), "each challenge has a token of its own"
    for number, order in enumerate(orders, 1):
        wait_until(lambda: order.refresh() or order.status == "ready", 20, f"an order that is ready (form {number})")


def test_a_wrong_digest_ends_it(lab):
    post = MailLab(lab)
    client = registered(post)
    order = client.new_order([ANN])
    _, challenge = challenge_of(order)
    mail = post.wait_mail(ANN)
    wrong = b64(hashlib.sha256(b"the account's key was another").digest())
    post.send(ANN, reply_to(mail, block(wrong)))
    wait_until(lambda: "mail_reply_signed" in client.server.log(), 15, "the reply")
    assert order.refresh() or order.status == "pending", "nobody has said yet that it is the answer"
    answer(client, challenge)
    order.wait("invalid")
    status, detail = trouble_of(order)
    assert status == "invalid" and "digest in the reply" in detail, detail
    assert post.deliver(post.signed(ANN, reply_to(mail, block(digest_of(client, mail, challenge))))) == 0
    order.refresh()
    assert order.status == "invalid", "there is one chance only"


def test_mail_that_cannot_be_sent(lab):
    post = MailLab(lab)
    client = registered(post, mail={"smtp": f"smtp://localhost:{post.smtp_port}"})
    order = client.new_order(["nobody@corp.example"])
    order.wait("invalid")
    status, detail = trouble_of(order)
    assert status == "invalid" and "nobody@corp.example" in detail and "check the address" in detail, detail
    # A server that is away is tried again.
    client.server.stop()
    port = post.smtp_port
    client.server.config["mail"]["smtp"] = f"smtp://localhost:{free_port()}"
    client.server.start()
    order = client.new_order([ANN])
    wait_until(lambda: "mail_not_sent" in client.server.log(), 15, "a mail that does not leave")
    _, challenge = challenge_of(order)
    answer(client, challenge)
    wait_trouble(order, "could not be sent yet")
    client.server.stop()
    client.server.config["mail"]["smtp"] = f"smtp://localhost:{port}"
    client.server.start()
    post.wait_mail(ANN, seconds=40)
