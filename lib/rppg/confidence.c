#include <math.h>

#include "rppg/state.h"

/*
 * Logistic regression.  vitals-extract(1) says what it was fitted on and how
 * far it can be trusted: the table there is to be made anew with this one.
 */
struct row {
	double weight;
	double low, high; /* the feature is cut to this */
};

static const struct row table[RPPG_FEATURES] = {
    [RPPG_FEATURE_SNR] = {0.429, -10, 12},
    [RPPG_FEATURE_METHODS] = {0.519, 0, 1},
    [RPPG_FEATURE_PEAK] = {0.694, -3, 5},
    [RPPG_FEATURE_RATE] = {-0.503, 0, 2},
    [RPPG_FEATURE_SECONDS] = {1.55, -0.7, 1.1},
    /* By hand: people are never below, lit walls always. */
    [RPPG_FEATURE_COLOUR] = {40, -0.3, 0},
};
static const double constant = -2.01;

/* A light that changes its colour looks like a pulse where nothing is known
 * to be skin and nothing not to be. */
static const double SKIN_UNKNOWN = 0.5;

double
rppg_confidence(enum rppg_method method, const double feature[RPPG_FEATURES])
{
	double sum = constant;

	for (int i = 0; i < RPPG_FEATURES; i++) {
		double x = feature[i];

		if (isnan(x))
			return 0;
		/* A lead may be of any size. */
		if (i == RPPG_FEATURE_PEAK)
			x = copysign(log1p(fabs(x)), x);
		x = fmax(table[i].low, fmin(table[i].high, x));
		sum += table[i].weight * x;
	}
	return (method == RPPG_FVP ? SKIN_UNKNOWN : 1) / (1 + exp(-sum));
}
