/* Each vital sign over time, with its tolerance and how sure it is. */
#include <math.h>
#include <stdio.h>

#include "plot/escape.h"
#include "plot/figure.h"

#define STRIP 66.0
#define STRIP_TOP 18.0
#define STRIP_BOTTOM (STRIP - 16.0)

/* A sample holds until the next one, but not longer than this, s. */
#define HOLD 2.5

/* The least width of a measurement with ticks at its ends, and the least distance
 * of marks: closer ones would hide the values. */
#define TICKS_WIDTH 9.0
#define MARKS_DISTANCE 14.0

/* Characters of a line of small text. */
#define LINE_COLUMNS 72

static bool
has(const struct plot_view *v, const struct plot_item *i)
{
	(void)v;
	for (int k = 0; k < VITAL_COUNT; k++)
		if (i->source->reading[k].present)
			return true;
	return false;
}

static bool
is_shown(const struct plot_view *v, int k)
{
	return v->vital[k].is_shown;
}

/* Write why those that are not shown are missing in ${s}: for reason ${i}, from
 * 0.  Return false if there are no more. */
static bool
missing_line(struct buf *out, const struct plot_view *v,
    const struct plot_source *s, size_t i)
{
	size_t seen = 0;

	for (size_t reason = 0; reason < v->data->reasons; reason++) {
		size_t n = 0;

		for (int k = 0; k < VITAL_COUNT; k++) {
			const struct plot_reading *r = &s->reading[k];

			if (is_shown(v, k) || !r->present || !isnan(r->value) ||
			    r->reason != reason)
				continue;
			if (seen == i)
				buf_addf(out, "%s%s",
				    n == 0 ? "Not measured: " : ", ",
				    plot_vital_title((enum vital)k));
			n++;
		}
		if (n > 0 && seen++ == i) {
			buf_addf(out, " (%s)",
			    plot_reason_words(v->data->reason[reason]));
			return true;
		}
	}
	return false;
}

static size_t
missing_lines(const struct plot_view *v, const struct plot_source *s)
{
	struct buf text;
	size_t n = 0;

	buf_init(&text);
	while (missing_line(&text, v, s, n))
		n++;
	buf_release(&text);
	return n;
}

static double
height(const struct plot_view *v, const struct plot_item *i)
{
	double h = PLOT_TOP + 8;

	for (int k = 0; k < VITAL_COUNT; k++)
		h += is_shown(v, k) ? STRIP : 0;
	return h + 13 * (double)missing_lines(v, i->source);
}

/* One strip: its axes, and what it is of. */
struct strip {
	struct plot_svg *g;
	const struct plot_view *v;
	struct plot_scale x, y;
	double top, bottom;
	double tolerance;
	double mark; /* where the last mark is */
};

/* How a value of this confidence is drawn. */
static const struct {
	const char *band, *line;
} styles[] = {
    [PLOT_SURE] = {"accent t3", "line"},
    [PLOT_FAIR] = {"accent t2", "line dash"},
    [PLOT_UNSURE] = {"accent t1", "line dot"},
    [PLOT_NOT_KNOWN] = {"accent t1", "line dot"},
};

static enum plot_sure
sure_of(const struct plot_cell *c)
{
	if ((c->mark & PLOT_MARK_UNCALIBRATED) != 0)
		return PLOT_UNSURE;
	return plot_sure_of(c->confidence);
}

/* What is missing from ${from} to ${to}, with the reason where it fits. */
static void
draw_missing(const struct strip *s, double from, double to, uint8_t reason)
{
	const char *why = plot_reason_words(s->v->data->reason[reason]);
	double x1 = plot_scale_at(&s->x, from), x2 = plot_scale_at(&s->x, to);

	plot_figure_missing(s->g, x1, x2, s->top, s->bottom);
	if (x2 - x1 > 5.5 * (double)plot_escape_columns(span_of(why)))
		plot_svg_text(s->g, "warn small mid", (x1 + x2) / 2,
		    (s->top + s->bottom) / 2 + 3, span_of(why));
}

