#!/bin/sh
# vitals-extract: recordings that are longer than what is looked at as a whole.
. "$(dirname "$0")/tap.sh"

# trace SECONDS: 10 frames a second of skin with a pulse at 60 /min, from 600 s
# on at 90 /min; the face is away from 700 s to 1200 s where GONE is set.
trace() {
	awk -v seconds="$1" -v gone="${GONE:-}" '
	function noise() { seed = (seed * 16807) % 2147483647; return seed / 2147483647 - 0.5 }
	BEGIN {
		seed = 7
		for (i = 0; i < seconds * 10; i++) {
			t = i / 10
			a += 6.283185307 / 600 * (t < 600 ? 60 : 90)
			p = sin(a) + 0.3 * sin(2 * a)
			n = gone && t >= 700 && t < 1200 ? 0 : 900
			printf "{\"record\":\"trace\",\"source\":\"a\",\"offsetSeconds\":%.1f,\"regions\":[", t
			for (k = 0; k < 2; k++)
				printf "%s{\"name\":\"cheek-%d\",\"r\":%.3f,\"g\":%.3f,\"b\":%.3f,\"pixels\":%d}", k ? "," : "", k, 180 * (1 - 0.0033 * p) + noise() / 3, 120 * (1 - 0.0077 * p) + noise() / 3, 95 * (1 - 0.0053 * p) + noise() / 3, n
			print "]}"
		}
	}'
}
value='def value($v): .readings[] | select(.vital == $v) | .value;
	def sure($v): .readings[] | select(.vital == $v) | .confidence;'

trace 1350 >long
try 'beyond what is looked at as a whole' vitals-extract -t long
is_status 0
stdout_lines 1
stdout_json "$value"'.offsetSeconds == 0 and .durationSeconds == 1350 and
	(value("heartRate") - (600 * 60 + 750 * 90) / 1350 | fabs) < 0.5 and
	sure("heartRate") > 0.8'
stdout_json "$value"'(value("pulseInterval") - 1000 * 1350 / (600 + 750 * 1.5) | fabs) < 5'
# Of 600 beats of 1 s and 1125 of 0.667 s alone.
stdout_json "$value"'value("hrvSdnn") > 155 and value("hrvSdnn") < 165'
stdout_json '.quality.coverage > 0.99 and .quality.signal > 0.5'
is_stderr ''

try 'its wave goes on' vitals-extract -e wave -t long
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

GONE=1 trace 1350 >gone
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
	echo '{"record":"trace","source":"a","offsetSeconds":1e10,"regions":[{"name":"cheek-0","r":180,"g":120,"b":95,"pixels":900},{"name":"cheek-1","r":180,"g":120,"b":95,"pixels":900}]}'
} >leap
try 'a leap of three centuries' timeout 60 vitals-extract -w 5 --every 1 -t leap
is_status 0
stdout_lines 32
is_stderr ''

done_testing
