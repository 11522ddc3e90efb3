#!/bin/sh
# vitals-extract: codecs, all behind the sandbox, and clocks that are wrong.
# shellcheck disable=SC2086 # options are several words
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/extract.sh
. "$TESTS/cli/extract.sh"
needs_video
# An encoder may be missing.
ff() { ffmpeg -hide_banner -v error -nostdin -y "$@" </dev/null 2>ff.err; }
OFF=3
base 8

# Codecs: NAME FILE ENCODER OPTION ...
all=
codec() {
	name=$1
	file=$2
	shift 2
	if ff -i base.mkv -c:v "$@" "$file"; then
		measured "$file" "$name" ".device.codec == \"$name\""
		all="$all $file"
	else
		skip "$name" 'no encoder here'
	fi
}
codec hevc hevc.mp4 libx265 -preset ultrafast -crf 12 -x265-params log-level=none
codec hevc hevc10.mkv libx265 -preset ultrafast -crf 12 -pix_fmt yuv420p10le \
	-x265-params log-level=none
codec vp8 vp8.webm libvpx -deadline realtime -b:v 2M
codec vp9 vp9.webm libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 2M
codec av1 av1.mp4 libaom-av1 -usage realtime -cpu-used 8 -b:v 2M
codec mjpeg mjpeg.avi mjpeg -pix_fmt yuvj420p -q:v 2
codec mpeg4 mpeg4.avi mpeg4 -q:v 2
codec mpeg2video mpeg2.mpg mpeg2video -q:v 2
codec prores prores.mov prores
codec huffyuv huffyuv.avi huffyuv -pix_fmt yuv422p
codec gif gif.gif gif
if ff -i base.mkv -s 720x576 -r 25 -pix_fmt yuv420p dv.dv; then
	measured dv.dv dvvideo '.device.frameRate == 25'
else
	skip dvvideo 'no encoder here'
fi
for f in $all; do
	vitals-extract "$f"
done >alone
try 'all of them, two at a time' vitals-extract --jobs 2 $all
is_status 0
stdout_is_file alone
is_stderr ''
try 'as without the sandbox' vitals-extract --no-sandbox $all
is_status 0
stdout_is_file alone
is_stderr ''
try 'what the sandbox lacks is reported, if anything' vitals-extract -v base.mkv
is_status 0
stdout_lines 1
grep -v '^vitals-extract: base.mkv: sandbox: ' .err >other
[ ! -s other ]
ok 'and nothing else'
tap_seen e

# Streams without an index.
try 'YUV4MPEG on standard input' sh -c \
	'ffmpeg -v error -nostdin -i base.mkv -f yuv4mpegpipe - |
		vitals-extract -'
is_status 0
stdout_json "($hr | (.value - 72 | fabs) < 3) and .source == \"<stdin>\" and
	.device.container == \"yuv4mpegpipe\""
is_stderr ''

# Clocks.
ff -i base.mkv -c:v libx264 -preset ultrafast -crf 16 -output_ts_offset -2 \
	-avoid_negative_ts disabled x.mp4
try 'times below 0' vitals-extract x.mp4
is_status 0
stdout_json '.offsetSeconds == 0 and (.durationSeconds - 6 | fabs) < 0.2'
is_stderr ''
x264='-c:v libx264 -preset ultrafast -crf 16 -bf 0'
ff -i base.mkv -t 4 $x264 x.ts
ff -ss 4 -i base.mkv $x264 rest.ts
cat rest.ts >>x.ts
try 'a clock that is set back' vitals-extract x.ts
is_status 0
stdout_json "($hr | (.value - 72 | fabs) < 3) and (.durationSeconds - 8 | fabs) < 0.1"
stderr_has '^vitals-extract: x.ts: [0-9]* parts* did not decode: the clock leaps from 4.0 s to '
# A writer repeats the time for as long as the clock was set back.
ff -i base.mkv $x264 even.mkv
for what in 'min(PTS\,6000)' 'PTS-gt(N\,120)*2000'; do
	ff -i even.mkv -c copy -bsf:v "setts=pts=$what:dts=$what" x.mkv
	try "a clock that stands still, $what" vitals-extract x.mkv
	is_status 0
	stdout_json "($hr | (.value - 72 | fabs) < 5) and (.durationSeconds - 8 | fabs) < 0.1"
	stderr_has '^vitals-extract: x.mkv: [0-9]* parts* did not decode: '
