/*
 * saturation: oxygen in the blood from the ratio of ratios, where there is no
 * calibration.
 */
#ifndef VITALS_SATURATION_H
#define VITALS_SATURATION_H

#include "vitals/features.h"

/* Channels less coherent with the pulse are not used. */
#define VITALS_SATURATION_COHERENCE_MIN 0.5

/* What cameras and skins that were not calibrated deserve. */
#define VITALS_SATURATION_CONFIDENCE 0.2

/*
 * The ratio of the pulsations, each over its mean, of the best pair of
 * channels (the one whose weaker channel is most coherent with the pulse),
 * put on a typical camera's line.  Return 0 with the value in % and a static
 * text that names the pair; -1 where no pair is good enough.
 */
int vitals_saturation_estimate(
    const struct vitals_features *f, double *value, const char **method);

#endif
