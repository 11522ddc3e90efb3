/* Which file continues which. */
#include <stdlib.h>

#include "audit/private.h"

/* The first good run of file ${i}, or NULL. */
static const struct audit_run *
first_of(const struct audit_check *c, size_t i)
{
	const struct audit_file *f = &c->file[i];

	for (size_t r = f->run; r < f->run + f->runs; r++)
		if (c->run[r].form == AUDIT_GOOD && c->run[r].lines > 0)
			return &c->run[r];
	return NULL;
}

/* The last number in file ${i}, or -1. */
static int64_t
last_number(const struct audit_check *c, size_t i)
{
	const struct audit_file *f = &c->file[i];
	int64_t last = -1;

	for (size_t r = f->run; r < f->run + f->runs; r++)
		if (c->run[r].form == AUDIT_GOOD && c->run[r].last > last)
			last = c->run[r].last;
	return last;
}

/* Does a run of file ${i} end with ${hash}? */
static bool
has_end(const struct audit_check *c, size_t i, const struct audit_hash *hash)
{
	const struct audit_file *f = &c->file[i];

	for (size_t r = f->run; r < f->run + f->runs; r++)
		if (c->run[r].form == AUDIT_GOOD &&
		    audit_hash_same(&c->run[r].end, hash))
			return true;
	return false;
}

/* Is file ${i} one of those before file ${of}, or the same? */
static bool
precedes(const struct audit_check *c, size_t i, size_t of)
{
	while (of != AUDIT_NONE && of != i)
		of = c->file[of].before;
	return of == i;
}

static void
join(struct audit_check *c, size_t before, size_t after)
{
	c->file[before].after = after;
	c->file[after].before = before;
}

/* Does file ${i} continue another one that may still be found? */
static const struct audit_run *
open_start(struct audit_check *c, size_t i)
{
	const struct audit_run *r = first_of(c, i);

	if (r == NULL || c->file[i].before != AUDIT_NONE || audit_begins(r))
		return NULL;
	return r;
}

static void
join_by_hash(struct audit_check *c, size_t i)
{
	const struct audit_run *r = open_start(c, i);

	for (size_t j = 0; r != NULL && j < c->files; j++) {
		if (c->file[j].after == AUDIT_NONE && !precedes(c, i, j) &&
		    has_end(c, j, &r->previous)) {
			join(c, j, i);
			return;
		}
	}
}

/* The end of the file before it, or the start of this one, is damaged or
 * missing: the file with the nearest lower number. */
static void
join_by_number(struct audit_check *c, size_t i)
{
	const struct audit_run *r = open_start(c, i);
	size_t best = AUDIT_NONE;
	int64_t most = -1;

	if (r == NULL || audit_anchor_of(c, r) != NULL)
		return;
	for (size_t j = 0; j < c->files; j++) {
		int64_t last = last_number(c, j);

		if (c->file[j].after == AUDIT_NONE && !precedes(c, i, j) &&
		    last > most && last < r->first) {
			most = last;
			best = j;
		}
	}
	if (best != AUDIT_NONE)
		join(c, best, i);
}

/* A copy of another file comes after its original. */
static void
join_copy(struct audit_check *c, size_t i)
{
	const struct audit_run *r = first_of(c, i);
	size_t next;

	if (r == NULL || !r->is_copy || r->copy_file == i ||
	    c->file[i].before != AUDIT_NONE || precedes(c, i, r->copy_file))
		return;
	while (c->file[i].after != AUDIT_NONE)
		i = c->file[i].after;
	next = c->file[r->copy_file].after;
	if (next != AUDIT_NONE)
		join(c, i, next);
	join(c, r->copy_file, r->file);
}

/* Is ${hash} that of the last line of file ${i}? */
static bool
ends_with(const struct audit_check *c, size_t i, const struct audit_hash *hash)
{
	const struct audit_file *f = &c->file[i];
	const struct audit_run *last;

	if (f->runs == 0)
		return false;
	last = &c->run[f->run + f->runs - 1];
	return last->form == AUDIT_GOOD && audit_hash_same(&last->end, hash);
}

/* If the first line of file ${i} is the last one of another file, which was
 * copied so that a tool continues the chain, do not count it. */
static void
skip_overlap(struct audit_check *c, size_t i)
{
	struct audit_run *r;

	if (c->file[i].runs == 0)
		return;
	r = &c->run[c->file[i].run];
	if (r->form != AUDIT_GOOD || r->line != 1 || r->first == 0)
		return;
	for (size_t j = 0; j < c->files; j++) {
		if (j == i || !ends_with(c, j, &r->begin))
			continue;
		r->previous = r->begin;
		r->first++;
		r->line++;
		r->lines--;
		r->is_copy = false;
		return;
	}
}

void
audit_order_files(struct audit_check *c)
{
	for (size_t i = 0; i < c->files; i++)
		skip_overlap(c, i);
	for (size_t i = 0; i < c->files; i++)
		join_by_hash(c, i);
	for (size_t i = 0; i < c->files; i++)
		join_copy(c, i);
	for (size_t i = 0; i < c->files; i++)
		join_by_number(c, i);
}
