#include "rppg/resampler.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/dsp.h"

/* Frames before the end of the grid whose spline may still change.  A natural
 * spline passes on 0.27 of a change from one frame to the next. */
enum {
	SETTLED = 10
};

/* By hand: how fast the weight of a region follows its number of pixels, a
 * frame. */
static const double FOLLOW = 0.01;

/* By hand: how fast the level of a region follows its colour, a frame. */
static const double LEVEL_FOLLOW = 0.2;

int
resampler_init(struct resampler *in, unsigned regions)
{
	memset(in, 0, sizeof(*in));
	in->regions = regions;
	in->channels = 3 * regions + RESAMPLER_FACE;
	in->raw = calloc((size_t)in->channels * RESAMPLER_RAW, sizeof(double));
	in->grid =
	    calloc((size_t)in->channels * RESAMPLER_GRID, sizeof(double));
	in->seen = calloc((size_t)(regions + 1) * RESAMPLER_GRID, sizeof(bool));
	in->sum = calloc(in->channels, sizeof(*in->sum));
	in->sums = calloc(in->channels, sizeof(*in->sums));
	for (unsigned i = 0; i < TRACE_REGIONS_MAX; i++)
		for (unsigned c = 0; c < 3; c++)
			in->gain[i][c] = 1;
	if (in->raw == NULL || in->grid == NULL || in->seen == NULL ||
	    in->sum == NULL || in->sums == NULL) {
		resampler_release(in);
		return -1;
	}
	return 0;
}

void
resampler_release(struct resampler *in)
{
	free(in->raw);
	free(in->grid);
	free(in->seen);
	free(in->sum);
	free(in->sums);
	in->raw = in->grid = in->sum = NULL;
	in->seen = NULL;
	in->sums = NULL;
}

void
resampler_restart(struct resampler *in)
{
	in->raws = in->grids = in->settled = 0;
	in->frames = 0;
	in->started = false;
}

const double *
resampler_channel(const struct resampler *in, unsigned channel)
{
	return in->grid + (size_t)channel * RESAMPLER_GRID;
}

/* The regions were placed again: continue at the level that each one had. */
static void
re_anchor(struct resampler *in, const struct trace_frame *f)
{
	for (unsigned i = 0; i < in->regions; i++) {
		const struct trace_region *r = &f->region[i];
		double now[3] = {r->r, r->g, r->b};

		for (unsigned c = 0; c < 3 && r->pixels > 0; c++)
			if (in->level[i][c] > 0 && now[c] > 0)
				in->gain[i][c] = in->level[i][c] / now[c];
	}
	in->anchor = f->anchor;
}

static void
add_value(struct resampler *in, unsigned channel, double value)
{
	in->sum[channel] += value;
	in->sums[channel]++;
}

static void
add_face(struct resampler *in, const struct trace_face *face)
{
	unsigned at = 3 * in->regions;
	double size = (face->width + face->height) / 2;

	if (!(face->width > 0 && size > 0))
		return;
	add_value(
	    in, at + RESAMPLER_FACE_X, (face->x + face->width / 2) / size);
	add_value(
	    in, at + RESAMPLER_FACE_Y, (face->y + face->height / 2) / size);
	add_value(in, at + RESAMPLER_FACE_SIZE, log(size));
}

static void
add_frame(struct resampler *in, const struct trace_frame *f)
{
	if (in->frames == 0) {
		in->first_time = f->time;
		in->sum_time = 0;
		memset(in->sum, 0, in->channels * sizeof(*in->sum));
		memset(in->sums, 0, in->channels * sizeof(*in->sums));
	}
	in->frames++;
	in->sum_time += f->time - in->first_time;
	for (unsigned i = 0; i < in->regions; i++) {
		const struct trace_region *r = &f->region[i];
		double now[3] = {r->r, r->g, r->b};

		if (r->pixels == 0)
			continue;
		in->weight[i] += in->weight[i] == 0
		    ? r->pixels
		    : FOLLOW * (r->pixels - in->weight[i]);
		for (unsigned c = 0; c < 3; c++) {
			double v = now[c] * in->gain[i][c];

			in->level[i][c] = in->level[i][c] > 0
			    ? (1 - LEVEL_FOLLOW) * in->level[i][c] +
				LEVEL_FOLLOW * v
			    : v;
			add_value(in, 3 * i + c, v);
		}
	}
	add_face(in, &f->face);
}

