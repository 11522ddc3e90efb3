#!/bin/sh
# vitals-receive --dedupe and vitals-stream --from with TLS and a user who may do only
# what the manual pages say, and with the master that Sentinels name.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"
# shellcheck source=tests/cli/redis.sh
. "$TESTS/cli/redis.sh"
# shellcheck source=tests/cli/share.sh
. "$TESTS/cli/share.sh"
command -v openssl >/dev/null || skip_all 'no openssl here'

# The rights of a page, for the stream "ward".
rights() { # PAGE
	sed -n '/^~{STREAM}/,/^\.Ed/{/^\.Ed/d;s/{STREAM}/{ward}/g;p;}' "$ROOT/man/$1" | tr '\n' ' '
}
redis_certificates
redis_tls t
printf 'secret\n' >password
for user in receive stream; do
	# shellcheck disable=SC2046
	redis_cli t acl setuser $user on '>secret' $(rights vitals-$user.1) >/dev/null
done
redis_cli t acl list >acl
plain=$REDIS
secure() { # USER: options
	echo "--redis-user $1 --redis-password-file password --redis-ca ca.pem"
}
STATE=
# shellcheck disable=SC2046
share a $(secure receive)
message_as one '{"id":"k1","n":1}'
is 'a receiver with TLS and a user' "$(URL=http://127.0.0.1:$(cat port.a) && post one)" 202
is 'a copy' "$(URL=http://127.0.0.1:$(cat port.a) && post one)" 200
share_end TERM a
is 'it ends' $? 0
is 'it complains about nothing' "$(grep -vc listening err.a)" 0

redis_cli t acl setuser enqueue on '>secret' '~*' +@all >/dev/null
# shellcheck disable=SC2046
echo '{"id":"e1","n":1}' |
	vitals-enqueue -q --partitions 1 $(secure enqueue) "$REDIS/ward" >/dev/null
stream_on() { # OPTION ...: prints what a poll gives
	rm -f port
	vitals-stream -l 127.0.0.1:0 --port-file port -t 600 "$@" 2>err >/dev/null &
	SERVER=$!
	wait_for server_ready
	curl -s --max-time 60 "http://127.0.0.1:$(cat port)/poll?after=0&wait=30" |
		jq -c 'select(.record == "line") | [.sequence, .line.n]'
	kill -TERM $SERVER
	wait $SERVER
	SERVER=
}
# shellcheck disable=SC2046
is 'a server of streams with TLS and a user' \
	"$(stream_on --from "$REDIS/ward" $(secure stream))" '[1,1]'
is 'it complains about nothing' "$(grep -vc listening err)" 0
try 'a wrong password' sh -c "printf 'wrong\n' >wrong; exec vitals-receive -k key \
	-l 127.0.0.1:0 --dedupe $plain/ward --redis-user receive --redis-password-file wrong --redis-ca ca.pem"
is_status 4
is_stdout ''
stderr_has "^vitals-receive: $plain/ward: "

# A Sentinel with a password, and one with a user, of a server with another password.
redis_start p 'requirepass of-the-server'
printf 'of-the-server\n' >server.password
redis_sentinel p1 p 1 'sentinel auth-pass main of-the-server' 'requirepass of-sentinel'
redis_sentinel p2 p 1 'sentinel auth-pass main of-the-server' \
	'user ask on >of-ask allchannels -@all +sentinel|get-master-addr-by-name' 'user default off'
printf 'of-sentinel\n' >p1.password
printf 'of-ask\n' >p2.password
printf '{"id":"p1"}\n' >in
P1=redis+sentinel://127.0.0.1:$(redis_port p1)/main/q
P2=redis+sentinel://127.0.0.1:$(redis_port p2)/main/q
enqueue() { # NAME URL [OPTION ...]
	enqueue_n=$1
	shift
	try "$enqueue_n" vitals-enqueue -q --give-up-after 120 \
		--redis-password-file server.password "$@" <in
}
enqueue 'a Sentinel with a password' --redis-sentinel-password-file p1.password "$P1"
is_status 0
stdout_lines 1
is_stderr ''
enqueue 'a Sentinel with a user' --redis-sentinel-user ask \
	--redis-sentinel-password-file p2.password "$P2"
is_status 0
stdout_lines 1
is_stderr ''
enqueue 'a Sentinel, and no password' "$P1"
is_status 4
is_stdout ''
stderr_has 'it wants a password: --redis-sentinel-password-file FILE$'
enqueue 'the password of the server for a Sentinel' \
	--redis-sentinel-password-file server.password "$P1"
is_status 4
is_stdout ''
stderr_has ': the password was not accepted: '
stderr_has "127.0.0.1:$(redis_port p1): "
try 'a user of Sentinels without a password' vitals-enqueue --redis-sentinel-user ask "$P1" <in
is_status 2
is_stdout ''
stderr_has 'redis-sentinel-user needs --redis-sentinel-password-file'
try 'a password of Sentinels without any' vitals-enqueue \
	--redis-sentinel-password-file p1.password "redis://127.0.0.1:$(redis_port p)/q" <in
is_status 2
is_stdout ''
stderr_has 'the user and password of Sentinels are only for redis'
for tool in 'vitals-receive -k key -l 127.0.0.1:0' 'vitals-stream -l 127.0.0.1:0'; do
	# shellcheck disable=SC2086
	try "without a server: $tool" $tool --redis-sentinel-password-file p1.password
	is_status 2
	is_stdout ''
	stderr_has "needs --"
done

# The master that Sentinels name, before and after a failover.
redis_start m
redis_start s "replicaof 127.0.0.1 $(redis_port m)"
redis_sentinel x m 1
REDIS=redis+sentinel://127.0.0.1:$(redis_port x)/main
share b
message_as two '{"id":"k2","n":1}'
is 'Sentinel: a receiver' "$(URL=http://127.0.0.1:$(cat port.b) && post two)" 202
replicated() {
	[ -n "$(redis_cli s get '{ward}:got:k2')" ] && redis_cli s info replication | grep -q 'master_link_status:up'
}
wait_for replicated
known() { # does the Sentinel know the replica?
	redis_cli x sentinel replicas main | grep -q "^$(redis_port s)"
}
wait_for known
redis_kill m
well() {
	[ "$(curl -s "http://127.0.0.1:$(cat port.b)/healthz")" = ok ]
}
away() {
	! well
}
wait_for away
wait_for well
is 'Sentinel: after a failover, a copy' "$(URL=http://127.0.0.1:$(cat port.b) && post two)" 200
share_end TERM b
is 'Sentinel: it ends' $? 0
done_testing
