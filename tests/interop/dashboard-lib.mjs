// What the tests of the dashboard share: vitals-stream, a source of lines that goes on
// as a camera does, and pages in headless Chromium.

import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import { execFileSync, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { once } from "node:events";

const { chromium } = createRequire(import.meta.url)("playwright-core");
const AXE = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SHOTS = process.env.SHOTS;
// How long an event is waited for on a busy machine.
export const PATIENCE_MS = 120000;

const servers = [];
let browser;
let checks = 0;
let failed = 0;
export function ok(is, name, detail) {
	console.log(`${is ? "ok" : "not ok"} ${++checks} - ${name}`);
	failed += !is;
	if (!is && detail !== undefined)
		console.log(`# ${typeof detail === "string" ? detail : JSON.stringify(detail)}`.slice(0, 2000));
}
export function doneTesting() {
	console.log(`1..${checks}`);
	// A scenario that failed has not stopped its feeds.
	process.exit(failed ? 1 : 0);
}

// A port that the kernel does not give to clients, so that a server can be started on
// it again.
export async function freePort() {
	for (;;) {
		const server = net.createServer();
		const port = 10000 + Math.floor(Math.random() * 20000);
		if (await new Promise((resolve) => server.on("error", () => resolve(false))
			.listen(port, "127.0.0.1", () => server.close(() => resolve(true)))))
			return port;
	}
}

// A vitals-stream that reads what write() gives it.
export class Server {
	// ${options} of vitals-stream; ${port} 0: the kernel chooses.
	static async start(options = [], port = 0) {
		const server = new Server();
		server.process = spawn("vitals-stream", ["-l", `127.0.0.1:${port}`, "--stay", "-t", "1200",
			...options], { stdio: ["pipe", "ignore", "pipe"] });
		servers.push(server);
		server.process.stdin.on("error", () => {});
		let errors = "";
		const ready = new Promise((resolve) => server.process.stderr.on("data", (text) => {
			errors += text;
			if (/listening on .*\n/.test(errors))
				resolve(true);
		}));
		const exit = once(server.process, "exit").then(() => false);
		if (!await Promise.race([ready, exit]))
			throw new Error(`vitals-stream: ${errors}`);
		[, server.url, server.port] = /listening on (http:.*:(\d+)\/)/.exec(errors);
		return server;
	}

	write(...lines) {
		if (this.process.exitCode === null && this.process.signalCode === null)
			this.process.stdin.write(lines.map((line) => JSON.stringify(line) + "\n").join(""));
	}

	async stop(signal = "SIGTERM") {
		if (this.process.exitCode !== null || this.process.signalCode !== null)
			return;
		const exit = once(this.process, "exit");
		this.process.kill(signal);
		await exit;
	}

	// The records of /poll from ${after} on, of all batches.
	async poll(after = 0) {
		const records = [];
		for (;;) {
			const answer = await fetch(`${this.url}poll?after=${after}`);
			const batch = (await answer.text()).trim().split("\n").map((line) => JSON.parse(line));
			const lines = batch.filter(({ record }) => record === "line");
			records.push(...lines);
			if (lines.length === 0)
				return records;
			after = lines.at(-1).sequence;
		}
	}
}

// The events of a recording as if they came now: those of its first ${skip} seconds
// immediately, then one second in each.  Those of a wave are that much later than the
// samples, as vitals-extract --live writes them.  At its end it goes on from ${REPEATED}
// seconds, so that a slow test does not outlast it.
const REPEATED = 30;
const LENGTH = 90;
export class Feed {
	// ${change}(line, seconds) returns the line, or another, or null for none.
	constructor(server, recording, { id = "s-81", skip = 14, change = (line) => line } = {}) {
		Object.assign(this, { server, id, change, skip, begun: Date.now(), next: 0 });
		const due = ({ session, type }) => session.offsetSeconds + (type === "vitals.wave" ? 2 : 0);
		this.lines = recording.filter(({ session }) => session.offsetSeconds !== undefined)
			.map((line) => ({ line, due: due(line) })).sort((a, b) => a.due - b.due);
		this.again = this.lines.filter(({ line }) => line.session.offsetSeconds >= REPEATED);
		this.event("session.started");
		this.#move();
		this.timer = setInterval(() => this.#move(), 100);
	}

	event(type, more = {}) {
		this.server.write({ schemaVersion: "1.0", type: `vitals.${type}`,
			time: new Date().toISOString(), session: { id: this.id, startTime: null }, ...more });
	}

	// The next line, when it is due, and how many seconds its wave is put later.
	#upcoming() {
		const beyond = this.next - this.lines.length;
		if (beyond < 0)
			return { ...this.lines[this.next], later: 0 };
		const later = (LENGTH - REPEATED) * (1 + Math.floor(beyond / this.again.length));
		const { line, due } = this.again[beyond % this.again.length];
		return { line, due: due + later, later };
	}

	#move() {
		const seconds = this.skip + (Date.now() - this.begun) / 1000;
		for (let is = this.#upcoming(); is.due <= seconds; is = this.#upcoming()) {
			this.next++;
			const line = structuredClone(is.line);
			line.time = new Date().toISOString();
			line.session.id = this.id;
			if (line.type === "vitals.wave")
				line.session.offsetSeconds += is.later;
			const changed = this.change(line, seconds);
			if (changed)
				this.server.write(changed);
		}
	}

	stop() {
		clearInterval(this.timer);
	}

	end() {
		this.stop();
		this.event("session.ended", { eventCount: this.next });
	}
}

