#!/bin/sh
# The clients of Standard Webhooks, Svix, Stripe and GitHub verify signatures of
# vitals-sign, and vitals-verify verifies theirs.
. "$(dirname "$0")/lib.sh"
need_npm standardwebhooks svix stripe @octokit/webhooks-methods
need_command jq

umask 077
vitals-sign -q --new-key key
vitals-sign -q --new-key other
printf '%s\n' '{"schemaVersion":"1.0","id":"e-1","type":"t","readings":[{"value":72.0}]}' \
	'{"id":"e-2","text":"\u00e9 é 😀 \\ \" \u0000"}' \
	' { "id" : "e-3" , "big" : 12345678901234567890.10 } ' >lines

for c in standardwebhooks svix stripe octokit; do
	case $c in
	stripe) scheme=stripe ;;
	octokit) scheme=github ;;
	*) scheme=standard ;;
	esac
	vitals-sign -s $scheme -k key lines >messages
	try "$c verifies ours" js sign-vendors.js verify $c key messages
	is_status 0
	stdout_is_file lines
	is_stderr ''
	[ $c = octokit ] || {
		vitals-sign -s $scheme -k other -k key lines >both
		try "$c verifies ours of two keys" js sign-vendors.js verify $c key both
		is_status 0
		stdout_is_file lines
		is_stderr ''
	}
	try "$c refuses another key" js sign-vendors.js verify $c other messages
	is_status 1
	is_stdout ''
	stderr_has .
	sed 's/e-[123]/e-4/g' messages >changed
	try "$c refuses a changed message" js sign-vendors.js verify $c key changed
	is_status 1
	is_stdout ''
	stderr_has .
	[ $c = octokit ] || {
		vitals-sign -s $scheme -k key --at $(($(date +%s) - 310)) lines >stale
		try "$c refuses a stale one" js sign-vendors.js verify $c key stale
		is_status 1
		is_stdout ''
		stderr_has .
	}

	js sign-vendors.js sign $c key lines >theirs
	try "ours verifies $c" vitals-verify -s $scheme -k key theirs
	is_status 0
	stdout_is_file lines
	is_stderr ''
	try "ours refuses another key of $c" vitals-verify -s $scheme -k other theirs
	is_status 1
	is_stdout ''
	stderr_has 'wrong key or changed message'
	head -n 1 lines | tr -d '\n' >body
	js sign-vendors.js headers $c key body >request
	try "ours verifies the headers of $c" vitals-verify -q -s $scheme -k key --headers request body
	is_status 0
	stdout_is_file body
	is_stderr ''
done
done_testing
