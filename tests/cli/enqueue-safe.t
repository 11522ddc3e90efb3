#!/bin/sh
# vitals-enqueue: connections that are refused: passwords, rights, certificates,
# replicas; and what it does with a server that is full.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/redis.sh
. "$TESTS/cli/redis.sh"
umask 077
events_from 1 5 >in
echo good >good
echo bad >bad

# ---- Passwords and rights.

redis_start a
try 'a password that nobody wants' vitals-enqueue --redis-password-file good "$REDIS/s" <in
is_status 4
is_stdout ''
stderr_has "^vitals-enqueue: $REDIS/s: the password was not accepted: ERR AUTH"
redis_cli a acl setuser me on '>good' resetkeys '~{s}:*' -@all \
	+evalsha '+script|load' +info +role '+config|get' +wait \
	+get +mget +set +exists +hincrby +hset +hmget +hgetall \
	+xadd +xlen +xtrim '+xinfo|groups' +xpending +time >/dev/null
try 'the rights of the man page' vitals-enqueue --redis-user me \
	--redis-password-file good --keep 60 "$REDIS/s" <in
is_status 0
stdout_json '.status == "queued"'
is_stderr ''
events_from 1001 6000 >many
try 'also to trim' vitals-enqueue --redis-user me \
	--redis-password-file good "$REDIS/s" <many
is_status 0
stdout_lines 5000
is_stderr ''
page=$(sed -n '/^~{STREAM}/,/^\.Ed/p' "$ROOT/man/vitals-enqueue.1" | grep -v '^\.' | tr ' ' '\n' | grep '^+' | sort)
[ "$page" = "$(printf '%s\n' +evalsha '+script|load' +info +role '+config|get' +wait \
	+get +mget +set +exists +hincrby +hset +hmget +hgetall \
	+xadd +xlen +xtrim '+xinfo|groups' +xpending +time | sort)" ]
ok 'the man page has the same rights'
try 'a user in the URL' vitals-enqueue --redis-password-file good \
	"redis://me@127.0.0.1:$(redis_port a)/s" <in
is_status 0
stdout_json '.status == "duplicate"'
is_stderr ''
try 'a wrong password' vitals-enqueue --redis-user me --redis-password-file bad "$REDIS/s" <in
is_status 4
is_stdout ''
is_stderr "vitals-enqueue: $REDIS/s: the password was not accepted: WRONGPASS invalid username-password pair or user is disabled."
try 'another queue' vitals-enqueue --redis-user me --redis-password-file good \
	--rejects rejects "$REDIS/other" <in
is_status 4
is_stdout ''
stderr_has "^vitals-enqueue: $REDIS/other: .*NOPERM"
redis_cli a acl setuser me -xadd >/dev/null
events_from 11 15 >in2
try 'no right to add' vitals-enqueue --redis-user me --redis-password-file good \
	--rejects rejects "$REDIS/s" <in2
is_status 4
is_stdout ''
stderr_has "^vitals-enqueue: $REDIS/s: .*\(NOPERM\|can't run this command\|ACL failure in script\)"
stderr_has '^vitals-enqueue: 5 lines were read and not acknowledged: they are in rejects$'
cat in2 >want
tail -n 5 rejects | cmp -s want -
ok 'the lines are kept'
redis_cli a acl setuser me '-script|load' >/dev/null
try 'no right to scripts' vitals-enqueue --redis-user me --redis-password-file good "$REDIS/s" <in
is_status 4
is_stdout ''
stderr_has "^vitals-enqueue: $REDIS/s: SCRIPT LOAD: NOPERM"
redis_cli a acl setuser me +xadd '+script|load' -info -role '-config|get' >/dev/null
try 'without the rights that may be missing' vitals-enqueue --redis-user me \
	--redis-password-file good "$REDIS/s" <in2
is_status 0
stdout_json '.status == "queued"'
is_stderr ''
redis_cli a config set requirepass good >/dev/null
try 'a server with a password' vitals-enqueue "$REDIS/s" <in
is_status 4
is_stdout ''
is_stderr "vitals-enqueue: $REDIS/s: it wants a password: --redis-password-file FILE"
try 'the password' vitals-enqueue --redis-password-file good "$REDIS/s" <in
is_status 0
stdout_json '.status == "duplicate"'
is_stderr ''
chmod 644 good
try 'a password that others can read' vitals-enqueue --redis-password-file good "$REDIS/s" <in
is_status 2
is_stdout ''
stderr_has '^vitals-enqueue: good: '
chmod 600 good

# ---- Servers that cannot keep lines, or are none.

