#!/bin/sh
# Each system call in turn fails in vitals-hub: it never crashes, each Subscription whose
# creation was acknowledged is there at the next start, and each number of an event that
# was written still belongs to the same Observation.
. "$(dirname "$0")/../cli/tap.sh"
# shellcheck source=tests/fault/fault.sh
. "$TESTS/fault/fault.sh"
# shellcheck source=tests/cli/hub.sh
. "$TESTS/cli/hub.sh"
preload fault
subscription rest-hook http://127.0.0.1:9/a id-only >new
events 1 3 >all

# "SUBSCRIPTION NUMBER OBSERVATION" of each event in the notifications of stdin.
numbers() {
	jq -r '.. | objects | select(.resourceType == "SubscriptionStatus")
		| .subscription.reference as $s | .notificationEvent[]?
		| "\($s | sub(".*/"; "")) \(.eventNumber) \(.focus.reference | sub(".*/"; ""))"' |
		sort -u
}
accept() { # write a receipt for each message
	jq -c '{record: "receipt", id, endpoint, status: "delivered"}' out >&9
}
# Wait for a condition, or for the end of the hub.
await() { # COMMAND [ARG ...]
	wait_for await_either "$@" || echo "$trial_n: it waits forever for $*" >>why
}
await_either() {
	"$@" || gone "$SERVER"
}
serves() { # what vitals-post would see, with one Subscription
	ID=
	[ "$(send POST /Subscription new --max-time 100)" = 201 ] || return
	ID=$(answer .id)
	await has_lines 1 out
	accept
	await is_state "$ID" active
	feed <all
	await has_numbers 3
}
has_numbers() { # N: are so many events in messages?
	[ "$(jq -c '.payload | fromjson' out | numbers | wc -l)" -ge "$1" ]
}
trial() { # FUNCTION N
	rm -f receipts hub.db*
	mkfifo receipts
	exec 9<>receipts # so that receipts wait while there is no hub
	ID=
	if faulty "$@" vitals-hub -q -l 127.0.0.1:0 --port-file port -t 600 -s hub.db \
		-b http://hub.example -r receipts --stay; then
		serves
		kill -TERM "$SERVER" 2>/dev/null
	fi
	faulty_ends
	jq -c '.payload | fromjson' out | numbers >written
	[ -s hit ] || return 1

	hub -q -b http://hub.example --stay
	if [ -n "$ID" ]; then
		[ "$(status "/Subscription/$ID")" = 200 ] ||
			echo "$trial_n: acknowledged, and lost" >>why
		fetched=$(status "/Subscription/$ID/\$events?eventsSinceNumber=1")
		numbers <answer >kept
		comm -23 written kept | sed "s/^/$trial_n: $fetched: written, and not kept: /" >>why
		cut -d ' ' -f 2 kept | sort -n | awk -v at="$trial_n" '
			$1 != NR { print at ": number " NR " is missing"; exit }' >>why
	fi
	try 'the next start ends' finish TERM
	[ "$tap_status" -eq 0 ] || echo "$trial_n: the next start: $(head -n 1 .err)" >>why
	tap_name=
}
for f in malloc open write fsync close; do
	trials 'nothing acknowledged is lost' 4 2000 $f
done
done_testing
