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
	trial_n="$1 $2"
	rm -f hit port in receipts hub.db*
	mkfifo in receipts
	exec 9<>receipts # so that receipts wait while there is no hub
	LD_PRELOAD=$WORK/fault.so VITALS_FAULT=$1 VITALS_FAULT_AT=$2 VITALS_FAULT_LOG=hit \
		vitals-hub -q -l 127.0.0.1:0 --port-file port -t 600 -s hub.db \
		-b http://hub.example -r receipts --stay <in >out 2>err &
	SERVER=$!
	exec 8>in
	wait_for server_ready
	ID=
	if [ -s port ]; then
		URL=http://127.0.0.1:$(cat port)
		serves
		kill -TERM "$SERVER" 2>/dev/null
	fi
	exec 8>&-
	wait "$SERVER"
	trial_s=$?
	SERVER=
	case $trial_s in
	0) ;;
	# It was already exiting, and no longer handled signals.
	3 | 143) [ -s err ] || echo "$trial_n: status $trial_s without a word" >>why ;;
	*) echo "$trial_n: status $trial_s: $(head -n 1 err)" >>why ;;
	esac
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
	: >why
	n=1 runs=0
	while [ $n -lt 2000 ] && trial $f $n; do
		runs=$((runs + 1))
		n=$((n + 1 + n / 4))
	done
	if [ -s why ]; then
		not_ok "$f fails: nothing acknowledged is lost" why
	else
		[ $runs -gt 0 ]
		ok "$f fails: nothing acknowledged is lost ($runs trials)"
	fi
done
done_testing
