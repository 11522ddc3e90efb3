#!/bin/sh
# The commands of README.md, "Check a signature by hand", run unchanged, and compute the
# signature that vitals-sign made.
. "$(dirname "$0")/tap.sh"

for c in jq openssl base64 od; do
	command -v $c >/dev/null || skip_all "no $c here"
done
awk '/^## / { inside = $0 == "## Check a signature by hand" }
	inside && sub(/^    /, "")' "$ROOT/README.md" >commands
grep -q 'openssl dgst' commands && grep -q 'openssl pkeyutl' commands
ok 'the README has the commands'

umask 077
try 'they run' sh -eu commands
is_status 0
stdout_lines 3
stderr_has '^vitals-sign: wrote the key [0-9a-f]\{8\} to key$'
sed -n 1p .out >ours
sed -n 2p .out >its
cmp -s ours its
ok 'the signature by hand is the signature of the message'
grep -Eq '^v1,[A-Za-z0-9+/]{43}=$' ours
ok 'it is one'
[ "$(sed -n 3p .out)" = 'Signature Verified Successfully' ]
ok 'openssl verifies the Ed25519 signature'

# A changed payload gives another signature by the same commands.
sed -n '/^hexkey=/,$p' commands | sed '/^vitals-sign/d' >check
sed 's/72\.0/72.1/' message >changed && mv changed message
try 'of a changed payload' sh -eu check
is_status 1
# OpenSSL 3.5 prints more than 3.0.
grep -v ':error:' .err >other
[ ! -s other ]
ok 'nothing else fails'
tap_seen e
sed -n 1p .out >ours
sed -n 2p .out >its
stdout_lines 3
[ "$(cat ours)" != "$(cat its)" ]
ok 'they differ'
grep -q 'Signature Verification Failure' .out
ok 'and openssl refuses it'
done_testing
