// Used by dashboard.t: prints TAP.
//
//	dashboard.mjs [SCENARIO ...]

import { becomes, Feed, doneTesting, draws, look, ok, openPage, plainProxy, quiet, says, sequences, Server, setUp,
	tearDown, token } from "./dashboard-lib.mjs";
import * as again from "./dashboard-again.mjs";

const context = await setUp();

const shown = (page, vital) => page.locator(`.session .reading[data-vital=${vital}]`).first();

const withReadings = (line, change) => line.readings
	? { ...line, readings: line.readings.map((reading) => ({ ...reading, ...change(reading) })) } : line;

async function empty({ browser }) {
	const server = await Server.start();
	const page = await openPage(browser, server.url);
	ok(await says(page, "#link-text", "Connected by WebSocket"), "empty: it is connected");
	ok(await page.locator("#empty").isVisible(), "empty: it says that it waits");
	await look(page, "empty");
	quiet(page, "empty");
	const answer = await page.request.get(server.url);
	ok(/default-src 'none'/.test(answer.headers()["content-security-policy"]), "the page has a strict policy");
	await page.close();
}

// A server that accepts connections and says nothing, and then one that answers.
async function connecting({ browser, recording }) {
	const server = await Server.start();
	const proxy = await plainProxy(server.port, ["hang"]);
	const feed = new Feed(server, recording, { skip: 20 });
	const page = await openPage(browser, proxy.url, { expect: /WebSocket connection to/ });
	ok(await says(page, "#link-text", /^Connecting$/), "connecting: it says so");
	await look(page, "connecting");
	ok(await says(page, "#link-text", "The server does not answer. Trying again"), "connecting: and if it takes too long");
	await look(page, "no-answer");
	proxy.passes.splice(0, 1, "ws", "events");
	ok(await draws(page), "connecting: it goes on when the server does");
	quiet(page, "connecting");
	feed.end();
	await page.close();
	proxy.close();
}

async function live({ browser, recording }) {
	const server = await Server.start();
	const feed = new Feed(server, recording, { skip: 20 });
	const page = await openPage(browser, server.url);
	ok(await draws(page), "live: the trace is drawn");
	ok(await says(page, ".session .name", "s-81"), "live: the session has its name");
	ok(await says(page, ".session .seen", "anon-") || await says(page, ".session .seen", "patient-7"),
		"live: the subject is shown");
	ok(await says(page, "#link-text", /Live by WebSocket, \d+\.\d s behind/), "live: the lag is shown");
	// What is shown is what the newest sample of the stream says, at some moment.
	await page.waitForFunction(() => document.querySelector(".reading[data-vital=heartRate] .value").textContent > "");
	const value = await shown(page, "heartRate").locator(".value").textContent();
	const rates = () => page.records.flatMap(({ line }) => line?.readings ?? [])
		.filter(({ vital, value: is }) => vital === "heartRate" && is !== null).map(({ value: is }) => is.toFixed(0));
	ok(await becomes(() => rates().includes(value)), "live: the heart rate is that of a sample",
		{ value, rates: rates() });
	ok(await says(page, ".reading[data-vital=heartRate] .unit", "/min"), "live: with its unit");
	ok(await says(page, ".reading[data-vital=heartRate] .note", /^confidence 0\.9\d$/), "live: and its confidence");
	ok(await says(page, ".reading[data-vital=stressIndex] .value", "no reading") &&
		await says(page, ".reading[data-vital=stressIndex] .note", "still measuring"),
		"live: what is missing says why");
	ok(await says(page, ".session .missing", /Systolic, Diastolic \(needs a calibration\)/),
		"live: the lesser readings that are missing, too");
	ok(await says(page, ".session .countdown", /Stress index in \d+ s \(\d+ s measured\)/), "live: the countdown");
	ok(await says(page, ".quality .level:first-child .word", "good"), "live: the quality in words");
	await look(page, "live");
	await page.locator("#pause").click();
	ok(await page.locator("#pause").getAttribute("aria-pressed") === "true", "the traces can be stopped");
	quiet(page, "live");
	await page.close();

	const calm = await openPage(browser, server.url, { reducedMotion: "reduce" });
	ok(await draws(calm), "with reduced motion it draws, too");
	await calm.close();
	feed.end();
}

async function early({ browser, recording }) {
	const server = await Server.start();
	const third = recording.find(({ session, type }) =>
		type === "vitals.sample" && session.offsetSeconds >= 3);
	let held = true;
	const change = (line) => held ? { ...third, time: line.time, session: { ...third.session, id: line.session.id } } : line;
	const feed = new Feed(server, recording, { skip: 1, change });
	const page = await openPage(browser, server.url);
	ok(await says(page, ".session .countdown", "Heart rate in 2 s (3 s measured)"),
		"early: it counts down to the heart rate");
	ok(await says(page, ".reading[data-vital=heartRate] .value", "no reading"), "early: no value yet");
	ok(await page.locator(".session").count() === 1, "early: it is one session");
	ok(await page.locator(".quality .level:visible").count() === 0, "early: nor a quality");
	await look(page, "early");
	held = false;
	ok(await says(page, ".reading[data-vital=heartRate] .value", /^\d\d$/), "early: then comes the value");
	quiet(page, "early");
	feed.end();
	await page.close();
}

