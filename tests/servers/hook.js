// A webhook receiver for tests whose path says how it behaves:
//
//	/ok              200
//	/status/N        N, and Retry-After as the query ?after=VALUE has it
//	/outcome/N       N, with the JSON in the query ?body= as FHIR; of the media
//			 type ?type=, with ?pad= blanks after it
//	/fail/P          503 to a share P of the attempts, else 200; which ones
//	                 is decided by ID and attempt, the same in each run
//	/flaky/N         503 to the first N attempts of each ID, else 200
//	/down/N          503 to the first N requests of all, then 200; takes 30 ms
//	/once/N          503 with Retry-After: N to the first of all, then 200
//	/after/VALUE     429 with this Retry-After to an ID's first attempt
//	/delay/MS        200 after that time
//	/gate/NAME       200 once a file NAME stands beside the log
//	/hang            nothing
//	/trickle         200, then a byte of the body every 100 ms for ever
//	/reset           the connection is reset
//	/cut             200 to the first request of a connection; at the next the
//	                 connection is closed without a word
//	/early           100, then 103 with Retry-After, then 200
//	/half            the connection is closed in the middle of an answer
//	/huge            200 and 100 MB of body; logs how many bytes were taken
//	/headers         200 and endless headers
//	/head/N          200 with a head of N bytes
//	/body/N          200 with a body of N bytes
//	/garbage         bytes that are no HTTP
//	/redirect        302 to /ok
//	/consent/ORIGIN  OPTIONS allows ORIGIN, and the rate ?rate=N; POST as /ok;
//			 the first ?fails=N OPTIONS get 503, or with &reset no
//			 answer
//
// node hook.js PORT-FILE LOG SECONDS [CERT KEY [MAX-TLS [CLIENT-CA]]]
//
// To CONNECT it is a proxy, and to requests for other hosts it answers itself.
//
// It listens on a free port of 127.0.0.1, which it writes to PORT-FILE, and logs
// each request as one JSON line when it answers; LOG.began gets the ID of each
// when it has come.  Comings and answers are counted together: a request whose
// "began" is above another's "ended" came after that one's answer.  It ends
// after SECONDS, or when who started it is no more.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const [portFile, logFile, seconds, cert, key, maxVersion, ca] =
    process.argv.slice(2);
const path = require('path');
const log = fs.openSync(logFile, 'a');
const comings = fs.openSync(logFile + '.began', 'a');
const attempts = new Map();
const starter = process.ppid;
let moments = 0;

// Of an attempt, from 0 to below 1.
function share(id, n) {
	return crypto.createHash('sha256').update(id + ' ' + n).digest()
	    .readUInt32BE(0) / 2 ** 32;
}

