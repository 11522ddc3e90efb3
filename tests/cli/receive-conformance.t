#!/bin/sh
# The scenarios of a conformance suite for receivers of webhooks,
# webhook-receiver-conformance 0.1.0, by their names there: once in memory and once
# with a state file.  Each check compares the answers, and then what was printed.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"

# Each scenario has an event of its own: "event" makes it, "seen" counts its lines.
event() { # ID [OPTION of vitals-sign ...]
	event_id=$1
	shift
	message "{\"id\":\"$event_id\",\"canary\":\"canary-of-a-payload\"}" -i id "$@"
}
seen() { # ID
	grep -c "\"id\":\"$1\"" out
}
printed() { # ID
	[ "$(seen "$1")" -gt 0 ]
}
answers() { # ID ANSWER ...: they, and how often ID was printed
	answers_id=$1
	shift
	wait_for printed "$answers_id"
	echo "$*, $(seen "$answers_id")"
}
refused() { # ID ANSWER ...: the same; another event is accepted and printed after it
	refused_id=$1
	shift
	event "after-$refused_id"
	post m >/dev/null
	wait_for printed "after-$refused_id"
	echo "$*, $(seen "$refused_id")"
}
request() { # what curl would send, of the message in m
	request_body=$(jq -r .payload m)
	printf 'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
	jq -j '"webhook-id: \(.id)\r\nwebhook-timestamp: \(.timestamp)\r\n",
		"webhook-signature: \(.signature)\r\n"' m
	printf 'Content-Length: %s\r\n\r\n%s' "${#request_body}" "$request_body"
}
start() { # the receiver of this round, appending to out as before
	# shellcheck disable=SC2086 # an option and its value, or nothing
	receive_to out --audit audit --metrics /metrics $state
	cat err >>said
}
again() { # the same, when it has ended
	cat err >>said
	start
}

