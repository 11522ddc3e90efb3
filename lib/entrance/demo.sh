# the whole pipe on a clip that it makes itself
# shellcheck shell=sh
#
# `vitals demo` runs this with the directory of the tools first in the PATH.  It needs
# no network except loopback and no privileges, and leaves nothing behind.  It ends with
# a picture of the event that the receiver verified and status 0, or reports what failed:
# status 3 if output or a tool did, 1 if the result is not as expected.

set -u
LC_ALL=C
export LC_ALL
dir=$(mktemp -d 2>&1) || {
	echo "vitals: demo: ${dir#mktemp: }" >&2
	exit 3
}
receiver=
why=failed
finish() {
	status=$?
	trap - EXIT
	if [ -n "$receiver" ]; then
		kill "$receiver" 2>/dev/null || :
		wait "$receiver" 2>/dev/null || :
	fi
	rm -rf "$dir"
	case $status in
	0) ;;
	141) # SIGPIPE: nobody reads this, which is no failure
		trap - PIPE
		kill -s PIPE $$
		;;
	*) echo "vitals: demo: $why" >&2 ;;
	esac
	exit $status
}
trap finish EXIT
trap 'exit 1' HUP INT TERM
trap 'exit 141' PIPE
cd "$dir" || exit 3

print() { # FORMAT TEXT
	# shellcheck disable=SC2059 # the formats are below
	printf "$1" "$2" 2>/dev/null || {
		why='<stdout>: write failed'
		exit 3
	}
}
say() { print '\n# %s\n' "$*"; }
# End with the status of a command.  1 is a result that is not as expected; of the
# programs that are used here each has its own status for what the system refused.
fail() { # STATUS
	case $1 in
	1 | 141) exit "$1" ;;
	*) exit 3 ;;
	esac
}
# Make FILE, because shells disagree about the status of a redirection that fails.
make() { # FILE
	reason=$({ true >"$1"; } 2>&1) || {
		why="$1: ${reason##*: }"
		exit 3
	}
}
try() { # COMMAND LINE: show it, then do it; return its status
	print '$ %s\n' "$1"
	case $1 in *' > '*) make "${1##* > }" ;; esac
	eval "$1"
}
run() { # COMMAND LINE
	try "$1" || fail $?
}

say '1. A video of a face whose pulse is known'
run 'vitals-synth -q --heart-rate 72 --duration 30 -t truth.ndjson clip.mp4'
run 'head -n 1 truth.ndjson | grep -o "\"heartRate\":[0-9.]*"'

say '2. What the video says'
run 'vitals-extract clip.mp4 > measurement.ndjson'
run 'vitals-table --format table measurement.ndjson'

say '3. An event, signed with a new key, and verified'
run 'vitals-sign --new-key key'
run 'vitals-event --session demo < measurement.ndjson > event.ndjson'
run 'vitals-sign --key-file key < event.ndjson > signed.ndjson'
run 'vitals-verify --key-file key < signed.ndjson > verified.ndjson'
run 'cmp event.ndjson verified.ndjson && echo "the same bytes"'

say '4. One changed byte'
run 'sed "s/heartRate/heartrate/" signed.ndjson > forged.ndjson'
status=0
try 'vitals-verify --key-file key < forged.ndjson' || status=$?
print '(status %s)\n' "$status"
case $status in
0) exit 1 ;;
1) ;;
*) fail "$status" ;;
esac

say '5. Delivered to a webhook receiver, which verifies it too'
print '%s\n' '$ vitals-receive --key-file key --listen 127.0.0.1:0 --port-file port \
    --count 1 --timeout 30 > received.ndjson &'
make received.ndjson
vitals-receive --key-file key --listen 127.0.0.1:0 --port-file port \
	--count 1 --timeout 30 >received.ndjson &
receiver=$!
received() { # wait for the receiver; it must have succeeded
	status=0
	wait "$receiver" || status=$?
	receiver=
	[ $status -eq 0 ] || fail $status
}
tries=0
until [ -s port ]; do
	kill -0 "$receiver" 2>/dev/null || received
	tries=$((tries + 1))
	[ $tries -le 600 ] || {
		why='the receiver does not listen'
		exit 3
	}
	sleep 0.1
done
port=$(cat port) || exit 3
status=0
try "vitals-post --key-file key http://127.0.0.1:$port/hook < event.ndjson" || status=$?
case $status in
0) received ;;
4) # has the receiver failed?
	kill "$receiver" 2>/dev/null || :
	wait "$receiver" || status=$?
	receiver=
	[ $status -eq 3 ] || exit 1
	exit 3
	;;
*) fail $status ;;
esac
cmp event.ndjson received.ndjson || fail $?

say '6. What the receiver has'
run 'vitals-table --format table received.ndjson'

if command -v vitals-plot >/dev/null; then
	say '7. The pulse, as a picture'
	run 'vitals-extract --emit wave,measurement clip.mp4 | vitals-plot --format text --width 78'
fi
