/*
 * Haar features: trees that compare differences of rectangles, relative to the
 * contrast of the window, with thresholds.
 */
#include "face/internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	NODE = 4,  /* numbers: left, right, feature, threshold */
	NODES = 8, /* of one tree */
	CORNERS = 4 * FACE_HAAR_RECTS
};

/* By hand: a window with less contrast (standard deviation, of 255) shows noise.
 * A face in the dark has more. */
static const double CONTRAST_MIN = 3;

/* Read up to ${max} numbers; return how many, or -1. */
static int
read_list(const char *text, double *value, int max)
{
	char *end;
	int n = 0;

	for (text += strspn(text, " \t\r\n"); *text != '\0';
	     text += strspn(text, " \t\r\n")) {
		if (n == max)
			return -1;
		value[n] = strtod(text, &end);
		if (end == text || !(fabs(value[n]) <= 1e6))
			return -1;
		text = end;
		n++;
	}
	return n;
}

static const char *
take_nodes(struct face_cascade *c, const char *text)
{
	struct face_tree *t = &c->tree[c->weaks - 1];
	double v[NODE * NODES];
	int n = read_list(text, v, NODE * NODES), i;

	if (n < NODE || n % NODE != 0)
		return "a weak classifier is not a tree over Haar features";
	t->node = c->nodes;
	t->nodes = 0;
	for (i = 0; i < n; i += NODE) {
		if (!face_whole(v[i]) || !face_whole(v[i + 1]) ||
		    !face_whole(v[i + 2]) || v[i + 2] < 0 ||
		    v[i + 2] >= FACE_FEATURES_MAX)
			return "bad internalNodes";
		if (c->nodes == FACE_NODES_MAX)
			return "too many nodes";
		c->node[c->nodes++] = (struct face_node){(unsigned)v[i + 2],
		    (float)v[i + 3], {(int)v[i], (int)v[i + 1]}};
		t->nodes++;
	}
	return NULL;
}

static const char *
take_leaves(struct face_cascade *c, const char *text)
{
	struct face_tree *t = &c->tree[c->weaks - 1];
	double v[NODES + 1];
	int n = read_list(text, v, NODES + 1), i;

	if (n < 1)
		return "bad leafValues";
	t->leaf = c->leaves;
	t->leaves = (unsigned)n;
	for (i = 0; i < n; i++) {
		if (c->leaves == FACE_NODES_MAX)
			return "too many leaves";
		c->leaf[c->leaves++] = (float)v[i];
	}
	return NULL;
}

static const char *
take_rect(struct face_cascade *c, const char *text)
{
	struct face_haar *f = &c->haar[c->features - 1];
	double weight;

	if (f->rects == FACE_HAAR_RECTS ||
	    !face_rect(text, &f->rect[f->rects], &weight, 1))
		return "bad rect";
	f->weight[f->rects++] = (float)weight;
	return NULL;
}

static bool
has_rects(const struct face_cascade *c)
{
	return c->haar[c->features - 1].rects > 0;
}

/* Each branch leads to a later node of the tree or to one of its leaves, so that
 * every walk ends. */
static bool
is_tree(const struct face_cascade *c, const struct face_tree *t)
{
	const struct face_node *node = &c->node[t->node];

	for (unsigned i = 0; i < t->nodes; i++)
		for (int k = 0; k < 2; k++) {
			int next = node[i].next[k];

			if (next > 0 ? next <= (int)i || next >= (int)t->nodes
				     : -next >= (int)t->leaves)
				return false;
		}
	return true;
}

static int
check(const struct face_cascade *c, struct err *err)
{
	for (unsigned i = 0; i < c->weaks; i++)
		if (!is_tree(c, &c->tree[i]))
			return err_set(err, "tree %u has a bad branch", i);
	for (unsigned i = 0; i < c->nodes; i++)
		if (c->node[i].feature >= c->features)
			return err_set(err, "uses feature %u of %u",
			    c->node[i].feature, c->features);
	for (unsigned i = 0; i < c->features; i++)
		for (unsigned k = 0; k < c->haar[i].rects; k++) {
			const struct face_feature *r = &c->haar[i].rect[k];

			if (r->x + r->w > c->width || r->y + r->h > c->height)
				return err_set(err,
				    "feature %u reaches out of the window", i);
		}
	return 0;
}

static int *
place_rect(const struct face_feature *r, int stride, int *offset)
{
	*offset++ = r->y * stride + r->x;
	*offset++ = r->y * stride + r->x + r->w;
	*offset++ = (r->y + r->h) * stride + r->x;
	*offset++ = (r->y + r->h) * stride + r->x + r->w;
	return offset;
}

static struct face_feature
inside(const struct face_cascade *c)
{
	return (struct face_feature){1, 1, c->width - 2, c->height - 2};
}

static void
place(const struct face_cascade *c, int stride, int *offset)
{
	const struct face_feature middle = inside(c);

	for (unsigned i = 0; i < c->features; i++)
		for (unsigned k = 0; k < FACE_HAAR_RECTS; k++)
			offset =
			    place_rect(&c->haar[i].rect[k], stride, offset);
	(void)place_rect(&middle, stride, offset);
}

static uint32_t
box_sum(const uint32_t *p, const int *o)
{
	return p[o[0]] - p[o[1]] - p[o[2]] + p[o[3]];
}

/* The contrast of the window without its border.  Features are divided by it,
 * and by the area. */
static bool
begin(const struct face_cascade *c, const int *offset,
    const struct face_window *at, float *scale)
{
	const int *o = offset + c->features * CORNERS;
	const struct face_feature middle = inside(c);
	double area = middle.w * middle.h, sum = box_sum(at->sum, o);
	double spread = area * box_sum(at->square, o) - sum * sum;

	if (spread < area * area * CONTRAST_MIN * CONTRAST_MIN)
		return false;
	*scale = (float)(1 / sqrt(spread));
	return true;
}

static float
value(const struct face_haar *f, const int *o, const uint32_t *at)
{
	float sum = 0;

	for (unsigned k = 0; k < f->rects; k++, o += 4)
		sum += f->weight[k] * (float)box_sum(at, o);
	return sum;
}

static float
stage_sum(const struct face_cascade *c, const struct face_stage *stage,
    const int *offset, const struct face_window *at, float scale)
{
	const struct face_tree *t = c->tree + stage->first;
	const struct face_tree *end = t + stage->count;
	float sum = 0;

	for (; t < end; t++) {
		int next = 0;

		do {
			const struct face_node *n =
			    &c->node[t->node + (unsigned)next];

			next = n->next[scale *
				value(&c->haar[n->feature],
				    offset + n->feature * CORNERS, at->sum) >=
			    n->threshold];
		} while (next > 0);
		sum += c->leaf[t->leaf + (unsigned)-next];
	}
	return sum;
}

const struct face_kind face_kind_haar = {"HAAR", "/features/_/rects/_", CORNERS,
    true, take_nodes, take_leaves, take_rect, has_rects, check, place, begin,
    stage_sum};
