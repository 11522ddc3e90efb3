#!/bin/sh
# vitals-post --batch: a batch is repeated as one request until it is refused
# permanently.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
hook
base=http://127.0.0.1:$PORT
awk 'BEGIN { for (i = 1; i <= 1000; i++)
	printf "{\"specversion\":\"1.0\",\"id\":\"b-%d\",\"source\":\"/s\",\"type\":\"t\",\"partitionkey\":\"s-%d\"}\n", i, i }' >in
# Each request of the log was made N times, with the same body each time, and together
# they have 1000 events.
whole() { # N
	jq -e -s --argjson n "$1" 'group_by(.id) |
		all(length == $n and (map(.body) | unique | length) == 1) and
		(map(.[0].body | fromjson | length) | add) == 1000' log >why
}
# The numbers of events in the requests of the log.
sizes() { # "N N …"
	[ "$(jq -r '.body | fromjson | length' log | tr '\n' ' ')" = "$1" ]
}

# ---- A request that fails
t=0
for options in '' '--breaker 1' '--spool s1' '--spool s2 --order session' '--spool s3 --breaker 1'; do
	: >log
	t=$((t + 1))
	# shellcheck disable=SC2086 # options and their values
	try "each fails twice, $options" timeout 300 vitals-post -q --batch 1000 --retry-base 0.05 $options "$base/flaky/2/$t" <in
	is_status 0
	stdout_lines 1000
	is_stderr ''
	whole 3
	ok 'each is sent three times unchanged' log
done
: >log
try 'a thousand in one' timeout 300 vitals-post -q --batch 1000 --retry-base 0.05 --spool s4 "$base/flaky/3/one" <in
is_status 0
stdout_json '.attempts == 4'
is_stderr ''
sizes '1000 1000 1000 1000 '
ok 'are a thousand in one each time' log

# ---- Another process continues.
endpoint() { # PATH
	echo "{\"name\":\"e\",\"url\":\"$base/$1\"}" >endpoints
}
for signal in KILL TERM; do
	new_log
	endpoint hang
	[ $signal = TERM ] || endpoint status/503
	vitals-post --spool s$signal --batch 1000 --retry-base 100 --endpoints endpoints <in >out 2>err &
	pid=$!
	came 1
	[ $signal = TERM ] || wait_for sh -c "vitals-post --spool s$signal --list | grep -q HTTP.503"
	kill -$signal $pid
	wait $pid
	: >log
	endpoint ok
	try "after SIG$signal" timeout 300 vitals-post -q --spool s$signal --batch 1000 --drain --endpoints endpoints
	is_status 0
	stdout_json '.status == "delivered" and .attempts == 2'
	is_stderr ''
	sizes '1000 '
	ok 'they go out as one' log
done

# ---- Memory for only a part of them
: >log
try 'a small queue' timeout 300 vitals-post -q --batch 1000 --memory 100 --retry-base 0.05 --spool s5 "$base/flaky/1/queue" <in
is_status 0
stdout_lines 1000
is_stderr ''
whole 2
ok 'each is sent twice unchanged' log

# ---- The events of a batch that is refused are sent one by one, and stay separate.
head -n 3 in >three
: >log
try 'refused' timeout 300 vitals-post -q --batch 1000 -c 1 --retry-base 0.01 "$base/status/400" <three
is_status 4
stdout_json '.status == "dead" and .attempts == 2'
stderr_has 'b-1: dead after 2 attempts: HTTP 400'
sizes '3 1 1 1 '
ok 'one by one' log
done_testing
