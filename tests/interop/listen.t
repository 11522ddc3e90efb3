#!/bin/sh
# vitals-listen at a server of npm ws and node: what is printed, by which way, and
# what happens where a way, the link, the token or the history fails.
. "$(dirname "$0")/lib.sh"
. "$INTEROP/listen.sh"
need_npm ws
need_command jq curl openssl

umask 077
# A listener in the background; all pauses are short.
start() { # OPTION ...
	: >out
	: >err
	vitals-listen -v --retry-base 0.01 --retry-cap 0.05 "$@" "$URL/" >out 2>err &
	listen_pid=$!
}
finish() { # NAME STATUS: it ends by itself, or is ended
	wait $listen_pid
	[ $? -eq "$2" ]
	ok "$1: status $2"
}
logged() { # JQ-CONDITION: has the server seen it?
	[ -n "$(jq -c "select($1)" log 2>/dev/null)" ]
}
said() { # PATTERN
	grep -q "$1" err
}

stream_start
control 'lines=9&size=120'

# ---- What is printed --------------------------------------------------------
for way in websocket sse poll; do
	try "history: $way" vitals-listen -t $way -a earliest -n 9 "$URL"
	is_status 0
	stdout_lines 9
	is_stderr ''
	in_order .out 9 1795415610000000
	ok "in order: $way"
	try "filters: $way" vitals-listen -t $way -a earliest -n 2 -s s1 -s s2 \
		--type sample "$URL/"
	is_status 0
	stdout_json '.type == "vitals.sample" and .session.id != "s0"'
	is_stderr ''
	try "behind a line: $way" vitals-listen -t $way -a 1795415610000006 -n 2 "$URL"
	is_status 0
	stdout_json '.n > 1795415610000006'
	is_stderr ''
done
logged '.agent // "" | startswith("vitals-listen/")'
ok 'says who it is'
try 'once' vitals-listen -1 "$URL"
is_status 0
stdout_lines 9
is_stderr ''
try 'once, through a filter that nothing passes' vitals-listen -1 -s 'é&x=1' "$URL"
is_status 0
is_stdout ''
is_stderr ''
logged '.sessions == ["é&x=1"]'
ok 'names are escaped'
start -n 3
wait_for said 'connected by WebSocket'
control 'ping=1'
wait_for logged '.pong == "are you there"'
ok 'answers a ping'
control 'lines=4'
finish 'from now on' 0
in_order out 3 1795415610000009
ok 'what came before is not printed'

# ---- Other ways -------------------------------------------------------------
control 'refuse=ws'
start -n 1
wait_for said 'connected by Server-Sent Events'
control 'lines=1'
finish 'no WebSocket' 0
said "^vitals-listen: $URL/: the server answers 404: trying again in 0.0 s$"
ok 'says why'
control 'refuse=ws,sse'
start -n 1
wait_for said 'connected by polling'
control 'lines=1'
finish 'neither' 0
control 'refuse=none&mute=sse,ws'
start -n 1 --timeout 0.3
wait_for said 'connected by polling'
control 'lines=1'
finish 'ways that stay mute' 0
control 'mute=none&refuse=ws'
start -n 1 --try-better 0.5
wait_for said 'connected by Server-Sent Events'
control 'refuse=none'
wait_for said 'connected by WebSocket'
control 'lines=1'
finish 'and up again' 0

# ---- Broken links -----------------------------------------------------------
for way in websocket sse poll; do
	start -t $way -n 4
	wait_for said connected
	control 'lines=2'
	wait_for has_lines 2 out
	control 'kick=1'
	control 'lines=2'
	finish "cut: $way" 0
	[ "$(jq -r .n out | sort -u | wc -l)" -eq 4 ]
	ok "each line once: $way"
done
for status in 403 404; do
	start -n 1
	wait_for said connected
	control "refuse=ws,sse,poll&status=$status"
	control 'kick=1'
	wait_for said "the server answers $status: trying again"
	control 'refuse=none&status=404'
	control 'lines=1'
	finish "a restart behind a proxy that answers $status" 0
done
start -n 1 -t websocket
wait_for said connected
control 'close=1013'
wait_for said 'the server closed: 1013 (because): trying again'
control 'lines=1'
finish 'a close code' 0
start -n 1 -t websocket --silence 1
wait_for said 'nothing was received for 1 second'
control 'lines=1'
finish 'a dead link' 0
start -n 1 -t sse
wait_for said connected
control 'send=id:%20x%0Adata:%20%7B%7D%0A%0A'
wait_for said 'an event without a number: trying again'
control 'lines=1'
finish 'an event that is none' 0

: >log
start -t poll -n 3
wait_for logged '.way == "poll"'
for n in 1 2 3; do
	control 'lines=1'
	wait_for has_lines $n out
done
finish 'three polls' 0
[ "$(jq -r 'select(.way == "poll").port' log | sort -u | wc -l)" -eq 1 ] &&
	[ "$(jq -c 'select(.way == "poll")' log | wc -l)" -ge 3 ]
ok 'polls share a connection'

# ---- The end ----------------------------------------------------------------
for way in websocket sse; do
	start -t $way
	wait_for said connected
	control 'bye=end'
	finish "the stream ends: $way" 0
done
start --stay -n 1
wait_for said connected
control 'bye=end'
wait_for said 'the server ends the connection (end)'
control 'lines=1'
finish 'but may begin again' 0

