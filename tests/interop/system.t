#!/bin/sh
# The whole chain.  A clip plays at its own speed, is measured live, and becomes events
# that are sealed, signed, streamed to a watcher, and delivered through a spool to a
# receiver; then opened, converted to FHIR, and notified by a hub.  First nothing is
# killed; then the receiver is, again and again.  The audit files show that each event
# arrived once.  How long it takes from the measurement to the acknowledgement is printed
# here and asserted in tests/bench/system.
. "$(dirname "$0")/lib.sh"
need_command curl ffmpeg jq openssl
need_npm eventsource jose standardwebhooks
for tool in synth extract event seal sign token stream listen post receive open fhir \
	hub plot audit; do
	need_command vitals-$tool
done

PROCESSES=
clean_up() {
	for clean_p in $PROCESSES; do
		kill -9 "$clean_p" 2>/dev/null
	done
	cd / && rm -rf "$WORK"
}
trap clean_up EXIT
add() { # PID
	PROCESSES="$PROCESSES $1"
}
has_lines() { # N FILE
	[ "$(wc -l <"$2")" -ge "$1" ]
}
has_port() { # PID FILE
	[ -s "$2" ] || ! kill -0 "$1"
}
port_of() { # PID FILE: of a server, once it listens; what it said is in FILE.err
	wait_for has_port "$1" "$2"
	if [ ! -s "$2" ]; then
		not_ok "the server of $2 starts" "$2.err" >&3
		exit 1
	fi
	cat "$2"
}
exec 3>&1
umask 077

vitals-sign -q --new-key webhook.key
vitals-sign -q --new-key hook.key
vitals-sign -q --new-key token.key
vitals-seal -q --new-key hospital-private.jwk >hospital.jwk
openssl rand -hex 32 >pseudonym.key
echo 'Exampleperson, Ada' >patient
vitals-synth -q -d 10 -r 72 --size 320x240 --face-size 60 \
	--encoder-option tune=zerolatency clip.mkv
vitals-token -k token.key --all-sessions --expires-in 3600 >token.all
vitals-token -k token.key --session s-82 --expires-in 3600 >token.one

# ---- The hospital: a receiver, and what follows it ----------------------------------
# receive | open | fhir | hub | post, and a system that subscribed.  The receiver appends
# to a file, so that what reads it outlives a kill.
LISTEN=127.0.0.1:$(free_port)
receive() {
	rm -f receive
	vitals-receive -q -k webhook.key -l "$LISTEN" --port-file receive -t 1200 \
		--state inbox.db --audit received.audit >>inbox.ndjson 2>receive.err &
	RECEIVER=$!
	add $RECEIVER
	port_of $RECEIVER receive >/dev/null || exit 1
}
receive
vitals-receive -q -k hook.key -l 127.0.0.1:0 --port-file hook -t 1200 --state hook.db \
	>>notified.ndjson 2>hook.err &
HOOK=$!
add $HOOK
hook=$(port_of $HOOK hook) || exit 1

mkfifo inbox messages receipts
tail -n +1 -f inbox.ndjson >inbox &
TAIL=$!
add $TAIL
vitals-open -k hospital-private.jwk <inbox 2>open.err | tee opened.ndjson |
	vitals-fhir 2>fhir.err |
	vitals-hub -q -l 127.0.0.1:0 --port-file hub -t 1200 --state hub.db \
		--audit hub.audit --receipts receipts >messages 2>hub.err &
HUB=$!
add $HUB
vitals-post -q -k hook.key --spool hub.spool --follow <messages >receipts 2>hub-post.err &
HUB_POST=$!
add $HUB_POST
hub=http://127.0.0.1:$(port_of $HUB hub) || exit 1
jq -n --arg hook "http://127.0.0.1:$hook/" '{resourceType: "Subscription",
	status: "requested", reason: "a test",
	criteria: "urn:vitals:fhir:SubscriptionTopic:observations",
	channel: {type: "rest-hook", endpoint: $hook, payload: "application/fhir+json",
	_payload: {extension: [{
	url: "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-payload-content",
	valueCode: "full-resource"}]}}}' >subscription
curl -s --max-time 120 -o created -H 'Content-Type: application/fhir+json' \
	--data-binary @subscription "$hub/Subscription"
is_active() {
	[ "$(curl -s --max-time 120 "$hub/Subscription/$(jq -r .id created)" |
		jq -r .status)" = active ]
}
wait_for is_active
ok 'the Subscription is active' created

# ---- The ward: a stream of sealed messages, which are watched and delivered ----------
mkfifo stream post
vitals-stream -q -k token.key -l 127.0.0.1:0 --port-file stream.port -t 1200 --stay \
	--store stream.db --audit stream.audit <stream 2>stream.port.err &
