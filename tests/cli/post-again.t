#!/bin/sh
# vitals-post after a wrong key was corrected: what the receiver says, what is in the
# spool, and how its events are sent again.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
hook
base=http://127.0.0.1:$PORT
events 5 >in
held='dead or expired in the spool: --retry-dead tries again, --export-dead prints'

# A realistic receiver: it requires one key and says what is wrong.
umask 077
vitals-sign --new-key right 2>/dev/null
vitals-sign --new-key wrong 2>/dev/null
umask 022
vitals-receive -k right --listen 127.0.0.1:0 --port-file ready -t 1200 >received 2>receive.err &
HOOKS="$HOOKS $!"
if ! wait_for [ -s ready ]; then
	not_ok 'vitals-receive starts' receive.err
	done_testing
fi
there=http://127.0.0.1:$(cat ready)/

try 'a wrong key' vitals-post --spool s1 -k wrong "$there" <in
is_status 4
stdout_json '.status == "dead" and .attempts == 1'
stderr_has "^vitals-post: $there: HTTP 40[01] says: ."
stderr_has "^vitals-post: 5 $held\$"
[ "$(grep -c ' says: ' .err)" -eq 1 ] && ! grep -q 'no signature' .err
ok 'its reason is reported once' .err
try 'drained' vitals-post --spool s1 -k right --drain "$there"
is_status 0
is_stdout ''
is_stderr "vitals-post: 0 delivered, 0 dead, 0 expired, 0 retries
vitals-post: 5 $held"
for new_option in --drain --retry-dead '--replay 2026-01-01T00:00:00Z..'; do
	# shellcheck disable=SC2086 # words
	try "a spool that is not there: $new_option" vitals-post --spool "new$new_option" $new_option "$there"
	is_status 0
	is_stdout ''
	stderr_has "^vitals-post: new$new_option: is a new spool: nothing is in it\$"
done
try 'fed in again' vitals-post --spool s1 -k right "$there" <in
is_status 4
stdout_json '.status == "dead"'
is_stderr "vitals-post: 0 delivered, 0 dead, 0 expired, 0 retries
vitals-post: 5 were known already
vitals-post: 5 $held"
try 'tried again' vitals-post --spool s1 -k right --retry-dead "$there"
is_status 0
stdout_lines 5
stdout_json '.status == "delivered" and .attempts == 2'
is_stderr 'vitals-post: 5 dead or expired events are tried again
vitals-post: 5 delivered, 0 dead, 0 expired, 5 retries'
wait_for has_lines 5 received
sort received | cmp -s - in # they are of five sessions, and sent at once
ok 'they have arrived' received
try 'a second time' vitals-post --spool s1 -k right --retry-dead "$there"
is_status 0
is_stdout ''
is_stderr 'vitals-post: 0 dead or expired events are tried again
vitals-post: 0 delivered, 0 dead, 0 expired, 0 retries'

events 6 | tail -n 1 >one
try 'without -k' vitals-post --max-attempts 1 --dead-letter letters "$there" <one
is_status 4
stdout_json '.status == "dead"'
stderr_has "^vitals-post: $there: HTTP 40[01]: requests are unsigned: no --key-file (-k) was given\$"
vitals-sign -q -k right one >signed
try 'a signed message needs none' vitals-post "$there" <signed
is_status 0
stdout_json '.status == "delivered"'
is_stderr 'vitals-post: 1 delivered, 0 dead, 0 expired, 0 retries'

