/*
 * plot/palette: the only table of colours, for light and for dark grounds.
 *
 * Text in each colour has a contrast of at least PLOT_CONTRAST_MIN on its
 * ground, and on the darkest tint (WCAG 2.2, 1.4.3).  Nothing is told apart by
 * its colour only: there are line styles, marks and labels.
 */
#ifndef PLOT_PALETTE_H
#define PLOT_PALETTE_H

#include <stdint.h>

#include "buf/buf.h"

#define PLOT_CONTRAST_MIN 4.5

/* The strongest tint that text may be on: the opacity of the accent. */
#define PLOT_TINT_MAX 0.4

enum plot_colour {
	PLOT_INK,    /* text */
	PLOT_SOFT,   /* lesser text, axes */
	PLOT_RULE,   /* lines of a grid: decoration, no text */
	PLOT_ACCENT, /* the pulse */
	PLOT_SECOND, /* marks on it: beats, the tracked rate */
	PLOT_WARN,   /* what is uncertain or missing */
	PLOT_COLOURS
};

struct plot_palette {
	uint32_t page, ground; /* 0xRRGGBB: behind the cards, and of them */
	uint32_t colour[PLOT_COLOURS];
};

extern const struct plot_palette plot_light, plot_dark;

/* Append the style sheet of pictures: classes that lib/plot/svg.h names, in
 * both themes. */
void plot_palette_css(struct buf *out);

#endif
