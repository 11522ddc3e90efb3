// Clients that nobody here wrote, behind a proxy that cuts their connections:
//
//	node stream-cuts.js ws|eventsource|python PORT COUNT SEED [PYTHON]
//
// They read vitals-stream on PORT from its earliest line to the one whose n is COUNT.
// A connection is cut after 3 to 20 kB.  Prints how many lines came, and whether each n
// and each sequence number came once and in order; then what the proxy saw.
'use strict';
const net = require('net');
const path = require('path');
const {spawn} = require('child_process');
const {createInterface} = require('readline');
const [kind, port, count, seed, interpreter] = process.argv.slice(2);

let state = Number(seed);
const random = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
let cuts = 0;
const proxy = net.createServer((client) => {
	const server = net.connect(port, '127.0.0.1');
	let left = 3000 + Math.floor(17000 * random());
	const end = () => {
		client.destroy();
		server.destroy();
	};
	client.on('data', (data) => server.write(data));
	server.on('data', (data) => {
		client.write(data.subarray(0, left));
		left -= data.length;
		if (left <= 0) {
			cuts++;
			client.destroySoon();
			server.destroy();
		}
	});
	for (const socket of [client, server])
		socket.on('error', end).on('close', () => socket === client ? server.destroy() : client.destroySoon());
});

const seen = [];
const gaps = [];
function done() {
	const isRun = (list) => list.every((n, i) => n === list[0] + i);
	console.log(JSON.stringify({
		lines: seen.length, first: seen[0].line.n,
		inOrder: isRun(seen.map(({line}) => line.n)),
		sequences: isRun(seen.map(({sequence}) => sequence)),
		gaps: gaps.length, cuts,
	}));
	process.exit(0);
}
function take(record) {
	if (record.record === 'gap')
		gaps.push(record);
	if (record.record !== 'line')
		return;
	seen.push(record);
	if (record.line.n >= count)
		done();
}

function ws() {
	const WebSocket = require('ws');
	let epoch = '';
	const connect = () => {
		const query = seen.length ? `after=${seen.at(-1).sequence}&epoch=${epoch}` : 'after=earliest';
		const socket = new WebSocket(`ws://127.0.0.1:${proxy.address().port}/ws?${query}`);
		socket.on('message', (data) => {
			const record = JSON.parse(data);
			epoch = record.epoch ?? epoch;
			take(record);
		});
		socket.on('error', () => {});
		socket.on('close', connect);
	};
	connect();
}

// It knows nothing but Last-Event-ID.
function eventsource() {
	const {EventSource} = require('eventsource');
	const source = new EventSource(`http://127.0.0.1:${proxy.address().port}/events?after=earliest`);
	source.onmessage = ({data, lastEventId}) =>
		take({record: 'line', sequence: Number(lastEventId), line: JSON.parse(data)});
	source.addEventListener('gap', ({data}) => take(JSON.parse(data)));
}

function python() {
	const client = spawn(interpreter, [path.join(__dirname, 'stream-cuts.py'), proxy.address().port],
		{stdio: ['ignore', 'pipe', 'inherit']});
	process.on('exit', () => client.kill());
	client.on('exit', () => process.exit(1));
	createInterface({input: client.stdout}).on('line', (text) => take(JSON.parse(text)));
}

proxy.listen(0, '127.0.0.1', {ws, eventsource, python}[kind]);
