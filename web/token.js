// What a token claims, for the words of the page.  Only the server verifies it.

// A token is sent as the name of a WebSocket subprotocol, which allows no other
// characters.
export const isToken = (text) => /^[\w.-]*$/.test(text);

function claimsOf(token) {
	try {
		const text = atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
		const bytes = Uint8Array.from(text, (byte) => byte.charCodeAt(0));
		return JSON.parse(new TextDecoder().decode(bytes)) ?? {};
	} catch {
		return {};
	}
}

// When ${token} expires, and how long before that the page warns, in ms; null if the
// token does not say.
export function expiryOf(token) {
	const { exp, iat } = claimsOf(token);
	if (typeof exp !== "number")
		return null;
	const lifetime = typeof iat === "number" ? exp - iat : Infinity;
	return { at: exp * 1000, warning: Math.min(WARNING_MS, lifetime * 1000 / 3) };
}

const WARNING_MS = 300000;

// Whether ${token} gives the same subject the same sessions as ${other}, so that it can
// replace it on an open connection.
export function isRenewal(token, other) {
	const [a, b] = [token, other].map((one) => {
		const { sub = "", sessions = [] } = claimsOf(one);
		return JSON.stringify([sub, [...sessions].sort()]);
	});
	return a === b;
}
