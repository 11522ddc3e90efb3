#!/bin/sh
# vitals-fhir: Bundles, messages, lines that are refused, options, bounds.
# valgrind
. "$(dirname "$0")/tap.sh"

cat >records <<'Y'
{"record":"measurement","startTime":"2026-11-23T06:33:00Z","durationSeconds":30,"readings":[{"vital":"heartRate","value":71.8,"unit":"/min","confidence":0.94},{"vital":"respiratoryRate","value":null,"unit":"/min","absentReason":"too-short"}]}
{"record":"sample","offsetSeconds":8.0,"readings":[]}
{"record":"sample","offsetSeconds":9.0,"readings":[{"vital":"heartRate","value":71.9,"unit":"/min","confidence":0.94}]}
Y
vitals-event --id content --session s --session-events --time 2026-11-23T06:33:00Z records >events
vitals-event --cloudevents events >cloud

try 'a line for each reading, and none for the rest' vitals-fhir events
is_status 0
stdout_lines 3
is_stderr ''
cp .out resources
try 'of CloudEvents the same' vitals-fhir cloud
is_status 0
stdout_is_file resources
is_stderr ''
try 'and the same again, with the same IDs' vitals-fhir - <events
is_status 0
stdout_is_file resources
is_stderr ''
jq -r .id resources | sort -u | grep -c . >ids
try 'each resource has an ID of its own' cat ids
is_status 0
is_stdout 3
is_stderr ''

for type in transaction batch collection; do
	try "a $type for each event" vitals-fhir --bundle $type events
	is_status 0
	stdout_lines 2
	is_stderr ''
	cp .out bundles
	try "$type: the resources are those of the lines" sh -c 'jq -c ".entry[].resource" bundles'
	is_status 0
	jq -c . resources >plain
	stdout_is_file plain
	is_stderr ''
	try "$type: entries" cat bundles
	is_status 0
	stdout_json ".type == \"$type\" and .resourceType == \"Bundle\" and .id == .identifier.value
		and all(.entry[]; .fullUrl == \"urn:uuid:\" + .resource.id)"
	is_stderr ''
	if [ $type = collection ]; then
		try 'a collection requests nothing' cat bundles
		is_status 0
		stdout_json 'all(.entry[]; .request == null)'
	else
		try "a $type creates what does not exist" cat bundles
		is_status 0
		stdout_json '.identifier.value as $id | all(.entry[]; .request == {"method":"POST","url":"Observation",
			"ifNoneExist":("identifier=" + .resource.identifier[0].system + "|" + .resource.identifier[0].value)})'
	fi
	is_stderr ''
done

# Messages
try 'a message for each resource' vitals-fhir -o message events
is_status 0
stdout_json '(.payload | fromjson) as $p | .id == $p.id and .contentType == "application/fhir+json; fhirVersion=4.3"
	and .headers == {"Prefer":"return=minimal","If-None-Exist":("identifier=urn:vitals:reading|" + $p.identifier[0].value)}'
is_stderr ''
jq -r .payload .out >payloads
try 'with the same bytes' cat payloads
is_status 0
stdout_is_file resources
is_stderr ''
try 'and for each Bundle' vitals-fhir -o message --bundle batch --fhir-version 4.0 events
is_status 0
stdout_json '(.payload | fromjson) as $p | .id == $p.identifier.value and $p.type == "batch"
	and .contentType == "application/fhir+json; fhirVersion=4.0" and .headers == {"Prefer":"return=minimal"}'
is_stderr ''
# An ID of every character that it may have: escaped in the search, replaced in the Bundle.
try 'odd IDs' vitals-fhir --bundle transaction <<'X'
{"schemaVersion":"1.0","id":"a,$|#&+%=? \u0041","type":"vitals.sample","time":"2026-11-23T06:33:00Z","session":{"id":"s"},"readings":[{"vital":"heartRate","value":71.9,"unit":"/min","confidence":0.94}]}
{"schemaVersion":"1.0","id":"a,$|#&+%=?\u0041","type":"vitals.sample","time":"2026-11-23T06:33:00Z","session":{"id":"s"},"readings":[{"vital":"heartRate","value":71.9,"unit":"/min","confidence":0.94}]}
X
is_status 1
stdout_json '.identifier.value == "a,$|#&+%=?A" and (.id | test("^[0-9a-f-]{36}$"))
	and .entry[0].request.ifNoneExist == "identifier=urn:vitals:reading|a%5C%2C%5C%24%5C%7C%23%26%2B%25%3D%3FA/heartRate"'
