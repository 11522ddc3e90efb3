#!/bin/sh
# CloudEvents in binary content mode: what vitals-post sends, and that vitals-receive
# prints the lines that were sent.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/post.sh
. "$TESTS/cli/post.sh"
command -v jq >/dev/null || skip_all 'no jq here'
hook
base=http://127.0.0.1:$PORT

# Print of each request in the log its type, its ce- headers and its body.
requests() {
	jq -c '[.headers["content-type"], ([.headers | to_entries[] |
		select(.key | startswith("ce-")) | "\(.key)=\(.value)"] | sort | join(" ")), .body]' log
}
sent() { # NAME LINE WANT-REQUEST
	: >log
	sent_n=$1 sent_w=$3
	printf '%s\n' "$2" >line
	try "$sent_n" vitals-post -q --cloudevents binary "$base/ok" <line
	is_status 0
	stdout_json '.status == "delivered"'
	is_stderr ''
	requests >got
	if [ "$(cat got)" = "$sent_w" ]; then ok "$sent_n: the request"; else
		printf 'want %s\n' "$sent_w" >>got
		not_ok "$sent_n: the request" got
	fi
}
a='"specversion":"1.0","id":"1","source":"/s","type":"t"'
h='ce-id=1 ce-source=/s ce-specversion=1.0 ce-type=t'
whole() { # NAME LINE: is sent in structured mode
	sent "$1" "$2" "$(jq -cn --arg b "$2" '["application/cloudevents+json", "", $b]')"
}
sent 'an event' "{$a,\"data\":{\"v\": 72.4310}}" \
	'["application/json","'"$h"'","{\"v\": 72.4310}"]'
sent 'all kinds of attributes' \
	"{\"data\":[],\"subject\":\"Gr\\u00fc\\u00dfe \\\"50%\\\"\",\"n\":-7,\"b\":true,\"none\":null,$a}" \
	'["application/json","ce-b=true '"${h%%ce-source*}"'ce-n=-7 ce-source=/s ce-specversion=1.0 ce-subject=Gr%C3%BC%C3%9Fe%20%2250%25%22 ce-type=t","[]"]'
sent 'a type of JSON' "{$a,\"datacontenttype\":\"a/b+json; x=\\\"y\\\"\",\"data\":\"x\"}" \
	'["a/b+json; x=\"y\"","'"$h"'","\"x\""]'
sent 'text' "{$a,\"datacontenttype\":\"text/plain\",\"data\":\"a\\u00fc\\n\"}" \
	'["text/plain","'"$h"'","aü\n"]'
sent 'base64' "{$a,\"datacontenttype\":\"text/plain\",\"data_base64\":\"R3LDvA==\"}" \
	'["text/plain","'"$h"'","Grü"]'
whole 'no data' "{$a}"
whole 'both kinds of data' "{$a,\"data\":1,\"datacontenttype\":\"a/b\",\"data_base64\":\"AA==\"}"
whole 'no base64' "{$a,\"datacontenttype\":\"a/b\",\"data_base64\":\"A\"}"
whole 'bytes without a type' "{$a,\"data_base64\":\"AA==\"}"
whole 'a type that is not text' "{$a,\"data\":1,\"datacontenttype\":\"a\\nb\"}"
whole 'an object that is not JSON' "{$a,\"data\":{},\"datacontenttype\":\"text/plain\"}"
whole 'a name with _' "{$a,\"data\":1,\"a_b\":\"x\"}"
whole 'an object as an attribute' "{$a,\"data\":1,\"x\":{}}"
whole 'a fraction' "{$a,\"data\":1,\"x\":1.5}"
whole 'an empty attribute' "{$a,\"data\":1,\"x\":\"\"}"
whole 'a line break in an attribute' "{$a,\"data\":1,\"x\":\"a\\r\\nce-y: b\"}"
whole 'no source' '{"specversion":"1.0","id":"1","type":"t","data":1}'
whole 'another version' '{"specversion":"0.3","id":"1","source":"/s","type":"t","data":1}'
many() { # N: that many attributes more
	awk -v n="$1" 'BEGIN { for (i = 1; i <= n; i++) printf "\"x%02d\":\"v\",", i }'
}
whole '25 attributes' "{$(many 21)$a,\"data\":1}"
sent '24 attributes' "{$(many 20)$a,\"data\":1}" \
	'["application/json","'"$h$(awk 'BEGIN { for (i = 1; i <= 20; i++) printf " ce-x%02d=v", i }')"'","1"]'
