#!/bin/sh
# vitals-plot: what it writes for each kind of line, what it does with bad lines and
# hostile text, and its limits.
# valgrind
. "$(dirname "$0")/tap.sh"

quality='"quality":{"signal":0.9,"snrDb":6.1,"motion":0.01,"illumination":0.5,"coverage":1.0}'
measurement() { # SOURCE OFFSET VALUE CONFIDENCE
	printf '{"record":"measurement","source":"%s","sourceSha256":null,"startTime":null,"offsetSeconds":%s,"durationSeconds":30.0,"device":{"codec":"h264","width":640,"height":480,"frameRate":30.0},"readings":[{"vital":"heartRate","value":%s,"unit":"/min","confidence":%s,"method":"rppg-fusion"},{"vital":"respiratoryRate","value":null,"unit":"/min","confidence":null,"method":null,"absentReason":"too-short"},{"vital":"oxygenSaturation","value":98.1,"unit":"%%","confidence":0.2,"method":"ratio-red-green","status":"uncalibrated"}],%s}\n' "$1" "$2" "$3" "$4" "$quality"
}
wave() { # SOURCE SECONDS
	awk -v source="$1" -v n="$2" 'BEGIN {
		for (i = 0; i < n; i++) {
			printf "{\"record\":\"wave\",\"source\":\"%s\",\"startTime\":null,\"offsetSeconds\":%d.0,\"wave\":\"pulse\",\"sampleRate\":60.0,\"values\":[", source, i
			for (k = 0; k < 60; k++) {
				w = 6.28318531 * 1.2 * (i + k / 60)
				printf "%s%.4f", k ? "," : "", sin(w) + 0.4 * sin(2 * w - 1)
			}
			print "]}"
		}
	}'
}
trace() { # SOURCE SECONDS
	awk -v source="$1" -v n="$2" 'BEGIN {
		for (i = 0; i < 30 * n; i++) {
			x = sin(6.28318531 * 1.2 * i / 30)
			printf "{\"record\":\"trace\",\"source\":\"%s\",\"offsetSeconds\":%.4f,\"regions\":[{\"name\":\"forehead-1\",\"r\":%.3f,\"g\":%.3f,\"b\":80.0,\"pixels\":90},{\"name\":\"chin-2\",\"r\":null,\"g\":null,\"b\":null,\"pixels\":0}],\"face\":null}\n", source, i / 30, 150 - x / 9, 100 - x / 2
		}
	}'
}
delivery() {
	for i in 1 2 3 4 5 6 7 8; do
		printf '{"record":"settled","seq":%d,"time":"2026-11-23T06:33:3%d.000Z","endpoint":"https://h/a","id":"e%d","status":"delivered","attempts":1,"httpStatus":200,"error":null,"latencySeconds":0.0%d}\n' $i $i $i $i
	done
	printf '{"record":"attempt","seq":9,"time":"2026-11-23T06:33:40.000Z","endpoint":"https://h/a","id":"e9","attempt":1,"httpStatus":503,"error":null,"elapsedSeconds":0.1}\n'
	printf '{"record":"settled","seq":10,"time":"2026-11-23T06:33:41.000Z","endpoint":"https://h/a","id":"e9","status":"dead","attempts":9,"httpStatus":503,"error":"HTTP 503","latencySeconds":9.5}\n'
	printf '{"record":"receipt","id":"r1","endpoint":"https://h/b","status":"expired","attempts":3,"httpStatus":null,"firstAttempt":null,"settled":"2026-11-23T06:33:42.000Z","latencySeconds":60.5,"error":"time out"}\n'
}
{
	measurement a.mp4 0.0 72.26 0.998
	wave a.mp4 30
	trace a.mp4 12
} >one
{
	cat one
	measurement b.mp4 0.0 null null | sed 's/"method":"rppg-fusion"/"absentReason":"no-face"/'
	measurement c.mp4 0.0 55.0 0.31
} >three
delivery >audit

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
stdout_has '8 delivered, 1 dead, 0 expired; 1 of 1 requests failed; median 4. ms'
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

