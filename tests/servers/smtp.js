// A mail server for tests.  The name in EHLO and the recipient say how it behaves;
// each is WHAT or WHAT-ARGUMENT.  The name, up to its first dot:
//
//	ehlo-CODE     EHLO gets CODE
//	bare          EHLO offers nothing
//	mail-CODE     MAIL gets CODE
//	early         MAIL gets the replies to all that would follow
//	quiet         QUIT gets no reply, and the connection stays open
//
// The recipient, up to the @:
//
//	rcpt-CODE     RCPT gets CODE, in two lines
//	data-CODE     DATA gets CODE
//	text-CODE     the message gets CODE
//	flaky-N       the first N attempts of each Message-ID get 451
//	before        the message gets 250 before it has come
//	cut           the connection is closed within the message
//	end           the connection is closed instead of the last reply
//	hang          the message gets no reply
//	slow-MS       the message gets its reply after that time, byte by byte
//	flood         RCPT gets a reply that never ends
//	line          RCPT gets a line that never ends
//	odd           RCPT gets a reply with bytes that are not text
//	babble        RCPT gets bytes that are not a reply
//
// All others are accepted.  The user is "user" and the password "secret"; AUTH is
// offered, and other users get 535.
//
// node smtp.js PORT-FILE LOG SECONDS [CERT KEY [tls]]
//
// With a certificate it offers STARTTLS, or with "tls" speaks TLS from the start.
// It listens on a free port of 127.0.0.1, which it writes to PORT-FILE, and logs
// each message that it accepts or refuses as one JSON line; LOG.commands gets each
// command.  A file LOG.greeting replaces the greeting.  It ends after SECONDS, or
// when who started it is no more.
'use strict';
const fs = require('fs');
const tls = require('tls');
const [portFile, logFile, seconds, cert, key, implicit] =
    process.argv.slice(2);
const log = fs.openSync(logFile, 'a');
const commands = fs.openSync(logFile + '.commands', 'a');
const context = cert && tls.createSecureContext(
    {cert: fs.readFileSync(cert), key: fs.readFileSync(key)});
const attempts = new Map();
const starter = process.ppid;

function words(text) {
	const [what, ...rest] = text.split(/[.@]/, 1)[0].split('-');

	return [what, rest.join('-')];
}

class Session {
	constructor(socket, secure) {
		this.use(socket, secure);
		this.text = '';
		this.name = this.mode = '';
		fs.existsSync(logFile + '.greeting') ?
		    socket.write(fs.readFileSync(logFile + '.greeting')) :
		    this.say('220 mail.test ready');
	}

	use(socket, secure) {
		this.socket = socket;
		this.secure = secure;
		socket.setEncoding('latin1');
		socket.on('error', () => {});
		socket.on('data', (part) => this.take(part));
	}

	say(line) {
		this.socket.write(line + '\r\n', 'latin1');
	}

	take(part) {
		this.text += part;
		if (this.message)
			return this.more();
		for (;;) {
			const end = this.text.indexOf('\r\n');

			if (end < 0 || this.message)
				return;
			const line = this.text.slice(0, end);

			this.text = this.text.slice(end + 2);
			fs.writeSync(commands, line + '\n');
			this.command(line);
		}
	}

	command(line) {
		const verb = line.split(/[ :]/, 1)[0].toUpperCase();

		if (this.login)
			return this.authenticate(line);
		switch (verb) {
		case 'EHLO':
		case 'HELO':
			return this.ehlo(line.slice(5));
		case 'STARTTLS':
			this.say('220 go ahead');
			return this.secureUp();
		case 'AUTH':
			this.login = true;
			return this.say('334 ');
		case 'MAIL':
			this.from = line;
			return this.mail();
		case 'RCPT':
			this.to = /<(.*)>/.exec(line)[1];
			return this.rcpt();
		case 'DATA':
			if (this.what === 'data')
				return this.say(this.arg + ' no data');
			this.message = true;
			return this.say('354 go ahead' + (this.what === 'before' ?
			    '\r\n250 already accepted' : ''));
		case 'QUIT':
			if (this.mode !== 'quiet')
				this.socket.end('221 bye\r\n');
			return;
		}
		this.say('500 what?');
	}

