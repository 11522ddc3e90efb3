// Make and check tokens with npm jose, which nobody here wrote:
//
//	token-jose.js check JWK ALG AUDIENCE <tokens    claims, one a line
//	token-jose.js make JWK ALG CLAIMS               a token
//	token-jose.js none CLAIMS                       one without a signature
const fs = require('fs');
const jose = require('jose');

async function main([what, ...arg]) {
	if (what === 'none')
		return [new jose.UnsecuredJWT(JSON.parse(arg[0])).encode()];
	const jwk = JSON.parse(fs.readFileSync(arg[0], 'utf8'));
	const key = await jose.importJWK(jwk, arg[1]);
	if (what === 'make')
		return [await new jose.SignJWT(JSON.parse(arg[2]))
			.setProtectedHeader({ alg: arg[1], typ: 'JWT', kid: 'theirs' })
			.sign(key)];
	const lines = fs.readFileSync(0, 'utf8').split('\n').filter(Boolean);
	return Promise.all(lines.map(async (line) => {
		const { payload } = await jose.jwtVerify(line, key, {
			algorithms: [arg[1]], audience: arg[2], typ: 'JWT',
			requiredClaims: ['exp', 'iat', 'jti'],
		});
		return JSON.stringify(payload);
	}));
}

main(process.argv.slice(2)).then(
	(lines) => lines.forEach((line) => console.log(line)),
	(e) => {
		console.error(e.code || e.message);
		process.exit(1);
	});
