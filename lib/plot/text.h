/* plot/text: what the views for a terminal have in common.  Private to
 * lib/plot. */
#ifndef PLOT_TEXT_H
#define PLOT_TEXT_H

#include "plot/report.h"

struct plot_text {
	struct buf *out;
	const struct plot_view *v;
	size_t width;
	bool is_ascii;
};

/* Append ${text} cut to ${columns}, or filled with blanks to these. */
void plot_text_cell(struct plot_text *t, struct span text, size_t columns);

/* Append ${text} in lines of at most the width, broken at blanks; those after
 * the first begin with ${indent} blanks. */
void plot_text_wrap(struct plot_text *t, struct span text, size_t indent);

/* "±" or "+-"; "–" or "-". */
const char *plot_text_tolerance(const struct plot_text *t);
const char *plot_text_dash(const struct plot_text *t);

/* The view of one recording, at most 24 lines if it is the only one. */
void plot_text_source(struct plot_text *t, const struct plot_source *s);

/* The pulse wave of ${s} around its clearest beats. */
void plot_text_wave(struct plot_text *t, const struct plot_source *s);

/* The heart rate over time. */
void plot_text_trend(struct plot_text *t, const struct plot_source *s);

/* Delivery to one endpoint. */
void plot_text_endpoint(struct plot_text *t, const struct plot_endpoint *e);

#endif
