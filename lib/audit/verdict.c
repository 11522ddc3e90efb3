/* Chain by chain: what was found. */
#include <inttypes.h>
#include <stdlib.h>

#include "audit/private.h"

/* Tell about the files of the chain that begins with ${first}.  Return the last
 * one of them that has lines. */
static size_t
report_files(struct audit_check *c, struct audit_chain *chain, size_t first)
{
	size_t last = first;

	for (size_t i = first; i != AUDIT_NONE; i = c->file[i].after) {
		const struct audit_file *f = &c->file[i];

		if (f->torn > 0 && f->after != AUDIT_NONE)
			audit_report_fault(c, chain, AUDIT_FAULT_CHANGED,
			    f->name, f->torn,
			    "cut off, although %s continues the file",
			    c->file[f->after].name);
		else if (f->torn > 0)
			audit_report_fault(c, chain, AUDIT_NOTE_TORN, f->name,
			    f->torn,
			    "the last line, as after a crash or while it is "
			    "written");
		if (f->after != AUDIT_NONE && f->after < i)
			audit_report_fault(c, chain, AUDIT_NOTE_ORDER,
			    c->file[f->after].name, 0,
			    "continues %s, which was given after it", f->name);
		last = i;
	}
	return last;
}

/* Add the chain that begins with the file ${first}. */
static void
take_chain(struct audit_check *c, size_t first, size_t *order)
{
	struct audit_chain *chain = &c->chain[c->chains];
	size_t n = 0, last;

	for (size_t i = first; i != AUDIT_NONE; i = c->file[i].after)
		for (size_t r = 0; r < c->file[i].runs; r++)
			if (c->run[c->file[i].run + r].lines > 0)
				order[n++] = c->file[i].run + r;
	if (n == 0 && c->file[first].torn == 0)
		return;
	*chain = (struct audit_chain){.first = -1, .head.seq = -1};
	c->chains++;
	last = report_files(c, chain, first);
	chain->file = c->file[last].name;
	audit_place_runs(c, order, n);
	audit_find_faults(c, order, n, last, chain);
}

/* The chain that ${e} is a head of, or NULL. */
static struct audit_chain *
chain_of(struct audit_check *c, const struct audit_expected *e)
{
	for (size_t i = 0; i < c->chains; i++)
		if (c->chain[i].lines > 0 &&
		    audit_hash_same(&c->chain[i].head.chain, &e->head.chain))
			return &c->chain[i];
	return NULL;
}

static void
report_heads(struct audit_check *c)
{
	for (size_t i = 0; i < c->heads; i++) {
		const struct audit_expected *e = &c->expected[i];
		struct audit_chain *chain = chain_of(c, e);

		if (e->met)
			continue;
		if (chain != NULL)
			audit_report_fault(c, chain, AUDIT_FAULT_CHANGED,
			    e->name, e->line,
			    "%s: the line with seq %" PRId64
			    " does not have the hash of this head",
			    chain->file, e->head.seq);
		else
			audit_report_fault(c, NULL, AUDIT_FAULT_CUT, e->name,
			    e->line,
			    "no file has the line with seq %" PRId64
			    " of this head, nor the start of its chain",
			    e->head.seq);
	}
}

int
audit_check_end(
    struct audit_check *c, audit_report *report, void *context, struct err *err)
{
	size_t *order = calloc(c->runs + 1, sizeof(*order));

	c->chain = calloc(c->files + 1, sizeof(*c->chain));
	c->report = report;
	c->context = context;
	if (order == NULL || c->chain == NULL) {
		free(order);
		return err_set(err, "out of memory");
	}
	audit_order_files(c);
	for (size_t i = 0; i < c->files; i++)
		if (c->file[i].before == AUDIT_NONE)
			take_chain(c, i, order);
	report_heads(c);
	free(order);
	return 0;
}

const struct audit_chain *
audit_check_chain(const struct audit_check *c, size_t i)
{
	return i < c->chains ? &c->chain[i] : NULL;
}

void
audit_chain_put(struct buf *out, const struct audit_chain *chain)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_object_begin(&w);
	json_key(&w, "record");
	json_put_text(&w, "chain");
	json_key(&w, "file");
	json_put_text(&w, chain->file);
	json_key(&w, "lines");
	json_put_integer(&w, (int64_t)chain->lines);
	json_key(&w, "faults");
	json_put_integer(&w, (int64_t)chain->faults);
	json_key(&w, "first");
	json_put_integer(&w, chain->first);
	json_key(&w, "seq");
	json_put_integer(&w, chain->head.seq);
	audit_hash_put(&w, "chain", &chain->head.chain);
	audit_hash_put(&w, "hash", &chain->head.hash);
	json_object_end(&w);
}
