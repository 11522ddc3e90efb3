#!/bin/sh
# vitals-stream and clients that nobody here wrote: npm ws and eventsource, and
# Debian's python3-websockets.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/stream.sh
. "$TESTS/cli/stream.sh"
need_npm ws eventsource
need_command openssl

client() { # FILE KIND QUERY [TOKEN]
	client_f=$1
	client_k=$2
	shift 2
	: >"$client_f" # what an earlier client printed is not this one's
	rm -f "$client_f.in"
	mkfifo "$client_f.in"
	# For reading and writing: this waits for no writer, and sees no end.
	node "$INTEROP/stream-clients.js" "$client_k" "$URL" "$@" \
		>"$client_f" 2>&1 8>&- <>"$client_f.in" &
	CLIENT=$!
	CLIENTS="$CLIENTS $CLIENT"
}
renew() { # FILE OPTION ...: have the client send a token that has OPTIONs
	renew_f=$1
	shift
	printf '{"token":"%s"}\n' "$(vitals-token -q "$@")" 1<>"$renew_f.in"
}
sequences() { # FILE: the numbers n of its lines, of either client
	grep '"line":' "$1" | jq -r '.line.n' | paste -sd ' '
}

# ---- npm ws

stream
lines 1 3 | feed
client ws ws after=earliest
wait_for grep -q '"n":3' ws
lines 4 6 | feed
wait_for grep -q '"n":6' ws
wait_for eval 'fetch /metrics | grep -q "^vitals_stream_acknowledged_seconds_count [1-9]"'
ok 'ws: an acknowledgement is counted'
try 'ws: the input ends' finish
is_status 0
is_stdout ''
stderr_has listening
wait_for gone "$CLIENT"
[ "$(sequences ws)" = '1 2 3 4 5 6' ] && [ "$(head -n 1 ws)" = 'open vitals.stream.v1' ] &&
	[ "$(tail -n 1 ws)" = 'close 1000 end' ]
ok 'ws: every line, and a close that says why'
sed -n 2p ws | jq -c '.record == "hello" and .version == "1.0"' | grep -qx true
ok 'ws: hello first'
tail -n 2 ws | head -n 1 | jq -c '.record == "bye" and .reason == "end"' | grep -qx true
ok 'ws: bye last'

# ---- Latency, from the event to the acknowledgement

stream --stay
client ws ws
wait_for grep -q '"record":"hello"' ws
event_is_acknowledged() {
	jq -nc '{type: "vitals.sample", time: (now - 300 | floor | todate)}' | feed
	[ "$(metric event_acknowledged_seconds_count '')" -gt 0 ]
}
wait_for event_is_acknowledged
[ "$(metric event_acknowledged_seconds_bucket 'le="60"')" = 0 ] &&
	[ "$(metric acknowledged_seconds_bucket 'le="60"')" -gt 0 ]
ok 'ws: an acknowledgement is counted from the event, and from the sending'
try 'the server ends' finish TERM
is_status 0
is_stdout ''
stderr_has listening

# ---- Heartbeats, to clients whose filter excludes every line

stream --stay --heartbeat 0.2
client quiet ws type=none
client silent eventsource type=none
wait_for grep -q '"record":"hello"' quiet
wait_for grep -q '"record":"hello"' silent
lines 1 3 | feed
last=$(($(sed -n 's/.*"sequence":\([0-9]*\).*/\1/p' quiet | head -n 1) + 3))
wait_for grep -qx "{\"record\":\"heartbeat\",\"sequence\":$last}" quiet
ok 'ws: a heartbeat has the last number'
wait_for grep -qx "{\"record\":\"heartbeat\",\"sequence\":$last} $last" silent
ok 'eventsource: it becomes the last event ID'
try 'the server ends' finish TERM
is_status 0
is_stdout ''
stderr_has listening

# ---- npm eventsource survives a restart of the server

LISTEN=127.0.0.1:$(free_port)
stream --store history.db --retry 0.1 --stay
lines 1 3 | feed
client es eventsource after=earliest
wait_for grep -q '"n":3' es
finish TERM 2>/dev/null
rm -f in port
mkfifo in
vitals-stream -q -l "$LISTEN" --port-file port -t 1200 --store history.db >out 2>err <in &
SERVER=$!
unset LISTEN
exec 8>in
wait_for server_ready
lines 4 6 | feed
wait_for grep -q '"n":6' es
lines 7 7 | feed
wait_for grep -q '"n":7' es
try 'eventsource: the input ends' finish
is_status 0
is_stdout ''
is_stderr ''
wait_for gone "$CLIENT"
[ "$(sequences es)" = '1 2 3 4 5 6 7' ]
ok 'eventsource: every line once, across a restart'
grep -c '"record":"hello"' es >hellos
[ "$(cat hellos)" -ge 2 ] && ! grep -q '"record":"gap"' es
ok 'eventsource: it came back, and nothing was missing'

# ---- Tokens

