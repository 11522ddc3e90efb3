#!/bin/sh
# The servers are in a sandbox once they listen: the system call filter is on for all
# threads, and no privileges can be gained; what they need, such as a reload, goes on
# working.  What Landlock forbids is in tests/unit/sandbox_holds.c.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"

for c in vitals-receive vitals-stream vitals-hub vitals-post vitals-listen; do
	[ -x "$BUILD/$c" ] || skip_all "$c is not built"
done
# A build with a sanitizer has no sandbox.
vitals-receive -v -k key -l 127.0.0.1:0 -t 0.001 2>said
grep -q 'sandbox: no sandbox in a sanitizer build' said && skip_all 'a sanitizer build'
grep 'sandbox: ' said | grep -q -v 'no Landlock' && skip_all "$(grep sandbox: said)"

state() { # PID NAME
	sed -n "s/^$2:[^0-9]*//p" "/proc/$1/status"
}
confined() { # NAME PID: all its threads
	for task in "/proc/$2/task"/*; do
		state "$2/task/${task##*/}" Seccomp
	done | sort -u >modes
	[ "$(cat modes)" = 2 ] && [ "$(state "$2" NoNewPrivs)" = 1 ]
	ok "$1: is in its sandbox"
}
has_line() {
	[ -s "$1" ]
}
mkfifo lines
exec 3<>lines
for c in 'vitals-receive' 'vitals-stream' 'vitals-hub --state hub.db'; do
	rm -f port
	$c -k key -l 127.0.0.1:0 --port-file port <lines >out 2>err &
	pid=$!
	wait_for has_line port
	confined "${c%% *}" $pid
	kill -HUP $pid
	wait_for grep -q 'reloaded keys and certificates' err
	ok "${c%% *}: reloads in it"
	kill $pid
	wait $pid
	[ $? -eq 0 ]
	ok "${c%% *}: ends in order"
done

# Files that are made and replaced later, beside links as well: keys that a reload
# finds in another folder, a store with its log, and its thread.
mkdir first second kept
cp key first/key
cp key second/key
ln -s first keys
ln -s kept/history.db history.db
rm -f port
vitals-stream -k keys/key -l 127.0.0.1:0 --port-file port --store history.db \
	<lines >out 2>err &
pid=$!
wait_for has_line port
ln -sfn second keys
kill -HUP $pid
wait_for grep -q 'reloaded keys and certificates' err
ok 'vitals-stream: reloads a key whose folder is another one'
vitals-token -q -k key --all-sessions >token
vitals-listen --token-file token --after earliest --stay \
	"http://127.0.0.1:$(cat port)/" >heard 2>listen.err &
listener=$!
echo '{"id":"s-0"}' >&3
wait_for has_line heard
confined vitals-listen $listener
kill $listener
wait $listener 2>/dev/null
has_writer() {
	[ "$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l)" -ge 2 ]
}
wait_for has_writer
confined 'vitals-stream: with the thread of its store' $pid
kill $pid
wait $pid
[ $? -eq 0 ] && [ -s kept/history.db ] && [ ! -e kept/history.db-wal ]
ok 'vitals-stream: writes and closes its store'

# A delivery to a receiver, which is in a sandbox, too.
receive
echo '{"id":"s-1"}' >line
vitals-post -q -k key --spool spool --metrics metrics --follow "http://127.0.0.1:$PORT/" \
	<lines >receipts 2>err &
pid=$!
cat line >&3
wait_for has_line receipts
confined vitals-post $pid
jq -e '.status == "delivered"' receipts >/dev/null
ok 'vitals-post: delivers in it'
kill $pid
wait $pid
[ $? -eq 0 ] && has_line metrics
ok 'vitals-post: ends in order'
finish >said

rm -f port
VITALS_SANDBOX=off vitals-receive -v -k key -l 127.0.0.1:0 --port-file port \
	>out 2>err &
pid=$!
wait_for has_line port
[ "$(state $pid Seccomp)" = "$(state $$ Seccomp)" ] &&
	grep -q '^vitals-receive: sandbox: VITALS_SANDBOX is off$' err
ok 'it can be switched off, which -v reports'
kill $pid
wait $pid
done_testing
