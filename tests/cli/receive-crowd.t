#!/bin/sh
# vitals-receive while a crowd of clients holds connections that do nothing, or send a
# byte now and then: good requests are answered, and its memory does not grow.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"
command -v node >/dev/null || skip_all 'no node here'

HOLDER=
trap '[ -z "$SERVER" ] || kill -9 "$SERVER"; [ -z "$HOLDER" ] || kill "$HOLDER"
	cd /; rm -rf "$WORK"' EXIT
memory() { # of the receiver, in kB
	awk '/^VmRSS:/ { print $2 }' "/proc/$SERVER/status"
}
good() { # FROM TO: events, one sender
	seq "$1" "$2" | sed 's/.*/{"id":"g&","n":&}/' |
		vitals-post -q -k key -c 8 --timeout 600 "$URL/" |
		jq -r '"\(.status) \(.attempts)"' | sort | uniq -c | tr -s ' '
}
receive -q --connections 1000 --request-timeout 600
good 1 100 >/dev/null
before=$(memory)
node "$TESTS/servers/hold.js" "$PORT" 500 50 held &
HOLDER=$!
wait_for test -s held
is '550 connections are held' "$(cut -d ' ' -f 1 held)" 550
is 'good requests are accepted beside them' "$(good 101 600)" ' 500 delivered 1'
first=$(memory)
is 'and more of them' "$(good 601 1600)" ' 1000 delivered 1'
second=$(memory)
echo "# $before kB, $first kB with the crowd, $second kB after more requests"
case $BUILD in
*/address* | */valgrind*) skip 'memory' 'it is not that of the tool' ;;
*)
	[ "$first" -gt 0 ] && [ $((first - before)) -lt 20000 ]
	ok 'the crowd takes a bounded amount of memory'
	[ "$second" -gt 0 ] && [ $((second - first)) -lt 4000 ]
	ok 'requests beside it take none that stays'
	;;
esac
is 'the crowd is still there' "$(cat held)" '550 0'
kill "$HOLDER"
HOLDER=
try 'the end' finish
is_status 0
stdout_lines 1600
is_stderr ''

# More than --connections allows: those that have not sent a request are beside the
# limit, and none has to give way for good ones.
hold() { # SLOW
	rm -f held
	node "$TESTS/servers/hold.js" "$PORT" 0 "$1" held &
	HOLDER=$!
	wait_for test -s held
}
receive -q --connections 3 --request-timeout 600
hold 200
is 'three connections, and 200 beside them: good requests' "$(good 1 300)" ' 300 delivered 1'
is 'three connections, and 200 beside them: all are held' "$(cat held)" '200 0'
kill "$HOLDER"
wait "$HOLDER" 2>/dev/null
# More than there may be beside it: then they do.
hold 1200
is 'more than 1000 beside them: good requests' "$(good 301 310)" ' 10 delivered 1'
kill "$HOLDER"
HOLDER=
try 'more than the limit' finish
is_status 0
stdout_lines 310
is_stderr ''
done_testing
