#!/bin/sh
# The pipe from vitals-fhir to a FHIR server: media type, headers, body.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
hook
base=http://127.0.0.1:$PORT

cat >records <<'Y'
{"record":"measurement","startTime":"2026-11-23T06:33:00Z","durationSeconds":30,"readings":[{"vital":"heartRate","value":71.80,"unit":"/min","confidence":0.94},{"vital":"respiratoryRate","value":null,"unit":"/min","absentReason":"too-short"}]}
Y
vitals-event --id content --session s records >events
id=$(jq -r .id events)

vitals-fhir --bundle transaction events >bundle
try 'a transaction as it is' vitals-post -q "$base/ok" <bundle
is_status 0
stdout_json ".status == \"delivered\" and .id == \"$id\""
is_stderr ''
try 'has the media type of FHIR' cat log
is_status 0
stdout_json '.headers["content-type"] == "application/fhir+json"'
is_stderr ''

new_log
vitals-fhir --bundle transaction -o message events >message
try 'a transaction as a message' vitals-post -q "$base/ok" <message
is_status 0
stdout_json ".status == \"delivered\" and .id == \"$id\""
is_stderr ''
try 'has the version, and wants no copy back' cat log
is_status 0
stdout_json '.headers["content-type"] == "application/fhir+json; fhirVersion=4.3" and .headers.prefer == "return=minimal"'
is_stderr ''
jq -r .body log >body
try 'and the same body' cat body
is_status 0
stdout_is_file bundle
is_stderr ''

new_log
vitals-fhir -o message --fhir-version 4.0 events >messages
try 'Observations as messages' vitals-post -q "$base/ok" <messages
is_status 0
stdout_lines 2
is_stderr ''
try 'have the condition in a header' cat log
is_status 0
stdout_json '.headers["content-type"] == "application/fhir+json; fhirVersion=4.0" and .headers.prefer == "return=minimal"
	and .headers["if-none-exist"] == "identifier=urn:vitals:reading|" + (.body | fromjson | .identifier[0].value)'
is_stderr ''
jq -r .body log | sort >body
vitals-fhir events | sort >resources
try 'and the bodies of the lines' cat body
is_status 0
stdout_is_file resources
is_stderr ''
done_testing
