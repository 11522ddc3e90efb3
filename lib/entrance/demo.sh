# the whole pipe on a clip that it makes itself
# shellcheck shell=sh
#
# `vitals demo` runs this with the directory of the tools first in the PATH.  It needs
# no network except loopback and no privileges, and leaves nothing behind.  It ends with
# a picture of the event that the receiver verified and status 0, or reports what failed.

set -eu
LC_ALL=C
export LC_ALL
dir=$(mktemp -d)
receiver=
finish() {
	status=$?
	trap - EXIT
	if [ -n "$receiver" ]; then
		kill "$receiver" 2>/dev/null || :
		wait "$receiver" 2>/dev/null || :
	fi
	rm -rf "$dir"
	[ $status -eq 0 ] || echo "vitals: demo: failed" >&2
	exit $status
}
trap finish EXIT
trap 'exit 1' HUP INT TERM
cd "$dir"

say() { printf '\n# %s\n' "$*"; }
run() { # COMMAND LINE: show it, then do it
	printf '$ %s\n' "$1"
	eval "$1"
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
run 'vitals-verify --key-file key < forged.ndjson' || status=$?
printf '(status %s)\n' "$status"
[ "$status" -eq 1 ]

say '5. Delivered to a webhook receiver, which verifies it too'
cat <<'X'
$ vitals-receive --key-file key --listen 127.0.0.1:0 --port-file port \
    --count 1 --timeout 30 > received.ndjson &
X
vitals-receive --key-file key --listen 127.0.0.1:0 --port-file port \
	--count 1 --timeout 30 >received.ndjson &
receiver=$!
tries=0
until [ -s port ]; do
	tries=$((tries + 1))
	[ $tries -le 600 ] || {
		echo 'vitals: demo: the receiver does not listen' >&2
		exit 1
	}
	sleep 0.1
done
port=$(cat port)
run "vitals-post --key-file key http://127.0.0.1:$port/hook < event.ndjson"
wait "$receiver"
receiver=
cmp event.ndjson received.ndjson

say '6. What the receiver has'
run 'vitals-table --format table received.ndjson'

if command -v vitals-plot >/dev/null; then
	say '7. The pulse, as a picture'
	run 'vitals-extract --emit wave,measurement clip.mp4 | vitals-plot --format text --width 78'
fi
