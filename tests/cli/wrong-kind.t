#!/bin/sh
# Files of the wrong kind: the message says what they are not and what they seem to be,
# and the terminal is not flooded.
. "$(dirname "$0")/tap.sh"
umask 077

vitals-sign -q --new-key key
vitals-seal -q --new-key jwk -a shared
sample='{"record":"sample","source":"a","seq":0,"readings":[]}'
echo "$sample" >sample
vitals-event -q --session s sample >event
vitals-sign -q -k key event >message
vitals-seal -q -k jwk event >sealed
echo '{"vital":"oxygenSaturation","value":97,"unit":"%","source":"a"}' >reference

# Binary lines, as in a clip; some of them begin like good ones.
awk 'BEGIN {
	printf "%c%c%c%cftypisom\n", 1, 2, 3, 28
	for (i = 0; i < 3000; i++)
		print i % 7 ? "\1\2" i : i % 2 ? "{\5" i : "\377{}" i
}' >clip
for t in 'vitals-event' 'vitals-sign -k key' 'vitals-verify -k key' \
	'vitals-seal -k jwk' 'vitals-open -k jwk' 'vitals-calibrate -r reference'; do
	rm -f rejects
	# shellcheck disable=SC2086
	try "$t of a clip" $t --rejects rejects clip
	is_status 1
	is_stdout ''
	c=${t%% *}
	stderr_has "^$c: clip:1: .* (it seems to be an MP4 or QuickTime video)$"
	grep -qx "$c: clip: not JSON lines; it seems to be an MP4 or QuickTime video: more of them are counted and not shown" "$WORK/.err"
	ok "$c: reports it once"
	grep -qx "$c: clip: 3001 bad lines, 2991 of them not shown" "$WORK/.err"
	ok "$c: and counts them"
	[ "$(wc -l <"$WORK/.err")" -le 16 ]
	ok "$c: in a few lines"
	cmp -s clip rejects
	ok "$c: and keeps all lines"
done
try 'with -v all are shown' vitals-event -v clip
is_status 1
is_stdout ''
[ "$(grep -c '^vitals-event: clip:[0-9]' "$WORK/.err")" -eq 3001 ]
ok 'each of them'
tap_seen e

seems() { # FORMAT WHAT
	# shellcheck disable=SC2059
	printf "$1" >file
	try "$2" vitals-event file
	is_status 1
	is_stdout ''
	stderr_has "^vitals-event: file:1: .*(it seems to be $2)$"
}
seems '\032\105\337\243\001\000\n' 'a Matroska or WebM video'
seems '\000\000\000\030ftypheic\n' 'a HEIC picture'
seems 'RIFF\001\001\001\001AVI LIST\n' 'an AVI video'
seems 'RIFF\001\001\001\001WEBPVP8X\n' 'a WebP picture'
seems '\377\330\377\340\000\020JFIF\n' 'a JPEG picture'
seems '\211PNG\r\n' 'a PNG picture'
seems '\037\213\010\000\n' 'gzip data'
seems 'time,heartRate\n1,72\n' 'a table (CSV)'
seems 'time;heartRate\n1;72\n' 'a table (CSV)'
seems '<html>\n' 'XML or HTML'
seems '\377\376{\000\n' 'UTF-16 text'
seems '[\n{"a":1}\n]\n' "a JSON array: jq -c '.\\[\\]' makes lines of it"
seems '{\n"a":1\n}\n' 'JSON over several lines: jq -c . makes one of it'
seems 'SQLite format 3\000\n' 'an SQLite database'

# Every tool that reads lines reports a byte order mark.
for t in 'vitals-event' 'vitals-sign -k key' 'vitals-verify -k key' \
	'vitals-seal -k jwk' 'vitals-open -k jwk' 'vitals-calibrate -r reference' \
	'vitals-extract --from-trace' 'vitals-post http://127.0.0.1:1/'; do
	c=${t%% *}
	if [ ! -x "$BUILD/$c" ]; then
		skip "$c names a byte order mark" "$c is not built"
		continue
	fi
	printf '\357\273\277%s\n' "$sample" >marked
	case $c in vitals-post) set -- ;; *) set -- marked ;; esac
	# shellcheck disable=SC2086
	$t "$@" <marked >out 2>err
	[ $? -eq 1 ] && [ ! -s out ] && grep -q ':1: .*byte order mark' err
	if [ $? -eq 0 ]; then ok "$c names a byte order mark"; else
		not_ok "$c names a byte order mark" err
	fi
done

# Lines of another tool.
another() { # FILE WHY COMMAND [ARG ...]
	another_f=$1 another_w=$2
	shift 2
	try "$* $another_f" "$@" "$another_f"
	is_status 1
	is_stdout ''
	is_stderr "$1: $another_f:1: $another_w"
}
another event 'not a signed message: it is an event' vitals-verify -k key
another sample 'not a signed message: it is a sample of vitals-extract' vitals-verify -k key
another reference 'not a signed message: it is a reference reading' vitals-verify -k key
another event 'not sealed: it is an event' vitals-open -k jwk
another sample 'not sealed: it is a sample of vitals-extract' vitals-open -k jwk
another message "neither a record nor an event: no member 'record', 'schemaVersion' or 'specversion' (it seems to be a signed message)" vitals-event
another jwk "neither a record nor an event: no member 'record', 'schemaVersion' or 'specversion' (it seems to be a JSON Web Key)" vitals-event
try 'events as reference readings' vitals-calibrate -r event sample
is_status 1
is_stdout ''
stderr_has "^vitals-calibrate: event:1: bad reference: it is an event ('vital' is not a string)$"
try 'reference readings as measurements' vitals-calibrate -r reference reference
is_status 1
is_stdout ''
stderr_has "^vitals-calibrate: reference:1: bad measurement: it is a reference reading ('record' is not a string)$"
for f in reference clip event; do
	try "$f as a calibration" vitals-calibrate -b $f -r reference sample
	is_status 3
	is_stdout ''
	stderr_has "^vitals-calibrate: $f: not a calibration: it seems to be "
done

# Many lines that are bad in the same way, among good ones.
awk -v e="$(cat event)" 'BEGIN {
	for (i = 0; i < 500; i++)
		print i == 200 || i == 499 ? e : "{\"schemaVersion\":\"2.0\"}"
}' >events
try 'bad in the same way' vitals-event --check events
is_status 1
stdout_lines 2
stderr_has '^vitals-event: events: and so on: more lines like these are counted and not shown$'
stderr_has '^vitals-event: events:202: schemaVersion:'
stderr_has '^vitals-event: events: 498 bad lines, 478 of them not shown$'
[ "$(wc -l <"$WORK/.err")" -eq 23 ]
ok 'ten of each run, and three lines about the others'

# Nothing at all, on a terminal.
if has_terminal; then
	try 'a terminal as input' sh -c "printf '\\004' | script -qec \"vitals-event\" /dev/null"
	is_status 0
	stdout_has '^.*vitals-event: reading lines from the terminal (Ctrl-D ends them, see --help for more)'
	is_stderr ''
else
	skip 'a terminal as input' 'no terminal can be made'
fi
done_testing
