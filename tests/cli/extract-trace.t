#!/bin/sh
# vitals-extract: traces in, measurements out.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/extract.sh
. "$TESTS/cli/extract.sh"

pulse a 72 20 >a
try 'a trace' vitals-extract --from-trace a
is_status 0
stdout_lines 1
stdout_json '.record == "measurement" and .source == "a" and
	.sourceSha256 == null and .startTime == null and
	.offsetSeconds == 0 and (.durationSeconds - 20 | fabs < 0.01)'
stdout_json "$hr"' | (.value - 72 | fabs) < 0.5 and .confidence > 0.9 and
	.unit == "/min" and .method == "rppg-fusion"'
stdout_json '.quality | .snrDb > 3 and .signal > 0.6 and .coverage > 0.99 and
	.motion < 0.01 and .illumination > 0.4 and .illumination < 0.7'
is_stderr ''
cp .out first

try 'the same from stdin' vitals-extract --from-trace - <a
is_status 0
stdout_is_file first
is_stderr ''

for m in green chrom pos lgi omit pbv ica; do
	try "method $m" vitals-extract --method $m --from-trace a
	is_status 0
	stdout_json "$hr"' | (.value - 72 | fabs) < 0.5 and
		.method == "rppg-'$m'"'
	is_stderr ''
done

try 'what it emits of a trace is a trace' vitals-extract -e trace -t a
is_status 0
stdout_lines 600
is_stderr ''
cp .out again
try 'and the same pulse' vitals-extract -t again
is_status 0
stdout_json "$hr"' | (.value - 72 | fabs) < 0.5'
is_stderr ''

for rate in 42 55 96 130 170 200; do
	pulse a $rate 20 >r
	try "$rate a minute" vitals-extract -t r
	is_status 0
	stdout_json "$hr | (.value - $rate | fabs) < 0.5"
	is_stderr ''
done

for fps in 10 15 24 60 120; do
	pulse a 66 12 $fps >r
	try "$fps frames a second" vitals-extract -t r
	is_status 0
	stdout_json "$hr | (.value - 66 | fabs) < 0.5"
	is_stderr ''
done

# ---- Several sources ---------------------------------------------------

pulse b 96 20 >b
paste -d '\n' a b >mixed
try 'sources mixed' vitals-extract -t mixed
is_status 0
stdout_lines 2
stdout_json '{a: 72, b: 96}[.source] as $true |
	('"$hr"' | .value - $true | fabs) < 0.5'
is_stderr ''

pulse b 96 3 >short
cat short a >mixed
try 'one of them is too short' vitals-extract -t mixed
is_status 1
stdout_lines 2
stdout_json "$hr"' | if .value == null then .absentReason == "too-short" and
	.confidence == null else (.value - 72 | fabs) < 0.5 end'
is_stderr 'vitals-extract: b: too short for a heart rate'

sed 's/"source":"a",/&"faceIndex":3,/' a >face
try 'a face of several' vitals-extract -t face
is_status 0
stdout_json '.faceIndex == 3'
is_stderr ''

{
	cat a
	tail -n 1 a | sed 's/"offsetSeconds":[0-9.]*/"offsetSeconds":50/'
} >late
try 'a gap before the last line is not its length' vitals-extract -t late
is_status 0
stdout_json '.durationSeconds > 50 and .durationSeconds < 50.2 and
	(.quality.coverage - 0.4 | fabs) < 0.01'
is_stderr ''

# ---- Windows -----------------------------------------------------------

pulse a 72 32 >long
try 'windows' vitals-extract --window 10 --every 5 -t long
is_status 0
stdout_lines 5
stdout_json '(.offsetSeconds % 5) == 0 and .durationSeconds == 10 and
	('"$hr"' | (.value - 72 | fabs) < 0.5)'
is_stderr ''

try 'the rest makes a last window' vitals-extract --window 25 -t long
is_status 0
stdout_lines 2
stdout_json '.offsetSeconds == 0 and .durationSeconds == 25 or
	.offsetSeconds == 25 and (.durationSeconds - 7 | fabs) < 0.01'
is_stderr ''

try 'the shortest windows' vitals-extract --window 5 -t long
is_status 0
stdout_lines 6
stdout_json "$hr"' | (.value - 72 | fabs) < 2 and .confidence > 0.5'
is_stderr ''

# A window is written with its last frame, before the next frame is read.
head -n 300 long >ten
mkfifo pipe
vitals-extract --window 10 -t pipe >early &
exec 9>pipe
cat ten >&9
one_line() { [ "$(wc -l <early)" -eq 1 ]; }
wait_for one_line
ok 'a window is written with its last frame'
exec 9>&-
wait

# ---- Live ----------------------------------------------------------------

try 'live samples' vitals-extract --live --rate 2 -t long
is_status 0
stdout_json '.record == "measurement" or .record == "sample"'
is_stderr ''
grep sample .out >samples
jq -s -e '(length >= 60) and ([.[].seq] == [range(length)])' samples >/dev/null
ok 'numbered, two a second'
jq -s -e '[.[] | select(.offsetSeconds >= 8) |
	'"$hr"' | (.value - 72 | fabs) < 1] | all' samples >/dev/null
ok 'a rate within 8 s'