for state in '' '--state seen.db'; do
	in=" in ${state:-memory}"
	rm -f seen.db* out audit said
	: >out
	start

	event single
	is "single-valid-delivery$in" "$(answers single "$(post m)")" '202, 1'

	event sequential
	is "sequential-duplicate$in" \
		"$(answers sequential "$(post m)" "$(post m)")" '202 200, 1'

	# All at the same time: the receiver is stopped until both have been sent.
	event concurrent
	kill -STOP "$SERVER"
	for i in 1 2; do
		request | bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1"; cat >&3; : >"sent$2"
			head -n 1 <&3 >"answer$2"' both "$PORT" $i &
		eval "copy$i=$!"
	done
	wait_for test -e sent1 -a -e sent2
	kill -CONT "$SERVER"
	# shellcheck disable=SC2154 # set by eval
	wait "$copy1" "$copy2"
	is "concurrent-duplicate$in" "$(answers concurrent \
		"$(cut -d ' ' -f 2 answer1 answer2 | sort | tr '\n' ' ')")" '200 202 , 1'
	rm -f sent1 sent2

	event prerequisite
	cp m first
	event dependent
	is "dependency-order-reversal$in" \
		"$(answers dependent "$(post m)"), $(answers prerequisite "$(post first)")" \
		'202, 1, 202, 1'

	event timeout
	kill -STOP "$SERVER"
	first=$(post m --max-time 5)
	kill -CONT "$SERVER"
	wait_for printed timeout
	is "timeout-then-retry$in" "$(answers timeout "$first" "$(post m)")" '000 200, 1'

	event connection
	stop
	first=$(URL=http://127.0.0.1:1 post m) # nobody listens there
	again
	is "connection-failure-then-retry$in" \
		"$(answers connection "$first" "$(post m)")" '000 202, 1'

	event missing
	is "missing-signature$in" "$(refused missing "$(H_SIGNATURE='' post m)")" '400, 0'

	event malformed
	is "malformed-signature$in" "$(refused malformed "$(H_SIGNATURE=v1 post m)" \
		"$(H_SIGNATURE='v1,%%%' post m)" "$(H_SIGNATURE=v1,AAAA post m)")" \
		'400 400 400, 0'

	printf '{"id":"wrong"}\n' | vitals-sign -q -k other -i id >m
	is "wrong-key-signature$in" "$(refused wrong "$(post m)")" '401, 0'

	event stale --at $(($(date +%s) - 302))
	first=$(post m)
	event fresh --at $(($(date +%s) - 200))
	is "stale-timestamp$in" \
		"$(answers fresh "$(post m)"), $(refused stale "$first")" '202, 1, 401, 0'

	# One byte of the body, the same JSON in another writing, and the ID.
	event altered
	is "alter-after-signing$in" "$(refused altered \
		"$(BODY=$(jq -r .payload m | tr y z) post m)" \
		"$(BODY=$(jq -r .payload m | sed 's/,/, /') post m)" \
		"$(H_ID=altered2 post m)")" '401 401 401, 0'

	event body
	now=$(date +%s)
	for text in '{"id":"body"' '{"id":"body","id":"body"}' '["body"]'; do
		H_ID=b-$now H_TIME=$now BODY=$text H_SIGNATURE=v1,$(printf '%s.%s.%s' \
			"b-$now" "$now" "$text" | hmac) post m
	done >codes
	H_TYPE=text/plain post m >>codes
	H_TYPE='' post m >>codes
	is "malformed-body-and-content-type$in" \
		"$(refused body "$(tr '\n' ' ' <codes)")" '400 400 400 415 415 , 0'

	event restart
	first=$(post m)
	stop
	again
	is "receiver-restart-between-attempts$in" \
		"$(answers restart "$first" "$(post m)")" \
		"202 $([ -n "$state" ] && echo 200, 1 || echo 202, 2)"

	# The sender is killed when it has sent everything, before it can read an answer.
	event sender
	kill -STOP "$SERVER"
	request | bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1"; cat >&3; kill -9 $$' dies "$PORT" \
		2>/dev/null
	kill -CONT "$SERVER"
	wait_for printed sender
	is "harness-crash-after-send$in" "$(answers sender "$(post m)")" '200, 1'

	# The receiver is killed between its steps: it has printed and answered, and has
	# not noted yet what it printed.  Without a state file nothing remembers that.
	event partial
	first=$(post m)
	wait_for printed partial
	stop KILL
	again
	is "partial-processing-reference-hook, printed$in" \
		"$(answers partial "$first" "$(post m)")" \
		"202 $([ -n "$state" ] && echo 200, 1 || echo 202, 2)"
	# It has answered, and cannot print, because nobody reads the pipe.
	if [ -n "$state" ]; then
		stop
		rm -f pipe
		mkfifo pipe
		exec 4<>pipe
		head -c 60000 /dev/zero >&4
		# shellcheck disable=SC2086 # an option and its value
		receive_to pipe --audit audit $state 4>&-
		event unprinted
		i=0
		while [ $i -lt 60 ]; do
			i=$((i + 1))
			printf '{"id":"fill%s","x":"%s"}\n' $i "$(head -c 2000 /dev/zero | tr '\0' x)"
		done | vitals-post -q -k key "$URL/" >receipts
		first=$(post m)
		stop KILL
		exec 4>&-
		again
		is "partial-processing-reference-hook, not printed$in" \
			"$(answers unprinted "$first" "$(post m)")" '202 200, 1'
	fi

	# Neither payloads nor the key nor signatures are in anything but the output.
	curl -s "$URL/metrics" >metrics
	stop
	cat err >>said
	jq -r .signature m | cut -d , -f 2 >canaries
	sed 's/^whsec_//' key >>canaries
	echo canary-of-a-payload >>canaries
	if [ -s said ] && [ -s audit ] && [ -s metrics ]; then
		is "redaction-canary$in" \
			"$(grep -c -F -f canaries out && grep -F -f canaries said audit metrics answer)" \
			"$(grep -c canary-of out)"
	else
		not_ok "redaction-canary$in: something was written"
	fi
done
done_testing
