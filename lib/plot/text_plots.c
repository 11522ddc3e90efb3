/* The pictures of characters: wave, trend, and latency. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "diag/plural.h"
#include "plot/blocks.h"
#include "plot/escape.h"
#include "plot/text.h"
#include "plot/words.h"

#define WAVE_ROWS 4
/* By hand: about six columns for a beat at 70 /min. */
#define COLUMNS_PER_SECOND 7.0
#define MARGIN 2

/* Columns beside a histogram.  At least ten are left, so that three doublings are
 * enough for all bins. */
#define HISTOGRAM_MARGIN 30
_Static_assert((PLOT_WIDTH_MIN - HISTOGRAM_MARGIN) * 8 >= PLOT_LATENCY_BINS,
    "a histogram of all bins fits");

/* ---- The pulse wave ----------------------------------------------------- */

struct stretch {
	double from, seconds;
	size_t columns;
	double *value; /* of the columns, 0 to 1; NAN: no signal */
};

/* The stretch of ${seconds} within what is kept in which beats are clearest:
 * where it begins. */
static double
clearest(const struct plot_wave *w, double seconds)
{
	double end = w->best_from + (double)w->best_count / w->best_rate;
	double best = w->best_from, most = -1;

	for (unsigned k = 0; w->best_from + k + seconds <= end + 1e-6; k++) {
		double at = w->best_from + k, sum = 0;

		for (size_t i = 0; i < w->beats; i++)
			if (w->beat[i].time >= at &&
			    w->beat[i].time < at + seconds)
				sum += (double)w->beat[i].quality;
		if (sum > most + 1e-9) {
			most = sum;
			best = at;
		}
	}
	return best;
}

/* The mean of each column, scaled to 0..1. */
static void
fill_columns(struct stretch *s, const struct plot_wave *w)
{
	double low = (double)INFINITY, high = -(double)INFINITY;

	for (size_t c = 0; c < s->columns; c++) {
		double t0 =
		    s->from + s->seconds * (double)c / (double)s->columns;
		double t1 =
		    s->from + s->seconds * (double)(c + 1) / (double)s->columns;
		double sum = 0;
		size_t n = 0;

		for (size_t k = 0; k < w->best_count; k++) {
			double t = w->best_from + (double)k / w->best_rate;

			if (t < t0 - 1e-9 || t >= t1 - 1e-9 ||
			    isnan(w->best[k]))
				continue;
			sum += (double)w->best[k];
			n++;
		}
		s->value[c] = n > 0 ? sum / (double)n : (double)NAN;
		if (n > 0) {
			low = fmin(low, s->value[c]);
			high = fmax(high, s->value[c]);
		}
	}
	for (size_t c = 0; c < s->columns; c++)
		s->value[c] = high > low ? (s->value[c] - low) / (high - low)
					 : s->value[c] - low;
}

static void
indent(struct buf *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_add_byte(out, ' ');
}

/* A row with a mark for each beat; count the kinds. */
static void
put_marks(struct plot_text *t, const struct stretch *s,
    const struct plot_wave *w, const char *const mark[], size_t n[3])
{
	size_t at = 0;

	n[0] = n[1] = n[2] = 0;
	indent(t->out, MARGIN);
	for (size_t i = 0; i < w->beats; i++) {
		double part = (w->beat[i].time - s->from) / s->seconds;
		enum plot_sure sure = plot_sure_of((double)w->beat[i].quality);
		size_t column;

		if (part < 0 || part >= 1)
			continue;
		n[sure]++;
		column = (size_t)(part * (double)s->columns);
		for (; at < column; at++)
			buf_add_byte(t->out, ' ');
		if (at == column) {
			buf_add_text(t->out, mark[sure]);
			at++;
		}
	}
	buf_add_byte(t->out, '\n');
}

