#!/bin/sh
# Workers of a queue: one is killed with SIGKILL, Redis is killed and started again,
# one joins and one leaves, while events flow and a tenth of the attempts fail.
#
#	QUEUE_EVENTS=20000 tests/cli/queue-workers.t
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/queue.sh"
N=${QUEUE_EVENTS:-4000}
C=4
PARTITIONS=8
redis_start main
hook
events "$N" >in
head -n $((3 * N / 5)) in >in.1
tail -n +$((3 * N / 5 + 1)) in >in.2
enqueue in.1 --partitions $PARTITIONS
start() { # NAME
	worker "$1" --order session -c $C --lease 10 --retry-base 0.02 \
		--retry-cap 0.1 --max-attempts 20 --breaker 0 \
		"http://127.0.0.1:$PORT/fail/0.1"
}
for w in w1 w2 w3; do start $w; done

came $((N / 5))
kill_worker w2
unsettled main $PARTITIONS >at_kill
came $((2 * N / 5))
redis_kill main
redis_again main
start w4
holders() {
	vitals-post --queue "$REDIS/q" --group g --list | jq -r '.worker // empty' |
		sort | uniq -c
}
shared() { # N: by so many workers, evenly
	[ "$(holders | awk -v all=$PARTITIONS '{ n++; sum += $1; if ($1 > max) max = $1
			if (!min || $1 < min) min = $1 }
		END { print n, sum == all && max - min <= 1 }')" = "$1 1" ]
}
wait_for shared 3
ok 'three workers share the partitions evenly'
enqueue in.2
end_worker w1 0
wait_for shared 2
ok 'after one has left, two do'
wait_for settled
ok 'the group settles everything'
[ -s w4.out ]
ok 'a worker that joined got events'
end_worker w3 0
end_worker w4 0

acknowledged >got
sort -u got >unique
awk -v n="$N" 'BEGIN { for (i = 1; i <= n; i++) print "e-" i }' | sort >want
cmp -s want unique
ok "none of $N events is lost"
in_order log
ok 'each session arrived in order'
uniq -d got >twice
echo "# $(wc -l <twice) twice, $(wc -l <at_kill) unsettled at the kill"
[ -z "$(comm -23 twice at_kill)" ]
ok 'only events that were unsettled at the kill arrived twice'
cat w?.out | jq -r 'select(.status == "delivered") | .id' | sort -u >receipts
# The receipts of the killed worker's last answers may be lost with it.
[ -z "$(comm -13 receipts want | comm -23 - at_kill)" ]
ok 'the other events have receipts'
for w in w1 w3; do
	grep -q 'the connection was lost\|connect' $w.err
	ok "$w reports that the server was away"
done
[ "$(redis_cli main --raw keys '{q}:g:*' | sort | tr '\n' ' ')" = '{q}:g:tokens ' ]
ok 'no lease, state or dead letter is left'
xlen() {
	for p in $(seq 0 $((PARTITIONS - 1))); do redis_cli main xlen "{q}:$p"; done |
		awk '{ n += $1 } END { print n }'
}
echo "# $(xlen) entries are left in the streams"
[ "$(xlen)" -le $((N / 2)) ]
ok 'settled entries are removed from the streams'
done_testing
