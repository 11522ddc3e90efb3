/*
 * skin/areas: where the patches of a face are.
 */
#ifndef SKIN_AREAS_H
#define SKIN_AREAS_H

/* A grid of patches in the coordinates of a face: 0 to 1 over the box of the
 * detector, from its left and top.  The patches are numbered from 1, row by row:
 * "NAME-1", .... */
struct skin_area {
	const char *name;
	double u0, v0, u1, v1;
	unsigned columns, rows;
};

#define SKIN_AREAS 5
extern const struct skin_area skin_areas[SKIN_AREAS];

#endif
