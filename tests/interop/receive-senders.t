#!/bin/sh
# Signers of other authors and node's http post to vitals-receive.
. "$(dirname "$0")/lib.sh"
need_npm standardwebhooks svix stripe @octokit/webhooks-methods cloudevents
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"

receive -q
try 'clients of Standard Webhooks' js receive-senders.js "$PORT" "$WORK/key"
is_status 0
is_stdout 'standardwebhooks 202
the same again 200
changed 401
svix 202
stale 401
cloudevents 202'
is_stderr ''
try 'what was received' finish
is_status 0
stdout_lines 3
is_stderr ''
head -n 2 out | jq -e -s '.[0] == .[1] and .[0].text == "Grüße \u2028 \"" and .[0].n == 1e-7' >/dev/null
ok 'what was received is what was sent'
for scheme in stripe github; do
	printf 'a-secret-of-%s-0123456789' "$scheme" >"$scheme"
	rm -f port
	vitals-receive -q -k "$scheme" -s "$scheme" -l 127.0.0.1:0 \
		--port-file port -n 1 -t 600 >out 2>err &
	SERVER=$!
	listening "$scheme"
	try "$scheme" js receive-senders.js "$PORT" "$WORK/$scheme" "$scheme"
	is_status 0
	stdout_has ' 202$'
	is_stderr ''
	try "$scheme: received" finish none
	is_status 0
	is_stdout '{"id":"o1"}'
	is_stderr ''
done
done_testing
