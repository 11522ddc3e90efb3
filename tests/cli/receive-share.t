#!/bin/sh
# vitals-receive --dedupe: several receivers print each event once.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"
# shellcheck source=tests/cli/redis.sh
. "$TESTS/cli/redis.sh"

# shellcheck source=tests/cli/share.sh
. "$TESTS/cli/share.sh"

at() { # NAME COMMAND [ARG ...]: with URL of the receiver
	URL=http://127.0.0.1:$(cat "port.$1")
	shift
	"$@"
}
health() { # NAME: status and text
	curl -s -w '%{http_code} ' "http://127.0.0.1:$(cat "port.$1")/healthz"
}
is_well() { # NAME
	[ "$(health "$1")" = 'ok
200 ' ]
}
is_away() { # NAME
	[ "$(health "$1")" = 'Redis cannot be reached
503 ' ]
}
metric() { # NAME METRIC
	curl -s "http://127.0.0.1:$(cat "port.$1")/metrics" | sed -n "s/^vitals_receive_$2 //p"
}

redis_start r
message_as one '{"id":"k1","n":1}'
message_as other '{"id":"k1","n":2}'
message_as two '{"id":"k2","n":1}'
message_as three '{"id":"k3","n":1}'
message_as four '{"id":"k4","n":1}'
batch() { # ID BODY: its status, signed
	printf '{"batch":"%s"}\n' "$1" | vitals-sign -q -k key -i batch >m
	H_TYPE=application/cloudevents-batch+json H_TIME=$(date +%s) H_ID=$1 BODY=$2
	H_SIGNATURE=v1,$(printf '%s.%s.%s' "$1" "$H_TIME" "$2" | hmac)
	post m
	unset H_TYPE H_TIME H_ID BODY H_SIGNATURE
}
event() { # ID DATA
	printf '{"specversion":"1.0","id":"%s","source":"/s","type":"t","data":%s}' "$1" "$2"
}

for STATE in '' yes; do
	how="with${STATE:+ state files}${STATE:-out}"
	redis_cli r flushall >/dev/null
	rm -f out.* err.*
	free_port $((10000 + $$ % 9000)) >listen.a
	free_port $((20000 + $$ % 9000)) >listen.b
	share a
	share b
	is "$how: a new event" "$(at a post one)" 202
	is "$how: again at the other receiver" "$(at b post one)" 200
	is "$how: again at the first" "$(at a post one)" 200
	is "$how: its ID with another body, at the other" "$(at b post other)" 409
	is "$how: why" "$(cat answer)" 'the ID k1 was accepted with another body'
	is "$how: at the first" "$(at a post other)" 409
	is "$how: one at the other receiver" "$(at b post two)" 202
	is "$how: again at the first one" "$(at a post two)" 200
	if command -v openssl >/dev/null; then
		is "$how: a batch" "$(at a batch b1 "[$(event 1 1),$(event 2 1)]")" 202
		is "$how: a batch with one of them changed" \
			"$(at b batch b2 "[$(event 3 1),$(event 2 2),$(event 4 1)]")" 409
		is "$how: none of it was accepted" \
			"$(at a batch b3 "[$(event 3 1),$(event 2 1),$(event 4 1)]")" 202
		is "$how: a batch that contradicts itself" \
			"$(at b batch b4 "[$(event 9 1),$(event 9 2)]")" 409
		is "$how: a batch with a copy in itself" \
			"$(at b batch b5 "[$(event 5 1),$(event 5 1)]")" 202
		is "$how: it is known" "$(at a batch b6 "[$(event 5 1)]")" 200
		for i in 1 2 3 4 5; do
			event $i 1
			echo
		done >events
	else
		: >events
	fi
	is "$how: how long IDs stay" "$(redis_cli r pttl '{ward}:got:k1' |
		awk '{ print ($1 > 604700000 && $1 <= 604800000) }')" 1

	# A receiver that was killed before it printed.
	redis_cli r set '{ward}:got:k3' "held:$(printf '%032d' 0):x.a1" px 60000 >/dev/null
	is "$how: an event that another receiver holds" "$(at a post three -D heads)" 503
	is "$how: why" "$(cat answer)" 'another receiver has it, or had: try again'
	is "$how: when to try again" "$(tr -d '\r' <heads | grep -i '^retry-after')" \
		'Retry-After: 1'
	is "$how: the one that holds it" "$(redis_cli r get '{ward}:got:k3')" \
		"held:$(printf '%032d' 0):x.a1"
	redis_cli r del '{ward}:got:k3' >/dev/null
	is "$how: after its claim has expired" "$(at a post three)" 202
	redis_cli r set '{ward}:got:k4' foreign >/dev/null
	is "$how: a key that is not of a receiver" "$(at a post four)" 503
	is "$how: it is reported" "$(grep -c 'got:k4 is foreign' err.a)" 1
	redis_cli r del '{ward}:got:k4' >/dev/null
	wait_for is_well a
	is "$how: without it" "$(at a post four | tr 2 0)" 000

	# Redis is away.
	redis_kill r
	wait_for is_away a
	is "$how: Redis is away: health" "$(health a)" 'Redis cannot be reached
503 '
	is "$how: Redis is away: metrics" "$(metric a redis_up) $(metric a ready)" '0 0'
	message_as five '{"id":"k5","n":1}'
	is "$how: Redis is away: an event" "$(at a post five -D heads)" 503
	is "$how: Redis is away: when to try again" \
		"$(tr -d '\r' <heads | grep -i '^retry-after')" 'Retry-After: 1'
	redis_again r
	wait_for is_well a
	wait_for is_well b
	is "$how: Redis is back" "$(at a post five) $(at b post five)" '202 200'
	is "$how: Redis is back: metrics" \
		"$(metric a redis_up) $(metric a ready) $(metric a undecided_requests)" '1 1 0'

	# Redis is there and says nothing: what was asked is answered later.
	message_as six '{"id":"k6","n":1}'
	redis_pause r
	is "$how: Redis does not answer" "$(at a post six)" 503
	if [ -n "$STATE" ]; then
		share_end KILL a
	fi
	redis_continue r
	if [ -n "$STATE" ]; then
		wait_for is_well b
		six=$(at b post six)
		is "$how: the other receiver answers" "$six" "$(printf %s "$six" | grep '^20[02]$')"
		share a
		wait_for is_well a
	fi
	wait_for is_well a
	is "$how: in the end" "$(at a post six | tr 2 0)" 000
	is "$how: and known" "$(at b post six)" 200

	share_end TERM a
	is "$how: a ends" $? 0
	share_end TERM b
	is "$how: b ends" $? 0
	{
		printf '{"id":"k%s","n":1}\n' 1 2 3 4 5 6
		cat events
	} | sort >want
	sort out.a out.b >got
	if cmp -s want got; then ok "$how: each line once"; else
		not_ok "$how: each line once" want got err.a err.b
	fi
done
done_testing