# ---- Pages and pictures
valid() { # FILE
	if ! command -v xmllint >/dev/null; then
		skip "$1 is valid" 'no xmllint here'
		return
	fi
	case $1 in
	*.svg) xmllint --noout "$1" 2>why ;;
	*) xmllint --html --noout "$1" 2>&1 | grep -v 'Tag \(svg\|title\|desc\|g\|path\|rect\|line\|circle\|text\|header\|main\|footer\|section\|figure\|figcaption\|details\|summary\) invalid' |
		grep 'error' >why && false || true ;;
	esac
	if [ $? -eq 0 ]; then ok "$1 is valid"; else not_ok "$1 is valid" why; fi
}
for kind in one three audit; do
	for f in html svg; do
		try "$kind as $f" vitals-plot -o $kind.$f $kind
		is_status 0
		is_stdout ''
		is_stderr ''
		valid $kind.$f
	done
done
[ "$(grep -c '<figure>' one.html)" -eq 6 ] && [ "$(grep -c '<figure>' three.html)" -eq 24 ]
ok 'each recording has all figures'
grep -q 'prefers-color-scheme' one.html && grep -q '@page' one.html && grep -q 'prefers-color-scheme' one.svg
ok 'there are a dark theme and a style for paper'
! grep -qE '<script|https?://[^h]|src=|@import|url\(' one.html
ok 'a page refers to nothing else'
grep -q 'missing: no face in view' three.html && grep -q '>no face in view<' three.svg
ok 'what is missing has its reason'
grep -q 'aria-labelledby' one.svg && grep -q '<title id' one.svg && grep -q '<desc id' one.svg
ok 'figures have titles and descriptions'
# The first beat has no interval before it.
n=$(sed -n 's/^<text class="ink small" [^>]*>\([0-9]*\) normal intervals<.*/\1/p' one.svg)
[ "${n:-0}" -gt 30 ] && grep -q "^<desc [^>]*>$n of $n intervals between beats are normal\." one.svg
ok "only an interval can be one that is not normal: $n" one.svg
grep -q '</span><ul class="warnings"><li>no heart rate: no face in view</li></ul></th>' three.html
ok 'a warning is beside the name, where a narrow screen has it'
measurement a.mp4 7200.0 72.26 0.998 | cat one - >hours
try 'a recording of two hours' vitals-plot -f svg hours
is_status 0
stdout_has '>120 min</text>'
is_stderr ''
measurement a.mp4 36000.0 72.26 0.998 | cat one - >hours
try 'a recording of ten hours' vitals-plot -f svg hours
is_status 0
stdout_has '>10 h</text>'
is_stderr ''
awk 'BEGIN { for (i = 0; i < 200; i++)
	printf "{\"record\":\"measurement\",\"source\":\"a\",\"offsetSeconds\":%d,\"durationSeconds\":30,\"readings\":[{\"vital\":\"heartRate\",\"value\":%d,\"confidence\":0.95}]}\n", 30 * i, 60 + i % 9 }' >windows
try 'many windows' vitals-plot -f svg windows
is_status 0
stdout_has '<circle'
is_stderr ''
[ "$(grep -c '<circle' "$WORK/.out")" -le 30 ]
ok 'have marks that do not touch'
for latency in 0 0.0004 1e10; do
	sed -n '1s/0\.01/'$latency'/p' audit
done >latencies
try 'any latency' vitals-plot -f svg latencies
is_status 0
stdout_has '>1 ms</text>'
stdout_has '>100 d</text>'
stdout_has 'longest 115740.7 days'
is_stderr ''
head -n 2 latencies >short
try 'latencies below 1 ms' vitals-plot -f svg short
is_status 0
stdout_has 'median &lt; 1 ms (whole line), 95 % within &lt; 1 ms, longest &lt; 1 ms'
is_stderr ''
! grep -q '>0\.5</text>' "$WORK/.out"
ok 'events are counted in whole numbers'
try 'not a terminal, and no name' vitals-plot one
is_status 0
stdout_has '^<!DOCTYPE html>$'
is_stderr ''
try 'a name that ends in .txt' vitals-plot -o one.txt one
is_status 0
is_stdout ''
is_stderr ''
grep -q '^Pulse wave$' one.txt
ok 'is text'
for e_name in report.png report.PDF ../one.ndjson; do
	try "a name that ends otherwise: $e_name" vitals-plot -o $e_name one
	is_status 2
	is_stdout ''
	stderr_has "^vitals-plot: --output: '$e_name' does not end in .html, .svg or .txt: use --format$"
	[ ! -e $e_name ]
	ok 'is not written'
