/*
 * estimate: from the signals of a recording, or of a window of it, to all vital
 * signs.
 *
 * This is the entry point for whoever has a pulse wave.  One call fills a
 * reading for every vital, each with its confidence or the reason why it is
 * missing.
 */
#ifndef READINGS_ESTIMATE_H
#define READINGS_ESTIMATE_H

#include <stddef.h>

#include "beats/beats.h"
#include "beats/signal.h"
#include "diag/err.h"
#include "readings/features.h"
#include "readings/model.h"
#include "readings/reading.h"

/* By hand: values with a lower confidence are not given at all. */
#define READINGS_CONFIDENCE_MIN 0.05

enum readings_site {
	READINGS_FACE,
	READINGS_SKIN,
	READINGS_FINGER
};

struct readings_input {
	enum readings_site site;
	double seconds; /* length of the recording or window */
	/* Mean colour over all skin, at the times of the frames, without
	 * damaged frames and frames without skin. */
	struct signal_colour colour;
	/* The fused pulse wave, rising with the blood volume, in a band of 0.5
	 * to 8 Hz or wider.  Not needed for a finger, whose wave is made from
	 * its colour. */
	struct signal_wave pulse;
	/* The rate of the spectrum, /min, 0 if there is none, and the
	 * probability that it is within 5 /min of the truth. */
	double rate;
	double rate_confidence;
	/* Signal-to-noise ratio of the pulse wave, dB (de Haan).  NAN: unknown,
	 * and measured here. */
	double snr_db;
	/* Vertical position of the face, or of what moves with the breath, in
	 * any unit; n 0: none. */
	struct signal_series motion;
	/* Waves of an upper and a lower region on one grid, for transit. */
	struct signal_wave upper, lower;
	/* Stretches of time, from and to, in which the pulse was
	 * interpolated. */
	const double (*gap)[2];
	size_t gaps;
	const char *method;          /* static text for the pulse's readings */
	const struct models *models; /* NULL: not calibrated */
};

struct readings_output {
	struct reading reading[VITAL_COUNT]; /* by vital */
	struct features features;
	struct beats beats;
	struct signal_wave pulse; /* the wave of the beats: */
	double *wave;             /* its values; owned */
	double snr_db;
	double signal; /* 0 to 1: quality of the pulse wave */
};

/*
 * Fill ${out}, to be freed with readings_output_release.  Return 0, even where
 * every reading is missing; -1 without memory or with signals out of bounds,
 * and ${out} is then empty.
 */
int readings_estimate(struct readings_output *out,
    const struct readings_input *in, struct err *err);
void readings_output_release(struct readings_output *out);

#endif
