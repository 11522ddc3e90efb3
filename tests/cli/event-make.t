#!/bin/sh
# vitals-event: records become events.
# valgrind
. "$(dirname "$0")/tap.sh"

m='{"record":"measurement","source":"clip.mp4","sourceSha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","startTime":null,"offsetSeconds":0.0,"durationSeconds":30.0,"device":{"codec":"h264","make":"A"},"readings":[{"vital":"heartRate","value":71.80,"unit":"/min","confidence":0.94,"method":"rppg-pos"}],"quality":{"signal":0.91,"snrDb":6.8},"faceIndex":0}'
t=2026-11-23T06:33:30.120Z

echo "$m" >m
try 'a measurement' vitals-event --id content --time $t --session s-81 m
is_status 0
is_stdout '{"schemaVersion":"1.0","id":"'"$(
	h=$(printf %s "$m" | sha256sum)
	v=$(printf %s "$h" | cut -c 17 | tr 0123456789abcdef 89ab89ab89ab89ab)
	printf %s "$h" | sed "s/^\(........\)\(....\).\(...\).\(...\)\(............\).*/\1-\2-8\3-$v\4-\5/"
)"'","type":"vitals.measurement.completed","time":"2026-11-23T06:33:30.120Z","session":{"id":"s-81","startTime":null,"offsetSeconds":0.0,"durationSeconds":30.0,"device":{"codec":"h264","make":"A"}},"readings":[{"vital":"heartRate","value":71.80,"unit":"/min","confidence":0.94,"method":"rppg-pos"}],"quality":{"signal":0.91,"snrDb":6.8},"faceIndex":0}'
is_stderr ''

try 'UUIDv7' vitals-event m
is_status 0
stdout_json '.id | test("^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")'
is_stderr ''

echo "$m" | sed 's/71.80/null/; s/"method"/"absentReason":"low-signal","method"/' >failed
try 'no value' vitals-event failed
is_status 0
stdout_json '.type == "vitals.measurement.failed"'
is_stderr ''

echo "$m" | sed 's/"method"/"status":"uncalibrated","method"/' >uncal
try 'an uncalibrated value does not count' vitals-event uncal
is_status 0
stdout_json '.type == "vitals.measurement.failed"'
is_stderr ''

try 'with its source' vitals-event --with-source m
is_status 0
stdout_json '.source == "clip.mp4" and (.sourceSha256 | length) == 64'
is_stderr ''

try 'device options' vitals-event --device make=B --device serial='1"2' m
is_status 0
stdout_json '.session.device == {"codec":"h264","make":"B","serial":"1\"2"}'
is_stderr ''

echo "$m" | sed 's/"startTime":null/"startTime":"2026-11-23T08:00:00+01:00"/; s/"offsetSeconds":0.0/"offsetSeconds":10.5/' >timed
try 'the time of the record' vitals-event --time $t timed
is_status 0
stdout_json '.time == "2026-11-23T07:00:40.500Z" and .session.startTime == "2026-11-23T08:00:00+01:00"'
is_stderr ''

for id in uuidv7 content; do
	cat m timed >two
	try "one source, one session: $id" vitals-event --id $id two
	is_status 0
	[ "$(jq -r .session.id "$WORK/.out" | sort -u | wc -l)" -eq 1 ]
	ok 'the same for both lines'
	stdout_lines 2
	is_stderr ''
done
[ "$(vitals-event m | jq -r .session.id)" != "$(vitals-event m | jq -r .session.id)" ]
ok 'another one in each run'
[ "$(vitals-event --id content m | jq -r .session.id)" = "$(vitals-event --id content m | jq -r .session.id)" ]
ok 'the same one in each run with --id content'

sed 's/"sourceSha256":"[^"]*",//' m >nosum
try 'no session to derive' vitals-event --id content nosum
is_status 1
is_stdout ''
is_stderr 'vitals-event: nosum:1: no session: the line has no sourceSha256 to derive one from: --session is needed'

cat >live <<'Y'
{"record":"sample","source":"a","seq":0,"offsetSeconds":1,"readings":[]}
{"record":"wave","source":"a","offsetSeconds":1.5,"wave":"pulse","sampleRate":30,"values":[0.1,-0.2e1,null]}
{"record":"sample","source":"b","seq":0,"offsetSeconds":1,"readings":[],"session":"mine"}
Y
try 'session events' vitals-event --session-events live
is_status 0
[ "$(jq -r .type "$WORK/.out" | tr '\n' ' ')" = 'vitals.session.started vitals.sample vitals.wave vitals.session.ended vitals.session.started vitals.sample vitals.session.ended ' ]
ok 'in their order'
[ "$(jq -c 'select(.type == "vitals.session.ended") | [.eventCount, .session.durationSeconds * 1]' "$WORK/.out" | tr '\n' ' ')" = '[2,1.6] [1,1] ' ]
ok 'with counts and durations'
stdout_lines 7
is_stderr ''

cat >wave <<'Y'
{"record":"wave","source":"a","startTime":"2026-11-23T06:33:00Z","offsetSeconds":8,"wave":"pulse","sampleRate":4,"values":[0.1,-0.2e1,null,0.3,1,2]}
Y
try 'the time of a wave is its end' vitals-event --session s --session-events wave
is_status 0
[ "$(jq -r '[.type, .time[11:], .session.durationSeconds] | @csv' "$WORK/.out")" = '"vitals.session.started","06:33:08.000Z",
"vitals.wave","06:33:09.500Z",
"vitals.session.ended","06:33:09.500Z",9.5' ]
ok 'which is also that of the session'
stdout_lines 3
is_stderr ''

try 'no session without lines' vitals-event --session-events /dev/null
is_status 0
is_stdout ''
is_stderr ''

try 'CloudEvents' vitals-event --cloudevents --session s --source-uri https://example.org/ward/7 live
is_status 0
stdout_json '.specversion == "1.0" and .id == .data.id and .type == .data.type and .time == .data.time and .source == "https://example.org/ward/7" and .partitionkey == .data.session.id and .dataschema == "urn:vitals:schema:event:1.0"'
is_stderr ''
cp "$WORK/.out" cloud
vitals-event cloud >plain
try 'unwrapped and wrapped again' vitals-event --cloudevents --source-uri https://example.org/ward/7 plain
is_status 0
stdout_is_file cloud
is_stderr ''
try 'CloudEvents pass' vitals-event --cloudevents cloud
is_status 0
stdout_is_file cloud
is_stderr ''
try 'checked' vitals-event --check cloud plain
is_status 0
cat cloud plain >both
stdout_is_file both
is_stderr ''

done_testing
