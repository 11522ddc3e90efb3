#!/bin/sh
# vitals-post: order, fan-out, Retry-After, batches, handshake, rate, circuit
# breaker, keys and tokens, audit and metrics, SIGTERM without a spool.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
hook
base=http://127.0.0.1:$PORT

# ---- Order: each session in order, although half of the attempts fail.
events 100 >in
for spool in '' '--spool ordered'; do
	: >log
	# shellcheck disable=SC2086
	try "order by session $spool" vitals-post -q $spool --order session --retry-base 0.01 --retry-cap 0.1 --max-attempts 20 --breaker 0 "$base/fail/0.5" <in
	is_status 0
	stdout_lines 100
	is_stderr ''
	jq -r 'select(.status == 200) | .body | fromjson | "\(.session.id) \(.seq)"' log >got
	sort -s -k 1,1 got >bysession
	sort -k 1,1 -k 2,2n got | cmp -s - bysession
	ok "each session arrived in order $spool"
	[ "$(wc -l <got)" -eq 100 ]
	ok "all arrived $spool"
done
: >log
(events 1 && echo '{"schemaVersion":"1.0","id":"o-2","type":"t","session":{"id":"s-1"},"endpoint":"'"$base"'/ok"}'
	events 3 | tail -n 1) >in
try 'a session waits, others do not' vitals-post -q --order session --retry-base 0.5 --max-attempts 2 "$base/flaky/1" <in
is_status 0
stdout_lines 3
is_stderr ''
new_log
printf '%s\n' '{"id":"w-1","session":{"id":"a"}}' '{"id":"w-2","session":{"id":"a"}}' \
	'{"id":"w-3","session":{"id":"b"}}' '{"id":"w-4"}' >in
try 'the next of a session waits' vitals-post -q --order session "$base/delay/300" <in
is_status 0
stdout_lines 4
is_stderr ''
[ "$(jq -s 'map({(.id): .}) | add | .["w-2"].began > .["w-1"].ended' log)" = true ]
ok 'for the answer to the one before'
# Nothing else waits: all but w-2 are sent before there is any answer.
new_log
vitals-post -q --order session "$base/gate/go" <in >out 2>err &
pid=$!
came w-4 && came w-3 && came w-1 && [ ! -s log ]
ok 'and nothing else waits'
touch go
wait $pid
[ $? -eq 0 ] && [ "$(jq -r .id log | sort | tr '\n' ' ')" = 'w-1 w-2 w-3 w-4 ' ]
ok 'and it is sent then' err

# ---- Retry-After
echo '{"id":"ra"}' >one
for after in 1 date; do
	: >log
	try "Retry-After: $after" vitals-post -q --retry-base 0.01 "$base/after/$after" <one
	is_status 0
	stdout_json '.attempts == 2'
	is_stderr ''
	# By both clocks, less what they may differ by.
	jq -s '.[1].time - .[0].time >= 950' log | grep -q true
	ok 'is not undercut'
done
try 'an attempt past the end' vitals-post -q --give-up-after 0.5 --timeout 600 "$base/delay/60000" <one
is_status 4
stdout_json '.status == "expired" and .attempts == 1 and .httpStatus == null and (.error | startswith("timeout"))'
stderr_has 'expired after 1 attempt: timeout: .*; the next attempt would be later than --give-up-after$'
try 'a Retry-After past the end' vitals-post -q --give-up-after 60 "$base/status/503?after=3600" <one
is_status 4
stdout_json '.status == "expired" and .attempts == 1'
stderr_has 'later than --give-up-after'

# ---- Fan-out
umask 077
printf 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=\n' >key
printf 'token-of-b\n' >token
cat >endpoints <<X
{"name":"a","url":"$base/ok?a","types":["vitals.sample"],"keyFiles":["key"]}
{"name":"b","url":"$base/ok?b","types":["vitals.session.*"],"tokenFile":"token","headers":{"X-B":"1"}}
{"name":"c","url":"$base/status/404"}
X
: >log
printf '%s\n' '{"id":"f-1","type":"vitals.sample"}' '{"id":"f-2","type":"vitals.session.ended"}' >in
try 'fan-out' vitals-post -q --endpoints endpoints <in
is_status 4
stdout_lines 4
stderr_has '^vitals-post: c: f-1: dead after 1 attempt: HTTP 404$'
[ "$(jq -r '"\(.url) \(.id) \(.headers["x-b"]) \(.headers.authorization) \(.headers["webhook-signature"] != null)"' log | sort | tr '\n' ';')" = \
	"/ok?a f-1 null null true;/ok?b f-2 1 Bearer token-of-b false;/status/404 f-1 null null false;/status/404 f-2 null null false;" ]
