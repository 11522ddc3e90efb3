#!/bin/sh
# vitals-enqueue: receipts, the keys of the queue, what is refused, and settings.
# valgrind
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/redis.sh
. "$TESTS/cli/redis.sh"
redis_start a

# ---- Lines, and what becomes of them.

events_from 1 3 >in
cat >>in <<'X'
{"id":"e-4","partitionkey":"s-1","x":"\u00e9 \\"}

{"no":"id"}
{"specversion":"1.0","id":"e-5","source":"x","type":"t","data":{}}
{"resourceType":"Observation","id":"e-6","subject":{"reference":"Patient/1"}}
X
try 'lines' vitals-enqueue "$REDIS/s" <in
is_status 0
is_stderr ''
stdout_lines 7
stdout_json '.record == "receipt" and .status == "queued" and .n >= 1 and
	(.entry | test("^[0-9]+-[0-9]+$")) and (.settled | test("Z$"))'
[ "$(jq -r .queue .out | sort -u)" = "$REDIS/s" ]
ok 'the queue is named'
[ "$(jq -r .id .out | paste -sd ' ')" = "e-1 e-2 e-3 e-4 $(jq -r .id .out | sed -n 5p) e-5 e-6" ]
ok 'in the order of the lines'
jq -r .id .out | sed -n 5p | grep -qE '^[0-9a-f]{8}-[0-9a-f]{4}-8'
ok 'an ID from the content'
redis_lines a s | sort >there
grep . in | sort | cmp -s - there
ok 'each line is there, byte for byte'
[ "$(jq -c '[.partition, .n]' .out | sort -u | wc -l)" = 7 ]
ok 'each has a number of its own'
[ "$(jq 'select(.id == "e-1") | .partition' .out)" = "$(jq 'select(.id == "e-4") | .partition' .out)" ]
ok 'a session is in one partition'
[ "$(redis_cli a hgetall '{s}:config' | paste -sd ' ')" = 'version 1 partitions 16' ]
ok 'the configuration'
[ "$(redis_cli a keys '*' | grep -cv '^{s}:')" = 0 ]
ok 'all keys have the hash tag'
[ "$(redis_cli a pttl '{s}:seen:e-1')" -gt 86000000 ]
ok 'an ID is remembered for a day'

cp .out receipts
try 'the same again' vitals-enqueue "$REDIS/s" <in
is_status 0
is_stderr ''
stdout_json '.status == "duplicate"'
[ "$(jq -c '[.id, .partition, .n, .entry]' .out)" = "$(jq -c '[.id, .partition, .n, .entry]' receipts)" ]
ok 'the receipts say where they are'
redis_lines a s | sort | cmp -s - there
ok 'nothing was added'

printf '%s\n' '{"id":"e-1","other":1}' '{"id":"e-7"}' >in
try 'another body' vitals-enqueue --rejects rejects "$REDIS/s" <in
is_status 1
stdout_lines 1
is_stderr 'vitals-enqueue: <stdin>:1: id "e-1" is in the queue with another body'
[ "$(cat rejects)" = '{"id":"e-1","other":1}' ]
ok 'it is rejected'

printf '%s\n' '[1]' '{"id":"e-8"}' 'x' '{"id":"e-9"' >in
try 'bad lines' vitals-enqueue --rejects rejects2 "$REDIS/s" <in
is_status 1
stdout_json '.id == "e-8"'
is_stderr 'vitals-enqueue: <stdin>:1: not a JSON object (it seems to be a JSON array: jq -c '\''.[]'\'' makes lines of it)
vitals-enqueue: <stdin>:3: byte 1: not a JSON value
vitals-enqueue: <stdin>:4: byte 12: ends in the middle'
[ "$(grep -v e-8 in)" = "$(cat rejects2)" ]
ok 'are rejected'
try '--strict' vitals-enqueue --strict "$REDIS/s" <in
is_status 1
is_stdout ''
stderr_has '^vitals-enqueue: <stdin>:1: not a JSON object'
head -c 1048577 /dev/zero | tr '\0' x >long
try 'a line that is too long' vitals-enqueue "$REDIS/s" <long
is_status 1
is_stdout ''
is_stderr 'vitals-enqueue: <stdin>:1: longer than 1 MiB'
{
	printf '{"id":"long","x":"'
	head -c 1048556 /dev/zero | tr '\0' x
	printf '"}'
} >long
try 'the longest line' vitals-enqueue "$REDIS/s" <long
is_status 0
stdout_json '.id == "long" and .status == "queued"'
is_stderr ''

