/*
 * Which pixels belong to which patch.  Decided in blocks of a few pixels, once
 * for many frames: a mask that flickered would be noise in the trace.
 */
#include "skin/internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* By hand: fine enough to follow the edges of hair and lips. */
#define BLOCKS_ACROSS 56 /* blocks to the side of a face, about */
#define BLOCKS_MAX 160   /* of the grid around a face, either way */
/* Share of a patch that must be skin.  By hand: hair or glasses leave the rest
 * of a patch with pixels enough; less than this is a rim. */
#define PATCH_MIN 0.3

/*
 * Skin against the median over all patches, by hand.  Four median deviations are
 * 2.7 standard deviations of a normal distribution: 99 % of even skin is kept.
 * The least keeps the noise of dark pictures from thinning the skin out, the
 * most keeps lips and beards from widening it.
 */
#define CHROMA_SPREAD 4.0 /* median deviations of chromaticity */
#define CHROMA_MIN 0.02   /* at least, of r and g in r + g + b = 1 */
#define CHROMA_MAX 0.06
/* Of the median luma, by hand: eyes, nostrils and hair are darker than half of
 * the skin; a highlight shows the lamp and not the blood. */
#define SHADOW 0.5
#define GLARE 1.5
/* Of 255, any channel: clipped, or about to be, with the noise of a sensor. */
#define CLIPPED 250.0

/* Sizes from the middle within which all patches are: they reach 0.55 upright,
 * and 0.78 turned by 45 degrees. */
#define PATCHES_REACH 0.8

struct block {
	int patch; /* -1: none */
	double luma, r, g;
	bool clipped;
};

struct grid {
	struct block *block;
	int columns, rows, side_x, side_y, x, y; /* pixels */
};

void
skin_face_names(struct trace_names *names)
{
	const struct skin_area *a;
	unsigned i, k;

	names->count = 0;
	for (i = 0; i < SKIN_AREAS; i++) {
		a = &skin_areas[i];
		for (k = 0; k < a->columns * a->rows; k++)
			snprintf(names->name[names->count++], TRACE_NAME_MAX,
			    "%s-%u", a->name, k + 1);
	}
	snprintf(names->name[names->count++], TRACE_NAME_MAX, "%s",
	    TRACE_BACKGROUND);
}

void
skin_grid_names(struct trace_names *names, const char *prefix, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++)
		snprintf(
		    names->name[i], TRACE_NAME_MAX, "%s-%u", prefix, i + 1);
	names->count = n;
}

static int
patch_at(double u, double v)
{
	const struct skin_area *a;
	unsigned column, row;
	int first = 0, i;

	for (i = 0; i < SKIN_AREAS; i++) {
		a = &skin_areas[i];
		if (u >= a->u0 && u < a->u1 && v >= a->v0 && v < a->v1) {
			column = (unsigned)((u - a->u0) / (a->u1 - a->u0) *
			    a->columns);
			row =
			    (unsigned)((v - a->v0) / (a->v1 - a->v0) * a->rows);
			column -= column == a->columns;
			row -= row == a->rows;
			return first + (int)(row * a->columns + column);
		}
		first += (int)(a->columns * a->rows);
	}
	return -1;
}

static int
round_up(int value, int unit)
{
	return (value + unit - 1) / unit * unit;
}

static void
measure_block(struct block *b, const struct video_frame *frame, int x0, int y0,
    int x1, int y1)
{
	double yuv[3], rgb[3], sum;

	skin_block(frame, x0, y0, x1, y1, yuv);
	video_rgb(frame, yuv, rgb);
	sum = fmax(rgb[0] + rgb[1] + rgb[2], 1);
	b->luma = sum / 3;
	b->r = rgb[0] / sum;
	b->g = rgb[1] / sum;
	b->clipped = fmax(rgb[0], fmax(rgb[1], rgb[2])) > CLIPPED;
}

/* Cut the surroundings of the face into blocks and look at those in
 * a patch.  Return 0; 1 where there are too many, -1 without memory. */
