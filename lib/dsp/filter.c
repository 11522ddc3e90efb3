#include "dsp/dsp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Append the section of a low- or high-pass with prewarped edge ${k} =
 * tan(pi edge/rate) and damping ${twice} = 2 cos(angle of the pole). */
static void
add_pair(struct dsp_filter *f, double k, double twice, bool high)
{
	double a0 = 1 + twice * k + k * k;
	double b = (high ? 1 : k * k) / a0;
	double *to = f->section[f->sections].b;

	to[0] = b;
	to[1] = high ? -2 * b : 2 * b;
	to[2] = b;
	to = f->section[f->sections++].a;
	to[0] = 2 * (k * k - 1) / a0;
	to[1] = (1 - twice * k + k * k) / a0;
}

/* The real pole of an odd order. */
static void
add_single(struct dsp_filter *f, double k, bool high)
{
	double b = (high ? 1 : k) / (1 + k);
	double *to = f->section[f->sections].b;

	to[0] = b;
	to[1] = high ? -b : b;
	to[2] = 0;
	to = f->section[f->sections++].a;
	to[0] = (k - 1) / (k + 1);
	to[1] = 0;
}

static void
add_edge(
    struct dsp_filter *f, unsigned order, double edge, double rate, bool high)
{
	double k = tan(DSP_PI * edge / rate);

	for (unsigned i = 0; i < order / 2; i++) {
		double angle = DSP_PI * (2 * i + 1) / (2.0 * order);

		add_pair(f, k, 2 * sin(angle), high);
	}
	if (order % 2 == 1)
		add_single(f, k, high);
}

void
dsp_lowpass(struct dsp_filter *f, unsigned order, double edge, double rate)
{
	f->sections = 0;
	add_edge(f, order, edge, rate, false);
}

void
dsp_bandpass(
    struct dsp_filter *f, unsigned order, double low, double high, double rate)
{
	f->sections = 0;
	add_edge(f, order, low, rate, true);
	add_edge(f, order, high, rate, false);
}

/* Filter x in place, direct form II transposed, from the state that a
 * constant input x[0] would have left. */
static void
run(const struct dsp_filter *f, double *x, size_t n)
{
	double level = n == 0 ? 0 : x[0];

	for (unsigned s = 0; s < f->sections; s++) {
		const double *b = f->section[s].b, *a = f->section[s].a;
		double gain = (b[0] + b[1] + b[2]) / (1 + a[0] + a[1]);
		double z1 = (gain - b[0]) * level;
		double z2 = (b[2] - a[1] * gain) * level;

		for (size_t i = 0; i < n; i++) {
			double in = x[i], out = b[0] * in + z1;

			z1 = b[1] * in - a[0] * out + z2;
			z2 = b[2] * in - a[1] * out;
			x[i] = out;
		}
		level *= gain;
	}
}

static void
reverse(double *x, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		double swap = x[i];

		x[i] = x[n - 1 - i];
		x[n - 1 - i] = swap;
	}
}

/* The samples after which the slowest pole has decayed to a thousandth. */
static size_t
settling(const struct dsp_filter *f)
{
	double slowest = 0;

	for (unsigned s = 0; s < f->sections; s++) {
		const double *a = f->section[s].a;
		double d = a[0] * a[0] / 4 - a[1];
		double r = d < 0 ? sqrt(a[1]) : fabs(a[0]) / 2 + sqrt(d);

		slowest = r > slowest ? r : slowest;
	}
	if (slowest < 1e-3)
		return 3;
	return 3 + (size_t)(log(1e-3) / log(fmin(slowest, 0.9999)));
}

int
dsp_filtfilt(const struct dsp_filter *f, const double *x, double *y, size_t n)
{
	if (n == 0)
		return 0;
	size_t pad = settling(f);
	if (pad > n - 1)
		pad = n - 1;
	double *e = malloc((n + 2 * pad) * sizeof(*e));
	if (e == NULL)
		return -1;
	for (size_t i = 0; i < pad; i++) {
		e[i] = 2 * x[0] - x[pad - i];
		e[pad + n + i] = 2 * x[n - 1] - x[n - 2 - i];
	}
	memcpy(e + pad, x, n * sizeof(*x));
	for (int pass = 0; pass < 2; pass++) {
		run(f, e, n + 2 * pad);
		reverse(e, n + 2 * pad);
	}
	memcpy(y, e + pad, n * sizeof(*y));
	free(e);
	return 0;
}