sent 'another object' '{"id":"1","data":1}' '["application/json","","{\"id\":\"1\",\"data\":1}"]'
sent 'headers of the line' "{\"endpoint\":\"$base/ok\",\"headers\":{\"X-A\":\"b\"},$a,\"data\":1}" \
	'["application/json","'"$h"'","1"]'

: >log
vitals-sign -q --new-key key
echo "{$a,\"data\":1}" | vitals-sign -q -k key >message
try 'a message with a signature' vitals-post -q --cloudevents binary "$base/ok" <message
is_status 0
stdout_lines 1
is_stderr ''
[ "$(requests)" = "$(jq -c '["application/cloudevents+json", "", .payload]' message)" ]
ok 'is sent unchanged'
try 'with batches' vitals-post --cloudevents binary --batch 2 "$base/ok"
is_status 2
is_stdout ''
stderr_has '^vitals-post: --batch and --cloudevents binary exclude each other$'

# ---- To vitals-receive, which accepts it only if all attributes are signed ---
for i in 1 2 3 4 5 6 7 8; do
	echo '{"specversion":"1.0","id":"r.'$i'","source":"urn:a","type":"com.example.t","subject":"ü %'$i'","time":"2026-11-23T06:33:30.120Z","datacontenttype":"application/json","dataschema":"urn:b","partitionkey":"s","ext":"1","data":{"v":72.4310,"i":'$i'}}'
done >lines
for scheme in rfc9421 standard; do
	rm -f port
	vitals-receive -q -k key -s $scheme -l 127.0.0.1:0 --port-file port -t 1200 >out 2>err &
	receiver=$!
	wait_for [ -s port ]
	try "$scheme: vitals-post" vitals-post -q -k key --scheme $scheme \
		--cloudevents binary -c 1 "http://127.0.0.1:$(cat port)/" <lines
	kill $receiver
	wait $receiver
	case $scheme in
	rfc9421)
		is_status 0
		stdout_lines 8
		is_stderr ''
		cmp lines out
		ok 'the lines that were sent are printed'
		;;
	standard)
		is_status 4
		stdout_json '.httpStatus == 415'
		stderr_has ': dead after 1 attempt: HTTP 415$'
		[ ! -s out ]
		ok 'nothing is printed'
		;;
	esac
done

# ---- Messages of vitals-receive, which are sent on -------------------------
vitals-sign -q --new-key next
start() { # NAME [OPTION ...]: a receiver that prints to NAME; sets RECEIVER and AT
	start_n=$1
	shift
	rm -f port
	vitals-receive -q -s rfc9421 -l 127.0.0.1:0 --port-file port -t 1200 "$@" \
		>"$start_n" 2>"$start_n.err" &
	RECEIVER=$!
	wait_for [ -s port ]
	AT=http://127.0.0.1:$(cat port)/
}
end() { # the receiver that was started last, which printed LINES to NAME
	kill $RECEIVER
	wait $RECEIVER
	cmp lines "$1"
	ok "$2: the lines that were sent are printed" "$1.err"
}
start messages -k key -o message
try 'to vitals-receive -o message' vitals-post -q -k key --scheme rfc9421 \
	--cloudevents binary -c 1 "$AT" <lines
