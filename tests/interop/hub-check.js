// hub-check.js FILE: check that the answers of vitals-hub in FILE, one per line, are valid
// by HL7's definitions of R4B (fhir-check.js).  Prints a line for each problem.
// Notifications are checked by notify-check.js.
'use strict';
const fs = require('fs');
const check = require('./fhir-check.js');

function searchset(r) {
	const found = [];
	if (!(r.link || []).some((l) => l.relation === 'self'))
		found.push('no link to itself');
	for (const e of r.entry || []) {
		if (e.resource === undefined || e.fullUrl === undefined || !e.search || e.search.mode !== 'match')
			found.push('an entry without resource, fullUrl or mode');
		else
			found.push(...problems(e.resource));
	}
	return found;
}

function problems(r) {
	const found = r.resourceType === 'Observation' ? check.problems(r) : check.structure(r);
	if (found.length > 0 || r.resourceType !== 'Bundle')
		return found;
	return r.type === 'searchset' ? searchset(r) : [`a Bundle of type ${r.type}`];
}

const lines = fs.readFileSync(process.argv[2], 'utf8').split('\n').filter((l) => l !== '');
let bad = 0;
lines.forEach((line, i) => {
	const found = problems(JSON.parse(line));
	bad += found.length > 0;
	found.forEach((why) => console.log(`${i + 1}: ${why}`));
});
console.log(`${lines.length} answers, ${bad} bad`);
process.exitCode = lines.length > 0 && bad === 0 ? 0 : 1;
