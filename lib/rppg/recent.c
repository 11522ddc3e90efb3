#include "rppg/recent.h"

#include <math.h>
#include <string.h>

#include "dsp/dsp.h"
#include "rppg/state.h"

enum {
	NOW = 5 /* by hand: windows whose features are averaged */
};

void
recent_clear(struct recent *r)
{
	r->count = 0;
}

void
recent_add(struct recent *r, const struct window_estimate *estimate)
{
	if (r->count == RECENT_WINDOWS)
		memmove(r->estimate, r->estimate + 1,
		    --r->count * sizeof(r->estimate[0]));
	r->estimate[r->count++] = *estimate;
}

/* The spread of the rates, as RPPG_FEATURE_SPREAD. */
static double
spread(const struct recent *r)
{
	double rate[RECENT_WINDOWS];

	for (unsigned i = 0; i < r->count; i++)
		rate[i] = r->estimate[i].rate;
	return log1p(dsp_sd(rate, r->count));
}

double
recent_confidence(const struct recent *r, enum rppg_method method)
{
	const unsigned n = r->count < NOW ? r->count : NOW;
	const struct window_estimate *w = &r->estimate[r->count - n];
	double f[RPPG_FEATURES] = {0};

	for (unsigned i = 0; i < n; i++)
		for (int k = 0; k < RPPG_FEATURES; k++)
			f[k] += w[i].feature[k] / n;
	f[RPPG_FEATURE_SECONDS] = w[n - 1].feature[RPPG_FEATURE_SECONDS];
	f[RPPG_FEATURE_SPREAD] = spread(r);
	return rppg_confidence(method, f);
}
