#!/bin/sh
# vitals-post --spool: accepted events are kept, whatever the disk, the receiver and
# the user do.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
hook
base=http://127.0.0.1:$PORT
events 3 >in
ids() { jq -r .id log | sort | tr '\n' ' '; }

# ---- Dead, exported, fed in again
try 'dead letters stay in the spool' vitals-post -q --spool s1 "$base/status/404" <in
is_status 4
stdout_json '.status == "dead" and (has("deadLetter") | not)'
stderr_has 'e-1: dead after 1 attempt: HTTP 404'
try 'fed in again' vitals-post --spool s1 "$base/status/404" <in
is_status 4
stdout_json '.status == "dead" and .attempts == 1'
is_stderr 'vitals-post: 0 delivered, 0 dead, 0 expired, 0 retries
vitals-post: 3 were known already
vitals-post: 3 dead or expired in the spool: --retry-dead tries again, --export-dead prints'
try 'the list' vitals-post --spool s1 --list
is_status 0
stdout_json '.record == "spooled" and .status == "dead" and .attempts == 1 and .httpStatus == 404 and .error == "HTTP 404" and .nextAttempt == null and (.settled | type == "string")'
is_stderr ''
try 'the letters' vitals-post --spool s1 --export-dead
is_status 0
stdout_lines 3
is_stderr ''
sed 's/,"deadLetter".*/}/' .out | cmp -s - in
ok 'they are the lines'
cp .out letters
: >log
try 'a letter fed in again is tried again' vitals-post -q --spool s1 "$base/status/404" <letters
is_status 4
stdout_json '.status == "dead" and .attempts == 2'
stderr_has 'dead after 2 attempts'
[ "$(ids)" = 'e-1 e-2 e-3 ' ]
ok 'each was sent'
try 'a dead letter in a spool that has delivered it' vitals-post -q --spool s0 "$base/ok" <letters
is_status 0
stdout_json '.status == "delivered"'
is_stderr ''
: >log
vitals-post -q --spool s0 "$base/ok" <letters >/dev/null
[ ! -s log ]
ok 'is not sent twice'

# ---- The same ID
printf '{"id":"e-1","other":1}\n' >other
try 'a known ID with another body' vitals-post -q --spool s0 "$base/ok" <other
is_status 1
is_stdout ''
is_stderr 'vitals-post: <stdin>:1: the ID "e-1" is known with another body'
: >log
try 'another endpoint gets it' vitals-post -q --spool s0 "$base/ok?2" <in
is_status 0
stdout_json '.status == "delivered"'
is_stderr ''
[ "$(jq -r .url log | sort -u)" = '/ok?2' ] && [ "$(ids)" = 'e-1 e-2 e-3 ' ]
ok 'and the first one not'

events 9000 >many
vitals-post -q --spool s9 "$base/ok" <many >/dev/null
: >log
try 'many known lines' timeout 120 vitals-post -q --spool s9 "$base/ok" <many
is_status 0
stdout_lines 9000
is_stderr ''
[ ! -s log ]
ok 'are reported, and nothing is sent'

events 12 >many
vitals-post -q --spool s10 -c 4 "$base/delay/400" <many >/dev/null
events 24 >many
try 'known lines, and others that take their time' vitals-post -q --spool s10 -c 4 "$base/delay/400" <many
is_status 0
stdout_lines 24
is_stderr ''

: >log
try 'a line fed twice in one run' sh -c "{ head -n 1 in; sleep 1; head -n 1 in; } | vitals-post -q --spool s11 '$base/ok'"
is_status 0
stdout_lines 1
is_stderr ''

# ---- Replay
: >log
try 'replay by ID' vitals-post --spool s0 --replay-id e-2 --replay-id e-9 "$base/ok"
is_status 0
stdout_json '.id == "e-2" and .status == "delivered" and .attempts == 2'
is_stderr "vitals-post: e-9: no settled event has this ID
vitals-post: 1 sent again
vitals-post: 1 delivered, 0 dead, 0 expired, 1 retry" 
: >log
try 'replay to all it went to' vitals-post -q --spool s0 --replay-id e-2
is_status 0
stdout_json '.id == "e-2"'
stdout_lines 2
is_stderr ''
: >log
try 'replay by time' vitals-post -q --spool s0 --replay 2020-01-01T00:00:00Z.. "$base/ok?2" </dev/null
is_status 0
stdout_lines 3
is_stderr ''
[ "$(ids)" = 'e-1 e-2 e-3 ' ]
ok 'all of them'
try 'a range before' vitals-post -q --spool s0 --replay ..2020-01-01T00:00:00Z "$base/ok?2"
is_status 0
is_stdout ''
is_stderr ''

