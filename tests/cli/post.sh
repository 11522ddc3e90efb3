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

# Ask a name server that does not answer only once, so that failures are quick.
RES_OPTIONS='timeout:1 attempts:1'
export RES_OPTIONS

# Start tests/servers/hook.js with the certificate and so on as arguments:
# sets PORT; the requests are logged in $WORK/log.
hook() {
	rm -f "$WORK/port"
	: >>"$WORK/log"
	: >>"$WORK/log.began"
	node "$TESTS/servers/hook.js" "$WORK/port" "$WORK/log" 3600 "$@" \
		>"$WORK/hook.out" 2>&1 &
	HOOKS="$HOOKS $!"
	wait_for [ -s "$WORK/port" ] || {
		not_ok 'the receiver of the tests starts' "$WORK/hook.out"
		done_testing
	}
	# shellcheck disable=SC2034 # for the tests
	PORT=$(cat "$WORK/port")
}
# The same with tests/servers/raw.js: sets RAW.
raw() {
	rm -f "$WORK/raw.port"
	node "$TESTS/servers/raw.js" "$WORK/raw.port" "$WORK/raw.log" 3600 \
		>"$WORK/raw.out" 2>&1 &
	HOOKS="$HOOKS $!"
	wait_for [ -s "$WORK/raw.port" ] || {
		not_ok 'the raw receiver of the tests starts' "$WORK/raw.out"
		done_testing
	}
	# shellcheck disable=SC2034 # for the tests
	RAW=$(cat "$WORK/raw.port")
}
# The same with tests/servers/smtp.js, whose log is mail.log: sets MAIL.
mail_server() { # [CERT KEY [tls]]
	rm -f "$WORK/mail.port"
	: >>"$WORK/mail.log"
	node "$TESTS/servers/smtp.js" "$WORK/mail.port" "$WORK/mail.log" 3600 "$@" \
		>"$WORK/mail.out" 2>&1 &
	HOOKS="$HOOKS $!"
	wait_for [ -s "$WORK/mail.port" ] || {
		not_ok 'the mail server of the tests starts' "$WORK/mail.out"
		done_testing
	}
	# shellcheck disable=SC2034 # for the tests
	MAIL=$(cat "$WORK/mail.port")
}
# Empty the log.
new_log() {
	: >"$WORK/log"
	: >"$WORK/log.began"
}
# Wait until N requests have arrived, or the one with ID.
came() { # N|ID
	case $1 in
	*[!0-9]*) wait_for grep -qFx "$1" "$WORK/log.began" ;;
	*) wait_for has_lines "$1" "$WORK/log.began" ;;
	esac
}

# N events: IDs e-1 to e-N, ten sessions.
events() {
	awk -v n="$1" 'BEGIN { for (i = 1; i <= n; i++)
		printf "{\"schemaVersion\":\"1.0\",\"id\":\"e-%d\",\"type\":\"vitals.sample\",\"time\":\"2020-11-23T06:33:30.120Z\",\"session\":{\"id\":\"s-%d\"},\"seq\":%d}\n", i, i % 10, i }'
}

# The IDs that the receiver acknowledged, sorted.
acknowledged() {
	jq -r 'select(.status < 300 and .method == "POST") | .id' "$WORK/log" | sort
}
