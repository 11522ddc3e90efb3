// notify-check.js FILE: check that the notification Bundles in FILE, one per line, are
// valid by HL7's definitions of R4B and by the rules of the Subscriptions Backport guide
// 1.1.0.  With the second argument "bad", change each in many ways instead, and check
// that every change is refused.
'use strict';
const fs = require('fs');
const check = require('./fhir-check.js');

const GUIDE = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/';
const codes = {
	status: ['requested', 'active', 'error', 'off'],
	type: ['handshake', 'heartbeat', 'event-notification', 'query-status', 'query-event'],
};
const named = (list, name) => list.filter((p) => p.name === name);

// Without the profiles of the guide, of which no package is at hand.
function plain(r) {
	const copy = JSON.parse(JSON.stringify(r));
	const strip = (x) => {
		if (x && x.meta && x.meta.profile) {
			x.meta.profile = x.meta.profile.filter((p) => !p.startsWith(GUIDE));
			if (x.meta.profile.length === 0)
				delete x.meta;
		}
	};
	strip(copy);
	for (const e of copy.entry || [])
		strip(e.resource);
	return copy;
}

// Parameters of R4 as a SubscriptionStatus of R4B.
function status(r, found) {
	if (r.resourceType === 'SubscriptionStatus')
		return r;
	if (!((r.meta || {}).profile || []).includes(`${GUIDE}backport-subscription-status-r4`))
		found.push('Parameters without their profile');
	const one = (list, name, key, min) => {
		const p = named(list, name);
		if (p.length > 1 || p.length < min || (p.length === 1 && p[0][key] === undefined))
			found.push(`not one ${name} with ${key}`);
		return p.length === 1 ? p[0][key] : undefined;
	};
	const known = ['subscription', 'topic', 'status', 'type', 'events-since-subscription-start',
		'notification-event', 'error'];
	const list = r.parameter || [];
	list.filter((p) => !known.includes(p.name)).forEach((p) => found.push(`parameter ${p.name}`));
	return {
		subscription: one(list, 'subscription', 'valueReference', 1),
		topic: one(list, 'topic', 'valueCanonical', 0),
		status: one(list, 'status', 'valueCode', 1),
		type: one(list, 'type', 'valueCode', 1),
		eventsSinceSubscriptionStart: one(list, 'events-since-subscription-start', 'valueString', 0),
		notificationEvent: named(list, 'notification-event').map((p) => ({
			eventNumber: one(p.part || [], 'event-number', 'valueString', 1),
			timestamp: one(p.part || [], 'timestamp', 'valueInstant', 0),
			focus: one(p.part || [], 'focus', 'valueReference', 0),
		})),
	};
}

const number = (text) => typeof text === 'string' && /^(0|[1-9]\d*)$/.test(text) ? Number(text) : NaN;

function events(s, entries, found) {
	const list = s.notificationEvent || [];
	let last = 0;
	if (/^(handshake|heartbeat)$/.test(s.type) && (list.length > 0 || entries.length > 0))
		found.push(`a ${s.type} with events`);
	if (s.type === 'event-notification' && list.length === 0)
		found.push('no events');
	for (const e of list) {
		if (!(number(e.eventNumber) > last))
			found.push(`event number ${e.eventNumber} after ${last}`);
		last = number(e.eventNumber);
		if (Number.isNaN(Date.parse(e.timestamp)))
			found.push('an event without time');
	}
	if (!(number(s.eventsSinceSubscriptionStart) >= last))
		found.push(`${s.eventsSinceSubscriptionStart} events, but number ${last}`);
	const focus = list.map((e) => e.focus && e.focus.reference);
	if (new Set(focus.map((f) => f === undefined)).size > 1)
		found.push('some events have a focus, and some have none');
	if (entries.length > 0 && JSON.stringify(entries.map((e) => e.fullUrl)) !== JSON.stringify(focus))
		found.push('the resources are not those of the events');
}

