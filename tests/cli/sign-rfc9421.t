#!/bin/sh
# valgrind
# HTTP Message Signatures: the exact bytes that vitals-sign writes, checked with
# openssl; what vitals-verify reports; delivery from vitals-post to vitals-receive.
. "$(dirname "$0")/tap.sh"

command -v jq >/dev/null || skip_all 'no jq here'
umask 077
echo whsec_uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ== >key
vitals-sign -q --new-key other
vitals-sign -q --new-key ed --algorithm ed25519 >public
at=1618884473
printf '{"id":"m-1","hello": "world"}' >body
id=$(vitals-sign -v -k key body 2>/dev/null | vitals-verify -v -k key 2>&1 >/dev/null |
	sed 's/.* //')

try 'a line is signed over its digest, type and ID' \
	vitals-sign -s rfc9421 -k key --at $at body
cp "$WORK/.out" message
is_status 0
digest=$(openssl dgst -sha256 -binary body | base64)
input="(\"content-digest\" \"content-type\" \"webhook-id\");created=$at;keyid=\"$id\";alg=\"hmac-sha256\""
tag=$(printf '"content-digest": sha-256=:%s:\n"content-type": application/json\n"webhook-id": m-1\n"@signature-params": %s' \
	"$digest" "$input" |
	openssl dgst -sha256 -mac HMAC -macopt \
		"hexkey:$(sed 's/whsec_//' key | base64 -d | od -An -vtx1 | tr -d ' \n')" \
		-binary | base64)
is_stdout "{\"id\":\"m-1\",\"timestamp\":$at,\"contentType\":\"application/json\",\"headers\":{\"content-digest\":\"sha-256=:$digest:\",\"signature-input\":\"sig1=$(printf %s "$input" | sed 's/"/\\"/g')\",\"signature\":\"sig1=:$tag:\"},\"payload\":\"{\\\"id\\\":\\\"m-1\\\",\\\"hello\\\": \\\"world\\\"}\"}"
is_stderr ''

try 'and is verified' vitals-verify -s rfc9421 -k key --at $at message
is_status 0
is_stdout '{"id":"m-1","hello": "world"}'
is_stderr ''
try 'also five minutes later' vitals-verify -q -s rfc9421 -k key --at $((at + 300)) message
is_status 0
is_stdout '{"id":"m-1","hello": "world"}'
is_stderr ''

bad() { # NAME SED-SCRIPT REASON [TIME]
	sed "$2" message >changed
	try "$1" vitals-verify -s rfc9421 -k key --at "${4-$at}" changed
	is_status 1
	is_stdout ''
	is_stderr "vitals-verify: changed:1: $3"
}
wrong='signature does not match: wrong key or changed message'
bad 'another body' 's/world/World/' \
	'content-digest does not match: the body was changed, or its digest is of another'
bad 'another ID' 's/"id":"m-1"/"id":"m-2"/' "$wrong"
bad 'another type' 's|n/json|n/jsom|' "$wrong"
bad 'another time' "s/created=$at/created=1618884474/" "$wrong"
bad 'another digest' 's/sha-256=:./sha-256=:A/' "$wrong"
bad 'no digest' 's/"content-digest":"[^"]*",//' \
	'signature-input: sig1 covers content-digest, which is not there'
bad 'a digest that is not covered' 's/\\"content-digest\\" //' \
	'signature-input: sig1: content-digest is not covered'
bad 'no signature' 's/,"signature":"[^"]*"//' 'signature: missing'
bad 'no input' 's/"signature-input":[^)]*)[^:]*256\\"",//' 'signature-input: missing'
bad 'a signature of another name' 's/"signature":"sig1/"signature":"sig2/' 'signature: none for sig1'
bad 'no time' "s/;created=$at//" 'signature-input: sig1: created is missing'
bad 'unreadable' 's/(/[/' 'signature-input: sig1: not a list of components'
bad 'stale' '' 'stale: signed 301 s ago, 300 s are allowed (the signature is genuine)' $((at + 301))
bad 'early' '' 'from the future: signed 301 s ahead, 300 s are allowed (the signature is genuine)' $((at - 301))
try 'another key' vitals-verify -s rfc9421 -k other --at $at message
is_status 1
is_stdout ''
is_stderr "vitals-verify: message:1: $wrong"

try 'a second signature cannot be added' vitals-sign -s rfc9421 -k key message
is_status 1
is_stdout ''
is_stderr 'vitals-sign: message:1: headers: has a signature already'

vitals-sign -s rfc9421 -k ed -k key body >both
for k in public key; do
	try "two keys: $k is enough" vitals-verify -q -s rfc9421 -k $k both
	is_status 0
	is_stdout '{"id":"m-1","hello": "world"}'
	is_stderr ''
done

try '--signature by itself is not enough' \
	vitals-verify -s rfc9421 -k key --id m-1 --timestamp $at --signature x body
is_status 2
is_stdout ''
stderr_has '^vitals-verify: --signature cannot express all of that scheme: use --headers$'

