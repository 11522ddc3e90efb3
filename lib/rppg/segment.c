#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/dsp.h"
#include "rppg/phase_rate.h"
#include "rppg/state.h"

/* Frames further apart, or without skin for longer, leave a gap, s. */
static const double GAP_MIN = 0.3;

/* By hand: the interval at which motion is sampled, s.  Breath moves a face far
 * slower. */
static const double MOTION_STEP = 0.1;

/* By hand: a window belongs to a segment with this share of itself inside, or
 * where it covers this share of the segment. */
static const double INSIDE_MIN = 0.6, COVERED_MIN = 0.9;

/* By hand: shorter windows than this share of the longest are not averaged. */
static const double LENGTH_MIN = 0.7;

/* By hand: windows over which the rate is taken to change linearly. */
enum {
	STRETCH = 20
};

/* The estimates of a segment, and its wave while windows are added up. */
struct assembly {
	struct window_estimate *estimate;
	size_t estimates;
	struct rate_point *curve; /* the windows that sum_up counts */
	size_t points;
	struct history wave; /* of windows that are not settled yet */
};

/* Are most of a window's samples in the segment, or does the window cover
 * nearly all of a segment that is shorter? */
static bool
belongs(const struct window_estimate *n, double from, double to)
{
	double inside = fmin(n->end, to) - fmax(n->start, from);

	return inside >
	    fmin(INSIDE_MIN * (n->end - n->start), COVERED_MIN * (to - from));
}

/* Take the windows whose rate may still change, as they are now. */
static int
assembly_pending(struct rppg *p, struct assembly *d)
{
	int path[RATE_TRACKER_LAG + 1];
	struct rate_tracker t = p->tracker;
	struct pending *last = malloc(sizeof(*last));
	int status = -1, more;
	unsigned kept, n;

	if (last == NULL)
		return -1;
	if ((more = rppg_last_window(p, &t, &kept, last)) < 0)
		goto done;
	n = kept + (unsigned)more;
	if (more == 0)
		t = p->tracker;
	if (n > 0)
		rate_tracker_path(&t, path, n);
	for (unsigned i = 0; i < n; i++) {
		struct pending *w = i < kept ? &p->pending[i] : last;

		if (rppg_apply_rate(p, w, path[i]) != 0 ||
		    history_add_waves(&d->wave,
			llrint(w->rates.start * RPPG_GRID), w->wave,
			w->rates.n) != 0)
			goto done;
		d->estimate[d->estimates++] = w->estimate;
	}
	status = 0;
done:
	free(last);
	return status;
}

static int
assembly_init(struct rppg *p, struct assembly *d)
{
	const struct queue *q = &p->history.windows;

	history_init(&d->wave);
	d->estimates = d->points = 0;
	d->estimate =
	    malloc((q->count + RATE_TRACKER_LAG + 2) * sizeof(*d->estimate));
	d->curve =
	    malloc((q->count + RATE_TRACKER_LAG + 2) * sizeof(*d->curve));
	if (d->estimate == NULL || d->curve == NULL)
		return -1;
	if (q->count > 0)
		memcpy(d->estimate, rppg_queue_at(q, 0),
		    q->count * sizeof(*d->estimate));
	d->estimates = q->count;
	return assembly_pending(p, d);
}

static void
assembly_release(struct assembly *d)
{
	free(d->estimate);
	free(d->curve);
	history_release(&d->wave);
}

static struct wave_sum
wave_at(const struct history *h, int64_t k)
{
	k -= h->wave_base;
	if (k < 0 || k >= (int64_t)h->wave.count)
		return (struct wave_sum){.weight = 0};
	return *(struct wave_sum *)rppg_queue_at(&h->wave, (size_t)k);
}

/* Set the wave of ${v} to the values ${first} to ${last}, counted at RPPG_GRID. */
static int
fill_wave(struct rppg *p, const struct assembly *d, int64_t first, int64_t last,
    struct rppg_segment *v)
{
	double *wave[WAVES] = {NULL};
	bool failed = false;