done
# Each time stamp twice, as some cameras write it.
what='floor(N/2)*2*1000/30'
ff -i even.mkv -c copy -bsf:v "setts=pts=$what:dts=$what" x.mkv
try 'each time twice' vitals-extract x.mkv
is_stderr "$(cat .err)"
[ "$tap_status" -le 1 ]
tap_seen s
ok 'ends well'
stdout_lines 1
jq -e "($hr | .value == null or (.value - 72 | fabs) < 3 or .confidence < 0.5)
	and .durationSeconds < 9" .out >/dev/null
ok 'and makes nothing up'

# No clock at all: 72 /min would be 60 if 25 frames a second were assumed.
ff -i base.mkv -c:v mjpeg -q:v 2 -f mjpeg pictures.mjpeg
try 'pictures without times' vitals-extract pictures.mjpeg
is_status 1
stdout_json "all(.readings[]; .value == null and .absentReason == \"no-clock\") and
	.device.frameRate == null"
is_stderr 'vitals-extract: pictures.mjpeg: no clock: give the true rate with --frame-rate'
try 'their traces' vitals-extract --emit trace pictures.mjpeg
is_status 1
is_stdout ''
stderr_has ': no clock: '
try 'their rate is given' vitals-extract --frame-rate 30 - <pictures.mjpeg
is_status 0
stdout_json "($hr | (.value - 72 | fabs) < 3) and .device.frameRate == 30 and
	(.durationSeconds - 8 | fabs) < 0.1"
is_stderr ''
try 'another rate is given' vitals-extract --frame-rate 25 pictures.mjpeg
is_status 0
stdout_json "($hr | (.value - 60 | fabs) < 3)"
is_stderr ''
# YUV4MPEG whose header has no rate, an unknown one or an impossible one: libavformat
# would assume 25.
ff -i base.mkv -f yuv4mpegpipe rate.y4m
for rate in '' ' F0:0' ' F30:0' ' F-30:1'; do
	LC_ALL=C sed "1s/ F30:1/$rate/" rate.y4m >x.y4m
	try "YUV4MPEG with the rate '$rate'" vitals-extract x.y4m
	is_status 1
	stdout_json "all(.readings[]; .value == null and .absentReason == \"no-clock\") and
		.device.frameRate == null"
	is_stderr 'vitals-extract: x.y4m: no clock: give the true rate with --frame-rate'
done
LC_ALL=C sed '1s/ F30:1//' rate.y4m >x.y4m
for how in "vitals-extract --frame-rate 30 x.y4m" \
	"cat x.y4m | vitals-extract --frame-rate 30 -"; do
	try "whose rate is given: $how" sh -c "$how"
	is_status 0
	stdout_json "($hr | (.value - 72 | fabs) < 3) and .device.frameRate == 30 and
		(.durationSeconds - 8 | fabs) < 0.1"
	is_stderr ''
done
ff -i base.mkv -frames:v 1 -c:v mjpeg -q:v 2 -f mjpeg one.jpeg
try 'a single picture needs none' vitals-extract one.jpeg
is_status 1
stdout_json 'all(.readings[]; .absentReason | . == "too-short" or . == "not-calibrated")'
is_stderr 'vitals-extract: one.jpeg: is a single picture, not a video'
ff -i base.mkv $x264 -g 999 bare.h264
try 'a raw stream that states its rate' vitals-extract bare.h264
is_status 0
stdout_json "($hr | (.value - 72 | fabs) < 3) and .device.frameRate == 30 and
	(.durationSeconds - 8 | fabs) < 0.1"
is_stderr ''
try 'whose rate is given' vitals-extract --frame-rate 25 bare.h264
is_status 0
stdout_json "($hr | (.value - 60 | fabs) < 3) and .device.frameRate == 25"
is_stderr ''
# The same without its rate, which is one bit of its header.
vui=$(ffmpeg -hide_banner -nostdin -i bare.h264 -c copy -frames:v 1 \
	-bsf:v trace_headers -f null - 2>&1 </dev/null |
	sed -n 's/.*\] \([0-9]*\) *vui_parameters_present_flag .*/\1/p' | head -n 1)
