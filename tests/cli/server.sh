# shellcheck shell=sh
# server.sh: what hub.sh and stream.sh have in common: a server in the background whose
# input is descriptor 8, and clients of it.

command -v curl >/dev/null || skip_all 'no curl here'
command -v jq >/dev/null || skip_all 'no jq here'

umask 077
SERVER=
CLIENTS=
clean_up() {
	for clean_p in $SERVER $CLIENTS; do
		kill -9 "$clean_p" 2>/dev/null
	done
	cd / && rm -rf "$WORK"
}
trap clean_up EXIT

# Start COMMAND, which writes its port to the file port; PORT and URL are set.  What it
# prints is appended to out.
serve() { # COMMAND [ARG ...]
	rm -f port in
	mkfifo in
	"$@" >>out 2>err <in &
	SERVER=$!
	exec 8>in
	if ! wait_for server_ready || [ ! -s port ]; then
		not_ok "the server starts: $*" err
		done_testing
	fi
	PORT=$(cat port)
	# shellcheck disable=SC2034 # for the tests
	URL=http://127.0.0.1:$PORT
}
server_ready() {
	[ -s port ] || ! kill -0 "$SERVER"
}
gone() { # PID
	! kill -0 "$1" || grep -q '^State:.Z' "/proc/$1/status"
}
feed() { # the lines of stdin
	cat >&8
}
# End the input, or send a signal; give status and stderr.
end_server() { # [SIGNAL]
	[ -z "${1-}" ] || kill -s "$1" "$SERVER"
	exec 8>&-
	wait_for gone "$SERVER" || kill -9 "$SERVER"
	wait "$SERVER" 2>/dev/null
	finish_status=$?
	SERVER=
	sed -E 's/127\.0\.0\.1:[0-9]+/CLIENT/' err >&2
	return $finish_status
}
