#!/bin/sh
# vitals-enqueue: servers and tools that are killed.  Each line is acknowledged, and is
# in the queue exactly once, in the order of its session.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/redis.sh
. "$TESTS/cli/redis.sh"
umask 077
mkfifo fifo

begin() { # [OPTION ...] URL: in the background, with the input in descriptor 8
	# What the one before it wrote is not this one's.
	: >out
	: >err
	vitals-enqueue "$@" <fifo >out 2>err 8>&- &
	ENQUEUE=$!
	exec 8>fifo
}
feed() { # FILE: in the background, as a pipe takes only so much
	cat "$1" >&8 &
	FEEDER=$!
}
finish() { # close the input, and give the status
	exec 8>&-
	wait "$ENQUEUE"
}
has_receipts() { # N: or more
	[ "$(wc -l <out)" -ge "$1" ]
}
ids() { # FROM TO
	seq "$1" "$2" | sed 's/^/e-/'
}
# Each once, and in the order of each session.
is_complete() { # SERVER QUEUE FILE
	redis_lines "$1" "$2" >there
	[ "$(wc -l <"$3")" = "$(wc -l <there)" ] &&
		jq -r '.session.id + " " + .id' "$3" | sort -s -k 1,1 >want &&
		jq -r '.session.id + " " + .id' there | sort -s -k 1,1 | cmp -s want -
}
numbered() { # SERVER QUEUE: without gaps
	for numbered_p in $(seq 0 15); do
		redis_cli "$1" xrange "{$2}:$numbered_p" - + |
			awk 'take { print; take = 0 } $0 == "n" { take = 1 }' |
			awk -v p="$numbered_p" '$1 != NR { print p ": " $1 " is not " NR }'
	done >gaps
	[ ! -s gaps ]
}

# ---- The server is killed, twice, while 10,000 lines are on their way.

redis_start a
events_from 1 10000 >in
begin "$REDIS/s"
feed in
wait_for has_receipts 100
redis_kill a
wait_for grep -q 'connecting again' err
redis_again a
wait_for has_receipts 5100
redis_kill a
redis_again a
wait "$FEEDER"
try 'a server that is killed' finish
is_status 0
is_stdout ''
is_stderr ''
ids 1 10000 >in.ids
jq -r .id out | cmp -s in.ids -
ok 'each line has one receipt'
is_complete a s in
ok 'each is there once, in order'
numbered a s
ok 'the numbers have no gaps'
[ "$(jq -r 'select(.status != "queued" and .status != "duplicate")' out | wc -l)" = 0 ]
ok 'none is lost'
redis_cli a xrange "{s}:$(jq -r 'select(.id == "e-4321") | .partition' out)" \
	"$(jq -r 'select(.id == "e-4321") | .entry' out)" + count 1 | grep -q '"id":"e-4321"'
ok 'a receipt has the place of its line'
[ "$(grep -c 'connecting again$' err)" = 2 ]
ok 'it is reported'

# ---- The tool is killed, and the same input is put in again.

begin "$REDIS/k"
feed in
wait_for has_receipts 500
kill -9 "$ENQUEUE"
wait "$ENQUEUE" 2>/dev/null
exec 8>&-
wait "$FEEDER"
cp out before
try 'again, after kill -9' vitals-enqueue "$REDIS/k" <in
is_status 0
stdout_lines 10000
is_stderr ''
is_complete a k in
ok 'each is there once, in order'
numbered a k
ok 'without gaps'
grep '"status":"queued"' before | jq -c '[.id, .entry]' | sort >old
jq -c '[.id, .entry]' .out | sort | comm -23 old - >changed
[ -s old ] && [ ! -s changed ]
ok 'what was acknowledged is where it was'

# ---- The scripts are flushed, and the server does not answer for a while.

events_from 1 2000 >in2
begin "$REDIS/f"
head -n 1000 in2 >&8
wait_for has_receipts 1000
redis_cli a script flush >/dev/null
redis_pause a
sed -n 1001,1300p in2 >&8
redis_continue a
sed -n 1301,2000p in2 >&8
try 'scripts that are flushed' finish
is_status 0
is_stdout ''
is_stderr ''
is_complete a f in2
ok 'each is there once, in order'
grep -q 'NOSCRIPT' err
ok 'it is reported'

# ---- A spool.

redis_kill a
begin --spool spool --rejects rejects "$REDIS/b"
head -n 1000 in2 >&8
wait_for has_receipts 1000
[ "$(jq -r .status out | sort -u)" = spooled ]
ok 'without a server, lines are acknowledged by the spool'
[ "$(stat -c %a spool)" = 600 ]
ok 'only its owner can read it'
kill -9 "$ENQUEUE"
wait "$ENQUEUE" 2>/dev/null
exec 8>&-
try 'a server that stays away' vitals-enqueue -q --spool spool --rejects rejects \
	--give-up-after 2 "$REDIS/b"
