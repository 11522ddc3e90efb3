#include "rppg/colour.h"

#include <math.h>
#include <string.h>

enum {
	CROWD = 8,    /* frames that distinguish a high rate from jitter */
	AVERAGED = 16 /* frames that are averaged at most */
};

/* The mean of the regions that ${a} and, unless NULL, ${b} show. */
static bool
common_mean(const struct rppg *p, const struct trace_frame *a,
    const struct trace_frame *b, double mean[3])
{
	double sum = 0;

	mean[0] = mean[1] = mean[2] = 0;
	for (unsigned i = 0; i < p->names.count; i++) {
		const struct trace_region *r = &a->region[i];
		double w = p->resampler.weight[i] > 0 ? p->resampler.weight[i]
						      : r->pixels;

		if (r->pixels == 0 || (b != NULL && b->region[i].pixels == 0) ||
		    strcmp(p->names.name[i], TRACE_BACKGROUND) == 0)
			continue;
		mean[0] += w * r->r;
		mean[1] += w * r->g;
		mean[2] += w * r->b;
		sum += w;
	}
	for (int c = 0; c < 3 && sum > 0; c++)
		mean[c] /= sum;
	return sum > 0;
}

static bool
same_regions(const struct trace_frame *a, const struct trace_frame *b)
{
	for (unsigned i = 0; i < a->count; i++)
		if ((a->region[i].pixels == 0) != (b->region[i].pixels == 0))
			return false;
	return true;
}

/* Have the last few frames come faster than one in RPPG_CLOSEST?  A single
 * frame may lie close to its neighbour where times are those of arrival, and
 * then no sample must be lost. */
static bool
crowded(const struct queue *q, double time)
{
	const struct skin_colour *then;

	if (q->count < CROWD)
		return false;
	then = rppg_queue_at(q, q->count - CROWD);
	return time - then->first < CROWD * RPPG_CLOSEST * (1 - 1e-9);
}

/* Add ${s}, or average it into the last one where frames are crowded. */
static int
put_colour(struct rppg *p, const struct skin_colour *s)
{
	struct queue *q = &p->history.colours;
	struct skin_colour *to =
	    q->count > 0 ? rppg_queue_at(q, q->count - 1) : NULL;

	if (to != NULL && to->count < AVERAGED && to->seen == s->seen &&
	    s->time - to->first < RPPG_CLOSEST * (1 - 1e-9) &&
	    crowded(q, s->time)) {
		float part = 1 / (float)(++to->count);

		to->time += (double)part * (s->time - to->time);
		to->r += part * (s->r - to->r);
		to->g += part * (s->g - to->g);
		to->b += part * (s->b - to->b);
		return 0;
	}
	if ((to = rppg_queue_add(q)) == NULL)
		return -1;
	*to = *s;
	to->first = s->time;
	return 0;
}

int
colour_add(struct rppg *p, const struct trace_frame *f)
{
	const struct trace_frame *last = &p->last_frame;
	double now[3], then[3], both_now[3], both_then[3];
	struct skin_colour s = {
	    .time = f->time, .face_y = (float)NAN, .count = 1};

	if (f->face.width > 0 && f->face.height > 0)
		s.face_y = (float)(f->face.y / f->face.height + 0.5);
	if (!common_mean(p, f, NULL, now))
		return put_colour(p, &s);
	s.seen = 1;
	if (p->any && f->anchor != last->anchor &&
	    common_mean(p, last, NULL, then)) {
		for (int c = 0; c < 3; c++)
			if (now[c] > 0 && then[c] > 0)
				p->colour_gain[c] *= then[c] / now[c];
	} else if (p->any && !same_regions(f, last) &&
	    common_mean(p, last, NULL, then) &&
	    common_mean(p, f, last, both_now) &&
	    common_mean(p, last, f, both_then)) {
		for (int c = 0; c < 3; c++)
			if (both_then[c] > 0 && now[c] > 0)
				p->colour_gain[c] *= then[c] / both_then[c] *
				    both_now[c] / now[c];
	}
	s.r = (float)(now[0] * p->colour_gain[0]);
	s.g = (float)(now[1] * p->colour_gain[1]);
	s.b = (float)(now[2] * p->colour_gain[2]);
	return put_colour(p, &s);
}
