#include "plot/scale.h"

#include <math.h>

/* Rounding of sums of steps, relative to a step. */
#define EPSILON 1e-9

double
plot_scale_at(const struct plot_scale *s, double value)
{
	double low = s->low, high = s->high, part;

	value = fmin(fmax(value, low), high);
	if (s->is_log) {
		low = log(low);
		high = log(high);
		value = log(value);
	}
	part = high > low ? (value - low) / (high - low) : 0.5;
	return s->from + part * (s->to - s->from);
}

/* The number 1, 2, 5 or 10 times a power of ten that is nearest to ${x} on
 * Heckbert's scale. */
static double
nice(double x)
{
	double power = pow(10, floor(log10(x)));
	double f = x / power;

	if (f < 1.5)
		return power;
	if (f < 3)
		return 2 * power;
	return (f < 7 ? 5 : 10) * power;
}

/* Decimals that show a step. */
static int
digits_of(double step)
{
	double d = -floor(log10(step) + EPSILON);

	return d > 0 ? (int)fmin(d, 9) : 0;
}

struct plot_ticks
plot_ticks_make(double low, double high, unsigned wanted)
{
	struct plot_ticks t = {.first = low, .step = 1, .count = 1};
	double last;

	if (!isfinite(low) || !isfinite(high) || !(high > low) || wanted == 0)
		return t;
	t.step = nice((high - low) / wanted);
	for (;;) {
		t.first = ceil(low / t.step - EPSILON) * t.step;
		last = floor(high / t.step + EPSILON) * t.step;
		t.count = last >= t.first - EPSILON * t.step
		    ? (size_t)((last - t.first) / t.step + 0.5) + 1
		    : 0;
		if (t.count <= PLOT_TICKS_MAX)
			break;
		t.step = nice(2 * t.step);
	}
	t.digits = digits_of(t.step);
	return t;
}

double
plot_ticks_at(const struct plot_ticks *t, size_t i)
{
	double at = t->first + (double)i * t->step;

	/* No "-0" and no 1e-17 for 0. */
	return fabs(at) < EPSILON * t->step ? 0 : at;
}

void
plot_range_round(double *low, double *high, double margin)
{
	double step;

	if (!(*high - *low > margin)) {
		double middle = (*low + *high) / 2;

		*low = middle - margin;
		*high = middle + margin;
	}
	step = nice((*high - *low) / 4);
	*low = floor(*low / step + EPSILON) * step;
	*high = ceil(*high / step - EPSILON) * step;
}
