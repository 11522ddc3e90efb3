// A WebSocket client: sends each line of its standard input as a message, and prints
// each message on a line, and "close CODE REASON" at the end.
//	node ws-client.js URL
'use strict';
const net = require('net');
const crypto = require('crypto');
const readline = require('readline');

const url = new URL(process.argv[2]);
const socket = net.connect(url.port, url.hostname, () => socket.write(
	`GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nUpgrade: websocket\r\n` +
	`Connection: Upgrade\r\nSec-WebSocket-Key: ${crypto.randomBytes(16).toString('base64')}\r\n` +
	'Sec-WebSocket-Version: 13\r\n\r\n'));
let rest = Buffer.alloc(0);
let open = false;

function send(code, data) {
	const mask = crypto.randomBytes(4);
	const head = data.length < 126 ? [0x80 | code, 0x80 | data.length]
		: [0x80 | code, 0xfe, data.length >> 8, data.length & 0xff];
	socket.write(Buffer.concat([Buffer.from(head), mask, data.map((b, i) => b ^ mask[i % 4])]));
}

function begin() {
	open = true;
	console.log('open');
	readline.createInterface({input: process.stdin}).on('line', (l) => send(1, Buffer.from(l)));
}

// Take one frame, whole and not masked, from the start of rest.
function frame() {
	if (rest.length < 2)
		return false;
	let n = rest[1] & 0x7f, at = 2;
	if (n >= 126) {
		at = n === 126 ? 4 : 10;
		if (rest.length < at)
			return false;
		n = n === 126 ? rest.readUInt16BE(2) : Number(rest.readBigUInt64BE(2));
	}
	if (rest.length < at + n)
		return false;
	const code = rest[0] & 0xf, data = rest.subarray(at, at + n);
	rest = rest.subarray(at + n);
	if (code === 1) {
		console.log(data.toString());
	} else if (code === 9) {
		send(10, data);
	} else if (code === 8) {
		console.log(`close ${data.readUInt16BE(0)} ${data.subarray(2)}`);
		socket.end();
		process.exit(0);
	}
	return true;
}

socket.on('data', (data) => {
	rest = Buffer.concat([rest, data]);
	if (!open) {
		const end = rest.indexOf('\r\n\r\n');
		if (end < 0)
			return;
		if (!rest.subarray(0, 13).equals(Buffer.from('HTTP/1.1 101 '))) {
			console.log(rest.subarray(0, rest.indexOf('\r\n')).toString());
			process.exit(1);
		}
		rest = rest.subarray(end + 4);
		begin();
	}
	while (frame());
});
socket.on('error', (e) => { console.log(e.message); process.exit(1); });
socket.on('close', () => process.exit(1));
setTimeout(() => process.exit(1), 1200e3).unref();
