/* How much pulse each patch of skin shows, on a drawing of a face. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "diag/plural.h"
#include "plot/figure.h"
#include "skin/areas.h"

#define HEIGHT 336.0
#define SIDE 212.0 /* of the detector's box */
#define BOX_X ((PLOT_SVG_WIDTH - SIDE) / 2)
#define BOX_Y 60.0
#define LEVELS 5
#define OUTLINE_POINTS 48

static const double level_min[LEVELS] = {0, 0.2, 0.4, 0.6, 0.8};

static bool
has(const struct plot_view *v, const struct plot_item *i)
{
	(void)v;
	return i->source->patches != NULL;
}

static double
height(const struct plot_view *v, const struct plot_item *i)
{
	(void)v;
	(void)i;
	return HEIGHT;
}

/* What the map shows: the share of the pulse if there is a heart rate to look
 * for, otherwise that of the frames in view. */
static double
share_of(const struct plot_source *s, unsigned i)
{
	double rate = plot_data_rate(s);

	return rate > 0 ? plot_patches_pulse(s->patches, i, rate)
			: plot_patches_view(s->patches, i);
}

static void
draw_oval(struct plot_svg *g, const char *class, double u, double v, double a,
    double b)
{
	plot_svg_path(g, class);
	for (int i = 0; i <= OUTLINE_POINTS; i++) {
		double angle = 2 * DSP_PI * i / OUTLINE_POINTS;

		plot_svg_point(g, BOX_X + SIDE * (u + a * cos(angle)),
		    BOX_Y + SIDE * (v + b * sin(angle)));
	}
	plot_svg_path_end(g);
}

static void
draw_features(struct plot_svg *g)
{
	draw_oval(g, "axis", 0.5, 0.51, 0.48, 0.64);
	draw_oval(g, "axis", 0.30, 0.375, 0.075, 0.035);
	draw_oval(g, "axis", 0.70, 0.375, 0.075, 0.035);
	plot_svg_path(g, "axis");
	for (int i = 0; i <= OUTLINE_POINTS / 2; i++) {
		double angle = DSP_PI * i / (OUTLINE_POINTS / 2.0);

		plot_svg_point(g, BOX_X + SIDE * (0.5 + 0.14 * cos(angle)),
		    BOX_Y + SIDE * (0.75 + 0.035 * sin(angle)));
	}
	plot_svg_path_end(g);
}

static void
draw_patch(
    struct plot_svg *g, double share, double x, double y, double w, double h)
{
	static const char *const class[LEVELS] = {
	    "accent t1", "accent t2", "accent t3", "accent t4", "accent t5"};
	int level = 0;

	if (isnan(share)) {
		plot_svg_rect(g, "line3 dot", x + 0.5, y + 0.5, w - 1, h - 1);
		plot_svg_text(g, "warn tiny mid", x + w / 2, y + h / 2 + 3,
		    SPAN_LIT("–"));
		return;
	}
	while (level + 1 < LEVELS && share >= level_min[level + 1])
		level++;
	plot_svg_rect(g, class[level], x + 0.5, y + 0.5, w - 1, h - 1);
	plot_svg_textf(
	    g, "ink tiny mid", x + w / 2, y + h / 2 + 3, "%.0f", 100 * share);
}

/* The place of the region ${name} on the face; false if it has none. */
static bool
place_of(const char *name, double *x, double *y, double *w, double *h)
{
	for (int k = 0; k < SKIN_AREAS; k++) {
		const struct skin_area *a = &skin_areas[k];
		size_t n = strlen(a->name);
		unsigned number = 0, row;
		const char *p;

		if (strncmp(name, a->name, n) != 0 || name[n] != '-')
			continue;
		for (p = name + n + 1; *p >= '0' && *p <= '9' && number < 100;
		     p++)
			number = 10 * number + (unsigned)(*p - '0');
		if (*p != '\0' || number < 1 || number > a->columns * a->rows)
			continue;
		number--;
		row = number / a->columns;
		*w = SIDE * (a->u1 - a->u0) / a->columns;
		*h = SIDE * (a->v1 - a->v0) / a->rows;
		*x = BOX_X + SIDE * a->u0 + *w * (number % a->columns);
		*y = BOX_Y + SIDE * a->v0 + *h * row;
		return true;
	}
	return false;
}

static bool
is_background(const char *name)
{
	return strcmp(name, TRACE_BACKGROUND) == 0;
}

