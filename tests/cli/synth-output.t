#!/bin/sh
# The output: files, pipes, full disks; and what is refused.
. "$(dirname "$0")/tap.sh"

fails() { # NAME STATUS STDERR OPTION ...
	name=$1
	status=$2
	text=$3
	shift 3
	try "$name" vitals-synth "$@"
	is_status "$status"
	is_stdout ''
	is_stderr "$text"
}
usage='usage: vitals-synth [OPTION ...] FILE (--help for more)'
short='-d 0.3 --size 64x64'

# shellcheck disable=SC2086
try 'stdout' sh -c "vitals-synth $short - | cat >pipe.mkv"
is_status 0
is_stdout ''
is_stderr ''
# shellcheck disable=SC2086
vitals-synth $short file.mkv
head -c 4 pipe.mkv | od -An -tx1 | grep -q '1a 45 df a3'
ok 'a pipe gets Matroska'

for f in mp4 avi nut yuv4mpegpipe mpegts; do
	try "a pipe of $f" sh -c "vitals-synth $short -f $f - | cat >pipe.$f"
	is_status 0
	is_stdout ''
	is_stderr ''
	[ -s pipe.$f ]
	ok "there is output: $f"
done
if command -v ffprobe >/dev/null; then
	for f in pipe.mkv pipe.mp4 pipe.avi pipe.nut pipe.yuv4mpegpipe \
		pipe.mpegts file.mkv; do
		n=$(ffprobe -v error -count_frames -show_entries \
			stream=nb_read_frames -of csv=p=0 $f | head -n 1 | tr -d ,)
		[ "$n" = 9 ]
		ok "nine frames in $f ($n)"
	done
else
	skip 'frames in a pipe' 'needs ffprobe'
fi

try 'a reader that leaves' sh -c "vitals-synth -d 20 --size 64x64 \
	-f yuv4mpegpipe - | head -c 10 >/dev/null"
is_status 0
is_stdout ''
is_stderr ''

# shellcheck disable=SC2086
for f in mp4 matroska avi yuv4mpegpipe; do
	fails "full disk: $f" 3 \
	'vitals-synth: /dev/full: write failed: No space left on device' \
		$short -f $f /dev/full
done
# shellcheck disable=SC2086
try 'a full disk on stdout' sh -c "vitals-synth $short - >/dev/full"
is_status 3
is_stdout ''
is_stderr 'vitals-synth: <stdout>: write failed: No space left on device'
# shellcheck disable=SC2086
fails 'full disk for the truth' 3 \
	'vitals-synth: /dev/full: write failed: No space left on device' \
	$short -t /dev/full full.mp4
# shellcheck disable=SC2086
fails 'no such folder' 3 \
	'vitals-synth: no/x.mp4: cannot create: No such file or directory' \
	$short no/x.mp4
# shellcheck disable=SC2086
fails 'no such folder for the truth' 3 \
	'vitals-synth: no/t: No such file or directory' $short -t no/t x.mp4
[ ! -e x.mp4 ]
ok 'no video then'

fails 'no file' 2 "vitals-synth: needs one FILE ('-' is stdout)
$usage"
fails 'two files' 2 "vitals-synth: needs one FILE ('-' is stdout)
$usage" a.mp4 b.mp4
fails 'a name without a kind' 2 \
	'vitals-synth: x: unknown container: use --format' x
fails 'an unknown container' 2 \
	"vitals-synth: x.mp4: unknown container 'nope'" -f nope x.mp4
fails 'pictures' 2 \
	"vitals-synth: x.png: 'image2' is not a container for video" x.png
fails 'sound' 2 "vitals-synth: x.wav: 'wav' is not a container for video" x.wav
fails 'an unknown encoder' 2 \
	"vitals-synth: x.mp4: unknown video encoder 'nope'" -c nope x.mp4
fails 'an encoder of sound' 2 \
	"vitals-synth: x.mp4: unknown video encoder 'aac'" -c aac x.mp4
fails 'an encoder that does not fit' 2 \
	"vitals-synth: x.webm: 'webm' does not support mpeg4" -c mpeg4 x.webm
fails 'a pixel format that does not fit' 2 \
	'vitals-synth: x.mkv: mpeg4 does not support pixel format rgb24' \
	-c mpeg4 --pixel-format rgb24 x.mkv
fails 'a pixel format that is none' 2 \
	"vitals-synth: x.mp4: pixel format 'nope' cannot be written" \
	--pixel-format nope x.mp4
