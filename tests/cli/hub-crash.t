#!/bin/sh
# vitals-hub: ten kill -9 while notifications flow.  No event number is lost or used
# twice, and what is written again has the same ID and the same content.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/hub.sh
. "$TESTS/cli/hub.sh"

EVENTS=300
mkfifo receipts
exec 9<>receipts # so that receipts wait while there is no hub
hub --stay --base-url http://hub.example
few=".channel.extension = [{url: \"$GUIDE/backport-max-count\", valuePositiveInt: 2}]"
create rest-hook http://127.0.0.1:9/a id-only "$(filter 'Observation?code=http://loinc.org|8867-4') | $few"
a=$ID
create rest-hook http://127.0.0.1:9/b full-resource "$(filter 'Observation?code=http://loinc.org|9279-1') | $few"
b=$ID

# What vitals-post does: a receipt for each message.
tail -n +1 -F out 2>/dev/null |
	jq --unbuffered -c '{record: "receipt", id, endpoint, status: "delivered"}' >&9 &
CLIENTS=$!
wait_for is_state "$a" active
wait_for is_state "$b" active
ok 'the handshakes are accepted'

# Each run is fed from the first event on: those that are known are no new events.
kills=0
while [ $kills -lt 10 ]; do
	events 1 $((30 * (kills + 1))) >&8
	messages $((10 + 30 * kills)) || break
	kill -9 "$SERVER"
	wait "$SERVER" 2>/dev/null
	exec 8>&-
	kills=$((kills + 1))
	hub_again --stay --base-url http://hub.example
done
is 'kills' $kills 10
events 1 $EVENTS >&8
count() { # ID: events so far
	curl -s --max-time 120 "$URL/Subscription/$1/\$status" |
		jq -r '.entry[0].resource.eventsSinceSubscriptionStart'
}
wait_for eval '[ "$(count "$a")" = $EVENTS ] && [ "$(count "$b")" = $EVENTS ]'
is 'each event was counted once' "$(count "$a") $(count "$b")" "$EVENTS $EVENTS"
sent() { # ID: the numbers that were sent
	jq -r --arg s "$1" '.payload | fromjson | .entry[0].resource
		| select(.subscription.reference | endswith($s))
		| .notificationEvent[]? | "\(.eventNumber) \(.focus.reference)"' out | sort -u
}
all_sent() {
	[ "$(sent "$a" | wc -l)" -ge $EVENTS ] && [ "$(sent "$b" | wc -l)" -ge $EVENTS ]
}
wait_for all_sent
for s in "$a" "$b"; do
	sent "$s" >numbers
	seq 1 $EVENTS | sort >want
	cut -d ' ' -f 1 numbers | sort >got
	cmp got want >why 2>&1
	ok "every number was sent, and belongs to one Observation"
	is 'and each Observation has one number' "$(cut -d ' ' -f 2 numbers | sort -u | wc -l)" $EVENTS
done
jq -r '.id + " " + .payload' out | sort -u >once
is 'a message that was written again is the same' "$(cut -d ' ' -f 1 once | uniq -d | wc -l)" 0
echo "# $(wc -l <out) messages, $(wc -l <once) different ones"
: >numbers
first=1
while [ $first -le $EVENTS ]; do
	curl -s --max-time 120 "$URL/Subscription/$a/\$events?eventsSinceNumber=$first" |
		jq -r '.entry[0].resource.notificationEvent[]? | "\(.eventNumber) \(.focus.reference)"' >part
	[ -s part ] || break
	cat part >>numbers
	first=$(($(tail -n 1 part | cut -d ' ' -f 1) + 1))
done
sort -u numbers >got
sent "$a" | cmp - got
ok 'a client that missed all gets the same by their numbers'

# What has no receipt is written again.
settled() {
	status /metrics >/dev/null && grep -q '^vitals_hub_unsettled 0$' answer
}
wait_for settled
kill "$CLIENTS"
CLIENTS=
EVENTS=$((EVENTS + 10))
before=$(wc -l <out)
create rest-hook http://127.0.0.1:9/c id-only # its handshake
events $((EVENTS - 9)) $EVENTS >&8
wait_for all_sent
new=$(($(wc -l <out) - before))
kill -9 "$SERVER"
wait "$SERVER" 2>/dev/null
exec 8>&-
hub_again --stay --base-url http://hub.example
messages $((before + 2 * new))
tail -n +$((before + 1)) out | jq -r '.id + " " + .payload' | sort | uniq -c | awk '{ print $1 }' |
	sort | uniq -c | tr -s ' ' >counts
is 'each message without a receipt was written again, and is the same' "$(cat counts)" " $new 2"
try 'the hub ends' finish TERM
is_status 0
is_stdout ''
stderr_has listening
done_testing
