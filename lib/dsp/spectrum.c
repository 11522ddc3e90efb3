#include "dsp/dsp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void
dsp_hann(double *w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		w[i] =
		    0.5 - 0.5 * cos(2 * DSP_PI * ((double)i + 0.5) / (double)n);
}

void
dsp_spectrum_release(struct dsp_spectrum *s)
{
	free(s->power);
	*s = (struct dsp_spectrum){0};
}

static int
spectrum_resize(struct dsp_spectrum *s, size_t count, double step)
{
	if (s->count != count || s->power == NULL) {
		double *power = realloc(s->power, count * sizeof(*power));

		if (power == NULL)
			return -1;
		s->power = power;
	}
	s->count = count;
	s->step = step;
	memset(s->power, 0, count * sizeof(*s->power));
	return 0;
}

int
dsp_periodogram(struct dsp *d, const double *x, size_t n, double rate,
    double max_step, struct dsp_spectrum *s)
{
	double least = ceil(rate / max_step - 1e-9), mean = dsp_mean(x, n);
	size_t length = dsp_fft_length(least > (double)n ? (size_t)least : n);
	struct dsp_fft *f = dsp_fft(d, length);
	double *w = malloc(n * sizeof(*w) + 1), weight = 0;

	if (f == NULL || w == NULL ||
	    spectrum_resize(s, length / 2 + 1, rate / (double)length) != 0) {
		free(w);
		return -1;
	}
	dsp_hann(w, n);
	for (size_t i = 0; i < n; i++) {
		f->time[i] = (x[i] - mean) * w[i];
		weight += w[i] * w[i];
	}
	free(w);
	memset(f->time + n, 0, (length - n) * sizeof(*f->time));
	dsp_fft_forward(f);
	for (size_t k = 0; n > 0 && k <= length / 2; k++) {
		const double *c = f->frequency[k];
		double sides = k == 0 || k == length / 2 ? 1 : 2;

		s->power[k] =
		    sides * (c[0] * c[0] + c[1] * c[1]) / (rate * weight);
	}
	return 0;
}

/* The power at ${frequency}, linear between bins; 0 outside. */
static double
power_at(const struct dsp_spectrum *s, double frequency)
{
	double at = frequency / s->step;

	if (s->count < 2 || at < 0 || at > (double)(s->count - 1))
		return 0;
	size_t k = (size_t)at;
	if (k + 1 >= s->count)
		return s->power[k];
	double part = at - (double)k;
	return (1 - part) * s->power[k] + part * s->power[k + 1];
}

double
dsp_band_power(const struct dsp_spectrum *s, double low, double high)
{
	if (s->count < 2)
		return 0;
	low = fmax(low, 0);
	high = fmin(high, s->step * (double)(s->count - 1));
	double sum = 0, from = low, height = power_at(s, low);
	while (from < high) {
		double to = s->step * (floor(from / s->step + 1e-9) + 1);

		to = fmin(to, high);
		double next = power_at(s, to);
		sum += (to - from) * (height + next) / 2;
		from = to;
		height = next;
	}
	return sum;
}

double
dsp_parabola_top(double before, double middle, double after)
{
	double bend = before - 2 * middle + after;

	return bend < 0 ? 0.5 * (before - after) / bend : 0;
}

void
dsp_goertzel(const double *x, size_t n, double hz, double rate, double out[2])
{
	double w = 2 * DSP_PI * hz / rate, c = 2 * cos(w), s1 = 0, s2 = 0;

	for (size_t i = 0; i < n; i++) {
		double s0 = x[i] + c * s1 - s2;

		s2 = s1;
		s1 = s0;
	}
	out[0] = s1 - s2 * cos(w);
	out[1] = s2 * sin(w);
}

/* dsp_peak over bins ${first} to ${last}, in bins. */
static double
peak_bin(const double *power, size_t first, size_t last, double *height)
{
	size_t best = 0;

	for (size_t k = first; k <= last; k++) {
		if (power[k] < power[k - 1] || power[k] <= power[k + 1])
			continue;
		if (best == 0 || power[k] > power[best])
			best = k;
	}
	if (best == 0)
		return (double)NAN;
	double y0 = power[best - 1], y1 = power[best], y2 = power[best + 1];
	double shift = 0;
	if (y0 > 0 && y2 > 0) {
		double a = log(y0), b = log(y1), c = log(y2);

		shift = dsp_parabola_top(a, b, c);
		y1 = exp(b - 0.25 * (a - c) * shift);
	}
	if (height != NULL)
		*height = y1;
	return (double)best + shift;
}

double
dsp_peak(const struct dsp_spectrum *s, double low, double high, double *height)
{
	double first = ceil(low / s->step), last = floor(high / s->step);

	if (s->count < 3)
		return (double)NAN;
	first = fmax(first, 1);
	last = fmin(last, (double)(s->count - 2));
	if (first > last)
		return (double)NAN;
	return s->step *
	    peak_bin(s->power, (size_t)first, (size_t)last, height);
}
