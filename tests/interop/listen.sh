# shellcheck shell=sh
# listen.sh: what the tests of vitals-listen source behind lib.sh: a stream of
# tests/servers/stream.js, and a proxy that cuts.

stream_start() { # [CERT KEY]: sets URL
	rm -f port
	node "$TESTS/servers/stream.js" port log 1200 "$@" &
	stream_pid=$!
	wait_for test -s port
	URL=http${1:+s}://127.0.0.1:$(cat port)
}
stream_stop() {
	kill "$stream_pid" 2>/dev/null
	wait "$stream_pid" 2>/dev/null
}
control() { # QUERY
	curl -sk "$URL/control?$1"
}
cut_start() { # CUTS MOST SEED: sets CUT_URL
	rm -f cut-port
	node "$TESTS/servers/cut.js" cut-port cut-log 1200 port "$1" "$2" "$3" &
	cut_pid=$!
	wait_for test -s cut-port
	# shellcheck disable=SC2034 # used by those who source this
	CUT_URL=http://127.0.0.1:$(cat cut-port)
}
cut_stop() {
	kill "$cut_pid" 2>/dev/null
	wait "$cut_pid" 2>/dev/null
}
# Are the lines of FILE those with the numbers from FIRST on, N of them, in
# order and once each?
in_order() { # FILE N [FIRST]
	jq -r .n "$1" | awk -v n="$2" -v first="${3:-0}" '
		NR == 1 && first == 0 { first = $1 }
		$1 != first + NR - 1 { print "line " NR " is " $1; bad = 1; exit }
		END { if (!bad && NR != n) { print NR " lines"; bad = 1 }; exit bad }'
}
