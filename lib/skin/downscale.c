#include "skin/internal.h"

#include <stdlib.h>
#include <string.h>

/* The long side.  By hand: with the detector's window of 24 pixels, a face of a
 * tenth of the picture is found. */
#define LONG_SIDE 240
/* The same for one of a thirtieth. */
#define LONG_SIDE_FINE 720
/* Rows read of each small pixel.  By hand: more do not make it more precise. */
#define ROWS_MAX 4

int
skin_downscaled_init(
    struct skin_downscaled *small, const struct video_frame *frame, bool fine)
{
	int side = frame->width > frame->height ? frame->width : frame->height;
	int most = fine ? LONG_SIDE_FINE : LONG_SIDE;
	size_t area;

	skin_downscaled_free(small);
	small->factor = (side + most - 1) / most;
	small->width = frame->width / small->factor;
	small->height = frame->height / small->factor;
	area = (size_t)small->width * (size_t)small->height;
	small->pixel = calloc(area + 1, 1);
	small->turned = malloc(area + 1);
	small->line = malloc(((size_t)frame->width + 1) * sizeof(*small->line));
	small->wide = malloc(((size_t)frame->width + 1) * sizeof(*small->wide));
	if (small->pixel != NULL && small->turned != NULL &&
	    small->line != NULL && small->wide != NULL)
		return 0;
	skin_downscaled_free(small);
	return -1;
}

void
skin_downscaled_free(struct skin_downscaled *small)
{
	free(small->pixel);
	free(small->turned);
	free(small->line);
	free(small->wide);
	*small = (struct skin_downscaled){0};
}

/* Rows of the picture that make one small row: every ${step}th from ${y} on,
 * ${n} samples from ${x} on. */
struct rows {
	const struct video_frame *frame;
	int x, y, n, count, step;
};

/* Add up the rows, of bytes or of words. */
static void
add_rows8(uint16_t *line, const struct rows *r)
{
	ptrdiff_t stride = r->frame->stride[0];
	const uint8_t *p = r->frame->plane[0] + r->y * stride + r->x;
	int i, j;

	for (i = 0; i < r->n; i++)
		line[i] = p[i];
	for (j = 1; j < r->count; j++) {
		p += r->step * stride;
		for (i = 0; i < r->n; i++)
			line[i] = (uint16_t)(line[i] + p[i]);
	}
}

static void
add_rows16(uint32_t *line, const struct rows *r)
{
	const uint8_t *p = r->frame->plane[0] + r->y * r->frame->stride[0];
	const uint16_t *q;
	int i, j;

	memset(line, 0, (size_t)r->n * sizeof(*line));
	for (j = 0; j < r->count; j++) {
		q = (const uint16_t *)(const void *)p + r->x;
		for (i = 0; i < r->n; i++)
			line[i] += q[i];
		p += r->step * r->frame->stride[0];
	}
}

/* The mean of what was added up to ${sum}: a division by its number of
 * samples as a multiplication, exact enough for bytes. */
static inline uint8_t
mean_of(uint32_t sum, uint32_t inverse)
{
	sum = (sum * inverse + (1U << 19)) >> 20;
	return (uint8_t)(sum < 255 ? sum : 255);
}

/* ${n} means over ${f} columns each; ${f} is a constant where it is often met,
 * so that the compiler knows what to unroll. */
static inline void
add_columns(uint8_t *out, const uint16_t *line, int n, int f, uint32_t inverse)
{
	uint32_t sum;
	int x, i;

	for (x = 0; x < n; x++, line += f) {
		for (sum = 0, i = 0; i < f; i++)
			sum += line[i];
		out[x] = mean_of(sum, inverse);
	}
}

static void
add_columns8(uint8_t *out, const uint16_t *line, int n, int f, uint32_t inverse)
{
	switch (f) {
	case 2: /* the long side has up to 480 pixels */
		add_columns(out, line, n, 2, inverse);
		break;
	case 3: /* 720 */
		add_columns(out, line, n, 3, inverse);
		break;
	case 6: /* 1440 */
		add_columns(out, line, n, 6, inverse);
		break;
	case 8: /* 1920 */
		add_columns(out, line, n, 8, inverse);
		break;
	default:
		add_columns(out, line, n, f, inverse);
		break;
	}
}

static void
add_columns16(uint8_t *out, const uint32_t *line, int n, int f, int shift,
    uint32_t inverse)
{
	uint32_t sum;
	int x, i;

	for (x = 0; x < n; x++, line += f) {
		for (sum = 0, i = 0; i < f; i++)
			sum += line[i];
		out[x] = mean_of(sum >> shift, inverse);
	}
}

void
skin_downscale(struct skin_downscaled *small, const struct video_frame *frame,
    struct skin_window *w)
{
	const int f = small->factor;
	struct rows rows = {
	    .frame = frame, .step = (f + ROWS_MAX - 1) / ROWS_MAX};
	uint32_t inverse;
	uint8_t *out;
	int y, n;

	w->x0 = w->x0 > 0 ? w->x0 : 0;
	w->y0 = w->y0 > 0 ? w->y0 : 0;
	w->x1 = w->x1 < small->width ? w->x1 : small->width;
	w->y1 = w->y1 < small->height ? w->y1 : small->height;
	if (w->x1 <= w->x0 || w->y1 <= w->y0) {
		w->x1 = w->x0;
		w->y1 = w->y0;
		return;
	}
	n = w->x1 - w->x0;
	rows.x = w->x0 * f;
	rows.n = n * f;
	rows.count = (f + rows.step - 1) / rows.step;
	inverse = (1U << 20) / (uint32_t)(rows.count * f);
	for (y = w->y0; y < w->y1; y++) {
		rows.y = y * f;
		out = small->pixel + y * small->width + w->x0;
		if (frame->depth <= 8) {
			add_rows8(small->line, &rows);
			add_columns8(out, small->line, n, f, inverse);
		} else {
			add_rows16(small->wide, &rows);
			add_columns16(
			    out, small->wide, n, f, frame->depth - 8, inverse);
		}
	}
}
