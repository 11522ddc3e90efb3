/* The spectrum of the pulse wave over time, with the tracked rate. */
#include <math.h>

#include "plot/figure.h"

#define HEIGHT 190.0
#define BOTTOM (HEIGHT - 34.0)
#define LEVELS 5

/* By hand: shares of the power of a column for each level.  Of noise, which is
 * the same at all rates, each row has 0.014. */
static const double level_min[LEVELS] = {0.02, 0.04, 0.08, 0.12, 0.18};

static bool
has(const struct plot_view *v, const struct plot_item *i)
{
	(void)v;
	return i->source->wave != NULL;
}

static double
height(const struct plot_view *v, const struct plot_item *i)
{
	(void)v;
	(void)i;
	return HEIGHT;
}

static int
level_of(const struct plot_spectrogram *s, size_t column, size_t row)
{
	int level = -1;

	if (s->windows[column] == 0)
		return -1;
	while (level + 1 < LEVELS &&
	    (double)s->share[column][row] >= level_min[level + 1])
		level++;
	return level;
}

/* The time at the left of ${column}: of its first window, less half its hop. */
static double
edge(const struct plot_spectrogram *s, size_t column)
{
	return s->start + ((double)column - 0.5) * s->hop;
}

/* All cells of one level, each run of them as one box. */
static void
draw_level(struct plot_svg *g, const struct plot_spectrogram *s, int level,
    const struct plot_scale *x, const struct plot_scale *y)
{
	static const char *const class[LEVELS] = {
	    "accent h1", "accent h2", "accent h3", "accent h4", "accent h5"};

	plot_svg_path(g, class[level]);
	for (size_t row = 0; row < PLOT_SPECTRUM_ROWS; row++) {
		double low =
		    PLOT_SPECTRUM_LOW + (double)row * PLOT_SPECTRUM_STEP;
		double top = plot_scale_at(y, low + PLOT_SPECTRUM_STEP);
		double bottom = plot_scale_at(y, low);
		size_t k = 0;

		while (k < s->columns) {
			size_t from = k;

			while (k < s->columns && level_of(s, k, row) == level)
				k++;
			if (k > from) {
				double x1 = plot_scale_at(x, edge(s, from));

				plot_svg_box(g, x1, top,
				    plot_scale_at(x, edge(s, k)) - x1,
				    bottom - top);
			}
			k += k == from;
		}
	}
	plot_svg_path_end(g);
}

static void
draw_gaps(struct plot_svg *g, const struct plot_spectrogram *s,
    const struct plot_scale *x, double top, double bottom)
{
	for (size_t k = 0; k < s->columns; k++) {
		size_t from = k;

		while (k < s->columns && s->windows[k] == 0)
			k++;
		if (k > from)
			plot_figure_missing(g, plot_scale_at(x, edge(s, from)),
			    plot_scale_at(x, edge(s, k)), top, bottom);
	}
}

/* The heart rate of samples, or of measurements where there are none, as a line
 * that breaks where it is missing. */
static void
draw_rate(struct plot_svg *g, const struct plot_source *s, const char *class,
    const struct plot_scale *x, const struct plot_scale *y)
{
	bool is_sample = s->sample[VITAL_HEART_RATE].count > 0;
	const struct plot_series *t = is_sample ? &s->sample[VITAL_HEART_RATE]
						: &s->trend[VITAL_HEART_RATE];
	const struct plot_cell *c;
	double last = (double)NAN;
	size_t i = 0;

	plot_svg_path(g, class);
	while ((c = plot_series_next(t, &i)) != NULL) {
		double middle = (c->low + c->high) / 2;

		if (c->values == 0 ||
		    !(is_sample && c->from - last < fmax(3, 2.5 * t->width)))
			plot_svg_break(g);
		last = c->to;
		if (c->values == 0)
			continue;
		plot_svg_point(
		    g, plot_scale_at(x, c->from), plot_scale_at(y, middle));
		if (c->to > c->from)
			plot_svg_point(g, plot_scale_at(x, c->to),
			    plot_scale_at(y, middle));
	}
	plot_svg_path_end(g);
}

