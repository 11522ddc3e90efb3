// Hostile clients of a vitals-stream on PORT, one kind each:
//
//	node stream-hostile.js KIND PORT [N]
//
// frames	wrong messages over WebSocket: prints "NAME: what came" for each
// idle		N connections that send nothing, "ready" once they are there
// half		N connections with half a request, likewise
// subscribed	N connections that read what comes, likewise
// flood	one that sends pings as fast as it can and reads nothing, until
//		64 MB are sent or it is cut off: "done"
'use strict';
const net = require('net');
const {frame, request} = require('./websocket-cases.js');
const [kind, port, n] = process.argv.slice(2);
const open = request().replace('GET /', 'GET /ws').replace('Host: a', 'Host: localhost');

function code(data) { // of the close frame that ends it
	for (let at = 0; at + 2 <= data.length;) {
		let size = data[at + 1] & 127, head = 2;
		if (size === 126) {
			size = data.readUInt16BE(at + 2);
			head = 4;
		}
		if ((data[at] & 15) === 8)
			return data.readUInt16BE(at + head) + ' ' + data.subarray(at + head + 2, at + head + size);
		at += head + size;
	}
	return 'no close frame';
}

const wrong = [
	['giant', Buffer.from([0x81, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4])],
	['too long', frame(1, Buffer.alloc(16385, ' '))],
	['unmasked', frame(1, '{}', {mask: null})],
	['binary', frame(2, '{}')],
	['no JSON', frame(1, 'hello')],
	['no object', frame(1, '[]')],
	['ack that is text', frame(1, '{"ack":"1"}')],
	['ack that is negative', frame(1, '{"ack":-1}')],
	['token that is a number', frame(1, '{"token":1}')],
	['two acks', frame(1, '{"ack":1,"ack":2}')],
	['nested too deep', frame(1, '{"a":' + '['.repeat(100) + ']'.repeat(100) + '}')],
	['no UTF-8', frame(1, [0x7b, 0xff])],
	['reserved', frame(1, '{}', {rsv: 4})],
];

function one(name, bytes) {
	return new Promise((resolve) => {
		const socket = net.connect(port, '127.0.0.1');
		let data = Buffer.alloc(0), there = false;
		socket.on('connect', () => socket.write(open));
		socket.on('data', (chunk) => {
			data = Buffer.concat([data, chunk]);
			const end = data.indexOf('\r\n\r\n');
			if (!there && end >= 0) {
				there = true;
				data = data.subarray(end + 4);
				socket.write(bytes);
			}
		});
		socket.on('end', () => socket.end());
		socket.on('error', () => {});
		socket.on('close', () => resolve(console.log(name + ': ' + code(data))));
	});
}

async function frames() {
	for (const [name, bytes] of wrong)
		await one(name, bytes);
}

function many(text) {
	let there = 0;
	for (let i = 0; i < Number(n); i++) {
		const socket = net.connect(port, '127.0.0.1', () => {
			if (text)
				socket.write(text);
			if (++there === Number(n))
				console.log('ready');
		});
		socket.on('error', () => {});
	}
}

function flood() {
	const pings = Buffer.concat(Array(1000).fill(frame(9, Buffer.alloc(125, 'x'))));
	const socket = net.connect(port, '127.0.0.1');
	let sent = 0;
	const done = () => {
		console.log('done');
		process.exit(0);
	};
	const more = () => {
		while (sent < 64e6) {
			sent += pings.length;
			if (!socket.write(pings))
				return;
		}
		done();
	};
	socket.on('connect', () => {
		socket.write(open);
		more();
	});
	socket.on('drain', more);
	socket.on('error', done);
	socket.on('close', done);
}

({frames, idle: () => many(''), half: () => many(open.slice(0, 40)), subscribed: () => many(open), flood})[kind]();