printf '%s\n' '{"id":"e-10","x":1}' '{"id":"e-10","x":1}' '{"id":"e-10","x":2}' '{"id":"e-11"}' >in
try 'an ID three times' vitals-enqueue "$REDIS/s" <in
is_status 1
[ "$(jq -r .status .out | paste -sd ' ')" = 'queued duplicate queued' ]
ok 'the first one counts'
[ "$(jq -r .entry .out | sed -n 1p)" = "$(jq -r .entry .out | sed -n 2p)" ]
ok 'the second one is the same entry'
stdout_lines 3
is_stderr 'vitals-enqueue: <stdin>:3: id "e-10" is in the queue with another body'

# A dead letter is the same line again, and it is meant to be.
printf '%s\n' '{"id":"e-1","x":1,"deadLetter":{"endpoint":"x","reason":"r","attempts":1,"time":"2026-11-23T06:33:30.120Z"}}' >in
try 'a dead letter' vitals-enqueue "$REDIS/s" <in
is_status 0
stdout_json '.status == "queued"'
is_stderr ''
try 'the same dead letter' vitals-enqueue "$REDIS/s" <in
is_status 0
stdout_json '.status == "duplicate"'
is_stderr ''

# ---- Settings.

try 'other partitions' vitals-enqueue --partitions 3 "$REDIS/s" </dev/null
is_status 2
is_stdout ''
is_stderr "vitals-enqueue: --partitions: $REDIS/s: the queue has 16 partitions, not 3"
# Lines that were read until the server answered are kept, and it is 2 all the same.
events_from 91 20 >in
: >unread
try 'other partitions, with lines' vitals-enqueue --partitions 3 --rejects unread "$REDIS/s" <in
is_status 2
is_stdout ''
stderr_has "^vitals-enqueue: --partitions: $REDIS/s: the queue has 16 partitions, not 3$"
head -n "$(wc -l <unread)" in | cmp -s - unread
ok 'those that were read are kept'
events_from 1 20 >in
try 'one partition' vitals-enqueue --partitions 1 --keep 3600 --max-len 5 \
	"$REDIS/one" <in
is_status 0
is_stderr ''
[ "$(jq -r .n .out | paste -sd ' ')" = "$(seq 20 | paste -sd ' ')" ]
ok 'numbers from 1'
stdout_json '.partition == 0'
[ "$(redis_cli a hmget '{one}:config' partitions keep maxLen | paste -sd ' ')" = '1 3600000 5' ]
ok 'the settings are stored'
try 'no lines, but settings' vitals-enqueue --max-len 0 "$REDIS/one" </dev/null
is_status 0
is_stdout ''
is_stderr ''
[ "$(redis_cli a hmget '{one}:config' partitions keep maxLen | paste -sd ' ')" = '1 3600000 0' ]
ok 'only what was given is changed'
redis_cli a hset '{old}:config' version 2 partitions 1 >/dev/null
try 'another layout' vitals-enqueue "$REDIS/old" </dev/null
is_status 4
is_stdout ''
is_stderr "vitals-enqueue: $REDIS/old: the queue has layout 2, and this version knows 1"
redis_cli a set '{wrong}:0' x >/dev/null
try 'a key of another type' vitals-enqueue --partitions 1 --rejects wrong \
	"$REDIS/wrong" <in
is_status 4
is_stdout ''
stderr_has "^vitals-enqueue: $REDIS/wrong: WRONGTYPE "
stderr_has '^vitals-enqueue: 20 lines were read and not acknowledged: they are in wrong$'
cmp -s in wrong
ok 'the lines are kept'

# ---- Trimming: what a group has not settled stays.

