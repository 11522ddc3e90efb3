#include "skin/internal.h"

#include <stdlib.h>
#include <string.h>

/* The long side that the detector's window of 24 pixels goes well with. */
#define LONG_SIDE 240
/* Rows read of each small pixel; more do not make it more precise. */
#define ROWS_MAX 4

int
skin_small_init(struct skin_small *small, const struct video_frame *frame)
{
	int side = frame->width > frame->height ? frame->width : frame->height;
	size_t area;

	skin_small_free(small);
	small->factor = (side + LONG_SIDE - 1) / LONG_SIDE;
	small->width = frame->width / small->factor;
	small->height = frame->height / small->factor;
	area = (size_t)small->width * (size_t)small->height;
	small->pixel = calloc(area + 1, 1);
	small->turned = malloc(area + 1);
	small->line = malloc(((size_t)frame->width + 1) * sizeof(*small->line));
	if (small->pixel != NULL && small->turned != NULL &&
	    small->line != NULL)
		return 0;
	skin_small_free(small);
	return -1;
}

void
skin_small_free(struct skin_small *small)
{
	free(small->pixel);
	free(small->turned);
	free(small->line);
	*small = (struct skin_small){0};
}

/* Add the rows of one small row, of which ${n} pixels are wanted. */
static void
add_rows(uint32_t *line, const struct video_frame *frame, int x, int y, int n,
    int rows, int step)
{
	const uint8_t *p;
	const uint16_t *q;
	int i, j;

	memset(line, 0, (size_t)n * sizeof(*line));
	for (j = 0; j < rows; j++) {
		p = frame->plane[0] + (y + j * step) * frame->stride[0];
		if (frame->depth <= 8) {
			for (p += x, i = 0; i < n; i++)
				line[i] += p[i];
		} else {
			q = (const uint16_t *)(const void *)p + x;
			for (i = 0; i < n; i++)
				line[i] += q[i];
		}
	}
}

void
skin_shrink(struct skin_small *small, const struct video_frame *frame,
    struct skin_window *w)
{
	const int f = small->factor;
	int step = (f + ROWS_MAX - 1) / ROWS_MAX;
	int rows = (f + step - 1) / step;
	int shift = frame->depth - 8;
	uint32_t area = (uint32_t)(rows * f), sum;
	uint32_t inverse, *at;
	uint8_t *out;
	int x, y, i;

	w->x0 = w->x0 > 0 ? w->x0 : 0;
	w->y0 = w->y0 > 0 ? w->y0 : 0;
	w->x1 = w->x1 < small->width ? w->x1 : small->width;
	w->y1 = w->y1 < small->height ? w->y1 : small->height;
	if (w->x1 <= w->x0 || w->y1 <= w->y0) {
		w->x1 = w->x0;
		w->y1 = w->y0;
		return;
	}
	/* Division by the area as a multiplication, exact enough for bytes. */
	inverse = (uint32_t)((1U << 20) / area);
	for (y = w->y0; y < w->y1; y++) {
		add_rows(small->line, frame, w->x0 * f, y * f,
		    (w->x1 - w->x0) * f, rows, step);
		out = small->pixel + y * small->width;
		at = small->line;
		for (x = w->x0; x < w->x1; x++, at += f) {
			for (sum = 0, i = 0; i < f; i++)
				sum += at[i];
			sum = (uint32_t)(((uint64_t)(sum >> shift) * inverse +
					     (1U << 19)) >>
			    20);
			out[x] = (uint8_t)(sum < 255 ? sum : 255);
		}
	}
}
