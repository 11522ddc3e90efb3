#!/bin/sh
# shellcheck disable=SC2016 # the variables are jq's
# The truth is consistent and agrees with the options.
. "$(dirname "$0")/tap.sh"

command -v jq >/dev/null || skip_all 'needs jq'

small='--size 32x32 -c rawvideo -f nut --frame-rate 5'
truth() { # NAME OPTION ...: keep the truth in ./t
	name=$1
	shift
	# shellcheck disable=SC2086
	try "$name" vitals-synth $small "$@" -t t out
	is_status 0
	is_stdout ''
	is_stderr ''
}
holds() { # WHAT JQ-CONDITION on all lines, as an array
	[ "$(jq -s "$2" t 2>&1)" = true ]
	ok "$name: $1"
}

truth '60 s at 72' -d 60 -r 72
holds 'the records' '.[0].record == "truth" and all(.[1:][]; .record == "beat")'
holds 'as many beats as lines' '.[0].beats == length - 1'
holds 'the mean rate' '.[0].heartRate - 72 | fabs < 1.5'
holds 'the breath' '.[0].respiratoryRate - 15 | fabs < 1'
holds 'the frames' '.[0].frames == 300'
holds 'times rise' '[.[1:][].offsetSeconds] | . == sort and .[0] >= 0 and .[-1] < 60'
holds 'no interval before the first' '.[1].intervalSeconds == null'
holds 'intervals are differences' '. as $l | all(range(2; length); . as $i | ($l[$i].offsetSeconds -
	$l[$i - 1].offsetSeconds - $l[$i].intervalSeconds | fabs) < 2e-6)'
holds 'the mean is that of the beats' '. as $l | [.[2:][].intervalSeconds] | add / length |
	(60 / . - $l[0].heartRate | fabs) < 0.01'
holds 'so is SDNN' '. as $l | [.[2:][].intervalSeconds * 1000] | (add / length) as $m |
	(map((. - $m) * (. - $m)) | add / (length - 1) | sqrt) -
	$l[0].hrvSdnn | fabs < 0.01'
holds 'so is RMSSD' '. as $l | [.[2:][].intervalSeconds * 1000] | . as $v |
	([range(1; length) | $v[.] - $v[. - 1] | . * .] | add / length | sqrt)
	- $l[0].hrvRmssd | fabs < 0.01'
holds 'a rate each second' '.[0].heartRatePerSecond | length == 60'
holds 'whose mean is the rate' '.[0].heartRatePerSecond | add / 60 - 72 | fabs < 1.5'

truth 'no variability' -d 60 -r 80 --hrv 0
holds 'none' '.[0].hrvSdnn < 0.001 and (.[0].heartRate - 80 | fabs) < 0.001'

holds 'the transit that is usual' '.[0].transitSeconds == 0.03'
truth 'the slowest transit' -d 10 --transit 0.2
holds 'is told' '.[0].transitSeconds == 0.2'
try 'a slower one' vitals-synth $small --transit 0.201 out
is_status 2
is_stdout ''
stderr_has 'transit'

truth 'a course' -d 40 -r 60@0,100@20,100@40 --hrv 0
holds 'the rate follows' '.[0].heartRatePerSecond | (.[0] - 61 | fabs) < 1.5 and
	(.[30] - 100 | fabs) < 0.1'

truth 'fast breath' -d 60 --breathing-rate 24
holds 'the breath' '.[0].respiratoryRate - 24 | fabs < 1.5'

truth 'breath held' -d 10 --breathing-depth 0
holds 'none' '.[0].respiratoryRate == null'

for dead in '--no-pulse' '--scene photo' '--scene wall' '--pulse-strength 0'; do
	# shellcheck disable=SC2086
	truth "$dead" -d 10 $dead
	holds 'no beats' 'length == 1 and .[0].heartRate == null and .[0].beats == 0 and
		.[0].absentReason == "no-pulse" and .[0].pulsePercent == 0'
done

truth 'what was asked for' -d 2 -s 77 --skin-tone 6 --motion nod \
	--motion-amplitude 3 --light ramp --light-level 0.5 --noise 1
holds 'is there' '.[0] | .seed == 77 and .skinTone == 6 and .motion == "nod" and
	.motionPercent == 3 and .light == "ramp" and .lightLevel == 0.5 and
	.noise == 1 and .width == 32 and .scene == "face" and .source == "out"'

truth 'one beat' -d 1 -r 50 --hrv 0
holds 'no rate' '.[0].beats < 2 and .[0].heartRate == null and .[0].hrvSdnn == null'

try 'the truth on stdout' vitals-synth -d 2 --size 32x32 -t - x.mp4
is_status 0
stdout_has '^{"record":"truth","source":"x.mp4"'
is_stderr ''
done_testing
