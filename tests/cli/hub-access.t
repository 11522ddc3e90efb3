#!/bin/sh
# vitals-hub: tokens, whose a Subscription is, origins, the audit file, TLS, options.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/hub.sh
. "$TESTS/cli/hub.sh"
umask 077

vitals-sign -q --new-key key
vitals-sign -q --new-key other
token() { # OPTION ...
	vitals-token -q -k key --audience vitals-hub "$@"
}
hub --stay -k key --audit audit --allow-origin https://ward.example

# ---- Tokens.

outcome 'no token' "$(status /Subscription)" 401 login 'a bearer token is needed, in one Authorization header'
grep -qi '^www-authenticate: Bearer ' head
ok 'a refusal says what is needed'
TOKEN=$(token --all-sessions --subject nurse)
is 'a token' "$(status /Subscription)" 200
TOKEN=$(token --session s-1 --subject nurse)
outcome 'a token for one session' "$(status /Observation)" 403 forbidden 'the token is not for every session'
TOKEN=$(vitals-token -q -k key --all-sessions)
outcome 'a token for another audience' "$(status /Observation)" 401 login 'it is for another audience'
TOKEN=$(vitals-token -q -k other --audience vitals-hub --all-sessions)
outcome 'a token of another key' "$(status /Observation)" 401 login 'no key signed it'
TOKEN=
is 'metadata and health need none' "$(status /metadata)$(status /healthz)" 200200
is 'metrics do' "$(status /metrics)" 401

# ---- Whose a Subscription is.

nurse=$(token --all-sessions --subject nurse)
doctor=$(token --all-sessions --subject doctor)
TOKEN=$nurse
create websocket '' empty
id=$ID
create rest-hook http://127.0.0.1:9/nurse empty
TOKEN=$doctor
outcome 'for another it does not exist' "$(status "/Subscription/$id")" 404 not-found 'there is no such Subscription'
subscription websocket '' empty ".id = \"$id\"" >mine
is 'not to update' "$(send PUT "/Subscription/$id" mine)" 404
is 'not to delete' "$(status "/Subscription/$id" -X DELETE)" 404
is 'not its status' "$(status "/Subscription/$id/\$status")" 404
is 'not its events' "$(status "/Subscription/$id/\$events")" 404
is 'not to bind' "$(status "/Subscription/$id/\$get-ws-binding-token")" 404
is 'not with others' "$(status "/Subscription/\$get-ws-binding-token?id=$id")" 400
is 'not in a search' "$(status /Subscription) $(answer .total)" '200 0'
is 'not in a status' "$(status "/Subscription/\$status") $(answer .total)" '200 0'
TOKEN=$nurse
is 'for its owner it does' "$(status /Subscription) $(answer .total)" '200 2'

# ---- Binding tokens.

is 'a binding token' "$(status "/Subscription/$id/\$get-ws-binding-token") $(answer '[.parameter[].name] | join(" ")')" \
	'200 token expiration subscription websocket-url'
is 'where to connect' "$(answer '.parameter[] | select(.name == "websocket-url") | .valueUrl')" "ws://127.0.0.1:$PORT/ws"
is 'for which' "$(answer '.parameter[] | select(.name == "subscription") | .valueString')" "$id"
outcome 'of another channel' "$(status "/Subscription/$ID/\$get-ws-binding-token")" \
	422 business-rule "the channel of Subscription $ID is rest-hook"
TOKEN=$(token --all-sessions --subject nurse -e 60)
status "/Subscription/\$get-ws-binding-token" >code
end=$(answer '.parameter[] | select(.name == "expiration") | .valueDateTime | .[0:19] + "Z" | fromdate')
[ "$end" -le $(($(date +%s) + 60)) ]
ok 'it does not outlive the token of the client'
is 'GET /ws is no WebSocket' "$(status /ws) $(answer .resourceType)" '426 OperationOutcome'

