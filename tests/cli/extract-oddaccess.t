#!/bin/sh
# vitals-extract: names of every kind, files that are not regular files, and files
# that another process changes.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/extract.sh
. "$TESTS/cli/extract.sh"
needs_video
OFF=3
base 8
ff -i base.mkv $x264 x.mkv

# Names.
cp x.mkv -- -dash.mkv
try 'a name with a dash' vitals-extract -- -dash.mkv
is_status 0
stdout_json '.source == "-dash.mkv"'
is_stderr ''
name=$(printf 'two\nlines.mkv')
cp x.mkv "$name"
try 'a name of two lines' vitals-extract "$name"
is_status 0
stdout_lines 1
stdout_json '.source == "two\nlines.mkv"'
is_stderr ''
: >"$name"
refused_as() { # WHAT SHOWN: $name is empty, and shown so
	try "$1" vitals-extract "$name"
	is_status 1
	is_stdout ''
	is_stderr "vitals-extract: $2: is empty"
}
refused_as 'one line on stderr' 'two?lines.mkv'
name=$(printf 'no\377utf.mkv')
cp x.mkv "$name"
try 'a name that is not UTF-8' vitals-extract "$name"
is_status 0
stdout_json '.source == "no\ufffdutf.mkv"'
is_stderr ''
name=$(printf '\033[31m.mkv')
: >"$name"
refused_as 'no escapes on a terminal' '?[31m.mkv'
for url in http://127.0.0.1:9/x.mp4 file:x.mkv concat:x.mkv pipe:0 lavfi:testsrc; do
	try "$url is a name" vitals-extract "$url"
	is_status 3
	is_stdout ''
	is_stderr "vitals-extract: $url: cannot open: No such file or directory"
done

# Not regular files.
mkfifo fifo
cat x.mkv >fifo &
measured fifo 'a FIFO'
wait
# Endless, but not video.
try '/dev/zero' timeout 300 vitals-extract /dev/zero
is_status 1
is_stdout ''
is_stderr 'vitals-extract: /dev/zero: is not a video that can be read: Invalid data found when processing input'

# Files that are changed once the first line shows that they are open.
# touched WHAT COMMAND: run it then; the last line is kept.
touched() {
	cp x.mkv t.mkv
	try "$1" sh -c "vitals-extract -e trace,measurement t.mkv |
		{ head -n 1 && $2 && cat; } | tail -n 1"
	is_status 0
}
touched 'written to' 'printf x >>t.mkv'
stdout_json "($hr"' | .value - 72 | fabs < 3) and .sourceSha256 == null'
is_stderr 'vitals-extract: t.mkv: changed while it was read'
touched 'taken away' 'rm t.mkv'
stdout_json "($hr"' | .value - 72 | fabs < 3) and .sourceSha256 != null'
is_stderr ''
touched 'emptied' ': >t.mkv'
stdout_json '.record == "measurement" and .sourceSha256 == null'
stderr_has '^vitals-extract: t.mkv: changed while it was read$'

# Few pictures, small pictures, different pictures.
ff -i base.mkv -frames:v 1 $x264 one.mp4
try 'one picture' vitals-extract one.mp4
is_status 1
stdout_json "$hr"' | .value == null and .absentReason == "too-short"'
is_stderr 'vitals-extract: one.mp4: is a single picture, not a video'
ff -i base.mkv -vf scale=2:2 -c:v ffv1 tiny.mkv
for site in face skin finger; do
	try "pictures of four pixels as $site" vitals-extract -s $site tiny.mkv
	is_status 1
	stdout_json "$hr"' | .value == null'
	is_stderr 'vitals-extract: tiny.mkv: no pulse found'
done
ff -i base.mkv -vf fps=0.5 $x264 slow.mp4
try 'a picture every 2 s' vitals-extract slow.mp4
is_status 1
stdout_json "$hr"' | .value == null'
is_stderr 'vitals-extract: slow.mp4: no pulse found'
ff -i base.mkv -vf fps=240 $x264 fast.mp4
measured fast.mp4 '240 a second' '.device.frameRate == 240'

# A stream whose pixel format changes, and one that begins in the middle of an open
# group of pictures.
ff -i base.mkv -t 4 $x264 -pix_fmt yuv420p -bf 0 a.ts
ff -ss 4 -i base.mkv $x264 -pix_fmt yuv444p10le -bf 0 -output_ts_offset 4 b.ts
cat a.ts b.ts >ab.ts
try 'other pixels in the middle' vitals-extract ab.ts
is_status 0
stdout_json "($hr"' | .value - 72 | fabs < 4) and .durationSeconds > 7.5'
stderr_has '^vitals-extract: ab.ts: [0-9]* parts* did not decode'
ff -i base.mkv -c:v libx264 -crf 16 -bf 3 -x264-params open-gop=1:keyint=20 x.ts
size=$(stat -c %s x.ts)
tail -c +$((size / 188 / 10 * 188 + 1)) x.ts >cut.ts
try 'a stream that was joined late' vitals-extract cut.ts
is_status 0
stdout_json "($hr"' | .value - 72 | fabs < 4) and .durationSeconds > 6'
is_stderr ''
done_testing
