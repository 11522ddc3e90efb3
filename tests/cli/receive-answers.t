#!/bin/sh
# valgrind
# How vitals-receive answers each kind of request, and what it prints: known faults of
# webhook receivers, and the rest of HTTP.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"

answer_is() { # NAME WANT-STATUS WANT-BODY ARG of post ...
	answer_n=$1 answer_s=$2 answer_b=$3
	shift 3
	is "$answer_n: status" "$(post "$@")" "$answer_s"
	is "$answer_n: body" "$(cat answer)" "$answer_b"
}

now=$(date +%s)
receive -v
message_as a1 '{"id":"a1","n":1.50}'
message_as a2 '{"id":"a2","n":2}'
message_as a3 '{"id":"a3","n":"\u00e4 ä"}'
answer_is 'order reversed: the second first' 202 '' a2
answer_is 'a valid one' 202 '' a1
answer_is 'the same again' 200 '' a1
answer_is 'the same again, signed afresh' 200 '' a1 -H 'x: y'

(H_ID='' post a3 >/dev/null)
is 'no ID: status' "$(H_ID='' post a3)" 400
is 'no signature: status' "$(H_SIGNATURE='' post a3)" 400
is 'no timestamp: status' "$(H_TIME='' post a3)" 400
is 'malformed timestamp: status' "$(H_TIME=12x post a3)" 400
is 'timestamp with a sign: status' "$(H_TIME=+$now post a3)" 400
is 'unknown signature version: status' "$(H_SIGNATURE=v9,AAAA post a3)" 401
is 'malformed signature: status' "$(H_SIGNATURE=v1 post a3)" 400
is 'no base64: status' "$(H_SIGNATURE='v1,!!!' post a3)" 400
is 'header twice: status' "$(post a3 -H "webhook-id: other")" 400
is 'header twice: body' "$(cat answer)" 'duplicate header webhook-id'
printf '{"id":"w1"}\n' | vitals-sign -q -k other -i id >w1
is 'wrong key: status' "$(post w1)" 401
is 'other ID: status' "$(H_ID=a4 post a3)" 401
is 'other time: status' "$(H_TIME=$((now - 1)) post a3)" 401
is 'altered body: status' "$(BODY='{"id":"a3","n":"x"}' post a3)" 401
is 'body with a newline more: status' "$(BODY="$(jq -r .payload a3)
" post a3)" 401
# On a slow machine much time may have passed since the start.
now=$(date +%s)
message '{"id":"s1"}' -i id --at $((now - 302))
is 'stale: status' "$(post m)" 401
message '{"id":"s2"}' -i id --at $((now + 400))
is 'from the future: status' "$(post m)" 401
message '{"id":"s3"}' -i id --at $((now - 200))
is 'nearly stale: status' "$(post m)" 202

is 'other content type: status' "$(H_TYPE=text/plain post a3)" 415
is 'form: status' "$(H_TYPE=application/x-www-form-urlencoded post a3)" 415
is 'no content type: status' "$(H_TYPE='' post a3)" 415
is 'compressed: status' "$(post a3 -H 'Content-Encoding: gzip')" 415
is 'compressed twice: status' \
	"$(post a3 -H 'Content-Encoding: identity' -H 'Content-Encoding: gzip')" 400
is 'compressed twice: why' "$(cat answer)" 'duplicate header content-encoding'
is 'a list of encodings: status' "$(post a3 -H 'Content-Encoding: identity, gzip')" 415
is 'two types: status' "$(post a3 -H 'Content-Type: text/plain')" 400
is 'explicitly not compressed: status' "$(message '{"id":"c0"}' -i id
post m -H 'Content-Encoding: Identity')" 202
is 'an empty encoding: status' "$(post m -H 'Content-Encoding;')" 200
message '{"id":"ce"}' -i id
for ce in ce-id ce-source CE-Type ce-specversion ce-traceparent; do
	is "a CloudEvent in binary mode, $ce: status" "$(post m -H "$ce: x")" 415