STREAM=$!
add $STREAM
exec 8>stream
stream=http://127.0.0.1:$(port_of $STREAM stream.port) || exit 1
js system-watch.js "$stream" "$(cat token.all)" webhook.key hospital-private.jwk \
	>watched.ndjson 2>watch.err 8>&- &
WATCHER=$!
add $WATCHER
js system-watch.js "$stream" "$(cat token.one)" webhook.key hospital-private.jwk \
	>watched-one.ndjson 2>watch-one.err 8>&- &
WATCHER_ONE=$!
add $WATCHER_ONE
vitals-listen -q --after earliest --state listen.state --token-file token.all "$stream" \
	>post 2>listen.err 8>&- &
LISTENER=$!
add $LISTENER
vitals-post -q -k webhook.key --spool post.db --follow --order session \
	--audit sent.audit --retry-base 0.1 --retry-cap 1 --max-attempts 1000 --breaker 0 \
	"http://$LISTEN/" <post >sent.receipts 2>post.err 8>&- &
POST=$!
add $POST

events() { # SESSION: of the records of stdin, sealed and signed, into the stream
	vitals-event --session "$1" --session-events --subject-file patient \
		-k pseudonym.key | tee -a events.ndjson |
		vitals-seal -k hospital.jwk --with-session | vitals-sign -k webhook.key >&8
}
play() { # SESSION
	ffmpeg -nostdin -v error -re -i clip.mkv -c:v copy -f nut - |
		vitals-extract -q --live --rate 2 --emit sample,measurement \
			--start-time "$(date -u +%FT%T.%3NZ)" - | events "$1"
}
settled() { # N: are so many events?
	[ "$(grep -c '"record":"settled"' sent.audit)" -ge "$1" ]
}
all_settled() {
	wait_for settled "$(wc -l <events.ndjson)"
}

# ---- Nothing is killed ------------------------------------------------------------------
play s-81
all_settled
ok 'a live session is delivered' post.err
cp sent.audit calm.audit
try 'all of it' vitals-audit stats --slo 100% calm.audit
is_status 0
stdout_json '.events == 22 and .delivered == 22'
is_stderr ''
jq -r 'select(.endpoint == null) | .latencySeconds |
	"# from measurement to acknowledgement, with the start of ffmpeg: median \(.p50) s, p95 \(.p95) s, max \(.max) s"' .out
try 'the heads of the chains' vitals-audit verify -k webhook.key --write-head heads \
	sent.audit received.audit stream.audit
is_status 0
stdout_json '.faults == 0'
is_stderr ''

# ---- The receiver is killed -------------------------------------------------------------
before=$(wc -l <inbox.ndjson)
kill_receiver() {
	kill -9 $RECEIVER
	wait $RECEIVER 2>/dev/null
}
has_failed() {
	grep -q '"record":"attempt".*"httpStatus":null' sent.audit
}
play s-82 &
PLAYER=$!
add $PLAYER
wait_for has_lines $((before + 1)) inbox.ndjson
kill_receiver
wait $PLAYER
# It is still away when another recording is measured, as fast as it can be.
vitals-extract -q clip.mkv | events s-83
wait_for has_failed
ok 'an attempt fails while the receiver is away' sent.audit
before=$(wc -l <inbox.ndjson)
receive
wait_for has_lines $((before + 1)) inbox.ndjson
kill_receiver
receive
all_settled
ok 'all is delivered when it is back' post.err

# ---- Everything ends --------------------------------------------------------------------
total=$(wc -l <events.ndjson)
notified() {
	[ "$(grep -o '"eventNumber"' notified.ndjson | wc -l)" -ge "$(wc -l <resources.ndjson)" ]
}
has_receipts() { # has the hub one for each notification?
	[ "$(grep -c '"record":"receipt"' hub.audit)" -ge "$(wc -l <notified.ndjson)" ]
}
wait_for has_lines "$total" watched.ndjson
wait_for has_lines "$total" opened.ndjson
try 'FHIR' vitals-fhir opened.ndjson
is_status 0
stdout_json '.resourceType == "Observation"'
is_stderr ''
cp .out resources.ndjson
wait_for notified
ok 'the hub has notified everything' hub.err
wait_for has_receipts
ok 'and has the receipts' hub-post.err
kill $TAIL
wait $HUB
kill $STREAM
try 'the watcher' wait $WATCHER
is_status 0
is_stdout ''
is_stderr ''
wait $WATCHER_ONE
for pid in $LISTENER $POST $HUB_POST $RECEIVER $HOOK; do
	kill "$pid"
	wait "$pid"
done
cat receive.err open.err fhir.err hub.err hub-post.err hook.err post.err stream.port.err >said
[ ! -s said ]
ok 'nothing is reported' said

