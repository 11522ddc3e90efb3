#include "skin/internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* s between two times that the detector confirms a face, and one that it has
 * confirmed often. */
#define CHECK_EVERY 0.25
#define CHECK_SETTLED 1.0

/* Sizes between a new find and a face that is followed.  By hand: a face that is
 * nearer overlaps it and is the same; one that was lost is the same where it
 * comes back within twice its width. */
#define SAME_FACE 0.7
#define CAME_BACK 2.0

/* How often the detector must confirm a face before the fallback is given
 * up.  As TRIAL_MIN of face_follow.c: what is then still followed is a face. */
#define BELIEVED 3

/* Of the fallback, and of a finger: as many boxes as a trace has room for. */
#define GRID_ACROSS 8
#define GRID_NAME "frame"
/* Of bare skin, by hand: about as many as a face has, so that a shadow or a hair
 * spoils one and not all; of a codec's block at least. */
#define SKIN_PATCHES 36
#define SKIN_PATCH_SIDE 8 /* pixels */

struct skin_sampler {
	struct skin_options options;
	struct skin_downscaled small;
	struct skin_freeze freeze;
	struct video_frame shape; /* of the last frame */
	bool begun;
	struct skin_search search;
	double next_check;
	bool confirmed;         /* a face is, beyond doubt; a finger, now */
	unsigned columns, rows; /* of the grid */
	unsigned subjects;
	struct skin_subject *subject[SKIN_FACES_MAX];
	struct trace_names names;
	struct skin_rects grid;
	struct skin_contact contact;
	struct trace_frame fallback;
	struct trace_names fallback_names;
};

struct skin_sampler *
skin_new(const struct skin_options *options, struct err *err)
{
	struct skin_sampler *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	s->options = *options;
	if (options->site == SKIN_SITE_FACE) {
		skin_face_names(&s->names);
		skin_grid_names(
		    &s->fallback_names, GRID_NAME, GRID_ACROSS * GRID_ACROSS);
	}
	return s;
}

void
skin_free(struct skin_sampler *sampler)
{
	unsigned i;

	if (sampler == NULL)
		return;
	for (i = 0; i < sampler->subjects; i++)
		free(sampler->subject[i]);
	skin_downscaled_free(&sampler->small);
	skin_freeze_release(&sampler->freeze);
	free(sampler);
}

unsigned
skin_subjects(const struct skin_sampler *sampler)
{
	return sampler->subjects;
}

const struct trace_frame *
skin_trace(const struct skin_sampler *sampler, unsigned i)
{
	return &sampler->subject[i]->trace;
}

const struct trace_names *
skin_names(const struct skin_sampler *sampler, unsigned i)
{
	(void)i;
	return &sampler->names;
}

const struct trace_frame *
skin_fallback(const struct skin_sampler *sampler)
{
	if (sampler->options.site != SKIN_SITE_FACE || sampler->confirmed)
		return NULL;
	return &sampler->fallback;
}

const struct trace_names *
skin_fallback_names(const struct skin_sampler *sampler)
{
	return &sampler->fallback_names;
}

bool
skin_names_are_fallback(const struct trace_names *names)
{
	return names->count == GRID_ACROSS * GRID_ACROSS &&
	    strncmp(names->name[0], GRID_NAME "-", sizeof(GRID_NAME)) == 0;
}

static int
add_subject(struct skin_sampler *s, struct err *err)
{
	struct skin_subject *u = calloc(1, sizeof(*u));

	if (u == NULL)
		return err_set(err, "out of memory");
	u->trace.count = s->names.count;
	s->subject[s->subjects++] = u;
	return 0;
}

/* What every trace of this frame has in common. */
static void
begin_trace(
    struct trace_frame *trace, const struct video_frame *frame, double luma)
{
	trace->time = frame->time;
	trace->luma = luma;
	trace->damaged = frame->damaged;
	trace->face = (struct trace_face){0, 0, 0, 0};
}

static void
sample_grid(const struct skin_sampler *s, const struct video_frame *frame,
    struct trace_frame *trace, unsigned regions)
{
	struct skin_sums sums = {0};

	trace->count = regions;
	skin_sum(
	    &sums, frame, &s->grid, &skin_motion_none, skin_row_step(frame));
	skin_mean(trace->region, regions, &sums, frame);
}

/* The mean colour of the whole picture, while a finger covers the lens. */
static void
sample_finger(struct skin_sampler *s, const struct video_frame *frame,
    struct trace_frame *trace)
{
	struct trace_region box[TRACE_REGIONS_MAX];
	struct skin_sums sums = {0};
	bool covers;
	unsigned i, c;

