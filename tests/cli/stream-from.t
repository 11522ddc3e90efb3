#!/bin/sh
# vitals-stream --from: several servers serve one history from a queue in Redis.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/stream.sh
. "$TESTS/cli/stream.sh"
# shellcheck source=tests/cli/redis.sh
. "$TESTS/cli/redis.sh"
clean_all() {
	for clean_p in $SERVERS $CLIENTS; do
		kill -9 "$clean_p" 2>/dev/null
	done
	redis_clean
}
SERVERS=
trap clean_all EXIT

events() { # FROM TO [SESSION]
	seq "$1" "$2" | jq -c --arg s "${3-s1}" \
		'{id: "\($s)-\(.)", type: "vitals.sample", n: ., session: {id: $s}}'
}
enqueue() { # the lines of stdin
	vitals-enqueue -q --partitions 1 --keep 86400 "$REDIS/ward" >receipts
}
serve() { # NAME [OPTION ...]
	serve_n=$1
	shift
	rm -f "port.$serve_n"
	vitals-stream -l 127.0.0.1:0 --port-file "port.$serve_n" -t 1200 \
		--from "$REDIS/ward" "$@" >"out.$serve_n" 2>>"err.$serve_n" &
	echo $! >"pid.$serve_n"
	SERVERS="$SERVERS $!"
	if ! wait_for serving "$serve_n" || [ ! -s "port.$serve_n" ]; then
		not_ok "the server $serve_n starts: $*" "err.$serve_n"
		done_testing
	fi
}
serving() { # NAME
	[ -s "port.$1" ] || gone "$(cat "pid.$1")"
}
at() { # NAME COMMAND [ARG ...]: with URL of the server
	URL=http://127.0.0.1:$(cat "port.$1")
	shift
	"$@"
}
# All records of a server from after N on; polls until it has COUNT lines, or nothing
# new came for a minute.
collect() { # NAME AFTER COUNT [QUERY]
	collect_after=$2
	: >collected
	while [ "$(grep -c '"record":"line"' collected)" -lt "$3" ]; do
		at "$1" fetch "/poll?after=$collect_after&wait=60${4-}" >polled || break
		grep -qE '"record":"(line|gap|heartbeat)"' polled || break
		cat polled >>collected
		collect_after=$(jq -s '[.[] | select(.record == "line" or .record == "heartbeat") | .sequence] +
			[.[] | select(.record == "gap") | .before - 1] | max' polled)
	done
	cat collected
}
numbers() { # what is sent: the number and n of each line
	jq -c 'select(.record == "line") | [.sequence, .line.n]'
}
expect() { # FROM TO
	seq "$1" "$2" | sed 's/.*/[&,&]/'
}

redis_start r
# A server may start before the queue is there.
(sleep 1 && events 1 300 | enqueue) &
made=$!
serve a
wait $made
serve b --heartbeat 0.2 --dead-after 1000
is 'all lines, at the one server' "$(collect a 0 300 | numbers)" "$(expect 1 300)"
is 'the same at the other' "$(collect b 0 300 | numbers)" "$(expect 1 300)"
is 'the same epoch' "$(at a fetch '/poll?wait=0' | jq -r .epoch | head -n 1)" \
	"$(at b fetch '/poll?wait=0' | jq -r .epoch | head -n 1)"

# A client that moves.
at a watch one '/events?after=298'
events 301 310 | enqueue
wait_for grep -q '^id: 310' one
last=$(sed -n 's/^id: //p' one | tail -n 1)
kill "$WATCHER"
events 311 320 | enqueue
at b watch two /events -H "Last-Event-ID: $last"
events 321 330 | enqueue
wait_for grep -q '^id: 330' two
is 'a client that moves misses nothing and gets nothing twice' \
	"$(cat one two | sed -n 's/^data: \({"id"\)/\1/p' | jq -c .n)" "$(seq 299 330)"

# One that is ahead of the server.
epoch=$(at a fetch '/poll?wait=0' | jq -r .epoch | head -n 1)
at a fetch "/poll?after=332&epoch=$epoch&wait=60" >ahead &
ahead=$!
events 331 333 | enqueue
wait $ahead
is 'a client that is ahead of the server' "$(numbers <ahead)" "$(expect 333 333)"

# Redis is away.
at b watch away '/events?after=333' 
at a fetch /healthz >/dev/null
redis_kill r
is_away() {
	at "$1" fetch /healthz | grep -q '^source away: '
}
is_back() {
	[ "$(at "$1" fetch /healthz)" = ok ]
}
wait_for is_away a
wait_for is_away b
beats() {
	grep -c '^event: heartbeat' away
}
before=$(beats)
beats_on() {
	[ "$(beats)" -gt "$((before + 1))" ]
}
wait_for beats_on
ok 'Redis is away: heartbeats go on'
is 'Redis is away: the status of /healthz' \
	"$(at b fetch /healthz -o /dev/null -w '%{http_code}')" 503
is 'Redis is away: metrics' "$(at b metric source_up '')" 0
is 'Redis is away: what is in memory is served' \
	"$(collect a 331 2 | numbers)" "$(expect 332 333)"
redis_again r
wait_for is_back a
wait_for is_back b
events 334 340 | enqueue
wait_for grep -q '^id: 340' away
is 'Redis is back: the same connection continues' \
	"$(sed -n 's/^data: \({"id"\)/\1/p' away | jq -c .n)" "$(seq 334 340)"
is 'Redis is back: metrics' "$(at b metric source_up '')" 1

# Lines beyond memory are read from Redis.
events 341 3000 | enqueue
serve c --history-bytes 65536 --history 86400
serve d --history-bytes 65536 --history 0.2
is 'beyond memory' "$(collect c 0 3000 | numbers)" "$(expect 1 3000)"
[ "$(at c metric history_lines '')" -lt 1000 ]
ok 'they are not in memory'
is 'nothing is in memory' "$(collect d 0 3000 | numbers)" "$(expect 1 3000)"
is 'from the middle' "$(collect c 1234 1766 | numbers)" "$(expect 1235 3000)"
is 'by time' "$(at c fetch '/poll?since=100000&wait=60' | numbers | head -n 2)" "$(expect 1 2)"
events 3001 3002 other | enqueue
is 'with a filter' "$(collect c 0 2 '&session=other' | numbers)" "$(expect 3001 3002)"
at d watch many '/events?after=earliest'
wait_for grep -q '^id: 3002' many
is 'as server-sent events' "$(sed -n 's/^id: //p' many | awk '$1 > last { print; last = $1 }' |
	tail -n 3002 | md5sum)" "$(seq 1 3002 | md5sum)"
