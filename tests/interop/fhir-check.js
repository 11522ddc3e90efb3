// fhir-check.js FILE: check that the FHIR resources in FILE, one per line, are valid by
// HL7's definitions of R4B: its JSON schema (ajv), its StructureDefinitions and
// invariants (@medplum/core), the fixed values of its vital signs profiles, UCUM
// (ucum-lhc), and the extensions of schema/fhir.  Prints a line for each problem.
'use strict';
const fs = require('fs');
const path = require('path');
const Ajv = require('ajv').default;
const medplum = require('@medplum/core');
const ucum = require('@lhncbc/ucum-lhc').UcumLhcUtils.getInstance();

const core = path.dirname(require.resolve('hl7.fhir.r4b.core/package.json'));
const own = path.join(__dirname, '..', '..', 'schema', 'fhir');
const HL7 = 'http://hl7.org/fhir/StructureDefinition/';
const read = (f) => JSON.parse(fs.readFileSync(f, 'utf8'));

// ---- HL7's JSON schema and structures ------------------------------------------

const schema = read(path.join(core, 'openapi', 'fhir.schema.json'));
delete schema.id;
delete schema.$schema; // draft 6; what it uses means the same in draft 7
const ajv = new Ajv({ strict: false, logger: false });
ajv.addSchema(schema, 'fhir');

const profiles = {};
for (const name of ['vitalsigns', 'heartrate', 'resprate', 'oxygensat', 'bp'])
	profiles[HL7 + name] = read(path.join(core, `StructureDefinition-${name}.json`));
medplum.indexStructureDefinitionBundle(fs.readdirSync(core)
	.filter((n) => n.startsWith('StructureDefinition-'))
	.map((n) => read(path.join(core, n)))
	.filter((d) => d.kind !== 'logical' && d.derivation !== 'constraint'));
// The expression of vs-1 refuses every Period, against its own text.  HL7's Java
// validator and Firely's replace it like this.
for (const d of Object.values(profiles)) {
	for (const e of d.snapshot.element) {
		for (const c of e.constraint || []) {
			if (c.key === 'vs-1')
				c.expression = '$this is dateTime implies $this.toString().length() >= 10';
		}
	}
}

function structure(r) {
	const validate = ajv.getSchema(`fhir#/definitions/${r.resourceType}`);
	if (validate === undefined)
		return [`no resource type ${r.resourceType}`];
	const found = [];
	if (!validate(r))
		found.push(`${validate.errors[0].instancePath} ${validate.errors[0].message}`);
	try {
		medplum.validateResource(r);
		for (const url of (r.meta && r.meta.profile) || []) {
			if (profiles[url] === undefined)
				found.push(`unknown profile ${url}`);
			else
				medplum.validateResource(r, { profile: profiles[url] });
		}
	} catch (e) {
		// Slices by two nested paths are checked below; the engine takes the
		// scheme of an absolute reference for its type.
		for (const issue of (e.outcome && e.outcome.issue) || [{ details: { text: String(e) } }]) {
			if (!/slice '(Sys|Dias)tolicBP'|^Invalid reference: got "https?:"/.test(issue.details.text))
				found.push(issue.details.text);
		}
	}
	return found;
}

// ---- The fixed values of a profile ------------------------------------------------

// {"code.coding:HeartRateCode": {system, code}, …} of a profile
function fixedOf(profile) {
	const fixed = {};
	for (const e of profile.snapshot.element) {
		const value = e.fixedUri || e.fixedCode;
		const m = /^Observation\.(.*)\.(system|code)$/.exec(e.id);
		if (value !== undefined && m !== null)
			(fixed[m[1]] = fixed[m[1]] || {})[m[2]] = value;
	}
	return fixed;
}
const same = (want) => (c) => c.system === want.system && c.code === want.code;
const codings = (concept) => (concept && concept.coding) || [];

function fixedQuantity(o, want, where) {
	const q = o.valueQuantity;
	if (q === undefined)
		return o.dataAbsentReason === undefined ? [`${where}: neither value nor reason`] : [];
	const found = ['value', 'unit', 'system', 'code'].filter((k) => q[k] === undefined)
		.map((k) => `${where}: no ${k}`);
	if (!same(want)(q))
		found.push(`${where}: '${q.code}' is not ${want.code} of UCUM`);
	return found;
}

