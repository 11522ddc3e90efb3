#!/bin/sh
# RFC 6455, case by case, against the framing of lib/websocket behind an echo
# server of the tests' own; and against npm ws, whose answers show that the cases
# ask for what others do, too.
. "$(dirname "$0")/lib.sh"
need_npm ws
ECHO=$BUILD/tests/servers/websocket-echo
[ -x "$ECHO" ] || skip_all 'the echo server is not built: make check-build'

"$ECHO" port 1200 &
SERVER=$!
trap 'kill -9 "$SERVER" 2>/dev/null; cd /; rm -rf "$WORK"' EXIT
wait_for test -s port

try 'ours' js websocket-conform.js "$(cat port)"
is_status 0
stdout_has ' cases, 0 failed, 0 excused$'
is_stderr ''
grep '^not ok' .out | sed 's/^/# /'
cases=$(sed -n 's/ cases,.*//p' .out)
[ "$cases" -ge 120 ]
ok "$cases cases, of at least 120"
try 'npm ws' js websocket-conform.js reference
is_status 0
stdout_has "^$cases cases, 0 failed, "
is_stderr ''
grep '^not ok' .out | sed 's/^/# /'
kill -0 "$SERVER"
ok 'the server has survived all of them'
done_testing
