#!/bin/sh
# vitals-fhir --notify: notification Bundles of FHIR Subscriptions.
# valgrind
. "$(dirname "$0")/tap.sh"

cat >records <<'Y'
{"record":"measurement","startTime":"2026-11-23T06:33:00Z","durationSeconds":30,"readings":[{"vital":"heartRate","value":71.8,"unit":"/min","confidence":0.94},{"vital":"respiratoryRate","value":null,"unit":"/min","absentReason":"too-short"}]}
{"record":"sample","offsetSeconds":8.0,"readings":[]}
{"record":"sample","offsetSeconds":9.0,"readings":[{"vital":"heartRate","value":71.9,"unit":"/min","confidence":0.94}]}
Y
vitals-event --id content --session s --session-events --time 2026-11-23T06:33:00Z records >events
vitals-fhir events >resources
url=https://fhir.example/r4/Subscription/7
base=https://fhir.example/r4
history='.resourceType == "Bundle" and .type == "history"
	and (.timestamp | test("^20[0-9-]+T[0-9:.]+Z$"))
	and all(.entry[]; .request != null and .response != null)
	and .entry[0].fullUrl == "urn:uuid:" + .id and .entry[0].resource.id == .id
	and .entry[0].request == {"method":"GET","url":"'$url'/$status"}
	and .entry[0].response == {"status":"200"}'

