# shellcheck shell=sh
# receive.sh: what the tests of vitals-receive share, a receiver in the background and
# requests for it.  Sourced after tap.sh.

command -v curl >/dev/null || skip_all 'no curl here'

umask 077
vitals-sign -q --new-key key
vitals-sign -q --new-key other
SERVER=

receive() { # [OPTION ...]: start a receiver that accepts key
	rm -f port
	vitals-receive -k key -l 127.0.0.1:0 --port-file port -t 1200 "$@" \
		>out 2>err </dev/null &
	SERVER=$!
	listening "$*"
}
listening() { # WHAT: wait until SERVER has written its port
	if ! wait_for server_ready || [ ! -s port ]; then
		not_ok "the receiver starts: $1" err
		done_testing
	fi
	PORT=$(cat port)
	URL=http://127.0.0.1:$PORT
}
server_ready() {
	[ -s port ] || ! kill -0 "$SERVER"
}
gone() {
	! kill -0 "$SERVER" || grep -q '^State:.Z' "/proc/$SERVER/status"
}
# End the receiver, and give its status, stdout and stderr.  With "none" it exits by
# itself, unless what it waits for failed.
finish() { # [SIGNAL]
	if [ "${1-TERM}" != none ] || ! wait_for gone; then
		[ "${1-TERM}" != none ] || set -- KILL
		kill -s "${1-TERM}" "$SERVER"
	fi
	wait "$SERVER"
	finish_status=$?
	SERVER=
	cat out
	sed -E 's/127\.0\.0\.1:[0-9]+/CLIENT/' err >&2
	return $finish_status
}
trap '[ -z "$SERVER" ] || kill -9 "$SERVER"; cd /; rm -rf "$WORK"' EXIT

message() { # PAYLOAD [OPTION of vitals-sign ...]: a signed message, into m
	message_p=$1
	shift
	printf '%s\n' "$message_p" | vitals-sign -q -k key "$@" >m
}
# Send the message in file $1, with more arguments for curl, and print the status.
# H_ID and so on replace a header or the body.
post() {
	post_m=$1
	shift
	jq -j .payload "$post_m" >body
	[ -z "${BODY+x}" ] || printf '%s' "$BODY" >body
	curl -s -o answer -w '%{http_code}\n' --max-time 300 \
		-H "webhook-id: ${H_ID-$(jq -r .id "$post_m")}" \
		-H "webhook-timestamp: ${H_TIME-$(jq -r .timestamp "$post_m")}" \
		-H "webhook-signature: ${H_SIGNATURE-$(jq -r .signature "$post_m")}" \
		-H "Content-Type: ${H_TYPE-$(jq -r .contentType "$post_m")}" \
		--data-binary @body "$@" "$URL${URL_PATH-/}"
}
raw() { # SECONDS: send stdin as it is, print what comes back until the end
	timeout "$1" bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1"; cat >&3; cat <&3' \
		raw "$PORT"
}
first_line() { # of an answer that raw prints, without its CR
	head -n 1 | tr -d '\r'
}
