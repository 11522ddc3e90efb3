// Connections that are held open at a server on PORT: IDLE ones that send nothing, and
// SLOW ones that send the head of a request, one byte every tenth of a second.  One
// that the server closes is opened again.
//
//	node hold.js PORT IDLE SLOW FILE
//
// Writes to FILE how many are open, whenever all of them are there for the first time
// and then once a second: "OPEN REOPENED".  Runs until it is killed, or 20 minutes.
'use strict';
const fs = require('fs');
const net = require('net');
const [port, idle, slow, file] = process.argv.slice(2);
const wanted = Number(idle) + Number(slow);
const head = 'POST / HTTP/1.1\r\nHost: slow\r\nx: ' + 'x'.repeat(1000);
const slowly = new Map(); // socket: bytes sent
let open = 0, reopened = 0, complete = false;

function report() {
	fs.writeFileSync(file + '.new', open + ' ' + reopened + '\n');
	fs.renameSync(file + '.new', file);
}
function connect(isSlow) {
	const socket = net.connect(port, '127.0.0.1', () => {
		open++;
		// A byte, so that the server sees it: it accepts none that is silent.
		socket.write(isSlow ? head[0] : '\r\n');
		if (isSlow)
			slowly.set(socket, 1);
		if (open === wanted && !complete) {
			complete = true;
			report();
			setInterval(report, 1000);
		}
	});
	let was = false;
	socket.on('connect', () => was = true);
	socket.on('error', () => {});
	socket.on('data', () => {});
	socket.on('close', () => {
		slowly.delete(socket);
		if (was) {
			open--;
			reopened++;
		}
		setTimeout(connect, 10, isSlow);
	});
}
setInterval(() => {
	for (const [socket, n] of slowly) {
		socket.write(head[n % head.length]);
		slowly.set(socket, n + 1);
	}
}, 100);
for (let i = 0; i < wanted; i++)
	connect(i < slow);
setTimeout(() => process.exit(0), 1200000);
