/*
 * plot/panel: the kinds of figures, as rows of one table.  A new one is a file
 * with its functions, and a row in panels.c.
 */
#ifndef PLOT_PANEL_H
#define PLOT_PANEL_H

#include "plot/data.h"
#include "plot/svg.h"
#include "plot/table.h"

/* What all figures of a report share, so that they can be compared. */
struct plot_view {
	const struct plot_data *data;
	double from, to;    /* s: the time axis */
	double row_seconds; /* of a row of the pulse wave */
	double wave_high;   /* its greatest deviation that is drawn */
	struct {
		bool is_shown; /* some source has a value */
		double low, high;
	} vital[VITAL_COUNT];
	double interval_low, interval_high; /* ms */
	double latency_low, latency_high;   /* s */
	double settled_from, settled_to;    /* s since 1970 */
	uint64_t bin_high;                  /* the fullest bin of latency */
};

/* What a figure is about: one of both. */
struct plot_item {
	const struct plot_source *source;
	const struct plot_endpoint *endpoint;
};

struct plot_panel {
	const char *name, *title;
	const char *needs;   /* how to get the lines that it needs */
	const char *reading; /* how it is to be read */
	bool is_of_endpoints;
	bool speaks_for_itself; /* the description says only what is drawn */
	/* Is there anything to draw, be it a reason? */
	bool (*has)(const struct plot_view *v, const struct plot_item *i);
	double (*height)(const struct plot_view *v, const struct plot_item *i);
	void (*draw)(struct plot_svg *g, const struct plot_view *v,
	    const struct plot_item *i);
	/* One or two sentences with what it shows, for those who do not see it. */
	void (*describe)(struct buf *out, const struct plot_view *v,
	    const struct plot_item *i);
	/* The numbers that are drawn. */
	void (*numbers)(struct plot_table *t, const struct plot_view *v,
	    const struct plot_item *i);
};

extern const struct plot_panel plot_wave_panel, plot_spectrogram_panel,
    plot_trend_panel, plot_tachogram_panel, plot_poincare_panel,
    plot_face_panel, plot_delivery_panel;

/* Panel ${i}; NULL: there is no such one. */
const struct plot_panel *plot_panel_at(size_t i);

/* Find out what figures of ${d} share. */
void plot_view_init(struct plot_view *v, const struct plot_data *d);

/* The name of what ${i} is about. */
void plot_item_text(struct buf *out, const struct plot_item *i);

#endif
