#!/bin/sh
# Keys as senders issue them and as editors save them; lines of a key file that cannot
# be read beside one that can.
. "$(dirname "$0")/tap.sh"
umask 077

good=MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
echo "whsec_$good" >key
echo '{"id":"m-1","value":72.0}' >line
vitals-sign -k key line >message
verifies() { # NAME [NOTE]: the key file "made" is key
	try "$1" vitals-verify -k made message
	is_status 0
	stdout_is_file line
	is_stderr "${2:-}"
}

printf 'v1,whsec_%s' $good >made
verifies 'behind the version of its signatures'
echo $good >made
verifies 'the bare base64'
printf '\357\273\277whsec_%s\r\n' $good >made
verifies 'a byte order mark and CRLF'
printf '\357\273\277\r\n# a comment\r\n  v1,whsec_%s  \r\n\r\n' $good >made
verifies 'all of it at once'
try 'and signs with it' vitals-sign -k made line
is_status 0
stdout_json '.id == "m-1"'
is_stderr ''
for secret in AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGA== AAECAwQFBgcICQoLDA0ODxAREhMUFRYX_-8=; do
	tr -d = <<-X >bare
	$secret
	X
	echo "whsec_$(echo $secret | tr _- /+)" >full
	vitals-sign -k full line >other
	try "base64 without its end: $secret" vitals-verify -k bare other
	is_status 0
	stdout_is_file line
	is_stderr ''
done
vitals-sign -q --new-key pair -a ed25519 >public
vitals-sign -k pair line >other
sed 's/^/v1a,/' public >made
try 'a public key after its version' vitals-verify -k made other
is_status 0
stdout_is_file line
is_stderr ''

printf '\377\376w\000h\000s\000' >made
try 'UTF-16' vitals-verify -k made message
is_status 3
is_stdout ''
is_stderr 'vitals-verify: made: is UTF-16: save it as UTF-8'

# More than 64 bytes: only for verifying.
long=$(awk 'BEGIN { for (i = 0; i < 88; i++) printf "A" }') # 66 bytes of 0
echo "whsec_$long" >long
tag=$(printf 'm-1.1614265330.%s' "$(cat line)" |
	openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(awk 'BEGIN { for (i = 0; i < 66; i++) printf "00" }')" -binary | base64)
printf %s "$(cat line)" >body
try 'a key of 66 bytes verifies' vitals-verify -k long --any-time --id m-1 \
	--timestamp 1614265330 --signature "v1,$tag" body
is_status 0
stdout_is_file body
stderr_has '^vitals-verify: long:1: key [0-9a-f]\{8\} has more than 64 bytes: it verifies, but cannot sign$'
try 'and does not sign' vitals-sign -q -k long line
is_status 3
is_stdout ''
stderr_has '^vitals-sign: key [0-9a-f]\{8\} has more than 64 bytes: it cannot sign$'
awk 'BEGIN { printf "whsec_"; for (i = 0; i < 1368; i++) printf "A"; print "" }' >huge
try 'a key of 1026 bytes' vitals-verify -k huge message
is_status 3
is_stdout ''
is_stderr 'vitals-verify: huge:1: whsec_ has 1026 bytes, not 24 to 64'

# Lines that cannot be read.
printf 'hello, world\nwhsec_%s\n' $good >made
verifies 'a line that is no key' 'vitals-verify: made:1: not a key: whsec_, whsk_, whpk_ or base64 expected: ignored'
printf 'whsec_%s\n\nwhpk_AAAA\nv9,x\n' $good >made
verifies 'several of them' 'vitals-verify: made:3: whpk_ has 3 bytes, not 32: ignored, and 1 more line'
printf 'hello, world\nwhsec_AAAA\n' >made
try 'no other key' vitals-verify -k made message
is_status 3
is_stdout ''
is_stderr 'vitals-verify: made:1: not a key: whsec_, whsk_, whpk_ or base64 expected'
{
	echo whsec_AAAA
	cat public
} >made
chmod 644 made
try 'what may be a secret in a file that others can read' vitals-verify -k made message
is_status 3
is_stdout ''
stderr_has 'made: others can access this secret: chmod 600 it$'
done_testing
