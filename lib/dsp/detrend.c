#include "dsp/dsp.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

void
dsp_demean(double *x, size_t n)
{
	double mean = dsp_mean(x, n);

	for (size_t i = 0; i < n; i++)
		x[i] -= mean;
}

void
dsp_delinear(double *x, size_t n)
{
	double middle = ((double)n - 1) / 2, tt = 0, tx = 0;

	dsp_demean(x, n);
	for (size_t i = 0; i < n; i++) {
		double t = (double)i - middle;

		tt += t * t;
		tx += t * x[i];
	}
	if (tt <= 0)
		return;
	for (size_t i = 0; i < n; i++)
		x[i] -= tx / tt * ((double)i - middle);
}

double
dsp_detrend_lambda(double cutoff, double rate)
{
	/* D2| at w is 4 sin^2(w/2).  The gain is a half where lambda times that is
	 * 1. */
	double s = sin(DSP_PI * cutoff / rate);

	return 1 / (4 * s * s);
}

/* Entry (i, i + k) of D2'D2, where D2 is the (n-2) x n second difference. */
static double
second_difference(size_t i, size_t k, size_t n)
{
	static const double weight[3] = {1, -2, 1};
	double sum = 0;

	/* Row r of D2 holds weight at columns r..r+2. */
	for (size_t a = 0; a + k < 3; a++)
		if (i + k >= a + k && i >= a && i - a + 2 < n)
			sum += weight[a] * weight[a + k];
	return sum;
}

/* The factor of I + ${square} D2'D2. */
static void
factor(double *d, double *l1, double *l2, size_t n, double square)
{
	for (size_t i = 0; i < n; i++) {
		bool inside = i >= 2 && i + 2 < n;
		double a0 =
		    1 + square * (inside ? 6 : second_difference(i, 0, n));
		double a1 = square * (inside ? -4 : second_difference(i, 1, n));
		double a2 = square * (inside ? 1 : second_difference(i, 2, n));

		if (i >= 1) {
			a0 -= l1[i - 1] * l1[i - 1] * d[i - 1];
			a1 -= l1[i - 1] * l2[i - 1] * d[i - 1];
		}
		if (i >= 2)
			a0 -= l2[i - 2] * l2[i - 2] * d[i - 2];
		d[i] = a0;
		l1[i] = i + 1 < n ? a1 / a0 : 0;
		l2[i] = i + 2 < n ? a2 / a0 : 0;
	}
}

int
dsp_smooth_rows(const double *const x[], double *const y[], size_t rows,
    size_t n, double lambda)
{
	/* (I + lambda^2 D2'D2) = L D L', L with two diagonals below the unit
	 * one: the rows' d, l1 (one below) and l2 (two below). */
	double *d = malloc(3 * n * sizeof(*d) + 1), *l1, *l2;

	if (d == NULL)
		return -1;
	l1 = d + n;
	l2 = l1 + n;
	factor(d, l1, l2, n, lambda * lambda);
	for (size_t i = 0; i < n; i++) {
		for (size_t r = 0; r < rows; r++) {
			y[r][i] = x[r][i];
			if (i >= 1)
				y[r][i] -= l1[i - 1] * y[r][i - 1];
			if (i >= 2)
				y[r][i] -= l2[i - 2] * y[r][i - 2];
		}
	}
	for (size_t i = n; i-- > 0;) {
		for (size_t r = 0; r < rows; r++) {
			y[r][i] /= d[i];
			if (i + 1 < n)
				y[r][i] -= l1[i] * y[r][i + 1];
			if (i + 2 < n)
				y[r][i] -= l2[i] * y[r][i + 2];
		}
	}
	free(d);
	return 0;
}

int
dsp_smooth(const double *x, double *y, size_t n, double lambda)
{
	return dsp_smooth_rows(&x, &y, 1, n, lambda);
}

int
dsp_detrend(const double *x, double *y, size_t n, double lambda)
{
	double *trend = malloc(n * sizeof(*trend) + 1);

	if (trend == NULL)
		return -1;
	if (dsp_smooth(x, trend, n, lambda) != 0) {
		free(trend);
		return -1;
	}
	for (size_t i = 0; i < n; i++)
		y[i] = x[i] - trend[i];
	free(trend);
	return 0;
}
