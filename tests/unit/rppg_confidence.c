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

/* The same with another feature. */
static double
with(enum rppg_feature which, double value, enum rppg_feature other,
    double other_value)
{
	double f[RPPG_FEATURES] = {[RPPG_FEATURE_SNR] = 0,
	    [RPPG_FEATURE_LIKELIHOOD] = 0.7,
	    [RPPG_FEATURE_METHODS] = 0.5,
	    [RPPG_FEATURE_SPREAD] = 1.2,
	    [RPPG_FEATURE_SECONDS] = 0.7,
	    [RPPG_FEATURE_COLOUR] = 0.2};

	f[which] = value;
	f[other] = other_value;
	return rppg_confidence(RPPG_FUSION, f);
}

static double
wandering(double snr, double spread)
{
	return with(RPPG_FEATURE_SNR, snr, RPPG_FEATURE_SPREAD, spread);
}

static double
moving(double movement, enum rppg_feature which, double value)
{
	return with(RPPG_FEATURE_MOVEMENT, movement, which, value);
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
	CHECK_NEAR(logit(moving(0.01, RPPG_FEATURE_SPREAD, 0.5)),
	    logit(moving(0, RPPG_FEATURE_SPREAD, 0.5)) + 1.5, 1e-9,
	    "a steady rate of a face that moves is worth more");
	CHECK_NEAR(moving(0.01, RPPG_FEATURE_SPREAD, 1),
	    moving(0, RPPG_FEATURE_SPREAD, 1), 1e-9, "one that varies is not");
	CHECK_NEAR(moving(0.01, RPPG_FEATURE_RHYTHM, 0.24),
	    moving(0, RPPG_FEATURE_RHYTHM, 1), 1e-9,
	    "movement at other rates, or none");
	CHECK_NEAR(moving(0.01, RPPG_FEATURE_RHYTHM, 0.37),
	    0.5 * moving(0.01, RPPG_FEATURE_RHYTHM, 0), 1e-9,
	    "a face that moves at the rate is doubted");
	CHECK_NEAR(with(RPPG_FEATURE_MOVEMENT, 0.01, RPPG_FEATURE_RHYTHM, 0.5),
	    0, 0, "and if it moves at no other is not believed");
	CHECK_NEAR(confidence(RPPG_FEATURE_SNR, (double)NAN), 0, 0,
	    "what was not measured is not believed");
	CHECK_NEAR(rppg_confidence(RPPG_FVP,
		       (double[RPPG_FEATURES]){[RPPG_FEATURE_SNR] = 12,
			   [RPPG_FEATURE_LIKELIHOOD] = 2,
			   [RPPG_FEATURE_METHODS] = 1}),
	    0.5, 0.01, "a whole picture is a half at most");
	return check_done();
}
