#!/bin/sh
# vitals-post --spool, killed with SIGKILL at random moments, with a receiver that
# fails one request in five: nothing is lost, and only requests that were in progress
# are repeated.
#
#	CRASH_EVENTS=10000 CRASH_KILLS=20 CRASH_MS=4000 tests/cli/post-crash.t
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
N=${CRASH_EVENTS:-2000}
KILLS=${CRASH_KILLS:-8}
SEED=${CRASH_SEED:-1}
MS=${CRASH_MS:-600} # they come at most so late
C=16
hook
url=http://127.0.0.1:$PORT/fail/0.2
events "$N" >in

# Random moments while it is working.
kills=0
for ms in $(awk -v n="$KILLS" -v ms="$MS" -v seed="$SEED" 'BEGIN { srand(seed); while (n--) print int(rand() * ms) }'); do
	vitals-post -q -c $C --spool spool --retry-base 0.02 --max-attempts 20 \
		--order "$([ $((ms % 2)) -eq 0 ] && echo none || echo session)" \
		"$url" <in >>receipts 2>>err &
	pid=$!
	sleep "$(awk -v ms="$ms" 'BEGIN { print ms / 1000 }')"
	kill -9 $pid 2>/dev/null && kills=$((kills + 1))
	wait $pid 2>/dev/null
done
echo "# killed $kills times, $(wc -l <log) requests so far"

# Send the rest, and read the file again: this changes nothing.
try 'the last run' vitals-post -q -c $C --spool spool --retry-base 0.02 \
	--max-attempts 20 "$url" <in
is_status 0
stdout_lines "$N"
is_stderr ''
[ "$(jq -r .status "$WORK/.out" | sort | uniq -c | tr -s ' ')" = " $N delivered" ]
ok 'every event has its receipt: delivered'
[ "$(jq -r .id "$WORK/.out" | sort -u | wc -l)" -eq "$N" ]
ok 'and only one'
sed 's/^/# /' err
[ ! -s err ]
ok 'the killed processes printed no messages'

acknowledged >got
sort -u got >unique
awk -v n="$N" 'BEGIN { for (i = 1; i <= n; i++) print "e-" i }' | sort | cmp -s - unique
ok "none of $N events is lost"
twice=$(($(wc -l <got) - $(wc -l <unique)))
echo "# $twice acknowledged twice"
[ "$twice" -le $((kills * C)) ]
ok "at most those under way went twice: $twice <= $kills * $C"

: >log
try 'the same input again' vitals-post -q --spool spool "$url" <in
is_status 0
stdout_lines "$N"
is_stderr ''
[ ! -s log ]
ok 'sends nothing'
done_testing