// A proxy that lets through what ${passes} lists: "ws", "events", or neither; with "hang"
// it answers nothing but the page.
export async function plainProxy(port, passes = []) {
	const to = ({ url, method, headers }) => ({ host: "127.0.0.1", port, path: url, method, headers });
	const hangs = (url) => passes.includes("hang") && /^\/(ws|events|poll)/.test(url);
	const proxy = http.createServer((request, response) => {
		if (hangs(request.url))
			return undefined;
		if (request.url.startsWith("/events") && !passes.includes("events"))
			return response.writeHead(404).end();
		const on = http.request(to(request), (answer) => {
			response.writeHead(answer.statusCode, answer.headers);
			answer.pipe(response);
		});
		on.on("error", () => response.destroy());
		response.on("close", () => on.destroy());
		return request.pipe(on);
	});
	proxy.on("upgrade", (request, socket) => {
		socket.on("error", () => {});
		if (hangs(request.url))
			return undefined;
		if (!passes.includes("ws"))
			return socket.destroy();
		return http.request(to(request)).on("error", () => socket.destroy())
			.on("upgrade", (answer, on, first) => {
				const head = answer.rawHeaders.map((text, i) => text + (i % 2 ? "\r\n" : ": ")).join("");
				socket.write(`HTTP/1.1 101 Switching Protocols\r\n${head}\r\n`);
				socket.write(first);
				on.on("error", () => socket.destroy());
				on.pipe(socket).pipe(on);
			}).end();
	});
	await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
	return { url: `http://127.0.0.1:${proxy.address().port}/`, passes, close: () => {
		proxy.close();
		proxy.closeAllConnections();
	} };
}

// The browser and the events of the recording, in the current directory.
export async function setUp() {
	browser = await chromium.launch({ executablePath: "/usr/bin/chromium", timeout: PATIENCE_MS, args: ["--no-sandbox"] });
	const text = fs.readFileSync("recording", "utf8").trim();
	return { browser, recording: text.split("\n").map((line) => JSON.parse(line)) };
}

export async function tearDown() {
	await browser.close();
	await Promise.all(servers.map((server) => server.stop()));
	const ends = servers.map(({ process: { exitCode, signalCode } }) => signalCode ?? exitCode);
	ok(ends.every((end) => end === 0 || end === "SIGKILL"), "the servers end as they are asked to", ends);
}

// What vitals-token makes with ${key}.
export function token(key, ...options) {
	return execFileSync("vitals-token", ["-k", key, ...options], { encoding: "utf8" }).trim();
}

export const quiet = (page, state) =>
	ok(page.complaints.length === 0, `${state}: nothing on the console`, page.complaints);

// A page, with two lists of ours:
// complaints   errors on its console and exceptions, but those that ${expect} matches
// records      what it received by WebSocket or as events, in order
// sockets      the addresses of the WebSockets that it opened
export async function openPage(browser, url, { expect = null, ...options } = {}) {
	const page = await browser.newPage(options);
	page.setDefaultTimeout(PATIENCE_MS);
	const complain = (text) => expect?.test(text) || page.complaints.push(text);
	page.complaints = [];
	page.records = [];
	page.sockets = [];
	page.on("console", (message) =>
		["error", "warning"].includes(message.type()) && complain(message.text()));
	page.on("pageerror", (error) => complain(String(error)));
	const devtools = await page.context().newCDPSession(page);
	await devtools.send("Network.enable");
	devtools.on("Network.webSocketCreated", ({ url: address }) => page.sockets.push(address));
	devtools.on("Network.webSocketFrameReceived", ({ response }) =>
		response.opcode === 1 && page.records.push(JSON.parse(response.payloadData)));
	devtools.on("Network.eventSourceMessageReceived", ({ eventName, eventId, data }) =>
		page.records.push(eventName === "message"
			? { record: "line", sequence: Number(eventId), line: JSON.parse(data) } : JSON.parse(data)));
	await page.goto(url);
	return page;
}

export const sequences = (records) => records.filter(({ record }) => record === "line")
	.map(({ sequence }) => sequence);

// Wait until the text of ${selector} has ${text}; false if it never does.
export async function says(page, selector, text) {
	try {
		await page.locator(selector).filter({ hasText: text }).first().waitFor();
		return true;
	} catch {
		return false;
	}
}

// Wait until ${is}() is true; false if it never is.
export async function becomes(is) {
	for (const end = Date.now() + PATIENCE_MS; !await is();) {
		if (Date.now() > end)
			return false;
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	return true;
}

export const drawn = (page) => page.evaluate(() =>
	Number(document.querySelector("canvas")?.dataset.drawn ?? 0));

export async function draws(page) {
	const before = await drawn(page);
	await page.waitForFunction((n) =>
		Number(document.querySelector("canvas")?.dataset.drawn ?? 0) > n, before + 5);
	return true;
}

// The state that the page is in, at both sizes and in both themes: nothing that
// axe-core objects to, nothing wider than the screen.
export async function look(page, state) {
	for (const [size, width, height] of [["phone", 390, 844], ["desk", 1280, 800]]) {
		await page.setViewportSize({ width, height });
		for (const colorScheme of ["light", "dark"]) {
			await page.emulateMedia({ colorScheme });
			await page.waitForFunction((theme) =>
				document.documentElement.dataset.theme === theme, colorScheme);
			await page.evaluate(AXE);
			const { violations } = await page.evaluate(() => window.axe.run());
			ok(violations.length === 0, `${state}, ${size}, ${colorScheme}: axe-core has no objection`,
				violations.map(({ id, nodes }) => [id, nodes.map((n) => n.failureSummary)]));
			if (SHOTS)
				await page.screenshot({ path: `${SHOTS}/${state}-${size}-${colorScheme}.png`, fullPage: true });
		}
		const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
		ok(wide <= 0, `${state}, ${size}: nothing is wider than the screen`, wide);
	}
}
