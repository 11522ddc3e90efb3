#include "plot/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void
plot_series_init(struct plot_series *s, double width, size_t max)
{
	*s = (struct plot_series){.width = width, .max = max};
}

void
plot_series_release(struct plot_series *s)
{
	free(s->cell);
	s->cell = NULL;
	s->count = s->room = 0;
}

static int
has_any(const struct plot_cell *c)
{
	return c->values > 0 || c->missing > 0;
}

/* Add what is in ${from} to ${to}. */
static void
merge(struct plot_cell *to, const struct plot_cell *from)
{
	if (!has_any(from))
		return;
	if (!has_any(to)) {
		*to = *from;
		return;
	}
	to->from = fmin(to->from, from->from);
	to->to = fmax(to->to, from->to);
	/* fmin and fmax return the other one of a NAN. */
	to->low = fmin(to->low, from->low);
	to->high = fmax(to->high, from->high);
	to->confidence = fmin(to->confidence, from->confidence);
	to->values += from->values;
	to->missing += from->missing;
	if (from->missing > 0)
		to->reason = from->reason;
	to->mark |= from->mark;
}

static int64_t
half(int64_t n)
{
	return n >= 0 ? n / 2 : -((1 - n) / 2);
}

/* Merge the cells in pairs. */
static void
widen(struct plot_series *s)
{
	int64_t first = half(s->first);
	size_t kept = 0;

	for (size_t i = 0; i < s->count; i++) {
		size_t to = (size_t)(half(s->first + (int64_t)i) - first);
		struct plot_cell c = s->cell[i];

		s->cell[i] = (struct plot_cell){0};
		merge(&s->cell[to], &c);
		kept = to + 1;
	}
	s->first = first;
	s->count = kept;
	s->width *= 2;
}

/* Make cell ${n} one of the cells, of which there is room for max. */
static int
reach(struct plot_series *s, int64_t n)
{
	int64_t first = n < s->first ? n : s->first;
	int64_t end = s->first + (int64_t)s->count;
	size_t count, shift = (size_t)(s->first - first);
	struct plot_cell *cell;

	end = n >= end ? n + 1 : end;
	count = (size_t)(end - first);
	if (count == s->count)
		return 0;
	if (count > s->room) {
		size_t room = 2 * s->room > count ? 2 * s->room : count;

		cell = realloc(s->cell, room * sizeof(*cell));
		if (cell == NULL)
			return -1;
		s->cell = cell;
		s->room = room;
	}
	memmove(s->cell + shift, s->cell, s->count * sizeof(*s->cell));
	memset(s->cell, 0, shift * sizeof(*s->cell));
	memset(s->cell + shift + s->count, 0,
	    (count - shift - s->count) * sizeof(*s->cell));
	s->first = first;
	s->count = count;
	return 0;
}

int
plot_series_add(struct plot_series *s, const struct plot_point *p)
{
	struct plot_cell c = {.from = p->from,
	    .to = p->to,
	    .low = p->value,
	    .high = p->value,
	    .confidence = p->confidence,
	    .values = isnan(p->value) ? 0U : 1U,
	    .missing = isnan(p->value) ? 1U : 0U,
	    .reason = p->reason,
	    .mark = p->mark};
	int64_t n;

	for (;;) {
		n = (int64_t)floor(p->from / s->width);
		if (s->count == 0)
			s->first = n;
		if (n > s->first - (int64_t)s->max &&
		    n - s->first < (int64_t)s->max &&
		    s->first + (int64_t)s->count - n <= (int64_t)s->max)
			break;
		widen(s);
	}
	if (reach(s, n) != 0)
		return -1;
	merge(&s->cell[n - s->first], &c);
	return 0;
}

const struct plot_cell *
plot_series_next(const struct plot_series *s, size_t *i)
{
	while (*i < s->count)
		if (has_any(&s->cell[(*i)++]))
			return &s->cell[*i - 1];
	return NULL;
}
