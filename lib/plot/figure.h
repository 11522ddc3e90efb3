/* plot/figure: what figures have in common.  Private to lib/plot. */
#ifndef PLOT_FIGURE_H
#define PLOT_FIGURE_H

#include "plot/panel.h"
#include "plot/scale.h"
#include "plot/words.h"

/* Where the plot is in a figure. */
#define PLOT_LEFT 42.0
#define PLOT_RIGHT (PLOT_SVG_WIDTH - 12.0)
#define PLOT_TOP 26.0

/* Append ${text}, cut to the width of ${columns} letters such as "a" in the fonts
 * of figures. */
void plot_figure_cut(struct buf *out, struct span text, size_t columns);

/* The title at the left, and the name of ${i} at the right. */
void plot_figure_title(
    struct plot_svg *g, const char *title, const struct plot_item *i);

/* Say why there is no picture, in the middle of what is left free. */
void plot_figure_reason(struct plot_svg *g, double height, const char *why);

/* A grid with labels below, at ${y}, from ${top} on, and what they count. */
void plot_figure_x(struct plot_svg *g, const struct plot_scale *s,
    const struct plot_ticks *t, double top, double y, const char *unit);

/* Likewise for time: ${s} is in seconds, and the labels in seconds, minutes, hours
 * or days; the last one has the unit if ${named}. */
void plot_figure_x_time(struct plot_svg *g, const struct plot_scale *s,
    double top, double y, bool named);

/* Likewise, with labels at the left. */
void plot_figure_y(struct plot_svg *g, const struct plot_scale *s,
    const struct plot_ticks *t, double left, double right);

/* The time axis of ${v}. */
struct plot_scale plot_figure_time(const struct plot_view *v);

/* Marks that differ in their shape: a disc, a ring, a cross. */
void plot_figure_mark(
    struct plot_svg *g, enum plot_sure sure, double x, double y);

/* What is missing from ${x1} to ${x2}: a tinted box between two dotted lines. */
void plot_figure_missing(
    struct plot_svg *g, double x1, double x2, double top, double bottom);

#endif
