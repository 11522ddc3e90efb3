// Verify the requests that tests/servers/hook.js logged.
//
// node post-verify.js standardwebhooks|svix KEY-FILE LOG
'use strict';
const fs = require('fs');
const [client, keyFile, log] = process.argv.slice(2);
const {Webhook} = require(client);
const webhook = new Webhook(fs.readFileSync(keyFile, 'utf8').trim());
let good = 0;
for (const line of fs.readFileSync(log, 'utf8').trim().split('\n')) {
	const request = JSON.parse(line);
	try {
		webhook.verify(request.body, request.headers);
		good++;
	} catch (e) {
		console.error(request.id + ': ' + e.message);
		process.exitCode = 1;
	}
}
console.log(good + ' verified');
