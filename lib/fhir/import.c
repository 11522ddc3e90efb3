/* Lines of Observations and Bundles to lines of events. */
#include <stdlib.h>

#include "event/shapes.h"
#include "fhir/draft.h"

struct fhir_importer {
	struct json_tree tree;
	struct fhir_checking checking;
	struct shape_reader reader;
	/* The events of a line.  The first one is that of the Observations
	 * before it, and stays until one of another event is read. */
	struct fhir_draft *draft;
	size_t drafts, cap;
	bool is_open; /* the first one has something */
	struct fhir_draft fresh;
	struct buf line; /* scratch */
};

struct fhir_importer *
fhir_importer_new(void)
{
	struct fhir_importer *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	fhir_tree_init(&m->tree);
	shape_reader_init(&m->reader);
	m->checking.tree = &m->tree;
	return m;
}

void
fhir_importer_free(struct fhir_importer *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->cap; i++)
		fhir_draft_release(&m->draft[i]);
	free(m->draft);
	fhir_draft_release(&m->fresh);
	buf_release(&m->line);
	shape_reader_release(&m->reader);
	fhir_checking_release(&m->checking);
	json_tree_release(&m->tree);
	free(m);
}

/* ---- Drafts ---------------------------------------------------------------- */

/* Make room for draft ${i}. */
static int
make_room(struct fhir_importer *m, size_t i, struct err *err)
{
	size_t cap = m->cap == 0 ? 16 : m->cap * 2;
	struct fhir_draft *p;

	if (i < m->cap)
		return 0;
	p = realloc(m->draft, cap * sizeof(*p));
	if (p == NULL)
		return err_set(err, "out of memory");
	memset(p + m->cap, 0, (cap - m->cap) * sizeof(*p));
	m->draft = p;
	m->cap = cap;
	return 0;
}

/* Write ${d} to m->line, and check that it is an event. */
static int
render(struct fhir_importer *m, const struct fhir_draft *d, struct err *err)
{
	struct shape_value got[EVENT_FIELDS];
	struct event_notes notes = {0};

	buf_clear(&m->line);
	if (fhir_draft_write(d, &m->line, err) != 0)
		return -1;
	if (m->line.len > NDJSON_LINE_MAX)
		return err_set(err, "its event would be longer than 1 MiB");
	return event_read(&m->reader, buf_span(&m->line), got, &notes, err);
}

/* The fresh draft becomes draft ${i}. */
static void
adopt(struct fhir_importer *m, size_t i)
{
	struct fhir_draft d = m->draft[i];

	m->draft[i] = m->fresh;
	m->fresh = d;
}

/* Add the fresh draft to ${d}, if that is an event then; otherwise leave it as it
 * was. */
static int
join(struct fhir_importer *m, struct fhir_draft *d, struct err *err)
{
	size_t len[DRAFT_PARTS], readings = d->readings, valid = d->valid;

	for (size_t i = 0; i < DRAFT_PARTS; i++)
		len[i] = d->part[i].len;
	if (fhir_draft_join(d, &m->fresh, err) == 0 && render(m, d, err) == 0)
		return 0;
	for (size_t i = 0; i < DRAFT_PARTS; i++) {
		d->part[i].len = len[i];
		d->part[i].failed = false;
	}
	d->readings = readings;
	d->valid = valid;
	return -1;
}

/* Append draft ${i} as a line. */
static int
put_draft(struct fhir_importer *m, size_t i, struct ndjson_writer *out,
    struct err *err)
{
	struct buf *record = ndjson_record(out);

	if (render(m, &m->draft[i], err) != 0)
		return -1;
	if (ndjson_pending(out))
		buf_add_byte(record, '\n');
	buf_add_span(record, buf_span(&m->line));
	return buf_failed(record) ? err_set(err, "out of memory") : 0;
}

/* ---- Lines ----------------------------------------------------------------- */

/* Take the Observation at the root. */
static int
take_observation(
    struct fhir_importer *m, struct ndjson_writer *out, struct err *err)
{
	if (make_room(m, 0, err) != 0 ||
	    fhir_draft_read(&m->checking, m->tree.node, &m->fresh) != 0)
		return -1;
	if (m->is_open && m->fresh.part[DRAFT_ID].len > 0 &&
	    fhir_draft_same(&m->draft[0], &m->fresh))
		return join(m, &m->draft[0], err);
	if (render(m, &m->fresh, err) != 0 ||
	    (m->is_open && put_draft(m, 0, out, err) != 0))
		return -1;
	adopt(m, 0);
	m->is_open = true;
	return 0;
}

/* Add the Observation ${n} of a Bundle to its event. */
static int
take_entry(struct fhir_importer *m, const struct json_node *n, struct err *err)
{
	if (fhir_draft_read(&m->checking, n, &m->fresh) != 0)
		return -1;
	for (size_t i = 1; i < m->drafts; i++) {
		if (fhir_draft_same(&m->draft[i], &m->fresh))
			return fhir_draft_join(&m->draft[i], &m->fresh, err);
	}
	if (make_room(m, m->drafts, err) != 0)
		return -1;
	adopt(m, m->drafts++);
	return 0;
}

/* Is ${n} the status of the subscription that begins a notification? */
static bool
is_notification(const struct json_tree *t, const struct json_node *n)
{
	const struct json_node *type = fhir_find(t, n, "resourceType");

	return fhir_is(type, "SubscriptionStatus") ||
	    fhir_is(type, "Parameters");
}

static int
take_bundle(struct fhir_importer *m, struct ndjson_writer *out, struct err *err)
{
	const struct json_tree *t = &m->tree;
	const struct json_node *list = fhir_find(t, t->node, "entry");
	const struct json_node *entry =
	    list == NULL ? NULL : json_tree_first(t, list);
	bool first = true;

	m->drafts = 1;
	for (; entry != NULL; entry = json_tree_next(t, entry), first = false) {
		const struct json_node *n = fhir_find(t, entry, "resource");

		if (n == NULL)
			return fhir_wrong(
			    t, entry, "resource", err, "is missing");
		if (first && is_notification(t, n))
			continue;
		if (!fhir_is(fhir_find(t, n, "resourceType"), "Observation"))
			return fhir_wrong(
			    t, n, NULL, err, "only Observations become events");
		if (take_entry(m, n, err) != 0)
			return -1;
	}
	for (size_t i = m->is_open ? 0 : 1; i < m->drafts; i++) {
		if (put_draft(m, i, out, err) != 0)
			return -1;
	}
	m->is_open = false;
	return 0;
}

enum verdict
fhir_import(struct fhir_importer *m, struct span line,
    struct ndjson_writer *out, struct err *err)
{
	const struct json_tree *t = &m->tree;
	int rc;

	m->checking.err = err;
	if (json_tree_read(&m->tree, line, err) != 0 ||
	    fhir_check_root(&m->checking) != 0)
		rc = -1;
	else if (fhir_is(fhir_find(t, t->node, "resourceType"), "Bundle"))
		rc = take_bundle(m, out, err);
	else
		rc = take_observation(m, out, err);
	if (buf_failed(&m->checking.text))
		rc = err_set(err, "out of memory");
	if (rc == 0)
		return VERDICT_GOOD;
	return err_is_memory(err) ? VERDICT_SYSTEM : VERDICT_BAD;
}

enum verdict
fhir_import_end(
    struct fhir_importer *m, struct ndjson_writer *out, struct err *err)
{
	int rc = m->is_open ? put_draft(m, 0, out, err) : 0;

	m->is_open = false;
	return rc == 0 ? VERDICT_GOOD : VERDICT_SYSTEM;
}
