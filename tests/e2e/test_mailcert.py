"""countersign mailcert: a person gets a certificate for mail, with real mail servers or with an operator who vouches."""
import glob
import os
import subprocess
import time

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from clients import create_eab
from lab import wait_until
from mail_lab import MailLab

ANN = "ann@corp.example"
PASSWORD = "correct horse"


def secret(lab, name, text):
    file = lab.folder / name
    file.write_text(text + "\n")
    file.chmod(0o600)
    return file


def mailcert(lab, server, *words, check=True, seconds=120):
    return lab.run([lab.binary, "mailcert", *words, "--server", server.directory, "--ca-file", server.ca], check, seconds=seconds)


def check_files(lab, server, folder, address=ANN, password=PASSWORD):
    """Key, certificate and PKCS#12 belong together; openssl signs a message with them. The leaf."""
    chain, key_file = folder / "mail.pem", folder / "mail.key"
    leaf = x509.load_pem_x509_certificate(chain.read_bytes())
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert address in names.get_values_for_type(x509.RFC822Name)
    assert key_file.stat().st_mode & 0o077 == 0 and (folder / "account.key").stat().st_mode & 0o077 == 0
    if password:
        packed = folder / "mail.p12"
        assert packed.stat().st_mode & 0o077 == 0
        key, certificate, more = pkcs12.load_key_and_certificates(packed.read_bytes(), password.encode())
        assert certificate == leaf and len(more) == 1, more
        assert key.public_key().public_numbers() == leaf.public_key().public_numbers()
        shown = lab.run(["openssl", "pkcs12", "-in", packed, "-info", "-nokeys", "-passin", f"pass:{password}"]).stdout
        assert "PBES2, PBKDF2, AES-256-CBC" in shown and "MAC: sha256" in shown, shown
    message, signed = lab.folder / "message.txt", lab.folder / "message.eml"
    message.write_text("Hello,\n\nthis is mine.\n")
    server.openssl("smime", "-sign", "-text", "-in", message, "-signer", chain, "-inkey", key_file, "-certfile", chain, "-out", signed)
    server.openssl("smime", "-verify", "-text", "-in", signed, "-CAfile", server.ca, "-out", lab.folder / "out.txt")
    assert "this is mine" in (lab.folder / "out.txt").read_text()
    return leaf


def test_the_operator_vouches(lab):
    server = lab.server({"profiles": [{"name": "web"}, {"name": "mail", "validation": "client"}]})
    eab = create_eab(lab, server, "--prevalidated", "--name", "corp.example")
    key, password = secret(lab, "eab.key", eab["key"]), secret(lab, "password", PASSWORD)
    folder = lab.folder / "ann"
    said = mailcert(lab, server, ANN, "ann.vos@corp.example", "--folder", folder, "--eab-kid", eab["kid"], "--eab-key-file", key,
                    "--password-file", password).stdout
    assert "mail.p12" in said and PASSWORD not in said and eab["key"] not in said, said
    first = check_files(lab, server, folder)
    assert first.public_key().key_size == 3072
    # Again: the same account and the same key.
    mailcert(lab, server, ANN, "ann.vos@corp.example", "--folder", folder, "--password-file", password)
    again = check_files(lab, server, folder)
    assert again.public_key().public_numbers() == first.public_key().public_numbers()
    # Other kinds of keys, other uses, a key of one's own, no PKCS#12.
    for words, size, usage in ((("--key-type", "ec-p256", "--use", "sign"), 256, (True, False, False)),
                               (("--key-type", "ec-p384"), 384, (True, False, True)),
                               (("--key-type", "rsa-2048", "--use", "encrypt"), 2048, (False, True, False))):
        place = lab.folder / words[1]
        one = create_eab(lab, server, "--prevalidated", "--name", "corp.example")
        mailcert(lab, server, ANN, "--folder", place, *words, "--eab-kid", one["kid"], "--eab-key-file", secret(lab, "k", one["key"]),
                 "--profile", "mail")
        leaf = x509.load_pem_x509_certificate((place / "mail.pem").read_bytes())
        got = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
        assert leaf.public_key().key_size == size
        assert (got.digital_signature, got.key_encipherment, got.key_agreement) == usage, (words, got)
        assert not (place / "mail.p12").exists()
    mailcert(lab, server, ANN, "--folder", folder, "--key", lab.folder / "ec-p256" / "mail.key")
    leaf = x509.load_pem_x509_certificate((folder / "mail.pem").read_bytes())
    assert leaf.public_key().key_size == 256