int
resampler_flush(struct resampler *in)
{
	if (in->frames == 0)
		return 0;
	if (in->raws == RESAMPLER_RAW && resampler_grid(in) != 0)
		return -1;
	for (unsigned c = 0; c < in->channels; c++)
		in->raw[(size_t)c * RESAMPLER_RAW + in->raws] =
		    in->sums[c] > 0 ? in->sum[c] / in->sums[c] : (double)NAN;
	in->time[in->raws++] =
	    in->first_time + in->sum_time / (double)in->frames;
	in->frames = 0;
	return 1;
}

int
resampler_push(struct resampler *in, const struct trace_frame *f)
{
	int new_frame = 0;

	if (in->frames > 0 &&
	    f->time - in->first_time > RPPG_CLOSEST * (1 - 1e-9))
		new_frame = resampler_flush(in);
	if (new_frame < 0)
		return -1;
	if (f->anchor != in->anchor)
		re_anchor(in, f);
	add_frame(in, f);
	return new_frame;
}

/* Drop the oldest samples, so that there is room up to ${last}. */
static void
slide(struct resampler *in, int64_t last)
{
	size_t keep = RESAMPLER_GRID / 2, drop;

	if (last - in->base < RESAMPLER_GRID)
		return;
	drop = in->grids - keep;
	for (unsigned c = 0; c < in->channels; c++) {
		double *g = in->grid + (size_t)c * RESAMPLER_GRID;

		memmove(g, g + drop, keep * sizeof(*g));
	}
	for (unsigned i = 0; i <= in->regions; i++) {
		bool *s = in->seen + (size_t)i * RESAMPLER_GRID;

		memmove(s, s + drop, keep * sizeof(*s));
	}
	in->base += (int64_t)drop;
	in->grids = keep;
	in->settled -= drop;
}

/* Settled frames are kept only as a run-up for the spline. */
static void
settle(struct resampler *in)
{
	size_t drop;

	if (in->raws <= 2 * SETTLED)
		return;
	double until = in->time[in->raws - 1 - SETTLED];
	in->settled =
	    (size_t)((int64_t)floor(until * RPPG_GRID) - in->base + 1);
	drop = in->raws - 2 * SETTLED;
	in->raws = 2 * SETTLED;
	for (unsigned c = 0; c < in->channels; c++) {
		double *raw = in->raw + (size_t)c * RESAMPLER_RAW;

		memmove(raw, raw + drop, in->raws * sizeof(*raw));
	}
	memmove(in->time, in->time + drop, in->raws * sizeof(*in->time));
}

int
resampler_grid(struct resampler *in)
{
	if (in->raws == 0)
		return 0;
	if (!in->started) {
		in->base = (int64_t)ceil(in->time[0] * RPPG_GRID);
		in->grids = in->settled = 0;
		in->started = true;
	}
	int64_t last = (int64_t)floor(in->time[in->raws - 1] * RPPG_GRID);
	if (last < in->base + (int64_t)in->grids)
		return 0;
	slide(in, last);
	size_t from = in->settled, n = (size_t)(last - in->base + 1) - from;
	double start = (double)(in->base + (int64_t)from) / RPPG_GRID;
	for (unsigned c = 0; c < in->channels; c++) {
		size_t region = c / 3 < in->regions ? c / 3 : in->regions;

		if (dsp_resample(in->time, in->raw + (size_t)c * RESAMPLER_RAW,
			in->raws, RPPG_GAP, start, 1 / RPPG_GRID,
			in->grid + (size_t)c * RESAMPLER_GRID + from,
			in->seen + region * RESAMPLER_GRID + from, n) != 0)
			return -1;
	}
	in->grids = from + n;
	settle(in);
	return 0;
}
