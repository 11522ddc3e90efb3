// A watcher in a browser, of the vitals-stream at URL: an EventSource, which checks each
// message with the secret in KEY and opens it with the private JWK in JWK.  It prints
// what was in each message as a line, and ends when the stream says so.
//
//	node system-watch.js URL TOKEN KEY JWK
'use strict';
const {readFileSync} = require('fs');
const {EventSource} = require('eventsource');
const {Webhook} = require('standardwebhooks');

const [base, token, keyFile, jwkFile] = process.argv.slice(2);
const webhook = new Webhook(readFileSync(keyFile, 'utf8').trim());
const jwk = JSON.parse(readFileSync(jwkFile, 'utf8'));

async function main() {
	const {compactDecrypt, importJWK} = await import('jose');
	const key = await importJWK(jwk, 'ECDH-ES+A256KW');
	const source = new EventSource(`${base}/events?after=earliest&access_token=${token}`);
	let last = Promise.resolve();

	async function show(line) {
		const {id, timestamp, signature, payload} = JSON.parse(line);
		// verify() would parse the payload, too.
		if (webhook.sign(id, new Date(timestamp * 1000), payload) !== signature)
			throw new Error(`${id}: the signature does not match`);
		const {plaintext} = await compactDecrypt(payload, key);
		process.stdout.write(Buffer.concat([plaintext, Buffer.from('\n')]));
	}
	source.onmessage = ({data}) => {
		last = last.then(() => show(data));
		last.catch((error) => {
			console.error(error);
			process.exit(1);
		});
	};
	source.addEventListener('gap', ({data}) => console.error(data));
	source.addEventListener('bye', () => {
		source.close();
		last.then(() => process.exit(0));
	});
	source.onerror = ({code, message}) => {
		if (code === 204 || code >= 400) {
			console.error(code, message);
			process.exit(1);
		}
	};
}
main();
