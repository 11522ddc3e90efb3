/* How long delivery took: its distribution, and over time. */
#include <math.h>

#include "diag/plural.h"
#include "instant/instant.h"
#include "plot/figure.h"

#define HEIGHT 300.0
#define TOP 40.0
#define HISTOGRAM_BOTTOM 130.0
#define TIME_TOP 166.0
#define TIME_BOTTOM 258.0

/* What the name of a latency takes. */
#define LABEL_WIDTH 38.0
#define LABEL_HEIGHT 10.0

/* Shares of the events, for quantiles. */
static const struct {
	const char *name;
	double share;
} quantiles[] = {{"median", 0.5}, {"95 %", 0.95}, {"99 %", 0.99}};

#define QUANTILES (sizeof(quantiles) / sizeof(quantiles[0]))

static bool
has(const struct plot_view *v, const struct plot_item *i)
{
	(void)v;
	return i->endpoint != NULL;
}

static double
height(const struct plot_view *v, const struct plot_item *i)
{
	(void)v;
	(void)i;
	return HEIGHT;
}

/* Round latencies with their names, where there is room for these. */
static void
draw_latency_axis(struct plot_svg *g, const struct plot_scale *s, bool is_x,
    double from, double to)
{
	double room = is_x ? LABEL_WIDTH : LABEL_HEIGHT, last = -room;
	const struct plot_latency_tick *t;

	for (size_t i = 0; (t = plot_latency_tick(i)) != NULL; i++) {
		double at = plot_scale_at(s, t->seconds);

		if (t->seconds < s->low * (1 - 1e-9) ||
		    t->seconds > s->high * (1 + 1e-9))
			continue;
		if (is_x)
			plot_svg_line(g, "grid", at, from, at, to);
		else
			plot_svg_line(g, "grid", from, at, to, at);
		if (last >= 0 && fabs(at - last) < room)
			continue;
		last = at;
		if (is_x && at > PLOT_RIGHT - 14)
			plot_svg_text(g, "soft small end", PLOT_SVG_WIDTH - 6,
			    to + 11, span_of(t->name));
		else if (is_x)
			plot_svg_text(
			    g, "soft small mid", at, to + 11, span_of(t->name));
		else
			plot_svg_text(g, "soft small end", from - 4, at + 3.5,
			    span_of(t->name));
	}
}

static void
draw_histogram(struct plot_svg *g, const struct plot_view *v,
    const struct plot_endpoint *e)
{
	struct plot_scale x = {
	    v->latency_low, v->latency_high, PLOT_LEFT, PLOT_RIGHT, true};
	struct plot_scale y = {
	    0, (double)v->bin_high, HISTOGRAM_BOTTOM, TOP, false};
	/* Whole events. */
	struct plot_ticks ty =
	    plot_ticks_make(0, y.high, (unsigned)fmin(y.high, 3));
	double last = -100;

	draw_latency_axis(g, &x, true, TOP, HISTOGRAM_BOTTOM);
	plot_figure_y(g, &y, &ty, PLOT_LEFT, PLOT_RIGHT);
	plot_svg_path(g, "accent h3");
	for (size_t i = 0; i < PLOT_LATENCY_BINS; i++) {
		double x1 = plot_scale_at(&x, plot_latency_of_bin(i));
		double x2 = plot_scale_at(&x, plot_latency_of_bin(i + 1));
		double top = plot_scale_at(&y, (double)e->bin[i]);

		if (e->bin[i] > 0)
			plot_svg_box(g, x1 + 0.5, top, fmax(x2 - x1 - 1, 1),
			    HISTOGRAM_BOTTOM - top);
	}
	plot_svg_path_end(g);
	plot_svg_line(g, "axis", PLOT_LEFT, HISTOGRAM_BOTTOM, PLOT_RIGHT,
	    HISTOGRAM_BOTTOM);
	for (size_t i = 0; i < QUANTILES; i++) {
		double q = plot_latency_quantile(e, quantiles[i].share);
		double at = plot_scale_at(&x, q);

		if (isnan(q))
			continue;
		plot_svg_line(g, i == 0 ? "line0" : "line0 dash", at, TOP, at,
		    HISTOGRAM_BOTTOM);
		/* A label that would be on the last one is left out. */
		if (at - last > 44)
			plot_svg_text(g, "ink small mid", at, TOP - 4,
			    span_of(quantiles[i].name));
		if (at - last > 44)
			last = at;
	}
}

static void
draw_over_time(struct plot_svg *g, const struct plot_view *v,
    const struct plot_endpoint *e)
{
	struct plot_scale x = {
	    0, v->settled_to - v->settled_from, PLOT_LEFT, PLOT_RIGHT, false};
	struct plot_scale y = {
	    v->latency_low, v->latency_high, TIME_BOTTOM, TIME_TOP, true};
	const struct plot_cell *c;
	char start[INSTANT_TEXT_MAX];
	size_t i = 0;

	instant_format((int64_t)(1000 * v->settled_from), start);
	plot_svg_textf(g, "soft small", 8, TIME_TOP - 8,
	    "over time, from %.10s %.8s UTC", start, start + 11);
	plot_figure_x_time(g, &x, TIME_TOP, TIME_BOTTOM, true);
	draw_latency_axis(g, &y, false, PLOT_LEFT, PLOT_RIGHT);
	while ((c = plot_series_next(&e->over_time, &i)) != NULL) {
		double x1 = plot_scale_at(&x, c->from - v->settled_from);
		double x2 = plot_scale_at(&x, c->to - v->settled_from);

		if (c->values > 0) {
			double y1 = plot_scale_at(&y, c->high);
			double y2 = plot_scale_at(&y, c->low);

			plot_svg_rect(g, "accent h4", x1 - 0.7, y1 - 0.7,
			    fmax(x2 - x1, 1.4), fmax(y2 - y1, 1.4));
		}
		if (c->missing > 0)
			plot_figure_mark(
			    g, PLOT_UNSURE, (x1 + x2) / 2, TIME_TOP + 4);
	}
}

