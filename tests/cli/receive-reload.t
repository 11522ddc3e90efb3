#!/bin/sh
# vitals-receive and SIGHUP: keys and certificates are read again, and open connections
# stay open.  Also the addresses that it listens on.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"

signed() { # KEY ID: a message
	printf '{"id":"%s"}\n' "$2" | vitals-sign -q -k "$1" -i id >m
}
cp key first
receive --request-timeout 600
signed key a1
is 'the first key' "$(post m)" 202
signed other a2
is 'another key' "$(post m)" 401
# A request of which half has arrived, on a connection from before.
mkfifo half
raw 600 <half >answer.raw &
client=$!
exec 7>half
signed key a3
printf 'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n' >&7
cp other key
hup 1 'reloaded keys and certificates$'
ok 'reloaded'
is 'the first key is out' "$(post m)" 401
signed other a2
is 'the other key is in' "$(post m)" 202
cp m a2
signed other a4
printf 'webhook-id: a4\r\nwebhook-timestamp: %s\r\nwebhook-signature: %s\r\nConnection: close\r\nContent-Length: %s\r\n\r\n%s' \
	"$(jq -r .timestamp m)" "$(jq -r .signature m)" \
	"$(jq -j .payload m | wc -c)" "$(jq -j .payload m)" >&7
exec 7>&-
wait $client
is 'the connection of before' "$(first_line <answer.raw)" 'HTTP/1.1 202 Accepted'

echo nonsense >key
hup 1 'not reloaded'
ok 'an invalid key'
is 'the old one remains' "$(post a2)" 200
rm key
hup 2 'not reloaded'
ok 'a key that is gone'
is 'the old one still remains' "$(post a2)" 200
cp first key
try 'keys' finish
is_status 0
is_stdout '{"id":"a1"}
{"id":"a2"}
{"id":"a4"}'
stderr_has '^vitals-receive: not reloaded: keys and certificates stay as they were$'

https() { # AUTHORITY: what health says, or curl's status
	curl -s --max-time 300 --cacert "$1" "https://127.0.0.1:$PORT/healthz" || echo $?
}
if command -v openssl >/dev/null; then
	certificate old
	certificate new
	cp old.pem chain.pem
	cp old.key chain.key
	receive --tls-cert chain.pem --tls-key chain.key
	is 'the old certificate' "$(https old.pem)" ok
	cp new.pem chain.pem
	hup 1 'not reloaded'
	ok 'a certificate without its key'
	is 'the old one remains' "$(https old.pem)" ok
	cp new.key chain.key
	hup 1 'reloaded keys and certificates$'
	ok 'with it'
	is 'the new one' "$(https new.pem)" ok
	is 'not the old one' "$(https old.pem)" 60
	try 'certificates' finish
	is_status 0
	is_stdout ''
	stderr_has '^vitals-receive: chain.key: does not fit the certificate'
else
	skip 'certificates' 'no openssl here'
fi

# Keys from a descriptor cannot be read again, and do not change.
rm -f port
vitals-receive --key-fd 8 -l localhost:0 --port-file port -t 1200 8<key >out 2>err &
SERVER=$!
listening 'on localhost'
hup 1 'reloaded keys and certificates, but for --key-fd$'
ok 'keys of a descriptor'
signed key b1
is 'they stay' "$(post m)" 202
try 'localhost' finish
is_status 0
is_stdout '{"id":"b1"}'
stderr_has '^vitals-receive: listening on http://localhost:[0-9]*/$'

# Plain HTTP beyond loopback, if requested.
rm -f port
vitals-receive -k key -l 0.0.0.0:0 --allow-http --port-file port -t 1200 >out 2>err &
SERVER=$!
listening 'beyond loopback'
signed key c1
is 'beyond loopback' "$(post m)" 202
try 'plain HTTP' finish
is_status 0
is_stdout '{"id":"c1"}'
stderr_has '^vitals-receive: listening on http://0\.0\.0\.0:[0-9]*/$'
done_testing