done
for e_name in page page.htm dot.d/page; do
	mkdir -p dot.d
	try "a page: $e_name" vitals-plot -o $e_name one
	is_status 0
	is_stdout ''
	is_stderr ''
	cmp -s one.html $e_name
	ok 'is one'
done
cp one kept
ln kept kept.svg
for e_files in 'one kept' 'one -' ''; do
	try "an output that is read: '$e_files'" sh -c "vitals-plot -f svg -o kept.svg $e_files <kept"
	is_status 2
	is_stdout ''
	stderr_has "^vitals-plot: --output: 'kept.svg' is also read$"
	cmp -s one kept
	ok 'is not touched'
done
try '-o -' vitals-plot -f svg -o - one
is_status 0
stdout_is_file one.svg
is_stderr ''
vitals-plot one >again.html
cmp -s one.html again.html
ok 'the same lines give the same bytes'
cat one | vitals-plot - >again.html
cmp -s one.html again.html
ok 'from standard input, too'
mkfifo fifo
cat fifo >from-fifo &
try 'a FIFO' vitals-plot -f svg -o fifo one
is_status 0
is_stdout ''
is_stderr ''
wait $!
cmp -s one.svg from-fifo
ok 'is written to'

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

# ---- Bad input
echo old >kept.html
try 'nothing to draw' vitals-plot -o kept.html <<'X'
{"record":"beat","offsetSeconds":1.0,"intervalSeconds":null}
{"schemaVersion":"1.0","id":"e","type":"vitals.session.started","session":{"id":"s"}}
X
is_status 1
is_stdout ''
stderr_has "^vitals-plot: 1 line of the kind 'beat' ignored$"
stderr_has "^vitals-plot: 1 line of the kind 'vitals.session.started' ignored$"
stderr_has '^vitals-plot: nothing to draw: there is no measurement, sample, wave, trace, receipt or audit line$'
[ "$(cat kept.html)" = old ]
ok 'the file is as it was'
hash=$(printf '%064d' 0)
echo "{\"record\":\"receipt\",\"id\":\"e\",\"status\":\"delivered\",\"hash\":\"$hash\"}" >hub
try 'a receipt in the audit file of a hub' vitals-plot -f svg hub
is_status 1
is_stdout ''
stderr_has "^vitals-plot: 1 line of the kind 'receipt of a hub' ignored$"
stderr_has 'nothing to draw'
echo '{"record":"receipt","id":"e","queue":"redis://127.0.0.1/q","status":"queued","partition":3,"n":1,"entry":"1-1","settled":"2026-11-23T06:33:42Z"}' >queued
try 'a receipt of a queue' vitals-plot -f text queued one
is_status 0
stdout_has 'Heart rate'
is_stderr "vitals-plot: 1 line of the kind 'receipt of a queue' ignored"
try 'no lines' vitals-plot
is_status 1
is_stdout ''
stderr_has 'nothing to draw'
bad() { # WHY LINE
	printf '%s\n' "$2" >bad
	try "bad: $1" vitals-plot -f text bad one
	is_status 1
	stdout_has '^! Incomplete: some of the input could not be read.$'
	is_stderr "vitals-plot: bad:1: $1"
}
bad 'has no "record" that says what kind it is' '{"source":"x"}'
bad '"offsetSeconds" is missing' '{"record":"wave","source":"x"}'
bad '"offsetSeconds" is not a number in 0..1e+10' '{"record":"wave","source":"x","offsetSeconds":-1}'
bad '"sampleRate" is not a number in 4..1000' '{"record":"wave","source":"x","offsetSeconds":0,"sampleRate":1e9,"values":[]}'
bad '"values" has something else than numbers and nulls' '{"record":"wave","source":"x","offsetSeconds":0,"sampleRate":60,"values":[1,"2"]}'
bad '"source" is missing' '{"record":"wave","offsetSeconds":0,"sampleRate":60,"values":[1]}'
bad '"readings" is not an array' '{"record":"sample","source":"x","offsetSeconds":0}'
bad 'a reading has no "vital"' '{"record":"sample","source":"x","offsetSeconds":0,"readings":[{}]}'
bad "a reading's \"confidence\" is not in 0..1" '{"record":"sample","source":"x","offsetSeconds":0,"readings":[{"vital":"heartRate","value":1,"confidence":2}]}'
bad "a reading's \"value\" is not a number in -1e+09..1e+09" '{"record":"sample","source":"x","offsetSeconds":0,"readings":[{"vital":"heartRate","value":1e300}]}'
bad '"status" is not delivered, dead or expired' '{"record":"receipt","status":"lost"}'
bad '"settled" is not an RFC 3339 time' '{"record":"receipt","status":"dead","settled":"now"}'
bad '"latencySeconds" is not a number in 0..1e+10' '{"record":"settled","status":"dead","time":"2026-11-23T06:33:40Z","latencySeconds":-1}'
bad '"quality": "motion" is not a number in 0..1' '{"record":"sample","source":"x","offsetSeconds":0,"readings":[],"quality":{"motion":1e308}}'
bad '"quality": "signal" is not a number in 0..1' '{"record":"sample","source":"x","offsetSeconds":0,"readings":[],"quality":{"signal":"1"}}'
bad '"quality": "snrDb" is not a number in -1000..1000' '{"record":"sample","source":"x","offsetSeconds":0,"readings":[],"quality":{"snrDb":-1e308}}'
bad "a reading's \"method\" is not a string" '{"record":"sample","source":"x","offsetSeconds":0,"readings":[{"vital":"heartRate","method":7}]}'
try '--strict' vitals-plot --strict bad one
is_status 1
is_stdout ''
stderr_has '^vitals-plot: bad:1: '
try '--rejects' vitals-plot -q --rejects rejected -f text bad one
is_status 1
stdout_has 'Incomplete'
stderr_has 'bad:1'
cmp -s bad rejected
ok 'the bad line is kept'
try 'a file that does not exist' vitals-plot -f svg none one
is_status 3
stdout_has 'incomplete: some of the input could not be read'
stderr_has '^vitals-plot: none: No such file'
try 'an output that cannot be made' vitals-plot -o none/report.html one
is_status 3
is_stdout ''
stderr_has '^vitals-plot: none/report.html: cannot be written: '
echo old >mode.svg
chmod 640 mode.svg
try 'an output that exists' vitals-plot -o mode.svg one
is_status 0
is_stdout ''
is_stderr ''
cmp -s mode.svg one.svg && [ "$(stat -c %a mode.svg)" = 640 ] &&
	[ "$(find . -name 'mode.svg*' | wc -l)" -eq 1 ]
