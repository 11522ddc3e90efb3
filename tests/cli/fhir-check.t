#!/bin/sh
# vitals-fhir --check: passes on what is valid in R4B, and reports the place at fault of
# what is not.  fhir-wrong.tsv lists what is wrong; it was written from the specification,
# before the checker, which then refused all of its 216 resources, one of them for another
# reason than the one that is listed.
# valgrind
. "$(dirname "$0")/tap.sh"

cat >records <<'Y'
{"record":"measurement","startTime":"2026-11-23T06:33:00.120+01:00","offsetSeconds":0.0,"durationSeconds":30.0,"device":{"codec":"h264","make":"Acme","model":"C1","width":640},"readings":[{"vital":"heartRate","value":71.80,"unit":"/min","confidence":0.94,"method":"rppg-pos"},{"vital":"bloodPressureSystolic","value":null,"unit":"mm[Hg]","absentReason":"not-calibrated"},{"vital":"bloodPressureDiastolic","value":78.1,"unit":"mm[Hg]","confidence":0.7,"method":"calibrated","status":"calibrated"},{"vital":"respiratoryRate","value":null,"unit":"/min","absentReason":"too-short"}],"quality":{"signal":0.91}}
{"record":"wave","offsetSeconds":8.0,"wave":"pulse","sampleRate":30.0,"values":[0.1,-0.25,null,1e-3]}
Y
vitals-event --session s --id content --time 2026-11-23T06:33:00Z records >events
vitals-fhir events >resources
vitals-fhir --bundle transaction events | head -n 1 >bundle
i=0
for name in heart panel breath wave; do
	sed -n "$((i += 1))p" resources >$name
done
cat resources bundle >good
try 'what vitals-fhir writes is passed on as it is' vitals-fhir --check good
is_status 0
stdout_is_file good
is_stderr ''

# Each resource with the change of its row: a program of jq for the rows of each resource,
# which are together.
grep -v '^#' "$TESTS/cli/fhir-wrong.tsv" >rows
for base in heart panel breath wave bundle; do
	awk -F '	' -v base=$base '$1 == base { print (n++ ? ", " : "") "(" $3 ")" }' rows >program
	jq -c -f program $base >>wrong
done
awk -F '	' -v OFS='	' '{ print $2, $4, $3 }' rows >places
try 'wrong resources' vitals-fhir -v --check --rejects rejects wrong
is_status 1
is_stdout ''
stderr_has '^vitals-fhir: wrong:216: '
cmp -s wrong rejects
ok 'all of them are rejects'
# The message of a line begins with the place, or the place of a part of it.
cut -d : -f 2- .err >messages
paste -d '	' places messages | awk -F '	' '{
	at = "wrong:" NR ": " $1
	if (index(" " at, substr($4, 1, length(at) + 1)) != 1) { print; bad = 1 }
} END { exit NR == 216 && !bad ? 0 : 1 }' >elsewhere
ok 'and each is refused at the place that is at fault'
sed 's/^/# /' elsewhere

