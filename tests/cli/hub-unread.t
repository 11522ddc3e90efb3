#!/bin/sh
# vitals-hub: a FIFO for the audit file that nobody reads.  What would be audited waits or
# is refused, and memory does not grow.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/hub.sh
. "$TESTS/cli/hub.sh"
command -v node >/dev/null || skip_all 'node is not installed'

client() { # NAME: a WebSocket that sends what is written to NAME.in, and prints to NAME
	mkfifo "$1.in"
	node "$TESTS/servers/ws-client.js" "$URL/ws" <"$1.in" >"$1" 2>&1 8>&- 5>&- &
	CLIENTS="$CLIENTS $!"
}
mkfifo fifo
exec 5<>fifo
dd if=/dev/zero of=fifo oflag=nonblock bs=4096 count=4096 2>/dev/null
hub --stay --heartbeat-min 1 --audit fifo
create websocket '' id-only "$(filter 'Observation?code=http://loinc.org|8867-4') | $(heartbeat 1)"
status "/Subscription/\$get-ws-binding-token?id=$ID" >code
token=$(answer '.parameter[] | select(.name == "token") | .valueString')
client early
exec 6>early.in
client again
exec 7>again.in
# One that does not bind in time is closed.
echo "bind-with-token $token" >&6
echo "bind-with-token $token" >&7
wait_for grep -q '"heartbeat"' early
ok 'a client that is bound gets heartbeats'
wait_for grep -q '"handshake"' again

curl -s -o answer -w '%{http_code}\n' --max-time 600 "$URL/Subscription#[1-4000]" |
	uniq >codes
is 'requests are answered until 1 MiB waits, and then refused' \
	"$(tr '\n' ' ' <codes)" '200 503 '
from=$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)
wait_for grep -q '^vitals-hub: audit: the reader has 1 MiB left to read' err
ok 'which is reported'
echo "bind-with-token $token" >&7
wait_for grep -q '^close ' again
is 'a client that binds again is told to try later' "$(tail -n 1 again)" \
	'close 1013 the audit file is not read'
sleep 3 # some heartbeats, if they did not wait
till=$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)

before=$(wc -l <early)
tr -d '\000' <fifo >audit.read 5<&- &
reader=$!
exec 5<&-
has_more() {
	[ "$(wc -l <early)" -gt "$before" ]
}
wait_for has_more
ok 'once it is read, the client gets heartbeats again'
try 'the hub ends' finish TERM
is_status 0
is_stdout ''
stderr_has listening
wait $reader
try 'what was read' vitals-audit verify audit.read
is_status 0
stdout_json '.faults == 0 and .lines > 2000'
is_stderr ''
is 'no notification was audited meanwhile' "$(jq -c --arg from "$from" --arg till "$till" \
	'select(.record == "notification" and .time > $from and .time < $till)' audit.read | wc -l)" 0
done_testing
