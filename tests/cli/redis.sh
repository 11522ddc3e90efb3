# shellcheck shell=sh
# redis.sh: what the tests with a Redis server source after tap.sh: servers with
# names, each with a directory of its own, on loopback.
#
#	redis_start NAME [OPTION ...]	sets PORT and REDIS (redis://127.0.0.1:PORT)
#	redis_port NAME			prints its port
#	redis_cli NAME WORD ...		runs a command as the administrator
#	redis_kill NAME			kill -9
#	redis_pause NAME, redis_continue NAME
#	redis_again NAME		starts it again, with its port and its data
#	redis_certificates		ca.pem, server.pem, server.key
#	redis_tls NAME [OPTION ...]	the same as redis_start, with TLS only
#	redis_sentinel NAME MASTER QUORUM [OPTION ...]	a Sentinel of the server MASTER

for REDIS_SERVER in redis-server valkey-server ''; do
	[ -n "$REDIS_SERVER" ] || skip_all 'no redis-server here'
	! command -v "$REDIS_SERVER" >/dev/null || break
done
REDIS_CLI=${REDIS_SERVER%-server}-cli
command -v "$REDIS_CLI" >/dev/null || skip_all "no $REDIS_CLI here"

redis_clean() {
	for redis_p in "$WORK"/redis-*/pid; do
		[ ! -f "$redis_p" ] || kill -9 "$(cat "$redis_p")" 2>/dev/null
	done
	cd / && rm -rf "$WORK"
}
trap redis_clean EXIT

