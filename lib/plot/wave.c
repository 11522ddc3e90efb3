#include "plot/wave.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plot/spectrogram.h"

/* Values this close to their place on the grid continue a stretch, in samples. */
#define JITTER 0.5

/* So many values that lack between two lines are bridged: 33 ms at 60 a second. */
#define BRIDGE 2

/* Beats are searched in at least this much, s. */
#define SEARCH_MIN 4.0

/* How far apart the times of one beat in two stretches may be, s. */
#define SAME_BEAT 0.1

/* Pairs of times without signal in one stretch. */
#define GAPS_MAX 64

struct plot_wave *
plot_wave_new(void)
{
	struct plot_wave *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	plot_series_init(&w->envelope, 1.0 / 64, PLOT_WAVE_CELLS);
	w->from = (double)INFINITY;
	w->to = w->accepted = -(double)INFINITY;
	return w;
}

void
plot_wave_free(struct plot_wave *w)
{
	if (w == NULL)
		return;
	plot_series_release(&w->envelope);
	plot_spectrogram_release(&w->spectrogram);
	free(w->beat);
	free(w->best);
	free(w->value);
	free(w);
}

/* Copy the stretch to ${x} with zeros where there is no signal, and list these
 * places.  Return how many there are. */
static size_t
fill_gaps(const struct plot_wave *w, double *x, double gap[GAPS_MAX][2])
{
	size_t n = 0;
	bool inside = false;

	for (size_t i = 0; i < w->count; i++) {
		bool missing = isnan(w->value[i]);
		double t = w->start + (double)i / w->rate;

		x[i] = missing ? 0 : w->value[i];
		if (missing && !inside && n < GAPS_MAX) {
			gap[n][0] = t;
			gap[n++][1] = w->start + (double)w->count / w->rate;
		}
		/* The last of too many gaps has all that follows. */
		if (!missing && inside && n < GAPS_MAX)
			gap[n - 1][1] = t;
		inside = missing;
	}
	return n;
}

static bool
in_gap(double t, const double gap[][2], size_t gaps)
{
	for (size_t i = 0; i < gaps; i++)
		if (t >= gap[i][0] && t <= gap[i][1])
			return true;
	return false;
}

/* Beat ${i} of ${b}.  Its interval counts only if the beat before it is the last
 * one that was kept: between stretches, and after a gap, it may not be. */
static struct plot_beat
beat_of(const struct plot_wave *w, const struct beats *b, size_t i)
{
	struct plot_beat beat = {.time = b->beat[i].time,
	    .quality = (float)b->beat[i].quality,
	    .interval = (float)NAN,
	    .label = INTERVAL_GAP};
	double before;

	if (i == 0 || w->beats == 0)
		return beat;
	before = beat.time - b->interval[i - 1].seconds;
	if (fabs(before - w->beat[w->beats - 1].time) > SAME_BEAT)
		return beat;
	beat.interval = (float)b->interval[i - 1].seconds;
	beat.label = (unsigned char)b->interval[i - 1].label;
	return beat;
}

/* Keep the beats from w->accepted to before ${until}.  Return 0, or -1 without
 * memory. */
static int
keep_beats(struct plot_wave *w, const struct beats *b, double until,
    const double gap[][2], size_t gaps)
{
	struct plot_beat *beat;

	beat = realloc(w->beat, (w->beats + b->count + 1) * sizeof(*beat));
	if (beat == NULL)
		return -1;
	w->beat = beat;
	for (size_t i = 0; i < b->count; i++) {
		double t = b->beat[i].time;

		if (t < w->accepted || t >= until || in_gap(t, gap, gaps))
			continue;
		if (w->beats == PLOT_BEATS_MAX) {
			w->beats_cut = true;
			break;
		}
		beat[w->beats] = beat_of(w, b, i);
		w->beats++;
	}
	w->accepted = until;
	return 0;
}

/* Keep the stretch if its beats are clearer than those of the best one. */
static int
keep_best(struct plot_wave *w, const struct beats *b)
{
	double sum = 0;
	float *best;

	for (size_t i = 0; i < b->count; i++)
		sum += b->beat[i].quality;
	if (b->count > 0)
		sum /= (double)b->count;
	if (w->best != NULL &&
	    (sum <= w->best_quality || w->count < w->best_count / 2))
		return 0;
	best = realloc(w->best, w->count * sizeof(*best));
	if (best == NULL)
		return -1;
	for (size_t i = 0; i < w->count; i++)
		best[i] = (float)w->value[i];
	w->best = best;
	w->best_count = w->count;
	w->best_from = w->start;
	w->best_rate = w->rate;
	w->best_quality = sum;
	return 0;
}

