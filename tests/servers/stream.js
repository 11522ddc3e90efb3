// A stream for tests of clients: the protocol of vitals-formats(5) as a server
// that nobody here wrote frames it (npm ws), with its faults on demand.
//
//	node stream.js PORT-FILE LOG SECONDS [CERT KEY]
//
// It listens on a free port of 127.0.0.1, which it writes to PORT-FILE, and logs
// each request and each message of a client as one JSON line.  It ends after
// SECONDS, or when who started it is no more.  GET /control?… changes it:
//
//	lines=N&size=B&every=MS  add N lines of B bytes, 50 every MS (0: at once)
//	expire=N                 forget all but the last N lines
//	epoch=HEX                begin a new history
//	refuse=ws,sse            these ways answer 404, or ?status=N
//	after=VALUE              with this Retry-After
//	mute=ws,sse              these connect and then say nothing
//	token=TEXT               all others get 401
//	send=TEXT                as it is to all who are connected by SSE
//	say=JSON                 this record to all, except those who poll
//	ping=1                   to all who are connected by WebSocket
//	close=CODE               all WebSockets, with this code
//	kick=1                   all connections, without a word
//	bye=REASON               say goodbye to all
'use strict';
const fs = require('fs');
const path = require('path');
const { WebSocketServer } = require(
    path.join(__dirname, '../interop/node_modules/ws'));
const [portFile, logFile, seconds, cert, key] = process.argv.slice(2);
const log = fs.openSync(logFile, 'a');
const starter = process.ppid;
const state = { epoch: '00112233aabbccdd', refuse: [], mute: [], status: 404 };
const watchers = new Set();
const sockets = new Set();
let lines = [];		// {n, text, session, type}
let next = 1795415610000000;

function note(what) {
	fs.writeSync(log, JSON.stringify(what) + '\n');
}

function make(size) {
	const n = next++, i = n % 3;
	const line = {
		n, session: 's' + i,
		type: i === 0 ? 'vitals.wave' : 'vitals.sample',
	};
	line.text = `{ "type":"${line.type}","session":{"id":"${line.session}"}` +
	    `,"n":${n},"value":72.50e0,"pad":"`;
	line.text += 'é'.repeat(Math.max(0, (size - line.text.length) / 2)) +
	    '"}';
	lines.push(line);
	for (const w of watchers)
		w.line(line);
}

function add(count, size, every) {
	let left = count;
	const some = () => {
		for (let i = 0; left > 0 && (every === 0 || i < 50); i++, left--)
			make(size);
		if (left > 0)
			setTimeout(some, every);
	};
	some();
}

const hello = () => ({
	record: 'hello', version: '1.0', epoch: state.epoch, sequence: next - 1,
	oldest: lines.length > 0 ? lines[0].n : next, historySeconds: 600,
	slow: 'drop-oldest', sessions: [],
});

// What a watcher that asks with ${q} is given first: a gap, or null, and lines.
function replay(q, wants) {
	const oldest = lines.length > 0 ? lines[0].n : next;
	const epoch = q.get('epoch');
	let after = q.get('after');
	let gap = null;

	if (after === null)
		return { gap, old: [] };
	after = after === 'earliest' ? 0 : Number(after);
	if (epoch !== null && epoch !== state.epoch) {
		gap = { record: 'gap', after, before: oldest, lost: null,
			reason: 'epoch' };
		after = 0;
	} else if (after > 0 && after < oldest - 1) {
		gap = { record: 'gap', after, before: oldest,
			lost: oldest - 1 - after, reason: 'expired' };
	}
	return { gap, old: lines.filter((l) => l.n > after && wants(l)) };
}

function filter(q) {
	const session = q.getAll('session'), type = q.getAll('type');

	return (l) => (session.length === 0 || session.includes(l.session)) &&
	    (type.length === 0 || type.includes(l.type) ||
		type.includes(l.type.slice(7)));
}

const record = (l) =>
    `{"record":"line","sequence":${l.n},"line":${l.text}}`;

// Is it refused?
function refused(way, q, { headers, socket }, answer) {
	const q2 = Object.fromEntries(q);
	note({ way, ...q2, port: socket.remotePort, sessions: q.getAll('session'),
		token: headers.authorization, agent: headers['user-agent'],
		protocol: headers['sec-websocket-protocol'] });
	const extra = state.after ? { 'Retry-After': state.after } : {};
	if (state.token && headers.authorization !== 'Bearer ' + state.token)
		answer(401, extra);
	else if (state.refuse.includes(way))
		answer(state.status, extra);
	else
		return false;
	return true;
}

function attach(way, q, sends) {
	const wants = filter(q);
	const { gap, old } = replay(q, wants);
	const w = {
		way, ...sends,
		line: (l) => wants(l) && sends.put(l),
	};

	if (state.mute.includes(way))
		return w;
	sends.control('hello', hello());
	if (gap !== null)
		sends.control('gap', gap);
	old.forEach(sends.put);
	watchers.add(w);
	return w;
}

