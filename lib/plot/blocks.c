#include "plot/blocks.h"

#include <math.h>

#define LEVELS 8

static const char *const up[LEVELS + 1] = {
    " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
static const char *const right[LEVELS + 1] = {
    " ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};

/* In ASCII: empty, a lower half, full. */
static const char *const up_ascii[] = {" ", ".", "#"};

const char *
plot_blocks_missing(bool ascii)
{
	return ascii ? "x" : "×";
}

void
plot_blocks_row(struct buf *out, const double *value, size_t n, unsigned row,
    unsigned rows, bool ascii)
{
	int levels = ascii ? 2 : LEVELS;
	int below = (int)(rows - 1 - row) * levels;

	for (size_t i = 0; i < n; i++) {
		int height, part;

		if (isnan(value[i])) {
			buf_add_text(out,
			    row == rows - 1 ? plot_blocks_missing(ascii) : " ");
			continue;
		}
		height = (int)lrint(
		    fmin(fmax(value[i], 0), 1) * levels * (double)rows);
		part = (height < 1 ? 1 : height) - below;
		part = part < 0 ? 0 : part > levels ? levels : part;
		buf_add_text(out, ascii ? up_ascii[part] : up[part]);
	}
}

void
plot_blocks_meter(struct buf *out, double share, unsigned columns, bool ascii)
{
	int levels = ascii ? 1 : LEVELS;
	int filled = (int)lrint(fmin(fmax(share, 0), 1) * levels * columns);

	for (unsigned i = 0; i < columns; i++) {
		int part = filled - (int)i * levels;

		part = part < 0 ? 0 : part > levels ? levels : part;
		if (ascii)
			buf_add_byte(out, part > 0 ? '=' : '.');
		else
			buf_add_text(out, right[part]);
	}
}
