#!/bin/sh
# A file that is read and also written is refused: it would grow without an end.
. "$(dirname "$0")/tap.sh"
[ -x "$BUILD/vitals-event" ] || skip_all 'vitals-event is not built'

cat >event <<'X'
{"schemaVersion":"1.0","id":"e-1","type":"vitals.sample","time":"2026-11-23T10:08:19.676Z","session":{"id":"s"},"readings":[]}
X
# same NAME MESSAGE FILE COMMAND: it is refused, and FILE is not touched.  A limit, so that
# it does not fill the disk if it is not refused.
same() {
	cp "$3" before
	try "$1" timeout 120 sh -c "ulimit -f 8192; $4"
	is_status 3
	is_stdout ''
	is_stderr "$2"
	cmp -s "$3" before
	ok 'is not touched'
}
same 'output' 'vitals-event: event: input is also the output' event \
	'vitals-event event >>event'
same 'output from stdin' 'vitals-event: <stdin>: input is also the output' event \
	'vitals-event <event >>event'
ln event link
same 'by another name' 'vitals-event: link: input is also the output' event \
	'vitals-event - link </dev/null >>event'
echo bad >bad
same 'rejects' 'vitals-event: bad: input is also the file of --rejects' bad \
	'vitals-event --rejects bad bad'
cat event >>bad
try 'the other files are read' sh -c 'vitals-event event bad >>bad'
is_status 3
is_stdout ''
is_stderr 'vitals-event: bad: input is also the output'
[ "$(tail -n 1 bad)" = "$(cat event)" ] && [ "$(wc -l <bad)" -eq 3 ]
ok 'and written'
try 'what is not a regular file may be both' sh -c 'vitals-event </dev/null >/dev/null'
is_status 0
is_stdout ''
is_stderr ''

if [ -x "$BUILD/vitals-post" ]; then
	same 'receipts' 'vitals-post: <stdin>: input is also the output' event \
		'vitals-post http://127.0.0.1:1/ <event >>event'
	for own_option in rejects dead-letter audit; do
		same "--$own_option" "vitals-post: <stdin>: input is also the file of --$own_option" event \
			"vitals-post --$own_option event http://127.0.0.1:1/ <event"
	done
fi
if [ -x "$BUILD/vitals-stream" ]; then
	same 'rejects of a stream' 'vitals-stream: <stdin>: input is also the file of --rejects' event \
		'vitals-stream --listen 127.0.0.1:0 --rejects event <event'
fi
if [ -x "$BUILD/vitals-hub" ]; then
	same 'notifications' 'vitals-hub: <stdin>: input is also the output' event \
		'vitals-hub --state hub.db --listen 127.0.0.1:0 <event >>event'
fi
done_testing
