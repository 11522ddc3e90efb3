#include "beats/pulse_quality.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/dsp.h"

/* By hand: each beat is compared from this much before its rise to this much
 * after it, in intervals. */
#define BEFORE 0.25
#define BEHIND 0.75

/* By hand: the band of a pulse and its harmonics, Hz. */
#define BAND_LOW 0.5
#define BAND_HIGH 8.0
#define FILTER_ORDER 2

/* By hand: slow power is below this, Hz, and filters settle within this, s. */
#define SLOW_HIGH 5.0
#define SLOW_ORDER 4
#define SLOW_END 1.0

/* By hand: pieces in which the course of the rate is measured. */
#define PIECE_SECONDS 8.0
#define PIECES_MIN 4
#define PIECES_MAX 64

/* The windows, s, and the bands, Hz, of the SNR of de Haan and Jeanne (2013),
 * and the ratio that stands for no noise at all. */
#define SNR_SECONDS 10.0
#define SNR_LOW 0.5
#define SNR_HIGH 4.0
#define SNR_FIRST 0.1
#define SNR_SECOND 0.2
#define SNR_LEAST 1e-9

/* Set q->beat_similarity; ${similarity} has room for the beats. */
static void
beat_similarity(struct pulse_quality *q, const struct beats *b,
    const struct signal_wave *w, const double *x, double *similarity)
{
	size_t count = 0;

	for (size_t i = 0; i + 1 < b->count; i++) {
		double s = b->interval[i].seconds;
		double at = (b->beat[i].time - w->start) * w->rate;
		double next = (b->beat[i + 1].time - w->start) * w->rate;
		size_t before = (size_t)(BEFORE * s * w->rate);
		size_t n = before + (size_t)(BEHIND * s * w->rate);

		at = round(at);
		next = round(next);
		if (n < 4 || at < (double)before ||
		    next - (double)before + (double)n > (double)w->n)
			continue;
		similarity[count++] = dsp_correlation(
		    x + (size_t)at - before, x + (size_t)next - before, n);
	}
	q->beat_similarity =
	    count > 0 ? fmax(0, dsp_median(similarity, count)) : 0;
}

/* Rate of the beats between two times, Hz; 0 if there are too few. */
static double
rate_between(const struct beats *b, double from, double to)
{
	double first = 0, last = 0, n = 0;

	for (size_t i = 0; i < b->count; i++) {
		if (b->beat[i].time < from || b->beat[i].time >= to)
			continue;
		if (n++ < 1)
			first = b->beat[i].time;
		last = b->beat[i].time;
	}
	return n >= 3 && last > first ? (n - 1) / (last - first) : 0;
}

/* How far apart the rates of the two halves are, /min; or, where that is less,
 * how far the rates of shorter pieces deviate from a smooth course.  Hearts
 * slow down after exercise, what is found in noise jumps. */
static double
change(const struct beats *b, double start, double seconds)
{
	double half = start + seconds / 2, rate[PIECES_MAX], squares = 0;
	double halves = 60 *
	    fabs(rate_between(b, -HUGE_VAL, half) -
		rate_between(b, half, HUGE_VAL));
	size_t n =
	    (size_t)fmax(PIECES_MIN, fmin(PIECES_MAX, seconds / PIECE_SECONDS));

	for (size_t i = 0; i < n; i++) {
		double from = start + (double)i * seconds / (double)n;

		rate[i] =
		    60 * rate_between(b, from, from + seconds / (double)n);
	}
	for (size_t i = 1; i + 1 < n; i++) {
		double bend = rate[i - 1] - 2 * rate[i] + rate[i + 1];

		squares += bend * bend;
	}
	/* The second differences of independent rates of variance 1 have
	 * variance 6. */
	return fmin(halves, sqrt(squares / (double)(n - 2) / 6));
}

/* Ratio of the power of ${x}, under a window, that belongs to ${rate} Hz to
 * that which does not. */
