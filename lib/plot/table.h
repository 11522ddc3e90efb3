/* plot/table: tables of numbers, as HTML. */
#ifndef PLOT_TABLE_H
#define PLOT_TABLE_H

#include <stddef.h>

#include "buf/buf.h"

/* The most rows of a table of a figure; the others are counted. */
#define PLOT_TABLE_ROWS_MAX 240

struct plot_table {
	struct buf *out;
	size_t rows, columns, column;
	size_t hidden;
};

/* Begin a table with ${n} columns. */
void plot_table_begin(struct plot_table *t, const char *caption,
    const char *const *head, size_t n);
void plot_table_end(struct plot_table *t);

/* Begin a row.  Return whether it is shown; if not, no cells may follow. */
bool plot_table_row(struct plot_table *t);

/* The next cell of the row: the first one is its heading. */
void plot_table_cell(struct plot_table *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
