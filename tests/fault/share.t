#!/bin/sh
# Each system call in turn fails while vitals-receive --dedupe and vitals-stream --from
# start: they never crash, and a failure is never called a wrong option.
. "$(dirname "$0")/../cli/tap.sh"
# shellcheck source=tests/cli/redis.sh
. "$TESTS/cli/redis.sh"
# shellcheck source=tests/fault/fault.sh
. "$TESTS/fault/fault.sh"
preload fault
umask 077
redis_start a
events_from 1 3 | vitals-enqueue -q --partitions 1 "$REDIS/s" >queued
vitals-sign -q --new-key key
fault_check() { # WHERE
	case $fault_s in
	0) ;;
	3 | 4) [ -s err ] || echo "$1: status $fault_s without a word" ;;
	*) echo "$1: status $fault_s: $(head -n 1 err)" ;;
	esac
	[ ! -s out ] || echo "$1: something on standard output"
}
for f in malloc open read write close socket connect send recv; do
	faults 'vitals-receive' $f 4 /dev/null vitals-receive -q -k key -l 127.0.0.1:0 \
		-t 0.001 --dedupe "$REDIS/seen"
	faults 'vitals-stream' $f 4 /dev/null vitals-stream -q -l 127.0.0.1:0 \
		-t 0.001 --from "$REDIS/s"
done
done_testing
