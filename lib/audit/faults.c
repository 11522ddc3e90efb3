/* What is wrong with a chain: its gaps, one after the other. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "audit/private.h"
#include "diag/plural.h"

/* Room for two numbers. */
#define NUMBERS_MAX 64

/* The numbers between two runs in place, and the runs that are there. */
struct gap {
	struct audit_check *c;
	struct audit_chain *chain;
	const size_t *order; /* of the chain */
	size_t runs;
	size_t number;                  /* how many runs in place precede it */
	const struct audit_run *before; /* NULL: none */
	const struct audit_run *after;  /* NULL: the end of the chain */
	size_t last;                    /* the last file of the chain */
	int64_t next;           /* the first number that no line has so far */
	int64_t limit;          /* the number of the first line after the gap */
	bool ends;              /* the limit is that of a head */
	struct audit_hash hash; /* of the line before, */
	const char *file;       /* where it is */
	uint64_t line;
	const struct audit_run *blamed; /* for a hash that does not fit */
};

const char *
audit_fault_name(enum audit_fault_kind kind)
{
	static const char *const name[AUDIT_FAULTS] = {
	    [AUDIT_FAULT_CHANGED] = "changed",
	    [AUDIT_FAULT_MISSING] = "missing",
	    [AUDIT_FAULT_REORDERED] = "reordered",
	    [AUDIT_FAULT_DUPLICATED] = "duplicated",
	    [AUDIT_FAULT_INSERTED] = "inserted",
	    [AUDIT_FAULT_RESTARTED] = "restarted",
	    [AUDIT_FAULT_CUT] = "cut",
	    [AUDIT_NOTE_TORN] = "incomplete",
	    [AUDIT_NOTE_ORDER] = "order",
	};

	return name[kind];
}

