#!/bin/sh
# vitals-extract: samples while the input arrives; progress on a terminal.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/extract.sh
. "$TESTS/cli/extract.sh"
needs_video

vitals-synth -q -d 16 -r 72 --hrv 0 --size 320x240 --face-size 60 x.mkv || exit 1
ffmpeg -v error -nostdin -i x.mkv -c copy -f mpegts x.ts </dev/null || exit 1

# When only the first half has arrived, what is known so far is written.
mkfifo pipe
vitals-extract --live -r 5 -e measurement,sample,wave - <pipe >out 2>err &
tool=$!
exec 4>pipe
size=$(stat -c %s x.ts)
head -c $((size / 2)) x.ts >&4
heard() { # a confident rate, seconds of the wave, and every line is whole
	jq -s -e "(map(select(.record == \"sample\") | $hr |
		select(.value != null and .confidence > 0.5)) | length > 0) and
		(map(select(.record == \"wave\")) | length >= 3)" out >/dev/null
}
wait_for heard
jq -s -e "map(select(.record == \"sample\")) |
	(map(select(($hr | .value) != null)) | .[0].offsetSeconds <= 8) and
	(.[-1] | .offsetSeconds < 9 and ($hr | (.value - 72 | fabs) < 3))" \
	out >/dev/null
ok 'a rate within 8 s of the stream, while it is still coming'
jq -s -e 'map(select(.record == "wave")) | length >= 3 and
	(.[0] | .offsetSeconds < 0.1 and (.values | map(. != 0) | any))' \
	out >/dev/null
ok 'and the wave from its beginning'
jq -s -e 'map(select(.record == "measurement")) == []' out >/dev/null
ok 'no measurement yet'
tail -c +$((size / 2 + 1)) x.ts >&4
exec 4>&-
wait $tool
[ $? -eq 0 ] && [ ! -s err ]
ok 'the stream ends'
jq -s -e "(map(select(.record == \"measurement\")) | length == 1 and
	(.[0] | $hr | (.value - 72 | fabs) < 1)) and
	(map(select(.record == \"wave\").offsetSeconds | round) as \$w |
		\$w == [range(\$w | length)])" out >/dev/null
ok 'with the measurement of all, and every second of the wave once'

# As often as requested, in the time of the stream.
for r in 1 2 3 5 2.5; do
	try "samples at $r Hz" vitals-extract --live -r $r -e sample x.mkv
	is_status 0
	is_stderr ''
	stdout_json 'keys_unsorted[0:2] == ["record", "source"] and
		.record == "sample" and (.readings | length) == 12'
	jq -s -e --argjson r $r 'length >= 15 * $r and length <= 16 * $r and
		([range(length)] == map(.seq)) and
		([.[] | (.offsetSeconds * $r - .seq - 1) | fabs] | max < 0.01)' \
		.out >/dev/null
	ok "each 1/$r s, counted from 0"
done
for r in 0.9 5.1; do
	try "not at $r Hz" vitals-extract --live -r $r x.mkv
	is_status 2
	is_stdout ''
	stderr_has "^vitals-extract: -r: '$r' is not a number from 1 to 5"
done

# When the recording began.
ffmpeg -v error -nostdin -i x.mkv -c copy -t 6 \
	-metadata creation_time=2026-03-01T10:20:30.5Z -metadata make=ACME \
	-metadata model='Cam 7' -movflags use_metadata_tags made.mp4 </dev/null
try 'the time in the file' vitals-extract made.mp4
is_status 0
stdout_json '.startTime == "2026-03-01T10:20:30.500Z" and
	.device.make == "ACME" and .device.model == "Cam 7"'
is_stderr ''
try 'the time that is given' vitals-extract --start-time 2026-04-05T06:07:08+02:00 made.mp4
is_status 0
stdout_json '.startTime == "2026-04-05T04:07:08.000Z"'
is_stderr ''
try 'also of samples' vitals-extract --live -e sample \
	--start-time 2026-04-05T06:07:08Z x.mkv
is_status 0
stdout_json '.startTime == "2026-04-05T06:07:08.000Z"'
is_stderr ''
ffmpeg -v error -nostdin -i x.mkv -c copy -t 6 \
	-metadata com.apple.quicktime.make=Apple \
	-metadata com.apple.quicktime.model='iPhone 9' \
	-metadata com.apple.quicktime.creationdate=2026-03-01T12:20:30+0200 \
	-movflags use_metadata_tags phone.mov </dev/null
try 'as a phone writes it' vitals-extract phone.mov
is_status 0
stdout_json '.startTime == "2026-03-01T10:20:30.000Z" and
	.device.make == "Apple" and .device.model == "iPhone 9"'
is_stderr ''

# A bar, only on a terminal.
has_terminal || {
	skip 'a bar on a terminal' 'no terminal available'
	done_testing
}
ffmpeg -v error -nostdin -stream_loop 40 -i x.mkv -c copy long.mkv </dev/null
TERM=xterm script -qec 'vitals-extract long.mkv >bar.out' /dev/null </dev/null >bar
tr '\r' '\n' <bar >bar.lines
grep -q 'long.mkv: \[#*\.*\] *[0-9]* %, [0-9]*:[0-9][0-9] left' bar.lines
ok 'a bar with the time left'
tail -c 4 bar | od -An -c | grep -q '\[   K'
ok 'which is wiped in the end'
jq -e '.record == "measurement"' bar.out >/dev/null
ok 'beside the lines'
TERM=xterm script -qec 'vitals-extract -q long.mkv >bar.out' /dev/null </dev/null >bar
[ ! -s bar ]
ok 'none with -q'
try 'none in a pipe' vitals-extract long.mkv
is_status 0
stdout_lines 1
is_stderr ''

done_testing