	skin_sum(
	    &sums, frame, &s->grid, &skin_motion_none, skin_row_step(frame));
	skin_mean(box, s->columns * s->rows, &sums, frame);
	for (i = 1; i < s->columns * s->rows; i++) {
		for (c = 0; c < 3; c++)
			sums.sum[0][c] += sums.sum[i][c];
		for (c = 0; c < 2; c++)
			sums.count[0][c] += sums.count[i][c];
	}
	skin_mean(trace->region, 1, &sums, frame);
	covers = skin_contact_covers(
	    &s->contact, box, s->columns, s->rows, frame->time);
	if (!covers)
		trace->region[0] = (struct trace_region){0};
	else if (!s->confirmed)
		trace->anchor++;
	s->confirmed = covers;
}

/* Follow a face that was found: with a subject that lost its own, or a new
 * one. */
static int
adopt(struct skin_sampler *s, const struct video_frame *frame,
    const struct skin_face *face, struct err *err)
{
	struct skin_subject *u = NULL;
	double near = HUGE_VAL, d;
	unsigned i;

	for (i = 0; i < s->subjects; i++) {
		const struct skin_face_follow *f = &s->subject[i]->follow;

		d = hypot(f->face.x - face->x, f->face.y - face->y);
		if (f->seen && d < SAME_FACE * face->size)
			return 0;
		/* The first one waits for its first face. */
		if (!(f->face.size > 0))
			d = 0;
		if (!f->seen && d < near) {
			near = d;
			u = s->subject[i];
		}
	}
	if (u == NULL ||
	    (s->options.all_faces && near > CAME_BACK * face->size)) {
		if (s->subjects == SKIN_FACES_MAX ||
		    (s->subjects > 0 && !s->options.all_faces))
			return 0;
		if (add_subject(s, err) < 0)
			return -1;
		u = s->subject[s->subjects - 1];
	}
	(void)skin_face_follow_start(&u->follow, &s->small, frame, face);
	return 0;
}

static void
faces_in_view(const struct skin_sampler *s, struct skin_faces *faces)
{
	unsigned i;

	faces->count = 0;
	for (i = 0; i < s->subjects; i++)
		if (s->subject[i]->follow.seen)
			faces->face[faces->count++] =
			    s->subject[i]->follow.face;
}

/* Follow the faces that come into view. */
static int
follow_new_faces(struct skin_sampler *s, const struct video_frame *frame,
    unsigned seen, struct err *err)
{
	struct skin_face face[SKIN_FACES_MAX];
	int n = skin_search_faces(&s->search, frame, seen, face);

	if (n < 0)
		return err_set(err, "out of memory");
	for (int i = 0; i < n; i++)
		if (adopt(s, frame, &face[i], err) < 0)
			return -1;
	return 0;
}

static bool
all_settled(const struct skin_sampler *s)
{
	unsigned i;

	for (i = 0; i < s->subjects; i++)
		if (s->subject[i]->follow.seen &&
		    !skin_face_follow_is_settled(&s->subject[i]->follow))
			return false;
	return true;
}

static int
sample_faces(struct skin_sampler *s, const struct video_frame *frame, double dt,
    double luma, struct err *err)
{
	bool check = frame->time >= s->next_check;
	struct skin_faces faces;
	struct skin_subject *u;
	unsigned i;

	if (check)
		s->next_check = frame->time +
		    (all_settled(s) ? CHECK_SETTLED : CHECK_EVERY);
	for (i = 0; i < s->subjects; i++) {
		u = s->subject[i];
		begin_trace(&u->trace, frame, luma);
		if (u->follow.seen &&
		    skin_face_follow_next(
			&u->follow, &s->small, frame, &s->options, check) < 0)
			return err_set(err, "out of memory");
		if (u->follow.seen && u->follow.confirmed >= BELIEVED)
			s->confirmed = true;
	}
	faces_in_view(s, &faces);
	if (follow_new_faces(s, frame, faces.count, err) < 0)
		return -1;
	faces_in_view(s, &faces);
	for (i = 0; i < s->subjects; i++) {
		begin_trace(&s->subject[i]->trace, frame, luma);
		if (skin_subject_sample(s->subject[i], frame, &faces, dt) < 0)
			return err_set(err, "out of memory");
	}
	if (!s->confirmed) {
		begin_trace(&s->fallback, frame, luma);
		sample_grid(s, frame, &s->fallback, s->fallback_names.count);
	}
	return 0;
}

/* The part of the stored picture that the options ask for. */
static int
part_of(const struct skin_sampler *s, const struct video_frame *frame,
    struct skin_window *part, struct err *err)
{
	double x0, y0, x1, y1;

	*part = (struct skin_window){0, 0, frame->width, frame->height};
	if (s->options.site != SKIN_SITE_SKIN || !(s->options.roi.width > 0))
		return 0;
	video_to_stored(frame, s->options.roi.x, s->options.roi.y, &x0, &y0);
	video_to_stored(frame, s->options.roi.x + s->options.roi.width,
	    s->options.roi.y + s->options.roi.height, &x1, &y1);
	part->x0 = (int)fmax(fmin(x0, x1), 0);
	part->y0 = (int)fmax(fmin(y0, y1), 0);
	part->x1 = (int)fmin(fmax(x0, x1), frame->width);
	part->y1 = (int)fmin(fmax(y0, y1), frame->height);
	if (part->x1 <= part->x0 || part->y1 <= part->y0)
		return err_set(
		    err, "the region of interest is outside the picture");
	return 0;
}