static void
put_wave(struct plot_text *t, struct stretch *s, const struct plot_wave *w,
    const char *why)
{
	static const char *const unicode[] = {"▲", "△", "×"};
	static const char *const ascii[] = {"^", "o", "x"};
	const char *const *mark = t->is_ascii ? ascii : unicode;
	struct buf text;
	char all[32];
	size_t n[3];

	plot_time_text(all, sizeof(all), w->to - w->from);
	for (unsigned row = 0; row < WAVE_ROWS; row++) {
		indent(t->out, MARGIN);
		plot_blocks_row(
		    t->out, s->value, s->columns, row, WAVE_ROWS, t->is_ascii);
		buf_add_byte(t->out, '\n');
	}
	buf_init(&text);
	if (why != NULL) {
		buf_addf(&text,
		    "  %.0f to %.0f s of %s; no beats are marked: %s", s->from,
		    s->from + s->seconds, all, why);
		plot_text_wrap(t, buf_span(&text), MARGIN);
		plot_escape_done(t->out, &text);
		return;
	}
	put_marks(t, s, w, mark, n);
	buf_addf(&text, "  %.0f to %.0f s of %s; beats: %zu clear %s", s->from,
	    s->from + s->seconds, all, n[0], mark[0]);
	if (n[1] > 0)
		buf_addf(&text, ", %zu fair %s", n[1], mark[1]);
	if (n[2] > 0)
		buf_addf(&text, ", %zu unclear %s", n[2], mark[2]);
	plot_text_wrap(t, buf_span(&text), MARGIN);
	plot_escape_done(t->out, &text);
}

void
plot_text_wave(struct plot_text *t, const struct plot_source *src)
{
	const struct plot_wave *w = src->wave;
	struct stretch s = {.columns = t->width - (size_t)2 * MARGIN};
	double kept;

	if (w->best == NULL)
		return;
	kept = (double)w->best_count / w->best_rate;
	s.seconds = floor((double)s.columns / COLUMNS_PER_SECOND);
	if (s.seconds > kept) {
		s.seconds = kept;
		if ((double)s.columns > COLUMNS_PER_SECOND * kept)
			s.columns = (size_t)fmax(COLUMNS_PER_SECOND * kept, 1);
	}
	s.from = clearest(w, s.seconds);
	s.value = malloc(s.columns * sizeof(*s.value));
	if (s.value == NULL) {
		t->out->failed = true;
		return;
	}
	fill_columns(&s, w);
	buf_add_text(t->out, "\nPulse wave\n");
	put_wave(t, &s, w, plot_unmarked_beats(src));
	free(s.value);
}

/* ---- The heart rate over time ------------------------------------------- */

/* A column of the trend. */
struct trend_column {
	double sum;
	size_t values, lines; /* cells with a value, and all */
};

/* Add each cell to the columns that it is in.  Return how many cells there are. */
static size_t
fill_trend(const struct plot_series *s, double from, double to,
    struct trend_column *column, size_t columns)
{
	size_t i = 0, n = 0;
	const struct plot_cell *c;

	while ((c = plot_series_next(s, &i)) != NULL) {
		double first = (c->from - from) / (to - from);
		double last = (c->to - from) / (to - from);
		size_t a = (size_t)(first * (double)columns);
		size_t b = (size_t)ceil(last * (double)columns);

		/* What is at the very end is in the last column. */
		a = a < columns ? a : columns - 1;
		for (size_t k = a; k < columns && (k < b || k == a); k++) {
			column[k].lines++;
			if (c->values == 0)
				continue;
			column[k].values++;
			column[k].sum += ((double)c->low + (double)c->high) / 2;
		}
		n++;
	}
	return n;
}

/* The means of the columns, as heights; a column without any line is empty. */
static void
put_trend(
    struct plot_text *t, const struct trend_column *column, size_t columns)
{
	double low = (double)INFINITY, high = -(double)INFINITY;

	for (size_t k = 0; k < columns; k++) {
		if (column[k].values == 0)
			continue;
		low = fmin(low, column[k].sum / (double)column[k].values);
		high = fmax(high, column[k].sum / (double)column[k].values);
	}
	if (!(high >= low))
		return;
	/* Not less than 10 /min, so that noise does not look like a change. */
	if (high - low < 10) {
		double middle = (high + low) / 2;

		low = middle - 5;
		high = middle + 5;
	}
	buf_addf(t->out,
	    "Heart rate over time, %.0f to %.0f /min; %s missing\n", low, high,
	    plot_blocks_missing(t->is_ascii));
	indent(t->out, MARGIN);
	for (size_t k = 0; k < columns; k++) {
		double mean = column[k].values > 0
		    ? column[k].sum / (double)column[k].values
		    : (double)NAN;
		double v = (mean - low) / (high - low);

		if (column[k].lines == 0)
			buf_add_byte(t->out, ' ');
		else
			plot_blocks_row(t->out, &v, 1, 0, 1, t->is_ascii);
	}
	buf_add_byte(t->out, '\n');
}

