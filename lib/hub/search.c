/* Searching Observations. */
#include <stdio.h>

#include "hub/internal.h"

/* The most Observations that one call examines. */
#define SCAN_MAX 500

/* If ${f} only accepts one subject, return it; otherwise p is NULL. */
static struct span
subject_of(const struct hub_filter *f)
{
	for (size_t i = 0; i < f->parameters; i++) {
		const struct hub_parameter *p = f->parameter[i];
		const struct hub_value *v = &p->value[0];

		if (p->kind->kind == HUB_REFERENCE && !p->identifier &&
		    p->values == 1 && !v->only_id)
			return v->reference;
	}
	return (struct span){NULL, 0};
}

/* Examine the current row of ${q}.  Return 1 if it matches; 0; or -1. */
static int
examine(struct hub *h, enum hub_sql q, const struct hub_filter *f,
    struct buf *out, char id[65], struct err *err)
{
	struct span text = sqlite_column_text(h->store, q, 3);
	struct span name = sqlite_column_text(h->store, q, 2);
	bool is_newest = sqlite_column(h->store, q, 4) != 0;

	if (!is_newest)
		return 0;
	if (hub_observation_read(&h->observation, text, err) != 0)
		return -1;
	if (!hub_filter_matches(f, &h->observation))
		return 0;
	buf_add_span(out, text);
	if (buf_failed(out))
		return err_set(err, "out of memory");
	snprintf(id, 65, "%.*s", (int)name.n, name.p);
	return 1;
}

enum hub_search
hub_search(struct hub *h, const struct hub_filter *f, struct hub_cursor *c,
    struct buf *out, char id[65], struct err *err)
{
	struct span subject = subject_of(f);
	enum hub_sql q =
	    subject.p == NULL ? HUB_SQL_SEARCH : HUB_SQL_SEARCH_SUBJECT;
	bool from_start = c->time == 0 && c->number == 0;
	int rc = 0, found = 0, left = SCAN_MAX;

	if (h->broken) {
		err_set(err, "%s", h->why.text);
		return HUB_SEARCH_FAILED;
	}
	sqlite_number(h->store, q, 1, from_start ? INT64_MAX : c->time);
	sqlite_number(
	    h->store, q, 2, from_start ? INT64_MAX : (int64_t)c->number);
	sqlite_number(h->store, q, 3, SCAN_MAX);
	if (subject.p != NULL)
		sqlite_bytes(h->store, q, 4, subject);
	while (found == 0 && (rc = sqlite_step(h->store, q, err)) > 0) {
		c->number = (uint64_t)sqlite_column(h->store, q, 0);
		c->time = sqlite_column(h->store, q, 1);
		found = examine(h, q, f, out, id, err);
		left--;
	}
	if (found != 0)
		sqlite_reset(h->store, q);
	if (rc < 0 || found < 0)
		return HUB_SEARCH_FAILED;
	if (found > 0)
		return HUB_SEARCH_FOUND;
	return left > 0 ? HUB_SEARCH_END : HUB_SEARCH_MORE;
}