/* Draw the mark of a measurement, unless it would touch the last one. */
static void
draw_mark(struct strip *s, enum plot_sure sure, double x, double y)
{
	if (x - s->mark < MARKS_DISTANCE)
		return;
	plot_figure_mark(s->g, sure, x, y);
	s->mark = x;
}

static void
draw_value(
    struct strip *s, const struct plot_cell *c, double to, bool is_sample)
{
	enum plot_sure sure = sure_of(c);
	double low = c->low, high = c->high;
	double x1 = plot_scale_at(&s->x, c->from);
	double x2 = plot_scale_at(&s->x, to);
	double y1 = plot_scale_at(&s->y, high + s->tolerance);
	double y2 = plot_scale_at(&s->y, low - s->tolerance);
	double y = plot_scale_at(&s->y, (low + high) / 2);

	plot_svg_rect(
	    s->g, styles[sure].band, x1, y1, fmax(x2 - x1, 1), y2 - y1);
	if (high > low)
		plot_svg_rect(s->g, "accent h3", x1, plot_scale_at(&s->y, high),
		    fmax(x2 - x1, 1),
		    plot_scale_at(&s->y, low) - plot_scale_at(&s->y, high));
	plot_svg_line(s->g, styles[sure].line, x1, y, fmax(x2, x1 + 1), y);
	if (is_sample)
		return;
	if (x2 - x1 >= TICKS_WIDTH) {
		plot_svg_line(s->g, "line", x1, y - 3, x1, y + 3);
		plot_svg_line(s->g, "line", x2, y - 3, x2, y + 3);
	}
	draw_mark(s, sure, (x1 + x2) / 2, y);
}

/* Windows that overlap are drawn around their middle, and as long as it is from one
 * to the next: ${c} of ${t}, before ${next}, which may be NULL. */
static struct plot_cell
around_middle(const struct plot_series *t, const struct plot_cell *c,
    const struct plot_cell *next, size_t i)
{
	struct plot_cell part = *c;
	double middle = (c->from + c->to) / 2, step = 0;

	if (next != NULL && next->from < c->to - 1e-6)
		step = next->from - c->from;
	/* The last one: as the one before it. */
	for (size_t k = 0; next == NULL && k + 1 < i; k++) {
		const struct plot_cell *before = &t->cell[k];

		if (before->values + before->missing > 0 && before != c &&
		    before->to > c->from + 1e-6)
			step = c->from - before->from;
	}
	if (step > 0) {
		part.from = middle - step / 2;
		part.to = middle + step / 2;
	}
	return part;
}

/* Draw ${t}.  Neighbours without a value are one box. */
static void
draw_series(struct strip *s, const struct plot_series *t, bool is_sample)
{
	double hold = fmax(HOLD, 2 * t->width);
	const struct plot_cell *c, *next;
	struct plot_cell part;
	double missing = (double)NAN;
	size_t i = 0;

	c = plot_series_next(t, &i);
	while (c != NULL) {
		double to;

		next = plot_series_next(t, &i);
		part = is_sample ? *c : around_middle(t, c, next, i);
		c = &part;
		to = c->to;
		if (is_sample && next != NULL)
			to = fmin(next->from, c->to + hold);
		if (c->values > 0)
			draw_value(s, c, to, is_sample);
		else if (isnan(missing))
			missing = c->from;
		if (c->values == 0 &&
		    (next == NULL || next->values > 0 || next->from > to ||
			next->reason != c->reason)) {
			draw_missing(s, missing, to, c->reason);
			missing = (double)NAN;
		}
		c = next;
	}
}

/* Measurements among samples, which cover the same time: at its end, each with its
 * tolerance. */
