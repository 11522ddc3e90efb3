// The connection to the stream.  It uses the first transport that works and returns to
// a better one when that works again.  It resumes after the last sequence number and
// drops duplicates.
//
// Events: hello, line, gap and bye with the record or its line; state with {state:
// "connecting" | "live" | "down", transport}; refused with {why}: a token is needed;
// reset: what was received so far belongs to another token.

import { expiryOf, isRenewal, isToken } from "./token.js";
import { TRANSPORTS } from "./transport.js";
import { endInWords } from "./words.js";

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15000;
// For the first record of a connection.
const ANSWER_MS = 10000;
// By default the server sends a heartbeat more often than this; a link that is silent
// for longer is dead.
const SILENCE_MS = 45000;
// How often a better transport is tried.
const BETTER_MS = 60000;
const JOIN_SECONDS = 20;

export class Link extends EventTarget {
	#token = "";
	#granted = null;	// the token of the last hello
	#epoch = "";
	#last = 0;
	#failures = 0;
	#level = 0;		// in TRANSPORTS
	#current = null;	// the connection, or the attempt
	#next = null;		// an attempt to replace it
	#timer = 0;
	#better = 0;

	constructor() {
		super();
		// Another network may let through what the last one did not.
		addEventListener("online", () => this.#climb(0));
	}

	// Connects with ${token}, which may be "".
	start(token) {
		this.#current?.stop();
		this.#next?.stop();
		this.#next = null;
		clearTimeout(this.#timer);
		if (!isToken(token)) {
			this.#say("refused", { why: "That is not a token." });
			return;
		}
		if (this.#granted !== null && !isRenewal(token, this.#granted)) {
			this.#last = 0;
			this.#granted = null;
			this.#say("reset", {});
		}
		this.#token = token;
		this.#failures = 0;
		this.#level = 0;
		this.#connect();
	}

	// Replaces the token of a link that is live.  Returns why the new one is refused, or
	// "".  If it is refused, the old one stays in use.
	async renew(token) {
		if (!token || !isToken(token))
			return "That is not a token.";
		const { refusal } = await this.#ask(token);
		if (refusal)
			return refusal;
		if (!this.#current?.live || !isRenewal(token, this.#token)) {
			this.start(token);
			return "";
		}
		this.#token = this.#granted = token;
		if (this.#current.renew)
			this.#current.renew(token);
		else
			this.#climb(this.#level);
		return "";
	}

	// As expiryOf; null without a token.
	get expiry() {
		return this.#token ? expiryOf(this.#token) : null;
	}

	get hasToken() {
		return this.#token !== "";
	}

	#say(name, detail) {
		this.dispatchEvent(new CustomEvent(name, { detail }));
	}

	#query() {
		const query = new URLSearchParams();
		if (this.#last > 0) {
			query.set("after", this.#last);
			query.set("epoch", this.#epoch);
		} else {
			query.set("since", JOIN_SECONDS);
		}
		return query;
	}

	// Opens a connection at ${level}.  If it ends other than by stop(), #ended is called.
	#open(level) {
		const connection = { level, live: false, bye: "", renew: null };
		let over = false;
		let watchdog = 0;
		const end = (why) => {
			if (over)
				return;
			connection.stop();
			this.#ended(connection, connection.bye || why);
		};
		const watch = (ms) => {
			clearTimeout(watchdog);
			watchdog = setTimeout(end, ms, "");
		};
		const opened = TRANSPORTS[level].open(
			{ query: () => this.#query(), token: () => this.#token }, {
				record: (record) => {
					if (over)
						return;
					watch(SILENCE_MS);
					this.#record(connection, record);
				},
				lost: end,
			});
		connection.renew = opened.renew;
		connection.stop = () => {
			over = true;
			clearTimeout(watchdog);
			opened.close();
		};
		watch(ANSWER_MS);
		return connection;
	}

	#connect() {
		this.#say("state", { state: "connecting" });
		this.#current = this.#open(this.#level);
	}

	// Tries the transports from ${level} to the current one while that one continues.
	#climb(level) {
		clearTimeout(this.#better);
		if (!this.#current?.live || this.#next)
			return;
		this.#next = this.#open(level);
	}

	#ended(connection, why) {
		if (connection === this.#current) {
			this.#lost(connection, why);
			return;
		}
		this.#next = null;
		if (connection.level + 1 < this.#current.level)
			this.#climb(connection.level + 1);
		else
			this.#climbLater();
	}

	#climbLater() {
		clearTimeout(this.#better);
		if (this.#level > 0)
			this.#better = setTimeout(() => this.#climb(0), BETTER_MS);
	}

	#record(connection, record) {
		if (record.record === "hello")
			this.#hello(connection, record);
		else if (record.record === "gap")
			this.#gap(record);
		else if (record.record === "line")
			this.#deliver(record.sequence, record.line);
		else if (record.record === "heartbeat")
			this.#last = Math.max(this.#last, record.sequence);
		else if (record.record === "bye")
			this.#bye(connection, record);
	}

	#hello(connection, record) {
		if (connection === this.#next) {
			this.#current.stop();
			this.#current = connection;
			this.#next = null;
		}
		const isFirst = !connection.live;
		connection.live = true;
		this.#level = connection.level;
		this.#failures = 0;
		this.#granted = this.#token;
		if (this.#epoch && this.#epoch !== record.epoch)
			this.#last = 0;
		this.#epoch = record.epoch;
		this.#say("hello", record);
		if (!isFirst)
			return;
		this.#say("state", { state: "live", transport: TRANSPORTS[this.#level].name });
		this.#climbLater();
	}

	#gap(record) {
		if (record.before - 1 <= this.#last)
			return;
		this.#last = record.before - 1;
		this.#say("gap", record);
	}

	#deliver(sequence, line) {
		if (sequence <= this.#last)
			return;
		this.#last = sequence;
		this.#say("line", line);
	}

	#bye(connection, record) {
		connection.bye = record.reason;
		this.#say("bye", record);
	}

	// The connection has ended.  Reports that, asks whether a token is missing, and
	// otherwise tries the next transport, or the same again after a random part of a
	// growing time.
	async #lost(connection, why) {
		this.#next?.stop();
		this.#next = null;
		clearTimeout(this.#better);
		if (connection.live)
			this.#say("state", { state: "down" });
		const { works, refusal } = await this.#ask(this.#token);
		if (this.#current !== connection)
			return;
		if (refusal) {
			this.#say("refused", { why: why ? endInWords(why) : refusal });
			return;
		}
		let wait = 0;
		// The transport is at fault only if the server answers a plain request.
		if (works && !connection.live)
			this.#level = (this.#level + 1) % TRANSPORTS.length;
		if (!works || connection.live || this.#level === 0) {
			const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** ++this.#failures);
			wait = Math.random() * longest;
			this.#say("state", { state: "down" });
		}
		this.#timer = setTimeout(() => this.#connect(), wait);
	}

	// Whether a plain request with ${token} works, and why the token is refused.  A
	// browser does not show a script why a WebSocket was refused.
	async #ask(token) {
		const refusals = {
			401: token ? "The token is not valid or has expired." : "This stream needs a token.",
			403: "The token does not cover this stream.",
		};
		try {
			const headers = token ? { Authorization: `Bearer ${token}` } : {};
			const signal = AbortSignal.timeout(ANSWER_MS);
			const { ok, status } = await fetch("poll?wait=0", { headers, cache: "no-store", signal });
			return { works: ok, refusal: refusals[status] ?? "" };
		} catch {
			return { works: false, refusal: "" };
		}
	}
}
