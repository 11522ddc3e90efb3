#!/bin/sh
# vitals-post against receivers that hang, trickle, reset, flood, speak
# garbage, or show the wrong certificate: each with its message and outcome.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
hook
base=http://127.0.0.1:$PORT
echo '{"id":"h-1","v":72.4310}' >in

# NAME PATH HTTP-STATUS ERROR-PATTERN [OPTION ...]
fails() {
	name=$1 path=$2 status=$3 error=$4
	shift 4
	try "$name" vitals-post -q --max-attempts 2 --retry-base 0.01 \
		--dead-letter dead "$@" "$base/$path" <in
	is_status 4
	stdout_json '.status == "dead" and .attempts == 2 and .httpStatus == '"$status"
	stderr_has "h-1: dead after 2 attempts: $error"
	[ "$(tail -n 1 dead | sed 's/,"deadLetter".*/}/')" = "$(cat in)" ]
	ok "$name: the dead letter is the line"
}
fails hangs hang null 'timeout: ' --timeout 0.5
fails resets reset null 'broken answer: '
fails 'endless headers' headers null "broken answer: the answer.s headers are longer than 64 KiB"
fails garbage garbage null 'broken answer: '
fails 'nothing there' redirect 302 'HTTP 302: redirects are not followed'

# A 200 counts, whatever happens to its body; see also post-heads.t.
for path in trickle half; do
	[ $path = trickle ] && limit=4 || limit=120
	try "a 200, $path" vitals-post -q --timeout $limit --max-attempts 1 "$base/$path" <in
	is_status 0
	stdout_json '.status == "delivered" and .attempts == 1 and .httpStatus == 200'
	is_stderr ''
done

: >log
try '100 MB of answer' vitals-post -q "$base/huge" <in
is_status 0
stdout_json '.status == "delivered" and .attempts == 1'
is_stderr ''
wait_for has_lines 1 log && [ "$(jq .bytes log)" -lt 50000000 ]
ok 'only its start is read' log

base=http://no-such-host.invalid
fails 'no such host' '' null 'DNS: ' --allow-http
base=http://127.0.0.1:1
fails 'nobody listens' '' null 'connect: '

# ---- Addresses
base=http://127.0.0.1:$PORT
try 'private addresses' vitals-post -q --deny-private "$base/ok" <in
is_status 4
stdout_json '.attempts == 1 and .error == "denied: 127.0.0.1 is a private address"'
stderr_has 'denied: 127.0.0.1 is a private address'
for u in 'http://[::1]:9/' http://169.254.169.254/latest/ http://10.1.2.3/ 'http://[fd00::1]/' 'http://[::ffff:10.0.0.1]/' http://0/; do
	try "denied: $u" vitals-post -q --allow-http --deny-private "$u" <in
	is_status 4
	stdout_json '.error | test("^denied: .* is a private address$")'
	stderr_has 'is a private address'