	if (last < first)
		return 0;
	v->waves = (size_t)(last - first + 1);
	for (int w = 0; w < WAVES; w++)
		if ((wave[w] = calloc(v->waves, sizeof(*v->wave))) == NULL)
			failed = true;
	v->wave = wave[WAVE_FUSED];
	v->upper = wave[WAVE_UPPER];
	v->lower = wave[WAVE_LOWER];
	if (failed)
		return -1;
	v->wave_start = (double)first / RPPG_GRID;
	for (size_t i = 0; i < v->waves; i++) {
		struct wave_sum a = wave_at(&p->history, first + (int64_t)i);
		struct wave_sum b = wave_at(&d->wave, first + (int64_t)i);
		double weight = (double)a.weight + (double)b.weight;

		for (int w = 0; w < WAVES && weight > 0; w++)
			wave[w][i] =
			    ((double)a.sum[w] + (double)b.sum[w]) / weight;
	}
	return 0;
}

/* The sum of squares by which ${n} rates deviate from a line.  Hearts change
 * smoothly, what is found in noise does not. */
static double
off_line(double *rate, size_t n)
{
	dsp_delinear(rate, n);
	return (double)n * dsp_variance(rate, n);
}

/* Add the rate around the middle of ${n} to the curve of phase_rate. */
static void
add_point(struct assembly *d, const struct window_estimate *n)
{
	double time = 0.5 * (n->start + n->end);

	if (d->points == 0 || time > d->curve[d->points - 1].time)
		d->curve[d->points++] = (struct rate_point){time, n->rate};
}

static int
slower_first(const void *va, const void *vb)
{
	const struct rate_point *a = va, *b = vb;

	return (a->rate > b->rate) - (a->rate < b->rate);
}

/* The median rate of the windows that count; sorts the curve. */
static double
median_rate(struct assembly *d)
{
	qsort(d->curve, d->points, sizeof(*d->curve), slower_first);
	return 0.5 *
	    (d->curve[(d->points - 1) / 2].rate + d->curve[d->points / 2].rate);
}

/* The length of the longest window of the segment, s. */
static double
longest_window(const struct assembly *d, double from, double to)
{
	double longest = 0;

	for (size_t i = 0; i < d->estimates; i++)
		if (belongs(&d->estimate[i], from, to))
			longest = fmax(
			    longest, d->estimate[i].end - d->estimate[i].start);
	return longest;
}

/* The rate and the features of the segment: means over its windows, the rates
 * weighted by how clear and how long these are.  The phase of the wave then
 * gives a better rate. */
static int
sum_up(const struct rppg *p, struct assembly *d, double from, double to,
    struct rppg_segment *v)
{
	double sum = 0, all = 0, longest = longest_window(d, from, to);
	double squares = 0;
	double stretch[STRETCH];
	size_t stretched = 0;

	v->snr_db = (double)NAN;
	for (size_t i = 0; i < d->estimates; i++) {
		const struct window_estimate *n = &d->estimate[i];
		double length = n->end - n->start;

		if (!belongs(n, from, to) || length < LENGTH_MIN * longest)
			continue;
		double w = n->quality * n->quality * length * length;
		/* Nobody was in view, or nothing moved at all. */
		if (w <= 0)
			continue;
		sum += w;
		all++;
		v->rate += w * n->rate;
		for (int k = 0; k < RPPG_FEATURES; k++)
			v->feature[k] += n->feature[k];
		add_point(d, n);
		stretch[stretched++] = n->rate;
		if (stretched == STRETCH) {
			squares += off_line(stretch, stretched);
			stretched = 0;
		}
	}
	squares += off_line(stretch, stretched);
	if (sum <= 0 || all <= 0) {
		v->rate = 0;
		return 0;
	}
	v->rate /= sum;
	for (int k = 0; k < RPPG_FEATURES; k++)
		v->feature[k] /= all;
	v->movement = v->feature[RPPG_FEATURE_MOVEMENT];
	v->feature[RPPG_FEATURE_SECONDS] =
	    log(fmax((to - from) * v->coverage, 1) / RPPG_WINDOW);
	v->snr_db = v->feature[RPPG_FEATURE_SNR];
	v->feature[RPPG_FEATURE_SPREAD] = log1p(sqrt(squares / all));
	v->confidence = rppg_confidence(p->method, v->feature);
	if (p->raw) {
		v->rate = median_rate(d);
		return 0;
	}
	return phase_rate_mean(
	    v->wave, v->waves, v->wave_start, d->curve, d->points, &v->rate);
}

