// The page shows the sessions of the stream side by side.

import { Card } from "./card.js";
import { Link } from "./link.js";
import { Model } from "./model.js";
import { THRESHOLD, endInWords, gapInWords } from "./words.js";

const SHOW_MS = 250;
const SPEAK_MS = 10000;
const NOTICES = 3;
const NOTICE_MS = 20000;

const byId = (id) => document.getElementById(id);
const model = new Model();
const link = new Link();
const cards = new Map();
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let connected = false;
let paused = false;
let transport = "";

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
	if (byId("link-text").textContent !== text)
		byId("link-text").textContent = text;
}

// The lag of the session with the largest one.
function lagInWords(now) {
	const lags = [...model.sessions.values()]
		.filter((s) => !s.ended && !s.isStale(now) && s.lag !== null)
		.map((s) => s.lag);
	return lags.length ? `, ${(Math.max(...lags) / 1000).toFixed(1)} s behind` : "";
}

function showCards(now) {
	for (const [id, session] of model.sessions) {
		if (!cards.has(id)) {
			const card = new Card(session);
			cards.set(id, card);
			byId("sessions").append(card.node);
			visible.observe(card.node);
		}
		cards.get(id).show(now, connected);
	}
	byId("empty").hidden = cards.size > 0 || !byId("token-form").hidden;
	if (connected)
		setLink("live", `Live by ${transport}${lagInWords(now)}`);
}

// Traces outside the visible part of the page are not drawn.
const visible = new IntersectionObserver((entries) => {
	for (const { target, isIntersecting } of entries)
		target.dataset.visible = isIntersecting;
});

function drawTraces(now) {
	for (const card of cards.values())
		if (card.node.dataset.visible !== "false")
			card.draw(now, { calm: calm.matches, stopped: paused || card.session.ended });
	requestAnimationFrame(drawTraces);
}

let said = "";
function speak() {
	const text = [...cards.values()].map((card) => card.spoken()).join(" ");
	if (text !== said)
		byId("spoken").textContent = said = text;
}

function askForToken(why) {
	connected = false;
	setLink("refused", "Not connected");
	byId("token-why").textContent = why;
	byId("token-form").hidden = false;
	byId("empty").hidden = true;
	byId("token").focus();
}

link.addEventListener("state", ({ detail }) => {
	connected = detail.state === "live";
	transport = detail.transport ?? transport;
	if (detail.state === "connecting")
		setLink("connecting", "Connecting");
	else if (detail.state === "down")
		setLink("down", "Connection lost. Trying again");
});
link.addEventListener("hello", ({ detail }) => {
	model.setServerTime(detail.time, Date.now());
	for (const { id, ended } of detail.sessions ?? [])
		model.session(id).ended ||= Boolean(ended);
});
link.addEventListener("line", ({ detail }) => model.take(detail, Date.now()));
link.addEventListener("gap", ({ detail }) => notice(gapInWords(detail)));
link.addEventListener("bye", ({ detail }) => notice(endInWords(detail.reason)));
link.addEventListener("refused", ({ detail }) => askForToken(detail.why));

byId("token-form").addEventListener("submit", (event) => {
	event.preventDefault();
	byId("token-form").hidden = true;
	link.start(byId("token").value.trim());
	byId("token").value = "";
});

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

byId("threshold").textContent = THRESHOLD;
setInterval(() => showCards(Date.now()), SHOW_MS);
setInterval(speak, SPEAK_MS);
requestAnimationFrame(drawTraces);
link.start(tokenOfAddress());
