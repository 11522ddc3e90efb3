#!/bin/sh
# vitals-post: events are sent by e-mail, and the replies of the mail server have the
# outcome that the man page says.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
mail_server
smtp=smtp://127.0.0.1:$MAIL
umask 077

line() { # TO [ID]: a message
	printf '{"id":"%s","contentType":"text/plain","payload":"Ward 7.","endpoint":"mailto:%s@example.org"}\n' "${2:-m-1}" "$1"
}
# Deliver the lines on stdin by a server that calls itself NAME.
mailed() { # NAME OPTION ...
	mailed_n=$1
	shift
	vitals-post -q --smtp "$smtp/$mailed_n" --smtp-plain --smtp-from vitals@example.com \
		--retry-base 0.01 --max-attempts 2 --dead-letter dead "$@"
}
new_mail() {
	: >mail.log
	: >mail.log.commands
}

# ---- What is sent
line ward >in
try 'an e-mail' mailed host.example <in
is_status 0
stdout_json '.record == "receipt" and .status == "delivered" and .attempts == 1 and .httpStatus == null and .smtpStatus == 250 and .error == null and .endpoint == "mailto:ward@example.org"'
is_stderr ''
jq -r .data mail.log | tr -d '\r' | sed 's/^Date: ..., .. ... .... ..:..:.. +0000$/Date: D/' >got
cat >want <<'X'
Date: D
From: vitals@example.com
To: ward@example.org
Subject: Notification
Message-ID: <m-1@example.com>
Auto-Submitted: auto-generated
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Ward 7.

X
cmp -s want got
ok 'its text' want got
wait_for grep -q '^QUIT$' mail.log.commands
sed 's/SIZE=.*/SIZE=N/' mail.log.commands >got
printf '%s\n' 'EHLO host.example' 'MAIL FROM:<vitals@example.com> SIZE=N' \
	'RCPT TO:<ward@example.org>' DATA QUIT | cmp -s - got
ok 'the commands' got
[ "$(sed -n 's/.*SIZE=//p' mail.log.commands)" -ge "$(jq -r .data mail.log | wc -c)" ]
ok 'the size'

new_mail
printf '%s\n' '{"id":"e-1","type":"t","endpoint":"mailto:a@example.org","headers":{"X-Own":"y"},"v":1.50}' >in
try 'an event is attached' mailed host <in
is_status 0
stdout_json '.smtpStatus == 250'
is_stderr ''
jq -r .data mail.log | tr -d '\r' >got
sed -n '/^Content-Transfer-Encoding: base64$/,/^--/p' got | sed '1,2d;/^--/d' | base64 -d >attached
[ "$(cat attached)" = '{"id":"e-1","type":"t","v":1.50}' ]
ok 'without a change' got
grep -q '^Content-Type: application/json$' got && grep -q 'filename="event.json"' got &&
	! grep -qi 'x-own\|webhook' got
ok 'with its type, and without headers of HTTP' got

new_mail
awk 'BEGIN { printf "{\"id\":\"big\",\"contentType\":\"text/plain\",\"payload\":\""
	for (i = 0; i < 9000; i++)
		printf ".dots and = signs \\u00e9 of line %d, which is long enough to be divided, %d\\n", i, i
	printf "\",\"endpoint\":\"mailto:big@example.org\"}\n" }' >in
try 'a large text' mailed host <in
is_status 0
stdout_json '.smtpStatus == 250'
is_stderr ''
jq -j .data mail.log | node -e '
	const [head, body] = require("fs").readFileSync(0, "latin1").split("\r\n\r\n", 2);
	const all = body.replace(/=\r\n/g, "").replace(/=(..)/g, (m, hex) =>
	    String.fromCharCode(parseInt(hex, 16))).replace(/\r\n/g, "\n");
	process.stdout.write(Buffer.from(all, "latin1"));' >got
jq -j .payload in | cmp -s - got
ok 'arrives as it is'

