// Used by dashboard-link.t, which copies web/ beside it: prints TAP.
//
// The connection of the dashboard, with a clock and transports of the test's: each
// attempt is recorded, and succeeds or fails as the test says.

import { mock } from "node:test";

globalThis.CustomEvent ??= class extends Event {
	constructor(type, { detail }) {
		super(type);
		this.detail = detail;
	}
};
let page;
globalThis.addEventListener = (...of) => page.addEventListener(...of);
globalThis.location = { href: "http://host/", protocol: "http:" };

let checks = 0;
let failed = 0;
function is(got, want, name) {
	const [a, b] = [got, want].map((value) => JSON.stringify(value));
	console.log(`${a === b ? "ok" : "not ok"} ${++checks} - ${name}`);
	if (a !== b)
		console.log(`# ${a} is not ${b}`);
	failed += a !== b;
}

// The attempts, in order: {way, query, token, open(), ...}
const attempts = [];
let answer = 200;	// of a plain request; 0: no server

class Socket {
	static OPEN = 1;
	readyState = 1;
	sent = [];
	constructor(url, protocols) {
		attempts.push(Object.assign(this, { way: "ws", query: url.searchParams.toString(),
			token: protocols[1]?.slice(7) ?? "" }));
	}
	receive(record) {
		this.onmessage?.({ data: JSON.stringify(record) });
	}
	fail(code = 1006, reason = "") {
		this.onclose?.({ code, reason });
	}
	send(text) {
		this.sent.push(text);
	}
	close() {
		this.closed = true;
	}
}

class Source extends EventTarget {
	constructor(url) {
		super();
		const query = new URLSearchParams(url.split("?")[1]);
		const token = query.get("access_token") ?? "";
		query.delete("access_token");
		attempts.push(Object.assign(this, { way: "events", query: query.toString(), token }));
	}
	receive(record) {
		if (record.record === "line")
			this.onmessage({ data: JSON.stringify(record.line), lastEventId: String(record.sequence) });
		else
			this.dispatchEvent(Object.assign(new Event(record.record), { data: JSON.stringify(record) }));
	}
	fail() {
		this.onerror();
	}
	close() {
		this.closed = true;
	}
}

// A poll waits until the test answers it; one without a position is the plain request.
globalThis.fetch = (url, { headers }) => {
	if (url === "poll?wait=0")
		return answer ? Promise.resolve({ ok: answer === 200, status: answer }) : Promise.reject(new Error());
	return new Promise((resolve, reject) => attempts.push({
		way: "poll", query: url.split("?")[1], token: headers.Authorization?.slice(7) ?? "",
		receive: (...records) => resolve({ ok: true, status: 200,
			text: async () => records.map((record) => JSON.stringify(record) + "\n").join("") }),
		fail: () => reject(new Error()),
	}));
};
globalThis.WebSocket = Socket;
globalThis.EventSource = Source;

const { Link } = await import("./link.js");

const EPOCH = "00112233aabbccdd";
const hello = (epoch = EPOCH) => ({ record: "hello", epoch, sequence: 7 });
const line = (sequence) => ({ record: "line", sequence, line: { n: sequence } });
const token = (claims) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;

const settle = async () => {
	for (let i = 0; i < 20; i++)
		await Promise.resolve();
};
const last = () => attempts.at(-1);

// A link, what it delivered, and the events other than lines.
async function start(text = "") {
	// The timers of the link before this one end with its clock.
	await settle();
	mock.timers.reset();
	mock.timers.enable({ apis: ["setTimeout"] });
	page = new EventTarget();
	attempts.length = 0;
	answer = 200;
	const link = new Link();
	const got = { link, lines: [], said: [] };
	link.addEventListener("line", ({ detail }) => got.lines.push(detail.n));
	for (const name of ["state", "refused", "gap", "bye", "reset"])
		link.addEventListener(name, ({ detail }) =>
			got.said.push([name, detail.state ?? detail.why ?? detail.reason ?? "", detail.transport ?? ""].join(" ").trim()));
	link.start(text);
	return got;
}

// ---- Down, and up again ---------------------------------------------------------
{
	const { lines, said } = await start();
	is([last().way, last().query], ["ws", "since=20"], "it begins with a WebSocket and the last seconds");
	last().fail();
	await settle();
	mock.timers.tick(0);
	is(last().way, "events", "then events, without a pause");
	last().fail();
	await settle();
	mock.timers.tick(0);
	is([last().way, last().query], ["poll", "since=20&wait=0"], "then it polls");
	last().receive(hello(), line(1), line(2));
	await settle();
	is([last().way, last().query], ["poll", `after=2&epoch=${EPOCH}&wait=20`], "each poll continues after the last line");
	for (let i = 0; i < 2; i++) {
		mock.timers.tick(25000);
		last().receive(hello());
		await settle();
	}
	const poll = last();
	mock.timers.tick(10000);
	is([last().way, last().query], ["ws", `after=2&epoch=${EPOCH}`], "after a minute it tries a WebSocket");
	last().fail();
	is(last().way, "events", "then events");
	const events = last();
	poll.receive(hello(), line(3));
	await settle();
	events.receive(hello());
	is(said.at(-1), "state live server-sent events", "which are used when their hello has come");
	events.receive(line(3));
	mock.timers.tick(30000);
	events.receive(line(4));
	mock.timers.tick(30000);
	is([last().way, last().query], ["ws", `after=4&epoch=${EPOCH}`], "and a WebSocket again");
	const socket = last();
	socket.receive(hello());
	is([events.closed, said.at(-1)], [true, "state live WebSocket"], "which replaces them");
	socket.receive(line(4));
	socket.receive(line(5));
	const count = attempts.length;
	mock.timers.tick(44000);
	is(attempts.length, count, "there is nothing better");
	is(lines, [1, 2, 3, 4, 5], "every line is delivered once");
	is(socket.sent, ['{"ack":4}', '{"ack":5}'], "and acknowledged");
	is(said.filter((text) => text === "state down"), [], "and the link was never down");
	mock.timers.tick(2000);
	is([socket.closed, said.at(-1)], [true, "state down"], "a silent WebSocket is dead");
}

