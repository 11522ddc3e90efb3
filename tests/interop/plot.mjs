// Used by plot.t: prints TAP.  The pages in the current directory in headless Chromium,
// without a network and without scripts, at the sizes of a phone and of a desk, light and
// dark: nothing that axe-core objects to, nothing wider than the screen, nothing on the
// console.  SHOTS=DIR writes screenshots.
import fs from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
const { chromium } = require("playwright-core");
const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const SHOTS = process.env.SHOTS;

let checks = 0;
let failed = 0;
function ok(is, name, detail) {
	console.log(`${is ? "ok" : "not ok"} ${++checks} - ${name}`);
	failed += !is;
	if (!is && detail !== undefined)
		console.log(`# ${JSON.stringify(detail)}`.slice(0, 2000));
}

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", timeout: 120000, args: ["--no-sandbox"] });

async function look(name) {
	const page = await browser.newPage();
	const requests = [];
	const complaints = [];
	page.on("request", (request) => requests.push(request.url()));
	page.on("console", (message) => complaints.push(message.text()));
	page.on("pageerror", (error) => complaints.push(String(error)));
	await page.goto(pathToFileURL(name).href);
	ok(requests.length === 1, `${name}: asks for nothing but itself`, requests);
	ok(complaints.length === 0, `${name}: nothing on the console`, complaints);
	for (const [size, width, height] of [["phone", 390, 844], ["desk", 1280, 800]]) {
		await page.setViewportSize({ width, height });
		for (const colorScheme of ["light", "dark"]) {
			await page.emulateMedia({ colorScheme });
			// With all tables open, so that they are looked at, too.
			await page.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
			await page.evaluate(AXE);
			const { violations } = await page.evaluate(() => window.axe.run());
			ok(violations.length === 0, `${name}, ${size}, ${colorScheme}: axe-core has no objection`,
				violations.map(({ id, nodes }) => [id, nodes.length, nodes[0].failureSummary]));
			if (SHOTS)
				await page.screenshot({ path: `${SHOTS}/${name}-${size}-${colorScheme}.png`, fullPage: true });
		}
		const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
		ok(wide <= 0, `${name}, ${size}: nothing is wider than the screen`, wide);
	}
	const shown = await page.evaluate(() => ({
		background: getComputedStyle(document.body).backgroundColor,
		figures: [...document.querySelectorAll("figure svg")].filter((svg) => svg.getBoundingClientRect().height > 50).length,
	}));
	ok(shown.figures > 0, `${name}: its figures are visible`, shown);
	await page.emulateMedia({ media: "print", colorScheme: "dark" });
	const paper = await page.evaluate(() => getComputedStyle(document.querySelector("h1")).color);
	ok(paper === "rgb(19, 32, 42)", `${name}: it is printed dark on light`, paper);
	// 210 mm of A4 without its margins.
	await page.setViewportSize({ width: 703, height: 1000 });
	const sheet = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
	ok(sheet <= 0, `${name}: nothing is wider than a sheet`, sheet);
	if (SHOTS)
		await page.pdf({ path: `${SHOTS}/${name}.pdf`, preferCSSPageSize: true });
	await page.close();
}

for (const name of process.argv.slice(2))
	await look(name);

// Text of others stays text.
const page = await browser.newPage();
await page.goto(pathToFileURL("evil.html").href);
ok(await page.locator("script, b, img").count() === 0, "a hostile name makes no element");
ok(await page.locator("h1").textContent() === "<script>alert(1)</script><b>", "it is shown as it is");
await page.close();

// A picture on its own, as an image of another page.
const picture = await browser.newPage();
await picture.setContent(`<img src="data:image/svg+xml;base64,${fs.readFileSync("one.svg").toString("base64")}">`);
const size = await picture.locator("img").evaluate((img) => [img.complete, img.naturalWidth, img.naturalHeight]);
ok(size[0] && size[1] > 400 && size[2] > 400, "a picture can be shown as an image", size);
await picture.close();
await browser.close();
console.log(`1..${checks}`);
process.exit(failed ? 1 : 0);