function events(q, r) {
	r.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8',
		'Cache-Control': 'no-store' });
	r.write('retry: 10\n\n: hello\n\n');
	const w = attach('sse', q, {
		raw: (text) => r.write(text),
		put: (l) => r.write(`id: ${l.n}\ndata: ${l.text}\n\n`),
		control: (type, c) => r.write(`event: ${type}\n` +
		    (type === 'gap' ? `id: ${c.before - 1}\n` : '') +
		    `data: ${JSON.stringify(c)}\n\n`),
		end: () => r.end(),
	});
	r.on('close', () => watchers.delete(w));
}

function poll(q, r) {
	const wants = filter(q);
	const { gap, old } = replay(q, wants);
	const batch = old.slice(0, 300);
	const wait = Number(q.get('wait')) * 1000;
	let w = null;
	const end = (more) => {
		watchers.delete(w);
		r.end((gap ? JSON.stringify(gap) + '\n' : '') +
		    batch.concat(more).map((l) => record(l) + '\n').join(''));
	};

	r.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
	r.write(JSON.stringify(hello()) + '\n');
	if (gap !== null || batch.length > 0 || wait === 0)
		return end([]);
	const timer = setTimeout(() => end([]), wait);
	w = {
		way: 'poll', control: () => { }, end: () => end([]),
		line: (l) => wants(l) && (clearTimeout(timer), end([l])),
	};
	watchers.add(w);
	r.on('close', () => (clearTimeout(timer), watchers.delete(w)));
}

function control(q, r) {
	for (const name of ['status', 'after', 'token', 'epoch']) {
		if (q.has(name))
			state[name] = q.get(name);
	}
	for (const name of ['refuse', 'mute']) {
		if (q.has(name))
			state[name] = q.get(name).split(',');
	}
	state.status = Number(state.status);
	if (q.has('epoch')) {
		lines = [];
		next += 1000000;
	}
	if (q.has('expire'))
		lines = lines.slice(lines.length - Number(q.get('expire')));
	if (q.has('lines'))
		add(Number(q.get('lines')), Number(q.get('size') || 200),
		    Number(q.get('every') || 0));
	for (const w of [...watchers]) {
		if (q.has('send') && w.raw)
			w.raw(q.get('send'));
		if (q.has('say'))
			w.control(JSON.parse(q.get('say')).record,
			    JSON.parse(q.get('say')));
		if (q.has('ping') && w.ping)
			w.ping();
		if (q.has('close') && w.close)
			w.close(Number(q.get('close')));
		if (q.has('bye')) {
			w.control('bye', { record: 'bye',
				reason: q.get('bye'), after: next - 1 });
			w.end();
		}
	}
	r.end();
	if (q.has('kick'))
		sockets.forEach((s) => s !== r.socket && s.destroy());
}

function request(m, r) {
	const url = new URL(m.url, 'http://x');
	const q = url.searchParams;
	const way = { '/events': 'sse', '/poll': 'poll' }[url.pathname];
	const answer = (status, extra) => r.writeHead(status, extra).end('no\n');

	if (url.pathname === '/control')
		return control(q, r);
	if (way === undefined)
		return answer(404, {});
	if (!refused(way, q, m, answer))
		way === 'sse' ? events(q, r) : poll(q, r);
}

const server = cert
    ? require('https').createServer({ cert: fs.readFileSync(cert),
	key: fs.readFileSync(key) }, request)
    : require('http').createServer(request);
const wss = new WebSocketServer({ noServer: true, perMessageDeflate: false });

server.on('connection', (s) => {
	sockets.add(s);
	s.on('close', () => sockets.delete(s));
	s.on('error', () => { });
});
server.on('upgrade', (m, s, head) => {
	const url = new URL(m.url, 'http://x');
	const answer = (status, extra) => s.end(`HTTP/1.1 ${status} No\r\n` +
	    Object.entries(extra).map(([k, v]) => `${k}: ${v}\r\n`).join('') +
	    'Content-Length: 0\r\nConnection: close\r\n\r\n');

	if (url.pathname !== '/ws')
		return answer(404, {});
	if (refused('ws', url.searchParams, m, answer))
		return;
	wss.handleUpgrade(m, s, head, (ws) => {
		const w = attach('ws', url.searchParams, {
			put: (l) => ws.send(record(l)),
			control: (type, c) => ws.send(JSON.stringify(c)),
			ping: () => ws.ping('are you there'),
			close: (code) => ws.close(code, 'because'),
			end: () => ws.close(1001),
		});
		ws.on('message', (text) => note({ message: String(text) }));
		ws.on('pong', (text) => note({ pong: String(text) }));
		ws.on('close', (code) => {
			watchers.delete(w);
			note({ closed: code });
		});
		ws.on('error', () => { });
	});
});
server.listen(0, '127.0.0.1', () => {
	fs.writeFileSync(portFile + '.new', String(server.address().port));
	fs.renameSync(portFile + '.new', portFile);
});
setTimeout(() => process.exit(0), Number(seconds) * 1000);
setInterval(() => process.ppid === starter || process.exit(0), 200);
