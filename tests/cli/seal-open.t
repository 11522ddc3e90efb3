#!/bin/sh
# vitals-seal and vitals-open: the content is unchanged, byte for byte; keys,
# recipients, sessions, refusals.
. "$(dirname "$0")/tap.sh"

umask 077
cat >lines <<'L'
{"schemaVersion":"1.0","id":"a-1","type":"t","session":{"id":"s-81"},"value":72.0,"text":"\u00e9 é"}
 { "id" : "a-2" , "nested" : [1] } 
{"specversion":"1.0","id":"a-3","type":"t","source":"/","partitionkey":"s-2"}
{"resourceType":"Observation","big":12345678901234567890.10}
L
vitals-sign -q --new-key key

# ---- Keys -----------------------------------------------------------------
for a in p256 x25519; do
	try "makes a key: $a" vitals-seal --new-key $a.private -a $a
	is_status 0
	stdout_json '.use == "enc" and (.kid | length == 43) and (has("d") | not)'
	stderr_has "^vitals-seal: wrote the key [A-Za-z0-9_-]\{43\} to $a.private$"
	cp .out $a.public
	[ "$(stat -c %a $a.private)" = 600 ] && jq -e 'has("d")' $a.private >/dev/null
	ok "$a: only its owner can read the private half"
	jq -cS '{crv, kty, x} + if .y then {y} else {} end' $a.public | tr -d '\n' |
		openssl dgst -sha256 -binary | basenc --base64url | tr -d '=\n' >thumbprint
	[ "$(cat thumbprint)" = "$(jq -r .kid $a.public)" ]
	ok "$a: the ID is the thumbprint of RFC 7638"
done
chmod 644 x25519.public
try 'makes a shared key' vitals-seal -q --new-key shared -a shared
is_status 0
is_stdout ''
is_stderr ''
cp shared before
try 'does not overwrite an existing file' vitals-seal --new-key shared
is_status 3
is_stdout ''
is_stderr 'vitals-seal: shared: File exists'
cmp -s shared before
ok 'it is as it was'
jq -c '. + {alg: "A256KW", kid: "wrap"}' shared >wrap

# ---- Round trips ----------------------------------------------------------
for c in 'p256.public p256.private' 'p256.private p256.private' \
	'x25519.public x25519.private' 'shared shared' 'wrap wrap'; do
	try "seals for ${c% *}" vitals-seal -k "${c% *}" lines
	is_status 0
	stdout_json '.contentType == "application/jose" and (has("signature") | not) and (.payload | split(".") | length == 5)'
	is_stderr ''
	cp .out sealed
	try "opens with ${c#* }" vitals-open -k "${c#* }" sealed
	is_status 0
	stdout_is_file lines
	is_stderr ''
	vitals-seal -k "${c% *}" -o jwe lines >bare
	try "opens the JWE by itself with ${c#* }" vitals-open -v -k "${c#* }" bare
	is_status 0
	stdout_is_file lines
	stderr_has '^vitals-open: bare:4: key '
done
try 'the IDs stay readable' vitals-seal -k p256.public lines
is_status 0
stdout_json '.id | test("^(a-[123]|[0-9a-f-]{36})$")'
is_stderr ''
try 'several recipients' vitals-seal -k p256.public -k x25519.public -k wrap lines
is_status 0
stdout_json '.contentType == "application/jose+json" and (.payload | fromjson.recipients | map(.header.alg) == ["ECDH-ES+A256KW", "ECDH-ES+A256KW", "A256KW"])'
is_stderr ''
cp .out several
for k in p256.private x25519.private wrap; do
	try "one of several: $k" vitals-open -k $k several
	is_status 0
	stdout_is_file lines
	is_stderr ''