kill "$WATCHER" # it would have pages read

# A line of another writer that is not JSON; and long lines.
redis_cli r xadd '{ward}:0' '*' line '[1' id bad n 3003 >/dev/null
redis_cli r hset '{ward}:n' 0 3003 >/dev/null
seq 3004 3009 | jq -c '{id: "long-\(.)", n: ., x: ("x" * 400000)}' | enqueue
long() {
	jq -c 'select(.record == "line" or .record == "gap") |
		if .record == "line" then [.sequence, .line.n] else [.after, .before] end' |
		tr '\n' ' '
}
for s in a c d; do
	collect $s 3001 7 >/dev/null
	is "a bad line is a gap, and long lines: $s" "$(long <collected)" \
		'[3002,3002] [3002,3004] [3004,3004] [3005,3005] [3006,3006] [3007,3007] [3008,3008] [3009,3009] '
done
grep -q '^vitals-stream: --from:3003: ' err.a
ok 'it is reported'
# The gap is of this number only, whoever has asked for it just before.
for _ in 1 2 3 4 5; do
	at d fetch '/poll?after=3002&wait=60' | long
	at d fetch '/poll?after=3001&wait=60' | long
	echo
done >both
is 'a bad line costs no other client a line before it' "$(sort -u <both)" \
	"$(sed -n 1p both)"
