/*
 * Sliding windows over a pyramid.  The window stays as trained and the picture
 * shrinks, so the corners of a feature are fixed offsets into the integral image.
 */
#include "face/internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The step of the pyramid, and the windows that must agree: as OpenCV's
 * detectMultiScale has them where nothing is said. */
#define SCALE_FACTOR 1.1
#define HITS 3
/* Windows are similar if their edges differ by less than this share of their
 * sides, as in OpenCV's groupRectangles. */
#define SIMILAR 0.2
/* Rounding slack of the thresholds, as the cascade was trained with. */
#define THRESHOLD_SLACK 1e-5F

struct search {
	const struct face_cascade *cascade;
	const struct face_image *image;
	uint8_t *row;       /* one row of the picture of this scale */
	uint32_t *integral; /* one row and column more than the picture */
	uint32_t *squares;  /* likewise, of the squares of pixels; or NULL */
	int *offset;        /* the corners of each feature */
	struct face_box *hit;
	int *parent;
	int hits;
};

/* One row of the picture shrunk by ${factor}: bilinear while that takes every
 * pixel into account, else the mean over a box. */
static void
shrink_row(
    const struct face_image *im, double factor, int y, uint8_t *row, int w)
{
	double sy = (y + 0.5) * factor - 0.5, sx;
	int x, x0, x1, y0, y1, i, j, sum, fx, fy;
	const uint8_t *a, *b;

	if (factor < 2) {
		y0 = sy > 0 ? (int)sy : 0;
		y1 = y0 + 1 < im->height ? y0 + 1 : y0;
		fy = sy > 0 ? (int)((sy - y0) * 64) : 0;
		a = im->pixel + y0 * im->stride;
		b = im->pixel + y1 * im->stride;
		for (x = 0; x < w; x++) {
			sx = (x + 0.5) * factor - 0.5;
			x0 = sx > 0 ? (int)sx : 0;
			x1 = x0 + 1 < im->width ? x0 + 1 : x0;
			fx = sx > 0 ? (int)((sx - x0) * 64) : 0;
			sum = (a[x0] * (64 - fx) + a[x1] * fx) * (64 - fy) +
			    (b[x0] * (64 - fx) + b[x1] * fx) * fy;
			row[x] = (uint8_t)((sum + 2048) >> 12);
		}
		return;
	}
	y0 = (int)(y * factor);
	y1 = (int)((y + 1) * factor);
	for (x = 0; x < w; x++) {
		x0 = (int)(x * factor);
		x1 = (int)((x + 1) * factor);
		for (sum = 0, j = y0; j < y1; j++)
			for (i = x0; i < x1; i++)
				sum += im->pixel[j * im->stride + i];
		row[x] = (uint8_t)(sum / ((x1 - x0) * (y1 - y0)));
	}
}

/* Sums of all pixels above and left: modulo 2^32, which differences undo. */
static void
integrate_row(const uint8_t *row, int w, uint32_t *at)
{
	const uint32_t *above = at - w - 1;
	uint32_t sum = 0;

	at[0] = 0;
	for (int x = 0; x < w; x++) {
		sum += row[x];
		at[x + 1] = above[x + 1] + sum;
	}
}

static void
integrate_squares(const uint8_t *row, int w, uint32_t *at)
{
	const uint32_t *above = at - w - 1;
	uint32_t sum = 0;

	at[0] = 0;
	for (int x = 0; x < w; x++) {
		sum += (uint32_t)row[x] * row[x];
		at[x + 1] = above[x + 1] + sum;
	}
}

static void
integrate(struct search *s, double factor, int w, int h)
{
	size_t stride = (size_t)w + 1, at = 0;

	memset(s->integral, 0, stride * sizeof(*s->integral));
	if (s->squares != NULL)
		memset(s->squares, 0, stride * sizeof(*s->squares));
	for (int y = 0; y < h; y++) {
		shrink_row(s->image, factor, y, s->row, w);
		at += stride;
		integrate_row(s->row, w, s->integral + at);
		if (s->squares != NULL)
			integrate_squares(s->row, w, s->squares + at);
	}
}

static bool
is_face(const struct search *s, ptrdiff_t at)
{
	const struct face_cascade *c = s->cascade;
	const struct face_window window = {
	    s->integral + at, s->squares != NULL ? s->squares + at : NULL};
	const struct face_stage *stage = c->stage;
	float scale;

	if (!c->kind->begin(c, s->offset, &window, &scale))
		return false;
	for (unsigned i = 0; i < c->stages; i++, stage++)
		if (c->kind->stage_sum(c, stage, s->offset, &window, scale) <
		    stage->threshold - THRESHOLD_SLACK)
			return false;
	return true;
}