def test_what_is_wrong_is_said(lab):
    server = lab.server({"profiles": [{"name": "web"}, {"name": "mail", "validation": "client"}]})

    def fails(status, word, *words):
        done = lab.run([lab.binary, "mailcert", *words], check=False)
        assert done.returncode == status and word in done.stdout, done.stdout

    here = ("--server", server.directory, "--ca-file", server.ca, "--folder", lab.folder / "x")
    fails(2, "for which address")
    fails(2, "--server", ANN)
    fails(2, "no address of mail", "ann", *here)
    fails(2, "no address of mail", "../ann@corp.example", *here)
    fails(2, "unexpected word", *here, ANN)
    fails(2, "--key-type", ANN, *here, "--key-type", "rsa-1024")
    fails(2, "go together", ANN, *here, "--eab-kid", "x")
    fails(2, "--use", ANN, *here, "--use", "all")
    fails(1, "email-reply-00", ANN, *here)
    fails(1, "does not answer", ANN, "--server", server.directory, "--folder", lab.folder / "x")
    fails(1, "no ACME directory", ANN, "--server", server.url + "/nothing", "--ca-file", server.ca, "--folder", lab.folder / "x")
    open_file = secret(lab, "open", "x")
    open_file.chmod(0o644)
    fails(1, "open", ANN, *here, "--password-file", open_file)
    assert not glob.glob(str(lab.folder / "x" / "mail.p*"))


def begin(lab, server, *words):
    log = open(lab.folder / "mailcert.log", "wb")
    return lab.popen([lab.binary, "mailcert", *words, "--server", server.directory, "--ca-file", server.ca], stdout=log, stderr=log)


def end(lab, process):
    status = process.wait(60 * lab.patience)
    said = (lab.folder / "mailcert.log").read_text()
    lab.note(said)
    assert status == 0, said


def test_the_challenge_comes_by_mail(lab):
    post = MailLab(lab)
    server = post.server()
    folder, reply = lab.folder / "ann", lab.folder / "reply.eml"
    process = begin(lab, server, ANN, "--folder", folder, "--mail", post.box(ANN), "--reply-file", reply, "--key-type", "ec-p256",
                    "--password-file", secret(lab, "password", PASSWORD))
    wait_until(lambda: reply.exists() or process.poll() is not None, 30 * lab.patience, "the reply")
    post.send(ANN, reply.read_bytes().replace(b"\n", b"\r\n"))
    end(lab, process)
    check_files(lab, server, folder)


def test_the_subject_is_typed(lab):
    post = MailLab(lab)
    server = post.server()
    process = subprocess.Popen([str(lab.binary), "mailcert", ANN, "--server", server.directory, "--ca-file", str(server.ca),
                                "--folder", str(lab.folder / "ann"), "--key-type", "ec-p256"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
    lab.closers.append(process.kill)
    mail = post.wait_mail(ANN)
    said = []
    process.stdin.write("what?\nRe: " + mail["Subject"] + "\n")
    process.stdin.flush()
    while "-----END ACME RESPONSE-----" not in "".join(said):
        line = process.stdout.readline()
        assert line, "".join(said)
        said.append(line)
    text = "".join(said)
    lab.note(text)
    block = text[text.index("-----BEGIN ACME"):]
    assert "to acme@ca.example" in text and "Re: " + mail["Subject"] in text, text
    headers = {"From": ANN, "To": "acme@ca.example", "Subject": "Re: " + mail["Subject"], "In-Reply-To": mail["Message-ID"],
               "Message-ID": "<1@corp.example>", "Date": time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime()),
               "MIME-Version": "1.0", "Content-Type": "text/plain"}
    post.send(ANN, ("".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n" + block).encode())
    rest, _ = process.communicate(timeout=60 * lab.patience)
    lab.note(rest)
    assert process.returncode == 0 and "is proven" in rest, rest
    check_files(lab, server, lab.folder / "ann", password=None)
    assert os.listdir(lab.folder / "ann")