# Of other systems
cat >foreign <<'Y'
{"resourceType":"Observation","id":"heart-rate","meta":{"profile":["http://hl7.org/fhir/StructureDefinition/vitalsigns"]},"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">44 beats/minute</div>"},"status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs","display":"Vital Signs"}],"text":"Vital Signs"}],"code":{"coding":[{"system":"http://loinc.org","code":"8867-4","display":"Heart rate"}],"text":"Heart rate"},"subject":{"reference":"Patient/example"},"effectiveDateTime":"1999-07-02","valueQuantity":{"value":44,"unit":"beats/minute","system":"http://unitsofmeasure.org","code":"/min"}}
{"resourceType":"Observation","status":"amended","code":{"coding":[{"system":"http://snomed.info/sct","code":"364075005"}]},"_effectiveDateTime":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]},"valueCodeableConcept":{"coding":[{"system":"http://loinc.org","code":"LA6576-8"}]},"performer":[{"reference":"https://fhir.example/Practitioner/1/_history/2"},{"display":"A"}],"note":[{"authorString":"A","time":"2026-11","text":"a\n b"}],"referenceRange":[{"low":{"value":1.50e0,"system":"http://unitsofmeasure.org","code":"mmol/L"}}],"hasMember":[{"reference":"urn:uuid:01936b2c-7f3a-7c1e-9d55-0123456789ab","type":"Observation"}]}
{"resourceType":"Observation","meta":{"profile":["http://example.org/a",null],"_profile":[null,{"id":"p"}]},"status":"final","code":{"text":"x"},"component":[{"code":{"text":"y"},"valueRatio":{"numerator":{"value":1},"denominator":{"value":2}}}],"contained":[{"resourceType":"Patient","id":"p","name":[{"family":"F"}]}],"subject":{"reference":"#p"}}
{"resourceType":"Bundle","type":"searchset","total":0,"link":[{"relation":"self","url":"https://fhir.example/Observation?code=1"}]}
{"resourceType":"Bundle","type":"batch-response","entry":[{"response":{"status":"201 Created","location":"Observation/1/_history/1","lastModified":"2026-11-23T06:33:00.5+14:00"}}]}
Y
try 'what other systems write' vitals-fhir --check foreign
is_status 0
stdout_is_file foreign
is_stderr ''

refused() { # MESSAGE LINE
	printf '%s\n' "$2" >bad
	try "$1" vitals-fhir --check bad
	is_status 1
	is_stdout ''
	is_stderr "vitals-fhir: bad:1: $1"
}
refused "resourceType: 'Patient' is neither Observation nor Bundle" '{"resourceType":"Patient"}'
refused "Bundle.entry[0].resource: 'Patient': only Observations can be checked" \
	'{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient"}}]}'
refused 'Bundle.type: is missing' '{"resourceType":"Bundle","_type":{"id":"a"}}'
refused 'Observation.extension[0].url: is missing' \
	'{"resourceType":"Observation","status":"final","code":{"text":"x"},"extension":[{"_url":{"id":"a"},"valueCode":"a"}]}'
refused 'byte 19: more after the value' '{"resourceType":1}x'
refused 'byte 1: not a JSON value' 'x'
refused "Observation.\\u0073tatus: is not an element of Observation" \
	'{"resourceType":"Observation","\u0073tatus":"final","code":{"text":"x"}}'
{ cat heart; echo '{}'; cat heart; } >mixed
try 'the good lines around a bad one' vitals-fhir --check mixed
is_status 1
stdout_lines 2
is_stderr 'vitals-fhir: mixed:2: resourceType: is missing'
try 'or the first bad one ends the run' vitals-fhir -c --strict mixed
is_status 1
stdout_lines 1
is_stderr 'vitals-fhir: mixed:2: resourceType: is missing'

# Bounds: 6 values, the list of references, and 2 for each reference.
values() { # N: an Observation of 9 + 2 * N values
	awk -v n="$1" 'BEGIN {
		printf "{\"resourceType\":\"Observation\",\"id\":\"a\",\"status\":\"final\",\"code\":{\"text\":\"x\"},\"issued\":\"2026-11-23T06:33:00Z\",\"language\":\"a\",\"focus\":["
		for (i = 0; i < n; i++)
			printf "%s{\"id\":\"\"}", i ? "," : ""
		print "]}" }' | sed 's/"id":""/"id":"a"/g'
}
values 65531 >most
[ "$(wc -c <most)" -lt 1048576 ]
ok 'a line with 131071 values is short enough'
try 'it is checked' vitals-fhir --check most
is_status 0
stdout_is_file most
is_stderr ''
values 65532 >beyond
try 'and with more it is not' vitals-fhir --check beyond
is_status 1
is_stdout ''
is_stderr 'vitals-fhir: beyond:1: more than 131072 values'

for option in '--bundle batch' '-o message' '--subject Patient/7' '--device Device/7' --uncalibrated \
	'--preliminary-below 0.1' '--loinc-stress 80316-3'; do
	# shellcheck disable=SC2086 # an option and its value
	try "--check with $option" vitals-fhir --check $option good
	is_status 2
	is_stdout ''
	stderr_has '^vitals-fhir: --check passes resources on as they are'
done
done_testing
