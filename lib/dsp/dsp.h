/*
 * dsp: the signal processing that more than one module needs.  No other code
 * includes FFTW.
 *
 * Signals are arrays of double, their length a size_t, rates in hertz.
 * Functions that return int return 0, or -1 without memory; the others cannot
 * fail.  Input and output may be the same array unless a comment says
 * otherwise.
 */
#ifndef DSP_DSP_H
#define DSP_DSP_H

#include <stdbool.h>
#include <stddef.h>

#define DSP_PI 3.14159265358979323846

/* ---- Statistics (stat.c) ----------------------------------------------- */

/* All give 0 for an empty signal. */
double dsp_mean(const double *x, size_t n);
/* Those of the population: divided by n. */
double dsp_variance(const double *x, size_t n);
double dsp_sd(const double *x, size_t n);
double dsp_correlation(const double *x, const double *y, size_t n);

/* These sort or partition ${x} in place. */
double dsp_median(double *x, size_t n);
/* Interpolated between order statistics; ${q} in 0..1. */
double dsp_quantile(double *x, size_t n, double q);
/* Median absolute deviation from ${center}, times 1.4826: the standard
 * deviation of a normal sample. */
double dsp_mad(double *x, size_t n, double center);

/* ---- Conditioning (detrend.c) ------------------------------------------ */

/*
 * Smoothness-priors detrending (Tarvainen, Ranta-aho and Karjalainen, "An
 * advanced detrending method with application to HRV analysis", IEEE Trans.
 * Biomed. Eng.  49(2), 2002): y = x - (I + lambda^2 D2'D2)^-1 x, by one LDL'
 * factorisation of the pentadiagonal matrix, in O(n).
 */
int dsp_detrend(const double *x, double *y, size_t n, double lambda);
/* The trend itself: the second term of the above. */
int dsp_smooth(const double *x, double *y, size_t n, double lambda);
/* The trends y[0] to y[rows - 1] of several signals of ${n} samples: they share the
 * factorisation, which is most of the work. */
int dsp_smooth_rows(const double *const x[], double *const y[], size_t rows,
    size_t n, double lambda);
/* The lambda whose trend has half the amplitude at ${cutoff} hertz. */
double dsp_detrend_lambda(double cutoff, double rate);

/* Subtract the mean; subtract the least-squares line. */
void dsp_demean(double *x, size_t n);
void dsp_delinear(double *x, size_t n);

/* ---- Filters (filter.c) ------------------------------------------------ */

/* A cascade of second-order sections; a0 is 1. */
#define DSP_SECTIONS_MAX 8

struct dsp_filter {
	unsigned sections;
	struct {
		double b[3], a[2]; /* a[0] is a1, a[1] is a2 */
	} section[DSP_SECTIONS_MAX];
};

/* Butterworth by the bilinear transform with prewarped edges.  ${order} is
 * that of the prototype, 1 to 8: a band-pass of order n has 2n poles.  Edges
 * in hertz, 0 < edge < rate/2, low < high. */
void dsp_lowpass(
    struct dsp_filter *f, unsigned order, double edge, double rate);
/* A high-pass at ${low} followed by a low-pass at ${high}. */
void dsp_bandpass(
    struct dsp_filter *f, unsigned order, double low, double high, double rate);

/* Filter forward and backward: zero phase, and the gain squared.  The ends are
 * extended by odd reflection, and the state starts in equilibrium, so that a
 * constant or a ramp leaves no transient. */
int dsp_filtfilt(
    const struct dsp_filter *f, const double *x, double *y, size_t n);

/* ---- Uneven samples (resample.c) --------------------------------------- */

/*
 * A natural cubic spline through (t, x), t strictly rising.  It refers to t and
 * x, which must outlive it.
 */
struct dsp_spline {
	const double *t, *x;
	double *curvature; /* owned */
	size_t n;
};

/* ${n} >= 1; one point gives a constant, two a line. */
int dsp_spline_init(
    struct dsp_spline *s, const double *t, const double *x, size_t n);
void dsp_spline_release(struct dsp_spline *s);
/* The value at ${time}.  Before the first and after the last point it is
 * constant. */
double dsp_spline_at(const struct dsp_spline *s, double time);

/*
 * Sample (t, x) on the grid start + i*step, i in 0..m-1.  A natural cubic
 * spline is used, and inside gaps longer than ${max_gap} seconds, where a
 * spline would overshoot, a straight line.  Samples that are NaN are ignored.
 * Unless it is NULL, good[i] is false inside such gaps, before the first sample
 * and after the last, where y is the nearest sample; y is 0 if there is none.
 */