static int
make_grid(struct grid *grid, const struct video_frame *frame,
    const struct skin_face *face)
{
	int unit_x = 1 << frame->shift_x, unit_y = 1 << frame->shift_y;
	int side = (int)ceil(face->size / BLOCKS_ACROSS), i, j;
	double reach = PATCHES_REACH * face->size;
	double c = cos(face->angle), s = sin(face->angle), dx, dy, u, v;
	struct block *b;

	grid->side_x = round_up(side, unit_x);
	grid->side_y = round_up(side, unit_y);
	grid->x = (int)floor((face->x - reach) / unit_x) * unit_x;
	grid->y = (int)floor((face->y - reach) / unit_y) * unit_y;
	grid->columns = (int)(2 * reach) / grid->side_x + 1;
	grid->rows = (int)(2 * reach) / grid->side_y + 1;
	if (grid->columns > BLOCKS_MAX || grid->rows > BLOCKS_MAX)
		return 1;
	grid->block = calloc(
	    (size_t)grid->columns * (size_t)grid->rows, sizeof(*grid->block));
	if (grid->block == NULL)
		return -1;
	b = grid->block;
	for (j = 0; j < grid->rows; j++)
		for (i = 0; i < grid->columns; i++, b++) {
			int x0 = grid->x + i * grid->side_x;
			int y0 = grid->y + j * grid->side_y;

			dx = x0 + grid->side_x / 2.0 - face->x;
			dy = y0 + grid->side_y / 2.0 - face->y;
			u = (dx * c + dy * s) / face->size;
			v = (dy * c - dx * s) / face->size;
			if (face->mirror)
				v = -v;
			b->patch = patch_at(u + 0.5, v + 0.5);
			if (x0 < 0 || y0 < 0 ||
			    x0 + grid->side_x > frame->width ||
			    y0 + grid->side_y > frame->height)
				b->patch = -1;
			if (b->patch >= 0)
				measure_block(b, frame, x0, y0,
				    x0 + grid->side_x, y0 + grid->side_y);
		}
	return 0;
}

static int
ascending(const void *va, const void *vb)
{
	const double *a = va, *b = vb;

	return (*a > *b) - (*a < *b);
}

static double
median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), ascending);
	return n % 2 == 1 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

struct skin_model {
	double luma, r, g, spread_r, spread_g;
};

static double
spread(double *v, size_t n, double middle)
{
	double d;
	size_t i;

	for (i = 0; i < n; i++)
		v[i] = fabs(v[i] - middle);
	d = CHROMA_SPREAD * median(v, n);
	return fmin(fmax(d, CHROMA_MIN), CHROMA_MAX);
}

/* Learn what skin looks like here, in this light, from the face itself: most
 * of what is in patches is skin, whatever its colour.  Return 0; 1 where no
 * block is in a patch, -1 without memory. */
static int
learn(struct skin_model *model, const struct grid *grid)
{
	size_t i, n = 0, all = (size_t)grid->columns * (size_t)grid->rows;
	double *v = malloc(all * sizeof(*v));

	if (v == NULL)
		return -1;
#define COLLECT(member)                        \
	for (n = 0, i = 0; i < all; i++)       \
		if (grid->block[i].patch >= 0) \
			v[n++] = grid->block[i].member;
	COLLECT(luma)
	if (n == 0) {
		free(v);
		return 1;
	}
	model->luma = median(v, n);
	COLLECT(r)
	model->r = median(v, n);
	model->spread_r = spread(v, n, model->r);
	COLLECT(g)
	model->g = median(v, n);
	model->spread_g = spread(v, n, model->g);
#undef COLLECT
	free(v);
	return 0;
}

static bool
is_skin(const struct skin_model *m, const struct block *b)
{
	return fabs(b->r - m->r) <= m->spread_r &&
	    fabs(b->g - m->g) <= m->spread_g && b->luma >= SHADOW * m->luma &&
	    b->luma <= GLARE * m->luma && !b->clipped;
}

/* Take out the blocks that are not skin, and patches that are left with too
 * few. */
static void
select_skin(struct grid *grid, const struct skin_model *model)
{
	size_t i, all = (size_t)grid->columns * (size_t)grid->rows;
	unsigned have[TRACE_REGIONS_MAX] = {0};
	unsigned kept[TRACE_REGIONS_MAX] = {0};
	struct block *b;

	for (i = 0; i < all; i++) {
		b = &grid->block[i];
		if (b->patch < 0)
			continue;
		have[b->patch]++;
		if (is_skin(model, b))
			kept[b->patch]++;
		else
			b->patch = -2 - b->patch;
	}
	for (i = 0; i < all; i++) {
		b = &grid->block[i];
		if (b->patch >= 0 &&
		    kept[b->patch] < PATCH_MIN * have[b->patch])
			b->patch = -1;
	}
}

static void
add_rect(struct skin_rects *rects, struct skin_rect r)
{
	struct skin_rect *old = rects->rect;
	unsigned i;

	/* Continue the one above where it is as wide. */
	for (i = rects->count; i-- > 0;)
		if (old[i].y1 == r.y0 && old[i].x0 == r.x0 &&
		    old[i].x1 == r.x1 && old[i].region == r.region) {
			old[i].y1 = r.y1;
			return;
		}
	if (rects->count < SKIN_RECTS_MAX)
		rects->rect[rects->count++] = r;
}

static void
make_rects(struct skin_rects *rects, const struct grid *grid)
{
	const struct block *b = grid->block;
	int i, j, start, patch;

	for (j = 0; j < grid->rows; j++, b += grid->columns)
		for (i = 0; i < grid->columns;) {
			start = i;
			patch = b[i].patch;
			while (i < grid->columns && b[i].patch == patch)
				i++;
			if (patch < 0)
				continue;
			add_rect(rects,
			    (struct skin_rect){(unsigned)patch,
				grid->x + start * grid->side_x,
				grid->y + j * grid->side_y,
				grid->x + i * grid->side_x,
				grid->y + (j + 1) * grid->side_y});
		}
}

