#include "rppg/rows.h"

#include <stdlib.h>

int
rppg_relative(const double *const x[], double *const out[], size_t rows,
    size_t n, double rate)
{
	double lambda = dsp_detrend_lambda(RPPG_TREND_CUTOFF, rate);

	if (dsp_smooth_rows(x, out, rows, n, lambda) != 0)
		return -1;
	for (size_t r = 0; r < rows; r++)
		for (size_t i = 0; i < n; i++)
			out[r][i] = out[r][i] > 0 ? x[r][i] / out[r][i] - 1 : 0;
	return 0;
}

double *
rppg_relative_colour(const struct rppg_colour *c)
{
	double *x = malloc(3 * c->n * sizeof(*x) + 1);

	if (x == NULL)
		return NULL;
	if (rppg_relative((const double *[3]){c->r, c->g, c->b},
		(double *[3]){x, x + c->n, x + 2 * c->n}, 3, c->n,
		c->rate) != 0) {
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
