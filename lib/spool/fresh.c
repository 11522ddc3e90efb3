#include <stdlib.h>
#include <string.h>

#include "spool/internal.h"

/* The first range of ${endpoint} behind ${seq}, or the place where it would
 * be. */
static size_t
behind(const struct spool *s, int64_t seq, int64_t endpoint)
{
	size_t low = 0, high = s->fresh_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct spool_fresh *f = &s->fresh[mid];

		if (f->endpoint < endpoint ||
		    (f->endpoint == endpoint && f->first <= seq))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The range that ${seq} is in, or NULL. */
static struct spool_fresh *
find(const struct spool *s, int64_t seq, int64_t endpoint)
{
	size_t i = behind(s, seq, endpoint);
	struct spool_fresh *f = i > 0 ? &s->fresh[i - 1] : NULL;

	return f != NULL && f->endpoint == endpoint && f->last >= seq ? f
								      : NULL;
}

bool
spool_fresh_has(const struct spool *s, int64_t seq, int64_t endpoint)
{
	return find(s, seq, endpoint) != NULL;
}

bool
spool_fresh_any(const struct spool *s, int64_t seq)
{
	for (size_t i = 0; i < s->fresh_count; i++) {
		if (s->fresh[i].first <= seq && seq <= s->fresh[i].last)
			return true;
	}
	return false;
}

uint64_t
spool_fresh_left(const struct spool *s, int64_t endpoint)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->fresh_count; i++) {
		if (s->fresh[i].endpoint == endpoint)
			n += s->fresh[i].left;
	}
	return n;
}

static int
make_room(struct spool *s)
{
	size_t cap = s->fresh_cap == 0 ? 16 : 2 * s->fresh_cap;
	struct spool_fresh *fresh;

	if (s->fresh_count < s->fresh_cap)
		return 0;
	fresh = realloc(s->fresh, cap * sizeof(*fresh));
	if (fresh == NULL)
		return -1;
	s->fresh = fresh;
	s->fresh_cap = cap;
	return 0;
}

static void
take_out(struct spool *s, struct spool_fresh *f)
{
	size_t i = (size_t)(f - s->fresh);

	s->fresh_count--;
	memmove(f, f + 1, (s->fresh_count - i) * sizeof(*f));
}

int
spool_give(struct spool *s, int64_t seq, int64_t endpoint, struct err *err)
{
	size_t i = behind(s, seq, endpoint);
	struct spool_fresh *f = i > 0 ? &s->fresh[i - 1] : NULL;

	if (spool_begin(s, true, err) != 0)
		return -1;
	if (f != NULL && f->endpoint == endpoint && !f->written &&
	    f->last == seq - 1) {
		f->last = seq;
		f->left++;
		return 0;
	}
	if (make_room(s) != 0)
		return err_set(err, "out of memory");
	f = &s->fresh[i];
	memmove(f + 1, f, (s->fresh_count - i) * sizeof(*f));
	*f = (struct spool_fresh){endpoint, seq, seq, 1, false};
	s->fresh_count++;
	s->fresh_unwritten++;
	return 0;
}

int
spool_fresh_saved(
    struct spool *s, int64_t seq, int64_t endpoint, struct err *err)
{
	struct spool_fresh *f = find(s, seq, endpoint);
	sqlite3_stmt *st;

	if (f == NULL || --f->left > 0)
		return 0;
	if (!f->written) {
		s->fresh_unwritten--;
		take_out(s, f);
		return 0;
	}
	st = spool_statement(s, SPOOL_DROP_FRESH, err);
	if (st == NULL)
		return -1;
	sqlite3_bind_int64(st, 1, f->endpoint);
	sqlite3_bind_int64(st, 2, f->first);
	take_out(s, f);
	return spool_run(s, st, err);
}

int
spool_fresh_write(struct spool *s, struct err *err)
{
	for (size_t i = 0; i < s->fresh_count && s->fresh_unwritten > 0; i++) {
		const struct spool_fresh *f = &s->fresh[i];
		sqlite3_stmt *st;

		if (f->written)
			continue;
		st = spool_statement(s, SPOOL_ADD_FRESH, err);
		if (st == NULL)
			return -1;
		sqlite3_bind_int64(st, 1, f->endpoint);
		sqlite3_bind_int64(st, 2, f->first);
		sqlite3_bind_int64(st, 3, f->last);
		if (spool_run(s, st, err) != 0)
			return -1;
	}
	return 0;
}

void
spool_fresh_done(struct spool *s)
{
	for (size_t i = 0; i < s->fresh_count && s->fresh_unwritten > 0; i++) {
		s->fresh_unwritten -= !s->fresh[i].written;
		s->fresh[i].written = true;
	}
}

void
spool_fresh_undo(struct spool *s)
{
	size_t kept = 0;

	if (s->fresh_unwritten == 0)
		return;
	for (size_t i = 0; i < s->fresh_count; i++) {
		if (s->fresh[i].written)
			s->fresh[kept++] = s->fresh[i];
	}
	s->fresh_count = kept;
	s->fresh_unwritten = 0;
}

int
spool_fresh_unfold(struct spool *s, struct err *err)
{
	return spool_exec(s,
	    "BEGIN IMMEDIATE;"
	    "INSERT OR IGNORE"
	    " INTO job(seq, endpoint, state, at, since, session)"
	    " SELECT event.seq, fresh.endpoint, 0, accepted, accepted, session"
	    " FROM fresh JOIN event ON event.seq BETWEEN first AND last;"
	    "DELETE FROM fresh;"
	    "COMMIT",
	    err);
}
