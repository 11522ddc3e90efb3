#!/bin/sh
# vitals-audit trace with the audit files that vitals-post and vitals-receive write: the
# way of one event across both, and of one that had to be tried again.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"

ways() { # ID [FILE ...]: FILE and what happened, without times and ports
	ways_id=$1
	shift
	vitals-audit trace "$ways_id" "$@" |
		jq -r '"\(.file): \(.what)"' |
		sed -E 's/127\.0\.0\.1:[0-9]+/HOST/g; s/[0-9]+\.[0-9]+ s$/N s/; s/latency: [0-9.]+ s/latency: N s/'
}
event() { # ID
	printf '{"schemaVersion":"1.0","id":"%s","type":"vitals.sample","time":"%s","session":{"id":"s-1"}}\n' \
		"$1" "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
}

# It goes, and comes back on the same port.
LISTEN=127.0.0.1:$(free_port)
receive_to out -q --path /hook --audit receiver
event e-1 >events
event e-2 >>events
hook=$URL/hook
vitals-post -q -k key --audit sender "$hook" <events >receipts
is 'both are delivered' "$(jq -r .status receipts | tr '\n' ' ')" 'delivered delivered '
is 'the way of one' "$(ways e-1 sender receiver | sort)" \
	'receiver: request for /hook, from HOST: HTTP 202
sender: attempt 1 to http://HOST/hook: HTTP 202, N s
sender: delivered: http://HOST/hook, attempts: 1, latency: N s'
is 'the way of the other, first through the sender' \
	"$(ways e-2 sender receiver | grep -c HOST) $(ways e-2 sender | tail -n 1)" \
	'3 sender: delivered: http://HOST/hook, attempts: 1, latency: N s'

# Nobody is there at first: a refused connection, and the attempt that follows.
stop
event e-3 >events
vitals-post -q -k key --audit sender --retry-base 0.05 --retry-cap 0.1 --breaker 0 \
	--max-attempts 1000 "$hook" <events >receipts &
poster=$!
tried() {
	grep -q '"id":"e-3"' sender
}
wait_for tried
receive_to out -q --path /hook --audit receiver
wait $poster
ways e-3 sender receiver >steps
is 'tried before the receiver was there' \
	"$(sed 's/: Failed.*//; 1!d' steps)" 'sender: attempt 1 to http://HOST/hook'
is 'then accepted, and delivered' "$(grep -c '^receiver: .*HTTP 202$' steps) \
$(grep -c '^sender: delivered: http://HOST/hook, ' steps)" '1 1'
is 'and each attempt is there' "$(grep -c '^sender: attempt' steps)" \
	"$(jq -r .attempts receipts)"

# Sent once more, as another run of the sender would: it is known.
vitals-post -q -k key --audit sender "$hook" <events >receipts
is 'the copy is answered with 200' "$(ways e-3 sender receiver |
	grep '^receiver' | sed 's/.*HTTP/HTTP/' | tr '\n' ' ')" 'HTTP 202 HTTP 200 '

try 'nothing is in the files but what they say' vitals-audit verify sender
is_status 0
stdout_json '.faults == 0'
is_stderr ''
try 'and in the other' vitals-audit verify receiver
is_status 0
stdout_json '.faults == 0'
is_stderr ''
stop
done_testing