is_status 4
is_stdout ''
stderr_has "^vitals-enqueue: $REDIS/b: gave up: cannot connect: Connection refused\$"
stderr_has '^vitals-enqueue: spool: 1000 lines wait for the queue: run again to send them$'
redis_again a
begin --spool spool --rejects rejects "$REDIS/b"
sed -n 1001,1500p in2 >&8
wait_for has_receipts 500
redis_kill a
sed -n 1501,2000p in2 >&8
wait_for has_receipts 1000
redis_again a
try 'the server comes back' finish
is_status 0
is_stdout ''
is_stderr ''
is_complete a b in2
ok 'what was spooled is there once, in order'
[ "$(jq -r .id out | sort | uniq -d | wc -l)" = 0 ]
ok 'each line has one receipt'
[ "$(sqlite3 spool 'SELECT count(*) FROM line')" = 0 ]
ok 'the spool is empty'
begin --spool spool --rejects rejects "$REDIS/b"
events_from 3001 3001 >&8
wait_for has_receipts 1
try 'a spool that is in use' vitals-enqueue --spool spool --rejects rejects "$REDIS/b"
is_status 3
is_stdout ''
stderr_has '^vitals-enqueue: spool: .*in use'
try 'the one that uses it' finish
is_status 0
is_stdout ''
is_stderr ''

redis_kill a
echo '{"id":"e-1","other":1}' >other
try 'another body is spooled' vitals-enqueue -q --spool spool --rejects rejects \
	--give-up-after 0.1 "$REDIS/b" <other
is_status 4
stdout_json '.status == "spooled"'
stderr_has '^vitals-enqueue: spool: 1 line waits'
redis_again a
try 'and refused later' vitals-enqueue --spool spool --rejects rejects "$REDIS/b"
is_status 1
is_stdout ''
is_stderr 'vitals-enqueue: spool: id "e-1" is in the queue with another body'
cmp -s other rejects
ok 'it is in the rejects'

# ---- Signals.

begin "$REDIS/t"
events_from 1 5 >&8
wait_for has_receipts 5
redis_pause a
events_from 6 8 >&8
kill -TERM "$ENQUEUE"
wait_for grep -q 'signal SIGTERM' err
redis_continue a
try 'SIGTERM' finish
is_status 0
is_stdout ''
is_stderr ''
[ "$(jq -r .id out | paste -sd ' ')" = 'e-1 e-2 e-3 e-4 e-5 e-6 e-7 e-8' ]
ok 'what was in the pipe is added'
begin -v --rejects left "$REDIS/t"
wait_for grep -q 'connected to' err
redis_pause a
events_from 11 12 >&8
printf '{"id":"torn' >&8
kill -TERM "$ENQUEUE"
try 'SIGTERM, and a server that does not answer' finish
is_status 4
is_stdout ''
is_stderr ''
redis_continue a
[ ! -s out ]
ok 'nothing is acknowledged'
[ "$(wc -l <left)" = 3 ] && grep -q 'were read and not acknowledged: they are in left' err
ok 'the lines are kept'
begin "$REDIS/t"
events_from 21 22 >&8
wait_for has_receipts 2
kill -INT "$ENQUEUE"
wait_for grep -q 'ends with the input' err
events_from 23 24 >&8
try 'SIGINT' finish
is_status 0
is_stdout ''
is_stderr ''
has_receipts 4
ok 'the input is read to its end'

# ---- Failover to a replica.

redis_start m
redis_start r "replicaof 127.0.0.1 $(redis_port m)"
linked() {
	redis_cli r role | grep -q '^connected'
}
wait_for linked
redis_sentinel s1 m 1
knows() {
	redis_cli s1 sentinel replicas main | grep -q "^127.0.0.1:$(redis_port r)"
}
wait_for knows
begin -v --replicas 1 --batch 100 --give-up-after 600 \
	"redis+sentinel://127.0.0.1:1,127.0.0.1:$(redis_port s1)/main/s"
feed in
wait_for has_receipts 300
redis_kill m
promoted() {
	redis_cli r role | grep -q '^master'
}
wait_for promoted
# The old master comes back, and becomes a replica of the new one.
redis_again m
wait "$FEEDER"
try 'failover' finish
is_status 0
is_stdout ''
is_stderr ''
jq -r .id out | cmp -s in.ids -
ok 'each line has one receipt'
is_complete r s in
ok 'each is there once, in order'
grep -q "connected to 127.0.0.1:$(redis_port r)\$" err
ok 'the new master is reported'
done_testing
