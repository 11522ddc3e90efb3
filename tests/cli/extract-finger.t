#!/bin/sh
# vitals-extract --site finger measures what covers the lens, and nothing else.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/extract.sh
. "$TESTS/cli/extract.sh"
needs_video

synth() { vitals-synth -q -d 12 --hrv 0 "$@" || exit 1; }
absent="$hr | .value == null and .confidence == null and .absentReason == \"no-finger\""

# not_a_finger FILE WHAT
not_a_finger() {
	try "no fingertip: $2" vitals-extract --site finger "$1"
	is_status 1
	stdout_lines 1
	stdout_json "$absent"
	stdout_json 'all(.readings[]; .value == null) and .quality.coverage < 0.2'
	is_stderr "vitals-extract: $1: no fingertip covers the lens"
}

# sober FILE WHAT OPTION ...: there is no value, or one with a confidence of at most
# ${MOST:-0.3}
sober() {
	file=$1 what=$2
	shift 2
	try "sober: $what" vitals-extract -q "$@" "$file"
	[ "$tap_status" -le 1 ]
	ok "its status is $tap_status"
	stdout_json "[$hr | .confidence // 0] | max <= ${MOST:-0.3}"
	tap_seen s
	tap_seen e
}

synth -r 66 --scene finger --size 320x240 finger.mp4
try 'a fingertip' vitals-extract --site finger -e measurement,trace finger.mp4
is_status 0
stdout_json "if .record == \"trace\" then (.regions | length) == 1 and .regions[0].pixels == 76800
	else (($hr | (.value - 66 | fabs) < 1 and .confidence > 0.9) and .quality.coverage > 0.9) end"
is_stderr ''
for how in '--light-level 0.05 --size 320x240' '--noise 20 --size 320x240' '--size 64x48' '--size 32x32' '--skin-tone 6 --size 320x240' '--size 1280x960 --frame-rate 8'; do
	# shellcheck disable=SC2086 # options
	vitals-synth -q -d 5 --scene finger $how some.mp4 || exit 1
	try "a fingertip: $how" vitals-extract -q --site finger some.mp4
	stdout_json '.quality.coverage > 0.9'
	[ "$tap_status" -le 1 ]
	ok "it is seen, whether or not its pulse is: status $tap_status"
	tap_seen s
	tap_seen e
done
# Light falls off steeply from the lamp, and corners are dark.
ff -i finger.mp4 -vf "format=gbrp,geq=r='r(X,Y)*exp(-X/160)':g='g(X,Y)*exp(-X/160)':b='b(X,Y)*exp(-X/160)',vignette=PI/3,format=yuv420p" \
	-c:v ffv1 lamp.mkv
try 'a lamp beside the lens' vitals-extract --site finger lamp.mkv
is_status 0
stdout_json "$hr | (.value - 66 | fabs) < 2"
is_stderr ''

synth -r 72 --size 320x240 face.mp4
synth -r 72 --size 320x240 --face-size 30 --skin-tone 5 --noise 8 far.mp4
not_a_finger face.mp4 'a face'
not_a_finger far.mp4 'a small, dark one'
try 'live' vitals-extract --site finger --live -e sample,measurement face.mp4
is_status 1
stdout_json "$hr | .value == null and (.absentReason == \"no-finger\" or .absentReason == \"too-short\")"
jq -s -e "map($hr | .absentReason) | .[5:] | unique == [\"no-finger\"]" .out >/dev/null
ok 'and why, from the first estimate on'
is_stderr 'vitals-extract: face.mp4: no fingertip covers the lens'
for f in face/evm-baby.mp4 face/evm-face.mp4 face/evm-face2.mp4 face/evm-wrist.mp4 \
	light/light-100.mp4 light/light-25.mp4 moving/d18-dead.mp4 moving/d9-dead.mp4; do
	if has_data $f; then
		cp "$DATA/$f" real.mp4
		not_a_finger real.mp4 "${f##*/}"
	else
		skip "no fingertip: ${f##*/}" 'no such recording here'
	fi
done

# Skin and paint that fill the picture have no detail either: then there is no pulse.
synth --scene wall --size 320x240 wall.mp4
sober wall.mp4 'paint' --site finger
for f in 1-forehead 10-leftcheek 28-rightcheek 37-forehead; do
	if has_data nopulse/india$f.avi; then
		sober "$DATA/nopulse/india$f.avi" "india$f" --site finger
	else
		skip "sober: india$f" 'no such recording here'
	fi
done

# A finger that is put onto the lens, and taken off again, leaves gaps.
ff -i face.mp4 -i finger.mp4 -filter_complex "[0]split[a][b];[a]trim=0:4,setpts=PTS-STARTPTS[a];
	[b]trim=0:4,setpts=PTS-STARTPTS[b];[a][1][b]concat=n=3" -c:v ffv1 put.mkv
try 'a finger that is put on and taken off' vitals-extract --site finger put.mkv
is_status 0
stdout_json "($hr | (.value - 66 | fabs) < 1 and .confidence > 0.9) and
	(.quality.coverage | . > 0.5 and . < 0.65)"
is_stderr ''
try 'in its traces' vitals-extract --site finger -e trace put.mkv
is_status 0
jq -s -e 'map(.regions[0].pixels > 0) | (.[:115] | any | not) and (.[150:475] | all) and
	(.[481:] | any | not)' .out >/dev/null
ok 'it is in view while it covers the lens'
stdout_lines 600
is_stderr ''
mv .out trace
try 'and measured from them' vitals-extract --site finger --from-trace trace
is_status 0
stdout_json "$hr | (.value - 66 | fabs) < 1 and .confidence > 0.9"
is_stderr ''

# Groups of eight pictures, as an encoder makes them, in slow drifts of light: each group
# resembles the next, but has hardly any power.
awk '
	function drift(w) { return sin(0.45 * w) + sin(0.53 * w + 1) + sin(0.71 * w + 4) + sin(0.97 * w + 2) }
	BEGIN {
		for (i = 0; i < 600; i++) {
			x = 0.6 * drift(i / 30 * 6.2831853) + 0.4 * sin(i / 8 * 6.2831853)
			printf "{\"record\":\"trace\",\"source\":\"groups\",\"offsetSeconds\":%.4f,\"regions\":[" \
			    "{\"name\":\"finger\",\"r\":%.4f,\"g\":%.4f,\"b\":%.4f,\"pixels\":9000}],\"face\":null}\n",
			    i / 30, 140 + x, 120 + x, 110 + x
		}
	}' >groups
sober groups 'what an encoder makes of no pulse' --site finger --from-trace

# Traces of a face are not those of a fingertip.
vitals-extract -e trace face.mp4 >trace || exit 1
try 'traces of a face' vitals-extract --site finger --from-trace trace
is_status 1
stdout_lines 1
stdout_json "$absent"
is_stderr 'vitals-extract: face.mp4: no fingertip covers the lens'

# The other way about.
MOST=0.5 # as for all pictures without a face
sober finger.mp4 'a fingertip is not a face'
if has_data face/evm-wrist.mp4; then
	sober "$DATA/face/evm-wrist.mp4" 'nor is a wrist'
else
	skip 'nor is a wrist' 'no such recording here'
fi
done_testing
