#!/bin/sh
# vitals-audit trace: one event in the logs of a sender, a hub and a receiver.
. "$(dirname "$0")/tap.sh"

at() { # SECOND: the start of a line
	printf '"time":"2026-11-28T00:00:%s.000Z"' "$1"
}
cat >sender <<E
{"record":"attempt","seq":0,$(at 10),"endpoint":"https://h/hook","id":"e-1","attempt":1,"httpStatus":503,"error":null,"elapsedSeconds":0.2}
{"record":"attempt","seq":1,$(at 11),"endpoint":"https://h/hook","id":"e-2","attempt":1,"httpStatus":200,"error":null,"elapsedSeconds":0.2}
{"record":"attempt","seq":2,$(at 12),"endpoint":"https://h/hook","id":"b-1","batch":["e-1","e-3"],"attempt":2,"httpStatus":null,"error":"time-out","elapsedSeconds":30.0}
{"record":"attempt","seq":3,$(at 45),"endpoint":"https://h/hook","id":"e-1","attempt":3,"httpStatus":200,"error":null,"elapsedSeconds":0.1}
{"record":"settled","seq":4,$(at 46),"endpoint":"https://h/hook","id":"e-1","session":"s-1","status":"delivered","attempts":3,"httpStatus":200,"error":null,"accepted":"2026-11-28T00:00:09.500Z","latencySeconds":37.5}
{"record":"settled","seq":5,$(at 47),"endpoint":"https://h/e-1","id":"e-11","session":"s-2","status":"dead","attempts":1,"httpStatus":400,"error":"HTTP 400","accepted":"2026-11-28T00:00:09.500Z","latencySeconds":37.5}
E
cat >hub <<E
{"record":"connect","seq":0,$(at 01),"client":"127.0.0.1:11","kind":"sse","subject":"nurse","sessions":["s-1"]}
{"record":"end","seq":1,$(at 05),"client":"127.0.0.1:11","kind":"sse","subject":"nurse","sessions":["s-1"],"reason":"left","elapsedSeconds":4.0,"sent":9,"lost":0}
{"record":"connect","seq":2,$(at 06),"client":"127.0.0.1:12","kind":"websocket","subject":"doctor","sessions":["*"]}
{"record":"connect","seq":3,$(at 07),"client":"127.0.0.1:13","kind":"sse","subject":"nurse","sessions":["s-1","s-9"]}
{"record":"poll","seq":4,$(at 08),"client":"127.0.0.1:14","kind":"poll","subject":"x","sessions":["s-9"],"reason":"answered","elapsedSeconds":1.0,"sent":1,"lost":0}
{"record":"end","seq":5,$(at 20),"client":"127.0.0.1:12","kind":"websocket","subject":"doctor","sessions":["*"],"reason":"left","elapsedSeconds":14.0,"sent":30,"lost":2}
{"record":"connect","seq":6,$(at 59),"client":"127.0.0.1:15","kind":"sse","subject":"late","sessions":["s-1"]}
E
cat >receiver <<E
{"record":"request","seq":0,$(at 44),"client":"10.0.0.1:9","path":"/hook","httpStatus":202,"reason":null,"id":"e-1"}
{"record":"request","seq":1,$(at 13),"client":"10.0.0.1:9","path":"/hook","httpStatus":503,"reason":"busy","id":"b-1"}
{"record":"request","seq":2,$(at 14),"client":"10.0.0.1:9","path":"/hook","httpStatus":202,"reason":null,"id":"b-2"}
E
echo '{"schemaVersion":"1.0","id":"e-1","type":"vitals.sample","time":"2026-11-28T00:00:09.000Z","session":{"id":"s-1"}}' >events

cat >mail <<E
{"record":"attempt","seq":0,$(at 10),"endpoint":"mailto:a@example.org","id":"m-1","attempt":1,"httpStatus":null,"smtpStatus":450,"error":"busy","elapsedSeconds":0.2}
{"record":"attempt","seq":1,$(at 11),"endpoint":"mailto:a@example.org","id":"m-1","attempt":2,"httpStatus":null,"smtpStatus":250,"error":null,"elapsedSeconds":0.2}
E
try 'mail' vitals-audit trace --format table m-1 mail
is_status 0
stdout_lines 2
stdout_has ' attempt 1 to mailto:a@example\.org: SMTP 450: busy, 0\.2 s$'
stdout_has ' attempt 2 to mailto:a@example\.org: SMTP 250, 0\.2 s$'
is_stderr ''

