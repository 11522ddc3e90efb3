#!/bin/sh
# Clients of vitals-stream that nobody here wrote, whose connections are cut at random
# while 2,000 lines flow: they resume, and get each line once and in order.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/stream.sh
. "$TESTS/cli/stream.sh"
need_npm ws eventsource

# Debian's, which has the module, may not be the first in PATH.
for python in python3 /usr/bin/python3; do
	$python -c 'import websockets' 2>/dev/null && break
	python=
done
seed=${SEED:-7}
echo "# SEED=$seed"
for kind in ws eventsource python; do
	if [ $kind = python ] && [ -z "$python" ]; then
		skip 'python3-websockets resumes' 'no python3-websockets here'
		continue
	fi
	stream --queue 10000 --retry 0.05
	lines 1 500 | feed
	js stream-cuts.js $kind "$PORT" 2000 "$seed" "$python" >result 2>problems 8>&- &
	CLIENT=$!
	CLIENTS="$CLIENTS $CLIENT"
	wait_for eval 'fetch /metrics | grep -q "^vitals_stream_clients{.*} [1-9]"'
	lines 501 2000 | feed
	wait_for gone "$CLIENT"
	try "$kind" cat result problems
	is_status 0
	stdout_json '.lines == 2000 and .first == 1 and .inOrder and .sequences'
	stdout_json '.gaps == 0 and .cuts > 10'
	is_stderr ''
	finish >/dev/null 2>&1
	ok "$kind: the server ends"
done
done_testing
