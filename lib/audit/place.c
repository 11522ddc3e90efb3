/* Which runs are in place, and where the others belong. */
#include "audit/private.h"

/* The weights of a run: its lines; whether it follows the run before it; and of
 * several runs that begin a chain, the first one is in place. */
#define WEIGHT_LINE 4
#define WEIGHT_LINK 2
#define WEIGHT_BEGIN ((int64_t)1 << 48)

bool
audit_begins(const struct audit_run *r)
{
	return r->form == AUDIT_GOOD && r->first == 0 &&
	    audit_hash_is_zero(&r->previous);
}

struct audit_expected *
audit_anchor_of(struct audit_check *c, const struct audit_run *r)
{
	if (r->form == AUDIT_GOOD)
		for (size_t i = 0; i < c->heads; i++)
			if (c->expected[i].head.seq + 1 == r->first &&
			    audit_hash_same(
				&c->expected[i].head.hash, &r->previous))
				return &c->expected[i];
	return NULL;
}

/* How many runs begin a chain? */
static size_t
count_beginnings(const struct audit_check *c, const size_t *order, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += audit_begins(&c->run[order[i]]);
	return count;
}

/* Find the heaviest sequence of runs with increasing numbers.  Runs of which
 * only one can be in place overlap. */
static void
choose(struct audit_check *c, const size_t *order, size_t n)
{
	size_t best = AUDIT_NONE;
	bool begun = count_beginnings(c, order, n) < 2;

	for (size_t j = 0; j < n; j++) {
		struct audit_run *r = &c->run[order[j]];
		int64_t most = 0;

		r->best = AUDIT_NONE;
		if (r->form != AUDIT_GOOD)
			continue;
		for (size_t i = 0; i < j; i++) {
			const struct audit_run *p = &c->run[order[i]];
			int64_t score = p->score;

			if (p->form != AUDIT_GOOD || p->last >= r->first)
				continue;
			if (audit_hash_same(&p->end, &r->previous))
				score += WEIGHT_LINK;
			if (score > most) {
				most = score;
				r->best = order[i];
			}
		}
		r->score = most + (int64_t)r->lines * WEIGHT_LINE;
		if (audit_begins(r) && !begun) {
			r->score += WEIGHT_BEGIN;
			begun = true;
		}
		if (best == AUDIT_NONE || r->score > c->run[best].score)
			best = order[j];
	}
	for (; best != AUDIT_NONE; best = c->run[best].best)
		c->run[best].in_place = true;
}

/* Is there another run that ${r} follows, or that follows it? */
static bool
is_linked(const struct audit_check *c, const size_t *order, size_t n,
    const struct audit_run *r)
{
	for (size_t i = 0; i < n; i++) {
		const struct audit_run *o = &c->run[order[i]];

		if (o != r && o->form != AUDIT_MALFORMED &&
		    (audit_hash_same(&o->end, &r->previous) ||
			audit_hash_same(&o->previous, &r->end)))
			return true;
	}
	return false;
}

/* The gap that has room for ${r}: how many runs in place precede it; NONE: it
 * overlaps one. */
static size_t
gap_for(const struct audit_check *c, const size_t *order, size_t n,
    const struct audit_run *r)
{
	size_t gap = 0;

	for (size_t i = 0; i < n; i++) {
		const struct audit_run *p = &c->run[order[i]];

		if (!p->in_place)
			continue;
		if (p->first > r->last)
			return gap;
		if (p->last >= r->first)
			return AUDIT_NONE;
		gap++;
	}
	return gap;
}

/* Can ${r}, which is not in place and comes after ${before}, be a part of the
 * chain that was moved? */
static bool
may_be_moved(const struct audit_check *c, const size_t *order, size_t n,
    const struct audit_run *r, const struct audit_run *before)
{
	if (r->form != AUDIT_GOOD || r->is_copy)
		return false;
	/* It is where it belongs, but has another number. */
	if (before != NULL && audit_hash_same(&before->end, &r->previous))
		return false;
	if (audit_begins(r) && count_beginnings(c, order, n) > 1)
		return false;
	return is_linked(c, order, n, r);
}

void
audit_place_runs(struct audit_check *c, const size_t *order, size_t n)
{
	const struct audit_run *before = NULL;
	size_t gap = 0;

	choose(c, order, n);
	for (size_t i = 0; i < n; i++) {
		struct audit_run *r = &c->run[order[i]];

		r->home = AUDIT_NONE;
		if (r->in_place) {
			before = r;
			gap++;
		} else if (may_be_moved(c, order, n, r, before)) {
			size_t home = gap_for(c, order, n, r);

			r->home = home == gap ? AUDIT_NONE : home;
		}
	}
}
