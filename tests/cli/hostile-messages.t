#!/bin/sh
# Malformed lines, messages and JWEs: each one is refused with status 1, its own
# message, and nothing on stdout.  A row has the tool, the line for printf %b, and
# the reason, separated by tabs.  @I @T @S @P are the ID, time, signature and payload
# of the example of the Standard Webhooks libraries; @H is the header of a JWE.
. "$(dirname "$0")/tap.sh"

umask 077
echo whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw >key
echo '{"kty":"oct","k":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"}' >jwk
cat >expand.sed <<'S'
s|@I|"id":"msg_p5jXN8AQM9LWM0D4loKWxJek"|
s|@T|"timestamp":1614265330|
s|@S|"signature":"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="|
s|@P|"payload":"{\\\\"test\\\\": 2432232314}"|g
s|@H|eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0|
S
tab=$(printf '\t')

while IFS=$tab read -r tool row why; do
	case $tool in
	sign) args='-k key' ;;
	verify) args='-k key --at 1614265330' ;;
	*) args='-k jwk' ;;
	esac
	printf '%b\n' "$(printf '%s\n' "$row" | sed -f expand.sed)" >input
	# shellcheck disable=SC2086 # several words
	try "vitals-$tool: $(printf %s "$row" | tr '\134' /)" vitals-$tool $args <input
	is_status 1
	is_stdout ''
	is_stderr "vitals-$tool: <stdin>:1: $why"
