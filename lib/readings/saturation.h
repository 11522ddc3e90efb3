/*
 * saturation: oxygen in the blood from the ratio of ratios, where there is no
 * calibration.
 */
#ifndef READINGS_SATURATION_H
#define READINGS_SATURATION_H

#include "readings/features.h"

/* Channels less coherent with the pulse are not used. */
#define SATURATION_COHERENCE_MIN 0.5

/* What cameras and skins that were not calibrated deserve. */
#define SATURATION_CONFIDENCE 0.2

/*
 * The ratio of the pulsations, each over its mean, of the best pair of
 * channels (the one whose weaker channel is most coherent with the pulse),
 * put on a typical camera's line.  Return 0 with the value in % and a static
 * text that names the pair; -1 where no pair is good enough.
 */
int saturation_estimate(
    const struct features *f, double *value, const char **method);

#endif