// A session in each form that lines have on the way: CloudEvents, messages of vitals-sign,
// both, and sealed messages.
async function wrapped({ browser, recording }) {
	const server = await Server.start();
	const cloud = (line) => ({ specversion: "1.0", id: "e", source: "urn:x", type: line.type,
		partitionkey: line.session.id, data: line });
	const message = (line, contentType) =>
		({ id: "e", contentType, signature: "v1,x", payload: JSON.stringify(line) });
	const forms = {
		cloud,
		signed: (line) => message(line, "application/json"),
		"signed-cloud": (line) => message(cloud(line), "application/cloudevents+json"),
		sealed: ({ time, session: { id } }) =>
			({ id: "e", contentType: "application/jose", time, session: { id }, payload: "a.b.c.d.e" }),
		several: ({ time, session: { id } }) => ({ id: "e", contentType: "application/jose+json", time,
			session: { id }, payload: '{"iv":"x","session":{"id":"no"}}' }),
	};
	const feeds = Object.entries(forms).map(([id, change]) => new Feed(server, recording, { id, skip: 20, change }));
	const page = await openPage(browser, server.url);
	for (const id of Object.keys(forms)) {
		const card = page.locator(".session").filter({ has: page.locator(".name", { hasText: new RegExp(`^${id}$`) }) });
		await card.waitFor();
		if (id === "sealed" || id === "several") {
			await card.locator(".missing", { hasText: /^Sealed: only the recipients/ }).waitFor();
			await card.locator(".state", { hasText: /^live/ }).waitFor();
			ok(await card.locator(".reading:visible").count() === 0, `wrapped: ${id}: no reading, and why`);
		} else {
			await card.locator(".reading[data-vital=heartRate] .value", { hasText: /^\d\d$/ }).waitFor();
			ok(true, `wrapped: ${id}: the heart rate is shown`);
		}
	}
	await look(page, "wrapped");
	quiet(page, "wrapped");
	feeds.forEach((feed) => feed.stop());
	await page.close();
}

// Lines that are old when they arrive.
async function late({ browser, recording }) {
	const server = await Server.start();
	const feed = new Feed(server, recording, { skip: 20, change: (line) =>
		({ ...line, time: new Date(Date.now() - 8000).toISOString() }) });
	const page = await openPage(browser, server.url);
	ok(await says(page, "#link-text", /^Live by WebSocket, 8\.\d s behind$/), "late: the lag is shown");
	ok(await says(page, ".session.is-late .state", /^live, 8\.\d s behind$/), "late: at the session, too");
	await look(page, "late");
	quiet(page, "late");
	feed.end();
	await page.close();
}

