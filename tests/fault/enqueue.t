#!/bin/sh
# Each system call in turn fails in vitals-enqueue: it never crashes, what has a receipt is
# in the queue or in the spool, and when the input is put in again all of it is in the
# queue, once.
. "$(dirname "$0")/../cli/tap.sh"
# shellcheck source=tests/cli/redis.sh
. "$TESTS/cli/redis.sh"
# shellcheck source=tests/fault/fault.sh
. "$TESTS/fault/fault.sh"
preload fault
umask 077
redis_start a
events_from 1 3 >in

in_queue() {
	redis_lines a s | jq -r .id | sort
}
fault_before() {
	rm -f spool* rejects
	redis_cli a flushall >/dev/null
}
fault_check() { # WHERE
	case $fault_s in
	0 | 3 | 4) ;;
	*) echo "$1: status $fault_s: $(head -n 1 err)" ;;
	esac
	[ $fault_s -eq 0 ] || [ -s err ] || echo "$1: status $fault_s without a word"
	{
		in_queue
		[ ! -s spool ] || sqlite3 spool 'SELECT text FROM line' 2>/dev/null | jq -r .id
	} | sort -u >there
	jq -r .id out 2>/dev/null | sort -u | comm -23 - there |
		sed "s/^/$1: acknowledged, and lost: /"
	[ $fault_s -ne 0 ] || jq -r .id in | sort | comm -23 - there |
		sed "s/^/$1: status 0, and lost: /"
	# shellcheck disable=SC2086 # options
	vitals-enqueue -q $fault_spool "$REDIS/s" <in >out2 2>err2 ||
		echo "$1: put in again: $(head -n 1 err2)"
	[ "$(in_queue | paste -sd ' ')" = 'e-1 e-2 e-3' ] ||
		echo "$1: in the queue: $(in_queue | paste -sd ' ')"
}
enqueue() { # NAME FUNCTION [OPTION ...]
	enqueue_n=$1 enqueue_f=$2
	shift 2
	fault_spool=$*
	faults "$enqueue_n" "$enqueue_f" 8 in \
		vitals-enqueue --give-up-after 0.1 "$@" "$REDIS/s"
}
for f in malloc read write close socket connect send recv; do
	enqueue 'a queue' $f
done
for f in malloc write fsync; do
	enqueue 'a spool' $f --spool spool --rejects rejects
done
done_testing
