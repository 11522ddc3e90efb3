#include "rppg/engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rppg/render.h"
#include "rppg/state.h"

/* On the grid. */
enum {
	HOP = 60,
	FIRST = 300,
	CROWD = 8,          /* frames that tell a rate from a jitter */
	CERTAIN_REGIONS = 4 /* that do not stay the same by chance */
};

/* Two rates agree when they are this close, in bins (5 /min). */
static const double AGREE = 3;

/* With fewer beats in a window, what is left of a drift may look like them. */
static const double CYCLES = 4.5;

/* Rates below this, /min, may be drifts, the more the slower, unless their waves
 * reach so many dB; so many fewer, and they are taken for drifts. */
static const double SLOW = 50, SLOW_STEP = 6, CLEAR = 2, CLEAR_STEP = 3;

struct rppg *
rppg_new(enum rppg_site site, enum rppg_method method,
    const struct trace_names *names)
{
	struct rppg *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->site = site;
	p->method = method;
	p->names = *names;
	history_init(&p->history);
	p->pending = calloc(TRACK_LAG, sizeof(*p->pending));
	p->voter = rppg_voter_new(site, method, names);
	if (p->pending == NULL || p->voter == NULL ||
	    intake_init(&p->intake, names->count) != 0) {
		rppg_free(p);
		return NULL;
	}
	for (int c = 0; c < 3; c++)
		p->shade_gain[c] = 1;
	return p;
}

void
rppg_free(struct rppg *p)
{
	if (p == NULL)
		return;
	intake_release(&p->intake);
	history_release(&p->history);
	rppg_voter_free(p->voter);
	free(p->pending);
	free(p);
}

/* ---- Judging a window --------------------------------------------------- */

static double
methods_agreeing(const struct vote *w, double bin)
{
	double agree = 0, all = 0;

	for (int m = 0; m < RPPG_METHODS; m++) {
		if (!w->method[m].power.valid)
			continue;
		all++;
		agree += fabs(w->method[m].own - bin) <= AGREE;
	}
	return all > 0 ? agree / all : 0;
}

/* How far a rate is where drifts of light and posture are found, unless beats
 * stand out of the noise. */
static double
drift(double rate, double snr)
{
	double unclear = fmax(0, fmin(1, (CLEAR - snr) / CLEAR_STEP));

	return isnan(snr) ? 0 : fmax(0, (SLOW - rate) / SLOW_STEP) * unclear;
}

/* The top of the votes near ${bin}, between the bins. */
static double
refine(const struct vote *w, int bin)
{
	const double *v = w->votes;
	const int last = POWER_HIGH - POWER_LOW;
	int at = bin - POWER_LOW, k = at;

	for (int d = -2; d <= 2; d++)
		if (at + d > 0 && at + d < last && v[at + d] > v[k])
			k = at + d;
	if (k <= 0 || k >= last)
		return POWER_LOW + k;
	double bend = v[k - 1] - 2 * v[k] + v[k + 1];
	if (bend >= 0)
		return POWER_LOW + k;
	return POWER_LOW + k +
	    fmax(-1, fmin(1, 0.5 * (v[k - 1] - v[k + 1]) / bend));
}

int
rppg_judge(struct rppg *p, struct pending *pending, int bin)
{
	const struct vote *w = &pending->vote;
	double at = refine(w, bin);
	struct render_quality quality;

	if (pending->bin == bin)
		return 0;
	if (render_waves(
		p->voter, &p->intake, w, at, pending->wave, &quality) != 0)
		return -1;
	pending->note = (struct note){.start = w->start,
	    .end = w->end,
	    .rate = at * POWER_STEP * 60,
	    .quality = vote_explained(w, at),
	    .movement = w->movement,
	    .seen = w->seen};
	double *f = pending->note.feature;
	f[RPPG_FEATURE_SNR] = quality.snr;
	f[RPPG_FEATURE_COLOUR] = quality.least;
	f[RPPG_FEATURE_METHODS] = methods_agreeing(w, at);
	f[RPPG_FEATURE_MATCH] =
	    -log(1 - vote_explained(w, at)) * (w->end - w->start) / RPPG_WINDOW;
	f[RPPG_FEATURE_SPREAD] = 0;
	f[RPPG_FEATURE_CYCLES] =
	    fmax(0, CYCLES - at * POWER_STEP * (w->end - w->start));
	f[RPPG_FEATURE_DRIFT] = drift(pending->note.rate, quality.snr);
	f[RPPG_FEATURE_MACHINE] = vote_is_machine(w, at);
	f[RPPG_FEATURE_SECONDS] = log((w->end - w->start) / RPPG_WINDOW);
	pending->bin = bin;
	return 0;
}

/* ---- Windows ------------------------------------------------------------- */

/* Choose the rate of the oldest pending window for good. */
static int
settle_oldest(struct rppg *p)
{
	struct pending *w = &p->pending[0];
	int course[TRACK_LAG];
	struct note *note;

	if (p->pendings == 0)
		return 0;
	track_course(&p->track, course, p->pendings);
	if (rppg_judge(p, w, course[0]) != 0 ||
	    (note = rppg_queue_add(&p->history.notes)) == NULL)
		return -1;
	*note = w->note;
	if (history_add_waves(&p->history, llrint(w->vote.start * RPPG_GRID),
		w->wave, w->vote.n) != 0)
		return -1;
	memmove(w, w + 1, --p->pendings * sizeof(*w));
	return 0;
}

