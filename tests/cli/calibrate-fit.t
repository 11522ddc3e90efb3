#!/bin/sh
# vitals-calibrate: what it fits, and what it reports when it cannot.
. "$(dirname "$0")/tap.sh"

# SOURCE OFFSET RED GREEN RATIO: a measurement line
measurement() {
	printf '{"record":"measurement","source":"%s","offsetSeconds":%s,"durationSeconds":30,"readings":[],"features":{"meanRed":%s,"meanGreen":%s,"perfusionRed":%s,"perfusionGreen":1}}\n' "$@"
}
# SOURCE OFFSET VALUE
reference() {
	printf '{"vital":"oxygenSaturation","source":"%s","offsetSeconds":%s,"value":%s,"unit":"%%"}\n' "$@"
}
# Three people whose red decreases with the oxygen in their blood.
for s in a b c; do
	for i in 0 1 2 3 4 5 6 7 8 9; do
		measurement $s $((i * 30)) $((100 + 3 * i)) $((60 + i % 3)) 0.$((4 + i % 2))
		reference $s $((i * 30 + 10)) $((80 + i)) >>ref
		reference $s $((i * 30 + 20)) $((82 + i)) >>ref
	done
done >lines

try 'fits three sources' vitals-calibrate --reference ref lines
is_status 0
stdout_json '.record == "calibration" and .schemaVersion == "1.0" and (.models | length) == 1'
stdout_json '.models[0] | .vital == "oxygenSaturation" and .pairs == 30 and .sources == 3 and .error < 1 and .within == 1 and .low == 81 and .high == 90 and .anchorValue == null'
stderr_has 'oxygenSaturation: 30 pairs of 3 sources; each left out in turn: mean absolute error 0\.[0-9]* %, within 4: 100 %$'
stdout_lines 1
cp "$WORK/.out" device

try 'reads measurements from stdin' vitals-calibrate -q -r ref <lines
is_status 0
stdout_is_file device
is_stderr ''

sed 's/"meanRed":[0-9]*,"meanGreen":\([0-9]*\)/"meanRed":\1,"meanGreen":\1,"meanBlue":\1.004/' \
	lines >grey
try 'uses no grey pictures' vitals-calibrate --reference ref grey
is_status 1
is_stdout ''
stderr_has 'oxygenSaturation: 0 measurements with a reference have the necessary features: at least 8 are needed'

sed 's/"value":8[0-7]/"value":95/; s/"value":\(8[89]\|9[01]\)/"value":99/' ref >high
try 'needs references that differ' vitals-calibrate --reference high lines
is_status 1
is_stdout ''
stderr_has 'oxygenSaturation: the references are from 95 to 99 %: they must differ by more than the tolerance of 4'
sed 's/"value":95/"value":94.9/' high >wide
try 'and differ by a little more than the tolerance' vitals-calibrate --reference wide lines
is_status 0
stdout_json '.models[0].low < 95'
stderr_has ' 30 pairs of 3 sources; '

reference a 10 95 >own
head -n 1 lines >first
try 'makes it that of a person' vitals-calibrate --base device --reference own first
is_status 0
stdout_json '.models[0] | .anchorValue == 95 and .high == 95 and (.terms | all(has("anchor")))'
is_stderr ''

try 'needs --reference' vitals-calibrate lines
is_status 2
is_stdout ''
is_stderr 'vitals-calibrate: --reference is needed
usage: vitals-calibrate [OPTION ...] [FILE ...] (--help for more)'

try 'refuses references from stdin' vitals-calibrate --reference - lines
is_status 2
is_stdout ''
stderr_has 'stdin is for the measurements'

try 'reports a file that does not exist' vitals-calibrate --reference no lines
is_status 3
is_stdout ''
is_stderr 'vitals-calibrate: no: No such file or directory'

try 'refuses a base that is not a calibration' vitals-calibrate --base lines --reference ref lines
is_status 3
is_stdout ''
stderr_has '^vitals-calibrate: lines: '

