/*
 * What makes a heart rate less certain, one feature at a time.
 */
#include "check.h"
#include "rppg/state.h"

static double
confidence(enum rppg_feature which, double value)
{
	double f[RPPG_FEATURES] = {[RPPG_FEATURE_SNR] = 0,
	    [RPPG_FEATURE_LIKELIHOOD] = 0.7,
	    [RPPG_FEATURE_METHODS] = 0.5,
	    [RPPG_FEATURE_SPREAD] = 0.5,
	    [RPPG_FEATURE_SECONDS] = 0.7,
	    [RPPG_FEATURE_COLOUR] = 0.2};

	f[which] = value;
	return rppg_confidence(RPPG_FUSION, f);
}

/* The same with two features of their own. */
static double
wandering(double snr, double spread)
{
	const double f[RPPG_FEATURES] = {[RPPG_FEATURE_SNR] = snr,
	    [RPPG_FEATURE_LIKELIHOOD] = 0.7,
	    [RPPG_FEATURE_METHODS] = 0.5,
	    [RPPG_FEATURE_SPREAD] = spread,
	    [RPPG_FEATURE_SECONDS] = 0.7,
	    [RPPG_FEATURE_COLOUR] = 0.2};

	return rppg_confidence(RPPG_FUSION, f);
}

static double
logit(double p)
{
	return log(p / (1 - p));
}

int
main(void)
{
	double plain = confidence(RPPG_FEATURE_DRIFT, 0);

	CHECK(plain > 0.3 && plain < 0.7, "a rate that may be right");
	CHECK_NEAR(logit(confidence(RPPG_FEATURE_DRIFT, 1)), logit(plain) - 1,
	    1e-9, "one that may be a drift is worth less");
	CHECK_NEAR(confidence(RPPG_FEATURE_DRIFT, 9),
	    confidence(RPPG_FEATURE_DRIFT, 3), 1e-9, "down to a point");
	CHECK(wandering(0, 2) < 0.5 * wandering(0, 1.3),
	    "a rate that wanders through noise is worth less");
	CHECK_NEAR(logit(wandering(4, 2)),
	    logit(wandering(4, 1.35)) - 0.44 * 0.65, 1e-9,
	    "one that stands out of it only as far as it did");
	CHECK_NEAR(confidence(RPPG_FEATURE_SHADING, 0.57), plain, 1e-9,
	    "colours that may be those of blood");
	CHECK_NEAR(logit(confidence(RPPG_FEATURE_SHADING, 0.67)),
	    logit(plain) - 1.2, 1e-9, "those of light are worth less");
	CHECK_NEAR(confidence(RPPG_FEATURE_SHADING, 9),
	    confidence(RPPG_FEATURE_SHADING, 1), 1e-9, "down to a point");
	CHECK_NEAR(confidence(RPPG_FEATURE_SNR, (double)NAN), 0, 0,
	    "what was not measured is not believed");
	CHECK_NEAR(rppg_confidence(RPPG_FVP,
		       (double[RPPG_FEATURES]){[RPPG_FEATURE_SNR] = 12,
			   [RPPG_FEATURE_LIKELIHOOD] = 2,
			   [RPPG_FEATURE_METHODS] = 1}),
	    0.5, 0.01, "a whole picture is a half at most");
	return check_done();
}
