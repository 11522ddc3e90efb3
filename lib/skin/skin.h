/*
 * skin: from pictures to the mean colours of patches of skin.
 *
 * A sampler takes the frames of one source in order.  For a face it detects
 * and follows it, lays patches over forehead, cheeks, nose and chin in the
 * coordinates of the face, keeps of them what is skin and neither glare nor
 * shadow, and gives their mean colours: one struct trace_frame for each face
 * and frame.
 *
 * Regions hold still while the head does (placing them again with each
 * detection costs more signal than a wrong place), and move smoothly with it
 * when it moves.  Where the set of pixels must change, both sets are measured
 * on the same frame and the new one is scaled to continue the old: there is no
 * step in the trace, and trace_frame.anchor stays.  It counts up only where
 * nothing connects the two: the face was lost, or the picture changed its
 * size.
 */
#ifndef SKIN_SKIN_H
#define SKIN_SKIN_H

#include <stdbool.h>

#include "diag/err.h"
#include "face/cascade.h"
#include "trace/trace.h"
#include "video/video.h"

#define SKIN_FACES_MAX 8 /* faces followed at once, with all_faces */

enum skin_site {
	SKIN_SITE_FACE,
	SKIN_SITE_SKIN,  /* bare skin: a grid over the picture or the roi */
	SKIN_SITE_FINGER /* a fingertip on the lens: the whole picture */
};

struct skin_options {
	enum skin_site site;
	bool all_faces; /* else only the largest */
	/* SKIN_SITE_FACE: needed; borrowed.  NULL: no face is ever found. */
	const struct face_cascade *cascade;
	/* Asked where the first has not found a face for a second, and where it
	 * does not confirm one that is followed; borrowed.  NULL: none. */
	const struct face_cascade *second;
	/* SKIN_SITE_SKIN: pixels of the upright picture; width 0: all of it.
	 * What is outside the picture is cut off. */
	struct {
		double x, y, width, height;
	} roi;
};

struct skin_sampler;

/* NULL and ${err}: no memory. */
struct skin_sampler *skin_new(
    const struct skin_options *options, struct err *err);
void skin_free(struct skin_sampler *sampler);

/*
 * Take the next frame.  Return 0; or -1 and set ${err}: no memory, or the roi
 * is outside the picture.
 */
int skin_sample(struct skin_sampler *sampler, const struct video_frame *frame,
    struct err *err);

/*
 * How many subjects there are by now: one from the first frame on; more as
 * further faces are found, with all_faces.  A subject keeps its number; of a
 * face that is not in view, or not found yet, skin_trace has regions without
 * pixels and a face of width 0.
 */
unsigned skin_subjects(const struct skin_sampler *sampler);

/* What the last frame said of subject ${i}, valid until the next one; and the
 * names of its regions, which stay. */
const struct trace_frame *skin_trace(
    const struct skin_sampler *sampler, unsigned i);
const struct trace_names *skin_names(
    const struct skin_sampler *sampler, unsigned i);

/*
 * While no face has been confirmed (and for other sites never): the whole picture
 * as a grid of box averages "frame-1" ..., for methods that need no detector
 * (Full Video Pulse, de Haan and Wang 2018).  NULL once a face has been
 * confirmed: what was collected is then of no use.  A subject whose face was
 * only a pattern for a moment does not end it.
 */
const struct trace_frame *skin_fallback(const struct skin_sampler *sampler);
const struct trace_names *skin_fallback_names(
    const struct skin_sampler *sampler);

/* Are these the boxes of a whole picture? */
bool skin_names_are_fallback(const struct trace_names *names);

#endif