/* Regions that are no face's, in their order. */
static void
draw_grid(struct plot_svg *g, const struct plot_source *s)
{
	const struct trace_names *names = &s->patches->names;
	unsigned across = 1, n = 0, count = 0, row;
	double side;

	for (unsigned i = 0; i < names->count; i++)
		count += !is_background(names->name[i]);
	while (across * across < count)
		across++;
	side = SIDE / across;
	for (unsigned i = 0; i < names->count; i++) {
		if (is_background(names->name[i]))
			continue;
		row = n / across;
		draw_patch(g, share_of(s, i), BOX_X + side * (n % across),
		    BOX_Y + side * row, side, side);
		n++;
	}
	plot_svg_text(g, "soft small mid", PLOT_SVG_WIDTH / 2.0, BOX_Y - 8,
	    SPAN_LIT("not a face: the regions in their order"));
}

static void
draw(struct plot_svg *g, const struct plot_view *v, const struct plot_item *i)
{
	const struct plot_source *s = i->source;
	const struct trace_names *names = &s->patches->names;
	double rate = plot_data_rate(s), x, y, w, h;
	bool is_face = false;

	(void)v;
	plot_figure_title(g, "Patches of skin", i);
	for (unsigned k = 0; k < names->count; k++)
		is_face = is_face || place_of(names->name[k], &x, &y, &w, &h);
	if (is_face)
		draw_features(g);
	else
		draw_grid(g, s);
	for (unsigned k = 0; is_face && k < names->count; k++)
		if (place_of(names->name[k], &x, &y, &w, &h))
			draw_patch(g, share_of(s, k), x, y, w, h);
	if (rate > 0)
		plot_svg_textf(g, "ink small mid", PLOT_SVG_WIDTH / 2.0,
		    HEIGHT - 8,
		    "%% of the power at the heart rate of %.0f /min, and its "
		    "double",
		    rate);
	else
		plot_svg_text(g, "warn small mid", PLOT_SVG_WIDTH / 2.0,
		    HEIGHT - 8,
		    SPAN_LIT("% of the frames in view: there is no heart rate "
			     "to look for"));
}

static void
describe(struct buf *out, const struct plot_view *v, const struct plot_item *i)
{
	const struct plot_patches *p = i->source->patches;
	double rate = plot_data_rate(i->source);

	(void)v;
	buf_addf(out,
	    "A drawing of a face with %u region%s, seen in %llu frame%s. ",
	    p->names.count, diag_plural(p->names.count),
	    (unsigned long long)p->frames, diag_plural(p->frames));
	if (rate > 0)
		buf_addf(out,
		    "Each shows how much of its power is at the heart rate of "
		    "%.1f /min.",
		    rate);
	else
		buf_add_text(out,
		    "Each shows in how many of the frames it was in view; "
		    "there "
		    "is no heart rate.");
}

static void
numbers(
    struct plot_table *t, const struct plot_view *v, const struct plot_item *i)
{
	static const char *const head[] = {
	    "Region", "In view (%)", "Pulse (% of the power)"};
	const struct plot_patches *p = i->source->patches;
	double rate = plot_data_rate(i->source);

	(void)v;
	plot_table_begin(t, "Regions of skin", head, 3);
	for (unsigned k = 0; k < p->names.count; k++) {
		double pulse = plot_patches_pulse(p, k, rate);

		if (!plot_table_row(t))
			continue;
		plot_table_cell(t, "%s", p->names.name[k]);
		plot_table_cell(t, "%.0f", 100 * plot_patches_view(p, k));
		if (isnan(pulse))
			plot_table_cell(t, "not known: %s",
			    rate > 0 ? "too seldom in view" : "no heart rate");
		else
			plot_table_cell(t, "%.0f", 100 * pulse);
	}
	plot_table_end(t);
}

const struct plot_panel plot_face_panel = {
    .name = "face",
    .title = "Patches of skin",
    .needs = "vitals-extract --emit measurement,trace",
    .reading =
	"A drawing, not the face of the video. Each patch shows which share of "
	"the changes of its colour, from 39 to 240 /min, is within 6 /min of "
	"the "
	"heart rate and its double; of noise that is about 13 %. A dash: in "
	"view "
	"for too short a time.",
    .has = has,
    .height = height,
    .draw = draw,
    .describe = describe,
    .numbers = numbers,
};
