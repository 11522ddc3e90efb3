# shellcheck shell=sh
# post.sh: what the tests of vitals-post share.  Sourced after tap.sh.

HOOKS=
trap 'stop_hooks; cd /; rm -rf "$WORK"' EXIT
command -v node >/dev/null || skip_all 'node is not installed'

stop_hooks() {
	for tap_p in $HOOKS; do
		kill "$tap_p" 2>/dev/null
		wait "$tap_p" 2>/dev/null
	done
	HOOKS=
}

# Start tests/servers/hook.js with the certificate and so on as arguments:
# sets PORT; the requests are logged in $WORK/log.
hook() {
	rm -f "$WORK/port"
	: >>"$WORK/log"
	node "$TESTS/servers/hook.js" "$WORK/port" "$WORK/log" "${HOOK_SECONDS:-120}" "$@" \
		>"$WORK/hook.out" 2>&1 &
	HOOKS="$HOOKS $!"
	tap_i=0
	while [ ! -s "$WORK/port" ] && [ $tap_i -lt 100 ]; do
		sleep 0.1
		tap_i=$((tap_i + 1))
	done
	# shellcheck disable=SC2034 # for the tests
	PORT=$(cat "$WORK/port")
}

# N events: IDs e-1 to e-N, ten sessions.
events() {
	awk -v n="$1" 'BEGIN { for (i = 1; i <= n; i++)
		printf "{\"schemaVersion\":\"1.0\",\"id\":\"e-%d\",\"type\":\"vitals.sample\",\"time\":\"2026-11-23T06:33:30.120Z\",\"session\":{\"id\":\"s-%d\"},\"seq\":%d}\n", i, i % 10, i }'
}

# What the receiver got: the IDs it said yes to, sorted.
acknowledged() {
	jq -r 'select(.status < 300 and .method == "POST") | .id' "$WORK/log" | sort
}
