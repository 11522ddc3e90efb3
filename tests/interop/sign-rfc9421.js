// verify KEY MESSAGES: print the payloads whose signatures are good.
// sign KEY LINES: print messages that are signed over their headers.
// request KEY BODY: print the head of a request whose signature covers parts
//	of its first line, too.
// KEY is a file of vitals-sign: whsec_, whsk_ or whpk_.
const crypto = require("crypto");
const fs = require("fs");
const { httpbis, createSigner, createVerifier } = require("http-message-signatures");

const [action, keyFile, file] = process.argv.slice(2);
const text = fs.readFileSync(keyFile, "utf8").trim();
const bytes = Buffer.from(text.replace(/^[a-z]+_/, ""), "base64");
const hmac = text.startsWith("whsec_");
const alg = hmac ? "hmac-sha256" : "ed25519";
const der = (prefix, b) => Buffer.concat([Buffer.from(prefix, "hex"), b]);
const secret = () =>
	hmac ? bytes : crypto.createPrivateKey({ format: "der", type: "pkcs8",
		key: der("302e020100300506032b657004220420", bytes.subarray(0, 32)) });
const open = () =>
	hmac ? bytes : crypto.createPublicKey({ format: "der", type: "spki",
		key: der("302a300506032b6570032100", bytes.subarray(-32)) });
const digest = (body, name) =>
	`${name}=:${crypto.createHash(name.replace("-", "")).update(body).digest("base64")}:`;

async function verify(line) {
	const m = JSON.parse(line);
	const good = await httpbis.verifyMessage({
		keyLookup: async (params) => params.alg === alg &&
			{ id: params.keyid, algs: [alg], verify: createVerifier(open(), alg) },
		requiredFields: ["content-digest", "content-type", "webhook-id"],
		all: true,
	}, {
		method: "POST",
		url: "https://host/hook",
		headers: { ...m.headers, "webhook-id": m.id, "content-type": m.contentType },
	});
	if (!good || m.headers["content-digest"] !== digest(m.payload, "sha-256"))
		throw new Error("the signature is not good");
	process.stdout.write(m.payload + "\n");
}

async function signed(body, id, fields, name) {
	const request = await httpbis.signMessage({
		key: createSigner(secret(), alg, "theirs"),
		name: "theirs",
		fields,
		params: ["created", "keyid", "alg"],
	}, {
		method: "POST",
		url: "https://example.com/hook/a?b=c&d",
		headers: {
			host: "example.com",
			"content-type": "application/json",
			"content-digest": digest(body, name),
			"webhook-id": id,
		},
	});
	return request.headers;
}

async function main() {
	const input = fs.readFileSync(file, "utf8");
	if (action === "request") {
		const headers = await signed(input, "msg_1", ["@method", "@authority",
			"@path", "@query", "content-digest", "content-type", "webhook-id"], "sha-512");
		console.log("POST /hook/a?b=c&d HTTP/1.1");
		for (const [k, v] of Object.entries(headers))
			console.log(`${k}: ${v}`);
		return;
	}
	for (const line of input.replace(/\n$/, "").split("\n")) {
		if (action === "verify") {
			await verify(line);
			continue;
		}
		const id = JSON.parse(line).id;
		const { host, "content-type": contentType, "webhook-id": _, ...headers } =
			await signed(line, id, ["webhook-id", "content-digest"], "sha-256");
		console.log(JSON.stringify({ id, contentType, headers, payload: line }));
	}
}
main().catch((e) => {
	console.error(e.message);
	process.exit(1);
});
