#!/bin/sh
# What an independent reader finds in the video.
. "$(dirname "$0")/tap.sh"
command -v ffprobe >/dev/null || skip_all 'needs ffprobe'

makes() { # NAME FILE OPTION ...
	name=$1
	file=$2
	shift 2
	try "$name" vitals-synth -d 1 --size 64x48 "$@" "$file"
	is_status 0
	is_stdout ''
	is_stderr ''
}
shows() { # ENTRIES TEXT
	seen=$(ffprobe -v error -show_entries "$1" -of default=nw=1:nk=1 \
		"$file" | tr '\n' ' ')
	[ "$seen" = "$2 " ]
	ok "$name: $1 is $2 ($seen)"
}
size=stream=width,height,codec_name,pix_fmt,r_frame_rate

makes 'as it comes' a.mp4
shows $size 'h264 64 48 yuv420p 30/1'
shows format=duration '1.000000'
makes 'NTSC' b.mov --frame-rate 29.97
shows $size 'h264 64 48 yuv420p 30000/1001'
makes '4:4:4, 10 bits' c.mkv --pixel-format yuv444p10le --frame-rate 12.5
shows $size 'h264 64 48 yuv444p10le 25/2'
makes 'lossless RGB' d.mkv -c ffv1 --pixel-format gbrp10le
shows stream=codec_name,pix_fmt 'ffv1 gbrp10le'
makes 'packed RGB' d.nut -c rawvideo --pixel-format rgb24
shows stream=codec_name,pix_fmt 'rawvideo rgb24'
makes 'MJPEG' jpeg.avi -c mjpeg
shows stream=codec_name,color_range 'mjpeg pc'
makes 'MJPEG, full range' e.avi -c mjpeg --full-range --pixel-format yuvj420p
shows stream=codec_name,color_range 'mjpeg pc'
makes 'full range' f.mp4 --full-range
shows stream=color_range 'pc'
makes 'a format of full range' j.mp4 --pixel-format yuvj420p
shows stream=color_range 'pc'
for i in f j; do
	ffmpeg -v error -nostdin -i $i.mp4 -f rawvideo -pix_fmt yuvj420p - >$i.raw
done
cmp f.raw j.raw
ok 'its luma is from 0 to 255'
makes 'limited range' g.mp4
shows stream=color_range,color_space 'tv smpte170m'
makes 'camera' h.mp4 --make Acme --model 'X 1' \
	--creation-time 2026-11-23T06:33:30Z
shows format_tags=make,model,creation_time \
	'X 1 Acme 2026-11-23T06:33:30.000Z'
makes 'camera in Matroska' i.mkv --make Acme
shows format_tags=MAKE 'Acme'
makes 'fewer bits' j.mp4 -b 20000 --noise 10
makes 'more bits' k.mp4 -b 2000000 --noise 10
[ "$(wc -c <j.mp4)" -lt "$(($(wc -c <k.mp4) / 2))" ]
ok 'a bit rate counts'
makes 'quality' l.mp4 --crf 1
[ "$(wc -c <g.mp4)" -lt "$(($(wc -c <l.mp4) / 2))" ]
ok 'quality counts'
makes 'one key frame' m.mp4 --encoder-option g=1
seen=$(ffprobe -v error -show_entries packet=flags -of csv=p=0 m.mp4 |
	grep -c K)
[ "$seen" = 30 ]
ok "an encoder's option counts ($seen)"
makes 'uneven times' n.mkv --frame-jitter 5
shows stream=codec_name h264
seen=$(ffprobe -v error -show_entries packet=pts_time -of csv=p=0 n.mkv |
	sort -n | awk 'NR > 1 { d[int(($1 - p) * 1000 + 0.5)] = 1 } { p = $1 }
	END { for (i in d) n++; print n }')
[ "$seen" -gt 5 ]
ok "the times are uneven ($seen)"
makes 'lost frames' o.mp4 --drop-frames 40
n=$(ffprobe -v error -show_entries packet=pts -of csv=p=0 o.mp4 | wc -l)
[ "$n" -gt 8 ] && [ "$n" -lt 28 ]
ok "frames are lost ($n)"

for turn in 90 180 270; do
	makes "turned by $turn" turn$turn.mp4 --rotate $turn
done
file=turn90.mp4
shows stream=width,height '48 64'
file=turn180.mp4
shows stream=width,height '64 48'
if command -v ffmpeg >/dev/null; then
	grey() { # FILE: its first frame, upright, as ffmpeg shows it
		ffmpeg -v error -i "$1" -frames:v 1 -pix_fmt gray -f rawvideo - |
			od -An -v -tu1 -w1
	}
	grey a.mp4 >straight
	for turn in 90 180 270; do
		grey turn$turn.mp4 >turned
		seen=$(paste straight turned | awk '{ d = $1 - $2; s += d * d; n++ }
			END { printf "%d", n == 64 * 48 ? s / n : 9999 }')
		[ "$seen" -lt 40 ]
		ok "ffmpeg turns back $turn degrees (square error $seen)"
	done
else
	skip 'turned back' 'needs ffmpeg'
fi
done_testing
