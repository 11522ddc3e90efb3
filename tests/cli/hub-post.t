#!/bin/sh
# vitals-hub and vitals-post: the whole pipe, with receipts that come back.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
hook
hook_port=$PORT
# shellcheck source=tests/cli/hub.sh
. "$TESTS/cli/hub.sh"
trap 'stop_hooks; clean_up' EXIT
rm -f port

mkfifo events receipts messages
post() {
	vitals-post -q --spool spool --follow --retry-base 0.1 \
		<messages >receipts 2>post.err 8>&- &
	POST=$!
	CLIENTS="$CLIENTS $POST"
}
vitals-hub -q -l 127.0.0.1:0 --port-file port --stay -t 1200 -s hub.db -r receipts \
	--base-url http://hub.example <events >messages 2>err &
SERVER=$!
exec 8>events
post
wait_for server_ready
PORT=$(cat port)
URL=http://127.0.0.1:$PORT

create rest-hook "http://127.0.0.1:$hook_port/ok" full-resource \
	"$(filter 'Observation?code=8867-4') | .channel.payload = \"application/fhir+json; fhirVersion=4.3\" | .channel.header = [\"Authorization: Bearer secret\"]"
good=$ID
wait_for is_state "$good" active
ok 'the handshake is delivered, and its receipt makes the Subscription active'
create rest-hook "http://127.0.0.1:$hook_port/status/404" empty
wait_for is_state "$ID" error
ok 'an endpoint that is not there is an error'
is 'which says why' "$(status "/Subscription/$ID") $(answer .error | grep -c 404)" '200 1'
create rest-hook "http://127.0.0.1:$hook_port/flaky/2" empty "$(filter 'Observation?code=8867-4')"
wait_for is_state "$ID" active
ok 'an endpoint that fails at first is tried again'

events 61 80 | feed
delivered() { # the numbers that the first hook has acknowledged
	jq -r 'select(.url == "/ok" and .status == 200) | .body | fromjson | .entry[0].resource
		| select(.type == "event-notification") | .notificationEvent[].eventNumber' log 2>/dev/null | sort -n | uniq
}
all_delivered() {
	[ "$(delivered | wc -l)" -ge 20 ]
}
wait_for all_delivered
is 'all events are delivered' "$(delivered | paste -sd ' ')" "$(seq -s ' ' 1 20)"
jq -r 'select(.url == "/ok") | .headers["content-type"] + " " + .headers.authorization' log | sort -u >seen
is 'with the media type and the headers of the channel' "$(cat seen)" 'application/fhir+json; fhirVersion=4.3 Bearer secret'
jq -c 'select(.url == "/ok") | .body | fromjson | .id' log | sort >ids
is 'each message once' "$(sort -u ids | wc -l)" "$(wc -l <ids)"
settled() {
	status /metrics >/dev/null && grep -q '^vitals_hub_unsettled 0$' answer
}
wait_for settled
ok 'every receipt has come back'

# ---- The receipts of a vitals-post that was restarted.

kill -TERM "$POST"
wait "$POST"
is 'vitals-post ends: something was dead' $? 4
post
events 81 85 | feed
all_delivered() {
	[ "$(delivered | wc -l)" -ge 25 ]
}
wait_for all_delivered
wait_for settled
is 'the next one continues' "$(delivered | paste -sd ' ')" "$(seq -s ' ' 1 25)"

# ---- The end of the input is the end of all.

exec 8>&-
kill -TERM "$SERVER"
wait "$SERVER"
is 'the hub ends' $? 0
SERVER=
is 'it said nothing' "$(cat err)" ''
done_testing
