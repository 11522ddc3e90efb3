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
try 'has the version, and wants no copy back' cat log
is_status 0
stdout_json '.headers["content-type"] == "application/fhir+json; fhirVersion=4.3" and .headers.prefer == "return=minimal"
	and .headers["if-none-exist"] == null'
is_stderr ''

new_log
vitals-fhir events >observations
try 'Observations as they are' vitals-post -q "$base/ok" <observations
is_status 0
stdout_lines 2
is_stderr ''
try 'have the condition too' cat log
is_status 0
stdout_json '.headers["content-type"] == "application/fhir+json; fhirVersion=4.3" and .headers.prefer == "return=minimal"
	and .headers["if-none-exist"] == "identifier=urn:vitals:reading|" + (.body | fromjson | .identifier[0].value)'
is_stderr ''

new_log
jq -c 'del(.identifier)' bundle >foreign
jq -c '.identifier.system = "urn:other"' bundle >>foreign
echo '{"resourceType":"Patient","identifier":7}' >>foreign
try 'resources of other systems' vitals-post -q "$base/ok" <foreign
is_status 0
stdout_lines 3
is_stderr ''
try 'have no version, which is not known' cat log
is_status 0
stdout_json '.headers["content-type"] == "application/fhir+json" and .headers.prefer == null'
is_stderr ''

new_log
sed 's/"id":"[^"]*"/"id":"a,b%1"/' events | vitals-fhir | head -n 1 >odd
try 'an odd ID' vitals-post -q "$base/ok" <odd
is_status 0
stdout_lines 1
is_stderr ''
try 'is escaped' cat log
is_status 0
stdout_json '.headers["if-none-exist"] == "identifier=urn:vitals:reading|a%5C%2Cb%251/heartRate"'
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

# An OperationOutcome says why the server refused it.
outcome() { # STATUS BODY [TYPE]: the path of the server that answers so
	printf '%s/outcome/%s?type=%s&body=%s' "$base" "$1" "$(jq -rn --arg s "${3-}" '$s|@uri')" \
		"$(jq -rn --arg s "$2" '$s|@uri')"
}
issue='{"resourceType":"OperationOutcome","text":{"status":"generated","div":"<div>long</div>"},"issue":[{"severity":"error","code":"processing","diagnostics":"HAPI-0450:\n no \u001b[1m unit"},{"severity":"fatal"}]}'
try 'an OperationOutcome' vitals-post -q "$(outcome 422 "$issue")" <bundle
is_status 4
stdout_json '.status == "dead" and .httpStatus == 422 and .error == "HTTP 422: error processing: HAPI-0450: no [1m unit"'
stderr_has 'HTTP 422: error processing: HAPI-0450: no .1m unit'
try 'of another media type' vitals-post -q "$(outcome 400 "$issue" 'Application/JSON')" <bundle
is_status 4
stdout_json '.error == "HTTP 400: error processing: HAPI-0450: no [1m unit"'
stderr_has 'HTTP 400: error'
for body in '{"resourceType":"Patient"}' '{"resourceType":"OperationOutcome","issue":[' 'no'; do
	try "no OperationOutcome: $body" vitals-post -q "$(outcome 422 "$body")" <bundle
	is_status 4
	stdout_json '.error == "HTTP 422"'
	stderr_has 'HTTP 422'
done
pad=$((8192 - $(printf %s "$issue" | wc -c)))
try 'an OperationOutcome of 8 KiB' vitals-post -q "$(outcome 422 "$issue")&pad=$pad" <bundle
is_status 4
stdout_json '.error | startswith("HTTP 422: error")'
stderr_has 'HTTP 422: error'
try 'a longer one' vitals-post -q "$(outcome 422 "$issue")&pad=$((pad + 1))" <bundle
is_status 4
stdout_json '.error == "HTTP 422"'
stderr_has 'HTTP 422'
try 'as a text' vitals-post -q "$(outcome 422 "$issue" text/plain)" <bundle
is_status 4
stdout_json '.error == "HTTP 422"'
stderr_has 'HTTP 422'
try 'with success' vitals-post -q "$(outcome 200 "$issue")" <bundle
is_status 0
stdout_json '.status == "delivered" and .error == null'
is_stderr ''
done_testing
