/* Tachogram and Poincaré plot: the intervals between beats, only if beats are
 * sure. */
#include <math.h>

#include "diag/plural.h"
#include "plot/figure.h"

#define TACHO_HEIGHT 170.0
#define POINCARE_HEIGHT 300.0

static bool
has(const struct plot_view *v, const struct plot_item *i)
{
	(void)v;
	return i->source->wave != NULL;
}

static double
tacho_height(const struct plot_view *v, const struct plot_item *i)
{
	(void)v;
	(void)i;
	return TACHO_HEIGHT;
}

static double
poincare_height(const struct plot_view *v, const struct plot_item *i)
{
	(void)v;
	(void)i;
	return POINCARE_HEIGHT;
}

static bool
is_normal(const struct plot_beat *b)
{
	return b->label == INTERVAL_NORMAL;
}

static double
interval_ms(const struct plot_beat *b)
{
	return 1000 * (double)b->interval;
}

/* The beats with an interval before them: not the first one, and none after a
 * gap. */
static size_t
intervals(const struct plot_wave *w)
{
	size_t n = 0;

	for (size_t k = 0; k < w->beats; k++)
		n += w->beat[k].label != INTERVAL_GAP;
	return n;
}

static void
put_counts(struct plot_svg *g, const struct plot_wave *w)
{
	size_t normal = plot_wave_normal(w), other = intervals(w) - normal;

	if (other == 0)
		plot_svg_textf(g, "ink small", PLOT_LEFT, TACHO_HEIGHT - 7,
		    "%zu normal interval%s", normal, diag_plural(normal));
	else
		plot_svg_textf(g, "ink small", PLOT_LEFT, TACHO_HEIGHT - 7,
		    "%zu normal interval%s; cross: %zu that %s not", normal,
		    diag_plural(normal), other, other == 1 ? "is" : "are");
}

static void
draw_tacho(
    struct plot_svg *g, const struct plot_view *v, const struct plot_item *i)
{
	const struct plot_wave *w = i->source->wave;
	double bottom = TACHO_HEIGHT - 34;
	struct plot_scale x = plot_figure_time(v);
	struct plot_scale y = {
	    v->interval_low, v->interval_high, bottom, PLOT_TOP, false};
	struct plot_ticks ty = plot_ticks_make(y.low, y.high, 4);
	const char *why = plot_unsure_beats(i->source);

	plot_figure_title(g, "Tachogram, ms", i);
	if (why != NULL) {
		plot_figure_reason(g, TACHO_HEIGHT, why);
		return;
	}
	plot_figure_x_time(g, &x, PLOT_TOP, bottom, true);
	plot_figure_y(g, &y, &ty, PLOT_LEFT, PLOT_RIGHT);
	plot_svg_path(g, "line");
	for (size_t k = 0; k < w->beats; k++) {
		if (is_normal(&w->beat[k]))
			plot_svg_point(g, plot_scale_at(&x, w->beat[k].time),
			    plot_scale_at(&y, interval_ms(&w->beat[k])));
		else
			plot_svg_break(g);
	}
	plot_svg_path_end(g);
	for (size_t k = 0; k < w->beats; k++) {
		const struct plot_beat *b = &w->beat[k];

		if (!is_normal(b) && b->label != INTERVAL_GAP)
			plot_figure_mark(g, PLOT_UNSURE,
			    plot_scale_at(&x, b->time),
			    plot_scale_at(&y, interval_ms(b)));
	}
	put_counts(g, w);
}

/* Pairs of neighbours that are both normal: the standard deviations across and
 * along the diagonal, ms. */
static size_t
spread(const struct plot_wave *w, double *sd1, double *sd2)
{
	double across = 0, along = 0, mean = 0;
	size_t n = 0;

	for (size_t k = 1; k < w->beats; k++) {
		if (!is_normal(&w->beat[k]) || !is_normal(&w->beat[k - 1]))
			continue;
		mean += interval_ms(&w->beat[k]) + interval_ms(&w->beat[k - 1]);
		n++;
	}
	mean /= n > 0 ? (double)n : 1;
	for (size_t k = 1; k < w->beats; k++) {
		double a, b;

		if (!is_normal(&w->beat[k]) || !is_normal(&w->beat[k - 1]))
			continue;
		a = interval_ms(&w->beat[k - 1]);
		b = interval_ms(&w->beat[k]);
		across += (b - a) * (b - a) / 2;
		along += (a + b - mean) * (a + b - mean) / 2;
	}
	*sd1 = n > 1 ? sqrt(across / (double)(n - 1)) : 0;
	*sd2 = n > 1 ? sqrt(along / (double)(n - 1)) : 0;
	return n;
}

