#!/bin/sh
# Each line that any of our tools writes is valid by its schema.
. "$(dirname "$0")/lib.sh"
need_npm ajv ajv-formats @lhncbc/ucum-lhc
for tool in synth extract calibrate event sign seal post receive; do
	[ -x "$BUILD/vitals-$tool" ] || skip_all "no vitals-$tool was built"
done

valid() { # SCHEMA FILE
	try "$2 is valid: $1" js event-schema.js "$1" "$2"
	is_status 0
	is_stdout ''
	is_stderr ''
}
only() { # RECORD FROM: the lines of one record, into its file
	grep "\"record\":\"$1\"" "$2" >"$1"
}

vitals-synth --duration 9 --size 320x240 --truth truth.all clip.mkv
for r in truth beat; do
	only $r truth.all
	valid $r $r
done
vitals-synth --no-pulse --duration 1 --size 320x240 --truth nopulse none.mkv
valid truth nopulse

vitals-extract --live --rate 2 --emit measurement,sample,wave,trace clip.mkv \
	>all 2>/dev/null
for r in measurement sample wave trace; do
	only $r all
	valid $r $r
done
vitals-extract none.mkv >absent 2>/dev/null
valid measurement absent

# A dozen measurements with references, varied artificially.
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	jq -c --argjson i $i '.source = "s\($i / 4 | floor)"
		| .offsetSeconds = $i * 30.5
		| .features |= with_entries(if .value == null then . else
			.value *= 1 + 0.01 * ($i * 7919 % 13) + 0.003 *
			(($i * 104729 + (.key | length) * 31) % 17) end)' measurement
done >measurements
jq -c '{vital: "oxygenSaturation", source, offsetSeconds,
	value: (90 + .offsetSeconds % 9), unit: "%"}' measurements >reference
valid reference reference
vitals-calibrate --reference reference measurements >calibration 2>/dev/null
valid calibration calibration

grep -v '"record":"trace"' all | vitals-event --session-events >event
valid event event
vitals-event --cloudevents absent >cloud
valid cloudevent cloud

vitals-sign --new-key key 2>/dev/null
vitals-sign -k key event >message
valid message message
vitals-seal --new-key private.jwk >public.jwk 2>/dev/null
vitals-seal -k public.jwk event >sealed
valid message sealed
vitals-seal -k public.jwk --with-session event >session
valid message session
vitals-sign -k key sealed >both
valid message both

vitals-receive -q -k key --listen 127.0.0.1:0 --port-file port --timeout 600 \
	>received 2>receive.err &
receiver=$!
ready() { [ -s port ] || ! kill -0 $receiver; }
wait_for ready
if [ -s port ]; then
	vitals-post -q --audit audit "http://127.0.0.1:$(cat port)/" <message >receipt
	valid receipt receipt
	valid audit audit
	sort event >event.sorted
	sort received | cmp -s - event.sorted
	ok 'and what was received is what was sent'
else
	skip 'receipts' "no receiver: $(cat receive.err)"
fi
kill "$receiver" 2>/dev/null
wait "$receiver"

head -n 2 message >two
vitals-post -q --max-attempts 1 --audit audit.dead --dead-letter dead \
	http://127.0.0.1:1/ <two >receipt.dead 2>/dev/null
valid receipt receipt.dead
valid deadletter dead
valid audit audit.dead
vitals-post -q --max-attempts 1 http://127.0.0.1:1/ <two >receipt.whole 2>/dev/null
valid receipt receipt.whole
jq -r .deadLetter receipt.whole >whole
valid deadletter whole
vitals-post -q --spool spool --max-attempts 1 http://127.0.0.1:1/ \
	<two >receipt.none 2>&1
vitals-post --spool spool --list >spooled
valid spooled spooled

# Every schema has the right name.
for f in "$ROOT"/schema/*.schema.json; do
	n=${f##*/}
	grep -q "\$id\": \"urn:vitals:schema:${n%%-*}:1.0\"" "$f"
	ok "$n has the right ID"
done

done_testing
