#!/bin/sh
# npm jose and Debian's jose tool open messages of vitals-seal, and vitals-open opens
# theirs, for each kind of key.
. "$(dirname "$0")/lib.sh"
need_command jq

umask 077
printf '%s\n' '{"schemaVersion":"1.0","id":"e-1","type":"t","session":{"id":"s-1"},"readings":[{"value":72.0}]}' \
	'{"id":"e-2","text":"\u00e9 é 😀 \\ \" \u0000"}' \
	' { "id" : "e-3" , "big" : 12345678901234567890.10 } ' >lines
for k in p256 x25519 shared; do
	vitals-seal -q --new-key "$k.private" -a $k >"$k.public"
done
mv shared.private shared.public
cp shared.public shared.private
jq -c '. + {alg: "A256KW"}' shared.private >wrap.private
cp wrap.private wrap.public
# A key that is used directly, as other senders do.
jq -c '. + {alg: "dir"} | del(.use)' shared.private >direct.private
cp direct.private direct.public
payloads() {
	jq -r .payload "$1"
}

npm_opens() { # NAME PRIVATE JWES
	try "npm jose opens: $1" js seal-jose.js open "$2" "$3"
	is_status 0
	stdout_is_file lines
	is_stderr ''
}
if command -v node >/dev/null && [ -d "$INTEROP/node_modules/jose" ]; then
	for k in p256 x25519 wrap shared; do
		vitals-seal -k "$k.public" lines >"$k.messages"
		payloads "$k.messages" >"$k.jwes"
		npm_opens $k "$k.private" "$k.jwes"
		sed 's/.....$/AAAAA/' "$k.jwes" >changed
		try "npm jose refuses a changed one: $k" js seal-jose.js open "$k.private" changed
		is_status 1
		is_stdout ''
		stderr_has .
	done
	vitals-seal -k p256.public -k x25519.public -k wrap.public -o jwe lines >general
	for k in p256 x25519 wrap; do
		npm_opens "several recipients, $k" "$k.private" general
	done
	for c in 'p256 ECDH-ES+A256KW' 'x25519 ECDH-ES+A256KW' 'p256 ECDH-ES' \
		'x25519 ECDH-ES' 'wrap A256KW' 'direct dir'; do
		k=${c% *}
		js seal-jose.js seal "$k.public" "${c#* }" lines >theirs
		try "ours opens npm jose: $c" vitals-open -k "$k.private" theirs
		is_status 0
		stdout_is_file lines
		is_stderr ''
		js seal-jose.js flattened "$k.public" "${c#* }" lines >theirs
		try "ours opens npm jose, flattened: $c" vitals-open -k "$k.private" theirs
		is_status 0
		stdout_is_file lines
		is_stderr ''
	done
	js seal-jose.js general p256.public x25519.public lines >theirs
	for k in p256 x25519; do
		try "ours opens npm jose, several recipients: $k" vitals-open -k "$k.private" theirs
		is_status 0
		stdout_is_file lines
		is_stderr ''
	done
	js seal-jose.js key ECDH-ES+A256KW X25519 >their.private
	vitals-seal -k their.private -o jwe lines >jwes
	npm_opens 'with a key of its own making' their.private jwes
	for a in alg=RSA-OAEP alg=A128KW alg=PBES2-HS256+A128KW enc=A128GCM \
		enc=A256CBC-HS512; do
		js seal-jose.js odd $a lines >theirs
		try "ours refuses npm jose: $a" vitals-open -k direct.private theirs
		is_status 1
		is_stdout ''
		stderr_has "^vitals-open: theirs:1: ${a%=*}: $(echo "${a#*=}" | sed 's/+/+/') is not allowed$"
	done
else
	skip 'npm jose' 'not here: run tests/interop/setup.sh'
fi

if command -v jose >/dev/null; then
	for k in p256 wrap; do
		vitals-seal -k "$k.public" lines >"$k.messages"
		payloads "$k.messages" >"$k.jwes"
		while read -r jwe; do
			printf %s "$jwe" | jose jwe dec -i - -k "$k.private" && echo
		done <"$k.jwes" >opened
		cmp -s lines opened
		ok "jose opens: $k"
	done
	vitals-seal -k p256.public -k wrap.public -o jwe lines >general
	for k in p256 wrap; do
		while read -r jwe; do
			printf %s "$jwe" | jose jwe dec -i - -k "$k.private" && echo
		done <general >opened
		cmp -s lines opened
		ok "jose opens, several recipients: $k"
	done
	jose jwk gen -i '{"kty":"EC","crv":"P-256"}' -o gen.private
	jose jwk pub -i gen.private -o gen.public
	jose jwk gen -i '{"alg":"A256KW"}' -o gen.wrap
	cp gen.wrap gen.wrap.public
	for c in 'gen.private gen.public ECDH-ES+A256KW' \
		'gen.wrap gen.wrap.public A256KW' \
		'direct.private direct.public dir'; do
		# shellcheck disable=SC2086 # three words
		set -- $c
		[ "$3" = dir ] && jq -c 'del(.alg)' "$2" >public || cp "$2" public
		for form in -c ''; do
			while read -r line; do
				# shellcheck disable=SC2086 # an option or none
				printf %s "$line" | jose jwe enc -I - -k public $form \
					-i "{\"protected\":{\"alg\":\"$3\",\"enc\":\"A256GCM\"}}"
				echo
			done <lines >theirs
			try "ours opens jose: $3 $form" vitals-open -k "$1" theirs
			is_status 0
			# read(1) removes blanks at both ends
			sed 's/^ *//; s/ *$//' lines >want
			stdout_is_file want
			is_stderr ''
		done
	done
	vitals-seal -q -k gen.private -o jwe lines >jwes
	head -n 1 jwes | tr -d '\n' | jose jwe dec -i - -k gen.private >opened
	head -n 1 lines | tr -d '\n' | cmp -s - opened
	ok 'jose opens with a key that it made'
else
	skip "Debian's jose" 'no jose here (package jose)'
fi
done_testing
