#!/bin/sh
# Pictures that repeat the one before, as in a video call that stalls, are not
# samples.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/extract.sh
. "$TESTS/cli/extract.sh"

# Give a line the regions of the last one if its time meets the condition; write
# each line TIMES times.
repeat() { # TIMES JQ-CONDITION
	jq -c --argjson times "$1" "foreach .[] as \$l (null;
		if . != null and (\$l.offsetSeconds | $2) then
			.offsetSeconds = \$l.offsetSeconds
		else \$l end)
		| range(\$times) as \$k | .offsetSeconds += \$k / (30 * \$times)" -s
}
pulse a 72 30 30 0 0.02 >whole
repeat 1 '. - (. / 5 | floor) * 5 >= 3.5' <whole >frozen
repeat 2 'false' <whole >twice

try 'traces, 1.5 of every 5 s repeated' vitals-extract --from-trace frozen
is_status 0
is_stderr ''
stdout_json '.quality.coverage > 0.65 and .quality.coverage < 0.75'
stdout_json "$hr | (.value - 72 | fabs) < 1 and .confidence > 0.3"
stdout_json '.readings[] | select(.vital == "hrvSdnn") | .value == null or .confidence < 0.5'

try 'each frame of 30 a second twice' vitals-extract --from-trace twice
is_status 0
is_stderr ''
stdout_json '.quality.coverage > 0.98'
stdout_json "$hr | (.value - 72 | fabs) < 0.5 and .confidence > 0.95"

jq -c '.regions = [{name: "finger", r: 200, g: (.regions[0].g * 4 | floor - 360), b: 20, pixels: 9000}] | .face = null' whole >finger
try 'whole numbers of one region may be alike' vitals-extract --site finger \
	--from-trace finger
is_status 0
is_stderr ''
stdout_json '.quality.coverage > 0.98'
stdout_json "$hr | (.value - 72 | fabs) < 1 and .confidence > 0.5"

needs_video
vitals-synth -q -d 30 -r 72 --size 320x240 --face-size 60 -c ffv1 \
	--pixel-format yuv420p base.mkv || exit 1
for c in "$x264" '-c:v libx264 -preset medium -b:v 150k'; do
	# shellcheck disable=SC2086 # options
	ff -i base.mkv -vf "select='lt(mod(t,5),3.5)',fps=30" $c frozen.mp4
	try "video that stalls, $c" vitals-extract frozen.mp4
	is_status 0
	is_stderr ''
	stdout_json '.quality.coverage > 0.65 and .quality.coverage < 0.8'
	stdout_json "$hr | (.value - 72 | fabs) < 1.5 and .confidence > 0.3"
	stdout_json '.readings[] | select(.vital == "hrvSdnn") | .value == null or .confidence < 0.4'
done
cp .out measured
vitals-extract --emit trace frozen.mp4 >trace
try 'its traces say so' vitals-extract --from-trace trace
is_status 0
is_stderr ''
stdout_json ".quality.coverage == $(jq .quality.coverage measured)"
stdout_json "$hr | .value - $(jq "$hr | .value" measured) | fabs < 0.5"
[ "$(jq -c 'select(.repeated)' trace | wc -l)" -gt 200 ]
ok 'repeated pictures are marked'

# shellcheck disable=SC2086 # options
ff -i base.mkv -vf fps=60 $x264 twice.mp4
try 'a camera of 30 a second in a file of 60' vitals-extract twice.mp4
is_status 0
is_stderr ''
stdout_json '.quality.coverage > 0.95'
stdout_json "$hr | (.value - 72 | fabs) < 1 and .confidence > 0.9"

vitals-synth -q -d 20 -r 72 --noise 0 --size 320x240 clean.mp4
try 'a picture without noise does not count as frozen' vitals-extract clean.mp4
is_status 0
is_stderr ''
stdout_json '.quality.coverage > 0.95'
stdout_json "$hr | (.value - 72 | fabs) < 2 and .confidence > 0.8"
done_testing