# ---- What was measured --------------------------------------------------------------------
[ "$(jq -r '.session.id + " " + .type' events.ndjson | sort | uniq -c | tr -s ' ')" = ' 1 s-81 vitals.measurement.completed
 19 s-81 vitals.sample
 1 s-81 vitals.session.ended
 1 s-81 vitals.session.started
 1 s-82 vitals.measurement.completed
 19 s-82 vitals.sample
 1 s-82 vitals.session.ended
 1 s-82 vitals.session.started
 1 s-83 vitals.measurement.completed
 1 s-83 vitals.session.ended
 1 s-83 vitals.session.started' ]
ok 'each sample and measurement is an event' events.ndjson
jq -r 'select(.type == "vitals.measurement.completed") | .readings[] |
	select(.vital == "heartRate") | (.value - 72 | fabs < 2) and .confidence > 0.5' \
	events.ndjson | sort | uniq -c | tr -s ' ' >rates
echo ' 3 true' | cmp -s - rates
ok 'with the right heart rate' events.ndjson

# ---- Each event once, to the letter ---------------------------------------------------
cmp events.ndjson watched.ndjson >why 2>&1
ok 'the watcher saw each event once, and in order' why watch.err
grep '"id":"s-82"' events.ndjson | cmp - watched-one.ndjson >why 2>&1
ok 'who may watch one session saw that' why watch-one.err
sort events.ndjson >want
sort opened.ndjson | cmp want - >why 2>&1
ok 'the hospital has each event once' why
for session in s-81 s-82 s-83; do
	grep "\"id\":\"$session\"" events.ndjson >want
	grep "\"id\":\"$session\"" opened.ndjson | cmp want - >why 2>&1
	ok "in the order of the session: $session" why
done

try 'no line of an audit file was changed since' vitals-audit verify -k webhook.key \
	--head heads sent.audit received.audit stream.audit hub.audit
is_status 0
stdout_json '.faults == 0'
is_stderr ''
try 'what the audit file counts' vitals-audit stats --slo 100% sent.audit
is_status 0
stdout_json ".events == $total and .delivered == $total"
is_stderr ''
# A receiver that was killed after it had stored an event, and before it answered, has
# answered 200 to the repetition, and 202 to nothing.
while read -r id; do
	vitals-audit trace "$id" sent.audit received.audit |
		jq -r '.line | if .record == "settled" then .status
			elif .record == "request" then .httpStatus else empty end' |
		sort | uniq -c | tr -s ' ' | tr '\n' ',' |
		sed -E 's/ 1 202, [0-9]+ 200,/ 1 202,/; s/ [0-9]+ 200,/ 1 202,/'
	echo
done <<X >steps
$(jq -r .id events.ndjson)
X
sort steps | uniq -c | tr -s ' ' >outcomes
echo " $total 1 202, 1 delivered," | cmp - outcomes >why 2>&1
ok 'the audit files show that each event was accepted once, and is acknowledged' outcomes why

# ---- Nobody on the way can read them --------------------------------------------------
pseudonym=$(jq -r .session.subject events.ndjson | sort -u)
! grep -l -e heartRate -e Exampleperson -e "$pseudonym" stream.db* post.db* inbox.db* inbox.ndjson \
	sent.audit received.audit stream.audit sent.receipts >why
ok 'neither a reading nor a person is readable on the way' why
! grep -l Exampleperson ./*.ndjson hub.db* hub.spool* hook.db* >why
ok 'the name of the person is nowhere' why
[ "$(grep -c "$pseudonym" opened.ndjson)" -eq "$total" ]
ok 'and the hospital has the pseudonym' opened.ndjson

# ---- FHIR, and a picture ------------------------------------------------------------------
try 'the resources are valid' vitals-fhir --check resources.ndjson
is_status 0
stdout_is_file resources.ndjson
is_stderr ''
jq -r '.entry[0].resource.notificationEvent // [] | .[].eventNumber' notified.ndjson | sort -n >numbers
seq "$(wc -l <resources.ndjson)" | cmp - numbers >why 2>&1
ok 'each has one number' why
jq -r .id resources.ndjson | sort >want
jq -r '.entry[1:][].resource.id' notified.ndjson | sort | cmp want - >why 2>&1
ok 'and is notified once' why

try 'the picture' vitals-plot -q -f text --ascii opened.ndjson sent.audit
is_status 0
stdout_has '^s-81 .* 7[0-9]\.[0-9] (0\.[0-9]*) '
stdout_has "^http://$LISTEN/\$"
stdout_has "$total delivered, 0 dead, 0 expired"
is_stderr ''
try 'the report' vitals-plot -q opened.ndjson sent.audit
is_status 0
stdout_has 's-83'
stdout_has '<figure>'
is_stderr ''
done_testing