stderr_has "^vitals-fhir: <stdin>:1: id: 'a,.*A' is not an ID"

# Lines that are refused
refused() { # NAME MESSAGE LINE
	printf '%s\n' "$3" >bad
	try "$1" vitals-fhir --rejects rejects bad
	is_status 1
	is_stdout ''
	is_stderr "vitals-fhir: bad:1: $2"
	tail -n 1 rejects >last
	cmp -s bad last
	ok "$1: is in the rejects"
}
one='"type":"vitals.sample","readings":[{"vital":"heartRate","value":71,"unit":"/min","confidence":1}]'
refused 'no event' 'not an event: neither schemaVersion nor specversion' '{"a":1}'
refused 'a record' 'not an event: vitals-event makes events of records' '{"record":"sample","readings":[]}'
refused 'a FHIR resource' 'not an event: it seems to be a FHIR resource' '{"resourceType":"Observation"}'
refused 'no JSON' "byte 2: key or '}' expected" '{1}'
refused 'another version' "schemaVersion: '2.0' is a version that is not supported (supported: 1.x)" '{"schemaVersion":"2.0"}'
refused 'a vital sign twice' 'readings: heartRate appears twice' \
	'{"schemaVersion":"1.0","id":"e","time":"2026-11-23T06:33:00Z","session":{"id":"s"},"type":"vitals.sample","readings":[{"vital":"heartRate","value":71,"unit":"/min","confidence":1},{"vital":"heartRate","value":72,"unit":"/min","confidence":1}]}'
refused 'the year 0' 'time: FHIR has no year 0' \
	"{\"schemaVersion\":\"1.0\",\"id\":\"e\",\"time\":\"0000-11-23T06:33:00Z\",\"session\":{\"id\":\"s\"},$one}"
refused 'a start in the year 0' 'session.startTime: FHIR has no year 0' \
	"{\"schemaVersion\":\"1.0\",\"id\":\"e\",\"time\":\"2026-11-23T06:33:00Z\",\"session\":{\"id\":\"s\",\"startTime\":\"0000-12-31T23:59:59Z\"},$one}"
refused 'a session of blanks' 'session.id: FHIR has no text that is blank or has control characters' \
	"{\"schemaVersion\":\"1.0\",\"id\":\"e\",\"time\":\"2026-11-23T06:33:00Z\",\"session\":{\"id\":\" \"},$one}"
refused 'a subject with a control character' 'session.subject: FHIR has no text that is blank or has control characters' \
	"{\"schemaVersion\":\"1.0\",\"id\":\"e\",\"time\":\"2026-11-23T06:33:00Z\",\"session\":{\"id\":\"s\",\"subject\":\"a\\u0001\"},$one}"
refused 'a device with an empty member' 'session.device: FHIR has no text that is blank or has control characters' \
	"{\"schemaVersion\":\"1.0\",\"id\":\"e\",\"time\":\"2026-11-23T06:33:00Z\",\"session\":{\"id\":\"s\",\"device\":{\"serial\":\"\"}},$one}"
{ sed -n 2p events; echo '{}'; sed -n 2p events; } >mixed
try 'the good lines around a bad one' vitals-fhir mixed
is_status 1
stdout_lines 4
is_stderr "vitals-fhir: mixed:2: not an event: neither schemaVersion nor specversion"
try 'or the first bad one ends the run' vitals-fhir --strict mixed
is_status 1
stdout_lines 2
is_stderr "vitals-fhir: mixed:2: not an event: neither schemaVersion nor specversion"

