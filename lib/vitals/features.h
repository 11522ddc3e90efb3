/*
 * features: what a recording shows that needs a calibration to mean anything.
 *
 * They travel in the "features" member of a measurement line, so that
 * vitals-calibrate can fit them to reference readings, and vitals-extract
 * can turn the same features into values afterwards.
 */
#ifndef VITALS_FEATURES_H
#define VITALS_FEATURES_H

#include "diag/err.h"
#include "vitals/beats.h"
#include "vitals/signal.h"

enum vitals_feature {
	/* Mean level of each channel, 0 to 255. */
	VITALS_FEATURE_MEAN_RED,
	VITALS_FEATURE_MEAN_GREEN,
	VITALS_FEATURE_MEAN_BLUE,
	/* Pulsation over mean level, %, of each channel. */
	VITALS_FEATURE_PERFUSION_RED,
	VITALS_FEATURE_PERFUSION_GREEN,
	VITALS_FEATURE_PERFUSION_BLUE,
	/* Coherence of each channel with the pulse wave, 0 to 1. */
	VITALS_FEATURE_COHERENCE_RED,
	VITALS_FEATURE_COHERENCE_GREEN,
	VITALS_FEATURE_COHERENCE_BLUE,
	/* Shape of the mean beat: seconds from foot to top, widths at half
	 * and at a quarter of the height in seconds, area behind the top over
	 * area before it, height 0.2 s behind the top over that of the top. */
	VITALS_FEATURE_RISE_SECONDS,
	VITALS_FEATURE_WIDTH_HALF_SECONDS,
	VITALS_FEATURE_WIDTH_QUARTER_SECONDS,
	VITALS_FEATURE_AREA_RATIO,
	VITALS_FEATURE_REFLECTION,
	/* Delay of the lower region's wave against the upper one's, and its
	 * standard error. */
	VITALS_FEATURE_TRANSIT_SECONDS,
	VITALS_FEATURE_TRANSIT_ERROR,
	VITALS_FEATURE_HEART_RATE,
	VITALS_FEATURE_COUNT
};

/* NAN where the recording does not show it. */
struct vitals_features {
	double value[VITALS_FEATURE_COUNT];
};

struct vitals_feature_info {
	const char *name; /* "meanRed", …: the member's name */
	int digits;       /* printed behind the point */
};

const struct vitals_feature_info *vitals_feature_info(enum vitals_feature f);

/* Signals to take features from. */
struct vitals_view {
	struct vitals_colour colour; /* of the skin */
	struct vitals_wave pulse;
	struct vitals_wave upper, lower;  /* n 0: none */
	const struct vitals_beats *beats; /* of pulse */
};

/* Fill ${f}; what cannot be seen is NAN.  Return 0, or -1 without memory. */
int vitals_features_measure(
    struct vitals_features *f, const struct vitals_view *view, struct err *err);

/* All NAN. */
void vitals_features_clear(struct vitals_features *f);

#endif
