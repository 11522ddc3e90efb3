/* The pulse wave with its beats. */
#include <math.h>

#include "diag/plural.h"
#include "plot/figure.h"

#define ROW 52.0
#define ROWS_MAX 4
/* Of a long wave: one with all of it, and these of its clearest stretch. */
#define DETAIL_ROWS 2

static bool
has(const struct plot_view *v, const struct plot_item *i)
{
	(void)v;
	return i->source->wave != NULL && i->source->wave->best != NULL;
}

/* Is the wave longer than the stretch that is kept? */
static bool
is_long(const struct plot_wave *w)
{
	double kept = (double)w->best_count / w->best_rate;

	return w->to - w->from > kept + 1;
}

static unsigned
detail_rows(const struct plot_view *v, const struct plot_wave *w)
{
	double seconds = (double)w->best_count / w->best_rate;
	double rows = ceil(seconds / v->row_seconds - 0.01);
	unsigned max = is_long(w) ? DETAIL_ROWS : ROWS_MAX;

	return (unsigned)fmin(fmax(rows, 1), max);
}

static double
height(const struct plot_view *v, const struct plot_item *i)
{
	const struct plot_wave *w = i->source->wave;
	unsigned rows = detail_rows(v, w) + is_long(w);

	return PLOT_TOP + ROW * rows + 30;
}

/* All of a long wave: from the least to the greatest value of each cell. */
static void
draw_envelope(struct plot_svg *g, const struct plot_view *v,
    const struct plot_wave *w, double top)
{
	struct plot_scale x = {w->from, w->to, PLOT_LEFT, PLOT_RIGHT, false};
	struct plot_scale y = {
	    -v->wave_high, v->wave_high, top + ROW - 12, top + 2, false};
	const struct plot_cell *c;
	size_t i = 0;

	plot_figure_x_time(g, &x, top, top + ROW - 12, true);
	plot_svg_text(g, "soft small", 8, top + ROW / 2 - 2, SPAN_LIT("all"));
	plot_svg_path(g, "accent h4");
	while ((c = plot_series_next(&w->envelope, &i)) != NULL) {
		double x1, x2, y1, y2;

		if (c->values == 0)
			continue;
		x1 = plot_scale_at(&x, c->from);
		x2 = plot_scale_at(&x, c->to);
		y1 = plot_scale_at(&y, c->high);
		y2 = plot_scale_at(&y, c->low);
		plot_svg_box(g, x1, y1, fmax(x2 - x1, 0.4), fmax(y2 - y1, 0.5));
	}
	plot_svg_path_end(g);
	x = (struct plot_scale){w->from, w->to, PLOT_LEFT, PLOT_RIGHT, false};
	plot_svg_line(g, "line2 thick", plot_scale_at(&x, w->best_from),
	    top + ROW - 12,
	    plot_scale_at(&x,
		fmin(w->best_from + DETAIL_ROWS * v->row_seconds,
		    w->best_from + (double)w->best_count / w->best_rate)),
	    top + ROW - 12);
}

/* The line of one row, with boxes where there is no signal. */
static void
draw_line(struct plot_svg *g, const struct plot_wave *w,
    const struct plot_scale *x, const struct plot_scale *y)
{
	double gap = (double)NAN;

	plot_svg_path(g, "line");
	for (size_t k = 0; k < w->best_count; k++) {
		double t = w->best_from + (double)k / w->best_rate;

		if (t < x->low - 1e-9 || t > x->high + 1e-9)
			continue;
		if (isnan(w->best[k]))
			plot_svg_break(g);
		else
			plot_svg_point(g, plot_scale_at(x, t),
			    plot_scale_at(y, (double)w->best[k]));
	}
	plot_svg_path_end(g);
	for (size_t k = 0; k <= w->best_count; k++) {
		double t = w->best_from + (double)k / w->best_rate;
		bool missing = k < w->best_count && isnan(w->best[k]);

		if (missing && isnan(gap))
			gap = t;
		if (missing || isnan(gap))
			continue;
		if (gap <= x->high && t >= x->low)
			plot_figure_missing(g, plot_scale_at(x, gap),
			    plot_scale_at(x, t), fmin(y->from, y->to),
			    fmax(y->from, y->to));
		gap = (double)NAN;
	}
}

/* The value of the kept stretch at ${t}; NAN: it has none. */
static double
value_at(const struct plot_wave *w, double t)
{
	double at = (t - w->best_from) * w->best_rate;
	size_t k = (size_t)fmax(at, 0);
	double part = at - floor(at);

	if (at < 0 || k + 1 >= w->best_count)
		return (double)NAN;
	return (1 - part) * (double)w->best[k] + part * (double)w->best[k + 1];
}

static void
draw_row(struct plot_svg *g, const struct plot_view *v,
    const struct plot_wave *w, unsigned row, double top, bool marks)
{
	double from = w->best_from + row * v->row_seconds;
	struct plot_scale x = {
	    from, from + v->row_seconds, PLOT_LEFT, PLOT_RIGHT, false};
	struct plot_scale y = {
	    -v->wave_high, v->wave_high, top + ROW - 12, top + 2, false};

	plot_figure_x_time(g, &x, top, top + ROW - 12, true);
	draw_line(g, w, &x, &y);
	for (size_t i = 0; marks && i < w->beats; i++) {
		const struct plot_beat *b = &w->beat[i];
		double at = value_at(w, b->time);

		if (b->time >= x.low && b->time < x.high && !isnan(at))
			plot_figure_mark(g, plot_sure_of((double)b->quality),
			    plot_scale_at(&x, b->time), plot_scale_at(&y, at));
	}
}

