#!/bin/sh
# Every limit of vitals-receive, at the limit and one past it; slow, idle and many
# clients; TLS.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"

status() { # of what raw sends
	raw 120 | first_line | cut -d ' ' -f 2
}

# ---- Sizes -----------------------------------------------------------------
receive --max-body 1000
start='GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nx: '
long() { # BYTES: a request whose head is so long
	printf "$start"
	head -c $(($1 - 58)) /dev/zero | tr '\0' y
	printf '\r\n\r\n'
}
is 'the head is as long as thought' "$(long 16384 | wc -c)" 16384
is 'a head of 16 KiB' "$(long 16384 | status)" 200
is 'a head of 16 KiB and a byte' "$(long 16385 | status)" 431
many() { # N: a request with so many headers
	printf 'GET /healthz HTTP/1.1\r\nHost: x\r\n'
	seq $(($1 - 2)) | sed 's/.*/h&: v\r/'
	printf 'Connection: close\r\n\r\n'
}
is '64 headers' "$(many 64 | status)" 200
is '65 headers' "$(many 65 | status)" 431
text=$(head -c 991 /dev/zero | tr '\0' x)
message "{\"id\":\"$text\"}" --new-id
is 'a body as long as it may be' "$(post m)" 202
is 'the same in chunks' "$(message "{\"di\":\"$text\"}" --new-id
post m -H 'Transfer-Encoding: chunked')" 202
message "{\"id\":\"x$text\"}" --new-id
is 'a body one byte longer' "$(post m)" 413
is 'the same in chunks, longer' "$(post m -H 'Transfer-Encoding: chunked')" 413
is 'the same, announced' "$(post m -H 'Expect: 100-continue')" 413
is 'a huge length' "$(printf 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999999999\r\n\r\n' | status)" 413
is 'no length at all' "$(printf 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999999999999\r\n\r\n' | status)" 400
is 'a huge chunk' "$(printf 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n' | status)" 413
is 'a huger chunk' "$(printf 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n100000000\r\n' | status)" 413
id=$(head -c 256 /dev/zero | tr '\0' i)
message "{\"id\":\"$id\"}" -i id
is 'an ID of 256 bytes' "$(post m)" 202
is 'an ID of 257 bytes' "$(H_ID=${id}i post m)" 400
try 'sizes' finish
is_status 0
stdout_lines 3
stderr_has 'refused: 400: '