static void
scan(struct search *s, double factor, int step)
{
	const struct face_cascade *c = s->cascade;
	int w = (int)(s->image->width / factor);
	int h = (int)(s->image->height / factor);
	int x, y;

	integrate(s, factor, w, h);
	c->kind->place(c, w + 1, s->offset);
	for (y = 0; y + c->height <= h; y += step)
		for (x = 0; x + c->width <= w; x += step) {
			if (!is_face(s, (ptrdiff_t)y * (w + 1) + x))
				continue;
			if (s->hits == FACE_HITS_MAX)
				return;
			s->hit[s->hits++] =
			    (struct face_box){x * factor, y * factor,
				c->width * factor, c->height * factor, 1};
		}
}

static bool
are_similar(const struct face_box *a, const struct face_box *b)
{
	double slack = SIMILAR * 0.5 *
	    (fmin(a->width, b->width) + fmin(a->height, b->height));

	return fabs(a->x - b->x) <= slack && fabs(a->y - b->y) <= slack &&
	    fabs(a->x + a->width - b->x - b->width) <= slack &&
	    fabs(a->y + a->height - b->y - b->height) <= slack;
}

static int
root(int *parent, int i)
{
	while (parent[i] != i)
		i = parent[i] = parent[parent[i]];
	return i;
}

/* Replace the hits by the means of their groups.  Return their number. */
static int
group(struct search *s, unsigned least)
{
	struct face_box *b = s->hit, *to;
	int i, j, n = 0;

	for (i = 0; i < s->hits; i++)
		s->parent[i] = i;
	for (i = 1; i < s->hits; i++)
		for (j = 0; j < i; j++)
			if (are_similar(&b[i], &b[j]))
				s->parent[root(s->parent, i)] =
				    root(s->parent, j);
	/* The sums gather in the root, which may come after its members. */
	for (i = 0; i < s->hits; i++) {
		if ((j = root(s->parent, i)) == i)
			continue;
		to = &b[j];
		to->x += b[i].x;
		to->y += b[i].y;
		to->width += b[i].width;
		to->height += b[i].height;
		to->hits++;
	}
	for (i = 0; i < s->hits; i++) {
		if (root(s->parent, i) != i || b[i].hits < least)
			continue;
		to = &b[n++];
		*to = (struct face_box){b[i].x / b[i].hits, b[i].y / b[i].hits,
		    b[i].width / b[i].hits, b[i].height / b[i].hits, b[i].hits};
	}
	return n;
}

/* Is ${a} the lesser of two boxes for the same face? */
static bool
is_doubled(const struct face_box *a, const struct face_box *b)
{
	double x = a->x + a->width / 2, y = a->y + a->height / 2;

	return x > b->x && x < b->x + b->width && y > b->y &&
	    y < b->y + b->height &&
	    (a->hits < b->hits || (a->hits == b->hits && a->width < b->width));
}

static int
larger_first(const void *va, const void *vb)
{
	const struct face_box *a = va, *b = vb;

	return (a->width < b->width) - (a->width > b->width);
}

static int
select_boxes(const struct face_box *group, int n, struct face_box *box, int max)
{
	int i, j, kept = 0;

	for (i = 0; i < n; i++) {
		for (j = 0; j < n; j++)
			if (is_doubled(&group[i], &group[j]))
				break;
		if (j < n)
			continue;
		if (kept < max)
			box[kept++] = group[i];
		else if (max > 0 && group[i].width > box[max - 1].width)
			box[max - 1] = group[i];
		qsort(box, (size_t)kept, sizeof(*box), larger_first);
	}
	return kept;
}

int
face_detect(const struct face_cascade *cascade, const struct face_image *image,
    const struct face_search *search, struct face_box *box, int max)
{
	struct search s = {.cascade = cascade, .image = image};
	double factor, side;
	size_t area;
	int n = -1;

	if (image->width < cascade->width || image->height < cascade->height)
		return 0;
	area = ((size_t)image->width + 1) * ((size_t)image->height + 1);
	s.row = malloc((size_t)image->width);
	s.integral = malloc(area * sizeof(*s.integral));
	if (cascade->kind->squares)
		s.squares = malloc(area * sizeof(*s.squares));
	s.offset = malloc(((size_t)cascade->features + 1) *
	    cascade->kind->offsets * sizeof(*s.offset));
	s.hit = malloc(FACE_HITS_MAX * sizeof(*s.hit));
	s.parent = malloc(FACE_HITS_MAX * sizeof(*s.parent));
	if (s.row == NULL || s.integral == NULL || s.offset == NULL ||
	    (cascade->kind->squares && s.squares == NULL) || s.hit == NULL ||
	    s.parent == NULL)
		goto done;
	factor = 1;
	for (;;) {
		side = factor * cascade->width;
		if (side > image->width ||
		    factor * cascade->height > image->height ||
		    (search->max > 0 && side > search->max))
			break;
		if (side * SCALE_FACTOR > search->min)
			scan(&s, factor, search->dense || factor > 2 ? 1 : 2);
		factor *= SCALE_FACTOR;
	}
	n = group(&s, search->hits > 0 ? search->hits : HITS);
	n = select_boxes(s.hit, n, box, max);
done:
	free(s.row);
	free(s.integral);
	free(s.squares);
	free(s.offset);
	free(s.hit);
	free(s.parent);
	return n;
}