is 'the line before it' "$(sed -n '1s/^.*\[3002,3002\].*$/is there/p' both)" 'is there'

# The stream is trimmed.
redis_cli r xtrim '{ward}:0' maxlen 1000 >/dev/null
is_trimmed() {
	at "$1" fetch '/poll?wait=0' | grep -q '"oldest":2010'
}
wait_for is_trimmed d
is 'what is trimmed is a gap' \
	"$(collect d 5 999 | jq -c 'select(.record == "gap") | [.after, .before, .lost, .reason]')" \
	"$(printf '%s\n' '[5,2010,2004,"expired"]' '[3002,3004,1,"expired"]')"

# The history begins again.
redis_cli r flushall >/dev/null
at a watch again '/events?after=3009'
events 1 3 new | enqueue
wait_for grep -q '^id: 3$' again
is 'another history' "$(sed -n 's/^data: \({"record":"gap"\)/\1/p' again | jq -r .reason)" epoch
is 'its lines' "$(sed -n 's/^data: \({"id"\)/\1/p' again | jq -r .id)" \
	"$(printf 'new-%s\n' 1 2 3)"
is_new() {
	[ "$(at "$1" fetch '/poll?after=0&wait=60' | jq -r 'select(.record == "line") | .line.id' | tail -n 1)" = new-3 ]
}
wait_for is_new b
is 'both have the same new epoch' "$(at a fetch '/poll?wait=0' | jq -r .epoch | head -n 1)" \
	"$(at b fetch '/poll?wait=0' | jq -r .epoch | head -n 1)"

# Lines are deleted.
redis_entry() { # N: the ID of its entry
	redis_cli r xrange '{ward}:0' - + | awk -v n="$1" '
		/^[0-9]+-[0-9]+$/ { entry = $0 }
		last == "n" && $0 == n { print entry }
		{ last = $0 }'
}
has_read() { # NAME N: and keeps nothing of it in memory
	at "$1" fetch '/poll?wait=0' | grep -q "\"sequence\":$2," &&
		at "$1" has history_lines '' 0
}
wait_for has_read d 3
redis_cli r xdel '{ward}:0' "$(redis_entry 2)" >/dev/null
is 'a line that was deleted is a gap' "$(collect d 0 2 | long)" '[1,1] [1,3] [3,3] '
events 4 5 new | enqueue
wait_for has_read d 5
redis_cli r xdel '{ward}:0' "$(redis_entry 4)" "$(redis_entry 5)" >/dev/null
is 'so are the newest ones' "$(at d fetch '/poll?after=3&wait=60' | long)" '[3,6] '

for s in a b c d; do
	kill -TERM "$(cat pid.$s)"
	wait "$(cat pid.$s)"
	is "the server $s ends, and has read a bad line" $? 1
done

# Errors.
echo '{"id":"x"}' | vitals-enqueue -q --partitions 4 "$REDIS/four" >/dev/null
try 'a queue with partitions' vitals-stream -l 127.0.0.1:0 --from "$REDIS/four"
is_status 4
is_stdout ''
stderr_has '/four: the queue has 4 partitions, and a history needs 1$'
for o in '--store x' --stay --strict; do
	# shellcheck disable=SC2086
	try "--from and $o" vitals-stream --from "$REDIS/ward" $o
	is_status 2
	is_stdout ''
	stderr_has "^vitals-stream: --from and ${o%% *} exclude each other"
done
try 'a password in the URL' vitals-stream --from redis://u:p@127.0.0.1/ward
is_status 2
is_stdout ''
stderr_has redis-password-file
try 'options without a server' vitals-stream --redis-user u
is_status 2
is_stdout ''
stderr_has '^vitals-stream: --redis-... needs --from'
done_testing
