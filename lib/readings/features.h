/*
 * features: properties of a recording that mean something only with a
 * calibration.
 *
 * They are the "features" member of a measurement line, so that
 * vitals-calibrate can fit them to reference readings, and vitals-extract can
 * turn the same features into values afterwards.
 */
#ifndef READINGS_FEATURES_H
#define READINGS_FEATURES_H

#include <stdbool.h>

#include "beats/beats.h"
#include "beats/signal.h"
#include "diag/err.h"

enum feature {
	/* Mean level of each channel, 0 to 255. */
	FEATURE_MEAN_RED,
	FEATURE_MEAN_GREEN,
	FEATURE_MEAN_BLUE,
	/* Perfusion of each channel: pulsation (AC) over mean level (DC), %. */
	FEATURE_PERFUSION_RED,
	FEATURE_PERFUSION_GREEN,
	FEATURE_PERFUSION_BLUE,
	/* Coherence of each channel with the pulse wave, 0 to 1. */
	FEATURE_COHERENCE_RED,
	FEATURE_COHERENCE_GREEN,
	FEATURE_COHERENCE_BLUE,
	/* Shape of the mean beat: seconds from foot to top; widths at half and
	 * at a quarter of the height in seconds; area after the top over area
	 * before it; height 0.2 s after the top over that of the top. */
	FEATURE_RISE_SECONDS,
	FEATURE_WIDTH_HALF_SECONDS,
	FEATURE_WIDTH_QUARTER_SECONDS,
	FEATURE_AREA_RATIO,
	FEATURE_REFLECTION,
	/* Delay of the wave of the lower region behind that of the upper one,
	 * and its standard error. */
	FEATURE_TRANSIT_SECONDS,
	FEATURE_TRANSIT_ERROR,
	FEATURE_HEART_RATE,
	FEATURE_COUNT
};

/* NAN if unknown. */
struct features {
	double value[FEATURE_COUNT];
};

struct features_info {
	const char *name; /* "meanRed", …: the member's name */
	int digits;       /* decimals that are printed */
};

const struct features_info *features_info(enum feature f);

/* The signals that features are computed from. */
struct features_input {
	struct signal_colour colour; /* of the skin */
	struct signal_wave pulse;
	struct signal_wave upper, lower; /* n 0: none */
	const struct beats *beats;       /* of pulse */
};

/* Fill ${f}; what is unknown is NAN.  Return 0, or -1 without memory. */
int features_measure(
    struct features *f, const struct features_input *in, struct err *err);

/* Set all to NAN. */
void features_clear(struct features *f);

/* Do the channels differ?  Those of a grey picture, as of an infrared camera, do not:
 * they say nothing about the colour of blood. */
bool features_have_colour(const struct features *f);

#endif
