/*
 * profile: a value over time, piecewise linear: "72" or "60@0,90@20".
 */
#ifndef SYNTH_PROFILE_H
#define SYNTH_PROFILE_H

#include "diag/err.h"

#define SYNTH_PROFILE_MAX 64

struct synth_profile {
	unsigned count; /* at least 1; times rise */
	struct {
		double time, value;
	} point[SYNTH_PROFILE_MAX];
};

/* Read VALUE or VALUE@SECONDS,... with each value in ${min}..${max} and rising
 * times from 0.  Return 0, or -1 with ${err}. */
int synth_profile_parse(const char *text, double min, double max,
    struct synth_profile *c, struct err *err);

/* The same value at all times. */
void synth_profile_constant(struct synth_profile *c, double value);

/* The value at ${time}: held before the first point and after the last. */
double synth_profile_at(const struct synth_profile *c, double time);

#endif
