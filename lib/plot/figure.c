#include "plot/figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plot/escape.h"

/* Letters of a name that fit beside a title. */
#define NAME_COLUMNS 32

void
plot_item_text(struct buf *out, const struct plot_item *i)
{
	if (i->source != NULL) {
		plot_source_text(out, i->source);
		return;
	}
	if (i->endpoint == NULL)
		return;
	buf_add_text(out,
	    i->endpoint->name != NULL ? i->endpoint->name
				      : "further endpoints");
	if (i->endpoint->kind == PLOT_RECEIPTS)
		buf_add_text(out, " (receipts)");
}

/* The width of ${text} in letters such as "a", from the widths in DejaVu Sans,
 * which is wider than the fonts that replace it. */
static double
letters(struct span text)
{
	double n = (double)plot_escape_columns(text);

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == 'W' || c == 'M' || c == 'm' || c == '@' || c == '%')
			n += 0.63;
		else if ((c >= 'A' && c <= 'Z') || c == 'w')
			n += 0.28;
	}
	return n;
}

void
plot_figure_cut(struct buf *out, struct span text, size_t columns)
{
	struct buf cut;
	size_t n = columns;

	buf_init(&cut);
	do {
		plot_escape_again(out, &cut);
		plot_escape_terminal(&cut, text, n--, false);
	} while (n > 1 && letters(buf_span(&cut)) > (double)columns);
	buf_add_span(out, buf_span(&cut));
	plot_escape_done(out, &cut);
}

void
plot_figure_title(
    struct plot_svg *g, const char *title, const struct plot_item *i)
{
	struct buf name, shown;

	buf_init(&name);
	buf_init(&shown);
	if (i->endpoint != NULL && i->endpoint->name != NULL)
		buf_add_text(&name, i->endpoint->name);
	else
		plot_item_text(&name, i);
	plot_figure_cut(&shown, buf_span(&name), NAME_COLUMNS);
	plot_svg_text(g, "ink big", 8, 16, span_of(title));
	plot_svg_text(g, "soft end", PLOT_SVG_WIDTH - 12, 16, buf_span(&shown));
	plot_escape_done(g->out, &name);
	plot_escape_done(g->out, &shown);
}

void
plot_figure_reason(struct plot_svg *g, double height, const char *why)
{
	plot_svg_rect(g, "soft t1", PLOT_LEFT, PLOT_TOP, PLOT_RIGHT - PLOT_LEFT,
	    height - PLOT_TOP - 12);
	plot_svg_text(g, "ink mid bold", (PLOT_LEFT + PLOT_RIGHT) / 2,
	    height / 2, SPAN_LIT("Not drawn"));
	plot_svg_text(g, "ink mid", (PLOT_LEFT + PLOT_RIGHT) / 2,
	    height / 2 + 15, span_of(why));
}

/* How wide a label of ${n} characters is at most, with the space beside it. */
static double
label_width(int n)
{
	return 5.6 * n + 6;
}

/* Ticks at ${t} times ${factor}.  Where they are too close for a label each, it is
 * the last one, and of those before it every second one, or third, .... */
static void
draw_x(struct plot_svg *g, const struct plot_scale *s,
    const struct plot_ticks *t, double factor, double top, double y,
    const char *unit)
{
	char text[64];
	double room, width = 1;
	size_t every;

	for (size_t i = 0; i < t->count; i++)
		width = fmax(width,
		    label_width(snprintf(text, sizeof(text), "%.*f %s",
			t->digits, plot_ticks_at(t, i),
			i + 1 == t->count ? unit : "")));
	room = fabs(plot_scale_at(s, (t->first + t->step) * factor) -
	    plot_scale_at(s, t->first * factor));
	every = room >= 1 ? (size_t)fmax(ceil(width / room), 1) : t->count;
	for (size_t i = 0; i < t->count; i++) {
		double v = plot_ticks_at(t, i);
		double x = plot_scale_at(s, v * factor);
		bool last = i + 1 == t->count, at_end = x > PLOT_RIGHT - 14;

		plot_svg_line(g, "grid", x, top, x, y);
		if ((t->count - 1 - i) % (every > 0 ? every : 1) != 0)
			continue;
		/* Labels at the edge stay inside. */
		plot_svg_textf(g, at_end ? "soft small end" : "soft small mid",
		    at_end ? PLOT_SVG_WIDTH - 6 : x, y + 11, "%.*f%s%s",
		    t->digits, v, last && unit[0] != '\0' ? " " : "",
		    last ? unit : "");
	}
	plot_svg_line(g, "axis", s->from, y, s->to, y);
}

void
plot_figure_x(struct plot_svg *g, const struct plot_scale *s,
    const struct plot_ticks *t, double top, double y, const char *unit)
{
	draw_x(g, s, t, 1, top, y, unit);
}

void
plot_figure_x_time(struct plot_svg *g, const struct plot_scale *s, double top,
    double y, bool named)
{
	/* At least four of a unit, so that its ticks are round. */
	static const struct {
		const char *name;
		double seconds;
	} units[] = {{"days", 86400}, {"h", 3600}, {"min", 60}, {"s", 1}};
	struct plot_ticks t;
	size_t k = 0;

	while (units[k].seconds > 1 && s->high - s->low <= 4 * units[k].seconds)
		k++;
	t = plot_ticks_make(
	    s->low / units[k].seconds, s->high / units[k].seconds, 6);
	draw_x(g, s, &t, units[k].seconds, top, y, named ? units[k].name : "");
}

void
plot_figure_y(struct plot_svg *g, const struct plot_scale *s,
    const struct plot_ticks *t, double left, double right)
{
	for (size_t i = 0; i < t->count; i++) {
		double v = plot_ticks_at(t, i), y = plot_scale_at(s, v);

		plot_svg_line(g, "grid", left, y, right, y);
		plot_svg_textf(g, "soft small end", left - 5, y + 3.5, "%.*f",
		    t->digits, v);
	}
}

struct plot_scale
plot_figure_time(const struct plot_view *v)
{
	return (struct plot_scale){
	    .low = v->from, .high = v->to, .from = PLOT_LEFT, .to = PLOT_RIGHT};
}

void
plot_figure_mark(struct plot_svg *g, enum plot_sure sure, double x, double y)
{
	switch (sure) {
	case PLOT_SURE:
		plot_svg_circle(g, "second", x, y, 2.4);
		break;
	case PLOT_FAIR:
	case PLOT_NOT_KNOWN:
		plot_svg_circle(g, "line2 hollow", x, y, 2.4);
		break;
	case PLOT_UNSURE:
		plot_svg_path(g, "line3 line");
		plot_svg_point(g, x - 2.4, y - 2.4);
		plot_svg_point(g, x + 2.4, y + 2.4);
		plot_svg_break(g);
		plot_svg_point(g, x - 2.4, y + 2.4);
		plot_svg_point(g, x + 2.4, y - 2.4);
		plot_svg_path_end(g);
		break;
	}
}

void
plot_figure_missing(
    struct plot_svg *g, double x1, double x2, double top, double bottom)
{
	plot_svg_rect(g, "warn t1", x1, top, fmax(x2 - x1, 1), bottom - top);
	plot_svg_line(g, "line3 dot", x1, top, x1, bottom);
	if (x2 - x1 > 2)
		plot_svg_line(g, "line3 dot", x2, top, x2, bottom);
}
