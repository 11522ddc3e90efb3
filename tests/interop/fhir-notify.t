#!/bin/sh
# The notification Bundles of vitals-fhir --notify are valid by HL7's definitions of R4B
# and by the rules of the Subscriptions Backport guide, and the check that says so refuses
# Bundles that are wrong.
. "$(dirname "$0")/lib.sh"
need_npm hl7.fhir.r4b.core @medplum/core @lhncbc/ucum-lhc ajv

url=https://fhir.example/r4/Subscription/7
notifications() { # FILE: of every kind, version and content
	for version in 4.3 4.0; do
		for content in empty id-only full-resource; do
			vitals-fhir --fhir-version $version --notify $url \
				--notify-content $content --notify-topic urn:t:1 "$1"
		done
		for kind in handshake heartbeat; do
			vitals-fhir --fhir-version $version --notify $url --notify-kind $kind
		done
	done
}

seed=${SEED-20261128}
echo "# seed $seed"
js fhir-records.js "$seed" 60 >records
vitals-event --session s-81 --session-events records >events
notifications events >many
[ "$(wc -l <many)" -gt 300 ]
ok '60 events give more than 300 notifications'
try 'all of them are valid' js notify-check.js many
is_status 0
is_stdout "$(wc -l <many) notifications, 0 bad"
is_stderr ''

cat >records <<'Y'
{"record":"measurement","startTime":"2026-11-23T06:33:00Z","durationSeconds":30,"readings":[{"vital":"heartRate","value":71.8,"unit":"/min","confidence":0.94},{"vital":"respiratoryRate","value":null,"unit":"/min","absentReason":"too-short"}]}
Y
vitals-event --session s records >events
notifications events >few
try 'each of many wrong notifications is refused' js notify-check.js few bad
is_status 0
is_stdout '274 changes, 0 accepted'
is_stderr ''
done_testing
