#include "history/internal.h"

void
history_start_live(const struct history *h, struct history_cursor *c,
    const struct history_filter *filter)
{
	*c = (struct history_cursor){history_last(h), filter, false};
}

void
history_start_earliest(const struct history *h, struct history_cursor *c,
    const struct history_filter *filter)
{
	*c = (struct history_cursor){history_oldest(h) - 1, filter, false};
}

void
history_start_since(const struct history *h, struct history_cursor *c,
    const struct history_filter *filter, int64_t time)
{
	uint64_t low = history_oldest(h), high = history_last(h) + 1;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (history_at(h, middle)->entry.time < time)
			low = middle + 1;
		else
			high = middle;
	}
	*c = (struct history_cursor){low - 1, filter, false};
}

void
history_start_after(const struct history *h, struct history_cursor *c,
    const struct history_filter *filter, uint64_t after, struct span epoch)
{
	*c = (struct history_cursor){after, filter, false};
	if (epoch.n > 0)
		c->foreign = !span_is(epoch, h->epoch);
	/* Without its epoch a number that we never gave tells as much. */
	if (after < h->first - 1 || after > h->last)
		c->foreign = true;
}

/* Go on with the oldest line, and say in ${gap} what that leaves out. */
static void
jump(struct history *h, struct history_cursor *c, struct history_gap *gap)
{
	uint64_t oldest = history_oldest(h);

	gap->after = c->after;
	gap->before = oldest;
	gap->lost = HISTORY_UNKNOWN;
	gap->reason = HISTORY_EPOCH;
	if (!c->foreign) {
		gap->reason = HISTORY_EXPIRED;
		if (c->filter == NULL)
			gap->lost = oldest - 1 - c->after;
	}
	c->after = oldest - 1;
	c->foreign = false;
}

enum history_found
history_next(struct history *h, struct history_cursor *c,
    struct history_result *r, struct err *err)
{
	(void)err;
	if (c->foreign || c->after + 1 < h->oldest) {
		jump(h, c, &r->gap);
		return HISTORY_GAP;
	}
	for (size_t i = 0; c->after < h->last; i++) {
		struct history_entry *e;

		if (i == HISTORY_SCAN_MAX)
			return HISTORY_MORE;
		e = &history_at(h, c->after + 1)->entry;
		c->after++;
		if (history_filter_passes(c->filter, e)) {
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
	if (c->foreign || n < h->oldest)
		gap->lost = HISTORY_UNKNOWN;
	for (; gap->lost != HISTORY_UNKNOWN && n < before; n++) {
		if (history_filter_passes(c->filter, &history_at(h, n)->entry))
			gap->lost++;
	}
	c->foreign = false;
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