function fixed(r, url) {
	const found = [];
	for (const [id, want] of Object.entries(fixedOf(profiles[url]))) {
		const slice = /^component:(\w+)\.(code\.coding|value)/.exec(id);
		const code = fixedOf(profiles[url])[Object.keys(fixedOf(profiles[url]))
			.find((k) => slice && k.startsWith(`component:${slice[1]}.code`))];
		if (slice !== null) {
			const parts = (r.component || []).filter((c) => codings(c.code).some(same(code)));
			if (parts.length !== 1)
				found.push(`${parts.length} components ${slice[1]}`);
			else if (slice[2] === 'value')
				found.push(...fixedQuantity(parts[0], want, slice[1]));
		} else if (id.startsWith('category')) {
			if ((r.category || []).filter((c) => codings(c).some(same(want))).length !== 1)
				found.push(`not one category ${want.code}`);
		} else if (id.startsWith('code')) {
			if (codings(r.code).filter(same(want)).length !== 1)
				found.push(`not one code ${want.code}`);
		} else if (id.startsWith('value')) {
			found.push(...fixedQuantity(r, want, 'value'));
		}
	}
	if (url === HL7 + 'bp' && Object.keys(r).some((k) => k.startsWith('value')))
		found.push('a panel with a value of its own');
	return found;
}

// ---- Codes, units, references, extensions ------------------------------------------

const definitions = {};
const concepts = {};
for (const n of fs.readdirSync(own)) {
	const d = read(path.join(own, n));
	if (d.resourceType === 'StructureDefinition')
		definitions[d.url] = d;
	else
		concepts[d.url] = new Set(d.concept.map((c) => c.code));
}
for (const n of ['observation-status', 'observation-category', 'data-absent-reason']) {
	const d = read(path.join(core, `CodeSystem-${n}.json`));
	const list = (c) => c.flatMap((x) => [x.code, ...list(x.concept || [])]);
	concepts[d.url] = new Set(list(d.concept));
}

function luhn(code) { // LOINC's check digit
	const m = /^(\d{1,7})-(\d)$/.exec(code);
	if (m === null)
		return false;
	const sum = [...m[1]].reverse().reduce((s, d, i) => {
		const x = i % 2 === 0 ? d * 2 : Number(d);
		return s + (x > 9 ? x - 9 : x);
	}, 0);
	return (10 - (sum % 10)) % 10 === Number(m[2]);
}

function extension(e, modifier) {
	const d = definitions[e.url];
	if (e.url === HL7 + 'data-absent-reason')
		return concepts['http://terminology.hl7.org/CodeSystem/data-absent-reason'].has(e.valueCode)
			? [] : [`no reason ${e.valueCode}`];
	if (d === undefined)
		return [`unknown extension ${e.url}`];
	const element = d.differential.element;
	if (Boolean(element[0].isModifier) !== modifier)
		return [`${e.url}: ${modifier ? 'is no' : 'is a'} modifier`];
	const types = (id) => element.find((x) => x.id === `${id}.value[x]`).type.map((t) => t.code);
	const value = (x, id) => types(id).some((t) => x[`value${t[0].toUpperCase()}${t.slice(1)}`] !== undefined);
	const parts = element.filter((x) => x.sliceName !== undefined);
	if (parts.length === 0)
		return value(e, 'Extension') ? [] : [`${e.url}: no value of its type`];
	const inner = e.extension || [];
	const found = parts.filter((p) => inner.filter((x) => x.url === p.sliceName).length < p.min)
		.map((p) => `${e.url}: no ${p.sliceName}`);
	if (inner.length === 0)
		found.push(`${e.url}: empty`);
	for (const x of inner) {
		const part = parts.find((p) => p.sliceName === x.url);
		if (part === undefined || !value(x, part.id) || inner.filter((y) => y.url === x.url).length > 1)
			found.push(`${e.url}: wrong part ${x.url}`);
	}
	return found;
}

function isDay(text) {
	const [y, m, d] = text.slice(0, 10).split('-').map(Number);
	const date = new Date(0);
	date.setUTCFullYear(y, (m || 1) - 1, d || 1);
	return date.getUTCDate() === (d || 1) && date.getUTCMonth() === (m || 1) - 1;
}

