#!/bin/sh
# The output of vitals-event is valid by the JSON Schemas, the CloudEvents SDK and the
# UCUM library, and --check agrees with them.
. "$(dirname "$0")/lib.sh"
need_npm ajv ajv-formats @lhncbc/ucum-lhc cloudevents

cat >records <<'Y'
{"record":"measurement","source":"a.mp4","sourceSha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","startTime":null,"offsetSeconds":0.0,"durationSeconds":30.0,"device":{"container":"mov,mp4","codec":"h264","width":640,"height":480,"frameRate":29.97},"readings":[{"vital":"heartRate","value":71.8,"unit":"/min","confidence":0.94,"method":"rppg-pos"},{"vital":"bloodPressureSystolic","value":null,"unit":"mm[Hg]","confidence":null,"method":null,"absentReason":"not-calibrated"}],"quality":{"signal":0.91,"snrDb":6.8,"motion":0.05,"illumination":0.61,"coverage":0.99}}
{"record":"measurement","source":"b.mp4","startTime":"2026-11-23T06:33:30.120+01:00","offsetSeconds":30,"durationSeconds":30.0,"device":null,"readings":[{"vital":"heartRate","value":null,"unit":"/min","absentReason":"no-face"}],"quality":{"signal":null,"snrDb":null,"motion":null,"illumination":0.5,"coverage":0},"faceIndex":1}
{"record":"sample","source":"b.mp4","startTime":null,"seq":0,"offsetSeconds":8.0,"readings":[{"vital":"heartRate","value":71.8,"unit":"/min","confidence":0.94,"method":"rppg-pos"}],"quality":{"signal":0.9}}
{"record":"wave","source":"b.mp4","startTime":null,"offsetSeconds":8.0,"wave":"pulse","sampleRate":30.0,"values":[0.1,-0.25,null,1e-3]}
Y
(umask 077; echo 0123456789abcdef0123456789abcdef >key)
for n in measurement sample wave; do
	grep "\"record\":\"$n\"" records >"$n"
	try "the $n schema accepts the test's own records" js event-schema.js $n "$n"
	is_status 0
	is_stdout ''
	is_stderr ''
done
for options in '' '--id content --session s-81' '--session s-81 --session-events' \
	'--subject Ada --pseudonym-key-file key --device serial=77 --session-events' \
	'--with-source --id content --time now'; do
	# shellcheck disable=SC2086
	vitals-event $options records >events
	try "events are valid: $options" js event-schema.js event events
	is_status 0
	is_stdout ''
	is_stderr ''
	vitals-event --cloudevents events >cloud
	try "CloudEvents are valid: $options" js event-schema.js cloudevent cloud
	is_status 0
	is_stdout ''
	is_stderr ''
	try "the CloudEvents SDK reads them: $options" js event-cloudevents.js cloud
	is_status 0
	is_stdout "$(wc -l <cloud) CloudEvents"
	is_stderr ''
done

vitals-event --session s records >events
sed 's/"schemaVersion":"1.0"/"schemaVersion":"1.1","later":{"a":[1]}/; s/"signal"/"later":[],"signal"/; s/"vital"/"later":null,"vital"/g' events >newer
try 'a 1.0 reader accepts 1.1: ajv' js event-schema.js event newer
is_status 0
is_stdout ''
is_stderr ''
try 'a 1.0 reader accepts 1.1: --check' vitals-event --check newer
is_status 0
stdout_is_file newer
is_stderr ''
sed 's/"schemaVersion":"1.0"/"schemaVersion":"2.0"/' events | head -n 1 >major
try 'and refuses 2.0: ajv' js event-schema.js event major
is_status 1
stdout_has '1: /schemaVersion must match pattern'
is_stderr ''
try 'and refuses 2.0: --check' vitals-event --check major
is_status 1
is_stdout ''
is_stderr "vitals-event: major:1: schemaVersion: '2.0' is a version that is not supported (supported: 1.x)"
try 'and refuses 2.0: read back' vitals-event --cloudevents major
is_status 1
is_stdout ''
is_stderr "vitals-event: major:1: schemaVersion: '2.0' is a version that is not supported (supported: 1.x)"

try 'thousands of changed events: ajv and --check agree' js event-agree.js
is_status 0
stdout_has '^20000 events, .* 0 differ$'
is_stderr ''
try 'thousands of units: ucum-lhc and --check agree' js event-ucum.js
is_status 0
stdout_has ', 0 differ$'
is_stderr ''

done_testing