vitals-sign -q --new-key key
stream --stay -k key
lines 1 1 vitals.sample s1 | feed
lines 2 2 vitals.sample s2 | feed
token=$(vitals-token -q -k key -s s2 -e 20)
client ws ws after=earliest "$token"
wait_for grep -q '"n":2' ws
[ "$(sequences ws)" = 2 ] && [ "$(head -n 1 ws)" = 'open vitals.stream.v1' ]
ok 'ws: a token as a subprotocol, which is not echoed'
wait_for gone "$CLIENT"
[ "$(tail -n 1 ws)" = 'close 1008 token-expired' ]
ok 'ws: the end of the token is the end of the connection'
client es eventsource after=earliest "$(vitals-token -q -k key -s s1)"
wait_for grep -q '"n":1' es
[ "$(sequences es)" = 1 ]
ok 'eventsource: a token in the query'
client ws ws after=earliest
wait_for gone "$CLIENT"
[ "$(cat ws)" = 'status 401' ]
ok 'ws: no token'
try 'the server ends' finish TERM
is_status 0
is_stdout ''
stderr_has listening

# ---- A new token on the connection, over TLS

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
	-subj /CN=server -addext subjectAltName=IP:127.0.0.1 \
	-keyout tls.key -out tls.pem 2>/dev/null
NODE_EXTRA_CA_CERTS=$WORK/tls.pem
export NODE_EXTRA_CA_CERTS
vitals-sign -q --new-key other
stream --stay -k key --tls-cert tls.pem --tls-key tls.key
URL=https://127.0.0.1:$PORT
lines 1 1 | feed
first=$(vitals-token -q -k key -s s1 --subject nurse -e 30)
client renewed ws after=earliest "$first"
renewed=$CLIENT
client kept ws after=earliest "$first"
kept=$CLIENT
wait_for grep -q '"n":1' kept
wait_for grep -q '"n":1' renewed
ok 'wss: two clients with one token'
renew renewed -k key -s s1 -s s2 --subject nurse
wait_for gone "$kept"
[ "$(tail -n 1 kept)" = 'close 1008 token-expired' ]
ok 'wss: one sends no other, and its connection ends'
lines 2 2 | feed
wait_for grep -q '"n":2' renewed
[ "$(sequences renewed)" = '1 2' ] && kill -0 "$renewed"
ok 'wss: one sends a new token, and its connection outlives the first'
lines 3 3 vitals.sample s2 | feed
lines 4 4 | feed
wait_for grep -q '"n":4' renewed
[ "$(sequences renewed)" = '1 2 4' ]
ok 'wss: it sees the sessions that it began with'
renew renewed -k key --all-sessions --subject nurse -e 15
wait_for gone "$renewed"
[ "$(tail -n 1 renewed)" = 'close 1008 token-expired' ]
ok 'wss: the last token is what counts'
refuse() { # REASON OPTION ...
	refuse_r=$1
	shift
	client refused ws after=earliest "$(vitals-token -q -k key -s s1 --subject nurse)"
	wait_for grep -q '"n":1' refused
	renew refused "$@"
	wait_for gone "$CLIENT"
	[ "$(tail -n 1 refused)" = "close 1008 $refuse_r" ]
	ok "wss: $refuse_r"
}
refuse 'the new token has another subject' -k key -s s1 --subject visitor
refuse 'the new token has another subject' -k key -s s1
refuse 'the new token is for other sessions' -k key -s s2 --subject nurse
refuse 'no key signed it' -k other -s s1 --subject nurse
try 'the server ends' finish TERM
is_status 0
is_stdout ''
stderr_has listening
unset NODE_EXTRA_CA_CERTS
stream --tls-cert tls.pem --tls-key tls.key
URL=https://127.0.0.1:$PORT
client untrusted ws after=earliest
wait_for gone "$CLIENT"
head -n 1 untrusted | grep -qx 'error [A-Z_]*SELF_SIGNED[A-Z_]*'
ok "wss: an unknown authority: $(head -n 1 untrusted)"
try 'the input ends' finish
is_status 0
is_stdout ''
stderr_has listening

# ---- python3-websockets

# The first python3 in PATH need not be Debian's.
python=
for p in python3 /usr/bin/python3; do
	[ -z "$python" ] && "$p" -c 'import websockets' 2>/dev/null && python=$p
done
if [ -n "$python" ]; then
	cat >client.py <<-'X'
	import asyncio, json, sys, websockets

	async def main():
	    url = "ws://127.0.0.1:%s/ws?after=earliest" % sys.argv[1]
	    async with websockets.connect(url, subprotocols=["vitals.stream.v1"]) as ws:
	        print("open", ws.subprotocol, flush=True)
	        await (await ws.ping())
	        async for text in ws:
	            print(text, flush=True)
	        print("close", ws.close_code, ws.close_reason, flush=True)

	asyncio.run(main())
	X
	stream
	lines 1 3 | feed
	"$python" client.py "$PORT" >py 2>&1 8>&- &
	CLIENT=$!
	CLIENTS="$CLIENTS $CLIENT"
	wait_for grep -q '"n":3' py
	try 'python: the input ends' finish
	is_status 0
	is_stdout ''
	stderr_has listening
	wait_for gone "$CLIENT"
	[ "$(sequences py)" = '1 2 3' ] && [ "$(head -n 1 py)" = 'open vitals.stream.v1' ] &&
		[ "$(tail -n 1 py)" = 'close 1000 end' ]
	ok 'python: every line, a ping answered, and a close that says why'
else
	skip 'python3-websockets' 'no python3-websockets here'
fi
done_testing