static void
draw(struct plot_svg *g, const struct plot_view *v, const struct plot_item *i)
{
	const struct plot_spectrogram *s = &i->source->wave->spectrogram;
	struct plot_scale x = plot_figure_time(v);
	struct plot_scale y = {
	    PLOT_SPECTRUM_LOW, PLOT_SPECTRUM_HIGH, BOTTOM, PLOT_TOP, false};
	struct plot_ticks ty = plot_ticks_make(y.low, y.high, 5);
	const struct plot_reading *r = &i->source->reading[VITAL_HEART_RATE];

	plot_figure_title(g, "Spectrogram, /min", i);
	plot_figure_x_time(g, &x, PLOT_TOP, BOTTOM, true);
	plot_figure_y(g, &y, &ty, PLOT_LEFT, PLOT_RIGHT);
	for (int level = 0; level < LEVELS; level++)
		draw_level(g, s, level, &x, &y);
	draw_gaps(g, s, &x, PLOT_TOP, BOTTOM);
	if (s->columns == 0)
		plot_svg_text(g, "ink mid", (PLOT_LEFT + PLOT_RIGHT) / 2, 90,
		    SPAN_LIT("the wave is too short for a spectrum"));
	draw_rate(g, i->source, "halo grid", &x, &y);
	draw_rate(g, i->source,
	    plot_sure_of_reading(r) == PLOT_SURE       ? "line0"
		: plot_sure_of_reading(r) == PLOT_FAIR ? "line0 dash"
						       : "line0 dot",
	    &x, &y);
	for (int level = 0; level < LEVELS; level++) {
		static const char *const class[LEVELS] = {"accent h1",
		    "accent h2", "accent h3", "accent h4", "accent h5"};
		double at = PLOT_LEFT + 64 * level;

		plot_svg_rect(g, class[level], at, HEIGHT - 14, 9, 8);
		plot_svg_textf(g, "soft small", at + 12, HEIGHT - 6.5,
		    "\u2265 %.0f %%", 100 * level_min[level]);
	}
}

static void
describe(struct buf *out, const struct plot_view *v, const struct plot_item *i)
{
	const struct plot_spectrogram *s = &i->source->wave->spectrogram;
	const struct plot_reading *r = &i->source->reading[VITAL_HEART_RATE];

	char confidence[16] = "not known";

	(void)v;
	if (!isnan(r->confidence))
		plot_confidence_text(
		    confidence, sizeof(confidence), r->confidence);
	buf_addf(out,
	    "The power of the pulse wave by rate, in %zu columns of %.1f s.",
	    s->columns, s->hop);
	if (r->present && !isnan(r->value))
		buf_addf(out,
		    " The measured heart rate is %.1f /min, with a confidence "
		    "of %s.",
		    r->value, confidence);
	else
		buf_add_text(out, " There is no measured heart rate.");
}

static void
numbers(
    struct plot_table *t, const struct plot_view *v, const struct plot_item *i)
{
	static const char *const head[] = {
	    "Time (s)", "Strongest rate (/min)", "Share of the power (%)"};
	const struct plot_wave *w = i->source->wave;
	const struct plot_spectrogram *s = &w->spectrogram;

	(void)v;
	plot_table_begin(t, "The strongest rate over time", head, 3);
	for (size_t k = 0; k < s->columns; k++) {
		double rate = plot_wave_strongest(w, k);
		size_t row;

		if (!plot_table_row(t))
			continue;
		plot_table_cell(t, "%.1f", s->start + (double)k * s->hop);
		if (isnan(rate)) {
			plot_table_cell(t, "no signal");
			plot_table_cell(t, "no signal");
			continue;
		}
		row = (size_t)((rate - PLOT_SPECTRUM_LOW) / PLOT_SPECTRUM_STEP);
		plot_table_cell(t, "%.1f", rate);
		plot_table_cell(t, "%.0f", 100 * (double)s->share[k][row]);
	}
	plot_table_end(t);
}

const struct plot_panel plot_spectrogram_panel = {
    .name = "spectrogram",
    .title = "Spectrogram",
    .needs = "vitals-extract --emit measurement,wave",
    .reading =
	"Which rates are in the pulse wave, in windows of 8 s: the "
	"darker, the greater the share of the power of the window. The "
	"line is the measured heart rate: whole if it is sure, dashed if "
	"fair, dotted if unsure. A second band at double the rate is the "
	"shape of the beat.",
    .has = has,
    .height = height,
    .draw = draw,
    .describe = describe,
    .numbers = numbers,
};