ok 'each has its own events, key, token and headers'
jq -r 'select(.deadLetter) | .deadLetter' .out >dead
: >log
try 'a dead letter is sent only to its endpoint' vitals-post -q --endpoints endpoints <dead
is_status 4
stdout_json '.endpoint == "c"'
stderr_has '^vitals-post: c: '
echo '{"url":"https://h/","tokenfile":"x"}' >typo
try 'a misspelt member' vitals-post --endpoints typo <in
is_status 3
is_stdout ''
is_stderr 'vitals-post: typo:1: unknown member "tokenfile"'
chmod 644 token
try 'a token that others can read' vitals-post --token-file token "$base/ok" <in
is_status 3
is_stdout ''
stderr_has '^vitals-post: token: '

# ---- A bearer token stays with its endpoint.
chmod 600 token
: >log
printf '%s\n' '{"id":"t-1"}' '{"id":"t-2","endpoint":"'"$base"'/ok?x"}' >in
try 'a token' vitals-post -q --token-file token "$base/ok" <in
is_status 0
stdout_lines 2
is_stderr ''
[ "$(jq -r '"\(.id) \(.headers.authorization)"' log | sort | tr '\n' ';')" = 't-1 Bearer token-of-b;t-2 null;' ]
ok 'is not sent to the endpoint of a line'

# ---- Signatures
: >log
if command -v vitals-sign >/dev/null; then
	vitals-sign -k key <one >message
	try 'a message' vitals-post -q "$base/ok" <message
	is_status 0
	stdout_lines 1
	is_stderr ''
	[ "$(jq -r '"\(.headers["webhook-timestamp"]) \(.headers["webhook-signature"]) \(.body)"' log)" = \
		"$(jq -r '"\(.timestamp) \(.signature) \(.payload)"' message)" ]
	ok 'is sent with its own signature'
fi

# ---- Batches
: >log
for i in 1 2 3 4 5; do
	echo '{"specversion":"1.0","id":"b-'$i'","source":"/s","type":"t","n":1.50}'
done >in
try 'batches' vitals-post -q --batch 3 -c 1 "$base/ok" <in
is_status 0
stdout_lines 5
is_stderr ''
[ "$(jq -r '.headers["content-type"] + " " + (.body | fromjson | length | tostring)' log | tr '\n' ';')" = 'application/cloudevents-batch+json 3;application/cloudevents-batch+json 2;' ]
ok 'of three and of two'
try 'refused batches are split' vitals-post -q --batch 3 --dead-letter dl "$base/status/400" <in
is_status 4
stdout_json '.status == "dead" and .attempts == 2'
stderr_has 'b-1: dead after 2 attempts: HTTP 400'
try 'no CloudEvent' vitals-post -q --batch 3 "$base/ok" <one
is_status 1
is_stdout ''
is_stderr 'vitals-post: <stdin>:1: not a CloudEvent: batches hold nothing else'

# A spool that was filled without --batch holds other events, too.
echo '{"name":"e","url":"'"$base"'/status/500"}' >endpoints
(cat in && echo '{"id":"plain-1"}') | vitals-post -q --spool sb --breaker 0 --max-attempts 1 --endpoints endpoints >/dev/null
: >log
echo '{"name":"e","url":"'"$base"'/ok"}' >endpoints
try 'the rest in batches' vitals-post -q --spool sb --drain --batch 10 --audit ab --endpoints endpoints
is_status 0
stdout_lines 6
is_stderr ''
[ "$(jq -r '.headers["content-type"] + " " + .body[:1]' log | sort -u | tr '\n' ';')" = 'application/cloudevents-batch+json [;application/json {;' ]
ok 'other events are sent unchanged'
[ "$(jq -r 'select(.record == "attempt" and .id == "plain-1") | .payloadSha256' ab)" = "$(printf '{"id":"plain-1"}' | sha256sum | cut -c 1-64)" ]
ok 'the audit has its hash'