redis_start b 'appendonly no'
try 'without AOF' vitals-enqueue "$REDIS/s" <in
is_status 0
stdout_lines 5
is_stderr "vitals-enqueue: $REDIS/s: appendonly is off: a crash of the server can lose acknowledged lines"
redis_cli b config set appendonly yes >/dev/null
redis_cli b config set appendfsync everysec >/dev/null
try 'AOF, but not at once' vitals-enqueue "$REDIS/s" <in
is_status 0
stdout_lines 5
is_stderr "vitals-enqueue: $REDIS/s: appendfsync is not always: a crash of the server can lose acknowledged lines"
redis_start c "replicaof 127.0.0.1 $(redis_port b)"
try 'a replica' vitals-enqueue --give-up-after 3 "$REDIS/s" <in
is_status 4
is_stdout ''
stderr_has "$REDIS/s: it is a replica, and only its master can be written to: trying again\$"
stderr_has "$REDIS/s: gave up: it is a replica, and only its master can be written to\$"
stderr_has '^vitals-enqueue: 5 lines were read and not acknowledged$'
try 'no server' vitals-enqueue --give-up-after 2 redis://127.0.0.1:1/s <in
is_status 4
is_stdout ''
stderr_has 'redis://127.0.0.1:1/s: gave up: cannot connect: Connection refused$'
try 'no server, and no lines' vitals-enqueue -q --give-up-after 2 redis://127.0.0.1:1/s
is_status 4
is_stdout ''
is_stderr 'vitals-enqueue: redis://127.0.0.1:1/s: gave up: cannot connect: Connection refused'
# No name server is asked for a name with an empty part.
try 'a name that is none' vitals-enqueue -q --redis-plain --give-up-after 3 \
	redis://name..invalid/s <in
is_status 4
is_stdout ''
stderr_has '^vitals-enqueue: redis://name..invalid:6379/s: gave up: cannot find the host: '
if command -v node >/dev/null; then
	node -e 'const s = require("net").createServer(c => { c.on("error", () => {});
		c.end("HTTP/1.1 400 Bad Request\r\n\r\n") }); s.listen(0, "127.0.0.1",
		() => require("fs").writeFileSync("port", String(s.address().port)));
		setTimeout(() => process.exit(), 600000)' &
	HTTP=$!
	wait_for [ -s port ]
	try 'another protocol' vitals-enqueue -q --give-up-after 3 "redis://127.0.0.1:$(cat port)/s" <in
	is_status 4
	is_stdout ''
	stderr_has ': not a Redis server: Protocol error'
	kill "$HTTP"
	rm port
	node -e 'const s = require("net").createServer(c => { c.on("error", () => {});
		c.write("$20\r\nredis_version:6.0.16\r\n") }); s.listen(0, "127.0.0.1",
		() => require("fs").writeFileSync("port", String(s.address().port)));
		setTimeout(() => process.exit(), 600000)' &
	OLD=$!
	wait_for [ -s port ]
	try 'an old server' vitals-enqueue "redis://127.0.0.1:$(cat port)/s" <in
	is_status 4
	is_stdout ''
	is_stderr "vitals-enqueue: redis://127.0.0.1:$(cat port)/s: Redis 6.0.16 is too old: 6.2 or later is needed"
	kill "$OLD"
	rm port
	# Its greeting and its end can be read at the same time.
	cat >leaves.js <<'X'
const answer = '$20\r\nredis_version:7.2.0\n\r\n*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n' +
	'*4\r\n$10\r\nappendonly\r\n$3\r\nyes\r\n$11\r\nappendfsync\r\n$6\r\nalways\r\n';
const load = /\$4\r\nLOAD\r\n\$(\d+)\r\n/g;
require('net').createServer(function (c) {
	let asked = '';
	c.on('error', function () {});
	c.on('data', function (bytes) {
		asked += bytes;
		const text = [...asked.matchAll(load)].map(m =>
			asked.substr(m.index + m[0].length, +m[1]));
		if (text.length < 3 || !asked.endsWith(text[2] + '\r\n'))
			return;
		c.end(answer + text.map(t => '$40\r\n' + require('crypto')
			.createHash('sha1').update(t).digest('hex') + '\r\n').join(''));
	});
}).listen(0, '127.0.0.1', function () {
	require('fs').writeFileSync('port', String(this.address().port));
});
setTimeout(() => process.exit(), 600000);
X
	node leaves.js &
	LEAVES=$!
	wait_for [ -s port ]
	try 'a server that greets and leaves' vitals-enqueue --give-up-after 1 \
		"redis://127.0.0.1:$(cat port)/s" <in
	is_status 4
	is_stdout ''
	stderr_has ': the server closed the connection: connecting again$'
	stderr_has ': gave up: .'
	[ "$(grep -c ': : ' .err)" -eq 0 ]
	ok 'each message has a reason' .err
	kill "$LEAVES"
else
	skip 'another protocol' 'no node here'
fi

# ---- Replicas that are to have each line.

redis_start m
redis_start r "replicaof 127.0.0.1 $(redis_port m)"
linked() {
	redis_cli r role | grep -q '^connected'
}
wait_for linked
MASTER=redis://127.0.0.1:$(redis_port m)
try 'one replica' vitals-enqueue --replicas 1 "$MASTER/s" <in
is_status 0
stdout_json '.status == "queued"'
is_stderr ''
redis_lines r s | sort | cmp -s - in
ok 'the replica has the lines'
try 'more than there are' vitals-enqueue -q --replicas 2 --give-up-after 4 "$MASTER/s" <in2
is_status 4
is_stdout ''
stderr_has "^vitals-enqueue: $MASTER/s: gave up: 1 of 2 replicas confirm the lines\$"
try 'again, with as many as there are' vitals-enqueue --replicas 1 "$MASTER/s" <in2
is_status 0
stdout_json '.status == "duplicate"'
is_stderr ''

