# shellcheck shell=sh
# receive.sh: what the tests of vitals-receive share, a receiver in the background and
# requests for it.  Sourced after tap.sh.
# shellcheck source=tests/cli/server.sh
. "$TESTS/cli/server.sh"

vitals-sign -q --new-key key
vitals-sign -q --new-key other

receive() { # [OPTION ...]: start a receiver that accepts key, and prints to out
	: >out
	receive_to out "$@"
}
# Start a receiver that appends to FILE.  LISTEN is its address, if it is set.
receive_to() { # FILE [OPTION ...]
	receive_f=$1
	shift
	rm -f port
	vitals-receive -k key -l "${LISTEN-127.0.0.1:0}" --port-file port -t 1200 "$@" \
		>>"$receive_f" 2>err </dev/null 7>&- &
	SERVER=$!
	listening "$*"
}
stop() { # [SIGNAL]: end the receiver; its status
	kill -s "${1-TERM}" "$SERVER"
	wait "$SERVER" 2>/dev/null
	stop_status=$?
	SERVER=
	return $stop_status
}
# End the receiver, and give its status, stdout and stderr.  With "none" it exits by
# itself, unless what it waits for failed.
finish() { # [SIGNAL]
	if [ "${1-TERM}" != none ] || ! wait_for gone "$SERVER"; then
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
# Reload, and wait until what is said of it has come so often.
hup() { # N PATTERN
	kill -HUP "$SERVER"
	wait_for said "$1" "$2"
}
said() { # N PATTERN: has err so many lines of that kind?
	[ "$(grep -c -e "$2" err)" -ge "$1" ]
}

message() { # PAYLOAD [OPTION of vitals-sign ...]: a signed message, into m
	message_p=$1
	shift
	printf '%s\n' "$message_p" | vitals-sign -q -k key "$@" >m
}
message_as() { # FILE PAYLOAD: a message with the ID of PAYLOAD, into FILE, too
	message_f=$1
	shift
	message "$@" -i id
	cp m "$message_f"
}
hmac() { # what openssl makes of stdin with key, in base64
	openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(sed 's/^whsec_//' key |
		base64 -d | od -An -v -tx1 | tr -d ' \n')" -binary | base64
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

# A sender that retries until it gets a 2xx, and a receiver that is killed again
# and again at any moment.  START starts it with receive or receive_to, KILLED is
# called after each kill.  Leaves the last receiver running, what was sent in "sent", and
# sorted in "want".
deliver_through_kills() { # EVENTS KILLS SEED START KILLED
	kills_n=$1 kills_k=$2 kills_seed=$3 kills_start=$4 kills_ended=$5
	kills_part=$((kills_n / kills_k)) kills_i=0
	while [ $kills_i -lt "$kills_n" ]; do
		kills_i=$((kills_i + 1))
		echo "{\"id\":\"k$kills_i\",\"n\":$kills_i}"
	done | vitals-sign -q -k key -i id >messages
	jq -r .payload messages >sent
	sort sent >want
	LISTEN=127.0.0.1:$(free_port)
	"$kills_start"
	rm -f feed
	mkfifo feed
	vitals-post -q -k key -c 4 --max-attempts 1000 --retry-base 0.05 \
		--retry-cap 0.2 --breaker 0 "$URL/" <feed >receipts 2>post.err &
	kills_poster=$!
	exec 7>feed
	kills_i=0
	for kills_ms in $(awk -v n="$kills_k" -v seed="$kills_seed" \
		'BEGIN { srand(seed); while (n--) print int(rand() * 250) }'); do
		sed -n "$((kills_i * kills_part + 1)),$(((kills_i + 1) * kills_part))p" \
			messages >&7
		kills_i=$((kills_i + 1))
		sleep "$(printf '0.%03d' "$kills_ms")"
		stop KILL
		"$kills_ended"
		"$kills_start"
	done
	exec 7>&-
	unset LISTEN
	wait $kills_poster
	is 'crashes: the sender is done' $? 0
	is 'crashes: all are delivered' \
		"$(jq -r .status receipts | sort | uniq -c | tr -s ' ')" \
		" $kills_n delivered"
}
