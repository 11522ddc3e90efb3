#!/bin/sh
# vitals-hub: rest-hooks: handshakes, events, errors, and what a client does then.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/hub.sh
. "$TESTS/cli/hub.sh"

exec 9<>/dev/null
hub --stay --heartbeat-min 1

# ---- A handshake that is accepted.

create rest-hook http://127.0.0.1:9/hook id-only \
	"$(filter 'Observation?code=http://loinc.org|8867-4&value-quantity=gt100') | .channel.header = [\"Authorization: Bearer secret\", \"X-Ward: 3\"]"
hook=$ID
messages 1
ok 'a message is written'
jq -c '[.endpoint, .contentType, .headers.Authorization, .headers["X-Ward"]]' out >seen
is 'where it is sent' "$(cat seen)" '["http://127.0.0.1:9/hook","application/fhir+json","Bearer secret","3"]'
is 'it is a handshake' "$(message 1 '"\(.type) \(.entry[0].resource | "\(.type) \(.status) \(.eventsSinceSubscriptionStart) \(.subscription.reference)")"')" \
	"history handshake requested 0 $URL/Subscription/$hook"
is 'the status' "$(state_of "$hook")" requested
events 120 120 | feed
events 80 80 | feed
wait_for eval 'status "/Subscription/$hook/\$status" >/dev/null; [ "$(answer ".entry[0].resource.eventsSinceSubscriptionStart")" = 1 ]'
ok 'an event is numbered before the handshake is answered'
is 'but not sent' "$(wc -l <out)" 1
receipt 1 delivered
wait_for is_state "$hook" active
ok 'a receipt makes it active'
messages 2
is 'then the event is sent' "$(message 2 '.entry[0].resource | "\(.type) \(.status) \(.notificationEvent[0].eventNumber)"')" 'event-notification active 1'
o=$(message 2 '.entry[0].resource.notificationEvent[0].focus.reference')
is 'its focus can be read' "$(status "${o#"$URL"}") $(answer .valueQuantity.value)" '200 120'
is 'and has no resource' "$(message 2 '[.entry[].resource | select(.resourceType == "Observation")] | length')" 0

# ---- A delivery that fails.

events 121 121 | feed
messages 3
receipt 3 dead 'HTTP status 404'
wait_for is_state "$hook" error
ok 'a dead letter is an error'
is 'which the resource has' "$(status "/Subscription/$hook") $(answer .error)" '200 HTTP status 404'
events 122 123 | feed
wait_for eval 'status "/Subscription/$hook/\$status" >/dev/null; [ "$(answer ".entry[0].resource.eventsSinceSubscriptionStart")" = 4 ]'
ok 'events are still numbered'
is 'but not sent' "$(wc -l <out)" 3
is 'the missed ones' "$(status "/Subscription/$hook/\$events?eventsSinceNumber=2&eventsUntilNumber=4&content=full-resource") $(answer '"\(.type) \(.entry[0].resource.type) \([.entry[0].resource.notificationEvent[].eventNumber] | join(" ")) \([.entry[1:][].resource.valueQuantity.value | tostring] | join(" "))"')" \
	'200 history query-event 2 3 4 121 122 123'
is 'bounds are inclusive' "$(status "/Subscription/$hook/\$events?eventsSinceNumber=3&eventsUntilNumber=3") $(answer '[.entry[0].resource.notificationEvent[].eventNumber] | join(" ")')" '200 3'
jq -nc '{resourceType: "Parameters", parameter: [{name: "eventsSinceNumber", valueString: "4"}]}' >parameters
is 'asked with Parameters' "$(send POST "/Subscription/$hook/\$events" parameters) $(answer '[.entry[0].resource.notificationEvent[].eventNumber] | join(" ")')" '200 4'
is 'without an end that is there' "$(status "/Subscription/$hook/\$events?eventsSinceNumber=99") $(answer '.entry[0].resource | has("notificationEvent")')" '200 false'
outcome 'a number that is none' "$(status "/Subscription/$hook/\$events?eventsSinceNumber=x")" 400 invalid 'eventsSinceNumber: not an event number'

# ---- The client begins again.

status "/Subscription/$hook" >code
jq -c '.status = "requested"' answer >changed
is 'an update' "$(send PUT "/Subscription/$hook" changed) $(answer .status)" '200 requested'
messages 4
is 'a handshake again' "$(message 4 '.entry[0].resource | "\(.type) \(.eventsSinceSubscriptionStart)"')" 'handshake 4'
receipt 4 delivered
wait_for is_state "$hook" active
events 124 124 | feed
messages 5
is 'the numbers continue' "$(message 5 '.entry[0].resource.notificationEvent[0].eventNumber')" 5
receipt 5 delivered

# ---- A handshake that is refused; other contents; heartbeats.

create rest-hook http://127.0.0.1:9/refused full-resource
messages 6
receipt 6 dead 'HTTP status 403'
wait_for is_state "$ID" error
ok 'a refused handshake is an error'
create rest-hook http://127.0.0.1:9/full full-resource "$(filter 'Observation?code=9279-1')"
full=$ID
messages 7
receipt 7 delivered
wait_for is_state "$full" active
create rest-hook http://127.0.0.1:9/empty empty "$(filter 'Observation?code=9279-1')"
empty=$ID
messages 8
receipt 8 delivered
wait_for is_state "$empty" active
events 90 90 | feed
messages 10
sed -n '9,10p' out | jq -r '.endpoint + " " + (.payload | fromjson | "\(.entry | length) \(.entry[0].resource.notificationEvent[0] | has("focus"))")' | sort >seen
is 'contents' "$(paste -sd ' ' seen)" 'http://127.0.0.1:9/empty 1 false http://127.0.0.1:9/full 2 true'
create rest-hook http://127.0.0.1:9/beat empty "$(heartbeat 1) | $(filter 'Observation?code=0-0')"
messages 11
receipt 11 delivered
messages 12
is 'a heartbeat' "$(message 12 '.entry[0].resource | "\(.type) \(.eventsSinceSubscriptionStart)"')" 'heartbeat 0'
receipt 12 delivered
messages 13
is 'and another one, with another ID' "$(sed -n '12,13p' out | jq -r .id | sort -u | wc -l)" 2

# ---- Receipts that are none.

echo '{"record":"receipt","id":"unknown","status":"delivered"}' >receipts
echo '{"record":"other"}' >receipts
echo 'no JSON' >receipts
wait_for eval 'status /metrics >/dev/null; grep -q "^vitals_hub_bad_receipts_total 2$" answer'
grep -q '^vitals_hub_unknown_receipts_total 1$' answer
ok 'receipts are counted'
try 'the hub ends' finish TERM
is_status 1
stdout_lines 0
stderr_has 'receipts:'
done_testing
