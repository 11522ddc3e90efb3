/*
 * PBV: de Haan and van Leest, "Improved motion robustness of remote-PPG by
 * using the blood volume pulse signature", Physiol. Meas. 35(9), 2014.
 */
#include "rppg/rows.h"

#include <stdlib.h>
#include <string.h>

const double rppg_signature[3] = {0.33, 0.77, 0.53};

/*
 * The weights that keep the signature and suppress everything else best: W =
 * Q^-1 p / (p' Q^-1 p), where Q are the products of the colours.
 */
int
rppg_pbv(struct dsp *d, const struct rppg_colour *c, double *wave)
{
	double q[9], w[3], *x, scale = 0;

	(void)d;
	if ((x = rppg_relative_colour(c)) == NULL)
		return -1;
	rppg_products(x, c->n, q);
	/* By hand: a little white noise keeps Q invertible under any light. */
	double floor = 1e-6 * (q[0] + q[4] + q[8]);
	for (size_t i = 0; i < 3; i++)
		q[4 * i] += floor;
	memset(wave, 0, c->n * sizeof(*wave));
	if (dsp_solve3(q, rppg_signature, w)) {
		for (size_t i = 0; i < 3; i++)
			scale += rppg_signature[i] * w[i];
		for (size_t k = 0; k < c->n && scale > 0; k++)
			wave[k] = -(w[0] * x[k] + w[1] * x[c->n + k] +
				      w[2] * x[2 * c->n + k]) /
			    scale;
	}
	free(x);
	return 0;
}