# ---- All endpoints of a spool; expired events; events in progress are not affected.
new_log
vitals-post -q --spool s2 "$base/status/404" <in >/dev/null 2>&1
vitals-post -q --spool s2 --give-up-after 600 --retry-base 3600 --retry-cap 3600 "$base/status/503" <in >/dev/null 2>&1
new_log
try 'of all endpoints' vitals-post -q --spool s2 --retry-dead --max-attempts 1 --breaker 0
is_status 4
stdout_lines 5
stderr_has 'dead after 2 attempts: HTTP 404'
[ "$(jq -r .url log | sort | uniq -c | tr -s ' ')" = ' 5 /status/404
 5 /status/503' ]
ok 'each was sent to its endpoint' log
try 'without a spool' vitals-post --retry-dead "$base/ok"
is_status 2
is_stdout ''
stderr_has '^vitals-post: --retry-dead needs --spool$'
try 'a spool of an earlier version' sh -c "vitals-post -q --spool s3 '$base/status/404' <in >/dev/null 2>&1
	! command -v sqlite3 >/dev/null || sqlite3 s3 'DROP INDEX job_lost'
	vitals-post -q --spool s3 --retry-dead '$base/status/404' 2>&1 | wc -l"
is_status 0
is_stdout 10
is_stderr ''

# ---- Bodies of all kinds
say() { # BODY-FILE STATUS
	node -e "const fs = require('fs'), b = fs.readFileSync('$1');
		require('http').createServer((q, r) => { q.resume(); q.on('end', () => {
			r.statusCode = $2; r.end(b); }); }).listen(0, '127.0.0.1', function () {
			fs.writeFileSync('say.new', String(this.address().port));
			fs.renameSync('say.new', 'say'); });
		setTimeout(() => process.exit(0), 600000);" &
	said_p=$!
	HOOKS="$HOOKS $said_p"
	wait_for [ -s say ]
	try "$3" vitals-post --max-attempts 1 --dead-letter letters "http://127.0.0.1:$(cat say)/" <one
	is_status 4
	stdout_json '.error == "HTTP '"$2"'"'
	kill $said_p
	rm say
}
printf '{\n  "error": "quota",\r\n\t"limit": 5\n}\n' >body
say body 403 'JSON on several lines'
stderr_has '/: HTTP 403 says: { "error": "quota", "limit": 5 }$'
printf 'a\033[31mb\007c\302\233d' >body
say body 422 'control bytes'
stderr_has '/: HTTP 422 says: a \[31mb c?*d$'
awk 'BEGIN { while (i++ < 100000) printf "x\303\266" }' >body
say body 500 'a long one'
stderr_has '/: HTTP 500 says: [^?]*$'
[ "$(grep says .err | wc -c)" -lt 230 ]
ok 'is bounded' .err
echo '<html><head><title>502 Bad Gateway</title>' >body
say body 502 'a page'
! grep -q says "$WORK/.err"
ok 'is not shown' .err
tap_seen e
: >body
say body 400 'none'
! grep -q says "$WORK/.err"
ok 'nothing is shown' .err
tap_seen e

# ---- Latency
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
printf '{"id":"old","time":"2012-06-01T00:00:00Z"}\n{"id":"ahead","time":"9000-01-01T00:00:00Z"}\n{"id":"live","time":"%s"}\n' "$now" >old
try 'an old recording, and a live event' vitals-post -q --spool s4 --metrics metrics "$base/ok" <old
is_status 0
stdout_json '.latencySeconds >= 0 and .latencySeconds < 3600'
is_stderr ''
awk '/^vitals_post_latency_seconds_sum/ { exit !($2 < 3600) }' metrics
ok 'the metrics agree' metrics
try 'its receipt again' vitals-post -q --spool s4 "$base/ok" <old
is_status 0
stdout_json '.latencySeconds >= 0 and .latencySeconds < 3600'
is_stderr ''
ago=$(date -u -d @$(($(date +%s) - 1800)) +%Y-%m-%dT%H:%M:%SZ)
cat >sealed <<X
{"id":"hidden","contentType":"application/jose","payload":"a.b.c.d.e"}
{"id":"sealed","contentType":"application/jose","time":"$ago","session":{"id":"s-1"},"payload":"a.b.c.d.e"}
{"id":"several","contentType":"application/jose+json","time":"$ago","session":{"id":"s-1"},"payload":"{\"iv\":\"x\",\"ciphertext\":\"y\"}"}
{"id":"clear","contentType":"application/json","time":"$ago","session":{"id":"s-1"},"payload":"{\"time\":\"$now\",\"session\":{\"id\":\"s-2\"}}"}
{"id":"wrong","contentType":"application/jose","time":"yesterday","session":"s-1","payload":"a.b.c.d.e"}
X
try 'sealed: the time of the event if it is readable' vitals-post -q --audit audit.sealed "$base/ok" <sealed
is_status 0
stdout_json '(.latencySeconds >= 1800) == (.id == "sealed" or .id == "several")'
is_stderr ''
[ "$(jq -r 'select(.record == "settled") | .id + " " + (.session // "-")' audit.sealed | sort | tr '\n' ' ')" = \
	'clear s-2 hidden - sealed s-1 several s-1 wrong - ' ]
ok 'sealed: and its session' audit.sealed
try 'replayed' vitals-post -q --spool s4 --replay-id old "$base/ok"
is_status 0
stdout_json '.latencySeconds >= 0 and .latencySeconds < 3600'
is_stderr ''
done_testing