/* Find the beats of the stretch, and keep those before ${until}. */
static int
search(struct plot_wave *w, double until, double heart_rate, struct err *err)
{
	double gap[GAPS_MAX][2], *x;
	double seconds = (double)w->count / w->rate;
	struct beats b = {0};
	struct signal_wave wave;
	size_t gaps;
	int rc;

	if (seconds < SEARCH_MIN)
		return keep_best(w, &b) == 0 ? 0
					     : err_set(err, "out of memory");
	if (w->searched > PLOT_BEAT_SECONDS_MAX) {
		w->beats_cut = true;
		return 0;
	}
	w->searched += seconds;
	x = malloc(w->count * sizeof(*x));
	if (x == NULL)
		return err_set(err, "out of memory");
	gaps = fill_gaps(w, x, gap);
	wave = (struct signal_wave){w->start, w->rate, x, w->count};
	rc = beats_find(
	    &b, &wave, heart_rate, (const double(*)[2])gap, gaps, err);
	free(x);
	if (rc == 0 &&
	    (keep_beats(w, &b, until, (const double(*)[2])gap, gaps) != 0 ||
		keep_best(w, &b) != 0))
		rc = err_set(err, "out of memory");
	beats_release(&b);
	return rc;
}

/* Analyse the stretch; ${last}: nothing follows it. */
static int
analyse(struct plot_wave *w, struct dsp *dsp, double heart_rate, bool last,
    struct err *err)
{
	double end = w->start + (double)w->count / w->rate;
	size_t kept = last ? 0 : (size_t)(PLOT_OVERLAP * w->rate);

	if (w->count == 0)
		return 0;
	if (search(w, last ? end : end - PLOT_OVERLAP / 2, heart_rate, err) !=
	    0)
		return -1;
	if (plot_spectrogram_add(&w->spectrogram, dsp, w->start, w->rate,
		w->value, w->count, last) != 0)
		return err_set(err, "out of memory");
	memmove(w->value, w->value + w->count - kept, kept * sizeof(*w->value));
	w->start += (double)(w->count - kept) / w->rate;
	w->count = kept;
	return 0;
}

static int
add_envelope(struct plot_wave *w, double time, double value)
{
	const struct plot_point p = {.from = time,
	    .to = time,
	    .value = value,
	    .confidence = (double)NAN};

	w->from = fmin(w->from, time);
	w->to = fmax(w->to, time);
	return plot_series_add(&w->envelope, &p);
}

/* Lines of overlapping windows lack a value between them.  Put ${n} values at
 * ${time} next to what there is by the mean of both ends. */
static void
bridge(struct plot_wave *w, double time, double rate, const double *value,
    size_t n)
{
	double next = w->start + (double)w->count / fmax(w->rate, 1);
	double lacking = rint((time - next) * rate), last;

	if (w->count == 0 || n == 0 || rate != w->rate || lacking < 1 ||
	    lacking > BRIDGE || w->count + BRIDGE > w->room)
		return;
	last = w->value[w->count - 1];
	while (lacking-- >= 1)
		w->value[w->count++] = (last + value[0]) / 2;
}

int
plot_wave_add(struct plot_wave *w, struct dsp *dsp, double time, double rate,
    const double *value, size_t n, double heart_rate, struct err *err)
{
	double next;

	bridge(w, time, rate, value, n);
	next = w->start + (double)w->count / fmax(w->rate, 1);
	if (w->count > 0 &&
	    (rate != w->rate || fabs(time - next) * rate > JITTER) &&
	    analyse(w, dsp, heart_rate, true, err) != 0)
		return -1;
	if (w->count == 0) {
		size_t room = (size_t)(PLOT_STRETCH * rate) + 1 + BRIDGE;
		double *p = w->value;

		if (room > w->room)
			p = realloc(w->value, room * sizeof(*p));
		if (p == NULL)
			return err_set(err, "out of memory");
		w->room = room > w->room ? room : w->room;
		w->value = p;
		w->start = time;
		w->rate = rate;
	}
	for (size_t i = 0; i < n; i++) {
		if (add_envelope(w, time + (double)i / rate, value[i]) != 0)
			return err_set(err, "out of memory");
		w->value[w->count++] = value[i];
		if ((double)w->count >= PLOT_STRETCH * rate &&
		    analyse(w, dsp, heart_rate, false, err) != 0)
			return -1;
	}
	return 0;
}

int
plot_wave_end(
    struct plot_wave *w, struct dsp *dsp, double heart_rate, struct err *err)
{
	int rc = analyse(w, dsp, heart_rate, true, err);

	plot_spectrogram_end(&w->spectrogram);
	free(w->value);
	w->value = NULL;
	w->room = w->count = 0;
	return rc;
}

size_t
plot_wave_normal(const struct plot_wave *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->beats; i++)
		n += w->beat[i].label == INTERVAL_NORMAL;
	return n;
}

double
plot_wave_strongest(const struct plot_wave *w, size_t i)
{
	const struct plot_spectrogram *s = &w->spectrogram;
	size_t best = 0;

	if (s->windows[i] == 0)
		return (double)NAN;
	for (size_t k = 1; k < PLOT_SPECTRUM_ROWS; k++)
		if (s->share[i][k] > s->share[i][best])
			best = k;
	return PLOT_SPECTRUM_LOW + ((double)best + 0.5) * PLOT_SPECTRUM_STEP;
}
