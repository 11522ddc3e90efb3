#!/bin/sh
# vitals-extract: many files at once.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/extract.sh
. "$TESTS/cli/extract.sh"
needs_video

for r in 55 72 90; do
	vitals-synth -q -d 8 -r $r --size 160x120 --face-size 60 $r.mp4 ||
		exit 1
done
: >empty.mp4
echo 'no video at all' >text.mp4
head -c 20000 72.mp4 >cut.mp4
ffmpeg -v error -nostdin -stream_loop 4 -i 55.mp4 -c copy long.mp4 </dev/null

# Long files before short ones, with broken ones in between.
set -- long.mp4 72.mp4 empty.mp4 90.mp4 text.mp4 55.mp4 none.mp4 cut.mp4 \
	72.mp4 90.mp4 long.mp4 55.mp4
try 'one at a time' vitals-extract -e measurement,trace --jobs 1 "$@"
is_status 3
mv .out one
mv .err one.err
touch .out .err
stdout_lines 0
is_stderr ''
[ "$(jq -r .source one | uniq | tr '\n' ' ')" = \
	'long.mp4 72.mp4 90.mp4 55.mp4 72.mp4 90.mp4 long.mp4 55.mp4 ' ]
ok 'in the order of the files'
for j in 2 4 64; do
	try "$j at once" vitals-extract -e measurement,trace --jobs $j "$@"
	is_status 3
	stdout_is_file one
	sort .err >now
	sort one.err | diff - now >difference
	ok 'and the messages are the same'
	stderr_has '^vitals-extract: empty.mp4: is empty$'
done
jq -e . one >/dev/null
ok 'every line is whole'

# The output of later files is held up to a limit.
try 'an output that fails' sh -c 'vitals-extract --jobs 4 "$@" >/dev/full' - \
	72.mp4 90.mp4 55.mp4
is_status 3
is_stdout ''
stderr_has '^vitals-extract: <stdout>: write failed: No space left on device$'
try 'an output that fails, one file at a time' \
	sh -c 'vitals-extract --jobs 1 "$@" >/dev/full' - 72.mp4 90.mp4
is_status 3
is_stdout ''
is_stderr 'vitals-extract: <stdout>: write failed: No space left on device'

# If a decoder is killed, only its file is lost.
mkfifo fifo
vitals-extract --jobs 3 72.mp4 fifo 90.mp4 >out 2>err &
parent=$!
exec 4>fifo
head -c 3000 72.mp4 >&4
# The child of $parent that reads the fifo.
reader() {
	for p in $(grep -l "^PPid:[^0-9]*$parent\$" /proc/[0-9]*/status 2>/dev/null |
		tr -dc '0-9\n'); do
		for f in "/proc/$p/fd/"*; do
			child=$p
			case $(readlink "$f") in
			*/fifo) return 0 ;;
			esac
		done
	done
	return 1
}
wait_for reader
kill -KILL "$child"
wait $parent
status=$?
exec 4>&-
[ $status -eq 1 ] && [ "$(jq -r .source out | tr '\n' ' ')" = '72.mp4 90.mp4 ' ]
ok 'a decoder that dies affects no other file'
grep -q '^vitals-extract: fifo: killed by signal 9$' err
ok 'and it is reported'

# A terminated parent leaves no process behind.
rm fifo
mkfifo fifo
vitals-extract --jobs 2 fifo 72.mp4 >out 2>err &
parent=$!
exec 4>fifo
wait_for reader
kill $parent
wait $parent 2>/dev/null
gone() {
	[ ! -d "/proc/$child" ] || grep -q '^State:.*Z' "/proc/$child/status"
}
wait_for gone
ok 'a process that waits for input ends with the parent'
exec 4>&-

try 'more jobs than allowed' vitals-extract --jobs 65 72.mp4
is_status 2
is_stdout ''
stderr_has '65'
done_testing