# ---- Origins.

TOKEN=$nurse
is 'a page of an allowed origin' "$(status /Subscription -H 'Origin: https://ward.example')" 200
grep -q '^Access-Control-Allow-Origin: https://ward.example' head
ok 'may read the answer'
outcome 'a page of another' "$(status /Subscription -H 'Origin: https://other.example')" \
	403 forbidden 'pages of this origin may not use this server'
is 'a preflight' "$(TOKEN='' status /Subscription -X OPTIONS -H 'Origin: https://ward.example')" 204
grep -q '^Access-Control-Allow-Headers: Authorization' head
ok 'allows the token'

# ---- New keys.

cp other key
kill -HUP "$SERVER"
wait_for grep -q 'reloaded keys' err
TOKEN=$nurse
is 'the old key is gone' "$(status /Subscription)" 401
TOKEN=$(token --all-sessions --subject nurse)
is 'the new one counts' "$(status /Subscription)" 200
try 'the hub ends' finish TERM
is_status 0
is_stdout ''
stderr_has 'refused: 401'

# ---- The audit file.

is 'each line follows the one before' "$(jq -r '[.seq, .previous, .hash] | @tsv' audit |
	awk 'BEGIN { last = sprintf("%064d", 0) } $1 != NR - 1 || $2 != last { print; exit } { last = $3 }')" ''
audited() { # JQ-CONDITION: of a line at least
	[ "$(jq -c "select($1)" audit | wc -l)" -gt 0 ]
}
audited '.record == "request" and .method == "POST" and .path == "/Subscription" and .subject == "nurse" and .httpStatus == 201'
ok 'who created'
audited '.record == "notification" and .channel == "rest-hook" and .type == "handshake" and .subject == "nurse" and .client == null'
ok 'who was notified'
audited '.record == "refusal" and .reason == "no key signed it" and .httpStatus == 401'
ok 'who was refused'

# ---- Without tokens: only for this machine.

hub --stay
TOKEN=
outcome 'another host' "$(status /Subscription -H 'Host: evil.example')" 403 forbidden 'the Host header names another machine'
outcome 'a name that begins like this one' "$(status /Subscription -H 'Host: 127.evil.example')" 403 forbidden 'the Host header names another machine'
is 'this one' "$(status /Subscription -H 'Host: localhost')" 200
try 'a second hub' vitals-hub -l 127.0.0.1:0 -s hub.db -t 60
is_status 3
is_stdout ''
stderr_has 'hub.db'
try 'the hub ends' finish TERM
is_status 0
is_stdout ''
stderr_has listening

# ---- A FIFO for the audit file that is not read for a while makes nobody wait.

full_fifo fifo
hub --stay --audit fifo
is 'an audit file that is not read' "$(status /Subscription)" 200
# Each answer is a line of some 350 bytes.
curl -s -o answer -w '%{http_code}\n' --max-time 600 "$URL/Subscription#[1-4000]" |
	uniq >codes
is 'requests are answered until 1 MiB waits, and then refused' \
	"$(tr '\n' ' ' <codes)" '200 503 '
is 'and why' "$(answer '.issue[0].diagnostics')" 'the audit file is not read'
events 1 2 | feed
read_fifo fifo
has_room() {
	[ "$(status /Subscription)" = 200 ]
}
wait_for has_room
ok 'once it is read, they are answered again'
has_taken_lines() {
	curl -s --max-time 120 "$URL/metrics" | grep -qx 'vitals_hub_lines_total 2'
}
wait_for has_taken_lines
ok 'and the lines that came meanwhile are taken'
try 'the hub ends' finish TERM
is_status 0
is_stdout ''
stderr_has listening
fifo_was_read 2000

full_fifo fifo
hub --stay --audit fifo
is 'nobody reads it' "$(status /Subscription)" 200
try 'nobody reads it: the end' finish TERM
is_status 3
is_stdout ''
stderr_has '^vitals-hub: the audit file cannot be written: Connection timed out$'
exec 5<&-

