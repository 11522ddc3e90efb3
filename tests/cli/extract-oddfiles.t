#!/bin/sh
# vitals-extract: containers, streams and broken files of every kind.  All are made
# from one clip of a face with a pulse of 72 /min.
# shellcheck disable=SC2086 # $x264 is several words
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/extract.sh
. "$TESTS/cli/extract.sh"
needs_video

base 10
ff -i base.mkv -c:v libx264 -preset veryfast -crf 18 h264.mkv

# Containers.
cp h264.mkv named.mp4
measured named.mp4 'Matroska named .mp4' \
	'.device.container == "matroska,webm" and .device.codec == "h264"'
ff -i h264.mkv -c copy -f matroska pipe: >x.mkv
measured x.mkv 'no duration' '(.durationSeconds - 10 | fabs) < 0.1'
LC_ALL=C perl -0777 -pe \
	's/(\x44\x89\x88)........(?=.)/$1 . pack("d>", 86400000)/es' \
	h264.mkv >x.mkv
if cmp -s x.mkv h264.mkv; then
	not_ok 'a false duration was written'
fi
try 'a duration of a day' vitals-extract x.mkv
is_status 0
stdout_json "($hr | (.value - 72 | fabs) < 2) and (.durationSeconds - 10 | fabs) < 0.1"
is_stderr 'vitals-extract: x.mkv: the pictures end at 10.0 s, but the file says 86400.0 s'
ff -i h264.mkv -c copy -f mpegts x.ts
measured x.ts 'MPEG-TS'
ff -i h264.mkv -c copy x.h264
measured x.h264 'a bare H.264 stream'
ff -i base.mkv -f yuv4mpegpipe x.y4m
measured x.y4m 'YUV4MPEG' '.device.codec == "rawvideo"'
ff -ss 1.5 -i base.mkv $x264 -g 300 long.mp4
ff -ss 1 -i long.mp4 -c copy x.mp4
measured x.mp4 'an edit list' '.durationSeconds < 9'
rm -f long.mp4

# Streams that cannot be seeked.
ff -i h264.mkv -c copy end.mp4
ff -i h264.mkv -c copy -movflags +faststart front.mp4
mkdir tmp
for f in end.mp4 front.mp4 h264.mkv; do
	sum=$(sha256sum <$f | cut -d ' ' -f 1)
	try "$f from a pipe" sh -c "cat $f | TMPDIR=\$PWD/tmp vitals-extract -"
	is_status 0
	stdout_json "($hr | (.value - 72 | fabs) < 2) and
		.sourceSha256 == \"$sum\""
	is_stderr ''
done
[ -z "$(ls tmp)" ]
ok 'no temporary file is left'
try 'nowhere to put the index of a stream' \
	sh -c 'cat end.mp4 | TMPDIR=/nonexistent vitals-extract -'
is_status 3
is_stdout ''
is_stderr 'vitals-extract: <stdin>: cannot make a file in /nonexistent: No such file or directory'

# Damage: it is reported, and the measurement continues.
ff -i base.mkv -vf scale=480:360 -t 5 $x264 a.ts
ff -ss 5 -i base.mkv $x264 -output_ts_offset 5 b.ts
cat a.ts b.ts >x.ts
try 'the size changes in the middle' vitals-extract x.ts
is_status 0
stdout_json "$hr | (.value - 72 | fabs) < 3"
stderr_has '^vitals-extract: x.ts: [0-9]* parts* did not decode'
size=$(stat -c %s front.mp4)
head -c $((size * 2 / 3)) front.mp4 >x.mp4
try 'cut off' vitals-extract x.mp4
is_status 0
stdout_json "($hr | (.value - 72 | fabs) < 3) and .durationSeconds < 8"
stderr_has '^vitals-extract: x.mp4: [0-9]* parts* did not decode'
ff -i base.mkv -c copy whole.mkv
head -c $(($(stat -c %s whole.mkv) / 2)) whole.mkv >x.mkv
try 'cut off, in a container that hides it' vitals-extract x.mkv
is_status 0
stdout_json "$hr != null and .durationSeconds < 7"
stderr_has '^vitals-extract: x.mkv: the pictures end at [0-9.]* s, but the file says 10.0 s$'
try 'the same as a stream' sh -c 'cat x.mkv | vitals-extract -'
is_status 0
stdout_json "$hr != null and .durationSeconds < 7"
stderr_has '^vitals-extract: <stdin>: the pictures end at [0-9.]* s, but the file says 10.0 s$'
try 'the sound ends 1.5 s after the pictures' sh -c '
	ffmpeg -nostdin -v error -i base.mkv -f lavfi -i anullsrc=d=11.5 -c:v copy -c:a aac \
		-y sound.mkv && vitals-extract sound.mkv'
is_status 0
stdout_json '.durationSeconds > 9.9'
is_stderr ''
cp front.mp4 x.mp4
head -c 4000 /dev/zero | tr '\0' '\252' |
	dd of=x.mp4 bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null
