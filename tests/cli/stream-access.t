#!/bin/sh
# vitals-stream: tokens, origins, hosts, and limits by address.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/stream.sh
. "$TESTS/cli/stream.sh"

vitals-sign -q --new-key hmac
vitals-sign -q --new-key ed --algorithm ed25519 >public
vitals-sign -q --new-key other
token() { # OPTION ...
	vitals-token -q -k hmac "$@"
}
code() { # TOKEN PATH [ARG of curl ...]
	code_t=$1 code_p=$2
	shift 2
	status "$code_p" -H "Authorization: Bearer $code_t" "$@"
}

# ---- Whose token shows what.

stream --stay -k hmac -k public
all=$(token --all-sessions)
one=$(token -s s1 --subject nurse)
two=$(token -s s1 -s s2)
{
	lines 1 2 vitals.sample s1
	lines 3 4 vitals.sample s2
	echo '{"n":5}'
	lines 6 6 vitals.session.started s2
} | feed
seen() { # TOKEN [QUERY]
	fetch "/poll?after=0&${2-}" -H "Authorization: Bearer $1" |
		jq -r 'select(.record == "line") | .line.n' | paste -sd ' '
}
wait_for eval '[ "$(seen "$all")" = "1 2 3 4 5 6" ]'
ok 'a token for all shows all'
[ "$(seen "$one")" = '1 2' ]
ok 'a token for one session shows that'
[ "$(seen "$two")" = '1 2 3 4 6' ]
ok 'a token for two shows two, and nothing of no session'
[ "$(seen "$two" session=s2)" = '3 4 6' ]
ok 'of which one can be chosen'
[ "$(seen "$(vitals-token -q -k ed --all-sessions)")" = '1 2 3 4 5 6' ]
ok 'an Ed25519 token is taken with its public key'
fetch '/poll?after=0' -H "Authorization: Bearer $one" |
	jq -c 'select(.record == "hello") | .sessions == []' | grep -qx true
ok 'the hello lists only sessions that the client may see'
c=$(code "$one" '/poll?session=s2')
[ "$c" = 403 ] && [ "$(cat answer)" = 'the token is not for this session' ]
ok "another session is refused: $c"
c=$(status "/poll?access_token=$one")
[ "$c" = 200 ]
ok "a token in the query: $c"
c=$(code "$one" /metrics)
d=$(code "$all" /metrics)
[ "$c$d" = 403200 ]
ok "the counters are for those who see all: $c $d"
c=$(status /healthz)
[ "$c" = 200 ]
ok "health needs no token: $c"

# ---- Refusals: each names what is wrong, and none is let in.

now=$(date +%s)
b64() {
	base64 -w 0 | tr '+/' '-_' | tr -d =
}
hex() {
	od -An -v -tx1 | tr -d ' \n'
}
sign() { # HEADER PAYLOAD [HEX]: a token by hand, with the bytes HEX as its key
	sign_in=$(printf '%s' "$1" | b64).$(printf '%s' "$2" | b64)
	sign_key=${3-$(sed -n 's/.*whsec_//p' hmac | base64 -d | hex)}
	printf '%s.%s' "$sign_in" "$(printf '%s' "$sign_in" |
		openssl dgst -sha256 -mac HMAC -macopt "hexkey:$sign_key" -binary | b64)"
}
good='{"sub":"x","sessions":["*"],"aud":"vitals-stream","exp":'$((now + 600))'}'
head='{"alg":"HS256","typ":"JWT"}'
c=$(code "$(sign "$head" "$good")" /poll)
[ "$c" = 200 ]
ok "a token made by hand: $c"
refused() { # NAME TOKEN
	c=$(code "$2" /poll)
	[ "$c" = 401 ] && grep -q . answer
	ok "$1: $c: $(cat answer)"
}
refused 'no token at all' ''
refused 'no token but text' abc
refused 'alg none' "$(printf '{"alg":"none"}' | b64).$(printf '%s' "$good" | b64)."
refused 'alg none, signed' "$(sign '{"alg":"none"}' "$good")"
refused 'alg in another case' "$(sign '{"alg":"hs256"}' "$good")"
refused 'alg of the other key' "$(sign '{"alg":"EdDSA"}' "$good")"
refused 'alg HS512' "$(sign '{"alg":"HS512"}' "$good")"
refused 'a header that must be understood' "$(sign '{"alg":"HS256","crit":["x"],"x":1}' "$good")"
refused 'another key' "$(vitals-token -q -k other --all-sessions)"
refused 'the public key as a secret' "$(sign "$head" "$good" "$(hex <public)")"
refused 'expired' "$(token --all-sessions --at 2020-01-01T00:00:00Z)"
refused 'not yet valid' "$(sign "$head" '{"sessions":["*"],"aud":"vitals-stream","nbf":'$((now + 500))',"exp":'$((now + 600))'}')"
refused 'without exp' "$(sign "$head" '{"sessions":["*"],"aud":"vitals-stream"}')"
refused 'exp that is text' "$(sign "$head" '{"sessions":["*"],"aud":"vitals-stream","exp":"'$((now + 600))'"}')"
refused 'for another audience' "$(token --all-sessions --audience other)"
refused 'without sessions' "$(sign "$head" '{"aud":"vitals-stream","exp":'$((now + 600))'}')"
refused 'a changed payload' "$(printf '%s' "$one" | cut -d . -f 1).$(printf '%s' "$good" | b64).$(printf '%s' "$one" | cut -d . -f 3)"
refused 'a cut signature' "${one%????}"
refused 'four parts' "$one.x"
refused 'a token that is too long' "$(head -c 9000 /dev/zero | tr '\0' a)"
c=$(status "/poll?access_token=$one" -H "Authorization: Bearer $one")
[ "$c" = 401 ]
ok "two tokens: $c"
c=$(status /poll -H "Cookie: access_token=$one")
[ "$c" = 401 ]
ok "a cookie: $c"
c=$(status /poll -H "Authorization: Basic $one")
[ "$c" = 401 ]
ok "another scheme: $c"
fetch /poll -i | grep -qi '^www-authenticate: Bearer '
ok 'a refusal says what is needed'
# One client makes them all: failures are counted by the minute.
curl -s -o answer -w '%{http_code}\n' --max-time 300 -H 'Authorization: Bearer x.y.z' \
	"$URL/poll?n=[1-60]" >codes
