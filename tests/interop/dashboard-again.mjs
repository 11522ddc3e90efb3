// Used by dashboard.mjs: the dashboard comes back after a restart, by another way
// where there is no WebSocket, and does not talk too much.

import { becomes, draws, Feed, freePort, look, ok, openPage, PATIENCE_MS, plainProxy, quiet, says, sequences,
	Server, token } from "./dashboard-lib.mjs";

// What a page sees while its server is away.
const AWAY = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE|WebSocket connection to/;

const isOnce = (list) => new Set(list).size === list.length;

// The browser reports a frame to us a little later than to its page.
const received = (page, sequence) => becomes(() => sequences(page.records).includes(sequence));

export async function restart({ browser, recording }) {
	const store = ["--store", "history.db"];
	const port = await freePort();
	let server = await Server.start(store, port);
	const feed = new Feed(server, recording, { skip: 20 });
	const page = await openPage(browser, server.url, { expect: AWAY });
	await draws(page);
	for (const signal of ["SIGKILL", "SIGTERM", "SIGKILL"]) {
		await server.stop(signal);
		ok(await says(page, "#link-text", /Connection lost/), `restart, ${signal}: the page says that the link is down`);
		if (signal === "SIGTERM") {
			ok(await says(page, "#notices", "The server has stopped."), "restart: and why");
			ok(await says(page, ".session .state", "no new data"), "restart: nothing is live");
			await look(page, "down");
		}
		server = await Server.start(store, port);
		feed.server = server;
		ok(await says(page, "#link-text", /^Live by/), `restart, ${signal}: it is live again`);
		ok(await draws(page), `restart, ${signal}: and draws`);
	}
	feed.end();
	ok(await says(page, ".session .state", "ended"), "restart: until the session ends");
	const held = sequences(await server.poll(sequences(page.records)[0] - 1));
	await received(page, held.at(-1));
	const got = sequences(page.records);
	ok(isOnce(got), "restart: no sequence number came twice",
		got.filter((sequence, i) => got.indexOf(sequence) !== i));
	ok(held.length > 50 && got.join() === held.join(), `restart: every one of ${held.length} came, in order`,
		{ missing: held.filter((sequence) => !got.includes(sequence)), got: got.length });
	ok(page.records.every(({ record }) => record !== "gap"), "restart: no gap was reported");
	quiet(page, "restart");
	await page.close();
}

export async function newEpoch({ browser, recording }) {
	const port = await freePort();
	let server = await Server.start([], port);
	const feed = new Feed(server, recording, { skip: 20 });
	const page = await openPage(browser, server.url, { expect: AWAY });
	await draws(page);
	await server.stop("SIGKILL");
	server = await Server.start([], port);
	feed.server = server;
	feed.event("session.started");
	ok(await says(page, "#notices", "The stream has restarted."), "new epoch: the page says so");
	ok(await draws(page), "new epoch: and goes on");
	await look(page, "gap");
	const got = sequences(page.records);
	const first = sequences(await server.poll()).at(0);
	ok(isOnce(got) && got.includes(first), "new epoch: from its first line");
	quiet(page, "new epoch");
	feed.end();
	await page.close();
}

// Where no WebSocket gets through the page takes server-sent events, and where those do
// not, it polls.  It returns to a WebSocket without a lost or repeated line.
export async function withoutWebSocket({ browser, recording }) {
	for (const [passes, name, options] of [[["events"], "server-sent events", []],
		[["events"], "server-sent events", ["-k", "key"]], [[], "polling", ["-k", "key"]]]) {
		const server = await Server.start(options);
		const proxy = await plainProxy(server.port, [...passes]);
		const feed = new Feed(server, recording, { skip: 20 });
		const hash = options.length ? `#token=${token("key", "-s", "s-81")}` : "";
		const state = options.length ? `${name} with a token` : name;
		const page = await openPage(browser, proxy.url + hash,
			{ expect: /status of 404|WebSocket connection to|ERR_INCOMPLETE_CHUNKED/ });
		ok(await says(page, "#link-text", `Live by ${name}, `), `${state}: the page is live`);
		ok(await draws(page), `${state}: and draws`);
		ok(await says(page, ".reading[data-vital=heartRate] .note", /^confidence/), `${state}: with values`);
		if (options.length) {
			await renew(page, token("key", "-s", "s-81"));
			ok(await says(page, "#notices", "The new token is in use."), `${state}: it can be renewed`);
			ok(await draws(page), `${state}: and goes on`);
		}
		await look(page, name.replace(" ", "-"));
		proxy.passes.push("ws", "events");
		await page.evaluate(() => dispatchEvent(new Event("online")));
		ok(await says(page, "#link-text", "Live by WebSocket, "), `${state}: it returns to a WebSocket`);
		ok(await draws(page), `${state}: and draws`);
		const gaps = await page.locator("#notices p").filter({ hasText: "lost" }).count();
		ok(gaps === 0 && page.records.every(({ record }) => record !== "gap"), `${state}: no line is lost`);
		quiet(page, state);
		await page.close();
		feed.end();
		proxy.close();
	}
}

