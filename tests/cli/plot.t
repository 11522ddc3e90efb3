#!/bin/sh
# vitals-plot: what it writes for each kind of line.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/plot.sh"

# ---- One value is the same wherever it is shown
measurement a.mp4 0.0 71.55 0.998 >half
try 'a value between two decimals' vitals-plot -f html half
is_status 0
is_stderr ''
stdout_has '>71.[0-9]* /min<'
grep -o '71\.[0-9]* /min' .out | sort -u >shown
[ "$(wc -l <shown)" -eq 1 ]
ok 'is rounded to the same one everywhere' shown

# ---- Text
try 'one recording as text' vitals-plot -f text --ascii one
is_status 0
stdout_has '^a.mp4 .* 30 s, h264 640x480, 30 frames/s$'
stdout_has '^  Heart rate      72.3 /min  ==========  0.99: sure   +-5$'
stdout_has '^  Breathing        -  too short$'
stdout_has 'SpO2 .* 0.20: unsure +-4, uncalibrated: a trend$'
stdout_has '^Pulse wave$'
stdout_has 'beats: [0-9]* clear ^$'
is_stderr ''
[ "$(wc -l <"$WORK/.out")" -le 24 ]
ok 'at most 24 lines'
awk 'length > 80 { bad = 1 } END { exit bad }' "$WORK/.out"
ok 'of at most 80 columns'
LC_ALL=C tr -d '\n -~' <"$WORK/.out" >beyond
[ ! -s beyond ]
ok 'in ASCII' beyond
try 'a UTF-8 locale' env LC_ALL=en_US.UTF-8 vitals-plot -f text one
is_status 0
stdout_has '██████████'
stdout_has '▲'
is_stderr ''
for w in 40 57 80 200 400; do
	for kind in one three; do
		try "$kind, width $w" vitals-plot --ascii -f text -w $w $kind audit
		is_status 0
		stdout_has 'Heart rate'
		is_stderr ''
		awk -v w=$w 'length > w { print; bad = 1 } END { exit bad }' "$WORK/.out"
		ok "no line has more than $w columns"
	done
done
try 'COLUMNS' env COLUMNS=60 vitals-plot -f text one
is_status 0
stdout_has '^Pulse wave'
is_stderr ''
[ "$(awk 'length > n { n = length } END { print n }' "$WORK/.out")" -le 60 ]
ok 'COLUMNS is the width'
for w in 39 401 x; do
	try "width $w" vitals-plot -w $w one
	is_status 2
	is_stdout ''
	stderr_has '40'
done
try 'several recordings as text' vitals-plot -f text three
is_status 0
stdout_has '^a.mp4 .* 72.3 (0.99)'
stdout_has '^b.mp4 .* no face in view'
stdout_has '^c.mp4 .* 55.0 (0.31?)'
is_stderr ''
measurement d.mp4 0.0 61.0 null >>three
try 'a confidence that is not known' vitals-plot -f text -w 40 three
is_status 0
stdout_has '^d.mp4 .* 61.0 (none)'
is_stderr ''
printf '%s\n' '{"record":"sample","source":"a","offsetSeconds":0,"readings":[{"vital":"heartRate","value":null,"absentReason":"d\u00e9bit \"bas\""}]}' >reason
try 'a reason of others' env LC_ALL=en_US.UTF-8 vitals-plot -f text reason
is_status 0
stdout_has '  débit "bas"$'
is_stderr ''
try 'delivery as text' vitals-plot -f text audit
is_status 0
stdout_has '^https://h/a$'
stdout_has '8 delivered, 1 dead, 0 expired; 1 of 1 request failed; median 4. ms'
stdout_has '^https://h/b (receipts)$'
is_stderr ''
{
	delivery | sed -n 1p
	delivery | sed -n '1s/0\.01/5000/p'
} >apart
try 'latencies that are far apart' vitals-plot -f text --ascii -w 75 apart
is_status 0
stdout_has '^     10 ms #                     # 94 min (four columns: ten times)$'
is_stderr ''
try 'in less space' vitals-plot -f text --ascii -w 40 apart
is_status 0
stdout_has '^     10 ms #    # 2.8 h$'
is_stderr ''
for i in 0 1 2 3 4 5 6 7; do
	awk -v i=$i 'BEGIN { for (k = 0; k < 9; k++)
		printf "{\"record\":\"sample\",\"source\":\"a\",\"seq\":0,\"offsetSeconds\":%d,\"readings\":[{\"vital\":\"heartRate\",\"value\":%s,\"confidence\":0.9}]}\n", 9 * i + k, k < 8 ? 60 + 10 * (i == 7) : "null" }'
