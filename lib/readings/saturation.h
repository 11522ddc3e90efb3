/*
 * saturation: oxygen saturation from the ratio of ratios, without a
 * calibration.
 */
#ifndef READINGS_SATURATION_H
#define READINGS_SATURATION_H

#include "readings/features.h"

/* By hand: channels less coherent with the pulse are not used. */
#define SATURATION_COHERENCE_MIN 0.5

/* By hand: the confidence for cameras and skins that were not calibrated. */
#define SATURATION_CONFIDENCE 0.2

/*
 * Put the ratio of the perfusions of the best pair of channels on the line of a
 * typical camera.  The best pair is the one whose weaker channel is most
 * coherent with the pulse.  Return 0 with the value in % and a static text that
 * names the pair; -1 where no pair is good enough, or the picture has no colour.
 */
int saturation_estimate(
    const struct features *f, double *value, const char **method);

#endif
