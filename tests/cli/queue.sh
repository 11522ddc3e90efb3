# shellcheck shell=sh
# queue.sh: what the tests of vitals-post --queue share.  Sourced after tap.sh.
. "$TESTS/cli/post.sh"
. "$TESTS/cli/redis.sh"

WORKERS=
trap 'stop_workers; stop_hooks; redis_clean' EXIT

# Start a worker in the background: NAME.out, NAME.err and NAME.pid are its own.
worker() { # NAME OPTION ...
	worker_n=$1
	shift
	vitals-post --queue "$REDIS/q" --group g "$@" \
		>>"$worker_n.out" 2>>"$worker_n.err" &
	echo $! >"$worker_n.pid"
	WORKERS="$WORKERS $!"
}
stop_workers() {
	for tap_p in $WORKERS; do
		kill -9 "$tap_p" 2>/dev/null
		wait "$tap_p" 2>/dev/null
	done
	WORKERS=
}
# SIGTERM, and the status.
end_worker() { # NAME STATUS
	worker_pid=$(cat "$1.pid")
	kill -TERM "$worker_pid"
	wait "$worker_pid"
	worker_status=$?
	[ "$worker_status" -eq "$2" ]
	if [ $? -eq 0 ]; then ok "$1 ends with status $2"; else
		not_ok "$1 ends with status $worker_status, not $2" "$1.err"
	fi
}
kill_worker() { # NAME: kill -9
	kill -9 "$(cat "$1.pid")"
	wait "$(cat "$1.pid")" 2>/dev/null
}
enqueue() { # FILE [OPTION ...]
	enqueue_f=$1
	shift
	vitals-enqueue -q "$@" "$REDIS/q" <"$enqueue_f" >enqueued 2>enqueue.err ||
		not_ok 'vitals-enqueue adds the events' enqueue.err
}
# The totals of --list, as jq sees them.
total() { # EXPRESSION
	vitals-post --queue "$REDIS/q" --group g --list 2>/dev/null |
		jq -r "select(.record == \"queue\") | $1"
}
total_is() { # EXPRESSION VALUE
	[ "$(total "$1")" = "$2" ]
}
settled() { # is nothing left to do?
	total_is '.backlog + .pending' 0
}
# The event IDs of what the group was given and has not settled, sorted.
unsettled() { # SERVER PARTITIONS
	redis_cli "$1" eval "local out = {}
		for n = 0, ARGV[1] - 1 do
			local key = '{q}:' .. n
			for _, p in ipairs(redis.call('XPENDING', key, 'g', '-', '+', 100000)) do
				local e = redis.call('XRANGE', key, p[1], p[1])[1]
				for i = 1, #e[2], 2 do
					if e[2][i] == 'id' then out[#out + 1] = e[2][i + 1] end
				end
			end
		end
		return out" 0 "$2" | sort
}
# In each session, the first successful delivery of each event is in order.
in_order() { # FILE: a log of hook.js
	jq -r 'select(.status == 200) | .body | fromjson | "\(.session.id) \(.seq)"' "$1" |
		awk '!seen[$0]++ && $2 <= last[$1] { bad = 1; print "# " $0 " after " last[$1] }
			{ if ($2 > last[$1]) last[$1] = $2 }
			END { exit bad }'
}
