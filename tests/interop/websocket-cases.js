// The cases of a WebSocket server's conformance to RFC 6455: what a client
// sends, and what must come back.
//
// A case is {name, send, want}: the bytes behind the handshake, in pieces where
// it is an array, and the frames that answer them, "text Hello" or "close 1002".
// What a want of "close …" says is the last, and the connection ends behind it.
// A reference is excused where it has a reason, {excused: "why"}, and not asked
// where it would wait for more: {waits: true}.
'use strict';
const MAX = 1 << 20;

// A frame as it goes out; mask: null for none.
function frame(opcode, payload, {fin = 1, rsv = 0, mask = [1, 2, 3, 4], wide = 0} = {}) {
	const data = Buffer.from(payload);
	const head = [fin << 7 | rsv << 4 | opcode];
	const bit = mask ? 0x80 : 0;
	if (wide === 8 || data.length > 65535) {
		head.push(bit | 127);
		for (let i = 7; i >= 0; i--)
			head.push(Math.floor(data.length / 2 ** (8 * i)) & 255);
	} else if (wide === 2 || data.length > 125) {
		head.push(bit | 126, data.length >> 8, data.length & 255);
	} else {
		head.push(bit | data.length);
	}
	if (mask) {
		head.push(...mask);
		for (let i = 0; i < data.length; i++)
			data[i] ^= mask[i % 4];
	}
	return Buffer.concat([Buffer.from(head), data]);
}
const CONTINUATION = 0, TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10;
const bye = frame(CLOSE, [3, 232]);
const join = (...parts) => Buffer.concat(parts);
const code = (n) => [n >> 8, n & 255];

const cases = [];
const add = (name, send, want, more) => cases.push({name, send, want, ...more});

// ---- Sizes
for (const n of [0, 65, 125, 126, 127, 128, 65535, 65536, 65537, MAX]) {
	const text = Buffer.alloc(n, 'a');
	add(`a text of ${n} bytes`, join(frame(TEXT, text), bye),
		[`text ${n}`, 'close 1000']);
	add(`a binary of ${n} bytes`, join(frame(BINARY, text), bye),
		[`binary ${n}`, 'close 1000']);
}
add('a text of 1 MiB and 1 byte', frame(TEXT, Buffer.alloc(MAX + 1, 'a')), ['close 1009']);
add('a length of 2^40 is refused before its bytes', Buffer.from([0x81, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4]),
	['close 1009']);
add('a length with its highest bit set', Buffer.from([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]),
	['close 1002'], {excused: 'says 1009, for a length beyond 2^53'});
add('a length in 2 bytes without need', join(frame(TEXT, 'a', {wide: 2}), bye), ['close 1002'],
	{excused: 'takes lengths that are not the shortest'});
add('a length in 8 bytes without need', join(frame(TEXT, 'a', {wide: 8}), bye), ['close 1002'],
	{excused: 'takes lengths that are not the shortest'});
add('fragments that are too long together', join(frame(TEXT, Buffer.alloc(MAX, 'a'), {fin: 0}),
	frame(CONTINUATION, 'a')), ['close 1009']);

// ---- Masking
for (const [name, mask] of [['zero', [0, 0, 0, 0]], ['ones', [255, 255, 255, 255]], ['any', [0x37, 0xfa, 0x21, 0x3d]]])
	add(`a mask of ${name}`, join(frame(TEXT, 'Hello', {mask}), bye), ['text Hello', 'close 1000']);
for (const [name, opcode, payload] of [['text', TEXT, 'Hello'], ['binary', BINARY, 'Hello'], ['ping', PING, ''],
	['pong', PONG, ''], ['close', CLOSE, [3, 232]]])
	add(`a ${name} without a mask`, frame(opcode, payload, {mask: null}), ['close 1002']);

// ---- Reserved bits and opcodes
for (const [name, opcode, payload] of [['text', TEXT, 'a'], ['binary', BINARY, 'a'], ['ping', PING, 'a'],
	['pong', PONG, 'a'], ['close', CLOSE, [3, 232]]])
	for (const rsv of [4, 2, 1, 7])
		add(`a ${name} with reserved bits ${rsv}`, frame(opcode, payload, {rsv}), ['close 1002']);
