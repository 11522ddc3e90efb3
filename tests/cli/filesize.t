#!/bin/sh
# At the limit of a file's size a write fails; the signal for it does not end the tool.
. "$(dirname "$0")/tap.sh"
umask 077
vitals-sign -q --new-key key
i=0
while [ $i -lt 200 ]; do
	i=$((i + 1))
	echo '{"record":"sample","source":"a","seq":'$i',"readings":[]}'
done >samples
vitals-event --session s samples >events
vitals-sign -q -k key events >messages

small() { # COMMAND [ARG ...]: into a file of at most 512 bytes
	(ulimit -f 1 && exec "$@" >full)
}
for run in 'event --session s samples' 'sign -q -k key events' \
	'verify -k key messages' 'synth -q -d 1 --size 160x120 -f nut -'; do
	# shellcheck disable=SC2086 # words
	try "vitals-$run" small vitals-$run
	is_status 3
	is_stdout ''
	stderr_has "^vitals-${run%% *}: .*: File too large$"
	[ "$(wc -l <.err)" -eq 1 ]
	ok "vitals-$run: reports it once" .err
done
done_testing