# ---- Messages, whose limits are those of their readers ----------------------
type() { # BYTES: a content type so long
	printf 'application/json; x=%0*d' $(($1 - 20)) 0
}
signature() { # FILE BYTES: its signature with another, so long
	signature_v="$(jq -r .signature "$1") v9,"
	printf '%s%0*d' "$signature_v" $(($2 - ${#signature_v})) 0
}
receive -q
message '{"id":"t"}' --new-id
is 'payloads: a type of 129 bytes' "$(H_TYPE=$(type 129) post m)" 202
message '{"id":"t"}' --new-id
is 'payloads: a signature of 4097 bytes' "$(H_SIGNATURE=$(signature m 4097) post m)" 202
message e30.k.aXY.Y3Q.dA
is 'sealed: a type of 129 bytes' \
	"$(H_TYPE="application/jose$(type 129 | tail -c 113)" post m)" 415
is 'sealed: why' "$(cat answer)" 'in a message: content-type: longer than 128 bytes'
try 'payloads' finish
is_status 0
stdout_lines 2
is_stderr ''
receive -q -o message
message '{"id":"t"}' --new-id
is 'a type of 129 bytes' "$(H_TYPE=$(type 129) post m)" 415
is 'a type of 129 bytes: why' "$(cat answer)" \
	'in a message: content-type: longer than 128 bytes'
is 'a type that is not ASCII' "$(H_TYPE='application/json; x=é' post m)" 415
is 'a type that is not ASCII: why' "$(cat answer)" \
	'in a message: content-type: contains characters other than printable ASCII'
is 'a signature of 4097 bytes' "$(H_SIGNATURE=$(signature m 4097) post m)" 400
is 'a signature of 4097 bytes: why' "$(cat answer)" \
	'in a message: webhook-signature: longer than 4096 bytes'
is 'both at the limit' \
	"$(H_TYPE=$(type 128) H_SIGNATURE=$(signature m 4096) post m)" 202
try 'messages' finish
is_status 0
stdout_lines 1
is_stderr ''
try 'a message at its limits' vitals-verify -q -k key out
is_status 0
is_stdout '{"id":"t"}'
is_stderr ''
receive -q -o message -s stripe
echo '{}' | vitals-sign -q -k key -s stripe >m
signed=$(jq -r '.headers["stripe-signature"]' m),v0=
stripe() { # BYTES: send a header so long with its name
	curl -s -o answer -w '%{http_code}\n' --max-time 300 -d '{}' \
		-H "Stripe-Signature: $signed$(printf '%0*d' $(($1 - 18 - ${#signed})) 0)" \
		-H 'Content-Type: application/json' "$URL/"
}
is 'stripe: a header of 8193 bytes' "$(stripe 8193)" 400
is 'stripe: a header of 8193 bytes: why' "$(cat answer)" \
	'in a message: stripe-signature: longer than 8192 bytes'
is 'stripe: a header of 8192 bytes' "$(stripe 8192)" 202
try 'stripe' finish
is_status 0
stdout_lines 1
is_stderr ''
cp out stripe
receive -q -s stripe
try 'vitals-post sends it on' vitals-post -q "$URL/" <stripe
is_status 0
stdout_lines 1
is_stderr ''
try 'as it was' finish
is_status 0
is_stdout '{}'
is_stderr ''

# ---- Time ------------------------------------------------------------------
receive --request-timeout 2 --idle-timeout 2
slow() { # send stdin, then wait
	cat
	sleep 6
}
is 'half a head' "$(printf 'GET / HT' | slow | status)" 408
is 'half a body' "$(printf 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n123' | slow | status)" 408
drip() { # a byte every now and then does not help
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
		printf 'G'
		sleep 0.3
	done
}
is 'a head that drips' "$(drip 2>/dev/null | status)" 408
is 'nothing at all' "$(sleep 6 | raw 120)" ''
is 'nothing more' "$( (printf 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'
sleep 6) | raw 120 | grep -c HTTP)" 1
try 'slow clients' finish
is_status 0
is_stdout ''
is_stderr 'vitals-receive: listening on http://CLIENT/'

# ---- Of one address ----------------------------------------------------------
# A connection counts once it has sent something.
held() { # N: so many connections are open
	[ "$(curl -s --interface 127.0.0.2 --max-time 300 "$URL/metrics" |
		awk '$1 == "vitals_receive_connections" { print $2 - 1 }')" = "$1" ]
}
receive --per-address 2 --request-timeout 600 --metrics /metrics
for _ in 1 2; do
	timeout 600 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1"; printf GET >&3; exec cat <&3' \
		hold "$PORT" >/dev/null 2>&1 &
	holders="${holders-} $!"
done
wait_for held 2
ok 'two connections of an address'
is 'a third connection of an address' \
	"$(curl -s -o answer -w '%{http_code}' --max-time 300 "$URL/healthz")" 000
is 'one of another address' \
	"$(curl -s --interface 127.0.0.2 --max-time 300 "$URL/healthz")" ok
# shellcheck disable=SC2086 # numbers
set -- $holders
kill "$1"
wait_for held 1
is 'when one has ended, another has room' "$(curl -s --max-time 300 "$URL/healthz")" ok
kill "$2"
try 'connections of one address' finish
is_status 0
is_stdout ''
stderr_has '^vitals-receive: CLIENT: too many connections from this address$'

# ---- Many ------------------------------------------------------------------
receive --connections 3 --request-timeout 2
# Clients whose input never ends: they stay until they are disconnected or killed.
mkfifo never
exec 6<>never
for _ in 1 2 3 4 5; do
	raw 600 >/dev/null 2>&1 <never &
	clients="${clients-} $!"
done
sleep 0.5
is 'idle connections give way' "$(curl -s --max-time 300 "$URL/healthz")" ok
for i in 1 2 3; do
	mkfifo half$i
	raw 600 >/dev/null 2>&1 <half$i &
	clients="$clients $!"
done
exec 7>half1 8>half2 9>half3
for i in 7 8 9; do
	printf GET >&$i
done
sleep 0.5
is 'busy ones end in time' "$(curl -s --max-time 300 "$URL/healthz")" ok
# shellcheck disable=SC2086 # numbers
kill $clients 2>/dev/null
exec 6>&- 7>&- 8>&- 9>&-
try 'many clients' finish
is_status 0
is_stdout ''
is_stderr 'vitals-receive: listening on http://CLIENT/'

# ---- Batches ---------------------------------------------------------------
receive
events() { # N
	seq "$1" | sed 's/.*/{"id":"&","source":"\/s","specversion":"1.0","type":"t"}/' |
		paste -s -d , | sed 's/.*/[&]/'
}
now=$(date +%s)
for n in 10000 10001; do
	events $n | tr -d '\n' >body
	signature=$({ printf 'n%s.%s.' $n "$now" && cat body; } | hmac)
	curl -s -o /dev/null -w '%{http_code}\n' -H "webhook-id: n$n" \
		-H "webhook-timestamp: $now" -H "webhook-signature: v1,$signature" \
		-H 'Content-Type: application/cloudevents-batch+json' \
		--data-binary @body "$URL/"
done >codes
is 'batches of 10000 and of 10001' "$(tr '\n' ' ' <codes)" '202 400 '
try 'batches' finish
is_status 0
stdout_lines 10000
stderr_has 'refused: 400: more than 10000 events in a batch$'

# ---- TLS -------------------------------------------------------------------
certificate() { # NAME [OPTION of openssl req ...]
	certificate_n=$1
	shift
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$certificate_n.key" -out "$certificate_n.pem" -days 2 \
		-subj "/CN=$certificate_n" -addext subjectAltName=IP:127.0.0.1 "$@" 2>/dev/null
}
certificate server
certificate client
https() { # OPTION of curl ...: what /healthz says, or curl's status
	curl -s --max-time 300 --cacert server.pem "$@" "https://127.0.0.1:$PORT/healthz" || echo $?
}
receive --tls-cert server.pem --tls-key server.key
is 'TLS 1.3' "$(https --tlsv1.3)" ok
is 'TLS 1.2 is refused' "$(https --tls-max 1.2)" 35
is 'a foreign authority' "$(https --cacert client.pem)" 60
is 'plain http' "$(curl -s --max-time 300 "http://127.0.0.1:$PORT/healthz")" ''
is 'a client that speaks HTTP/2' "$(https --http2)" ok
try 'TLS' finish
is_status 0
is_stdout ''
is_stderr 'vitals-receive: listening on https://CLIENT/
vitals-receive: CLIENT: TLS handshake: the client does not speak TLS 1.3: --tls-min 1.2 takes older ones
vitals-receive: CLIENT: TLS handshake: the client speaks plain http'
receive --tls-cert server.pem --tls-key server.key --tls-min 1.2 --client-ca client.pem
is 'a client without certificate' "$(https --tls-max 1.2)" 35
is 'one with it, TLS 1.2' "$(https --tls-max 1.2 --cert client.pem --key client.key)" ok
is 'one with another' "$(https --tls-max 1.2 --cert server.pem --key server.key)" 35
try 'certificates of clients' finish
is_status 0
is_stdout ''
is_stderr 'vitals-receive: listening on https://CLIENT/
vitals-receive: CLIENT: TLS handshake: the client shows no certificate'

tls_fails() { # NAME MESSAGE OPTION ...
	tls_n=$1 tls_m=$2
	shift 2
	try "$tls_n" vitals-receive -k key -l 127.0.0.1:0 -t 1 "$@"
	is_status 3
	is_stdout ''
	stderr_has "^vitals-receive: $tls_m"
}
tls_fails 'no certificate' 'nowhere.pem: no certificate in PEM: ' --tls-cert nowhere.pem --tls-key server.key
tls_fails 'no key' 'nowhere.key: No such file' --tls-cert server.pem --tls-key nowhere.key
tls_fails 'a key of another' 'client.key: does not fit the certificate: ' --tls-cert server.pem --tls-key client.key
tls_fails 'a key that is none' 'server.pem: no private key in PEM' --tls-cert server.pem --tls-key server.pem
tls_fails 'no authority' 'key: no certificates in PEM' --tls-cert server.pem --tls-key server.key --client-ca key
openssl ec -in server.key -aes256 -passout pass:x -out locked.key 2>/dev/null
tls_fails 'a locked key' 'locked.key: no private key in PEM' --tls-cert server.pem --tls-key locked.key
chmod 640 server.key
tls_fails 'a key that others can read' 'server.key: ' --tls-cert server.pem --tls-key server.key
receive
try 'an address in use' vitals-receive -k key -l "127.0.0.1:$PORT" -t 1
is_status 3
is_stdout ''
is_stderr "vitals-receive: 127.0.0.1:$PORT: Address already in use"
finish >/dev/null 2>&1
done_testing
