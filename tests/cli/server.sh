# shellcheck shell=sh
# server.sh: what hub.sh, receive.sh and stream.sh have in common: a server in the
# background, and clients of it.

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

# Start COMMAND, which writes its port to the file port.  Its input is descriptor 8, and
# what it prints is appended to out.
serve() { # COMMAND [ARG ...]
	rm -f port in
	mkfifo in
	"$@" >>out 2>err <in &
	SERVER=$!
	exec 8>in
	listening "$*"
}
# Wait until SERVER has written its port, and set PORT and URL.
listening() { # WHAT
	if ! wait_for server_ready || [ ! -s port ]; then
		not_ok "the server starts: $1" err
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
certificate() { # NAME: NAME.pem of 127.0.0.1, and NAME.key
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$1.key" -out "$1.pem" -days 2 -subj "/CN=$1" \
		-addext subjectAltName=IP:127.0.0.1 2>/dev/null
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
# An audit file that is a FIFO, and is full: descriptor 5 keeps it open.
full_fifo() { # NAME
	[ -p "$1" ] || mkfifo "$1"
	exec 5<>"$1"
	dd if=/dev/zero of="$1" oflag=nonblock bs=4096 count=4096 2>/dev/null
}
# Read it from now on, up to its end; then check that what was read has more than so many
# lines.
read_fifo() { # NAME
	tr -d '\000' <"$1" >audit.read 5<&- &
	READER=$!
	exec 5<&-
}
fifo_was_read() { # LINES
	wait "$READER"
	try 'what was read' vitals-audit verify audit.read
	is_status 0
	stdout_json '.faults == 0 and .lines > '"$1"
	is_stderr ''
}
