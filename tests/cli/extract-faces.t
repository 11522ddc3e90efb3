#!/bin/sh
# vitals-extract: several faces in one picture, each with its own pulse.
# shellcheck disable=SC2086 # $x264 is several words
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/extract.sh
. "$TESTS/cli/extract.sh"
needs_video

# clip FILE RATE FACE-SIZE SEED TONE
clip() {
	vitals-synth -q -d 12 -r "$2" --face-size "$3" -s "$4" --skin-tone "$5" \
		--hrv 0 --size 320x240 -c ffv1 --pixel-format yuv420p "$1" ||
		exit 1
}
# all_lines NAME JQ-CONDITION: it is true for the array of all lines on stdout.
all_lines() {
	if jq -s -e "def rate: .readings[] |
			select(.vital == \"heartRate\").value;
		def near(\$x; \$d): (. - \$x | fabs) < \$d; $2" \
		.out >/dev/null 2>&1; then
		ok "$1"
	else
		not_ok "$1" .out
	fi
}
clip middle.mkv 90 45 2 5
clip large.mkv 60 60 1 2
clip small.mkv 74 38 3 3
ff -i middle.mkv -i large.mkv -i small.mkv -filter_complex hstack=inputs=3 \
	$x264 three.mp4

try 'every face' vitals-extract --all-faces three.mp4
is_status 0
is_stderr ''
stdout_lines 3
all_lines 'the largest comes first' 'map(.faceIndex) == [0, 1, 2]'
all_lines 'each has the rate of its own' '(.[0] | rate | near(60; 1.5)) and
	(.[1] | rate | near(90; 1.5)) and (.[2] | rate | near(74; 1.5))'
all_lines 'each is measured as if it were alone' 'all(.[];
	.quality.coverage > 0.9 and .durationSeconds > 11 and
	(.readings[0] | .confidence > 0.5 and .method == "rppg-fusion"))'

try 'only the largest' vitals-extract three.mp4
is_status 0
is_stderr ''
stdout_lines 1
all_lines 'without a number' \
	'.[0] | (rate | near(60; 1.5)) and (has("faceIndex") | not)'

# A face keeps its number, in windows and in traces.
try 'windows of every face' vitals-extract --all-faces -w 6 three.mp4
is_status 0
is_stderr ''
stdout_lines 6
all_lines 'the same faces in both' 'group_by(.faceIndex) | map(map(rate)) |
	(.[0] | all(near(60; 4))) and (.[1] | all(near(90; 4))) and
	(.[2] | all(near(74; 4)))'

try 'traces of every face' vitals-extract --all-faces -e trace three.mp4
is_status 0
is_stderr ''
stdout_has '^{"record":"trace","source":"three.mp4","faceIndex":2,'
all_lines 'each follows one face' 'map(select(.face.width > 0)) |
	group_by(.faceIndex) | map(map(.face.x) | (max - min) < 30) ==
	[true, true, true]'
mv .out trace
try 'measured from the traces' vitals-extract --from-trace trace
is_status 0
is_stderr ''
stdout_lines 3
all_lines 'the same rates' 'sort_by(.faceIndex) | map(rate) |
	(.[0] | near(60; 1.5)) and (.[1] | near(90; 1.5)) and
	(.[2] | near(74; 1.5))'

# The largest face leaves and another one appears: those that stay keep their number.
ff -i middle.mkv -i large.mkv -i small.mkv -filter_complex "
	[1]drawbox=c=gray:t=fill:enable='gt(t,5)'[l];
	[2]drawbox=c=gray:t=fill:enable='lt(t,4)'[s];
	[0][l][s]hstack=inputs=3" $x264 change.mp4
try 'faces that come and go' vitals-extract --all-faces change.mp4
is_status 0
is_stderr ''
stdout_lines 3
all_lines 'who stays' '.[1] | .faceIndex == 1 and (rate | near(90; 1.5)) and
	.quality.coverage > 0.9'
all_lines 'who leaves' '.[0] | .faceIndex == 0 and .quality.coverage < 0.5'
all_lines 'who comes late is measured from then on' '.[2] |
	.faceIndex == 2 and .offsetSeconds > 3 and .offsetSeconds < 6 and
	(rate | near(74; 3))'

# At the limit of 8, and one past it.
ff -i large.mkv -t 3 -filter_complex "scale=160:120,split=9[a][b][c][d][e][f][g][h][i];
	[a][b][c][d][e][f][g][h][i]xstack=inputs=9:layout=0_0|160_0|320_0|0_120|160_120|320_120|0_240|160_240|320_240" \
	$x264 nine.mp4
try 'nine faces' vitals-extract --all-faces nine.mp4
is_status 1
stdout_lines 8
stderr_has 'nine.mp4: too short for a heart rate'

# A face far away, an eleventh of the width of the picture.
ff -f lavfi -i color=c=0x606870:s=1920x1080:r=30 -i middle.mkv -filter_complex \
	"[1]scale=360:-2[s];[0][s]overlay=900:400:shortest=1" $x264 far.mp4
try 'a small face' vitals-extract far.mp4
is_status 0
is_stderr ''
stdout_lines 1
all_lines 'is measured as a face' '.[0] | (rate | near(90; 1.5)) and
	(.readings[0] | .confidence > 0.5 and .method == "rppg-fusion")'
try 'is found soon' vitals-extract -e trace far.mp4
is_status 0
is_stderr ''
stdout_lines 360
all_lines 'within two seconds' 'map(select(.face != null)) |
	.[0].offsetSeconds < 2 and (map(.face.width) | min > 100 and max < 200)'

# A wall has no face, however closely it is searched.
vitals-synth -q -d 12 -s 4 --scene wall wall.mkv || exit 1
try 'a wall' vitals-extract -e trace wall.mkv
is_status 1
stderr_has 'wall.mkv: no pulse found'
stdout_lines 360
all_lines 'has no face' 'all(.[]; .face == null)'

# A real head, tilted and lit from one side: only the second cascade finds it.
if has_data moving/d9-dead.mp4; then
	ff -i "$DATA/moving/d9-dead.mp4" -t 4 -r 30 -vf "scale=270:ih,rotate=13*PI/180:fillcolor=gray,geq=lum='lum(X,Y)*(0.1+1.0*X/W)':cb='cb(X,Y)':cr='cr(X,Y)'" \
		$x264 tilted.mp4
	try 'a tilted head with side light' vitals-extract -e trace tilted.mp4
	is_status 1
	stderr_has 'tilted.mp4: too short for a heart rate'
	stdout_lines 120
	all_lines 'is found' '.[-1].face.width > 100 and
		(map(select(.face != null)) | .[0].offsetSeconds < 2)'
	try 'with one cascade only' vitals-extract -e trace --cascade \
		/usr/share/opencv4/lbpcascades/lbpcascade_frontalface.xml tilted.mp4
	is_status 1
	stderr_has 'tilted.mp4: too short for a heart rate'
	stdout_lines 120
	all_lines 'it is not' 'all(.[]; .face == null)'
	try 'with the other one only' vitals-extract -e trace --cascade \
		/usr/share/opencv4/haarcascades/haarcascade_frontalface_alt2.xml tilted.mp4
	is_status 1
	stderr_has 'tilted.mp4: too short for a heart rate'
	stdout_lines 120
	all_lines 'it is found' '.[-1].face.width > 100'
else
	skip 'a tilted head with side light' 'no ../shared/data/moving'
fi

done_testing
