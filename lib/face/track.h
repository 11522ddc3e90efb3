/*
 * track: where a patch of a picture went, to a fraction of a pixel.
 *
 * Aligns a template with later pictures under translation, scale and rotation
 * in the plane (inverse compositional Lucas-Kanade: Baker and Matthews, IJCV
 * 2004), blind to brightness and contrast.
 */
#ifndef FACE_TRACK_H
#define FACE_TRACK_H

#include <stdbool.h>

#include "face/cascade.h"

#define FACE_TRACK_SIDE 28 /* samples of the template, either way */
#define FACE_TRACK_POINTS (FACE_TRACK_SIDE * FACE_TRACK_SIDE)

/* A square on a picture: its centre, side, and the angle in radians by which
 * it is turned clockwise (y pointing down). */
struct face_pose {
	double x, y, size, angle;
};

struct face_track {
	float value[FACE_TRACK_POINTS];       /* mean 0, variance 1 */
	float steepest[FACE_TRACK_POINTS][4]; /* derivatives by the warp */
	float sample[FACE_TRACK_POINTS];
	double inverse[4][4]; /* of the Hessian */
	double reach;         /* side of the template, in sizes of the pose */
};

/*
 * Take the picture at ${pose} as the template, out to ${reach} times the size.
 * Return 0; or -1 where there is nothing to align by: no contrast, or outside
 * of the picture by a half or more.
 */
int face_track_start(struct face_track *track, const struct face_image *image,
    const struct face_pose *pose, double reach);

/*
 * Find the template in ${image}, starting at *${pose}, which is changed to
 * where it is.  ${range}: pixels to look around when it is not right there.
 * Return the correlation with the template, -1 to 1; *${pose} is as it was
 * when that is below 0.
 */
double face_track_follow(struct face_track *track,
    const struct face_image *image, struct face_pose *pose, double range);

#endif
