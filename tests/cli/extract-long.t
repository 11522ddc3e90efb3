#!/bin/sh
# vitals-extract: recordings that are too long to be analysed as a whole.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/extract.sh
. "$TESTS/cli/extract.sh"

# 60 /min, and 90 /min from 600 s on.
{
	pulse a 60 600 10
	pulse a 90 750 10 600
} >long
value='def value($v): .readings[] | select(.vital == $v) | .value;
	def sure($v): .readings[] | select(.vital == $v) | .confidence;'

try 'beyond what is looked at as a whole' vitals-extract -t long
is_status 0
stdout_lines 1
stdout_json "$value"'.offsetSeconds == 0 and .durationSeconds == 1350 and
	(value("heartRate") - (600 * 60 + 750 * 90) / 1350 | fabs) < 0.5 and
	sure("heartRate") > 0.8'
stdout_json "$value"'(value("pulseInterval") - 1000 * 1350 / (600 + 750 * 1.5) | fabs) < 5'
# Exactly 600 beats of 1 s and 1125 of 0.667 s.
stdout_json "$value"'value("hrvSdnn") > 155 and value("hrvSdnn") < 165'
stdout_json '.quality.coverage > 0.99 and .quality.signal > 0.5'
is_stderr ''

try 'its wave continues' vitals-extract -e wave -t long
is_status 0
jq -s -e 'map(.values | length) | add | . > 80900 and . < 81100' .out >/dev/null
ok 'all of it'
stdout_json '.record == "wave"'
jq -s -e '[range(1; length) as $i |
	.[$i].offsetSeconds - .[$i - 1].offsetSeconds -
	(.[$i - 1].values | length) / 60 | fabs < 0.002] | all' .out >/dev/null
ok 'without a gap'
is_stderr ''

head -n 6000 long >ten
try 'up to there it is the same' vitals-extract -t ten
is_status 0
stdout_json "$value"'(value("heartRate") - 60 | fabs) < 0.1'
is_stderr ''
cp .out whole
try 'as a window of its length' vitals-extract -w 600 -t ten
is_status 0
stdout_is_file whole
is_stderr ''

# The face is away from 700 s to 1200 s.
awk 'NR > 7000 && NR <= 12000 { gsub(/"pixels":900}/, "\"pixels\":0}") } 1' long >gone
try 'away for long' vitals-extract -t gone
is_status 0
stdout_json "$value"'.quality.coverage > 0.6 and .quality.coverage < 0.65 and
	(value("heartRate") - (600 * 60 + 250 * 90) / 850 | fabs) < 0.5 and
	sure("heartRate") > 0.5'
is_stderr ''

try 'long windows' vitals-extract -w 1000 -t long
is_status 0
stdout_lines 2
stdout_json "$value"'if .offsetSeconds == 0 then value("heartRate") - 72
	else value("heartRate") - 90 end | fabs < 0.5'
is_stderr ''

try 'which do not overlap' vitals-extract -w 600.1 --every 600 -t long
is_status 2
is_stdout ''
is_stderr "vitals-extract: --every 600: windows longer than 600 s do not overlap
usage: vitals-extract [OPTION ...] [FILE ...] (--help for more)"
try 'as shorter ones may' vitals-extract -w 600 --every 300 -t long
is_status 0
stdout_lines 4
is_stderr ''

{
	head -n 300 long
	sed -n 301p long | sed 's/"offsetSeconds":[0-9.]*/"offsetSeconds":1e10/'
} >leap
try 'a leap of three centuries' timeout 300 vitals-extract -w 5 --every 1 -t leap
is_status 0
stdout_lines 31
[ "$(jq -s 'all(.[]; .durationSeconds == 5)' .out)" = true ]
ok 'each window is as long as it was asked for'
is_stderr ''

done_testing
