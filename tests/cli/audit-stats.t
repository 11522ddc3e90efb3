#!/bin/sh
# vitals-audit stats: counts, quantiles, periods, objectives and limits.
. "$(dirname "$0")/tap.sh"

# Lines as of vitals-post, without the chain, which stats does not verify.
attempt() { # SECOND ENDPOINT ID STATUS
	printf '{"record":"attempt","seq":0,"time":"2026-11-28T%s.000Z","endpoint":"%s","id":"%s","attempt":1,"httpStatus":%s,"error":null,"elapsedSeconds":0.1}\n' "$@"
}
settled() { # SECOND ENDPOINT ID STATUS LATENCY
	printf '{"record":"settled","seq":0,"time":"2026-11-28T%s.000Z","endpoint":"%s","id":"%s","status":"%s","latencySeconds":%s}\n' "$@"
}
{
	attempt 00:10:00 a e1 503
	attempt 00:10:05 a e1 200
	settled 00:10:05 a e1 delivered 5.5
	attempt 00:20:00 b e1 400
	settled 00:20:00 b e1 dead 1.0
	settled 00:30:00 b e2 expired 259200.0
	attempt 01:10:00 a e3 null
	attempt 01:10:00 a e4 200
	settled 01:10:00 a e4 delivered 0.25
	echo '{"record":"connect","seq":9,"time":"2026-11-28T00:00:00.000Z","client":"127.0.0.1:9"}'
	echo '{"record":"unknown"}'
} >audit
try 'counts' vitals-audit stats audit
is_status 0
stdout_lines 3
is_stderr ''
jq -c '[.endpoint, .events, .delivered, .dead, .expired, .unsettled, .attempts, .failedAttempts, .successRate * 1, .latencySeconds.max]' "$WORK/.out" >got
cat >want <<'E'
["a",3,2,0,0,1,4,2,0.666667,5.5]
["b",2,0,1,1,0,1,1,0,null]
[null,5,2,1,1,1,5,3,0.4,5.5]
E
cmp -s got want
ok 'by endpoint, and of all' got
[ "$(jq -c '[.from, .to]' "$WORK/.out" | tail -n 1)" = '["2026-11-28T00:10:00.000Z","2026-11-28T01:10:00.000Z"]' ]
ok 'from the first line to the last'

# Replies of a mail server count like answers.
for code in 250 450 none; do
	attempt 00:10:00 mailto:a@example.org "m-$code" null
done | sed 's/"m-\([0-9]*\)",/&"smtpStatus":\1,/' >mail
grep -c '"smtpStatus"' mail >with
try 'mail' vitals-audit stats mail
is_status 0
stdout_json '.attempts == 3 and .failedAttempts == 2'
is_stderr ''
[ "$(cat with)" -eq 2 ]
ok 'two had a reply'

try 'by hour' vitals-audit stats --every 1h --within 1s audit
is_status 0
stdout_lines 4
is_stderr ''
jq -c '[.from[11:16], .to[11:16], .endpoint, .events, .unsettled, .inTime, .inTimeRate * 1]' "$WORK/.out" >got
cat >want <<'E'
["00:00","01:00","a",1,0,0,0]
["00:00","01:00","b",2,0,0,0]
["01:00","02:00","a",2,1,1,0.5]
["00:10","01:10",null,5,1,1,0.2]
E
cmp -s got want
ok 'in periods of UTC' got

try 'a table' vitals-audit stats --format table --every 1h --within 10s audit
is_status 0
is_stdout 'from              endpoint    events delivered   in time    dead expired    open  attempts     p50 s     p95 s     p99 s     max s
2026-11-28T00:00Z a                1 100.0000% 100.0000%       0       0       0         2     5.488     5.488     5.488     5.500
2026-11-28T00:00Z b                2   0.0000%   0.0000%       1       1       0         1         -         -         -         -
2026-11-28T01:00Z a                2  50.0000%  50.0000%       0       0       1         2     0.250     0.250     0.250     0.250
2026-11-28T00:10Z all              5  40.0000%  40.0000%       1       1       1         5     0.252     0.252     0.252     5.500'
is_stderr ''
tail -n +7 audit >later
head -n 6 audit >earlier
try 'files in any order' vitals-audit stats later earlier
is_status 0
stdout_lines 3
is_stderr ''
[ "$(tail -n 1 "$WORK/.out" | jq -c '[.events, .unsettled]')" = '[5,1]' ]
ok 'give the same'
attempt 02:00:00 a e3 200 >again
settled 02:00:00 a e3 delivered 3000 >>again
try 'what is settled later' vitals-audit stats again audit
is_status 0
stdout_lines 3
is_stderr ''
[ "$(tail -n 1 "$WORK/.out" | jq -c '[.events, .unsettled]')" = '[5,0]' ]
ok 'is settled'

# ---- A batch is one request and several events.
{
	echo '{"record":"attempt","time":"2026-11-28T00:00:00.000Z","endpoint":"a","id":"batch-1","batch":["e1","e2","e3"],"httpStatus":200}'
	settled 00:00:00 a e1 delivered 0.1
	settled 00:00:00 a e2 delivered 0.1
} >three
try 'a batch' vitals-audit stats three
is_status 0
stdout_json '.attempts == 1 and .events == 3 and .delivered == 2 and .unsettled == 1'
is_stderr ''

# ---- Quantiles
awk 'BEGIN { for (i = 1; i <= 10000; i++)
	printf "{\"record\":\"settled\",\"time\":\"2026-11-28T00:00:00.000Z\",\"endpoint\":\"a\",\"id\":\"e-%d\",\"status\":\"delivered\",\"latencySeconds\":%.3f}\n", i, i * 7919 % 10000 / 1000 + 0.001 }' >many
