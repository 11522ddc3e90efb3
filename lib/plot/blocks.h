/*
 * plot/blocks: pictures of characters.
 *
 * With Unicode a cell has eight levels, by block elements; in ASCII it has two.
 */
#ifndef PLOT_BLOCKS_H
#define PLOT_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>

#include "buf/buf.h"

/* Append row ${row}, from 0 at the top, of ${rows}: a bar for each of the ${n}
 * ${value}s, 0 to 1, which has at least the lowest level.  NAN: there is none,
 * which the lowest row shows. */
void plot_blocks_row(struct buf *out, const double *value, size_t n,
    unsigned row, unsigned rows, bool ascii);

/* Append a bar of ${columns} that is filled for ${share}, 0 to 1. */
void plot_blocks_meter(
    struct buf *out, double share, unsigned columns, bool ascii);

/* What stands for a value that is missing. */
const char *plot_blocks_missing(bool ascii);

#endif
