#!/bin/sh
# The delay of the pulse between forehead and chin, which vitals-synth sets.
. "$(dirname "$0")/tap.sh"

command -v jq >/dev/null || skip_all 'needs jq'
[ -f /usr/share/opencv4/lbpcascades/lbpcascade_frontalface.xml ] ||
	skip_all 'no opencv-data here'

# Cheeks and chin together are at 0.7 of the distance.
delay() { # SECONDS LEAST MOST
	vitals-synth -q -d 20 --size 320x240 --face-size 70 --seed 3 --crf 8 \
		--encoder-option preset=ultrafast --transit "$1" clip.mp4 ||
		exit 1
	try "a transit of $1 s" vitals-extract -q clip.mp4
	is_status 0
	is_stderr ''
	stdout_json ".features.transitSeconds | . >= $2 and . <= $3"
	stdout_json '.features.transitErrorSeconds < 0.006'
}
delay 0 -0.004 0.004
delay 0.03 0.016 0.026
delay 0.1 0.062 0.078

vitals-extract -q --emit trace clip.mp4 >trace
try 'a single method has no parts' vitals-extract -q -m green -t trace
is_status 0
is_stderr ''
stdout_json '.features | .transitSeconds == null and .transitErrorSeconds == null'
jq -c 'select(.offsetSeconds < 12)' trace >short
try 'too few stretches' vitals-extract -q -t short
is_status 0
is_stderr ''
stdout_json '.features | .transitSeconds == null and .transitErrorSeconds == null'

done_testing
