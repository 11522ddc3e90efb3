#!/bin/sh
# vitals-post and unusual cases: connections that the receiver closes, interim answers,
# invalid rates, headers that both a line and the command name, an audit file that
# fills its disk.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
hook
base=http://127.0.0.1:$PORT
echo '{"id":"a-1"}' >one
events 200 >in

# ---- A connection that was closed as it was used again is not a failed attempt.
for c in 1 8; do
	: >log
	try "connections closed without a word, $c at once" timeout 120 vitals-post -q -c $c --max-attempts 1 "$base/cut" <in
	is_status 0
	stdout_lines 200
	stdout_json '.status == "delivered" and .attempts == 1'
	is_stderr ''
	[ "$(acknowledged | wc -l)" -eq 200 ]
	ok 'each event arrives once'
done
# A new connection that is closed is one.
try 'a new connection that is reset' vitals-post -q --max-attempts 3 --retry-base 0.01 "$base/reset" <one
is_status 4
stdout_json '.attempts == 3'
stderr_has 'dead after 3 attempts: broken answer: '

# ---- Interim answers
try 'an interim answer is ignored' vitals-post -q "$base/early" <one
is_status 0
stdout_json '.status == "delivered" and .attempts == 1 and .httpStatus == 200'
is_stderr ''

# ---- WebHook-Allowed-Rate is a whole number above 0, or "*".
events 10 >ten
for rate in 1e-300 0x10 inf nan -5 0 1.5 99999999999999999999; do
	try "an allowed rate of $rate" timeout 120 vitals-post -q --handshake me "$base/consent/me?rate=$rate" <ten
	is_status 0
	stdout_lines 10
	is_stderr ''
done
before=$(date +%s%N)
try 'an allowed rate of 600' vitals-post -q --handshake me "$base/consent/me?rate=600" <ten
is_status 0
stdout_lines 10
is_stderr ''
[ $((($(date +%s%N) - before) / 1000000)) -ge 850 ]
ok 'is kept'
for rate in 1e-300 0 1e7 '"1"'; do
	echo "{\"url\":\"$base/ok\",\"rate\":$rate}" >endpoints
	try "an endpoint's rate of $rate" vitals-post -q --endpoints endpoints <one
	is_status 3
	is_stdout ''
	is_stderr 'vitals-post: endpoints:1: "rate" is not a number from 0.001 to 1e+06'
done

# ---- A line cannot replace headers of the endpoint.
umask 077
echo secret >token
printf 'X-Tenant: ours\n' >headers
: >log
echo '{"id":"h-1","timestamp":1795415610,"contentType":"application/json","payload":"{}","headers":{"Authorization":"Bearer other","x-tenant":"theirs","X-More":"1","User-Agent":"line/1"}}' >message
try 'a message with headers' vitals-post -q --token-file token --header-file headers "$base/ok" <message
is_status 0
stdout_lines 1
is_stderr ''
[ "$(jq -r '.headers | .authorization, .["x-tenant"], .["x-more"], .["user-agent"]' log | tr '\n' ';')" = 'Bearer secret;ours;1;line/1;' ]
ok 'the endpoint'\''s own are not doubled'

# ---- An audit file that cannot be written ends the run, and nothing is sent twice.
if [ -c /dev/full ]; then
	try 'a full audit beside a spool' vitals-post -q --spool s1 -c 1 --audit /dev/full "$base/ok" <one
	is_status 3
	stdout_json '.status == "delivered"'
	is_stderr 'vitals-post: audit: write failed: No space left on device'
	try 'the spool knows' vitals-post --spool s1 --list
	is_status 0
	stdout_json '.status == "delivered" and .attempts == 1'
	is_stderr ''
fi

# ---- A service whose receipts nobody reads any more exits, to be restarted.
mkfifo pipe
(timeout 600 vitals-post -q --spool s2 --follow "$base/ok" <pipe 2>err
	echo $? >status) | head -n 1 >first &
(
	trap '' PIPE
	exec 9>pipe
	for i in $(seq 300); do
		[ ! -s status ] || break
		echo "{\"id\":\"f-$i\"}" >&9
		sleep 0.1
	done
) 2>/dev/null
[ "$(cat status 2>&1)" = 3 ]
ok 'a service ends when its receipts cannot be written' status err
vitals-post --spool s2 --list >list
jq -e -s 'length > 1 and all(.status == "delivered")' list >why
ok 'what it took was delivered' list
done_testing
