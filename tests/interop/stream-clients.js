// Clients that nobody here wrote, of a vitals-stream on PORT:
//
//	node stream-clients.js ws PORT QUERY [TOKEN]
//	node stream-clients.js eventsource PORT QUERY [TOKEN]
//
// prints each record as a line, "open PROTOCOL" first and "close CODE REASON" at
// the end; ws acknowledges each line.
'use strict';
const [kind, port, query, token] = process.argv.slice(2);

function ws() {
	const WebSocket = require('ws');
	const offers = ['vitals.stream.v1'];
	if (token)
		offers.push('bearer.' + token);
	const socket = new WebSocket(`ws://127.0.0.1:${port}/ws?${query}`, offers);
	socket.on('open', () => console.log('open ' + socket.protocol));
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
	socket.on('close', (code, reason) => console.log(`close ${code} ${reason}`));
}

function eventsource() {
	const {EventSource} = require('eventsource');
	const source = new EventSource(`http://127.0.0.1:${port}/events?${query}` + (token ? '&access_token=' + token : ''));
	let known = 0;
	source.onopen = () => console.log('open');
	source.onmessage = (event) => console.log(JSON.stringify({id: event.lastEventId, line: JSON.parse(event.data)}));
	for (const name of ['hello', 'gap', 'bye'])
		source.addEventListener(name, (event) => {
			console.log(event.data);
			if (name === 'bye' && JSON.parse(event.data).reason === 'end')
				source.close();
		});
	source.onerror = (event) => {
		if (event.code)
			console.log('status ' + event.code);
		if (++known > 200)
			process.exit(1);
	};
}

({ws, eventsource})[kind]();
