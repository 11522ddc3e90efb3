// The ways to receive the stream, the best one first.  Each opens a connection for
// ${ask}, which has
//	query()		the part of the address that says where to continue
//	token()		the token now in use, or ""
// and reports to ${tell}
//	record(record)	each record, in order
//	lost(why)	the end; ${why} is in words, or ""
// It returns the connection: close(), which reports nothing, and renew(token) if the
// connection can replace its token.

// How long the server may wait with the answer to a poll.
const POLL_SECONDS = 20;

function read(text, tell) {
	let record;
	try {
		record = JSON.parse(text);
	} catch {
		// What is not JSON has nothing to show.
		return;
	}
	tell.record(record);
}

function openSocket(ask, tell) {
	const url = new URL(`ws?${ask.query()}`, location.href);
	url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
	const protocols = ["vitals.stream.v1"];
	if (ask.token())
		protocols.push(`bearer.${ask.token()}`);
	const socket = new WebSocket(url, protocols);
	socket.onmessage = ({ data }) => read(data, {
		record(record) {
			tell.record(record);
			if (record.record === "line" && socket.readyState === WebSocket.OPEN)
				socket.send(JSON.stringify({ ack: record.sequence }));
		},
	});
	socket.onclose = ({ code, reason }) => tell.lost(code === 1008 ? reason : "");
	return {
		close() {
			socket.onclose = null;
			socket.onmessage = null;
			socket.close();
		},
		renew: (token) => socket.send(JSON.stringify({ token })),
	};
}

function openEvents(ask, tell) {
	const query = ask.query();
	if (ask.token())
		query.set("access_token", ask.token());
	const source = new EventSource(`events?${query}`);
	for (const name of ["hello", "gap", "bye", "heartbeat"])
		source.addEventListener(name, ({ data }) => read(data, tell));
	source.onmessage = ({ data, lastEventId }) => read(data, {
		record: (line) => tell.record({ record: "line", sequence: Number(lastEventId), line }),
	});
	// The browser would retry with the token and the position of the start.
	source.onerror = () => {
		source.close();
		tell.lost("");
	};
	return { close: () => source.close() };
}

function openPoll(ask, tell) {
	const stop = new AbortController();
	const poll = async (wait) => {
		const query = ask.query();
		query.set("wait", wait);
		const headers = ask.token() ? { Authorization: `Bearer ${ask.token()}` } : {};
		const answer = await fetch(`poll?${query}`, { headers, cache: "no-store", signal: stop.signal });
		if (!answer.ok)
			throw new Error(`status ${answer.status}`);
		const text = await answer.text();
		for (const line of text.split("\n").filter(Boolean))
			if (!stop.signal.aborted)
				read(line, tell);
	};
	const go = async () => {
		try {
			// The first answer comes immediately, because it shows that polling works.
			for (let wait = 0; !stop.signal.aborted; wait = POLL_SECONDS)
				await poll(wait);
		} catch {
			if (!stop.signal.aborted)
				tell.lost("");
		}
	};
	go();
	// Each poll sends the newest token.
	return { close: () => stop.abort(), renew: () => {} };
}

export const TRANSPORTS = [
	{ name: "WebSocket", open: openSocket },
	{ name: "server-sent events", open: openEvents },
	{ name: "polling", open: openPoll },
];