is 'they are refused at first' "$(uniq codes | tr '\n' ' ')" '401 429 '
[ "$(status /poll -H "Authorization: Bearer $one")" = 429 ]
ok "after many failures of an address even a good token has to wait"
try 'the server ends' finish TERM
is_status 0
is_stdout ''
stderr_has 'refused: 401: no key signed it$'
grep -qF "$one" err
[ $? -ne 0 ]
ok 'no token is in the messages'

# ---- The end of a token ends the connection.

stream -k hmac
watch short /events -H "Authorization: Bearer $(token -s s1 -e 15)"
wait_for gone "$WATCHER"
grep -A 2 '^event: bye$' short | grep -q '"reason":"token-expired"'
ok 'an expired token ends its connection'
try 'a new key' vitals-sign -q --new-key newer
is_status 0
is_stdout ''
is_stderr ''
watch stays /events -H "Authorization: Bearer $(token -s s1)"
cp newer hmac
kill -HUP "$SERVER"
wait_for grep -q reloaded err
c=$(code "$one" /poll)
d=$(code "$(token -s s1)" /poll)
[ "$c$d" = 401200 ] && kill -0 "$WATCHER"
ok "SIGHUP: other keys for those who come: $c $d"
echo broken >hmac
kill -HUP "$SERVER"
wait_for grep -q 'not reloaded' err
d=$(code "$(vitals-token -q -k newer -s s1)" /poll)
[ "$d" = 200 ]
ok "keys that cannot be read change nothing: $d"
try 'the input ends' finish
is_status 0
is_stdout ''
stderr_has '^vitals-stream: not reloaded: keys and certificates stay as they were$'

# ---- Origins and hosts.

stream --stay --allow-origin https://Ward.Example:443 --clients 4 --per-address 3
origin() { # STATUS ORIGIN [ARG of curl ...]
	origin_s=$1 origin_o=$2
	shift 2
	c=$(status /poll -H "Origin: $origin_o" "$@")
	[ "$c" = "$origin_s" ]
	ok "origin $origin_o $*: $c"
}
origin 200 "http://127.0.0.1:$PORT"
origin 200 https://ward.example
origin 403 "https://127.0.0.1:$PORT"
origin 403 http://127.0.0.1:1
origin 403 https://ward.example.evil.example
origin 403 https://ward.exampl
origin 403 null
origin 403 "http://evil.example:$PORT" -H "Host: evil.example:$PORT"
c=$(status /poll -H 'Host: evil.example')
[ "$c" = 403 ]
ok "a name that leads here by mistake: $c"
for h in "localhost:$PORT" localhost '[::1]:80' 127.1.2.3; do
	c=$(status /poll -H "Host: $h")
	[ "$c" = 200 ]
	ok "host $h: $c"
done
fetch /poll -i -H 'Origin: https://ward.example' >heads
grep -qi '^access-control-allow-origin: https://ward.example.$' heads && grep -qi '^vary: origin' heads
ok 'a page that may read is told so'
fetch /poll -i -H "Origin: http://127.0.0.1:$PORT" | grep -qi access-control
[ $? -ne 0 ]
ok 'our own needs no telling'
fetch /events -i -X OPTIONS -H 'Origin: https://ward.example' \
	-H 'Access-Control-Request-Method: GET' >heads
grep -q '^HTTP/1.1 204 ' heads && grep -qi '^access-control-allow-headers: .*authorization' heads
ok 'a preflight is answered'
c=$(status /events -X OPTIONS -H 'Origin: https://evil.example')
[ "$c" = 403 ]
ok "but not to others: $c"

# ---- Limits.

watch a /events
watch b /events
watch c /events
c=$(status /poll)
[ "$c" = 503 ] && grep -q 'from this address' answer
ok "the fourth of an address: $c"
kill "$WATCHER"
wait_for eval '[ "$(status /poll)" = 200 ]'
ok 'one leaves: another may come'
try 'the server ends' finish TERM
is_status 0
is_stdout ''
stderr_has 'refused: 403: pages of this origin may not use this server$'

# ---- What cannot be asked for.

for row in '--listen 0.0.0.0:0 --allow-http|--key-file is needed' \
	'--listen 0.0.0.0:0 -k newer|--tls-cert is needed' \
	'--listen here|is not ADDRESS:PORT' '--tls-cert x|need each other' \
	'--allow-origin https://a.example/x|is not an origin: SCHEME://HOST or SCHEME://HOST:PORT, without a path$' \
	'--heartbeat 10 --dead-after 15|less than twice' 'file|takes no operands'; do
	# shellcheck disable=SC2086
	try "${row%%|*}" vitals-stream ${row%%|*}
	is_status 2
	is_stdout ''
	stderr_has "${row#*|}"
done
printf 'whsec_%s\n' "$(printf 'short key of 24 bytes...' | base64)" >weak
try 'a key that is too short' vitals-stream -k weak -l 127.0.0.1:0
is_status 3
is_stdout ''
stderr_has '^vitals-stream: '
done_testing