/* How many beats are sure, fair, unsure. */
static void
count_beats(const struct plot_wave *w, size_t n[3])
{
	n[0] = n[1] = n[2] = 0;
	for (size_t i = 0; i < w->beats; i++)
		n[plot_sure_of((double)w->beat[i].quality)]++;
}

static void
draw(struct plot_svg *g, const struct plot_view *v, const struct plot_item *i)
{
	const struct plot_wave *w = i->source->wave;
	const struct plot_reading *r = &i->source->reading[VITAL_HEART_RATE];
	const char *why = plot_unmarked_beats(i->source);
	unsigned rows = detail_rows(v, w);
	double top = PLOT_TOP;
	char confidence[16];
	size_t n[3];

	plot_figure_title(g, "Pulse wave", i);
	if (is_long(w)) {
		draw_envelope(g, v, w, top);
		top += ROW;
	}
	for (unsigned row = 0; row < rows; row++) {
		draw_row(g, v, w, row, top, why == NULL);
		top += ROW;
	}
	if (why != NULL) {
		plot_svg_textf(g, "warn small", PLOT_LEFT, top + 18.5,
		    "no beats are marked: %s", why);
		return;
	}
	count_beats(w, n);
	plot_figure_mark(g, PLOT_SURE, PLOT_LEFT + 3, top + 15);
	plot_svg_textf(
	    g, "ink small", PLOT_LEFT + 9, top + 18.5, "clear: %zu", n[0]);
	plot_figure_mark(g, PLOT_FAIR, PLOT_LEFT + 70, top + 15);
	plot_svg_textf(
	    g, "ink small", PLOT_LEFT + 76, top + 18.5, "fair: %zu", n[1]);
	plot_figure_mark(g, PLOT_UNSURE, PLOT_LEFT + 122, top + 15);
	plot_svg_textf(g, "ink small", PLOT_LEFT + 128, top + 18.5,
	    "unclear: %zu%s", n[2], w->beats_cut ? ", and more" : "");
	plot_confidence_text(confidence, sizeof(confidence), r->confidence);
	plot_svg_textf(g, "ink small end", PLOT_RIGHT, top + 18.5,
	    "heart rate: confidence %s", confidence);
}

static void
describe(struct buf *out, const struct plot_view *v, const struct plot_item *i)
{
	const struct plot_wave *w = i->source->wave;
	const char *why = plot_unmarked_beats(i->source);
	size_t n[3];

	(void)v;
	count_beats(w, n);
	buf_addf(out, "The pulse wave from %.1f s to %.1f s", w->from, w->to);
	if (why != NULL)
		buf_addf(out, ". No beats are marked: %s.", why);
	else
		buf_addf(out,
		    " with %zu beat%s: %zu clear, %zu fair and %zu unclear.",
		    w->beats, diag_plural(w->beats), n[0], n[1], n[2]);
}

static const char *const labels[] = {
    [INTERVAL_NORMAL] = "normal",
    [INTERVAL_OUT_OF_RANGE] = "out of range",
    [INTERVAL_MISSED] = "beats missed",
    [INTERVAL_EXTRA] = "extra beat",
    [INTERVAL_ECTOPIC] = "early beat",
    [INTERVAL_OUTLIER] = "unlike its neighbours",
    [INTERVAL_UNCLEAR] = "unclear beat",
    [INTERVAL_GAP] = "begins after a gap",
};

static void
numbers(
    struct plot_table *t, const struct plot_view *v, const struct plot_item *i)
{
	static const char *const head[] = {
	    "Beat", "Time (s)", "Clearness (0 to 1)", "Interval (ms)", "Kind"};
	const struct plot_wave *w = i->source->wave;

	(void)v;
	if (plot_unmarked_beats(i->source) != NULL)
		return;
	plot_table_begin(t, "Beats of the pulse wave", head, 5);
	for (size_t k = 0; k < w->beats; k++) {
		const struct plot_beat *b = &w->beat[k];

		if (!plot_table_row(t))
			continue;
		plot_table_cell(t, "%zu", k + 1);
		plot_table_cell(t, "%.3f", b->time);
		plot_table_cell(t, "%.2f", (double)b->quality);
		if (b->label == INTERVAL_GAP)
			plot_table_cell(t, "not known");
		else
			plot_table_cell(t, "%.0f", 1000 * (double)b->interval);
		plot_table_cell(t, "%s", labels[b->label]);
	}
	plot_table_end(t);
}

const struct plot_panel plot_wave_panel = {
    .name = "wave",
    .title = "Pulse wave",
    .needs = "vitals-extract --emit measurement,wave",
    .reading =
	"The wave rises as the skin fills with blood. Each mark is a "
	"beat, at its steepest rise; its shape shows how much the beat is "
	"like the others.",
    .has = has,
    .height = height,
    .draw = draw,
    .describe = describe,
    .numbers = numbers,
};
