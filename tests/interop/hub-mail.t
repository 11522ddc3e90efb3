#!/bin/sh
# The e-mail channel of vitals-hub: notifications go through vitals-post to aiosmtpd,
# over STARTTLS, and the receipts drive the status.
. "$(dirname "$0")/lib.sh"
need_command openssl jq curl
for python in python3 /usr/bin/python3; do
	$python -c 'import aiosmtpd' 2>/dev/null && break
	python=
done
[ -n "$python" ] || skip_all 'no python3-aiosmtpd here'
# shellcheck source=tests/cli/hub.sh
. "$TESTS/cli/hub.sh"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
	-subj /CN=mail.test -addext 'subjectAltName=IP:127.0.0.1' -keyout key.pem -out cert.pem 2>openssl.err
printf 'user\nsecret\n' >login
: >mail
$python "$INTEROP/post-mail.py" smtp mail cert.pem key.pem 3600 >server.out 2>&1 &
CLIENTS=$!
wait_for [ -s smtp ]
ok 'the mail server starts' server.out

mkfifo events receipts messages
vitals-hub -q -l 127.0.0.1:0 --port-file port --stay -t 1200 -s hub.db -r receipts --email \
	--base-url http://hub.example/fhir <events >messages 2>err &
SERVER=$!
exec 8>events
vitals-post -q --spool spool --follow --retry-base 0.1 --smtp "smtp://127.0.0.1:$(cat smtp)" \
	--ca-file cert.pem --smtp-from hub@example.org --smtp-login login \
	<messages >receipts 2>post.err 8>&- &
CLIENTS="$CLIENTS $!"
wait_for server_ready
PORT=$(cat port)
URL=http://127.0.0.1:$PORT

code="$(filter 'Observation?code=8867-4')"
create email mailto:ward@example.org id-only "$code"
ward=$ID
wait_for is_state "$ward" active
ok 'a handshake that the mail server accepts makes the Subscription active' post.err
create email mailto:text@example.org empty "$code | .channel.payload = \"text/plain\""
wait_for is_state "$ID" active
ok 'also one with text only' post.err
create email mailto:no@example.org empty "$code"
wait_for is_state "$ID" error
ok 'a recipient that the server refuses is an error'
status "/Subscription/$ID" >code
is 'which says why' "$(answer .error | grep -c 'SMTP 550')" 1

events 123 125 | feed
mails() { # TO: the payloads of the e-mails to it
	jq -r --arg to "$1" 'select(.to == [$to]) | .parts[-1] | .content | @base64d' mail
}
numbers() { # those of the Bundles to the ward
	mails ward@example.org | jq -r '.entry[0].resource | select(.type == "event-notification")
		| .notificationEvent[].eventNumber' | paste -sd ' '
}
has_all() {
	[ "$(numbers)" = '1 2 3' ] && mails text@example.org | grep -q 'eventsUntilNumber=3'
}
wait_for has_all
is 'the events arrive as Bundles' "$(numbers)" '1 2 3'
mails text@example.org | grep -q 'eventsUntilNumber=3'
ok 'and as text with the way to them' mail
jq -s -e 'all(.tls and .defects == [] and .headers.Subject == "Notification")' mail >/dev/null
ok 'over TLS, with a subject that says nothing'
jq -r '.parts[0].content | @base64d' mail >texts
jq -r '.headers | tostring' mail >>texts
mails text@example.org >>texts
[ "$(grep -cE '12[345] |8867-4|heart|anon-1' texts)" = 0 ]
ok 'no text and no header has health data' texts
exec 8>&-
done_testing
