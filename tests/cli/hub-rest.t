#!/bin/sh
# vitals-hub: the REST interface: resources, searches, versions, and refusals.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/hub.sh
. "$TESTS/cli/hub.sh"

hub --stay

# ---- What the server is.

is 'metadata' "$(status /metadata) $(answer .resourceType) $(answer .fhirVersion)" '200 CapabilityStatement 4.3.0'
is 'its URL' "$(answer .implementation.url)" "$URL"
grep -qi '^content-type: application/fhir+json; charset=utf-8' head
ok 'the media type of FHIR'
is 'its resources' "$(answer '[.rest[0].resource[].type] | join(" ")')" 'Subscription SubscriptionTopic Observation'
is 'health' "$(status /healthz) $(cat answer)" '200 ok'
is 'a topic' "$(status /SubscriptionTopic) $(answer '.type + " " + .entry[0].resource.url')" "200 searchset $TOPIC"
is 'the topic by its id' "$(status /SubscriptionTopic/vital-signs) $(answer .url)" "200 $TOPIC"
is 'a search for its URL' "$(status "/SubscriptionTopic?url=$TOPIC") $(answer .total)" '200 1'
is 'for one of two' "$(status '/SubscriptionTopic?_id=vital-signs,x&status=http://hl7.org/fhir/publication-status%7Cactive,draft') $(answer .total)" '200 1'
is 'one per page' "$(status '/SubscriptionTopic?_count=1') $(answer '"\(.total) \([.entry[].resource.id] | join(" "))"')" '200 2 vital-signs'
next=$(answer '.link[] | select(.relation == "next").url')
is 'the next page' "$(status "${next#"$URL"}") $(answer '"\([.entry[].resource.id] | join(" ")) \([.link[].relation] | join(" "))"')" '200 observations self'
is 'a search for another' "$(status '/SubscriptionTopic?url=http://other.example/') $(answer .total)" '200 0'
outcome 'no such topic' "$(status /SubscriptionTopic/other)" 404 not-found 'there is no such SubscriptionTopic'

# ---- A Subscription, from create to delete.

subscription rest-hook http://127.0.0.1:9/hook id-only >new
is 'create' "$(send POST /Subscription new) $(answer .status)" '201 requested'
ID=$(answer .id)
location=$(sed -n 's/^Location: //p' head | tr -d '\r')
is 'its location' "$location" "$URL/Subscription/$ID/_history/1"
grep -q '^ETag: W/"1"' head && grep -q '^Last-Modified: ' head
ok 'its version in the headers'
is 'and in the resource' "$(answer .meta.versionId)" 1
is 'read' "$(status "/Subscription/$ID") $(answer .reason)" '200 a test'
is 'the same version is not sent again' "$(status "/Subscription/$ID" -H 'If-None-Match: W/"1"')" 304
jq -c --arg id "$ID" '.id = $id | .reason = "another"' new >changed
is 'update' "$(send PUT "/Subscription/$ID" changed -H 'If-Match: W/"1"') $(answer '"\(.reason) \(.meta.versionId)"')" '200 another 2'
outcome 'update of an old version' "$(send PUT "/Subscription/$ID" changed -H 'If-Match: W/"1"')" \
	412 conflict 'the Subscription was changed: its version is another'
outcome 'a version that is none' "$(send PUT "/Subscription/$ID" changed -H 'If-Match: one')" \
	400 invalid 'If-Match is not the version of a Subscription'
outcome 'another id than that of the URL' "$(send PUT "/Subscription/$ID" new)" \
	400 invalid 'the id is not that of the URL'
is 'and which element it is' "$(answer '.issue[0].expression[0]')" Subscription.id
jq -c '.id = "other"' new >other
outcome 'update of what is not there' "$(send PUT /Subscription/other other)" \
	404 not-found 'there is no such Subscription'
is 'without a copy back' "$(send POST /Subscription new -H 'Prefer: return=minimal') $(wc -c <answer)" '201 0'
second=$(sed -n 's/^Location: .*Subscription.//p' head | cut -d / -f 1)
is 'delete' "$(status "/Subscription/$second" -X DELETE)" 204
outcome 'read after that' "$(status "/Subscription/$second")" 404 not-found 'there is no such Subscription'
outcome 'and delete' "$(status "/Subscription/$second" -X DELETE)" 404 not-found 'there is no such Subscription'

# ---- Searches.

create websocket '' full-resource
socket=$ID
n=0
while [ $n -lt 5 ]; do
	create rest-hook "http://127.0.0.1:9/$n" empty
	n=$((n + 1))
done
is 'all' "$(status /Subscription) $(answer '"\(.total) \(.entry | length)"')" '200 7 7'
is 'by type' "$(status '/Subscription?type=websocket') $(answer '"\(.total) \(.entry[0].resource.id)"')" "200 1 $socket"
is 'by status' "$(status '/Subscription?status=active,error') $(answer .total)" '200 1'
is 'by status and its system' "$(status '/Subscription?status=http://hl7.org/fhir/subscription-status%7Cactive') $(answer .total)" '200 1'
is 'by the status of another system' "$(status '/Subscription?status=urn:other%7Cactive') $(answer .total)" '200 0'
is 'by URL' "$(status '/Subscription?url=http://127.0.0.1:9/3') $(answer .total)" '200 1'
is 'by topic' "$(status "/Subscription?criteria=$TOPIC&_format=json") $(answer .total)" '200 7'
is 'by id' "$(status "/Subscription?_id=$socket,$ID") $(answer .total)" '200 2'
is 'without a result' "$(status '/Subscription?_id=x') $(answer '"\(.total) \(has("entry"))"')" '200 0 false'
is 'a POST' "$(status /Subscription/_search -d type=websocket) $(answer .total)" '200 1'
outcome 'a parameter that is not supported' "$(status '/Subscription?contact=x')" \
	400 invalid 'contact: not a search parameter here'
: >pages
next="$URL/Subscription?type=rest-hook&_count=2"
while [ -n "$next" ]; do
	status "${next#"$URL"}" >code
	answer '.entry[].resource.id' >>pages
	next=$(answer '.link[] | select(.relation == "next") | .url')
done
is 'pages have each once' "$(wc -l <pages) $(sort -u pages | wc -l)" '6 6'
is 'only the number' "$(status '/Subscription?_count=0') $(answer '"\(.total) \(has("entry"))"')" '200 7 false'

# ---- $status.

is 'the status of one' "$(status "/Subscription/$socket/\$status") $(answer '"\(.type) \(.entry[0].resource | "\(.resourceType) \(.type) \(.status) \(.eventsSinceSubscriptionStart)")"')" \
	'200 searchset SubscriptionStatus query-status active 0'
is 'with an escape' "$(status "/Subscription/$socket/%24status") $(answer .total)" '200 1'
is 'of all' "$(status "/Subscription/\$status") $(answer .total)" '200 7'
is 'of some' "$(status "/Subscription/\$status?status=active&id=$socket&id=$ID") $(answer .total)" '200 1'
jq -nc --arg id "$socket" '{resourceType: "Parameters", parameter: [{name: "id", valueId: $id}]}' >parameters
is 'asked with Parameters' "$(send POST "/Subscription/\$status" parameters) $(answer .total)" '200 1'
outcome 'of one that is not there' "$(status "/Subscription/other/\$status")" 404 not-found 'there is no such Subscription'

# ---- Observations.

events 61 130 | feed
wait_for eval '[ "$(status "/Observation?_count=500&code=8867-4")" = 200 ] && [ "$(answer ".entry | length")" = 70 ]'
ok 'Observations are found by code'
is 'by value' "$(status '/Observation?code=http://loinc.org|8867-4&value-quantity=gt120') $(answer '[.entry[].resource.valueQuantity.value] | sort | map(tostring) | join(" ")')" \
	'200 121 122 123 124 125 126 127 128 129 130'
is 'by date' "$(status '/Observation?date=lt2026-11-23') $(answer 'has("entry")')" '200 false'
is 'by date, with a result' "$(status '/Observation?date=2026-11-23&_count=1') $(answer '.entry | length')" '200 1'
o=$(answer '.entry[0].resource.id')
is 'one by its id' "$(status "/Observation/$o") $(answer '"\(.resourceType) \(.id)"')" "200 Observation $o"
outcome 'one that is not there' "$(status /Observation/other)" 404 not-found 'there is no such Observation, or it is no longer kept'
: >pages
next="$URL/Observation?category=vital-signs&_count=33"
while [ -n "$next" ]; do
	status "${next#"$URL"}" >code
	answer '.entry[]?.resource.id' >>pages
	next=$(answer '.link[] | select(.relation == "next") | .url')
done
is 'pages have each once' "$(wc -l <pages) $(sort -u pages | wc -l)" '140 140'
is 'a parameter that is not supported' "$(status '/Observation?colour=red') $(answer '.issue[0].code')" '400 invalid'

# ---- Refusals.

outcome 'a path that is not there' "$(status /Patient)" 404 not-found 'nothing is here'
outcome 'a method' "$(status /Observation -X DELETE)" 405 not-supported 'this method is not supported here'
grep -q '^Allow: OPTIONS, GET' head
ok 'the methods that are'
outcome 'a type' "$(status /Subscription -H 'Content-Type: application/fhir+xml' -d '<x/>')" \
	415 not-supported 'the content type is not application/fhir+json'
outcome 'an answer in XML' "$(status /Subscription -H 'Accept: application/fhir+xml')" \
	406 not-supported 'answers are application/fhir+json only'
outcome 'by a parameter' "$(status '/Subscription?_format=xml')" 406 not-supported 'answers are application/fhir+json only'
is 'one of several types' "$(status /Subscription -H 'Accept: text/html, application/json;q=0.9')" 200
outcome 'a malformed query' "$(status '/Subscription?type=%zz')" 400 invalid 'the query is malformed'
outcome 'a conditional create' "$(send POST /Subscription new -H 'If-None-Exist: status=active')" \
	400 not-supported 'conditional creates are not supported'
refused() { # NAME JQ EXPRESSION
	jq -c "$2" new >wrong
	is "$1" "$(send POST /Subscription wrong) $(answer '.issue[0].expression[0]')" "422 $3"
}
refused 'no reason' 'del(.reason)' Subscription.reason
refused 'no channel' 'del(.channel)' Subscription.channel
refused 'another topic' '.criteria = "http://other.example/"' Subscription.criteria
refused 'a plain query' '.criteria = "Observation?code=8867-4"' Subscription.criteria
refused 'no endpoint' 'del(.channel.endpoint)' Subscription.channel.endpoint
refused 'plain http beyond loopback' '.channel.endpoint = "http://192.0.2.1/"' Subscription.channel.endpoint
refused 'a header twice' '.channel.header = ["A: 1", "a: 2"]' Subscription.channel.header
refused 'another channel' '.channel.type = "sms"' Subscription.channel.type
head -c 65537 /dev/zero | tr '\0' ' ' >big
is 'a body that is too large' "$(send POST /Subscription big)" 413
jq -c . new | awk '{ printf "%s%*s", $0, 65536 - length($0), "" }' >big
is 'one at the limit' "$(wc -c <big) $(send POST /Subscription big)" '65536 201'
is 'not JSON' "$(printf '{' >half; send POST /Subscription half) $(answer .resourceType)" '422 OperationOutcome'

is 'HEAD' "$(status "/Subscription/$socket" --head)" 200
is 'a preflight' "$(status /Subscription -X OPTIONS)" 204
is 'metrics' "$(status /metrics) $(grep -c '^vitals_hub_observations 140$' answer)" '200 1'
try 'the hub ends' finish TERM
is_status 0
is_stdout ''
stderr_has listening

try 'an empty input that is no pipe' vitals-hub -q -l 127.0.0.1:0 -s other.db </dev/null
is_status 0
is_stdout ''
is_stderr ''
done_testing
