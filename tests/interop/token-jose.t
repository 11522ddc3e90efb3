#!/bin/sh
# npm jose checks what vitals-token makes, and vitals-token what jose makes.
. "$(dirname "$0")/lib.sh"
need_npm jose
need_command jq

umask 077
echo whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= >HS256.key
cat >HS256.jwk <<'X'
{"kty":"oct","k":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"}
X
# RFC 8037, A.1
echo whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg== >EdDSA.key
cat >EdDSA.jwk <<'X'
{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}
X
jq -c 'del(.d)' EdDSA.jwk >public.jwk
exp=$(($(date +%s) + 3600))
claims() { # AUDIENCE EXP
	printf '{"aud":%s,"exp":%s,"sub":"é","sessions":["s-1","s-2"]}' "$1" "$2"
}

for alg in HS256 EdDSA; do
	check=$alg
	[ $alg = HS256 ] || check=public
	{
		vitals-token -k $alg.key -s 's "1"' -s é --subject ward-3
		vitals-token -k $alg.key --all-sessions -e 60
	} >ours
	try "jose checks ours: $alg" js token-jose.js check $check.jwk $alg vitals-stream <ours
	is_status 0
	stdout_json '.aud == "vitals-stream" and (.exp > .iat) and (.jti | length) == 36
		and (.sessions == ["s \"1\"", "é"] and .sub == "ward-3" or .sessions == ["*"])'
	is_stderr ''
	try "jose refuses another audience: $alg" js token-jose.js check $check.jwk $alg hub <ours
	is_status 1
	is_stdout ''
	is_stderr ERR_JWT_CLAIM_VALIDATION_FAILED
	awk -F . -v OFS=. '{ $3 = (/\.A[^.]*$/ ? "B" : "A") substr($3, 2); print }' ours >changed
	try "jose refuses a changed one: $alg" js token-jose.js check $check.jwk $alg vitals-stream <changed
	is_status 1
	is_stdout ''
	is_stderr ERR_JWS_SIGNATURE_VERIFICATION_FAILED
	for aud in '"vitals-stream"' '["hub","vitals-stream"]'; do
		js token-jose.js make $alg.jwk $alg "$(claims "$aud" $exp)" >theirs
		try "ours checks jose's: $alg, $aud" vitals-token -k $alg.key -c theirs
		is_status 0
		stdout_json '.subject == "é" and .sessions == ["s-1", "s-2"] and .audience == "vitals-stream"'
		is_stderr ''
	done
	js token-jose.js make $alg.jwk $alg "$(claims '"hub"' $exp)" >theirs
	try "ours refuses another audience: $alg" vitals-token -k $alg.key -c theirs
	is_status 1
	is_stdout ''
	is_stderr 'vitals-token: theirs:1: it is for another audience'
	js token-jose.js make $alg.jwk $alg "$(claims '"vitals-stream"' $((exp - 7200)))" >theirs
	try "ours refuses an old one: $alg" vitals-token -k $alg.key -c theirs
	is_status 1
	is_stdout ''
	stderr_has 'it expired 3[6-9][0-9][0-9] seconds ago$'
done
js token-jose.js make HS256.jwk HS512 "$(claims '"vitals-stream"' $exp)" >theirs
try 'ours refuses HS512' vitals-token -k HS256.key -c theirs
is_status 1
is_stdout ''
is_stderr 'vitals-token: theirs:1: header: alg "HS512" is not that of a key'
js token-jose.js none "$(claims '"vitals-stream"' $exp)" >theirs
try 'ours refuses none' vitals-token -k HS256.key -c theirs
is_status 1
is_stdout ''
is_stderr 'vitals-token: theirs:1: not a token of three parts'
done_testing
