#!/bin/sh
# vitals-post --queue: receipts, retries across workers, dead letters, --list, and
# options that make no sense with it.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/queue.sh"
redis_start main
hook
base=http://127.0.0.1:$PORT
Q=$REDIS/q

# ---- Calls that are wrong.
bad() { # MESSAGE OPTION ...
	bad_message=$1
	shift
	try "$*" vitals-post "$@" "$base/ok"
	is_status 2
	is_stdout ''
	is_stderr "vitals-post: $bad_message
usage: vitals-post [OPTION ...] [URL] (--help for more)"
}
bad '--queue needs --group' --queue "$Q"
bad '--group needs --queue' --group g
bad '--queue and --spool exclude each other' --queue "$Q" --group g --spool s
bad '--follow needs --spool' --queue "$Q" --group g --follow
bad 'a replay needs --spool' --queue "$Q" --group g --replay-id x
bad '--retry-dead needs --spool' --queue "$Q" --group g --retry-dead
bad '--switch-on needs --spool' --queue "$Q" --group g --switch-on x
bad '--strict is for lines, not for --queue' --queue "$Q" --group g --strict
bad '--drain needs --spool or --queue' --drain
bad '--group: not 1 to 100 of A-Z a-z 0-9 . _ -' --queue "$Q" --group 'a b'
bad '--group: this name is reserved' --queue "$Q" --group seen
try 'a queue that does not exist' vitals-post --queue "$Q" --group g "$base/ok"
is_status 3
is_stdout ''
is_stderr "vitals-post: $Q: the queue does not exist: vitals-enqueue creates it"
events 1 >in
try 'lines on stdin' vitals-post --queue "$Q" --group g "$base/ok" <in
is_status 3
is_stdout ''
is_stderr 'vitals-post: <stdin>: with --queue no lines are read: vitals-enqueue adds them'

# ---- All is delivered, once; --list says so.
events 30 >in
enqueue in --partitions 4
[ "$(total '"\(.partitions) \(.workers) \(.backlog) \(.pending) \(.dead)"')" = '4 0 30 0 0' ]
ok '--list shows the backlog'
try 'drains the queue' vitals-post --queue "$Q" --group g --drain "$base/ok"
is_status 0
stdout_json '.record == "receipt" and .status == "delivered" and .attempts == 1'
is_stderr 'vitals-post: 30 delivered, 0 dead, 0 expired, 0 retries'
jq -r .id in | sort >want
acknowledged | cmp -s - want
ok 'each event arrives once'
jq -r .body log | sort >bodies
sort in | cmp -s - bodies
ok 'byte for byte'
try 'drains an empty queue' vitals-post --queue "$Q" --group g --drain "$base/ok"
is_status 0
is_stdout ''
is_stderr 'vitals-post: 0 delivered, 0 dead, 0 expired, 0 retries'
# A group begins with what is in the queue; from then on it gets everything.
vitals-post -q --queue "$Q" --group other --drain "$base/ok" >out
new_log
events 31 | tail -n 1 >in
enqueue in
for g in g other; do
	try "group $g" vitals-post -q --queue "$Q" --group $g --drain "$base/ok"
	is_status 0
	stdout_json '.id == "e-31"'
	is_stderr ''
done

# ---- Failed attempts are known to the next worker, and only they are made again.
printf '{"url":"%s/ok","name":"good"}\n{"url":"%s/status/503","name":"bad"}\n' \
	"$base" "$base" >hooks.1
printf '{"url":"%s/ok","name":"good"}\n{"url":"%s/ok","name":"bad"}\n' \
	"$base" "$base" >hooks.2
events 32 | tail -n 1 >in
enqueue in
worker w1 --endpoints hooks.1 --retry-base 2 --breaker 0
state_has() { # JQ-CONDITION
	for p in 0 1 2 3; do redis_cli main --raw hvals "{q}:g:state:$p"; done |
		jq -e "$1" >jq.out
}
wait_for state_has '.[] | select(.endpoint == "bad") | .status == "waiting" and .attempts >= 1 and .lastStatus == 503 and .nextAttempt > .firstAttempt and .error == "HTTP 503"'
ok 'the failed attempt is in the queue'
state_has '.[] | select(.endpoint == "good") | .status == "delivered"'
ok 'and so is the other endpoint'
[ "$(total '"\(.workers) \(.pending) \(.retrying)"')" = '1 1 1' ]
ok '--list shows that it is tried again'
end_worker w1 0
[ "$(redis_cli main --raw keys '{q}:g:lease:*')" = '' ]
ok 'the leases are released'
state_has '.[] | select(.endpoint == "bad") | .attempts'
made=$(cat jq.out)
try 'the next worker' vitals-post -q --queue "$Q" --group g --drain --endpoints hooks.2
is_status 0
[ "$(jq -r '"\(.id) \(.endpoint) \(.attempts) \(.status)"' "$WORK/.out")" = "e-32 bad $((made + 1)) delivered" ]
ok 'it continues with the next attempt, at this endpoint only'
tap_seen o
is_stderr ''
settled
ok 'then the event is acknowledged'

