/*
 * The hot path: sums over rectangles of planes.  Rectangles are few and long
 * once runs are merged, so the compiler's vector code does the work; the
 * fraction of a shift costs two samples a row and one row a rectangle.
 */
#include "skin/internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a rectangle comes to lie on one plane. */
struct area {
	int x, y, w, h;
	double fx, fy; /* fractions of the shift, 0 <= f < 1 */
};

static uint32_t
row_sum8(const uint8_t *p, int n)
{
	uint32_t sum = 0;
	int i;

	for (i = 0; i < n; i++)
		sum += p[i];
	return sum;
}

static uint32_t
row_sum16(const uint16_t *p, int n)
{
	uint32_t sum = 0;
	int i;

	for (i = 0; i < n; i++)
		sum += p[i];
	return sum;
}

/* A row's sum under a fractional shift to the right. */
static double
row_sum(const uint8_t *row, int depth, const struct area *a)
{
	const uint16_t *wide;

	if (depth <= 8) {
		row += a->x;
		return a->fx > 0
		    ? row_sum8(row, a->w) + a->fx * (row[a->w] - row[0])
		    : row_sum8(row, a->w);
	}
	wide = (const uint16_t *)(const void *)row + a->x;
	return a->fx > 0
	    ? row_sum16(wide, a->w) + a->fx * (wide[a->w] - wide[0])
	    : row_sum16(wide, a->w);
}

static double
area_sum(const uint8_t *plane, ptrdiff_t stride, int depth,
    const struct area *a, int step)
{
	const uint8_t *row = plane + a->y * stride;
	double sum = 0;
	int y, rows = 0;

	if (step == 1) {
		for (y = 0; y < a->h; y++, row += stride)
			sum += row_sum(row, depth, a);
		if (a->fy > 0)
			sum += a->fy *
			    (row_sum(row, depth, a) -
				row_sum(row - a->h * stride, depth, a));
		return sum;
	}
	for (y = 0; y < a->h; y += step, rows++, row += step * stride)
		sum += row_sum(row, depth, a);
	return rows > 0 ? sum * a->h / rows : 0;
}

static int
plane_size(int size, int shift)
{
	return (size + (1 << shift) - 1) >> shift;
}

/* Return whether the rectangle, moved, lies within the plane of shift (sx,
 * sy). */
static bool
place_on(struct area *a, const struct skin_rect *r, const struct video_frame *f,
    double dx, double dy, int sx, int sy)
{
	dx = ldexp(dx, -sx);
	dy = ldexp(dy, -sy);
	a->x = (r->x0 >> sx) + (int)floor(dx);
	a->y = (r->y0 >> sy) + (int)floor(dy);
	a->w = plane_size(r->x1, sx) - (r->x0 >> sx);
	a->h = plane_size(r->y1, sy) - (r->y0 >> sy);
	a->fx = dx - floor(dx);
	a->fy = dy - floor(dy);
	return a->x >= 0 && a->y >= 0 &&
	    a->x + a->w + (a->fx > 0) <= plane_size(f->width, sx) &&
	    a->y + a->h + (a->fy > 0) <= plane_size(f->height, sy);
}

const struct skin_motion skin_still = {0, 0, 0, 0, 1, 0};

static void
shift_of(const struct skin_motion *m, const struct skin_rect *r, double *dx,
    double *dy)
{
	double x = (r->x0 + r->x1) / 2.0 - m->x;
	double y = (r->y0 + r->y1) / 2.0 - m->y;

	*dx = m->dx + x * (m->grown - 1) - y * m->turned;
	*dy = m->dy + y * (m->grown - 1) + x * m->turned;
}

void
skin_sum(struct skin_sums *sums, const struct video_frame *frame,
    const struct skin_rects *rects, const struct skin_motion *motion, int step)
{
	const struct skin_rect *r = rects->rect;
	const struct skin_rect *end = r + rects->count;
	bool colour = frame->plane[1] != NULL;
	struct area luma, chroma;
	double dx, dy;
	int c;

	for (; r < end; r++) {
		shift_of(motion, r, &dx, &dy);
		if (!place_on(&luma, r, frame, dx, dy, 0, 0) ||
		    !place_on(&chroma, r, frame, dx, dy, frame->shift_x,
			frame->shift_y))
			continue;
		sums->sum[r->region][0] += area_sum(frame->plane[0],
		    frame->stride[0], frame->depth, &luma, step);
		sums->count[r->region][0] += (double)luma.w * luma.h;
		if (!colour)
			continue;
		for (c = 1; c < 3; c++)
			sums->sum[r->region][c] += area_sum(frame->plane[c],
			    frame->stride[c], frame->depth, &chroma, step);
		sums->count[r->region][1] += (double)chroma.w * chroma.h;
	}
}

void
skin_mean(struct trace_region *region, unsigned n, const struct skin_sums *sums,
    const struct video_frame *frame)
{
	double yuv[3], rgb[3];
	unsigned i, c;

	for (i = 0; i < n; i++) {
		region[i] = (struct trace_region){0};
		if (!(sums->count[i][0] > 0))
			continue;
		yuv[0] = sums->sum[i][0] / sums->count[i][0];
		for (c = 1; c < 3; c++)
			yuv[c] = sums->count[i][1] > 0
			    ? sums->sum[i][c] / sums->count[i][1]
			    : 0;
		video_rgb(frame, yuv, rgb);
		for (c = 0; c < 3; c++)
			rgb[c] = fmin(fmax(rgb[c], 0), 255);
		region[i].r = rgb[0];
		region[i].g = rgb[1];
		region[i].b = rgb[2];
		region[i].pixels = (uint32_t)sums->count[i][0];
	}
}

void
skin_block(const struct video_frame *frame, int x0, int y0, int x1, int y1,
    double yuv[3])
{
	const struct skin_rect r = {0, x0, y0, x1, y1};
	struct area a;
	int c;

	yuv[0] = yuv[1] = yuv[2] = 0;
	for (c = 0; c < 3 && frame->plane[c] != NULL; c++)
		if (place_on(&a, &r, frame, 0, 0, c ? frame->shift_x : 0,
			c ? frame->shift_y : 0) &&
		    a.w > 0 && a.h > 0)
			yuv[c] = area_sum(frame->plane[c], frame->stride[c],
				     frame->depth, &a, 1) /
			    ((double)a.w * a.h);
}

#define STEP_PIXELS 1000000

int
skin_row_step(const struct video_frame *frame)
{
	return (int64_t)frame->width * frame->height > STEP_PIXELS ? 2 : 1;
}

#define LUMA_ROWS 32

double
skin_luma(const struct video_frame *frame)
{
	const double grey = ldexp(1, frame->depth - 1);
	struct area a = {0, 0, frame->width, 1, 0, 0};
	int i, rows = frame->height < LUMA_ROWS ? frame->height : LUMA_ROWS;
	double sum = 0, rgb[3];

	for (i = 0; i < rows; i++)
		sum += row_sum(frame->plane[0] +
			(2 * i + 1) * frame->height / (2 * rows) *
			    frame->stride[0],
		    frame->depth, &a);
	video_rgb(
	    frame, (double[3]){sum / rows / frame->width, grey, grey}, rgb);
	return fmin(fmax(rgb[1], 0), 255);
}
