// The page shows the sessions of the stream side by side.

import { Card } from "./card.js";
import { Link } from "./link.js";
import { Model } from "./model.js";
import { LATE_MS, THRESHOLD, endInWords, expiryInWords, gapInWords, lateInWords } from "./words.js";

// How often the page shows what changes with time only.
const TICK_MS = 1000;
const SPEAK_MS = 10000;
const NOTICES = 3;
const NOTICE_MS = 20000;

const byId = (id) => document.getElementById(id);
const model = new Model();
const link = new Link();
const cards = new Map();
const changed = new Set();
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let connected = false;
let paused = false;
let transport = "";

// Writes only if the text differs: a live region would be read out again.
function setText(id, text) {
	if (byId(id).textContent !== text)
		byId(id).textContent = text;
}

function notice(text) {
	const line = document.createElement("p");
	line.textContent = text;
	byId("notices").append(line);
	while (byId("notices").childElementCount > NOTICES)
		byId("notices").firstElementChild.remove();
	setTimeout(() => line.remove(), NOTICE_MS);
}

function setLink(state, text) {
	byId("link").dataset.state = state;
	setText("link-text", text);
}

// The lag of the session with the largest one.
function showLag(now) {
	const lags = [...model.sessions.values()]
		.filter((session) => session.isCurrent(now) && session.lag !== null)
		.map(({ lag }) => lag);
	const lag = Math.max(0, ...lags);
	byId("link").classList.toggle("is-late", lag > LATE_MS);
	setLink("live", lags.length ? `Live by ${transport}, ${lateInWords(lag)}` : `Connected by ${transport}`);
}

// ---- Sessions ----------------------------------------------------------------

// Traces outside the visible part of the page are not drawn.
const visible = new IntersectionObserver((entries) => {
	for (const { target, isIntersecting } of entries)
		target.dataset.visible = isIntersecting;
});

function showSession(session, now) {
	if (!cards.has(session)) {
		const card = new Card(session);
		cards.set(session, card);
		byId("sessions").append(card.node);
		visible.observe(card.node);
	}
	cards.get(session).show(now, connected);
}

function removeCard(session) {
	const { node } = cards.get(session);
	visible.unobserve(node);
	node.remove();
	cards.delete(session);
}

function showAll(now) {
	model.forget(now);
	for (const session of cards.keys())
		if (model.sessions.get(session.id) !== session)
			removeCard(session);
	for (const session of model.sessions.values())
		showSession(session, now);
	byId("empty").hidden = cards.size > 0 || !connected;
	if (connected)
		showLag(now);
	showExpiry(now);
}

// What a frame of the browser shows: the sessions with new lines, and the traces.
function frame(time) {
	const now = Date.now();
	for (const session of changed)
		showSession(session, now);
	if (changed.size > 0 && connected)
		showLag(now);
	byId("empty").hidden ||= changed.size > 0;
	changed.clear();
	for (const card of cards.values())
		if (card.node.dataset.visible !== "false")
			card.draw(time, { calm: calm.matches, stopped: paused || card.session.ended });
	requestAnimationFrame(frame);
}

function speak() {
	const now = Date.now();
	const state = connected ? [] : [`${byId("link-text").textContent}.`];
	setText("spoken", [...state, ...[...cards.values()].map((card) => card.spoken(now, connected))].join(" "));
}

// ---- Token -------------------------------------------------------------------

function showForm(why) {
	setText("token-why", why);
	byId("token-form").hidden = false;
	byId("token-cancel").hidden = !connected;
	byId("renew").setAttribute("aria-expanded", true);
	byId("token").focus();
}

function hideForm() {
	byId("token-form").hidden = true;
	byId("renew").setAttribute("aria-expanded", false);
}

function askForToken(why) {
	connected = false;
	setLink("refused", "Not connected");
	showForm(why);
	showAll(Date.now());
}

