/*
 * Local binary patterns: stumps that ask for one of 256 patterns.
 */
#include "face/internal.h"

enum {
	CORNERS = 16
}; /* of nine cells */

static const char *
take_nodes(struct face_cascade *c, const char *text)
{
	struct face_weak *w = &c->weak[c->weaks - 1];
	double v[11];
	int i;

	/* Left and right (to leaf 0 and leaf 1), feature, 256 bits. */
	if (!face_numbers(text, v, 11, 4294967295.0))
		return "a weak classifier is not a stump over LBP";
	for (i = 0; i < 11; i++)
		if (!face_whole(v[i]) || v[i] < -2147483648.0)
			break;
	if (i < 11 || v[0] < 0 || v[0] > 0 || v[1] < -1 || v[1] > -1 ||
	    v[2] < 0 || v[2] >= FACE_FEATURES_MAX)
		return "bad internalNodes";
	w->feature = (unsigned)v[2];
	for (i = 0; i < 8; i++)
		w->subset[i] = (uint32_t)(int64_t)v[3 + i];
	return NULL;
}

static const char *
take_leaves(struct face_cascade *c, const char *text)
{
	struct face_weak *w = &c->weak[c->weaks - 1];
	double v[2];

	if (!face_numbers(text, v, 2, 1e6))
		return "bad leafValues";
	w->leaf[0] = (float)v[0];
	w->leaf[1] = (float)v[1];
	return NULL;
}

static const char *
take_rect(struct face_cascade *c, const char *text)
{
	return face_rect(text, &c->feature[c->features - 1], NULL, 0)
	    ? NULL
	    : "bad rect";
}

static bool
has_rects(const struct face_cascade *c)
{
	return c->feature[c->features - 1].w > 0;
}

static int
check(const struct face_cascade *c, struct err *err)
{
	const struct face_feature *f = c->feature;
	unsigned i;

	for (i = 0; i < c->weaks; i++)
		if (c->weak[i].feature >= c->features)
			return err_set(err, "uses feature %u of %u",
			    c->weak[i].feature, c->features);
	for (i = 0; i < c->features; i++, f++)
		if (f->x + 3 * f->w > c->width || f->y + 3 * f->h > c->height)
			return err_set(
			    err, "feature %u reaches out of the window", i);
	return 0;
}

static void
place(const struct face_cascade *c, int stride, int *offset)
{
	const struct face_feature *f = c->feature;
	unsigned i;
	int k;

	for (i = 0; i < c->features; i++, f++)
		for (k = 0; k < CORNERS; k++)
			*offset++ = (f->y + k / 4 * f->h) * stride + f->x +
			    k % 4 * f->w;
}

/* A pattern does not depend on brightness or contrast. */
static bool
begin(const struct face_cascade *c, const int *offset,
    const struct face_window *at, float *scale)
{
	(void)c;
	(void)offset;
	(void)at;
	*scale = 1;
	return true;
}

/* The nine cells' sums compared with the middle one, clockwise from the top
 * left, which is the highest bit. */
static unsigned
pattern(const uint32_t *p, const int *o)
{
#define CELL(k) (p[o[k]] - p[o[(k) + 1]] - p[o[(k) + 4]] + p[o[(k) + 5]])
	uint32_t middle = CELL(5);

	return (unsigned)(CELL(0) >= middle) << 7 |
	    (unsigned)(CELL(1) >= middle) << 6 |
	    (unsigned)(CELL(2) >= middle) << 5 |
	    (unsigned)(CELL(6) >= middle) << 4 |
	    (unsigned)(CELL(10) >= middle) << 3 |
	    (unsigned)(CELL(9) >= middle) << 2 |
	    (unsigned)(CELL(8) >= middle) << 1 | (unsigned)(CELL(4) >= middle);
#undef CELL
}

static float
stage_sum(const struct face_cascade *c, const struct face_stage *stage,
    const int *offset, const struct face_window *at, float scale)
{
	const struct face_weak *w = c->weak + stage->first;
	const struct face_weak *end = w + stage->count;
	unsigned bits;
	float sum = 0;

	(void)scale;
	for (; w < end; w++) {
		bits = pattern(at->sum, offset + w->feature * CORNERS);
		sum += w->leaf[!(w->subset[bits >> 5] >> (bits & 31) & 1)];
	}
	return sum;
}

const struct face_kind face_kind_lbp = {"LBP", "/features/_/rect", CORNERS,
    false, take_nodes, take_leaves, take_rect, has_rects, check, place, begin,
    stage_sum};