async function many({ browser, recording }) {
	const server = await Server.start();
	const noFace = (line) => line.readings ? { ...withReadings(line, () =>
		({ value: null, confidence: null, method: null, absentReason: "no-face" })),
		quality: { signal: 0, snrDb: null, motion: 0.6, illumination: 0.1, coverage: 0.2 } } : null;
	const unsure = (line) => withReadings(line, ({ confidence }) =>
		({ confidence: confidence && confidence * 0.3 }));
	const unknown = (line) => withReadings(line, ({ vital }) => vital === "respiratoryRate"
		? { value: null, confidence: null, absentReason: "some-new-reason" } : {});
	const feeds = [
		new Feed(server, recording, { id: "s-81", skip: 20 }),
		new Feed(server, recording, { id: "ward-3/bed 12", skip: 20, change: noFace }),
		new Feed(server, recording, { id: "unsure", skip: 20, change: unsure }),
		new Feed(server, recording, { id: "a-very-long-session-identifier-0123456789-<b>&amp;", skip: 20,
			change: unknown }),
	];
	const page = await openPage(browser, server.url);
	await page.locator(".session").nth(3).waitFor();
	const card = (id) => page.locator(".session").filter({ hasText: id }).first();
	ok(await page.locator(".session").count() === 4, "many: each session has its card");
	await card("ward-3").locator(".reading[data-vital=heartRate] .note", { hasText: "no face in view" }).waitFor();
	ok(true, "many: no face is said in words");
	await card("unsure").locator(".reading[data-vital=heartRate].unsure").waitFor();
	const colour = (id) => card(id).locator(".reading[data-vital=heartRate] .value")
		.evaluate((node) => getComputedStyle(node).color);
	// On a busy machine all are grey while nothing new comes.
	ok(await becomes(async () => await colour("unsure") !== await colour("s-81")), "many: what is unsure is grey");
	await card("unsure").locator(".reading[data-vital=heartRate] .note",
		{ hasText: /^low confidence 0\.\d\d$/ }).waitFor();
	ok(true, "many: and says so");
	await card("a-very-long").locator(".reading[data-vital=respiratoryRate] .note",
		{ hasText: "some new reason" }).waitFor();
	ok(true, "many: a reason that it does not know is shown, too");
	ok(await page.locator(".session b").count() === 0, "many: a name is text, not markup");
	await look(page, "many");
	feeds[0].end();
	// One who comes late sees the one that ended, and those that are live.  A page begins
	// with the last 20 seconds.
	const late = await openPage(browser, server.url);
	await late.locator(".session").nth(3).waitFor();
	await late.locator(".session .state", { hasText: "ended" }).waitFor();
	ok(await late.locator(".session").count() === 4, "many: a late watcher sees them all");
	await late.locator(".is-ended canvas").scrollIntoViewIfNeeded();
	await late.waitForFunction(() => document.querySelector(".is-ended canvas").dataset.drawn > 0);
	ok(true, "many: and the trace of the one that ended");
	await late.close();
	await card("s-81").locator(".state", { hasText: "ended" }).waitFor();
	ok(true, "many: one ends, the others do not");
	await card("unsure").locator(".state", { hasText: /^live$/ }).waitFor();
	ok(true, "many: those are live");
	ok(await says(page, ".is-ended .stale", "This session has ended. These are the last values."),
		"ended: it says so");
	await look(page, "ended");
	await page.locator(".is-ended canvas").scrollIntoViewIfNeeded();
	const dark = await page.locator(".is-ended canvas").evaluate((node) => node.toDataURL());
	await page.emulateMedia({ colorScheme: "light" });
	await page.waitForFunction((was) => document.querySelector(".is-ended canvas").toDataURL() !== was, dark);
	ok(true, "ended: its trace takes the colours of another theme");
	quiet(page, "many");
	feeds.forEach((feed) => feed.stop());
	await page.locator(".session .state", { hasText: "no new data" }).nth(2).waitFor();
	ok(await says(page, ".session .stale", /Nothing new for \d+ s\. These are the last values\./),
		"stale: it says since when");
	ok(await card("unsure").locator(".reading[data-vital=heartRate].unsure").count() === 1,
		"stale: the values are grey");
	await look(page, "stale");
	quiet(page, "stale");
	await page.close();
}

async function tokens({ browser, recording }) {
	const server = await Server.start(["-k", "key"]);
	const feed = new Feed(server, recording, { skip: 20 });
	const hidden = new Feed(server, recording, { id: "of-others", skip: 20 });
	const page = await openPage(browser, server.url, { expect: /WebSocket connection to|status of 401/ });
	ok(await says(page, "#token-why", "This stream needs a token."), "token: it asks for one");
	ok(await page.evaluate(() => document.activeElement.id) === "token", "token: where to type it");
	await look(page, "token");
	const enter = async (text) => {
		await page.locator("#token").fill(text);
		await page.keyboard.press("Enter");
	};
	await enter(token("other", "-s", "s-81"));
	ok(await says(page, "#token-why", "The token is not valid or has expired."), "token: a wrong one is refused");
	await look(page, "token-wrong");
	await enter("not a token");
	ok(await says(page, "#token-why", "That is not a token."), "token: nor is what is none");
	await enter(token("key", "-s", "s-81"));
	ok(await draws(page), "token: the right one is accepted");
	ok(await page.locator("#token-form").isHidden(), "token: the form is gone");
	ok(await page.locator(".session").count() === 1, "token: only its session is shown");
	ok(await page.evaluate(() => document.getElementById("token").value) === "", "token: it stays not in the page");
	quiet(page, "token");
	await page.close();

	const short = await openPage(browser, `${server.url}#token=${token("key", "-e", "25", "-s", "s-81")}`,
		{ expect: /status of 401/ });
	ok(await draws(short), "token: from the fragment");
	ok(!short.url().includes("token"), "token: and it leaves the address");
	ok(await says(short, "#token-why", "The token has expired."), "token: when it expires the page says so");
	await look(short, "token-expired");
	await short.locator("#token").fill(token("key", "-s", "s-81"));
	await short.keyboard.press("Enter");
	ok(await draws(short), "token: a new one goes on");
	ok(new Set(sequences(short.records)).size === sequences(short.records).length, "token: without a repeat");
	quiet(short, "token expired");
	await short.close();
	feed.end();
	hidden.end();
}

const scenarios = { empty, connecting, early, live, late, wrapped, many, tokens, ...again };
const chosen = process.argv.slice(2);
try {
	for (const name of chosen.length ? chosen : Object.keys(scenarios))
		await scenarios[name](context);
} catch (error) {
	ok(false, "no error", error.stack);
} finally {
	await tearDown();
}
doneTesting();
