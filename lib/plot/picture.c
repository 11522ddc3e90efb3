#include <math.h>

#include "plot/escape.h"
#include "plot/figure.h"
#include "plot/palette.h"
#include "plot/report.h"
#include "plot/words.h"

#define GAP 14.0
#define HEAD 58.0
#define ROW 17.0
#define COLUMNS_MAX 4

/* Where things of the table of results are. */
#define NAME_COLUMNS 25
#define NAME_WIDTH 200.0
#define CELL_WIDTH 150.0

/* Figures of one recording are put under each other, into the column that is the
 * shortest.  Those of several are laid in rows, which are as high as their highest
 * figure. */
struct layout {
	struct plot_svg *g;
	const struct plot_view *v;
	unsigned across, column;
	double bottom[COLUMNS_MAX]; /* of each column */
};

/* The lowest column. */
static double
lowest(const struct layout *l)
{
	double y = l->bottom[0];

	for (unsigned k = 1; k < l->across; k++)
		y = fmax(y, l->bottom[k]);
	return y;
}

/* What follows is below all that there is. */
static void
new_row(struct layout *l)
{
	double y = lowest(l);

	for (unsigned k = 0; k < l->across; k++)
		l->bottom[k] = y;
	l->column = 0;
}

static void
place(struct layout *l, const struct plot_panel *p,
    const struct plot_item *item, bool draws)
{
	unsigned k = l->column;

	if (l->v->data->sources == 1 && !p->is_of_endpoints) {
		k = 0;
		for (unsigned i = 1; i < l->across; i++)
			if (l->bottom[i] < l->bottom[k])
				k = i;
	} else if (k == l->across) {
		new_row(l);
		k = 0;
	}
	l->g->x = GAP + k * (PLOT_SVG_WIDTH + GAP);
	l->g->y = l->bottom[k];
	if (draws)
		plot_report_figure(l->g, l->v, p, item);
	l->bottom[k] += plot_report_height(l->v, p, item) + GAP;
	l->column = k + 1;
}

/* Lay all figures out, or only measure.  Return the height of all. */
static double
place_all(struct layout l, bool draws)
{
	const struct plot_panel *p;
	struct plot_item item;

	for (size_t i = 0; (p = plot_panel_at(i)) != NULL; i++) {
		if (!plot_report_has(l.v, p))
			continue;
		if (l.v->data->sources > 1 || p->is_of_endpoints)
			new_row(&l);
		for (size_t k = 0; plot_report_item(l.v, p, k, &item); k++)
			if (l.v->data->sources != 1 || p->has(l.v, &item))
				place(&l, p, &item, draws);
	}
	return lowest(&l);
}

/* A reading with its confidence, or why it is missing. */
static void
put_cell(struct plot_svg *g, const struct plot_data *d,
    const struct plot_reading *r, enum vital v, double x, double y)
{
	char value[32], confidence[16];

	if (!r->present) {
		plot_svg_text(g, "warn small", x, y, SPAN_LIT("no line"));
		return;
	}
	if (isnan(r->value)) {
		plot_svg_text(g, "warn small", x, y,
		    span_of(plot_reason_words(d->reason[r->reason])));
		return;
	}
	plot_value_text(value, sizeof(value), v, r->value);
	plot_confidence_text(confidence, sizeof(confidence), r->confidence);
	if (isnan(r->confidence))
		plot_svg_textf(g, "ink", x, y, "%s %s (not known)", value,
		    plot_vital_unit(v));
	else
		plot_svg_textf(g, "ink", x, y, "%s %s (%s: %s)", value,
		    plot_vital_unit(v), confidence,
		    plot_sure_word(plot_sure_of_reading(r)));
}

static size_t
vitals_that_fit(const struct plot_view *v, double width)
{
	size_t n = 0;

	while (plot_report_vital(v, n) != VITAL_COUNT &&
	    GAP + NAME_WIDTH + CELL_WIDTH * (double)(n + 1) <= width)
		n++;
	return n;
}

/* The table of results, from ${y} on. */
static double
put_results(
    struct plot_svg *g, const struct plot_view *v, double width, double y)
{
	const struct plot_data *d = v->data;
	size_t n = vitals_that_fit(v, width);
	struct buf name, cut;

	if (d->sources == 0)
		return y;
	plot_svg_text(g, "soft", GAP, y, SPAN_LIT("Recording"));
	for (size_t k = 0; k < n; k++)
		plot_svg_textf(g, "soft",
		    GAP + NAME_WIDTH + CELL_WIDTH * (double)k, y,
		    "%s (confidence)",
		    plot_vital_title(plot_report_vital(v, k)));
	plot_svg_line(g, "axis", GAP, y + 4, width - GAP, y + 4);
	buf_init(&name);
	buf_init(&cut);
	for (size_t i = 0; i < d->sources; i++) {
		const struct plot_source *s = d->source[i];

		y += ROW;
		plot_escape_again(g->out, &name);
		plot_escape_again(g->out, &cut);
		plot_source_text(&name, s);
		plot_figure_cut(&cut, buf_span(&name), NAME_COLUMNS);
		plot_svg_text(g, "ink bold", GAP, y, buf_span(&cut));
		for (size_t k = 0; k < n; k++)
			put_cell(g, d, &s->reading[plot_report_vital(v, k)],
			    plot_report_vital(v, k),
			    GAP + NAME_WIDTH + CELL_WIDTH * (double)k, y);
	}
	plot_escape_done(g->out, &name);
	plot_escape_done(g->out, &cut);
	return y + ROW;
}

/* How many of ${items} are side by side, so that the last row is nearly full. */
static unsigned
across_of(size_t items)
{
	size_t rows = (items + COLUMNS_MAX - 1) / COLUMNS_MAX;

	if (items == 0)
		return 1;
	return (unsigned)((items + rows - 1) / rows);
}

void
plot_picture_write(
    struct buf *out, const struct plot_view *v, const struct plot_report *r)
{
	size_t items = v->data->sources > v->data->delivery.count
	    ? v->data->sources
	    : v->data->delivery.count;
	unsigned across = across_of(v->data->sources == 1 ? 2 : items);
	double width = GAP + across * (PLOT_SVG_WIDTH + GAP);
	struct plot_svg g = {.out = out, .is_nested = true};
	struct layout l = {.g = &g, .v = v, .across = across};
	struct buf text;
	double height;

	for (unsigned k = 0; k < across; k++)
		l.bottom[k] = HEAD +
		    (v->data->sources > 0
			    ? ROW * (double)(v->data->sources + 1) + GAP
			    : 0);
	height = place_all(l, false);
	buf_init(&text);
	plot_report_title(&text, v, r);
	buf_addf(out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plot\" "
	    "width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\">\n"
	    "<title>",
	    width, height + 10, width, height + 10);
	plot_escape_xml(out, buf_span(&text));
	buf_add_text(out, "</title>\n<style>");
	plot_palette_css(out);
	buf_add_text(out, "</style>\n");
	plot_svg_rect(&g, "ground", 0, 0, width, height + 10);
	plot_svg_text(&g, "ink big", GAP, 22, buf_span(&text));
	plot_escape_again(out, &text);
	plot_report_summary(&text, v, r);
	plot_svg_text(&g, "soft small", GAP, 37, buf_span(&text));
	put_results(&g, v, width, HEAD);
	place_all(l, true);
	plot_svg_text(&g, "soft small", GAP, height + 3,
	    SPAN_LIT("Estimates; not a medical device."));
	buf_add_text(out, "</svg>\n");
	plot_escape_done(out, &text);
}
