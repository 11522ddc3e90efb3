#!/bin/sh
# npm http-message-signatures verifies signatures of vitals-sign --scheme rfc9421, and
# vitals-verify verifies its signatures.
. "$(dirname "$0")/lib.sh"
need_npm http-message-signatures
need_command jq

umask 077
vitals-sign -q --new-key hmac
vitals-sign -q --new-key other
vitals-sign -q --new-key ed25519 --algorithm ed25519 >public
printf '%s\n' '{"schemaVersion":"1.0","id":"e-1","type":"t","readings":[{"value":72.0}]}' \
	'{"id":"e-2","text":"\u00e9 é 😀 \\ \" \u0000"}' \
	' { "id" : "e-3" , "big" : 12345678901234567890.10 } ' >lines

for k in hmac ed25519; do
	check=$k
	[ $k = hmac ] || check=public
	vitals-sign -s rfc9421 -k $k lines >messages
	try "$k: ours is good to them" js sign-rfc9421.js verify $check messages
	is_status 0
	stdout_is_file lines
	is_stderr ''
	sed 's/e-[123]/e-4/g' messages >changed
	try "$k: they refuse a changed one" js sign-rfc9421.js verify $check changed
	is_status 1
	is_stdout ''
	stderr_has .
	js sign-rfc9421.js sign $k lines >theirs
	try "$k: theirs is good to us" vitals-verify -s rfc9421 -k $check theirs
	is_status 0
	stdout_is_file lines
	is_stderr ''
	try "$k: another key is not" vitals-verify -s rfc9421 -k other theirs
	is_status 1
	is_stdout ''
	stderr_has '^vitals-verify: theirs:1: signature does not match'
	head -n 1 lines >body
	js sign-rfc9421.js request $k body >first
	try "$k: a request of theirs, by its head" \
		vitals-verify -q -s rfc9421 -k $check --headers first body
	is_status 0
	stdout_is_file body
	is_stderr ''
	sed '1s/POST/PUT/' first >moved
	try "$k: with another method" \
		vitals-verify -q -s rfc9421 -k $check --headers moved body
	is_status 1
	is_stdout ''
	is_stderr 'vitals-verify: body: signature does not match: wrong key or changed message'
	sed '1s/b=c/b=d/' first >moved
	try "$k: with another query" \
		vitals-verify -q -s rfc9421 -k $check --headers moved body
	is_status 1
	is_stdout ''
	is_stderr 'vitals-verify: body: signature does not match: wrong key or changed message'
done
done_testing