done
try 'several keys to open with' vitals-open -k p256.private -k x25519.private -k wrap sealed several
is_status 0
stdout_lines 8
is_stderr ''
# The fixed text of a header: its order is part of the format.
try 'the header' sh -c 'vitals-seal -k p256.public -o jwe lines | head -n 1 | cut -d . -f 1 | tr _- /+ | base64 -d 2>/dev/null; echo'
is_status 0
stdout_json '(keys_unsorted == ["alg","kid","epk","enc","cty"]) and .alg == "ECDH-ES+A256KW" and .enc == "A256GCM" and .cty == "json"'
is_stderr ''
# shellcheck disable=SC2016 # the inner shell expands
try 'the media types' sh -c 'vitals-seal -k p256.public -o jwe lines | cut -d . -f 1 | while read -r h; do echo $h= | tr _- /+ | base64 -d 2>/dev/null | sed "s/.*cty\":\"//; s/\".*//"; echo; done'
is_status 0
is_stdout 'json
json
cloudevents+json
fhir+json'
is_stderr ''

# ---- Sessions -------------------------------------------------------------
for i in 1 2 1 2 1; do
	echo "{\"schemaVersion\":\"1.0\",\"type\":\"t\",\"session\":{\"id\":\"s-$i\"}}"
done >sessions
# shellcheck disable=SC2016 # the inner shell expands
try 'a key for each session' sh -c 'vitals-seal -k p256.public -o jwe sessions | cut -d . -f 1,2 | sort | uniq -c | sort -n | awk "{ print \$1 }"'
is_status 0
is_stdout '2
3'
is_stderr ''
try 'nonces count' sh -c 'vitals-seal -k p256.public -o jwe sessions | cut -d . -f 3'
is_status 0
is_stdout 'AAAAAAAAAAAAAAAA
AAAAAAAAAAAAAAAA
AAAAAAAAAAAAAAAB
AAAAAAAAAAAAAAAB
AAAAAAAAAAAAAAAC'
is_stderr ''
try 'two runs share no key' sh -c 'for i in 1 2; do vitals-seal -k shared -o jwe sessions; done | cut -d . -f 1 | sort -u | wc -l'
is_status 0
is_stdout 4
is_stderr ''
try 'a new key after this many lines' sh -c 'vitals-seal -k p256.public --events-per-key 2 -o jwe sessions | cut -d . -f 1 | sort -u | wc -l'
is_status 0
is_stdout 3
is_stderr ''

