#include <math.h>

#include "rppg/state.h"

/*
 * Logistic regression.  vitals-extract(1) says what it was fitted on and how
 * well it holds; the table there is made again whenever this one changes.
 */
struct row {
	double weight;
	double low, high; /* the feature is clamped to this range */
};

static const struct row table[RPPG_FEATURES] = {
    [RPPG_FEATURE_SNR] = {0.24, -10, 12},
    [RPPG_FEATURE_LIKELIHOOD] = {5, 0, 2},
    [RPPG_FEATURE_SPREAD] = {-0.44, 0, 3},
    [RPPG_FEATURE_SECONDS] = {1.02, -0.7, 1.1},
    /* By hand: a rate that fewer than two of the seven methods see is doubtful,
     * even if all groups together see it. */
    [RPPG_FEATURE_METHODS] = {10, 0, 0.3},
    /* By hand: people are never below 0, walls under changing light always. */
    [RPPG_FEATURE_COLOUR] = {40, -0.3, 0},
    /* By hand: three or four cycles do not make a rhythm. */
    [RPPG_FEATURE_CYCLES] = {-4, 0, 2},
    /* By hand: a rate that coders and lamps produce, too, cannot be
     * believed. */
    [RPPG_FEATURE_ARTEFACT] = {-10, 0, 1},
    /* By hand: a slow rate needs clear beats. */
    [RPPG_FEATURE_DRIFT] = {-1, 0, 3},
};
static const double constant = -6.34;

/* By hand: a light that changes its colour looks like a pulse where it is not
 * known which regions are skin. */
static const double SKIN_UNKNOWN = 0.5;

/* By hand: the SNR, in dB, at which a wave is clear of what follows. */
static const double NOISY = 2;

static double
unit(double x)
{
	return fmax(0, fmin(1, x));
}

static double
noisy(const double feature[RPPG_FEATURES])
{
	return unit((NOISY - feature[RPPG_FEATURE_SNR]) / NOISY);
}

/* By hand: a rate that wanders follows whatever is strongest in the noise.
 * From this spread on (as RPPG_FEATURE_SPREAD). */
static const double WANDERS = 1.35, WANDERS_WEIGHT = -2;

/* Light that moves over a face changes red and green in proportion, so that what
 * RPPG_FEATURE_SHADING measures is 0.57; a pulse stays below that.  By hand: what
 * is above it costs so much, up to a point. */
static const double SHADED = 0.57, SHADED_MAX = 1, SHADED_WEIGHT = -12;

static double
shaded(const double feature[RPPG_FEATURES])
{
	double excess =
	    fmin(feature[RPPG_FEATURE_SHADING], SHADED_MAX) - SHADED;

	return fmax(0, excess) * noisy(feature);
}

/* By hand: a face that moves by less than this is still, and one that moves by more
 * than that is not.  Between lies the movement that a pulse itself gives a head. */
static const double STILL = 0.0025, MOVES = 0.0035;

static double
moves(const double feature[RPPG_FEATURES])
{
	return unit((feature[RPPG_FEATURE_MOVEMENT] - STILL) / (MOVES - STILL));
}

/* What a movement leaves behind in colours wanders, a heart does not.  By hand: the
 * spread below which the rate of a face that moves is steady, what that is worth,
 * and how long a rate must last for all of it (as RPPG_FEATURE_SECONDS). */
static const double STEADY = 1, STEADY_WEIGHT = 3, STEADY_SECONDS = 0.69;

static double
steady(const double feature[RPPG_FEATURES])
{
	double lasts = unit(feature[RPPG_FEATURE_SECONDS] / STEADY_SECONDS);
	double fast = unit(1 - feature[RPPG_FEATURE_DRIFT]);

	return moves(feature) * lasts * fast *
	    fmax(0, STEADY - feature[RPPG_FEATURE_SPREAD]);
}

/* A face that moves at the rate that was found may be the cause of it, however clear
 * it is.  By hand: of 80 faces that moved and whose pulse was found none had more than
 * 0.24 of its movement there; heads that nodded, and jaws that moved, in time had 0.5
 * and more. */
static const double IN_TIME_NONE = 0.24, IN_TIME_ALL = 0.5;

static double
in_time(const double feature[RPPG_FEATURES])
{
	double share = feature[RPPG_FEATURE_RHYTHM];

	return moves(feature) *
	    unit((share - IN_TIME_NONE) / (IN_TIME_ALL - IN_TIME_NONE));
}

static double
wandering(const double feature[RPPG_FEATURES])
{
	return fmax(0, feature[RPPG_FEATURE_SPREAD] - WANDERS) * noisy(feature);
}

double
rppg_confidence(enum rppg_method method, const double feature[RPPG_FEATURES])
{
	double sum = constant;

	for (int i = 0; i < RPPG_FEATURES; i++) {
		double x = feature[i];

		if (isnan(x))
			return 0;
		x = fmax(table[i].low, fmin(table[i].high, x));
		sum += table[i].weight * x;
	}
	sum += WANDERS_WEIGHT * wandering(feature);
	sum += SHADED_WEIGHT * shaded(feature);
	sum += STEADY_WEIGHT * steady(feature);
	bool skin = rppg_method_info(method)->kind != RPPG_KIND_PICTURE;
	return (skin ? 1 : SKIN_UNKNOWN) * (1 - in_time(feature)) /
	    (1 + exp(-sum));
}
