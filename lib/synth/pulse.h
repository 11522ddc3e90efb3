/*
 * pulse: the heart and the breath of a person who does not exist.
 *
 * Beats come from integral pulse frequency modulation (Mateo and Laguna 2000):
 * the rate's profile, modulated by breathing (respiratory sinus arrhythmia), by
 * a slow wave at 0.1 Hz and by chance, is integrated, and each whole number
 * that the integral passes is a beat.  The wave of one beat is a systolic and
 * a smaller dicrotic Gaussian; their place and width depend on the rate's
 * profile only, so that the intervals of the peaks are the intervals of the
 * beats, exactly.
 */
#ifndef SYNTH_PULSE_H
#define SYNTH_PULSE_H

#include <stddef.h>

#include "synth/spec.h"

struct synth_pulse;

/* Make the beats and breaths of ${spec}, whether or not they will be seen.
 * Return NULL if out of memory. */
struct synth_pulse *synth_pulse_new(const struct synth_spec *spec);
void synth_pulse_free(struct synth_pulse *p);

/* The blood volume wave at ${time}, in -1 s .. seconds + 1 s: mean near 0, 1
 * peak to peak at rest, modulated by the breath. */
double synth_pulse_at(const struct synth_pulse *p, double time);

/* How far the chest is filled: -1 to 1, about a sine. */
double synth_pulse_breath_at(const struct synth_pulse *p, double time);

/* What of the breath is seen in the colour of the skin, in the scale of
 * synth_pulse_at. */
double synth_pulse_baseline_at(const struct synth_pulse *p, double time);

/* The times of the systolic peaks in [0, seconds). */
const double *synth_pulse_beats(const struct synth_pulse *p, size_t *count);

/* What the beats in [0, seconds) say. */
struct synth_summary {
	size_t beats;
	double heart_rate; /* 60 / mean interval, /min; NAN below 2 beats */
	double sdnn;       /* ms; NAN below 3 beats */
	double rmssd;      /* ms; NAN below 3 beats */
	double breathing;  /* mean, /min */
};

void synth_pulse_summary(const struct synth_pulse *p, struct synth_summary *s);

/* The mean rate over [from, to) from the beats' phase, /min. */
double synth_pulse_rate_between(
    const struct synth_pulse *p, double from, double to);

#endif