byte=$(od -An -tu1 -j $((4 + vui / 8)) -N 1 bare.h264)
# shellcheck disable=SC2059 # the byte
printf "\\$(printf %o $((byte & ~(128 >> vui % 8))))" |
	dd of=bare.h264 bs=1 seek=$((4 + vui / 8)) conv=notrunc 2>dd.err
try 'a bare stream that does not' vitals-extract bare.h264
is_status 1
stdout_json "all(.readings[]; .value == null and .absentReason == \"no-clock\") and
	.device.frameRate == null"
is_stderr 'vitals-extract: bare.h264: no clock: give the true rate with --frame-rate'
try 'and whose rate is given' vitals-extract --frame-rate 30 bare.h264
is_status 0
stdout_json "($hr | (.value - 72 | fabs) < 3) and (.durationSeconds - 8 | fabs) < 0.1"
is_stderr ''
# Pictures that do not decode keep their time.
ff -i base.mkv -c:v png -f image2pipe pictures.png
size=$(wc -c <pictures.png)
for i in $(seq 1 2 60); do
	printf '\377\377\377\377' |
		dd of=pictures.png bs=1 seek=$((size / 61 * i)) conv=notrunc 2>dd.err
done
try 'pictures, some damaged' vitals-extract --frame-rate 30 pictures.png
is_status 0
stdout_json "$hr | (.value - 72 | fabs) < 3"
stdout_json '(.durationSeconds - 8 | fabs) < 0.2'
stderr_has '^vitals-extract: pictures.png: [0-9]* parts did not decode'
try 'a clock, and a rate' vitals-extract --frame-rate 25 base.mkv
is_status 0
stdout_json "$hr | (.value - 72 | fabs) < 3"
is_stderr 'vitals-extract: base.mkv: has time stamps: --frame-rate is ignored without --ignore-clock'
try 'traces have times' vitals-extract --frame-rate 25 --from-trace -
is_status 2
is_stdout ''
stderr_has '^vitals-extract: --frame-rate is for videos: traces have times$'

# Too few frames a second: a fast pulse would look like a slow one.
ff -i base.mkv -vf fps=7 $x264 slow.mkv
try 'seven frames a second' vitals-extract slow.mkv
is_status 1
stdout_json 'all(.readings[]; .value == null and .absentReason == "low-frame-rate") and
	.quality.coverage > 0.9'
is_stderr 'vitals-extract: slow.mkv: too few frames per second for a heart rate'
try 'live' vitals-extract --live --emit sample slow.mkv
is_status 1
stdout_json '.readings[0].value == null'
is_stderr 'vitals-extract: slow.mkv: too few frames per second for a heart rate'
ff -i base.mkv -vf fps=8 $x264 slow.mkv
try 'eight' vitals-extract slow.mkv
is_status 0
stdout_json "$hr | (.value - 72 | fabs) < 3"
is_stderr ''

# More than one stream.
ff -f lavfi -i sine -i base.mkv -map 0 -map 1 -shortest $x264 x.mp4
measured x.mp4 'with sound'
ff -i base.mkv -i base.mkv -map 0 -map 1 -filter:v:0 scale=160:120 $x264 x.mkv
try 'two pictures' vitals-extract x.mkv
is_status 0
stdout_json '.device.width == 320'
is_stderr 'vitals-extract: x.mkv: measuring video stream 1 (h264, 320x240) of 2, not 0 (h264, 160x120): see --stream'

# Not files.
try 'nothing open' sh -c 'vitals-extract - <&-'
is_status 3
is_stdout ''
is_stderr 'vitals-extract: <stdin>: cannot read: Bad file descriptor'
try 'a device' vitals-extract /dev/null
is_status 1
is_stdout ''
is_stderr 'vitals-extract: /dev/null: is empty'
cp base.mkv locked.mkv
chmod 0 locked.mkv
if [ -r locked.mkv ]; then
	skip 'a file that must not be read' 'root may read all'
else
	try 'a file that must not be read' vitals-extract locked.mkv
	is_status 3
	is_stdout ''
	is_stderr 'vitals-extract: locked.mkv: cannot open: Permission denied'
fi
done_testing
