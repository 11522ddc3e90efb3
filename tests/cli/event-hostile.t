#!/bin/sh
# Lines that vitals-event must refuse, one by one: each with status 1, its own
# message, and nothing on stdout.  WHY<tab>LINE, where printf reads the line.
. "$(dirname "$0")/tap.sh"

E='"schemaVersion":"1.0","id":"x","type":"vitals.sample","time":"2026-11-23T06:33:30Z"'
S='"session":{"id":"s"}'
R='"readings":[{"vital":"heartRate","value":71.8,"unit":"/min","confidence":0.9}]'
C='"specversion":"1.0","id":"x","source":"urn:x","type":"vitals.sample"'

each() { # OPTION ...: the table on stdin
	while IFS='	' read -r why line; do
		case $why in '' | '#'*) continue ;; esac
		eval "line=\"$(printf %s "$line" | sed 's/\\/\\\\/g; s/"/\\"/g')\""
		# shellcheck disable=SC2059
		printf "$(printf %s "$line" | sed 's/%/%%/g')\\n" >line
		try "$line" vitals-event "$@" line
		is_status 1
		is_stdout ''
		is_stderr "vitals-event: line:1: $why"
	done
}

# Not a JSON object.
each <<'Y'
byte 1: not a JSON value	nonsense
byte 1: a byte order mark: save the text without it	\357\273\277{}
byte 1: not a JSON value	NaN
byte 2: key or '}' expected	{a:1}
byte 2: key or '}' expected	{'a':1}
byte 2: key or '}' expected	{,}
byte 2: ends in the middle (it seems to be JSON over several lines: jq -c . makes one of it)	{
byte 6: ':' expected	{"a" 1}
byte 6: not a JSON value	{"a":}
byte 6: not a JSON value	{"a":+1}
byte 6: not a number	{"a":01}
byte 6: not a number	{"a":1.}
byte 6: not a number	{"a":1e}
byte 6: not a JSON value	{"a":.5}
byte 6: not a JSON value	{"a":Infinity}
byte 6: not a JSON value	{"a":tru}
byte 6: string without its closing quote	{"a":"b}
byte 7: wrong escape in a string	{"a":"\\x"}
byte 7: wrong escape in a string	{"a":"\\ud800"}
byte 7: wrong escape in a string	{"a":"\\udc00\\ud800"}
byte 7: control byte in a string	{"a":"\001"}
byte 7: control byte in a string	{"a":"	"}
byte 7: not UTF-8	{"a":"\300\257"}
byte 7: not UTF-8	{"a":"\355\240\200"}
byte 7: not UTF-8	{"a":"\364\220\200\200"}
byte 8: key or '}' expected	{"a":1,}
byte 8: duplicate key	{"a":1,"a":2}
byte 8: duplicate key	{"a":1,"\\u0061":2}
byte 8: ',' or '}' expected	{"a":1 "b":2}
byte 8: ',' or ']' expected	{"a":[1}
byte 8: more after the value	{"a":1}{"b":2}
byte 7: ends in the middle	{"a":1
bad line: contains a NUL byte	{"a":"\000"}
not a JSON object (it seems to be a JSON array: jq -c '.[]' makes lines of it)	[]
not a JSON object	"text"
not a JSON object	42
not a JSON object	null
Y

# Neither a record nor an event.
each <<'Y'
neither a record nor an event: no member 'record', 'schemaVersion' or 'specversion'	{}
neither a record nor an event: no member 'record', 'schemaVersion' or 'specversion'	{"Record":"sample"}
neither a record nor an event: no member 'record', 'schemaVersion' or 'specversion'	{"a":{"record":"sample"}}
record: must be a string	{"record":1}
record: 'trace' is not a measurement, sample or wave	{"record":"trace"}
record: 'receipt' is not a measurement, sample or wave	{"record":"receipt"}
Y

# Records.
each <<'Y'
'readings' is missing	{"record":"measurement"}
'readings' is missing	{"record":"sample"}
a wave needs 'wave', 'sampleRate' and 'values'	{"record":"wave","values":[]}
readings: must be an array of objects	{"record":"sample","readings":null}
readings: must be an array of objects	{"record":"sample","readings":{}}
readings: must be an array of objects	{"record":"sample","readings":[1]}
readings[0]: 'vital' is missing	{"record":"sample","readings":[{}]}
readings[1].vital: must be a string	{"record":"sample","readings":[{"vital":"x","value":1,"unit":"1","confidence":1},{"vital":1}]}
readings[0].vital: must be 1 to 64 bytes long	{"record":"sample","readings":[{"vital":""}]}
readings[0].value: must be a number or null	{"record":"sample","readings":[{"vital":"x","value":"71"}]}
readings[0].value: is not a finite number	{"record":"sample","readings":[{"vital":"x","value":1e999}]}
readings[0].unit: 'bpm' is not a UCUM unit	{"record":"sample","readings":[{"vital":"heartRate","value":1,"unit":"bpm"}]}
readings[0].unit: 'mmHg' is not a UCUM unit	{"record":"sample","readings":[{"vital":"x","value":1,"unit":"mmHg"}]}
readings[0]: heartRate must be in '/min'	{"record":"sample","readings":[{"vital":"heartRate","value":1,"unit":"Hz","confidence":1}]}
readings[0]: value is null without an absentReason	{"record":"sample","readings":[{"vital":"x","value":null,"unit":"1"}]}
readings[0]: absentReason beside a value	{"record":"sample","readings":[{"vital":"x","value":1,"unit":"1","confidence":1,"absentReason":"too-short"}]}
readings[0]: value without a confidence	{"record":"sample","readings":[{"vital":"x","value":1,"unit":"1"}]}
readings[0].confidence: must be from 0 to 1	{"record":"sample","readings":[{"vital":"x","value":1,"unit":"1","confidence":1.01}]}
readings[0].confidence: must be from 0 to 1	{"record":"sample","readings":[{"vital":"x","value":1,"unit":"1","confidence":-0.01}]}
quality.signal: must be from 0 to 1	{"record":"sample","readings":[],"quality":{"signal":1.5}}
quality.snrDb: must be a number or null	{"record":"sample","readings":[],"quality":{"snrDb":"6"}}
quality: must be an object or null	{"record":"sample","readings":[],"quality":[]}
startTime: '2026-11-23T06:33:30' is not an RFC 3339 time with offset	{"record":"sample","readings":[],"startTime":"2026-11-23T06:33:30"}
startTime: '2026-02-29T06:33:30Z' is not an RFC 3339 time with offset	{"record":"sample","readings":[],"startTime":"2026-02-29T06:33:30Z"}
startTime: '2026-11-23T06:33:60Z' is not an RFC 3339 time with offset	{"record":"sample","readings":[],"startTime":"2026-11-23T06:33:60Z"}
startTime: '9999-12-31T23:59:59-00:01' is not an RFC 3339 time with offset	{"record":"sample","readings":[],"startTime":"9999-12-31T23:59:59-00:01"}
offsetSeconds: must be from 0 to 1e+10	{"record":"sample","readings":[],"offsetSeconds":-1}
offsetSeconds: must be from 0 to 1e+10	{"record":"sample","readings":[],"startTime":"2026-11-23T06:33:30Z","offsetSeconds":1e14}
offsetSeconds: must be from 0 to 1e+10	{"record":"sample","readings":[],"offsetSeconds":10000000001}
durationSeconds: must be from 0 to 1e+10	{"record":"measurement","readings":[],"offsetSeconds":0,"durationSeconds":1e14}
ends after the year 9999	{"record":"sample","readings":[],"startTime":"9999-12-31T23:59:50Z","offsetSeconds":10}
ends after the year 9999	{"record":"measurement","readings":[],"startTime":"9999-12-31T23:59:50Z","offsetSeconds":4,"durationSeconds":6}
ends after the year 9999	{"record":"wave","wave":"pulse","sampleRate":1,"values":[1,2,3,4,5,6],"startTime":"9999-12-31T23:59:50Z","offsetSeconds":4}
durationSeconds: must be a number or null	{"record":"sample","readings":[],"durationSeconds":"30"}
seq: must be a whole number	{"record":"sample","readings":[],"seq":1.0}
seq: must be at least 0	{"record":"sample","readings":[],"seq":-1}
sourceSha256: 'abc' is not a SHA-256 in lower-case hexadecimal	{"record":"sample","readings":[],"sourceSha256":"abc"}
device: must be an object or null	{"record":"sample","readings":[],"device":"phone"}
session: must be a string	{"record":"sample","readings":[],"session":{"id":"s"}}
sampleRate: must be from 0.001 to 1e+06	{"record":"wave","wave":"pulse","sampleRate":0,"values":[]}
values: must be an array of numbers	{"record":"wave","wave":"pulse","sampleRate":30,"values":["1"]}
values: '1e999' is not a finite number	{"record":"wave","wave":"pulse","sampleRate":30,"values":[1e999]}
'id' is a member of events, not of records	{"record":"sample","readings":[],"id":"mine"}
'\u0069d' is a member of events, not of records	{"record":"sample","readings":[],"\\u0069d":"mine"}
'data' is a member of events, not of records	{"record":"sample","readings":[],"data":{}}
Y

# Events.
each --check <<'Y'
no event: neither schemaVersion nor specversion (it seems to be a sample of vitals-extract)	{"record":"sample","readings":[]}
schemaVersion: must be a string	{"schemaVersion":1}
schemaVersion: '2.0' is a version that is not supported (supported: 1.x)	{"id":7,"schemaVersion":"2.0"}
schemaVersion: '0.9' is a version that is not supported (supported: 1.x)	{"schemaVersion":"0.9"}
schemaVersion: '11.0' is a version that is not supported (supported: 1.x)	{"schemaVersion":"11.0"}
schemaVersion: '1' is not a version: MAJOR.MINOR	{"schemaVersion":"1"}
schemaVersion: '1.01' is not a version: MAJOR.MINOR	{"schemaVersion":"1.01"}
schemaVersion: '1.0-beta' is not a version: MAJOR.MINOR	{"schemaVersion":"1.0-beta"}
'id' is missing	{"schemaVersion":"1.0"}
'session' is missing	{$E,$R}
session: must be an object	{$E,"session":"s",$R}
session: 'id' is missing	{$E,"session":{},$R}
session.id: '' is not a session ID: 1 to 256 bytes of UTF-8 without control characters	{$E,"session":{"id":""},$R}
id: 'a.b' is not an ID: 1 to 256 visible ASCII characters without full stop, quote and backslash	{"schemaVersion":"1.0","id":"a.b"}
type: 'a b' is not a type: words of letters, digits and '_', joined by full stops	{"schemaVersion":"1.0","id":"x","type":"a b"}
type: 'vitals.other' is not known in version 1.0	{"schemaVersion":"1.0","id":"x","type":"vitals.other","time":"2026-11-23T06:33:30Z",$S}
session.offsetSeconds: must be from 0 to 1e+10	{$E,"session":{"id":"s","startTime":"2026-11-23T06:33:30Z","offsetSeconds":1e14},$R}
session.durationSeconds: must be from 0 to 1e+10	{$E,"session":{"id":"s","durationSeconds":1e11},$R}
session: ends after the year 9999	{$E,"session":{"id":"s","startTime":"9999-12-31T23:59:59Z","durationSeconds":1},$R}
ends after the year 9999	{"schemaVersion":"1.0","id":"x","type":"vitals.wave","time":"2026-11-23T06:33:30Z","session":{"id":"s","startTime":"9999-12-31T23:59:50Z","offsetSeconds":4},"wave":"pulse","sampleRate":1,"values":[1,2,3,null,5,6]}
data: ends after the year 9999	{$C,"data":{"schemaVersion":"1.0","id":"x","type":"vitals.wave","time":"2026-11-23T06:33:30Z","session":{"id":"s","startTime":"9999-12-31T23:59:58.5Z"},"wave":"pulse","sampleRate":1,"values":[1,2]}}
time: '9999-12-31T23:59:60Z' is not an RFC 3339 time with offset	{"schemaVersion":"1.0","id":"x","type":"vitals.sample","time":"9999-12-31T23:59:60Z"}
time: '1795415610' is not an RFC 3339 time with offset	{"schemaVersion":"1.0","id":"x","type":"vitals.sample","time":"1795415610"}
'readings' is missing	{$E,$S}
type: completed, but no reading has a calibrated value	{"schemaVersion":"1.0","id":"x","type":"vitals.measurement.completed","time":"2026-11-23T06:33:30Z",$S,"readings":[]}
type: failed, but a reading has a value	{"schemaVersion":"1.0","id":"x","type":"vitals.measurement.failed","time":"2026-11-23T06:33:30Z",$S,$R}
eventCount: must be a whole number	{$E,$S,$R,"eventCount":"3"}
specversion: '0.3' is a version of CloudEvents that is not supported (supported: 1.0)	{"specversion":"0.3"}
'data' is missing	{$C}
data: must be an object	{$C,"data":"text"}
'source' is missing	{"specversion":"1.0","id":"x","type":"t","data":{}}
source: 'a b' is not a URI reference (RFC 3986)	{"specversion":"1.0","id":"x","type":"t","source":"a b","data":{}}
data: 'schemaVersion' is missing	{$C,"data":{}}
data: schemaVersion: '2.0' is a version that is not supported (supported: 1.x)	{$C,"data":{"schemaVersion":"2.0"}}
'session_id' is not an attribute name of CloudEvents: lower-case letters and digits	{$C,"session_id":"s","data":{$E,$S,$R}}
traceparent: must be a string, a boolean or a 32-bit integer	{$C,"traceparent":{},"data":{$E,$S,$R}}
sequence: must be a string, a boolean or a 32-bit integer	{$C,"sequence":2147483648,"data":{$E,$S,$R}}
id: differs from the event's in data	{"specversion":"1.0","id":"y","source":"urn:x","type":"vitals.sample","data":{$E,$S,$R}}
type: differs from the event's in data	{"specversion":"1.0","id":"x","source":"urn:x","type":"vitals.wave","data":{$E,$S,$R}}
datacontenttype: 'text/plain' is not supported (supported: application/json and types with +json)	{$C,"datacontenttype":"text/plain","data":{$E,$S,$R}}
datacontenttype: 'application/json; charset' is not supported (supported: application/json and types with +json)	{$C,"datacontenttype":"application/json; charset","data":{$E,$S,$R}}
datacontenttype: 'application/jsonx' is not supported (supported: application/json and types with +json)	{$C,"datacontenttype":"application/jsonx","data":{$E,$S,$R}}
datacontenttype: '+json' is not supported (supported: application/json and types with +json)	{$C,"datacontenttype":"+json","data":{$E,$S,$R}}
time: differs from the event's in data	{$C,"time":"2026-11-23T06:33:30.001Z","data":{$E,$S,$R}}
time: differs from the event's in data	{$C,"time":"2026-11-23T06:33:30.0000001Z","data":{$E,$S,$R}}
time: differs from the event's in data	{$C,"time":"2026-11-23T06:33:30+01:00","data":{$E,$S,$R}}
time: '2026-11-23T06:33:60Z' is not an RFC 3339 time with offset	{$C,"time":"2026-11-23T06:33:60Z","data":{$E,$S,$R}}
id: must be a string	{"specversion":"1.0","id":null,"source":"urn:x","type":"vitals.sample","data":{$E,$S,$R}}
data_base64 beside data	{$C,"data_base64":"AA==","data":{$E,$S,$R}}
Y

printf '{%s}\n' "$E,$S,$R" "$C,\"sequence\":2147483647,\"data\":{$E,$S,$R}" >good
try 'what the bad ones were made of is good' vitals-event --check good
is_status 0
stdout_is_file good
is_stderr ''

done_testing