# ---- A connection that is lost again and again.

rm -f fifo
mkfifo fifo
vitals-enqueue "$MASTER/s" <fifo >out 2>err &
p=$!
exec 8>fifo
lost_again() { # The connection is closed; do the messages end?
	redis_cli m client kill type normal >/dev/null
	grep -q 'further lost connections of this hour are only counted$' err
}
wait_for lost_again
events_from 7001 7005 >&8
exec 8>&-
wait $p
is 'the status' $? 0
is 'ten are reported' "$(grep -c ': connecting again$' err) $(grep -c ': connected to 127' err)" '10 10'
grep -qE "^vitals-enqueue: $MASTER/s: the connection was lost [0-9]+ more times?\$" err
ok 'and how many more there were' err
is 'all lines are there' "$(wc -l <out)" 5

# ---- A server without memory: lines wait, and keep their order.

redis_start f
vitals-enqueue -q --partitions 1 "$REDIS/s" </dev/null
redis_cli f config set maxmemory 1 >/dev/null
vitals-enqueue --partitions 1 "$REDIS/s" <fifo >out 2>err &
p=$!
exec 8>fifo
events_from 1 300 >many
cat many >&8
wait_for grep -q 'OOM command not allowed' err
[ ! -s out ]
ok 'nothing is acknowledged'
redis_cli f config set maxmemory 0 >/dev/null
wait_for sh -c '[ "$(wc -l <out)" -eq 300 ]'
ok 'all is when there is memory'
exec 8>&-
wait $p
[ $? -eq 0 ]
ok 'the status'
redis_lines f s | cmp -s many -
ok 'in their order'
redis_cli f config set maxmemory 1 >/dev/null
events_from 301 305 >many
try 'a server that stays full' vitals-enqueue --give-up-after 3 "$REDIS/s" <many
is_status 4
is_stdout ''
stderr_has "^vitals-enqueue: $REDIS/s: gave up: OOM command not allowed"
redis_cli f config set maxmemory 0 >/dev/null

# ---- TLS.

command -v openssl >/dev/null || {
	skip 'TLS' 'no openssl here'
	done_testing
}
redis_certificates
redis_tls t
try 'TLS' vitals-enqueue --redis-ca ca.pem "$REDIS/s" <in
is_status 0
stdout_json '.status == "queued"'
is_stderr ''
redis_lines t s | sort | cmp -s - in
ok 'the lines are there'
try 'an authority that is not trusted' vitals-enqueue "$REDIS/s" <in
is_status 4
is_stdout ''
is_stderr "vitals-enqueue: $REDIS/s: TLS: self-signed certificate in certificate chain"
try 'another name' vitals-enqueue -q --redis-ca ca.pem "rediss://localhost:$(redis_port t)/s" <in
is_status 4
is_stdout ''
stderr_has 's: TLS: \(hostname mismatch\|Hostname mismatch\)'
try 'plain to a server with TLS' vitals-enqueue -q --give-up-after 3 \
	"redis://127.0.0.1:$(redis_port t)/s" <in
is_status 4
is_stdout ''
stderr_has '(if it needs TLS, use rediss://)$'
redis_tls u 'tls-auth-clients yes'
try 'a server that wants a certificate' vitals-enqueue -q --redis-ca ca.pem \
	--give-up-after 0.3 "$REDIS/s" <in
is_status 4
is_stdout ''
stderr_has "$REDIS/s: "
try 'a certificate' vitals-enqueue --redis-ca ca.pem --redis-certificate server.pem \
	--redis-certificate-key server.key "$REDIS/s" <in
is_status 0
stdout_lines 5
is_stderr ''
try 'a key that is not its' vitals-enqueue --redis-ca ca.pem --redis-certificate server.pem \
	--redis-certificate-key ca.key "$REDIS/s" <in
is_status 2
is_stdout ''
stderr_has '^vitals-enqueue: ca.key: does not fit the certificate$'
try 'a CA file that is none' vitals-enqueue --redis-ca in "$REDIS/s" <in
is_status 2
is_stdout ''
stderr_has '^vitals-enqueue: in: no certificates in PEM$'

# A long line and many, so that TLS has to continue in the middle.
{
	printf '{"id":"long","x":"'
	head -c 1000000 /dev/zero | tr '\0' x
	printf '"}\n'
	events_from 101 3000
} >many
try 'much over TLS' vitals-enqueue --redis-ca ca.pem --redis-certificate server.pem \
	--redis-certificate-key server.key --batch 10000 "$REDIS/s" <many
is_status 0
stdout_lines 2901
is_stderr ''
sort many >want
{
	cat many
	cat in
} | sort >want
redis_lines u s | sort | cmp -s want -
ok 'all is there'
done_testing
