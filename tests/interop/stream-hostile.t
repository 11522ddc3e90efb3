#!/bin/sh
# vitals-stream and hostile clients: they are refused or bounded, and the good
# ones are served.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/stream.sh
. "$TESTS/cli/stream.sh"
need_npm ws

attack() { # KIND [N]: in the background
	node "$INTEROP/stream-hostile.js" "$1" "$PORT" "${2-}" >"attack.$1" 2>&1 8>&- &
	ATTACK=$!
	CLIENTS="$CLIENTS $ATTACK"
}
memory() { # of the server, in kB
	awk '/^VmRSS:/ { print $2 }' "/proc/$SERVER/status"
}
n=0
served() { # NAME: does a line reach everybody who is good?
	n=$((n + 1))
	lines $n $n | feed
	wait_for has_number live $n
	ok "$1: who watches is served"
	watch late '/events?after=earliest'
	wait_for has_number late $n
	ok "$1: who comes is served"
	kill "$WATCHER"
}

stream --stay --clients 50
watch live /events
served 'before'
before=$(memory)

try 'wrong messages' node "$INTEROP/stream-hostile.js" frames "$PORT"
is_status 0
is_stdout 'giant: 1009 the message is too long
too long: 1009 the message is too long
unmasked: 1002 a frame of the client is not masked
binary: 1003 a message is not text
no JSON: 1008 a message is not a JSON object
no object: 1008 a message is not a JSON object
ack that is text: 1008 an ack is not a sequence number
ack that is negative: 1008 an ack is not a sequence number
token that is a number: 1008 a token is not a string
two acks: 1008 a message is not a JSON object
nested too deep: 1008 a message is not a JSON object
no UTF-8: 1007 a text message is not UTF-8
reserved: 1002 a reserved bit is set'
is_stderr ''

attack flood
wait_for grep -q "done" attack.flood
served 'a flood of pings'
attack idle 300
wait_for grep -q ready attack.idle
served '300 idle connections'
attack half 300
wait_for grep -q ready attack.half
served '300 halves of a request'
after=$(memory)
[ "$before" -gt 0 ] && [ $((after - before)) -lt 20000 ]
ok "memory is bounded: $before kB before, $after kB after"
kill "$ATTACK"
try 'the server ends' finish TERM
is_status 0
is_stdout ''
stderr_has listening

# ---- Ten thousand of them at the same time, if the limit of open files allows.

most=10000
# shellcheck disable=SC3045 # dash and bash have it
hard=$(ulimit -Hn)
[ "$hard" = unlimited ] || [ "$hard" -ge $((most + 300)) ] || most=$((hard - 300))
[ $most -ge 10000 ] || skip '10000 connections' "the limit of open files is $hard: only $most"
# shellcheck disable=SC3045
ulimit -n $((most + 300))
connections() { # MINIMUM: does the server have that many?
	[ "$(ls "/proc/$SERVER/fd" | wc -l)" -ge "$1" ]
}
no_connections() {
	! connections 200
}
stream --stay --clients $((most + 100))
watch live /events
n=0
served 'before'
for kind in idle half subscribed; do
	before=$(memory)
	attack $kind $most
	wait_for grep -q ready attack.$kind
	# The server closes the others after 10 seconds.
	[ $kind != subscribed ] || wait_for connections $most
	after=$(memory)
	served "$most connections, $kind"
	[ "$before" -gt 0 ] && [ $((after - before)) -lt $((16 * most)) ]
	ok "memory is bounded: $(((after - before) * 1024 / most)) bytes for each"
	kill "$ATTACK"
	wait_for no_connections
	ok 'the server notices that they are gone'
done
try 'the server ends' finish TERM
is_status 0
is_stdout ''
stderr_has listening
done_testing
