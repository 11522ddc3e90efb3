// A proxy for tests whose connections break at random, the same for the same
// seed: after some bytes of the server's, half of the time with a reset.
//
//	node cut.js PORT-FILE LOG SECONDS TARGET-PORT-FILE CUTS MOST SEED
//
// Each connection ends after 1 to MOST bytes until CUTS of them were cut; those
// that follow are left alone.  LOG gets a line for each cut.  The target's port
// is read anew for each connection, since servers are restarted.
'use strict';
const fs = require('fs');
const net = require('net');
const [portFile, logFile, seconds, targetFile, cuts, most, seed] =
    process.argv.slice(2);
const starter = process.ppid;
const log = fs.openSync(logFile, 'a');
let left = Number(cuts);
let x = Number(seed) >>> 0 || 1;

function draw(below) {
	x ^= x << 13;
	x >>>= 0;
	x ^= x >>> 17;
	x ^= x << 5;
	x >>>= 0;
	return x % below;
}

// Null while the target is being started.
function target() {
	try {
		return Number(fs.readFileSync(targetFile, 'utf8')) || null;
	} catch (e) {
		return null;
	}
}

function cut(client, upstream, reset) {
	left--;
	fs.writeSync(log, 'cut\n');
	upstream.destroy();
	if (reset)
		client.resetAndDestroy();
	else
		client.destroy();
}

const server = net.createServer((client) => {
	let room = left > 0 ? 1 + draw(Number(most)) : Infinity;
	const reset = draw(2) === 0;
	const port = target();

	client.on('error', () => { });
	if (port === null)
		return client.destroy();
	const upstream = net.connect(port, '127.0.0.1');

	client.on('data', (d) => upstream.write(d));
	upstream.on('data', (d) => {
		if (left <= 0)
			room = Infinity;
		if (d.length < room) {
			room -= d.length;
			client.write(d);
			return;
		}
		client.write(d.subarray(0, room - 1), () =>
		    left > 0 && cut(client, upstream, reset));
		room = 0;
		upstream.pause();
	});
	client.on('close', () => upstream.destroy());
	upstream.on('close', () => client.destroySoon());
	upstream.on('error', () => { });
});
server.listen(0, '127.0.0.1', () => {
	fs.writeFileSync(portFile + '.new', String(server.address().port));
	fs.renameSync(portFile + '.new', portFile);
});
setTimeout(() => process.exit(0), Number(seconds) * 1000);
setInterval(() => process.ppid === starter || process.exit(0), 200);
