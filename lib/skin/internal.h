/*
 * What the files of lib/skin share.
 *
 * All geometry is in pixels of the stored luma plane, whatever way up the
 * picture stands; only struct trace_face is in those of the upright one.
 */
#ifndef SKIN_INTERNAL_H
#define SKIN_INTERNAL_H

#include "face/track.h"
#include "skin/areas.h"
#include "skin/skin.h"

/* By hand: a face has at most so many rectangles; further ones are not needed
 * for an average. */
#define SKIN_RECTS_MAX 4096

/* A rectangle of pixels that belongs to a region.  Its corners lie on samples
 * of the chroma planes. */
struct skin_rect {
	unsigned region;
	int x0, y0, x1, y1;
};

struct skin_rects {
	unsigned count;
	struct skin_rect rect[SKIN_RECTS_MAX];
};

/* The sums over regions of one frame. */
struct skin_sums {
	double sum[TRACE_REGIONS_MAX][3];   /* of Y, Cb, Cr */
	double count[TRACE_REGIONS_MAX][2]; /* of luma, of chroma samples */
};

/* measure.c */

/* How rectangles have moved since they were placed: turned and grown about
 * (x, y), then shifted.  Each keeps its size and stays upright; its middle
 * goes where the motion takes it. */
struct skin_motion {
	double x, y, dx, dy;
	double grown, turned; /* cos and sin of the angle, times the scale */
};
extern const struct skin_motion skin_motion_none;

/*
 * Add up the rectangles where ${motion} takes them.  Fractions of a pixel
 * count: as if the picture were interpolated linearly.  Rectangles that leave
 * the picture are left out.  Of every ${step} rows one is read.
 */
void skin_sum(struct skin_sums *sums, const struct video_frame *frame,
    const struct skin_rects *rects, const struct skin_motion *motion, int step);

/* The mean colours of ${n} regions. */
void skin_mean(struct trace_region *region, unsigned n,
    const struct skin_sums *sums, const struct video_frame *frame);

/* The mean samples Y, Cb, Cr of one rectangle. */
void skin_block(const struct video_frame *frame, int x0, int y0, int x1, int y1,
    double yuv[3]);

/* The step to read a whole picture with: a large one has pixels to spare. */
int skin_row_step(const struct video_frame *frame);

/* The mean luma, 0 to 255, from a part of the rows. */
double skin_luma(const struct video_frame *frame);

/* downscale.c */

/* A small grey version of the picture, of which windows are filled as they
 * are needed. */
struct skin_downscaled {
	uint8_t *pixel;
	uint8_t *turned; /* a window of it, upright */
	uint16_t *line;  /* sums of bytes */
	uint32_t *wide;  /* of words */
	int width, height, factor;
};

/* Make room for the frame's size, ${fine} for faces a third as large as usual;
 * -1: no memory. */
int skin_downscaled_init(
    struct skin_downscaled *small, const struct video_frame *frame, bool fine);
void skin_downscaled_free(struct skin_downscaled *small);

/* Fill the window between (x0, y0) and (x1, y1), small pixels, cut to the
 * picture. */
struct skin_window {
	int x0, y0, x1, y1;
};
void skin_downscale(struct skin_downscaled *small,
    const struct video_frame *frame, struct skin_window *window);

/* patches.c */

/* A face in the stored picture: centre and side of the detector's box, the
 * angle of its horizontal, and whether it is seen mirrored. */
struct skin_face {
	double x, y, size, angle;
	bool mirror;
	bool second;   /* found by the second cascade */
	unsigned hits; /* of the detector */
};

/* The regions of a face and "background" as the last one. */
void skin_face_names(struct trace_names *names);

/* Lay the patches over ${face} and keep what is skin.  Return 0, or -1 without
 * memory. */
int skin_patches_of_face(struct skin_rects *rects,
    const struct video_frame *frame, const struct skin_face *face);

/* The faces in view. */
struct skin_faces {
	unsigned count;
	struct skin_face face[SKIN_FACES_MAX];
};

/* What is beside all of them; region ${region}. */
void skin_patches_of_background(struct skin_rects *rects, unsigned region,
    const struct video_frame *frame, const struct skin_faces *faces);

/* A grid of ${columns} x ${rows} over part of the picture. */
void skin_patches_of_grid(struct skin_rects *rects,
    const struct video_frame *frame, const struct skin_window *part,
    unsigned columns, unsigned rows);
void skin_grid_names(struct trace_names *names, const char *prefix, unsigned n);

/* face_follow.c */

#define SKIN_CHECKS 5 /* detections that the median is taken of */

/* A face as it is followed from frame to frame. */
struct skin_face_follow {
	bool seen; /* in this frame */
	struct face_track track;
	struct face_pose pose;     /* small pixels; angle since the detection */
	struct skin_face face;     /* where it is */
	double angle0;             /* of the face when it was detected */
	double correlation;        /* correlation with the template */
	unsigned doubtful;         /* frames since that was good */
	unsigned missed;           /* detections that did not find it again */
	unsigned age;              /* frames since it was found */
	unsigned asked, confirmed; /* detections in all, and those that did */
	unsigned checks;           /* how many of these are filled */
	double off[SKIN_CHECKS][3]; /* detection less track: u, v, log size */
};

