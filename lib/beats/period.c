#include "beats/period.h"

#include <math.h>

#define PERIOD_MIN (60.0 / BEATS_RATE_MAX)

/* By hand: lags are tried at this many a second. */
#define LAG_RATE 50.0

/* By hand: a lag whose autocorrelation is less than this share of the best is
 * no period. */
#define CORRELATION_MIN 0.35

/* By hand: slopes count up to this multiple of those of a beat, since motion
 * has no rhythm. */
#define SLOPE_MAX 1.5

/* The autocorrelation of ${x} at ${lag} samples. */
static double
autocorrelation(const double *x, size_t n, size_t lag)
{
	double sum = 0;

	for (size_t i = lag; i < n; i++)
		sum += x[i] * x[i - lag];
	return sum / (double)(n - lag);
}

/* Insert a lag into the falling list of the ${n} best. */
static size_t
keep_best(double lag[BEAT_PERIODS_MAX], double height[BEAT_PERIODS_MAX],
    size_t n, double new_lag, double new_height)
{
	size_t at = n;

	while (at > 0 && height[at - 1] < new_height)
		at--;
	if (at == BEAT_PERIODS_MAX)
		return n;
	if (n < BEAT_PERIODS_MAX)
		n++;
	for (size_t i = n - 1; i > at; i--) {
		lag[i] = lag[i - 1];
		height[i] = height[i - 1];
	}
	lag[at] = new_lag;
	height[at] = new_height;
	return n;
}

size_t
beat_periods(const struct beat_search *s, double period[BEAT_PERIODS_MAX])
{
	size_t skip = (size_t)fmax(1, s->rate / LAG_RATE);
	double rate = s->rate / (double)skip, best[BEAT_PERIODS_MAX];
	size_t n = s->n / skip, last = (size_t)(BEAT_PERIOD_MAX * rate) + 1;
	size_t first = (size_t)(PERIOD_MIN * rate), count = 0;
	double *x = s->work, *height = s->match;

	if (n < 2 * last || last + 1 >= s->n)
		return 0;
	for (size_t i = 0; i < n; i++) {
		double v = s->scale[i * skip];

		v = v > 0 ? s->slope[i * skip] / v : 0;
		x[i] = fmin(fmax(v, -SLOPE_MAX), SLOPE_MAX);
	}
	for (size_t lag = first - 1; lag <= last; lag++)
		height[lag] = autocorrelation(x, n, lag);
	for (size_t lag = first; lag < last; lag++) {
		if (height[lag] > height[lag - 1] &&
		    height[lag] >= height[lag + 1] && height[lag] > 0)
			count = keep_best(period, best, count,
			    (double)lag / rate, height[lag]);
	}
	while (count > 1 && best[count - 1] < CORRELATION_MIN * best[0])
		count--;
	return count;
}
