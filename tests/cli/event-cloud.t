#!/bin/sh
# CloudEvents as other libraries write them: attributes that are null, instants and
# media types in every form that their standards allow.
. "$(dirname "$0")/tap.sh"

EVENT='{"schemaVersion":"1.0","id":"x","type":"vitals.sample","time":"2016-12-31T23:59:59.940Z","session":{"id":"s"},"readings":[]}'
# cloud MEMBERS: a CloudEvent with these members added
cloud() {
	printf '{"specversion":"1.0","id":"x","source":"urn:x","type":"vitals.sample",%s"data":%s}\n' \
		"$1" "$EVENT"
}
passes() { # NAME MEMBERS: good, passed on byte for byte, and unwrapped
	cloud "$2" >in
	try "$1" vitals-event --check in
	is_status 0
	stdout_is_file in
	is_stderr ''
	try "$1, unwrapped" vitals-event in
	is_status 0
	is_stdout "$EVENT"
	is_stderr ''
}

passes 'no attribute' ''
for a in subject time datacontenttype dataschema partitionkey data_base64 other; do
	passes "$a: null" "\"$a\":null,"
done
passes 'all of them null' '"subject":null,"time":null,"datacontenttype":null,"dataschema":null,"partitionkey":null,"data_base64":null,"traceparent":null,'

for t in 23:59:59.94Z 23:59:59.94000000Z 23:59:59.940+00:00 23:59:59.94-00:00; do
	passes "the time $t" "\"time\":\"2016-12-31T$t\","
done
passes 'lower case' '"time":"2016-12-31t23:59:59.940z",'
passes 'another offset' '"time":"2017-01-01T05:29:59.94+05:30",'
passes 'an escape' '"time":"2016-12-31T23:59:59.94\u005a",'
EVENT=$(echo "$EVENT" | sed 's/23:59:59.940Z/23:59:60Z/')
passes 'a leap second' '"time":"2016-12-31T18:59:60.0-05:00",'

while read -r type; do
	passes "the type $type" "\"datacontenttype\":\"$type\","
done <<-'X'
	application/json
	Application/JSON
	application/json; charset=utf-8
	application/json;charset=UTF-8
	application/json ; charset=\"utf-8\" ; profile=\"a;b\\\"c\"
	application/json;
	application/vnd.vitals.event+json
	application/vnd.vitals.event+JSON; version=1
	text/json
X
done_testing
