#!/bin/sh
# valgrind
# CloudEvents in binary content mode: which are accepted, and the lines that they become.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"

field() { # NAME VALUE: one more header of the next request
	printf '%s: %s\n' "$1" "$2" >>fields
}
n=0
event() { # ID: the required attributes, for a message with another ID
	n=$((n + 1))
	: >fields
	field ce-specversion 1.0
	field ce-id "$1"
	field ce-source /s
	field ce-type t
}
# Send the fields and BODY with the type $1 (none if it is empty), signed with the
# scheme standard, and print the status.
send() { # TYPE BODY
	send_t=$1 now=$(date +%s)
	printf '%s' "$2" >body
	curl -s -o answer -w '%{http_code}\n' --max-time 300 \
		-H "webhook-id: m$n" -H "webhook-timestamp: $now" \
		-H "webhook-signature: v1,$(printf 'm%s.%s.%s' "$n" "$now" "$2" | hmac)" \
		-H "Content-Type:${send_t:+ $send_t}" -H @fields \
		--data-binary @body "$URL/"
}
refused() { # NAME REASON: as the last request was, with 400
	is "$1: status" "$(send application/json '{}')" 400
	is "$1: why" "$(cat answer)" "$2"
}

# ---- Signed by a scheme that covers only the body --------------------------
receive -q
event 1
is 'attributes that nothing signs: status' "$(send application/json '{}')" 415
is 'attributes that nothing signs: why' "$(cat answer)" "a CloudEvent in binary mode is \
refused, because its signature does not cover its ce- headers: sign with rfc9421, or \
send it in structured mode, as application/cloudevents+json"
try 'without --unsigned-attributes' finish
is_status 0
is_stdout ''
is_stderr ''

receive --unsigned-attributes
event 1
is 'JSON: status' "$(send application/json '{"v": 72.4310}')" 202
is 'the same request: status' "$(send application/json '{"v": 72.4310}')" 200
field ce-subject x
is 'its ID, another attribute: status' "$(send application/json '{"v": 72.4310}')" 409
event 2
: >fields
for f in 'CE-Type: a.b' 'ce-zone: z' 'ce-specversion: 1.0' 'ce-partitionkey: p' \
	'ce-time: 2026-11-23T06:33:30.12Z' 'ce-dataschema: urn:x' \
	'ce-abc: "q\"\\ %2522"' 'Ce-Source: /s' 'ce-subject: Gr%c3%BC%C3%9Fe%20%22' 'ce-id: 2'; do
	printf '%s\n' "$f" >>fields
done
is 'all attributes: status' \
	"$(send 'Application/Vnd.X+JSON; charset=utf-8' '[1,
{"a":"\u00e4"}]')" 202
event 3
is 'text: status' "$(send text/plain 'Grüße')" 202
event 4
is 'no body: status' "$(send application/json '')" 202
event 5
is 'no body and no type: status' "$(send '' '')" 202
event 6
is 'a scalar: status' "$(send application/json ' "x" ')" 202

event 7
is 'a body without a type: status' "$(send '' x)" 400
is 'a body without a type: why' "$(cat answer)" 'data without a Content-Type'
is 'not JSON: status' "$(send application/json '{"a":1,}')" 400
is 'not JSON: why' "$(cat answer)" "byte 8: key or '}' expected"
is 'not JSON, type with +json: status' "$(send text/x+json '{')" 400
deep=$(awk 'BEGIN { for (i = 0; i < 63; i++) printf "["; for (i = 0; i < 63; i++) printf "]" }')
is 'nested 63 deep: status' "$(send application/json "$deep")" 202
is 'nested 64 deep: status' "$(send application/json "[$deep]")" 400
is 'nested 64 deep: why' "$(cat answer)" 'byte 64: nested too deep'
for missing in specversion id source type; do
	event 8
	sed -i "/ce-$missing:/d" fields
	refused "no ce-$missing" "a CloudEvent without ce-$missing"
done
event 8
field ce-id 8
refused 'ce-id twice' 'duplicate header ce-id'
for f in \
	'ce-:ce-: not the name of an attribute' \
	'ce-a_b:ce-a_b: not the name of an attribute' \
	'ce-data:ce-data: not the name of an attribute' \
	'ce-datacontenttype:ce-datacontenttype: this attribute is the Content-Type'; do
	event 8
	field "${f%%:*}" x
	[ "${f%%:*}" != ce- ] || continue
	refused "${f%%:*}" "${f#*:}"
