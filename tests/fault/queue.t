#!/bin/sh
# Each system call in turn fails in a worker of a queue: it never crashes, never
# reports success after a failure, and every event is delivered by it or by the next
# worker.
. "$(dirname "$0")/../cli/tap.sh"
. "$TESTS/cli/queue.sh"
# shellcheck source=tests/fault/fault.sh
. "$TESTS/fault/fault.sh"
preload fault
redis_start main
hook
base=http://127.0.0.1:$PORT
events 3 >in
jq -r .id in | sort >ids

fault_before() {
	redis_cli main flushall >flushed
	enqueue in --partitions 2
	: >log
}
fault_check() { # WHERE
	acknowledged | sort -u >there
	jq -r 'select(.status == "delivered") | .id' out 2>/dev/null |
		sort -u | comm -23 - there | sed "s/^/$1: a false receipt: /"
	[ $fault_s -ne 0 ] || comm -23 ids there |
		sed "s/^/$1: status 0, and lost: /"
	case $fault_s in
	0 | 3 | 4) ;;
	*) echo "$1: status $fault_s" ;;
	esac
	[ $fault_s -eq 0 ] || [ -s err ] || echo "$1: status $fault_s without a word"
	vitals-post -q --queue "$REDIS/q" --group g --drain --retry-base 0.01 \
		"$base/$path" >out2 2>err2 || echo "$1: the next worker: $(head -n 1 err2)"
	acknowledged | sort -u | comm -23 ids - | sed "s/^/$1: lost: /"
	acknowledged | uniq -c |
		awk -v at="$1" '$1 > 2 { print at ": " $2 " arrived " $1 " times" }'
	total_is '.backlog + .pending + .dead' 0 || echo "$1: something is left"
}
post() { # FUNCTION PATH [OPTION ...]
	post_f=$1 path=$2
	shift 2
	faults "$path $*" "$post_f" 4 /dev/null vitals-post --queue "$REDIS/q" \
		--group g --lease 2 --drain --retry-base 0.01 "$@" "$base/$path"
}
for f in malloc read write close socket connect; do
	post $f ok
done
post malloc flaky/1 --order session
post write flaky/1
done_testing
