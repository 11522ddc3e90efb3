#!/bin/sh
# Failover by Sentinel while three workers deliver events: the master is killed, and
# its replica, which may lack its last writes, takes over.  With --replicas 1 an
# acknowledged line is never lost.  What the replica lacked of the outcomes is sent
# again: how many that are is printed, and depends on how far behind it was.
#
#	QUEUE_EVENTS=20000 tests/cli/queue-failover.t
#	QUEUE_REPLICAS=0 QUEUE_LAG=0.5 tests/cli/queue-failover.t
#
# shows what is lost without it, if the replica is cut off half a second earlier.
#
# It runs only if QUEUE_FAILOVER is set, as .ci/run does, because Sentinel acts by the
# clock: on a machine that stalls it stops for half a minute at a time.  If it has done
# nothing within two minutes, the rest is skipped.  queue-rollback.t and
# tests/unit/queue_worker.c have what follows from a failover, without it.
. "$(dirname "$0")/tap.sh"
[ -n "${QUEUE_FAILOVER-}" ] || skip_all 'set QUEUE_FAILOVER=1 to run it'
. "$TESTS/cli/queue.sh"
N=${QUEUE_EVENTS:-3000}
REPLICAS=${QUEUE_REPLICAS:-1}
LAG=${QUEUE_LAG:-0}
C=4
redis_start main
main=$PORT
# The replica reaches the master by way of this.
cat >between.js <<'X'
const net = require('net');
const [portFile, to, parent] = process.argv.slice(2);
const s = net.createServer((a) => {
	const b = net.connect(to, '127.0.0.1');
	for (const [x, y] of [[a, b], [b, a]])
		x.pipe(y).on('error', () => x.destroy());
});
s.listen(0, '127.0.0.1', () =>
    require('fs').writeFileSync(portFile, s.address().port + '\n'));
setInterval(() => process.ppid === Number(parent) || process.exit(), 500);
X
node between.js between.port "$main" $$ &
between=$!
HOOKS="$HOOKS $between"
wait_for [ -s between.port ]
redis_start other "replicaof 127.0.0.1 $(cat between.port)"
redis_sentinel watch main 1
REDIS=redis+sentinel://127.0.0.1:$PORT/main
hook
HOOK=$PORT
is_replica() {
	redis_cli main info replication | grep -q 'state=online' &&
		redis_cli watch sentinel replicas main | grep -q '127.0.0.1'
}
wait_for is_replica
ok 'there is a replica'

events "$N" >in
# The lines come in groups, so that they flow during the failover.
i=0
while [ $i -lt 30 ]; do
	i=$((i + 1))
	tail -n +$((N * (i - 1) / 30 + 1)) in | head -n $((N * i / 30 - N * (i - 1) / 30))
	sleep 0.1
done | vitals-enqueue -q --replicas "$REPLICAS" --partitions 8 "$REDIS/q" >enqueued 2>enqueue.err &
enqueuer=$!
has_queue() { redis_cli main exists '{q}:config' | grep -q 1; }
wait_for has_queue
for w in w1 w2 w3; do
	worker $w --order session -c $C --lease 3 --retry-base 0.02 \
		--retry-cap 0.1 --max-attempts 20 --breaker 0 "http://127.0.0.1:$HOOK/fail/0.05"
done
came $((N / 4))
kill $between
sleep "$LAG"
redis_kill main
kill_worker w2
other=$(redis_port other)
promoted() {
	redis_cli watch sentinel get-master-addr-by-name main | grep -qx "$other"
}
if ! wait_for promoted; then
	skip 'the replica takes over' 'Sentinel has not acted'
	done_testing
fi
ok 'the replica takes over'
# The old master comes back, as a replica of it.
redis_again main
wait $enqueuer
enqueue_status=$?
[ $enqueue_status -eq 0 ] && [ "$(wc -l <enqueued)" -eq "$N" ]
ok 'every line is acknowledged'
wait_for settled
ok 'the group settles everything'
end_worker w1 0
end_worker w3 0

acknowledged >got
sort -u got >unique
jq -r .id in | sort >want
twice=$(uniq -d got | wc -l)
echo "# --replicas $REPLICAS: $(comm -13 unique want | wc -l) of $N lost, $twice twice"
cmp -s want unique || [ "$REPLICAS" -eq 0 ]
ok 'with --replicas 1 no acknowledged line is lost'
in_order log
ok 'each session arrived in order'
grep -q 'connection' w1.err && grep -q 'connection' w3.err
ok 'the workers report that the server was away'
done_testing
