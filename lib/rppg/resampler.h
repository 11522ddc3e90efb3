/*
 * resampler: from frames at uneven times to traces on an even grid.
 *
 * Frames closer than RPPG_CLOSEST are averaged, steps at re-anchoring are
 * taken out by a gain for each region and channel, and every region is
 * resampled once, by a spline over the frames' real times.  Private to
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
/* Longer gaps are crossed on a line and count as not seen, s. */
#define RPPG_GAP 0.3
/* Longer gaps, and longer times without skin in view, end a run: what follows
 * starts anew, s. */
#define RPPG_BREAK 2.0

enum {
	RESAMPLER_RAW = 160,   /* frames held */
	RESAMPLER_GRID = 3000, /* samples held of every channel */
	/* Channels behind those of the regions: the face's middle and size,
	 * relative to its size. */
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
	double weight[TRACE_REGIONS_MAX]; /* pixels, slowly followed */
	double gain[TRACE_REGIONS_MAX][3];
	double level[TRACE_REGIONS_MAX][3]; /* last seen, gained; 0: never */
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

/* Take a frame.  Return 1 when a new averaged frame came of it, 0 when none
 * did, -1 without memory. */
int resampler_push(struct resampler *in, const struct trace_frame *f);
/* The last averaged frame, if one is still being collected.  Likewise. */
int resampler_flush(struct resampler *in);

/* Bring the grid up to the last averaged frame; call at least once a second.
 * Return 0, or -1 without memory. */
int resampler_grid(struct resampler *in);

/* The samples of a channel; index 0 is in->base. */
const double *resampler_channel(const struct resampler *in, unsigned channel);

#endif
