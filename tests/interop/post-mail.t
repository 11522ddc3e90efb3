#!/bin/sh
# vitals-post sends e-mail to aiosmtpd, with STARTTLS and a login, and Python's parser
# of e-mail finds the payloads in it.
. "$(dirname "$0")/lib.sh"
. "$TESTS/cli/post.sh"
need_command openssl jq
# Debian's, which has the module, may not be the first in PATH.
for python in python3 /usr/bin/python3; do
	$python -c 'import aiosmtpd' 2>/dev/null && break
	python=
done
[ -n "$python" ] || skip_all 'no python3-aiosmtpd here'
umask 077
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
	-subj /CN=mail.test -addext 'subjectAltName=IP:127.0.0.1' -keyout key.pem -out cert.pem 2>openssl.err
ok 'a certificate' openssl.err
printf 'user\nsecret\n' >login
printf 'user\nwrong\n' >wrong
: >mail
$python "$INTEROP/post-mail.py" port mail cert.pem key.pem 3600 >server.out 2>&1 &
HOOKS="$HOOKS $!"
wait_for [ -s port ] || not_ok 'the server starts' server.out
smtp=smtp://127.0.0.1:$(cat port)

mailed() { # OPTION ...
	vitals-post -q --smtp "$smtp" --ca-file cert.pem --smtp-from vitals@example.com \
		--retry-base 0.01 --max-attempts 2 --dead-letter dead "$@"
}
secure() {
	mailed --smtp-login login "$@"
}

# ---- Payloads of all kinds arrive unchanged
{
	printf '%s\n' '{"id":"t-1","contentType":"text/plain; charset=utf-8","payload":"Plain.\n"}' \
		'{"id":"t-2","contentType":"text/plain","payload":".\n..\n.a\n \n\t\n=\n=3D\nFrom me\n\u00e9\u4e2d\ud83d\ude00\n--=_vitals--\nlast"}' \
		'{"id":"a-1","contentType":"application/fhir+json; fhirVersion=4.3","payload":"{\"resourceType\":\"Bundle\"}"}' \
		'{"id":"a-2","contentType":"application/x","payload":"\u0000\u0001\r\n.\r\n\u00ff"}' \
		'{"id":"a-3","contentType":"text/html","payload":""}'
	events 100
	awk 'BEGIN { printf "{\"id\":\"t-3\",\"contentType\":\"text/plain\",\"payload\":\""
		for (i = 0; i < 200; i++) { printf "%" i "s\\n", ""; for (j = 0; j < i; j++) printf "x"; printf "\\n" }
		printf "\"}\n" }'
} >in
try 'payloads' secure mailto:ward@example.org <in
is_status 0
stdout_lines "$(wc -l <in)"
is_stderr ''
[ "$(jq -s 'length' mail)" -eq "$(wc -l <in)" ]
ok 'each is an e-mail'
[ "$(jq -c '[.tls, .from, .to, .defects, .headers.From, .headers.To, .headers.Subject]' mail | sort -u)" = \
	'[true,"vitals@example.com",["ward@example.org"],[],"vitals@example.com","ward@example.org","Notification"]' ]
ok 'over TLS, well-formed, with headers that do not depend on it' mail
jq -r '.headers["Message-ID"] | .[1:-13]' mail | sort >got
jq -r .id in | sort | cmp -s - got
ok 'the Message-ID is the ID' got
# The payload of a message, or the whole line.  A text has its line ends from SMTP.
jq -c '[.id, (if has("payload") then .payload else . | tostring end |
	if .[-1:] == "\n" then .[:-1] else . end)]' in | sort >want
jq -c '[.headers["Message-ID"][1:-13], (.parts[-1] | (.content | @base64d) as $c |
	if .disposition == "attachment" then $c else $c | gsub("\r\n"; "\n") end |
	if .[-1:] == "\n" then .[:-1] else . end)]' mail | sort >got
cmp -s want got
ok 'and the payload is the payload' want got
[ "$(jq -r 'select(.parts | length == 2) | .parts[1].type' mail | sort | uniq -c | awk '{ print $1, $2 }' | tr '\n' ' ')" = \
	'1 application/fhir+json; 100 application/json 1 application/x 1 text/html ' ]
ok 'with its type' mail

