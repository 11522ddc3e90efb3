/*
 * intake: from frames at uneven times to traces on an even grid.
 *
 * Frames closer than RPPG_CLOSEST are averaged, steps at re-anchoring are
 * taken out by a gain for each region and channel, and every region is
 * resampled once, by a spline over the frames' real times.  Private to
 * lib/rppg.
 */
#ifndef RPPG_INTAKE_H
#define RPPG_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rppg/engine.h"
#include "trace/trace.h"

/* Frames closer than this are averaged, s. */
#define RPPG_CLOSEST (1 / 75.0)
/* Longer gaps are crossed on a line and count as not seen, s. */
#define RPPG_GAP 0.3
/* Longer gaps, and longer times without skin in view, end a run: what follows
 * starts anew, s. */
#define RPPG_BREAK 2.0

enum {
	INTAKE_RAW = 160,   /* frames held */
	INTAKE_GRID = 3000, /* samples held of every channel */
	/* Channels behind those of the regions: the face's middle and size,
	 * relative to its size. */
	INTAKE_FACE_X = 0,
	INTAKE_FACE_Y,
	INTAKE_FACE_SIZE,
	INTAKE_FACE
};

struct intake {
	unsigned regions, channels;
	double *raw; /* [channel][INTAKE_RAW] */
	double time[INTAKE_RAW];
	size_t raws;
	double *grid;   /* [channel][INTAKE_GRID] */
	bool *seen;     /* [region][INTAKE_GRID] */
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

int intake_init(struct intake *in, unsigned regions);
void intake_release(struct intake *in);

/* Forget all frames; gains and levels are kept. */
void intake_restart(struct intake *in);

/* Take a frame.  Return 1 when a new averaged frame came of it, 0 when none
 * did, -1 without memory. */
int intake_push(struct intake *in, const struct trace_frame *f);
/* The last averaged frame, if one is still being collected.  Likewise. */
int intake_flush(struct intake *in);

/* Bring the grid up to the last averaged frame; call at least once a second.
 * Return 0, or -1 without memory. */
int intake_grid(struct intake *in);

/* The samples of a channel; index 0 is in->base. */
const double *intake_channel(const struct intake *in, unsigned channel);

#endif