# Bounds
readings() { # N
	awk -v n="$1" 'BEGIN {
		printf "{\"schemaVersion\":\"1.0\",\"id\":\"e\",\"type\":\"vitals.sample\",\"time\":\"2026-11-23T06:33:00Z\",\"session\":{\"id\":\"s\"},\"readings\":["
		for (i = 0; i < n; i++)
			printf "%s{\"vital\":\"x%d\",\"value\":1,\"unit\":\"1\",\"confidence\":1}", i ? "," : "", i
		print "]}" }'
}
readings 256 >most
readings 257 >beyond
try '256 readings' vitals-fhir most
is_status 0
stdout_lines 256
is_stderr ''
try '257 readings' vitals-fhir beyond
is_status 1
is_stdout ''
is_stderr 'vitals-fhir: beyond:1: more than 256 readings'
device() { # BYTES READINGS: a device of BYTES, which every resource has
	awk -v n="$1" -v r="$2" 'BEGIN {
		printf "{\"schemaVersion\":\"1.0\",\"id\":\"e\",\"type\":\"vitals.sample\",\"time\":\"2026-11-23T06:33:00Z\",\"session\":{\"id\":\"s\",\"device\":{\"make\":\""
		for (i = 0; i < n; i++)
			printf "m"
		printf "\"}},\"readings\":["
		for (i = 0; i < r; i++)
			printf "%s{\"vital\":\"x%d\",\"value\":1,\"unit\":\"1\",\"confidence\":1}", i ? "," : "", i
		print "]}" }'
}
# A line of 1 MiB gives longer resources: find the longest device that fits.
device 1 1 | vitals-fhir | wc -c >size
room=$((1048576 - $(cat size) + 2)) # the newline does not count
device $room 1 >fits
device $((room + 1)) 1 >exceeds
try 'an Observation of 1 MiB' vitals-fhir fits
is_status 0
stdout_lines 1
is_stderr ''
[ "$(wc -c <.out)" -eq 1048577 ]
ok 'it is 1 MiB long'
try 'one byte more' vitals-fhir exceeds
is_status 1
is_stdout ''
is_stderr 'vitals-fhir: exceeds:1: its Observation would be longer than 1 MiB'
try 'a Bundle' vitals-fhir --bundle batch fits
is_status 1
is_stdout ''
is_stderr 'vitals-fhir: fits:1: its Bundle would be longer than 1 MiB'
try 'a message' vitals-fhir -o message fits
is_status 1
is_stdout ''
is_stderr 'vitals-fhir: fits:1: its message would be longer than 1 MiB'
device 900000 9 >total
try 'less than 8 MiB in all' vitals-fhir total
is_status 0
stdout_lines 9
is_stderr ''
device 900000 10 >total
try 'more than 8 MiB' vitals-fhir total
is_status 1
is_stdout ''
is_stderr 'vitals-fhir: total:1: its resources would be larger than 8 MiB'

# Options
usage() { # MESSAGE OPTION ...
	m=$1
	shift
	try "usage: $*" vitals-fhir "$@" events
	is_status 2
	is_stdout ''
	stderr_has "^vitals-fhir: $m"
}
usage '--fhir-version goes with --output message or --notify' --fhir-version 4.3
for r in Patient/ Patient/a/b patient/7 Device/7 Patient/a_b "Patient/$(printf '%065d' 0)" \
	https://Patient/7 ftp://a/Patient/7 urn:uuid:7 'Patient/a b' /Patient/7; do
	usage "--subject: '.*' is not a reference" --subject "$r"
done
for r in Device/ Patient/7; do
	usage "--device: '.*' is not a reference" --device "$r"
done
for r in Patient/7 "Patient/$(printf '%064d' 0)" http://a.example/fhir/Patient/a.B-c \
	urn:uuid:01936b2c-7f3a-7c1e-9d55-0123456789ab; do
	try "a reference: $r" vitals-fhir --subject "$r" events
	is_status 0
	stdout_json ".subject == {\"reference\":\"$r\"}"
	is_stderr ''
done
for c in 80316-4 80316 -3 80316-33 8o316-3 123456789-0; do
	usage "--loinc-stress: '.*' is not a LOINC code" "--loinc-stress=$c"
done
for c in 80316-3 93038-8 8867-4 9279-1 2708-6 59408-5 85354-9 8480-6 8462-4 80404-7; do
	try "a LOINC code: $c" vitals-fhir --loinc-stress "$c" events
	is_status 0
	stdout_is_file resources
	is_stderr ''
done
done_testing