// When the token expires: always in the form, and above the sessions when it is time
// for a new one.
function showExpiry(now) {
	const { expiry } = link;
	const left = expiry && connected ? expiry.at - now - model.serverAhead : Infinity;
	byId("renew").hidden = !(link.hasToken && connected);
	byId("expiry").dataset.soon = left <= (expiry?.warning ?? 0);
	setText("expiry", left <= (expiry?.warning ?? 0)
		? `The token expires ${expiryInWords(left)}. Enter a new one to stay connected.` : "");
}

// ---- Link --------------------------------------------------------------------

link.addEventListener("state", ({ detail }) => {
	connected = detail.state === "live";
	transport = detail.transport ?? transport;
	if (connected)
		hideForm();
	else if (detail.state === "down")
		setLink("down", `${transport ? "Connection lost" : "The server does not answer"}. Trying again`);
	else if (byId("link").dataset.state !== "down")
		setLink("connecting", "Connecting");
	showAll(Date.now());
});
link.addEventListener("hello", ({ detail }) => {
	model.setServerTime(detail.time, Date.now());
	model.historyMs = (detail.historySeconds ?? Infinity) * 1000;
	for (const { id, ended } of detail.sessions ?? [])
		model.session(id).ended ||= Boolean(ended);
});
link.addEventListener("line", ({ detail }) => changed.add(model.take(detail, Date.now())));
link.addEventListener("gap", ({ detail }) => notice(gapInWords(detail)));
link.addEventListener("bye", ({ detail }) => {
	if (detail.reason !== "token-expired")
		notice(endInWords(detail.reason));
});
link.addEventListener("refused", ({ detail }) => askForToken(detail.why));
link.addEventListener("reset", () => {
	model.clear();
	changed.clear();
	showAll(Date.now());
});

async function enterToken(token) {
	if (!connected) {
		hideForm();
		link.start(token);
		return;
	}
	const why = await link.renew(token);
	if (why) {
		showForm(`${why} The page stays connected with the one before.`);
		return;
	}
	hideForm();
	notice("The new token is in use.");
	showAll(Date.now());
}

byId("token-form").addEventListener("submit", (event) => {
	event.preventDefault();
	const token = byId("token").value.trim();
	byId("token").value = "";
	enterToken(token);
});

byId("renew").addEventListener("click", () => {
	if (byId("token-form").hidden)
		showForm("The page stays connected while you enter a new one.");
	else
		hideForm();
});
function cancel() {
	hideForm();
	byId("renew").focus();
}
byId("token-cancel").addEventListener("click", cancel);
byId("token-form").addEventListener("keydown", ({ key }) => {
	if (key === "Escape" && connected)
		cancel();
});

// ---- Controls ----------------------------------------------------------------

byId("pause").addEventListener("click", ({ currentTarget }) => {
	paused = !paused;
	currentTarget.setAttribute("aria-pressed", paused);
});

const prefersDark = matchMedia("(prefers-color-scheme: dark)");
function setTheme(dark) {
	document.documentElement.dataset.theme = dark ? "dark" : "light";
	byId("theme").textContent = dark ? "Light" : "Dark";
}
byId("theme").addEventListener("click", () =>
	setTheme(document.documentElement.dataset.theme !== "dark"));
prefersDark.addEventListener("change", ({ matches }) => setTheme(matches));
setTheme(prefersDark.matches);

// The browser does not send the fragment of an address, so the token stays in the page.
function tokenOfAddress() {
	const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
	if (token)
		history.replaceState(null, "", location.pathname + location.search);
	return token;
}

// A new address with another fragment does not load the page again.
addEventListener("hashchange", () => {
	const token = tokenOfAddress();
	if (token)
		enterToken(token);
});

byId("threshold").textContent = THRESHOLD;
setInterval(() => showAll(Date.now()), TICK_MS);
setInterval(speak, SPEAK_MS);
requestAnimationFrame(frame);
link.start(tokenOfAddress());