try 'the way of an event' vitals-audit trace e-1 receiver hub sender events
is_status 0
stdout_lines 9
is_stderr ''
jq -r '"\(.file):\(.number) \(.sinceSeconds * 1000) \(.what)"' "$WORK/.out" >got
cat >want <<'E'
hub:4 0 watched by 127.0.0.1:13, nurse, sse, from then on
events:1 2000 vitals.sample
sender:1 3000 attempt 1 to https://h/hook: HTTP 503, 0.2 s
sender:3 5000 attempt 2 to https://h/hook: time-out, 30.0 s
receiver:2 6000 request for /hook, from 10.0.0.1:9: HTTP 503: busy
hub:6 13000 watched by 127.0.0.1:12, doctor, websocket, for 14.0 s until then, lines: 30, lost: 2
receiver:1 37000 request for /hook, from 10.0.0.1:9: HTTP 202
sender:4 38000 attempt 3 to https://h/hook: HTTP 200, 0.1 s
sender:5 39000 delivered: https://h/hook, attempts: 3, latency: 37.5 s
E
cmp -s got want
ok 'in the order of time' got
[ "$(jq -c 'select(.file == "receiver" and .number == 1) | .line' "$WORK/.out")" = "$(head -n 1 receiver | jq -c .)" ]
ok 'a step has its line'
try 'a table' vitals-audit trace --format table e-2 sender
is_status 0
is_stdout '2026-11-28T00:00:11.000Z      0.000  sender:2: attempt 1 to https://h/hook: HTTP 200, 0.2 s'
is_stderr ''
try 'standard input is read once' vitals-audit trace e-1 <sender
is_status 0
stdout_lines 4
is_stderr ''
try 'as -' vitals-audit trace e-1 hub - <sender
is_status 0
stdout_lines 4
is_stderr ''
try 'no such event' vitals-audit trace e-9 sender hub
is_status 1
is_stdout ''
is_stderr 'vitals-audit: e-9: no line is about this event'
try 'an empty ID' vitals-audit trace '' sender
is_status 2
is_stdout ''
stderr_has 'trace: needs the ID of an event'
try 'no ID' vitals-audit trace
is_status 2
is_stdout ''
stderr_has 'trace: needs the ID of an event'
try 'a file that is not there' vitals-audit trace e-1 none sender
is_status 3
stdout_lines 4
is_stderr 'vitals-audit: none: No such file or directory'

# ---- Text of others is shown without its control characters.
printf '{"record":"request","time":"2026-11-28T00:00:00.000Z","id":"e-1","reason":"\\u001b[31mred\\n"}\n' >odd
try 'control characters' vitals-audit trace --format table e-1 odd
is_status 0
is_stdout '2026-11-28T00:00:00.000Z      0.000  odd:1: request: ?[31mred?'
is_stderr ''

# ---- Limits and bad lines
yes "$(head -n 1 sender)" | head -n 10000 >many
try '10000 lines' vitals-audit trace e-1 many
is_status 0
stdout_lines 10000
is_stderr ''
head -n 1 sender >>many
try 'one more' vitals-audit trace e-1 many
is_status 3
is_stdout ''
is_stderr 'vitals-audit: many:10001: the event has more than 10000 lines, or 64 MiB'
{
	echo 'not JSON, and not about it'
	echo '"e-1"'
	head -n 1 receiver
	printf '{"record":"attempt","id":"e-1"'
} >bad
try 'bad lines' vitals-audit trace e-1 bad
is_status 1
stdout_lines 1
is_stderr 'vitals-audit: bad:2: not a JSON object
vitals-audit: bad:4: incomplete: the last line'

# Text of others in a table.
printf '{"record":"settled","seq":0,%s,"endpoint":"https://h/\\u202e\\u009b31m\\u007f","id":"e-7","status":"dead","latencySeconds":1.0,"error":"\302\2332J\342\201\246"}\n' "$(at 10)" >evil
try 'no controls and no marks of direction' vitals-audit trace --format table e-7 evil
is_status 0
stdout_has 'https://h/??31m?,.*: ?2J?$'
is_stderr ''
try 'nor in a table of endpoints' vitals-audit stats --format table evil
is_status 0
stdout_has ' https://h/??31m?  '
is_stderr ''

# The longest line: one of a large batch.
batch() { # BYTES: an attempt of this length
	start="{\"record\":\"attempt\",\"seq\":0,$(at 12),\"endpoint\":\"https://h/\",\"id\":\"b-9\",\"batch\":[\"e-9\"],\"attempt\":1,\"httpStatus\":200,\"error\":null,\"elapsedSeconds\":0.2,\"x\":\""
	printf %s "$start"
	head -c $(($1 - ${#start} - 2)) /dev/zero | tr '\0' x
	echo '"}'
}
batch 2097152 >long
[ "$(wc -c <long)" -eq 2097153 ]
ok 'a line of 2 MiB'
try 'is read by trace' vitals-audit trace --format table e-9 long
is_status 0
stdout_has 'attempt 1 to https://h/: HTTP 200'
is_stderr ''
try 'and by stats' vitals-audit stats --format table long
is_status 0
stdout_has 'https://h/'
is_stderr ''
batch 2097153 >long
try 'one byte more is not' vitals-audit stats long
is_status 1
stdout_lines 1
is_stderr 'vitals-audit: long:1: bad line: longer than 2 MiB'
done_testing