fails 'an odd size' 2 \
	'vitals-synth: x.mp4: pixel format yuv420p needs an even size' \
	--size 65x64 x.mp4
fails 'rotation where it is not kept' 2 \
	"vitals-synth: x.mkv: 'matroska' keeps no rotation: use mov or mp4" \
	--rotate 90 x.mkv
fails 'uneven times where they are not kept' 2 \
	"vitals-synth: x.y4m: 'yuv4mpegpipe' cannot keep frames at uneven times" \
	--frame-jitter 5 x.y4m
fails 'no encoder option' 2 \
	"vitals-synth: x.mp4: encoder option 'g' is not NAME=VALUE" \
	--encoder-option g x.mp4
fails 'an unknown encoder option' 2 \
	"vitals-synth: x.mkv: mpeg4 refuses option 'nope=1'" \
	-c mpeg4 --encoder-option nope=1 x.mkv
fails 'quality and rate' 2 \
	"vitals-synth: --bit-rate and --crf exclude each other
$usage" -b 100000 --crf 20 x.mp4
fails 'two streams for one stdout' 2 \
	"vitals-synth: the video and the truth cannot both go to stdout
$usage" -t - -
fails 'one file for both' 2 \
	"vitals-synth: the video and the truth cannot both be 'x.mp4'
$usage" -t x.mp4 x.mp4
fails 'a size that is none' 2 \
	"vitals-synth: --size: '640': needs WxH, each from 32 to 4096
$usage" --size 640 x.mp4
fails 'a side below the bound' 2 \
	"vitals-synth: --size: '31x32': needs WxH, each from 32 to 4096
$usage" --size 31x32 x.mp4
fails 'a side above the bound' 2 \
	"vitals-synth: --size: '32x4097': needs WxH, each from 32 to 4096
$usage" --size 32x4097 x.mp4
fails 'a rate above the bound' 2 \
	"vitals-synth: --heart-rate: '251': needs a number from 20 to 250
$usage" -r 251 x.mp4
fails 'a course without times' 2 \
	"vitals-synth: --heart-rate: '60@0,90': each of several values needs '@SECONDS'
$usage" -r 60@0,90 x.mp4
fails 'a breath below the bound' 2 \
	"vitals-synth: --breathing-rate: '2': needs a number from 3 to 60
$usage" --breathing-rate 2 x.mp4
fails 'a frame rate above the bound' 2 \
	"vitals-synth: --frame-rate: '241': needs frames a second from 1 to 240, or N/D
$usage" --frame-rate 241 x.mp4
fails 'a time that is none' 2 \
	"vitals-synth: --creation-time: 'noon': needs RFC 3339, such as 2026-11-23T06:33:30Z
$usage" --creation-time noon x.mp4

# shellcheck disable=SC2012
left=$(ls | tr '\n' ' ')
[ "$left" = 'file.mkv full.mp4 pipe.avi pipe.mkv pipe.mp4 pipe.mpegts pipe.nut pipe.yuv4mpegpipe ' ]
ok "what failed left no file: $left"

mkdir killed
vitals-synth -q -d 600 killed/x.mp4 &
synth=$!
# It has a file open in that folder, with what has been written so far.
at_work() {
	for f in "/proc/$synth/fd/"*; do
		case $(readlink "$f") in
		*/killed/*) [ "$(wc -c <"$f")" -gt 0 ] && return 0 ;;
		esac
	done
	return 1
}
wait_for at_work
ok 'a long video is being made'
kill -9 $synth
wait $synth 2>/dev/null
left=$(ls -A killed)
[ "$left" = '' ]
ok "kill -9 leaves nothing ($left)"
(umask 027 && vitals-synth -q -d 0.1 --size 32x32 mode.mkv)
left=$(stat -c %a mode.mkv)
[ "$left" = 640 ]
ok "the umask counts ($left)"

echo old >old.mp4
fails 'what fails keeps the old file' 2 \
	"vitals-synth: old.mp4: unknown video encoder 'nope'" -c nope old.mp4
[ "$(cat old.mp4)" = old ]
ok 'the old file still exists'
try 'what does not replaces it' vitals-synth -d 0.1 --size 32x32 old.mp4
is_status 0
is_stdout ''
is_stderr ''
[ "$(wc -c <old.mp4)" -gt 500 ] && [ "$(ls old.mp4*)" = old.mp4 ]
ok 'only the new file exists'
done_testing
