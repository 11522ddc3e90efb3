#include "rppg/rhythm.h"

#include <math.h>

#include "rppg/rows.h"

int
rhythm_share(struct power_plan *p, const struct window *w, double bin,
    unsigned lobe, double *share)
{
	const unsigned first = WINDOW_COLOURS * w->in->regions;
	const double lambda = dsp_detrend_lambda(RPPG_TREND_CUTOFF, RPPG_GRID);
	double moved[WINDOW_MAX], all = 0, near = 0;
	struct power s;

	*share = 0;
	if (w->site != RPPG_SITE_FACE || w->movement <= 0)
		return 0;
	for (unsigned k = 0; k < RESAMPLER_FACE; k++) {
		const double *x = resampler_channel(w->in, first + k) + w->from;

		if (dsp_detrend(x, moved, w->n, lambda) != 0 ||
		    power_raw(p, moved, w->n, &s) != 0)
			return -1;
		for (int i = POWER_LOW; i < POWER_BINS; i++) {
			double power = (double)s.power[i];

			all += power;
			if (fabs(i - bin) <= lobe)
				near += power;
		}
	}
	if (all > 0 && isfinite(all)) /* a place may be any number */
		*share = near / all;
	return 0;
}
