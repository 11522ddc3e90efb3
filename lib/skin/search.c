/*
 * Looking for faces in the whole picture.
 */
#include "skin/internal.h"

#include <math.h>

/* Looking for faces costs more than all else, so it is rationed, in seconds
 * of the source.  By hand: a face that comes is found at once, and the
 * detector takes little of the time that decoding does. */
#define SEARCH_SOON 0.1    /* the whole picture, when no face is followed, */
#define SEARCH_EVERY 1.0   /* and in the end, or for further faces */
#define SEARCH_BACKOFF 0.1 /* between the two: of the time without a face */
#define SEARCH_FIRST 1.0   /* s from the start in which it is dense */
#define CONFIRM_SHIFT 0.3  /* sizes between two finds of the same face */

/* Searches that cost more: by the second cascade, and for small faces.  From
 * so long without a face on, s, then again after so many times as long, and
 * at least so often, s. */
struct costly {
	double after, backoff, every;
};
static const struct costly second_search = {1, 1.5, 5},
			   fine_search = {1, 2, 10};

/* Windows that must agree, by hand: a face gathers more than patterns of a
 * background do.  A dense search gathers more of both.  One that does not stand upright
 * is rare, and must be found twice. */
#define CERTAIN 8         /* an upright face is certain */
#define CERTAIN_DENSE 12  /* the same, looking densely */
#define UPRIGHT 4         /* the second find confirms one, looking densely */
#define CERTAIN_TURNED 12 /* the same of one that does not stand upright */

static bool
is_same_face(const struct skin_face *a, const struct skin_face *b)
{
	return hypot(a->x - b->x, a->y - b->y) <
	    CONFIRM_SHIFT * fmax(a->size, b->size) &&
	    fabs(log(a->size / b->size)) < CONFIRM_SHIFT;
}

/* The picture as it should stand every other time, else one of the other
 * three ways up. */
static unsigned
quarter_to_try(unsigned search, double time)
{
	static const unsigned others[3] = {1, 3, 2};

	return search % 2 == 0 || time < SEARCH_SOON ? 0
						     : others[search / 2 % 3];
}

/* Do so many windows that agree, in a search that was ${dense} or not, make a
 * face beyond doubt? */
static bool
is_certain(const struct skin_search *s, const struct skin_face *face,
    bool dense, bool again)
{
	if (s->quarter != 0)
		return again && face->hits >= CERTAIN_TURNED;
	if (again)
		return face->hits >= UPRIGHT;
	return !s->fine && !face->second &&
	    face->hits >= (dense ? CERTAIN_DENSE : CERTAIN);
}

/* Choose the scale of the small picture.  It has no face to follow. */
static int
set_fine(struct skin_search *s, const struct video_frame *frame, bool fine)
{
	if (s->fine == fine)
		return 0;
	s->fine = fine;
	return skin_downscaled_init(s->small, frame, fine);
}

/* Is it time for a costly search?  Then set when the next one is. */
static bool
is_due(const struct skin_search *s, const struct costly *how, double now,
    double *next)
{
	double without = now - s->last_seen;

	if (without < how->after || now < *next)
		return false;
	*next = now + fmin(without * (how->backoff - 1), how->every);
	return true;
}

/* Detect small faces by the first cascade, and keep those that the second one
 * sees as well.  A fine picture has so many windows that one of them may be
 * like a face to either of the two. */
static int
detect_small(struct skin_search *s, const struct video_frame *frame, bool dense,
    struct skin_face face[SKIN_FACES_MAX])
{
	const struct skin_detect_options how = {
	    s->options->cascade, false, 0, dense};
	int n = skin_face_detect(s->small, frame, &how, face, SKIN_FACES_MAX);
	int kept = 0;

	for (int i = 0; i < n; i++) {
		int seen = skin_face_find_again(
		    s->small, frame, s->options->second, &face[i]);

		if (seen < 0)
			return -1;
		if (seen > 0)
			face[kept++] = face[i];
	}
	return n < 0 ? -1 : kept;
}

/* Detect faces: by the first cascade, or where it has found none for long, by
 * the second one or in finer detail.  Return how many; or -1 without memory. */
static int
detect(struct skin_search *s, const struct video_frame *frame, bool dense,
    struct skin_face face[SKIN_FACES_MAX])
{
	struct skin_detect_options how = {
	    s->options->cascade, false, s->quarter, dense};
	bool second = s->has_candidate && s->candidate.second;
	int n;

	if (s->fine)
		return detect_small(s, frame, dense, face);
	n = second
	    ? 0
	    : skin_face_detect(s->small, frame, &how, face, SKIN_FACES_MAX);
	if (n != 0 || s->quarter != 0 || s->options->second == NULL)
		return n;
	if (second || is_due(s, &second_search, frame->time, &s->next_second)) {
		how.cascade = s->options->second;
		how.second = true;
		n = skin_face_detect(
		    s->small, frame, &how, face, SKIN_FACES_MAX);
	}
	if (n != 0 || s->has_candidate ||
	    !is_due(s, &fine_search, frame->time, &s->next_fine))
		return n;
	return set_fine(s, frame, true) < 0
	    ? -1
	    : detect_small(s, frame, dense, face);
}

/* Search the whole picture for faces, and keep those that are certain: many
 * windows agree, or it is the second find.  Return how many; or -1 without
 * memory. */
static int
search(struct skin_search *s, const struct video_frame *frame,
    struct skin_face face[SKIN_FACES_MAX])
{
	struct skin_face candidate = s->candidate;
	bool again = s->has_candidate;
	bool dense = again || frame->time < SEARCH_FIRST;
	int n, kept = 0;

	if (!again)
		s->quarter = quarter_to_try(s->searches++, frame->time);
	n = detect(s, frame, dense, face);
	if (n < 0)
		return -1;
	s->has_candidate = false;
	for (int i = 0; i < n; i++) {
		if (is_certain(s, &face[i], dense,
			again && is_same_face(&face[i], &candidate))) {
			face[kept++] = face[i];
		} else if (!again && !s->has_candidate) {
			s->has_candidate = true;
			s->candidate = face[i];
		}
	}
	if (kept == 0 && !s->has_candidate && s->last_seen < frame->time &&
	    set_fine(s, frame, false) < 0)
		return -1;
	return kept;
}

void
skin_search_begin(struct skin_search *s, struct skin_downscaled *small,
    const struct skin_options *options)
{
	s->small = small;
	s->options = options;
	s->fine = s->has_candidate = false;
	s->next = s->next_second = s->next_fine = 0;
}

int
skin_search_faces(struct skin_search *s, const struct video_frame *frame,
    unsigned seen, struct skin_face face[SKIN_FACES_MAX])
{
	double every = (frame->time - s->last_seen) * SEARCH_BACKOFF;

	every = fmin(fmax(every, SEARCH_SOON), SEARCH_EVERY);
	if (seen > 0) {
		s->last_seen = frame->time;
		every = SEARCH_EVERY;
	}
	if (s->options->cascade == NULL ||
	    (seen > 0 && !s->options->all_faces) || seen == SKIN_FACES_MAX)
		return 0;
	if (!s->has_candidate && frame->time < s->next)
		return 0;
	s->next = frame->time + every;
	return search(s, frame, face);
}