void
plot_text_trend(struct plot_text *t, const struct plot_source *s)
{
	const struct plot_series *trend = s->sample[VITAL_HEART_RATE].count > 0
	    ? &s->sample[VITAL_HEART_RATE]
	    : &s->trend[VITAL_HEART_RATE];
	size_t columns = t->width - (size_t)2 * MARGIN;
	struct trend_column *column;

	if (s->samples + s->measurements < 2 || !(s->to > s->from))
		return;
	column = calloc(columns, sizeof(*column));
	if (column == NULL) {
		t->out->failed = true;
		return;
	}
	if (fill_trend(trend, s->from, s->to, column, columns) > 1)
		put_trend(t, column, columns);
	free(column);
}

/* ---- Delivery ----------------------------------------------------------- */

/* The events in each of ${columns} columns of ${wide} bins, from bin ${first} on,
 * as shares of the fullest one; -1 for none. */
static void
fill_histogram(const struct plot_endpoint *e, size_t first, size_t wide,
    double *value, size_t columns)
{
	double most = 1;

	for (size_t c = 0; c < columns; c++) {
		uint64_t n = 0;

		for (size_t k = 0; k < wide; k++)
			if (first + c * wide + k < PLOT_LATENCY_BINS)
				n += e->bin[first + c * wide + k];
		value[c] = (double)n;
		most = fmax(most, value[c]);
	}
	for (size_t c = 0; c < columns; c++)
		value[c] = value[c] > 0 ? value[c] / most : -1;
}

/* The distribution of the latency.  Where it is wider than the text, a column has
 * several bins. */
static void
put_histogram(struct plot_text *t, const struct plot_endpoint *e)
{
	static const char *const notes[] = {" (eight columns: ten times)",
	    " (four columns: ten times)", " (two columns: ten times)",
	    " (a column: ten times)"};
	double value[PLOT_LATENCY_BINS];
	char from[32], to[32];
	size_t first = PLOT_LATENCY_BINS, last = 0, n, doublings = 0;

	for (size_t i = 0; i < PLOT_LATENCY_BINS; i++) {
		if (e->bin[i] == 0)
			continue;
		first = first < i ? first : i;
		last = i;
	}
	while (((last - first) >> doublings) + 1 > t->width - HISTOGRAM_MARGIN)
		doublings++;
	n = ((last - first) >> doublings) + 1;
	fill_histogram(e, first, (size_t)1 << doublings, value, n);
	plot_latency_text(from, sizeof(from), plot_latency_of_bin(first));
	plot_latency_text(
	    to, sizeof(to), plot_latency_of_bin(first + (n << doublings)));
	buf_addf(t->out, "  %8s ", from);
	for (size_t i = 0; i < n; i++) {
		if (value[i] < 0)
			buf_add_byte(t->out, ' ');
		else
			plot_blocks_row(
			    t->out, &value[i], 1, 0, 1, t->is_ascii);
	}
	buf_addf(
	    t->out, " %s%s\n", to, t->width >= n + 52 ? notes[doublings] : "");
}

void
plot_text_endpoint(struct plot_text *t, const struct plot_endpoint *e)
{
	const struct plot_item item = {.endpoint = e};
	char text[32];
	struct buf line;

	buf_init(&line);
	plot_item_text(&line, &item);
	plot_escape_terminal(t->out, buf_span(&line), t->width, t->is_ascii);
	plot_escape_again(t->out, &line);
	buf_addf(&line, "  %llu delivered, %llu dead, %llu expired",
	    (unsigned long long)e->outcome[PLOT_DELIVERED],
	    (unsigned long long)e->outcome[PLOT_DEAD],
	    (unsigned long long)e->outcome[PLOT_EXPIRED]);
	if (e->attempts > 0)
		buf_addf(&line, "; %llu of %llu request%s failed",
		    (unsigned long long)e->failed,
		    (unsigned long long)e->attempts, diag_plural(e->attempts));
	if (e->latency.count > 0) {
		plot_latency_text(
		    text, sizeof(text), plot_latency_quantile(e, 0.5));
		buf_addf(&line, "; median %s", text);
		plot_latency_text(
		    text, sizeof(text), plot_latency_quantile(e, 0.95));
		buf_addf(&line, ", 95 %% within %s", text);
		plot_latency_text(text, sizeof(text), e->latency.max);
		buf_addf(&line, ", longest %s", text);
	}
	buf_add_byte(t->out, '\n');
	plot_text_wrap(t, buf_span(&line), 2);
	if (e->latency.count > 0)
		put_histogram(t, e);
	plot_escape_again(t->out, &line);
	if (e->error[0] != '\0') {
		buf_addf(&line, "  Last error: %s", e->error);
		plot_text_wrap(t, buf_span(&line), 4);
	}
	plot_escape_done(t->out, &line);
}