events_from 1001 1600 >in
try 'without a group' vitals-enqueue --partitions 1 "$REDIS/t" <in
is_status 0
stdout_lines 600
is_stderr ''
[ "$(redis_cli a xlen '{t}:0')" = 600 ]
ok 'all stay'
redis_cli a xgroup create '{t}:0' g 0 >/dev/null
redis_cli a xreadgroup group g me count 100 streams '{t}:0' '>' >/dev/null
events_from 2001 2300 >in
try 'a group has taken 100, and settled none' vitals-enqueue --max-len 10 "$REDIS/t" <in
is_status 0
stdout_lines 300
is_stderr ''
[ "$(redis_cli a xlen '{t}:0')" = 900 ]
ok 'all stay'
redis_cli a xrange '{t}:0' - + count 100 | grep -E '^[0-9]+-[0-9]+$' >taken
# shellcheck disable=SC2046 # words
redis_cli a xack '{t}:0' g $(cat taken) >/dev/null
events_from 3001 3300 >in
try 'it has settled them' vitals-enqueue --max-len 5000 "$REDIS/t" <in
is_status 0
stdout_lines 300
is_stderr ''
[ "$(redis_cli a xlen '{t}:0')" = 1101 ]
ok 'they are gone, but for the last one'
redis_cli a xgroup destroy '{t}:0' g >/dev/null
events_from 4001 4300 >in
try 'only the newest, without a group' vitals-enqueue --max-len 400 "$REDIS/t" <in
is_status 0
stdout_lines 300
is_stderr ''
[ "$(redis_cli a xlen '{t}:0')" -le 700 ]
ok 'the others are gone'
[ "$(redis_lines a t | tail -n 1)" = "$(tail -n 1 in)" ]
ok 'the newest stay'

# ---- Options.

try 'no URL' vitals-enqueue
is_status 2
is_stdout ''
stderr_has '^vitals-enqueue: a URL is needed$'
try 'two URLs' vitals-enqueue a b
is_status 2
is_stdout ''
stderr_has '^vitals-enqueue: more than one URL: lines are read from standard input$'
try 'a time that is too long' vitals-enqueue --keep 1000000001 "$REDIS/s"
is_status 2
is_stdout ''
stderr_has "^vitals-enqueue: --keep: '1000000001' is not a number from 0 to 1000000000$"
try 'a bad URL' vitals-enqueue http://host/s
is_status 2
is_stdout ''
stderr_has '^vitals-enqueue: not a URL of Redis'
try 'a password in the URL' vitals-enqueue redis://me:secret@127.0.0.1/s
is_status 2
is_stdout ''
stderr_has 'use --redis-password-file FILE$'
! grep -q secret .err
ok 'it is not repeated'
try 'without TLS to another machine' vitals-enqueue redis://192.0.2.1/s
is_status 2
is_stdout ''
stderr_has 'without TLS only to loopback: use rediss:// or --redis-plain$'
try 'a CA without TLS' vitals-enqueue --redis-ca x "$REDIS/s"
is_status 2
is_stdout ''
stderr_has 'certificates are only for rediss://'
try 'a user without a password' vitals-enqueue --redis-user me "$REDIS/s"
is_status 2
is_stdout ''
stderr_has 'a user needs --redis-password-file$'
try 'a spool without rejects' vitals-enqueue --spool x "$REDIS/s"
is_status 2
is_stdout ''
stderr_has '--spool needs --rejects'
try 'a time that is too short' vitals-enqueue --dedupe-for 59 "$REDIS/s"
is_status 2
is_stdout ''
stderr_has '^vitals-enqueue: --dedupe-for'
try 'a password file that is not there' vitals-enqueue --redis-password-file none "$REDIS/s"
is_status 2
is_stdout ''
stderr_has '^vitals-enqueue: none: No such file'
try 'the directory of rejects is not there' vitals-enqueue --rejects none/x "$REDIS/s"
is_status 3
is_stdout ''
is_stderr 'vitals-enqueue: none/x: No such file or directory'
try 'a full output' sh -c "vitals-enqueue $REDIS/s </dev/stdin >/dev/full" <in
is_status 3
is_stdout ''
is_stderr 'vitals-enqueue: <stdout>: write failed: No space left on device'
done_testing