# Event notifications
for content in empty id-only full-resource; do
	try "R4B, $content" vitals-fhir --notify $url --notify-content $content \
		--notify-topic urn:t:1 --notify-after 41 events
	is_status 0
	stdout_lines 2
	stdout_json "$history and (.meta.profile[0] | endswith(\"/backport-subscription-notification\"))"
	stdout_json '.entry[0].resource | .resourceType == "SubscriptionStatus"
		and .type == "event-notification" and .status == "active" and .topic == "urn:t:1"
		and .subscription == {"reference":"'$url'"}
		and .eventsSinceSubscriptionStart == .notificationEvent[-1].eventNumber
		and all(.notificationEvent[]; .timestamp | test("^20[0-9-]+T[0-9:.]+Z$"))'
	is_stderr ''
	cp .out b-$content
	jq -r '.entry[0].resource.notificationEvent[].eventNumber' b-$content >numbers
	try "R4B, $content: the numbers count up" cat numbers
	is_status 0
	is_stdout "$(seq 42 44)"
	is_stderr ''
	try "R4, $content" vitals-fhir --fhir-version 4.0 --notify $url \
		--notify-content $content --notify-topic urn:t:1 --notify-after 41 events
	is_status 0
	stdout_lines 2
	stdout_json "$history and (.meta.profile[0] | endswith(\"/backport-subscription-notification-r4\"))"
	stdout_json '.entry[0].resource | .resourceType == "Parameters"
		and (.meta.profile[0] | endswith("/backport-subscription-status-r4"))
		and (.parameter | map(.name) | unique) == ["events-since-subscription-start",
			"notification-event","status","subscription","topic","type"]'
	is_stderr ''
	# The same values under the names of R4B.
	jq -c '.entry[0].resource.parameter | {
		status: (.[] | select(.name == "status").valueCode),
		type: (.[] | select(.name == "type").valueCode),
		eventsSinceSubscriptionStart:
			(.[] | select(.name == "events-since-subscription-start").valueString),
		notificationEvent: [.[] | select(.name == "notification-event").part | {
			eventNumber: (.[] | select(.name == "event-number").valueString),
			timestamp: (.[] | select(.name == "timestamp").valueInstant)}
			+ ([.[] | select(.name == "focus") | {focus: .valueReference}] | add // {})],
		subscription: (.[] | select(.name == "subscription").valueReference),
		topic: (.[] | select(.name == "topic").valueCanonical)}' .out >r4
	jq -c '.entry[0].resource | del(.resourceType, .id)' b-$content >r4b
	try "$content: R4 has the same values" cat r4
	is_status 0
	stdout_is_file r4b
	is_stderr ''
done
try 'empty has neither focus nor resources' cat b-empty
is_status 0
stdout_json '(.entry | length) == 1 and all(.entry[0].resource.notificationEvent[]; .focus == null)'
is_stderr ''
jq -r '.entry[0].resource.notificationEvent[].focus.reference' b-id-only >focus
jq -r '"'$base'/Observation/" + .id' resources >want
try 'id-only has references' cat focus
is_status 0
stdout_is_file want
is_stderr ''
try 'and no resources' cat b-id-only
is_status 0
stdout_json '(.entry | length) == 1'
is_stderr ''
jq -r '.entry[0].resource.notificationEvent[].focus.reference' b-full-resource >focus
try 'full-resource has references' cat focus
is_status 0
stdout_is_file want
is_stderr ''
jq -c '.entry[1:][].resource' b-full-resource >got
jq -c . resources >want
try 'and the resources' cat got
is_status 0
stdout_is_file want
is_stderr ''
try 'under the URLs of the references' cat b-full-resource
is_status 0
stdout_json '[.entry[0].resource.notificationEvent[].focus.reference] == [.entry[1:][].fullUrl]
	and all(.entry[1:][]; .request == {"method":"POST","url":"Observation"}
		and .response == {"status":"201"})'
is_stderr ''

# Deterministic, but for other numbers of the same events
try 'the same again' vitals-fhir --notify $url --notify-topic urn:t:1 --notify-after 41 events
is_status 0
stdout_is_file b-full-resource
is_stderr ''
try 'other numbers' vitals-fhir --notify $url events
is_status 0
stdout_json '.entry[0].resource.topic == null'
is_stderr ''
jq -r .id .out b-full-resource | sort -u | wc -l >ids
try 'have other IDs' cat ids
is_status 0
is_stdout 4
is_stderr ''

# What is refused gets no number
{ sed -n 2p events; echo '{}'; cat events; } >mixed
try 'a bad line' vitals-fhir --notify $url mixed
is_status 1
stdout_lines 3
is_stderr 'vitals-fhir: mixed:2: not an event: neither schemaVersion nor specversion'
jq -r '.entry[0].resource.notificationEvent[].eventNumber' .out >numbers
try 'has no number' cat numbers
is_status 0
is_stdout "$(seq 1 5)"
is_stderr ''
last=9007199254740991
try 'the last number' vitals-fhir --notify $url --notify-after $((last - 3)) events
is_status 0
stdout_lines 2
is_stderr ''
try 'one past it' vitals-fhir --notify $url --notify-after $((last - 2)) events
is_status 1
stdout_lines 1
stderr_has '^vitals-fhir: events:[0-9]*: there are no more event numbers$'

# Handshake and heartbeat
for kind in handshake heartbeat; do
	status=active
	[ $kind = heartbeat ] || status=requested
	try "a $kind, R4B" vitals-fhir --notify $url --notify-kind $kind --notify-after 5
	is_status 0
	stdout_lines 1
	stdout_json "$history and (.entry | length) == 1"
	stdout_json '.entry[0].resource | .resourceType == "SubscriptionStatus" and .type == "'$kind'"
		and .status == "'$status'" and .eventsSinceSubscriptionStart == "5"
		and .notificationEvent == null'
	is_stderr ''
	try "a $kind, R4" vitals-fhir --notify $url --notify-kind $kind --fhir-version 4.0
	is_status 0
	stdout_lines 1
	stdout_json "$history and (.entry | length) == 1"
	stdout_json '.entry[0].resource | .resourceType == "Parameters"
		and ([.parameter[] | select(.name == "type").valueCode] == ["'$kind'"])
		and ([.parameter[] | select(.name == "notification-event")] == [])'
	is_stderr ''
	try "a $kind is about no events" vitals-fhir --notify $url --notify-kind $kind events
	is_status 2
	is_stdout ''
	stderr_has '^vitals-fhir: a handshake or heartbeat is about no events'
done

# Messages
try 'messages' vitals-fhir --notify $url -o message --fhir-version 4.0 events
is_status 0
stdout_lines 2
stdout_json '(.payload | fromjson) as $b | .id == $b.id and .headers == null
	and .contentType == "application/fhir+json; fhirVersion=4.0"
	and $b.entry[0].resource.resourceType == "Parameters"'
is_stderr ''
try 'a message with a handshake' vitals-fhir --notify $url -o message --notify-kind handshake
is_status 0
stdout_json '(.payload | fromjson) as $b | .id == $b.id
	and .contentType == "application/fhir+json; fhirVersion=4.3"'
is_stderr ''
try 'a full disk' sh -c "vitals-fhir --notify $url --notify-kind handshake >/dev/full"
is_status 3
is_stdout ''
stderr_has '^vitals-fhir: '

# Options
usage() { # MESSAGE OPTION ...
	m=$1
	shift
	try "usage: $*" vitals-fhir "$@"
	is_status 2
	is_stdout ''
	stderr_has "^vitals-fhir: $m"
}
for r in Subscription/7 urn:uuid:01936b2c-7f3a-7c1e-9d55-0123456789ab https://a.example/Patient/7 \
	https://a.example/Subscription/ 7 'https://a.example/Subscription/a b'; do
	usage "--notify: '.*' is not an http or https URL" --notify "$r"
done
for t in t 'urn:a b' ''; do
	usage "--notify-topic: '.*' is not a URI" --notify $url --notify-topic "$t"
done
for o in '--notify-kind heartbeat' '--notify-content empty' '--notify-topic urn:t' \
	'--notify-after 1'; do
	# shellcheck disable=SC2086 # two words
	usage '--notify-... goes with --notify' $o
done
usage '--bundle and --notify exclude each other' --notify $url --bundle batch
done_testing
