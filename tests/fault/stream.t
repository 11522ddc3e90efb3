#!/bin/sh
# Each system call in turn fails in vitals-stream --store: it never crashes, each line
# that a client was sent is in the store with its number, and the next start has it.
. "$(dirname "$0")/../cli/tap.sh"
# shellcheck source=tests/fault/fault.sh
. "$TESTS/fault/fault.sh"
# shellcheck source=tests/cli/stream.sh
. "$TESTS/cli/stream.sh"
preload fault
lines 1 6 >all

poll_all() { # the numbers and lines of the session
	fetch '/poll?after=earliest&wait=0&session=s1' | jq -c 'select(.line) | [.sequence, .line]'
}
# A client that asks until it has all, or the server has ended.
asked() {
	poll_all >>sent
	grep -q '"n":6,' sent || gone "$SERVER"
}
trial() { # FUNCTION N
	rm -f hit port in history.db*
	: >sent
	mkfifo in
	LD_PRELOAD=$WORK/fault.so VITALS_FAULT=$1 VITALS_FAULT_AT=$2 VITALS_FAULT_LOG=hit \
		vitals-stream -q -l 127.0.0.1:0 --port-file port -t 600 \
		--store history.db <in >out 2>err &
	SERVER=$!
	exec 8>in
	wait_for server_ready
	if [ -s port ]; then
		URL=http://127.0.0.1:$(cat port)
		feed <all
		wait_for asked || echo "$1 $2: a client waits forever" >>why
		kill -TERM "$SERVER" 2>/dev/null
	fi
	exec 8>&-
	wait "$SERVER"
	trial_s=$?
	SERVER=
	case $trial_s in
	0) ;;
	# It was already exiting, and no longer handled signals.
	3 | 143) [ -s err ] || echo "$1 $2: status $trial_s without a word" >>why ;;
	*) echo "$1 $2: status $trial_s: $(head -n 1 err)" >>why ;;
	esac
	[ ! -s out ] || echo "$1 $2: something on standard output" >>why
	sort -u sent >sent.once
	[ -s hit ] || return 1

	stream -q --store history.db
	poll_all | sort >kept
	try 'the next start ends' finish TERM
	[ "$tap_status" -eq 0 ] || echo "$1 $2: the next start: $(head -n 1 .err)" >>why
	tap_name=
	[ $trial_s -ne 0 ] || [ "$(wc -l <kept)" -eq 6 ] ||
		echo "$1 $2: status 0, and kept are $(wc -l <kept)" >>why
	comm -23 sent.once kept | sed "s/^/$1 $2: sent, and lost: /" >>why
	cut -d , -f 1 kept | uniq -d | sed "s/^/$1 $2: two lines of one number: /" >>why
	jq -c '.[1]' kept | sort | uniq -d | sed "s/^/$1 $2: stored twice: /" >>why
}
for f in malloc open write fsync close; do
	: >why
	n=1 runs=0
	while [ $n -lt 2000 ] && trial $f $n; do
		runs=$((runs + 1))
		n=$((n + 1 + n / 4))
	done
	if [ -s why ]; then
		not_ok "$f fails: no line that was sent is lost" why
	else
		[ $runs -gt 0 ]
		ok "$f fails: no line that was sent is lost ($runs trials)"
	fi
done
done_testing
