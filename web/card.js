// The card of one session.

import { Trace } from "./trace.js";
import { LATE_MS, QUALITIES, THRESHOLD, VITALS, lateInWords, levelOf, reasonInWords,
	seconds } from "./words.js";

function element(name, className, text) {
	const made = document.createElement(name);
	if (className)
		made.className = className;
	if (text !== undefined)
		made.textContent = text;
	return made;
}

// Writes only if the text differs, so that the page is not laid out again for nothing.
function setText(node, text) {
	if (node.textContent !== text)
		node.textContent = text;
}

class ReadingRow {
	constructor(spec) {
		this.spec = spec;
		this.node = element("div", spec.large ? "reading large" : "reading");
		this.node.dataset.vital = spec.vital;
		this.value = element("span", "value");
		this.unit = element("span", "unit", spec.unit);
		this.note = element("span", "note");
		const term = element("dt", "", spec.name);
		const detail = element("dd");
		detail.append(this.value, " ", this.unit, " ", this.note);
		this.node.append(term, detail);
	}

	show(reading, old, ended) {
		const given = typeof reading?.value === "number";
		this.node.hidden = !reading || !(given || this.spec.large);
		if (this.node.hidden)
			return;
		const unsure = given && (reading.confidence ?? 0) < THRESHOLD;
		this.node.classList.toggle("unsure", given && (unsure || old));
		this.node.classList.toggle("none", !given);
		this.unit.hidden = !given;
		setText(this.value, given ? reading.value.toFixed(this.spec.digits) : "no reading");
		setText(this.note, given ? noteOf(reading, unsure) : reasonInWords(reading.absentReason, ended));
	}
}

function noteOf(reading, unsure) {
	const confidence = `confidence ${(reading.confidence ?? 0).toFixed(2)}`;
	const note = unsure ? `low ${confidence}` : confidence;
	// A line break, if any, is before the confidence.
	return reading.status === "uncalibrated"
		? `uncalibrated, ${note.replaceAll(" ", "\u00a0")}` : note;
}

class QualityRow {
	constructor(spec) {
		this.spec = spec;
		this.node = element("div", "level");
		this.meter = element("meter");
		this.meter.min = 0;
		this.meter.max = 1;
		[this.meter.low, this.meter.high] = spec.steps;
		this.meter.optimum = spec.down ? 0 : 1;
		this.meter.setAttribute("aria-label", spec.name);
		this.word = element("span", "word");
		const detail = element("dd");
		detail.append(this.meter, " ", this.word);
		this.node.append(element("dt", "", spec.name), detail);
	}

	show(value) {
		this.node.hidden = typeof value !== "number";
		if (this.node.hidden)
			return;
		const { word, grade } = levelOf(this.spec, value);
		this.meter.value = value;
		this.node.dataset.grade = grade;
		setText(this.word, word);
	}
}

export class Card {
	#trace;

	constructor(session) {
		this.session = session;
		const template = document.getElementById("session-card");
		this.node = template.content.firstElementChild.cloneNode(true);
		const find = (selector) => this.node.querySelector(selector);
		this.name = find(".name");
		this.state = find(".state");
		this.stale = find(".stale");
		this.countdown = find(".countdown");
		this.missing = find(".missing");
		this.seen = find(".seen");
		this.name.textContent = session.id || "(no session)";
		this.name.id = `name-${crypto.randomUUID?.() ?? Math.random()}`;
		this.node.setAttribute("aria-labelledby", this.name.id);
		this.canvas = find("canvas");
		this.caption = find("figcaption");
		this.#trace = new Trace(this.canvas);
		this.readings = VITALS.map((spec) => new ReadingRow(spec));
		find(".readings").append(...this.readings.map((row) => row.node));
		this.qualities = QUALITIES.map((spec) => new QualityRow(spec));
		find(".quality").append(...this.qualities.map((row) => row.node));
	}

