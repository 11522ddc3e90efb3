#!/bin/sh
# A worker that is stopped for longer than its lease (SIGSTOP) and continues
# (SIGCONT) acknowledges nothing that it no longer owns.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/queue.sh"
N=20
redis_start main
hook
events $N >in
enqueue in --partitions 4
# However long a busy machine takes: no request may time out, nor a lease end while its
# worker runs.
start() { # NAME GATE
	printf '{"url":"http://127.0.0.1:%s/gate/%s","name":"hook"}\n' "$PORT" "$2" >"$1.hooks"
	worker "$1" --lease 10 --timeout 600 --endpoints "$1.hooks"
}
start old first
came $N
kill -STOP "$(cat old.pid)"
start new second
# The leases of the first one end, and the second one sends them again.
came $((2 * N))
ok 'the next worker sends the events again'
unsettled main 4 >before

# The first one gets its answers, and finds that its leases are lost.
: >first
kill -CONT "$(cat old.pid)"
wait_for has_lines $N old.out
ok 'the first one continues, and its requests end'
# When it is among the workers again, its writes have been refused.
in_list() { total_is .workers 2; }
wait_for in_list
ok 'it is a worker again'
unsettled main 4 >after
cmp before after && [ "$(wc -l <after)" -eq $N ]
ok 'it acknowledged nothing'
[ "$(redis_cli main xlen '{q}:g:dead')" = 0 ]
ok 'and added no dead letter'

: >second
wait_for settled
ok 'the next worker acknowledges them'
[ "$(jq -r .id new.out | sort | uniq -c | awk '{ print $1 }' | sort -u)" = 1 ]
ok 'once'
events $((N + 1)) | tail -n 1 >in
enqueue in
wait_for settled
ok 'both go on'
came $((2 * N + 1))
end_worker old 0
end_worker new 0
[ "$(wc -l <log)" -eq $((2 * N + 1)) ]
ok 'nothing was sent a third time'
done_testing
