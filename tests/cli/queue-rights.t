#!/bin/sh
# vitals-post --queue over TLS, as a user of an ACL: with the rights in the man page
# all works; without one of them there is one clear line.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/queue.sh"
command -v openssl >/dev/null || skip_all 'no openssl here'
redis_certificates
redis_tls main
hook
url=http://127.0.0.1:$PORT
Q=$REDIS/q
echo secret >password
chmod 600 password

rights=$(awk '/^~\{STREAM\}/ { on = 1 } /^\.Ed/ { on = 0 } on' "$ROOT/man/vitals-post.1" |
	sed 's/{STREAM}/{q}/' | tr '\n' ' ')
[ -n "$rights" ]
ok "the man page has the rights"
user() { # NAME RIGHT ...
	user_n=$1
	shift
	redis_cli main acl setuser "$user_n" reset on '>secret' "$@" >user.out
}
# shellcheck disable=SC2086 # words
user full $rights
events 10 >in
try 'the events' vitals-enqueue -q --redis-ca ca.pem --partitions 2 "$Q" <in
is_status 0
stdout_lines 10
is_stderr ''

post() { # USER OPTION ...
	post_user=$1
	shift
	vitals-post -q --queue "$Q" --group g --redis-ca ca.pem \
		--redis-user "$post_user" --redis-password-file password "$@"
}
try 'a failed attempt is stored' post full --drain --max-attempts 2 --retry-base 0.01 "$url/flaky/1"
is_status 0
stdout_json '.status == "delivered" and .attempts == 2'
is_stderr ''
events 12 | tail -n 2 >in
vitals-enqueue -q --redis-ca ca.pem "$Q" <in >out
try 'dead letters are stored' post full --drain "$url/status/400"
is_status 4
stdout_json '.status == "dead"'
stderr_has 'HTTP 400'
try 'they are listed' post full --list
is_status 0
stdout_json '.record == "partition" or .dead == 2'
is_stderr ''
try 'and exported' post full --export-dead
is_status 0
stdout_lines 2
is_stderr ''

# ---- Without a right.
events 13 | tail -n 1 >in
vitals-enqueue -q --redis-ca ca.pem "$Q" <in >out
without() { # RIGHT PATTERN
	# shellcheck disable=SC2086
	user less $rights "-$1"
	try "without $1" post less --drain "$url/ok"
	is_status 3
	tap_seen o
	stderr_has "^vitals-post: $Q: .*$2"
	[ "$(wc -l <"$WORK/.err")" -eq 1 ]
	ok 'in one line'
}
without evalsha evalsha
without xreadgroup 'the user lacks a right to take entries (see QUEUE in vitals-post(1)): '
without xautoclaim 'the user lacks a right to take entries '
without xack 'the user lacks a right to write outcomes '
without zadd 'the user lacks a right to renew leases '
try 'another password' vitals-post -q --queue "$Q" --group g --redis-ca ca.pem --redis-user nobody --redis-password-file password "$url/ok"
is_status 3
is_stdout ''
stderr_has "^vitals-post: $Q: "
try 'a certificate that is not trusted' vitals-post -q --queue "$Q" --group g "$url/ok"
is_status 3
is_stdout ''
stderr_has "^vitals-post: $Q: .*certificate"
try 'a password in the URL' vitals-post -q --queue "rediss://full:secret@127.0.0.1/q" --group g "$url/ok"
is_status 3
is_stdout ''
stderr_has 'redis-password-file'
! grep -q secret "$WORK/.err"
ok 'it is not repeated'

# The event is still there.
try 'the event' post full --drain "$url/ok"
is_status 0
stdout_json '.id == "e-13"'
is_stderr ''
done_testing
