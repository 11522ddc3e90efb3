// event-schema.js NAME [FILE]: check that all lines of FILE (or stdin) are valid by
// schema/NAME-1.0.schema.json, and that all their units are UCUM.  Prints a line for
// each that is not: its number, the member, and why.
'use strict';
const fs = require('fs');
const path = require('path');
const Ajv2020 = require('ajv/dist/2020').default;
const formats = require('ajv-formats').default;
const ucum = require('@lhncbc/ucum-lhc').UcumLhcUtils.getInstance();

const dir = path.join(__dirname, '..', '..', 'schema');
// Draft 2020-12 allows a schema to be split over "then" and "allOf".  ajv's strict mode
// requires everything in one place, so these rules are off.
const ajv = new Ajv2020({ strict: true, strictRequired: false,
	strictTypes: false, allErrors: false });
formats(ajv);
for (const f of fs.readdirSync(dir).filter((n) => n.endsWith('.json')))
	ajv.addSchema(JSON.parse(fs.readFileSync(path.join(dir, f))));

const known = new Map();
function isUnit(text) {
	if (!known.has(text))
		known.set(text, ucum.validateUnitString(text).status === 'valid');
	return known.get(text);
}

// Why a value is not valid by the schema NAME, or ''.
exports.why = (name, value) => {
	const validate = ajv.getSchema(`urn:vitals:schema:${name}:1.0`);
	if (!validate(value)) {
		const e = validate.errors[0];
		return `${e.instancePath || '/'} ${e.message}`;
	}
	const event = name === 'cloudevent' ? value.data : value;
	for (const r of event.readings || []) {
		if (!isUnit(r.unit))
			return `'${r.unit}' is not a UCUM unit`;
	}
	return '';
};

if (require.main === module) {
	const [name, file] = process.argv.slice(2);
	const lines = fs.readFileSync(file || 0, 'utf8').split('\n');
	let bad = 0;
	lines.pop();
	lines.forEach((line, i) => {
		const why = exports.why(name, JSON.parse(line));
		if (why !== '') {
			console.log(`${i + 1}: ${why}`);
			bad++;
		}
	});
	if (lines.length === 0)
		console.log('no lines');
	process.exitCode = bad > 0 || lines.length === 0 ? 1 : 0;
}