# ---- TLS.

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
	-subj /CN=server -addext subjectAltName=IP:127.0.0.1 -keyout tls.key -out tls.pem 2>/dev/null
hub --stay --tls-cert tls.pem --tls-key tls.key
URL=https://127.0.0.1:$PORT
is 'TLS' "$(status /metadata --cacert tls.pem) $(answer .implementation.url)" "200 $URL"
try 'the hub ends' finish TERM
is_status 0
is_stdout ''
stderr_has listening

# ---- Options.

usage() { # NAME MESSAGE OPTION ...
	usage_n=$1 usage_m=$2
	shift 2
	try "$usage_n" vitals-hub "$@"
	is_status 2
	is_stdout ''
	stderr_has "$usage_m"
}
usage 'no state' 'vitals-hub: --state is needed'
usage 'two sources of receipts' 'exclude each other' -s x -r receipts --receipts-fd 3
usage 'beyond loopback without keys' 'is not loopback: --key-file and --base-url are needed' -s x -l 0.0.0.0:0 --allow-http
usage 'beyond loopback without a URL' 'is not loopback: --key-file and --base-url are needed' -s x -l 0.0.0.0:0 --allow-http -k key
usage 'a URL with a slash at its end' "'http://hub.example/' ends with a slash" -s x -b http://hub.example/
usage 'a URL of another scheme' "does not begin with https:// or http://" -s x -b ftp://hub.example
usage 'a URL with a query' "'http://hub.example?x' has a character that is not part of a path" -s x -b 'http://hub.example?x'
usage 'e-mail without receipts' '--email needs --receipts' -s x --email
usage 'an origin with a path' "^vitals-hub: --allow-origin: 'https://a.example/' is not an origin: SCHEME://HOST or SCHEME://HOST:PORT, without a path\$" -s x --allow-origin https://b.example --allow-origin https://a.example/
usage 'operands' 'takes no operands' -s x y
try 'receipts that are no FIFO' vitals-hub -s x.db -r key
is_status 3
is_stdout ''
is_stderr 'vitals-hub: key: not a FIFO'
try 'receipts that are not there' vitals-hub -s x.db -r missing
is_status 3
is_stdout ''
stderr_has 'vitals-hub: missing: '

# ---- Without receipts there is no rest-hook.

rm -f port in hub.db*
mkfifo in
vitals-hub -l 127.0.0.1:0 --port-file port -t 1200 -s hub.db >out 2>err <in &
SERVER=$!
exec 8>in
wait_for server_ready
PORT=$(cat port)
URL=http://127.0.0.1:$PORT
subscription rest-hook http://127.0.0.1:9/ empty >new
is 'no receipts, no rest-hook' "$(send POST /Subscription new) $(answer '.issue[0].expression[0]')" '422 Subscription.channel.type'
is 'a websocket needs none' "$(subscription websocket '' empty >new; send POST /Subscription new)" 201

# ---- Lines of the input.

{
	events 70 70
	echo '{"resourceType":"Patient","id":"p"}'
	echo '{"a":1}'
	echo '['
	echo '{"resourceType":"Bundle","type":"collection","entry":[5]}'
	echo '{"resourceType":"Bundle","type":"collection","entry":{}}'
	events 71 71 | vitals-fhir --subject Patient/7
	events 72 73 | vitals-fhir --bundle collection
} | feed
exec 8>&-
wait_for gone "$SERVER"
wait "$SERVER"
is 'bad lines are a status' $? 1
SERVER=
grep -v listening err | sed 's/refused: 422.*//' >seen
is 'and messages' "$(grep -c '^vitals-hub: <stdin>:[2-6]: ' seen)" 5
is 'a refusal names the element' "$(grep -c 'refused: 422: Subscription\.channel\.type: ' err)" 1
done_testing
