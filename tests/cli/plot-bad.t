#!/bin/sh
# vitals-plot: what it does with bad lines and hostile text, and its limits.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/plot.sh"

vitals-plot -f svg -o one.svg one

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