# ---- 410
: >log
try 'gone' vitals-post --per-endpoint 1 --spool s2 "$base/status/410" <in
is_status 4
is_stdout ''
is_stderr "vitals-post: $base/status/410: HTTP 410 says: answer 410
vitals-post: $base/status/410: switched off: HTTP 410
vitals-post: 0 delivered, 0 dead, 0 expired, 0 retries
vitals-post: 3 wait in the spool: --drain tries again"
events 4 | tail -n 1 >further
try 'it stays off' vitals-post --spool s2 "$base/status/410" <further
is_status 4
is_stdout ''
is_stderr "vitals-post: $base/status/410: is switched off since it answered 410; 3 of its events are kept
vitals-post: 0 delivered, 0 dead, 0 expired, 0 retries
vitals-post: 4 wait in the spool: --drain tries again"
[ "$(wc -l <log)" -eq 1 ]
ok 'one request was made'
try 'switched on' vitals-post -q --per-endpoint 1 --spool s2 --drain --switch-on "$base/status/410" "$base/status/410"
is_status 4
is_stdout ''
is_stderr ''
[ "$(wc -l <log)" -eq 2 ]
ok 'it was asked again'

# ---- An outage
try 'no receiver' vitals-post --breaker 0 --spool s3 --retry-base 0.01 --retry-cap 0.05 http://127.0.0.1:1/ <in
is_status 4
is_stdout ''
is_stderr 'vitals-post: 0 delivered, 0 dead, 0 expired, 12 retries
vitals-post: 3 wait in the spool: --drain tries again'
vitals-post --spool s3 --list | jq -e -s 'all(.status == "waiting" and .attempts >= 5 and .nextAttempt != null) and length == 3' >/dev/null
ok 'all wait for the slow phase'
try 'drained in vain' vitals-post -q --breaker 2 --spool s3 --retry-base 0.01 --retry-cap 0.05 --drain
is_status 4
is_stdout ''
is_stderr ''
try 'given up' vitals-post -q --spool s3 --breaker 0 --retry-base 0.01 --drain --give-up-after 0.001
is_status 4
stdout_json '.status == "expired"'
stderr_has 'expired after'

# ---- Two at once
: >log
mkfifo pipe
vitals-post -q --spool s4 --follow "$base/ok" <pipe >out4 2>err4 &
pid=$!
exec 9>pipe
head -n 1 in >&9
wait_for [ -s out4 ]
try 'a second one' vitals-post --spool s4 "$base/ok" <in
is_status 3
is_stdout ''
is_stderr "vitals-post: s4: is in use by another process, $pid"
try 'may look' vitals-post --spool s4 --list
is_status 0
stdout_json '.status == "delivered"'
is_stderr ''
tail -n 2 in >&9
exec 9>&-
wait_for has_lines 3 out4
kill -0 $pid
ok '--follow continues after the end of the input'
kill $pid
wait $pid
[ $? -eq 0 ] && [ "$(wc -l <out4)" -eq 3 ] && [ ! -s err4 ]
ok 'SIGTERM ends it'

# ---- SIGTERM keeps the rest
new_log
events 200 >many
vitals-post --spool s5 -c 2 "$base/delay/100" <many >out5 2>err5 &
pid=$!
came 4
kill $pid
wait $pid
[ $? -eq 0 ] && [ "$(wc -l <out5)" -lt 200 ]
ok 'SIGTERM: status 0, and not all is sent'
grep -q '^vitals-post: signal SIGTERM: ends with what is under way$' err5 && grep -q 'waits\? in the spool: --drain tries again$' err5
ok 'it says so'
try 'the rest' vitals-post --spool s5 --drain "$base/ok"
is_status 0
is_stdout ''
is_stderr "vitals-post: $base/delay/100: its events wait in the spool: it is not an endpoint of this run
vitals-post: 0 delivered, 0 dead, 0 expired, 0 retries"
try 'the rest, to the right place' vitals-post -q --spool s5 --drain -c 50 "$base/delay/100"
is_status 0
stdout_json '.status == "delivered" and .attempts == 1'
is_stderr ''
[ $(($(wc -l <out5) + $(wc -l <.out))) -eq 200 ] && [ "$(jq -r .id log | sort | uniq -d | wc -l)" -eq 0 ]
ok 'nothing is lost or doubled'

# ---- Retry-After of an endpoint outlives the run
spooled() { # SPOOL PATTERN: --list shows it
	vitals-post --spool "$1" --list 2>/dev/null | grep -q "$2"
}
held() { # PATH: a run that gets a Retry-After there, and is killed
	: >log
	mkfifo held
	vitals-post -q --spool s7 --follow "$base/$1" <held >/dev/null 2>err7 &
	pid=$!
	exec 9>held
	head -n 1 in >&9
	wait_for spooled s7 '"httpStatus":503'
	kill -9 $pid
	wait $pid 2>/dev/null
	exec 9>&-
	rm held
}
held once/3
try 'killed, and started again' timeout 120 vitals-post --spool s7 --breaker 0 "$base/once/3" <in
is_status 0
stdout_lines 3
stderr_has 'vitals-post: 3 delivered, 0 dead, 0 expired, 1 retry'
[ "$(jq -s 'length == 4 and (.[0].time as $t | .[1:] | all(.time >= $t + 2900))' log)" = true ]
ok 'nothing is sent before'
rm -f s7*
held 'status/503?after=3600'
: >log
try 'a long one' timeout 120 vitals-post --spool s7 "$base/status/503?after=3600" <in
is_status 4
is_stdout ''
stderr_has '503?after=\*\*\*#[0-9a-f]*: asked for no requests before 20[-0-9T:.]*Z (Retry-After)$'
try 'not even to drain it' timeout 120 vitals-post -q --spool s7 --drain
is_status 4
is_stdout ''
is_stderr ''
[ ! -s log ]
ok 'nothing is sent'
try 'by hand' timeout 120 vitals-post -q --spool s7 --drain --max-attempts 1 --breaker 0 --switch-on "$base/status/503?after=3600" "$base/status/503?after=3600"
is_status 4
is_stdout ''
is_stderr ''
[ -s log ]
ok '--switch-on does not wait for it'

