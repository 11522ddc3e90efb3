#include "rppg/rows.h"

#include <stdlib.h>

int
rppg_relative(const double *x, size_t n, double rate, double *out)
{
	double lambda = dsp_detrend_lambda(RPPG_TREND_CUTOFF, rate);

	if (dsp_smooth(x, out, n, lambda) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		out[i] = out[i] > 0 ? x[i] / out[i] - 1 : 0;
	return 0;
}

double *
rppg_relative_colour(const struct rppg_colour *c)
{
	double *x = malloc(3 * c->n * sizeof(*x) + 1);

	if (x == NULL)
		return NULL;
	if (rppg_relative(c->r, c->n, c->rate, x) != 0 ||
	    rppg_relative(c->g, c->n, c->rate, x + c->n) != 0 ||
	    rppg_relative(c->b, c->n, c->rate, x + 2 * c->n) != 0) {
		free(x);
		return NULL;
	}
	return x;
}

void
rppg_products(const double *x, size_t n, double q[9])
{
	for (size_t i = 0; i < 3; i++) {
		for (size_t j = i; j < 3; j++) {
			double sum = 0;

			for (size_t k = 0; k < n; k++)
				sum += x[i * n + k] * x[j * n + k];
			q[3 * i + j] = q[3 * j + i] = sum;
		}
	}
}
