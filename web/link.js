// The connection to the stream.  It uses WebSocket, or server-sent events if that
// fails, and then alternates.  It resumes after the last sequence number and drops
// duplicates.

import { endInWords } from "./words.js";

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15000;
// By default the server sends a heartbeat more often than this; a link that is silent
// for longer is dead.
const SILENCE_MS = 45000;
// How many attempts with one transport may fail in a row before the other one is
// tried.  Only failures at a server that answers are counted.
const ATTEMPTS = 2;
const JOIN_SECONDS = 20;

export class Link extends EventTarget {
	#token = "";
	#epoch = "";
	#last = 0;
	#failures = 0;
	#misses = 0;
	#useEvents = false;
	#close = () => {};
	#timer = 0;
	#watchdog = 0;

	start(token) {
		this.#close();
		// The token is sent as the name of a WebSocket subprotocol, which allows
		// no other characters.
		if (!/^[\w.-]*$/.test(token)) {
			this.#say("refused", { why: "That is not a token." });
			return;
		}
		this.#token = token;
		this.#failures = 0;
		this.#misses = 0;
		this.#useEvents = false;
		this.#connect();
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

	#connect() {
		clearTimeout(this.#timer);
		this.#say("state", { state: "connecting" });
		if (this.#useEvents)
			this.#openEvents();
		else
			this.#openSocket();
		this.#alive();
	}

	#openSocket() {
		const url = new URL(`ws?${this.#query()}`, location.href);
		url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
		const protocols = ["vitals.stream.v1"];
		if (this.#token)
			protocols.push(`bearer.${this.#token}`);
		const socket = new WebSocket(url, protocols);
		const ended = (event) => {
			this.#close = () => {};
			this.#lost(event.code === 1008 ? endInWords(event.reason) : "");
		};
		socket.onmessage = ({ data }) => {
			const record = this.#record(data);
			if (record?.record === "line")
				socket.send(JSON.stringify({ ack: record.sequence }));
		};
		socket.onclose = ended;
		this.#close = () => {
			socket.onclose = null;
			socket.onmessage = null;
			socket.close();
		};
	}

	#openEvents() {
		const query = this.#query();
		if (this.#token)
			query.set("access_token", this.#token);
		const source = new EventSource(`events?${query}`);
		const control = ({ data }) => this.#record(data);
		for (const name of ["hello", "gap", "bye"])
			source.addEventListener(name, control);
		source.onmessage = ({ data, lastEventId }) => this.#line(Number(lastEventId), data);
		source.onerror = () => {
			source.close();
			this.#close = () => {};
			this.#lost("");
		};
		this.#close = () => source.close();
	}

	#alive() {
		clearTimeout(this.#watchdog);
		this.#watchdog = setTimeout(() => {
			this.#close();
			this.#lost("");
		}, SILENCE_MS);
	}

	#record(text) {
		let record;
		try {
			record = JSON.parse(text);
		} catch {
			return null;
		}
		this.#alive();
		if (record.record === "hello")
			this.#hello(record);
		else if (record.record === "gap")
			this.#gap(record);
		else if (record.record === "line")
			this.#deliver(record.sequence, record.line);
		else if (record.record === "bye")
			this.#say("bye", record);
		return record;
	}

	#line(sequence, text) {
		this.#alive();
		try {
			this.#deliver(sequence, JSON.parse(text));
		} catch {
			// A line that is not JSON has nothing to show.
		}
	}

	#hello(record) {
		this.#failures = 0;
		this.#misses = 0;
		if (this.#epoch && this.#epoch !== record.epoch)
			this.#last = 0;
		this.#epoch = record.epoch;
		this.#say("hello", record);
		this.#say("state", { state: "live", transport: this.#useEvents ? "events" : "WebSocket" });
	}

	#gap(record) {
		this.#last = Math.max(this.#last, record.before - 1);
		this.#say("gap", record);
	}

	#deliver(sequence, line) {
		if (sequence <= this.#last)
			return;
		this.#last = sequence;
		this.#say("line", line);
	}

	// The link is down.  Reports that, asks whether a token is missing, and otherwise
	// retries after a random part of a growing time.
	async #lost(why) {
		clearTimeout(this.#watchdog);
		this.#failures++;
		const { answers, refusal } = await this.#ask();
		if (refusal) {
			this.#say("refused", { why: why || refusal });
			return;
		}
		if (answers && ++this.#misses % ATTEMPTS === 0)
			this.#useEvents = !this.#useEvents;
		const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures);
		const wait = Math.random() * longest;
		this.#say("state", { state: "down", wait });
		this.#timer = setTimeout(() => this.#connect(), wait);
	}

	// Whether the server answers, and why it refuses.  A browser does not show a script
	// why a WebSocket was refused, so this makes a plain request.
	async #ask() {
		const refusals = {
			401: this.#token ? "The token is not valid, or no longer." : "This stream needs a token.",
			403: "The token does not cover this stream.",
		};
		try {
			const headers = this.#token ? { Authorization: `Bearer ${this.#token}` } : {};
			const { status } = await fetch("poll?wait=0", { headers, cache: "no-store" });
			return { answers: true, refusal: refusals[status] ?? "" };
		} catch {
			return { answers: false, refusal: "" };
		}
	}
}
