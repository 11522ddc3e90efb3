/*
 * plot/report: everything that was read, as a page, a picture, or text for a
 * terminal.
 */
#ifndef PLOT_REPORT_H
#define PLOT_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "buf/buf.h"
#include "plot/panel.h"

/* Columns of text. */
#define PLOT_WIDTH_MIN 40
#define PLOT_WIDTH_MAX 400
#define PLOT_WIDTH_DEFAULT 80

struct plot_report {
	const char *title;  /* NULL: made from what it is about */
	size_t width;       /* columns of text */
	bool is_ascii;      /* no characters beyond ASCII in text */
	bool is_incomplete; /* some of the input could not be used */
};

/* All append to ${out}; buf_failed says whether memory ran out. */

/* A page that needs no script, no network and no other file. */
void plot_html_write(
    struct buf *out, const struct plot_view *v, const struct plot_report *r);

/* One picture, as SVG. */
void plot_picture_write(
    struct buf *out, const struct plot_view *v, const struct plot_report *r);

/* Lines of text. */
void plot_text_write(
    struct buf *out, const struct plot_view *v, const struct plot_report *r);

/* ---- What they have in common ------------------------------------------- */

/* The title: that of the report, or what it is about. */
void plot_report_title(
    struct buf *out, const struct plot_view *v, const struct plot_report *r);

/* How many sources and lines there are, and what was left out. */
void plot_report_summary(
    struct buf *out, const struct plot_view *v, const struct plot_report *r);

/* Is there anything for ${p} to draw? */
bool plot_report_has(const struct plot_view *v, const struct plot_panel *p);

/* Item ${i} of those that ${p} draws; false: there are no more. */
bool plot_report_item(const struct plot_view *v, const struct plot_panel *p,
    size_t i, struct plot_item *item);

/* Draw a figure, or what takes its place if ${item} has nothing for ${p}. */
void plot_report_figure(struct plot_svg *g, const struct plot_view *v,
    const struct plot_panel *p, const struct plot_item *item);
double plot_report_height(const struct plot_view *v, const struct plot_panel *p,
    const struct plot_item *item);

/* Vital sign ${i} of the table of results: heart rate and breathing, and those of
 * which some source has a value.  VITAL_COUNT: there are no more. */
enum vital plot_report_vital(const struct plot_view *v, size_t i);

#endif