static void
draw_poincare(
    struct plot_svg *g, const struct plot_view *v, const struct plot_item *i)
{
	const struct plot_wave *w = i->source->wave;
	double bottom = POINCARE_HEIGHT - 46, side = bottom - PLOT_TOP;
	double left = (PLOT_SVG_WIDTH - side) / 2 + 12;
	struct plot_scale x = {
	    v->interval_low, v->interval_high, left, left + side, false};
	struct plot_scale y = {
	    v->interval_low, v->interval_high, bottom, PLOT_TOP, false};
	struct plot_ticks t = plot_ticks_make(x.low, x.high, 4);
	const char *why = plot_unsure_beats(i->source);
	double sd1, sd2;
	size_t n;

	plot_figure_title(g, "Poincaré plot, ms", i);
	if (why != NULL) {
		plot_figure_reason(g, POINCARE_HEIGHT, why);
		return;
	}
	plot_figure_x(g, &x, &t, PLOT_TOP, bottom + 4, "");
	plot_figure_y(g, &y, &t, left, left + side);
	plot_svg_line(g, "axis dash", left, bottom, left + side, PLOT_TOP);
	plot_svg_text(g, "soft small mid", left + side / 2, bottom + 26,
	    SPAN_LIT("an interval, and the next one upward"));
	for (size_t k = 1; k < w->beats; k++)
		if (is_normal(&w->beat[k]) && is_normal(&w->beat[k - 1]))
			plot_svg_circle(g, "accent h4",
			    plot_scale_at(&x, interval_ms(&w->beat[k - 1])),
			    plot_scale_at(&y, interval_ms(&w->beat[k])), 2.2);
	n = spread(w, &sd1, &sd2);
	plot_svg_textf(g, "ink small mid", PLOT_SVG_WIDTH / 2.0,
	    POINCARE_HEIGHT - 7,
	    "%zu pair%s of normal intervals; SD1 %.0f ms, SD2 %.0f ms", n,
	    diag_plural(n), sd1, sd2);
}

static void
describe(struct buf *out, const struct plot_view *v, const struct plot_item *i)
{
	const struct plot_wave *w = i->source->wave;
	const char *why = plot_unsure_beats(i->source);
	double sd1, sd2;
	size_t n;

	(void)v;
	if (why != NULL) {
		buf_addf(out, "Not drawn: %s.", why);
		return;
	}
	n = spread(w, &sd1, &sd2);
	buf_addf(out,
	    "%zu of %zu intervals between beats are normal. %zu pairs of "
	    "neighbours have a spread of %.0f ms across the diagonal (SD1) and "
	    "%.0f ms along it (SD2).",
	    plot_wave_normal(w), intervals(w), n, sd1, sd2);
}

/* The intervals are in the table of the pulse wave. */
static void
numbers(
    struct plot_table *t, const struct plot_view *v, const struct plot_item *i)
{
	static const char *const head[] = {"What", "Value"};
	double sd1, sd2;
	size_t n;

	(void)v;
	if (plot_unsure_beats(i->source) != NULL)
		return;
	n = spread(i->source->wave, &sd1, &sd2);
	plot_table_begin(t, "Intervals between beats", head, 2);
	if (plot_table_row(t)) {
		plot_table_cell(t, "Beats");
		plot_table_cell(t, "%zu", i->source->wave->beats);
	}
	if (plot_table_row(t)) {
		plot_table_cell(t, "Normal intervals");
		plot_table_cell(t, "%zu", plot_wave_normal(i->source->wave));
	}
	if (plot_table_row(t)) {
		plot_table_cell(t, "Pairs of neighbours");
		plot_table_cell(t, "%zu", n);
	}
	if (plot_table_row(t)) {
		plot_table_cell(t, "SD1, SD2 (ms)");
		plot_table_cell(t, "%.1f, %.1f", sd1, sd2);
	}
	plot_table_end(t);
}

const struct plot_panel plot_tachogram_panel = {
    .name = "tachogram",
    .title = "Tachogram",
    .needs = "vitals-extract --emit measurement,wave",
    .reading =
	"The interval before each beat. Intervals that are not between two "
	"clear, normal beats are crosses, and the line breaks there. It is "
	"drawn "
	"only if the heart rate has a confidence of at least 0.5 and at least "
	"half of the intervals are normal.",
    .has = has,
    .height = tacho_height,
    .draw = draw_tacho,
    .describe = describe,
    .numbers = numbers,
};

const struct plot_panel plot_poincare_panel = {
    .name = "poincare",
    .title = "Poincaré plot",
    .needs = "vitals-extract --emit measurement,wave",
    .reading = "Each normal interval and the next one. Points near the dashed "
	       "diagonal are equal intervals. It is drawn under the same "
	       "conditions as the tachogram.",
    .has = has,
    .height = poincare_height,
    .draw = draw_poincare,
    .describe = describe,
    .numbers = numbers,
};
