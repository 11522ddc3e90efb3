// The state of each session, from its lines.

// Seconds of the wave that are stored: those that are drawn, and those still to be drawn.
const WAVE_SECONDS = 14;

// Without a new line for this long, values are no longer current.
export const STALE_MS = 6000;

class Session {
	constructor(id) {
		this.id = id;
		this.subject = "";
		this.readings = new Map();
		this.quality = null;
		this.wave = [];		// {at, values, rate}: blocks, oldest first
		this.offset = 0;	// seconds measured, by the newest sample
		this.ended = false;
		this.sealed = false;	// the newest line was: its values are not known
		this.newest = 0;	// Date.now() at the newest line
		this.lag = null;	// ms from the newest line's time to its arrival
	}

	#wave(line) {
		const block = { at: line.offsetSeconds, values: line.values, rate: line.sampleRate };
		if (line.wave !== "pulse" || !(block.rate > 0) || !Array.isArray(block.values))
			return;
		const last = this.wave.at(-1);
		// If the recording starts again, so does the trace.
		if (last && block.at < last.at)
			this.wave = [];
		this.wave.push(block);
		while (this.wave[0].at < block.at - WAVE_SECONDS)
			this.wave.shift();
	}

	#sample(line) {
		this.readings.clear();
		for (const reading of line.readings ?? [])
			this.readings.set(reading.vital, reading);
		this.quality = isMeasured(line) ? line.quality ?? null : null;
		this.offset = line.offsetSeconds ?? 0;
	}

	take(line, kind, now, serverAhead) {
		this.newest = now;
		this.sealed = isSealed(line);
		this.subject = line.session?.subject ?? this.subject;
		const made = Date.parse(line.time);
		if (Number.isFinite(made))
			this.lag = Math.max(0, now + serverAhead - made);
		const flat = line.session ? { ...line.session, ...line } : line;
		if (kind === "wave")
			this.#wave(flat);
		else if (kind === "session.ended")
			this.ended = true;
		else if (kind === "session.started")
			this.ended = false;
		else if (Array.isArray(flat.readings))
			this.#sample(flat);
	}

	isCurrent(now) {
		return !this.ended && this.newest > 0 && !this.isStale(now);
	}

	isStale(now) {
		return !this.ended && this.newest > 0 && now - this.newest > STALE_MS;
	}
}

// A sample that is too short for every reading has a quality of zeros, because nothing
// was measured yet.
function isMeasured(line) {
	return typeof line.quality?.illumination === "number"
		|| (line.readings ?? []).some(({ absentReason }) => absentReason !== "too-short");
}

// A message of vitals-seal.
function isSealed({ payload, contentType }) {
	return typeof payload === "string" && /^application\/jose\b/.test(contentType);
}

const isObject = (value) => typeof value === "object" && value !== null;

function parsed(text) {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

// The event in ${line}: the line itself, or what is in a message of vitals-sign or in a
// CloudEvent.
function eventOf(line) {
	const payload = typeof line.payload === "string" && !isSealed(line) ? parsed(line.payload) : null;
	const event = isObject(payload) ? payload : line;
	return event.specversion !== undefined && isObject(event.data) ? event.data : event;
}

export class Model {
	sessions = new Map();
	// How far the server's clock is ahead of this one, in ms.
	serverAhead = 0;
	// How long the server stores a line, in ms.
	historyMs = Infinity;

	setServerTime(text, now) {
		const time = Date.parse(text);
		if (Number.isFinite(time))
			this.serverAhead = time - now;
	}

	clear() {
		this.sessions.clear();
	}

	// Removes the sessions that have ended and that the server no longer stores.
	forget(now) {
		for (const [id, { ended, newest }] of this.sessions)
			if (ended && now - newest > this.historyMs)
				this.sessions.delete(id);
	}

	session(id) {
		let session = this.sessions.get(id);
		if (!session) {
			session = new Session(id);
			this.sessions.set(id, session);
		}
		return session;
	}

	// Returns the session of ${received}.
	take(received, now) {
		const line = eventOf(received);
		const kind = String(line.type ?? line.record ?? "").replace(/^vitals\./, "");
		const id = line.session?.id ?? line.source ?? "";
		const session = this.session(id);
		session.take(line, kind, now, this.serverAhead);
		return session;
	}
}
