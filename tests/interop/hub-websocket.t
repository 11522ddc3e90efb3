#!/bin/sh
# vitals-hub and WebSocket clients that nobody here wrote: npm ws, and the
# SubscriptionManager of @medplum/core.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/hub.sh
. "$TESTS/cli/hub.sh"
need_npm ws @medplum/core

client() { # FILE KIND ARG: a client in the background; its messages come from FILE.in
	client_f=$1
	rm -f "$client_f.in"
	: >"$client_f" # an earlier client has said "open", too
	mkfifo "$client_f.in"
	# For reading and writing: this waits for no writer, and sees no end.
	node "$INTEROP/hub-clients.js" "$2" "$URL" "$3" >"$client_f" 2>&1 8>&- <>"$client_f.in" &
	CLIENT=$!
	CLIENTS="$CLIENTS $CLIENT"
}
say() { # FILE TEXT: have the client send TEXT
	printf '%s\n' "$2" 1<>"$1.in"
}
bind() { # ID: a token for it, in BIND
	status "/Subscription/$1/\$get-ws-binding-token" >code
	BIND=$(answer '.parameter[] | select(.name == "token") | .valueString')
}
got() { # FILE JQ: of the Bundles that came
	grep '^{"resourceType' "$1" | jq -r ".entry[0].resource | $2"
}
has_event() { # FILE NUMBER: has this event come?
	got "$1" 'select(.type == "event-notification") | .notificationEvent[].eventNumber' | grep -qx "$2"
}
came() { # FILE TYPE N: have so many come?
	[ "$(got "$1" "select(.type == \"$2\") | .type" | wc -l)" -ge "$3" ]
}

hub --stay --heartbeat-min 1 --binding 600
WS=ws://127.0.0.1:$PORT/ws

# ---- The three forms of a binding.

create websocket '' full-resource "$(filter 'Observation?code=8867-4')"
id=$ID
is 'a websocket is active at once' "$(state_of "$id")" active
events 70 70 | feed
bind "$id"
# The hub closes the connection of a client that sends no token in 30 seconds.
client one ws "$WS"
wait_for grep -q open one
say one "bind-with-token $BIND"
client two ws "$WS"
wait_for grep -q open two
say two "bind-with-token: $BIND"
client three ws "$WS"
wait_for grep -q open three
say three "$(jq -nc --arg t "$BIND" '{type: "bind-with-token", payload: {token: $t}}')"
for c in one two three; do
	wait_for came $c handshake 1
	is "client $c: a handshake with the number of events" "$(got $c '"\(.type) \(.status) \(.eventsSinceSubscriptionStart)"')" 'handshake active 1'
done
events 71 72 | feed
for c in one two three; do
	wait_for has_event $c 3
	is "client $c: the events from then on" "$(got $c 'select(.type == "event-notification") | .notificationEvent[].eventNumber' | paste -sd ' ')" '2 3'
done
is 'with the resource' "$(grep '^{"resourceType' one | jq -r '.entry[1:][].resource.valueQuantity.value' | paste -sd ' ')" '71 72'
is 'the one before is at $events' "$(status "/Subscription/$id/\$events?eventsSinceNumber=1&eventsUntilNumber=1") $(answer '.entry[1].resource.valueQuantity.value')" '200 70'

# ---- A client that was away sees the gap.

kill "$CLIENT"
wait_for gone "$CLIENT"
events 73 74 | feed
wait_for has_event one 5
client three ws "$WS"
wait_for grep -q open three
bind "$id"
say three "bind-with-token $BIND"
wait_for came three handshake 1
events 75 75 | feed
wait_for has_event three 6
is 'what it missed is between' "$(got three '"\(.type) \(.eventsSinceSubscriptionStart) \(.notificationEvent[0].eventNumber // "-")"' | paste -sd ' ')" \
	'handshake 5 - event-notification 6 6'
is 'and can be asked for' "$(status "/Subscription/$id/\$events?eventsSinceNumber=4&eventsUntilNumber=5") $(answer '[.entry[1:][].resource.valueQuantity.value | tostring] | join(" ")')" '200 73 74'

# ---- Refusals.

say one '{"type":"ping"}'
wait_for grep -qx '{"type":"pong"}' one
ok 'a ping is answered'
say two "bind-with-token $(printf %043d 0)"
wait_for grep -q '^close' two
is 'a token that is none' "$(tail -n 1 two)" 'close 1008 the token is not valid, or no longer'
client two ws "$WS"
wait_for grep -q open two
say two 'hello'
wait_for grep -q '^close' two
is 'a message that is none' "$(tail -n 1 two)" 'close 1008 not a message that is known here'
client two ws "$WS"
wait_for grep -q open two
say two '{"type":"bind-with-token","payload":{}}'
wait_for grep -q '^close' two
is 'a binding without a token' "$(tail -n 1 two)" 'close 1008 not a message that is known here'
client two ws "$WS"
wait_for grep -q open two
say two PING
wait_for grep -q '^frame' two
is 'a frame that is a ping' "$(tail -n 1 two)" 'frame pong here'
say two BINARY
wait_for grep -q '^close' two
is 'a frame that is binary' "$(tail -n 1 two)" 'close 1003 messages are texts here'
client two ws "$WS"
wait_for grep -q open two
say two CLOSE
wait_for grep -q '^close' two
is 'the client closes' "$(tail -n 1 two)" 'close 1000 '

# ---- Heartbeats, several Subscriptions, deletion.

create websocket '' empty "$(heartbeat 1) | $(filter 'Observation?code=0-0')"
beat=$ID
status "/Subscription/\$get-ws-binding-token" >code
is 'a token for all' "$(answer '[.parameter[] | select(.name == "subscription")] | length')" 2
BIND=$(answer '.parameter[] | select(.name == "token") | .valueString')
client two ws "$WS"
wait_for grep -q open two
say two "bind-with-token $BIND"
wait_for came two handshake 2
wait_for came two heartbeat 2
is 'a handshake for each' "$(got two 'select(.type == "handshake") | .subscription.reference' | sort -u | wc -l)" 2
is 'heartbeats of the one that wants them' "$(got two 'select(.type == "heartbeat") | .subscription.reference' | sort -u)" "$URL/Subscription/$beat"
say two "$(jq -nc --arg t "$BIND" '{type: "unbind-from-token", payload: {token: $t}}')"
say two '{"type":"ping"}'
wait_for grep -qx '{"type":"pong"}' two
events 76 76 | feed
wait_for has_event one 7
say two PING
wait_for grep -q '^frame pong' two
is 'no event after the token was unbound' "$(got two 'select(.type == "event-notification") | .notificationEvent[].eventNumber')" ''
kill "$CLIENT"
is 'delete' "$(status "/Subscription/$id" -X DELETE)" 204
wait_for grep -q '^close' one
is 'the end of the Subscription' "$(tail -n 1 one)" 'close 1008 the Subscription was deleted'

# ---- Medplum.

subscription websocket '' full-resource "$(heartbeat 1) | $(filter 'Observation?code=8867-4')" >new
client medplum medplum new
wait_for grep -q '^connect' medplum
events 90 91 | feed
wait_for grep -q '^message 2' medplum
is 'medplum: its messages' "$(grep '^message' medplum | paste -sd ' ')" 'message 1 90 message 2 91'
wait_for grep -q '^heartbeat' medplum
wait_for grep -q '^pong' medplum
ok 'medplum: heartbeats, and answers to its pings'
is 'medplum: no error' "$(grep -c '^error' medplum)" 0

# ---- All that was sent is valid.

{
	grep -h '^{"resourceType' one two three
	status "/Subscription?_count=9" >code
	status "/Subscription/$(answer ".entry[-1].resource.id")/\$events" >code
	cat answer
	echo
} >notifications
for path in /metadata /Subscription /SubscriptionTopic "/Subscription/\$status" \
	'/Observation?_count=3' /Patient "/Subscription/\$get-ws-binding-token"; do
	status "$path" >code
	cat answer
	echo
done >answers
if [ -d "$INTEROP/node_modules/hl7.fhir.r4b.core" ]; then
	try 'all notifications are valid' js notify-check.js notifications
	is_status 0
	is_stdout "$(wc -l <notifications) notifications, 0 bad"
	is_stderr ''
	try 'all answers are valid' js hub-check.js answers
	is_status 0
	is_stdout '7 answers, 0 bad'
	is_stderr ''
	jq -c 'del(.resourceType, .date)' answers >wrong
	try 'and the check can fail' js hub-check.js wrong
	is_status 1
	stdout_has '^7 answers, 7 bad'
	is_stderr ''
else
	skip 'all resources are valid' 'no npm package hl7.fhir.r4b.core'
fi
client last ws "$WS"
wait_for grep -q open last
try 'the hub ends' finish TERM
is_status 0
is_stdout ''
stderr_has listening
wait_for grep -q '^close' last
is 'and says so' "$(tail -n 1 last)" 'close 1001 the server is shutting down'

# ---- A binding ends, unless it is renewed.

# Long enough for a slow machine to use a token before it ends.
hub --stay --binding 15
WS=ws://127.0.0.1:$PORT/ws
create websocket '' empty
client kept ws "$WS"
kept=$CLIENT
client ended ws "$WS"
wait_for grep -q open kept
wait_for grep -q open ended
bind "$ID"
say kept "bind-with-token $BIND"
say ended "bind-with-token $BIND"
wait_for came kept handshake 1
wait_for came ended handshake 1
n=1
until grep -q '^close' ended; do
	sleep 0.2
	bind "$ID"
	n=$((n + 1))
	say kept "bind-with-token $BIND"
	wait_for came kept handshake $n || break
done
is 'a binding ends' "$(tail -n 1 ended)" 'close 1008 the binding has expired'
kill -0 "$kept" && ! grep -q '^close' kept
ok 'one that is renewed does not'
try 'the hub ends' finish TERM
is_status 0
is_stdout ''
stderr_has listening
done_testing
