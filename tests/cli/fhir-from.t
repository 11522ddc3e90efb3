#!/bin/sh
# vitals-fhir --from-fhir: Observations and Bundles back to events.
# valgrind
. "$(dirname "$0")/tap.sh"

# Events without nulls, in the order of vitals-event: the bytes are the same again.
cat >events <<'Y'
{"schemaVersion":"1.0","id":"e-1","type":"vitals.measurement.completed","time":"2026-11-23T07:33:30.1209+01:00","session":{"id":"s \"81\"","subject":"anon-0123456789abcdef0123456789abcdef","startTime":"2026-11-23t06:33:00.120z","offsetSeconds":0.50,"durationSeconds":30.00,"device":{"make":"Acme","model":"C1","codec":"h264","frameRate":29.970,"rotated":true,"lens":[1,{"f":1.80}]}},"readings":[{"vital":"heartRate","value":71.80,"unit":"/min","confidence":0.940,"method":"rppg-pos"},{"vital":"bloodPressureSystolic","value":120,"unit":"mm[Hg]","confidence":0.7,"method":"a"},{"vital":"bloodPressureDiastolic","value":80,"unit":"mm[Hg]","confidence":0.6,"method":"b","status":"calibrated"},{"vital":"respiratoryRate","value":null,"unit":"/min","absentReason":"too-short"},{"vital":"oxygenSaturation","value":99.3,"unit":"%","confidence":0.2,"status":"uncalibrated"},{"vital":"skin \u00e9","value":30.5,"unit":"Cel","confidence":null},{"vital":"pain","value":null,"unit":"{score}","absentReason":"not asked"}],"quality":{"signal":0.910,"snrDb":-6.8,"coverage":1}}
{"schemaVersion":"1.0","id":"e-2","type":"vitals.sample","time":"2026-11-23T06:33:08.500Z","session":{"id":"s","startTime":"2026-11-23T06:33:00Z","offsetSeconds":8.5},"seq":3,"readings":[{"vital":"heartRate","value":7e1,"unit":"/min","confidence":0.9}]}
{"schemaVersion":"1.0","id":"e-3","type":"vitals.wave","time":"2026-11-23T06:33:09.000Z","session":{"id":"s"},"wave":"pulse","sampleRate":29.97,"values":[0.10,-0.25,null,1e-3]}
{"schemaVersion":"1.0","id":"e-4","type":"vitals.wave","time":"2026-11-23T06:33:09.000Z","session":{"id":"s"},"wave":"chest","sampleRate":30.0,"values":[]}
{"schemaVersion":"1.0","id":"e-5","type":"vitals.measurement.failed","time":"2026-11-23T06:33:09.000Z","session":{"id":"s"},"readings":[{"vital":"bloodPressureDiastolic","value":null,"unit":"mm[Hg]","status":"uncalibrated","absentReason":"no-face"}]}
Y
vitals-event --check events | cmp -s - events
ok 'the events are events'
vitals-fhir --uncalibrated events >resources
try 'consecutive Observations become the event again' vitals-fhir --from-fhir resources
is_status 0
stdout_is_file events
is_stderr ''
vitals-fhir --check resources >/dev/null
ok 'the Observations are valid'
for bundle in transaction batch collection; do
	vitals-fhir --uncalibrated --bundle $bundle events >bundles
	try "and so does a $bundle" vitals-fhir --from-fhir - <bundles
	is_status 0
	stdout_is_file events
	is_stderr ''
done
jq -c . bundles | jq -cs '{resourceType:"Bundle",type:"searchset",total:9,entry:([.[].entry[]] | reverse | map({resource,search:{mode:"match"}}))}' >searchset
try 'a searchset of several events in any order' vitals-fhir --from-fhir searchset
is_status 0
stdout_lines 5
is_stderr ''
jq -r .id .out | sort >ids
jq -r .id events | sort | cmp -s - ids
ok 'gives one event for each ID'
cat resources resources >twice
cat events events >both
try 'a repeat is the same event again' vitals-fhir --from-fhir twice
is_status 0
stdout_is_file both
is_stderr ''
vitals-fhir events >plain
try 'an uncalibrated value that was not sent' vitals-fhir --from-fhir plain
is_status 0
stdout_lines 5
is_stderr ''
head -n 1 .out >one
try 'is absent' cat one
is_status 0
stdout_json '.readings[4] == {"vital":"oxygenSaturation","value":null,"unit":"%","status":"uncalibrated","absentReason":"not-calibrated"}'
is_stderr ''

# A pipe: an event is written when the first line of another one is there.
mkfifo pipe
vitals-fhir --from-fhir <pipe >first &
exec 7>pipe
head -n 7 resources >&7
until [ -s first ]; do
	kill -0 $! || break
done
head -n 1 events | cmp -s - first
ok 'an event does not wait for the end of the input'
exec 7>&-
wait $!