/* Judge the window that ends at grid index ${end}. */
static int
window_at(struct rppg *p, int64_t end, struct vote *w)
{
	const struct intake *in = &p->intake;
	int64_t have = end - in->base;
	int64_t run = end - (int64_t)ceil(p->run_start * RPPG_GRID);
	int64_t n = run < POWER_WINDOW ? run : POWER_WINDOW;

	if (n > have)
		n = have;
	return vote_window(p->voter, in, (size_t)(have - n), (size_t)n, w);
}

/* While windows grow, from the start of a run on, each that sees anything has
 * seen all that those before it saw: does ${w} take their place? */
static bool
replaces_pending(const struct rppg *p, const struct pending *w)
{
	return w->vote.any && p->pendings > 0 &&
	    w->vote.start <= p->pending[0].vote.start;
}

static int
take_hop(struct rppg *p)
{
	if (p->pendings == TRACK_LAG && settle_oldest(p) != 0)
		return -1;
	struct pending *w = &p->pending[p->pendings];
	w->bin = 0;
	if (window_at(p, p->next_hop, &w->vote) != 0)
		return -1;
	if (replaces_pending(p, w)) {
		p->pending[0] = *w;
		w = &p->pending[0];
		p->pendings = 0;
		track_restart(&p->track);
	}
	track_push(&p->track, w->vote.votes, RPPG_HOP);
	p->pendings++;

	int course[TRACK_LAG];
	track_course(&p->track, course, p->pendings);
	if (rppg_judge(p, w, course[p->pendings - 1]) != 0)
		return -1;
	p->now.time = w->vote.end;
	p->now.rate = w->vote.any ? w->note.rate : 0;
	p->now.snr_db = w->note.feature[RPPG_FEATURE_SNR];
	recent_add(&p->recent, &w->note);
	p->now.confidence = recent_confidence(&p->recent, p->method);
	p->next_hop += HOP;
	return 0;
}

/* Bring the grid up to date and take the windows that are whole. */
static int
advance(struct rppg *p)
{
	struct intake *in = &p->intake;

	if (!p->running || (in->raws == 0))
		return 0;
	if (in->time[in->raws - 1] * RPPG_GRID < (double)p->next_hop)
		return 0;
	if (intake_grid(in) != 0)
		return -1;
	while (p->next_hop <= in->base + (int64_t)in->grids)
		if (take_hop(p) != 0)
			return -1;
	return 0;
}

int
rppg_last_window(
    struct rppg *p, struct track *t, unsigned *kept, struct pending *last)
{
	struct intake *in = &p->intake;

	*kept = p->pendings;
	if (!p->running)
		return 0;
	if (intake_flush(in) < 0 || intake_grid(in) != 0)
		return -1;
	int64_t end = in->base + (int64_t)in->grids;
	int64_t past = p->next_hop - HOP;
	bool first = p->pendings == 0 && p->track.hops == 0;
	int64_t run = end - (int64_t)ceil(p->run_start * RPPG_GRID);
	if (run < FIRST * 95 / 100 || (!first && end - past < HOP / 4))
		return 0;
	last->bin = 0;
	if (window_at(p, end, &last->vote) != 0)
		return -1;
	*t = p->track;
	if (replaces_pending(p, last)) {
		*kept = 0;
		track_restart(t);
		first = true;
	}
	track_push(t, last->vote.votes,
	    first ? RPPG_HOP : (double)(end - past) / RPPG_GRID);
	return 1;
}

/* Frames stopped for long: all that is pending is settled as it is. */
static int
end_run(struct rppg *p)
{
	struct track t;
	unsigned kept;
	int more;

	struct pending *last = malloc(sizeof(*last));
	if (last == NULL)
		return -1;
	more = rppg_last_window(p, &t, &kept, last);
	if (more == 1) {
		p->pendings = kept;
		if (p->pendings == TRACK_LAG && settle_oldest(p) != 0)
			more = -1;
		p->track = t;
		p->pending[p->pendings++] = *last;
	}
	free(last);
	while (more >= 0 && p->pendings > 0)
		if (settle_oldest(p) != 0)
			more = -1;
	intake_restart(&p->intake);
	track_restart(&p->track);
	recent_clear(&p->recent);
	p->running = false;
	return more < 0 ? -1 : 0;
}

/* ---- Frames -------------------------------------------------------------- */

