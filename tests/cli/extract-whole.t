#!/bin/sh
# vitals-extract: pictures in which no face is found, or only later.
# shellcheck disable=SC2086 # $x264 is several words
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/extract.sh
. "$TESTS/cli/extract.sh"
needs_video

synth() { vitals-synth -q -c ffv1 --pixel-format yuv420p "$@" || exit 1; }

found="$hr | (.value - 130 | fabs) < 4 and .method == \"rppg-fvp\" and
	.confidence > 0.2 and .confidence <= 0.5"

# A face at an angle at which the detector does not find it.
synth -d 16 -r 130 --hrv 0 --skin-tone 1 --face-size 35 --size 320x240 x.mkv
ff -i x.mkv -vf rotate=0.8:fillcolor=gray $x264 lying.mp4

try 'a lying face' vitals-extract lying.mp4
is_status 0
stdout_lines 1
stdout_json "$found"
stdout_json '.quality.coverage > 0.98 and .quality.motion == null'
is_stderr ''

try 'in windows' vitals-extract -w 10 --every 3 lying.mp4
is_status 0
stdout_lines 3
stdout_json "$found"
stdout_json '.durationSeconds == 10'
is_stderr ''

try 'live' vitals-extract --live --rate 2 -e sample,wave lying.mp4
is_status 0
is_stderr ''
stdout_has '"record":"wave"'
jq -s -e 'map(select(.record == "sample")) | length == 31 and
	map(.seq) == [range(31)] and (map(.offsetSeconds * 2) == [range(1; 32)])' \
	.out >/dev/null
ok 'samples are counted and timed'
jq -s -e "map(select(.record == \"sample\" and .offsetSeconds > 10) | $found) |
	all" .out >/dev/null
ok 'and have the rate'
jq -s -e 'map(select(.record == "wave") | .values[]) |
	length > 700 and (.[:-3] | map(. != null) | all)' .out >/dev/null
ok 'with the wave'

try 'waves' vitals-extract -e wave lying.mp4
is_status 0
stdout_lines 2
stdout_json '.record == "wave" and .wave == "pulse" and .sampleRate == 60'
is_stderr ''

try 'traces' vitals-extract -e trace lying.mp4
is_status 0
stdout_lines 480
stdout_json '(.regions | length) == 64 and .regions[0].name == "frame-1"'
is_stderr ''
mv .out trace
try 'measured from them' vitals-extract -t trace
is_status 0
stdout_json "$found"
is_stderr ''

try 'asked for by name' vitals-extract -m fvp --cascade /nonexistent lying.mp4
is_status 0
stdout_json "$found"
is_stderr ''
try 'also of a face' vitals-extract -m fvp -e measurement,trace x.mkv
is_status 0
stdout_lines 481
stdout_json 'if .record == "trace" then (.regions | length) == 64
	else .readings[0].method == "rppg-fvp" end'
is_stderr ''
try 'it knows no faces' vitals-extract -m fvp --all-faces x.mkv
is_status 2
is_stdout ''
stderr_has '^vitals-extract: --all-faces and --method fvp'
try 'another method by name has no fallback' vitals-extract -m pos lying.mp4
is_status 1
stdout_json "$hr | .absentReason == \"no-face\""
is_stderr 'vitals-extract: lying.mp4: no face found'

# A face that appears late.
ff -f lavfi -i "color=c=0x708090:s=320x240:r=30:d=12,noise=alls=6:allf=t" \
	-i x.mkv -filter_complex "[0]format=yuv420p[a];[1]format=yuv420p[b];
	[a][b]concat=n=2" $x264 late.mp4
try 'a face that appears late' vitals-extract late.mp4
is_status 0
stdout_lines 1
stdout_json "($hr | (.value - 130 | fabs) < 2 and .confidence > 0.5 and
	.method == \"rppg-fusion\") and .quality.coverage < 0.7"
is_stderr ''
try 'in windows' vitals-extract -w 9 late.mp4
is_status 0
stdout_lines 3
jq -s -e "[.[] | $hr | .method] | .[0] == null and .[2] == \"rppg-fusion\"" \
	.out >/dev/null
ok 'first no face, then a pulse'
is_stderr ''
try 'no wave where there is no face' vitals-extract -e wave -m green late.mp4
is_status 0
is_stderr ''
jq -s -e '[.[].values[]] | (.[0:600] | map(. == null) | all) and
	(.[800:1500] | map(. != null) | all)' .out >/dev/null
ok 'but where there is a face'
stdout_lines 3
try 'live' vitals-extract --live -e sample late.mp4
is_status 0
jq -s -e 'map(.seq) == [range(27)]' .out >/dev/null
ok 'one count of samples'
stdout_has '"rppg-fusion"'
is_stderr ''
try 'in traces' vitals-extract -e trace late.mp4
is_status 0
jq -s -e 'map(.regions[0].name) | .[0] == "frame-1" and
	.[-1] == "forehead-1" and (unique | length) == 2' .out >/dev/null
ok 'of the whole picture first, then of the face'
stdout_lines 840
is_stderr ''
mv .out trace
try 'measured from them' vitals-extract -t trace
is_status 0
stdout_lines 1
stdout_json "($hr | (.value - 130 | fabs) < 2 and
	.method == \"rppg-fusion\") and .offsetSeconds > 12"
is_stderr ''
ff -i late.mp4 -ss 6 -t 14 $x264 soon.mp4
try 'one that appears within the wait' vitals-extract -e trace soon.mp4
is_status 0
stdout_lines 420
stdout_json '.regions[0].name == "forehead-1"'
is_stderr ''

# A picture without a pulse never has a confidence above one half.
dead() { # FILE WHAT
	vitals-extract "$1" >dead.out 2>dead.err
	jq -e "[$hr | .confidence // 0] | max <= 0.5" dead.out >/dev/null
	ok "no pulse: $2"
}
for light in flicker screen wave; do
	synth -d 10 --scene wall --light $light --light-frequency 1.1 \
		--size 320x240 d.mkv
	dead d.mkv "a wall in light that is $light"
done
for motion in bounce talk; do
	synth -d 10 --no-pulse --motion $motion --size 320x240 d.mkv
	ff -i d.mkv -vf rotate=0.8 $x264 d.mp4
	dead d.mp4 "a dummy that does $motion"
done
ff -f lavfi -i mandelbrot=s=160x120:r=30 -t 10 $x264 d.mp4
dead d.mp4 'a picture that changes all the time'
ff -f lavfi -i 'color=c=#c08060:s=320x240:r=30,noise=alls=12:allf=t' -t 12 \
	-c:v libx264 -b:v 400k d.mp4
dead d.mp4 'noise'
for f in face/evm-baby.mp4 face/evm-wrist.mp4 nopulse/india1-forehead.avi \
	nopulse/india37-forehead.avi nopulse/india10-leftcheek.avi; do
	if has_data $f; then
		dead "$DATA/$f" "at most doubted: ${f##*/}"
	else
		skip "no pulse: ${f##*/}" 'no such recording here'
	fi
done

# A reader that goes away causes no message.
for j in 1 2; do
	try "a reader that has had enough, --jobs $j" sh -c "
		{ vitals-extract -j $j -e trace trace.mkv x.mkv; echo \$? >&3; } \
		3>status | head -n 1"
	is_status 0
	stdout_lines 1
	stderr_has 'trace.mkv: cannot open'
	[ "$(wc -l <.err)" -eq 1 ] && [ "$(cat status)" -eq 141 ]
	ok 'ends it quietly'
done

done_testing
