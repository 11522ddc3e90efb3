#!/bin/sh
# 10,000 lines through a proxy that cuts the connection 100 times at random: all
# arrive, in order, once, as they are; for each transport, and for all of them as
# they come.
. "$(dirname "$0")/lib.sh"
. "$INTEROP/listen.sh"
need_npm ws
need_command jq curl

seed=${SEED:-7}
echo "# SEED=$seed"
for way in websocket sse poll auto; do
	stream_start
	# The first of it as history, the rest while the connection breaks.
	control 'lines=4000&size=250'
	cut_start 100 30000 "$seed"
	: >cut-log
	control 'lines=6000&size=250&every=10'
	try "all lines: $way" timeout 800 vitals-listen -q -t $way -a earliest -n 10000 \
		--retry-base 0.005 --retry-cap 0.02 "$CUT_URL/"
	is_status 0
	stdout_lines 10000
	is_stderr ''
	in_order .out 10000
	ok "in order, once: $way"
	[ "$(wc -l <cut-log)" -eq 100 ]
	ok "cut 100 times: $way"
	curl -s "$URL/poll?after=0&wait=0" | sed '1d; s/^{"record":"line","sequence":[0-9]*,"line"://; s/}$//' >want
	head -n "$(wc -l <want)" .out | cmp -s - want
	ok "byte for byte: $way"
	cut_stop
	stream_stop
done

# Ended and started again, with what it has done in a file.
stream_start
control 'lines=3000&size=250'
cut_start 100 30000 "$seed"
: >parts
control 'lines=7000&size=250&every=10'
printf 'earliest' >from
while ! has_lines 10000 parts; do
	timeout 120 vitals-listen -q --state state -a earliest -n 500 \
		--retry-base 0.005 --retry-cap 0.02 "$CUT_URL/" >>parts || break
done
in_order parts 10000
ok 'over 20 runs with a state file'
cut_stop
stream_stop
done_testing
