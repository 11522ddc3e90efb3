#!/bin/sh
# SIGINT at vitals-post: in a pipeline, where each process gets it, what the others still
# write is delivered; the second one ends the run.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
env --default-signal=INT true 2>/dev/null || skip_all 'env without --default-signal here'
hook
base=http://127.0.0.1:$PORT
events 6 >events

# What a live source does: at SIGINT it writes what is left, and ends.
cat >writer <<'X'
trap 'tail -n +3 events; exit 0' INT
head -n 2 events
while :; do sleep 0.1; done
X
# One that never ends.
cat >stubborn <<'X'
trap '' INT
head -n 2 events
exec sleep 300
X
# The pipeline as a terminal has it: a process group of its own, whose members
# do not ignore SIGINT.
start() { # PIPELINE
	rm -f out err status
	new_log
	printf 'trap : INT\n%s\necho $? >status\n' "$1" >pipeline
	setsid env --default-signal=INT sh pipeline &
	group=$!
}
stop() { # wait for the pipeline
	wait "$group"
	group=
}
trap '[ -z "$group" ] || kill -9 -"$group" 2>/dev/null; stop_hooks; cd /; rm -rf "$WORK"' EXIT
group=
ids() {
	jq -r .id "$1" | sort | tr '\n' ' '
}
ends='^vitals-post: signal SIGINT: ends with the input; again: at once$'

# ---- The first one
for options in '' '--spool s1' '--spool s2 --follow'; do
	start "sh writer | vitals-post $options $base/ok >out 2>err"
	came 2
	kill -INT -"$group"
	stop
	[ "$(cat status)" -eq 0 ]
	ok "$options: status 0" err
	[ "$(ids out)" = 'e-1 e-2 e-3 e-4 e-5 e-6 ' ] && [ "$(ids log)" = "$(ids out)" ]
	ok "$options: what the writer had left is delivered" out err
	grep -q "$ends" err
	ok "$options: and it says so" err
done

# Receivers that fail are still retried.
start "sh writer | vitals-post --retry-base 0.05 $base/flaky/2 >out 2>err"
came 2
kill -INT -"$group"
stop
[ "$(cat status)" -eq 0 ] && [ "$(jq -r .attempts out | tr '\n' ' ')" = '3 3 3 3 3 3 ' ]
ok 'with retries' out err

# ---- The second one
post_pid() {
	ps -o pid= -o comm= -g "$group" | awk '$2 == "vitals-post" { print $1 }'
}
start "sh stubborn | vitals-post --dead-letter dead $base/ok >out 2>err"
came 2
kill -INT -"$group"
wait_for grep -q "$ends" err
[ -n "$(post_pid)" ]
ok 'a writer that goes on: the first does not end it' err
kill -INT -"$group"
ended() { [ -z "$(post_pid)" ]; }
wait_for ended
ok 'a writer that goes on: the second ends it' err
[ "$(tail -n 2 err | head -n 1)" = 'vitals-post: signal SIGINT: ends with what is under way' ]
ok 'a writer that goes on: and it says so' err
kill -9 -"$group" 2>/dev/null
stop 2>/dev/null

# ---- One is enough where no more would come
start "vitals-post --dead-letter dead $base/hang <events >out 2>err"
came 2
kill -INT -"$group"
stop
[ "$(cat status)" -eq 4 ] && [ "$(wc -l <dead)" -eq 6 ]
ok 'from a file: it ends' err dead
mkfifo fifo
start "vitals-post --spool s3 --follow $base/ok <fifo >out 2>err"
cat events >fifo
came 6
settled() { [ "$(wc -l <out)" -eq 6 ]; }
wait_for settled
kill -INT -"$group"
stop
[ "$(cat status)" -eq 0 ] && grep -q 'SIGINT: ends with what is under way' err
ok 'at a FIFO that nobody writes to: it ends' err
start "sh stubborn | vitals-post --spool s4 $base/ok >out 2>err"
came 2
kill -TERM "$(post_pid)"
wait_for ended
ok 'SIGTERM does not wait for the input' err
kill -9 -"$group" 2>/dev/null
stop 2>/dev/null
done_testing