# ---- Replies
outcome() { # NAME TO STATUS JSON
	new_mail
	rm -f dead
	line "$2" >in
	try "$1 $2" mailed "$1" <in
	is_status "$3"
	stdout_json "$4"
	tap_seen e
}
for code in 550 500 501 552 553 554 555; do
	for step in rcpt data text; do
		outcome host "$step-$code" 4 '.status == "dead" and .attempts == 1 and .smtpStatus == '$code
	done
	outcome "mail-$code" ward 4 '.status == "dead" and .attempts == 1 and .smtpStatus == '$code
	[ "$(jq -c '.deadLetter | [.lastHttpStatus, .lastSmtpStatus]' dead)" = "[null,$code]" ]
	ok "$code: the dead letter"
done
for code in 421 450 451 452 530 534 535 538; do
	for step in rcpt data text; do
		outcome host "$step-$code" 4 '.status == "dead" and .attempts == 2 and .smtpStatus == '$code
	done
	outcome "mail-$code" ward 4 '.attempts == 2 and .smtpStatus == '$code
done
outcome host rcpt-550 4 '.error == "SMTP 550 to RCPT: 5.1.1 no such user"'
stderr_has '^vitals-post: mailto:rcpt-550@example.org: m-1: dead after 1 attempt: SMTP 550 to RCPT: 5.1.1 no such user$'
outcome mail-550 ward 4 '.error == "SMTP 550 to MAIL: 5.1.0 not you"'
outcome host data-554 4 '.error == "SMTP 554 to DATA: no data"'
outcome host text-554 4 '.error == "SMTP 554 to the message: not this one"'
outcome ehlo-502 ward 4 '.attempts == 2 and .smtpStatus == 502 and .error == "SMTP 502 to EHLO: no"'
outcome ehlo-421 ward 4 '.attempts == 2 and .smtpStatus == 421'
for greeting in '554 no service' '421 busy' '550-no\r\n550 never'; do
	printf "$greeting\\r\\n" >mail.log.greeting
	outcome host ward 4 '.attempts == 2 and .smtpStatus == '"${greeting%%[- ]*}"' and (.error | startswith("SMTP '"${greeting%%[- ]*}"' to the connection: "))'
done
rm mail.log.greeting

outcome host flaky-1 0 '.status == "delivered" and .attempts == 2 and .smtpStatus == 250'
[ "$(jq -r .data mail.log | sort | uniq -c | awk '$1 % 2' | wc -l)" -eq 0 ] && [ "$(wc -l <mail.log)" -eq 2 ]
ok 'a repeat is the same e-mail to the byte'

# ---- Connections that break, and servers that make no sense
broken='.status == "dead" and .attempts == 2 and .httpStatus == null and (has("smtpStatus") | not)'
outcome host cut 4 "$broken"' and (.error | startswith("broken answer: "))'
outcome host end 4 "$broken"' and .error == "broken answer: the server closed the connection"'
outcome host before 4 "$broken"' and .error == "broken answer: SMTP: a reply before the end of the command"'
outcome early ward 4 "$broken"' and .error == "broken answer: SMTP: a reply before the end of the command"'
outcome host flood 4 "$broken"' and .error == "broken answer: SMTP: replies of more than 64 KiB"'
outcome host line 4 "$broken"' and .error == "broken answer: SMTP: a line of more than 4096 bytes"'
outcome host babble 4 "$broken"' and .error == "broken answer: SMTP: not an SMTP reply"'
outcome host odd 4 '.status == "dead" and .attempts == 1 and .error == "SMTP 550 to RCPT: ??[31m?"'
outcome host slow-50 0 '.status == "delivered" and .attempts == 1'
line hang >in
try 'no reply' mailed host --timeout 0.3 <in
is_status 4
stdout_json "$broken"' and (.error | startswith("timeout: "))'
stderr_has 'timeout: '
for greeting in '' '\\0\\0' 'HTTP/1.1 200 OK' '220' '220-a' '999 x' '120 x' '354 x'; do
	printf "$greeting\\r\\n" >mail.log.greeting
	line ward >in
	[ "$greeting" = 220 ] && limit=120 || limit=1
	try "greeting '$greeting'" mailed host --timeout $limit <in
	case $greeting in
	220)
		is_status 0
		stdout_json '.status == "delivered"'
		;;
	*)
		is_status 4
		stdout_json '.status == "dead" and .attempts == 2 and (has("smtpStatus") | not)'
		;;
	esac
	tap_seen e
