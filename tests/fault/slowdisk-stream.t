#!/bin/sh
# The disk hangs under vitals-stream --store: new lines wait for it, and nothing else
# does.
. "$(dirname "$0")/../cli/tap.sh"
# shellcheck source=tests/fault/fault.sh
. "$TESTS/fault/fault.sh"
# shellcheck source=tests/cli/stream.sh
. "$TESTS/cli/stream.sh"
preload slowdisk
VITALS_HANG=$WORK/hang
export VITALS_HANG
mkdir bin
cat >bin/vitals-stream <<X
#!/bin/sh
LD_PRELOAD=$WORK/slowdisk.so exec $(command -v vitals-stream) "\$@"
X
chmod +x bin/vitals-stream
PATH=$WORK/bin:$PATH

# The history is larger than the memory for it, so that a part is only on the disk.
stream --store history.db --heartbeat 0.2 --history-bytes 65536
lines 1 1000 | feed
watch live '/events?after=earliest'
wait_for has_number live 1000
: >hang
lines 1001 1009 | feed
lines 1010 1010 vitals.session.started s9 | feed
wait_for has lines_total '' 1010
ok 'lines are read while the disk hangs'
[ "$(fetch /healthz)" = ok ]
ok 'requests are answered'
watch late '/events?after=earliest'
wait_for has_number late 1000
ok 'a client that connects gets the history, from memory and disk'
grep -c '^event: heartbeat$' live >before
more_heartbeats() {
	[ "$(grep -c '^event: heartbeat$' live)" -gt "$(cat before)" ]
}
wait_for more_heartbeats
ok 'clients get heartbeats'
[ "$(sed -n 's/^id: //p' live | tail -n 1)" = $(($(hello live oldest) + 999)) ] &&
	! has_number live 1001 && ! has_number late 1001
ok 'but no line that is not on the disk, nor its number'
[ "$(hello late sessions | tr -d ' \n')" = '[]' ]
ok 'also not as the start of a session'

# Lines wait in memory up to a limit.
pad=$(head -c 100000 /dev/zero | tr '\0' x)
i=0
while [ $i -lt 100 ]; do
	i=$((i + 1))
	printf '{"n":%s,"pad":"%s"}\n' $((1010 + i)) "$pad"
done >&8 &
FEEDER=$!
CLIENTS="$CLIENTS $FEEDER"
many_read() {
	[ "$(metric lines_total '')" -ge 1045 ]
}
wait_for many_read
[ "$(fetch /healthz)" = ok ] && [ "$(metric lines_total '')" -le 1060 ] && kill -0 "$FEEDER"
ok 'the input is not read beyond a limit'
rm hang
wait_for has_number live 1110
wait "$FEEDER"
[ "$(numbers live)" = "$(seq -s ' ' 1 1110)" ]
ok 'when the disk continues, every line is sent, once and in order'
try 'the input ends' finish
is_status 0
is_stdout ''
stderr_has listening
wait_for gone "$WATCHER"
[ "$(numbers late | tr ' ' '\n' | tail -n 1)" = 1110 ] && tail -n 4 late | grep -q '"reason":"end"'
ok 'and bye comes after the last line'

# ---- Lines that are on their way when a signal arrives are in the store.

stream --store history.db --history-bytes 65536
: >hang
lines 1111 1120 | feed
wait_for has lines_total '' 10
kill -TERM "$SERVER"
rm hang
try 'SIGTERM' finish
is_status 0
is_stdout ''
stderr_has listening
stream --store history.db --stay
fetch '/poll?after=earliest&wait=0' >first
[ "$(fetch "/poll?after=$(($(jq -r 'select(.record == "hello") | .sequence' first) - 10))" |
	jq -r 'select(.record == "line") | .line.n' | paste -sd ' ')" = "$(seq -s ' ' 1111 1120)" ]
ok 'no line is lost'
finish TERM >/dev/null 2>&1
done_testing
