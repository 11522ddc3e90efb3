#include "readings/saturation.h"

#include <math.h>
#include <stddef.h>

/* The range, %, for which ISO 80601-2-61 asks oximeters for an accuracy. */
#define LOWEST 70.0
#define HIGHEST 100.0

/* value = at_zero - slope * ratio.  By hand: the lines are those of a phone's
 * camera with its lamp on, in the middle of three people.  Other cameras and
 * skins are off by some 10 %, so nobody should rely on them. */
static const struct pair {
	enum feature upper, lower; /* of the ratio: perfusions */
	double at_zero, slope;
	const char *method;
} pairs[] = {
    {FEATURE_PERFUSION_RED, FEATURE_PERFUSION_BLUE, 115, 25, "ratio-red-blue"},
    {FEATURE_PERFUSION_RED, FEATURE_PERFUSION_GREEN, 112, 25,
	"ratio-red-green"},
    {FEATURE_PERFUSION_BLUE, FEATURE_PERFUSION_GREEN, 150, 80,
	"ratio-blue-green"},
};

static double
coherence(const struct features *f, enum feature perfusion)
{
	int channel = (int)perfusion - FEATURE_PERFUSION_RED;

	return f->value[FEATURE_COHERENCE_RED + channel];
}

int
saturation_estimate(
    const struct features *f, double *value, const char **method)
{
	double best = SATURATION_COHERENCE_MIN;
	const struct pair *pair = NULL;
	double ratio;

	if (!features_have_colour(f))
		return -1;
	for (size_t k = 0; k < sizeof(pairs) / sizeof(pairs[0]); k++) {
		double weaker = fmin(
		    coherence(f, pairs[k].upper), coherence(f, pairs[k].lower));

		/* fmin ignores a NAN. */
		if (isfinite(coherence(f, pairs[k].upper)) &&
		    isfinite(coherence(f, pairs[k].lower)) && weaker > best) {
			best = weaker;
			pair = &pairs[k];
		}
	}
	if (pair == NULL)
		return -1;
	ratio = f->value[pair->upper] / f->value[pair->lower];
	if (!isfinite(ratio))
		return -1;
	*value =
	    fmin(fmax(pair->at_zero - pair->slope * ratio, LOWEST), HIGHEST);
	*method = pair->method;
	return 0;
}