# ---- Its age counts from the time at which it was added.
events 33 | tail -n 1 >in
enqueue in
try 'an old event' vitals-post -q --queue "$Q" --group g --drain --give-up-after 0.001 "$base/status/503"
is_status 4
stdout_json '.status == "expired"'
stderr_has 'expired after 1 attempt'

# ---- Dead letters.
events 36 | tail -n 3 >in
enqueue in
try 'refused events' vitals-post -q --queue "$Q" --group g --drain --dead-letter dead "$base/status/400"
is_status 4
stdout_json '.status == "dead" and .httpStatus == 400 and (has("deadLetter") | not)'
stderr_has 'dead after 1 attempt: HTTP 400'
[ "$(wc -l <dead)" -eq 3 ]
ok 'they are in the file'
[ "$(total '"\(.pending) \(.dead)"')" = '0 4' ]
ok '--list counts them'
try 'export' vitals-post --queue "$Q" --group g --export-dead
is_status 0
stdout_json '.deadLetter.reason | type == "string"'
is_stderr ''
[ "$(jq -r .id "$WORK/.out" | sort | tr '\n' ' ')" = 'e-33 e-34 e-35 e-36 ' ]
ok 'they are all exported'
new_log
vitals-post --queue "$Q" --group g --export-dead | tail -n 3 |
	vitals-post -q --memory 5 "$base/ok" >out
[ "$(acknowledged | tr '\n' ' ')" = 'e-34 e-35 e-36 ' ]
ok 'and can be fed in again'

# ---- A 410 does not fill the queue up.
events 38 | tail -n 2 >in
enqueue in
try 'an endpoint that is gone' vitals-post -q --queue "$Q" --group g --drain "$base/status/410"
is_status 4
stdout_json '.status == "dead"'
stderr_has 'switched off'
settled
ok 'its events are dead letters'

# ---- Entries that cannot be delivered do not block the others.
events 41 | tail -n 3 >in
redis_cli main xadd '{q}:0' '*' line 'not JSON' id x n 1000 >/dev/null
redis_cli main xadd '{q}:1' '*' something else >/dev/null
redis_cli main xadd '{q}:2' '*' line '{"id":"y","endpoint":"http://192.0.2.1/"}' id y n 1000 >/dev/null
enqueue in
try 'damaged entries' vitals-post -q --queue "$Q" --group g --drain --rejects rejects "$base/ok"
is_status 1
stdout_lines 3
stderr_has "^vitals-post: $Q: partition 0: entry [0-9]*-0: byte 1: not a JSON value$"
stderr_has "^vitals-post: $Q: partition 1: entry [0-9]*-0: was not written by vitals-enqueue$"
stderr_has "^vitals-post: $Q: partition 2: entry [0-9]*-0: "
[ "$(wc -l <rejects)" -eq 2 ]
ok 'lines are appended to the rejects'
settled
ok 'nothing is left'
[ "$(redis_cli main --raw xrevrange '{q}:g:dead' + - COUNT 3 | grep -c '^partition$')" -eq 3 ]
ok 'they are dead letters'
try 'export with damaged lines' vitals-post --queue "$Q" --group g --export-dead
is_status 1
stdout_json 'has("deadLetter") or .id == "y"'
stderr_has 'dead letter [0-9-]*: its line is damaged: byte 1: not a JSON value'

# ---- An event that no endpoint wants is settled.
printf '{"url":"%s/ok","types":["other.*"]}\n' "$base" >hooks.3
events 42 | tail -n 1 >in
enqueue in
try 'an event that nobody wants' vitals-post --queue "$Q" --group g --drain --endpoints hooks.3
is_status 0
is_stdout ''
stderr_has '1 matched no endpoint'
settled
ok 'it is settled'
try 'no server' vitals-post -q --queue redis+unix:///nonexistent/socket?stream=q --group g "$base/ok"
is_status 3
is_stdout ''
stderr_has '^vitals-post: redis+unix:///nonexistent/socket?stream=q: '
done_testing
