/*
 * One face, frame by frame: where its patches are, and their mean colours.
 */
#include "skin/internal.h"

#include <math.h>
#include <string.h>

/* When patches are laid again, because other parts of the face have come into view:
 * by the face that they were laid for.  By hand: each time costs some of the
 * signal, so only what brings other skin into view counts.  A head that nods and
 * turns changes the size and the angle that the tracker measures by more than a
 * tenth, again and again, without showing other skin. */
#define LAY_AGAIN_PLACE 0.6  /* sizes */
#define LAY_AGAIN_SIZE 0.3   /* of the logarithm */
#define LAY_AGAIN_ANGLE 0.5  /* rad */
#define LAY_AGAIN_FIRST 1.0  /* s: the camera has settled */
#define LAY_AGAIN_EVERY 30.0 /* s */

/* A head that moves less than this, in sizes, counts as still.  By hand:
 * above what the tracker is off by, and what the heart nods a head at rest by. */
#define DEAD_BAND 0.01
#define SETTLED 0.25    /* of the dead band */
#define SETTLE_TIME 0.7 /* s: about a beat */

/* s in which the patches follow the size and the angle of a face.  Speech and
 * turning change what the tracker measures far more often than heads change, and
 * so would move the patches.  By hand: longer than a word,
 * and than a nod. */
#define CALM_SIZE 2.0
#define CALM_ANGLE 0.3

/* s in which the correction of steps decays.  By hand: slower than a breath
 * or any wave that is measured. */
#define GAIN_TIME 30.0
/* The most that it corrects: a larger step is other skin, or none. */
#define GAIN_MAX 2.0

/* The raw means of a subject's regions, its patches laid for one face and
 * shown on another. */
static void
measure(const struct skin_subject *u, const struct video_frame *frame,
    const struct skin_face *shown, unsigned regions,
    struct trace_region *region)
{
	double scale = shown->size / u->laid.size;
	double turn = shown->angle - u->laid.angle;
	struct skin_motion motion = {u->laid.x, u->laid.y, shown->x - u->laid.x,
	    shown->y - u->laid.y, scale * cos(turn), scale * sin(turn)};
	struct skin_sums sums = {0};

	skin_sum(&sums, frame, &u->rects, &motion, 1);
	skin_sum(&sums, frame, &u->background, &skin_motion_none,
	    skin_row_step(frame));
	skin_mean(region, regions, &sums, frame);
}

static void
set_gain(double *gain, double before, double after)
{
	if (!(before > 1 && after > 1))
		*gain = 1;
	else
		*gain =
		    fmin(fmax(*gain * before / after, 1 / GAIN_MAX), GAIN_MAX);
}

/* Both of these measured the same frame: set the gain so that the second continues
 * the first. */
static void
match_gain(struct skin_subject *u, const struct trace_region *before,
    const struct trace_region *after, unsigned regions)
{
	unsigned i;

	for (i = 0; i < regions; i++) {
		if (before[i].pixels == 0 || after[i].pixels == 0) {
			u->gain[i][0] = u->gain[i][1] = u->gain[i][2] = 1;
			continue;
		}
		set_gain(&u->gain[i][0], before[i].r, after[i].r);
		set_gain(&u->gain[i][1], before[i].g, after[i].g);
		set_gain(&u->gain[i][2], before[i].b, after[i].b);
	}
}

/* Lay the patches for the face as it is.  Return 0, or -1 without memory. */
static int
lay(struct skin_subject *u, const struct video_frame *frame,
    const struct skin_faces *all)
{
	u->laid = u->follow.face;
	u->calm_size = u->laid.size;
	u->calm_angle = u->laid.angle;
	u->laid_time = frame->time;
	u->laid_count++;
	u->shown = u->laid;
	skin_patches_of_background(
	    &u->background, u->trace.count - 1, frame, all);
	return skin_patches_of_face(&u->rects, frame, &u->laid);
}

/* The first patches of a face that was just found. */
static int
lay_first(struct skin_subject *u, const struct video_frame *frame,
    const struct skin_faces *all)
{
	unsigned i, c;

	u->laid_count = 0;
	u->moving = false;
	u->trace.anchor++;
	for (i = 0; i < TRACE_REGIONS_MAX; i++)
		for (c = 0; c < 3; c++)
			u->gain[i][c] = 1;
	return lay(u, frame, all);
}