done >beats
try 'a trend' vitals-plot -f text --ascii -w 40 beats
is_status 0
stdout_has '^Heart rate over time, 60 to 70 /min; x missing$'
stdout_has '^  [.]*#*$'
is_stderr ''
# Each value has its confidence, which is never rounded up; an uncalibrated one is
# unsure whatever its confidence.
printf '%s\n' '{"record":"measurement","source":"a","offsetSeconds":0,"durationSeconds":30,"readings":[{"vital":"heartRate","value":70,"confidence":0.998},{"vital":"oxygenSaturation","value":97,"confidence":0.95,"status":"uncalibrated"},{"vital":"perfusionIndex","value":0.5,"confidence":0.3},{"vital":"hrvPnn50","value":20,"confidence":null},{"vital":"hrvSdnn","value":45,"confidence":0.9}]}' >kinds
try 'confidences as text' vitals-plot -f text kinds
is_status 0
stdout_has 'SpO2 .* 0.95: unsure'
stdout_has 'Also HRV pNN50 20 % (confidence not known), Perfusion 0.50 % (0.30: unsure)'
is_stderr ''
try 'confidences of several' vitals-plot -f text -w 120 kinds three
is_status 0
stdout_has '^a  .* 97 (0.95?)'
is_stderr ''
try 'confidences of a page' vitals-plot -f html kinds
is_status 0
stdout_has 'confidence 0.95: unsure, uncalibrated'
stdout_has '<td>70.0 /min</td><td>0.99</td>'
stdout_has '<td>45 ms</td><td>0.90</td>'
is_stderr ''
try 'confidences of a picture' vitals-plot -f svg kinds three
is_status 0
stdout_has '(0.95: unsure)'
! grep -q 'class="line dash"' "$WORK/.out"
ok 'a confidence of 0.9 is sure'
stdout_has 'SpO2: 97 %, confidence 0.95, uncalibrated\.'
is_stderr ''
try 'a heart rate that is unsure' vitals-plot -f text three
is_status 0
stdout_has 'c.mp4'
is_stderr ''
{
	measurement a.mp4 0.0 72.26 0.31
	wave a.mp4 20
} >unsure
try 'beats of an unsure pulse' vitals-plot -f text unsure
is_status 0
stdout_has 'no beats are marked: the heart rate is unsure'
is_stderr ''
try 'nor are they drawn' vitals-plot -f svg unsure
is_status 0
stdout_has 'no beats are marked: the heart rate is unsure'
stdout_has 'Not drawn'
is_stderr ''
if has_terminal; then
	script -qec 'stty cols 72; vitals-plot --ascii one' /dev/null </dev/null >typed
	grep -q 'Heart rate' typed && ! grep -q '<html' typed
	ok 'a terminal gets text' typed
	tr -d '\r' <typed | awk 'length > 72 { print; bad = 1 } END { exit bad }'
	ok 'as wide as it is'
else
	skip 'a terminal gets text' 'no script(1) here'
fi

# ---- Events are drawn like the records that they were made of
measurement a.mp4 0.0 72.26 0.998 | sed 's/"record":"measurement"/"record":"sample","seq":3/; s/"durationSeconds":30.0,//' >sample
for e_lines in one three sample; do
	grep -v '"record":"trace"' $e_lines >records
	sed 's/.*"source":"\([^"]*\)".*/\1/' records | uniq >sessions
	while read -r e_session; do
		grep "\"source\":\"$e_session\"" records | vitals-event -s "$e_session"
	done <sessions >events
	vitals-event --cloudevents events >cloudevents
	vitals-event --with-source -s s-1 records >with-source
	for e_form in text svg html; do
		vitals-plot -f $e_form -t A records >want
		for e_of in events cloudevents with-source; do
			try "$e_lines: $e_of as $e_form" vitals-plot -f $e_form -t A $e_of
			is_status 0
			stdout_is_file want
			is_stderr ''
		done
	done
done
try 'an event without a session' vitals-plot -f text one - <<'X'
{"schemaVersion":"1.0","id":"e","type":"vitals.sample","readings":[]}
{"schemaVersion":"1.0","id":"e","type":"vitals.sample","session":{"id":7},"readings":[]}
{"schemaVersion":"1.0","id":"e","session":{"id":"s"},"readings":[]}
{"specversion":"1.0","id":"e","data":{"schemaVersion":"1.0","type":"vitals.wave","session":{"id":"s"}}}
X
is_status 1
stdout_has '^a.mp4'
is_stderr 'vitals-plot: <stdin>:1: "session" is not an object
vitals-plot: <stdin>:2: "offsetSeconds" is missing
vitals-plot: <stdin>:3: has no "type" that says what kind it is
vitals-plot: <stdin>:4: "offsetSeconds" is missing'
done_testing
