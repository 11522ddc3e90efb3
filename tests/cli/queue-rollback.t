#!/bin/sh
# A server that comes back without the last outcomes, as a replica that takes over may:
# the worker, whose lease goes on, takes the events up again that it had settled.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/queue.sh"
N=20
redis_start main
hook
events $N >in
enqueue in --partitions 4
worker w --lease 40 -c $N "http://127.0.0.1:$PORT/gate/open"
came $N
total_is .pending $N
ok 'all are given to the worker'
# Each write is synced before it is answered, so a copy of the files is a server of
# this moment.
data=$WORK/redis-main/appendonlydir
cp -R "$data" earlier

: >open
wait_for settled
ok 'and settled'
redis_kill main
rm -rf "$data"
mv earlier "$data"
redis_again main
came $((2 * N))
wait_for settled
ok 'after the loss of that, they are settled again'
end_worker w 0
[ "$(jq -r .id log | sort | uniq -c | awk '{ print $1 }' | sort -u)" = 2 ]
ok 'each was sent once more'
[ "$(redis_cli main xlen '{q}:g:dead')" = 0 ]
ok 'none is a dead letter'
done_testing
