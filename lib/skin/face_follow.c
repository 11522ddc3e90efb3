/*
 * Finding a face and staying with it.  The detector says where a face is, to
 * a few per cent of its size; the tracker where it went, to a fraction of a
 * pixel.  So the tracker leads, and the detector, asked now and then around
 * the place, only confirms it, or corrects it by the median of several.
 */
#include "skin/internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the template, in sizes of the detector's box.  By hand: eyes, nose and
 * mouth are within, and little of hair and background, which move in other
 * ways. */
#define REACH 0.8
/* Half the side of what is downscaled, in sizes: the template turned by 45
 * degrees and a leap of RANGE. */
#define WINDOW 0.85
/* The same when the head has hardly moved, which a correlation of NEARBY says.
 * By hand: the cheaper window suffices in most frames of a head at rest. */
#define NARROW 0.5
#define NEARBY 0.8
/* How far a face may leap in one frame, in sizes.  By hand: to look
 * farther costs more than to detect the face again. */
#define RANGE 0.3
/* Correlations, by hand: the template is renewed while the face is sure to be
 * there, well before it is doubted. */
#define AGREES 0.85    /* below it the template is renewed */
#define DOUBTFUL 0.6   /* below it the face may be gone */
#define DOUBTFUL_MAX 5 /* frames in a row; then it is gone */
/* Detections, by hand.  The cascade knows frontal faces and misses one that
 * turns aside, which the track still follows; a pattern of the background it
 * finds again by chance only. */
#define MISSED_MAX 16
#define TRIAL 8     /* of the first so many ... */
#define TRIAL_MIN 3 /* ... so many must confirm a face */
/* How far the median of detections must be from the track for the track to have
 * slipped: of the size, and of its logarithm.  By hand: about a
 * step of the detector's pyramid, which is 10 %. */
#define OFF_PLACE 0.08
#define OFF_SIZE 0.12
/* Windows that must agree to confirm a face: fewer than to find one, since it
 * is looked for where it is known to be, at about its known size. */
#define CHECK_HITS 2
#define CHECK_SMALLER 0.85
#define CHECK_LARGER 1.18
/* The boxes of the second cascade are smaller than those of the first by this:
 * the median over 525 pictures of 14 clips. */
#define SECOND_SIZE 1.04
#define SMALL_MIN 24 /* small pixels: the detector's window */

/* A frame of the size of a window of the small picture, for its geometry. */
static struct video_frame
as_frame(const struct video_frame *frame, const struct skin_window *w,
    unsigned quarter)
{
	struct video_frame f = {.width = w->x1 - w->x0,
	    .height = w->y1 - w->y0,
	    .orientation = frame->orientation};

	f.orientation.quarter = (f.orientation.quarter + quarter) % 4;
	return f;
}

/* Turn a window of the small picture upright. */
static struct face_image
turn(struct skin_downscaled *small, const struct skin_window *w,
    const struct video_frame *geometry)
{
	struct face_image im = {.pixel = small->turned};
	double x0, y0, x1, y1, x2, y2;
	const uint8_t *from, *p;
	ptrdiff_t right, down;
	uint8_t *to = small->turned;
	int x, y;

	video_upright_size(geometry, &im.width, &im.height);
	im.stride = im.width;
	video_to_stored(geometry, 0.5, 0.5, &x0, &y0);
	video_to_stored(geometry, 1.5, 0.5, &x1, &y1);
	video_to_stored(geometry, 0.5, 1.5, &x2, &y2);
	from = small->pixel + (w->y0 + (ptrdiff_t)floor(y0)) * small->width +
	    w->x0 + (ptrdiff_t)floor(x0);
	right = lround(x1 - x0) + lround(y1 - y0) * small->width;
	down = lround(x2 - x0) + lround(y2 - y0) * small->width;
	for (y = 0; y < im.height; y++) {
		p = from + y * down;
		for (x = 0; x < im.width; x++, p += right)
			*to++ = *p;
	}
	return im;
}

/* A box on the turned window, as a face of the stored picture. */
static struct skin_face
to_face(const struct face_box *box, const struct skin_downscaled *small,
    const struct skin_window *w, const struct video_frame *geometry)
{
	double x = box->x + box->width / 2, y = box->y + box->height / 2;
	double sx, sy, rx, ry, dx, dy;
	struct skin_face f;

	video_to_stored(geometry, x, y, &sx, &sy);
	video_to_stored(geometry, x + 1, y, &rx, &ry);
	video_to_stored(geometry, x, y + 1, &dx, &dy);
	f.x = (sx + w->x0) * small->factor;
	f.y = (sy + w->y0) * small->factor;
	f.size = box->width * small->factor;
	f.hits = box->hits;
	f.second = false;
	f.angle = atan2(ry - sy, rx - sx);
	f.mirror = (rx - sx) * (dy - sy) - (ry - sy) * (dx - sx) < 0;
	return f;
}

/* A face that the second cascade found, as the first one would show it. */
static void
mark_second(struct skin_face *face)
{
	face->size *= SECOND_SIZE;
	face->second = true;
}

