#!/bin/sh
# What vitals-post reports of a line that a signal cut off, and on a terminal.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
hook
base=http://127.0.0.1:$PORT
events 3 >in

# Start it on a pipe that descriptor 9 writes to, write one line and a part of the
# next, and end it when the first has been answered; or, if the pipe is to be closed as
# well, when the first has been sent, which is then answered afterwards.
torn() { # PART [OPTION ...]
	torn_p=$1
	shift
	rm -f pipe rejects go out
	new_log
	mkfifo pipe
	vitals-post --rejects rejects "$@" <pipe >out 2>err &
	pid=$!
	exec 9>pipe
	head -n 1 in >&9
	printf %s "$torn_p" >&9
	if [ -n "${torn_close:-}" ]; then
		came 1
		kill $pid
		exec 9>&-
		touch go
	else
		wait_for grep -q e-1 out
		kill $pid
	fi
	wait $pid
	torn_s=$?
	exec 9>&-
}
half='{"id":"e-2","half":'
for spool in '' '--spool s1'; do
	# shellcheck disable=SC2086
	torn "$half" $spool "$base/ok"
	[ $torn_s -eq 1 ]
	ok "half a line at SIGTERM$spool: status 1"
	[ "$(cat err)" = 'vitals-post: signal SIGTERM: ends with what is under way
vitals-post: <stdin>:2: bad line: the signal came after 19 bytes of it
vitals-post: 1 delivered, 0 dead, 0 expired, 0 retries
vitals-post: 1 bad line' ]
	ok 'it reports where, how much was read, and counts it' err
	printf '%s\n' "$half" | cmp -s - rejects
	ok 'the part is among the rejects'
	[ "$(jq -r .id out)" = e-1 ] && [ "$(jq -r .id log)" = e-1 ]
	ok 'nothing of it is sent or accepted'
done

# The writer ends as well, while the last request is in progress.
torn_close=yes
torn "$half" --spool s2 "$base/gate/go"
[ $torn_s -eq 1 ] && grep -q '^vitals-post: <stdin>:2: .*(the last line has no newline: cut off?)$' err
ok 'half a line, and the end while it stops' err
printf '%s\n' "$half" | cmp -s - rejects && [ "$(jq -r .id out)" = e-1 ]
ok 'is rejected, and requests in progress complete'
torn '{"id":"e-2"}' --spool s3 "$base/gate/go"
[ $torn_s -eq 0 ] && [ ! -s rejects ]
ok 'a complete line without a newline is accepted' err
[ "$(vitals-post --spool s3 --list | jq -r 'select(.id == "e-2").status')" = ready ]
ok 'into the spool'
unset torn_close

# The part of a file after the last line that was read can be read again.
new_log
events 5000 >many
vitals-post --memory 10 -c 1 "$base/delay/100" <many >out 2>err &
pid=$!
came 1
kill $pid
wait $pid
[ $? -eq 4 ] && ! grep -q 'the signal came after' err
ok 'lines of a file cause no message' err

# ---- A terminal
if ! has_terminal; then
	skip 'on a terminal' 'none available'
	done_testing
fi
# Run COMMAND on a terminal of 80 columns, or of the given number.  The output is in
# "shown", without the carriage returns before newlines.
terminal() { # COMMAND [COLUMNS]
	rm -f go raw
	TERM=${term:-xterm} script -qefc "stty cols ${2:-80}; $1" /dev/null </dev/null >raw &
	terminal_p=$!
	[ -z "${terminal_until:-}" ] || wait_for grep -q "$terminal_until" raw
	touch go
	wait $terminal_p
	sed 's/\r*$//' raw >shown
}
cr=$(printf '\r')
back=$cr$(printf '\033')'\[K'
# What remains on the screen: each line after the last time it was erased.
screen() {
	sed "s/.*$back//" shown
}
# Nothing is answered before this is shown.
terminal_until='0 delivered, [0-9] wait'
terminal "vitals-post '$base/gate/go' <in >out"
grep -q "^${back}0 delivered, [0-9] waiting ([0-9] under way), 0 lost$back" shown
ok 'progress is shown, and erased' shown
[ "$(screen)" = 'vitals-post: 3 delivered, 0 dead, 0 expired, 0 retries' ]
ok 'only the summary remains' shown
{ cat in; echo 'no JSON'; } >mixed
terminal_until=
terminal "vitals-post --max-attempts 1 '$base/status/404' <mixed >out"
screen >left
grep -q '^vitals-post: <stdin>:4: ' left && [ "$(grep -c '^vitals-post: http.*: e-[123]: dead after 1 attempt: HTTP 404$' left)" -eq 3 ] &&
	[ "$(wc -l <left)" -eq 7 ] && ! grep -v '^vitals-post: ' left
ok 'messages are on separate lines' left
terminal_until='0 delivered, [0-9] wait'
terminal "vitals-post '$base/gate/go' <in >out" 20
! sed "s/$back/\n/g" shown | grep -v '^vitals-post: ' | grep -q '.\{20\}'
ok 'in a narrow terminal the progress line is not too long' shown
grep -q "^${back}0 delivered, [0-9] wait$cr" shown
ok 'but cut off' shown
terminal_until=
terminal "vitals-post '$base/ok' <in"
! grep -q "$back" shown && [ "$(grep -c '^{"record":"receipt"' shown)" -eq 3 ]
ok 'none if the receipts are written to the terminal' shown
terminal "vitals-post -q '$base/delay/700' <in >out"
[ ! -s shown ]
ok 'none with -q' shown
term=dumb terminal "vitals-post '$base/delay/700' <in >out"
[ "$(cat shown)" = 'vitals-post: 3 delivered, 0 dead, 0 expired, 0 retries' ]
ok 'none on a terminal that cannot erase it' shown
try 'none elsewhere' vitals-post "$base/delay/700" <in
is_status 0
stdout_lines 3
is_stderr 'vitals-post: 3 delivered, 0 dead, 0 expired, 0 retries'
done_testing
