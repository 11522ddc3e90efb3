// WebSocket clients that nobody here wrote, of the vitals-hub at BASE:
//
//	node hub-clients.js ws BASE URL
//
// connects npm ws to URL, sends each line of its standard input as a message, and prints
// "open", each message, and "close CODE REASON".  The lines PING, BINARY and CLOSE are
// sent as frames of these kinds; the answer to the first is printed as "frame pong".
//
//	node hub-clients.js medplum BASE SUBSCRIPTION-FILE
//
// lets the SubscriptionManager of @medplum/core subscribe, and prints each event that it
// gives: "connect ID", "heartbeat", "message NUMBER VALUE".
'use strict';
const fs = require('fs');
const WebSocket = require('ws');
const [kind, base, what] = process.argv.slice(2);

function ws() {
	const socket = new WebSocket(what);
	const frames = {
		PING: () => socket.ping('here'),
		BINARY: () => socket.send(Buffer.from('binary')),
		CLOSE: () => socket.close(1000, 'done'),
	};
	socket.on('open', () => {
		console.log('open');
		require('readline').createInterface({input: process.stdin})
			.on('line', (line) => (frames[line] || (() => socket.send(line)))());
	});
	socket.on('pong', (data) => console.log('frame pong ' + data));
	socket.on('message', (data, binary) => console.log(binary ? 'binary' : String(data)));
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

async function medplum() {
	// Medplum finds a Subscription only by a relative reference.
	globalThis.WebSocket = class extends WebSocket {
		addEventListener(type, listener) {
			super.addEventListener(type, type !== 'message' ? listener : (e) =>
				listener(new MessageEvent(type,
					{data: e.data.replaceAll(`"${base}/Subscription/`, '"Subscription/')})));
		}
	};
	const core = require('@medplum/core');
	// Medplum's servers have their resources below fhir/R4.
	const client = new core.MedplumClient({
		baseUrl: base + '/',
		fetch: (url, options) => fetch(url.replace('/fhir/R4/', '/'), options),
	});
	// Its manager makes a Subscription in a form of its own; the rest is as it is.
	const create = client.createResource.bind(client);
	client.createResource = () => create(JSON.parse(fs.readFileSync(what, 'utf8')));
	const token = await client.get(`fhir/R4/metadata`);
	console.log(token.resourceType);
	const manager = new core.SubscriptionManager(client, base.replace(/^http/, 'ws') + '/ws',
		{pingIntervalMs: 5000});
	manager.getMasterEmitter().addEventListener('heartbeat', () => console.log('heartbeat'));
	const emitter = manager.addCriteria('Observation?code=8867-4');
	manager.getWebSocket().addEventListener('open', () => console.log('open'));
	manager.getWebSocket().addEventListener('message', (m) => {
		if (JSON.parse(m.data).type === 'pong')
			console.log('pong');
	});
	emitter.addEventListener('connect', (e) => console.log('connect ' + e.payload.subscriptionId));
	emitter.addEventListener('message', (e) => {
		const [status, ...rest] = e.payload.entry.map((x) => x.resource);
		status.notificationEvent.forEach((x, i) =>
			console.log(`message ${x.eventNumber} ${rest[i].valueQuantity.value}`));
	});
	emitter.addEventListener('error', (e) => console.log('error ' + e.payload));
}

({ws, medplum})[kind]();
