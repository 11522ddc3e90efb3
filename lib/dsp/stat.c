#include "dsp/dsp.h"

#include <math.h>
#include <stdlib.h>

/* Four sums at a time: a processor waits for each addition to one sum. */
static double
sum_of(const double *x, size_t n)
{
	double sum[4] = {0, 0, 0, 0};
	size_t i;

	for (i = 0; i + 4 <= n; i += 4)
		for (size_t k = 0; k < 4; k++)
			sum[k] += x[i + k];
	for (; i < n; i++)
		sum[0] += x[i];
	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

double
dsp_mean(const double *x, size_t n)
{
	return n == 0 ? 0 : sum_of(x, n) / (double)n;
}

double
dsp_variance(const double *x, size_t n)
{
	double mean = dsp_mean(x, n), sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (x[i] - mean) * (x[i] - mean);
	return n == 0 ? 0 : sum / (double)n;
}

double
dsp_sd(const double *x, size_t n)
{
	return sqrt(dsp_variance(x, n));
}

double
dsp_correlation(const double *x, const double *y, size_t n)
{
	double mx = dsp_mean(x, n), my = dsp_mean(y, n);
	double xx = 0, yy = 0, xy = 0;

	for (size_t i = 0; i < n; i++) {
		xx += (x[i] - mx) * (x[i] - mx);
		yy += (y[i] - my) * (y[i] - my);
		xy += (x[i] - mx) * (y[i] - my);
	}
	return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : 0;
}

/* Hoare's selection: afterwards x[k] is the k-th smallest, nothing before it is
 * greater, and nothing after it is smaller. */
static double
select_nth(double *x, size_t n, size_t k)
{
	size_t left = 0, right = n - 1;

	while (left < right) {
		double pivot = x[left + (right - left) / 2];
		size_t i = left, j = right;

		for (;;) {
			while (x[i] < pivot)
				i++;
			while (pivot < x[j])
				j--;
			if (i >= j)
				break;
			double swap = x[i];
			x[i++] = x[j];
			x[j--] = swap;
		}
		if (j < k)
			left = j + 1;
		else
			right = j;
	}
	return x[k];
}

double
dsp_quantile(double *x, size_t n, double q)
{
	if (n == 0)
		return 0;
	double at = q * (double)(n - 1);
	size_t k = (size_t)at;
	double low = select_nth(x, n, k);
	if (k + 1 >= n || at <= (double)k)
		return low;
	double next = x[k + 1];
	for (size_t i = k + 2; i < n; i++)
		next = x[i] < next ? x[i] : next;
	return low + (at - (double)k) * (next - low);
}

double
dsp_median(double *x, size_t n)
{
	return dsp_quantile(x, n, 0.5);
}

double
dsp_mad(double *x, size_t n, double center)
{
	for (size_t i = 0; i < n; i++)
		x[i] = fabs(x[i] - center);
	return 1.4826 * dsp_median(x, n);
}