# ---- Records that print nothing ----------------------------------------------
say() { # JSON
	curl -sG "$URL/control" --data-urlencode "say=$1"
}
state_has() { # JQ-CONDITION
	jq -e "$1" beat >/dev/null 2>&1
}
for way in websocket sse; do
	rm -f beat
	start -t $way -s nobody --state beat
	wait_for said connected
	control 'lines=3'
	last=$(curl -s "$URL/poll?wait=0" | jq .sequence)
	say '{"record":"of-the-future","sequence":"x"}'
	say "{\"record\":\"heartbeat\",\"sequence\":$last}"
	wait_for state_has ".sequence == $last"
	say "{\"record\":\"heartbeat\",\"sequence\":$((last - 2))}"
	control 'kick=1'
	wait_for logged ".after == \"$last\""
	ok "a heartbeat moves the position, and never back: $way"
	control 'bye=end'
	finish "an unknown record is ignored: $way" 0
	[ ! -s out ]
	ok "nothing is printed: $way"
	! said 'kind'
	ok "nor complained about: $way"
done

# ---- Gaps -------------------------------------------------------------------
last=$(curl -s "$URL/poll?wait=0" | jq .sequence)
control 'lines=5'
control 'expire=3'
try 'lines that have expired' vitals-listen -t websocket -a "$last" -n 3 "$URL"
is_status 1
stdout_lines 4
is_stderr ''
head -n 1 .out >gap
printf '{"record":"gap","after":%s,"before":%s,"lost":2,"reason":"expired"}\n' \
	"$last" $((last + 3)) | cmp -s - gap
ok 'the gap as it was sent'
vitals-listen -a "$last" --state state -n 3 "$URL" >/dev/null 2>&1
cp state old-state
control 'epoch=ffeeddccbbaa0099'
control 'lines=2'
for way in websocket sse poll; do
	cp old-state state
	try "another epoch: $way" vitals-listen -t $way --state state -n 2 "$URL"
	is_status 1
	stdout_lines 3
	is_stderr ''
	head -n 1 .out | jq -e '.reason == "epoch" and .lost == null' >/dev/null
	ok "is reported first: $way"
	jq -e '.epoch == "ffeeddccbbaa0099"' state >/dev/null
	ok "and kept: $way"
done

# ---- A state ----------------------------------------------------------------
try 'goes on from its state' vitals-listen -1 --state state "$URL"
is_status 0
is_stdout ''
is_stderr ''
control 'lines=3'
try 'with what is new' vitals-listen -1 --state state "$URL"
is_status 0
stdout_lines 3
is_stderr ''
echo junk >bad
try 'a damaged state' vitals-listen -1 --state bad "$URL"
is_status 3
is_stdout ''
is_stderr 'vitals-listen: bad: damaged, or not a state file of vitals-listen'

# ---- Tokens -----------------------------------------------------------------
control 'token=good'
echo old >token
start -n 2 --token-file token
wait_for said 'the server answers 401'
! said 'Server-Sent'
ok 'another way is not tried'
echo good >token.new
mv token.new token
wait_for said connected
ok 'the token is read again'
control 'lines=1'
wait_for has_lines 1 out
echo better >token
wait_for logged '.message == "{\"token\":\"better\"}"'
ok 'a new one is sent on the open connection'
control 'lines=1'
finish 'with a token' 0
chmod 644 token
try 'a token that others can read' vitals-listen --token-file token "$URL"
is_status 3
is_stdout ''
stderr_has 'chmod 600'
try 'gives up' vitals-listen --give-up-after 0.2 --retry-base 0.01 -q "$URL"
is_status 4
is_stdout ''
is_stderr "vitals-listen: $URL: gave up: the server answers 401"
control 'token='

# ---- Waiting ----------------------------------------------------------------
control 'refuse=ws&status=503&after=1'
start -n 1
wait_for said 'the server answers 503: trying again in 1.0 s'
control 'refuse=none'
wait_for said connected
control 'lines=1'
finish 'Retry-After' 0
stream_stop
try 'nobody there' vitals-listen --give-up-after 0.2 --retry-base 0.01 "$URL"
is_status 4
is_stdout ''
stderr_has 'gave up: '

# ---- TLS --------------------------------------------------------------------
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
	-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
	-keyout tls.key -out tls.crt 2>/dev/null
stream_start tls.crt tls.key
control 'lines=300'
for way in websocket sse poll; do
	try "TLS: $way" vitals-listen --ca-file tls.crt -t $way -a earliest -n 300 "$URL"
	is_status 0
	stdout_lines 300
	is_stderr ''
done
try 'an unknown authority' vitals-listen --give-up-after 0 -q "$URL"
is_status 4
is_stdout ''
stderr_has 'gave up: .*certificate'
stream_stop

# ---- Usage ------------------------------------------------------------------
usage() { # MESSAGE ARG ...
	usage_message=$1
	shift
	try "$usage_message" vitals-listen "$@"
	is_status 2
	is_stdout ''
	stderr_has "^vitals-listen: $usage_message"
}
usage 'give one URL'
usage 'not an http:// or https:// URL' ws://127.0.0.1/
usage 'plain http goes only to loopback' http://example.org/
usage "--after: 'x' is neither" -a x http://127.0.0.1/
usage '--once with --after now prints nothing' -1 -a now http://127.0.0.1/
usage '--once polls' -1 -t sse http://127.0.0.1/
usage 'URL has a query' 'http://127.0.0.1/?x=1'
done_testing
