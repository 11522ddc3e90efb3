/*
 * LGI: Pilz, Zaunseder, Krajewski and Blazek, "Local group invariance for
 * heart rate estimation from face videos in the wild", CVPRW 2018.  OMIT: Alvarez
 * Casado and Bordallo Lopez, "Face2PPG: an unsupervised pipeline for blood
 * volume pulse extraction from faces", IEEE J. Biomed. Health Inform. 27(11),
 * 2023.
 */
#include "rppg/rows.h"

#include <math.h>
#include <stdlib.h>

/*
 * LGI and OMIT project out the common direction of the colours and keep what is
 * left of green: what changes all channels in proportion is light and movement.
 */
static void
project_out(const struct rppg_colour *c, const double s[3], double *wave)
{
	double level = dsp_mean(c->g, c->n);

	for (size_t i = 0; i < c->n; i++) {
		double along = s[0] * c->r[i] + s[1] * c->g[i] + s[2] * c->b[i];

		wave[i] = level > 0 ? -(c->g[i] - s[1] * along) / level : 0;
	}
}

/* The first left singular vector of the 3 x n colours. */
int
rppg_lgi(struct dsp *d, const struct rppg_colour *c, double *wave)
{
	const double *x[3] = {c->r, c->g, c->b};
	double q[9] = {0}, value[3], vector[9];

	(void)d;
	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j < 3; j++)
			for (size_t k = 0; k < c->n; k++)
				q[3 * i + j] += x[i][k] * x[j][k];
	dsp_eigen(q, 3, value, vector);
	project_out(c, vector, wave);
	dsp_demean(wave, c->n);
	return dsp_detrend(
	    wave, wave, c->n, dsp_detrend_lambda(RPPG_TREND_CUTOFF, c->rate));
}

/* The first column of Q in the QR factorisation of the colours: the direction
 * of the first sample. */
int
rppg_omit(struct dsp *d, const struct rppg_colour *c, double *wave)
{
	double s[3] = {0, 0, 0};

	(void)d;
	if (c->n == 0)
		return 0;
	double norm =
	    sqrt(c->r[0] * c->r[0] + c->g[0] * c->g[0] + c->b[0] * c->b[0]);
	if (norm > 0) {
		s[0] = c->r[0] / norm;
		s[1] = c->g[0] / norm;
		s[2] = c->b[0] / norm;
	}
	project_out(c, s, wave);
	dsp_demean(wave, c->n);
	return dsp_detrend(
	    wave, wave, c->n, dsp_detrend_lambda(RPPG_TREND_CUTOFF, c->rate));
}
