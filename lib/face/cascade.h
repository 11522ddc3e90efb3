/*
 * cascade: faces in a grey picture, by a boosted cascade (Viola and Jones, CVPR
 * 2001) of local binary patterns (Liao et al., ICB 2007) or of trees over Haar
 * features (Lienhart, Kuranov and Pisarevsky, DAGM 2003), as packaged with
 * OpenCV.  Only the XML file is used; it is parsed and evaluated here.
 */
#ifndef FACE_CASCADE_H
#define FACE_CASCADE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diag/err.h"

/* Where Debian's opencv-data puts the cascades: LBP, which is fast, and Haar,
 * which finds faces that LBP misses, such as those lit from one side. */
#define FACE_CASCADE_FILE \
	"/usr/share/opencv4/lbpcascades/lbpcascade_frontalface.xml"
#define FACE_CASCADE_SECOND_FILE           \
	"/usr/share/opencv4/haarcascades/" \
	"haarcascade_frontalface_alt2.xml"

#define FACE_XML_MAX (4 << 20) /* bytes of a cascade file */
#define FACE_STAGES_MAX 64     /* of a cascade */
#define FACE_WEAK_MAX 4096     /* weak classifiers in all stages */
#define FACE_NODES_MAX 8192    /* nodes of their trees, and leaves */
#define FACE_FEATURES_MAX 4096 /* features */
#define FACE_WINDOW_MAX 128    /* pixels, side of the trained window */
#define FACE_HITS_MAX 4096     /* windows before grouping */

struct face_cascade;

/* Read a cascade; return NULL and set ${err} when it cannot be used. */
struct face_cascade *face_cascade_load(const char *path, struct err *err);
struct face_cascade *face_cascade_parse(
    const char *xml, size_t len, struct err *err);
void face_cascade_free(struct face_cascade *cascade);

/* A grey picture, one byte a pixel, rows ${stride} bytes apart. */
struct face_image {
	const uint8_t *pixel;
	int width, height;
	ptrdiff_t stride;
};

struct face_box {
	double x, y, width, height; /* pixels of the picture searched */
	unsigned hits;              /* windows that agreed */
};

struct face_search {
	int min, max;  /* side of the faces looked for, pixels; 0: any */
	unsigned hits; /* windows that must agree; 0: 3 */
	bool dense; /* look at every pixel for small faces too: surer, slower */
};

/*
 * Look for faces, only upright ones, in ${image}.  Store up to ${max} of them
 * at ${box}, the largest first.  Return their number, or -1 (memory).
 */
int face_detect(const struct face_cascade *cascade,
    const struct face_image *image, const struct face_search *search,
    struct face_box *box, int max);

#endif
