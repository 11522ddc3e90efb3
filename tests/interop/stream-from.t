#!/bin/sh
# Clients that nobody here wrote, and vitals-listen, move between two vitals-stream
# that serve one queue in Redis, which is killed in the middle: they get each line
# once and in order.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/stream.sh
. "$TESTS/cli/stream.sh"
# shellcheck source=tests/cli/redis.sh
. "$TESTS/cli/redis.sh"
need_npm ws eventsource
SERVERS=
clean_all() {
	for clean_p in $SERVERS $CLIENTS; do
		kill -9 "$clean_p" 2>/dev/null
	done
	redis_clean
}
trap clean_all EXIT

serve() { # NAME [PORT]
	rm -f "port.$1"
	vitals-stream -l "127.0.0.1:${2-0}" --port-file "port.$1" -t 1200 --retry 0.05 \
		--from "$REDIS/ward" --history-bytes 65536 >/dev/null 2>>"err.$1" &
	echo $! >"pid.$1"
	SERVERS="$SERVERS $!"
	wait_for test -s "port.$1"
}
events() { # FROM TO
	seq "$1" "$2" | jq -c '{id: "e\(.)", type: "vitals.sample", n: .}' |
		vitals-enqueue -q --partitions 1 --keep 86400 "$REDIS/ward" >/dev/null
}
has() { # FILE N
	grep -q "\"n\":$2[,}]" "$1"
}
numbers() { # FILE
	sed -n 's/.*"n":\([0-9]*\).*/\1/p' "$1" | md5sum
}

redis_start r
events 1 200
# It comes back on the same port.
port=$(free_port)
serve a "$port"
serve b
# A proxy in front of both, which cuts every connection after a while and gives the
# next one to the other server.
cat >balance.js <<'X'
const net = require('net');
const fs = require('fs');
const ports = process.argv.slice(3).map(Number);
let turn = 0;
net.createServer((c) => {
	const s = net.connect(ports[turn++ % ports.length], '127.0.0.1');
	let left = 3000 + turn * 977 % 9000;
	s.on('data', (d) => {
		c.write(d.subarray(0, left));
		if ((left -= d.length) <= 0) {
			c.destroy();
			s.destroy();
		}
	});
	c.on('data', (d) => s.write(d));
	for (const [x, y] of [[c, s], [s, c]])
		for (const e of ['error', 'close'])
			x.on(e, () => y.destroy());
}).listen(0, '127.0.0.1', function () {
	fs.writeFileSync(process.argv[2] + '.new', String(this.address().port));
	fs.renameSync(process.argv[2] + '.new', process.argv[2]);
});
setTimeout(() => process.exit(1), 600000);
X
node balance.js proxy "$(cat port.a)" "$(cat port.b)" &
CLIENTS="$CLIENTS $!"
wait_for test -s proxy
URL=http://127.0.0.1:$(cat proxy)

cat >client.js <<'X'
const [kind, url] = process.argv.slice(2);
let last = 0;
function ws() {
	const socket = new (require('ws'))(`${url.replace('http', 'ws')}/ws?after=${last || 'earliest'}`);
	socket.on('message', (data) => {
		const r = JSON.parse(data);
		if (r.record === 'line') {
			last = r.sequence;
			console.log(JSON.stringify(r.line));
		} else if (r.record === 'gap') {
			console.log('gap');
		}
	});
	socket.on('error', () => {});
	socket.on('close', () => setTimeout(ws, 20));
}
if (kind === 'ws') {
	ws();
} else {
	const {EventSource} = require('eventsource');
	const source = new EventSource(`${url}/events?after=earliest`);
	source.onmessage = (e) => console.log(e.data);
	source.addEventListener('gap', () => console.log('gap'));
}
X
for kind in ws eventsource; do
	NODE_PATH=$INTEROP/node_modules node client.js $kind "$URL" >$kind 2>$kind.err &
	CLIENTS="$CLIENTS $!"
done
vitals-listen -q --after earliest "$URL/" >listen 2>listen.err &
CLIENTS="$CLIENTS $!"
for kind in ws eventsource listen; do
	wait_for has $kind 200
done
events 201 400
redis_kill r
redis_again r
events 401 600
# One server stops, and comes back.
kill -9 "$(cat pid.a)"
wait "$(cat pid.a)" 2>/dev/null
events 601 700
serve a "$port"
events 701 800
want=$(seq 1 800 | md5sum)
for kind in ws eventsource listen; do
	wait_for has $kind 800
	[ "$(numbers $kind)" = "$want" ] && ! grep -q '^gap' $kind
	if [ $? = 0 ]; then ok "$kind: each line once, in order"; else
		not_ok "$kind: each line once, in order" $kind $kind.err
	fi
done
done_testing
