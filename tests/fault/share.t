#!/bin/sh
# Each system call in turn fails in vitals-receive --dedupe and vitals-stream --from: they
# never crash, a failure is never called a wrong option, and every payload that was
# answered with 2xx is there.
. "$(dirname "$0")/../cli/tap.sh"
# shellcheck source=tests/cli/redis.sh
. "$TESTS/cli/redis.sh"
# shellcheck source=tests/fault/fault.sh
. "$TESTS/fault/fault.sh"
preload fault
# shellcheck source=tests/fault/receive.sh
. "$TESTS/fault/receive.sh"
clean_all() {
	[ -z "$SERVER" ] || kill -9 "$SERVER"
	redis_clean
}
trap clean_all EXIT
redis_start a
events_from 1 3 | vitals-enqueue -q --partitions 1 "$REDIS/s" >queued
fault_check() { # WHERE
	case $fault_s in
	0) ;;
	3) [ -s err ] || echo "$1: status 3 without a word" ;;
	4) grep -v 'out of memory' err | grep -q . || echo "$1: status 4: $(head -n 1 err)" ;;
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
trial_before() {
	redis_cli a flushall >/dev/null
}
none_lost malloc --dedupe "$REDIS/seen" --state state.db
none_lost write --dedupe "$REDIS/seen"
done_testing