/* The mean of the regions that ${a} and, unless NULL, ${b} show. */
static bool
common_mean(const struct rppg *p, const struct trace_frame *a,
    const struct trace_frame *b, double mean[3])
{
	double sum = 0;

	mean[0] = mean[1] = mean[2] = 0;
	for (unsigned i = 0; i < p->names.count; i++) {
		const struct trace_region *r = &a->region[i];
		double w =
		    p->intake.weight[i] > 0 ? p->intake.weight[i] : r->pixels;

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

/* Have the last few frames come at more than the most a second?  One alone may
 * lie close to its neighbour: the times are those of arrival then, and no
 * sample must be lost. */
static bool
crowded(const struct queue *q, double time)
{
	const struct shade *then;

	if (q->count < CROWD)
		return false;
	then = rppg_queue_at(q, q->count - CROWD);
	return time - then->first < CROWD * RPPG_CLOSEST * (1 - 1e-9);
}

/* Keep ${s}, or average it into the last one where frames are crowded. */
static int
put_shade(struct rppg *p, const struct shade *s)
{
	struct queue *q = &p->history.shades;
	struct shade *to = q->count > 0 ? rppg_queue_at(q, q->count - 1) : NULL;

	if (to != NULL && to->count < 16 && to->seen == s->seen &&
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

/* Note the mean colour; where the set of regions changes, it is scaled to go
 * on at the level of those that are in both. */
static int
add_shade(struct rppg *p, const struct trace_frame *f)
{
	const struct trace_frame *last = &p->last_frame;
	double now[3], then[3], both_now[3], both_then[3];
	struct shade s = {.time = f->time,
	    .face_y = (float)NAN,
	    .luma = (float)f->luma,
	    .count = 1};

	if (f->face.width > 0 && f->face.height > 0)
		s.face_y = (float)(f->face.y / f->face.height + 0.5);
	if (!common_mean(p, f, NULL, now))
		return put_shade(p, &s);
	s.seen = 1;
	if (p->any && f->anchor != last->anchor &&
	    common_mean(p, last, NULL, then)) {
		for (int c = 0; c < 3; c++)
			if (now[c] > 0 && then[c] > 0)
				p->shade_gain[c] *= then[c] / now[c];
	} else if (p->any && !same_regions(f, last) &&
	    common_mean(p, last, NULL, then) &&
	    common_mean(p, f, last, both_now) &&
	    common_mean(p, last, f, both_then)) {
		for (int c = 0; c < 3; c++)
			if (both_then[c] > 0 && now[c] > 0)
				p->shade_gain[c] *= then[c] / both_then[c] *
				    both_now[c] / now[c];
	}
	s.r = (float)(now[0] * p->shade_gain[0]);
	s.g = (float)(now[1] * p->shade_gain[1]);
	s.b = (float)(now[2] * p->shade_gain[2]);
	return put_shade(p, &s);
}

static bool
shows_skin(const struct rppg *p, const struct trace_frame *f)
{
	for (unsigned i = 0; i < f->count; i++)
		if (f->region[i].pixels > 0 &&
		    strcmp(p->names.name[i], TRACE_BACKGROUND) != 0)
			return true;
	return false;
}

/* A run goes on while frames come and show skin, with short breaks. */
static int
keep_run(struct rppg *p, const struct trace_frame *f)
{
	bool skin = shows_skin(p, f);

	if (p->running && f->time - p->last_skin > RPPG_BREAK &&
	    end_run(p) != 0)
		return -1;
	if (!p->running && skin) {
		p->running = true;
		p->run_start = f->time;
		p->next_hop = (int64_t)ceil(f->time * RPPG_GRID) + FIRST;
	}
	if (skin)
		p->last_skin = f->time;
	return 0;
}

/* Does ${f} show, to the last digit, what the last new frame did?  Whole
 * numbers of few regions may be the same by chance. */
static bool
repeats(const struct rppg *p, const struct trace_frame *f)
{
	bool fractions = false, seen = false;

	for (unsigned i = 0; i < f->count; i++) {
		const struct trace_region *a = &f->region[i];
		const struct trace_region *b = &p->last_frame.region[i];

		if (a->r != b->r || a->g != b->g || a->b != b->b ||
		    a->pixels != b->pixels)
			return false;
		seen |= a->pixels > 0;
		fractions |= a->r - floor(a->r) > 0 || a->g - floor(a->g) > 0 ||
		    a->b - floor(a->b) > 0;
	}
	return seen && (fractions || f->count >= CERTAIN_REGIONS);
}

int
rppg_push(struct rppg *p, const struct trace_frame *f, struct err *err)
{
	if (f->count != p->names.count)
		return err_set(err, "the number of regions changes");
	if (p->any && !(f->time > p->last_time))
		return err_set(err, "time does not rise");
	p->last_time = f->time;
	/* As if it had not come: what is missing then is a gap. */
	if (p->any && (f->repeated || repeats(p, f)))
		return 0;
	if (keep_run(p, f) != 0 || add_shade(p, f) != 0)
		return err_set(err, "out of memory");
	history_forget(&p->history, f->time - RPPG_SECONDS_MAX);
	p->last_frame = *f;
	p->any = true;
	p->frames++;
	if (p->running) {
		int new_frame = intake_push(&p->intake, f);

		if (new_frame < 0 || (new_frame > 0 && advance(p) != 0))
			return err_set(err, "out of memory");
	}
	return 0;
}

void
rppg_now(const struct rppg *p, struct rppg_now *now)
{
	*now = p->now;
}

void
rppg_forget(struct rppg *p, double time)
{
	history_forget(&p->history, time);
}
