// hub-check.js FILE: check that the FHIR resources in FILE, one per line, which vitals-hub
// made, are valid by HL7's definitions of R4B (fhir-check.js) and, if they are
// notifications, by the rules of the Subscriptions R5 Backport guide 1.1.0.  Prints a line
// for each problem.
'use strict';
const fs = require('fs');
const check = require('./fhir-check.js');

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const NUMBER = /^(0|[1-9]\d*)$/;

// What SubscriptionStatus.notificationEvent has to have, by the content of the Bundle.
function events(status, others) {
	const found = [];
	const list = status.notificationEvent || [];
	list.forEach((e, i) => {
		if (!NUMBER.test(e.eventNumber))
			found.push(`event number ${e.eventNumber}`);
		if (i > 0 && Number(e.eventNumber) !== Number(list[i - 1].eventNumber) + 1)
			found.push('event numbers are not consecutive');
		if (e.timestamp !== undefined && !INSTANT.test(e.timestamp))
			found.push(`timestamp ${e.timestamp}`);
		if (e.focus === undefined && others.length > 0)
			found.push('an entry for an event without a focus');
		if (e.focus !== undefined && others.some((o) => o.resource !== undefined) &&
			!others.some((o) => o.fullUrl === e.focus.reference))
			found.push(`no entry for ${e.focus.reference}`);
	});
	return found;
}

function notification(r) {
	const [first, ...others] = r.entry;
	const status = first.resource;
	const found = [];
	if (status === undefined || status.resourceType !== 'SubscriptionStatus')
		return ['the first entry has no SubscriptionStatus'];
	for (const e of r.entry) {
		if (e.request === undefined || e.response === undefined)
			found.push('an entry without request and response');
		if (e.resource !== undefined && e.resource.resourceType === 'Observation')
			found.push(...check.problems(e.resource));
	}
	if (!first.request || first.request.method !== 'GET' ||
		!/\/Subscription\/[A-Za-z0-9.-]+\/\$status$/.test(first.request.url))
		found.push('the first request is not $status');
	if (typeof status.eventsSinceSubscriptionStart !== 'string' || !NUMBER.test(status.eventsSinceSubscriptionStart))
		found.push('eventsSinceSubscriptionStart');
	if (!/\/Subscription\/[A-Za-z0-9.-]+$/.test(status.subscription.reference))
		found.push(`subscription ${status.subscription.reference}`);
	if (['handshake', 'heartbeat'].includes(status.type) !== (status.notificationEvent === undefined) &&
		status.type !== 'query-event')
		found.push(`events in ${status.type}`);
	if (!INSTANT.test(r.timestamp))
		found.push(`timestamp ${r.timestamp}`);
	return found.concat(events(status, others));
}

function searchset(r) {
	const found = [];
	if (!(r.link || []).some((l) => l.relation === 'self'))
		found.push('no link to itself');
	for (const e of r.entry || []) {
		if (e.resource === undefined || e.fullUrl === undefined || !e.search || e.search.mode !== 'match')
			found.push('an entry without resource, fullUrl or mode');
		else
			found.push(...exports.problems(e.resource));
	}
	return found;
}

// The guide's profiles are not in HL7's package of R4B: their rules are above.
const GUIDE = /^http:\/\/hl7\.org\/fhir\/uv\/subscriptions-backport\//;
function structure(r) {
	const others = ((r.meta || {}).profile || []).filter((url) => !GUIDE.test(url));
	return check.structure({...r, meta: {...r.meta, profile: others.length > 0 ? others : undefined}});
}

exports.problems = (r) => {
	const found = r.resourceType === 'Observation' ? check.problems(r) : structure(r);
	if (found.length > 0 || r.resourceType !== 'Bundle')
		return found;
	if (r.type === 'history')
		return notification(r);
	return r.type === 'searchset' ? searchset(r) : [`a Bundle of type ${r.type}`];
};

if (require.main === module) {
	const lines = fs.readFileSync(process.argv[2], 'utf8').split('\n').filter((l) => l !== '');
	let bad = 0;
	lines.forEach((line, i) => {
		const found = exports.problems(JSON.parse(line));
		bad += found.length > 0;
		found.forEach((why) => console.log(`${i + 1}: ${why}`));
	});
	console.log(`${lines.length} resources, ${bad} bad`);
	process.exitCode = lines.length > 0 && bad === 0 ? 0 : 1;
}