function problems(r) {
	const found = check.structure(plain(r));
	if (found.length > 0) // the rest relies on the structure
		return found;
	if (r.resourceType !== 'Bundle' || r.type !== 'history' || !r.timestamp)
		return ['not a history with its time'];
	for (const e of r.entry || []) {
		if (!e.request || !e.response || !e.resource || !e.fullUrl)
			found.push('an entry of a history has all parts');
	}
	const first = ((r.entry || [])[0] || {}).resource || {};
	const r4 = first.resourceType === 'Parameters';
	if (!r4 && first.resourceType !== 'SubscriptionStatus')
		return ['the status is not first'];
	if (!((r.meta || {}).profile || []).includes(`${GUIDE}backport-subscription-notification${r4 ? '-r4' : ''}`))
		found.push('without the profile of its version');
	if (found.length > 0)
		return found;
	const s = status(first, found);
	for (const k of Object.keys(codes)) {
		if (!codes[k].includes(s[k]))
			found.push(`${k} ${s[k]}`);
	}
	const url = (s.subscription || {}).reference || '';
	const { request, response } = r.entry[0];
	if (!/^https?:\/\/.+\/Subscription\/[A-Za-z0-9.-]{1,64}$/.test(url))
		found.push(`subscription ${url}`);
	if (request.method !== 'GET' || request.url !== `${url}/$status` || response.status !== '200')
		found.push('the first entry is not an answer to $status');
	for (const e of r.entry.slice(1)) {
		if (e.resource.resourceType !== 'Observation')
			found.push('a resource that is not an Observation');
		found.push(...check.problems(e.resource));
		if (e.fullUrl !== `${url.replace(/Subscription\/[^/]*$/, '')}Observation/${e.resource.id}`)
			found.push(`fullUrl ${e.fullUrl}`);
		if (e.request.method !== 'POST' || e.request.url !== 'Observation' || e.response.status !== '201')
			found.push('an entry that does not create an Observation');
	}
	events(s, r.entry.slice(1), found);
	return found;
}

// ---- Wrong Bundles ---------------------------------------------------------------

