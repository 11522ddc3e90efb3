// fhir-bad.js FILE: the check of fhir-check.js refuses each resource of FILE after any of
// these changes.  FILE has, in this order, Observations of a heart rate, a panel with one
// value, an absent breathing rate, an uncalibrated SpO2, a wave, and a transaction.
'use strict';
const fs = require('fs');
const { problems } = require('./fhir-check.js');

const [heart, panel, breath, spo2, wave, bundle] = fs.readFileSync(process.argv[2], 'utf8')
	.split('\n').slice(0, -1);
const drop = (k) => (r) => { delete r[k]; };
const set = (k, v) => (r) => { r[k] = v; };
const quantity = (k, v) => (r) => { r.valueQuantity[k] = v; };

const changes = [
	[heart, {
		'no code': drop('code'),
		'no status': drop('status'),
		'no category': drop('category'),
		'no subject': drop('subject'),
		'no time': drop('effectivePeriod'),
		'no value and no reason': drop('valueQuantity'),
		'no identifier': drop('identifier'),
		'an empty category': set('category', []),
		'a status of another resource': set('status', 'active'),
		'a status in capitals': set('status', 'Final'),
		'an unknown member': set('heartRate', 71),
		'another type': set('resourceType', 'Observations'),
		'a number as an id': set('id', 7),
		'an id with an underscore': set('id', 'a_b'),
		'a text as a value': (r) => { r.valueString = '71'; },
		'a number in quotes': quantity('value', '71.8'),
		'bpm': quantity('code', 'bpm'),
		'beats per second': quantity('code', '/s'),
		'no unit for people': quantity('unit', undefined),
		'no code of the unit': quantity('code', undefined),
		'no system of the unit': quantity('system', undefined),
		'another system of the unit': quantity('system', 'http://unitsofmeasure.org/'),
		'no number': quantity('value', undefined),
		'a comparator that is none': quantity('comparator', '=='),
		'a value and a reason': set('dataAbsentReason', { text: 'too-short' }),
		'the code of breathing': (r) => { r.code.coding[0].code = '9279-1'; },
		'a code with a wrong check digit': (r) => { r.code.coding[0].code = '8867-5'; },
		'a code of another system': (r) => { r.code.coding[0].system = 'http://snomed.info/sct'; },
		'the code twice': (r) => { r.code.coding.push(r.code.coding[0]); },
		'coding without a list': (r) => { r.code.coding = r.code.coding[0]; },
		'the category of a laboratory': (r) => { r.category[0].coding[0].code = 'laboratory'; },
		'a category that does not exist': (r) => { r.category[0].coding[0].code = 'vitals'; },
		'a category of another system': (r) => { r.category[0].coding[0].system = 'http://hl7.org/fhir/observation-category'; },
		'a profile of ours that is not defined': (r) => { r.meta.profile.push('urn:vitals:fhir:StructureDefinition:rate'); },
		'without its profile': drop('meta'),
		'the profile of breathing': (r) => { r.meta.profile[0] = r.meta.profile[0].replace('heartrate', 'resprate'); },
		'the subject is a device': set('subject', { reference: 'Device/7' }),
		'an empty subject': set('subject', {}),
		'a subject as text': set('subject', 'Patient/7'),
		'a time to the month': (r) => { delete r.effectivePeriod; r.effectiveDateTime = '2026-11'; },
		'a time without a zone': (r) => { r.effectivePeriod.start = '2026-11-23T06:33:00'; },
		'the 31st of November': (r) => { r.effectivePeriod.end = '2026-11-31'; },
		'an end before the start': (r) => { r.effectivePeriod.end = '2020-11-23T06:33:00Z'; },
		'two times': set('effectiveDateTime', '2026-11-23'),
		'issued on a day': set('issued', '2026-11-23'),
		'a device that is not contained': (r) => { r.contained[0].id = 'other'; },
		'contained without a type': (r) => { delete r.contained[0].resourceType; },
		'a device name without a type': (r) => { delete r.contained[0].deviceName[0].type; },
		'a device with an unknown member': (r) => { r.contained[0].codec = 'h264'; },
		'a confidence as text': (r) => { r.extension[0] = { url: r.extension[0].url, valueString: '0.9' }; },
		'a confidence without a value': (r) => { delete r.extension[0].valueDecimal; },
		'an extension without a URL': (r) => { delete r.extension[0].url; },
		'an extension that is not defined': (r) => { r.extension[0].url += 's'; },
		'a quality with an unknown part': (r) => { r.extension[1].extension[0].url = 'loudness'; },
		'a session without an ID': (r) => { r.extension[2].extension.shift(); },
		'a modifier as a plain extension': (r) => { r.extension.push({ url: 'urn:vitals:fhir:StructureDefinition:uncalibrated', valueBoolean: true }); },
		'an extension as a modifier': (r) => { r.modifierExtension = [r.extension.shift()]; },
		'a method as text': set('method', 'rppg'),
		'a note without a text': set('note', [{}]),
		'an identifier without a value': (r) => { delete r.identifier[0].value; },
		'null': set('interpretation', null),
	}],
	[panel, {
		'a panel without diastolic': (r) => { r.component.pop(); },
		'a panel without components': drop('component'),
		'a panel with a value': set('valueQuantity', { value: 1, unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' }),
		'systolic twice': (r) => { r.component[1] = r.component[0]; },
		'three components of which two are systolic': (r) => { r.component.push(r.component[0]); },
		'mmHg': (r) => { r.component.find((c) => c.valueQuantity).valueQuantity.code = 'mmHg'; },
		'a pressure without a reason': (r) => { delete r.component.find((c) => c.dataAbsentReason).dataAbsentReason; },
		'a component without a code': (r) => { delete r.component[0].code; },
		'the panel has the code of systolic': (r) => { r.code.coding[0].code = '8480-6'; },
	}],
	[breath, {
		'no reason': drop('dataAbsentReason'),
		'a reason that HL7 does not have': (r) => { r.dataAbsentReason.coding[0].code = 'too-short'; },
		'a reason as text': set('dataAbsentReason', 'too-short'),
	}],
	[spo2, {
		'only the code of pulse oximetry': (r) => { r.code.coding.shift(); },
		'a share of one': quantity('code', '1'),
		'a modifier that is not defined': (r) => { r.modifierExtension[0].url += '2'; },
		'a modifier of another type': (r) => { r.modifierExtension[0] = { url: r.modifierExtension[0].url, valueString: 'true' }; },
	}],
	[wave, {
		'samples as numbers': (r) => { r.valueSampledData.data = [1, 2]; },
		'samples with a word': (r) => { r.valueSampledData.data = '0.1 nan 0.2'; },
		'samples with commas': (r) => { r.valueSampledData.data = '0.1,0.2'; },
		'no period of samples': (r) => { delete r.valueSampledData.period; },
		'no dimensions': (r) => { delete r.valueSampledData.dimensions; },
		'0 dimensions': (r) => { r.valueSampledData.dimensions = 0; },
		'no origin': (r) => { delete r.valueSampledData.origin; },
		'an origin of an unknown unit': (r) => { r.valueSampledData.origin.code = 'volts'; },
	}],
	[bundle, {
		'a bundle without a type': drop('type'),
		'a bundle of another type': set('type', 'subscription-notification'),
		'an entry without a request': (r) => { delete r.entry[0].request; },
		'a collection with requests': set('type', 'collection'),
		'a request without a method': (r) => { delete r.entry[0].request.method; },
		'a request to create a patient': (r) => { r.entry[0].request.url = 'Patient'; },
		'a method in lower case': (r) => { r.entry[0].request.method = 'post'; },
		'no condition': (r) => { delete r.entry[0].request.ifNoneExist; },
		'the condition of another entry': (r) => { r.entry[0].request.ifNoneExist = r.entry[1].request.ifNoneExist; },
		'the same entry twice': (r) => { r.entry.push(r.entry[0]); },
		'no fullUrl': (r) => { delete r.entry[0].fullUrl; },
		'a bad resource within': (r) => { delete r.entry[1].resource.status; },
		'an entry without a resource': (r) => { delete r.entry[0].resource; },
		'a timestamp without a time': set('timestamp', '2026-11-23'),
		'a total of a search': set('total', -1),
	}],
];

let tried = 0;
let accepted = 0;
for (const [line, list] of changes) {
	const good = problems(JSON.parse(line));
	if (good.length > 0) {
		console.log(`refused without a change: ${good}`);
		accepted++;
	}
	for (const [name, change] of Object.entries(list)) {
		const r = JSON.parse(line);
		change(r);
		tried++;
		if (problems(JSON.parse(JSON.stringify(r))).length === 0) {
			console.log(`accepted: ${name}`);
			accepted++;
		}
	}
}
console.log(`${tried} changes, ${accepted} accepted`);
process.exitCode = accepted === 0 ? 0 : 1;