ok 'keeps its mode, and nothing is left beside it'
# The name of the new file is that of the process, so that two do not share it.
echo other >victim
try 'a link in the place of the new file' sh -c 'ln -s victim "linked.svg.$$.new"; exec vitals-plot -o linked.svg one'
is_status 0
is_stdout ''
is_stderr ''
cmp -s linked.svg one.svg && [ "$(cat victim)" = other ] && [ ! -L linked.svg ]
ok 'is not followed'
try 'a folder as output' vitals-plot -o . one
is_status 3
is_stdout ''
stderr_has '^vitals-plot: .: cannot be written: Is a directory$'
if [ -w /dev/full ]; then
	try 'a full disk' sh -c 'vitals-plot one >/dev/full'
	is_status 3
	is_stdout ''
	stderr_has '^vitals-plot: .*No space left'
fi

# ---- Hostile text
evil='<script>alert(1)</script>\"'"'"'&\u001b[2J\u202e\u0000x'
bare='<script>alert(1)<\/script>\"'"'"'&\u001b[2J\u202ex'
{
	measurement a.mp4 0.0 72.0 0.9 |
		sed 's/too-short/<i>why<\/i>/; s/h264/<u>/'
	wave a.mp4 12
} >plain
{
	awk -v bare="$(printf %s "$bare" | sed 's/\\/\\\\/g; s/&/\\\\\&/g')" \
		'{ gsub(/a\.mp4/, bare); print }' plain
	printf '{"record":"receipt","id":"r","endpoint":"%s","status":"dead","attempts":1,"settled":"2026-11-23T06:33:42Z","error":"%s"}\n' "$bare" "$bare" |
		sed 's/%s//'
	echo '{"record":"<script>\u001b"}'
} >evil
for f in html svg text; do
	try "hostile text as $f" vitals-plot -f $f -o evil.$f -t '</title><script>x</script>' evil
	is_status 0
	is_stdout ''
	is_stderr "vitals-plot: 1 line of the kind '<script>?' ignored"
	LC_ALL=C tr -d '\n -~\200-\377' <evil.$f >controls
	[ ! -s controls ]
	ok "no control characters in $f" controls
