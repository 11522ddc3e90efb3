#include "dsp/dsp.h"

#include <math.h>
#include <stdlib.h>

/* The second derivatives of the natural spline, by one tridiagonal solve. */
static int
solve(struct dsp_spline *s)
{
	const double *t = s->t, *x = s->x;
	double *m = s->curvature;
	double *upper = malloc(s->n * sizeof(*upper));

	if (upper == NULL)
		return -1;
	m[0] = upper[0] = 0;
	for (size_t i = 1; i + 1 < s->n; i++) {
		double before = t[i] - t[i - 1], after = t[i + 1] - t[i];
		double rise = (x[i + 1] - x[i]) / after;
		double right = 6 * (rise - (x[i] - x[i - 1]) / before);
		double pivot = 2 * (before + after) - before * upper[i - 1];

		upper[i] = after / pivot;
		m[i] = (right - before * m[i - 1]) / pivot;
	}
	m[s->n - 1] = 0;
	for (size_t i = s->n - 1; i-- > 1;)
		m[i] -= upper[i] * m[i + 1];
	free(upper);
	return 0;
}

int
dsp_spline_init(
    struct dsp_spline *s, const double *t, const double *x, size_t n)
{
	*s = (struct dsp_spline){.t = t, .x = x, .n = n};
	s->curvature = calloc(n == 0 ? 1 : n, sizeof(*s->curvature));
	if (s->curvature == NULL)
		return -1;
	if (n > 2 && solve(s) != 0) {
		dsp_spline_release(s);
		return -1;
	}
	return 0;
}

void
dsp_spline_release(struct dsp_spline *s)
{
	free(s->curvature);
	*s = (struct dsp_spline){0};
}

/* The interval [i, i + 1] that contains ${time}, which is within the range. */
static size_t
interval(const double *t, size_t n, double time)
{
	size_t low = 0, high = n - 1;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (t[middle] <= time)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* The value of the spline in interval ${i}. */
static double
value_in(const struct dsp_spline *s, size_t i, double time)
{
	double h = s->t[i + 1] - s->t[i];
	double a = (s->t[i + 1] - time) / h, b = 1 - a;
	const double *m = s->curvature + i;

	return a * s->x[i] + b * s->x[i + 1] +
	    h * h / 6 * (a * (a * a - 1) * m[0] + b * (b * b - 1) * m[1]);
}

double
dsp_spline_at(const struct dsp_spline *s, double time)
{
	if (s->n == 0)
		return 0;
	if (time <= s->t[0])
		return s->x[0];
	if (time >= s->t[s->n - 1])
		return s->x[s->n - 1];
	return value_in(s, interval(s->t, s->n, time), time);
}

/* Evaluate the spline along the grid; gaps are straight. */
static void
sample(const struct dsp_spline *s, double max_gap, double start, double step,
    double *y, bool *good, size_t m)
{
	size_t i = 0;

	for (size_t k = 0; k < m; k++) {
		double time = start + (double)k * step;
		bool inside = time >= s->t[0] && time <= s->t[s->n - 1];

		if (!inside || s->n < 2) {
			y[k] = dsp_spline_at(s, time);
		} else {
			while (i + 2 < s->n && s->t[i + 1] <= time)
				i++;
			double h = s->t[i + 1] - s->t[i];
			double b = (time - s->t[i]) / h;

			inside = h <= max_gap;
			y[k] = inside ? value_in(s, i, time)
				      : (1 - b) * s->x[i] + b * s->x[i + 1];
		}
		if (good != NULL)
			good[k] = inside;
	}
}

int
dsp_resample(const double *t, const double *x, size_t n, double max_gap,
    double start, double step, double *y, bool *good, size_t m)
{
	struct dsp_spline s;
	size_t kept = 0;
	double *pairs = malloc((2 * n + 1) * sizeof(*pairs));

	if (pairs == NULL)
		return -1;
	double *kt = pairs, *kx = pairs + n;
	for (size_t i = 0; i < n; i++) {
		if (isnan(x[i]) || (kept > 0 && t[i] <= kt[kept - 1]))
			continue;
		kt[kept] = t[i];
		kx[kept++] = x[i];
	}
	if (kept == 0) {
		for (size_t k = 0; k < m; k++) {
			y[k] = 0;
			if (good != NULL)
				good[k] = false;
		}
		free(pairs);
		return 0;
	}
	int status = dsp_spline_init(&s, kt, kx, kept);
	if (status == 0) {
		sample(&s, max_gap, start, step, y, good, m);
		dsp_spline_release(&s);
	}
	free(pairs);
	return status;
}
