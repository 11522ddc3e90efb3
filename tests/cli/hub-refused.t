#!/bin/sh
# vitals-hub: requests that are refused, each with what is wrong with it, and receipts
# that are of no use.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/hub.sh
. "$TESTS/cli/hub.sh"
umask 077

hub --stay
long=$(printf %064d 0)

# ---- Searches.

outcome 'a number of results that is none' "$(status '/Subscription?_count=x')" 400 invalid '_count: not a number'
outcome 'a negative one' "$(status '/Observation?_count=-1')" 400 invalid '_count: not a number'
outcome 'a page that is not of a link' "$(status '/Subscription?_after=x')" 400 invalid '_after: not from a link'
outcome 'nor of Observations' "$(status '/Observation?_after=17')" 400 invalid '_after: not from a link'
outcome 'a longer one than any' "$(status "/Observation?_after=$long")" 400 invalid '_after: not from a link'
outcome 'a parameter twice' "$(status '/Subscription?type=email&type=email')" 400 invalid 'type: duplicate'
outcome 'another order' "$(status '/Observation?_sort=date')" 400 invalid '_sort: only -date is supported'
is 'the newest first' "$(status '/Observation?_sort=-date&_pretty=true')" 200
outcome 'a malformed escape' "$(status '/Subscription?type=%zz')" 400 invalid 'the query is malformed'
is 'topics that are active' "$(status '/SubscriptionTopic?status=active&resource=Observation&_id=vital-signs') $(answer .total)" '200 1'
is 'topics that are not' "$(status '/SubscriptionTopic?status=retired') $(answer .total)" '200 0'
is 'topics of Patients' "$(status '/SubscriptionTopic?resource=Patient') $(answer .total)" '200 0'
is 'two topics that differ' "$(status "/SubscriptionTopic?url=$TOPIC&_id=other") $(answer .total)" '200 0'
outcome 'another parameter of a topic' "$(status '/SubscriptionTopic?name=x')" 400 invalid 'name: not a search parameter here'

# ---- Operations.

create rest-hook http://127.0.0.1:9/hook empty
hook="/Subscription/$ID"
outcome 'a content that is none' "$(status "$hook/\$events?content=all")" 400 invalid 'content: not empty, id-only or full-resource'
outcome 'another parameter of events' "$(status "$hook/\$events?count=1")" 400 invalid 'count: not a parameter here'
outcome 'an event number that is none' "$(status "$hook/\$events?eventsUntilNumber=9007199254740992")" 400 invalid 'eventsUntilNumber: not an event number'
outcome 'another parameter of status' "$(status "/Subscription/\$status?name=x")" 400 invalid 'name: not a parameter here'
outcome 'a token for what is no websocket' "$(status "/Subscription/\$get-ws-binding-token")" \
	422 business-rule 'there is no Subscription with a websocket channel'
outcome 'a token for what is not there' "$(status "/Subscription/\$get-ws-binding-token?id=x")" 400 invalid 'id: there is no such Subscription'
outcome 'another parameter of a token' "$(status "/Subscription/\$get-ws-binding-token?name=x")" 400 invalid 'name: not a parameter here'
parameters() { # NAME JSON TEXT: a body of an operation, which is refused; '' is good
	printf '%s\n' "$2" >body
	parameters_s=$(send POST "$hook/\$events" body)
	if [ -z "$3" ]; then
		is "$1" "$parameters_s $(answer .resourceType)" '200 Bundle'
	else
		outcome "$1" "$parameters_s" 400 invalid "$3"
	fi
}
parameters 'Parameters with a number' \
	'{"resourceType":"Parameters","parameter":[{"name":"eventsSinceNumber","valueInteger":1}]}' ''
parameters 'Parameters without any' '{"resourceType":"Parameters"}' ''
parameters 'a parameter without a value' \
	'{"resourceType":"Parameters","parameter":[{"name":"content"}]}' 'a parameter without a value'
