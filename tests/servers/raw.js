// A receiver for tests that writes its answer byte for byte, and then ends the
// connection in one way or another.  The path says what:
//
//	/STATUS/HOW	the head of an answer with STATUS, and Retry-After as the
//			query ?after=N has it; then
//	    cut		2 of 100 bytes of body, and the end
//	    reset	the same, and a reset
//	    stall	the same, and nothing more
//	    chunk	a chunk whose size is no number, and the end
//	    trailer	a whole body in chunks, then Retry-After: 999 as trailer
//	    torn	the head without its last line, and the end
//	    line	a line of 1 MB in the head
//	    100		only an interim 100, and the end
//
// The first ?first=N requests of a path get that, later ones a whole 200.
//
// node raw.js PORT-FILE LOG SECONDS
//
// It listens on a free port of 127.0.0.1, which it writes to PORT-FILE, and logs
// each request's path, ID and how many members its body has, as one JSON line.
// It ends after SECONDS, or when who started it is no more.
'use strict';
const fs = require('fs');
const [portFile, logFile, seconds] = process.argv.slice(2);
const log = fs.openSync(logFile, 'a');
const seen = new Map();
const starter = process.ppid;

function head(status, query, more) {
	return 'HTTP/1.1 ' + status + ' X\r\n' + more +
	    (query.has('after') ? 'Retry-After: ' + query.get('after') + '\r\n' : '');
}

function reply(socket, url) {
	const [, status, how] = url.pathname.split('/');
	const n = (seen.get(url.pathname) || 0) + 1;
	const start = head(status, url.searchParams, 'Content-Length: 100\r\n');
	const chunked = head(status, url.searchParams,
	    'Transfer-Encoding: chunked\r\n') + '\r\n';

	seen.set(url.pathname, n);
	if (n > Number(url.searchParams.get('first') || Infinity))
		return socket.write('HTTP/1.1 200 X\r\nContent-Length: 0\r\n\r\n');
	switch (how) {
	case 'cut':
		return socket.end(start + '\r\nhi');
	case 'reset':
		// What is not yet sent would go with the reset.
		return socket.write(start + '\r\nhi', () =>
		    setTimeout(() => socket.resetAndDestroy ?
			socket.resetAndDestroy() : socket.destroy(), 50));
	case 'stall':
		return socket.write(start + '\r\nhi');
	case 'chunk':
		return socket.end(chunked + 'zz\r\nhi\r\n0\r\n\r\n');
	case 'trailer':
		return socket.write(chunked +
		    '2\r\nhi\r\n0\r\nRetry-After: 999\r\n\r\n');
	case 'torn':
		return socket.end(start);
	case 'line':
		return socket.end(start + 'X: ' + 'y'.repeat(1 << 20) + '\r\n\r\n');
	case '100':
		return socket.end('HTTP/1.1 100 Continue\r\n\r\n');
	}
	socket.destroy();
}

const server = require('net').createServer((socket) => {
	let text = '';

	socket.on('error', () => {});
	socket.on('data', (part) => {
		text += part.toString('latin1');
		for (;;) {
			const end = text.indexOf('\r\n\r\n');
			const length = /\r\ncontent-length: (\d+)/i.exec(text);
			const size = end + 4 + Number(length ? length[1] : 0);

			if (end < 0 || text.length < size)
				return;
			const body = text.slice(end + 4, size);
			const id = /\r\nwebhook-id: ([^\r]*)/i.exec(text);
			const path = text.split(' ', 2)[1];

			text = text.slice(size);
			fs.writeSync(log, JSON.stringify({path,
			    id: id && id[1], time: Date.now(),
			    members: body[0] === '[' ?
				JSON.parse(body).length : 1}) + '\n');
			reply(socket, new URL(path, 'http://x'));
		}
	});
});
server.listen(0, '127.0.0.1', () => {
	fs.writeFileSync(portFile + '.new', String(server.address().port));
	fs.renameSync(portFile + '.new', portFile);
});
setTimeout(() => process.exit(0), Number(seconds) * 1000);
setInterval(() => process.ppid === starter || process.exit(0), 500);