# Of other systems
foreign() { # REST: an Observation without extensions of ours
	printf '{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},"subject":{"reference":"Patient/7"},"effectiveDateTime":"2026-11-23T06:33:30+01:00"%s}\n' "$1"
}
beats=',"valueQuantity":{"value":44.0,"unit":"beats/minute","system":"http://unitsofmeasure.org","code":"{beats}/min"}'
foreign "$beats" >heart
try 'a foreign Observation' vitals-fhir --from-fhir heart
is_status 0
id=$(jq -r .id .out)
is_stdout '{"schemaVersion":"1.0","id":"'"$id"'","type":"vitals.measurement.completed","time":"2026-11-23T06:33:30+01:00","session":{"id":"'"$id"'"},"readings":[{"vital":"heartRate","value":44.0,"unit":"/min","confidence":null}]}'
is_stderr ''
tr -d '\n' <heart | sha256sum | cut -c 1-8 >digest
echo "$id" | cut -c 1-8 | cmp -s - digest
ok 'its ID is of its bytes'
cp .out heart.event
try 'is an event' vitals-event --check heart.event
is_status 0
stdout_is_file heart.event
is_stderr ''
cat >panel <<'Y'
{"resourceType":"Observation","status":"amended","code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},"subject":{"reference":"#p"},"contained":[{"resourceType":"Patient","id":"p"},{"resourceType":"Device","id":"d","deviceName":[{"name":"X","type":"other"},{"name":"M","type":"model-name"}],"property":[{"type":{"coding":[{"code":"w"}]},"valueQuantity":[{"value":5,"unit":"mm"}]},{"type":{"text":"k"},"valueCode":[{"coding":[{"code":"c","display":"see"}]}]}]}],"device":{"reference":"#d"},"effectivePeriod":{"start":"2026-11-23T06:33:00Z","end":"2026-11-23T06:33:30.5Z"},"issued":"2026-11-23T07:00:00Z","method":{"coding":[{"code":"cuff"}]},"component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":120,"system":"http://unitsofmeasure.org","code":"mm[Hg]"}},{"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"dataAbsentReason":{"coding":[{"code":"error"}]}},{"code":{"coding":[{"system":"http://loinc.org","code":"8478-0","display":"Mean blood pressure"}]},"valueQuantity":{"value":90,"system":"http://unitsofmeasure.org","code":"mm[Hg]"}}]}
Y
try 'a foreign panel' vitals-fhir --from-fhir panel
is_status 0
stdout_json '.time == "2026-11-23T06:33:30.5Z" and .session == {"id":.id,"startTime":"2026-11-23T06:33:00Z","durationSeconds":30.5,
	"device":{"model":"M","w":"5 mm","k":"see"}} and .readings == [
	{"vital":"bloodPressureSystolic","value":120,"unit":"mm[Hg]","confidence":null,"method":"cuff"},
	{"vital":"bloodPressureDiastolic","value":null,"unit":"mm[Hg]","absentReason":"error"},
	{"vital":"Mean blood pressure","value":90,"unit":"mm[Hg]","confidence":null,"method":"cuff"}]'
is_stderr ''
try 'a foreign wave' vitals-fhir --from-fhir <<'Y'
{"resourceType":"Observation","status":"final","code":{"text":"ECG"},"issued":"2026-11-23T06:33:30Z","valueSampledData":{"origin":{"value":0},"period":2,"dimensions":1,"data":"1 E -2.50E1"}}
Y
is_status 0
stdout_json '.type == "vitals.wave" and .wave == "ECG" and .sampleRate == 500 and .values == [1,null,-25]'
is_stderr ''
other=$(foreign "$beats" | sed 's/8867-4/9279-1/; s/44.0/12/; s/{beats}/{breaths}/')
third=$(foreign "$beats" | sed 's:Patient/7:Patient/8:')
printf '{"resourceType":"Bundle","type":"collection","entry":[{"resource":%s},{"resource":%s},{"resource":%s}]}\n' \
	"$(cat heart)" "$third" "$other" >three
try 'those of a Bundle with the same subject and time are one event' vitals-fhir --from-fhir three
is_status 0
stdout_lines 2
is_stderr ''
jq -c '[.readings[].vital]' .out >vitals
try 'each with its readings' cat vitals
is_status 0
is_stdout '["heartRate","respiratoryRate"]
["heartRate"]'
is_stderr ''
printf '{"resourceType":"Bundle","type":"history","entry":[{"resource":{"resourceType":"SubscriptionStatus"},"request":{"method":"GET","url":"a"},"response":{"status":"200"}},{"resource":%s,"request":{"method":"POST","url":"Observation"},"response":{"status":"201"}}]}\n' \
	"$(cat heart)" >notification
try 'the status at the start of a notification is skipped' vitals-fhir --from-fhir notification
is_status 0
stdout_is_file heart.event
is_stderr ''

