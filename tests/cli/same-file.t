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

# Two options that write one file, by whatever names, also if it does not exist yet.
mkdir folder
ln -s folder way
ln -s "$WORK/both" to
ln -s way/both further
twice() { # ONE TWO COMMAND [ARG ...]: --ONE and --TWO; two names of one file follow "--"
	twice_1=$1 twice_2=$2
	shift 2
	[ -x "$BUILD/$1" ] || return 0
	for names in 'both both' 'both ./both' "both $WORK/folder/../both" 'to both' \
		'way/both folder//both' 'further folder/both'; do
		try "$1: --$twice_1 and --$twice_2: $names" timeout 60 "$@" \
			"--$twice_1" "${names% *}" "--$twice_2" "${names#* }" </dev/null
		is_status 2
		is_stdout ''
		stderr_has "^$1: --[a-z-]* and --[a-z-]*: both would write '"
		[ ! -e both ] && [ ! -e folder/both ]
		ok 'is not made'
	done
}
post='vitals-post http://127.0.0.1:1/'
# shellcheck disable=SC2086
for two in 'spool audit' 'spool dead-letter' 'metrics spool' 'audit dead-letter' 'rejects spool'; do
	twice ${two% *} ${two#* } $post
done
twice store audit vitals-stream --listen 127.0.0.1:0
twice port-file rejects vitals-stream --listen 127.0.0.1:0
twice state audit vitals-receive --listen 127.0.0.1:0
twice state audit vitals-hub --listen 127.0.0.1:0
twice spool rejects vitals-enqueue redis://127.0.0.1:1/s
: >both
try 'a file that exists' vitals-post --audit both --rejects ./both http://127.0.0.1:1/
is_status 2
is_stdout ''
stderr_has "^vitals-post: --audit and --rejects: both would write './both'$"
ln both other
try 'two links to it' vitals-post --audit both --rejects other http://127.0.0.1:1/
is_status 2
is_stdout ''
stderr_has "^vitals-post: --audit and --rejects: both would write 'other'$"
rm both other
try 'equal names in two folders' sh -c 'vitals-post --rejects both --dead-letter folder/both \
	http://127.0.0.1:1/ </dev/null'
is_status 0
is_stdout ''
stderr_has '^vitals-post: 0 delivered'
try 'a device may be both' sh -c 'vitals-post --rejects /dev/null --dead-letter /dev/null \
	http://127.0.0.1:1/ </dev/null'
is_status 0
is_stdout ''
stderr_has '^vitals-post: 0 delivered'

# A file that is read is not replaced.
if [ -x "$BUILD/vitals-audit" ]; then
	: >audit
	for file in audit ./audit; do
		try "the head of $file" vitals-audit verify --write-head audit $file
		is_status 2
		is_stdout ''
		stderr_has "^vitals-audit: --write-head: 'audit' is also read$"
		[ ! -s audit ]
		ok 'is not touched'
	done
	try 'from stdin' sh -c 'vitals-audit verify --write-head audit <audit'
	is_status 2
	is_stdout ''
	stderr_has "^vitals-audit: --write-head: 'audit' is also read$"
	try 'the heads of a new file' vitals-audit verify --write-head head audit
	is_status 0
	is_stdout ''
	is_stderr ''
fi
if [ -x "$BUILD/vitals-synth" ]; then
	try 'truth and video' vitals-synth -d 1 --truth folder/clip.mkv way/clip.mkv
	is_status 2
	is_stdout ''
	stderr_has "^vitals-synth: the video and the truth cannot both be 'way/clip.mkv'$"
fi
done_testing
