#include "history/internal.h"

void
history_start_live(const struct history *h, struct history_cursor *c,
    const struct history_filter *filter)
{
	*c = (struct history_cursor){history_last(h), filter, false, 0, 0};
}

void
history_start_earliest(const struct history *h, struct history_cursor *c,
    const struct history_filter *filter)
{
	*c =
	    (struct history_cursor){history_oldest(h) - 1, filter, false, 0, 0};
}

/* Was line ${n} accepted before ${time}?  If it cannot be read, return false:
 * history_next then reports the failure. */
static bool
is_before(const struct history *h, uint64_t n, int64_t time)
{
	struct history_entry e;
	bool before;

	if (n >= h->oldest)
		return history_at(h, n)->entry.time < time;
	history_reader_seek(h->reader, n);
	before = history_reader_take(h->reader, &e, NULL) == 0 && e.time < time;
	history_reader_rest(h->reader);
	return before;
}

void
history_start_since(const struct history *h, struct history_cursor *c,
    const struct history_filter *filter, int64_t time)
{
	uint64_t low = history_oldest(h), high = history_last(h) + 1;

	if (h->follows && low < h->oldest) {
		/* Unless memory reaches back that far, history_next looks for
		 * it elsewhere. */
		*c = (struct history_cursor){
		    low - 1, filter, false, time, h->oldest};
		if (h->oldest > h->last || !is_before(h, h->oldest, time))
			return;
		low = h->oldest;
	}
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (is_before(h, middle, time))
			low = middle + 1;
		else
			high = middle;
	}
	*c = (struct history_cursor){low - 1, filter, false, 0, 0};
}

void
history_start_after(const struct history *h, struct history_cursor *c,
    const struct history_filter *filter, uint64_t after, struct span epoch)
{
	*c = (struct history_cursor){after, filter, false, 0, 0};
	if (epoch.n > 0)
		c->foreign = !span_is(epoch, h->epoch);
	/* A number that was never assigned is of another epoch.  If others
	 * serve the same history, they may be ahead. */
	if (after < h->first - 1 ||
	    (after > h->last &&
		(!h->follows || after - h->last > HISTORY_AHEAD_MAX)))
		c->foreign = true;
}

/* Continue with the line ${next}, and describe in ${gap} what that skips. */
static void
jump(struct history_cursor *c, uint64_t next, struct history_gap *gap)
{
	gap->after = c->after;
	gap->before = next;
	gap->lost = HISTORY_UNKNOWN;
	gap->reason = HISTORY_EPOCH;
	if (!c->foreign) {
		gap->reason = HISTORY_EXPIRED;
		if (c->filter == NULL)
			gap->lost = next - 1 - c->after;
	}
	c->after = next - 1;
	c->foreign = false;
	c->until = 0;
}

/* Return a copy of a line of the store; the caller has its only reference. */
static enum history_found
give_copy(
    const struct history_entry *e, struct history_result *r, struct err *err)
{
	const struct history_line line = {
	    e->text, e->session, e->type, e->time, 0};
	struct history_held *held = history_held_new(e->sequence, &line);

	if (held == NULL) {
		err_set(err, "out of memory");
		return HISTORY_FAILED;
	}
	r->entry = &held->entry;
	return HISTORY_LINE;
}

/* history_next, for lines that are only in the store. */
static enum history_found
next_stored(struct history *h, struct history_cursor *c,
    struct history_result *r, struct err *err)
{
	enum history_found found = HISTORY_MORE;
	struct history_entry e;
	uint64_t dropped;

	history_reader_seek(h->reader, c->after + 1);
	for (size_t i = 0; found == HISTORY_MORE && i < HISTORY_SCAN_MAX &&
	     c->after + 1 < h->oldest;
	     i++) {
		if (history_reader_take(h->reader, &e, err) != 0) {
			found = HISTORY_FAILED;
			break;
		}
		if (history_filter_passes(c->filter, &e))
			found = give_copy(&e, r, err);
		if (found != HISTORY_FAILED)
			c->after++;
	}
	history_reader_rest(h->reader);
	/* The writer may have dropped lines in a commit that was not yet taken
	 * notice of. */
	dropped = history_store_dropped(h->store);
	if (found == HISTORY_FAILED && c->after + 1 < dropped) {
		h->stored = dropped <= h->last ? dropped : h->last + 1;
		jump(c, history_oldest(h), &r->gap);
		found = HISTORY_GAP;
	}
	return found;
}