	show(now, connected) {
		const { session } = this;
		const stale = session.isStale(now) || (!connected && !session.ended);
		for (const row of this.readings)
			row.show(session.readings.get(row.spec.vital), stale || session.ended, session.ended);
		for (const row of this.qualities)
			row.show(session.quality?.[row.spec.key]);
		this.node.dataset.offset = session.offset;
		this.node.classList.toggle("is-stale", stale);
		this.node.classList.toggle("is-ended", session.ended);
		this.node.classList.toggle("is-late", !stale && !session.ended && session.lag > LATE_MS);
		setText(this.state, this.#stateInWords(stale));
		this.canvas.classList.toggle("is-empty", session.wave.length === 0);
		setText(this.caption, session.wave.length ? "Pulse wave, 8 s"
			: session.ended || session.sealed ? "No pulse wave" : "No pulse wave yet");
		this.#showAge(now, stale);
		this.#showCountdown(stale);
		this.#showMissing();
		setText(this.seen, session.subject ? `Subject ${session.subject}` : "");
	}

	#stateInWords(stale) {
		const { ended, lag } = this.session;
		if (ended)
			return "ended";
		if (stale)
			return "no new data";
		return lag > LATE_MS ? `live, ${lateInWords(lag)}` : "live";
	}

	#showAge(now, stale) {
		const { ended, newest } = this.session;
		this.stale.hidden = !stale && !ended;
		if (ended)
			setText(this.stale, "This session has ended. These are the last values.");
		else if (stale)
			setText(this.stale, newest
				? `Nothing new for ${seconds((now - newest) / 1000)}. These are the last values.`
				: "No data yet.");
	}

	// The next reading that needs a longer recording, and how much longer.  Only time
	// with the face in view counts.
	#showCountdown(stale) {
		const { session } = this;
		const measured = session.offset * (session.quality?.coverage ?? 1);
		const waiting = VITALS.filter(({ vital, needs }) =>
			session.readings.get(vital)?.absentReason === "too-short" && needs > measured);
		this.countdown.hidden = stale || session.ended || waiting.length === 0;
		if (this.countdown.hidden)
			return;
		const next = waiting.reduce((a, b) => (b.needs < a.needs ? b : a));
		setText(this.countdown, `${next.name} in ${seconds(next.needs - measured)}`
			+ ` (${seconds(measured)} measured)`);
	}

	// The smaller readings without a value, in one sentence, grouped by reason; or why there
	// are no readings at all.
	#showMissing() {
		const reasons = new Map();
		if (this.session.sealed) {
			this.missing.hidden = false;
			setText(this.missing, "Sealed: only the recipients of the events can read the values.");
			return;
		}
		for (const { vital, name, large } of VITALS) {
			const reading = this.session.readings.get(vital);
			if (large || !reading || typeof reading.value === "number")
				continue;
			const why = reasonInWords(reading.absentReason, this.session.ended);
			reasons.set(why, [...(reasons.get(why) ?? []), name]);
		}
		this.missing.hidden = reasons.size === 0;
		setText(this.missing, "No reading: " + [...reasons].map(([why, names]) =>
			`${names.join(", ")} (${why})`).join("; ") + ".");
	}

	draw(now, how) {
		if (this.#trace.draw(this.session, now, how))
			this.canvas.dataset.drawn = Number(this.canvas.dataset.drawn ?? 0) + 1;
	}

	// A sentence for screen readers.
	spoken(now, connected) {
		const { session } = this;
		const rate = session.readings.get("heartRate");
		if (session.ended)
			return `${session.id}: ended.`;
		if (!connected || session.isStale(now))
			return `${session.id}: no new data.`;
		if (session.sealed)
			return `${session.id}: sealed.`;
		if (!rate || typeof rate.value !== "number")
			return `${session.id}: no heart rate, ${reasonInWords(rate?.absentReason)}.`;
		const doubt = (rate.confidence ?? 0) < THRESHOLD ? ", low confidence" : "";
		return `${session.id}: heart rate ${rate.value.toFixed(0)} per minute${doubt}.`;
	}
}
