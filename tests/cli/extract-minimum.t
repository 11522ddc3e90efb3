#!/bin/sh
# vitals-extract: the shortest recording for each reading, as vitals-extract(1) gives
# it: at that length there is a value; 1 s shorter there is none, with the reason.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/extract.sh
. "$TESTS/cli/extract.sh"

pulse long 66 120 30 0 0.08 >long

# lasts SECONDS VITAL ...; a shorter recording has no heart rate if SHORT is set.
lasts() {
	seconds=$1
	shift
	names=$(printf '"%s",' "$@")
	of='[.readings[] | select(.vital | IN('${names%,}'))]'
	head -n $((seconds * 30)) long >exact
	head -n $((seconds * 30 - 30)) long >below
	try "$seconds s" vitals-extract -t exact
	is_status 0
	stdout_json "$of | length == $# and all(.value != null)"
	is_stderr ''
	try "and a second less" vitals-extract -t below
	is_status $((${#SHORT} > 0))
	is_stderr "$SHORT"
	stdout_json "$of | length == $# and
		all(.value == null and .absentReason == \"too-short\")"
}

SHORT='vitals-extract: long: too short for a heart rate'
lasts 5 heartRate pulseInterval
SHORT=
lasts 10 oxygenSaturation
lasts 15 respiratoryRate
lasts 20 hrvSdnn hrvRmssd hrvPnn50
lasts 60 stressIndex hrvLfHf

try 'pressure needs a calibration however long' vitals-extract -t long
is_status 0
is_stderr ''
stdout_json '[.readings[] | select(.vital | startswith("bloodPressure")) |
	.absentReason] == ["not-calibrated", "not-calibrated"]'
stdout_json '.readings[] | select(.vital == "hrvLfHf") | .value > 0 and .value < 0.5'
stdout_json '.readings[] | select(.vital == "respiratoryRate") |
	.value - 15 | fabs < 0.5'
done_testing