done
try 'localhost is loopback' vitals-post -q "http://localhost:$PORT/ok" <in
is_status 0
stdout_json '.status == "delivered"'
is_stderr ''
# ---- Proxies
: >log
try 'a proxy' vitals-post -q --allow-http --proxy "http://127.0.0.1:$PORT" http://far.invalid/ok <in
is_status 0
stdout_json '.status == "delivered"'
is_stderr ''
[ "$(jq -r .url log)" = http://far.invalid/ok ]
ok 'was asked'
try 'a proxy of the environment' env http_proxy="http://127.0.0.1:$PORT" vitals-post -q --allow-http http://far.invalid/ok <in
is_status 0
stdout_json '.status == "delivered"'
is_stderr ''
try 'is not used if addresses are checked' env http_proxy="http://127.0.0.1:$PORT" vitals-post -q --max-attempts 1 --deny-private --allow-http http://far.invalid/ok <in
is_status 4
stdout_json '.error | startswith("DNS: ")'
stderr_has 'DNS: '
try 'a proxy behind which addresses cannot be checked' vitals-post --deny-private --proxy http://127.0.0.1:1 https://far.invalid/ <in
is_status 2
is_stdout ''
stderr_has 'deny-private cannot see behind --proxy'
# A proxy of the environment is not used for loopback.
try 'no proxy for plain http' env http_proxy=http://127.0.0.1:1 vitals-post -q "$base/ok" <in
is_status 0
stdout_json '.status == "delivered"'
is_stderr ''

# ---- TLS
if ! command -v openssl >/dev/null; then
	skip 'TLS' 'openssl(1) is not installed'
	done_testing
fi
cert() { # NAME [OPTION ...]: NAME.crt and NAME.key, for 127.0.0.1
	n=$1
	shift
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$n.key" -out "$n.crt" -subj "/CN=$n" \
		-addext 'subjectAltName=IP:127.0.0.1' "$@" 2>/dev/null
}
cert good -days 2
cert foreign -days 2
cert client -days 2
# A certificate that has expired: -days counts from now, so the CA tool makes it.
openssl req -new -key good.key -subj /CN=expired -out expired.csr 2>/dev/null
mkdir -p ca && : >ca/index && echo 01 >ca/serial
cat >ca.conf <<'CONF'
[ca]
default_ca = d
[d]
database = ca/index
serial = ca/serial
new_certs_dir = ca
default_md = sha256
policy = p
x509_extensions = e
[p]
commonName = supplied
[e]
subjectAltName = IP:127.0.0.1
[ca]
default_ca = d
[d]
database = ca/index
serial = ca/serial
new_certs_dir = ca
default_md = sha256
policy = p
x509_extensions = e
[p]
commonName = supplied
[e]
subjectAltName = IP:127.0.0.1
CONF
openssl ca -batch -config ca.conf -selfsign -keyfile good.key -in expired.csr \
	-out expired.crt -startdate 20200101000000Z -enddate 20200102000000Z \
	>/dev/null 2>&1
cp good.key expired.key

stop_hooks
hook good.crt good.key
base=https://127.0.0.1:$PORT
try 'TLS 1.3' vitals-post -q --ca-file good.crt "$base/ok" <in
is_status 0
stdout_json '.status == "delivered"'
is_stderr ''
fails 'a foreign certificate' ok null 'TLS: ' --ca-file foreign.crt
fails 'not in the system'\''s' ok null 'TLS: '
for o in --ca-file --certificate --pinned-key; do
	try "a file that does not exist: $o" vitals-post $o nowhere "$base/ok" <in
	is_status 3
	is_stdout ''
	is_stderr 'vitals-post: nowhere: No such file or directory'
done
pin=$(openssl x509 -in good.crt -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64)
try 'the pinned key' vitals-post -q --ca-file good.crt --pinned-key "sha256//$pin" "$base/ok" <in
is_status 0
stdout_json '.status == "delivered"'
is_stderr ''
pin=$(openssl x509 -in foreign.crt -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64)
fails 'another pinned key' ok null 'TLS: ' --ca-file good.crt --pinned-key "sha256//$pin"

# Through a proxy that sees only the host name.
tls=$PORT
: >log
hook
try 'TLS through a proxy' vitals-post -q --ca-file good.crt --proxy "http://127.0.0.1:$PORT" "https://127.0.0.1:$tls/ok" <in
is_status 0
stdout_json '.status == "delivered"'
is_stderr ''
[ "$(jq -r '.method + " " + .url' log | tr '\n' ';')" = "CONNECT 127.0.0.1:$tls;POST /ok;" ]
ok 'CONNECT, then POST'
[ "$(jq -s '.[0].headers | has("webhook-id") or has("content-type")' log)" = false ]
ok 'the proxy gets none of our headers'

stop_hooks
hook expired.crt expired.key
base=https://127.0.0.1:$PORT
fails 'an expired certificate' ok null 'TLS: .*expired' --ca-file expired.crt

stop_hooks
hook good.crt good.key TLSv1.2
base=https://127.0.0.1:$PORT
fails 'TLS 1.2 alone' ok null 'TLS: ' --ca-file good.crt
try 'TLS 1.2 if it is allowed' vitals-post -q --tls-min 1.2 --ca-file good.crt "$base/ok" <in
is_status 0
stdout_json '.status == "delivered"'
is_stderr ''

stop_hooks
hook good.crt good.key '' client.crt
base=https://127.0.0.1:$PORT
fails 'no client certificate' ok null '[a-zA-Z ]*: ' --ca-file good.crt
try 'a client certificate' vitals-post -q --ca-file good.crt --certificate client.crt --certificate-key client.key "$base/ok" <in
is_status 0
stdout_json '.status == "delivered"'
is_stderr ''
done_testing