parameters 'another resource' '{"resourceType":"Patient"}' 'not a Parameters resource'
parameters 'parameters that are no list' \
	'{"resourceType":"Parameters","parameter":{"name":"content"}}' '"parameter" is not an array'
parameters 'no JSON' '{' 'byte 3: ends in the middle'
is 'a form' "$(status "$hook/\$events" -d content=id-only) $(answer .resourceType)" '200 Bundle'

# ---- Receipts.

events 80 80 | feed
messages 1
echo '{"record":"receipt","status":"delivered"}' >receipts
receipt 1 lost
head -c 2162689 /dev/zero | tr '\0' x >receipts # 2 MiB and 64 KiB, and one more
echo >receipts
receipt 1 dead 'HTTP status 410'
wait_for is_state "$ID" error
is 'the Subscription says why' "$(status "$hook") $(answer .error)" '200 HTTP status 410'
try 'the hub ends' finish TERM
is_status 1
is_stdout ''
stderr_has '^vitals-hub: receipts:1: a receipt without an id$'
stderr_has '^vitals-hub: receipts:2: a receipt with an unknown status$'
stderr_has '^vitals-hub: receipts:3: the line is too long$'
stderr_has 'was not delivered: HTTP status 410$'

# ---- Bundles with a bad entry, of which nothing is taken.

bundle() { # OBSERVATION ...
	printf '%s\n' "$@" | jq -sc '{resourceType: "Bundle", type: "history", entry: map({resource: .})}'
}
good='{"resourceType":"Observation","id":"good","status":"final","code":{"text":"x"}}'
rm -f hub.db
hub --stay
{
	bundle "$good" '{"resourceType":"Observation","status":"final"}'
	bundle "$good" "$good" '{"resourceType":"Patient"}'
	bundle "$good" 5
	bundle "$good" | jq -c '.entry += [5]'
	bundle "$good" | jq -c '.entry += [{"fullUrl":"urn:x"}]'
	bundle "$good" '{"resourceType":"Observation","id":"_","status":"final","code":{"text":"x"}}'
	events 1 1 | vitals-fhir --notify "$URL/Subscription/7"
	bundle '{"resourceType":"Observation","id":"last","status":"final","code":{"text":"x"}}'
} | feed
is_kept() { # ID
	[ "$(status "/Observation/$1")" = 200 ]
}
wait_for is_kept last
is 'no Observation of a bad Bundle is kept' "$(status /Observation) $(answer '.entry | length')" '200 1'
try 'the hub ends' finish TERM
is_status 1
is_stdout ''
grep -v listening err >seen
stderr_has '^vitals-hub: <stdin>:1: Bundle\.entry\[1\]\.resource: code: is missing$'
for i in '2 2' '3 1' '4 1' '5 1' '7 0'; do
	stderr_has "^vitals-hub: <stdin>:${i% *}: Bundle\.entry\[${i#* }\]: has no Observation\$"
done
stderr_has '^vitals-hub: <stdin>:6: Bundle\.entry\[1\]\.resource: id: is not an id of FHIR$'

# ---- Tokens that are guessed.

rm -f hub.db
vitals-sign -q --new-key key
hub --stay -k key
# Forty requests from one address: is the next one refused because of them?
throttled() {
	curl -s --max-time 120 -o guessed -H 'Authorization: Bearer a.b.c' \
		"$URL/Observation?_count=[1-40]"
	throttled_s=$(status /Observation -H 'Authorization: Bearer a.b.c')
	[ "$throttled_s" = 429 ]
}
wait_for throttled
outcome 'too many tokens that fail' "$throttled_s" \
	429 throttled 'too many tokens that fail come from this address'
grep -q '^Retry-After: 60' head
ok 'and when to try again'
try 'the hub ends' finish TERM
is_status 0
is_stdout ''
stderr_has '^vitals-hub: listening'
done_testing
