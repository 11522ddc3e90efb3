#!/bin/sh
# What vitals-receive writes after an incomplete line of an earlier run: a separate
# line, in a file and in a pipe whose reader outlives the writer.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"

message_as a1 '{"id":"a1"}'
message_as a2 '{"id":"a2"}'

to() { # FILE [OPTION ...]: two events, appended to FILE
	receive_to "$@" -q
	codes="$(post a1) $(post a2)"
	stop
}
whole='{"id":"a1"}
{"id":"a2"}'
for state in '' '--state seen.db'; do
	for kind in new half whole; do
		rm -f seen.db*
		case $kind in
		new) before='' want=$whole ;;
		half) before='{"id":"half' want="$before
$whole" ;;
		whole) before='{"id":"other"}
' want=$before$whole ;;
		esac
		printf '%s' "$before" >file
		# shellcheck disable=SC2086 # an option and its value, or nothing
		to file $state
		is "a file, $kind $state: answers" "$codes" '202 202'
		is "a file, $kind $state" "$(cat file)" "$want"
	done
done
# A file that is not opened for appending: the position counts.
printf '{"id":"other"}\n{"id":"half' >file
rm -f port
vitals-receive -q -k key -l 127.0.0.1:0 --port-file port -n 2 1<>file 2>err &
SERVER=$!
listening 'on a file from its start'
codes="$(post a1) $(post a2)"
wait $SERVER
SERVER=
is 'a file from its start: answers' "$codes" '202 202'
is 'a file from its start' "$(head -n 2 file)" "$whole"

# A run that is killed in the middle of a line that does not fit into the pipe.
mkfifo pipe
exec 4<>pipe
printf '{"id":"long","x":"%s"}\n' "$(head -c 300000 /dev/zero | tr '\0' x)" |
	vitals-sign -q -k key -i id >long
rm -f seen.db* port
vitals-receive -q -k key -l 127.0.0.1:0 --port-file port --state seen.db \
	>&4 2>err 4>&- &
SERVER=$!
listening 'into a pipe'
is 'a long line into a full pipe' "$(post long)" 202
half_there() {
	head -c 20 <&4 >begin && [ "$(wc -c <begin)" = 20 ]
}
half_there
ok 'a part of it has arrived'
stop KILL
rm -f port
vitals-receive -q -k key -l 127.0.0.1:0 --port-file port --state seen.db \
	-n 3 >&4 2>err 4>&- &
SERVER=$!
exec 5<pipe 4>&-
cat <&5 >got &
reader=$!
exec 5<&-
listening 'into the same pipe'
is 'the next run: answers' "$(post a1) $(post a2)" '202 202'
wait "$SERVER"
is 'the next run: status' $? 0
SERVER=
wait $reader
is 'each is a separate line' \
	"$(sed 1d got | jq -r .id | tr '\n' ' ')" 'long a1 a2 '
is 'and so is the half one' "$(head -n 1 got | tr -d x)" ''

# A pipe without an incomplete line gets no empty line.
receive_pipe() {
	vitals-receive -q -k key -l 127.0.0.1:0 --port-file port -n 2 "$@" | cat >got
}
for state in '' '--state new.db'; do
	rm -f port
	# shellcheck disable=SC2086
	receive_pipe $state &
	piped=$!
	wait_for test -s port
	URL=http://127.0.0.1:$(cat port)
	is "a new pipe $state: answers" "$(post a1) $(post a2)" '202 202'
	wait $piped
	is "a new pipe $state" "$(cat got)" "$whole"
done
done_testing