done
awk 'BEGIN { for (i = 0; i < 20000; i++) printf "220-flood\r\n" }' >mail.log.greeting
line ward >in
try 'a greeting that does not end' mailed host --timeout 120 <in
is_status 4
stdout_json '.error == "SMTP: replies of more than 64 KiB"'
tap_seen e
rm mail.log.greeting
try 'nobody listens' vitals-post -q --smtp smtp://127.0.0.1:1 --smtp-plain --smtp-from a@b \
	--max-attempts 2 --retry-base 0.01 --dead-letter dead <in
is_status 4
stdout_json "$broken"' and (.error | startswith("connect: "))'
stderr_has 'connect: '

# ---- Logins
printf 'user\nsecret\n' >login
printf '# of the ward\n\n user \r\nwrong\n' >wrong
line ward >in
new_mail
try 'a login' mailed host --smtp-login login <in
is_status 0
stdout_json '.smtpStatus == 250'
is_stderr ''
[ "$(jq -r .user mail.log)" = user ]
ok 'of the user'
try 'a wrong one' mailed host --smtp-login wrong <in
is_status 4
stdout_json '.attempts == 2 and .smtpStatus == 535 and .error == "SMTP 535 to AUTH: 5.7.8 wrong user or password"'
stderr_has 'SMTP 535 to AUTH'
! grep -q 'secret\|wrong$' .out .err dead
ok 'the password is not shown'
try 'a server without logins' mailed bare --smtp-login login <in
is_status 4
stdout_json '.attempts == 2 and .error == "SMTP: the server offers neither AUTH PLAIN nor AUTH LOGIN"'
stderr_has 'neither AUTH PLAIN'

# ---- A spool, batches, lists, replays
new_mail
line rcpt-451 s-1 >in
line ward s-2 >>in
line rcpt-550 s-3 >>in
try 'a spool' mailed host --spool spool <in
is_status 4
stdout_lines 2
stderr_has 's-3: dead'
try 'its list' vitals-post --spool spool --list
is_status 0
stdout_json '.httpStatus == null and .smtpStatus == ({"s-1": 451, "s-2": 250, "s-3": 550})[.id]'
is_stderr ''
try 'its dead letters' vitals-post --spool spool --export-dead
is_status 0
stdout_json '.deadLetter.lastHttpStatus == null and .deadLetter.lastSmtpStatus == 550'
is_stderr ''
try 'the line again' mailed host --spool spool <in
is_status 4
stdout_json '.smtpStatus == ({"s-2": 250, "s-3": 550})[.id] and .attempts == 1'
tap_seen e
new_mail
try 'a replay' mailed host --spool spool --replay-id s-2 </dev/null
tap_seen s
stdout_json 'select(.id == "s-2") | .status == "delivered"'
tap_seen e
[ "$(jq -r .id mail.log)" = '<s-2@example.com>' ]
ok 'has the same Message-ID'
rm -f spool spool.lock

new_mail
printf '%s\n' '{"specversion":"1.0","id":"c-1","source":"s","type":"t"}' \
	'{"specversion":"1.0","id":"c-2","source":"s","type":"t"}' >in
try 'a batch' mailed host --batch 2 mailto:ward@example.org <in
is_status 0
stdout_lines 2
is_stderr ''
jq -r .data mail.log | tr -d '\r' >got
sed -n '/^Content-Transfer-Encoding: base64$/,/^--/p' got | sed '1,2d;/^--/d' | base64 -d | jq -e 'map(.id) == ["c-1", "c-2"]' >/dev/null &&
	grep -q '^Content-Type: application/cloudevents-batch+json$' got
ok 'is one e-mail' got

new_mail
printf '%s\n' '{"url":"mailto:all@example.org","name":"mail"}' \
	'{"url":"mailto:some@example.org","types":["alarm.*"]}' >list
printf '%s\n' '{"id":"f-1","type":"alarm.a"}' '{"id":"f-2","type":"other"}' >in
try 'several addresses' mailed host --endpoints list --audit audit --metrics metrics <in
is_status 0
stdout_json '.smtpStatus == 250 and (.endpoint == "mail" or .endpoint == "mailto:some@example.org")'
is_stderr ''
[ "$(jq -r '.to + .id' mail.log | sort | tr '\n' ' ')" = 'all@example.org<f-1@example.com> all@example.org<f-2@example.com> some@example.org<f-1@example.com> ' ]
ok 'each gets what it wants'
[ "$(jq -c 'select(.record == "attempt") | [.httpStatus, .smtpStatus, .error, .address]' audit | sort -u)" = '[null,250,null,"127.0.0.1"]' ]
ok 'the audit' audit
grep -q 'endpoint="mailto:some@example.org"} 1$' metrics
ok 'the metrics' metrics

