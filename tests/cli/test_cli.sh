#!/usr/bin/env bash
# test_cli - the program as its user meets it: words in, exit status and sentences out.
#
#   tests/cli/test_cli.sh PROGRAM
set -u
program=$(readlink -f "$1")
docs=$(dirname "$(readlink -f "$0")")/../../docs
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failed=0

fail()
{
    printf 'failed: %s\n  wanted: %s\n  got:    %s\n' "$1" "$2" "$3"
    failed=1
}

# expect STATUS STREAM PATTERN WORDS...: the program ends with STATUS, and all that it says on STREAM (out, err) matches
# PATTERN, a glob; on the other stream it says nothing.
expect()
{
    local status=$1 stream=$2 pattern=$3 other=out got said
    shift 3
    [ "$stream" = err ] || other=err

    "$program" "$@" >out 2>err
    got=$?
    said=$(<"$stream")
    [ "$got" = "$status" ] || fail "countersign $*" "exit status $status" "$got"
    # shellcheck disable=SC2053 # the pattern is one
    [[ $said == $pattern ]] || fail "countersign $*" "$pattern" "$said"
    [ ! -s "$other" ] || fail "countersign $*" "nothing on $other" "$(<"$other")"
}

# What --help says.
expect 0 out 'Countersign is *usage: countersign COMMAND*commands:*  check  *' --help
expect 0 out 'usage: countersign check --config FILE*options:*  --config FILE *  --explain *  --help *' check --help
expect 0 out 'usage: countersign check *' check --config x -h
expect 0 out 'countersign [0-9]*.[0-9]*.[0-9]*' --version
expect 2 err 'Countersign is *commands:*'

# Slips are answered with one sentence.
expect 2 err 'countersign: unknown command chek, did you mean check?; see countersign --help' chek
expect 2 err 'countersign: unknown command frobnicate; see countersign --help' frobnicate
expect 2 err 'countersign: unknown command ; see countersign --help' ''
expect 2 err 'countersign: unknown option --verbose; see countersign --help' --verbose
expect 2 err 'countersign check: unknown option --confg, did you mean --config?; see countersign check --help' check --confg x
expect 2 err 'countersign check: unknown option --frobnicate; see countersign check --help' check --frobnicate
expect 2 err 'countersign check: unknown option -x; see countersign check --help' check -x
expect 2 err 'countersign check: --config needs a value; see countersign check --help' check --config
expect 2 err 'countersign check: --explain takes no value; see countersign check --help' check --explain=all
expect 2 err 'countersign check: unexpected word "c.yaml"; see countersign check --help' check c.yaml
expect 2 err 'countersign check: --config FILE is missing; see countersign check --help' check

expect 2 err 'countersign policy: say what to do: explain or rules; see countersign policy --help' policy
expect 2 err 'countersign policy: say what to do: explain or rules; *' policy decide
expect 2 err 'countersign policy explain: say for what: --names a.example,b.example or --csr FILE; or --facts FILE; *' policy explain
expect 2 err 'countersign policy explain: *nothing-here*' policy explain --facts nothing-here
expect 2 err 'countersign policy explain: unknown option --fcts, did you mean --facts?; *' policy explain --fcts x
expect 2 err 'countersign policy rules: unexpected word "x"; *' policy rules x
expect 0 out 'DUPLICATE order 1001: *Why*DC-TLS-DUP-6*Considered*Cost and consequences*' \
    policy explain --facts "$docs/examples/second-server.json"
expect 0 out '{"outcome":"DUPLICATE","target":"1001",*' policy explain --json --facts "$docs/examples/second-server.json"