	ehlo(name) {
		this.name = name;
		[this.mode, this.modeArg] = words(name);
		if (this.mode === 'ehlo')
			return this.say(this.modeArg + ' no');
		if (this.mode === 'bare')
			return this.say('250 mail.test');
		this.say('250-mail.test\r\n250-SIZE 2000000\r\n' +
		    (context && !this.secure ? '250-STARTTLS\r\n' : '') +
		    '250-AUTH PLAIN LOGIN\r\n250 HELP');
	}

	secureUp() {
		const plain = this.socket;

		plain.removeAllListeners('data');
		this.use(new tls.TLSSocket(plain,
		    {isServer: true, secureContext: context}), true);
	}

	authenticate(line) {
		const [, user, password] =
		    Buffer.from(line, 'base64').toString().split('\0');

		this.login = false;
		this.user = user;
		if (user === 'user' && password === 'secret')
			return this.say('235 2.7.0 welcome');
		this.say('535 5.7.8 wrong user or password');
	}

	mail() {
		if (this.mode === 'mail')
			return this.say(this.modeArg + ' 5.1.0 not you');
		this.say('250 ok');
		if (this.mode === 'early')
			this.say('250 ok\r\n354 ok\r\n250 ok');
	}

	rcpt() {
		[this.what, this.arg] = words(this.to);
		switch (this.what) {
		case 'rcpt':
			return this.say(this.arg + '-5.1.1 no such user\r\n' +
			    this.arg + ' here');
		case 'flood':
			return this.flood('250-and so on\r\n');
		case 'line':
			return this.flood('250-and so on');
		case 'odd':
			return this.say('550-\0\x1b[31m\xe9\r\n550 end');
		case 'babble':
			return this.say('HTTP/1.1 200 OK');
		}
		this.say('250 ok');
	}

	flood(piece) {
		const many = piece.repeat(1000);
		const more = () => {
			while (!this.socket.destroyed)
				if (!this.socket.write(many))
					return this.socket.once('drain', more);
		};
		more();
	}

	more() {
		const end = this.text.startsWith('.\r\n') ? 0 :
		    this.text.indexOf('\r\n.\r\n') + 2;

		if (this.what === 'cut' && this.text.length > 100)
			return this.socket.destroy();
		if (end === 1)
			return;
		const data = this.text.slice(0, end);

		this.text = this.text.slice(end + 3);
		this.message = false;
		this.accept(data.replace(/^\.\./gm, '.'));
	}

	accept(data) {
		const id = (/^Message-ID: (.*)\r$/m.exec(data) || [])[1];
		const known = id + this.to;
		const n = (attempts.get(known) || 0) + 1;
		let code = 250;

		attempts.set(known, n);
		if (this.what === 'text')
			code = Number(this.arg);
		if (this.what === 'flaky' && n <= Number(this.arg))
			code = 451;
		fs.writeSync(log, JSON.stringify({id, code, attempt: n,
		    from: this.from, to: this.to, name: this.name,
		    tls: this.secure, user: this.user, data}) + '\n');
		if (this.what === 'end')
			return this.socket.destroy();
		if (this.what === 'hang')
			return;
		if (this.what === 'slow')
			return setTimeout(() => this.slowly('250 ok\r\n'),
			    Number(this.arg));
		this.say(code + ' ' + (code < 300 ? 'accepted' : 'not this one'));
	}

	slowly(text) {
		if (text === '')
			return;
		this.socket.write(text[0]);
		setTimeout(() => this.slowly(text.slice(1)), 20);
	}
}

const server = implicit ?
    tls.createServer({cert: fs.readFileSync(cert), key: fs.readFileSync(key)},
	(socket) => new Session(socket, true)) :
    require('net').createServer((socket) => new Session(socket, false));
server.on('tlsClientError', () => {});
server.listen(0, '127.0.0.1', () => {
	fs.writeFileSync(portFile + '.new', String(server.address().port));
	fs.renameSync(portFile + '.new', portFile);
});
setTimeout(() => process.exit(0), Number(seconds) * 1000);
setInterval(() => process.ppid === starter || process.exit(0), 500);
