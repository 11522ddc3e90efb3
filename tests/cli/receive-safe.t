#!/bin/sh
# What a 2xx of vitals-receive promises: the payload is safe, and printed once.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"

# ---- Copies ----------------------------------------------------------------
for state in '' '--state seen.db'; do
	rm -f seen.db*
	# shellcheck disable=SC2086 # an option and its value, or nothing
	receive $state
	message '{"id":"d1"}' -i id
	jq -j .payload m >body
	sed -n 's/.*"id":"\([^"]*\)","timestamp":\([0-9]*\),.*"signature":"\([^"]*\)".*/webhook-id: \1\nwebhook-timestamp: \2\nwebhook-signature: \3/p' m >headers
	seq 20 | xargs -P 10 -I{} curl -s -o /dev/null -w '%{http_code}\n' \
		-H @headers -H 'Content-Type: application/json' \
		--data-binary @body "$URL/" >codes
	is "copies at once $state: answers" \
		"$(sort codes | uniq -c | tr -s ' ' | tr '\n' ';')" ' 19 200; 1 202;'
	try "copies at once $state" finish
	is_status 0
	is_stdout '{"id":"d1"}'
	is_stderr 'vitals-receive: listening on http://CLIENT/'
done

# The state file outlives the process, memory does not.
receive --state seen.db
is 'known after a restart' "$(post m)" 200
message '{"id":"d2"}' -i id
is 'new after a restart' "$(post m)" 202
try 'a second receiver on the file' vitals-receive -k key -l 127.0.0.1:0 --state seen.db
is_status 3
is_stdout ''
is_stderr 'vitals-receive: seen.db: in use by another process'
try 'after a restart' finish
is_status 0
is_stdout '{"id":"d2"}'
is_stderr 'vitals-receive: listening on http://CLIENT/'
is 'the state file is private' "$(stat -c %a seen.db)" 600

receive --remember 2
for i in 1 2 3; do
	message_as "r$i" "{\"id\":\"r$i\"}"
	is "remember two: $i" "$(post "r$i")" 202
done
is 'remember two: the second is known' "$(post r2)" 200
is 'remember two: the first is forgotten' "$(post r1)" 202
finish >/dev/null 2>&1

# ---- Crashes ---------------------------------------------------------------
n=300
kills=12
rm -f seen.db*
: >printed
again() {
	receive -q --state seen.db
}
end() { # what it printed; a line that the kill cut stays one of its own
	cat out >>printed
	[ -z "$(tail -c 1 out)" ] || echo >>printed
}
deliver_through_kills $n $kills 7 again end
try 'crashes: the last receiver' finish
is_status 0
is_stdout "$(cat out)"
is_stderr ''
end
# A line that a kill cut is printed again, whole, by the next start.
sort -u printed | grep -Fxf sent | sort >whole
cmp -s want whole
ok "crashes: each of $n events is printed"
is 'crashes: nothing is made up' "$(grep -vFxf sent printed | grep -cv '^{"id":"k[0-9n",:]id]*$')" 0
echo "# $kills kills, $(wc -l <printed) lines for $n events"

# ---- A reader that does not read -------------------------------------------
mkfifo pipe
receive_to_pipe() { # OPTION ...: as receive, with stdout into the pipe
	rm -f port
	vitals-receive -q -k key -l 127.0.0.1:0 --port-file port -t 1200 "$@" \
		>pipe 2>err </dev/null &
	SERVER=$!
	exec 4<pipe
	listening "$*"
}
big=$(head -c 1000000 /dev/zero | tr '\0' x)
receive_to_pipe
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17; do
	echo "{\"id\":\"b$i\",\"x\":\"$big\"}"
done | vitals-sign -q -k key -i id >bigs
vitals-post -q -c 17 --timeout 1000 --max-attempts 1000 --retry-cap 1 "$URL/" <bigs >receipts &
poster=$!
message '{"id":"small"}' -i id
# The first of the big ones is there once the server finds its reader stalled.
stalled() {
	[ "$(curl -s -o answer -w '%{http_code}' "$URL/healthz")" = 503 ]
}
wait_for stalled
# It waits for the reader even while there is still room.
refused() {
	code=$(post m --max-time 2 -D head)
	[ "$code" != 000 ]
}
wait_for refused
is 'a reader that stopped: no room: status' "$code" 503
is 'a reader that stopped: no room: Retry-After' \
	"$(grep -i '^retry-after' head | tr -d '\r')" 'Retry-After: 1'
is 'a reader that stopped: none is acknowledged' "$(cat receipts)" ''
cat <&4 >got &
reader=$!
wait $poster
is 'a reader that continues: all are delivered' \
	"$(jq -r .status receipts | sort | uniq -c | tr -s ' ')" ' 17 delivered'
case $(post m) in
200 | 202) true ;;
*) false ;;
esac
ok 'a reader that continues: there is room again'
stop
is 'a reader that continues: status' $? 0
exec 4<&-
wait $reader
is 'a reader that continues: every line once' \
	"$(jq -r .id got | sort | tr '\n' ' ')" \
	"$(printf 'b%s\n' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 | sort | tr '\n' ' ')small "

