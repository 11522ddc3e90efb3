#!/bin/sh
# vitals-extract: sourceSha256 is that of the file's bytes, in whatever order they are read.
# shellcheck disable=SC2086 # $x264 is several words
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/extract.sh
. "$TESTS/cli/extract.sh"
needs_video

base 6
ff -i base.mkv -f lavfi -i sine=440:d=6:r=48000 $x264 -c:a pcm_s16le -ac 6 \
	-shortest sound.mov
ff -i base.mkv $x264 end.mp4
ff -i end.mp4 -c copy -movflags +faststart front.mp4
ff -i end.mp4 -c copy -movflags +frag_keyframe+empty_moov parts.mp4
ff -i end.mp4 -c copy x.ts
ff -i end.mp4 -c copy x.flv
ff -i base.mkv -c:v mjpeg -q:v 3 x.avi
ff -i base.mkv -c:v mjpeg -q:v 3 -f mjpeg x.mjpeg
ff -i base.mkv -vf fps=25 picture-%04d.png
cat picture-*.png >x.pngs
ff -i base.mkv -i base.mkv -map 0 -map 1 $x264 two.mkv
for f in end.mp4 x.avi base.mkv; do
	cp $f more-$f
	head -c 1000000 /dev/zero >>more-$f
done

# hashed FILE [OPTION ...]: each of its lines says the sum of the file.
hashed() {
	sum=$(sha256sum <"$1" | cut -d ' ' -f 1)
	vitals-extract -s skin "$@" >out 2>err
	[ "$(jq -r .sourceSha256 out | sort -u)" = "$sum" ]
	ok "$*"
}
for f in sound.mov end.mp4 front.mp4 parts.mp4 x.ts x.flv x.avi two.mkv more-*; do
	hashed "$f"
	hashed "$f" -w 5 --every 1
done
hashed two.mkv --stream 1
hashed x.mjpeg --frame-rate 25
hashed x.pngs --frame-rate 25
hashed end.mp4 --no-sandbox
vitals-extract -s skin -j 3 end.mp4 front.mp4 x.ts >out 2>err
[ "$(jq -r .sourceSha256 out)" = \
	"$(sha256sum end.mp4 front.mp4 x.ts | cut -d ' ' -f 1)" ]
ok 'several at once: each has its own'

# A stream has none before its end.
vitals-extract -s skin -w 5 --every 1 - <base.mkv >out 2>err
[ "$(jq -r .sourceSha256 out | sort -u)" = \
	"$(sha256sum <base.mkv | cut -d ' ' -f 1)" ]
ok 'standard input that is a file'
sum=$(sha256sum <base.mkv | cut -d ' ' -f 1)
cat base.mkv | vitals-extract -s skin - >out 2>err
[ "$(jq -r .sourceSha256 out)" = "$sum" ]
ok 'a stream'
cat base.mkv | vitals-extract -s skin -w 5 --every 1 - >out 2>err
jq -s -e '.[0].sourceSha256 == null' out >/dev/null
ok 'a stream: a window before its end cannot say it'
done_testing
