/*
 * Pictures that repeat the one before: a call that stalls, a network that
 * drops, a camera that gives fewer pictures than the file has.
 *
 * A picture of the same samples is a repeated one.  A coder that is fed the
 * same picture again improves on it for a while, in few places and by little;
 * so may it treat a picture that is new.  But then the skin keeps changing
 * its colour, and after a few pictures that shows which it was.
 */
#include "skin/internal.h"

#include <math.h>
#include <stdlib.h>

/* Samples that are compared, at most.  By hand: ten thousand are enough for any
 * motion to be in some of them, and cost nothing beside the decoder. */
#define ROWS 32
#define COLUMNS 320

/* Quiet, by hand: so many samples are the same, and they differ by less than
 * this share of what they usually do.  A coder that is fed the same picture again
 * changes fewer; noise changes most.  In a run of such the coder may start again,
 * with a key frame, which changes more. */
#define SAME_MIN 0.85
#define QUIET 0.25
#define QUIET_RUN 0.6
/* How fast the usual follows, a picture: about 20 of them, less than a second.
 * Cuts and starts of motion count as so many times the usual at most. */
#define FOLLOW 0.05
#define LEAP 3.0

/* Quiet for so long: frozen, unless skin changes by more than this, of 255.  By
 * hand: a pulse changes it by more in that time, a coder that improves on a still
 * picture by less. */
#define QUIET_SECONDS 0.2
#define MOVES 0.05

/* A coder that has let short runs pass for quiet does so again, for so long: a
 * run is waited for then.  Otherwise the first quiet picture is frozen.  By hand:
 * longer than from one key frame of x264 to the next, 250 pictures. */
#define DOUBT_SECONDS 10.0

void
skin_freeze_release(struct skin_freeze *s)
{
	free(s->sample);
	*s = (struct skin_freeze){.sample = NULL};
}

/* Take one row of samples, every ${step}th; add up how far they are from those
 * in ${last}, and how many are not.  The sums of a row fit into 32 bits, of which a
 * processor adds several at once. */
#define TAKE_ROW(type, step)                                           \
	for (size_t i = 0; i < n; i++) {                               \
		int v = ((const type *)(const void *)row)[i * (step)]; \
		int d = v - (int)last[i];                              \
                                                                       \
		same += d == 0;                                        \
		sum += (uint32_t)(d < 0 ? -d : d);                     \
		last[i] = (uint16_t)v;                                 \
	}

static uint32_t
take_row(uint16_t *last, const uint8_t *row, bool wide, size_t n, size_t step,
    size_t *equal)
{
	uint32_t sum = 0, same = 0;

	if (wide)
		TAKE_ROW(uint16_t, step)
	else if (step == 2) /* 640 columns, which are met most often */
		TAKE_ROW(uint8_t, 2)
	else
		TAKE_ROW(uint8_t, step)
	*equal += same;
	return sum;
}

/* Take the samples of ${f}; how many are the same as before, and the mean
 * difference, of 255. */
static void
compare(struct skin_freeze *s, const struct video_frame *f, double *same,
    double *change)
{
	size_t equal = 0, all = s->rows * s->columns;
	size_t step = (size_t)f->width / s->columns;
	unsigned long sum = 0;

	for (size_t j = 0; j < s->rows; j++) {
		size_t y = (2 * j + 1) * (size_t)f->height / (2 * s->rows);

		sum += take_row(s->sample + j * s->columns,
		    f->plane[0] + (ptrdiff_t)y * f->stride[0], f->depth > 8,
		    s->columns, step, &equal);
	}
	*same = (double)equal / (double)all;
	*change = ldexp((double)sum / (double)all, 8 - f->depth);
}

/* Of the skin, which the pulse changes most. */
static double
mean_green(const struct trace_frame *t)
{
	double sum = 0, n = 0;

	for (unsigned i = 0; i < t->count; i++) {
		sum += t->region[i].pixels * t->region[i].g;
		n += t->region[i].pixels;
	}
	return n > 0 ? sum / n : 0;
}

/* Does the skin change its colour in a run of quiet pictures? */
static bool
lives(struct skin_freeze *s, const struct trace_frame *t)
{
	double green = mean_green(t);

	if (!s->quiet) {
		s->quiet = true;
		s->since = t->time;
		s->low = s->high = green;
	}
	s->low = fmin(s->low, green);
	s->high = fmax(s->high, green);
	return s->high - s->low > MOVES;
}

/* What differs by ${change} is new. */
static bool
is_new(struct skin_freeze *s, double time, double change)
{
	if (s->quiet && time - s->since < QUIET_SECONDS)
		s->doubted = time;
	s->quiet = false;
	if (s->usual > 0)
		s->usual += FOLLOW * (fmin(change, LEAP * s->usual) - s->usual);
	else
		s->usual = change;
	return false;
}

int
skin_freeze_begin(struct skin_freeze *s, const struct video_frame *frame)
{
	skin_freeze_release(s);
	s->rows = frame->height < ROWS ? (size_t)frame->height : ROWS;
	s->columns = frame->width < COLUMNS ? (size_t)frame->width : COLUMNS;
	s->sample = calloc(s->rows * s->columns, sizeof(*s->sample));
	s->doubted = -HUGE_VAL;
	return s->sample == NULL ? -1 : 0;
}

bool
skin_freeze_repeats(struct skin_freeze *s, const struct video_frame *frame,
    const struct trace_frame *trace)
{
	bool first = !s->any, quiet;
	double same, change;

	compare(s, frame, &same, &change);
	s->any = true;
	if (first)
		return false;
	quiet = s->quiet ? change <= QUIET_RUN * s->usual
			 : same >= SAME_MIN && change <= QUIET * s->usual;
	if (quiet) {
		if (lives(s, trace)) {
			s->doubted = trace->time;
			s->usual = change;
			return is_new(s, trace->time, change);
		}
		return !(change > 0) ||
		    trace->time - s->since >= QUIET_SECONDS ||
		    trace->time - s->doubted > DOUBT_SECONDS;
	}
	return change > 0 ? is_new(s, trace->time, change) : true;
}
