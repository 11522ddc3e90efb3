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
	rm -f history.db*
	: >sent
	if faulty "$@" vitals-stream -q -l 127.0.0.1:0 --port-file port -t 600 \
		--store history.db; then
		feed <all
		wait_for asked || echo "$trial_n: a client waits forever" >>why
		kill -TERM "$SERVER" 2>/dev/null
	fi
	faulty_ends
	[ ! -s out ] || echo "$trial_n: something on standard output" >>why
	sort -u sent >sent.once
	[ -s hit ] || return 1

	stream -q --store history.db
	poll_all | sort >kept
	try 'the next start ends' finish TERM
	[ "$tap_status" -eq 0 ] || echo "$trial_n: the next start: $(head -n 1 .err)" >>why
	tap_name=
	[ $trial_s -ne 0 ] || [ "$(wc -l <kept)" -eq 6 ] ||
		echo "$trial_n: status 0, and kept are $(wc -l <kept)" >>why
	comm -23 sent.once kept | sed "s/^/$trial_n: sent, and lost: /" >>why
	cut -d , -f 1 kept | uniq -d | sed "s/^/$trial_n: two lines of one number: /" >>why
	jq -c '.[1]' kept | sort | uniq -d | sed "s/^/$trial_n: stored twice: /" >>why
}
for f in malloc open write fsync close; do
	trials 'no line that was sent is lost' 4 2000 $f
done
done_testing