done
is 'a CloudEvent in binary mode: why' "$(cat answer)" "a CloudEvent in binary mode is \
refused, because its signature does not cover its ce- headers: sign with rfc9421, or \
send it in structured mode, as application/cloudevents+json"
is 'in structured mode: status' "$(H_TYPE='Application/CloudEvents+json; charset=utf-8' \
	post m -H 'ce-id: x')" 202
is 'type with parameter: status' \
	"$(H_TYPE='Application/JSON; charset=utf-8' post a3)" 202
is 'chunked: status' "$(message '{"id":"c1"}' -i id && post m -H 'Transfer-Encoding: chunked')" 202
is 'FHIR: status' "$(message '{"resourceType":"Bundle"}' && post m)" 202

# Signed, but not JSON: the fault of the sender, which should not retry.
now=$(date +%s)
sign_raw() { # ID BODY: what openssl signs for us
	printf '%s.%s.%s' "$1" "$now" "$2" | hmac
}
for bad in '[1]' '{"a":1' '{"a":1,"a":2}' 'text' '' '{"a":"'"$(printf '\200')"'"}'; do
	is "signed, but no JSON object: $bad" "$(H_ID=b1 H_TIME=$now \
		H_SIGNATURE=v1,$(sign_raw b1 "$bad") BODY=$bad post a3)" 400
done
pretty='{
  "id": "p1",
  "text": "a\nb"
}'
is 'over several lines: status' "$(H_ID=p1 H_TIME=$now \
	H_SIGNATURE=v1,$(sign_raw p1 "$pretty") BODY=$pretty post a3)" 202
is 'names of svix: status' "$(message '{"id":"v1"}' -i id
jq -j .payload m >body
curl -s -o answer -w '%{http_code}' -H "svix-id: v1" \
	-H "svix-timestamp: $(jq -r .timestamp m)" \
	-H "svix-signature: $(jq -r .signature m)" \
	-H 'Content-Type: application/json' --data-binary @body "$URL")" 202

is 'GET: status' "$(curl -s -o answer -w '%{http_code}' "$URL")" 405
is 'GET: Allow' "$(curl -s -o /dev/null -D - "$URL" | grep -i ^allow | tr -d '\r')" 'Allow: POST'
is 'health: status' "$(curl -s -w ' %{http_code}' "$URL/healthz" | tr -d '\n')" 'ok 200'
is 'health by HEAD' "$(curl -s -I "$URL/healthz" | first_line)" 'HTTP/1.1 200 OK'
is 'OPTIONS: status' "$(curl -s -o answer -w '%{http_code}' -X OPTIONS \
	-H 'WebHook-Request-Origin: a.example' "$URL")" 405

# Both versions of HTTP, one connection for two requests, and none after.
is 'HTTP/1.0' "$(printf 'GET /healthz HTTP/1.0\r\n\r\n' | raw 120 | first_line)" 'HTTP/1.1 200 OK'
is 'two requests at once' "$(printf 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' |
	raw 120 | grep -c '^HTTP/1.1 200')" 2
is 'HTTP/2.0' "$(printf 'GET / HTTP/2.0\r\nHost: x\r\n\r\n' | raw 120 | first_line)" \
	'HTTP/1.1 505 HTTP Version Not Supported'
is 'garbage' "$(printf 'garbage\r\n\r\n' | raw 120 | first_line)" 'HTTP/1.1 400 Bad Request'
is 'TLS on a plain port' "$(printf '\026\003\001\002\000\001\000\n\n' | raw 120 | first_line)" \
	'HTTP/1.1 400 Bad Request'
is 'bare line feeds' "$(printf 'GET / HTTP/1.1\nHost: x\n\n' | raw 120 | first_line)" 'HTTP/1.1 400 Bad Request'
is 'folded header' "$(printf 'GET / HTTP/1.1\r\nHost: x\r\n y: z\r\n\r\n' | raw 120 | first_line)" \
	'HTTP/1.1 400 Bad Request'
is 'two lengths' "$(printf 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab' |
	raw 120 | first_line)" 'HTTP/1.1 400 Bad Request'
is 'length and chunks' "$(printf 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n' |
	raw 120 | first_line)" 'HTTP/1.1 400 Bad Request'
is 'another coding' "$(printf 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n' |
	raw 120 | first_line)" 'HTTP/1.1 501 Not Implemented'
