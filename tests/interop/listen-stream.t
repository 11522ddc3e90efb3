#!/bin/sh
# vitals-listen at vitals-stream: 10,000 lines through a proxy that cuts the
# connection 100 times at random, for each transport; and through a server that is
# killed five times, which keeps them in a file.  All arrive, in order, once.
. "$(dirname "$0")/lib.sh"
. "$INTEROP/listen.sh"
need_command jq curl node
command -v vitals-stream >/dev/null || skip_all 'no vitals-stream is built'

seed=${SEED:-11}
echo "# SEED=$seed"
umask 077
seq 1 10000 | jq -c '{schemaVersion: "1.0", type: "vitals.sample",
	session: {id: "s-81"}, n: ., value: 72.50, pad: ("é" * 60)}' >lines

stream() { # [OPTION ...]: a server whose input is descriptor 8
	rm -f port in
	mkfifo in
	vitals-stream -l 127.0.0.1:0 --port-file port.new -t 1200 --queue 20000 \
		"$@" <in >server.out 2>>server.err &
	stream_pid=$!
	exec 8>in
	wait_for test -s port.new
	URL=http://127.0.0.1:$(cat port.new)
	# The proxy is to see a whole number.
	mv port.new port
}
# The number of the last line that the server has taken.
sequence() {
	curl -s "$URL/poll?wait=0" | jq -r 'select(.record == "hello").sequence'
}
sequence_is() {
	[ "$(sequence)" = "$1" ]
}
listen() { # OPTION ...
	timeout 800 vitals-listen -q --retry-base 0.005 --retry-cap 0.02 "$@" "$CUT_URL/"
}
# Lines in some pieces, each once the one before was taken.
feed() { # FROM TO
	feed_first=$(($(sequence) + 1 - $1))
	feed_n=$1
	while [ "$feed_n" -le "$2" ]; do
		feed_last=$((feed_n + 249))
		[ $feed_last -le "$2" ] || feed_last=$2
		sed -n "$feed_n,${feed_last}p" lines >&8
		wait_for sequence_is $((feed_first + feed_last))
		feed_n=$((feed_last + 1))
	done
}

for way in websocket sse poll auto; do
	stream
	: >cut-log
	cut_start 100 30000 "$seed"
	feed 1 3000
	listen -t $way -a earliest -n 10000 >out 2>err &
	listen_pid=$!
	feed 3001 10000
	wait $listen_pid
	try "all lines: $way" cat err
	is_status 0
	is_stdout ''
	is_stderr ''
	cmp -s lines out
	ok "in order, once, byte for byte: $way"
	[ "$(wc -l <cut-log)" -eq 100 ]
	ok "cut 100 times: $way"
	cut_stop
	exec 8>&-
	wait $stream_pid
done

rm -f store store-wal
stream --store store
cut_start 100 30000 "$seed"
first=$(sequence)
listen --stay --state state -a earliest -n 10000 >out 2>err &
listen_pid=$!
epoch=$(curl -s "$URL/poll?wait=0" | jq -r .epoch)
for n in 1501 3001 4501 6001 7501; do
	feed $((n - 1500)) $((n - 1))
	kill -9 $stream_pid
	wait $stream_pid 2>/dev/null
	exec 8>&-
	stream --store store
	sequence_is $((first + n - 1))
	ok "nothing is lost of $((n - 1)) lines"
done
feed 7501 10000
wait $listen_pid
try 'all lines through five crashes' cat err
is_status 0
is_stdout ''
is_stderr ''
cmp -s lines out
ok 'in order, once, byte for byte'
[ "$(curl -s "$URL/poll?wait=0" | jq -r .epoch)" = "$epoch" ]
ok 'of one epoch'
try 'and all of them are there for who comes late' listen --once
is_status 0
stdout_is_file lines
is_stderr ''
cut_stop
exec 8>&-
wait $stream_pid
done_testing