# While the reader does not read, a sender is asked to retry, even if there is room.
# What it sent is still printed only once.
receive_to_pipe
half=$(head -c 200000 /dev/zero | tr '\0' x)
message_as w1 "{\"id\":\"w1\",\"x\":\"$half\"}"
message '{"id":"w2"}' -i id
is 'a reader that does not read: status' "$(post w1)" 503
is 'a reader that does not read: the next at once' "$(post m)" 503
is 'a reader that does not read: the first again' "$(post w1)" 503
is 'a reader that does not read: health' \
	"$(curl -s -o answer -w '%{http_code}' "$URL/healthz")" 503
cat <&4 >got &
reader=$!
taken() {
	code=$(post w1)
	[ "$code" != 503 ]
}
wait_for taken
is 'a reader that continues: it is known' "$code" 200
is 'a reader that continues: others are accepted' "$(post m)" 202
stop
is 'a reader that stood still: status' $? 0
exec 4<&-
wait $reader
is 'a reader that stood still: each line once' \
	"$(jq -r .id got | tr '\n' ' ')" 'w1 w2 '

# The exit does not wait for it forever.
receive_to_pipe
post w1 --max-time 2 >/dev/null
stop
is 'a reader that does not read, and the end: status' $? 0
exec 4<&-

# With a state file the speed of the reader does not matter.
rm -f seen.db*
receive_to_pipe --state seen.db
vitals-post -q -c 17 --timeout 1000 "$URL/" <bigs >receipts
is 'a reader that stopped, with a state file' \
	"$(jq -r .status receipts | sort | uniq -c | tr -s ' ')" ' 17 delivered'
stop KILL
exec 4<&-
receive --state seen.db -n 17
try 'what was not printed is printed by the next run' finish none
is_status 0
stdout_lines 17
is_stderr 'vitals-receive: listening on http://CLIENT/'
jq -r .payload bigs | sort >want
sort out | cmp -s - want
ok 'what was not printed is printed by the next run: all of it'

# ---- An output that fails --------------------------------------------------
message '{"id":"f1"}' -i id
rm -f port
vitals-receive -q -k key -l 127.0.0.1:0 --port-file port -t 1200 >/dev/full 2>err &
SERVER=$!
listening 'with a full disk'
is 'a full disk: status' "$(post m)" 503
: >out
try 'a full disk' finish none
is_status 3
is_stdout ''
is_stderr 'vitals-receive: <stdout>: write failed: No space left on device
vitals-receive: stopped'
rm -f port
mkfifo gone
: <gone &
exec 8>gone
wait $!
vitals-receive -q -k key -l 127.0.0.1:0 --port-file port -t 1200 2>err >&8 &
SERVER=$!
exec 8>&-
listening 'without a reader'
is 'a reader that left: status' "$(post m)" 503
wait "$SERVER"
is 'a reader that left: exit status' $? 3
SERVER=
is 'a reader that left: message' "$(head -n 1 err)" \
	'vitals-receive: <stdout>: write failed: Broken pipe'

# ---- Files that are not state files ----------------------------------------
bad_state() { # NAME MESSAGE FILE
	try "$1" vitals-receive -q -k key -l 127.0.0.1:0 --state "$3" -t 1
	is_status 3
	is_stdout ''
	is_stderr "vitals-receive: $3: $2"
}
echo 'this is text, and long enough to be taken for a header or for a page of it' >text.db
cp text.db text.was
bad_state 'a text' 'not a state file of vitals-receive' text.db
cmp -s text.db text.was
ok 'a text: left as it was'
bad_state 'no folder' 'No such file or directory' nowhere/x.db
bad_state 'a folder' 'Is a directory' .
head -c 3000 seen.db >half.db
seq 1000 | dd of=half.db bs=1 seek=100 count=2000 conv=notrunc 2>/dev/null
try 'a damaged one' vitals-receive -q -k key -l 127.0.0.1:0 --state half.db -t 1
is_status 3
is_stdout ''
stderr_has '^vitals-receive: half.db: '

# ---- The end ---------------------------------------------------------------
receive
# A client that never completes its request.
mkfifo half
raw 600 <half >/dev/null 2>&1 &
client=$!
exec 7>half
printf 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n123' >&7
sleep 0.3
try 'SIGINT' finish INT
is_status 0
is_stdout ''
is_stderr 'vitals-receive: listening on http://CLIENT/'
kill -0 $client
ok 'SIGINT: does not wait for a client that never ends'
kill $client
exec 7>&-
done_testing