static void
draw_ends(struct strip *s, const struct plot_series *t)
{
	const struct plot_cell *c;
	size_t i = 0;

	while ((c = plot_series_next(t, &i)) != NULL) {
		double x = plot_scale_at(&s->x, c->to) - 3;
		double low = c->low, high = c->high;
		double y = plot_scale_at(&s->y, (low + high) / 2);

		if (c->values == 0)
			continue;
		plot_svg_line(s->g, "line2", x,
		    plot_scale_at(&s->y, high + s->tolerance), x,
		    plot_scale_at(&s->y, low - s->tolerance));
		plot_svg_line(s->g, "line2", x - 1.5, y, x + 1.5, y);
		draw_mark(s, sure_of(c), x, y);
	}
}

/* What the strip is of, and the reading of the whole. */
static void
draw_head(struct plot_svg *g, const struct plot_view *v,
    const struct plot_reading *r, int k, double y)
{
	const char *unit = plot_vital_unit((enum vital)k);
	char value[32], confidence[16];

	plot_svg_textf(g, "ink bold", 8, y, "%s%s%s",
	    plot_vital_title((enum vital)k), unit[0] != '\0' ? ", " : "", unit);
	if (!r->present)
		return;
	if (isnan(r->value)) {
		plot_svg_textf(g, "warn end", PLOT_RIGHT, y, "missing: %s",
		    plot_reason_words(v->data->reason[r->reason]));
		return;
	}
	plot_value_text(value, sizeof(value), (enum vital)k, r->value);
	plot_confidence_text(confidence, sizeof(confidence), r->confidence);
	plot_svg_textf(g, "ink end", PLOT_RIGHT, y, "%s, confidence %s%s",
	    value, isnan(r->confidence) ? "not known" : confidence,
	    r->is_uncalibrated ? ", uncalibrated" : "");
}

static void
draw_strip(struct plot_svg *g, const struct plot_view *v,
    const struct plot_source *src, int k, double top, bool last)
{
	struct strip s = {.g = g,
	    .v = v,
	    .x = plot_figure_time(v),
	    .y = {v->vital[k].low, v->vital[k].high, top + STRIP_BOTTOM,
		top + STRIP_TOP, false},
	    .top = top + STRIP_TOP,
	    .bottom = top + STRIP_BOTTOM,
	    .tolerance = vital_info((enum vital)k)->tolerance,
	    .mark = -MARKS_DISTANCE};
	struct plot_ticks ty = plot_ticks_make(s.y.low, s.y.high, 2);

	draw_head(g, v, &src->reading[k], k, top + 12);
	plot_figure_x_time(g, &s.x, s.top, s.bottom, last);
	plot_figure_y(g, &s.y, &ty, PLOT_LEFT, PLOT_RIGHT);
	draw_series(&s, &src->sample[k], true);
	if (src->sample[k].count > 0)
		draw_ends(&s, &src->trend[k]);
	else
		draw_series(&s, &src->trend[k], false);
}

static void
draw(struct plot_svg *g, const struct plot_view *v, const struct plot_item *i)
{
	double top = PLOT_TOP - 4;
	struct buf text, cut;
	int last = -1;

	plot_figure_title(g, "Vital signs", i);
	for (int k = 0; k < VITAL_COUNT; k++)
		last = is_shown(v, k) ? k : last;
	for (int k = 0; k < VITAL_COUNT; k++) {
		if (!is_shown(v, k))
			continue;
		draw_strip(g, v, i->source, k, top, k == last);
		top += STRIP;
	}
	buf_init(&text);
	buf_init(&cut);
	for (size_t n = 0; missing_line(&text, v, i->source, n); n++) {
		plot_escape_terminal(
		    &cut, buf_span(&text), LINE_COLUMNS, false);
		plot_svg_text(g, "warn small", 8, top + 13, buf_span(&cut));
		plot_escape_again(g->out, &text);
		plot_escape_again(g->out, &cut);
		top += 13;
	}
	plot_escape_done(g->out, &text);
	plot_escape_done(g->out, &cut);
}

