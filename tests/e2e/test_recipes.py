"""The recipes of docs/clients.md, word for word: each section is a scenario, run by root in namespaces of its own, so that ports 80,
443 and 14000 are free and what it writes to /etc and /var is gone afterwards. Comments in the page say what to do with the block
of text that follows: `run`, `run in the background`, `file PATH`; or at once: `trust` (the root is installed), `web server` (for
/var/www/html), `verify CHAIN KEY` (for www.localhost)."""
import os
import re
import shlex

from lab import NEWER_CLIENTS, TOP, Skip, newer_client

PAGE = TOP / "docs" / "clients.md"

# Before the recipe: the network is a fresh loopback, /etc, /var and /usr/local are covered, the server has no configuration.
BEGIN = """\
#!/bin/bash
set -e
ip link set lo up
mkdir over
mount -t tmpfs over over
for folder in etc var usr/local; do
    mkdir -p over/$folder/upper over/$folder/work
    mount -t overlay -o lowerdir=/$folder,upperdir=over/$folder/upper,workdir=over/$folder/work over /$folder
done
echo '127.0.0.1 localhost www.localhost' >/etc/hosts
export ROOT=$PWD/countersign-data/ca.pem

until_open()    # a port
{
    for _ in $(seq 100); do
        (: </dev/tcp/127.0.0.1/$1) 2>/dev/null && return
        sleep 0.1
    done
    echo "nothing listens on port $1"
    exit 1
}

web_server()
{
    mkdir -p /var/www/html/.well-known/acme-challenge
    /usr/bin/python3 -m http.server 80 --bind 127.0.0.1 --directory /var/www/html >web.log 2>&1 &
    until_open 80
}

trust()
{
    cp $ROOT /usr/local/share/ca-certificates/countersign.crt
    update-ca-certificates
}

verify()    # a chain, a key
{
    openssl verify -x509_strict -CAfile "$ROOT" -untrusted "$1" -verify_hostname www.localhost "$1"
    [ "$(openssl x509 -in "$1" -noout -pubkey)" = "$(openssl pkey -in "$2" -pubout)" ]
}
"""


def sections():
    """{title: lines} of the page's sections that say how to be run."""
    found = {}
    for part in re.split(r"^## ", PAGE.read_text(), flags=re.M)[1:]:
        title, text = part.split("\n", 1)
        if re.search(r"^<!-- run\b", text, re.M):
            found[title] = text.split("\n")
    return found


def block(lines):
    """The next indented text, taken from the front of `lines`."""
    while lines and not lines[0].startswith("    "):
        assert not lines[0].strip(), f"text where a block should be: {lines[0]}"
        lines.pop(0)
    taken = []
    while lines and (lines[0].startswith("    ") or not lines[0].strip()):
        taken.append(lines.pop(0).removeprefix("    "))
    return "\n".join(taken).strip("\n") + "\n"


def to_shell(lines):
    lines, script = list(lines), []
    while lines:
        comment = re.fullmatch(r"<!-- (.*) -->", lines.pop(0))
        verb, *words = shlex.split(comment[1]) if comment else [""]
        if comment is None:
            continue
        if comment[1] == "run in the background":
            script.append(f"{{\n{block(lines)}}} >background.log 2>&1 &\n")
        elif comment[1] == "run":
            script.append(f"set -x\n{block(lines)}{{ set +x; }} 2>/dev/null\n")
        elif verb == "file":
            script.append(f"mkdir -p {os.path.dirname(words[0]) or '.'}\ncat >{words[0]} <<'END OF FILE'\n{block(lines)}END OF FILE\n")
        elif verb == "verify":
            script.append(f"verify {words[0]} {words[1]}\n")
        else:
            assert comment[1] in ("trust", "web server"), comment[0]
            script.append(comment[1].replace(" ", "_") + "\n")
    return "".join(script)


def scenario(title, lines):
    def run(lab):
        if os.geteuid() != 0:
            raise Skip("a recipe is for root")
        if title == "acme.sh":
            newer_client("acme.sh", "acme.sh")
        script = lab.folder / "recipe"
        script.write_text(f"{BEGIN}{shlex.quote(str(lab.binary))} serve >server.log 2>&1 &\nuntil_open 14000\n{to_shell(lines)}")
        lab.run(["unshare", "--net", "--mount", "--pid", "--mount-proc", "--fork", "--kill-child", "bash", script],
                env={**os.environ, "PATH": f"{NEWER_CLIENTS / 'acme.sh'}:{os.environ['PATH']}"})
    return run


for title, lines in sections().items():
    function = scenario(title, lines)
    function.__name__ = "test_" + re.sub(r"\W+", "_", title.lower()).strip("_")
    globals()[function.__name__] = function
