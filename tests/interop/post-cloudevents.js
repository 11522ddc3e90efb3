// npm's cloudevents reads each request of tests/servers/hook.js's log, single
// events and batches, and prints the IDs of the events that it finds.
//
// node post-cloudevents.js LOG
'use strict';
const fs = require('fs');
const {HTTP} = require('cloudevents');

for (const line of fs.readFileSync(process.argv[2], 'utf8').split('\n')) {
	if (line === '')
		continue;
	const {headers, body} = JSON.parse(line);
	const found = HTTP.toEvent({headers, body});
	for (const event of Array.isArray(found) ? found : [found]) {
		event.validate();
		console.log(event.id);
	}
}
