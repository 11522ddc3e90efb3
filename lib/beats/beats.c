#include "beats/beats.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "beats/beat_search.h"
#include "beats/intervals.h"
#include "dsp/dsp.h"

/* By hand: a long wave is searched in blocks, each with a margin from its
 * neighbours, so that memory is bounded and the mean beat may change. */
#define BLOCK_SECONDS 240.0
#define MARGIN_SECONDS 10.0

/* By hand: the time of a beat closer to the ends of the wave means little, s.
 * Half of its rise is missing, or a filter has not settled there. */
#define EDGE_SECONDS 0.15

/* By hand: beats of two blocks that are nearer than this are the same, s. */
#define SAME_SECONDS 0.2

/* Grow ${b} by one beat.  Return 0, or -1 without memory. */
static int
add_beat(struct beats *b, size_t *room, double time, double quality)
{
	if (b->count == *room) {
		size_t more = *room ? 2 * *room : 128;
		struct beat *p = realloc(b->beat, more * sizeof(*p));

		if (p == NULL)
			return -1;
		b->beat = p;
		*room = more;
	}
	b->beat[b->count++] = (struct beat){time, quality};
	return 0;
}

/* Make ${s} a search on a grid of ${rate} over samples first..end of the
 * wave. */
static int
fill_block(struct beat_search *s, const struct signal_wave *w, double rate,
    size_t first, size_t end)
{
	size_t n = end - first;
	size_t m = (size_t)((double)(n - 1) / w->rate * rate) + 1;
	struct dsp_spline spline;
	double *t;
	int rc;

	if (beat_search_init(s, m, rate) != 0)
		return -1;
	t = calloc(n, sizeof(*t));
	if (t == NULL)
		return -1;
	for (size_t i = 0; i < n; i++)
		t[i] = (double)i / w->rate;
	rc = dsp_spline_init(&spline, t, w->value + first, n);
	if (rc == 0) {
		for (size_t i = 0; i < m; i++)
			s->wave[i] = dsp_spline_at(&spline, (double)i / rate);
		dsp_spline_release(&spline);
	}
	free(t);
	return rc;
}

/* Search from sample ${first} to ${end}; keep the beats from ${from} s to
 * ${to} s of the wave. */
static int
one_block(struct beats *b, size_t *room, const struct signal_wave *w,
    double rate, size_t first, size_t end, double from, double to)
{
	double start = (double)first / w->rate;
	struct beat_search coarse = {0}, fine = {0};
	int rc = fill_block(&coarse, w, BEAT_SEARCH_COARSE, first, end);

	coarse.period = rate > 0 ? 60 / rate : 0;
	if (rc == 0)
		rc = beat_search_coarse(&coarse);
	if (rc == 0)
		rc = fill_block(&fine, w, BEAT_SEARCH_FINE, first, end);
	if (rc == 0)
		rc = beat_search_fine(&fine, &coarse);
	for (size_t k = 0; rc == 0 && k < fine.beats; k++) {
		double t = start + fine.fine[k] / fine.rate;

		if (t < from || t >= to || b->count >= BEATS_MAX)
			continue;
		t += w->start;
		if (b->count > 0 &&
		    t - b->beat[b->count - 1].time < SAME_SECONDS)
			continue;
		rc = add_beat(b, room, t, fine.quality[k]);
	}
	beat_search_release(&coarse);
	beat_search_release(&fine);
	return rc;
}

static int
all_blocks(struct beats *b, const struct signal_wave *w, double rate)
{
	double length = (double)w->n / w->rate;
	size_t blocks = (size_t)fmax(1, floor(length / BLOCK_SECONDS));
	double step = length / (double)blocks;
	size_t room = 0;

	for (size_t k = 0; k < blocks; k++) {
		double start = (double)k * step;
		double from = start - MARGIN_SECONDS;
		double to = start + step + MARGIN_SECONDS;
		size_t first = from > 0 ? (size_t)(from * w->rate) : 0;
		size_t end = to < length ? (size_t)(to * w->rate) : w->n;

		if (one_block(b, &room, w, rate, first, end,
			k > 0 ? start : EDGE_SECONDS,
			k + 1 < blocks ? start + step
				       : length - EDGE_SECONDS) != 0)
			return -1;
	}
	return 0;
}

static bool
sound(const struct signal_wave *w)
{
	if (!isfinite(w->start) || !(w->rate >= 4 && w->rate <= 1000) ||
	    (double)w->n / w->rate > SIGNAL_SECONDS_MAX)
		return false;
	for (size_t i = 0; i < w->n; i++) {
		if (!isfinite(w->value[i]))
			return false;
	}
	return true;
}

int
beats_find(struct beats *b, const struct signal_wave *wave, double rate,
    const double (*gap)[2], size_t gaps, struct err *err)
{
	memset(b, 0, sizeof(*b));
	b->rate = (double)NAN;
	if (wave->n == 0)
		return 0;
	if (!sound(wave))
		return err_set(err, "pulse wave out of bounds");
	if (all_blocks(b, wave, rate) != 0 ||
	    intervals_label(b, gap, gaps) != 0) {
		beats_release(b);
		return err_set(err, "out of memory");
	}
	return 0;
}

void
beats_release(struct beats *b)
{
	free(b->beat);
	free(b->interval);
	memset(b, 0, sizeof(*b));
	b->rate = (double)NAN;
}
