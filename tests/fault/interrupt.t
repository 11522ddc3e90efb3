#!/bin/sh
# Signals that interrupt each call again and again: every tool does what it does without
# them, and says nothing.
. "$(dirname "$0")/../cli/tap.sh"
# shellcheck source=tests/fault/fault.sh
. "$TESTS/fault/fault.sh"
# shellcheck source=tests/cli/hub.sh
. "$TESTS/cli/hub.sh"
preload interrupt
umask 077
interrupted="env LD_PRELOAD=$WORK/interrupt.so VITALS_INTERRUPT_LOG=$WORK/hits"
# same INPUT COMMAND [ARG ...]: the output and the status are those without signals.
same() {
	same_i=$1
	shift
	rm -f hits
	"$@" <"$same_i" >good 2>good.err
	same_s=$?
	# shellcheck disable=SC2086
	timeout 300 $interrupted "$@" <"$same_i" >out 2>err
	[ $? -eq $same_s ] && cmp -s good out && cmp -s good.err err && [ -s hits ]
	ok "$*" err
}
at=2026-11-23T06:33:30Z
vitals-sign -q --new-key key
vitals-seal -q --new-key sealing -a shared
vitals-synth -q -d 12 --size 160x120 --heart-rate 72 clip.mp4
vitals-extract -q --emit measurement,wave,trace clip.mp4 >lines
jq -c 'select(.record == "measurement")' lines >measurements
vitals-event -q --session s --id content --time $at measurements >event
seq 1 400 | jq -c --slurpfile e event '. as $n | $e[0] | .id = "e-\($n)"' >events
vitals-sign -q -k key --at $at events >messages
vitals-seal -q -k sealing events >sealed
vitals-fhir events >observations
# Three people whose red decreases with the oxygen in their blood.
for s in a b c; do
	for i in 0 1 2 3 4 5 6 7 8 9; do
		printf '{"record":"measurement","source":"%s","offsetSeconds":%s,"durationSeconds":30,"readings":[],"features":{"meanRed":%s,"meanGreen":%s,"perfusionRed":0.%s,"perfusionGreen":1}}\n' \
			$s $((i * 30)) $((100 + 3 * i)) $((60 + i % 3)) $((4 + i % 2))
		printf '{"vital":"oxygenSaturation","source":"%s","offsetSeconds":%s,"value":%s,"unit":"%%"}\n' \
			$s $((i * 30 + 10)) $((80 + i)) >>reference
	done
done >pairs

same /dev/null vitals-synth -q -d 1 --size 160x120 --truth truth -
same /dev/null vitals-extract clip.mp4
same clip.mp4 vitals-extract --emit sample,wave -
same lines vitals-extract --from-trace -
same measurements vitals-event --session s --id content --time $at
same events vitals-sign -k key --at $at
same messages vitals-verify -k key --any-time
same sealed vitals-open -k sealing
same events vitals-fhir
same observations vitals-fhir --from-fhir
same events vitals-table
same pairs vitals-calibrate -r reference
same lines vitals-plot -f html
# shellcheck disable=SC2086
$interrupted vitals-token -k key -s s --at $at >token 2>err
ok 'vitals-token' err
[ "$(cut -d . -f 2 token | tr -- -_ +/ | sed 's/$/==/' | base64 -di 2>/dev/null | jq -c 'del(.jti)')" = \
	'{"aud":"vitals-stream","iat":1795415610,"exp":1795419210,"sessions":["s"]}' ]
ok 'makes a token' token

# shellcheck disable=SC2086
$interrupted vitals-seal -k sealing events >sealed 2>err
ok 'vitals-seal' err
vitals-open -q -k sealing sealed 2>&1 | cmp -s - events
ok 'seals all'

# Delivery, with all that waits for others.  Words of its own are a fault here.
delivered() { # [OPTION ...]: each event is received once
	: >out
	rm -f hits
	# shellcheck disable=SC2086
	serve $interrupted vitals-receive -q -k key -l 127.0.0.1:0 --port-file port \
		--state state.db --audit received
	# shellcheck disable=SC2086
	try "vitals-post $*" timeout 600 $interrupted vitals-post -q -k key --audit sent "$@" "$URL" <events
	is_status 0
	stdout_lines 400
	is_stderr ''
	[ -s hits ]
	ok 'was interrupted'
	end_server TERM 2>said
	ok 'vitals-receive ends' said
	[ ! -s said ] && sort out | cmp -s - sorted
	ok 'has each event once, and says nothing' said
	vitals-audit verify -q sent >why 2>&1 && vitals-audit verify -q received >>why 2>&1
	ok 'both audit files are whole' why
	same /dev/null vitals-audit verify sent
	rm -f state.db* sent received
}
sort events >sorted
delivered
delivered --spool spool
rm -f spool*
delivered --spool spool --order session

# A stream, with a store.
rm -f hits
# shellcheck disable=SC2086
serve $interrupted vitals-stream -q -l 127.0.0.1:0 --port-file port --store store --stay
feed <events
for transport in websocket sse poll; do
	# shellcheck disable=SC2086
	timeout 600 $interrupted vitals-listen -q --transport $transport --after earliest \
		--count 400 "$URL" >out 2>err
	heard=$?
	[ $heard -eq 0 ] && cmp -s out events && [ ! -s err ]
	ok "a stream is heard whole: $transport" err
done
end_server TERM 2>said
ok 'vitals-stream ends' said
[ ! -s said ]
ok 'and says nothing' said

# A hub, with a state.
rm -f hits
mkfifo receipts
: >out
# shellcheck disable=SC2086
serve $interrupted vitals-hub -q -l 127.0.0.1:0 --port-file port --state hub.db -r receipts
create rest-hook http://127.0.0.1:9/ id-only
wait_for [ -s out ]
ok 'vitals-hub writes a handshake'
feed <events
has_events() {
	status "/Subscription/$ID/\$status" >/dev/null
	[ "$(answer '.entry[0].resource.eventsSinceSubscriptionStart | tonumber >= 400')" = true ]
}
wait_for has_events
ok 'and numbers the events'
end_server TERM 2>said
ok 'vitals-hub ends' said
[ -s hits ] && [ ! -s said ]
ok 'was interrupted, and says nothing' said
done_testing
