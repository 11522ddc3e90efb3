/*
 * rhythm: does a face move at the rate that was found in its colour?  What a nod, a
 * step or a chewing jaw does to the light on the skin looks like a pulse.  Private to
 * lib/rppg.
 */
#ifndef RPPG_RHYTHM_H
#define RPPG_RHYTHM_H

#include "rppg/power.h"
#include "rppg/window.h"

/*
 * Set ${share}, 0 to 1: how much of the power of the movement, from POWER_LOW to
 * POWER_BINS, lies within ${lobe} bins of ${bin}.  The movement is that of the place
 * and of the size of the face.  Of a face that holds still it is the noise of the
 * tracker; 0 without a face.  The window must be open.  Return 0, or -1 without
 * memory.
 */
int rhythm_share(struct power_plan *p, const struct window *w, double bin,
    unsigned lobe, double *share);

#endif
