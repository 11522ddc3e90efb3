#!/bin/sh
# vitals-post with receivers that ask for absurd pauses, names that do not resolve,
# spools with events that this run may not send, and signals at unusual moments.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
hook
base=http://127.0.0.1:$PORT
events 3 >in

# ---- Retry-After beyond --give-up-after: all events of the endpoint, at once.
for after in 99999999999999999999 31536000 'Fri,%2031%20Dec%209999%2023:59:59%20GMT'; do
	try "Retry-After: $after" timeout 120 vitals-post -q --per-endpoint 1 "$base/status/503?after=$after" <in
	is_status 4
	stdout_json '.status == "expired" and .attempts <= 1'
	stdout_lines 3
	stderr_has 'expired after'
	try "Retry-After: $after, a spool" timeout 120 vitals-post -q --spool s1 --per-endpoint 1 "$base/status/503?after=$after" <in
	is_status 4
	stdout_json '.status == "expired" and .attempts <= 1'
	stderr_has 'expired after'
	[ "$(vitals-post --spool s1 --list | wc -l)" -eq 3 ]
	ok 'the others wait for another run'
	rm -f s1*
done
for after in -5 abc '' 1.5 '5%20minutes'; do
	try "no Retry-After: '$after'" timeout 120 vitals-post -q --retry-base 0.01 --max-attempts 2 "$base/status/503?after=$after" <in
	is_status 4
	stdout_json '.status == "dead" and .attempts == 2'
	stderr_has 'dead after 2 attempts: HTTP 503'
done

# ---- A spool with an endpoint that this run may not use
echo '{"id":"n-1","endpoint":"http://no-such-host.invalid/"}' >one
vitals-post -q --allow-http --spool s2 --retry-base 0.01 --retry-cap 0.02 "$base/ok" <one >/dev/null 2>&1
try 'an endpoint that is not allowed any more' vitals-post --spool s2 "$base/ok" <in
is_status 4
stdout_json '.status == "delivered"'
is_stderr 'vitals-post: http://no-such-host.invalid/: its events wait in the spool: http://no-such-host.invalid/: plain http goes only to loopback (--allow-http allows it)
vitals-post: 3 delivered, 0 dead, 0 expired, 0 retries'

# ---- SIGTERM while lines wait in the pipe: lines that were written are accepted.
mkfifo pipe
for spool in '' '--spool s3'; do
	new_log
	# shellcheck disable=SC2086
	vitals-post $spool -c 1 --memory 1 --dead-letter dead "$base/delay/300" <pipe >out 2>err &
	pid=$!
	exec 9>pipe
	events 50 >&9
	came 1
	kill $pid
	wait $pid
	status=$?
	exec 9>&-
	if [ -n "$spool" ]; then
		vitals-post --spool s3 --list | jq -r .id
		[ $status -eq 0 ]
	else
		cat out dead | jq -r .id
		[ $status -eq 4 ]
	fi >ids
	ok "SIGTERM: status $status $spool"
	[ "$(sort -u ids | wc -l)" -eq 50 ]
	ok "what was in the pipe is not lost $spool"
done
new_log
vitals-post -c 1 --dead-letter dead2 "$base/delay/300" <in >out 2>err &
pid=$!
came 1
kill -HUP $pid
wait $pid
[ $? -eq 4 ] && [ "$(wc -l <out)" -eq 3 ] && grep -q 'signal SIGHUP' err
ok 'SIGHUP: as SIGTERM'

# ---- The reader of the receipts is gone
: >log
mkfifo gone
: <gone &
exec 8>gone
wait $!
vitals-post -q --dead-letter dead3 "$base/ok" <in 2>err >&8
status=$?
exec 8>&-
[ $status -eq 3 ] && grep -q '^vitals-post: <stdout>: write failed: Broken pipe$' err
ok 'a reader that goes away: status 3'
[ "$(acknowledged | wc -l)" -eq 3 ]
ok 'accepted events are still delivered'

# ---- Files that are FIFOs
mkfifo records
for option in --audit --dead-letter --rejects; do
	try "$option: a FIFO that nobody reads" vitals-post -q $option records "$base/ok" <in
	is_status 3
	is_stdout ''
	is_stderr 'vitals-post: records: No such device or address'
done
cat records >taken &
reader=$!
exec 8>records
vitals-post -q --dead-letter records "$base/status/404" <in >out 2>err
status=$?
exec 8>&-
wait $reader
[ $status -eq 4 ] && [ "$(jq -r .id taken | sort)" = "$(jq -r .id in | sort)" ]
ok 'a reader gets the dead letters' err
head -c 1 records >taken &
reader=$!
exec 7>records
mkfifo lines
vitals-post -q --dead-letter records "$base/status/404" <lines >out 2>err &
pid=$!
exec 8>lines 7>&-
head -n 1 in >&8
wait $reader
tail -n +2 in >&8
exec 8>&-
wait $pid
[ $? -eq 3 ] && grep -q '^vitals-post: dead letters: write failed (they go into the receipts): Broken pipe$' err
ok 'a reader that goes away is noticed' err
[ "$(jq -r 'select(.deadLetter) | .id' out | wc -l)" -eq $(($(wc -l <in) - 1)) ]
ok 'and the dead letters are in the receipts' out

# ---- Dead letters on a full disk are written into the receipts.
if [ -c /dev/full ]; then
	try 'no room for dead letters' vitals-post -q --dead-letter /dev/full "$base/status/404" <in
	is_status 3
	stdout_lines 3
	stdout_json '.deadLetter | fromjson | .deadLetter.reason == "HTTP 404"'
	stderr_has '^vitals-post: dead letters: write failed (they go into the receipts): No space left on device$'
fi
try 'no folder for metrics' vitals-post -q --metrics none/m "$base/ok" <in
is_status 3
stdout_json '.status == "delivered"'
stderr_has '^vitals-post: none/m: write failed: No such file or directory$'

# ---- Closed standard descriptors are not reused for files.
: >log
try 'a closed stdout' sh -c "vitals-post -q --spool s4 --audit audit4 '$base/ok' <in >&-"
is_status 3
is_stdout ''
stderr_has '<stdout>: write failed'
try 'the spool is whole' vitals-post --spool s4 --list
is_status 0
stdout_json '.status == "delivered"'
is_stderr ''

# ---- Old events are forgotten; dead and expired ones are not.
vitals-post -q --spool s5 "$base/ok" <in >/dev/null
echo '{"id":"d-1"}' | vitals-post -q --spool s5 "$base/status/404" >/dev/null 2>&1
sleep 0.1
echo '{"id":"x-1"}' | vitals-post -q --spool s5 --keep 0.05 "$base/ok" >/dev/null
try 'forgotten' vitals-post --spool s5 --list
is_status 0
stdout_lines 2
stdout_json '(.id == "d-1" and .status == "dead") or .id == "x-1"'
is_stderr ''
done_testing