# Lines that are refused
refused() { # MESSAGE LINE
	printf '%s\n' "$2" >bad
	try "$1" vitals-fhir --from-fhir --rejects rejects bad
	is_status 1
	is_stdout ''
	is_stderr "vitals-fhir: bad:1: $1"
	tail -n 1 rejects | cmp -s - bad
	ok "$1: is in the rejects"
}
changed() { # MESSAGE FILE JQ
	refused "$1" "$(jq -c "$3" "$2")"
}
head -n 1 resources >ours
refused "resourceType: 'Patient' is neither Observation nor Bundle" '{"resourceType":"Patient"}'
refused 'Bundle.entry[0].resource: only Observations become events' \
	'{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient"}}]}'
refused 'Bundle.entry[0].resource: is missing' \
	'{"resourceType":"Bundle","type":"batch-response","entry":[{"response":{"status":"201"}}]}'
changed 'Observation.status: is missing' heart 'del(.status)'
changed "Observation.status: 'entered-in-error' is not a measurement" heart '.status="entered-in-error"'
changed 'Observation.implicitRules: is not known, and may change the meaning' heart '.implicitRules="urn:a:b"'
changed 'Observation.modifierExtension[0]: is an unknown modifier, which changes the meaning of the resource' heart \
	'.modifierExtension=[{url:"urn:a:b",valueBoolean:true}]'
changed 'Observation: neither issued nor the end of effective[x] is a time of day' heart '.effectiveDateTime="2026-11-23"'
changed 'Observation.valueQuantity: has no unit of UCUM' heart 'del(.valueQuantity.code)'
changed "Observation.valueQuantity.code: must be '/min' for heartRate" heart '.valueQuantity.code="/s"'
changed 'Observation.valueQuantity: has a comparator: the value is not known' heart '.valueQuantity.comparator="<"'
changed 'Observation.valueString: must be a valueQuantity' heart 'del(.valueQuantity)|.valueString="44"'
changed 'neither a value, a dataAbsentReason nor a component with one' heart 'del(.valueQuantity)'
changed 'Observation: has neither a value nor a code that is known: its unit is missing' heart \
	'del(.valueQuantity)|.code={text:"x"}|.dataAbsentReason={text:"y"}'
changed 'Observation.code: has no text, display or code of at most 64 bytes' heart '.code={text:("x"*65)}'
changed 'Observation.extension[3].valueString: is not the time in issued' ours '.issued="2026-11-23T06:33:30Z"'
changed 'Observation.contained[0].property[2].valueCode[0].text: is not JSON in one line' ours \
	'.contained[0].property[2].valueCode[0].text="1,\"x\":2"'
changed 'Observation.contained[0].property[3].valueCode[0].text: is not JSON in one line' ours \
	'.contained[0].property[3].valueCode[0].text="[1,\n2]"'
sed -n '/"e-3/p' resources >wave
changed 'Observation.valueSampledData.data: has samples beyond the limits (U or L)' wave '.valueSampledData.data="1 U"'
changed 'Observation.valueSampledData: only samples with the origin 0, the factor 1 and one dimension can be values of a wave' \
	wave '.valueSampledData.factor=2'
{ sed -n 1p resources; echo '{}'; sed -n 2p resources | jq -c '.extension[-2].extension[0].valueString="t"'; sed -n 2p resources; } >mixed
try 'a bad line does not end an event' vitals-fhir --from-fhir mixed
is_status 1
stdout_json '[.readings[].vital] == ["heartRate","bloodPressureSystolic","bloodPressureDiastolic"]'
is_stderr 'vitals-fhir: mixed:2: resourceType: is missing
vitals-fhir: mixed:3: session: differs from that of the other Observations of event e-1'
try 'unless it is the first and the last' vitals-fhir --from-fhir --strict mixed
is_status 1
stdout_json '[.readings[].vital] == ["heartRate"]'
is_stderr 'vitals-fhir: mixed:2: resourceType: is missing'

# Bounds
readings() { # N: Observations of N readings of an event
	awk -v n="$1" 'BEGIN {
		printf "{\"schemaVersion\":\"1.0\",\"id\":\"e\",\"type\":\"vitals.sample\",\"time\":\"2026-11-23T06:33:00Z\",\"session\":{\"id\":\"s\"},\"readings\":["
		for (i = 0; i < n; i++)
			printf "%s{\"vital\":\"x%d\",\"value\":1,\"unit\":\"1\",\"confidence\":1}", i ? "," : "", i
		print "]}" }'
}
readings 256 >most
vitals-fhir most >resources
try '256 readings' vitals-fhir --from-fhir resources
is_status 0
stdout_is_file most
is_stderr ''
tail -n 1 resources | sed 's|e/reading-255|e/reading-256|' >extra
cat extra >>resources
try '257 readings' vitals-fhir --from-fhir resources
is_status 1
stdout_is_file most
is_stderr 'vitals-fhir: resources:257: more than 256 readings'

try 'options that go with resources' vitals-fhir --from-fhir --bundle batch most
is_status 2
is_stdout ''
stderr_has '^vitals-fhir: --from-fhir writes events'
try 'two directions' vitals-fhir --from-fhir --check most
is_status 2
is_stdout ''
stderr_has '^vitals-fhir: --check passes resources on'
done_testing
