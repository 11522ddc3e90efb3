#!/bin/sh
# vitals-stream and clients that read slowly or not at all: what they lose is
# said, and nobody else notices.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/stream.sh
. "$TESTS/cli/stream.sh"

# A client that stops reading: curl into a pipe that nobody reads, until it is
# resumed.
stall() { # FILE PATH
	stall_f=$1
	rm -f "$stall_f.pipe"
	mkfifo "$stall_f.pipe"
	exec 7<>"$stall_f.pipe"
	# shellcheck disable=SC2024
	curl -sN --max-time 1200 "$URL$2" >"$stall_f.pipe" 8>&- 7<&- &
	STALLED=$!
	CLIENTS="$CLIENTS $STALLED"
	wait_for has_clients sse "$3"
}
resume() { # FILE: read what comes, from now on
	cat <&7 >"$1" 8>&- &
	CLIENTS="$CLIENTS $!"
}
# Wide lines of a type, from N on, until COMMAND succeeds; LAST is the last.
LAST=0
pad=$(head -c 4000 /dev/zero | tr '\0' x)
flood() { # TYPE COMMAND ...
	flood_t=$1
	shift
	flood_i=0
	until "$@" >/dev/null 2>&1; do
		[ $flood_i -lt 2000 ] || return 1
		flood_i=$((flood_i + 1))
		flood_n=0
		while [ $flood_n -lt 50 ]; do
			flood_n=$((flood_n + 1))
			LAST=$((LAST + 1))
			printf '{"type":"%s","n":%s,"pad":"%s"}\n' "$flood_t" $LAST "$pad"
		done >&8
	done
}
counter() { # NAME TEXT MINIMUM: is its sum at least that?
	[ "$(metric "$1" "$2")" -ge "$3" ]
}
gaps() { # FILE: the control records of its gaps, one a line
	grep -A 2 '^event: gap$' "$1" | sed -n 's/^data: //p'
}

# ---- drop-oldest

stream --stay --queue 20 --history-bytes 2000000
watch live '/events?type=none'
stall slow '/events?type=sample' 2
flood vitals.sample counter dropped_total lost 300
ok 'a client that does not read loses lines'
fetch /metrics >metrics
grep -q '^vitals_stream_slowest_client_dropped{client="127.0.0.1:[0-9]*",kind="sse",class="slow"} [1-9]' metrics &&
	grep -q '^vitals_stream_slowest_client_lag_lines{client="127.0.0.1:[0-9]*",kind="sse",class="slow"} [1-9]' metrics &&
	grep -q '^vitals_stream_slowest_client_lag_seconds{client="127.0.0.1:[0-9]*",kind="sse",class="slow"} [0-9]' metrics
ok 'and is named'
[ "$(metric clients 'class="slow"')" = 1 ] && [ "$(metric clients 'class="normal"')" = 1 ] &&
	[ "$(metric lag_lines 'class="slow"')" -gt 0 ] && [ "$(metric lag_lines 'class="normal"')" = 0 ]
ok 'its lag is that of the slow clients, not of the others'
counter history_bytes '' 1 && ! counter history_bytes '' 2100000
ok 'the history keeps to its bounds'
resume got
wait_for has_number got $LAST
ok 'when it reads again it comes to the newest line'
gaps got >found
[ -s found ] && [ "$(jq -c '.reason == "slow" or .reason == "expired"' found | sort -u)" = true ]
ok 'what it lost is announced'
# Each line came, or is in a gap: number by number.
{
	sed -n 's/^id: //p' got
	jq -r '[.after + 1, .before - 1] | @tsv' found | while read -r a b; do seq "$a" "$b"; done
} | sort -n -u >covered
first=$(head -n 1 covered)
last=$(tail -n 1 covered)
[ "$(wc -l <covered)" = $((last - first + 1)) ] &&
	[ "$first" = "$(hello got sequence)" ]
ok 'no line is missing without a word'
lost=$(jq -s 'map(.lost) | add' found)
got=$(numbers got | wc -w)
[ "$lost" = null ] || [ $((lost + got)) = "$LAST" ]
ok "$lost lost and $got sent are $LAST"
exec 7>&-
kill "$STALLED"
try 'the server ends' finish TERM
is_status 0
is_stdout ''
stderr_has listening

# ---- thin

LAST=0
stream --stay --queue 20 --slow thin
stall slow /events 1
flood vitals.sample counter dropped_total lost 1
echo '{"type":"vitals.measurement.completed","n":-1}' >&8
resume got
wait_for counter dropped_total thinned 50
ok 'a client that is thinned gets fewer samples and waves'
wait_for has_number got -1
ok 'and other lines all the same'
lines 9999999 9999999 | feed
wait_for has_number got 9999999
ok 'and the newest'
gaps got | jq -c .reason | sort -u >found
grep -qx '"thinned"' found
ok 'what it did not get is announced'
exec 7>&-
kill "$STALLED"
try 'the server ends' finish TERM
is_status 0
is_stdout ''
stderr_has listening

# ---- disconnect, as the client asks; or not, where it may not

LAST=0
stream --stay --queue 20 --dead-after 1000
stall slow '/events?slow=disconnect' 1
flood vitals.sample counter slow_disconnects_total '' 1
ok 'a client that asked for it is disconnected'
resume got
wait_for gone "$STALLED"
# What curl has written may still be in the pipe.
said_bye() {
	tail -n 4 got | grep -q '"reason":"slow"'
}
wait_for said_bye
after=$(tail -n 4 got | sed -n 's/^data: //p' | jq .after)
[ "${after-0}" -gt 0 ] && [ "$after" = "$(sed -n 's/^id: //p' got | tail -n 1)" ]
ok 'and told where to go on'
exec 7>&-
try 'the server ends' finish TERM
is_status 0
is_stdout ''
stderr_has listening

LAST=0
stream --stay --slow-fixed
watch fixed '/events?slow=disconnect'
[ "$(hello fixed slow)" = drop-oldest ]
ok 'with --slow-fixed the client cannot choose'

# ---- Many that never read do not delay the others.

i=0
while [ $i -lt 20 ]; do
	i=$((i + 1))
	mkfifo never$i
	exec 7<>never$i
	curl -sN --max-time 1200 "$URL/events" >never$i 8>&- 7<&- &
	CLIENTS="$CLIENTS $!"
	eval "exec 7>&-; sleep 1200 <never$i 8>&- & CLIENTS=\"\$CLIENTS \$!\""
done
watch live /events
wait_for has_clients sse 22
flood vitals.sample counter dropped_total lost 100
ok 'twenty of them lose lines'
wait_for has_number live $LAST
[ "$(numbers live)" = "$(seq -s ' ' 1 $LAST)" ]
ok 'a client that reads gets every line'
try 'the server ends' finish TERM
is_status 0
is_stdout ''
stderr_has listening

# ---- A dead link.

stream --stay --heartbeat 0.2 --dead-after 6
watch live /events
stall slow /events 2
flood vitals.sample has_clients sse 1
ok 'a client that takes nothing is given up'
kill -0 "$WATCHER" && wait_for grep -q '^event: heartbeat$' live
ok 'one that reads is not, and gets signs of life'
try 'the server ends' finish TERM
is_status 0
is_stdout ''
stderr_has listening
done_testing
