#!/bin/sh
# vitals-sign and vitals-verify: what is signed is what is printed, byte for
# byte; keys, rotation, IDs, media types, schemes, times.
. "$(dirname "$0")/tap.sh"

umask 077
cat >key <<'K'
# the key of the Standard Webhooks libraries' own example
whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
K
echo whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= >other
cat >secret <<'K'
whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==
K
echo whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4= >public
chmod 644 public
cat >lines <<'L'
{"id":"a-1","value":72.0,"text":"\u00e9 \"quoted\" \\ é","big":12345678901234567890.10}
 { "id" : "a-2" , "nested" : { "x" : [ 1 , 2.50e+3 ] } } 
{"id":"a-3"}
L

# ---- Round trip -----------------------------------------------------------
try 'signs lines' vitals-sign -k key lines
is_status 0
stdout_lines 3
is_stderr ''
cp .out messages
try 'verifies them' vitals-verify -k key messages
is_status 0
stdout_is_file lines
is_stderr ''
try 'keeps the messages if asked' vitals-verify -k key -o message messages
is_status 0
stdout_is_file messages
is_stderr ''
try 'the vector' vitals-sign -k key -k secret --at 1614265330 <<'L'
{"id":"msg_p5jXN8AQM9LWM0D4loKWxJek","contentType":"application/json","payload":"{\"test\": 2432232314}"}
L
is_status 0
is_stdout '{"id":"msg_p5jXN8AQM9LWM0D4loKWxJek","timestamp":1614265330,"contentType":"application/json","signature":"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==","payload":"{\"test\": 2432232314}"}'
is_stderr ''
cp .out vector
for k in key public secret; do
	try "verifies the vector with $k" vitals-verify -v -k $k --at 2021-02-25T15:02:10Z vector
	is_status 0
	is_stdout '{"test": 2432232314}'
	stderr_has '^vitals-verify: vector:1: good: key [0-9a-f]\{8\}$'
done

# ---- Rotation -------------------------------------------------------------
try 'signs with two keys' vitals-sign -k other -k key lines
is_status 0
stdout_json '.signature | split(" ") | length == 2 and all(startswith("v1,"))'
is_stderr ''
cp .out both
for k in key other; do
	try "a receiver with $k" vitals-verify -k $k both
	is_status 0
	stdout_is_file lines
	is_stderr ''
done
try 'adds a signature to a message' vitals-sign -k secret messages
is_status 0
stdout_json '.signature | split(" ") | map(split(",")[0]) == ["v1", "v1a"]'
is_stderr ''
cp .out added
try 'the old key still matches' vitals-verify -k key added
is_status 0
stdout_is_file lines
is_stderr ''
try 'and the new one' vitals-verify -k public added
is_status 0
stdout_is_file lines
is_stderr ''
try 'the wrong key' vitals-verify -k other messages
is_status 1
is_stdout ''
is_stderr 'vitals-verify: messages:1: signature does not match: wrong key or changed message
vitals-verify: messages:2: signature does not match: wrong key or changed message
vitals-verify: messages:3: signature does not match: wrong key or changed message'

# ---- One changed byte -----------------------------------------------------
sed '2s/2\.50e/2.51e/' messages >changed
try 'one changed byte' vitals-verify -k key --rejects bad changed
is_status 1
is_stdout "$(sed -n '1p;3p' lines)"
is_stderr 'vitals-verify: changed:2: signature does not match: the message was changed (the key matches others), or another key made it'
sed -n 2p changed >want
cmp -s want bad
ok 'the rejected line is kept'
try 'one changed byte, strict' vitals-verify -k key --strict changed
is_status 1
is_stdout "$(sed -n 1p lines)"
stderr_has 'changed:2: signature does not match'
for s in 's/"a-1"/"a-4"/' 's/"timestamp":1/"timestamp":2/' 's/v1,./v1,~/'; do
	sed "1$s;2,\$d" messages >changed
	try "changed: $s" vitals-verify -k key changed
	is_status 1
	is_stdout ''
	stderr_has '^vitals-verify: changed:1: '
done

# ---- IDs and media types --------------------------------------------------
try 'makes IDs' vitals-sign -k key <<'L'
{"value":1}
{"id":null,"value":2}
L
is_status 0
stdout_json '.id | test("^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")'
is_stderr ''
try 'takes a number' vitals-sign -k key --at 1 <<'L'
{"id":12345678901234567890}
L
is_status 0
stdout_json '.id == "12345678901234567890"'
is_stderr ''
try 'takes another member' vitals-sign -k key -i seq <<'L'
{"id":"a.b","seq":"s-\u0031"}
{"id":"x"}
L
is_status 1
stdout_json '.id == "s-1"'
is_stderr 'vitals-sign: <stdin>:2: no ID: member seq is missing'
try 'makes new IDs' vitals-sign -k key --new-id <<'L'
{"id":"a.b"}
L
is_status 0
stdout_json '.id != "a.b" and (.payload | fromjson.id) == "a.b"'
is_stderr ''
try 'refuses odd IDs' vitals-sign -k key <<'L'
{"id":"a.b"}
{"id":{"a":1}}
{"id":"\n"}
L
is_status 1
is_stdout ''
is_stderr 'vitals-sign: <stdin>:1: member id cannot be the ID: id: contains a full stop, which separates the parts of a signature
vitals-sign: <stdin>:2: no ID: member id is neither a string nor a number
vitals-sign: <stdin>:3: member id cannot be the ID: id: contains characters other than visible ASCII, or a quote or a backslash'
while read -r type line; do
	try "media type $type" vitals-sign -k key <<L