/* How to detect faces in a whole picture. */
struct skin_detect_options {
	const struct face_cascade *cascade;
	bool second;      /* it is the second one */
	unsigned quarter; /* turned by so much more than the picture says */
	bool dense;       /* as in struct face_search */
};

/* Detect faces.  Return how many were stored, the largest first; -1: no
 * memory. */
int skin_face_detect(struct skin_downscaled *small,
    const struct video_frame *frame, const struct skin_detect_options *how,
    struct skin_face *face, int max);

/* Does ${cascade} see ${face} around its place?  Return 1 or 0; -1: no memory. */
int skin_face_find_again(struct skin_downscaled *small,
    const struct video_frame *frame, const struct face_cascade *cascade,
    const struct skin_face *face);

/* Begin to follow ${face}; false: it cannot be followed. */
bool skin_face_follow_start(struct skin_face_follow *follow,
    struct skin_downscaled *small, const struct video_frame *frame,
    const struct skin_face *face);

/* Find it in the next frame; with ${check}, ask the detectors of ${options} as
 * well.  Sets follow->seen.  Return -1: no memory. */
int skin_face_follow_next(struct skin_face_follow *follow,
    struct skin_downscaled *small, const struct video_frame *frame,
    const struct skin_options *options, bool check);

/* Is the face so sure that the detector need not be asked often? */
bool skin_face_follow_is_settled(const struct skin_face_follow *follow);

/* search.c */

/* Looking for faces that are not followed yet. */
struct skin_search {
	struct skin_downscaled *small; /* borrowed, as are the options */
	const struct skin_options *options;
	double next, next_second, next_fine, last_seen; /* s */
	bool fine; /* the small picture is for small faces */
	unsigned searches;
	unsigned quarter; /* tried last */
	bool has_candidate;
	struct skin_face candidate;
};

/* Begin with pictures of another shape, for which ${small} was made. */
void skin_search_begin(struct skin_search *s, struct skin_downscaled *small,
    const struct skin_options *options);

/* Look for faces when it is time to: soon after one was in view, then ever more
 * rarely.  ${seen} faces are followed.  Store those that are certain, and return
 * how many; -1: no memory. */
int skin_search_faces(struct skin_search *s, const struct video_frame *frame,
    unsigned seen, struct skin_face face[SKIN_FACES_MAX]);

/* freeze.c */

/* Which pictures repeat the one before. */
struct skin_freeze {
	uint16_t *sample; /* [rows][columns] of the last picture's luma */
	size_t rows, columns;
	bool any;     /* there was one */
	double usual; /* mean difference between two, of 255; 0: not known */
	/* The run of pictures that hardly differ. */
	bool quiet;
	double since;     /* its first one's time, s */
	double doubted;   /* when a run proved to be none, s */
	double low, high; /* of the skin's mean green in it */
};

/* Start again with pictures of the shape of ${frame}.  Return 0, or -1 without
 * memory. */
int skin_freeze_begin(struct skin_freeze *s, const struct video_frame *frame);
void skin_freeze_release(struct skin_freeze *s);

/* Does ${frame}, whose skin is in ${trace}, repeat the one before? */
bool skin_freeze_repeats(struct skin_freeze *s, const struct video_frame *frame,
    const struct trace_frame *trace);

/* contact.c */

/* Whether something touches the lens. */
struct skin_contact {
	bool any;      /* there was a picture */
	double time;   /* of the last one, s */
	double detail; /* beyond what a fingertip may show, slowly forgotten */
};

/* Does what ${box} shows, the mean colours of ${columns} x ${rows} parts of the
 * picture at ${time}, cover the lens? */
bool skin_contact_covers(struct skin_contact *contact,
    const struct trace_region box[TRACE_REGIONS_MAX], unsigned columns,
    unsigned rows, double time);

/* subject.c */

/* A face with its patches and its trace. */
struct skin_subject {
	struct skin_face_follow follow;
	struct skin_rects rects;
	struct skin_rects background;
	struct skin_face laid; /* the face that the patches were laid for */
	double laid_time;
	unsigned laid_count;          /* since the face was found */
	struct skin_face shown;       /* the one that they are shown on */
	double calm_size, calm_angle; /* of the face, slowly followed */
	bool moving;
	double settled; /* s since it stopped moving */
	double gain[TRACE_REGIONS_MAX][3];
	struct trace_frame trace;
};

/* Take the frame, in which follow.seen and follow.face describe the face, ${dt}
 * seconds after the last one; ${all} faces are in view.  Fills trace.region
 * and trace.face.  Return 0, or -1 without memory. */
int skin_subject_sample(struct skin_subject *subject,
    const struct video_frame *frame, const struct skin_faces *all, double dt);

#endif