try 'live waves' vitals-extract --live -e sample,wave -t long
is_status 0
stdout_json '.record == "wave" or .record == "sample"'
is_stderr ''
jq -s -e '[.[] | select(.record == "wave")] |
	(length > 25) and all(.[]; .sampleRate == 60 and (.values | length) <= 61)' .out >/dev/null
ok 'blocks of a second'

try 'the wave' vitals-extract -e wave,measurement -t long
is_status 0
stdout_json '.record == "measurement" or .wave == "pulse"'
is_stderr ''
jq -s -e 'map(select(.record == "wave") | .values) | add | length > 1900' .out >/dev/null
ok 'all of it'

# ---- Bad lines -------------------------------------------------------------

{
	sed -n 1,300p a
	echo '[]'
	echo
	sed -n 300p a
	sed -n 301p a | sed 's/cheek-0/cheek-9/'
	sed -n '301,$p' a
} >bad
try 'bad lines' vitals-extract --rejects rejects -t bad
is_status 1
stdout_lines 1
stdout_json "$hr"' | (.value - 72 | fabs) < 0.5'
is_stderr 'vitals-extract: bad:301: not a JSON object
vitals-extract: bad:303: "offsetSeconds" does not rise
vitals-extract: bad:304: the regions are not those of its source'
[ "$(wc -l <rejects)" -eq 3 ]
ok 'are kept'

# A refused line changes nothing, even if it has a face where there was none before.
jq -c '.regions[0] as $r | .regions = [range(64) | $r + {name: "frame-\(. + 1)"}] |
	del(.face)' a >whole
vitals-extract -t whole >want 2>want.err
{
	sed -n 1,400p whole
	sed -n 300p a
	sed -n '401,$p' whole
} >bad-face
try 'a face that comes too late' vitals-extract -t bad-face
is_status 1
stdout_is_file want
is_stderr 'vitals-extract: bad-face:401: "offsetSeconds" does not rise'

try 'strict' vitals-extract --strict -t bad
is_status 1
is_stdout ''
is_stderr 'vitals-extract: bad:301: not a JSON object'

try 'nothing at all' vitals-extract -t /dev/null
is_status 0
is_stdout ''
is_stderr ''

try 'no such file' vitals-extract -t missing
is_status 3
is_stdout ''
is_stderr 'vitals-extract: missing: No such file or directory'

# Numbers that are allowed, and overflow where they are squared.
sed 's/"face":.*/"face":{"x":-1e6,"y":1e6,"width":1e-100,"height":1e-100}}/' a >tiny
try 'a face of no size' vitals-extract -t tiny
is_status 0
stdout_json "$hr"' | (.value - 72 | fabs) < 0.5'
stdout_json 'all(.readings[]; (.value == null) == (.confidence == null))'
is_stderr ''

# ---- No pulse ----------------------------------------------------------------

awk 'BEGIN {
	srand(3)
	for (i = 0; i < 600; i++)
		printf "{\"record\":\"trace\",\"source\":\"n\",\"offsetSeconds\":%.4f,\"regions\":[{\"name\":\"x\",\"r\":%.3f,\"g\":%.3f,\"b\":%.3f}]}\n", i / 30, 150 + rand(), 110 + rand(), 90 + rand()
}' >noise
try 'noise has no confident rate' vitals-extract -s skin -t noise
is_status 1
stdout_json "$hr | .value == null"
is_stderr 'vitals-extract: n: no pulse found'

sed 's/"r":.*/"r":150,"g":110,"b":90}]}/' noise >flat
try 'a wall that never changes' vitals-extract -s skin -t flat
is_status 1
stdout_json "$hr"' | .value == null and .absentReason == "low-signal"'
is_stderr 'vitals-extract: n: no pulse found'

sed 's/"pixels":[0-9]*/"pixels":0/g' a >unseen
try 'no region ever in view' vitals-extract -t unseen
is_status 1
stdout_json "$hr"' | .value == null and .absentReason == "no-face"'
is_stderr 'vitals-extract: a: no face found'

# ---- Options -------------------------------------------------------------------

for wrong in '--every 5 x' '--window 5 --every 6 x' '-t a x' '' '--roi 1,2,3,4 x' \
	'-s skin --roi 1,2,3 x' '-e sample x' '-e wave,wave x' '-e pulse x' \
	'--start-time yesterday x' '-s skin --all-faces x' '--rate 6 -l x' \
	'--window 4.9 x' '--window 7201 x' '--jobs 65 x'; do
	# shellcheck disable=SC2086
	try "usage: $wrong" vitals-extract $wrong
	is_status 2
	is_stdout ''
	stderr_has '^usage: vitals-extract'
done

for wrong in 1,2,3 9999,0,10,10 0,0,0,10 1,2,3,4,5; do
	try "a region: $wrong" vitals-extract -s skin --roi $wrong x
	is_status 2
	is_stdout ''
	stderr_has "^vitals-extract: --roi: '$wrong' is not X,Y,W,H in pixels, each at most 8192$"
done

try 'a start' vitals-extract --start-time 2026-11-23T08:00:00+01:00 -t a
is_status 0
stdout_json '.startTime == "2026-11-23T07:00:00.000Z"'
is_stderr ''

try 'a full disk' sh -c 'vitals-extract -t a >/dev/full'
is_status 3
is_stdout ''
is_stderr 'vitals-extract: <stdout>: write failed: No space left on device'
done_testing
