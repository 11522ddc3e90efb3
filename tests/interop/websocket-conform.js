// Run the cases of websocket-cases.js against an echo server, each on a
// connection of its own:
//
//	node websocket-conform.js PORT		ours
//	node websocket-conform.js reference	npm ws, on a port of its own
//
// One line a case, "ok NAME" or "not ok NAME: what came"; at the end
// "N cases, N failed, N excused".
'use strict';
const crypto = require('crypto');
const http = require('http');
const net = require('net');
const {cases, handshakes, request, KEY} = require('./websocket-cases.js');
const NAME = {1: 'text', 2: 'binary', 8: 'close', 9: 'ping', 10: 'pong'};
const PARALLEL = 8;
const reference = process.argv[2] === 'reference';

// Payloads in words: their text where it is short, their size otherwise.
function shown(data) {
	const text = data.toString();
	if (data.length === 0 || data.length > 64)
		return String(data.length);
	return Buffer.from(text).equals(data) ? text : data.length + ' bytes';
}

// The frames of a server in ${data}.
function parse(data) {
	const found = [];
	for (let at = 0; at + 2 <= data.length;) {
		const opcode = data[at] & 15, masked = data[at + 1] & 128;
		let n = data[at + 1] & 127, head = 2;
		if (n === 126) {
			n = data.readUInt16BE(at + 2);
			head = 4;
		} else if (n === 127) {
			n = Number(data.readBigUInt64BE(at + 2));
			head = 10;
		}
		if (at + head + n > data.length) {
			found.push('half a frame');
			break;
		}
		const payload = data.subarray(at + head, at + head + n);
		if (masked || (data[at] & 0xf0) !== 0x80)
			found.push('a frame with head ' + data[at].toString(16));
		else if (opcode === 8)
			found.push('close ' + (n === 0 ? 1005 : payload.readUInt16BE(0)));
		else
			found.push(NAME[opcode] + ' ' + shown(payload));
		at += head + n;
	}
	return found;
}

// Send ${text}, and behind the head of the answer ${pieces}; give the head and
// what comes behind it once the server has closed.
function talk(port, text, pieces) {
	return new Promise((resolve) => {
		const socket = net.connect(port, '127.0.0.1');
		let all = Buffer.alloc(0), head = null;
		const done = () => {
			clearTimeout(timer);
			resolve({head: head || all.toString(), rest: head ? all : Buffer.alloc(0)});
		};
		const timer = setTimeout(() => {
			head = (head || '') + '(never closed)';
			socket.destroy();
		}, 60000);
		const next = (i) => {
			if (i < pieces.length && !socket.destroyed)
				socket.write(pieces[i], () => setImmediate(next, i + 1));
		};
		socket.setNoDelay(true);
		socket.on('connect', () => socket.write(text));
		socket.on('data', (chunk) => {
			all = Buffer.concat([all, chunk]);
			if (head !== null)
				return;
			const end = all.indexOf('\r\n\r\n');
			if (end < 0)
				return;
			head = all.subarray(0, end).toString();
			all = all.subarray(end + 4);
			if (!head.startsWith('HTTP/1.1 101') || pieces.length === 0)
				socket.end();
			else
				next(0);
		});
		socket.on('end', () => socket.end());
		socket.on('error', () => {});
		socket.on('close', done);
	});
}

async function frames(port, c) {
	const {head, rest} = await talk(port, request(), Array.isArray(c.send) ? c.send : [c.send]);
	const got = head.startsWith('HTTP/1.1 101') ? parse(rest) : [head.split('\r\n')[0]];
	if (head.includes('never closed'))
		got.push('never closed');
	return [got.join(', ') === c.want.join(', '), got.join(', ')];
}

async function handshake(port, c) {
	const {head} = await talk(port, c.send, []);
	const status = Number((/^HTTP\/1\.1 ([0-9]{3})/.exec(head) || [])[1]);
	const value = (name) => (new RegExp(`^${name}: (.*)$`, 'mi').exec(head) || [])[1];
	const accept = crypto.createHash('sha1').update(KEY + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
	let good = status === c.want;
	if (status === 101 && good)
		good = value('sec-websocket-accept') === accept && value('sec-websocket-extensions') === undefined &&
			value('sec-websocket-protocol') === c.protocol;
	// Which refusal it is differs; that a version is named does not (4.4).
	if (reference && c.want !== 101)
		good = status >= 400 && status < 500;
	else if (status === 426 && good)
		good = value('sec-websocket-version') === '13';
	return [good, head.split('\r\n')[0] || 'nothing'];
}

async function main(port) {
	const work = [...cases.map((c) => [c, frames]), ...handshakes.map((c) => [c, handshake])];
	let failed = 0, excused = 0;
	const worker = async () => {
		for (let job; (job = work.shift());) {
			const [c, run] = job;
			const [good, got] = reference && c.waits ? [false, ''] : await run(port, c);
			if (!good && reference && c.excused) {
				excused++;
				console.log(`ok ${c.name} # excused: ${c.excused}`);
			} else {
				failed += !good;
				console.log(good ? `ok ${c.name}` : `not ok ${c.name}: ${got}, not ${c.want}`);
			}
		}
	};
	const total = work.length;
	await Promise.all(Array.from({length: PARALLEL}, worker));
	console.log(`${total} cases, ${failed} failed, ${excused} excused`);
	process.exit(failed > 0 ? 1 : 0);
}

if (reference) {
	const {WebSocketServer} = require('ws');
	const server = http.createServer((_, response) => response.writeHead(426, {'Sec-WebSocket-Version': 13}).end());
	const sockets = new WebSocketServer({server, maxPayload: 1 << 20, perMessageDeflate: false,
		handleProtocols: (offered) => offered.has('echo') && 'echo'});
	sockets.on('connection', (socket) => {
		socket.on('message', (data, binary) => socket.send(data, {binary}));
		socket.on('error', () => {});
	});
	server.listen(0, '127.0.0.1', () => main(server.address().port));
} else {
	main(Number(process.argv[2]));
}
