#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/dsp.h"
#include "rppg/pace.h"
#include "rppg/state.h"

/* Frames further apart, or without skin for longer, make a gap, s. */
static const double GAP_MIN = 0.3;

/* Movement slower than this is posture: motion is sampled so often, s. */
static const double MOTION_STEP = 0.1;

/* Windows over which the rate's course is taken for straight. */
enum {
	STRETCH = 20
};

/* The notes of a view, and its wave while windows are added up. */
struct draft {
	struct note *note;
	size_t notes;
	struct pace_point *course; /* of those that sum_up counts */
	size_t points;
	struct history wave; /* of the windows not settled yet */
};

/* Do most of a window's samples lie in the view, or does it show all of one
 * that is shorter? */
static bool
belongs(const struct note *n, double from, double to)
{
	double inside = fmin(n->end, to) - fmax(n->start, from);

	return inside > fmin(0.6 * (n->end - n->start), 0.9 * (to - from));
}

/* Judge the windows whose choice may still change, as they stand now. */
static int
draft_pending(struct rppg *p, struct draft *d)
{
	int course[TRACK_LAG + 1];
	struct track t = p->track;
	struct pending *last = malloc(sizeof(*last));
	int status = -1, more;
	unsigned kept, n;

	if (last == NULL)
		return -1;
	if ((more = rppg_last_window(p, &t, &kept, last)) < 0)
		goto done;
	n = kept + (unsigned)more;
	if (more == 0)
		t = p->track;
	if (n > 0)
		track_course(&t, course, n);
	for (unsigned i = 0; i < n; i++) {
		struct pending *w = i < kept ? &p->pending[i] : last;

		if (rppg_judge(p, w, course[i]) != 0 ||
		    history_add_waves(&d->wave,
			llrint(w->vote.start * RPPG_GRID), w->wave,
			w->vote.n) != 0)
			goto done;
		d->note[d->notes++] = w->note;
	}
	status = 0;
done:
	free(last);
	return status;
}

static int
draft_init(struct rppg *p, struct draft *d)
{
	const struct queue *q = &p->history.notes;

	history_init(&d->wave);
	d->notes = d->points = 0;
	d->note = malloc((q->count + TRACK_LAG + 2) * sizeof(*d->note));
	d->course = malloc((q->count + TRACK_LAG + 2) * sizeof(*d->course));
	if (d->note == NULL || d->course == NULL)
		return -1;
	if (q->count > 0)
		memcpy(
		    d->note, rppg_queue_at(q, 0), q->count * sizeof(*d->note));
	d->notes = q->count;
	return draft_pending(p, d);
}

static void
draft_release(struct draft *d)
{
	free(d->note);
	free(d->course);
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

static int
fill_wave(struct rppg *p, const struct draft *d, double from, double to,
    struct rppg_view *v)
{
	int64_t first = (int64_t)ceil(from * RPPG_GRID);
	int64_t last = (int64_t)floor(to * RPPG_GRID);
	double *wave[VOTE_WAVES] = {NULL};
	bool failed = false;

	if (last < first)
		return 0;
	v->waves = (size_t)(last - first + 1);
	for (int w = 0; w < VOTE_WAVES; w++)
		if ((wave[w] = calloc(v->waves, sizeof(*v->wave))) == NULL)
			failed = true;
	v->wave = wave[VOTE_WAVE_FUSED];
	v->upper = wave[VOTE_WAVE_UPPER];
	v->lower = wave[VOTE_WAVE_LOWER];
	if (failed)
		return -1;
	v->wave_start = (double)first / RPPG_GRID;
	for (size_t i = 0; i < v->waves; i++) {
		struct wave_sum a = wave_at(&p->history, first + (int64_t)i);
		struct wave_sum b = wave_at(&d->wave, first + (int64_t)i);
		double weight = (double)a.weight + (double)b.weight;

		for (int w = 0; w < VOTE_WAVES && weight > 0; w++)
			wave[w][i] =
			    ((double)a.sum[w] + (double)b.sum[w]) / weight;
	}
	return 0;
}

/* The squares by which ${n} rates are off a straight course.  Hearts change
 * smoothly, what is found in noise does not. */
static double
off_line(double *rate, size_t n)
{
	dsp_delinear(rate, n);
	return (double)n * dsp_variance(rate, n);
}

/* The rate around the middle of ${n} joins the course. */
static void
add_point(struct draft *d, const struct note *n)
{
	double time = 0.5 * (n->start + n->end);

	if (d->points == 0 || time > d->course[d->points - 1].time)
		d->course[d->points++] = (struct pace_point){time, n->rate};
}

/* The rate and the features of the view: means over its windows, weighted by
 * how clear and how long they are.  Its wave tells the rate better. */
static int
sum_up(struct draft *d, enum rppg_method method, double from, double to,
    struct rppg_view *v)
{
	double sum = 0, all = 0, longest = 0, squares = 0;
	double stretch[STRETCH];
	size_t stretched = 0;

	for (size_t i = 0; i < d->notes; i++)
		if (belongs(&d->note[i], from, to))
			longest =
			    fmax(longest, d->note[i].end - d->note[i].start);
	v->snr_db = (double)NAN;
	for (size_t i = 0; i < d->notes; i++) {
		const struct note *n = &d->note[i];
		double length = n->end - n->start;

		if (!belongs(n, from, to) || length < 0.7 * longest)
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
		v->movement += n->movement;
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
	v->movement /= all;
	for (int k = 0; k < RPPG_FEATURES; k++)
		v->feature[k] /= all;
	v->feature[RPPG_FEATURE_SECONDS] =
	    log(fmax((to - from) * v->coverage, 1) / RPPG_WINDOW);
	v->snr_db = v->feature[RPPG_FEATURE_SNR];
	v->feature[RPPG_FEATURE_SPREAD] = log1p(sqrt(squares / all));
	v->confidence = rppg_confidence(method, v->feature);
	return pace_mean(
	    v->wave, v->waves, v->wave_start, d->course, d->points, &v->rate);
}

/* ---- Colour, motion, gaps ------------------------------------------------ */

static int
view_arrays(struct rppg_view *v, size_t n)
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
add_motion(struct rppg_view *v, const struct shade *s)
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
fill_colour(struct rppg *p, double from, double to, struct rppg_view *v)
{
	const struct queue *q = &p->history.shades;
	double seen_until = from, covered = 0, all = 0;

	if (view_arrays(v, q->count) != 0)
		return -1;
	for (size_t i = 0; i < q->count; i++) {
		const struct shade *s = rppg_queue_at(q, i);

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
rppg_view(struct rppg *p, double from, double to, struct rppg_view *v)
{
	const struct queue *q = &p->history.shades;
	struct draft d;
	int status = -1;

	memset(v, 0, sizeof(*v));
	if (q->count > 0) {
		from = fmax(from, ((struct shade *)rppg_queue_at(q, 0))->first);
		to = fmin(to, p->last_time);
		from = fmax(from, to - RPPG_SECONDS_MAX);
	}
	v->start = from;
	v->end = fmax(from, to);
	if (draft_init(p, &d) == 0 && fill_colour(p, from, to, v) == 0 &&
	    fill_wave(p, &d, from, to, v) == 0)
		status = sum_up(&d, p->method, from, to, v);
	draft_release(&d);
	if (status != 0)
		rppg_view_release(v);
	return status;
}

void
rppg_view_release(struct rppg_view *v)
{
	free(v->wave);
	free(v->time);
	free(v->gap);
	free(v->upper);
	free(v->lower);
	memset(v, 0, sizeof(*v));
}