add('a continuation with a reserved bit', join(frame(TEXT, 'a', {fin: 0}), frame(CONTINUATION, 'b', {rsv: 4})),
	['close 1002']);
for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
	add(`opcode ${opcode}`, frame(opcode, ''), ['close 1002']);
add('opcode 3 behind a message', join(frame(TEXT, 'a'), frame(3, 'x')), ['text a', 'close 1002']);

// ---- Fragments
const part = (opcode, text) => frame(opcode, text, {fin: 0});
add('a text in two', join(part(TEXT, 'Hel'), frame(CONTINUATION, 'lo'), bye), ['text Hello', 'close 1000']);
add('a binary in two', join(part(BINARY, 'Hel'), frame(CONTINUATION, 'lo'), bye), ['binary Hello', 'close 1000']);
add('a text in five', join(part(TEXT, 'H'), part(CONTINUATION, 'e'), part(CONTINUATION, 'l'),
	part(CONTINUATION, 'l'), frame(CONTINUATION, 'o'), bye), ['text Hello', 'close 1000']);
add('empty fragments', join(part(TEXT, ''), part(CONTINUATION, ''), frame(CONTINUATION, ''), bye),
	['text 0', 'close 1000']);
add('an empty fragment in between', join(part(TEXT, 'a'), part(CONTINUATION, ''), frame(CONTINUATION, 'b'), bye),
	['text ab', 'close 1000']);
add('1000 fragments', join(part(TEXT, 'a'), ...Array(998).fill(part(CONTINUATION, 'a')), frame(CONTINUATION, 'a'),
	bye), ['text 1000', 'close 1000']);
add('a ping within a message', join(part(TEXT, 'Hel'), frame(PING, 'x'), frame(CONTINUATION, 'lo'), bye),
	['pong x', 'text Hello', 'close 1000']);
add('a pong within a message', join(part(TEXT, 'Hel'), frame(PONG, 'x'), frame(CONTINUATION, 'lo'), bye),
	['text Hello', 'close 1000']);
add('a close within a message', join(part(TEXT, 'Hel'), bye), ['close 1000']);
add('a continuation of nothing', frame(CONTINUATION, 'a'), ['close 1002']);
add('a continuation of nothing, not the last', part(CONTINUATION, 'a'), ['close 1002']);
add('a continuation behind the end', join(frame(TEXT, 'a'), frame(CONTINUATION, 'b')), ['text a', 'close 1002']);
add('a text within a text', join(part(TEXT, 'a'), frame(TEXT, 'b')), ['close 1002']);
add('a binary within a text', join(part(TEXT, 'a'), frame(BINARY, 'b')), ['close 1002']);
add('a text begun within a text', join(part(TEXT, 'a'), part(TEXT, 'b')), ['close 1002']);

// ---- Control frames
add('a ping', join(frame(PING, 'Hello'), bye), ['pong Hello', 'close 1000']);
add('an empty ping', join(frame(PING, ''), bye), ['pong 0', 'close 1000']);
add('a ping of any bytes', join(frame(PING, [0, 255, 254]), bye), ['pong 3 bytes', 'close 1000']);
add('a ping of 125 bytes', join(frame(PING, Buffer.alloc(125, 'a')), bye), ['pong 125', 'close 1000']);
add('a ping of 126 bytes', frame(PING, Buffer.alloc(126, 'a')), ['close 1002']);
add('a ping with a length of 8 bytes', Buffer.from([0x89, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4]), ['close 1002']);
add('a pong nobody asked for', join(frame(PONG, 'x'), bye), ['close 1000']);
add('a pong of 126 bytes', frame(PONG, Buffer.alloc(126, 'a')), ['close 1002']);
add('a fragmented ping', frame(PING, 'a', {fin: 0}), ['close 1002']);
add('a fragmented pong', frame(PONG, 'a', {fin: 0}), ['close 1002']);
add('a fragmented close', frame(CLOSE, [3, 232], {fin: 0}), ['close 1002']);
add('three pings', [frame(PING, '1'), frame(PING, '2'), frame(PING, '3'), bye],
	['pong 1', 'pong 2', 'pong 3', 'close 1000']);
