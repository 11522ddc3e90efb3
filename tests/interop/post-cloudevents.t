#!/bin/sh
# npm's cloudevents reads what vitals-post sends: one by one, in batches, and in binary
# mode.
. "$(dirname "$0")/lib.sh"
need_npm cloudevents
need_command jq
. "$TESTS/cli/post.sh"
hook
base=http://127.0.0.1:$PORT
for i in 1 2 3 4 5; do
	echo '{"specversion":"1.0","id":"c-'$i'","source":"/s","type":"t","time":"2026-11-23T06:33:30.120Z","data":{"v":72.4310}}'
done >in
for how in '' '--batch 2' '--batch 100' '--cloudevents binary'; do
	: >log
	# shellcheck disable=SC2086
	try "deliver $how" vitals-post -q -c 1 $how "$base/ok" <in
	is_status 0
	stdout_lines 5
	is_stderr ''
	try "they read it $how" js post-cloudevents.js log
	is_status 0
	is_stdout "$(jq -r .id in)"
	is_stderr ''
done
done_testing
