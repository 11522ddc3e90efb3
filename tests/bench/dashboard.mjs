// Used by tests/bench/dashboard.

import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";

const [slowdown, frames] = process.argv.slice(2).map(Number);
const { chromium } = createRequire(new URL("../interop/", import.meta.url))("playwright-core");
const files = {
	"/": [`<!doctype html><body><canvas id="own"></canvas><div id="box"><canvas id="chart"></canvas></div>`, "text/html"],
	"/trace.js": [fs.readFileSync(new URL("../../web/trace.js", import.meta.url)), "text/javascript"],
	"/chart.js": [fs.readFileSync("/usr/share/javascript/chart.js/chart.min.js"), "text/javascript"],
};
const server = http.createServer((request, response) => {
	const [body, type] = files[request.url] ?? ["", "text/plain"];
	response.setHeader("Content-Type", type);
	response.end(body);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

// Runs in the page: the mean time in ms of a frame of each of the two.
async function measure(frames) {
	for (const node of document.querySelectorAll("canvas, #box")) {
		node.style.width = "358px";
		node.style.height = "112px";
	}
	const rate = 60;
	const wave = (at) => Math.sin(at * 7.5) + 0.3 * Math.sin(at * 15);
	const block = (at) => ({ at, rate, values: Array.from({ length: rate }, (_, i) => wave(at + i / rate)) });
	const time = async (draw) => {
		let spent = 0;
		for (let i = 0; i < frames; i++) {
			await new Promise(requestAnimationFrame);
			const begun = performance.now();
			draw(i / 30);
			spent += performance.now() - begun;
		}
		return spent / frames;
	};

	const { Trace } = await import("/trace.js");
	const trace = new Trace(document.getElementById("own"));
	const session = { wave: Array.from({ length: 12 }, (_, i) => block(i)) };
	const own = await time((at) => {
		if (session.wave.at(-1).at < at + 12)
			session.wave = [...session.wave.slice(1), block(session.wave.at(-1).at + 1)];
		trace.draw(session, 1e6 + at * 1000 + 1, { calm: false, stopped: false });
	});

	await import("/chart.js");
	const chart = new Chart(document.getElementById("chart"), {
		type: "line",
		data: { datasets: [{ data: [], borderWidth: 2, pointRadius: 0, borderColor: "red" }] },
		options: {
			animation: false, parsing: false, normalized: true, maintainAspectRatio: false,
			plugins: { legend: { display: false }, tooltip: { enabled: false } },
			scales: { x: { type: "linear", ticks: { display: false } }, y: { display: false } },
		},
	});
	const other = await time((at) => {
		chart.data.datasets[0].data = Array.from({ length: 8 * rate },
			(_, i) => ({ x: at + i / rate, y: wave(at + i / rate) }));
		chart.options.scales.x.min = at;
		chart.options.scales.x.max = at + 8;
		chart.update("none");
	});
	return { own, other, drawn: frames };
}

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
	const page = await browser.newPage({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 });
	await page.goto(`http://127.0.0.1:${server.address().port}/`);
	const devtools = await page.context().newCDPSession(page);
	await devtools.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
	const { own, other } = await page.evaluate(measure, frames);
	console.log(`processor slowed down ${slowdown} times, ${frames} frames; at 30 Hz there are 33.3 ms for each`);
	console.log(`dashboard's canvas  ${own.toFixed(2)} ms per frame`);
	console.log(`Chart.js            ${other.toFixed(2)} ms per frame`);
	console.log(`ratio               ${(own / other).toFixed(2)}`);
} finally {
	await browser.close();
	server.close();
}
