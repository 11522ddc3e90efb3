/*
 * The hot path: sums over rectangles of planes.  They are narrow and high, so
 * they are added up in strips of a few columns, which the compiler's vector
 * code keeps in registers; the fraction of a shift costs two columns and two
 * rows more.
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

/* Rows whose sum of bytes fits into 16 bits. */
#define ROWS_MAX 257

/* The sum of ${columns}, a constant, at ${p}. */
static inline uint32_t
strip_sum(const uint8_t *p, ptrdiff_t stride, int rows, int columns)
{
	uint16_t sum[16] = {0};
	uint32_t all = 0;
	int i;

	for (; rows > 0; rows--, p += stride)
		for (i = 0; i < columns; i++)
			sum[i] = (uint16_t)(sum[i] + p[i]);
	for (i = 0; i < columns; i++)
		all += sum[i];
	return all;
}

static uint32_t
row_sum8(const uint8_t *p, int n)
{
	uint32_t sum = 0;
	int i;

	for (i = 0; i < n; i++)
		sum += p[i];
	return sum;
}

static double
block_sum8(const uint8_t *p, ptrdiff_t stride, int w, int h)
{
	double sum = 0;
	int x, rows;

	if (h == 1)
		return row_sum8(p, w);
	for (; h > 0; h -= rows, p += rows * stride) {
		rows = h < ROWS_MAX ? h : ROWS_MAX;
		for (x = 0; x + 16 <= w; x += 16)
			sum += strip_sum(p + x, stride, rows, 16);
		if (x + 8 <= w) {
			sum += strip_sum(p + x, stride, rows, 8);
			x += 8;
		}
		for (; x + 4 <= w; x += 4)
			sum += strip_sum(p + x, stride, rows, 4);
		for (; x < w; x++)
			sum += strip_sum(p + x, stride, rows, 1);
	}
	return sum;
}

static double
block_sum16(const uint8_t *p, ptrdiff_t stride, int w, int h)
{
	const uint16_t *row;
	uint32_t sum;
	double all = 0;
	int x;

	for (; h > 0; h--, p += stride) {
		row = (const uint16_t *)(const void *)p;
		for (sum = 0, x = 0; x < w; x++)
			sum += row[x];
		all += sum;
	}
	return all;
}

/* The sum over ${h} rows of ${w} samples. */
static double
block_sum(const uint8_t *plane, ptrdiff_t stride, int depth, int x, int y,
    int w, int h)
{
	const uint8_t *row = plane + y * stride;

	return depth <= 8 ? block_sum8(row + x, stride, w, h)
			  : block_sum16(row + 2 * (ptrdiff_t)x, stride, w, h);
}

/* The same of an area's width, from its row ${y} on, under the fraction of a
 * shift to the right. */
static double
rows_sum(const uint8_t *plane, ptrdiff_t stride, int depth,
    const struct area *a, int y, int h)
{
	double sum = block_sum(plane, stride, depth, a->x, y, a->w, h);

	if (a->fx > 0)
		sum += a->fx *
		    (block_sum(plane, stride, depth, a->x + a->w, y, 1, h) -
			block_sum(plane, stride, depth, a->x, y, 1, h));
	return sum;
}

static double
area_sum(const uint8_t *plane, ptrdiff_t stride, int depth,
    const struct area *a, int step)
{
	int rows = (a->h + step - 1) / step;
	double sum;

	if (step > 1) /* as many rows of a plane that has but these */
		return rows_sum(plane + a->y * stride, step * stride, depth, a,
			   0, rows) *
		    a->h / rows;
	sum = rows_sum(plane, stride, depth, a, a->y, a->h);
	if (a->fy > 0)
		sum += a->fy *
		    (rows_sum(plane, stride, depth, a, a->y + a->h, 1) -
			rows_sum(plane, stride, depth, a, a->y, 1));
	return sum;
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

const struct skin_motion skin_motion_none = {0, 0, 0, 0, 1, 0};

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

/* A picture of more pixels than this is read in every other row: the mean over
 * half a million is as steady. */
#define STEP_PIXELS 1000000

int
skin_row_step(const struct video_frame *frame)
{
	return (int64_t)frame->width * frame->height > STEP_PIXELS ? 2 : 1;
}

/* Rows that the mean luma is taken of, by hand: it shows changes of light and
 * exposure, which are in all rows. */
#define LUMA_ROWS 32

double
skin_luma(const struct video_frame *frame)
{
	const double grey = ldexp(1, frame->depth - 1);
	int i, rows = frame->height < LUMA_ROWS ? frame->height : LUMA_ROWS;
	double sum = 0, rgb[3];

	for (i = 0; i < rows; i++)
		sum += block_sum(frame->plane[0], frame->stride[0],
		    frame->depth, 0, (2 * i + 1) * frame->height / (2 * rows),
		    frame->width, 1);
	video_rgb(
	    frame, (double[3]){sum / rows / frame->width, grey, grey}, rgb);
	return fmin(fmax(rgb[1], 0), 255);
}
