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
[ "$first" -gt 0 ] && [ $((first - before)) -lt 20000 ]
ok 'the crowd takes a bounded amount of memory'
[ "$second" -gt 0 ] && [ $((second - first)) -lt 4000 ]
ok 'requests beside it take none that stays'
is 'the crowd is still there' "$(cat held)" '550 0'
kill "$HOLDER"
HOLDER=
try 'the end' finish
is_status 0
stdout_lines 1600
is_stderr ''
done_testing
