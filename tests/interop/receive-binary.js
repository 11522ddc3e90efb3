/* npm's cloudevents makes events in binary content mode, and reads the lines that
 * vitals-receive prints of them:
 *
 * receive-binary.js PORT KEY-FILE OUT standard|rfc9421
 *
 * OUT is the receiver's output.  With rfc9421 npm's http-message-signatures signs
 * the attributes, too. */
const assert = require('assert');
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const {CloudEvent, HTTP} = require('cloudevents');
const {httpbis, createSigner} = require('http-message-signatures');
const {Webhook} = require('standardwebhooks');

const [port, keyFile, out, scheme] = process.argv.slice(2);
const key = fs.readFileSync(keyFile, 'utf8').trim();
const url = `http://127.0.0.1:${port}/`;

const events = [
	new CloudEvent({id: 'e.1', source: 'urn:a', type: 'com.example.a',
		time: '2026-11-23T06:33:30.120Z', subject: 'anon-1', partitionkey: 's',
		dataschema: 'https://example.org/s', data: {v: 72.431, text: 'Grüße "\u2028'}}),
	new CloudEvent({id: 'e.2', source: '/s?a=b', type: 't', data: [1, 'x', null]}),
	new CloudEvent({id: 'e.3', source: '/s', type: 't', datacontenttype: 'text/plain',
		data: 'text'}),
	new CloudEvent({id: 'e.4', source: '/s', type: 't',
		datacontenttype: 'application/octet-stream',
		data: new Uint8Array([0, 255, 128, 10])}),
	new CloudEvent({id: 'e.5', source: '/s', type: 't'}),
];

function post(headers, body) {
	return new Promise((resolve, reject) => {
		const request = http.request(url, {method: 'POST', headers}, (answer) => {
			answer.resume();
			answer.on('end', () => resolve(answer.statusCode));
		});
		request.on('error', reject);
		request.end(body);
	});
}

async function signed(headers, body, number) {
	const digest = crypto.createHash('sha256').update(body).digest('base64');

	if (scheme === 'standard') {
		const now = new Date();
		return {...headers, 'webhook-id': `m${number}`,
			'webhook-timestamp': Math.floor(now / 1000).toString(),
			'webhook-signature': new Webhook(key).sign(`m${number}`, now, body)};
	}
	headers['content-digest'] = `sha-256=:${digest}:`;
	return (await httpbis.signMessage({
		key: createSigner(Buffer.from(key.replace('whsec_', ''), 'base64'), 'hmac-sha256', 'k'),
		fields: ['@method', ...Object.keys(headers)],
		params: ['created', 'alg'],
	}, {method: 'POST', url, headers})).headers;
}

async function main() {
	for (const [i, event] of events.entries()) {
		const {headers, body} = HTTP.binary(event);
		const bytes = Buffer.from(body === undefined ? '' : body);
		const named = Object.fromEntries(Object.entries(headers)
			.filter(([, value]) => value !== undefined && value !== '')
			.map(([name, value]) => [name.toLowerCase(), String(value)]));
		// npm's standardwebhooks signs only text.
		if (scheme === 'standard' && event.id === 'e.4')
			continue;
		console.log(event.id, await post(await signed(named,
			scheme === 'standard' ? bytes.toString() : bytes, i), bytes));
	}
	const lines = fs.readFileSync(out, 'utf8').trimEnd().split('\n');
	for (const line of lines) {
		const got = HTTP.toEvent({headers: {'content-type': 'application/cloudevents+json'},
			body: line});
		const sent = events.find((event) => event.id === got.id);
		got.validate();
		for (const name of ['source', 'type', 'time', 'subject', 'partitionkey', 'dataschema'])
			assert.strictEqual(got[name], sent[name], name);
		// A body that is not JSON comes back as bytes.
		const json = /json/.test(got.datacontenttype);
		assert.deepStrictEqual(json || got.data === undefined ? got.data : Buffer.from(got.data),
			json || got.data === undefined ? sent.data : Buffer.from(sent.data));
	}
	console.log(lines.length, 'lines');
}

main();