static bool
must_lay_again(const struct skin_subject *u, double time)
{
	const struct skin_face *f = &u->follow.face, *l = &u->laid;

	return hypot(f->x - l->x, f->y - l->y) > LAY_AGAIN_PLACE * l->size ||
	    fabs(log(f->size / l->size)) > LAY_AGAIN_SIZE ||
	    fabs(f->angle - l->angle) > LAY_AGAIN_ANGLE ||
	    time - u->laid_time >
	    (u->laid_count == 1 ? LAY_AGAIN_FIRST : LAY_AGAIN_EVERY);
}

/* How far a face is from where its patches are shown: by how much, in sizes,
 * they are beside their place. */
static double
distance(const struct skin_face *a, const struct skin_face *b)
{
	return hypot(a->x - b->x, a->y - b->y) / b->size +
	    0.5 * (fabs(a->angle - b->angle) + fabs(log(a->size / b->size)));
}

/* Where the patches of the face belong: at its place, of the size and angle
 * that it has had of late. */
static struct skin_face
smooth_face(struct skin_subject *u, double dt)
{
	struct skin_face face = u->follow.face;

	u->calm_size *= pow(face.size / u->calm_size, 1 - exp(-dt / CALM_SIZE));
	u->calm_angle +=
	    (1 - exp(-dt / CALM_ANGLE)) * (face.angle - u->calm_angle);
	face.size = u->calm_size;
	face.angle = u->calm_angle;
	return face;
}

/* Move the patches with the face, unless it holds still.  Return whether they leap,
 * so that the gain must be matched. */
static bool
move_patches(struct skin_subject *u, double dt)
{
	struct skin_face face = smooth_face(u, dt);
	double off = distance(&face, &u->shown);

	if (!u->moving) {
		if (off < DEAD_BAND)
			return false;
		u->moving = true;
		u->settled = 0;
		u->shown = face;
		return true;
	}
	u->shown = face;
	u->settled = off < SETTLED * DEAD_BAND ? u->settled + dt : 0;
	u->moving = u->settled < SETTLE_TIME;
	return false;
}

static void
decay_gain(struct skin_subject *u, double dt, unsigned regions)
{
	double keep = exp(-dt / GAIN_TIME);
	unsigned i, c;

	for (i = 0; i < regions; i++)
		for (c = 0; c < 3; c++)
			u->gain[i][c] = 1 + (u->gain[i][c] - 1) * keep;
}

static void
apply_gain(struct skin_subject *u, unsigned regions)
{
	struct trace_region *r = u->trace.region;
	unsigned i;

	for (i = 0; i < regions; i++) {
		r[i].r = fmin(r[i].r * u->gain[i][0], 255);
		r[i].g = fmin(r[i].g * u->gain[i][1], 255);
		r[i].b = fmin(r[i].b * u->gain[i][2], 255);
	}
}

static void
set_trace_face(struct trace_frame *trace, const struct video_frame *frame,
    const struct skin_face *face)
{
	double x, y;

	video_to_upright(frame, face->x, face->y, &x, &y);
	trace->face = (struct trace_face){
	    x - face->size / 2, y - face->size / 2, face->size, face->size};
}

int
skin_subject_sample(struct skin_subject *u, const struct video_frame *frame,
    const struct skin_faces *all, double dt)
{
	struct trace_region before[TRACE_REGIONS_MAX];
	struct skin_face shown = u->shown;
	unsigned n = u->trace.count;
	bool again, leap;

	if (!u->follow.seen) {
		memset(u->trace.region, 0, sizeof(u->trace.region));
		return 0;
	}
	set_trace_face(&u->trace, frame, &u->follow.face);
	if (u->laid_count == 0 || u->follow.age == 0) {
		if (lay_first(u, frame, all) < 0)
			return -1;
		measure(u, frame, &u->shown, n, u->trace.region);
		return 0;
	}
	decay_gain(u, dt, n);
	again = must_lay_again(u, frame->time);
	leap = !again && move_patches(u, dt);
	if (again || leap)
		measure(u, frame, &shown, n, before);
	if (again && lay(u, frame, all) < 0)
		return -1;
	measure(u, frame, &u->shown, n, u->trace.region);
	if (again || leap)
		match_gain(u, before, u->trace.region, n);
	apply_gain(u, n);
	return 0;
}