// Gives the page another token while it is live.
async function renew(page, text) {
	await page.locator("#renew").click();
	await page.locator("#token").fill(text);
	await page.keyboard.press("Enter");
}

// What happens before a token expires: a warning, and a new one on the open connection.
export async function renewal({ browser, recording }) {
	const server = await Server.start(["-k", "key"]);
	const feed = new Feed(server, recording, { skip: 20 });
	const other = new Feed(server, recording, { id: "s-82", skip: 20 });
	const left = (seconds, ...more) => token("key", "-s", "s-81", "--at",
		String(Math.floor(Date.now() / 1000) - 3600 + seconds), ...more);

	const early = await openPage(browser, `${server.url}#token=${left(250)}`);
	ok(await says(early, "#expiry", /^The token expires in \d minutes\. Enter a new one/), "renewal: a warning in words");
	await look(early, "token-soon");
	await early.locator("#renew").click();
	ok(await says(early, "#token-why", "The page stays connected"), "renewal: the form says that nothing is lost");
	await look(early, "token-renew");
	await early.locator("#token-cancel").click();
	ok(await early.evaluate(() => document.activeElement.id) === "renew", "renewal: cancelled, the focus returns");
	await early.keyboard.press("Enter");
	await early.locator("#token").press("Escape");
	ok(await early.locator("#token-form").isHidden(), "renewal: by keyboard, too");
	quiet(early, "renewal, the warning");
	await early.close();

	const page = await openPage(browser, `${server.url}#token=${left(40)}`, { expect: /status of 401/ });
	const expired = Date.now() + 40000;
	ok(await says(page, "#expiry", "The token expires in less than a minute."), "renewal: and once more");
	await renew(page, token("other", "-s", "s-81"));
	ok(await says(page, "#token-why", /not valid.*stays connected/), "renewal: a wrong one is refused");
	await page.locator("#token").fill(token("key", "-s", "s-81"));
	await page.keyboard.press("Enter");
	ok(await says(page, "#notices", "The new token is in use."), "renewal: a good one is used");
	ok(await page.locator("#expiry").textContent() === "", "renewal: the warning goes");
	// A sample that was made after the first token expired.
	await untilRecord(page, ({ line }) => Date.parse(line?.time) > expired + 1000);
	ok(page.sockets.length === 1 && page.records.every(({ record }) => record !== "bye"),
		"renewal: on the same WebSocket, beyond the end of the first one", page.sockets);
	ok(await page.locator(".session").count() === 1, "renewal: with the same session");

	await page.goto(`${server.url}#token=${token("key", "-s", "s-82")}`);
	await page.locator(".session .name", { hasText: "s-82" }).waitFor();
	ok(await page.locator(".session").count() === 1, "renewal: another token, in the address, shows its sessions only");
	ok(!page.url().includes("token"), "renewal: and it leaves the address");
	quiet(page, "renewal");
	await page.close();
	feed.end();
	other.end();
}

async function untilRecord(page, is) {
	ok(await becomes(() => page.records.some(is)), "the record arrives");
}

// The clock of the page is the test's: thirty seconds with a new heart rate in each.
export async function spoken({ browser, recording }) {
	const server = await Server.start();
	const page = await browser.newPage();
	page.setDefaultTimeout(PATIENCE_MS);
	await page.clock.install();
	await page.goto(server.url);
	await says(page, "#link-text", "Connected by");
	await page.evaluate(() => {
		window.said = [];
		new MutationObserver(() => window.said.push([Date.now(), document.getElementById("spoken").textContent]))
			.observe(document.getElementById("spoken"), { childList: true });
		window.lines = 0;
	});
	const sample = recording.find(({ session, type }) => type === "vitals.sample" && session.offsetSeconds > 20);
	for (let second = 0; second < 30; second++) {
		const line = structuredClone(sample);
		line.readings[0].value = 60 + second;
		server.write(line);
		await page.locator(".reading[data-vital=heartRate] .value", { hasText: String(60 + second) }).waitFor();
		await page.clock.runFor(1000);
	}
	const said = await page.evaluate(() => window.said);
	ok(said.length >= 1, "spoken: a listener hears the heart rate", said);
	ok(said.every(([at], i) => i === 0 || at - said[i - 1][0] >= 5000), "spoken: no more often than each 5 s", said);
	ok(said.every(([, text]) => /heart rate \d+ per minute\./.test(text)), "spoken: in a sentence", said);
	await server.stop();
	await says(page, "#link-text", "Connection lost");
	await page.clock.runFor(11000);
	ok(/^Connection lost\. Trying again\. \S+: no new data\.$/.test(await page.locator("#spoken").textContent()),
		"spoken: a lost connection is said", await page.locator("#spoken").textContent());
	const regions = await page.locator("[aria-live], [role=status], [role=alert], [role=log]")
		.evaluateAll((nodes) => nodes.map((node) => node.id));
	ok(regions.sort().join() === "expiry,notices,spoken", "spoken: nothing else on the page is read out", regions);
	await page.close();
}
