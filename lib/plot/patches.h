/*
 * plot/patches: how much pulse each patch of skin shows, by trace lines.
 *
 * In windows of PLOT_PATCH_WINDOW seconds the colours of each region become a
 * pulse wave by POS (Wang et al., IEEE Trans. Biomed. Eng. 2017, 64, 1479).  Its
 * spectra are added up, so that memory does not grow with the length.
 */
#ifndef PLOT_PATCHES_H
#define PLOT_PATCHES_H

#include <stdint.h>

#include "dsp/dsp.h"
#include "trace/line.h"

#define PLOT_PATCH_WINDOW 10.0

/* The grid that frames are resampled to, and its values in a window. */
#define PLOT_PATCH_RATE 30.0
#define PLOT_PATCH_GRID 300

/* Frames of a window; further ones are left out. */
#define PLOT_PATCH_FRAMES 1024

/* The spectra: power in steps of 3 /min from 39 to 240 /min. */
#define PLOT_PATCH_LOW 39.0
#define PLOT_PATCH_STEP 3.0
#define PLOT_PATCH_ROWS 67

struct plot_patches {
	struct trace_names names;
	uint64_t frames, faces;           /* and those with a face in view */
	uint64_t seen[TRACE_REGIONS_MAX]; /* frames with the region in view */
	float power[TRACE_REGIONS_MAX][PLOT_PATCH_ROWS];
	unsigned windows[TRACE_REGIONS_MAX];
	double from, to; /* s */

	/* The window that is being filled. */
	struct plot_patch_frame *frame;
	size_t count;
};

/* NULL without memory. */
struct plot_patches *plot_patches_new(const struct trace_names *names);
void plot_patches_free(struct plot_patches *p);

/* Add ${frame}, with the regions of the names.  Return 0, or -1 without memory.
 */
int plot_patches_add(
    struct plot_patches *p, struct dsp *dsp, const struct trace_frame *frame);

/* All frames were added. */
int plot_patches_end(struct plot_patches *p, struct dsp *dsp);

/* The share of the power of region ${i} that is within 6 /min of the heart rate
 * ${rate} (/min) and of its double, 0 to 1; NAN: not known. */
double plot_patches_pulse(
    const struct plot_patches *p, unsigned i, double rate);

/* The share of the frames in which it is in view. */
double plot_patches_view(const struct plot_patches *p, unsigned i);

#endif
