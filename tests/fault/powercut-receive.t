#!/bin/sh
# The power fails repeatedly under vitals-receive: the files have only what was synced,
# and every payload that was answered with 2xx is there.
. "$(dirname "$0")/../cli/tap.sh"
# shellcheck source=tests/fault/fault.sh
. "$TESTS/fault/fault.sh"
preload powercut
VITALS_DISK=$WORK/disk
export VITALS_DISK
mkdir disk
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"

cuts=5
each=6
i=0
while [ $i -lt $((cuts * each)) ]; do
	i=$((i + 1))
	echo "{\"id\":\"p$i\",\"n\":$i}"
done | vitals-sign -q -k key -i id >messages

start() { # [OPTION ...]: the receiver, appending as the man page does
	rm -f port
	LD_PRELOAD=$WORK/powercut.so vitals-receive -q -k key -l 127.0.0.1:0 \
		--port-file port -t 1200 --tolerance 86400 "$@" >>out 2>err &
	SERVER=$!
	listening "$*"
}
cut_power() {
	kill -9 "$SERVER"
	wait "$SERVER" 2>/dev/null
	for f in out state.db state.db-wal; do
		rm -f "$f" "disk/$f.new"
		[ ! -e "disk/$f" ] || mv "disk/$f" "$f"
	done
}
# Requests are sent one by one; the power fails while the next one is in transit.
events() { # FROM TO
	sed -n "$1,$2p" messages | while read -r line; do
		printf '%s\n' "$line" >m
		case $(post m) in
		200 | 202) jq -r .payload m >>taken ;;
		*) return ;;
		esac
	done
}
some_taken() { # of this start, are the first ones acknowledged?
	[ "$(wc -l <taken)" -ge $((before + some)) ]
}
for state in '' '--state state.db'; do
	rm -rf out state.db* disk
	mkdir disk
	: >taken
	n=1
	for some in $(awk -v n=$cuts -v e=$each 'BEGIN { srand(3); while (n--) print 1 + int(rand() * (e - 1)) }'); do
		# shellcheck disable=SC2086 # an option and its value, or nothing
		start $state
		before=$(wc -l <taken)
		events $n $((n + each - 1)) &
		sender=$!
		wait_for some_taken
		cut_power
		wait $sender
		n=$((n + each))
		# The result after the power failure is synced before the next start.
		for f in out state.db state.db-wal; do
			[ ! -e $f ] || cp $f disk/$f
		done
	done
	if [ -n "$state" ]; then
		start --state state.db
		printed() {
			sort -u out | grep -Fxf taken | sort >there
			sort -u taken | cmp -s - there
		}
		wait_for printed
		kill -TERM "$SERVER"
		wait "$SERVER"
		SERVER=
	fi
	: >>out
	sort -u out >printed
	grep -vFxf printed taken >lost
	[ -s taken ] && [ ! -s lost ]
	ok "$cuts cuts $state: all of $(wc -l <taken) acknowledged events are there"
	jq -r .payload messages | sort -u >sent
	[ "$(grep -cvFxf sent out)" = 0 ]
	ok "$cuts cuts $state: each line is a whole one"
done
done_testing