// ---- What is not the fault of a transport -----------------------------------------
{
	const { said } = await start();
	answer = 0;
	last().fail();
	await settle();
	mock.timers.tick(2000);
	is(last().way, "ws", "without a server it stays with WebSocket");
	answer = 503;
	last().fail();
	await settle();
	mock.timers.tick(4000);
	is(last().way, "ws", "so it does if the server is full");
	answer = 401;
	last().fail();
	await settle();
	is(said.at(-1), "refused This stream needs a token.", "a refusal is reported");
	mock.timers.tick(100000);
	is(attempts.length, 3, "and not tried again");
}
{
	const { said } = await start();
	mock.timers.tick(10000);
	await settle();
	mock.timers.tick(0);
	is(last().way, "events", "a WebSocket that stays silent fails after 10 s");
	page.dispatchEvent(new Event("online"));
	is(attempts.length, 2, "nothing better is tried before something works");
	last().receive(hello());
	page.dispatchEvent(new Event("online"));
	is(last().way, "ws", "another network is a reason to try");
	is(said.at(-1), "state live server-sent events", "while events continue");
}

// ---- Positions ----------------------------------------------------------------------
{
	const { lines, said } = await start();
	last().receive(hello());
	last().receive(line(10));
	last().receive({ record: "heartbeat", sequence: 20 });
	last().receive({ record: "heartbeat", sequence: 15 });
	last().receive({ record: "of-the-future" });
	last().receive({ record: "gap", after: 5, before: 12, reason: "expired" });
	last().fail();
	await settle();
	mock.timers.tick(1000);
	is(last().query, `after=20&epoch=${EPOCH}`, "a heartbeat moves the position, and never back");
	is(said.filter((text) => text.startsWith("gap")), [], "a gap before the position is none");
	last().receive(hello("ffeeddccbbaa0099"));
	last().receive({ record: "gap", after: 20, before: 3, reason: "epoch" });
	last().receive(line(3));
	is(lines, [10, 3], "another epoch begins anywhere");
	is(said.at(-1), "gap epoch", "and is reported");
}

// ---- Tokens ---------------------------------------------------------------------------
{
	const first = token({ sub: "é", sessions: ["a", "b"], exp: 100 });
	const second = token({ sub: "é", sessions: ["b", "a"], exp: 200 });
	const { link, said } = await start(first);
	is([last().token, link.expiry.at, link.expiry.warning], [first, 100000, 300000], "the token is sent, and says when it expires");
	last().receive(hello());
	is(await link.renew("not a token"), "That is not a token.", "not everything is a token");
	answer = 401;
	is(await link.renew(second), "The token is not valid or has expired.", "one that is refused");
	is([last().sent, link.expiry.at], [[], 100000], "leaves the old one in use");
	answer = 200;
	is(await link.renew(second), "", "one for the same sessions");
	is([last().sent, attempts.length, link.expiry.at], [[`{"token":"${second}"}`], 1, 200000], "is sent on the WebSocket");
	last().receive(line(9));
	last().receive({ record: "bye", reason: "token-expired", after: 9 });
	answer = 401;
	last().fail(1008, "token-expired");
	await settle();
	is(said.at(-1), "refused The token has expired.", "an expired token is reported");
	answer = 200;
	link.start(first);
	is([last().query, said.includes("reset")], [`after=9&epoch=${EPOCH}`, false], "another of the same sessions continues");
	last().receive(hello());
	const other = token({ sub: "é", sessions: ["c"] });
	is(await link.renew(other), "", "one for other sessions");
	is([last().token, last().query, said.includes("reset"), link.expiry], [other, "since=20", true, null], "starts again");
}
{
	const [first, second] = [1, 2].map((exp) => token({ sessions: ["a"], exp }));
	const { link } = await start(first);
	last().fail();
	await settle();
	mock.timers.tick(0);
	const events = last();
	events.receive(hello());
	events.receive(line(1));
	await link.renew(second);
	is([last().way, last().token, last().query, Boolean(events.closed)],
		["events", second, `after=1&epoch=${EPOCH}`, false], "events are opened again beside the old ones");
	last().receive(hello());
	is([events.closed, Boolean(last().closed)], [true, false], "which end when the new ones work");
}

console.log(`1..${checks}`);
process.exit(failed ? 1 : 0);
