/* The input: from lines to Observations in the hub. */
#include <inttypes.h>
#include <stdio.h>

#include "fhir/fhir.h"
#include "hubserver/private.h"
#include "instant/instant.h"
#include "message/message.h"

static enum verdict
verdict_of(enum hub_taken taken)
{
	switch (taken) {
	case HUB_TAKEN_FAILED:
		return VERDICT_SYSTEM;
	case HUB_TAKEN_BAD:
		return VERDICT_BAD;
	case HUB_TAKEN_KNOWN:
	case HUB_TAKEN_NEW:
		break;
	}
	return VERDICT_GOOD;
}

/* Give one Observation to the hub. */
static enum verdict
take_observation(struct hubserver *hs, struct span text, struct err *err)
{
	size_t matches;

	return verdict_of(
	    hub_take(hs->hub, text, instant_now(), &matches, err));
}

static enum verdict
check_observation(struct hubserver *hs, struct span text, struct err *err)
{
	return verdict_of(hub_can_take(hs->hub, text, err));
}

/* Give the Observations that are made of the event ${line} to the hub. */
static enum verdict
take_event(struct hubserver *hs, struct span line, struct err *err)
{
	enum verdict verdict = fhir_take(hs->maker, line, hs->made, err);
	struct span rest = buf_span(ndjson_record(hs->made));

	while (verdict == VERDICT_GOOD && rest.n > 0) {
		const char *end = memchr(rest.p, '\n', rest.n);
		size_t n = end != NULL ? (size_t)(end - rest.p) : rest.n;

		verdict = take_observation(hs, (struct span){rest.p, n}, err);
		n += end != NULL;
		rest.p += n;
		rest.n -= n;
	}
	ndjson_discard(hs->made);
	return verdict;
}

/* Return the type of the resource in ${ix}. */
static struct span
type_of(const struct json_index *ix)
{
	const struct json_member *m = json_index_find(ix, "resourceType");

	return m != NULL && m->type == JSON_STRING ? json_inside(m->value)
						   : (struct span){"", 0};
}

/* ---- Bundles --------------------------------------------------------------- */

typedef enum verdict entry_fn(
    struct hubserver *hs, struct span text, struct err *err);

/* Pass the Observation in the entry ${text}, number ${i} of its Bundle, to ${fn}. */
static enum verdict
pass_entry(struct hubserver *hs, struct span text, size_t i, entry_fn *fn,
    struct err *err)
{
	enum verdict verdict = VERDICT_BAD;
	const struct json_member *resource;
	struct json_index entry, inner;
	struct err why = {""};
	bool whole;

	json_index_init(&entry);
	json_index_init(&inner);
	err_set(err, "Bundle.entry[%zu]: has no Observation", i);
	whole = json_index_read(&entry, text, err) == 0;
	if (whole && (resource = json_index_find(&entry, "resource")) != NULL &&
	    resource->type == JSON_OBJECT) {
		whole = json_index_read(&inner, resource->value, err) == 0;
		if (whole && span_is(type_of(&inner), "Observation")) {
			verdict = fn(hs, resource->value, &why);
			if (verdict == VERDICT_BAD)
				err_set(err, "Bundle.entry[%zu].resource: %s",
				    i, why.text);
			else
				*err = why;
		}
	}
	if (!whole) /* of memory: the text was checked */
		verdict = VERDICT_SYSTEM;
	json_index_release(&entry);
	json_index_release(&inner);
	return verdict;
}

/* Pass each Observation in ${list}, the entries of a Bundle, to ${fn}. */
static enum verdict
pass_entries(
    struct hubserver *hs, struct span list, entry_fn *fn, struct err *err)
{
	enum verdict verdict = VERDICT_GOOD;
	enum json_token token;
	struct json_scan scan;
	struct span entry = {"", 0};