# ---- Handshake
: >log
try 'consent' vitals-post -q --handshake me.example "$base/consent/me.example" <one
is_status 0
stdout_lines 1
is_stderr ''
[ "$(jq -r '.method + " " + .headers["webhook-request-origin"]' log | tr '\n' ';')" = 'OPTIONS me.example;POST me.example;' ]
ok 'OPTIONS, then POST'
try 'no consent' vitals-post -q --handshake me.example "$base/consent/other.example" <one
is_status 4
stdout_json '.status == "dead" and .attempts == 0'
stderr_has 'does not consent to our origin'

# ---- Rate
events 30 >in
before=$(date +%s%N)
try 'a rate' vitals-post -q --rate 30 "$base/ok" <in
is_status 0
stdout_lines 30
is_stderr ''
[ $((($(date +%s%N) - before) / 1000000)) -ge 900 ]
ok 'is kept'

# ---- The circuit
: >log
events 300 >in
try 'a circuit opens' vitals-post --breaker 5 -c 4 --max-attempts 3 --retry-base 0.05 --dead-letter dl "$base/status/500" <in
is_status 4
stdout_lines 300
stderr_has 'circuit open after 5 failures in a row: HTTP 500'
[ "$(wc -l <log)" -lt 20 ]
ok 'and stops requests to the endpoint'
: >log
events 20 >in
# All lines but the first are written once the circuit is open.
closes() {
	(head -n 1 in && wait_for grep -q 'circuit open after 1 failure in a row: HTTP 503' .err &&
		tail -n +2 in) | vitals-post --breaker 1 -c 4 --max-attempts 20 \
		--retry-base 0.02 --retry-cap 0.05 "$base/down/5"
}
try 'a circuit closes' closes
is_status 0
stdout_json '.status == "delivered"'
stderr_has 'circuit closed: it answers again'
jq -s -e 'sort_by(.began) | .[0:6] as $p |
	($p | map(.status)) == [503, 503, 503, 503, 503, 200] and
	([range(1; 6)] | all($p[.].began > $p[. - 1].ended))' log >/dev/null
ok 'a probe at a time until then'

