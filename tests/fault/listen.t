#!/bin/sh
# Each system call in turn fails in vitals-listen: it never crashes, what it printed is
# the start of the stream, and started again with its state it skips no line.
. "$(dirname "$0")/../cli/tap.sh"
# shellcheck source=tests/fault/fault.sh
. "$TESTS/fault/fault.sh"
# shellcheck source=tests/cli/stream.sh
. "$TESTS/cli/stream.sh"
preload fault

stream -q --stay
{
	lines 1 3
	lines 4 4 | jq -c '.note = "x" * 50000' # more than it writes before the state
	lines 5 6
} | tee good | feed
all_kept() {
	fetch '/poll?after=earliest&wait=0' | jq -c '.line | values' | cmp -s good -
}
wait_for all_kept
ok 'the stream has six lines'

fault_before() {
	rm -f state
}
fault_check() { # WHERE
	case $fault_s in
	0) cmp -s good out || echo "$1: status 0, but not all is there" ;;
	3 | 4) [ -s err ] || echo "$1: status $fault_s without a word" ;;
	*) echo "$1: status $fault_s: $(head -n 1 err)" ;;
	esac
	head -c "$(wc -c <out)" good | cmp -s - out ||
		echo "$1: what was printed is not true"
	vitals-listen -q -1 --state state "$URL" >rest 2>err ||
		echo "$1: started again: $(head -n 1 err)"
	# A line of which a part was printed is printed again.
	head -n "$(wc -l <out)" good >whole
	cat whole rest | jq -r .n | awk '
		$1 > last + 1 { print "line " last + 1 " is skipped" }
		{ last = $1 }
		END { if (last != 6) print "the last one is " last }' | sed "s/^/$1: /"
}
listen() { # NAME OPTION ...
	listen_n=$1
	shift
	for f in malloc open read write fsync close socket connect send recv; do
		faults "$listen_n" $f 4 /dev/null timeout 100 vitals-listen -q \
			--state state --retry-base 0.01 --retry-cap 0.01 \
			--give-up-after 1 "$@" "$URL"
	done
}
listen polls -1
for t in sse websocket; do
	listen $t -t $t --after earliest -n 6
done
try 'the server ends' end_server TERM
is_status 0
is_stdout ''
is_stderr ''
done_testing