void
audit_report_fault(struct audit_check *c, struct audit_chain *chain,
    enum audit_fault_kind kind, const char *file, uint64_t line,
    const char *fmt, ...)
{
	struct audit_fault f = {.kind = kind, .file = file, .line = line};
	char what[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (line > 0)
		err_set(&f.text, "%s:%" PRIu64 ": %s: %s", file, line,
		    audit_fault_name(kind), what);
	else
		err_set(
		    &f.text, "%s: %s: %s", file, audit_fault_name(kind), what);
	if (chain != NULL && !audit_fault_is_note(kind))
		chain->faults++;
	c->report(c->context, &f);
}

/* "seq 5", "seq 5 to 7", for messages. */
static const char *
numbers(char text[NUMBERS_MAX], int64_t first, int64_t last)
{
	if (first == last)
		snprintf(text, NUMBERS_MAX, "seq %" PRId64, first);
	else
		snprintf(text, NUMBERS_MAX, "seq %" PRId64 " to %" PRId64,
		    first, last);
	return text;
}

static const char *
name_of(const struct gap *g, const struct audit_run *r)
{
	return g->c->file[r->file].name;
}

/* ---- Missing lines ------------------------------------------------------ */

/* The next run that belongs into this gap, from the number ${from} on. */
static const struct audit_run *
next_in_gap(const struct gap *g, int64_t from)
{
	const struct audit_run *best = NULL;

	for (size_t i = 0; i < g->runs; i++) {
		const struct audit_run *r = &g->c->run[g->order[i]];

		if (r->home == g->number && r->last >= from &&
		    (best == NULL || r->first < best->first))
			best = r;
	}
	return best;
}

/* Before ${at}; NULL: at the end of the chain. */
static void
report_missing(
    struct gap *g, const struct audit_run *at, int64_t from, int64_t to)
{
	uint64_t n = (uint64_t)(to - from);
	char text[NUMBERS_MAX];

	if (at != NULL)
		audit_report_fault(g->c, g->chain, AUDIT_FAULT_MISSING,
		    name_of(g, at), at->line,
		    "%" PRIu64 " line%s before this one (%s)", n,
		    diag_plural(n), numbers(text, from, to - 1));
	else
		audit_report_fault(g->c, g->chain, AUDIT_FAULT_CUT, g->file,
		    g->line, "%" PRIu64 " line%s after this one (%s)", n,
		    diag_plural(n), numbers(text, from, to - 1));
}

/* No line here has a number from g->next until just before ${to}, which is that
 * of ${at}. */
static void
skip_to(struct gap *g, const struct audit_run *at, int64_t to)
{
	while (g->next < to) {
		const struct audit_run *r = next_in_gap(g, g->next);
		int64_t from = g->next;

		if (r == NULL || r->first >= to) {
			report_missing(g, at, from, to);
			g->next = to;
			return;
		}
		if (r->first > from)
			report_missing(g, at, from, r->first);
		g->next = r->last + 1;
	}
}

/* ---- Lines that do not fit ---------------------------------------------- */

static void
report_run(struct gap *g, const struct audit_run *r, enum audit_fault_kind kind,
    const char *what)
{
	audit_report_fault(g->c, g->chain, kind, name_of(g, r), r->line,
	    "%" PRIu64 " line%s%s", r->lines, diag_plural(r->lines), what);
}

static void
report_changed(struct gap *g, const struct audit_run *r)
{
	const char *why = "its bytes do not have its hash";

	if (r->what != NULL)
		why = r->what;
	else if (r->form == AUDIT_GOOD)
		why = "with its hash: the line after it has another one";
	else if (g->after != NULL && g->after->first == g->next + 1 &&
	    audit_hash_same(&r->own, &g->after->previous))
		why = "only its hash: the line after it has the right one";
	audit_report_fault(g->c, g->chain, AUDIT_FAULT_CHANGED, name_of(g, r),
	    r->line, "seq %" PRId64 ": %s", g->next, why);
}

/* A run in place that is a copy of lines within ${r}: they were copied to an
 * earlier place. */
static const struct audit_run *
copied_from(const struct gap *g, const struct audit_run *r)
{
	for (size_t i = 0; i < g->runs; i++) {
		const struct audit_run *o = &g->c->run[g->order[i]];

		if (o->in_place && o->is_copy && o->copy_file == r->file &&
		    o->copy_line >= r->line &&
		    o->copy_line < r->line + r->lines)
			return o;
	}
	return NULL;
}

/* Does ${r}, at the open end of a chain, seem to be its next line? */
static bool
is_next(const struct gap *g, const struct audit_run *r)
{
	return r->first == g->next ||
	    (r->form != AUDIT_MALFORMED &&
		audit_hash_same(&r->previous, &g->hash));
}

/* ${r} is not part of the chain, or not as it was.  If the gap has room for it,
 * it replaces what was there. */
static void
take_stranger(struct gap *g, const struct audit_run *r)
{
	bool open = g->after == NULL && !g->ends;
	uint64_t room;

	if (r->first > g->next && r->first < g->limit && !open)
		skip_to(g, r, r->first);
	room = open ? is_next(g, r) : (uint64_t)(g->limit - g->next);
	if (room == 0) {
		audit_report_fault(g->c, g->chain, AUDIT_FAULT_INSERTED,
		    name_of(g, r), r->line, "%" PRIu64 " line%s%s%s", r->lines,
		    diag_plural(r->lines),
		    r->form == AUDIT_MALFORMED
			? ": "
			: " that the chain does not have",
		    r->form == AUDIT_MALFORMED ? r->what : "");
		return;
	}
	report_changed(g, r);
	g->next += r->lines < room ? (int64_t)r->lines : (int64_t)room;
	if (r->form != AUDIT_MALFORMED)
		g->hash = r->end;
	g->file = name_of(g, r);
	g->line = r->line + r->lines - 1;
}

static void
report_copy(
    struct gap *g, const struct audit_run *r, size_t file, uint64_t line)
{
	char where[ERR_TEXT_MAX];

	snprintf(where, sizeof(where), " that %s at %s:%" PRIu64,
	    r->lines == 1 ? "is" : "are", g->c->file[file].name, line);
	report_run(g, r, AUDIT_FAULT_DUPLICATED, where);
}

/* If the lines of ${r} are good and known, report what they are.  Return
 * whether they are. */
static bool
take_known(struct gap *g, const struct audit_run *r)
{
	const struct audit_run *copy = copied_from(g, r);
	char text[NUMBERS_MAX];

	if (r->form != AUDIT_GOOD)
		return false;
	if (r->is_copy)
		report_copy(g, r, r->copy_file, r->copy_line);
	else if (copy != NULL)
		report_copy(g, r, copy->file, copy->line);
	else if (r->home != AUDIT_NONE)
		audit_report_fault(g->c, g->chain, AUDIT_FAULT_REORDERED,
		    name_of(g, r), r->line,
		    "%" PRIu64 " line%s out of place (%s)", r->lines,
		    diag_plural(r->lines), numbers(text, r->first, r->last));
	else if (audit_begins(r) && g->before != NULL)
		report_run(g, r, AUDIT_FAULT_RESTARTED, " of a new chain");
	else
		return false;
	return true;
}

/* ---- Gaps --------------------------------------------------------------- */

/* The runs on both sides have consecutive numbers, but not the hashes: one of
 * the lines was changed with its hash.  ${beyond} is the run in place after the
 * second one. */
static void
blame(struct gap *g, const struct audit_run *beyond)
{
	const struct audit_run *b = g->before, *a = g->after;
	bool single = a->lines == 1 && beyond != NULL &&
	    beyond->first == a->last + 1 &&
	    !audit_hash_same(&a->end, &beyond->previous);

	if (b == NULL || single) {
		audit_report_fault(g->c, g->chain, AUDIT_FAULT_CHANGED,
		    name_of(g, a), a->line,
		    "seq %" PRId64 ": with its hash: it does not have that of "
		    "the line before it",
		    a->first);
		g->blamed = a;
	} else if (g->blamed != b) {
		audit_report_fault(g->c, g->chain, AUDIT_FAULT_CHANGED,
		    name_of(g, b), b->line + b->lines - 1,
		    "seq %" PRId64 ": with its hash: the line after it has "
		    "another one",
		    b->last);
	}
}

static void
set_limits(struct gap *g)
{
	struct audit_expected *anchor =
	    g->after != NULL ? audit_anchor_of(g->c, g->after) : NULL;

	g->next = 0;
	g->hash = (struct audit_hash){{0}};
	g->file = g->c->file[g->last].name;
	g->line = 0;
	if (g->before != NULL) {
		g->next = g->before->last + 1;
		g->hash = g->before->end;
		g->file = name_of(g, g->before);
		g->line = g->before->line + g->before->lines - 1;
	} else if (anchor != NULL) {
		g->next = anchor->head.seq + 1;
		g->hash = anchor->head.hash;
		g->chain->head.chain = anchor->head.chain;
		anchor->met = true;
	}
	g->limit = g->after != NULL ? g->after->first : INT64_MAX;
	g->ends = false;
	for (size_t i = 0; g->after == NULL && i < g->c->heads; i++) {
		struct audit_expected *e = &g->c->expected[i];

		if (e->met || e->head.seq < g->next ||
		    !audit_hash_same(&e->head.chain, &g->chain->head.chain))
			continue;
		if (!g->ends || e->head.seq >= g->limit)
			g->limit = e->head.seq + 1;
		g->ends = e->met = true;
	}
}

static void
close_gap(struct gap *g, size_t from, size_t to, const struct audit_run *beyond)
{
	int64_t first;

	set_limits(g);
	first = g->next;
	for (size_t i = from; i < to; i++)
		if (!take_known(g, &g->c->run[g->order[i]]))
			take_stranger(g, &g->c->run[g->order[i]]);
	if (g->after != NULL || g->ends)
		skip_to(g, g->after, g->limit);
	if (g->after != NULL && first == g->limit &&
	    !audit_hash_same(&g->hash, &g->after->previous))
		blame(g, beyond);
}

/* The index of the next run in place, from ${i} on; or ${n}. */
static size_t
next_place(const struct audit_check *c, const size_t *order, size_t n, size_t i)
{
	while (i < n && !c->run[order[i]].in_place)
		i++;
	return i;
}

static void
count_run(struct audit_chain *chain, const struct audit_run *r)
{
	if (chain->lines == 0) {
		chain->first = r->first;
		if (r->first == 0)
			chain->head.chain = r->begin;
	}
	chain->lines += r->lines;
	chain->head.seq = r->last;
	chain->head.hash = r->end;
}

void
audit_find_faults(struct audit_check *c, const size_t *order, size_t n,
    size_t last, struct audit_chain *chain)
{
	struct gap g = {
	    .c = c, .chain = chain, .order = order, .runs = n, .last = last};
	size_t i = 0;

	for (;;) {
		size_t j = next_place(c, order, n, i);
		size_t k = next_place(c, order, n, j + 1);

		g.after = j < n ? &c->run[order[j]] : NULL;
		close_gap(&g, i, j, k < n ? &c->run[order[k]] : NULL);
		if (j >= n)
			return;
		count_run(chain, g.after);
		g.before = g.after;
		g.number++;
		i = j + 1;
	}
}
