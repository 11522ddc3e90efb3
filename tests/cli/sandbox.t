#!/bin/sh
# The servers are in a sandbox once they listen: the system call filter is on, and no
# privileges can be gained; what they need, such as a reload, goes on working.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"

for c in vitals-receive vitals-stream vitals-hub vitals-post; do
	[ -x "$BUILD/$c" ] || skip_all "$c is not built"
done
# A build with a sanitizer has no sandbox.
vitals-receive -v -k key -l 127.0.0.1:0 -t 0.001 2>said
grep -q 'sandbox: no sandbox in a sanitizer build' said && skip_all 'a sanitizer build'
grep -q 'sandbox: ' said && skip_all "$(grep sandbox: said)"

state() { # PID NAME
	sed -n "s/^$2:[^0-9]*//p" "/proc/$1/status"
}
confined() { # NAME PID
	[ "$(state "$2" Seccomp)" = 2 ] && [ "$(state "$2" NoNewPrivs)" = 1 ]
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

# A delivery to a receiver, which is in a sandbox, too.
receive
echo '{"id":"s-1"}' >line
vitals-post -q -k key --spool spool --follow "http://127.0.0.1:$PORT/" \
	<lines >receipts 2>err &
pid=$!
cat line >&3
wait_for has_line receipts
confined vitals-post $pid
jq -e '.status == "delivered"' receipts >/dev/null
ok 'vitals-post: delivers in it'
kill $pid
wait $pid
[ $? -eq 0 ]
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
