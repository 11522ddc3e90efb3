#!/bin/sh
# vitals-post --handshake with endpoints that do not answer at first, or ever.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
hook
base=http://127.0.0.1:$PORT
events 3 >in

# ---- Late consent
for how in '' '&reset'; do
	for breaker in 0 1 10; do
		: >log
		try "two handshakes fail$how, --breaker $breaker" timeout 600 vitals-post --handshake me --breaker $breaker --retry-base 0.05 "$base/consent/me/$breaker${how#?}?fails=2$how" <in
		is_status 0
		stdout_lines 3
		stderr_has ': no answer to the handshake: .*; retrying in 0\.'
		tail -n 2 .err | head -n 1 | grep -q ': consented to the handshake: sending its events$' &&
			[ "$(tail -n 1 .err)" = 'vitals-post: 3 delivered, 0 dead, 0 expired, 0 retries' ]
		ok 'both are reported' .err
		[ "$(acknowledged | tr '\n' ' ')" = 'e-1 e-2 e-3 ' ]
		ok 'all arrive' log
	done
done

# A service continues to ask, and delivers events from before and after.
mkfifo pipe
: >log
timeout 600 vitals-post -q --spool s1 --follow --handshake me --retry-base 0.05 --max-attempts 2 "$base/consent/me/service?fails=5" <pipe >out 2>err &
pid=$!
exec 9>pipe
cat in >&9
wait_for has_lines 3 out
ok 'a service asks until it gets consent' err
echo '{"id":"e-4"}' >&9
wait_for has_lines 4 out
ok 'and accepts further events' err
exec 9>&-
kill -TERM $pid
wait $pid
[ $? -eq 0 ] && [ "$(acknowledged | tr '\n' ' ')" = 'e-1 e-2 e-3 e-4 ' ]
ok 'all arrive' log

# ---- No consent
for breaker in 0 3 10; do
	try "no answer, --breaker $breaker" timeout 600 vitals-post -q --handshake me --breaker $breaker --retry-base 0.01 --max-attempts 3 http://127.0.0.1:1/ <in
	is_status 4
	stdout_json '.status == "dead" and .attempts == 0 and (.error | startswith("endpoint is down: connect: "))'
	stderr_has 'e-3: dead after 0 attempts: endpoint is down: connect: '
	try "no answer, little time, --breaker $breaker" timeout 600 vitals-post -q --handshake me --breaker $breaker --retry-base 2 --give-up-after 0.5 http://127.0.0.1:1/ <in
	is_status 4
	stdout_json '.status == "expired" and .attempts == 0'
	stderr_has 'e-1: expired after 0 attempts: '
done
try 'no answer, a spool' timeout 600 vitals-post --handshake me --spool s2 --breaker 0 --retry-base 0.01 --max-attempts 3 http://127.0.0.1:1/ <in
is_status 4
is_stdout ''
stderr_has ': down: 3 handshakes in a row failed: connect: '
try 'they are still in the spool' vitals-post --spool s2 --list
is_status 0
stdout_json '.status == "ready" and .attempts == 0'
is_stderr ''

# ---- An address that must not be connected to counts as one that does not answer.
try 'a denied address' timeout 600 vitals-post -q --handshake me --deny-private "$base/ok" <in
is_status 4
stdout_json '.error == "endpoint switched off: denied: 127.0.0.1 is a private address"'
stderr_has 'denied: 127.0.0.1 is a private address'
done_testing
