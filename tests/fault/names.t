#!/bin/sh
# vitals-post and names: a name server that does not answer holds up nobody
# else, and a name that turns out to be a private address gains nothing.
. "$(dirname "$0")/../cli/tap.sh"
. "$TESTS/cli/post.sh"
# shellcheck source=tests/fault/fault.sh
. "$TESTS/fault/fault.sh"
preload names -ldl
hook
base=http://127.0.0.1:$PORT
post() { LD_PRELOAD=$WORK/names.so vitals-post --allow-http "$@"; }
seconds() { echo $((($(date +%s%N) - before) / 1000000000)); }

# ---- A name server that does not answer: before that ends, all this has ended.
(for i in 1 2 3 4 5; do
	echo '{"id":"s-'$i'","endpoint":"http://n'$i'.slow.test/"}'
	echo '{"id":"o-'$i'","endpoint":"'"$base"'/ok"}'
done) >in
before=$(date +%s%N)
try 'a name server that hangs' post -q --max-attempts 1 --timeout 10 <in
is_status 4
stdout_lines 10
stderr_has 's-1: dead after 1 attempt: \(timeout\|DNS\): '
[ "$(seconds)" -lt 300 ]
ok 'ends in time'
[ "$(jq -r 'select(.status == "delivered") | .id' .out | grep -c ^o-)" -eq 5 ]
ok 'others are served'
jq -s -e '(map(select(.status == "delivered") | .settled) | max) <
	(map(select(.status == "dead") | .settled) | min)' .out >/dev/null
ok 'without waiting for it'
LD_PRELOAD=$WORK/names.so vitals-post --allow-http --spool spool <in >out 2>err &
pid=$!
wait_for has_lines 5 out
before=$(date +%s%N)
kill $pid
wait $pid
[ $? -eq 0 ] && [ "$(seconds)" -lt 300 ]
ok 'SIGTERM ends it as well'
[ "$(vitals-post --spool spool --list | jq -r 'select(.status != "delivered") | .id' | wc -l)" -eq 5 ]
ok 'what was not sent stays in the spool'

# ---- Names of private addresses
echo '{"id":"p-1"}' >one
for a in 127.0.0.1 10.1.2.3 169.254.169.254 192.168.1.1 100.64.0.1 0.0.0.0 \
	--1 --ffff-127.0.0.1 --ffff-169.254.169.254 fd00--1 fe80--1 \
	2002-7f00-1-- 2002-a9fe-a9fe--1 64-ff9b--a00-1 2001-0-1--1; do
	try "at-$a.test" post -q --deny-private "http://at-$a.test:$PORT/ok" <one
	is_status 4
	stdout_json '.status == "dead" and .attempts == 1 and (.error | test("^denied: .* is a private address$"))'
	stderr_has 'is a private address'
done
[ ! -s log ] || ! jq -r .id log | grep -q p-1
ok 'nothing was sent to them'
try 'a name of loopback, and not denied' post -q "http://at-127.0.0.1.test:$PORT/ok" <one
is_status 0
stdout_json '.status == "delivered"'
is_stderr ''
# Plain http to a name of loopback: every address it has is looked at.
try 'localhost that is elsewhere' env LD_PRELOAD="$WORK/names.so" vitals-post -q "http://at-10.0.0.1.test/" <one
is_status 2
is_stdout ''
stderr_has 'plain http goes only to loopback'
done_testing