int
skin_face_detect(struct skin_downscaled *small, const struct video_frame *frame,
    const struct skin_detect_options *how, struct skin_face *face, int max)
{
	struct skin_window all = {0, 0, small->width, small->height};
	struct video_frame geometry = as_frame(frame, &all, how->quarter);
	const struct face_search search = {.dense = how->dense};
	struct face_box box[SKIN_FACES_MAX];
	struct face_image im;
	int i, n;

	skin_downscale(small, frame, &all);
	im = turn(small, &all, &geometry);
	n = face_detect(how->cascade, &im, &search, box,
	    max < SKIN_FACES_MAX ? max : SKIN_FACES_MAX);
	for (i = 0; i < n; i++) {
		face[i] = to_face(&box[i], small, &all, &geometry);
		if (how->second)
			mark_second(&face[i]);
	}
	return n;
}

/* Downscale what surrounds the face, ${reach} sizes from its middle.  The window
 * is void when it is not in the picture. */
static struct face_image
downscale_around(const struct face_pose *pose, double reach,
    struct skin_downscaled *small, const struct video_frame *frame,
    struct skin_window *w)
{
	double half = reach * pose->size + 1;

	*w = (struct skin_window){(int)floor(pose->x - half),
	    (int)floor(pose->y - half), (int)ceil(pose->x + half),
	    (int)ceil(pose->y + half)};
	skin_downscale(small, frame, w);
	return (struct face_image){small->pixel + w->y0 * small->width + w->x0,
	    w->x1 - w->x0, w->y1 - w->y0, small->width};
}

static bool
take_template(struct skin_face_follow *follow, const struct face_image *im,
    const struct skin_window *w)
{
	struct face_pose at = follow->pose;

	at.x -= w->x0;
	at.y -= w->y0;
	return face_track_start(&follow->track, im, &at, REACH) == 0;
}

static void
set_face(struct skin_face_follow *follow, const struct skin_downscaled *small)
{
	follow->face.x = follow->pose.x * small->factor;
	follow->face.y = follow->pose.y * small->factor;
	follow->face.size = follow->pose.size * small->factor;
	follow->face.angle = follow->angle0 + follow->pose.angle;
}

bool
skin_face_follow_start(struct skin_face_follow *follow,
    struct skin_downscaled *small, const struct video_frame *frame,
    const struct skin_face *face)
{
	struct skin_window w;
	struct face_image im;

	follow->pose = (struct face_pose){face->x / small->factor,
	    face->y / small->factor, face->size / small->factor, 0};
	follow->face = *face;
	follow->angle0 = face->angle;
	follow->doubtful = follow->missed = follow->age = 0;
	follow->checks = follow->asked = follow->confirmed = 0;
	follow->correlation = 1;
	im = downscale_around(&follow->pose, WINDOW, small, frame, &w);
	follow->seen = take_template(follow, &im, &w);
	return follow->seen;
}

static int
ascending(const void *va, const void *vb)
{
	const double *a = va, *b = vb;

	return (*a > *b) - (*a < *b);
}

static double
median_off(const struct skin_face_follow *follow, int k)
{
	double v[SKIN_CHECKS];
	int i;

	for (i = 0; i < SKIN_CHECKS; i++)
		v[i] = follow->off[i][k];
	qsort(v, SKIN_CHECKS, sizeof(v[0]), ascending);
	return v[SKIN_CHECKS / 2];
}

/* Note how far the detector is from the track; put the track right when the
 * last ones agree that it is wrong. */
static void
compare(struct skin_face_follow *follow, const struct skin_face *found,
    const struct skin_downscaled *small, const struct face_image *im,
    const struct skin_window *w)
{
	struct skin_face *face = &follow->face;
	double *off = follow->off[follow->checks++ % SKIN_CHECKS];
	double u, v, s;

	off[0] = (found->x - face->x) / face->size;
	off[1] = (found->y - face->y) / face->size;
	off[2] = log(found->size / face->size);
	if (follow->checks < SKIN_CHECKS) {
		if (follow->correlation < AGREES)
			(void)take_template(follow, im, w);
		return;
	}
	u = median_off(follow, 0);
	v = median_off(follow, 1);
	s = median_off(follow, 2);
	if (fabs(u) > OFF_PLACE || fabs(v) > OFF_PLACE || fabs(s) > OFF_SIZE) {
		follow->pose.x += u * follow->pose.size;
		follow->pose.y += v * follow->pose.size;
		follow->pose.size *= exp(s);
		follow->checks = 0;
		(void)take_template(follow, im, w);
		set_face(follow, small);
	} else if (follow->correlation < AGREES) {
		(void)take_template(follow, im, w);
	}
}

/* A window of the small picture with one face in it. */
struct surroundings {
	struct face_image upright; /* turned by the nearest quarter */
	struct video_frame geometry;
	struct face_search search; /* for a face of its size */
};

