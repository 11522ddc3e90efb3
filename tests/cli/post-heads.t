#!/bin/sh
# vitals-post and answers of which only the head is complete: its status counts.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
raw
base=http://127.0.0.1:$RAW
echo '{"id":"h-1"}' >in
# Only an answer that stalls needs a time limit; the others must not depend on it.
limit=120
lives() { # COMMAND …: with quick retries
	timeout 600 vitals-post -q --timeout $limit --retry-base 0.01 --max-attempts 2 "$@"
}

for how in cut reset stall chunk trailer; do
	[ $how = stall ] && limit=4 || limit=120
	for status in 200 204; do
		: >raw.log
		try "a $status, $how" lives "$base/$status/$how" <in
		is_status 0
		stdout_json '.status == "delivered" and .attempts == 1 and .httpStatus == '$status' and .error == null'
		is_stderr ''
		[ "$(wc -l <raw.log)" -eq 1 ]
		ok 'is not sent again' raw.log
	done
	try "a 404, $how" lives "$base/404/$how" <in
	is_status 4
	stdout_json '.status == "dead" and .attempts == 1 and .httpStatus == 404 and .error == "HTTP 404"'
	stderr_has 'h-1: dead after 1 attempt: HTTP 404'
	try "a 500, $how" lives "$base/500/$how" <in
	is_status 4
	stdout_json '.status == "dead" and .attempts == 2 and .httpStatus == 500 and .error == "HTTP 500"'
	stderr_has 'h-1: dead after 2 attempts: HTTP 500'
	try "a 410, $how" lives "$base/410/$how" <in
	is_status 4
	stdout_json '.status == "dead" and .attempts == 1 and .error == "endpoint switched off: HTTP 410"'
	stderr_has 'h-1: dead after 1 attempt: endpoint switched off: HTTP 410'
	# The pause is 10 ms; the answer asks for a longer one.
	: >raw.log
	try "a 503, $how" lives "$base/503/$how?after=1&first=1" <in
	is_status 0
	stdout_json '.status == "delivered" and .attempts == 2'
	is_stderr ''
	jq -e -s 'length == 2 and .[1].time - .[0].time >= 990' raw.log >why
	ok 'its Retry-After is kept' raw.log
done

# A signal in the middle of the body changes nothing either.
: >raw.log
timeout 600 vitals-post -q "$base/200/stall?signal" <in >out 2>err &
pid=$!
wait_for grep -q signal raw.log
kill -TERM $pid # leaves it four seconds, and the head is there at once
wait $pid
[ $? -eq 0 ] && jq -e '.status == "delivered" and .httpStatus == 200' out >why
ok 'a 200 whose body a signal cuts off' out err

# ---- An incomplete head does not count.
for how in torn 100; do
	try "a 200, $how" lives "$base/200/$how" <in
	is_status 4
	stdout_json '.status == "dead" and .attempts == 2 and .httpStatus == null'
	stderr_has 'h-1: dead after 2 attempts: broken answer: '
done
try 'a line of 1 MB in the head' lives "$base/200/line" <in
is_status 4
stdout_json '.attempts == 2 and .error == "broken answer: the answer'\''s headers are longer than 64 KiB"'
stderr_has 'headers are longer than 64 KiB'
done_testing
