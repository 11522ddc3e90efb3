#!/bin/sh
# What vitals-post --list does to a spool that is in use.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
command -v sqlite3 >/dev/null || skip_all 'sqlite3(1) is not installed'
hook
base=http://127.0.0.1:$PORT
events 3000 >many
vitals-post -q --spool s "$base/ok" <many >/dev/null

# A transaction that reads keeps the write-ahead log from starting anew: a list
# that nobody reads on must not be one.
mkfifo pipe
vitals-post --spool s --list >pipe 2>err &
lister=$!
exec 9<pipe
read -r first <&9
[ -n "$first" ]
ok 'the list begins'
sqlite3 s 'UPDATE endpoint SET hold = hold + 1'
log_is_free() {
	[ "$(sqlite3 s 'PRAGMA wal_checkpoint(TRUNCATE)')" = '0|0|0' ]
}
wait_for log_is_free
ok 'its reader stalls, and the log can be emptied'
vitals-post --spool s --list >all
{ printf '%s\n' "$first" && cat <&9; } >rest
exec 9<&-
wait $lister
ok 'the list ends'
[ ! -s err ]
ok 'without a message'
cmp -s all rest
ok 'and is complete'
[ "$(jq -r .id all)" = "$(jq -r .id many)" ]
ok 'in order of events'

try 'a list that cannot be written' sh -c 'vitals-post --spool s --list >/dev/full'
is_status 3
is_stdout ''
is_stderr 'vitals-post: <stdout>: write failed: No space left on device'
try 'receipts that cannot be written' sh -c "vitals-post -q $base/ok <many >/dev/full"
is_status 3
is_stdout ''
is_stderr 'vitals-post: <stdout>: write failed: No space left on device'

done_testing