try 'quantiles' vitals-audit stats many
is_status 0
stdout_json '.latencySeconds | (.p50 / 5 - 1 | fabs) <= 0.0102 and (.p90 / 9 - 1 | fabs) <= 0.0102 and (.p99 / 9.9 - 1 | fabs) <= 0.0102 and (.p999 / 9.99 - 1 | fabs) <= 0.0102 and .max == 10'
is_stderr ''

# ---- Objectives: of 10000, 10 may be late.
slo() { # PERCENT TIME
	try "$1 within $2" vitals-audit stats --slo "$1" --within "$2" many
}
slo 99.9% 9.990s
is_status 0
stdout_json '.inTime == 9990'
is_stderr ''
slo 99.9% 9.989s
is_status 1
stdout_json '.inTime == 9989'
is_stderr 'vitals-audit: --slo 99.9%: missed: 99.8900% of 10000 events: 11 are late or not delivered, 10 may be'
slo 100% 10s
is_status 0
stdout_json '.inTime == 10000'
is_stderr ''
slo 100% 9999ms
is_status 1
stdout_json '.inTime == 9999'
stderr_has ': 1 is late or not delivered, 0 may be$'
for lost in 'dead 0.1' 'expired 0.1'; do
	# shellcheck disable=SC2086
	settled 00:00:00 a lost $lost | cat many - >extra
	try "$lost" vitals-audit stats --slo 100% extra
	is_status 1
	stdout_json '.events == 10001'
	stderr_has ': 1 is late or not delivered, 0 may be$'
done
attempt 00:00:00 a lost 200 | cat many - >extra
try 'unsettled' vitals-audit stats --slo 100% extra
is_status 1
stdout_json '.unsettled == 1'
stderr_has ': 1 is late or not delivered, 0 may be$'
try 'no events' vitals-audit stats --slo 50% /dev/null
is_status 1
stdout_json '.events == 0 and .successRate == null and .from == null'
is_stderr 'vitals-audit: --slo 50%: missed: there are no events'

# ---- Bad lines
{
	cat three
	echo '{"record":"attempt","time":"2026-11-28T00:00:00.000Z","endpoint":"a"}'
	echo '{"record":"settled","time":"2026-11-28T00:00:00.000Z","endpoint":"a","id":"x"}'
	echo '{"record":"settled","time":"yesterday","endpoint":"a","id":"x"}'
	echo 'x'
	printf '{"record":"settl'
} >bad
try 'bad lines' vitals-audit stats bad
is_status 1
stdout_json '.events == 3'
is_stderr 'vitals-audit: bad:4: an attempt without an ID
vitals-audit: bad:5: an outcome without its ID, status or latency
vitals-audit: bad:6: has no endpoint or no time
vitals-audit: bad:7: byte 1: not a JSON value
vitals-audit: bad:8: incomplete: the last line'

try 'a file that is not there' vitals-audit stats none three
is_status 3
is_stdout ''
is_stderr 'vitals-audit: none: No such file or directory'

# ---- Options
for o in '--every 0' '--within x' '--slo 99.9' '--slo 101%' '--head x' '--key-file x'; do
	# shellcheck disable=SC2086
	try "stats $o" vitals-audit stats $o audit
	is_status 2
	is_stdout ''
	stderr_has "${o%% *}\|only verify has"
done
try 'verify --every' vitals-audit verify --every 1h audit
is_status 2
is_stdout ''
stderr_has 'only stats has --every, --slo and --within'
try 'verify --format table' vitals-audit verify --format table audit
is_status 2
is_stdout ''
stderr_has 'verify has no --format'

# ---- Limits
endpoints() { # N
	awk -v n="$1" 'BEGIN { for (i = 1; i <= n; i++)
		printf "{\"record\":\"settled\",\"time\":\"2026-11-28T00:00:00.000Z\",\"endpoint\":\"u%d\",\"id\":\"e\",\"status\":\"delivered\",\"latencySeconds\":1.0}\n", i }'
}
endpoints 1024 >in
try '1024 endpoints' vitals-audit stats in
is_status 0
stdout_lines 1025
is_stderr ''
endpoints 1026 >in
try '1026 endpoints' vitals-audit stats in
is_status 0
stdout_lines 1026
is_stderr ''
[ "$(jq -c 'select(.endpoint == "(others)") | .events' "$WORK/.out")" = 2 ]
ok 'the last two are counted together'
periods() { # N
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++)
		printf "{\"record\":\"settled\",\"time\":\"2026-11-28T%02d:%02d:%02d.000Z\",\"endpoint\":\"u\",\"id\":\"e\",\"status\":\"delivered\",\"latencySeconds\":1.0}\n", i / 3600, i / 60 % 60, i % 60 }'
}
periods 4096 >in
try '4096 periods' vitals-audit stats --every 1s in
is_status 0
stdout_lines 4097
is_stderr ''
periods 4097 >in
try '4097 periods' vitals-audit stats --every 1s in
is_status 3
is_stdout ''
is_stderr 'vitals-audit: in:4097: more than 4096 rows of endpoints and periods: use longer periods'
unsettled() { # N
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++)
		printf "{\"record\":\"attempt\",\"time\":\"2026-11-28T00:00:00.000Z\",\"endpoint\":\"u\",\"id\":\"e-%d\",\"httpStatus\":500}\n", i }'
}
unsettled 262144 >in
try '262144 unsettled events' vitals-audit stats in
is_status 0
stdout_json '.unsettled == 262144'
is_stderr ''
unsettled 262145 >in
try 'one more' vitals-audit stats in
is_status 3
is_stdout ''
is_stderr 'vitals-audit: in:262145: more than 262144 events are unsettled at the same time'
done_testing
