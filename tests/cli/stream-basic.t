#!/bin/sh
# vitals-stream: what SSE and polling clients get, now and when they come back.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/stream.sh
. "$TESTS/cli/stream.sh"

# ---- A live stream, and its end.

stream
watch live /events
lines 1 3 | feed
wait_for has_number live 3
watch late '/events?after=earliest'
wait_for has_number late 3
first=$(hello live sequence)
first=$((first + 1))
sed -n 's/^id: //p' live | paste -sd ' ' >ids
[ "$(cat ids)" = "$(seq -s ' ' $((first - 1)) $((first + 2)))" ]
ok 'numbers are consecutive, after that of the hello'
[ "$(hello live oldest)" = "$first" ] && [ "$(hello late oldest)" = "$first" ] &&
	[ "$(hello late sequence)" = $((first + 2)) ] &&
	[ "$(hello live epoch)" = "$(hello late epoch)" ]
ok 'the hello says what there is'
[ "$(hello live epoch | tr -d '0-9a-f' | wc -c)" = 1 ] &&
	[ "$(hello live epoch | wc -c)" = 17 ]
ok 'an epoch has 16 hexadecimal digits'
[ $((first / 1000000)) -le "$(date +%s)000" ] && [ "$first" -gt 1700000000000000 ]
ok 'the first number is the time'
lines 4 4 | feed
wait_for has_number live 4
wait_for has_number late 4
[ "$(numbers live)" = '1 2 3 4' ] && [ "$(numbers late)" = '1 2 3 4' ]
ok 'replay joins live'
grep -q '^retry: 1000$' live
ok 'the client is told when to come back'
# shellcheck disable=SC2016
printf '{"a":1,  "b":"\\u00e9 %s"}' '$x' | feed
try 'the input ends' finish
is_status 0
is_stdout ''
stderr_has '^vitals-stream: listening on http://CLIENT/$'
wait_for gone "$WATCHER"
# shellcheck disable=SC2016
grep -qxF 'data: {"a":1,  "b":"\u00e9 $x"}' late
ok 'the last line came without its newline, and as it was'
tail -n 5 late | grep -q '^event: bye$' &&
	tail -n 5 late | sed -n 's/^data: //p' |
	jq -c ".record == \"bye\" and .reason == \"end\" and .after == $((first + 4))" | grep -qx true
ok 'the end is said'

# ---- Coming back.

stream --stay
lines 1 6 | feed
fetch '/poll?after=0' >all
wait_for eval 'fetch "/poll?after=0" >all && grep -q "\"n\":6" all'
first=$(jq -r 'select(.record == "hello") | .oldest' all)
epoch=$(jq -r 'select(.record == "hello") | .epoch' all)
try 'poll: everything' fetch '/poll?after=0'
is_status 0
stdout_lines 7
is_stderr ''
jq 'select(.record == "line") | .sequence' all | tr '\n' ' ' >sequences
[ "$(cat sequences)" = "$(seq -s ' ' "$first" $((first + 5))) " ]
ok 'poll: consecutive numbers'
try 'poll: after a number' fetch "/poll?after=$((first + 3))"
is_status 0
stdout_json 'select(.record == "line") | .line.n >= 5'
is_stderr ''
try 'poll: of that epoch' fetch "/poll?after=$((first + 5))&epoch=$epoch"
is_status 0
stdout_lines 1
is_stderr ''
try 'poll: of another epoch' fetch "/poll?after=$((first + 3))&epoch=0123456789abcdef"
is_status 0
stdout_json 'select(.record == "gap") | .after == '$((first + 3))' and .before == '"$first"' and .lost == null and .reason == "epoch"'
is_stderr ''
try 'poll: a number that was never given' fetch '/poll?after=5'
is_status 0
stdout_json 'select(.record == "gap") | .after == 5 and .reason == "epoch"'
is_stderr ''
try 'poll: with nothing to come it ends at once' fetch "/poll?after=$((first + 5))"
is_status 0
stdout_lines 1
is_stderr ''
fetch "/poll?after=$((first + 5))&wait=60" >waited 8>&- &
POLL=$!
CLIENTS="$CLIENTS $POLL"
wait_for has_clients poll 1
lines 7 7 | feed
wait "$POLL"
jq -c 'select(.record == "line") | .line.n == 7' waited | grep -qx true
ok 'poll: waits for a line'
jq -c 'select(.record == "hello") | .sequence' waited | grep -qx $((first + 5))
ok 'the hello has the number of the time when it began to wait'
fetch "/poll?after=$((first + 6))&wait=0.1" >waited
[ "$(wc -l <waited)" = 1 ]
ok 'poll: waits no longer than it may'
connects=$(fetch "/poll?after=0" -o one --next -s "$URL/poll?after=$((first + 6))&wait=0.1" -o two \
	--next -s "$URL/poll?after=0" -o three -w '%{num_connects}')
