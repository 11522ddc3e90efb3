#!/bin/sh
# vitals-extract finds the face of vitals-synth in every size and colour, and its
# pulse, and finds no pulse where there is none.
. "$(dirname "$0")/tap.sh"
command -v jq >/dev/null || skip_all 'needs jq'
command -v vitals-extract >/dev/null || skip_all 'needs vitals-extract'
[ -e /usr/share/opencv4/lbpcascades/lbpcascade_frontalface.xml ] ||
	skip_all 'needs the package opencv-data'

rate='(.readings[] | select(.vital == "heartRate"))'
measured() { # NAME OPTION-OF-EXTRACT OPTION ...
	name=$1
	how=$2
	shift 2
	vitals-synth -q -d 12 --size 320x240 --seed 5 --crf 12 "$@" clip.mp4
	# shellcheck disable=SC2086 # options, or none
	try "$name" vitals-extract $how clip.mp4
}
finds() { # CONDITION
	is_status 0
	stdout_json "$1"
	is_stderr ''
}
near() { # RATE
	echo "$rate | .value - $1 | fabs < 3"
}

for tone in 1 2 3 4 5 6; do
	measured "skin $tone" '' --skin-tone $tone -r 78
	finds "$(near 78)"
done
for size in 160x120 360x640 640x480; do
	vitals-synth -q -d 2 --size $size size.mp4
	try "size $size" vitals-extract size.mp4
	is_status 1
	stdout_json '.quality.coverage > 0.9'
	stderr_has '^vitals-extract: size.mp4: '
done
measured 'a slow heart' '' -r 48
finds "$(near 48)"
measured 'a fast heart' '' -r 160
finds "$(near 160)"
measured 'sway' '' -r 90 --motion sway
finds "$(near 90)"
measured 'a fingertip' '--site finger' --scene finger -r 66
finds "$(near 66)"
measured 'uneven times' '' -r 84 --frame-jitter 8 --drop-frames 15
finds "$(near 84)"
measured 'stored turned' '' -r 84 --rotate 90
finds "$(near 84)"

for dead in '--scene photo' '--scene wall' '--no-pulse' \
	'--no-pulse --motion talk' '--scene photo --light ramp'; do
	# shellcheck disable=SC2086 # options
	measured "$dead" '' $dead
	[ "$tap_status" -le 1 ]
	ok "$dead: status $tap_status is no failure"
	tap_seen s
	stdout_json "$rate | .value == null or .confidence < 0.5"
	tap_seen e
done

try 'through a pipe' sh -c "vitals-synth -q -d 12 --size 320x240 --crf 12 \
	-r 78 - | vitals-extract -"
finds "$(near 78)"
done_testing
