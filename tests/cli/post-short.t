#!/bin/sh
# vitals-post with a low limit of open files, which is not the fault of an endpoint or
# of an event.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
hook
base=http://127.0.0.1:$PORT
events 600 >in
limited() { # ulimit's arguments, --, COMMAND …
	(
		while [ "$1" != -- ]; do
			# shellcheck disable=SC3045
			ulimit "$1" "$2" || exit 9
			shift 2
		done
		shift
		exec timeout 300 "$@"
	)
}
# shellcheck disable=SC3045 # dash and bash have it
hard=$(ulimit -Hn)

# ---- The limit is raised as far as possible.
if [ "$hard" = unlimited ] || [ "$hard" -ge 1000 ]; then
	try 'a soft limit' limited -Sn 64 -- vitals-post -c 400 --max-attempts 1 "$base/delay/100" <in
	is_status 0
	stdout_lines 600
	is_stderr 'vitals-post: 600 delivered, 0 dead, 0 expired, 0 retries'
else
	skip 'a soft limit' 'the limit of open files is too low'
fi

# ---- It cannot be raised enough: fewer requests at once.
for spool in '' '--spool s1'; do
	# shellcheck disable=SC2086 # none, or an option and its value
	try "a hard limit $spool" limited -n 80 -- vitals-post -c 400 --max-attempts 1 $spool "$base/delay/20" <in
	is_status 0
	stdout_json '.status == "delivered" and .attempts == 1'
	is_stderr 'vitals-post: requests: limited to 40 at once by the open file limit (ulimit -n)
vitals-post: 600 delivered, 0 dead, 0 expired, 0 retries'
	[ "$(wc -l <.out)" -eq 600 ]
	ok 'all of them'
done

# ---- Not even these are possible: as many as possible are sent, and the others wait.
head -n 1 in >one
head -n 100 in >some
for spool in '' --spool; do
	# The descriptors that it has open with one request.
	rm -f open
	new_log
	# shellcheck disable=SC2086 # none, or an option and its value
	vitals-post -q $spool ${spool:+s2} --timeout 100 "$base/gate/open" <one >out &
	came 1
	n=$(find "/proc/$!/fd" -type l | wc -l)
	touch open
	wait $!
	: >log
	# shellcheck disable=SC2086
	try "a limit that is soon reached $spool" limited -n $((n + 1)) -- vitals-post -c 100 --breaker 1 --max-attempts 1 $spool ${spool:+s3} "$base/delay/20" <some
	is_status 0
	stdout_json '.status == "delivered" and .attempts == 1'
	stderr_has ': cannot make requests: Too many open files; retrying in a second, with [0-9]* at once'
	[ "$(wc -l <log)" -eq 100 ]
	ok 'each is sent once'
done
done_testing