static void
put_summary(struct buf *out, const struct plot_endpoint *e)
{
	char text[32];

	buf_addf(out, "%llu delivered, %llu dead, %llu expired",
	    (unsigned long long)e->outcome[PLOT_DELIVERED],
	    (unsigned long long)e->outcome[PLOT_DEAD],
	    (unsigned long long)e->outcome[PLOT_EXPIRED]);
	if (e->attempts > 0)
		buf_addf(out, "; %llu of %llu request%s failed",
		    (unsigned long long)e->failed,
		    (unsigned long long)e->attempts, diag_plural(e->attempts));
	for (size_t i = 0; e->latency.count > 0 && i < QUANTILES; i++) {
		plot_latency_text(text, sizeof(text),
		    plot_latency_quantile(e, quantiles[i].share));
		buf_addf(out, "; %s %s", quantiles[i].name, text);
	}
	if (e->latency.count > 0) {
		plot_latency_text(text, sizeof(text), e->latency.max);
		buf_addf(out, "; longest %s", text);
	}
}

static void
draw(struct plot_svg *g, const struct plot_view *v, const struct plot_item *i)
{
	const struct plot_endpoint *e = i->endpoint;
	char median[32], high[32], most[32];

	plot_figure_title(g,
	    e->kind == PLOT_RECEIPTS ? "Delivery, receipts" : "Delivery, audit",
	    i);
	if (e->outcome[PLOT_DELIVERED] + e->outcome[PLOT_DEAD] +
		e->outcome[PLOT_EXPIRED] ==
	    0) {
		plot_figure_reason(
		    g, HEIGHT, "no event was settled, there are only attempts");
		return;
	}
	if (e->latency.count == 0) {
		plot_figure_reason(g, HISTOGRAM_BOTTOM,
		    "nothing was delivered, so there is no latency");
	} else {
		draw_histogram(g, v, e);
	}
	draw_over_time(g, v, e);
	plot_svg_textf(g, "ink small", 8, HEIGHT - 20,
	    "%llu delivered, %llu dead, %llu expired (crosses)%s",
	    (unsigned long long)e->outcome[PLOT_DELIVERED],
	    (unsigned long long)e->outcome[PLOT_DEAD],
	    (unsigned long long)e->outcome[PLOT_EXPIRED],
	    e->name == NULL ? "; several endpoints" : "");
	if (e->latency.count == 0)
		return;
	plot_latency_text(
	    median, sizeof(median), plot_latency_quantile(e, 0.5));
	plot_latency_text(high, sizeof(high), plot_latency_quantile(e, 0.95));
	plot_latency_text(most, sizeof(most), e->latency.max);
	plot_svg_textf(g, "ink small", 8, HEIGHT - 7,
	    "median %s (whole line), 95 %% within %s, longest %s", median, high,
	    most);
}

static void
describe(struct buf *out, const struct plot_view *v, const struct plot_item *i)
{
	(void)v;
	put_summary(out, i->endpoint);
	buf_add_byte(out, '.');
	if (i->endpoint->error[0] != '\0')
		buf_addf(out, " The last error: %s.", i->endpoint->error);
}

static void
numbers(
    struct plot_table *t, const struct plot_view *v, const struct plot_item *i)
{
	static const char *const head[] = {"Latency from", "to", "Events"};
	const struct plot_endpoint *e = i->endpoint;
	char from[32], to[32];

	(void)v;
	plot_table_begin(t, "Distribution of the latency", head, 3);
	for (size_t k = 0; k < PLOT_LATENCY_BINS; k++) {
		if (e->bin[k] == 0 || !plot_table_row(t))
			continue;
		plot_latency_text(from, sizeof(from), plot_latency_of_bin(k));
		plot_latency_text(to, sizeof(to), plot_latency_of_bin(k + 1));
		plot_table_cell(t, "%s", from);
		plot_table_cell(t, "%s", to);
		plot_table_cell(t, "%llu", (unsigned long long)e->bin[k]);
	}
	plot_table_end(t);
}

const struct plot_panel plot_delivery_panel = {
    .name = "delivery",
    .title = "Delivery",
    .needs = "vitals-post, or its --audit file",
    .reading = "How long events took from their time to their acknowledgement, "
	       "on a logarithmic scale: the distribution, and the range over "
	       "time. Crosses at the top are events that were not delivered. "
	       "Quantiles have an error of at most 1 %.",
    .is_of_endpoints = true,
    .has = has,
    .height = height,
    .draw = draw,
    .describe = describe,
    .numbers = numbers,
};