done <<'T'
sign	{	byte 2: ends in the middle (it seems to be JSON over several lines: jq -c . makes one of it)
sign	}	byte 1: not a JSON value
sign	{"a":1	byte 7: ends in the middle
sign	{"a":1}}	byte 8: more after the value
sign	{"a":1} {"b":2}	byte 9: more after the value
sign	{"a":1},	byte 8: more after the value
sign	[1]	not a JSON object (it seems to be a JSON array: jq -c '.[]' makes lines of it)
sign	"text"	not a JSON object
sign	42	not a JSON object
sign	null	not a JSON object
sign	hello	byte 1: not a JSON value
sign	{a:1}	byte 2: key or '}' expected
sign	{'a':1}	byte 2: key or '}' expected
sign	{"a"}	byte 5: ':' expected
sign	{"a":}	byte 6: not a JSON value
sign	{"a" 1}	byte 6: ':' expected
sign	{"a":1,}	byte 8: key or '}' expected
sign	{,"a":1}	byte 2: key or '}' expected
sign	{"a":1 "b":2}	byte 8: ',' or '}' expected
sign	{"a":[1,]}	byte 9: not a JSON value
sign	{"a":[1 2]}	byte 9: ',' or ']' expected
sign	{"a":[1}	byte 8: ',' or ']' expected
sign	{"a":1]	byte 7: ',' or '}' expected
sign	{"a":01}	byte 6: not a number
sign	{"a":+1}	byte 6: not a JSON value
sign	{"a":.5}	byte 6: not a JSON value
sign	{"a":1.}	byte 6: not a number
sign	{"a":1e}	byte 6: not a number
sign	{"a":-}	byte 6: not a number
sign	{"a":0x10}	byte 7: ',' or '}' expected
sign	{"a":NaN}	byte 6: not a JSON value
sign	{"a":Infinity}	byte 6: not a JSON value
sign	{"a":True}	byte 6: not a JSON value
sign	{"a":nul}	byte 6: not a JSON value
sign	{"a":"b}	byte 6: string without its closing quote
sign	{"a":"\\x"}	byte 7: wrong escape in a string
sign	{"a":"\\u12"}	byte 7: wrong escape in a string
sign	{"a":"\\u12g4"}	byte 7: wrong escape in a string
sign	{"a":"\\ud800"}	byte 7: wrong escape in a string
sign	{"a":"\\udc00"}	byte 7: wrong escape in a string
sign	{"a":"\\ud800\\u0041"}	byte 7: wrong escape in a string
sign	{"a":"\0011"}	byte 7: control byte in a string
sign	{"a":"\t"}	byte 7: control byte in a string
sign	{"a":"\0177\0377"}	byte 8: not UTF-8
sign	{"a":"\0303("}	byte 7: not UTF-8
sign	{"a":"\0300\0200"}	byte 7: not UTF-8
sign	{"a":"\0355\0240\0200"}	byte 7: not UTF-8
sign	{"a":"\0364\0220\0200\0200"}	byte 7: not UTF-8
sign	{"a":"\0342\0202"}	byte 7: not UTF-8
sign	{"a":"b\0000c"}	bad line: contains a NUL byte
sign	\0357\0273\0277{"a":1}	byte 1: a byte order mark: save the text without it
sign	{"a":1,"a":2}	byte 8: duplicate key
sign	{"a":1,"\\u0061":2}	byte 8: duplicate key
sign	{"a":{"b":1,"b":1}}	byte 13: duplicate key
sign	// {"a":1}	byte 1: not a JSON value
sign	{"a":1 /* c */}	byte 8: ',' or '}' expected
sign	{"id":{}}	no ID: member id is neither a string nor a number
sign	{"id":[]}	no ID: member id is neither a string nor a number
sign	{"id":true}	no ID: member id is neither a string nor a number
sign	{"id":""}	member id cannot be the ID: id: empty
sign	{"id":"a b"}	member id cannot be the ID: id: contains characters other than visible ASCII, or a quote or a backslash
sign	{"id":"a.b"}	member id cannot be the ID: id: contains a full stop, which separates the parts of a signature
sign	{"id":1.5}	member id cannot be the ID: id: contains a full stop, which separates the parts of a signature
sign	{"id":"\\u0000"}	member id cannot be the ID: id: contains characters other than visible ASCII, or a quote or a backslash
sign	{"id":"é"}	member id cannot be the ID: id: contains characters other than visible ASCII, or a quote or a backslash
sign	{"id":"1","payload":"","contentType":""}	contentType: empty
sign	{"id":"1","payload":"","contentType":"a\\nb"}	contentType: contains characters other than printable ASCII
sign	{"id":"1","payload":"","signature":"v1,x"}	timestamp: missing, but the message is signed
sign	{"id":"1","payload":"","signature":"v1,x","timestamp":"1"}	timestamp: is a string, not a number
sign	eyJ9.AAAA.AAAA.AAAA	byte 1: not a JSON value
verify	{"a":1}	id: missing
verify	{@I}	payload: missing
verify	{@T,@S,@P}	id: missing
verify	{@I,@S,@P}	webhook-timestamp: missing
verify	{@I,@T,@P}	webhook-signature: missing
verify	{@I,@T,@S}	payload: missing
verify	{@I,@T,@S,@P,@P}	byte 158: duplicate key
verify	{"id":5,@T,@S,@P}	id: is a number, not a string
verify	{"id":null,@T,@S,@P}	id: is null, not a string
verify	{"id":"msg_p5jXN8AQM9LWM0D4loKWxJe.",@T,@S,@P}	id: contains a full stop, which separates the parts of a signature
verify	{"id":"msg_p5jXN8AQM9LWM0D4loKWxJel",@T,@S,@P}	signature does not match: wrong key or changed message
verify	{@I,"timestamp":1614265331,@S,@P}	signature does not match: wrong key or changed message
verify	{@I,"timestamp":"1614265330",@S,@P}	timestamp: is a string, not a number
verify	{@I,"timestamp":1614265330.0,@S,@P}	timestamp: not a whole number of seconds since 1970
verify	{@I,"timestamp":1.61426533e9,@S,@P}	timestamp: not a whole number of seconds since 1970
verify	{@I,"timestamp":-1614265330,@S,@P}	timestamp: not a whole number of seconds since 1970
verify	{@I,"timestamp":0,@S,@P}	timestamp: not a whole number of seconds since 1970
verify	{@I,"timestamp":1614265330000,@S,@P}	timestamp: not a whole number of seconds since 1970
verify	{@I,"timestamp":99999999999999999999,@S,@P}	timestamp: not a whole number of seconds since 1970
verify	{@I,"timestamp":null,@S,@P}	timestamp: is null, not a number
verify	{@I,@T,"signature":"",@P}	signature: empty
verify	{@I,@T,"signature":5,@P}	signature: is a number, not a string
verify	{@I,@T,"signature":["v1,x"],@P}	signature: is an array, not a string
verify	{@I,@T,"signature":"v1",@P}	webhook-signature: not VERSION,BASE64 separated by blanks
verify	{@I,@T,"signature":"v1,",@P}	webhook-signature: not VERSION,BASE64 separated by blanks
verify	{@I,@T,"signature":"v1,AAAA",@P}	webhook-signature: v1 is not the base64 of 32 bytes
verify	{@I,@T,"signature":"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE",@P}	webhook-signature: v1 is not the base64 of 32 bytes
verify	{@I,@T,"signature":"v1,g0hM9SsE-OTPJTGt_tmIKtSyZlE3uFJELVlNIOLJ1OE=",@P}	webhook-signature: v1 is not the base64 of 32 bytes
verify	{@I,@T,"signature":"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OF=",@P}	webhook-signature: v1 is not the base64 of 32 bytes
verify	{@I,@T,"signature":"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\\n",@P}	signature: contains characters other than printable ASCII
verify	{@I,@T,"signature":"v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",@P}	signature does not match: wrong key or changed message
verify	{@I,@T,"signature":"v2,AAAA",@P}	no signature of a version that is known
verify	{@I,@T,"signature":"v1=g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",@P}	webhook-signature: not VERSION,BASE64 separated by blanks
verify	{@I,@T,"signature":"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=,v1,x",@P}	webhook-signature: v1 is not the base64 of 32 bytes
verify	{@I,@T,"signature":"v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==",@P}	wrong key: the signature is Ed25519 (v1a), the key for HMAC (whsec_)
verify	{@I,@T,@S,"payload":{"test":2432232314}}	payload: is an object, not a string
verify	{@I,@T,@S,"payload":""}	signature does not match: wrong key or changed message
verify	{@I,@T,@S,"payload":"{\\"test\\":2432232314}"}	signature does not match: the body is JSON that a program has read and written again, with other blanks, escapes or numbers
verify	{@I,@T,@S,"payload":"{\\"test\\": 2432232314}\\n"}	signature does not match: a newline was added to the end of the body
verify	{@I,@T,@S,"payload":"{\\"test\\": 2432232314"}	signature does not match: wrong key or changed message
verify	{@I,@T,@S,@P	byte 157: ends in the middle
verify	{@I,@T,@S,@P,"headers":[]}	headers: is an array, not an object
verify	eyJ9.AAAA.AAAA.AAAA.AAAA	not a signed message: it is a sealed line (JWE)
open	hello	not a JWE: neither an object nor five pieces of base64url
open	{"a":1}	iv: missing
open	a.b.c.d	not a JWE: neither an object nor five pieces of base64url
open	@H..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA.x	not a JWE: neither an object nor five pieces of base64url
open	....	protected header: byte 1: empty
open	=.AAAA.AAAA.AAAA.AAAA	protected header: not base64url
open	AAAA.AAAA.AAAA.AAAA.AAAA	protected header: byte 1: not a JSON value
open	e30..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA	alg: missing
open	@H..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA	wrong key or changed: the tag does not match
open	@H.AAAA.AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA	encrypted key: must be empty
open	@H..AAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA	iv: not the base64url of 12 bytes
open	@H..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAA	tag: not the base64url of 16 bytes
open	@H..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAB	tag: not the base64url of 16 bytes
open	@H..AAAAAAAAAAAAAAAA.AAAAA.AAAAAAAAAAAAAAAAAAAAAA	ciphertext: not base64url
open	@H..AAAAAAAAAAAAAAAA.AA+A.AAAAAAAAAAAAAAAAAAAAAA	ciphertext: not base64url
open	@H..AAAAAAAAAAAAAAAA..AAAAAAAAAAAAAAAAAAAAAA	wrong key or changed: the tag does not match
open	{"id":"1","contentType":"application/jose","payload":"hello"}	not a JWE: neither an object nor five pieces of base64url
open	{"id":"1","contentType":"application/jose","payload":5}	iv: missing
open	{"iv":"AAAAAAAAAAAAAAAA","ciphertext":"AAAA","tag":"AAAAAAAAAAAAAAAAAAAAAA"}	alg: missing
open	{"protected":"@H","iv":"AAAAAAAAAAAAAAAA","ciphertext":"AAAA","tag":"AAAAAAAAAAAAAAAAAAAAAA"}	wrong key or changed: the tag does not match
open	{"protected":"@H","header":{"alg":"dir"},"iv":"AAAAAAAAAAAAAAAA","ciphertext":"AAAA","tag":"AAAAAAAAAAAAAAAAAAAAAA"}	a header is in more than one part
open	{"protected":"@H","header":{"zip":"DEF"},"iv":"AAAAAAAAAAAAAAAA","ciphertext":"AAAA","tag":"AAAAAAAAAAAAAAAAAAAAAA"}	zip: is not allowed
open	{"protected":"@H","iv":5,"ciphertext":"AAAA","tag":"AAAAAAAAAAAAAAAAAAAAAA"}	iv: not a string
open	{"protected":"@H","recipients":[{"header":5}],"iv":"AAAAAAAAAAAAAAAA","ciphertext":"AAAA","tag":"AAAAAAAAAAAAAAAAAAAAAA"}	header: not an object
seal	{"a":1	byte 7: ends in the middle
seal	[]	not a JSON object (it seems to be a JSON array: jq -c '.[]' makes lines of it)
seal	{"id":"a.b"}	member id cannot be the ID: id: contains a full stop, which separates the parts of a signature
seal	{"ciphertext":"","iv":""}	is sealed already
seal	{"id":"1","payload":"","signature":"v1,x"}	is signed already: seal first, then sign
seal	{"id":"1","payload":"","contentType":"application/jose"}	is sealed already
T

# Unchanged, without the newline at the end of the file.
for t in sign verify open seal; do
	case $t in sign | verify) k=key ;; *) k=jwk ;; esac
	printf '{"id":"a","x":[1,' >torn
	try "vitals-$t: a line cut off" vitals-$t -k $k torn
	is_status 1
	is_stdout ''
	is_stderr "vitals-$t: torn:1: byte 18: ends in the middle (the last line has no newline: cut off?)"
done
done_testing
