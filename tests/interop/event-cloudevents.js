// event-cloudevents.js FILE: does the CloudEvents SDK read every line of FILE
// as a valid structured event over HTTP, and give the data back unchanged?
'use strict';
const fs = require('fs');
const { HTTP, CloudEvent } = require('cloudevents');

const lines = fs.readFileSync(process.argv[2], 'utf8').split('\n');
lines.pop();
for (const line of lines) {
	const event = HTTP.toEvent({
		headers: { 'content-type': 'application/cloudevents+json' }, body: line });
	const plain = JSON.parse(line);

	if (!(event instanceof CloudEvent) || !event.validate())
		throw new Error(`not valid: ${line}`);
	for (const name of ['id', 'source', 'type', 'time', 'partitionkey',
		'dataschema', 'subject']) {
		if (String(event[name]) !== String(plain[name]))
			throw new Error(`${name}: ${event[name]} is not ${plain[name]}`);
	}
	if (JSON.stringify(event.data) !== JSON.stringify(plain.data))
		throw new Error(`data changed: ${line}`);
	// And in binary mode, in which attributes are ce- headers.
	const message = HTTP.binary(event);
	if (message.headers['ce-partitionkey'] !== plain.partitionkey)
		throw new Error('partitionkey is lost in binary mode');
}
console.log(`${lines.length} CloudEvents`);