/* Does ${c} accept ${e}?  Its time counts only until one is late enough. */
static bool
accepts(struct history_cursor *c, const struct history_entry *e)
{
	if (e->time < c->since)
		return false;
	c->since = 0;
	return history_filter_passes(c->filter, e);
}

/* Drop from the search of ${c} what is no longer available, which is not a gap. */
static void
drop_expired(const struct history *h, struct history_cursor *c)
{
	uint64_t oldest = history_oldest(h);
	uint64_t first = oldest < c->until ? oldest : c->until;

	if (!c->foreign && c->after + 1 < first)
		c->after = first - 1;
}

/* Move ${c} to before the first line elsewhere that was accepted late enough.
 * Return false if a line is wanted for that. */
static bool
search_elsewhere(struct history *h, struct history_cursor *c)
{
	while (c->after + 1 < c->until) {
		uint64_t middle = c->after + (c->until - c->after) / 2;
		uint64_t n = middle, next;
		struct history_held *held;

		/* If no line has the number, the next one decides. */
		while ((held = history_page_find(h, n, &next)) == NULL &&
		    next != 0 && next < c->until)
			n = next;
		if (held == NULL && next == 0)
			return false;
		if (held != NULL && held->entry.time < c->since)
			c->after = n;
		else
			c->until = middle;
	}
	c->until = 0;
	return true;
}

/* history_next, for lines that are elsewhere. */
static enum history_found
next_elsewhere(
    struct history *h, struct history_cursor *c, struct history_result *r)
{
	if (!search_elsewhere(h, c))
		return HISTORY_WAIT;
	for (size_t i = 0; i < HISTORY_SCAN_MAX && c->after + 1 < h->oldest;
	     i++) {
		uint64_t next;
		struct history_held *held =
		    history_page_find(h, c->after + 1, &next);

		if (held == NULL && next != 0) {
			jump(c, next, &r->gap);
			return HISTORY_GAP;
		}
		if (held == NULL)
			return HISTORY_WAIT;
		c->after++;
		if (accepts(c, &held->entry)) {
			r->entry = history_entry_ref(&held->entry);
			return HISTORY_LINE;
		}
	}
	return HISTORY_MORE;
}

enum history_found
history_next(struct history *h, struct history_cursor *c,
    struct history_result *r, struct err *err)
{
	drop_expired(h, c);
	if (c->foreign || c->after + 1 < history_oldest(h)) {
		jump(c, history_oldest(h), &r->gap);
		return HISTORY_GAP;
	}
	/* Memory may have no lines, or fewer than the store. */
	if (c->after < h->last && c->after + 1 < h->oldest)
		return h->follows ? next_elsewhere(h, c, r)
				  : next_stored(h, c, r, err);
	for (size_t i = 0; c->after < h->last; i++) {
		struct history_entry *e;

		if (i == HISTORY_SCAN_MAX)
			return HISTORY_MORE;
		e = &history_at(h, c->after + 1)->entry;
		c->after++;
		if (accepts(c, e)) {
			r->entry = history_entry_ref(e);
			return HISTORY_LINE;
		}
	}
	return HISTORY_NONE;
}

void
history_skip(struct history *h, struct history_cursor *c, uint64_t before,
    struct history_gap *gap)
{
	uint64_t n = c->after + 1;

	*gap = (struct history_gap){c->after, before, 0, HISTORY_SKIPPED};
	if (c->foreign || (c->filter != NULL && n < h->oldest))
		gap->lost = HISTORY_UNKNOWN;
	else if (c->filter == NULL)
		gap->lost = before - n;
	else
		for (; n < before; n++)
			gap->lost += history_filter_passes(
			    c->filter, &history_at(h, n)->entry);
	c->foreign = false;
	c->since = 0;
	c->until = 0;
	c->after = before - 1;
}

const char *
history_reason_name(enum history_reason reason)
{
	static const char *const name[] = {
	    [HISTORY_EXPIRED] = "expired",
	    [HISTORY_EPOCH] = "epoch",
	    [HISTORY_SKIPPED] = "slow",
	};

	return name[reason];
}