{
	echo '{"vital":"oxygenSaturation","source":"a","offsetSeconds":1,"value":97,"unit":"mm[Hg]"}'
	echo '{"vital":"oxygenSaturation","source":"a","offsetSeconds":1,"value":9.7,"unit":"%"}'
	echo '{"vital":"oxygenSaturation","source":"a","offsetSeconds":-1,"value":97,"unit":"%"}'
	echo '{"vital":"oxygenSaturation","offsetSeconds":1,"value":97,"unit":"%"}'
	echo '{"vital":"oxygenSaturation","source":"a","offsetSeconds":1,"value":"97","unit":"%"}'
	echo '{"vital":"glucose","source":"a","offsetSeconds":1,"value":97,"unit":"%"}'
	echo '[97]'
	cat ref
} >badref
try 'reports bad references and continues' vitals-calibrate -q --reference badref --rejects bad lines
is_status 1
stdout_is_file device
is_stderr "vitals-calibrate: badref:1: bad reference: 'unit' of oxygenSaturation is not \"%\"
vitals-calibrate: badref:2: bad reference: 'value' of oxygenSaturation is not from 50 to 100
vitals-calibrate: badref:3: bad reference: 'offsetSeconds' is neither null nor a number from 0
vitals-calibrate: badref:4: bad reference: 'source' is not a string
vitals-calibrate: badref:5: bad reference: 'value' is not a number
vitals-calibrate: badref:6: bad reference: 'vital' is not one that is known
vitals-calibrate: badref:7: not a JSON object"
head -n 7 badref | cmp -s - bad
ok 'and keeps them'

try 'stops at the first with --strict' vitals-calibrate --strict --reference badref lines
is_status 1
is_stdout ''
is_stderr "vitals-calibrate: badref:1: bad reference: 'unit' of oxygenSaturation is not \"%\""

{
	echo '{"record":"measurement","source":"a","offsetSeconds":"0","durationSeconds":30}'
	echo '{"record":"measurement","source":"a","offsetSeconds":0,"durationSeconds":30,"features":{"meanRed":"x"}}'
	echo '{"source":"a"}'
	cat lines
} >badlines
try 'reports bad measurements and continues' vitals-calibrate -q --reference ref badlines
is_status 1
stdout_is_file device
is_stderr "vitals-calibrate: badlines:1: bad measurement: 'offsetSeconds' or 'durationSeconds' is not a number
vitals-calibrate: badlines:2: bad measurement: 'features' are not all numbers or null
vitals-calibrate: badlines:3: bad measurement: 'record' is not a string"

head -n 7 lines >seven
try 'reports too few references' vitals-calibrate -q --reference ref seven
is_status 1
is_stdout ''
is_stderr 'vitals-calibrate: oxygenSaturation: 7 measurements with a reference have the necessary features: at least 8 are needed
vitals-calibrate: nothing to calibrate'

sed 's/"source":"a"/"source":"x"/' ref >foreign
try 'reports which sources were not measured' vitals-calibrate --reference foreign lines
is_status 0
stdout_json '.models[0].sources == 2'
stderr_has "^vitals-calibrate: foreign: no measurement has the source 'x'$"

echo '{"vital":"heartRate","source":"a","offsetSeconds":1,"value":70,"unit":"/min"}' >pulse
try 'has nothing to do for a heart rate' vitals-calibrate --reference pulse lines
is_status 1
is_stdout ''
is_stderr 'vitals-calibrate: pulse: ignored 1 reference of vitals that need no calibration
vitals-calibrate: nothing to calibrate'

try 'reports a full disk' sh -c 'vitals-calibrate -q --reference ref lines >/dev/full'
is_status 3
is_stdout ''
is_stderr 'vitals-calibrate: <stdout>: write failed: No space left on device'

try 'vitals-extract refuses a file that is no calibration' vitals-extract --from-trace /dev/null --calibration lines
is_status 3
is_stdout ''
stderr_has '^vitals-extract: lines: '
done_testing