done
for f in html svg; do
	if LC_ALL=C grep -E '<(script|i>|u>)|'"$(printf '\342\200\256')" evil.$f >found; then
		not_ok "no markup in $f" found
	else
		grep -q '&lt;script&gt;alert(1)' evil.$f
		ok "no markup in $f"
	fi
	valid evil.$f
done
printf '%s\n' "{\"record\":\"wave\",\"source\":\"$evil\",\"offsetSeconds\":0,\"sampleRate\":60,\"values\":[1]}" >bad
try 'a NUL in a name' vitals-plot -f text bad one
is_status 1
stdout_has 'Incomplete'
stderr_has '^vitals-plot: bad:1: "source" is not text'

# A name in a picture ends before the next column, however wide its letters are.
for letter in a W; do
	measurement "$(printf '%060d' 0 | tr 0 $letter).mp4" 0 72 0.9 >named
	try "a name of $letter" vitals-plot -f svg named one
	is_status 0
	stdout_has "<text class=\"ink bold\" x=\"14\" y=\"75\">$letter$letter*…</text>"
	is_stderr ''
	sed -n 's/.*<text class="ink bold" x="14" y="75">\(.*\)…<.*/\1/p' "$WORK/.out" |
		awk '{ print length }' >length-$letter
done
# 0.675 and 1.103 em of 11 pixels in DejaVu Sans Bold, and 200 pixels.
[ "$(cat length-a)" -le 25 ] && [ "$(cat length-W)" -le 15 ]
ok 'is cut where its column ends' length-W

# ---- Limits
sources() { # N
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++)
		printf "{\"record\":\"sample\",\"source\":\"s%d\",\"seq\":0,\"offsetSeconds\":1.0,\"readings\":[{\"vital\":\"heartRate\",\"value\":72,\"confidence\":0.9}]}\n", i }'
}
sources 256 >in
try '256 recordings' vitals-plot -f text in
is_status 0
stdout_has '^s255 '
is_stderr ''
sources 257 >in
try '257 recordings' vitals-plot -f text in
is_status 0
stdout_has '^1 line of further recordings not shown$'
is_stderr 'vitals-plot: 1 line of further sources ignored: at most 256 are drawn'
endpoints() { # N
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++)
		printf "{\"record\":\"receipt\",\"endpoint\":\"u%d\",\"status\":\"delivered\",\"settled\":\"2026-11-28T00:00:00Z\",\"latencySeconds\":1}\n", i }'
}
endpoints 24 >in
try '24 endpoints' vitals-plot -f text in
is_status 0
stdout_has '^u23 (receipts)$'
is_stderr ''
endpoints 26 >in
try '26 endpoints' vitals-plot -f text in
is_status 0
stdout_has '^further endpoints'
is_stderr ''
grep -A 1 '^further endpoints' "$WORK/.out" | grep -q '2 delivered'
ok 'the last two are counted together'
name=$(printf '%04096d' 7)
measurement "$name" 0 72 0.9 >in
try 'a name of 4096 bytes' vitals-plot -f text in
is_status 0
stdout_has 'Heart rate'
is_stderr ''
measurement "${name}0" 0 72 0.9 >in
try 'a name of 4097 bytes' vitals-plot -f text in
is_status 1
is_stdout ''
stderr_has '"source" is not text of 1 to 4096 bytes'
done_testing