add('nothing is read behind a close', join(bye, frame(TEXT, 'a'), frame(PING, 'b')), ['close 1000']);

// ---- Closing
add('a close without a code', frame(CLOSE, ''), ['close 1005']);
add('a close of one byte', frame(CLOSE, [3]), ['close 1002']);
add('a close with a reason', frame(CLOSE, [3, 232, ...Buffer.from('bye')]), ['close 1000']);
add('a close with the longest reason', frame(CLOSE, [3, 232, ...Buffer.alloc(123, 'a')]), ['close 1000']);
add('a close of 126 bytes', frame(CLOSE, [3, 232, ...Buffer.alloc(124, 'a')]), ['close 1002']);
add('a reason that is not UTF-8', frame(CLOSE, [3, 232, 0xce, 0xba, 0xff]), ['close 1007']);
add('a reason cut within a character', frame(CLOSE, [3, 232, 0xce]), ['close 1007']);
for (const n of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999])
	add(`close code ${n}`, frame(CLOSE, code(n)), [`close ${n}`]);
for (const n of [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535])
	add(`close code ${n}`, frame(CLOSE, code(n)), ['close 1002']);

// ---- UTF-8
const utf8 = {
	'two bytes': 'c3a9', 'three bytes': 'e282ac', 'four bytes': 'f09f9880', 'U+0000': '00', 'U+0080': 'c280',
	'U+07FF': 'dfbf', 'U+0800': 'e0a080', 'U+D7FF': 'ed9fbf', 'U+E000': 'ee8080', 'U+FFFF': 'efbfbf',
	'U+10000': 'f0908080', 'U+10FFFF': 'f48fbfbf',
};
for (const [name, hex] of Object.entries(utf8))
	add(`text: ${name}`, join(frame(TEXT, Buffer.from(hex, 'hex')), bye),
		['text ' + Buffer.from(hex, 'hex').toString(), 'close 1000']);
const bad = {
	'a lone continuation byte': '80', 'a first byte without the rest': 'c3', 'two of three bytes': 'e282',
	'three of four bytes': 'f09f98', 'overlong "/"': 'c0af', 'overlong U+0000': 'c080', 'overlong in three': 'e080af',
	'overlong in four': 'f08080af', 'a high surrogate': 'eda080', 'a low surrogate': 'edb080',
	'a pair of surrogates': 'eda080edb080', 'beyond U+10FFFF': 'f4908080', 'byte F5': 'f5808080', 'byte FE': 'fe',
	'byte FF': 'ff', 'a first byte behind a first byte': 'c3c3a9',
};
for (const [name, hex] of Object.entries(bad))
	add(`text: ${name}`, frame(TEXT, Buffer.from(hex, 'hex')), ['close 1007']);
add('text: a character in two frames', join(part(TEXT, [0xe2, 0x82]), frame(CONTINUATION, [0xac]), bye),
	['text €', 'close 1000']);
add('text: a character in two frames with a ping in it', join(part(TEXT, [0xe2]), frame(PING, ''),
	frame(CONTINUATION, [0x82, 0xac]), bye), ['pong 0', 'text €', 'close 1000']);
add('text: a character that does not go on in the next frame', join(part(TEXT, [0xe2, 0x82]),
	frame(CONTINUATION, 'a')), ['close 1007']);
add('text: wrong in the first of two frames', part(TEXT, [0xff]), ['close 1007'],
	{excused: 'looks at the text once it is whole', waits: true});
add('text: wrong in a frame that is not whole', Buffer.from([0x81, 0x85, 0, 0, 0, 0, 0xff]), ['close 1007'],
	{excused: 'looks at the text once it is whole', waits: true});
add('binary: any bytes', join(frame(BINARY, [0xff, 0xc0, 0x80]), bye), ['binary 3 bytes', 'close 1000']);

