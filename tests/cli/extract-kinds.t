#!/bin/sh
# vitals-extract: files that are not video, the choice of a stream, the time of
# recording, and an output that fails.
# shellcheck disable=SC2086 # $x264 is several words
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/extract.sh
. "$TESTS/cli/extract.sh"
needs_video
base 8
ff -i base.mkv $x264 x.mp4

# Pictures, whatever their file names.
for kind in jpg png bmp tiff gif; do
	ff -i base.mkv -frames:v 1 -f image2 -update 1 one.$kind
	mv one.$kind one.mp4
	try "a picture ($kind)" vitals-extract one.mp4
	is_status 1
	stdout_json 'all(.readings[]; .value == null)'
	is_stderr 'vitals-extract: one.mp4: is a single picture, not a video'
done
boxes() { # BRAND: how a picture in boxes begins
	printf '\0\0\0\030ftyp%s\0\0\0\0mif1%s\0\0\0\040meta' "$1" "$1"
	head -c 3000 /dev/zero
}
for brand in heic heix mif1; do
	boxes $brand >x.heic
	refused x.heic "a picture ($brand)" \
		'is a still picture (HEIF), not a video'
done
boxes avif >x.mp4.avif
refused x.mp4.avif 'a picture (avif)' 'is a still picture (AVIF), not a video'
try 'from a pipe' vitals-extract - <x.heic
is_status 1
is_stdout ''
is_stderr 'vitals-extract: <stdin>: is a still picture (HEIF), not a video'
if ffmpeg -hide_banner -encoders 2>/dev/null | grep -q libwebp; then
	ff -i base.mkv -t 6 -vf scale=320:-1 -c:v libwebp_anim -loop 0 -f webp x.webp
	try 'an animated WebP' vitals-extract x.webp
	# FFmpeg learned to read them in 8.
	if [ $tap_status -eq 0 ]; then
		is_status 0
		stdout_lines 1
		is_stderr ''
	else
		is_status 1
		is_stdout ''
		is_stderr 'vitals-extract: x.webp: is an animated WebP picture, which this FFmpeg cannot read'
	fi
fi
ff -i base.mkv -vf fps=10 x.gif
measured x.gif 'an animated GIF'

# The largest of several streams, even if another one is the default.
ff -i base.mkv -f lavfi -i testsrc=s=160x120:d=8 -f lavfi -i sine=d=8 \
	-map 2 -map 1 -map 0 -c:a aac -c:v libx264 -preset ultrafast \
	-disposition:v:0 default -disposition:v:1 0 two.mkv
others='measuring video stream 2 (h264, 320x240) of 2, not 1 (h264, 160x120): see --stream'
try 'two streams' vitals-extract two.mkv
is_status 0
stdout_json "($hr | (.value - 72 | fabs) < 3) and .device.width == 320"
is_stderr "vitals-extract: two.mkv: $others"
try 'the same one, asked for' vitals-extract --stream 2 two.mkv
is_status 0
stdout_json '.device.width == 320'
is_stderr ''
try 'the other one' vitals-extract --stream 1 two.mkv
is_status 1
stdout_json '.device.width == 160 and .readings[0].value == null'
is_stderr 'vitals-extract: two.mkv: no pulse found'
for n in 0 3; do
	try "stream $n is not video" vitals-extract --stream $n two.mkv
	is_status 1
	is_stdout ''
	is_stderr "vitals-extract: two.mkv: stream $n is not video"
done
try 'no such number' vitals-extract --stream 64 two.mkv
is_status 2
is_stdout ''
stderr_has '^vitals-extract: --stream'

# The time of recording: not the start of a camera's clock, and not in the future.
begins() { # TIME WANTED
	ff -i base.mkv -t 1 $x264 -metadata creation_time="$1" x.mkv
	[ "$(vitals-extract x.mkv 2>/dev/null | jq -c .startTime)" = "$2" ]
	ok "created $1: $2"
}
begins 2019-06-01T10:00:00Z '"2019-06-01T10:00:00.000Z"'
begins 1904-01-01T00:00:00Z null
begins 1970-01-01T00:00:00Z null
begins 1980-01-01T00:03:00Z null
begins 2000-01-01T00:12:00Z null
begins 2001-01-01T00:00:00Z null
begins 2099-01-01T00:00:00Z null
begins 1999-06-01T10:00:00Z '"1999-06-01T10:00:00.000Z"'
try 'unless it is given' vitals-extract --start-time 1970-01-01T00:00:00Z x.mp4
is_status 0
stdout_json '.startTime == "1970-01-01T00:00:00.000Z"'
is_stderr ''

# An output that fails is not reported as a fault of a clip, and ends the run.
for jobs in 1 2; do
	try "a full disk, $jobs at once" sh -c \
		"vitals-extract --jobs $jobs x.mp4 two.mkv x.mp4 >/dev/full 2>err
		s=\$?; grep -v 'two.mkv: measuring' err >&2; exit \$s"
	is_status 3
	is_stdout ''
	is_stderr 'vitals-extract: <stdout>: write failed: No space left on device'
done
done_testing
