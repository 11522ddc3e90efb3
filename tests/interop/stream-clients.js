// Clients that nobody here wrote, of the vitals-stream at URL:
//
//	node stream-clients.js ws URL QUERY [TOKEN]
//	node stream-clients.js eventsource URL QUERY [TOKEN]
//
// prints each record as a line, "open PROTOCOL" first and "close CODE REASON" at
// the end; ws acknowledges each line, and sends each line of its standard input.
'use strict';
const [kind, base, query, token] = process.argv.slice(2);

function ws() {
	const WebSocket = require('ws');
	const offers = ['vitals.stream.v1'];
	if (token)
		offers.push('bearer.' + token);
	const socket = new WebSocket(`${base.replace(/^http/, 'ws')}/ws?${query}`, offers);
	socket.on('open', () => {
		console.log('open ' + socket.protocol);
		require('readline').createInterface({input: process.stdin}).on('line', (line) => socket.send(line));
	});
	socket.on('message', (data, binary) => {
		const record = JSON.parse(data);
		console.log(binary ? 'binary' : String(data));
		if (record.record === 'line')
			socket.send(JSON.stringify({ack: record.sequence}));
	});
	socket.on('unexpected-response', (_, response) => {
		console.log('status ' + response.statusCode);
		process.exit(0);
	});
	socket.on('error', (error) => console.log('error ' + error.code));
	socket.on('close', (code, reason) => {
		console.log(`close ${code} ${reason}`);
		process.exit(0);
	});
}

function eventsource() {
	const {EventSource} = require('eventsource');
	const source = new EventSource(`${base}/events?${query}` + (token ? '&access_token=' + token : ''));
	let known = 0;
	source.onopen = () => console.log('open');
	source.onmessage = (event) => console.log(JSON.stringify({id: event.lastEventId, line: JSON.parse(event.data)}));
	for (const name of ['hello', 'gap', 'bye'])
		source.addEventListener(name, (event) => {
			console.log(event.data);
			if (name === 'bye' && JSON.parse(event.data).reason === 'end')
				source.close();
		});
	source.addEventListener('heartbeat', (event) => console.log(event.data + ' ' + event.lastEventId));
	source.onerror = (event) => {
		if (event.code)
			console.log('status ' + event.code);
		if (++known > 200)
			process.exit(1);
	};
}

({ws, eventsource})[kind]();