# ---- Replies
line() { # TO ID
	printf '{"id":"%s","contentType":"text/plain","payload":"x","endpoint":"mailto:%s@example.org"}\n' "$2" "$1"
}
line no r-1 >in
try 'a refused recipient' secure <in
is_status 4
stdout_json '.attempts == 1 and .smtpStatus == 550 and .error == "SMTP 550 to RCPT: 5.1.1 no such user"'
stderr_has 'SMTP 550 to RCPT'
line never r-2 >in
try 'a refused message' secure <in
is_status 4
stdout_json '.attempts == 1 and .smtpStatus == 554 and .error == "SMTP 554 to the message: 5.7.1 spam"'
stderr_has 'SMTP 554'
for to in later cut slow; do
	: >mail
	line $to r-$to >in
	try "$to" secure <in
	is_status 0
	stdout_json '.status == "delivered" and .smtpStatus == 250 and .attempts == '"$([ $to = slow ] && echo 1 || echo 2)"
	is_stderr ''
	[ "$(jq -r '.headers["Message-ID"]' mail)" = "<r-$to@example.com>" ]
	ok "$to: is delivered once" mail
done
awk 'BEGIN { printf "{\"id\":\"big\",\"contentType\":\"a/b\",\"payload\":\"%200000s\"}\n", "" }' >in
try 'too large' secure mailto:ward@example.org <in
is_status 4
stdout_json '.attempts == 1 and .smtpStatus == 552'
stderr_has 'SMTP 552 to MAIL'
line ward l-1 >in
try 'no login' mailed <in
is_status 4
stdout_json '.attempts == 2 and .smtpStatus == 530'
stderr_has 'SMTP 530 to MAIL'
try 'a wrong login' mailed --smtp-login wrong <in
is_status 4
stdout_json '.attempts == 2 and .smtpStatus == 535 and (.error | startswith("SMTP 535 to AUTH"))'
stderr_has 'SMTP 535 to AUTH'
try 'no STARTTLS' mailed --smtp-plain <in
is_status 4
stdout_json '.attempts == 2 and .smtpStatus == 530'
stderr_has 'SMTP 530 to MAIL'
try 'an unknown certificate' vitals-post -q --smtp "$smtp" --smtp-from a@b.example --smtp-login login \
	--max-attempts 1 --dead-letter dead <in
is_status 4
stdout_json '.error | startswith("TLS: ")'
stderr_has 'TLS: '

# ---- What is written is valid by the JSON Schemas
line ward v-1 >in
line no v-2 >>in
line later v-3 >>in
rm -f dead
secure --audit audit --spool lines <in >receipt 2>err
vitals-post --spool lines --list >spooled
for kind in receipt audit spooled deadletter; do
	if [ ! -d "$INTEROP/node_modules/ajv" ]; then
		skip "schema: $kind" 'no npm package ajv: run tests/interop/setup.sh'
		continue
	fi
	[ $kind != deadletter ] || cp dead deadletter
	try "schema: $kind" js event-schema.js $kind $kind
	is_status 0
	is_stdout ''
	is_stderr ''
	grep -q 'mtpStatus":[0-9]' $kind
	ok "$kind: has a status of SMTP" $kind
done
sed 's/"smtpStatus":250/"smtpStatus":450/' receipt >refused
if [ -d "$INTEROP/node_modules/ajv" ]; then
	try 'schema: 450 is not delivered' js event-schema.js receipt refused
	is_status 1
	stdout_has 'Status must be'
	is_stderr ''
fi

# ---- Nothing is lost
: >mail
events 500 >in
vitals-post -q --smtp "$smtp" --ca-file cert.pem --smtp-from vitals@example.com \
	--smtp-login login -c 20 --spool spool mailto:ward@example.org <in >out 2>err &
pid=$!
enough() { [ "$(wc -l <mail)" -ge 50 ]; }
wait_for enough
kill -9 $pid
wait $pid 2>/dev/null
try 'after kill -9' secure -c 20 --spool spool mailto:ward@example.org <in
is_status 0
stdout_json '.status == "delivered" and .smtpStatus == 250'
is_stderr ''
jq -r '.headers["Message-ID"][1:-13]' mail | sort -u >got
jq -r .id in | sort | cmp -s - got
ok 'every event has arrived'
[ "$(jq -r .raw mail | sort -u | wc -l)" -eq 500 ]
ok "and what came twice is the same: $(wc -l <mail) e-mails"
done_testing
