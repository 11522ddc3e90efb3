#!/bin/sh
# The demo, and each ready pipeline of `vitals pipeline`, as pasted: with sh, in one
# folder, in an order in which each has what it needs.
. "$(dirname "$0")/tap.sh"
for t in vitals vitals-synth vitals-extract vitals-event vitals-post vitals-receive vitals-fhir \
	vitals-seal vitals-open vitals-sign vitals-verify vitals-audit vitals-stream \
	vitals-listen vitals-table; do
	[ -x "$BUILD/$t" ] || skip_all "$t is not built"
done
unset URL LISTEN CAMERA
pasted=
paste() { # NAME [NAME=VALUE ...]
	paste_n=$1
	shift
	pasted="$pasted $paste_n"
	vitals pipeline "$paste_n" >"$paste_n.sh"
	try "$paste_n" env "$@" sh "$paste_n.sh"
}
running() { # NAME [NAME=VALUE ...]: paste one that runs until it is stopped
	running_n=$1
	shift
	pasted="$pasted $running_n"
	vitals pipeline "$running_n" >"$running_n.sh"
	env "$@" sh "$running_n.sh" >"$running_n.out" 2>"$running_n.err" &
	running_pid=$!
}
vitals-synth -q --duration 25 clip.mp4
paste clip
is_status 0
stdout_has '^clip.mp4,'
is_stderr ''
paste folder
is_status 0
is_stdout ''
is_stderr ''
[ "$(wc -l <vitals.csv)" -eq 2 ]
ok 'the file for a data frame'
if command -v vitals-plot >/dev/null; then
	paste picture
	is_status 0
	is_stdout ''
	tap_seen e
	grep -q '<svg' report.html
	ok 'the report has pictures'
else
	pasted="$pasted picture"
	skip 'picture' 'vitals-plot is not built'
fi
if command -v parallel >/dev/null; then
	paste night
	is_status 0
	is_stdout ''
	tap_seen e # parallel may ask to be cited
	[ "$(grep -c '"type":"vitals.measurement.completed"' events.ndjson)" -eq 1 ]
	ok 'the events of a night'
else
	pasted="$pasted night"
	skip 'night' 'no parallel here'
fi
if command -v jq >/dev/null && command -v openssl >/dev/null; then
	paste by-hand
	is_status 0
	stdout_lines 2
	[ "$(sort -u .out | wc -l)" -eq 1 ]
	ok 'both signatures are the same'
	tap_seen e
else
	pasted="$pasted by-hand"
	skip 'by-hand' 'no jq or openssl here'
fi
paste fhir
is_status 0
is_stdout valid
tap_seen e
paste sealed
is_status 0
is_stdout ''
tap_seen e
grep -q '"type":"vitals.measurement.completed"' opened.ndjson
ok 'the hospital has the event'

# The webhook.  It refuses the first event, which is not signed with its key.
test -e key || vitals-sign -q --new-key key
vitals-sign -q --new-key wrong
port=$(free_port)
running receive LISTEN="127.0.0.1:$port"
wait_for grep -q 'listening' receive.err
ok 'receive listens'
echo '{"record":"measurement","source":"a","offsetSeconds":0.0,"durationSeconds":30.0,"readings":[],"quality":{}}' |
	vitals-event -q --session s-0 |
	vitals-post -q --spool post.db -k wrong "http://127.0.0.1:$port/" >refused 2>/dev/null
grep -q '"status":"dead"' refused
ok 'an event is dead'
paste webhook URL="http://127.0.0.1:$port/"
is_status 0
stdout_has ',delivered,'
tap_seen e
paste outage URL="http://127.0.0.1:$port/"
is_status 0
stdout_has ',delivered,'
tap_seen e
wait_for sh -c '[ "$(wc -l <received.ndjson)" -eq 2 ]'
ok 'the webhook has both events'
kill "$(pgrep -P $running_pid vitals-receive)" 2>/dev/null || kill $running_pid
wait $running_pid 2>/dev/null
paste audit
is_status 0
stdout_has '^endpoint,from,to,events,delivered'
tap_seen e

# A camera, here a file, and someone who watches.
if command -v ffmpeg >/dev/null; then
	port=$(free_port)
	running live LISTEN="127.0.0.1:$port" CAMERA=clip.mp4
	wait_for grep -q listening live.err
	ok 'live serves a page'
	paste watch URL="http://127.0.0.1:$port/"
	is_status 0
	tap_seen o
	tap_seen e
	wait $running_pid
	ok 'and ends with the camera'
else
	pasted="$pasted live watch"
	skip 'live, watch' 'no ffmpeg here'
fi

for name in $(vitals pipeline | cut -d ' ' -f 1); do
	case " $pasted " in
	*" $name "*) ;;
	*) not_ok "the pipeline $name is tested" ;;
	esac
done

try 'the demo' vitals demo
is_status 0
stdout_has '^the same bytes$'
stdout_has '^(status 1)$'
stdout_has '^time  *session  *heart rate'
tap_seen e
done_testing