// ---- Pieces
const bytes = (buffer) => [...buffer].map((b) => Buffer.from([b]));
add('a text byte by byte', bytes(join(frame(TEXT, 'Hello'), bye)), ['text Hello', 'close 1000']);
add('fragments and a ping byte by byte', bytes(join(part(TEXT, 'Hel'), frame(PING, 'x'), frame(CONTINUATION, 'lo'),
	bye)), ['pong x', 'text Hello', 'close 1000']);
add('a long text byte by byte', bytes(join(frame(TEXT, Buffer.alloc(130, 'a')), bye)), ['text 130', 'close 1000']);
add('many messages at once', join(...Array(5).fill(frame(TEXT, 'a')), bye),
	[...Array(5).fill('text a'), 'close 1000']);

// ---- Handshakes: a request, and the statuses that may answer it.
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
function request({method = 'GET', version = 'HTTP/1.1', host = 'Host: a\r\n', upgrade = 'Upgrade: websocket\r\n',
	connection = 'Connection: Upgrade\r\n', key = `Sec-WebSocket-Key: ${KEY}\r\n`,
	number = 'Sec-WebSocket-Version: 13\r\n', more = ''} = {}) {
	return `${method} / ${version}\r\n${host}${upgrade}${connection}${key}${number}${more}\r\n`;
}
const handshakes = [];
const open = (name, parts, want, more) => handshakes.push({name, send: request(parts), want, ...more});
open('as in the RFC', {}, 101);
open('names of headers in capitals', {upgrade: 'UPGRADE: websocket\r\n', connection: 'CONNECTION: Upgrade\r\n'}, 101);
open('Upgrade in capitals', {upgrade: 'Upgrade: WEBSOCKET\r\n'}, 101);
open('Connection with more', {connection: 'Connection: keep-alive, Upgrade\r\n'}, 101);
open('Connection in small letters', {connection: 'Connection: upgrade\r\n'}, 101);
open('a subprotocol that is not known', {more: 'Sec-WebSocket-Protocol: x, y\r\n'}, 101);
open('a subprotocol that is known', {more: 'Sec-WebSocket-Protocol: x, echo\r\n'}, 101, {protocol: 'echo'});
open('an extension is not taken', {more: 'Sec-WebSocket-Extensions: permessage-deflate\r\n'}, 101);
open('headers that are not known', {more: 'X-Other: 1\r\nOrigin: http://b\r\n'}, 101);
open('POST', {method: 'POST'}, 405);
open('HEAD', {method: 'HEAD'}, 405);
open('HTTP/1.0', {version: 'HTTP/1.0'}, 400, {excused: 'does not look at the version of HTTP'});
open('no Host', {host: ''}, 400, {excused: 'does not look at Host'});
open('two Hosts', {host: 'Host: a\r\nHost: b\r\n'}, 400, {excused: 'does not look at Host'});
open('no Upgrade', {upgrade: ''}, 426, {excused: 'is no WebSocket request to it'});
open('another Upgrade', {upgrade: 'Upgrade: h2c\r\n'}, 426);
open('no Connection', {connection: ''}, 400, {excused: 'is no WebSocket request to it'});
open('another Connection', {connection: 'Connection: close\r\n'}, 400, {excused: 'is no WebSocket request to it'});
open('no version', {number: ''}, 426);
for (const n of ['0', '12', '14', '255', 'x', ''])
	open(`version "${n}"`, {number: `Sec-WebSocket-Version: ${n}\r\n`}, 426);
open('no key', {key: ''}, 400);
open('an empty key', {key: 'Sec-WebSocket-Key: \r\n'}, 400);
open('a key of 3 bytes', {key: 'Sec-WebSocket-Key: YWJj\r\n'}, 400);
open('a key of 15 bytes', {key: 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j\r\n'}, 400);
open('a key of 17 bytes', {key: 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZWU=\r\n'}, 400);
open('a key without padding', {key: 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n'}, 400);
open('a key that is not base64', {key: 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j*Q==\r\n'}, 400);
open('two keys', {key: `Sec-WebSocket-Key: ${KEY}\r\n`.repeat(2)}, 400);
open('a folded header', {more: 'X: a\r\n b\r\n'}, 400);
open('a blank before a colon', {more: 'X : a\r\n'}, 400);

module.exports = {cases, handshakes, request, frame, KEY};