expect 2 err 'countersign eab: say what to do: create, list or revoke KID; see countersign eab --help' eab
expect 2 err 'countersign eab: say what to do: create, list or revoke KID; see countersign eab --help' eab remove
expect 2 err 'countersign eab create: unknown option --nmae, did you mean --name?; *' eab create --nmae x
expect 2 err 'countersign eab create: unexpected word "x"; *' eab create x
expect 2 err 'countersign eab create: --uses "0" is neither a number nor unlimited; *' eab create --uses 0
expect 2 err 'countersign eab create: --expires "soon" is not a time such as 30d or 12h; *' eab create --expires soon
expect 2 err 'countersign eab list: unknown option --name; *' eab list --name x
expect 2 err 'countersign eab revoke: say which: eab revoke KID; *' eab revoke
expect 2 err 'countersign eab revoke: "../x" is no kid of eab list; *' eab revoke ../x
expect 2 err 'none.yaml: cannot be read: No such file or directory' eab list --config none.yaml
expect 1 err 'countersign eab list: no server listens on ./countersign-data/admin.sock' eab list
expect 2 err 'countersign authorization: say what to do: list \[NAME] or show NUMBER; see countersign authorization --help' authorization
expect 2 err 'countersign authorization show: say which: authorization show NUMBER; *' authorization show --json
expect 2 err 'countersign authorization show: "../x" is no number, as authz=... in the log is; *' authorization show ../x
expect 2 err 'countersign authorization list: "A/b" is no name in lower case, without "\*."; *' authorization list A/b
expect 1 err 'countersign authorization show: no server listens on ./countersign-data/admin.sock' authorization show 17
for noun in account order certificate action; do
    expect 2 err "countersign $noun: say what to do: list or show NUMBER*; see countersign $noun --help" "$noun"
    expect 2 err "countersign $noun: say what to do: list or show NUMBER*" "$noun" remove 1
    expect 2 err "countersign $noun show: say which: $noun show NUMBER*; *" "$noun" show --json
    expect 2 err "countersign $noun show: \"../x\" is no $noun; say NUMBER*; *" "$noun" show ../x
    expect 2 err "countersign $noun show: unknown option --limit; *" "$noun" show 1 --limit 3
    expect 2 err "countersign $noun list: --limit takes a number, 1 to 1000, not \"many\"; *" "$noun" list --limit many
    expect 2 err "countersign $noun list: unexpected word \"x\"; *" "$noun" list x
    expect 1 err "countersign $noun list: no server listens on ./countersign-data/admin.sock" "$noun" list
done
expect 2 err 'countersign certificate revoke: say which: certificate revoke NUMBER, URL, SERIAL or FILE; *' certificate revoke
expect 2 err 'countersign certificate revoke: "../x" is no certificate, and no file; say NUMBER, URL, SERIAL or FILE; *' certificate revoke ../x
expect 2 err 'countersign certificate revoke: --reason takes unspecified, *, not "boredom"; *' certificate revoke 1 --reason boredom
expect 1 err 'countersign certificate revoke: no server listens on ./countersign-data/admin.sock' certificate revoke 1 --reason superseded
expect 2 err 'countersign action list: unknown option --staet, did you mean --state?; *' action list --staet done
expect 2 err 'countersign order show: "https://acme.example/acme/account/x" is no order; *' order show https://acme.example/acme/account/x
expect 2 err 'countersign perspective: --config FILE is missing; *' perspective
expect 2 err 'none.yaml: cannot be read: No such file or directory' perspective --config none.yaml

