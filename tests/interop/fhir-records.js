// fhir-records.js SEED N: print N measurements, samples and waves that differ in all that
// vitals-fhir looks at.
'use strict';
let state = Number(process.argv[2]) >>> 0;
function random(n) { // 0..n-1 (xorshift32)
	state ^= state << 13;
	state >>>= 0;
	state ^= state >>> 17;
	state ^= state << 5;
	state >>>= 0;
	return state % n;
}
const pick = (list) => list[random(list.length)];
const units = { heartRate: '/min', respiratoryRate: '/min', oxygenSaturation: '%',
	bloodPressureSystolic: 'mm[Hg]', bloodPressureDiastolic: 'mm[Hg]', stressIndex: '{score}',
	hrvSdnn: 'ms', hrvRmssd: 'ms', hrvPnn50: '%', hrvLfHf: '1', pulseInterval: 'ms',
	perfusionIndex: '%', skinTemperature: 'Cel', 'Größe "x"': 'cm' };
const number = () => pick(['71.80', '0', '-0.5', '1e2', '120', '3.14159265358979', '98.60', '1E-3']);
const share = () => pick(['0', '0.2', '0.499', '0.5', '0.94', '1', '1.0']);

function reading(vital) {
	const head = `{"vital":${JSON.stringify(vital)},"value":`;
	const unit = `"unit":"${units[vital]}"`;
	if (random(3) === 0)
		return `${head}null,${unit},"absentReason":"${pick(['too-short', 'no-face', 'low-signal',
			'not-calibrated', 'low-frame-rate', 'no-clock', 'false-clock', 'no-finger', 'other reason'])}"}`;
	const status = pick(['', '', ',"status":"uncalibrated"', ',"status":"calibrated"']);
	const method = pick(['', ',"method":null', ',"method":"rppg-fusion"', ',"method":"ratio-rb"']);
	return `${head}${number()},${unit},"confidence":${share()}${method}${status}}`;
}
function quality() {
	const part = ['signal', 'motion', 'illumination', 'coverage'].filter(() => random(2))
		.map((k) => `"${k}":${pick(['null', share()])}`);
	return pick(['', ',"quality":null', `,"quality":{${part.concat('"snrDb":-2.50').join()}}`]);
}
function where() {
	const device = pick(['', ',"device":null', ',"device":{}', ',"device":{"make":"Acme","model":"C \\"1\\""}',
		',"device":{"codec":"h264","width":640,"frameRate":29.970,"rotated":true,"serial":null,"lens":[1,{"f":1.8}]}']);
	const start = pick(['null', '"2026-11-23T06:33:00.120Z"', '"2024-02-29t23:59:59.999999-11:30"',
		'"0001-01-01T00:00:00Z"', '"9998-12-31T23:59:59+14:00"']);
	const subject = pick(['', ',"subject":"anon-0123456789abcdef0123456789abcdef"']);
	return `"startTime":${start},"offsetSeconds":${pick(['null', '0', '0.0', '12.345'])},` +
		`"durationSeconds":${pick(['null', '0', '30.00', '4e1'])}${device}${subject}`;
}
for (let i = 0; i < Number(process.argv[3]); i++) {
	const kind = pick(['measurement', 'measurement', 'measurement', 'sample', 'wave']);
	if (kind === 'wave') {
		const values = Array.from({ length: random(20) }, () => pick(['null', number()]));
		console.log(`{"record":"wave",${where()},"wave":"${pick(['pulse', 'breath'])}",` +
			`"sampleRate":${pick(['30.0', '29.97', '0.001', '1e6'])},"values":[${values.join()}]}`);
	} else {
		const readings = Object.keys(units).filter(() => random(2)).map(reading);
		console.log(`{"record":"${kind}",${where()}${kind === 'sample' ? `,"seq":${i}` : ''},` +
			`"readings":[${readings.join()}]${quality()}}`);
	}
}