done
for f in '%' '%4' 'a%4gb' '%%'; do
	event 8
	field ce-subject "$f"
	refused "ce-subject: $f" \
		'ce-subject: a percent sign without two hexadecimal digits'
done
for f in '%C0%A0' '%ff' '%ED%A0%80' '%E2%82'; do
	event 8
	field ce-subject "$f"
	refused "ce-subject: $f" 'ce-subject: not UTF-8'
done
for f in 'a%0D%0Ace-x: y' '%00' '%7f' '%C2%85'; do
	event 8
	field ce-subject "$f"
	refused "ce-subject: $f" 'ce-subject: a control character'
done
event 8
field ce-subject 'Grüße'
refused 'UTF-8 that is not encoded' \
	'ce-subject: not printable ASCII: other characters are percent-encoded'
for f in '"' '"a' '"a\"'; do
	event 8
	field ce-subject "$f"
	refused "ce-subject: $f" 'ce-subject: a quote without its end'
done
event 8
field ce-subject '"a"b"'
refused 'a quote in quotes' 'ce-subject: more after a quote'
event 8
field ce-time yesterday
refused 'ce-time: yesterday' 'ce-time: not an RFC 3339 time'
event 8
sed -i 's/1\.0/0.3/' fields
refused 'version 0.3' 'ce-specversion: not supported (supported: 1.0)'
event 8
sed -i 's|/s|/a%20b|' fields
refused 'a source with a blank' 'ce-source: contains a blank'
event ''
sed -i 's/^ce-id: $/ce-id;/' fields
refused 'an empty ID' 'ce-id: empty'
long=$(awk 'BEGIN { for (i = 0; i < 2048; i++) printf "x" }')
event "${long}x"
refused 'an ID of 2049 bytes' 'ce-id: too long'
event "$long"
field "ce-$(printf '%.60s' "$long")" 1
is 'an ID of 2048 bytes, a name of 60: status' "$(send application/json 1)" 202
event 8
field "ce-$(printf '%.61s' "$long")" 1
refused 'a name of 61 bytes' \
	"ce-$(printf '%.60s' "$long")...: its name is longer than 60 bytes"
try 'binary events' finish
is_status 0
is_stdout '{"specversion":"1.0","id":"1","source":"/s","type":"t","datacontenttype":"application/json","data":{"v": 72.4310}}
{"specversion":"1.0","id":"2","source":"/s","type":"a.b","subject":"Grüße \"","time":"2026-11-23T06:33:30.12Z","datacontenttype":"Application/Vnd.X+JSON; charset=utf-8","dataschema":"urn:x","partitionkey":"p","abc":"q\"\\ %22","zone":"z","data":[1, {"a":"\u00e4"}]}
{"specversion":"1.0","id":"3","source":"/s","type":"t","datacontenttype":"text/plain","data_base64":"R3LDvMOfZQ=="}
{"specversion":"1.0","id":"4","source":"/s","type":"t","datacontenttype":"application/json"}
{"specversion":"1.0","id":"5","source":"/s","type":"t"}
{"specversion":"1.0","id":"6","source":"/s","type":"t","datacontenttype":"application/json","data": "x" }
{"specversion":"1.0","id":"7","source":"/s","type":"t","datacontenttype":"application/json","data":'"$deep"'}
{"specversion":"1.0","id":"'"$long"'","source":"/s","type":"t","datacontenttype":"application/json","'"$(printf '%.60s' "$long")"'":"1","data":1}'
stderr_has 'refused: 400: a CloudEvent without ce-specversion$'

# ---- RFC 9421, whose signature can cover them ------------------------------
# Send as above, with a signature of openssl that covers what $3 lists.
send_covered() { # TYPE BODY COMPONENT ...
	send_t=$1 now=$(date +%s)
	printf '%s' "$2" >body
	shift 2
	digest=sha-256=:$(openssl dgst -sha256 -binary body | base64):
	cp fields all
	printf 'content-digest: %s\ncontent-type: %s\n' "$digest" "$send_t" >>all
	covered=
	: >base
	for name; do
		covered="$covered \"$name\""
		sed -n "s/^$name: \(.*\)/\"$name\": \1/p" all >>base
	done
	params="(${covered# });created=$now;alg=\"hmac-sha256\""
	printf '"@signature-params": %s' "$params" >>base
	curl -s -o answer -w '%{http_code}\n' --max-time 300 -H @fields \
		-H "Content-Type: $send_t" -H "Content-Digest: $digest" \
		-H "Signature-Input: s=$params" -H "Signature: s=:$(hmac <base):" \
		--data-binary @body "$URL/"
}
receive -q -s rfc9421
event 1
field ce-time 2026-11-23T06:33:30Z
all='content-digest content-type ce-specversion ce-id ce-source ce-type'
# shellcheck disable=SC2086
send_all() { send_covered application/json "$1" $all ${2-}; }
is 'all are covered: status' "$(send_all '{}' ce-time)" 202
is 'all are covered, again: status' "$(send_all '{}' ce-time)" 200
is 'all are covered, other data: status' "$(send_all '{"a":1}' ce-time)" 409
is 'ce-time is not: status' "$(send_all '{}')" 401
is 'ce-time is not: why' "$(cat answer)" 'the signature does not cover ce-time'
event 2
is 'same data, other ID: status' "$(send_all '{}')" 202
is 'the type is not: status' \
	"$(send_covered application/json '{}' content-digest ce-specversion ce-id ce-source ce-type)" 401
