#!/bin/sh
# SIGINT from a terminal goes to each process of a pipeline.  A filter that reads
# a pipe takes what the writer still has to say; the second one ends it.
. "$(dirname "$0")/tap.sh"
env --default-signal=INT true 2>/dev/null || skip_all 'env without --default-signal here'
umask 077
vitals-sign -q --new-key key

i=0
while [ $i -lt 4 ]; do
	echo "{\"record\":\"sample\",\"source\":\"live\",\"offsetSeconds\":$i.0,\"durationSeconds\":1.0,\"readings\":[]}"
	i=$((i + 1))
done >records

# What a live source does: at SIGINT it writes what is left, and ends.
cat >writer <<'X'
trap 'tail -n +3 records; exit 0' INT
head -n 2 records
while :; do sleep 0.1; done
X
# One that never ends.
cat >stubborn <<'X'
trap '' INT
head -n 2 records
exec sleep 300
X
# The pipeline as a terminal has it: a process group of its own, whose members
# do not ignore SIGINT.
start() { # PIPELINE
	rm -f out err status
	printf 'trap : INT\n%s\necho $? >status\n' "$1" >pipeline
	setsid env --default-signal=INT sh pipeline &
	group=$!
}
lines() { # NUMBER: so many have come out
	[ "$(wc -l <out)" -eq "$1" ]
}
trap 'kill -9 -"$group" 2>/dev/null; cd /; rm -rf "$WORK"' EXIT

# ---- The first one ---------------------------------------------------------
start 'sh writer | vitals-event --session-events >out 2>err'
first() { [ -f out ] && lines 3; }
wait_for first
kill -INT -"$group"
wait "$group"
[ "$(cat status)" -eq 0 ]
ok 'the first SIGINT: status 0'
[ "$(jq -r .type out | tr '\n' ' ')" = \
	'vitals.session.started vitals.sample vitals.sample vitals.sample vitals.sample vitals.session.ended ' ]
ok 'the first SIGINT: what the writer had left, and the end of the session'
cmp -s err /dev/null
ok 'the first SIGINT: no message'

start 'sh writer | vitals-event --session-events | vitals-sign -k key | vitals-verify -q -k key >out 2>err'
wait_for first
kill -INT -"$group"
wait "$group"
[ "$(cat status)" -eq 0 ] && lines 6
ok 'the first SIGINT: of filters one behind the other each takes all'

# ---- The second one --------------------------------------------------------
start 'sh stubborn | vitals-event >out 2>err'
first() { [ -f out ] && lines 2; }
wait_for first
event=$(ps -o pid= -o comm= -g "$group" | awk '$2 == "vitals-event" { print $1 }')
kill -INT -"$group"
caught() { # the next one is not caught any more
	! grep -q '^SigCgt.*[2367abef]$' "/proc/$event/status"
}
wait_for caught
alive() { grep -q '^State:.[RSD]' "/proc/$event/status"; }
alive
ok 'a writer that goes on: the first SIGINT does not end the filter'
kill -INT -"$group"
ended() { ! alive; }
wait_for ended
ok 'a writer that goes on: the second SIGINT ends it'
kill -9 -"$group" 2>/dev/null
wait "$group" 2>/dev/null
done_testing