# The attributes of a CloudEvent in binary mode are signed, whatever the case of their names.
echo '{"id":"m-3","contentType":"text/plain","headers":{"CE-Specversion":"1.0","ce-id":"1","ce-source":"/s","ce-type":"t","x-a":"b"},"payload":"data"}' >event
vitals-sign -s rfc9421 -k key --at $at event >message
[ "$(jq -r '.headers["signature-input"]' message)" = \
	"sig1=(\"content-digest\" \"content-type\" \"webhook-id\" \"ce-specversion\" \"ce-id\" \"ce-source\" \"ce-type\");created=$at;keyid=\"$id\";alg=\"hmac-sha256\"" ]
ok 'attributes are covered' message
try 'and verified' vitals-verify -s rfc9421 -k key --at $at message
is_status 0
is_stdout 'data'
is_stderr ''
bad 'another attribute' 's/"ce-id":"1"/"ce-id":"2"/' "$wrong"
bad 'one less' 's/"ce-id":"1",//' 'signature-input: sig1 covers ce-id, which is not there'
bad 'one more' 's/"x-a"/"ce-subject"/' 'the signature does not cover ce-subject'
jq -r '.headers + {"webhook-id": .id, "content-type": .contentType} | to_entries[] | "\(.key): \(.value)"' message >fields
printf data >data
try 'a body and its headers' vitals-verify -q -s rfc9421 -k key --at $at --headers fields data
is_status 0
stdout_is_file data
is_stderr ''
echo 'CE-Subject: x' >>fields
try 'one more header' vitals-verify -s rfc9421 -k key --at $at --headers fields data
is_status 1
is_stdout ''
is_stderr 'vitals-verify: data: the signature does not cover ce-subject'
try 'one that may be unsigned' vitals-verify -q -s rfc9421 -k key --at $at --unsigned-attributes --headers fields data
is_status 0
stdout_is_file data
is_stderr ''
jq -c '.headers["ce-subject"] = "x"' message >typed
try 'in a message, too' vitals-verify -s rfc9421 -k key --at $at --unsigned-attributes typed
is_status 0
is_stdout 'data'
is_stderr ''
jq -c '.contentType = "application/json"' event >typed
vitals-sign -s rfc9421 -k key --at $at typed >message
bad 'attributes of what is an event already' 's/json",/cloudevents+json",/' "$wrong"
cannot() { # NAME JQ-PROGRAM REASON
	jq -c "$2" event >changed
	try "$1" vitals-sign -s rfc9421 -k key changed
	is_status 1
	is_stdout ''
	is_stderr "vitals-sign: changed:1: $3"
}
cannot 'no such attribute' '.headers["ce-a_b"] = "1"' 'ce-a_b: not the name of an attribute'
cannot 'a line break in one' '.headers["ce-id"] = "1\n2"' \
	'ce-id: not printable ASCII: other characters are percent-encoded'
cannot 'one twice' '.headers["CE-ID"] = "2"' 'duplicate header ce-id'
cannot 'no ID' 'del(.headers["ce-id"])' 'a CloudEvent without ce-id'
cannot 'too many' 'reduce range(26) as $i (.; .headers["ce-x\($i)"] = "v")' \
	'headers: more than 29 attributes, which a signature cannot cover'
jq -c 'reduce range(25) as $i (.; .headers["ce-x\($i)"] = "v")' event >changed
vitals-sign -s rfc9421 -k key changed >message
try 'the most' vitals-verify -s rfc9421 -k key message
is_status 0
is_stdout 'data'
is_stderr ''

[ -x "$BUILD/vitals-post" ] && [ -x "$BUILD/vitals-receive" ] || done_testing
echo '{"id":"m-2","value":72.0}' >line
for k in key ed; do
	check=$k
	[ $k = key ] || check=public
	for output in payload message; do
		rm -f port
		vitals-receive -q -s rfc9421 -k $check -l 127.0.0.1:0 -o $output \
			--port-file port -n 1 -t 600 >received 2>told &
		server=$!
		wait_for [ -s port ]
		try "$k: posted and received, as $output" vitals-post -q --scheme rfc9421 \
			-k $k "http://127.0.0.1:$(cat port)/hook" <line
		is_status 0
		stdout_has '"status":"delivered"'
		is_stderr ''
		wait $server
		if [ $output = message ]; then
			try 'the message verifies again' vitals-verify -q -s rfc9421 -k $check received
		else
			try 'the payload is printed' cat received
		fi
		is_status 0
		stdout_is_file line
		is_stderr ''
	done
done

# What is signed beforehand is accepted like what is signed on the way.
vitals-sign -s rfc9421 -k key event >message
rm -f port
vitals-receive -q -s rfc9421 -k key -l 127.0.0.1:0 -o message --port-file port -n 1 -t 600 \
	>received 2>told &
server=$!
wait_for [ -s port ]
try 'an event in binary mode, signed beforehand' vitals-post -q "http://127.0.0.1:$(cat port)/hook" \
	<message
is_status 0
stdout_has '"status":"delivered"'
is_stderr ''
wait $server
try 'verifies again' vitals-verify -q -s rfc9421 -k key received
is_status 0
is_stdout 'data'
is_stderr ''
done_testing
