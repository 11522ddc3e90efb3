/* Sign with clients that nobody here wrote and post with node's own http:
 * receive-senders.js PORT KEY-FILE prints the status of each request. */
const fs = require('fs');
const http = require('http');
const {Webhook: Standard} = require('standardwebhooks');
const {Webhook: Svix} = require('svix');
const Stripe = require('stripe');
const {CloudEvent, HTTP} = require('cloudevents');

const [port, file, scheme] = process.argv.slice(2);
const key = fs.readFileSync(file, 'utf8').trim();
const agent = new http.Agent({keepAlive: true, maxSockets: 1});

function post(headers, body) {
	return new Promise((resolve, reject) => {
		const request = http.request({host: '127.0.0.1', port, agent, method: 'POST',
			headers: {'content-type': 'application/json', ...headers}}, (answer) => {
			answer.resume();
			answer.on('end', () => resolve(answer.statusCode));
		});
		request.on('error', reject);
		request.end(body);
	});
}

async function standard() {
	const now = new Date();
	const time = Math.floor(now / 1000).toString();
	const webhook = new Standard(key);
	const svix = new Svix(key);
	const body = JSON.stringify({id: 'n1', text: 'Grüße \u2028 "', n: 1e-7});
	const headers = {'webhook-id': 'n1', 'webhook-timestamp': time,
		'webhook-signature': webhook.sign('n1', now, body)};
	console.log('standardwebhooks', await post(headers, body));
	console.log('the same again', await post(headers, body));
	console.log('changed', await post({...headers, 'webhook-id': 'n2'}, body));
	console.log('svix', await post({'svix-id': 'n3', 'svix-timestamp': time,
		'svix-signature': svix.sign('n3', now, body)}, body));
	const old = new Date(now - 400000);
	console.log('stale', await post({'webhook-id': 'n4',
		'webhook-timestamp': Math.floor(old / 1000).toString(),
		'webhook-signature': webhook.sign('n4', old, body)}, body));
	const event = new CloudEvent({id: 'c1', source: '/s', type: 't', data: {a: 1.5}});
	const message = HTTP.structured(event);
	console.log('cloudevents', await post({...message.headers, 'webhook-id': 'c1',
		'webhook-timestamp': time,
		'webhook-signature': webhook.sign('c1', now, message.body)}, message.body));
}

async function others() {
	const body = '{"id":"o1"}';
	if (scheme === 'github') {
		const {sign} = await import('@octokit/webhooks-methods');
		console.log('octokit', await post({'x-hub-signature-256': await sign(key, body)}, body));
	} else {
		console.log('stripe', await post({'stripe-signature': new Stripe('sk_test_x')
			.webhooks.generateTestHeaderString({payload: body, secret: key})}, body));
	}
}

(scheme ? others() : standard()).then(() => agent.destroy());
