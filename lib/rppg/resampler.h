/*
 * resampler: from frames at uneven times to traces on an even grid.
 *
 * Frames closer than RPPG_CLOSEST are averaged.  Where regions are placed again,
 * a gain for each region and channel removes the step.  Every region is
 * resampled once, by a spline over the real times of its frames.  Private to
 * lib/rppg.
 */
#ifndef RPPG_RESAMPLER_H
#define RPPG_RESAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rppg/grid.h"
#include "trace/trace.h"

/* Frames closer than this are averaged, s. */
#define RPPG_CLOSEST (1 / 75.0)
/* Longer gaps are bridged by a line and count as not seen, s. */
#define RPPG_GAP 0.3
/* By hand: longer gaps, and longer times without skin in view, end a run.  What
 * follows starts again, s. */
#define RPPG_BREAK 2.0

enum {
	RESAMPLER_RAW = 160,   /* frames held */
	RESAMPLER_GRID = 3000, /* samples held of every channel */
	/* Channels after those of the regions: the middle and the size of the
	 * face, relative to its size. */
	RESAMPLER_FACE_X = 0,
	RESAMPLER_FACE_Y,
	RESAMPLER_FACE_SIZE,
	RESAMPLER_FACE
};

struct resampler {
	unsigned regions, channels;
	double *raw; /* [channel][RESAMPLER_RAW] */
	double time[RESAMPLER_RAW];
	size_t raws;
	double *grid;   /* [channel][RESAMPLER_GRID] */
	bool *seen;     /* [region][RESAMPLER_GRID] */
	int64_t base;   /* grid index of the first sample */
	size_t grids;   /* samples of the grid so far */
	size_t settled; /* of them, those that no further frame changes */
	bool started;
	double weight[TRACE_REGIONS_MAX]; /* mean pixels */
	double gain[TRACE_REGIONS_MAX][3];
	double level[TRACE_REGIONS_MAX][3]; /* last, with the gain; 0: never */
	uint32_t anchor;
	/* The frames being averaged. */
	double sum_time, first_time;
	double *sum; /* [channel] */
	unsigned *sums;
	unsigned frames;
};

int resampler_init(struct resampler *in, unsigned regions);
void resampler_release(struct resampler *in);

/* Forget all frames; gains and levels are kept. */
void resampler_restart(struct resampler *in);

/* Take a frame.  Return 1 where it completed an averaged frame, 0 if it did
 * not, -1 without memory. */
int resampler_push(struct resampler *in, const struct trace_frame *f);
/* Complete the frame that is being averaged, if there is one.  Return as
 * above. */
int resampler_flush(struct resampler *in);

/* Bring the grid up to the last averaged frame; call at least once a second.
 * Return 0, or -1 without memory. */
int resampler_grid(struct resampler *in);

/* The samples of a channel; index 0 is in->base. */
const double *resampler_channel(const struct resampler *in, unsigned channel);

#endif