static unsigned
cells(double side, double cell)
{
	double n = fmin(round(side / cell), floor(side / SKIN_PATCH_SIDE));

	return (unsigned)fmin(fmax(n, 1), SKIN_PATCHES / 3.0);
}

/* Of a finger, along ${side}: of a codec's block each. */
static unsigned
boxes(double side)
{
	return (unsigned)fmin(
	    fmax(floor(side / SKIN_PATCH_SIDE), 1), GRID_ACROSS);
}

/* Lay the grid over the picture, whose shape is new. */
static int
lay_grid(
    struct skin_sampler *s, const struct video_frame *frame, struct err *err)
{
	struct skin_window part;
	double w, h, cell;

	if (part_of(s, frame, &part, err) < 0)
		return -1;
	w = part.x1 - part.x0;
	h = part.y1 - part.y0;
	cell = sqrt(w * h / SKIN_PATCHES);
	/* The names of the first frame stay, so the grid does as well. */
	if (!s->begun && s->options.site == SKIN_SITE_SKIN) {
		s->columns = cells(w, cell);
		s->rows = cells(h, cell);
		skin_grid_names(&s->names, "skin", s->columns * s->rows);
	} else if (!s->begun && s->options.site == SKIN_SITE_FINGER) {
		s->columns = boxes(w);
		s->rows = boxes(h);
		skin_grid_names(&s->names, "finger", 1);
	} else if (!s->begun) {
		s->columns = s->rows = GRID_ACROSS;
	}
	skin_patches_of_grid(&s->grid, frame, &part, s->columns, s->rows);
	return 0;
}

static bool
is_same_shape(const struct video_frame *a, const struct video_frame *b)
{
	return a->width == b->width && a->height == b->height &&
	    a->shift_x == b->shift_x && a->shift_y == b->shift_y &&
	    a->depth == b->depth && a->full_range == b->full_range &&
	    a->orientation.quarter == b->orientation.quarter &&
	    a->orientation.mirror == b->orientation.mirror;
}

/* The picture has another size, or is the first. */
static int
take_shape(
    struct skin_sampler *s, const struct video_frame *frame, struct err *err)
{
	unsigned i;

	if (lay_grid(s, frame, err) < 0)
		return -1;
	if (s->options.site == SKIN_SITE_FACE &&
	    skin_downscaled_init(&s->small, frame, false) < 0)
		return err_set(err, "out of memory");
	if (skin_freeze_begin(&s->freeze, frame) < 0)
		return err_set(err, "out of memory");
	if (!s->begun && add_subject(s, err) < 0)
		return -1;
	s->fallback.anchor++;
	for (i = 0; i < s->subjects; i++) {
		s->subject[i]->follow.seen = false;
		s->subject[i]->trace.anchor++;
	}
	skin_search_begin(&s->search, &s->small, &s->options);
	s->next_check = 0;
	return 0;
}

/* Mark the traces where the picture is the last one again. */
static void
mark_repeated(struct skin_sampler *s, const struct video_frame *frame)
{
	const struct trace_frame *skin = &s->subject[0]->trace;
	bool repeated;

	if (s->options.site == SKIN_SITE_FACE && !s->confirmed)
		skin = &s->fallback;
	repeated = skin_freeze_repeats(&s->freeze, frame, skin);
	s->fallback.repeated = repeated;
	for (unsigned i = 0; i < s->subjects; i++)
		s->subject[i]->trace.repeated = repeated;
}

int
skin_sample(struct skin_sampler *sampler, const struct video_frame *frame,
    struct err *err)
{
	double dt = frame->time - sampler->shape.time;
	double luma = skin_luma(frame);
	struct trace_frame *trace;

	if (!sampler->begun || !is_same_shape(frame, &sampler->shape)) {
		if (take_shape(sampler, frame, err) < 0)
			return -1;
		sampler->begun = true;
	}
	sampler->shape = *frame;
	if (sampler->options.site == SKIN_SITE_FACE) {
		if (sample_faces(sampler, frame, dt > 0 ? dt : 0, luma, err) <
		    0)
			return -1;
	} else {
		trace = &sampler->subject[0]->trace;
		begin_trace(trace, frame, luma);
		if (sampler->options.site == SKIN_SITE_FINGER)
			sample_finger(sampler, frame, trace);
		else
			sample_grid(
			    sampler, frame, trace, sampler->names.count);
	}
	mark_repeated(sampler, frame);
	return 0;
}