int
skin_patches_of_face(struct skin_rects *rects, const struct video_frame *frame,
    const struct skin_face *face)
{
	struct skin_model model;
	struct grid grid = {NULL, 0, 0, 0, 0, 0, 0};
	int status;

	rects->count = 0;
	status = make_grid(&grid, frame, face);
	if (status == 0)
		status = learn(&model, &grid);
	if (status == 0) {
		select_skin(&grid, &model);
		make_rects(rects, &grid);
	}
	free(grid.block);
	return status < 0 ? -1 : 0;
}

/* Squares of the background, by hand: enough to miss no lamp or window, and of
 * a few pixels each, since its mean over thousands is already steady. */
#define BACKGROUND_COLUMNS 12
#define BACKGROUND_ROWS 9
#define BACKGROUND_SIDE 32 /* pixels, at most */
/* Of 255: darker has no colour left, but the noise of the sensor. */
#define BLACK 12.0

/* What is near a face, in sizes from its middle, by hand: hair beside and above
 * it, and, from the chin down, shoulders and clothes. */
#define NEAR_BESIDE 0.9
#define NEAR_ABOVE 1.1
#define NEAR_CHIN 0.4
#define NEAR_SHOULDERS 1.5

/* Is a point near a face, or below it where its owner's body is? */
static bool
is_near(const struct skin_face *face, double x, double y)
{
	double c = cos(face->angle), s = sin(face->angle), u, v;

	x -= face->x;
	y -= face->y;
	u = (x * c + y * s) / face->size;
	v = (y * c - x * s) / face->size;
	if (face->mirror)
		v = -v;
	return fabs(u) < (v > NEAR_CHIN ? NEAR_SHOULDERS : NEAR_BESIDE) &&
	    v > -NEAR_ABOVE;
}

void
skin_patches_of_background(struct skin_rects *rects, unsigned region,
    const struct video_frame *frame, const struct skin_faces *faces)
{
	int unit_x = 1 << frame->shift_x, unit_y = 1 << frame->shift_y;
	int w = frame->width / BACKGROUND_COLUMNS;
	int h = frame->height / BACKGROUND_ROWS, x, y, i, j;
	struct block b;
	unsigned k;

	rects->count = 0;
	w = (w < BACKGROUND_SIDE ? w : BACKGROUND_SIDE) / unit_x * unit_x;
	h = (h < BACKGROUND_SIDE ? h : BACKGROUND_SIDE) / unit_y * unit_y;
	if (w == 0 || h == 0)
		return;
	for (j = 0; j < BACKGROUND_ROWS; j++)
		for (i = 0; i < BACKGROUND_COLUMNS; i++) {
			x = (2 * i + 1) * frame->width /
				(2 * BACKGROUND_COLUMNS) -
			    w / 2;
			y = (2 * j + 1) * frame->height /
				(2 * BACKGROUND_ROWS) -
			    h / 2;
			x = x / unit_x * unit_x;
			y = y / unit_y * unit_y;
			for (k = 0; k < faces->count; k++)
				if (is_near(&faces->face[k], x + w / 2.0,
					y + h / 2.0))
					break;
			if (k < faces->count)
				continue;
			measure_block(&b, frame, x, y, x + w, y + h);
			if (!b.clipped && b.luma > BLACK)
				add_rect(rects,
				    (struct skin_rect){
					region, x, y, x + w, y + h});
		}
}

void
skin_patches_of_grid(struct skin_rects *rects, const struct video_frame *frame,
    const struct skin_window *part, unsigned columns, unsigned rows)
{
	int unit_x = 1 << frame->shift_x, unit_y = 1 << frame->shift_y;
	int w = part->x1 - part->x0, h = part->y1 - part->y0;
	int x0, x1, y0, y1;
	unsigned i, j;

	rects->count = 0;
	for (j = 0; j < rows; j++)
		for (i = 0; i < columns; i++) {
			x0 = part->x0 + (int)((double)w * i / columns);
			x1 = part->x0 + (int)((double)w * (i + 1) / columns);
			y0 = part->y0 + (int)((double)h * j / rows);
			y1 = part->y0 + (int)((double)h * (j + 1) / rows);
			x0 = x0 / unit_x * unit_x;
			y0 = y0 / unit_y * unit_y;
			x1 = i + 1 < columns ? x1 / unit_x * unit_x : x1;
			y1 = j + 1 < rows ? y1 / unit_y * unit_y : y1;
			if (x1 > x0 && y1 > y0)
				add_rect(rects,
				    (struct skin_rect){
					j * columns + i, x0, y0, x1, y1});
		}
}
