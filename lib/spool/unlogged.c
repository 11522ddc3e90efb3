#include <stdlib.h>
#include <string.h>

#include "spool/internal.h"

/* The first range of ${endpoint} behind ${seq}, or the place where it would
 * be. */
static size_t
behind(const struct spool *s, int64_t seq, int64_t endpoint)
{
	size_t low = 0, high = s->unlogged_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct spool_range *u = &s->unlogged[mid];

		if (u->endpoint < endpoint ||
		    (u->endpoint == endpoint && u->first <= seq))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The range that ${seq} is in, or NULL. */
static struct spool_range *
find(const struct spool *s, int64_t seq, int64_t endpoint)
{
	size_t i = behind(s, seq, endpoint);
	struct spool_range *u = i > 0 ? &s->unlogged[i - 1] : NULL;

	return u != NULL && u->endpoint == endpoint && u->last >= seq ? u
								      : NULL;
}

bool
spool_unlogged_has(const struct spool *s, int64_t seq, int64_t endpoint)
{
	return find(s, seq, endpoint) != NULL;
}

bool
spool_unlogged_any(const struct spool *s, int64_t seq)
{
	for (size_t i = 0; i < s->unlogged_count; i++) {
		if (s->unlogged[i].first <= seq && seq <= s->unlogged[i].last)
			return true;
	}
	return false;
}

uint64_t
spool_unlogged_left(const struct spool *s, int64_t endpoint)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->unlogged_count; i++) {
		if (s->unlogged[i].endpoint == endpoint)
			n += s->unlogged[i].left;
	}
	return n;
}

static int
make_room(struct spool *s)
{
	size_t cap = s->unlogged_cap == 0 ? 16 : 2 * s->unlogged_cap;
	struct spool_range *ranges;

	if (s->unlogged != NULL && s->unlogged_count < s->unlogged_cap)
		return 0;
	ranges = realloc(s->unlogged, cap * sizeof(*ranges));
	if (ranges == NULL)
		return -1;
	s->unlogged = ranges;
	s->unlogged_cap = cap;
	return 0;
}

static void
take_out(struct spool *s, struct spool_range *u)
{
	size_t i = (size_t)(u - s->unlogged);

	s->unlogged_count--;
	memmove(u, u + 1, (s->unlogged_count - i) * sizeof(*u));
}

int
spool_unlogged_add(
    struct spool *s, int64_t seq, int64_t endpoint, struct err *err)
{
	size_t i = behind(s, seq, endpoint);
	struct spool_range *u = i > 0 ? &s->unlogged[i - 1] : NULL;

	if (u != NULL && u->endpoint == endpoint && !u->written &&
	    u->last == seq - 1) {
		u->last = seq;
		u->left++;
		return 0;
	}
	if (make_room(s) != 0)
		return err_set(err, "out of memory");
	u = &s->unlogged[i];
	memmove(u + 1, u, (s->unlogged_count - i) * sizeof(*u));
	*u = (struct spool_range){endpoint, seq, seq, 1, false};
	s->unlogged_count++;
	s->unwritten++;
	return 0;
}

int
spool_unlogged_saved(
    struct spool *s, int64_t seq, int64_t endpoint, struct err *err)
{
	struct spool_range *u = find(s, seq, endpoint);
	sqlite3_stmt *st;

	if (u == NULL || --u->left > 0)
		return 0;
	if (!u->written) {
		s->unwritten--;
		take_out(s, u);
		return 0;
	}
	st = spool_statement(s, SPOOL_DROP_UNLOGGED, err);
	if (st == NULL)
		return -1;
	sqlite3_bind_int64(st, 1, u->endpoint);
	sqlite3_bind_int64(st, 2, u->first);
	take_out(s, u);
	return spool_run(s, st, err);
}

int
spool_unlogged_write(struct spool *s, struct err *err)
{
	for (size_t i = 0; i < s->unlogged_count && s->unwritten > 0; i++) {
		const struct spool_range *u = &s->unlogged[i];
		sqlite3_stmt *st;

		if (u->written)
			continue;
		st = spool_statement(s, SPOOL_ADD_UNLOGGED, err);
		if (st == NULL)
			return -1;
		sqlite3_bind_int64(st, 1, u->endpoint);
		sqlite3_bind_int64(st, 2, u->first);
		sqlite3_bind_int64(st, 3, u->last);
		if (spool_run(s, st, err) != 0)
			return -1;
	}
	return 0;
}

void
spool_unlogged_committed(struct spool *s)
{
	for (size_t i = 0; i < s->unlogged_count && s->unwritten > 0; i++) {
		s->unwritten -= !s->unlogged[i].written;
		s->unlogged[i].written = true;
	}
}

void
spool_unlogged_undo(struct spool *s)
{
	size_t kept = 0;

	if (s->unwritten == 0)
		return;
	for (size_t i = 0; i < s->unlogged_count; i++) {
		if (s->unlogged[i].written)
			s->unlogged[kept++] = s->unlogged[i];
	}
	s->unlogged_count = kept;
	s->unwritten = 0;
}

int
spool_unlogged_unfold(struct spool *s, struct err *err)
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