is_status 0
stdout_lines 8
is_stderr ''
kill $RECEIVER
wait $RECEIVER
is 'which prints messages' "$(jq -r '.headers["ce-id"]' messages | tr '\n' ' ')" \
	'r.1 r.2 r.3 r.4 r.5 r.6 r.7 r.8 '
start out -k key
try 'messages with their signatures' vitals-post -q -c 1 "$AT" <messages
is_status 0
stdout_lines 8
is_stderr ''
end out 'messages with their signatures'
start out -k next
try 'messages that are signed again' vitals-post -q -k next --scheme rfc9421 -c 1 \
	--cloudevents binary "$AT" <messages
is_status 0
stdout_lines 8
is_stderr ''
end out 'messages that are signed again'

# The attributes are those of the message, whatever its data is.
field() { jq -c --arg n "$1" --arg v "$2" '.headers[$n] = $v' message; }
sent_on() { # NAME WANT-REQUEST: as message is
	: >log
	try "$1" vitals-post -q "$base/ok" <message
	is_status 0
	stdout_json '.status == "delivered"'
	is_stderr ''
	requests >got
	is "$1: the request" "$(cat got)" "$2"
}
echo '{"id":"m","contentType":"text/plain","headers":{"CE-Specversion":"1.0","ce-id":"1","ce-source":"/s","ce-type":"t","X-A":"b"},"payload":"{"}' >message
sent_on 'a message by hand' '["text/plain","'"$h"'","{"]'
jq -c 'reduce range(60) as $i (.; .headers["ce-x\($i)"] = "v") | .signature = "v1,AA=="' message >m
mv m message
sent_on '64 attributes' '["text/plain","'"$(jq -r '[.headers | to_entries[] |
	select(.key | test("^ce-"; "i")) | "\(.key | ascii_downcase)=\(.value)"] | sort | join(" ")' message)"'","{"]'
field ce-more x >other
refused_line() { # NAME REASON: the line in other
	try "$1" vitals-post -q "$base/ok" <other
	is_status 1
	is_stdout ''
	is_stderr "vitals-post: <stdin>:1: $2"
}
refused_line '65 attributes' 'more than 64 attributes'
echo '{"id":"m","contentType":"text/plain","headers":{"ce-specversion":"1.0","ce-id":"1","ce-source":"/s"},"payload":"{"}' >message
cp message other
refused_line 'no type' 'a CloudEvent without ce-type'
field ce-type 'ü' >other
refused_line 'a value that is not encoded' 'ce-type: not printable ASCII: other characters are percent-encoded'
field ce-type "$(printf 'a\r\nx: b')" >other
refused_line 'a line break' 'ce-type: not printable ASCII: other characters are percent-encoded'
field ce- x >other
refused_line 'no name' 'ce-: not the name of an attribute'
field CE-ID x >other
refused_line 'an attribute twice' 'duplicate header ce-id'
field ce-type t | jq -c '.contentType = "application/cloudevents+json"' >other
refused_line 'a message in structured mode' 'headers: attributes in binary mode, but contentType is that of a CloudEvent in structured mode'

# As many headers as one request can have
awk -v base="$base" 'BEGIN {
	printf "{\"id\":\"m\",\"specversion\":\"1.0\",\"source\":\"/s\",\"type\":\"t\",\"data\":1"
	for (i = 1; i <= 20; i++) printf ",\"x%d\":\"v\"", i
	printf ",\"endpoint\":\"%s/ok\",\"headers\":{\"X-1\":\"v\"", base
	for (i = 2; i <= 16; i++) printf ",\"X-%d\":\"v\"", i
	print "}}"
}' >line
: >log
try '24 attributes and 16 headers' vitals-post -q -k key --scheme rfc9421 \
	--cloudevents binary --max-attempts 1 <line
is_status 0
stdout_json '.status == "delivered"'
is_stderr ''
is 'all are sent' "$(jq '[.headers | keys[] | select(test("^(ce-)?x"))] | length' log)" 36
done_testing
