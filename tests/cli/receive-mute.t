#!/bin/sh
# vitals-receive whose messages are not read: no client waits for that.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"

# A pipe that is full and stays full.
mkfifo err
exec 9<>err
dd if=/dev/zero of=err bs=4096 count=1024 oflag=nonblock conv=notrunc 2>/dev/null
rm -f port
vitals-receive -v -k key -l 127.0.0.1:0 --port-file port -t 1200 >out 2>err </dev/null &
SERVER=$!
listening 'with standard error full'
message '{"id":"e1"}' -i id
code=$(post m --max-time 120)
[ "$code" = 202 ]
ok "an event is accepted: $code"
code=$(H_ID=other post m --max-time 120)
[ "$code" = 401 ]
ok "another one is refused: $code"
code=$(curl -s -o answer -w '%{http_code}' --max-time 120 "$URL/healthz")
[ "$code" = 200 ]
ok "health is well: $code"
kill -TERM "$SERVER"
wait_for gone "$SERVER"
wait "$SERVER"
status=$?
SERVER=
[ $status -eq 0 ] && [ "$(cat out)" = '{"id":"e1"}' ]
ok "SIGTERM ends it: status $status"
done_testing