static double
power_ratio(const double *x, size_t n, double grid, double rate)
{
	double with = 0, without = 0, step = grid / (double)n / 2;
	size_t steps = (size_t)((SNR_HIGH - SNR_LOW) / step);

	for (size_t k = 0; k <= steps; k++) {
		double f = SNR_LOW + (double)k * step, c[2], p;

		dsp_goertzel(x, n, f, grid, c);
		p = c[0] * c[0] + c[1] * c[1];
		if (fabs(f - rate) <= SNR_FIRST ||
		    fabs(f - 2 * rate) <= SNR_SECOND)
			with += p;
		else
			without += p;
	}
	return with / fmax(without, SNR_LEAST * with);
}

static int
snr(struct pulse_quality *q, const struct beats *b, const struct signal_wave *w,
    const double *x)
{
	size_t window = (size_t)(SNR_SECONDS * w->rate), n = 0, m;
	double *ratio, *hann, *windowed;

	q->snr_db = (double)NAN;
	if (window < 8 || w->n < window / 2)
		return 0;
	if (window > w->n)
		window = w->n;
	m = w->n / window;
	ratio = calloc(m + 2 * window, sizeof(*ratio));
	if (ratio == NULL)
		return -1;
	hann = ratio + m;
	windowed = hann + window;
	dsp_hann(hann, window);
	for (size_t k = 0; k < m; k++) {
		size_t at = m > 1 ? k * (w->n - window) / (m - 1) : 0;
		double from = w->start + (double)at / w->rate;
		double rate =
		    rate_between(b, from, from + (double)window / w->rate);

		if (!(rate > 0))
			continue;
		for (size_t i = 0; i < window; i++)
			windowed[i] = x[at + i] * hann[i];
		ratio[n++] = power_ratio(windowed, window, w->rate, rate);
	}
	if (n > 0)
		q->snr_db = 10 * log10(fmax(dsp_median(ratio, n), SNR_LEAST));
	free(ratio);
	return 0;
}

/* The share of the power of ${x} that is slow, without the ends, where filters
 * have not settled.  ${work} has room for as many samples. */
static int
slow(struct pulse_quality *q, const double *x, size_t n, double rate,
    double *work)
{
	size_t end = (size_t)fmin(SLOW_END * rate, (double)n / 4);
	struct dsp_filter low;
	double all = dsp_variance(x + end, n - 2 * end);

	dsp_lowpass(&low, SLOW_ORDER, fmin(SLOW_HIGH, 0.45 * rate), rate);
	if (dsp_filtfilt(&low, x, work, n) != 0)
		return -1;
	if (all > 0)
		q->slow = fmin(1, dsp_variance(work + end, n - 2 * end) / all);
	return 0;
}

int
pulse_quality_measure(struct pulse_quality *q, const struct beats *beats,
    const struct signal_wave *wave, struct err *err)
{
	struct dsp_filter band;
	double *x, *work, *similarity;
	int rc = -1;

	*q = (struct pulse_quality){.snr_db = (double)NAN};
	if (beats->count < 3 || wave->n < 8)
		return 0;
	x = calloc(wave->n, sizeof(*x));
	work = calloc(wave->n, sizeof(*work));
	similarity = calloc(beats->count, sizeof(*similarity));
	if (x != NULL && work != NULL && similarity != NULL) {
		dsp_bandpass(&band, FILTER_ORDER, BAND_LOW,
		    fmin(BAND_HIGH, 0.45 * wave->rate), wave->rate);
		rc = dsp_filtfilt(&band, wave->value, x, wave->n);
		if (rc == 0) {
			beat_similarity(q, beats, wave, x, similarity);
			rc = snr(q, beats, wave, x);
		}
		if (rc == 0)
			rc = slow(q, x, wave->n, wave->rate, work);
		q->change =
		    change(beats, wave->start, (double)wave->n / wave->rate);
	}
	free(x);
	free(work);
	free(similarity);
	return rc == 0 ? 0 : err_set(err, "out of memory");
}
