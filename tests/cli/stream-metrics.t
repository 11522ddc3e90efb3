#!/bin/sh
# vitals-stream /metrics: lines, lag and latency, by class of client.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/stream.sh
. "$TESTS/cli/stream.sh"

ago() { # SECONDS: the time of an event
	jq -nr --argjson s "$1" 'now - $s | floor | todate'
}
event() { # N SECONDS: an event that happened SECONDS ago
	printf '{"type":"vitals.sample","n":%s,"time":"%s"}\n' "$1" "$(ago "$2")"
}

stream --stay
event 1 300 | feed
wait_for has history_lines '' 1
watch live /events
event 2 300 | feed
event 3 300 | feed
wait_for has_number live 3

# ---- From the event to the sending.

wait_for has event_sent_seconds_count 'kind="sse"' 2
ok 'each line sent is counted'
has event_sent_seconds_bucket 'kind="sse",le="60"' 0 &&
	has event_sent_seconds_bucket 'kind="sse",le="3600"' 2
ok 'with the age of its event'
[ "$(metric event_sent_seconds_sum 'kind="sse"' | cut -d . -f 1)" -ge 600 ]
ok 'in seconds'
has delivery_seconds_count 'kind="sse"' 2 &&
	has delivery_seconds_bucket 'kind="sse",le="60"' 2
ok 'the time from its arrival is separate'
has arrival_seconds_count '' 3 && has arrival_seconds_bucket 'le="60"' 0
ok 'as is the time until its arrival'
echo '{"n":4}' | feed
wait_for has_number live 4
wait_for has delivery_seconds_count 'kind="sse"' 3
has event_sent_seconds_count 'kind="sse"' 2 && has arrival_seconds_count '' 3
ok 'a line without a time has no event'

# ---- A client that reads the history does not count as late.

watch late '/events?after=earliest'
wait_for has_number late 4
has delivery_seconds_count 'kind="sse"' 3 && has event_sent_seconds_count 'kind="sse"' 2
ok 'lines of the history have no latency'
has sent_total 'kind="sse",class="replaying"' 4 && has sent_total 'kind="sse",class="normal"' 3
ok 'they are counted'
event 5 300 | feed
wait_for has_number late 5
wait_for has event_sent_seconds_count 'kind="sse"' 4
has clients 'kind="sse",class="normal"' 2 && has clients replaying 0
ok 'once it has them all, it is like the others'
fetch '/poll?after=0' >poll
has sent_total 'kind="poll",class="normal"' 1 && has sent_total 'kind="poll",class="replaying"' 4 &&
	has delivery_seconds_count 'kind="poll"' 0
ok 'so does a poll'
fetch '/poll?wait=60' >poll 8>&- &
CLIENTS="$CLIENTS $!"
wait_for has_clients poll 1
event 6 300 | feed
wait "$!"
has delivery_seconds_count 'kind="poll"' 1 && has event_sent_seconds_count 'kind="poll"' 1
ok 'unless it has waited for the line'

# ---- The format.

fetch /metrics >metrics
grep -v '^#' metrics | grep -vE '^vitals_stream_[a-z_]+(\{([a-z]+="[^"]*",?)+\})? [0-9.e+-]+$'
[ $? -eq 1 ]
ok 'each sample has a name, labels and a value'
sed -n 's/^# TYPE \([a-z_]*\) .*/\1/p' metrics | sort >families
sed -n 's/^\(vitals_stream_[a-z_]*\).*/\1/p' metrics | sed -E 's/_seconds_(bucket|sum|count)$/_seconds/' |
	sort -u >named
[ "$(comm -13 families named)" = '' ] && [ "$(uniq -d families)" = '' ]
ok 'each family has one head'
sed -n 's/^\.It Li \(vitals_stream_[a-z_]*\).*/\1/p' "$ROOT/man/vitals-stream.1" |
	grep -v source_up | sort >documented # with --from: stream-from.t
[ -s documented ] && cmp families documented
ok 'the man page has them all, and no other'
try 'the server ends' finish TERM
is_status 0
is_stdout ''
stderr_has listening
done_testing
