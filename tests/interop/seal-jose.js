// open KEY JWES: print the content of each, one per line.
// seal KEY ALG LINES, flattened KEY ALG LINES, general KEY KEY LINES: seal.
// odd alg=NAME|enc=NAME LINES: seal in a way that must not be accepted.
// key ALG CURVE: make a key.
const fs = require("fs");
const crypto = require("crypto");

const [action, ...args] = process.argv.slice(2);
const read = (file) => fs.readFileSync(file, "utf8");
const lines = (file) => read(file).split("\n").slice(0, -1);
const bytes = (text) => new TextEncoder().encode(text);

// The key as jose needs it for this JWE.
async function keyFor(jose, jwk, header) {
	if (header.alg === "dir" && header.salt) {
		const ikm = Buffer.from(jwk.k, "base64url");
		const salt = Buffer.from(header.salt, "base64url");
		return new Uint8Array(crypto.hkdfSync(
			"sha256", ikm, salt, "vitals-seal A256GCM", 32));
	}
	return jose.importJWK(jwk, header.alg);
}

async function open(jose, jwk, text) {
	if (text[0] !== "{") {
		const header = jose.decodeProtectedHeader(text);
		return jose.compactDecrypt(text, await keyFor(jose, jwk, header));
	}
	const jwe = JSON.parse(text);
	const own = jwe.recipients.find((r) => r.header.kid === jwk.kid ||
		(r.header.alg === "A256KW" && jwk.kty === "oct"));
	return jose.generalDecrypt(jwe, await keyFor(jose, jwk, own.header));
}

const odd = {
	"alg=RSA-OAEP": ["RSA-OAEP", "A256GCM", () =>
		crypto.generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey],
	"alg=A128KW": ["A128KW", "A256GCM", () => crypto.randomBytes(16)],
	"alg=PBES2-HS256+A128KW": ["PBES2-HS256+A128KW", "A256GCM", () => bytes("a long password")],
	"enc=A128GCM": ["dir", "A128GCM", () => crypto.randomBytes(16)],
	"enc=A256CBC-HS512": ["dir", "A256CBC-HS512", () => crypto.randomBytes(64)],
};

async function main() {
	const jose = await import("jose");
	if (action === "open") {
		const jwk = JSON.parse(read(args[0]));
		for (const text of lines(args[1])) {
			const { plaintext } = await open(jose, jwk, text);
			console.log(Buffer.from(plaintext).toString());
		}
	} else if (action === "key") {
		const pair = await jose.generateKeyPair(args[0], { crv: args[1], extractable: true });
		console.log(JSON.stringify(await jose.exportJWK(pair.privateKey)));
	} else if (action === "odd") {
		const [alg, enc, key] = odd[args[0]];
		const text = bytes(lines(args[1])[0]);
		console.log(await new jose.CompactEncrypt(text)
			.setProtectedHeader({ alg, enc }).encrypt(key()));
	} else if (action === "general") {
		const jwks = args.slice(0, 2).map((f) => JSON.parse(read(f)));
		for (const line of lines(args[2])) {
			const jwe = new jose.GeneralEncrypt(bytes(line))
				.setProtectedHeader({ enc: "A256GCM" })
				.setSharedUnprotectedHeader({ alg: "ECDH-ES+A256KW" });
			for (const jwk of jwks)
				jwe.addRecipient(await jose.importJWK(jwk, "ECDH-ES+A256KW"))
					.setUnprotectedHeader({ kid: jwk.kid });
			console.log(JSON.stringify(await jwe.encrypt()));
		}
	} else {
		const jwk = JSON.parse(read(args[0]));
		const header = { alg: args[1], enc: "A256GCM", kid: jwk.kid };
		const key = await jose.importJWK(jwk, args[1]);
		for (const line of lines(args[2])) {
			if (action === "seal")
				console.log(await new jose.CompactEncrypt(bytes(line))
					.setProtectedHeader(header).encrypt(key));
			else
				console.log(JSON.stringify(await new jose.FlattenedEncrypt(bytes(line))
					.setProtectedHeader(header)
					.setAdditionalAuthenticatedData(bytes("more"))
					.encrypt(key)));
		}
	}
}
main().catch((e) => {
	console.error(e.message);
	process.exit(1);
});