# Configurations, good and bad.
printf 'log: {level: loud}\nworkers: 300\n' >bad.yaml
printf 'listen: {acme: ":443"}\nexternal_url: https://acme.example.org\n' >good.yaml
expect 2 err $'bad.yaml:1: log.level: "loud" is not one of debug, info, warning, error\nbad.yaml:2: workers: 300 is not between 0 and 256' check --config bad.yaml
expect 2 err 'none.yaml: cannot be read: No such file or directory' check --config none.yaml
expect 0 out $'good.yaml: ok\nlistens on *:443\nexternal URL *https://acme.example.org\nupstream *local: *\nprofile *default: from local, for 90d' check --config good.yaml
expect 2 err 'good.yaml: perspective.listen: must be given for countersign perspective' perspective --config good.yaml
touch pem
printf 'perspectives: [{name: a, url: "https://a.example:1", region: arin, ca_file: pem, certificate_file: pem, key_file: pem}]\n' >few.yaml
expect 0 out $'few.yaml: ok\n*\nperspective   a: at https://a.example:1, in arin\nquorum        0 of 1 perspectives may disagree\nwarning       publicly trusted CAs need * perspectives in 2 regions (Baseline Requirements, 3.2.2.9); there are 1' check --config few.yaml
sed 's/}]$/}, {name: b, url: "https:\/\/b.example:1", region: apnic, ca_file: pem, certificate_file: pem, key_file: pem}]/' few.yaml >two.yaml
expect 0 out $'two.yaml: ok\n*\nquorum        1 of 2 perspectives may disagree, if the others stand in 2 regions\n*' check --config two.yaml
expect 0 out '*: ok*short-lived: from internal-ca, for 6d*' check "--config=$docs/countersign.example.yaml"
expect 0 out "$(sed 's/[][*?\\]/\\&/g' "$docs/configuration.md")" check --explain
[ -z "$(find . -name countersign-data)" ] || fail "check" "nothing created" "countersign-data"

# Output that cannot be written is no success.
"$program" --help >/dev/full 2>err && fail "--help >/dev/full" "exit status 1" 0
grep -q '^countersign: standard output cannot be written: ' err || fail "--help >/dev/full" "a sentence" "$(<err)"

# Completion offers what --help says.
complete_words()
{
    COMP_WORDS=("$program" "$@") COMP_CWORD=$#
    COMPREPLY=()
    _countersign
    printf '%s ' "${COMPREPLY[@]}"
}
expect_words()
{
    local wanted=$1 got
    shift
    got=$(complete_words "$@")
    [ "$got" = "$wanted " ] || fail "completion of: countersign $*" "$wanted" "$got"
}
# shellcheck source=docs/countersign.bash
source "$docs/countersign.bash"
expect_words 'check' ch
expect_words '--help --version' --
expect_words '--config --explain --help' check --
expect_words 'bad.yaml' check --config ba
expect_words 'create' eab cr
expect_words '' frobnicate --

# The manual page names every command and option.
for word in $("$program" --help | sed -n '/^commands:/,$s/^  \([a-z]*\).*/\1/p'); do
    grep -q "^\.B $word\$" "$docs/countersign.1" || fail "countersign.1" "command $word" "none"
    for option in $("$program" "$word" --help | sed -n '/^options:/,$s/^  --\([a-z-]*\).*/\1/p'); do
        grep -q "^\.BI\{0,1\} \\\\-\\\\-$(sed 's/-/\\\\-/g' <<<"$option")" "$docs/countersign.1" ||
            fail "countersign.1" "option --$option of $word" "none"
    done
done

# Every example says what stands beside it, and policy.md shows one of them.
for example in "$docs"/examples/*.json; do
    "$program" policy explain --facts "$example" >out 2>&1
    diff "${example%.json}.txt" out >&2 || fail "$example" "what stands in ${example%.json}.txt" "the difference above"
done
sed 's/^\(..*\)/    \1/' "$docs/examples/second-server.txt" >shown
sed -n '/^    DUPLICATE order/,/^More examples/p' "$docs/policy.md" | sed '$d' | sed '$d' | diff - shown >&2 ||
    fail "policy.md" "the example second-server.json as it is explained" "the difference above"

# The rules in policy.md are those of the program.
sed -n '/^### digicert$/,$p' "$docs/policy.md" >documented
"$program" policy rules | sed -n '/^### digicert$/,$p' >printed
diff documented printed >&2 || fail "policy.md" "what countersign policy rules prints" "the difference above"

[ "$failed" = 0 ] && echo "the command line is as it should be"
exit "$failed"