function walk(v, key, found) {
	if (Array.isArray(v)) {
		v.forEach((x) => walk(x, key, found));
		return;
	}
	if (v === null || typeof v !== 'object')
		return;
	if (v.system === 'http://loinc.org' && !luhn(v.code))
		found.push(`no LOINC code: ${v.code}`);
	if (concepts[v.system] !== undefined && !concepts[v.system].has(v.code))
		found.push(`'${v.code}' is not in ${v.system}`);
	if (v.system === 'http://unitsofmeasure.org' && ucum.validateUnitString(v.code).status !== 'valid')
		found.push(`no UCUM unit: ${v.code}`);
	if (key === 'Period' && v.start !== undefined && v.end !== undefined && new Date(v.start) > new Date(v.end))
		found.push('a period that ends before it starts');
	if (['start', 'end', 'issued', 'timestamp', 'effectiveDateTime'].some((k) => v[k] !== undefined && !isDay(v[k])))
		found.push('a day that does not exist');
	if (typeof v.data === 'string' && !/^(-?\d+(\.\d+)?([eE][+-]?\d+)?|[EUL])( (-?\d+(\.\d+)?([eE][+-]?\d+)?|[EUL]))*$/.test(v.data))
		found.push('SampledData has decimals, E, U and L between single blanks');
	for (const choice of ['value', 'effective']) { // only one of value[x]
		if (Object.keys(v).filter((k) => new RegExp(`^${choice}[A-Z]`).test(k)).length > 1)
			found.push(`more than one ${choice}`);
	}
	for (const [k, x] of Object.entries(v)) {
		if ((k === 'extension' || k === 'modifierExtension') && key !== 'extension' && key !== 'modifierExtension')
			x.forEach((e) => found.push(...extension(e, k === 'modifierExtension')));
		walk(x, /Period$/.test(k) ? 'Period' : k, found);
	}
}

function observation(r) {
	const found = [];
	if (!concepts['http://hl7.org/fhir/observation-status'].has(r.status))
		found.push(`status ${r.status}`);
	for (const url of (r.meta && r.meta.profile) || [])
		found.push(...fixed(r, url));
	// An Observation of a vital sign names the profile of its code.
	for (const [url, d] of Object.entries(profiles)) {
		const want = Object.entries(fixedOf(d)).find(([k]) => k.startsWith('code.'));
		if (want !== undefined && codings(r.code).some(same(want[1])) &&
			!(r.meta && r.meta.profile && r.meta.profile.includes(url)))
			found.push(`without the profile ${url}`);
	}
	if (r.subject === undefined || !(r.subject.reference || r.subject.identifier || r.subject.extension))
		found.push('no subject');
	else if (r.subject.reference && !/(^|\/)Patient\/[A-Za-z0-9.-]{1,64}$|^urn:uuid:/.test(r.subject.reference))
		found.push('the subject is no Patient');
	const local = r.device && (r.device.reference || '').startsWith('#');
	if (local && !(r.contained || []).some((c) => `#${c.id}` === r.device.reference))
		found.push('no contained device');
	if ((r.identifier || []).length !== 1 || !r.identifier[0].system || !r.identifier[0].value)
		found.push('not one identifier');
	if (r.valueQuantity && r.dataAbsentReason)
		found.push('a value and a reason why there is none');
	if (!r.effectivePeriod && !r.effectiveDateTime)
		found.push('no time');
	return found;
}

function bundle(r) {
	const requests = r.type === 'transaction' || r.type === 'batch';
	const found = [];
	if (!requests && r.type !== 'collection')
		found.push(`type ${r.type}`);
	for (const e of r.entry || []) {
		const id = ((e.resource || {}).identifier || [{}])[0];
		if (e.resource === undefined)
			found.push('an entry without a resource');
		else
			found.push(...exports.problems(e.resource));
		if (!/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(e.fullUrl))
			found.push(`fullUrl ${e.fullUrl}`);
		if (requests !== (e.request !== undefined))
			found.push('request');
		else if (requests && (e.request.method !== 'POST' || e.request.url !== 'Observation' ||
			decodeURIComponent(e.request.ifNoneExist || '') !== `identifier=${id.system}|${id.value}`))
			found.push('request is not to create the Observation');
	}
	if (new Set((r.entry || []).map((e) => e.fullUrl)).size !== (r.entry || []).length)
		found.push('a fullUrl twice');
	return found;
}

exports.structure = structure;
exports.problems = (r) => {
	const found = structure(r);
	if (found.length > 0) // the rest relies on the structure
		return found;
	if (r.resourceType === 'Observation')
		found.push(...observation(r));
	else if (r.resourceType === 'Bundle')
		found.push(...bundle(r));
	else
		found.push('neither an Observation nor a Bundle');
	if (r.resourceType !== 'Bundle')
		walk(r, '', found);
	return found;
};

if (require.main === module) {
	const lines = fs.readFileSync(process.argv[2], 'utf8').split('\n').slice(0, -1);
	let bad = 0;
	lines.forEach((line, i) => {
		const found = exports.problems(JSON.parse(line));
		bad += found.length > 0;
		found.forEach((why) => console.log(`${i + 1}: ${why}`));
	});
	console.log(`${lines.length} resources, ${bad} bad`);
	process.exitCode = lines.length > 0 && bad === 0 ? 0 : 1;
}
