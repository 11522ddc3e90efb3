#include <math.h>

#include "rppg/state.h"

/* Logistic regression; see vitals-extract(1) for what it was fitted on. */
static const double weight[RPPG_FEATURES] = {
    [RPPG_FEATURE_SNR] = 0.3,
    [RPPG_FEATURE_PATCHES] = 2,
    [RPPG_FEATURE_METHODS] = 2,
    [RPPG_FEATURE_PEAK] = 0.1,
    [RPPG_FEATURE_STEADY] = 1,
};
static const double constant = -3;

double
rppg_confidence(const double feature[RPPG_FEATURES])
{
	double sum = constant;

	for (int i = 0; i < RPPG_FEATURES; i++)
		sum += weight[i] * feature[i];
	return isfinite(sum) ? 1 / (1 + exp(-sum)) : 0;
}