# ---- Bad spools
echo 'this is no database, but it is long enough to be taken for one' >bad
try 'not a spool' vitals-post --spool bad "$base/ok" <in
is_status 3
is_stdout ''
stderr_has '^vitals-post: bad: is not a spool, or damaged (file is not a database): keep the file, '
if command -v sqlite3 >/dev/null; then
	sqlite3 alien 'CREATE TABLE t(a)'
	try 'another database' vitals-post --spool alien "$base/ok" <in
	is_status 3
	is_stdout ''
	is_stderr 'vitals-post: alien: is not a spool of vitals-post'
fi
events 500 >many
vitals-post -q --spool hurt "$base/ok" <many >/dev/null
size=$(wc -c <hurt)
seq 1000000 | dd of=hurt bs=1024 seek=20 count=$((size / 2048)) iflag=fullblock conv=notrunc 2>/dev/null
cp hurt hurt.before
try 'a damaged spool' vitals-post --spool hurt "$base/ok" <in
is_status 3
is_stdout ''
stderr_has '^vitals-post: hurt: is damaged'
cmp -s hurt hurt.before
ok 'it is left as it was'
: >log
try 'a folder' vitals-post --spool . "$base/ok" <in
is_status 3
is_stdout ''
stderr_has '^vitals-post: \.: '
[ ! -s log ]
ok 'nothing was sent without a spool'

mkdir ro
vitals-post -q --spool ro/s "$base/ok" <in >/dev/null
# Root can write everything: use another user, if that one can reach these files.
other='' post=vitals-post
if [ "$(id -u)" -eq 0 ]; then
	other='setpriv --reuid=65534 --clear-groups'
	chmod 755 "$WORK"
	post=$WORK/post
	cp "$(command -v vitals-post)" post
fi
chmod 444 ro/s
chmod 666 ro/s.lock
chmod 555 ro
# shellcheck disable=SC2086 # words
if $other "$post" --version >/dev/null 2>&1; then
	: >log
	try 'a read-only spool' $other "$post" --spool "$WORK/ro/s" "$base/ok" <further
	is_status 3
	is_stdout ''
	stderr_has 'ro/s: \(is read-only\|cannot be\)'
	[ ! -s log ]
	ok 'nothing was sent'
else
	skip 'a read-only spool' 'needs setpriv, and a folder that others may enter'
fi
chmod 755 ro

# ---- A full disk: files cannot grow beyond 3000 KiB.
: >log
events 40000 >many
mkfifo receipts
# The reader is slow, so that receipts are left when the spool has failed.
{
	wait_for grep -q ': full: ' .err
	cat
} <receipts >out6 &
pid=$!
try 'no more room' sh -c "ulimit -f 3000; vitals-post -q --spool full --max-attempts 1 '$base/status/500' <many >receipts"
wait $pid
is_status 3
is_stdout ''
stderr_has '^vitals-post: full: \(the disk is full\|cannot be written: \)'
vitals-post --spool full --list >list || echo 'list failed' >list
taken=$(wc -l <list)
jq -r 'select(has("deadLetter")) | .deadLetter' out6 >letters
echo "# $taken accepted, $(wc -l <letters) dead letters"
# The lines that were read are a prefix of the input.
n=$((taken + $(wc -l <letters)))
[ "$taken" -gt 0 ] && [ -s letters ] && [ $n -lt 40000 ]
ok 'some were accepted, some were read in vain, some not read'
{ jq -r .id list; jq -r .id letters; } | sort >got
head -n $n many | jq -r .id | sort | cmp -s - got
ok 'what was read is in the spool or in the dead letters'
sed 's/,"deadLetter".*/}/' letters | sort >got
sort many | comm -13 - got | wc -l | grep -q '^0$'
ok 'byte for byte'
: >log
try 'room again' vitals-post -q --spool full "$base/ok" <letters
is_status 0
stdout_json '.status == "delivered"'
is_stderr ''
vitals-post --spool full --list | jq -r 'select(.status != "delivered") | .id' | sort >left
try 'what was accepted' vitals-post -q --spool full --drain --max-attempts 1 --breaker 0 "$base/status/500"
is_status 4
is_stdout ''
is_stderr ''
[ "$(wc -l <left)" -le "$taken" ] && jq -r 'select(.url != "/ok") | .id' log | sort -u | comm -23 left - | wc -l | grep -q '^0$'
ok 'all that was accepted is sent'
done_testing