try 'keys and a handshake are of HTTP' mailed host --handshake me.example \
	mailto:ward@example.org <in
is_status 0
stdout_json '.status == "delivered"'
is_stderr ''

# ---- What is refused
wrong() { # MESSAGE OPTION ...
	wrong_m=$1
	shift
	try "$*" vitals-post "$@" <in
	is_status 2
	is_stdout ''
	stderr_has "^vitals-post: $wrong_m"
}
s="--smtp $smtp --smtp-from a@b"
# shellcheck disable=SC2086 # words
{
wrong '--smtp needs --smtp-from' --smtp "$smtp"
wrong '--smtp-from needs --smtp' --smtp-from a@b
wrong '--smtp-login needs --smtp' --smtp-login login
wrong '--smtp-plain needs --smtp' --smtp-plain
wrong 'a mailto: URL needs --smtp' mailto:a@b
wrong '--token-file and --header-file are not for a mailto: URL' $s --token-file login mailto:a@b
wrong 'mailto:a: not an e-mail address: no @' $s mailto:a
wrong 'mailto:a@b?subject=x: a mailto: URL has one address and nothing else' $s 'mailto:a@b?subject=x'
wrong '--smtp-from: not an e-mail address' --smtp "$smtp" --smtp-from 'A <a@b>'
wrong '--smtp: not an smtp:// or smtps:// URL' --smtp "http://127.0.0.1:$MAIL" --smtp-from a@b
wrong '--smtp: URL contains a user or a password: use --smtp-login$' --smtp smtp://u:hunter2@127.0.0.1 --smtp-from a@b
wrong '--smtp: URL has a query' --smtp "$smtp/?x" --smtp-from a@b
wrong '--smtp: URL has a fragment' --smtp "$smtp/#x" --smtp-from a@b
wrong '--smtp: URL has a path that is not the name of a host' --smtp "$smtp/a%0d%0ab" --smtp-from a@b
wrong '--smtp: URL has a path that is not the name of a host' --smtp "$smtp/a/b" --smtp-from a@b
wrong '--smtp: plain SMTP is only for an smtp:// server on loopback' --smtp smtp://mail.example.org --smtp-from a@b --smtp-plain
wrong '--smtp: plain SMTP is only for an smtp:// server on loopback' --smtp smtps://127.0.0.1 --smtp-from a@b --smtp-plain
}
for url in mailto:a mailto:a@b,c@d 'mailto:a@b?cc=c@d' 'mailto:a@b\r\nRCPT TO:<c@d>' \
	'mailto:\"a b\"@c' mailto:a@ 'mailto:a@b\u0000c' mailto:%61@b; do
	new_mail
	printf '{"id":"a","endpoint":"%s"}\n' "$url" >in
	try "$url" mailed host <in
	is_status 1
	is_stdout ''
	stderr_has '^vitals-post: <stdin>:1: '
	[ ! -s mail.log.commands ]
	ok "$url: nothing is sent"
done
line ward >in
try 'no server' vitals-post <in
is_status 1
is_stdout ''
stderr_has '^vitals-post: <stdin>:1: mailto:ward@example.org: no mail server was given (--smtp)$'
for member in '"headers":{"X":"y"}' '"tokenFile":"login"' '"keyFiles":["login"]' \
	'"tlsMin":"1.2"' '"caFile":"login"' '"proxy":"http://h/"' '"pinnedKey":"login"' \
	'"certificate":"login"'; do
	printf '{"url":"mailto:a@b",%s}\n' "$member" >list
	name=${member%%:*}
	try "$name of an address" mailed host --endpoints list <in
	is_status 3
	is_stdout ''
	is_stderr "vitals-post: list:1: $name is not for a mailto: URL"
done
printf 'user\n' >short
printf 'user\npassword\nmore\n' >long
for file in short long; do
	try "$file login" mailed host --smtp-login $file <in
	is_status 3
	is_stdout ''
	is_stderr "vitals-post: $file: not two lines, the user and the password"