# ---- The time and the session, readable only on request --------------------
cat >timed <<'L'
{"schemaVersion":"1.0","id":"t-1","type":"t","time":"2026-11-28T06:00:00Z","session":{"id":"s-\u0031","subject":"anon-1"}}
{"specversion":"1.0","id":"t-2","type":"t","source":"/","time":"2026-11-28T06:00:01Z","partitionkey":"s-2"}
{"schemaVersion":"1.0","id":"t-3","type":"t","time":7,"session":"s-3"}
{"id":"t-4","time":"2026-11-28T06:00:03Z","session":{"id":"s-4"}}
{"id":"t-5","contentType":"text/plain","time":"x","session":{"id":"s-5"},"payload":"t"}
L
for k in '-k p256.public' '-k p256.public -k wrap'; do
	# shellcheck disable=SC2086 # several words
	try "the session is hidden: $k" vitals-seal $k timed
	is_status 0
	stdout_json '.id == "t-5" or ((has("time") or has("session")) | not)'
	is_stderr ''
	# shellcheck disable=SC2086
	try "--with-session: $k" vitals-seal --with-session $k timed
	is_status 0
	stdout_lines 5
	is_stderr ''
	[ "$(jq -c '[.id, .time, .session]' .out)" = '["t-1","2026-11-28T06:00:00Z",{"id":"s-1"}]
["t-2","2026-11-28T06:00:01Z",{"id":"s-2"}]
["t-3",null,null]
["t-4",null,null]
["t-5","x",{"id":"s-5"}]' ]
	ok "--with-session: of events, and a message keeps its own members: $k" .out
	cp .out with-session
	try "--with-session, signed, verified and opened: $k" \
		sh -c 'vitals-sign -k key with-session | vitals-verify -k key | vitals-open -k p256.private'
	is_status 0
	is_stdout "$(sed -e '5s/.*/t/' timed)"
	is_stderr ''
done
try '--with-session without a message' vitals-seal --with-session -o jwe -k p256.public timed
is_status 2
is_stdout ''
stderr_has '^vitals-seal: --with-session needs a message, which --output jwe omits$'

# ---- Seal then sign, verify then open -------------------------------------
try 'the pipe' sh -c 'vitals-seal -k p256.public lines | vitals-sign -k key | tee signed | vitals-verify -k key | vitals-open -k p256.private'
is_status 0
stdout_is_file lines
is_stderr ''
try 'opens a signed message' vitals-open -k p256.private signed
is_status 0
stdout_is_file lines
is_stderr ''
try 'does not seal what is signed' vitals-seal -k p256.public signed
is_status 1
is_stdout ''
stderr_has '^vitals-seal: signed:4: is signed already: seal first, then sign$'
try 'nor what is sealed' vitals-seal -k p256.public sealed bare
is_status 1
is_stdout ''
stderr_has '^vitals-seal: bare:1: is sealed already$'
try 'seals the payload of a message' vitals-seal -k shared <<'L'
{"id":"m-1","endpoint":"https://example.com","contentType":"application/x-odd","payload":"{\"a\":1}"}
L
is_status 0
stdout_json '.id == "m-1" and .endpoint == "https://example.com" and .contentType == "application/jose"'
is_stderr ''
cp .out odd
try 'and opens it' vitals-open -k shared odd
is_status 0
is_stdout '{"a":1}'
is_stderr ''

# ---- Refusals -------------------------------------------------------------
try 'another key' vitals-open -k x25519.private signed
is_status 1
is_stdout ''
stderr_has "^vitals-open: signed:4: no key: it is sealed for $(jq -r .kid p256.public), and no key here is of that kind$"
vitals-seal -q --new-key p256.other >/dev/null
try 'another key of the kind' vitals-open -k p256.other signed
is_status 1
is_stdout ''
stderr_has "^vitals-open: signed:4: no key opens it: it is sealed for $(jq -r .kid p256.public)$"
try 'a public key' vitals-open -k p256.public signed
is_status 3
is_stdout ''
is_stderr "vitals-open: key $(jq -r .kid p256.public) is public: it cannot open"
vitals-seal -k shared -o jwe lines >jwes
sed '2s/....$/AAAA/' jwes >changed
try 'a changed line between good ones' vitals-open -k shared --rejects bad changed
is_status 1
is_stdout "$(sed '2d' lines)"
is_stderr 'vitals-open: changed:2: wrong key or changed: the tag does not match'
sed -n 2p changed >want
cmp -s want bad
ok 'the rejected line is kept'
sed '3s/....$/AAAA/; 3s/^[^.]*/HEAD/' jwes >changed
sed "3s/HEAD/$(head -n 1 jwes | cut -d . -f 1)/" changed >both
try 'changed, but the key is known' vitals-open --strict -k shared both
is_status 1
is_stdout "$(sed -n 1,2p lines)"
is_stderr 'vitals-open: both:3: changed: the tag does not match (the key is right)'
cp wrap open && chmod 604 open
vitals-sign -q --new-key hook || exit 1
for c in vitals-seal vitals-open; do
	try "$c: a key that others can read" $c -k open lines
	is_status 3
	is_stdout ''
	is_stderr "$c: open: others can access this secret: chmod 600 it"
	try "$c: no key" $c lines
	is_status 2
	is_stdout ''
	stderr_has "^$c: no key: give --key-file"
	try "$c: an invalid key" $c -k lines lines
	is_status 3
	is_stdout ''
	is_stderr "$c: lines:1: not a JWK: kty is missing"
	try "$c: a key of another tool" $c -k hook lines
	is_status 3
	is_stdout ''
	is_stderr "$c: hook:1: not a JWK: byte 1: not a JSON value"
	try "$c: key and no such file" $c -k shared absent
	is_status 3
	is_stdout ''
	is_stderr "$c: absent: No such file or directory"
done
try 'a public key may be readable by all' vitals-seal -k x25519.public -o jwe lines
is_status 0
stdout_lines 4
is_stderr ''
try 'a shared key beside others' vitals-seal -k shared -k p256.public lines
is_status 3
is_stdout ''
stderr_has 'shared, so it cannot be one of several recipients unless its alg is A256KW$'
for s in "VITALS_SEAL_KEY_FILE vitals-seal lines" "VITALS_OPEN_KEY_FILE vitals-open jwes"; do
	# shellcheck disable=SC2086 # three words
	set -- $s
	try "a key from $1" env "$1=shared" "$2" "$3"
	is_status 0
	stdout_lines 4
	is_stderr ''
	try "$2 >/dev/full" sh -c "$2 -k shared $3 >/dev/full"
	is_status 3
	is_stdout ''
	is_stderr "$2: <stdout>: write failed: No space left on device"
done

# ---- Bounds ---------------------------------------------------------------
fill() { # N: a line of N bytes
	awk -v n="$1" 'BEGIN { s = "x"; while (length(s) < n) s = s s
		printf "{\"id\":\"a\",\"x\":\"%s\"}\n", substr(s, 1, n - 17) }'
}
fill 700000 >long
try 'a long line' sh -c 'vitals-seal -k shared long | vitals-open -k shared'
is_status 0
stdout_is_file long
is_stderr ''
fill 800000 >long
try 'too long once sealed' vitals-seal -k shared long
is_status 1
is_stdout ''
is_stderr 'vitals-seal: long:1: longer than 1 MiB once it is sealed'
fill 1048576 >long
try 'the longest line' vitals-sign -k key long
is_status 1
is_stdout ''
is_stderr 'vitals-sign: long:1: longer than 1 MiB once it is signed'
fill 1048577 >long
try 'one byte more' vitals-sign -k key long
is_status 1
is_stdout ''
is_stderr 'vitals-sign: long:1: bad line: longer than 1 MiB'

