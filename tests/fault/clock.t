#!/bin/sh
# The system clock is changed while vitals-post has events that wait for their next
# attempt.  If it is set back by hours, they must not wait that much longer; if it is
# set forward by days, they must not expire.
. "$(dirname "$0")/../cli/tap.sh"
. "$TESTS/cli/post.sh"
# shellcheck source=tests/fault/fault.sh
. "$TESTS/fault/fault.sh"
preload clock
hook
base=http://127.0.0.1:$PORT
export VITALS_CLOCK="$WORK/ahead"

mkfifo pipe
case=0
for options in '' '--spool s --follow' '--spool s --follow --order session'; do
	for by in -36000 +864000; do
		rm -f s s-* s.lock
		case=$((case + 1))
		new_log
		: >out
		echo 0 >ahead
		# shellcheck disable=SC2086
		LD_PRELOAD=$WORK/clock.so timeout 300 vitals-post -q $options --retry-base 0.5 \
			--give-up-after 3600 --dead-letter dead "$base/flaky/2/$case" <pipe >out 2>err &
		pid=$!
		exec 9>pipe
		events 3 >&9
		came 3
		echo $by >ahead
		wait_for has_lines 3 out
		exec 9>&-
		kill $pid 2>/dev/null
		wait $pid
		jq -e -s 'length == 3 and all(.status == "delivered" and .attempts == 3)' out >why 2>&1
		ok "set by $by s: $options" why
		[ ! -s err ]
		ok 'without a word' err
	done
done
done_testing