redis_port() { # NAME
	cat "$WORK/redis-$1/port"
}
redis_cli() { # NAME WORD ...
	redis_cli_n=$1
	shift
	"$REDIS_CLI" -s "$WORK/redis-$redis_cli_n/socket" "$@"
}
redis_up() { # NAME: also after a restart, when it loads its data first
	redis_cli "$1" ping 2>&1 | grep -qE '^(PONG|NOAUTH)'
}
redis_up_or_gone() { # NAME
	redis_up "$1" || redis_gone "$1"
}
redis_gone() { # NAME: with all its threads, the last of which closes its port
	redis_pid=$(cat "$WORK/redis-$1/pid")
	! kill -0 "$redis_pid" || { grep -q '^State:.Z' "/proc/$redis_pid/status" &&
		[ ! -e "$(printf '%s\n' "/proc/$redis_pid/task"/* | sed -n 2p)" ]; }
}
# Run the server of the directory, until it answers or has ended.
redis_run() { # NAME
	redis_d=$WORK/redis-$1
	rm -f "$redis_d/socket"
	# It does not keep the pipes of the test open.
	(
		cd "$redis_d" || exit 1
		# shellcheck disable=SC2046 # none, or one
		exec "$REDIS_SERVER" "$redis_d/conf" $(cat "$redis_d/flags") \
			>>"$redis_d/log" 2>&1 7>&- 8>&- 9>&-
	) &
	echo $! >"$redis_d/pid"
	wait_for redis_up_or_gone "$1"
	redis_up "$1"
}
# A port that the kernel does not give to clients, so that only another server
# can have it.  Then this one ends, and the next port is tried.
redis_new() { # NAME FLAGS KIND OPTION ...: lines of its configuration
	redis_n=$1
	mkdir -p "$WORK/redis-$redis_n"
	echo "$2" >"$WORK/redis-$redis_n/flags"
	redis_kind=$3
	shift 3
	printf '%s\n' "$@" >"$WORK/redis-$redis_n/options"
	PORT=$(awk -v pid=$$ 'BEGIN { srand(); print 10000 + int(rand() * 1e6 + pid) % 20000 }')
	redis_try=0
	while [ $redis_try -lt 100 ]; do
		redis_try=$((redis_try + 1))
		PORT=$((10000 + (PORT + 101 - 10000) % 20000))
		echo "$PORT" >"$WORK/redis-$redis_n/port"
		{
			cat "$WORK/redis-$redis_n/options"
			echo "$redis_kind $PORT"
			echo 'bind 127.0.0.1'
			echo "unixsocket $WORK/redis-$redis_n/socket"
		} >"$WORK/redis-$redis_n/conf"
		! redis_run "$redis_n" || return 0
	done
	not_ok "the server $redis_n starts" "$WORK/redis-$redis_n/log"
	done_testing
}
redis_start() { # NAME [OPTION ...]
	redis_start_n=$1
	shift
	redis_new "$redis_start_n" '' port 'save ""' 'appendonly yes' \
		'appendfsync always' "$@"
	# shellcheck disable=SC2034 # for the tests
	REDIS=redis://127.0.0.1:$PORT
}
redis_tls() { # NAME [OPTION ...]
	redis_start_n=$1
	shift
	redis_new "$redis_start_n" '' tls-port 'port 0' 'save ""' \
		'appendonly yes' 'appendfsync always' 'tls-auth-clients no' \
		"tls-cert-file $WORK/server.pem" "tls-key-file $WORK/server.key" \
		"tls-ca-cert-file $WORK/ca.pem" "$@"
	# shellcheck disable=SC2034 # for the tests
	REDIS=rediss://127.0.0.1:$PORT
}
redis_sentinel() { # NAME MASTER QUORUM [OPTION ...]: of the group "main"
	redis_sentinel_n=$1 redis_sentinel_m=$(redis_port "$2") redis_sentinel_q=$3
	shift 3
	redis_new "$redis_sentinel_n" --sentinel port \
		"sentinel monitor main 127.0.0.1 $redis_sentinel_m $redis_sentinel_q" \
		'sentinel down-after-milliseconds main 500' \
		'sentinel failover-timeout main 5000' "$@"
}
redis_kill() { # NAME
	kill -9 "$(cat "$WORK/redis-$1/pid")"
	wait_for redis_gone "$1"
}
redis_pause() { # NAME: it is there, and answers nothing
	kill -STOP "$(cat "$WORK/redis-$1/pid")"
}
redis_continue() { # NAME
	kill -CONT "$(cat "$WORK/redis-$1/pid")"
}
# What was killed in the middle of a transaction leaves half of it.  Redis 7.0 cuts that
# at the last whole command and appends to the open transaction, which the next start
# misreads.  Its own checker cuts it at the last whole transaction.
redis_mend() { # NAME
	redis_d=$WORK/redis-$1/appendonlydir
	[ ! -f "$redis_d/appendonly.aof.manifest" ] ||
		echo y | "${REDIS_CLI%-cli}-check-aof" --fix \
			"$redis_d/appendonly.aof.manifest" >>"$WORK/redis-$1/log" 2>&1
}
redis_again() { # NAME: on the same port, with what is on its disk
	redis_mend "$1"
	redis_run "$1" || {
		not_ok "the server $1 starts again" "$WORK/redis-$1/log"
		done_testing
	}
}
redis_certificates() { # ca.pem; server.pem and server.key of 127.0.0.1
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout ca.key -out ca.pem -days 2 -subj /CN=test 2>/dev/null
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout server.key -out server.csr -subj /CN=server 2>/dev/null
	echo 'subjectAltName=IP:127.0.0.1' >server.ext
	openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -days 2 \
		-CAcreateserial -extfile server.ext -out server.pem 2>/dev/null
}
# The lines of the queue, partition by partition.
redis_lines() { # NAME QUEUE
	for redis_n in $(seq 0 $(($(redis_cli "$1" hget "{$2}:config" partitions) - 1))); do
		redis_cli "$1" xrange "{$2}:$redis_n" - + |
			awk 'take { print } { take = !take && $0 == "line" }'
	done
}
events_from() { # FROM TO: with the IDs e-FROM to e-TO, of ten sessions
	awk -v from="$1" -v to="$2" 'BEGIN { for (i = from; i <= to; i++)
		printf "{\"schemaVersion\":\"1.0\",\"id\":\"e-%d\",\"type\":\"vitals.sample\",\"session\":{\"id\":\"s-%d\"},\"seq\":%d}\n", i, i % 10, i }'
}