int dsp_resample(const double *t, const double *x, size_t n, double max_gap,
    double start, double step, double *y, bool *good, size_t m);

/* ---- Spectra (fft.c, spectrum.c) --------------------------------------- */

/*
 * Plans and buffers by length, so that a length that was used before needs no
 * planning.  At most DSP_PLANS_MAX lengths are kept; the least recently used
 * one goes.
 */
#define DSP_PLANS_MAX 16
struct dsp;
struct dsp *dsp_new(void);
void dsp_free(struct dsp *d);

/* The least even length >= n with no prime factor above 5. */
size_t dsp_fft_length(size_t n);

/*
 * Buffers of the real transform of even length ${n}: n samples of time, n/2+1
 * pairs (re, im) of frequency.  They belong to ${d} and remain valid until
 * DSP_PLANS_MAX other lengths were asked for.  The transform does not change
 * time.
 */
struct dsp_fft {
	size_t n;
	double *time;
	double (*frequency)[2];
};

/* NULL if out of memory. */
struct dsp_fft *dsp_fft(struct dsp *d, size_t n);
void dsp_fft_forward(struct dsp_fft *f);

/* A Hann window, symmetric about the middle, without zeros at the ends: sample
 * ${i} is 0.5 - 0.5 cos(2 pi (i + 0.5) / n). */
void dsp_hann(double *w, size_t n);

/* Power by frequency: power[k] is that at k*step hertz. */
struct dsp_spectrum {
	double *power; /* owned: dsp_spectrum_release */
	size_t count;
	double step;
};

void dsp_spectrum_release(struct dsp_spectrum *s);

/*
 * Periodogram of ${x} less its mean under a Hann window, padded with zeros
 * until the step is at most ${max_step} hertz.  It is a density: the sum of
 * power*step is the variance of the windowed signal, which for a long signal is
 * that of the signal itself.  ${s} starts zeroed and may be used again.
 */
int dsp_periodogram(struct dsp *d, const double *x, size_t n, double rate,
    double max_step, struct dsp_spectrum *s);

/* The power between two frequencies (trapezoidal, with the edges
 * interpolated). */
double dsp_band_power(const struct dsp_spectrum *s, double low, double high);

/* The frequency of the greatest local maximum in low..high, interpolated by a
 * parabola through the logarithms; NaN if there is none.  Unless it is NULL,
 * *${height} is set to its power. */
double dsp_peak(
    const struct dsp_spectrum *s, double low, double high, double *height);

/*
 * The top of the parabola through three equidistant samples, in samples from
 * the middle one; 0 if the parabola has no top.  For a local maximum it is
 * from -0.5 to 0.5.
 */
double dsp_parabola_top(double before, double middle, double after);

/*
 * The transform of ${x} at one frequency, ${hz}, for samples at ${rate} hertz
 * (Goertzel, "An algorithm for the evaluation of finite trigonometric series",
 * Am. Math. Monthly 65(1), 1958): re and im in ${out}, rotated by an angle that
 * depends only on n, hz and rate.  So powers and cross-spectra are correct, but
 * the phase of a single signal is not.
 */
void dsp_goertzel(
    const double *x, size_t n, double hz, double rate, double out[2]);

/* ---- Small dense linear algebra (matrix.c) ------------------------------ */

/* Solve a*x = b, 3x3 row by row; false if the matrix is singular. */
bool dsp_solve3(const double a[9], const double b[3], double x[3]);

/* Eigenvalues, falling, and unit eigenvectors (row k of ${vectors}) of the
 * symmetric ${n} x ${n} matrix ${a} (row by row, destroyed), by Jacobi
 * rotations.  The sign of a vector is such that its component of greatest
 * magnitude is positive. */
void dsp_eigen(double *a, size_t n, double *values, double *vectors);

/* Least squares: coefficients ${c} of ${columns} <= DSP_COLUMNS_MAX columns of
 * ${rows} rows (column j at a[j]) that fit ${b} best, with ridge*trace/n added
 * to the diagonal of the normal equations.  False if they are singular. */
#define DSP_COLUMNS_MAX 12
bool dsp_least_squares(const double *const *a, size_t columns, const double *b,
    size_t rows, double ridge, double *c);

#endif
