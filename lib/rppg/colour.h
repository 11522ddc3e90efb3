/*
 * colour: the mean colour of all skin in view, frame by frame.
 *
 * Private to lib/rppg.
 */
#ifndef RPPG_COLOUR_H
#define RPPG_COLOUR_H

#include "rppg/state.h"

/* Add the colour of ${f} to p->history.  Where the set of regions changes, or
 * they are placed again, the colour is scaled to continue at the level of the
 * regions that both frames show.  Return 0, or -1 without memory. */
int colour_add(struct rppg *p, const struct trace_frame *f);

#endif
