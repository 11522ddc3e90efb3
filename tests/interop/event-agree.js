// event-agree.js: do vitals-event --check and ajv with the schemas agree on thousands of
// events that were changed at random (with a fixed random seed)?
'use strict';
const { spawnSync } = require('child_process');
const { why } = require('./event-schema.js');

let state = 1n;
function random(n) { // 0..n-1
	state = (state * 6364136223846793005n + 1442695040888963407n) &
	    0xffffffffffffffffn;
	return Number((state >> 33n) % BigInt(n));
}
const pick = (list) => list[random(list.length)];

const readings = () => [
	{ vital: 'heartRate', value: 71.8, unit: '/min', confidence: 0.94, method: 'rppg-pos' },
	{ vital: 'oxygenSaturation', value: 97, unit: '%', confidence: 0.2, status: 'uncalibrated' },
	{ vital: 'bloodPressureSystolic', value: null, unit: 'mm[Hg]', absentReason: 'not-calibrated' },
];
const quality = () => ({ signal: 0.91, snrDb: 6.8, motion: 0.05, illumination: 0.61, coverage: 1 });
const head = (type) => ({
	schemaVersion: '1.0', id: '01936b2c-7f3a-7c1e-9d55-0123456789ab', type,
	time: '2026-11-23T06:33:30.120Z',
	session: { id: 's-81', subject: 'anon-00112233445566778899aabbccddeeff',
		startTime: '2026-11-23T07:33:00+01:00', offsetSeconds: 0.5,
		durationSeconds: 30, device: { make: 'A', width: 640 } },
});
const kinds = [
	() => ({ ...head('vitals.measurement.completed'), readings: readings(), quality: quality() }),
	() => ({ ...head('vitals.measurement.failed'), readings: readings().slice(1), quality: null }),
	() => ({ ...head('vitals.sample'), seq: 7, readings: readings(), quality: quality() }),
	() => ({ ...head('vitals.wave'), wave: 'pulse', sampleRate: 30, values: [0.5, -1, null] }),
	() => ({ ...head('vitals.session.started') }),
	() => ({ ...head('vitals.session.ended'), eventCount: 3 }),
];

const values = [null, true, 0, -1, 1, 0.5, 1.5, 1e300, 42, '', 'x', 'a b', 'a.b',
	'1.0', '1.1', '1.10', '1.01', '2.0', '0.9', '10.0', '1', '1.0.0', '/min', '%',
	'bpm', 'mmHg', 'mm[Hg]', 'ms', '{score}', '10*9/L', 'm/s2', 'kg.m-2', 'dB',
	'heartRate', 'hrvSdnn', 'pain', 'uncalibrated', 'calibrated', 'too-short',
	'vitals.sample', 'vitals.wave', 'vitals.measurement.completed',
	'vitals.measurement.failed', 'vitals.session.ended', 'vitals.other', 'a..b',
	'2026-11-23T06:33:30Z', '2026-11-23T06:33:30', '2026-02-30T06:33:30Z',
	'2026-11-23 06:33:30Z', '2026-11-23T25:33:30Z', '2026-11-23T06:33:30+02:00',
	'2026-11-23T06:33:30.123456789-11:30', '20261123T063330Z',
	'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
	'x'.repeat(64), 'x'.repeat(65), 'x'.repeat(256), 'x'.repeat(257),
	[], [null], [1, null], ['1'], [{}], {}, { id: 's' }, { id: '' }, { signal: 2 },
	{ signal: null }, [{ vital: 'heartRate', value: 1, unit: '/min', confidence: 1 }],
	[{ vital: 'heartRate', value: 1, unit: '%', confidence: 1 }]];

function objectsIn(value, list = []) {
	if (value !== null && typeof value === 'object') {
		if (!Array.isArray(value))
			list.push(value);
		Object.values(value).forEach((v) => objectsIn(v, list));
	}
	return list;
}
function change(event) {
	const object = pick(objectsIn(event));
	const key = pick(Object.keys(object).concat(['later', 'source',
		'sourceSha256', 'readings', 'absentReason', 'status']));
	switch (random(4)) {
	case 0:
		delete object[key];
		break;
	default:
		object[key] = JSON.parse(JSON.stringify(pick(values)));
	}
}
function wrapped(event) {
	const s = event.session;
	const text = (v) => typeof v === 'string' && v !== '';
	return { specversion: '1.0', id: event.id, source: 'urn:x', type: event.type,
		time: event.time, partitionkey: s && text(s.id) ? s.id : 'k', data: event };
}

const lines = [];
for (let i = 0; i < 20000; i++) {
	const event = pick(kinds)();
	for (let n = random(5); n > 0; n--)
		change(event);
	lines.push(i % 4 === 0 ? wrapped(event) : event);
}
const run = spawnSync('vitals-event', ['--check'], {
	input: lines.map((l) => JSON.stringify(l) + '\n').join(''),
	encoding: 'utf8', maxBuffer: 1 << 28,
});
const ours = new Map();
for (const line of run.stderr.split('\n')) {
	const m = /^vitals-event: <stdin>:(\d+): (.*)$/.exec(line);
	if (m)
		ours.set(Number(m[1]) - 1, m[2]);
}
let good = 0, differ = 0;
lines.forEach((line, i) => {
	const theirs = why(line.specversion ? 'cloudevent' : 'event', line);
	const mine = ours.get(i) || '';
	if (theirs === '' && mine === '')
		good++;
	if ((theirs === '') === (mine === ''))
		return;
	if (differ++ < 20)
		console.log(`${JSON.stringify(line)}\n  we: ${mine || 'good'}\n  ajv: ${theirs || 'good'}`);
});
const printed = run.stdout.split('\n').length - 1;
console.log(`${lines.length} events, ${good} good, ${differ} differ`);
if (printed !== good && differ === 0)
	console.log(`but ${printed} were passed on`);
process.exitCode = differ === 0 && printed === good && good > 4000 &&
    good < lines.length - 4000 ? 0 : 1;