is 'malformed chunk' "$(printf 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n' |
	raw 120 | first_line)" 'HTTP/1.1 400 Bad Request'
is 'no host' "$(printf 'GET / HTTP/1.1\r\n\r\n' | raw 120 | first_line)" 'HTTP/1.1 400 Bad Request'
is 'an invalid host' "$(printf 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n' | raw 120 | first_line)" \
	'HTTP/1.1 400 Bad Request'
is 'a chunk with something after its size' "$(printf 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5 zz\r\nhello\r\n0\r\n\r\n' |
	raw 120 | first_line)" 'HTTP/1.1 400 Bad Request'
is 'another expectation' "$(printf 'GET / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n' |
	raw 120 | first_line)" 'HTTP/1.1 417 Expectation Failed'

try 'the receiver' finish
is_status 0
is_stdout '{"id":"a2","n":2}
{"id":"a1","n":1.50}
{"id":"s3"}
{"id":"c0"}
{"id":"ce"}
{"id":"a3","n":"\u00e4 ä"}
{"id":"c1"}
{"resourceType":"Bundle"}
{   "id": "p1",   "text": "a\nb" }
{"id":"v1"}'
stderr_has '^vitals-receive: 10 accepted, 3 known already, [0-9]* refused, 0 asked to try again, 10 lines printed$'
secret=$(sed 's/^whsec_//' key)
if grep -q -e "$secret" -e 'u00e4' err; then not_ok 'neither key nor payload on stderr' err
else
	true
	ok 'neither key nor payload on stderr'
fi
receive
curl -s -o /dev/null "$URL/nothing[1-30]"
try 'thirty refusals at once' finish
is_status 0
is_stdout ''
stderr_has 'further refusals of this minute are only counted$'
stderr_has 'all clients: refused: 10 more requests of that minute$'
is 'twenty of them are reported' "$(grep -c ': refused: 405' err)" 20

# ---- A path of its own, messages, other schemes, several keys --------------
receive --path /hook -k other --output message --allow-origin A.Example --allow-rate 120
is 'another path: status' "$(post a1)" 404
URL_PATH=/hook
is 'the path: status' "$(post a1)" 202
is 'the path with a query: status' "$(URL_PATH='/hook?x=1' post a1)" 200
is 'the other key: status' "$(post w1)" 202
curl -s -D heads -o /dev/null -X OPTIONS -H 'WebHook-Request-Origin: a.example' "$URL/hook"
is 'handshake: consent' "$(grep -i '^webhook-allowed' heads | tr -d '\r' | sort)" \
	'WebHook-Allowed-Origin: a.example
WebHook-Allowed-Rate: 120'
curl -s -D heads -o /dev/null -X OPTIONS -H 'WebHook-Request-Origin: b.example' "$URL/hook"
is 'handshake of another: status' "$(first_line <heads)" 'HTTP/1.1 403 Forbidden'
is 'handshake of another: no consent' "$(grep -ci '^webhook-allowed' heads)" 0
try 'messages' finish
is_status 0
is_stdout "$(cat a1 w1)"
stderr_has '^vitals-receive: listening on http://CLIENT/hook$'

for scheme in stripe github; do
	printf 'secret-of-%s-0123456789\n' $scheme >text
	printf '{"id":"x1"}\n' | vitals-sign -q -k text -s $scheme >m
	rm -f port
	vitals-receive -q -k text -s $scheme -l 127.0.0.1:0 --port-file port -n 1 -t 1200 >out2 2>err &
	SERVER=$!
	listening "$scheme"
	jq -j .payload m >body
	jq -r '.headers | to_entries[] | "\(.key): \(.value)"' m >headers
	for _ in 1 2; do
		curl -s -o /dev/null -w '%{http_code}\n' -H @headers \
			-H 'Content-Type: application/json' --data-binary @body \
			"$URL/" 2>/dev/null
	done >codes
	wait "$SERVER"
	is "$scheme: ends after one line" $? 0
	SERVER=
	is "$scheme: status" "$(head -n 1 codes)" 202
	is "$scheme: line" "$(cat out2)" '{"id":"x1"}'