static void
surround(struct surroundings *s, const struct skin_face *face,
    struct skin_downscaled *small, const struct video_frame *frame,
    const struct skin_window *w)
{
	double size = face->size / small->factor;
	struct skin_face up;

	for (unsigned quarter = 0; quarter < 4; quarter++) {
		s->geometry = as_frame(frame, w, quarter);
		up = to_face(
		    &(struct face_box){0, 0, 1, 1, 0}, small, w, &s->geometry);
		/* Within 45 degrees. */
		if (cos(up.angle - face->angle) > 0.7)
			break;
	}
	s->upright = turn(small, w, &s->geometry);
	s->search = (struct face_search){(int)(size * CHECK_SMALLER),
	    (int)(size * CHECK_LARGER) + 1, CHECK_HITS, true};
	if (s->search.max < SMALL_MIN)
		s->search.max = SMALL_MIN;
}

int
skin_face_find_again(struct skin_downscaled *small,
    const struct video_frame *frame, const struct face_cascade *cascade,
    const struct skin_face *face)
{
	const struct face_pose pose = {face->x / small->factor,
	    face->y / small->factor, face->size / small->factor, 0};
	struct surroundings around;
	struct skin_window w;
	struct face_box box;

	(void)downscale_around(&pose, WINDOW, small, frame, &w);
	surround(&around, face, small, frame, &w);
	return face_detect(cascade, &around.upright, &around.search, &box, 1);
}

/* Ask the detector that found the face to find it again around its place, and
 * where it does not, the other one.  Only the first corrects the track: the two
 * do not place a face quite alike. */
static int
check_face(struct skin_face_follow *follow, struct skin_downscaled *small,
    const struct video_frame *frame, const struct skin_options *options,
    const struct face_image *im, const struct skin_window *w)
{
	const bool second = follow->face.second;
	const struct face_cascade *finder =
	    second ? options->second : options->cascade;
	const struct face_cascade *other =
	    second ? options->cascade : options->second;
	struct surroundings around;
	struct face_box box;
	struct skin_face found;
	bool again;
	int n;

	surround(&around, &follow->face, small, frame, w);
	n = face_detect(finder, &around.upright, &around.search, &box, 1);
	again = n > 0;
	if (n == 0 && other != NULL)
		n = face_detect(
		    other, &around.upright, &around.search, &box, 1);
	if (n < 0)
		return -1;
	follow->asked++;
	if (n == 0) {
		follow->missed++;
		return 0;
	}
	follow->missed = 0;
	follow->confirmed++;
	if (!again)
		return 0;
	found = to_face(&box, small, w, &around.geometry);
	if (second)
		mark_second(&found);
	compare(follow, &found, small, im, w);
	return 0;
}

/* A pattern that looked like a face for a moment. */
static bool
is_false_positive(const struct skin_face_follow *follow)
{
	return follow->asked == TRIAL && follow->confirmed < TRIAL_MIN;
}

/* Align within a window that reaches ${reach} sizes from the middle.  Return
 * the correlation. */
static double
align_within(struct skin_face_follow *follow, struct skin_downscaled *small,
    const struct video_frame *frame, double reach, double range,
    struct face_pose *found)
{
	struct skin_window w;
	struct face_image im =
	    downscale_around(&follow->pose, reach, small, frame, &w);
	double correlation;

	*found = follow->pose;
	found->x -= w.x0;
	found->y -= w.y0;
	if (im.width < 2 || im.height < 2)
		return -1;
	correlation =
	    face_track_follow(&follow->track, &im, found, range * found->size);
	found->x += w.x0;
	found->y += w.y0;
	return correlation;
}

int
skin_face_follow_next(struct skin_face_follow *follow,
    struct skin_downscaled *small, const struct video_frame *frame,
    const struct skin_options *options, bool check)
{
	struct face_pose found;
	struct skin_window w;
	struct face_image im;

	/* A head that has not leapt is found close by. */
	follow->correlation =
	    align_within(follow, small, frame, NARROW, 0, &found);
	if (follow->correlation < NEARBY)
		follow->correlation =
		    align_within(follow, small, frame, WINDOW, RANGE, &found);
	if (follow->correlation > 0) {
		follow->pose = found;
		set_face(follow, small);
	}
	follow->age++;
	if (follow->correlation < DOUBTFUL)
		follow->doubtful++;
	else
		follow->doubtful = 0;
	if (check) {
		im = downscale_around(&follow->pose, WINDOW, small, frame, &w);
		if (im.width >= SMALL_MIN && im.height >= SMALL_MIN &&
		    check_face(follow, small, frame, options, &im, &w) < 0)
			return -1;
	}
	follow->seen = follow->doubtful <= DOUBTFUL_MAX &&
	    follow->missed <= MISSED_MAX && !is_false_positive(follow) &&
	    follow->pose.size >= SMALL_MIN / 2.0;
	return 0;
}

bool
skin_face_follow_is_settled(const struct skin_face_follow *follow)
{
	return follow->confirmed >= TRIAL && follow->missed == 0 &&
	    follow->correlation > AGREES;
}