# ---- Audit
events 3 >in
try 'audit' vitals-post -q --audit audit "$base/ok" <in
is_status 0
stdout_lines 3
is_stderr ''
vitals-post -q --retry-base 0.01 --audit audit "$base/flaky/1" <one >/dev/null
[ "$(grep -c '^{"record":"attempt"' audit)" -eq 5 ] && [ "$(wc -l <audit)" -eq 9 ]
ok 'one line for each attempt, appended'
[ "$(jq -c 'select(.record == "settled") | [.id, .session, .status, .attempts, .httpStatus, .error, .latencySeconds < 60, .accepted <= .time]' audit | sort)" = '["e-1","s-1","delivered",1,200,null,true,true]
["e-2","s-2","delivered",1,200,null,true,true]
["e-3","s-3","delivered",1,200,null,true,true]
["ra",null,"delivered",2,200,null,true,true]' ]
ok 'and one for each outcome'
last=0000000000000000000000000000000000000000000000000000000000000000
n=0
good=yes
while read -r line; do
	hash=$(printf '%s' "$line" | sed 's/,"hash":"[0-9a-f]*"}$//' | tr -d '\n' | sha256sum | cut -c 1-64)
	[ "$(echo "$line" | jq -r '"\(.seq) \(.previous) \(.hash)"')" = "$n $last $hash" ] || good=no
	last=$hash
	n=$((n + 1))
done <audit
[ $good = yes ]
ok 'each line is chained to the one before'
head -n 6 audit | jq -r 'select(.record == "attempt") | .payloadSha256'  | sort >got
while read -r line; do printf '%s' "$line" | sha256sum | cut -c 1-64; done <in | sort | cmp -s - got
ok 'and has the hash of what was sent'
# As in the man page.
sed -n '/^last=/,/^echo/p' "$ROOT/man/vitals-post.1" >check.sh
[ "$(sh check.sh)" = "$last" ]
ok 'as anybody can see who follows the man page'
cp audit whole
for change in '2s/"httpStatus":200/"httpStatus":201/' 2d '2{h;d;};3G' 1d '5s/"seq":4/"seq":5/'; do
	sed "$change" whole >audit
	sh check.sh | grep -q '^changed: '
	ok "a change is seen: $change"
done
cp whole audit
printf '{"torn' >>audit
try 'a torn last line' vitals-post -q --audit audit "$base/ok" <one
is_status 0
stdout_lines 1
is_stderr ''
[ "$(tail -n 1 audit | jq -r .seq)" = 10 ] && ! grep -q torn audit
ok 'is cut off'
flock audit vitals-post --audit audit "$base/ok" <one >/dev/null 2>why
[ $? -eq 3 ] && [ "$(cat why)" = 'vitals-post: audit: another process writes to it' ]
ok 'two cannot write to it'
echo x >noaudit
try 'not an audit file' vitals-post --audit noaudit "$base/ok" <one
is_status 3
is_stdout ''
stderr_has 'not an audit file'
if [ -c /dev/full ]; then
	try 'an audit that cannot be written' vitals-post -q --audit /dev/full "$base/ok" <one
	is_status 3
	stdout_lines 1
	stderr_has 'audit: write failed: No space left on device'
fi

# ---- Metrics
try 'metrics' vitals-post -q --metrics m "$base/ok" <in
is_status 0
stdout_lines 3
is_stderr ''
grep -q '^vitals_post_delivered_total{endpoint="'"$base"'/ok"} 3$' m &&
	grep -q '^vitals_post_latency_seconds_count{endpoint="'"$base"'/ok"} 3$' m &&
	grep -q '^vitals_post_queue_events{endpoint="'"$base"'/ok"} 0$' m &&
	[ "$(find . -name 'm.*new' | wc -l)" -eq 0 ]
ok 'are there'
# The text format: each family has HELP and TYPE once and before its rows, its rows are
# together, no row is a duplicate, and buckets increase.
cat >lint.awk <<'X'
/^# HELP / { if (help[$3]++) bad = 1; next }
/^# TYPE / { if (type[$3]++ || !help[$3]) bad = 1; family = $3; kind = $4; next }
{
	name = $0
	sub(/[{ ].*/, "", name)
	base = name
	if (kind == "histogram")
		sub(/_(bucket|sum|count)$/, "", base)
	if (base != family || name !~ /^[a-z_]+$/)
		bad = 1
	if (kind == "counter" && name !~ /_total$/)
		bad = 1
	key = $0
	sub(/ [^ ]*$/, "", key)
	if (seen[key]++ || $NF !~ /^[0-9.e+-]+$/)
		bad = 1
	if (name ~ /_bucket$/) {
		if (key !~ /,le="/ || $NF + 0 < last)
			bad = 1
		last = key ~ /le="[+]Inf"/ ? 0 : $NF + 0
	}
}
END { exit bad || NR < 20 }
X
awk -f lint.awk m
ok 'in the format of Prometheus'
printf '%s\n' '{"name":"a \"quoted\" \\ name","url":"'"$base"'/ok"}' '{"name":"b","url":"'"$base"'/status/404"}' >odd
vitals-post -q --endpoints odd --metrics m2 <in >/dev/null 2>&1
awk -f lint.awk m2 && grep -q '^vitals_post_delivered_total{endpoint="a \\"quoted\\" \\\\ name"} 3$' m2 &&
	grep -q '^vitals_post_dead_total{endpoint="b"} 3$' m2
ok 'with names that must be escaped'

# ---- SIGTERM without a spool
events 20 >in
new_log
vitals-post -q -c 2 --dead-letter left "$base/gate/end" <in >out 2>err &
pid=$!
came 2
kill $pid
touch end
wait $pid
status=$?
[ $status -eq 4 ] && [ "$(wc -l <out)" -eq 20 ] && [ "$(wc -l <left)" -ge 18 ]
ok 'SIGTERM: what is left becomes dead letters'
jq -e -s 'all(.deadLetter.reason == "interrupted")' left >/dev/null
ok 'that say why'
done_testing
