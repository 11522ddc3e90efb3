// event-ucum.js: does vitals-event --check accept exactly the units that
// @lhncbc/ucum-lhc accepts?  Every symbol that lib/ucum knows with every prefix,
// thousands of products and quotients of them (with a fixed random seed), and some
// invalid ones.
'use strict';
const fs = require('fs');
const path = require('path');
const { spawnSync } = require('child_process');
const ucum = require('@lhncbc/ucum-lhc').UcumLhcUtils.getInstance();
console.log = ((log) => (s) => /^Unit requested/.test(s) || log(s))(console.log);

let state = 7n;
function random(n) { // 0..n-1
	state = (state * 6364136223846793005n + 1442695040888963407n) &
	    0xffffffffffffffffn;
	return Number((state >> 33n) % BigInt(n));
}
const pick = (list) => list[random(list.length)];

const source = fs.readFileSync(
    path.join(__dirname, '..', '..', 'lib', 'ucum', 'ucum.c'), 'utf8');
function table(name) {
	const m = new RegExp(`${name}\\[\\] = \\{([^;]*)\\};`).exec(source);
	return [...m[1].matchAll(/"([^"]*)"/g)].map((s) => s[1]);
}
const metric = table('metric'), plain = table('plain'), prefix = table('prefixes');
// It does not accept powers or quotients of special units (temperatures, levels), and it
// accepts prefixes of symbols that have none: these are not tested.
const special = /^(Cel|B|Np|\[degF\]|\[pH\]|\[.*diop.*\]|B\[.*\])$/;
const ratio = metric.concat(plain).filter((s) => !special.test(s));
const wrong = ['bpm', 'BPM', 'mmHg', 'ratio', 'seconds', 'Minute', 'xyz', '[foo]',
	'm//s', 'm..s', 'min/', '{a', 'm)', '(m', 'm[Hg', 'm s', 'percent',
	'beats/min', '/Min', 'mS/q', 'per_min'];

const units = metric.concat(plain, wrong, ['1', '{score}', '{beats}/min',
	'10*9/L', '10*-3', '10^3']);
for (const p of prefix)
	units.push(...metric.map((s) => p + s));
while (units.length < 5000) {
	const a = pick(ratio), b = pick(ratio);
	units.push(pick([`/${a}`, `${a}/${b}`, `${a}.${b}`, `(${a}.${b})/${pick(ratio)}`,
		`${pick(ratio)}/(${a}.${b})`, `{note}/${a}`, `${a}{note}/${b}`]));
}
const simple = ratio.filter((s) => !/[0-9'^*\]]/.test(s));
for (const p of ['2', '-1', '+2', '-3'])
	units.push(...simple.map((s) => s + p));
const event = (unit) => JSON.stringify({ schemaVersion: '1.0', id: 'x',
	type: 'vitals.sample', time: '2026-11-23T06:33:30Z', session: { id: 's' },
	readings: [{ vital: 'x', value: 1, unit, confidence: 1 }] });
const run = spawnSync('vitals-event', ['--check'], {
	input: units.map((u) => event(u) + '\n').join(''),
	encoding: 'utf8', maxBuffer: 1 << 28,
});
const refused = new Set();
for (const line of run.stderr.split('\n')) {
	const m = /<stdin>:(\d+):/.exec(line);
	if (m)
		refused.add(Number(m[1]) - 1);
}
let good = 0, differ = 0;
units.forEach((u, i) => {
	const r = ucum.validateUnitString(u);
	// A status "invalid" with a unit is a guess at the intended unit.
	const theirs = r.status === 'valid';
	good += theirs;
	if (theirs === !refused.has(i))
		return;
	if (differ++ < 40)
		console.log(`${u}: we ${theirs ? 'refuse' : 'take'} it: ${r.msg}`);
});
console.log(`${units.length} units, ${good} good, ${differ} differ`);
process.exitCode = differ === 0 && good > 4000 ? 0 : 1;