done
chmod 644 login
try 'a login that others can read' mailed host --smtp-login login <in
is_status 3
is_stdout ''
is_stderr 'vitals-post: login: others can access this secret: chmod 600 it'
chmod 600 login

# ---- TLS
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
	-subj /CN=mail.test -addext 'subjectAltName=IP:127.0.0.1' -keyout key.pem -out cert.pem 2>openssl.err
ok 'a certificate' openssl.err
secure() { # OPTION ...
	vitals-post -q --smtp-from vitals@example.com --smtp-login login --retry-base 0.01 \
		--max-attempts 2 --dead-letter dead "$@"
}
new_mail
try 'STARTTLS that is not offered' secure --smtp "$smtp/host" --ca-file cert.pem <in
is_status 4
stdout_json '.attempts == 2 and .error == "SMTP: the server does not offer STARTTLS" and (has("smtpStatus") | not)'
stderr_has 'the server does not offer STARTTLS'
! grep -q 'AUTH\|MAIL' mail.log.commands
ok 'neither the login nor the message is sent'
mail_server "$WORK/cert.pem" "$WORK/key.pem"
for url in "smtp://127.0.0.1:$MAIL" smtps; do
	if [ $url = smtps ]; then
		mail_server "$WORK/cert.pem" "$WORK/key.pem" tls
		url=smtps://127.0.0.1:$MAIL
	fi
	new_mail
	try "$url" secure --smtp "$url/host" --ca-file cert.pem <in
	is_status 0
	stdout_json '.smtpStatus == 250'
	is_stderr ''
	[ "$(jq -c '[.tls, .user]' mail.log)" = '[true,"user"]' ]
	ok "$url: over TLS" mail.log
	new_mail
	try "$url: an unknown certificate" secure --smtp "$url/host" <in
	is_status 4
	stdout_json '.attempts == 2 and (.error | startswith("TLS: ")) and (has("smtpStatus") | not)'
	stderr_has 'TLS: '
	! grep -q 'AUTH\|MAIL' mail.log.commands
	ok "$url: nothing is sent"
	try "$url: another key" secure --smtp "$url/host" --ca-file cert.pem \
		--pinned-key sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= <in
	is_status 4
	stdout_json '.error | startswith("TLS: ")'
	stderr_has 'TLS: '
done

# ---- Nothing waits for a mail server
mail_server
hook
new_mail
mkfifo fifo
vitals-post -q --timeout 3600 --max-attempts 1 --smtp "smtp://127.0.0.1:$MAIL/quiet" \
	--smtp-from a@b --dead-letter dead <fifo >out 2>err &
pid=$!
exec 8>fifo
quiet() { # ID: whatever the mail server leaves unanswered, an event is delivered
	new_log
	printf '{"id":"%s","endpoint":"http://127.0.0.1:%s/ok"}\n' "$1" "$PORT" >&8
	came "$1"
	ok "$1 is not delayed"
}
line ward >&8
wait_for grep -q '"m-1"' out
quiet 'after-no-STARTTLS'
printf '554 no service\r\n' >mail.log.greeting
new_mail
line ward m-2 >&8
wait_for grep -q '"m-2"' out
quiet 'after-554'
rm mail.log.greeting
exec 8>&-
wait $pid
[ $? -eq 4 ] && [ "$(jq -r '.status' out | sort | uniq -c | tr -s ' \n' ' ')" = ' 2 dead 2 delivered ' ]
ok 'all is settled' out err
new_mail
vitals-post -q --timeout 3600 --max-attempts 1 --smtp "smtp://127.0.0.1:$MAIL/quiet" \
	--smtp-plain --smtp-from a@b --dead-letter dead <fifo >out 2>err &
pid=$!
exec 8>fifo
line hang >&8
wait_for [ -s mail.log ]
quiet 'while-a-reply-is-missing'
line rcpt-550 m-3 >&8
wait_for grep -q '"m-3"' out
quiet 'after-a-refusal'
kill $pid
exec 8>&-
wait $pid
[ "$(jq -r 'select(.id == "m-1") | .status + " " + .error' out)" = 'dead interrupted' ]
ok 'a signal ends what has no reply' out err
done_testing
