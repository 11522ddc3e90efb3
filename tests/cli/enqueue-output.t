#!/bin/sh
# vitals-enqueue: receipts that cannot be written, or that nobody reads, and a spool that
# cannot grow.  Each line is then in the queue or can be put in again.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/redis.sh
. "$TESTS/cli/redis.sh"
command -v sqlite3 >/dev/null || skip_all 'sqlite3(1) is not installed'
umask 077
redis_start a
# Their receipts are more than a pipe has room for.
events_from 1 2000 >in
jq -r .id in | sort >ids

queued() { # STREAM N: or more
	[ "$(redis_cli a xlen "{$1}:0" 2>/dev/null)" -ge "$2" ]
}

# ---- A full output, with lines to come.

try 'a full output' sh -c "vitals-enqueue --partitions 1 $REDIS/full <in >/dev/full"
is_status 3
is_stdout ''
stderr_has '^vitals-enqueue: <stdout>: write failed: No space left on device$'
[ "$(grep -c 'write failed' .err)" -eq 1 ]
ok 'it is reported once'
vitals-enqueue "$REDIS/full" <in >receipts 2>again
is 'all of it again' "$? $(wc -l <receipts) $(cat again)" '0 2000 '
is 'each is there once' "$(redis_lines a full | jq -r .id | sort | cmp - ids && echo same)" same

# ---- Receipts that are read late, or never.

mkfifo out
exec 7<>out
# Its output is a FIFO without room, which descriptor 7 keeps open.
start() { # STREAM
	dd if=/dev/zero of=out oflag=nonblock bs=4096 count=4096 2>/dev/null
	vitals-enqueue --partitions 1 "$REDIS/$1" <in >out 2>err 7>&- &
	ENQUEUE=$!
	wait_for queued "$1" 1
	ok "a line is in the queue $1"
}
start late
exec 6<out
tr -d '\000' <&6 7>&- >receipts &
READER=$!
exec 6<&- 7>&-
wait "$ENQUEUE"
is 'it waits for its reader' "$? $(cat err)" '0 '
wait "$READER"
is 'and all receipts are read' "$(jq -r .id receipts | sort | cmp - ids && echo same)" same

# The signal comes while lines are queued, or when only receipts are left.
for lines in 1 2000; do
	exec 7<>out
	start never$lines
	wait_for queued never$lines $lines
	kill -TERM "$ENQUEUE"
	wait "$ENQUEUE"
	is "SIGTERM after $lines: it does not wait for ever" $? 3
	grep -q '^vitals-enqueue: <stdout>: no reader: [0-9]* bytes of receipts are lost$' err
	ok 'and says what is lost' err
	exec 7>&-
	vitals-enqueue "$REDIS/never$lines" <in >receipts 2>again
	is 'the receipts can be had again' "$? $(jq -r .id receipts | sort | cmp - ids && echo same)" '0 same'
	is 'each is there once' "$(redis_lines a never$lines | jq -r .id | sort | cmp - ids && echo same)" same
done

# ---- A spool that cannot grow.

redis_kill a
(
	ulimit -f 256
	vitals-enqueue -q --spool spool --rejects rejects "$REDIS/spool" <in 2>err
	echo $? >status
) | cat >receipts
is 'a spool at the limit of its size' "$(cat status)" 3
grep -q '^vitals-enqueue: spool: ' err
ok 'it says so' err
[ "$(grep -c . err)" -le 2 ]
ok 'and not for each line' err
sqlite3 spool 'SELECT text FROM line' | jq -r .id | sort >there
is 'no receipt is of a line that is lost' "$(jq -r 'select(.status == "spooled").id' receipts | sort | comm -23 - there)" ''
redis_again a
vitals-enqueue -q --spool spool --rejects rejects "$REDIS/spool" <in >receipts 2>again
is 'all of it again' "$? $(cat again)" '0 '
is 'each is there once' "$(redis_lines a spool | jq -r .id | sort | cmp - ids && echo same)" same
done_testing
