# shellcheck shell=sh
# hub.sh: what the tests of vitals-hub source after tap.sh: a hub in the background whose
# input is descriptor 8, whose receipts are a FIFO, and whose messages are in out.
# shellcheck source=tests/cli/server.sh
. "$TESTS/cli/server.sh"

GUIDE=http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition
TOPIC=urn:vitals:fhir:SubscriptionTopic:vital-signs

hub() { # [OPTION ...]: start a hub with the state hub.db
	: >out
	hub_again "$@"
}
# The same, and what it writes is appended to out.  LISTEN is its address, if set.
hub_again() { # [OPTION ...]
	[ -p receipts ] || mkfifo receipts
	serve vitals-hub -l "${LISTEN-127.0.0.1:0}" --port-file port -t 1200 \
		-s hub.db -r receipts "$@"
}
finish() { # [SIGNAL]
	end_server "$@"
}
# A request: its status is the output; head and answer have the rest.
status() { # PATH [ARG of curl ...]
	status_p=$1
	shift
	curl -s --max-time 120 -D head -o answer -w '%{http_code}' "$URL$status_p" \
		${TOKEN:+-H "Authorization: Bearer $TOKEN"} "$@"
}
send() { # METHOD PATH FILE [ARG of curl ...]: likewise, with a resource
	send_m=$1 send_p=$2 send_f=$3
	shift 3
	status "$send_p" -X "$send_m" -H 'Content-Type: application/fhir+json' \
		--data-binary "@$send_f" "$@"
}
answer() { # JQ-FILTER: of the answer
	jq -r "$1" answer
}
# An OperationOutcome with this code and text?
outcome() { # NAME STATUS WANT-STATUS CODE TEXT
	is "$1" "$2 $(answer '"\(.resourceType) \(.issue[0].severity) \(.issue[0].code) \(.issue[0].diagnostics)"')" \
		"$3 OperationOutcome error $4 $5"
}
# A Subscription: CHANNEL-JSON is merged into the channel, and JQ changes all of it.
subscription() { # TYPE ENDPOINT CONTENT [JQ]
	jq -nc --arg type "$1" --arg endpoint "$2" --arg content "$3" \
		--arg guide "$GUIDE" --arg topic "$TOPIC" '
	{resourceType: "Subscription", status: "requested", reason: "a test", criteria: $topic,
	 channel: {type: $type, endpoint: $endpoint, payload: "application/fhir+json",
	  _payload: {extension: [{url: "\($guide)/backport-payload-content", valueCode: $content}]}}}
	| if $endpoint == "" then del(.channel.endpoint) else . end | '"${4-.}"
}
filter() { # CRITERIA: as JQ, for subscription
	printf '._criteria = {extension: [{url: "%s/backport-filter-criteria", valueString: "%s"}]}' "$GUIDE" "$1"
}
heartbeat() { # SECONDS: as JQ
	printf '.channel.extension = [{url: "%s/backport-heartbeat-period", valueUnsignedInt: %s}]' "$GUIDE" "$1"
}
create() { # as subscription: create it; its id is in ID
	subscription "$@" >new
	create_s=$(send POST /Subscription new)
	if [ "$create_s" != 201 ]; then
		not_ok "a Subscription is created: $create_s" answer
		done_testing
	fi
	# shellcheck disable=SC2034 # for the tests
	ID=$(answer .id)
}
state_of() { # ID
	curl -s --max-time 120 "$URL/Subscription/$1" \
		${TOKEN:+-H "Authorization: Bearer $TOKEN"} | jq -r .status
}
is_state() { # ID STATE
	[ "$(state_of "$1")" = "$2" ]
}
# Events: measurements with a heart rate of N /min and a breathing rate of 15 /min.
events() { # FROM TO
	seq "$1" "$2" | jq -c '{schemaVersion: "1.0", id: "e-\(.)",
		type: "vitals.measurement.completed", time: "2026-11-23T06:33:30.120Z",
		session: {id: "s-1", subject: "anon-1", startTime: "2026-11-23T06:33:00Z", durationSeconds: 30},
		readings: [{vital: "heartRate", value: ., unit: "/min", confidence: 0.9},
			{vital: "respiratoryRate", value: 15, unit: "/min", confidence: 0.9}]}'
}
messages() { # N: wait until so many messages are written
	wait_for has_lines "$1" out
}
message() { # N JQ-FILTER: of the payload of message N
	sed -n "$1p" out | jq -r ".payload | fromjson | $2"
}
receipt() { # N STATUS [ERROR]: of message N, to the hub
	sed -n "$1p" out | jq -c --arg s "$2" --arg e "${3-}" \
		'{record: "receipt", id, endpoint, status: $s, attempts: 1, error: (if $e == "" then null else $e end)}' >receipts
}
