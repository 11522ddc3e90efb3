// verify CLIENT KEY MESSAGES: print the payloads that the client accepts.
// sign CLIENT KEY LINES: print messages that the client signed.
// headers CLIENT KEY BODY: print the headers of a request with that body.
const fs = require("fs");
const { Webhook } = require("standardwebhooks");
const svix = require("svix");
const Stripe = require("stripe");

const [action, client, keyFile, file] = process.argv.slice(2);
const key = fs.readFileSync(keyFile, "utf8").trim();
const now = () => Math.floor(Date.now() / 1000);
const stripe = new Stripe("sk_test_none");

const standard = (Class) => ({
	verify: (m) =>
		new Class(key).verify(m.payload, {
			"webhook-id": m.id,
			"webhook-timestamp": String(m.timestamp),
			"webhook-signature": m.signature,
		}),
	sign: (id, t, body) => ({
		"webhook-id": id,
		"webhook-timestamp": String(t),
		"webhook-signature": new Class(key).sign(id, new Date(t * 1000), body),
	}),
});
const clients = {
	standardwebhooks: standard(Webhook),
	svix: standard(svix.Webhook),
	stripe: {
		verify: (m) =>
			stripe.webhooks.constructEvent(
				m.payload, m.headers["stripe-signature"], key),
		sign: (id, t, body) => ({
			"Stripe-Signature": stripe.webhooks.generateTestHeaderString({
				payload: body, secret: key, timestamp: t }),
		}),
	},
	octokit: {
		verify: async (m) => {
			const { verify } = await import("@octokit/webhooks-methods");
			if (!(await verify(key, m.payload, m.headers["x-hub-signature-256"])))
				throw new Error("signature does not match");
		},
		sign: async (id, t, body) => {
			const { sign } = await import("@octokit/webhooks-methods");
			return { "X-Hub-Signature-256": await sign(key, body) };
		},
	},
}[client];

async function main() {
	const text = fs.readFileSync(file, "utf8");
	if (action === "headers") {
		const headers = await clients.sign("msg_1", now(), text);
		for (const [name, value] of Object.entries(headers))
			console.log(`${name}: ${value}`);
		return;
	}
	for (const line of text.split("\n").slice(0, -1)) {
		if (action === "verify") {
			const m = JSON.parse(line);
			await clients.verify(m);
			console.log(m.payload);
			continue;
		}
		const t = now();
		const headers = await clients.sign("msg_1", t, line);
		console.log(JSON.stringify({
			id: "msg_1", timestamp: t, signature: headers["webhook-signature"],
			headers, payload: line }));
	}
}
main().catch((e) => {
	console.error(e.message);
	process.exit(1);
});
