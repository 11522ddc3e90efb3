#!/bin/sh
# vitals-extract --live: the first SIGINT ends the input but not the measurement, the
# second ends the program; progress of a batch.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/extract.sh
. "$TESTS/cli/extract.sh"
needs_video

vitals-synth -q -d 16 -r 72 --hrv 0 --size 320x240 --face-size 60 x.mkv || exit 1
ff -i x.mkv -c copy -f mpegts x.ts
size=$(stat -c %s x.ts)
mkfifo pipe

sure() { # a confident rate is there
	jq -s -e "map(select(.record == \"sample\") | $hr |
		select(.value != null and .confidence > 0.5)) | length > 0" \
		out >/dev/null
}
# halfway OPTION ...: measure the input from the pipe, of which half has been written.
halfway() {
	vitals-extract --live -r 5 "$@" <pipe >out 2>err &
	tool=$!
	exec 4>pipe
	head -c $((size / 2)) x.ts >&4
	wait_for sure
}
ended() { # the status of $tool
	wait "$tool"
	status=$?
	exec 4>&-
}
halfway -
kill -INT $tool
ended
[ $status -eq 0 ]
ok 'SIGINT: the status is that of the end of the input'
jq -s -e "(map(select(.record == \"measurement\")) | length == 1 and
	(.[0] | ($hr | (.value - 72 | fabs) < 3) and .durationSeconds < 10 and
	.sourceSha256 == null)) and (.[-1].record == \"measurement\")" out >/dev/null
ok 'SIGINT: what was read is measured, last of all'
grep -v 'did not decode' err | cmp -s - /dev/null
ok 'SIGINT: and nothing else'

# Before there is anything to measure, the signal may come twice.
vitals-extract --live - <pipe >out 2>err &
tool=$!
exec 4>pipe
children() { # the process of the file is there, and watches for the signal
	child=$(ps -o pid= --ppid $tool | tr -d ' ') && [ -n "$child" ] &&
		[ "$(awk '/^SigIgn/ { print $2 ~ /[2367abef]$/ }' \
			"/proc/$child/status")" = 1 ]
}
wait_for children
kill -INT $tool
caught() { # the second one will end it: none is caught any more
	! grep -q '^SigCgt.*[2367abef]$' /proc/$tool/status
}
wait_for caught
kill -INT $tool
ended
[ $status -eq 130 ] && [ ! -s out ] && [ ! -s err ]
ok 'twice: it dies of the signal'
gone() { ! kill -0 "$child"; }
wait_for gone
ok 'twice: and so does the process of the file'

# With several files, no other file is started.
vitals-extract --live -r 5 - x.ts <pipe >out 2>err &
tool=$!
exec 4>pipe
head -c $((size / 2)) x.ts >&4
wait_for sure
kill -INT $tool
ended
jq -s -e 'map(select(.record == "measurement") | .source) == ["<stdin>"]' \
	out >/dev/null
ok 'no other file is begun'

# Traces whose lines have all been read: the last one causes a sample.
pulse a 72 20.02 >trace
all_taken() {
	jq -s -e 'any(.[]; .offsetSeconds >= 19.99)' out >/dev/null
}
vitals-extract --live -r 5 --from-trace - <pipe >out 2>err &
tool=$!
exec 4>pipe
cat trace >&4
wait_for all_taken
kill -INT $tool
ended
[ $status -eq 0 ] && [ ! -s err ]
ok 'traces: the status is that of the end of the input'
jq -s -e ".[-1] | .record == \"measurement\" and ($hr | (.value - 72 | fabs) < 2)" \
	out >/dev/null
ok 'traces: and the input so far is measured'

# One line for a batch.
has_terminal || {
	skip 'progress of a batch' 'no terminal available'
	done_testing
}
ff -stream_loop 20 -i x.mkv -c copy long.mkv
: >empty.mkv
TERM=xterm script -qec \
	'vitals-extract -j 2 x.mkv long.mkv empty.mkv x.mkv >bar.out' \
	/dev/null </dev/null >bar
tr '\r' '\n' <bar >bar.lines
grep -q '[0-3] of 4 files' bar.lines
ok 'a batch shows how many files are done'
grep -q '[1-3] of 4 files, [0-9]*:[0-9][0-9] left' bar.lines
ok 'and how long it will take'
grep -q 'empty.mkv: is empty' bar.lines
ok 'beside the messages'
tail -c 4 bar | od -An -c | grep -q '\[   K'
ok 'and is wiped in the end'
[ "$(jq -c .source bar.out | tr -d '\n')" = '"x.mkv""long.mkv""x.mkv"' ]
ok 'and the lines are there'
try 'none in a pipe' vitals-extract -j 2 x.mkv x.mkv
is_status 0
stdout_lines 2
is_stderr ''
done_testing
