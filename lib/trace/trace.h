/*
 * trace: what one frame of a recording says about skin colour.
 *
 * The seam between pictures and signals: lib/skin makes trace frames out of
 * video, lib/trace reads and writes them as "trace" lines, lib/rppg turns a
 * run of them into vital signs and sees no pixel.
 */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include <stdbool.h>
#include <stdint.h>

/* The most regions of one source, and the longest name with its 0 byte. */
#define TRACE_REGIONS_MAX 64
#define TRACE_NAME_MAX 32

/* The region of this name is not skin: it is the picture beside the face, a
 * reference for changes of light and exposure. */
#define TRACE_BACKGROUND "background"

/*
 * The mean colour of one region.  R, G and B are display-referred (gamma
 * encoded, BT.601 or BT.709 as the stream says) on the scale 0 to 255 whatever
 * the bit depth, with the fraction that averaging gives.
 */
struct trace_region {
	double r, g, b;
	uint32_t pixels; /* skin pixels averaged; 0: not in view, r g b void */
};

struct trace_face {
	double x, y; /* top left corner, pixels of the upright picture */
	double width, height; /* 0: no face in view */
};

struct trace_frame {
	double time;    /* seconds from the start of the source */
	unsigned count; /* regions; the same number and order in one source */
	struct trace_region region[TRACE_REGIONS_MAX];
	struct trace_face face;
	/* Changes whenever the regions were placed again, so that a step in the
	 * traces is to be expected. */
	uint32_t anchor;
	/* Mean luma of the whole picture, 0 to 255; negative: not known. */
	double luma;
	/* The picture is the last one again: no new sample. */
	bool repeated;
	/* Decoding reported damage in or just before this frame. */
	bool damaged;
};

/* The names of a source's regions, in their order. */
struct trace_names {
	unsigned count;
	char name[TRACE_REGIONS_MAX][TRACE_NAME_MAX];
};

#endif
