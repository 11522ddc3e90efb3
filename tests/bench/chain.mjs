// Used by tests/bench/chain.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { once } from "node:events";

const [clip, rate] = process.argv.slice(2);
const { chromium } = createRequire(new URL("../interop/", import.meta.url))("playwright-core");

const inherit = "inherit";
const stream = spawn("vitals-stream", ["-l", "127.0.0.1:0", "--stay", "-t", "900"],
	{ stdio: ["pipe", inherit, "pipe"] });
const [, url] = /listening on (http:\S+)/.exec(String((await once(stream.stderr, "data"))[0]));

// By seconds since the start of the recording: when the frame was sent, when the
// sample left vitals-extract, arrived at the page, and was drawn.
const sent = [];
const extracted = new Map();
const arrived = new Map();
const drawn = new Map();

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage();
page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => {
	const { line } = JSON.parse(payload);
	if (line?.readings)
		arrived.set(line.session.offsetSeconds, Date.now());
}));
// The values of a sample may be written again later, with nothing changed.
await page.exposeFunction("noteDrawn", (offset, time) => drawn.has(offset) || drawn.set(offset, time));
// A value is drawn when the frame after its change has begun.
await page.addInitScript(() => addEventListener("DOMContentLoaded", () => {
	new MutationObserver((changes) => {
		const offsets = changes.map(({ target }) => Number(target.dataset.offset));
		requestAnimationFrame(() => setTimeout(() => offsets.forEach((offset) =>
			window.noteDrawn(offset, Date.now()))));
	}).observe(document.body, { subtree: true, attributeFilter: ["data-offset"] });
}));
await page.goto(url);
await page.locator("#link[data-state=live]").waitFor();

// The second output has a line for each packet, written when the packet is.
const camera = spawn("ffmpeg", ["-nostdin", "-v", "error", "-re", "-i", clip,
	"-map", "0:v", "-c", "copy", "-flush_packets", "1", "-f", "nut", "pipe:1",
	"-map", "0:v", "-c", "copy", "-flush_packets", "1", "-f", "framecrc", "pipe:3"],
{ stdio: ["ignore", "pipe", inherit, "pipe"] });
let scale = 0.001;
createInterface({ input: camera.stdio[3] }).on("line", (line) => {
	const base = /^#tb 0: (\d+)\/(\d+)/.exec(line);
	if (base)
		scale = base[1] / base[2];
	else if (!line.startsWith("#"))
		sent.push({ at: Number(line.split(",")[2]) * scale, time: Date.now() });
});
const extract = spawn("vitals-extract", ["--live", "--rate", rate, "--emit", "sample,wave", "-"],
	{ stdio: ["pipe", "pipe", inherit] });
camera.stdout.pipe(extract.stdin);
const event = spawn("vitals-event", ["--session", "s-81", "--session-events"],
	{ stdio: ["pipe", "pipe", inherit] });
event.stdout.pipe(stream.stdin);
createInterface({ input: extract.stdout }).on("line", (text) => {
	event.stdin.write(text + "\n");
	const line = JSON.parse(text);
	if (line.record === "sample")
		extracted.set(line.offsetSeconds, Date.now());
}).on("close", () => event.stdin.end());
await once(event, "exit");
await page.locator(".session .state", { hasText: "ended" }).waitFor();
await browser.close();
stream.kill();

function row(name, from, to) {
	const times = [...extracted.keys()].map((at) => to(at) - from(at)).filter(Number.isFinite)
		.sort((a, b) => a - b);
	const quantile = (q) => times[Math.min(times.length - 1, Math.floor(q * times.length))];
	console.log([name.padEnd(34), ...[0.5, 0.95].map((q) => String(quantile(q)).padStart(8)),
		String(times.length).padStart(8)].join(""));
}
const frame = (at) => sent.filter((packet) => packet.at <= at + 1e-6).at(-1)?.time;
console.log(`${"milliseconds".padEnd(34)}  median     p95 samples`);
row("frame to sample (vitals-extract)", frame, (at) => extracted.get(at));
row("sample to page (event and stream)", (at) => extracted.get(at), (at) => arrived.get(at));
row("page to screen (dashboard)", (at) => arrived.get(at), (at) => drawn.get(at));
row("frame to screen", frame, (at) => drawn.get(at));
