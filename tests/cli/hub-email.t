#!/bin/sh
# vitals-hub: e-mail: what is attached, and that the text has no health data.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/hub.sh
. "$TESTS/cli/hub.sh"

hub --stay --email
subscription email mailto:ward@example.org id-only >new
jq -c '.channel.endpoint = "mailto:ward@example.org,x@example.org"' new >wrong
is 'two addresses' "$(send POST /Subscription wrong) $(answer '.issue[0].expression[0]')" '422 Subscription.channel.endpoint'
code="$(filter 'Observation?code=8867-4')"
create email mailto:attached@example.org full-resource "$code | .channel.payload = \"text/plain;attach=application/fhir+json\""
create email mailto:bundle@example.org id-only "$code"
create email mailto:text@example.org id-only "$code | .channel.payload = \"text/plain\""
text=$ID
messages 3
is 'three handshakes' "$(jq -r '"\(.endpoint) \(.contentType)"' out | sort | paste -sd ' ')" \
	'mailto:attached@example.org application/fhir+json mailto:bundle@example.org application/fhir+json mailto:text@example.org text/plain'
for n in 1 2 3; do
	receipt $n delivered
done
wait_for is_state "$text" active
events 123 124 | feed
messages 6
sed -n '4,6p' out | jq -r 'select(.contentType != "text/plain") | .payload | fromjson | .entry[0].resource.type' >seen
is 'Bundles' "$(paste -sd ' ' seen)" 'event-notification event-notification'
sed -n '4,6p' out | jq -r 'select(.contentType == "text/plain") | .payload' | tr -d '\r' >seen
is 'a text' "$(cat seen)" "There are new events of Subscription $text.
Events 1 to 2:
$URL/Subscription/$text/\$events?eventsSinceNumber=1&eventsUntilNumber=2"
is 'has what it names' "$(status "$(grep "^http" seen | sed "s|^$URL||")") $(answer '[.entry[0].resource.notificationEvent[].eventNumber] | join(" ")')" '200 1 2'
try 'the hub ends' finish TERM
is_status 0
is_stdout ''
stderr_has listening

hub_again --stay
is 'without --email' "$(send POST /Subscription new) $(answer '.issue[0].diagnostics')" '422 the channel is not available on this server'
is 'what there was stays' "$(state_of "$text")" active
try 'the hub ends' finish TERM
is_status 0
is_stdout ''
stderr_has listening
done_testing
