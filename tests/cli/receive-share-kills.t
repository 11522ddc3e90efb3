#!/bin/sh
# Two receivers with --dedupe and state files are killed again and again, and Redis in
# between, while several senders send each event twice, through both: each is printed
# once.  SHARE_EVENTS is their number.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"
# shellcheck source=tests/cli/redis.sh
. "$TESTS/cli/redis.sh"
# shellcheck source=tests/cli/share.sh
. "$TESTS/cli/share.sh"

EVENTS=${SHARE_EVENTS:-600}
KILLS=20
STATE=yes
SEED=${SHARE_SEED:-1}
echo "# seed $SEED"

# Ports that the system does not give to clients while a receiver is down.
redis_start r
free_port $((10000 + $$ % 9000)) >listen.a
free_port $((20000 + $$ % 9000)) >listen.b
share a
share b

# Each event is sent by two of four senders, by one to a and by the other to b.
seq "$EVENTS" | sed 's/.*/{"id":"k&","n":&}/' >all
vitals-sign -q -k key -i id <all >messages
sed -n 'p;n' messages >odd
sed -n 'n;p' messages >even
part=$((EVENTS / 2 / KILLS))
SENDERS=
sender() { # NAME LINES RECEIVER
	mkfifo "feed.$1"
	vitals-post -q -k key -c 4 --max-attempts 1000 --retry-base 0.05 \
		--retry-cap 0.2 --breaker 0 "http://127.0.0.1:$(cat "listen.$3")/" \
		<"feed.$1" >"receipts.$1" 2>"post.$1" 7>&- &
	SENDERS="$SENDERS $!"
	# A part of the lines for each word that it reads.
	(
		exec 8>"feed.$1" 7>&-
		at=0
		while read -r word && [ "$word" = go ]; do
			sed -n "$((at + 1)),$((at + part))p" "$2" >&8
			at=$((at + part))
		done <"go.$1"
		sed -n "$((at + 1)),\$p" "$2" >&8
	) &
}
for s in 1 2 3 4; do
	mkfifo go.$s
done
sender 1 odd a
sender 2 odd b
sender 3 even b
sender 4 even a
exec 3>go.1 4>go.2 5>go.3 6>go.4

i=0
for ms in $(awk -v n=$KILLS -v seed="$SEED" \
	'BEGIN { srand(seed); while (n--) print int(rand() * 300) }'); do
	i=$((i + 1))
	for fd in 3 4 5 6; do
		echo go >&$fd
	done
	sleep "$(printf '0.%03d' "$ms")"
	victim=$([ $((i % 2)) = 0 ] && echo a || echo b)
	share_end KILL $victim
	if [ $((i % 7)) = 0 ]; then
		redis_kill r
		redis_again r
	fi
	share $victim
done
for fd in 3 4 5 6; do
	echo end >&$fd
done
for p in $SENDERS; do
	wait "$p"
	is 'a sender is done' $? 0
done
is 'all are delivered, twice' "$(jq -r .status receipts.* | sort | uniq -c | tr -s ' ')" \
	" $((2 * EVENTS)) delivered"
share_end TERM a
is 'the one receiver ends' $? 0
share_end TERM b
is 'the other one ends' $? 0
sort all >want
sort out.a out.b >got
if cmp -s want got; then ok "after $KILLS kills, each event is printed once"; else
	comm -3 want got >differ
	not_ok "after $KILLS kills, each event is printed once" differ err.a err.b
fi
[ -s out.a ] && [ -s out.b ]
ok 'both receivers have printed'
done_testing