is 'the type is not: why' "$(cat answer)" 'the signature does not cover content-type'
sed 's/^ce-id: 2/ce-id: 3/' fields >changed
is 'a changed attribute: status' "$(send_all '{}' && mv changed fields &&
	curl -s -o answer -w '%{http_code}\n' -H @fields -H 'Content-Type: application/json' \
		-H "Content-Digest: $digest" -H "Signature-Input: s=$params" \
		-H "Signature: s=:$(hmac <base):" --data-binary @body "$URL/")" '200
401'
try 'covered attributes' finish
is_status 0
is_stdout '{"specversion":"1.0","id":"1","source":"/s","type":"t","time":"2026-11-23T06:33:30Z","datacontenttype":"application/json","data":{}}
{"specversion":"1.0","id":"2","source":"/s","type":"t","datacontenttype":"application/json","data":{}}'
is_stderr ''

# ---- Messages, sealed data, and paths --------------------------------------
receive -q --unsigned-attributes -o message
event 1
field ce-subject 'a%20b'
is 'a message: status' "$(send application/json '{"a":1}')" 202
is 'a message with bytes that are not text: status' \
	"$(send application/octet-stream "$(printf '\377')")" 415
try 'a message' finish
is_status 0
stdout_lines 1
is_stderr ''
jq -c '[.headers["ce-id"], .headers["ce-subject"], .payload]' out >got
is 'it has all headers and the exact body' "$(cat got)" '["1","a%20b","{\"a\":1}"]'
try 'it verifies' vitals-verify -q -k key out
is_status 0
is_stdout '{"a":1}'
is_stderr ''

receive -q -s rfc9421 -o message
event 1
is 'neither data nor a type: status' "$(send_covered '' '' content-digest ce-specversion ce-id \
	ce-source ce-type)" 202
try 'neither data nor a type' finish
is_status 0
stdout_lines 1
is_stderr ''
is 'is a message that readers recognize' "$(jq -c '[.contentType, .payload]' out)" \
	'["application/json",""]'

receive -q --unsigned-attributes
event 1
is 'no JWE: status' "$(send application/jose x)" 400
is 'a JWE: status' "$(send application/jose e30.k.aXY.Y3Q.dA)" 202
try 'sealed data' finish
is_status 0
stdout_lines 1
is_stderr ''
is 'sealed data is a message' "$(jq -c '[.contentType, .payload, .headers["ce-type"]]' out)" \
	'["application/jose","e30.k.aXY.Y3Q.dA","t"]'

cat >paths <<'Y'
{"path":"/a/","keyFiles":["key"],"unsignedAttributes":true}
{"path":"/b/","keyFiles":["key"]}
Y
vitals-receive -q --paths paths -l 127.0.0.1:0 --port-file port.paths -t 1200 >out 2>err &
SERVER=$!
paths_ready() { [ -s port.paths ]; }
wait_for paths_ready
for p in a b; do
	URL=http://127.0.0.1:$(cat port.paths)/$p
	event "$p"
	send application/json '{}'
done >codes
is 'a path that accepts them, and one that does not' "$(tr '\n' ' ' <codes)" '202 415 '
try 'two paths' finish
is_status 0
stdout_lines 1
is_stderr ''
echo '{"path":"/a","keyFiles":["key"],"unsignedAttributes":1}' >paths
try 'a number in the file' vitals-receive --paths paths -l 127.0.0.1:0
is_status 3
is_stdout ''
is_stderr 'vitals-receive: paths:1: "unsignedAttributes" is neither true nor false'
done_testing
