/*
 * What the files of lib/face share: a cascade as it is evaluated.
 */
#ifndef FACE_INTERNAL_H
#define FACE_INTERNAL_H

#include "face/cascade.h"

/* The cell of a 3x3 pattern; the pattern is three times as wide and high. */
struct face_feature {
	int x, y, w, h;
};

/* A stump: the value of patterns whose bit is set in subset is leaf[0]. */
struct face_weak {
	unsigned feature;
	uint32_t subset[8];
	float leaf[2];
};

/* A Haar feature: the weighted sums of rectangles. */
#define FACE_HAAR_RECTS 3
struct face_haar {
	unsigned rects;
	struct face_feature rect[FACE_HAAR_RECTS];
	float weight[FACE_HAAR_RECTS];
};

/* A node of a tree: next[0] is taken where the feature is below the threshold,
 * else next[1].  Above 0 it is a node of the tree, counted from its root, and
 * otherwise the negative of a leaf. */
struct face_node {
	unsigned feature;
	float threshold;
	int next[2];
};

/* Where the nodes and leaves of a tree are. */
struct face_tree {
	unsigned node, nodes, leaf, leaves;
};

struct face_stage {
	unsigned first, count; /* weak classifiers */
	float threshold;
};

struct face_cascade {
	const struct face_kind *kind;
	int width, height; /* of the window */
	unsigned stages, weaks, features, nodes, leaves;
	struct face_stage stage[FACE_STAGES_MAX];
	/* LBP */
	struct face_weak weak[FACE_WEAK_MAX];
	struct face_feature feature[FACE_FEATURES_MAX];
	/* Haar */
	struct face_tree tree[FACE_WEAK_MAX];
	struct face_node node[FACE_NODES_MAX];
	float leaf[FACE_NODES_MAX];
	struct face_haar haar[FACE_FEATURES_MAX];
};

/* A window of a picture: its top left corner in the integral images of the
 * pixels and of their squares. */
struct face_window {
	const uint32_t *sum, *square;
};

/*
 * A kind of feature.  The readers take the text of an element for the last weak
 * classifier or feature of the cascade, and return NULL, or what is wrong with
 * it.
 */
struct face_kind {
	const char *name;      /* featureType of the XML */
	const char *rect_path; /* of a feature's rectangles in the XML */
	unsigned offsets;      /* that a feature has in an integral image */
	bool squares;          /* the integral image of squares is needed */
	const char *(*take_nodes)(struct face_cascade *c, const char *text);
	const char *(*take_leaves)(struct face_cascade *c, const char *text);
	const char *(*take_rect)(struct face_cascade *c, const char *text);
	/* Is the last feature complete? */
	bool (*has_rects)(const struct face_cascade *c);
	/* What no single element shows.  Return 0, or -1 with ${err}. */
	int (*check)(const struct face_cascade *c, struct err *err);
	/* Fill in the offsets of all features, and of the kind's own after
	 * them, in an integral image with rows of ${stride}. */
	void (*place)(const struct face_cascade *c, int stride, int *offset);
	/* Can this window be a face at all?  Sets *${scale} for stage_sum. */
	bool (*begin)(const struct face_cascade *c, const int *offset,
	    const struct face_window *at, float *scale);
	/* Return the sum of the weak classifiers of a stage. */
	float (*stage_sum)(const struct face_cascade *c,
	    const struct face_stage *stage, const int *offset,
	    const struct face_window *at, float scale);
};

extern const struct face_kind face_kind_lbp;  /* lbp.c */
extern const struct face_kind face_kind_haar; /* haar.c */

/* text.c */

/* Read exactly ${n} numbers, each finite and within ±${limit}. */
bool face_numbers(const char *text, double *value, int n, double limit);

/* Is ${v} a whole number? */
bool face_whole(double v);

/* Read a rectangle, and ${more} further numbers into ${rest}. */
bool face_rect(
    const char *text, struct face_feature *rect, double *rest, int more);

#endif
