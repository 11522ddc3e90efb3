#!/bin/sh
# What vitals-fhir makes of varied events is valid by HL7's definitions of R4B, and the
# check that says so refuses resources that are wrong.
. "$(dirname "$0")/lib.sh"
need_npm hl7.fhir.r4b.core @medplum/core @lhncbc/ucum-lhc ajv

seed=${SEED:-1}
echo "# seed $seed"
js fhir-records.js "$seed" 200 >records
(umask 077; echo 0123456789abcdef0123456789abcdef >key)
vitals-event --session s-81 --session-events --pseudonym-key-file key records >events
vitals-fhir events >resources
vitals-fhir --bundle transaction --uncalibrated --preliminary-below 0.9 \
	--loinc-stress 80316-3 --subject Patient/7 \
	--device https://fhir.example/Device/7 events >>resources
for bundle in batch collection; do
	head -n 30 events | vitals-fhir --bundle $bundle >>resources
done
[ "$(wc -l <resources)" -gt 1000 ]
ok '200 events give more than 1000 resources'
try 'all resources and Bundles are valid' js fhir-check.js resources
is_status 0
is_stdout "$(wc -l <resources) resources, 0 bad"
is_stderr ''

# The way back: the same events, without those that have nothing to measure.
jq -c -S -f "$TESTS/interop/fhir-same.jq" events |
	jq -c 'select(.wave or (.readings // [] | length > 0))' >sent
vitals-fhir --uncalibrated events | vitals-fhir --from-fhir >back
vitals-event --check back | cmp -s - back
ok 'what comes back are events'
jq -c -S -f "$TESTS/interop/fhir-same.jq" back >received
[ "$(wc -l <sent)" -gt 150 ] && cmp -s sent received
ok 'and the same ones'
try '--check finds the resources as valid as the judges do' vitals-fhir --check resources
is_status 0
stdout_is_file resources
is_stderr ''

cat >records <<'Y'
{"record":"measurement","startTime":"2026-11-23T06:33:00.120+01:00","offsetSeconds":0.0,"durationSeconds":30.0,"device":{"codec":"h264","make":"Acme","model":"C1"},"readings":[{"vital":"heartRate","value":71.80,"unit":"/min","confidence":0.94,"method":"rppg-pos"},{"vital":"bloodPressureSystolic","value":null,"unit":"mm[Hg]","absentReason":"not-calibrated"},{"vital":"bloodPressureDiastolic","value":78.1,"unit":"mm[Hg]","confidence":0.7,"method":"calibrated","status":"calibrated"},{"vital":"respiratoryRate","value":null,"unit":"/min","absentReason":"too-short"},{"vital":"oxygenSaturation","value":99.3,"unit":"%","confidence":0.2,"method":"ratio-rb","status":"uncalibrated"}],"quality":{"signal":0.91}}
{"record":"wave","offsetSeconds":8.0,"wave":"pulse","sampleRate":30.0,"values":[0.1,-0.25,null,1e-3]}
Y
vitals-event --session s records >events
{
	vitals-fhir --uncalibrated events
	vitals-fhir --uncalibrated --bundle transaction events | head -n 1
} >resources
try 'each of 100 wrong resources is refused' js fhir-bad.js resources
is_status 0
is_stdout '100 changes, 0 accepted'
is_stderr ''
done_testing
