/*
 * plot/svg: writes pictures as SVG 1.1.
 *
 * Colours and line styles are classes (palette.h); several are separated by
 * blanks.  Coordinates are pixels of the figure, y down.
 */
#ifndef PLOT_SVG_H
#define PLOT_SVG_H

#include <stdbool.h>
#include <stddef.h>

#include "buf/buf.h"

/* The width of every figure. */
#define PLOT_SVG_WIDTH 400

struct plot_svg {
	struct buf *out;
	unsigned ids;   /* of titles, so that they are unique in a page */
	bool is_nested; /* in another picture, */
	double x, y;    /* at this place */
	bool pen_down;  /* the next point of the path continues a line */
};

/* Begin a figure of ${height}, described for those who do not see it.  The
 * name space and the styles are those of the page that it is in. */
void plot_svg_begin(struct plot_svg *g, double height, struct span title,
    struct span description);
void plot_svg_end(struct plot_svg *g);

void plot_svg_line(struct plot_svg *g, const char *class, double x1, double y1,
    double x2, double y2);
void plot_svg_rect(struct plot_svg *g, const char *class, double x, double y,
    double width, double height);
void plot_svg_circle(
    struct plot_svg *g, const char *class, double x, double y, double r);

/* ${text} is any text; it is escaped. */
void plot_svg_text(struct plot_svg *g, const char *class, double x, double y,
    struct span text);
void plot_svg_textf(struct plot_svg *g, const char *class, double x, double y,
    const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* A path: begin, any number of points, boxes and breaks, end. */
void plot_svg_path(struct plot_svg *g, const char *class);
void plot_svg_point(struct plot_svg *g, double x, double y);
void plot_svg_box(
    struct plot_svg *g, double x, double y, double width, double height);
/* The next point starts a new line. */
void plot_svg_break(struct plot_svg *g);
void plot_svg_path_end(struct plot_svg *g);

#endif
