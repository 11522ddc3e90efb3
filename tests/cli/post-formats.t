#!/bin/sh
# vitals-post --spool with the file of an older version: the events in it are
# delivered.  spools/ has a file of each earlier format.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
command -v sqlite3 >/dev/null || skip_all 'sqlite3(1) is not installed'
hook
base=http://127.0.0.1:$PORT

# Make "spool" from the file of format N, with the endpoints of the receiver.
make_spool() { # N
	rm -f spool*
	sed "s|127.0.0.1:9999|127.0.0.1:$PORT|" "$TESTS/cli/spools/format-$1.sql" |
		if [ -n "${autoincrement:-}" ]; then
			sed 's/event(seq INTEGER PRIMARY KEY/& AUTOINCREMENT/'
		else
			cat
		fi | (umask 077 && sqlite3 spool >/dev/null)
}
waiting='gone own ready-1 ready-2 waiting-1 waiting-2 waiting-3'
for format in 1 1-autoincrement 2 3; do
	case $format in *-*) autoincrement=yes ;; *) autoincrement= ;; esac
	more=
	[ ${format%-*} -ge 2 ] && more='fresh '
	make_spool ${format%-*}
	try "format $format, looked at" vitals-post --spool spool --list
	is_status 0
	stdout_json '.record == "spooled" and (.id == "fresh" or .attempts == 1)'
	is_stderr ''
	[ "$(jq -r 'select(.status | IN("ready", "waiting")) | .id' .out | sort | tr '\n' ' ')" = "$more$waiting " ]
	ok "format $format: all that waits is listed"
	try "format $format, its dead letter" vitals-post --spool spool --export-dead
	is_status 0
	stdout_json '.id == "dead" and .deadLetter.reason == "HTTP 404"'
	is_stderr ''
	[ "$(sqlite3 spool 'PRAGMA user_version')" = "${format%-*}" ]
	ok "format $format: looking changes nothing"
	new_log
	try "format $format, drained" vitals-post -q --spool spool --drain --give-up-after 1e8 \
		--switch-on "$base/gone"
	is_status 0
	stdout_json '.status == "delivered"'
	is_stderr ''
	[ "$(acknowledged | tr '\n' ' ')" = "$more$waiting " ]
	ok "format $format: all that waited is sent" log
	jq -r 'select(.url == "/down2") | .id' log | tr '\n' ' ' | grep -qx 'ready-1 ready-2 \|ready-2 ready-1 '
	ok "format $format: to its endpoint"
	try "format $format, further lines" vitals-post -q --spool spool --order session "$base/ok" <<-'Y'
		{"id":"delivered","type":"vitals.sample","session":{"id":"s-1"},"value":1}
		{"id":"new","session":{"id":"s-1"}}
	Y
	is_status 0
	stdout_json '.status == "delivered"'
	is_stderr ''
	[ "$(jq -r 'select(.id == "delivered") | .id' log)" = '' ]
	ok "format $format: what was delivered is known"
	[ "$(sqlite3 spool 'PRAGMA user_version; PRAGMA integrity_check')" = '3
ok' ]
	ok "format $format: it has become format 3, and is whole"
done

# An event that was accepted under the old format keeps its session.
make_spool 1
try 'in order' vitals-post -q --spool spool --drain --order session --give-up-after 1e8 --replay-id delivered
is_status 4
stdout_json '.status == "delivered"'
is_stderr ''
[ "$(sqlite3 spool "SELECT group_concat(session, ' ') FROM (SELECT session FROM event ORDER BY seq)")" = 's-1 s-1 s-2 s-3 s-3 s-4 s-5 s-5' ]
ok 'sessions are kept'

make_spool 3
sqlite3 spool 'PRAGMA user_version = 4'
for how in --list --drain; do
	try "of a newer version, $how" vitals-post --spool spool $how
	is_status 3
	is_stdout ''
	is_stderr 'vitals-post: spool: was made by a newer version of vitals-post: its format is 4, and this one knows formats up to 3'
done
done_testing