const part = (b, name) => named(b.entry[0].resource.parameter, name)[0];
const changes = {
	'type of R5': (b) => { b.type = 'subscription-notification'; },
	'no type': (b) => { delete b.type; },
	'no time': (b) => { delete b.timestamp; },
	'no profile': (b) => { delete b.meta; },
	'the other profile': (b) => {
		const p = b.meta.profile[0];
		b.meta.profile[0] = p.endsWith('-r4') ? p.slice(0, -3) : `${p}-r4`;
	},
	'no entries': (b) => { delete b.entry; },
	'no request': (b) => { delete b.entry[0].request; },
	'no response': (b) => { delete b.entry[0].response; },
	'request of another method': (b) => { b.entry[0].request.method = 'POST'; },
	'request of another operation': (b) => { b.entry[0].request.url += 'es'; },
	'response without a status': (b) => { delete b.entry[0].response.status; },
	'no fullUrl': (b) => { delete b.entry[0].fullUrl; },
	'no resource': (b) => { delete b.entry[0].resource; },
	'another resource first': (b) => { b.entry[0].resource = { resourceType: 'Basic', code: { text: 'x' } }; },
	'an unknown member': (b) => { b.entry[0].colour = 'red'; },
	'a status that is a number': (b) => { b.entry[0].response.status = 200; },
};
const r4bChanges = {
	'no kind': (s) => { delete s.type; },
	'an unknown kind': (s) => { s.type = 'greeting'; },
	'an unknown status': (s) => { s.status = 'waiting'; },
	'no subscription': (s) => { delete s.subscription; },
	'a relative subscription': (s) => { s.subscription.reference = 'Subscription/7'; },
	'a count that is a number': (s) => { s.eventsSinceSubscriptionStart = 3; },
	'a count with a sign': (s) => { s.eventsSinceSubscriptionStart = '+3'; },
	'no count': (s) => { delete s.eventsSinceSubscriptionStart; },
	'an unknown element': (s) => { s.colour = 'red'; },
};
const r4Changes = {
	'no profile of the Parameters': (b) => { delete b.entry[0].resource.meta; },
	'no kind': (b) => { part(b, 'type').name = 'kind'; },
	'a kind that is a string': (b) => { const p = part(b, 'type'); p.valueString = p.valueCode; delete p.valueCode; },
	'no subscription': (b) => { b.entry[0].resource.parameter.shift(); },
	'a count of R4B': (b) => { part(b, 'events-since-subscription-start').name = 'eventsSinceSubscriptionStart'; },
	'a count that is an integer': (b) => {
		const p = part(b, 'events-since-subscription-start');
		p.valueInteger = Number(p.valueString);
		delete p.valueString;
	},
	'the status twice': (b) => { b.entry[0].resource.parameter.push(part(b, 'status')); },
};
const eventChanges = {
	'a number that is one': (s) => { s.notificationEvent[0].eventNumber = 1; },
	'no number': (s) => { delete s.notificationEvent[0].eventNumber; },
	'the number 0': (s) => { s.notificationEvent[0].eventNumber = '0'; },
	'a number beyond the count': (s) => { s.notificationEvent[0].eventNumber = '999'; },
	'no time': (s) => { delete s.notificationEvent[0].timestamp; },
	'a time that is a date': (s) => { s.notificationEvent[0].timestamp = '2026-11-23'; },
	'no events': (s) => { delete s.notificationEvent; },
	'events in a heartbeat': (s) => { s.type = 'heartbeat'; },
	'an event twice': (s) => { s.notificationEvent.push(s.notificationEvent[0]); },
};
const fullChanges = {
	'no focus': (b) => { delete b.entry[0].resource.notificationEvent[0].focus; },
	'another focus': (b) => { b.entry[0].resource.notificationEvent[0].focus.reference += 'x'; },
	'a resource too few': (b) => { b.entry.pop(); b.entry[0].resource.notificationEvent.length > 1 || b.entry.push(b.entry[0]); },
	'a resource without its request': (b) => { delete b.entry[1].request; },
	'a resource that was not created': (b) => { b.entry[1].response.status = '404'; },
	'a wrong Observation': (b) => { delete b.entry[1].resource.status; },
	'an Observation under another URL': (b) => { b.entry[1].fullUrl = 'urn:uuid:01936b2c-7f3a-7c1e-9d55-0123456789ab'; },
};

function bad(lines) {
	let tried = 0, accepted = 0;
	const change = (b, table, at) => {
		for (const [name, f] of Object.entries(table)) {
			const copy = JSON.parse(JSON.stringify(b));
			f(at(copy));
			tried++;
			if (problems(copy).length === 0) {
				accepted++;
				console.log(`accepted: ${name}`);
			}
		}
	};
	for (const b of lines) {
		const s = b.entry[0].resource;
		const r4b = s.resourceType === 'SubscriptionStatus';
		change(b, changes, (x) => x);
		change(b, r4b ? r4bChanges : r4Changes, (x) => r4b ? x.entry[0].resource : x);
		if (r4b && s.notificationEvent)
			change(b, eventChanges, (x) => x.entry[0].resource);
		if (r4b && b.entry.length > 1)
			change(b, fullChanges, (x) => x);
	}
	console.log(`${tried} changes, ${accepted} accepted`);
	return tried > 0 && accepted === 0;
}

const lines = fs.readFileSync(process.argv[2], 'utf8').split('\n').slice(0, -1).map((l) => JSON.parse(l));
if (process.argv[3] === 'bad') {
	process.exitCode = bad(lines) ? 0 : 1;
} else {
	let wrong = 0;
	lines.forEach((b, i) => {
		const found = problems(b);
		wrong += found.length > 0;
		found.forEach((why) => console.log(`${i + 1}: ${why}`));
	});
	console.log(`${lines.length} notifications, ${wrong} bad`);
	process.exitCode = lines.length > 0 && wrong === 0 ? 0 : 1;
}