$line
L
	is_status 0
	stdout_json ".contentType == \"$type\""
	is_stderr ''
done <<'L'
application/json {"id":"1"}
application/json {"schemaVersion":"1.0","type":"vitals.sample"}
application/cloudevents+json {"specversion":"1.0","type":"t","id":"1","source":"/"}
application/fhir+json {"resourceType":"Observation"}
application/jose eyJhbGciOiJkaXIifQ..AAAA.AAAA.AAAA
application/jose+json {"ciphertext":"AA","iv":"AA","protected":"AA"}
L
try 'a media type of ours' vitals-sign -k key -t text/x-odd lines
is_status 0
stdout_json '.contentType == "text/x-odd"'
is_stderr ''

# ---- Other schemes --------------------------------------------------------
printf "It's a Secret to Everybody\n" >github
printf 'Hello, World!' >hello
try "GitHub's vector" vitals-verify -s github -k github --signature \
	sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17 hello
is_status 0
stdout_is_file hello
is_stderr 'vitals-verify: hello: good: key 2f8894d9'
for s in stripe github; do
	vitals-sign -s $s -k other lines >$s.messages
	try "$s: round trip" vitals-verify -s $s -k other $s.messages
	is_status 0
	stdout_is_file lines
	is_stderr ''
	try "$s: not by another key" vitals-verify -s $s -k key $s.messages
	is_status 1
	is_stdout ''
	stderr_has 'wrong key or changed message'
	try "$s: not as standard" vitals-verify -k other $s.messages
	is_status 1
	is_stdout ''
	stderr_has 'webhook-signature: missing'
	try "$s: not twice" vitals-sign -s $s -k key $s.messages
	is_status 1
	is_stdout ''
	stderr_has 'headers: has a .* already'
done
try 'signed for three' sh -c 'vitals-sign -k key github.messages | vitals-sign -s stripe -k other'
is_status 0
stdout_json '(.signature | startswith("v1,")) and (.headers | keys == ["stripe-signature", "x-hub-signature-256"])'
is_stderr ''
cp .out three
for s in 'standard key' 'stripe other' 'github other'; do
	try "one of three: $s" vitals-verify -s "${s% *}" -k "${s#* }" three
	is_status 0
	stdout_is_file lines
	is_stderr ''
done

# ---- By hand --------------------------------------------------------------
printf '{"test": 2432232314}' >body
sig=v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=
# shellcheck disable=SC2317 # try runs it
hand() {
	vitals-verify -k key --at 1614265330 --id msg_p5jXN8AQM9LWM0D4loKWxJek \
		--timestamp 1614265330 --signature "$sig" "$@"
}
try 'a body by hand' hand body
is_status 0
stdout_is_file body
is_stderr 'vitals-verify: body: good: key f74e1720'
try 'from stdin, quietly' hand -q <body
is_status 0
stdout_is_file body
is_stderr ''
try 'a newline too many' sh -c 'echo "{\"test\": 2432232314}" | vitals-verify -k key --at 1614265330 --id msg_p5jXN8AQM9LWM0D4loKWxJek --timestamp 1614265330 --signature '$sig
is_status 1
is_stdout ''
is_stderr 'vitals-verify: <stdin>: signature does not match: a newline was added to the end of the body'
for t in 1614265330abc +1614265330 01614265330 1614265330.0 '' ' 1614265330' -1; do
	try "timestamp '$t'" vitals-verify -k key --at 1614265330 \
		--id msg_p5jXN8AQM9LWM0D4loKWxJek --timestamp "$t" --signature $sig body
	is_status 1
	is_stdout ''
	is_stderr 'vitals-verify: body: webhook-timestamp: not a whole number of seconds since 1970'
