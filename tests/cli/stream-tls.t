#!/bin/sh
# vitals-stream over TLS: every transport, and clients that cannot be served.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/stream.sh
. "$TESTS/cli/stream.sh"
command -v openssl >/dev/null || skip_all 'no openssl here'

certificate server
certificate other
stream_tls() {
	stream --tls-cert server.pem --tls-key server.key
	URL=https://127.0.0.1:$PORT
}
is_code() { # NAME STATUS OPTION ...: of curl
	code_name=$1 code_want=$2
	shift 2
	fetch /healthz --cacert server.pem "$@" >answer
	code=$?
	[ $code -eq "$code_want" ]
	ok "$code_name: $code"
}

# ---- Each transport.

stream_tls
watch sse /events --cacert server.pem
# Not with fetch: the shell of a function keeps the server's input open.
curl -sNi --max-time 1200 --cacert server.pem "$URL/ws" --http1.1 -H 'Connection: Upgrade' \
	-H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' \
	-H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' >ws 8>&- &
WS=$!
CLIENTS="$CLIENTS $WS"
wait_for grep -aq '"record":"hello"' ws
grep -aq '^HTTP/1.1 101 ' ws
ok 'WebSocket is switched to'
curl -s --max-time 1200 --cacert server.pem "$URL/poll?after=0&wait=60" >polled 8>&- &
POLL=$!
CLIENTS="$CLIENTS $POLL"
wait_for has_clients poll 1 --cacert server.pem
ok 'a poll waits'
lines 1 1 | feed
wait_for gone "$POLL"
[ "$(jq -r 'select(.record == "line") | .line.n' polled)" = 1 ]
ok 'it is answered with the line'
# More than a record of TLS, and than the kernel holds, in one write.
pad=$(head -c 60000 /dev/zero | tr '\0' x)
lines 2 40 | jq -c --arg pad "$pad" '.pad = $pad' | feed
lines 41 41 | feed
wait_for has_number sse 41
wait_for grep -aq '"n":41' ws
ok 'long lines, too'
[ "$(grep -ao '"record":"line"' ws | wc -l)" = 41 ]
ok 'WebSocket: every line'
try 'the input ends' finish
is_status 0
is_stdout ''
is_stderr "vitals-stream: listening on https://CLIENT/"
wait_for gone "$WATCHER"
wait_for gone "$WS"
[ "$(numbers sse)" = "$(seq 41 | paste -sd ' ')" ]
ok 'server-sent events: every line'
[ "$(sed -n 's/^data: //p' sse | tail -n 1 | jq -r .reason)" = end ]
ok 'server-sent events: bye at the end'

# ---- Clients that are refused, which others do not notice.

stream_tls
watch live /events --cacert server.pem
is_code 'TLS 1.3' 0 --tlsv1.3
is_code 'TLS 1.2 is refused' 35 --tls-max 1.2
is_code 'an unknown authority' 60 --cacert other.pem
[ "$(curl -s --max-time 300 "http://127.0.0.1:$PORT/healthz")" = '' ]
ok 'plain HTTP gets no answer'
curl -s --max-time 300 "http://127.0.0.1:$PORT/events" >plain
[ $? -ne 0 ] && [ ! -s plain ]
ok 'nor any event'
lines 1 1 | feed
wait_for has_number live 1
ok 'a client of TLS is served'

# ---- Another certificate for those who come.

cp server.pem old.pem
cp other.pem server.pem
kill -HUP "$SERVER"
wait_for grep -q 'not reloaded' err
is_code 'a certificate without its key changes nothing' 0 --cacert old.pem
cp other.key server.key
kill -HUP "$SERVER"
wait_for grep -q ': reloaded keys' err
is_code 'the new certificate' 0 --cacert other.pem
is_code 'not the old one' 60 --cacert old.pem
lines 2 2 | feed
wait_for has_number live 2
ok 'who was there stays'
try 'the server ends' finish TERM
is_status 0
is_stdout ''
stderr_has 'TLS handshake: the client does not speak TLS 1.3'
stderr_has 'TLS handshake: the client speaks plain http$'
done_testing