static void
describe(struct buf *out, const struct plot_view *v, const struct plot_item *i)
{
	char value[32], confidence[16];

	for (int k = 0; k < VITAL_COUNT; k++) {
		const struct plot_reading *r = &i->source->reading[k];

		if (!r->present)
			continue;
		buf_addf(out, "%s%s: ", out->len > 0 ? " " : "",
		    plot_vital_title((enum vital)k));
		if (isnan(r->value)) {
			buf_addf(out, "missing, %s.",
			    plot_reason_words(v->data->reason[r->reason]));
			continue;
		}
		plot_value_text(value, sizeof(value), (enum vital)k, r->value);
		buf_addf(out, "%s%s%s", value,
		    plot_vital_unit((enum vital)k)[0] != '\0' ? " " : "",
		    plot_vital_unit((enum vital)k));
		plot_confidence_text(
		    confidence, sizeof(confidence), r->confidence);
		buf_addf(out, ", confidence %s%s.",
		    isnan(r->confidence) ? "not known" : confidence,
		    r->is_uncalibrated ? ", uncalibrated" : "");
	}
}

static void
add_rows(struct plot_table *t, const struct plot_view *v,
    const struct plot_series *s, int k, const char *kind)
{
	const struct plot_cell *c;
	char low[32], high[32], confidence[16];
	size_t i = 0;

	while ((c = plot_series_next(s, &i)) != NULL) {
		if (!plot_table_row(t))
			continue;
		plot_table_cell(t, "%s", plot_vital_title((enum vital)k));
		plot_table_cell(t, "%s", kind);
		plot_table_cell(t, "%.1f", c->from);
		plot_table_cell(t, "%.1f", c->to);
		if (c->values == 0) {
			plot_table_cell(t, "missing: %s",
			    plot_reason_words(v->data->reason[c->reason]));
			plot_table_cell(t, "none");
			continue;
		}
		plot_value_text(low, sizeof(low), (enum vital)k, c->low);
		plot_value_text(high, sizeof(high), (enum vital)k, c->high);
		if (c->high > c->low)
			plot_table_cell(t, "%s to %s %s", low, high,
			    plot_vital_unit((enum vital)k));
		else
			plot_table_cell(
			    t, "%s %s", low, plot_vital_unit((enum vital)k));
		plot_confidence_text(
		    confidence, sizeof(confidence), c->confidence);
		plot_table_cell(t, "%s%s",
		    isnan(c->confidence) ? "not known" : confidence,
		    (c->mark & PLOT_MARK_UNCALIBRATED) != 0 ? ", uncalibrated"
							    : "");
	}
}

static void
numbers(
    struct plot_table *t, const struct plot_view *v, const struct plot_item *i)
{
	static const char *const head[] = {
	    "Vital sign", "Line", "From (s)", "To (s)", "Value", "Confidence"};

	plot_table_begin(t, "Vital signs over time", head, 6);
	for (int k = 0; k < VITAL_COUNT; k++) {
		add_rows(t, v, &i->source->trend[k], k, "measurement");
		if (is_shown(v, k))
			add_rows(t, v, &i->source->sample[k], k, "sample");
	}
	plot_table_end(t);
}

const struct plot_panel plot_trend_panel = {
    .name = "trend",
    .title = "Vital signs",
    .needs = "vitals-extract",
    .reading =
	"A bar between two ticks is a measurement; steps are samples, and then "
	"a "
	"measurement is a mark at its end with a line for its tolerance. "
	"Windows that overlap are drawn around their middle. The "
	"band "
	"is the value and its tolerance; the confidence is the probability "
	"that "
	"the truth is in it. Whole line and disc: sure (at least 0.9); dashed "
	"line and ring: fair (at least 0.5); dotted line and cross: unsure, or "
	"uncalibrated. What is missing is a box between dotted lines. Of "
	"many measurements only some have ticks and marks.",
    .speaks_for_itself = true,
    .has = has,
    .height = height,
    .draw = draw,
    .describe = describe,
    .numbers = numbers,
};