/* ---- Colour, motion, gaps ------------------------------------------------ */

static int
allocate_arrays(struct rppg_segment *v, size_t n)
{
	double *block = calloc(6 * n + 1, sizeof(*block));

	v->gap = calloc(n + 2, sizeof(*v->gap));
	v->time = block;
	if (block == NULL || v->gap == NULL)
		return -1;
	v->r = block + n;
	v->g = block + 2 * n;
	v->b = block + 3 * n;
	v->motion_time = block + 4 * n;
	v->motion = block + 5 * n;
	return 0;
}

static void
add_motion(struct rppg_segment *v, const struct skin_colour *s)
{
	size_t n = v->motions;

	if (isnan(s->face_y) ||
	    (n > 0 && s->time - v->motion_time[n - 1] < MOTION_STEP))
		return;
	v->motion_time[n] = s->time;
	v->motion[n] = (double)s->face_y;
	v->motions++;
}

static int
fill_colour(struct rppg *p, double from, double to, struct rppg_segment *v)
{
	const struct queue *q = &p->history.colours;
	double seen_until = from, covered = 0, all = 0;

	if (allocate_arrays(v, q->count) != 0)
		return -1;
	for (size_t i = 0; i < q->count; i++) {
		const struct skin_colour *s = rppg_queue_at(q, i);

		if (s->time < from || s->time > to)
			continue;
		v->frames += s->count;
		all++;
		add_motion(v, s);
		if (!s->seen)
			continue;
		if (s->time - seen_until > GAP_MIN) {
			v->gap[v->gaps][0] = seen_until;
			v->gap[v->gaps++][1] = s->time;
		} else {
			covered += s->time - seen_until;
		}
		seen_until = s->time;
		v->time[v->colours] = s->time;
		v->r[v->colours] = (double)s->r;
		v->g[v->colours] = (double)s->g;
		v->b[v->colours++] = (double)s->b;
		v->illumination += 0.299 * (double)s->r + 0.587 * (double)s->g +
		    0.114 * (double)s->b;
	}
	if (to - seen_until > GAP_MIN) {
		v->gap[v->gaps][0] = seen_until;
		v->gap[v->gaps++][1] = to;
	}
	if (v->colours > 0)
		v->illumination =
		    fmin(1, v->illumination / (double)v->colours / 255);
	v->seen = all > 0 ? (double)v->colours / all : 0;
	v->coverage = to > from ? fmin(1, covered / (to - from)) : 0;
	return 0;
}

int
rppg_segment(struct rppg *p, double from, double to, struct rppg_segment *v)
{
	const struct queue *q = &p->history.colours;
	struct assembly d;
	int status = -1;

	memset(v, 0, sizeof(*v));
	if (q->count > 0) {
		from = fmax(
		    from, ((struct skin_colour *)rppg_queue_at(q, 0))->first);
		to = fmin(to, p->last_time);
		from = fmax(from, to - RPPG_SECONDS_MAX);
	}
	v->start = from;
	v->end = fmax(from, to);
	if (assembly_init(p, &d) == 0 && fill_colour(p, from, to, v) == 0 &&
	    fill_wave(p, &d, (int64_t)ceil(from * RPPG_GRID),
		(int64_t)floor(to * RPPG_GRID), v) == 0)
		status = sum_up(p, &d, from, to, v);
	assembly_release(&d);
	if (status != 0)
		rppg_segment_release(v);
	return status;
}

int
rppg_wave(struct rppg *p, int64_t first, int64_t end, struct rppg_segment *v)
{
	const int64_t most = (int64_t)(RPPG_SECONDS_MAX * RPPG_GRID);
	struct assembly d;
	int status = -1;

	memset(v, 0, sizeof(*v));
	if (end - first > most)
		first = end - most;
	if (assembly_init(p, &d) == 0)
		status = fill_wave(p, &d, first, end - 1, v);
	assembly_release(&d);
	if (status != 0)
		rppg_segment_release(v);
	return status;
}

void
rppg_segment_release(struct rppg_segment *v)
{
	free(v->wave);
	free(v->time);
	free(v->gap);
	free(v->upper);
	free(v->lower);
	memset(v, 0, sizeof(*v));
}
