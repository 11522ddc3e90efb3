// npm's undici, for comparison in tests/bench/post: the lines of stdin, each signed with
// HMAC-SHA256, over a pool of connections.
//
// node post-undici.js URL CONNECTIONS KEY-FILE < lines
'use strict';
const fs = require('fs');
const crypto = require('crypto');
const {Pool} = require('undici');
const [url, connections, keyFile] = process.argv.slice(2);
const key = Buffer.from(fs.readFileSync(keyFile, 'utf8').trim().slice(6),
    'base64');
const lines = fs.readFileSync(0, 'utf8').split('\n').filter(Boolean);
const pool = new Pool(new URL(url).origin, {connections: Number(connections)});
let next = 0, bad = 0;

async function worker() {
	while (next < lines.length) {
		const body = lines[next++];
		const id = '01936b2c-7f3a-7c1e-9d55-' + String(next).padStart(12, '0');
		const time = String(Math.floor(Date.now() / 1000));
		const tag = crypto.createHmac('sha256', key)
		    .update(id + '.' + time + '.' + body).digest('base64');
		const answer = await pool.request({path: '/', method: 'POST', body,
		    headers: {'content-type': 'application/json',
		        'webhook-id': id, 'webhook-timestamp': time,
		        'webhook-signature': 'v1,' + tag}});
		await answer.body.dump();
		if (answer.statusCode !== 200)
			bad++;
	}
}
Promise.all(Array.from({length: Number(connections)}, worker))
    .then(() => pool.close()).then(() => process.exit(bad > 0 ? 1 : 0));
