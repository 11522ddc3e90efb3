#!/bin/sh
# vitals-extract: clocks, pixel formats and orientations.  All are made from one clip
# of a face with a pulse of 72 /min.
# shellcheck disable=SC2086 # $x264 is several words
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/extract.sh
. "$TESTS/cli/extract.sh"
needs_video

base 10

# Time.
for r in 10 60 120; do
	ff -i base.mkv -vf fps=$r $x264 x.mp4
	measured x.mp4 "$r frames a second" ".device.frameRate == $r"
done
ff -i base.mkv -vf "select='not(eq(mod(n,7),3))'" -fps_mode vfr $x264 x.mkv
measured x.mkv 'a variable frame rate'

# A clock that jumps by more than a minute is wrong; the pulse continues.
ff -i base.mkv -vf "setpts='PTS+gt(N,150)*100/TB'" -fps_mode vfr $x264 x.mkv
try 'a leap in time' vitals-extract x.mkv
is_status 0
stdout_json "($hr | (.value - 72 | fabs) < 3) and
	(.durationSeconds - 10 | fabs) < 0.2"
is_stderr 'vitals-extract: x.mkv: 1 part did not decode: the clock leaps from 5.0 s to 105.0 s'
ff -i base.mkv -vf "setpts='PTS+gt(N,150)*59/TB'" -fps_mode vfr $x264 x.mkv
last=$(vitals-extract -q --emit trace x.mkv | tail -n 1 | jq .offsetSeconds)
[ "${last%.*}" = 68 ]
ok 'a gap of 59 s is one'
try 'a recording with a gap' vitals-extract x.mkv
is_status 0
stdout_json "($hr | (.value - 72 | fabs) < 3) and .quality.coverage < 0.2 and
	.durationSeconds > 68"
is_stderr ''
ff -i base.mkv -vf "setpts='PTS+gt(N,298)*30/TB'" -fps_mode vfr $x264 -bf 0 x.mkv
try 'a gap before the last picture is not its length' vitals-extract x.mkv
is_status 0
stdout_json "($hr | (.value - 72 | fabs) < 3) and .durationSeconds > 39.9 and
	.durationSeconds < 40.2 and (.quality.coverage - 0.25 | fabs) < 0.01"
is_stderr ''
ff -i base.mkv -vf "setpts='PTS+gt(N,150)*59/TB'" -fps_mode vfr $x264 x.mkv
try 'windows within the gap have no message' vitals-extract -w 5 x.mkv
is_status 0
stdout_json '.offsetSeconds < 10 or .offsetSeconds >= 60'
is_stderr ''

# Pictures.
for p in yuv444p yuv422p yuv420p10le gray; do
	ff -i base.mkv -pix_fmt $p $x264 x.mp4
	measured x.mp4 "$p"
done
# Without colour there is a pulse, but no colour of blood.
for p in gray yuv420p; do
	ff -i base.mkv -vf hue=s=0 -pix_fmt $p $x264 x.mp4
	measured x.mp4 "grey, as $p" '.readings[] | select(.vital == "oxygenSaturation") |
		.value == null and .absentReason == "low-signal"'
done
ff -i base.mkv -vf scale=out_range=full -color_range pc $x264 x.mp4
measured x.mp4 'full range'
ff -i base.mkv -c:v mjpeg -pix_fmt yuvj422p -q:v 3 x.avi
measured x.avi 'Motion JPEG' '.device.codec == "mjpeg"'
ff -i base.mkv -c:v rawvideo -pix_fmt yuyv422 x.nut
measured x.nut 'packed YUYV'
ff -i base.mkv -c:v ffv1 -pix_fmt bgr0 x.mkv
measured x.mkv 'RGB'
ff -i base.mkv -vf tinterlace=interleave_top,fieldorder=tff \
	-flags +ilme+ildct $x264 x.mp4
measured x.mp4 'interlaced'
ff -i base.mkv -vf crop=180:240 $x264 x.mp4
measured x.mp4 'portrait' '.device | .width == 180 and .height == 240'

# The largest size, and above it.
ff -f lavfi -i color=s=8192x32:r=5 -t 1 -c:v ffv1 x.mkv
try 'the widest picture' vitals-extract x.mkv
is_status 1
stdout_json '.device.width == 8192 and .readings[0].absentReason == "too-short"'
is_stderr 'vitals-extract: x.mkv: too short for a heart rate'
ff -f lavfi -i color=s=8194x32:r=5 -t 1 -c:v ffv1 x.mkv
try 'a wider one' vitals-extract x.mkv
is_status 1
is_stdout ''
is_stderr 'vitals-extract: x.mkv: picture of 8194x32 is too large'

# Orientation.
for r in 90 180 270; do
	vitals-synth -q -d 8 -r 72 --size 320x240 --face-size 60 \
		--rotate $r x.mp4 || exit 1
	measured x.mp4 "a flag of $r degrees" \
		'.device | .width == 320 and .height == 240'
done
ff -i base.mkv -vf transpose=1 $x264 x.mp4
measured x.mp4 'turned, without a flag' \
	'.device.width == 240 and .quality.coverage > 0.8'
ff -i base.mkv -vf hflip,vflip $x264 x.mp4
measured x.mp4 'upside down, without a flag' '.quality.coverage > 0.7'

done_testing
