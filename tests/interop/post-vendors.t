#!/bin/sh
# npm's svix and standardwebhooks verify the requests of vitals-post, with the headers
# that it sends, on the first attempt and on later ones.
. "$(dirname "$0")/lib.sh"
need_npm standardwebhooks svix
need_command jq
. "$TESTS/cli/post.sh"
hook
base=http://127.0.0.1:$PORT
umask 077
printf 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=\n' >key
printf 'whsec_AAKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=\n' >old
printf '%s\n' '{"id":"v-1","value":72.4310,"text":"\u00e9 é 😀"}' \
	'{"id":"v-2"}' '{"schemaVersion":"1.0","id":"v-3","type":"t"}' >in

for path in ok flaky/1; do
	: >log
	try "deliver: $path" vitals-post -q --retry-base 1.5 -k old -k key "$base/$path" <in
	is_status 0
	stdout_lines 3
	is_stderr ''
	for c in standardwebhooks svix; do
		try "$c verifies: $path" js post-verify.js $c key log
		is_status 0
		is_stdout "$(wc -l <log) verified"
		is_stderr ''
	done
done
[ "$(jq -s 'group_by(.id) | map([.[].headers["webhook-timestamp"]] | unique | length) | unique' -c log)" = '[2]' ]
ok 'each attempt is signed afresh'
sed 's/72\.4310/72.4311/' log >changed
try 'a changed body is noticed' js post-verify.js svix key changed
is_status 1
stdout_has 'verified$'
stderr_has 'v-1'
done_testing
