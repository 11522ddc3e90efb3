#!/bin/sh
# The audit file of a vitals-post that is killed, started again and rotated: the chain
# holds, and every event is in it.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
hook
base=http://127.0.0.1:$PORT
N=3000
events $N >in

post() { # in the background
	vitals-post -q -c 4 --spool spool --audit audit "$base/ok" <in >receipts 2>err &
	pid=$!
}
has_attempts() { # N
	[ -s audit ] && [ "$(grep -c '^{"record":"attempt"' audit)" -ge "$1" ]
}

# ---- Killed three times, each time with requests in progress.
for least in 200 600 1200; do
	post
	wait_for has_attempts $least
	kill -9 $pid
	wait $pid 2>/dev/null
	try "killed after $least attempts" vitals-audit verify -q audit
	is_status 0
	stdout_json '.faults == 0 and .first == 0'
	is_stderr ''
done
# What a power failure may leave.
printf '{"record":"attempt","seq":12' >>audit
try 'torn' vitals-audit verify audit
is_status 0
stdout_lines 1
stderr_has '^vitals-audit: audit:[0-9]*: incomplete: '
cp audit torn

# ---- It finishes, and the file is renamed twice while it runs.
mkfifo pipe
: >receipts # those of the earlier ones are not its
vitals-post -q --follow --spool spool --audit audit "$base/ok" <pipe >receipts 2>err &
pid=$!
exec 8>pipe
has_receipts() { # N
	[ "$(wc -l <receipts)" -ge "$1" ]
}
cat in >&8
wait_for has_receipts $N
ok 'every event has its receipt' err
mv audit audit.1
echo '{"id":"more-1"}' >&8
wait_for has_receipts $((N + 1))
mv audit audit.2
echo '{"id":"more-2"}' >&8
wait_for has_receipts $((N + 2))
kill $pid
wait $pid
exec 8>&-
[ -s audit ]
ok 'there is a third file'
try 'three files' vitals-audit verify --write-head head audit.1 audit.2 audit
is_status 0
stdout_lines 1
is_stderr ''
stdout_json '.faults == 0 and .first == 0 and .file == "audit"'

# ---- Rotated while it does not run, with and without the last line.
mv audit audit.3
tail -n 1 audit.3 >audit
echo '{"id":"more-3"}' >in
post
wait $pid
ok 'one more event' err
try 'a fourth file' vitals-audit verify --head head audit.1 audit.2 audit.3 audit
is_status 0
stdout_lines 1
is_stderr ''
try 'without the third' vitals-audit verify -q audit.1 audit.2 audit
is_status 1
stdout_json '.faults == 1'
stderr_has '^vitals-audit: audit:1: missing: [0-9]* lines* before this one (seq '

# ---- All is accounted for.
try 'the counts' vitals-audit stats --slo 100% audit audit.3 audit.2 audit.1
is_status 0
stdout_json '.delivered == .events and .unsettled == 0 and .events >= 3003 and .events < 3100'
is_stderr ''
cat audit.? audit | jq -r 'select(.record == "settled") | .id' | sort -u | wc -l >settled
[ "$(cat settled)" -eq $((N + 3)) ]
ok 'every event is settled' settled
cat audit.? audit | jq -r 'select(.record == "attempt" and .httpStatus == 200) | .id' | sort -u >sent
acknowledged | sort -u | comm -13 - sent >invented
[ ! -s invented ]
ok 'no attempt is in it that the receiver has not answered' invented
try 'the way of an event' vitals-audit trace e-7 audit.1 audit.2 audit.3 audit
is_status 0
stdout_json '.line.id == "e-7"'
is_stderr ''
try 'the torn file later' vitals-audit verify torn audit
is_status 1
stdout_lines 1
stderr_has 'vitals-audit: torn:[0-9]*: changed: cut off, although audit continues the file'
done_testing
