# shellcheck shell=sh
# stream.sh: what the tests of vitals-stream source after tap.sh: a server in the
# background whose input is descriptor 8, and clients of it.
# shellcheck source=tests/cli/server.sh
. "$TESTS/cli/server.sh"

stream() { # [OPTION ...]: start a server; LISTEN is its address, if it is set
	: >out
	serve vitals-stream -l "${LISTEN-127.0.0.1:0}" --port-file port -t 1200 "$@"
}
finish() { # [SIGNAL]: as end_server, with what the server printed
	end_server "$@"
	set -- $?
	cat out
	return "$1"
}
lines() { # FROM TO [TYPE [SESSION]]: events
	seq "$1" "$2" | jq -c --arg t "${3-vitals.sample}" --arg s "${4-s1}" \
		'{type: $t, n: ., session: {id: $s}}'
}
fetch() { # PATH [ARG of curl ...]
	fetch_p=$1
	shift
	curl -s --max-time 120 "$URL$fetch_p" "$@"
}
watch() { # FILE PATH [ARG of curl ...]: an SSE client in the background
	watch_f=$1 watch_p=$2
	shift 2
	: >"$watch_f" # an earlier client's hello is not this one's
	curl -sN --max-time 1200 "$URL$watch_p" "$@" >"$watch_f" 8>&- &
	WATCHER=$!
	CLIENTS="$CLIENTS $WATCHER"
	wait_for grep -q '^event: hello' "$watch_f"
}
# The sum of the samples of NAME whose labels contain TEXT.
metric() { # NAME TEXT [ARG of curl ...]
	metric_n=$1 metric_t=$2
	shift 2
	fetch /metrics "$@" | awk -v n="vitals_stream_$metric_n" -v t="$metric_t" '
		{ split($1, name, "{") }
		name[1] == n && index($1, t) { sum += $2 }
		END { printf "%.15g\n", sum }'
}
has() { # NAME TEXT VALUE: is that the sum?
	[ "$(metric "$1" "$2")" = "$3" ]
}
has_clients() { # KIND NUMBER [ARG of curl ...]
	has_clients_k=$1 has_clients_n=$2
	shift 2
	[ "$(metric clients "kind=\"$has_clients_k\"" "$@")" = "$has_clients_n" ]
}
# What of an SSE stream came: the numbers n of its lines.
numbers() { # FILE
	sed -n 's/^data: //p' "$1" | jq -r 'select(.n) | .n' | paste -sd ' '
}
has_number() { # FILE N
	sed -n 's/^data: //p' "$1" | jq -c "select(.n == $2)" | grep -q .
}
hello() { # FILE MEMBER: of the hello in an SSE stream
	sed -n 's/^data: //p' "$1" | jq -r "select(.record == \"hello\") | .$2" | head -n 1
}
status() { # PATH [ARG of curl ...]: the status of the answer
	fetch "$@" -o answer -w '%{http_code}'
}