done
printf 'POST /hook HTTP/1.1\r\nHost: example.com\r\nWebhook-ID:  msg_p5jXN8AQM9LWM0D4loKWxJek \r\nWEBHOOK-TIMESTAMP: 1614265330\r\nwebhook-signature: %s\r\n\r\nnot: a header' $sig >headers
try 'headers of a request' vitals-verify -k key --at 1614265330 --headers headers body
is_status 0
stdout_is_file body
is_stderr 'vitals-verify: body: good: key f74e1720'
sed 's/webhook/svix/i' headers >svix
try 'by their older names' vitals-verify -k key --at 1614265330 --headers svix body
is_status 0
stdout_is_file body
is_stderr 'vitals-verify: body: good: key f74e1720'
sed 's/^Host.*/webhook-id: x/' headers >twice
try 'one header twice' vitals-verify -k key --at 1614265330 --headers twice body
is_status 1
is_stdout ''
is_stderr 'vitals-verify: twice: duplicate webhook-id'
try 'none of them' vitals-verify -k key --headers lines body
is_status 1
is_stdout ''
is_stderr 'vitals-verify: lines:1: not a header (Name: value)'

# ---- Time -----------------------------------------------------------------
for t in 0:0 300:0 -300:0 301:1 -301:1; do
	try "signed ${t%:*} s ago" vitals-verify -k key --at $((1614265330 + ${t%:*})) vector
	is_status "${t#*:}"
	if [ "${t#*:}" -eq 0 ]; then
		is_stdout '{"test": 2432232314}'
		is_stderr ''
	else
		is_stdout ''
		stderr_has 'signed 301 s .*, 300 s are allowed (the signature is genuine)'
	fi
done
try 'a wider tolerance' vitals-verify -k key -T 301 --at 1614265631 vector
is_status 0
is_stdout '{"test": 2432232314}'
is_stderr ''
try 'at any time' vitals-verify -k key --any-time vector
is_status 0
is_stdout '{"test": 2432232314}'
is_stderr ''

# ---- Keys -----------------------------------------------------------------
try 'makes a key' vitals-sign --new-key made
is_status 0
is_stdout ''
stderr_has '^vitals-sign: wrote the key [0-9a-f]\{8\} to made$'
[ "$(stat -c %a made)" = 600 ] && grep -Eq '^whsec_[A-Za-z0-9+/]{43}=$' made
ok 'a new key is for its owner alone'
cp made before
try 'leaves a file alone that exists' vitals-sign --new-key made
is_status 3
is_stdout ''
is_stderr 'vitals-sign: made: File exists'
cmp -s made before
ok 'it is as it was'
try 'makes an Ed25519 key' vitals-sign -q --new-key pair -a ed25519
is_status 0
stdout_has '^whpk_[A-Za-z0-9+/]\{43\}=$'
is_stderr ''
cp .out pair.public
try 'they work' sh -c 'vitals-sign -k pair -k made lines | tee m | vitals-verify -k pair.public && vitals-verify -k made m >again'
is_status 0
stdout_is_file lines
is_stderr ''
try 'a key from a variable' env VITALS_KEY_FILE=key vitals-verify --any-time vector
is_status 0
is_stdout '{"test": 2432232314}'
is_stderr ''
try 'a key from a descriptor' sh -c 'vitals-verify --key-fd 5 --any-time vector 5<key'
is_status 0
is_stdout '{"test": 2432232314}'
is_stderr ''
cp key open && chmod 640 open
for c in vitals-sign vitals-verify; do
	try "$c: a key that others can read" $c -k open lines
	is_status 3
	is_stdout ''
	is_stderr "$c: open: others can access this secret: chmod 600 it"
	try "$c: no key" $c lines
	is_status 2
	is_stdout ''
	stderr_has "^$c: no key: give --key-file, --key-fd or \$VITALS_KEY_FILE$"
	try "$c: a key that is none" $c -k lines lines
	is_status 3
	is_stdout ''
	is_stderr "$c: lines:1: not a key: whsec_, whsk_, whpk_ or base64 expected"
	try "$c: no such key" $c -k absent lines
	is_status 3
	is_stdout ''
	is_stderr "$c: absent: No such file or directory"
done
try 'a public key cannot sign' vitals-sign -k public lines
is_status 3
is_stdout ''
is_stderr 'vitals-sign: key 35007591 is public: it cannot sign'

# ---- A live pipe, a full disk ---------------------------------------------
slowly() { # the second line is not written before the first came out
	(echo '{"id":"1"}'
	wait_for [ -s first ] && echo '{"id":"2"}') | vitals-sign -k key |
		(head -n 1 >first
		cat) && cat first
}
try 'a line comes out before the next goes in' slowly
is_status 0
stdout_json '.id | IN("1", "2")'
stdout_lines 2
is_stderr ''
for c in 'vitals-sign -k key lines' 'vitals-verify -k key messages' \
	'vitals-verify -q -k key --any-time --id msg_p5jXN8AQM9LWM0D4loKWxJek --timestamp 1614265330 --signature '$sig' body'; do
	try "$c >/dev/full" sh -c "$c >/dev/full"
	is_status 3
	is_stdout ''
	is_stderr "${c%% *}: <stdout>: write failed: No space left on device"
done
done_testing