function answer(q, r, body) {
	const url = new URL(q.url, 'http://x');
	const [, mode, arg] = url.pathname.split('/').map(decodeURIComponent);
	const id = q.headers['webhook-id'];
	const known = url.pathname + ' ' + id;
	const count = (what) => {
		attempts.set(what, (attempts.get(what) || 0) + 1);
		return attempts.get(what);
	};
	const n = count(known), all = count(url.pathname);
	const began = ++moments;
	let status = 200, text = null;

	fs.writeSync(comings, id + '\n');
	const done = () => {
		fs.writeSync(log, JSON.stringify({id, attempt: n, status,
		    began, ended: ++moments,
		    method: q.method, url: q.url, time: Date.now(),
		    headers: q.headers, connection: q.socket.remotePort,
		    body: body.toString()}) + '\n');
		r.statusCode = status;
		r.end(text === null ? 'answer ' + status + '\n' : text);
	};
	switch (mode) {
	case 'status':
		status = Number(arg);
		if (url.searchParams.has('after'))
			r.setHeader('Retry-After', url.searchParams.get('after'));
		return done();
	case 'outcome':
		status = Number(arg);
		r.setHeader('Content-Type',
		    url.searchParams.get('type') || 'application/fhir+json; charset=UTF-8');
		text = url.searchParams.get('body') +
		    ' '.repeat(url.searchParams.get('pad') || 0);
		return done();
	case 'fail':
		status = share(id, n) < Number(arg) ? 503 : 200;
		return done();
	case 'flaky':
		status = n <= Number(arg) ? 503 : 200;
		return done();
	case 'down':
		status = all <= Number(arg) ? 503 : 200;
		return setTimeout(done, 30);
	case 'once':
		if (all === 1) {
			status = 503;
			r.setHeader('Retry-After', arg);
		}
		return done();
	case 'after':
		if (n === 1) {
			status = 429;
			r.setHeader('Retry-After', arg === 'date' ?
			    new Date(Date.now() + 2500).toUTCString() : arg);
		}
		return done();
	case 'delay':
		return setTimeout(done, Number(arg));
	case 'gate': {
		const gate = path.join(path.dirname(logFile), arg);
		const wait = setInterval(() => {
			if (!fs.existsSync(gate))
				return;
			clearInterval(wait);
			done();
		}, 10);
		return;
	}
	case 'hang':
		return;
	case 'trickle':
		r.writeHead(200);
		setInterval(() => r.write('x'), 100);
		return;
	case 'reset':
		return q.socket.resetAndDestroy ? q.socket.resetAndDestroy() :
		    q.socket.destroy();
	case 'cut':
		if (q.socket.asked)
			return q.socket.destroy();
		q.socket.asked = true;
		return done();
	case 'early':
		q.socket.write('HTTP/1.1 100 Continue\r\n\r\n' +
		    'HTTP/1.1 103 Early Hints\r\nRetry-After: 99\r\n\r\n');
		return done();
	case 'half':
		q.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf');
		return q.socket.end();
	case 'huge': {
		const chunk = Buffer.alloc(1 << 20, 'x');
		let left = 100;
		const more = () => {
			while (left-- > 0)
				if (!r.write(chunk))
					return r.once('drain', more);
			r.end();
		};
		r.writeHead(200, {'Content-Length': 100 << 20});
		r.on('error', () => {});
		r.on('close', () => fs.writeSync(log, JSON.stringify({id,
		    bytes: q.socket.bytesWritten}) + '\n'));
		return more();
	}
	case 'headers':
		q.socket.write('HTTP/1.1 200 OK\r\n');
		q.socket.on('error', () => {});
		return setInterval(() => {
			for (let i = 0; i < 100; i++)
				q.socket.write('X-' + i + ': ' + 'y'.repeat(500) + '\r\n');
		}, 20);
	case 'head': {
		const start = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n';
		let left = Number(arg) - start.length - 2;
		q.socket.write(start);
		while (left > 0) {
			const n = left > 2000 ? 1000 : left;
			q.socket.write('X: ' + 'y'.repeat(n - 5) + '\r\n');
			left -= n;
		}
		return q.socket.write('\r\n');
	}
	case 'body':
		return r.end('x'.repeat(Number(arg)));
	case 'garbage':
		q.socket.write('\x00\x01\x02 what is this?\r\n\r\n');
		return q.socket.end();
	case 'redirect':
		status = 302;
		r.setHeader('Location', '/ok');
		return done();
	case 'consent':
		if (q.method === 'OPTIONS' &&
		    all <= Number(url.searchParams.get('fails'))) {
			if (url.searchParams.has('reset'))
				return q.socket.destroy();
			status = 503;
		} else if (q.method === 'OPTIONS') {
			r.setHeader('WebHook-Allowed-Origin', arg);
			r.setHeader('WebHook-Allowed-Rate',
			    url.searchParams.get('rate') || '*');
		}
		return done();
	}
	done();
}

function listener(q, r) {
	const parts = [];
	q.on('data', (p) => parts.push(p));
	q.on('end', () => answer(q, r, Buffer.concat(parts)));
	q.on('error', () => {});
}

const server = cert ?
    require('https').createServer({cert: fs.readFileSync(cert),
        key: fs.readFileSync(key), maxVersion: maxVersion || undefined,
        ca: ca ? fs.readFileSync(ca) : undefined,
        requestCert: !!ca, rejectUnauthorized: !!ca}, listener) :
    require('http').createServer(listener);
server.keepAliveTimeout = 60000;
server.on('connect', (q, socket, head) => {
	const [host, port] = q.url.split(':');
	const to = require('net').connect(Number(port), host, () => {
		fs.writeSync(log, JSON.stringify({method: 'CONNECT',
		    url: q.url, headers: q.headers}) + '\n');
		socket.write('HTTP/1.1 200 OK\r\n\r\n');
		to.write(head);
		to.pipe(socket).pipe(to);
	});
	to.on('error', () => socket.destroy());
	socket.on('error', () => to.destroy());
});
server.on('clientError', (e, socket) => socket.destroy());
server.listen(0, '127.0.0.1', () => {
	fs.writeFileSync(portFile + '.new', String(server.address().port));
	fs.renameSync(portFile + '.new', portFile);
});
setTimeout(() => process.exit(0), Number(seconds) * 1000);
setInterval(() => process.ppid === starter || process.exit(0), 500);