[ "$connects" = 0 ] && [ "$(wc -l <three)" = 8 ]
ok "polls keep their connection: $connects new ones"

watch back /events -H "Last-Event-ID: $((first + 4))"
wait_for has_number back 7
[ "$(numbers back)" = '6 7' ]
ok 'Last-Event-ID goes on where it was'
watch both "/events?after=$first" -H "Last-Event-ID: $((first + 5))"
wait_for has_number both 7
[ "$(numbers both)" = 7 ]
ok 'Last-Event-ID is newer than the query'
watch other "/events?after=$((first + 4))&epoch=0123456789abcdef"
wait_for has_number other 7
[ "$(numbers other)" = '1 2 3 4 5 6 7' ] &&
	grep -A 1 '^event: gap$' other | grep -qx "id: $((first - 1))"
ok 'another epoch: a gap that moves Last-Event-ID on, then all there is'
fetch '/poll?since=3600' >since
[ "$(jq -c 'select(.record == "line")' since | wc -l)" = 7 ]
ok 'since brings what is younger'

# ---- Filters.

lines 8 8 vitals.wave s1 | feed
lines 9 9 vitals.sample s2 | feed
lines 10 10 vitals.measurement.completed s2 | feed
echo '{"record":"wave","n":11}' | feed
lines 12 12 vitals.session.started s3 | feed
wait_for eval 'fetch "/poll?after=0" | grep -q "\"n\":12"'
chosen() { # QUERY: the numbers that it brings
	fetch "/poll?after=0&$1" | jq -r 'select(.record == "line") | .line.n' | paste -sd ' '
}
for row in 'session=s2 9 10' 'session=s2&session=s3 9 10 12' 'type=vitals.wave 8' \
	'type=wave 8 11' 'type=wave&session=s1 8' 'type=measurement 10' \
	'type=vitals.measurement.completed 10' 'session=none' 'session=s%32 9 10' \
	'type=sample&session=s2 9' 'other=x&type=wave 8 11'; do
	query=${row%% *} want=${row#"$query"}
	[ "$(chosen "$query")" = "${want# }" ]
	ok "filter $query"
done
heartbeat() { # QUERY: the number of the heartbeat that ends the answer
	fetch "/poll?$1" | tail -n 1 | jq 'select(.record == "heartbeat") | .sequence'
}
[ "$(heartbeat 'after=0&type=wave')" = $((first + 11)) ] &&
	[ "$(heartbeat "after=$((first + 6))&session=none")" = $((first + 11)) ] &&
	[ "$(heartbeat "after=$((first + 6))&session=none&wait=0.1")" = $((first + 11)) ]
ok 'a poll says up to which number its filter was applied'
[ -z "$(heartbeat 'after=0')" ] && [ -z "$(heartbeat 'after=0&session=s3')" ] &&
	[ -z "$(heartbeat "after=$((first + 11))&session=none")" ]
ok 'unless its last line has that number, or the query'
fetch '/poll?after=0' | jq -c 'select(.record == "hello") | .sessions == [{id: "s3", started: '$((first + 11))', ended: false}]' | grep -qx true
ok 'the hello lists open sessions'
lines 13 13 vitals.session.ended s3 | feed
wait_for eval 'fetch "/poll?after=0" | grep -q "\"n\":13"'
fetch '/poll' | jq -c 'select(.record == "hello") | .sessions == []' | grep -qx true
ok 'and not those that ended'

# ---- Other answers.

fetch /events -I >heads
grep -qi '^content-type: text/event-stream' heads && grep -qi '^cache-control: no-store' heads &&
	grep -qi '^x-accel-buffering: no' heads
ok 'the headers of an event stream'
fetch '/poll' -i >heads
grep -qi '^content-type: application/x-ndjson' heads && grep -qi '^cache-control: no-store' heads
ok 'the headers of a poll'
[ "$(fetch /healthz)" = ok ]
ok 'it is healthy'
for row in '400 /poll?after=x' '400 /poll?after=-1' '400 /poll?after=1e3' '400 /poll?epoch=1' \
	'400 /poll?slow=never' '400 /poll?wait=x' '400 /poll?since=-1' '400 /poll?session=%zz' \
	'400 /poll?session=%ff' '400 /poll?type=%00' '404 /nothing' '404 /events/' \
	'426 /ws' '200 /metrics' '200 /poll?wait=0.001'; do
	path=${row#* }
	code=$(status "$path")
	[ "$code" = "${row%% *}" ]
	ok "$path: $code"
done
code=$(status /poll -H 'Last-Event-ID: x')
[ "$code" = 400 ]
ok "a Last-Event-ID that is no number: $code"
code=$(status /events -X POST -d x)
[ "$code" = 405 ]
ok "POST: $code"
try 'metrics' fetch /metrics
is_status 0
stdout_has '^vitals_stream_lines_total 13$'
stdout_has '^vitals_stream_clients{kind="sse",class="normal"} 3$'
stdout_has '^vitals_stream_connections_total{kind="sse"} 3$'
stdout_has '^vitals_stream_delivery_seconds_bucket{kind="sse",le="+Inf"} '
is_stderr ''

# ---- The dashboard.

if [ -e "$ROOT/web/index.html" ]; then
	fetch / -o page -D heads
	cmp -s page "$ROOT/web/index.html" &&
		grep -qi '^content-type: text/html; charset=utf-8' heads &&
		grep -qi "^content-security-policy: default-src 'none'; script-src 'self'" heads
	ok 'the dashboard is at /, with a strict policy'
	etag=$(sed -n 's/^ETag: \(.*\).$/\1/p' heads)
	code=$(status / -H "If-None-Match: $etag")
	[ "$code" = 304 ]
	ok "it is sent once: $code"
	bad=
	for f in "$ROOT"/web/*.js "$ROOT"/web/*.css "$ROOT"/web/*.svg; do
		fetch "/${f##*/}" | cmp -s - "$f" || bad="$bad $f"
	done
	[ -z "$bad" ]
	ok "so are its files$bad"
else
	skip 'the dashboard' 'no web/ here'
fi

# ---- Stopping.

try 'SIGTERM' finish TERM
is_status 0
is_stdout ''
stderr_has 'refused: 404: not found$'
wait_for gone "$WATCHER"
grep -A 2 '^event: bye$' other | grep -q '"reason":"shutdown","after":'"$((first + 12))"
ok 'clients are told that it stops, and where to go on'

# ---- Bad lines, and one that is too long.

long() { # BYTES: a line of that length
	printf '{"n":-1,"pad":"'
	head -c $(($1 - 17)) /dev/zero | tr '\0' x
	printf '"}\n'
}
stream --rejects rejects
watch live /events
{
	lines 1 1
	echo '{"n":2'
	echo '[3]'
	long 1048577
	lines 5 5
	echo
	echo ' 	'
	printf '{"n":"\000"}\n'
	long 1048576
	lines 10 10
} | feed
wait_for has_number live 10
try 'bad lines' finish
is_status 1
is_stdout ''
is_stderr 'vitals-stream: listening on http://CLIENT/
vitals-stream: <stdin>:2: byte 7: ends in the middle
vitals-stream: <stdin>:3: not a JSON object
vitals-stream: <stdin>:4: bad line: longer than 1 MiB
vitals-stream: <stdin>:4: only the start of the line is kept in rejects
vitals-stream: <stdin>:8: bad line: contains a NUL byte'
wait_for gone "$WATCHER"
[ "$(numbers live)" = '1 5 -1 10' ]
ok 'the good lines around them are sent'
{
	echo '{"n":2'
	echo '[3]'
	long 1048577 | head -c 1048576
	printf '\n{"n":"\000"}\n'
} >bad
cmp rejects bad
ok 'the bad ones are in the rejects file, of the long one its start'
[ "$(ls -l rejects | cut -c 1-10)" = -rw------- ]
ok 'which only its owner can read'

stream
watch live /events
seq 1 15 | sed 's/.*/[&]/' | feed
lines 16 16 | feed
echo '[17]' | feed
wait_for has_number live 16
printf '{"n":1' | feed
try 'many bad lines' finish
is_status 1
is_stdout ''
{
	echo 'vitals-stream: listening on http://CLIENT/'
	echo "vitals-stream: <stdin>:1: not a JSON object (it seems to be a JSON array: jq -c '.[]' makes lines of it)"
	seq 2 10 | sed 's/.*/vitals-stream: <stdin>:&: not a JSON object/'
	echo "vitals-stream: <stdin>: not JSON lines; it seems to be a JSON array: jq -c '.[]' makes lines of it: more of them are counted and not shown"
	echo 'vitals-stream: <stdin>:17: not a JSON object'
	echo 'vitals-stream: <stdin>:18: byte 7: ends in the middle (the last line has no newline: cut off?)'
	echo 'vitals-stream: <stdin>: 17 bad lines, 5 of them not shown'
} >want
is_stderr "$(cat want)"

# ---- The first bad line ends a strict stream, even one that stays.

stream --strict --stay --rejects strict.rejects
watch live /events
printf '{"n":1}\n\n{"n":3}\n{"n":4\n{"n":5}\n' | feed
wait_for gone "$SERVER"
try '--strict' finish
is_status 1
is_stdout ''
is_stderr 'vitals-stream: listening on http://CLIENT/
vitals-stream: <stdin>:4: byte 7: ends in the middle'
wait_for gone "$WATCHER"
[ "$(numbers live)" = '1 3' ]
ok 'the lines before it are sent, the ones after it are not'
[ "$(cat strict.rejects)" = '{"n":4' ]
ok 'it is in the rejects file'
tail -n 4 live | grep -q '"reason":"shutdown"'
ok 'clients do not take that for the end of the input'

# ---- Rejected lines that cannot be kept.

mkfifo pipe
exec 6<>pipe
try 'a pipe' vitals-stream -l 127.0.0.1:0 --rejects pipe </dev/null
is_status 3
is_stdout ''
is_stderr 'vitals-stream: pipe: not a file: rejected lines are not written to a pipe'
exec 6>&-
try 'no such directory' vitals-stream -l 127.0.0.1:0 --rejects no/where </dev/null
is_status 3
is_stdout ''
is_stderr 'vitals-stream: no/where: No such file or directory'
if [ -c /dev/full ]; then
	stream --stay --rejects /dev/full
	watch live /events
	printf '{"n":1}\n[2]\n{"n":3}\n' | feed
	wait_for gone "$SERVER"
	try 'a full disk' finish
	is_status 3
	is_stdout ''
	stderr_has '^vitals-stream: /dev/full: write failed: '
	wait_for gone "$WATCHER"
	[ "$(numbers live)" = 1 ]
	ok 'nothing more is read'
else
	skip 'a full disk' 'no /dev/full here'
fi

# ---- A client whose filter excludes every line knows where it is.

stream --stay --heartbeat 0.2
watch quiet '/events?type=none'
[ "$(sed -n 's/^id: //p' quiet | head -n 1)" = "$(hello quiet sequence)" ]
ok 'the hello has the number after which the client continues'
lines 1 3 | feed
last=$(($(hello quiet sequence) + 3))
wait_for grep -q "^id: $last\$" quiet
grep -A 2 '^event: heartbeat$' quiet | tail -n 2 >beat
[ "$(cat beat)" = "id: $last
data: {\"record\":\"heartbeat\",\"sequence\":$last}" ]
ok 'a heartbeat has the last number'
watch again "/events?type=none&after=$((last - 2))"
[ "$(sed -n 's/^id: //p' again | head -n 1)" = $((last - 2)) ]
ok 'a client that comes back is where it was'
watch other '/events?type=none&after=5'
[ "$(sed -n 's/^id: //p' other | head -n 1)" = $((last - 3)) ]
ok 'one of another epoch is where its gap ends'
try 'the server ends' finish TERM
is_status 0
is_stdout ''
stderr_has listening

# ---- With a store it goes on where it was.

lines 1 3 >three
vitals-stream -q -l 127.0.0.1:0 --store history.db <three
ok 'three lines from a file'
stream --store history.db --stay
try 'they are there' fetch '/poll?after=earliest'
is_status 0
stdout_lines 4
is_stderr ''
lines 4 4 | feed
wait_for eval 'fetch "/poll?after=0" >all; grep -q "\"n\":4" all'
epoch=$(jq -r 'select(.record == "hello") | .epoch' all)
kill -9 "$SERVER"
wait "$SERVER" 2>/dev/null
exec 8>&-
stream --store history.db --stay
fetch '/poll?after=0' >again
[ "$(jq -r 'select(.record == "hello") | .epoch' again)" = "$epoch" ] &&
	[ "$(grep '"line"' all)" = "$(grep '"line"' again)" ]
ok 'after kill -9 epoch, numbers and lines are as they were'
try 'the server ends' finish TERM
is_status 0
is_stdout ''
stderr_has 'listening'
done_testing
