#!/bin/sh
# vitals-receive --state appending to a file, killed 20 times while several
# vitals-post send the same signed events at the same time: each event is printed
# exactly once, whole, and nothing else is.
#
#	EVENTS=10000 tests/cli/receive-kills.t	with as many events
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"

n=${EVENTS:-600}
kills=20
seed=${SEED:-1}
echo "# $n events, $kills kills, seed $seed"
i=0
while [ $i -lt "$n" ]; do
	i=$((i + 1))
	echo "{\"id\":\"e$i\",\"n\":$i,\"pad\":\"$i-of-$n-$i-of-$n-$i-of-$n-$i-of-$n\"}"
done >events
sort events >want

LISTEN=127.0.0.1:$(free_port)
start() {
	receive_to printed -q --state seen.db
}
start

# Two senders for each half of the events, so that each event arrives at least twice;
# one in the order of the file, one in the reverse order.
head -n $((n / 2)) events >part1
tail -n +$((n / 2 + 1)) events >part2
tac part1 >part3
tac part2 >part4
posters=
for i in 1 2 3 4; do
	vitals-post -q -k key -c 4 --rate $((n / 8)) --max-attempts 1000 \
		--retry-base 0.05 --retry-cap 0.2 --breaker 0 "$URL/" \
		<part$i >receipts$i 2>>post.err &
	posters="$posters $!"
done

# Each kill waits until more has been printed, so that it comes while events arrive,
# and then for a moment that differs from kill to kill.
lines() {
	wc -l <printed
}
more() { # LINES
	[ "$(lines)" -ge "$1" ]
}
: >before
i=0
for ms in $(awk -v n=$kills -v seed="$seed" \
	'BEGIN { srand(seed); while (n--) print int(rand() * 100) }'); do
	i=$((i + 1))
	wait_for more $((i * n / (kills + 2)))
	sleep "$(printf '0.%03d' "$ms")"
	stop KILL
	lines >>before
	start
done
for p in $posters; do
	wait "$p"
	echo "$?"
done >statuses
is 'the senders are done' "$(sort statuses | uniq -c | tr -s ' ')" ' 4 0'
is 'the senders delivered everything twice' \
	"$(jq -r .status receipts? | sort | uniq -c | tr -s ' ')" " $((2 * n)) delivered"
stop
is 'the last receiver ends well' $? 0
awk -v n="$n" '$1 < n { a++ } END { print "# " a + 0 " kills before the last line" }' before
sort printed | cmp -s - want
ok 'each event is printed exactly once, and nothing else is'
sort printed | diff - want | sed 's/^/# /' | head -n 10
done_testing