done

# ---- Batches ---------------------------------------------------------------
receive
now=$(date +%s)
batch() { # BODY: its status, signed
	H_ID=batch$now$1 H_TIME=$now H_TYPE=application/cloudevents-batch+json
	H_ID=$(printf '%s' "$H_ID" | cksum | tr -d ' ')
	H_SIGNATURE=v1,$(sign_raw "$H_ID" "$1")
	BODY=$1
	post a1
}
e1='{"specversion":"1.0","id":"1","source":"/s","type":"t","data":{"n":1.0}}'
e2='{"specversion":"1.0","id":"2","source":"/s","type":"t"}'
e3='{"specversion":"1.0","id":"1","source":"/other","type":"t"}'
is 'a batch' "$(batch "[$e1, $e2 ]")" 202
is 'a batch, half of it known' "$(batch "[$e2,$e3]")" 202
is 'a batch, all of it known' "$(batch "[$e1,$e3]")" 200
is 'an empty batch' "$(batch '[]')" 200
is 'a batch with one event twice' "$(batch "[$e1,$e1]")" 200
is 'an event without source' "$(batch '[{"id":"9"}]')" 400
is 'an event without id' "$(batch "[$e1,{\"source\":\"/s\"}]")" 400
is 'no array' "$(batch "$e1")" 400
is 'an array of numbers' "$(batch '[1,2]')" 400
is 'more after the array' "$(batch '[] []')" 400
is 'an open array' "$(batch '[{"id":"1","source":"x"}')" 400
try 'batches' finish
is_status 0
is_stdout "$e1
$e2
$e3"
stderr_has 'refused: 400: event 1 of the batch: no source$'

# ---- Usage -----------------------------------------------------------------
usage() { # NAME MESSAGE OPTION ...
	usage_n=$1 usage_m=$2
	shift 2
	try "$usage_n" vitals-receive "$@"
	is_status 2
	is_stdout ''
	is_stderr "vitals-receive: $usage_m
usage: vitals-receive [OPTION ...] (--help for more)"
}
usage 'no key' 'no key: give --key-file, --key-fd or $VITALS_KEY_FILE' -l 127.0.0.1:0
usage 'an operand' 'takes no operands' -k key x
for l in 8080 localhost host.example:1 127.0.0.1 127.0.0.1:x 127.0.0.1:65536 :80 '[::1]' ::1:80 127.0.0.1: 127.0.0.1:1x; do
	usage "--listen $l" "--listen: '$l' is not ADDRESS:PORT, such as 127.0.0.1:8080, 0.0.0.0:443 or [::1]:8080" -k key -l "$l"
done
usage 'plain http beyond loopback' \
	"--listen: '0.0.0.0:0' is not loopback: --tls-cert is needed, or --allow-http behind a proxy that speaks TLS" -k key -l 0.0.0.0:0
usage 'plain http beyond loopback, IPv6' \
	"--listen: '[::]:0' is not loopback: --tls-cert is needed, or --allow-http behind a proxy that speaks TLS" -k key -l '[::]:0'
usage 'a certificate without key' '--tls-cert and --tls-key need each other' -k key --tls-cert x
usage 'clients of an authority, without TLS' '--client-ca needs --tls-cert' -k key --client-ca x
usage 'a path that is none' "'x' is not a path: it begins with / and has no blank, '?' or '#'" -k key --path x
usage 'one path for two' '--path, --health and --metrics must differ' -k key --path /healthz
usage 'an origin with a path' "--allow-origin: 'https://a.example/x' is not the name of a host" -k key --allow-origin https://a.example/x
usage 'a rate for nobody' '--allow-rate needs --allow-origin' -k key --allow-rate 1
chmod 644 key
try 'a key that others can read' vitals-receive -k key -l 127.0.0.1:0
is_status 3
is_stdout ''
stderr_has '^vitals-receive: key: '
chmod 600 key
try 'too few lines' vitals-receive -q -k key -l 127.0.0.1:0 -n 2 -t 0.1
is_status 1
is_stdout ''
is_stderr 'vitals-receive: stopped after 0 of 2 lines'
done_testing
