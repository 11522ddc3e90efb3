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

/* A stump: patterns whose bit is set in subset vote leaf[0]. */
struct face_weak {
	unsigned feature;
	uint32_t subset[8];
	float leaf[2];
};

struct face_stage {
	unsigned first, count; /* weak classifiers */
	float threshold;
};

struct face_cascade {
	int width, height; /* of the window */
	unsigned stages, weaks, features;
	struct face_stage stage[FACE_STAGES_MAX];
	struct face_weak weak[FACE_WEAK_MAX];
	struct face_feature feature[FACE_FEATURES_MAX];
};

#endif