	json_scan_init(&scan);
	json_scan_start(&scan, list);
	json_scan_next(&scan); /* the bracket */
	for (size_t i = 0; verdict == VERDICT_GOOD &&
	     (token = json_scan_next(&scan)) != JSON_ARRAY_END;
	     i++) {
		if (token == JSON_OBJECT)
			token = json_scan_skip(&scan, &entry);
		if (token == JSON_OBJECT) {
			verdict = pass_entry(hs, entry, i, fn, err);
		} else if (token == JSON_ERROR) { /* of memory */
			err_set(err, "%s", scan.error);
			verdict = VERDICT_SYSTEM;
		} else {
			err_set(
			    err, "Bundle.entry[%zu]: has no Observation", i);
			verdict = VERDICT_BAD;
		}
	}
	json_scan_release(&scan);
	return verdict;
}

/* Give the Observations in the Bundle in hs->index to the hub: all of them, or none,
 * because the line is reported as bad as a whole. */
static enum verdict
take_bundle(struct hubserver *hs, struct err *err)
{
	const struct json_member *m = json_index_find(&hs->index, "entry");
	enum verdict verdict;

	if (m == NULL)
		return VERDICT_GOOD;
	if (m->type != JSON_ARRAY) {
		err_set(err, "Bundle.entry: is not an array");
		return VERDICT_BAD;
	}
	verdict = pass_entries(hs, m->value, check_observation, err);
	return verdict == VERDICT_GOOD
	    ? pass_entries(hs, m->value, take_observation, err)
	    : verdict;
}

/* ---- Lines ----------------------------------------------------------------- */

static enum verdict
take_text(struct hubserver *hs, struct span text, struct err *err)
{
	const char *seems;
	struct span type;

	if (json_index_read(&hs->index, text, err) != 0)
		return err_is_memory(err) ? VERDICT_SYSTEM : VERDICT_BAD;
	switch (message_kind_of(&hs->index)) {
	case MESSAGE_EVENT:
	case MESSAGE_CLOUDEVENT:
		return take_event(hs, text, err);
	case MESSAGE_FHIR:
		type = type_of(&hs->index);
		if (span_is(type, "Observation"))
			return take_observation(hs, text, err);
		if (span_is(type, "Bundle"))
			return take_bundle(hs, err);
		err_set(err, "a FHIR resource that is not an Observation");
		return VERDICT_BAD;
	case MESSAGE_OBJECT:
	case MESSAGE_SEALED:
	case MESSAGE_MESSAGE:
		break;
	}
	seems = message_seems(&hs->index);
	err_set(err, "neither an event nor a FHIR Observation%s%s",
	    seems != NULL ? ", but " : "", seems != NULL ? seems : "");
	return VERDICT_BAD;
}

/* For ndjson_pieces_add. */
static void
take_line(void *context, const struct ndjson_line *line, bool overlong)
{
	struct hubserver *hs = context;
	enum verdict verdict = VERDICT_BAD;
	struct err err;
	char where[32];

	if (line->text.n == 0 && !overlong)
		return;
	hs->count.lines++;
	if (overlong)
		err_set(&err, "the line is longer than 1 MiB");
	else
		verdict = take_text(hs, line->text, &err);
	if (verdict == VERDICT_GOOD)
		return;
	if (verdict != VERDICT_BAD) {
		hubserver_fail(hs, &err);
		return;
	}
	hs->count.bad++;
	snprintf(where, sizeof(where), "<stdin>:%" PRIu64, line->number);
	hubserver_report(hs, HUBSERVER_BAD_LINE, where, "%s", err.text);
}

void
hubserver_take(void *context, struct span bytes, int errnum)
{
	struct hubserver *hs = context;
	struct err err;

	if (hs->stopping || hs->count.failed)
		return;
	if (errnum != 0) {
		err_sys(&err, errnum, "<stdin>");
		hubserver_fail(hs, &err);
	}
	if (ndjson_pieces_add(&hs->lines, bytes, take_line, hs) != 0) {
		err_set(&err, "out of memory");
		hubserver_fail(hs, &err);
	}
	/* Lines that cannot be stored are lost, because nobody sends them
	 * again. */
	if (hub_commit(hs->hub, instant_now(), &err) != 0)
		hubserver_fail(hs, &err);
	if (bytes.n == 0)
		hs->ended = true;
	hubserver_deliver(hs);
}