# ---- Members of lists that cannot be read ---------------------------------
echo '{"a":1}' >one
vitals-seal -q --new-key mine.jwk >mine.public
jq -c '{keys: [{kty: "EC", crv: "P-256", use: "sig", alg: "ES256", kid: "s", x: "AA", y: "AA"},
	{kty: "OKP", crv: "Ed25519", use: "sig", x: "AA"}, {kty: "OKP", crv: "Ed25519", key_ops: ["verify"], x: "AA"}, .]}' mine.public >keyset
vitals-seal -k keyset one >sealed 2>err
try 'a key set with keys for signatures' vitals-open -k mine.jwk sealed
is_status 0
stdout_is_file one
is_stderr ''
[ ! -s err ]
ok 'which are ignored without a message'
jq -c '.keys |= [5, {kty: "RSA", n: "AQAB"}] + .' keyset >odd
try 'with what is not understood' vitals-seal -k odd one
is_status 0
stdout_json '.contentType == "application/jose"'
is_stderr 'vitals-seal: odd: keys: number 1 is not an object: ignored, and 1 more key'
jq -c '.keys |= .[:2]' keyset >none
try 'without another key' vitals-seal -k none one
is_status 3
is_stdout ''
is_stderr 'vitals-seal: none: keys: number 1: use: the key is not for encryption'
{ echo '{"kty":"RSA"}'; cat mine.public; } >lines.jwk
try 'on lines' vitals-seal -k lines.jwk one
is_status 0
stdout_json '.contentType == "application/jose"'
is_stderr 'vitals-seal: lines.jwk:1: kty and crv: not EC on P-256, OKP on X25519 or oct: ignored'
jq -c '{keys: [., {kty: "EC", use: "sig", d: "AA"}]}' mine.public >secret
chmod 644 secret
try 'a secret among those that are ignored' vitals-seal -k secret one
is_status 3
is_stdout ''
is_stderr 'vitals-seal: secret: others can access this secret: chmod 600 it'
chmod 644 mine.public
vitals-seal -q --new-key yours.jwk -a x25519 >yours.public
vitals-seal -k mine.public -k yours.public one |
	jq -c '.payload |= (fromjson | .recipients |= [5, {header: {alg: "RSA-OAEP"}, encrypted_key: "AA"},
		{header: {alg: "dir", zip: "DEF"}}, {header: 7}] + . | tojson)' >sealed
for k in mine yours; do
	try "recipients that are not understood beside $k" vitals-open -k $k.jwk sealed
	is_status 0
	stdout_is_file one
	is_stderr ''
done
jq -c '.payload |= (fromjson | .recipients |= .[:4] | tojson)' sealed >others
try 'and nobody else' vitals-open -k mine.jwk others
is_status 1
is_stdout ''
is_stderr 'vitals-open: others:1: recipients: not all are objects'
done_testing