try 'damaged in the middle' vitals-extract x.mp4
is_status 0
stdout_json "($hr | (.value - 72 | fabs) < 3) and .durationSeconds > 9.5"
stderr_has '^vitals-extract: x.mp4: [0-9]* parts* did not decode: '

# Nothing of it decodes: that is not a video without a face.
at=$(LC_ALL=C grep -abo mdat front.mp4 | head -n 1 | cut -d : -f 1)
{
	head -c $((at + 4)) front.mp4
	head -c $((size - at - 4)) /dev/zero
} >x.mp4
try 'all pictures are damaged' vitals-extract -e measurement,wave,trace x.mp4
is_status 1
is_stdout ''
stderr_has '^vitals-extract: x.mp4: no frame of it can be decoded: Invalid NAL unit size'
is_stderr "$(head -n 1 .err)"
try 'live' vitals-extract --live x.mp4
is_status 1
is_stdout ''
stderr_has ': no frame of it can be decoded: '
ff -i base.mkv -t 1 -c:v rawvideo -pix_fmt xyz12le x.nut
refused x.nut 'a pixel format that is not supported' \
	'pixel format xyz12le is not supported'
try 'a region outside of the picture' vitals-extract -s skin --roi 900,9,9,9 base.mkv
is_status 1
is_stdout ''
is_stderr 'vitals-extract: base.mkv: the region of interest is outside the picture'

# Not video.
head -c $((size / 2)) end.mp4 >x.mp4
refused x.mp4 'cut off before its index' \
	'is not a video that can be read: moov atom not found'
: >empty.mp4
refused empty.mp4 'zero bytes' 'is empty'
try 'an empty stream' sh -c ': | vitals-extract -'
is_status 1
is_stdout ''
is_stderr 'vitals-extract: <stdin>: is empty'
printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 12345\n' \
	4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393 \
	>lfs.mp4
refused lfs.mp4 'an LFS pointer' \
	'is a Git LFS pointer, not the video it names'
try 'an LFS pointer as a stream' sh -c 'vitals-extract - <lfs.mp4'
is_status 1
is_stdout ''
is_stderr 'vitals-extract: <stdin>: is a Git LFS pointer, not the video it names'
ff -f lavfi -i sine -t 2 sound.mp4
refused sound.mp4 'sound alone' 'has no video stream'
ff -i base.mkv -frames:v 1 jpeg.jpg
ff -f lavfi -i sine -i jpeg.jpg -map 0 -map 1 -c:v copy \
	-disposition:v attached_pic -t 2 cover.m4a
refused cover.m4a 'a cover picture' 'has no video stream'
echo 'this is a letter' >text.mp4
refused text.mp4 'text' \
	'is not a video that can be read: Invalid data found when processing input'
# Playlists: the files that they name must not be opened.
list='is a list of other files, which are not opened'
printf '#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n' >list.m3u8
refused list.m3u8 'a playlist' "$list"
printf '\357\273\277#EXTM3U\r\nhttps://example.org/a.ts\r\n' >bom.ts
refused bom.ts 'a playlist behind a byte order mark' "$list"
printf '[playlist]\nFile1=/etc/passwd\n' >list.pls
refused list.pls 'a playlist of another kind' "$list"
ff -i h264.mkv -c copy -hls_time 2 hls.m3u8
mv hls.m3u8 hls.mp4
refused hls.mp4 'a playlist named .mp4' "$list"
ff -i h264.mkv -c copy -f dash dash.mpd
refused dash.mpd 'a manifest' "$list"
printf "ffconcat version 1.0\nfile '%s'\n" "$PWD/h264.mkv" >concat.mp4
refused concat.mp4 'a list of files' "$list"
printf 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n%s\n' \
	'm=video 5004 RTP/AVP 96' >x.sdp
refused x.sdp 'a session description' "$list"
try 'a playlist as a stream' sh -c 'vitals-extract - <list.m3u8'
is_status 1
is_stdout ''
is_stderr "vitals-extract: <stdin>: $list"
mkdir dir.mp4
try 'a directory' vitals-extract dir.mp4
is_status 3
is_stdout ''
is_stderr 'vitals-extract: dir.mp4: is a directory'
mv jpeg.jpg jpeg.mp4
try 'a JPEG named .mp4' vitals-extract jpeg.mp4
is_status 1
stdout_json "($hr | .value == null and .absentReason == \"too-short\") and
	.device.codec == \"mjpeg\""
is_stderr 'vitals-extract: jpeg.mp4: is a single picture, not a video'
try 'no such file' vitals-extract none.mp4
is_status 3
is_stdout ''
is_stderr 'vitals-extract: none.mp4: cannot open: No such file or directory'

# Good files around a bad one are measured.
try 'a bad file among good ones' vitals-extract h264.mkv empty.mp4 front.mp4
is_status 1
stdout_lines 2
is_stderr 'vitals-extract: empty.mp4: is empty'

# The sandbox is on in all of the above.
vitals-extract h264.mkv >with
try 'without the sandbox' vitals-extract --no-sandbox h264.mkv
is_status 0
stdout_is_file with
is_stderr ''

done_testing
