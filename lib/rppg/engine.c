#include "rppg/engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rppg/colour.h"
#include "rppg/reconstruct.h"
#include "rppg/state.h"

/* In samples of the grid: RPPG_HOP and RPPG_FIRST. */
enum {
	HOP = 60,
	FIRST = 300,
	/* By hand: the last window may be this much shorter than FIRST, and
	 * must end this much after the one before it. */
	FIRST_LAST = 285,
	HOP_LAST = 15,
	CERTAIN_REGIONS = 4 /* whole numbers that do not repeat by chance */
};

/* By hand: two rates agree when they are this close, in bins (5 /min, the
 * tolerance of a heart rate). */
static const double AGREE = 3;

/* By hand: with fewer beats in a window, the rest of a drift may look like
 * them. */
static const double CYCLES = 4.5;

/* By hand: rates below SLOW, /min, may be drifts, the more so the slower they
 * are (in steps of SLOW_STEP), unless the SNR of their wave reaches CLEAR dB.
 * CLEAR_STEP dB below that they count as drifts. */
static const double SLOW = 50, SLOW_STEP = 6, CLEAR = 2, CLEAR_STEP = 3;

struct rppg *
rppg_new(enum rppg_site site, enum rppg_method method, bool raw,
    const struct trace_names *names)
{
	struct rppg *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->site = site;
	p->method = method;
	p->raw = raw;
	p->names = *names;
	history_init(&p->history);
	p->pending = calloc(RATE_TRACKER_LAG, sizeof(*p->pending));
	p->analyser = analyser_new(site, method, raw, names);
	if (p->pending == NULL || p->analyser == NULL ||
	    resampler_init(&p->resampler, names->count) != 0) {
		rppg_free(p);
		return NULL;
	}
	for (int c = 0; c < 3; c++)
		p->colour_gain[c] = 1;
	return p;
}

void
rppg_free(struct rppg *p)
{
	if (p == NULL)
		return;
	resampler_release(&p->resampler);
	history_release(&p->history);
	analyser_free(p->analyser);
	free(p->pending);
	free(p);
}

/* ---- The rate of a window ---------------------------------------------- */

static double
methods_agreeing(const struct rate_likelihood *w, double bin)
{
	double agree = 0, all = 0;

	for (int m = 0; m < RPPG_METHODS; m++) {
		if (!w->method[m].power.valid)
			continue;
		all++;
		agree += fabs(w->method[m].best_bin - bin) <= AGREE;
	}
	return all > 0 ? agree / all : 0;
}

/* How far a rate lies in the range of drifts of light and posture, weighted by
 * how little its beats stand out of the noise. */
static double
drift(double rate, double snr)
{
	double unclear = fmax(0, fmin(1, (CLEAR - snr) / CLEAR_STEP));

	return isnan(snr) ? 0 : fmax(0, (SLOW - rate) / SLOW_STEP) * unclear;
}

/* The maximum of the likelihood near ${bin}, interpolated between the bins. */
static double
refine(const struct rate_likelihood *w, int bin)
{
	const double *v = w->log_likelihood;
	const int last = POWER_HIGH - POWER_LOW;
	int at = bin - POWER_LOW, k = at;

	for (int d = -2; d <= 2; d++)
		if (at + d > 0 && at + d < last && v[at + d] > v[k])
			k = at + d;
	if (k <= 0 || k >= last)
		return POWER_LOW + k;
	return POWER_LOW + k +
	    fmax(-1, fmin(1, dsp_parabola_top(v[k - 1], v[k], v[k + 1])));
}

int
rppg_apply_rate(struct rppg *p, struct pending *pending, int bin)
{
	const struct rate_likelihood *w = &pending->rates;
	double at = refine(w, bin);
	struct reconstruct_quality quality;

	if (pending->bin == bin)
		return 0;
	if (reconstruct_waves(p->analyser, &p->resampler, w, at, pending->wave,
		&quality) != 0)
		return -1;
	pending->estimate = (struct window_estimate){.start = w->start,
	    .end = w->end,
	    .rate = at * POWER_STEP * 60,
	    .quality = rate_likelihood_explained(w, at),
	    .seen = w->seen};
	double *f = pending->estimate.feature;
	f[RPPG_FEATURE_SNR] = quality.snr;
	f[RPPG_FEATURE_COLOUR] = quality.least;
	f[RPPG_FEATURE_SHADING] = quality.shading;
	f[RPPG_FEATURE_MOVEMENT] = fmin(1, w->movement);
	f[RPPG_FEATURE_RHYTHM] = quality.rhythm;
	f[RPPG_FEATURE_METHODS] = methods_agreeing(w, at);
	f[RPPG_FEATURE_LIKELIHOOD] =
	    -log(1 - rate_likelihood_explained(w, at)) * (w->end - w->start) /
	    RPPG_WINDOW;
	f[RPPG_FEATURE_SPREAD] = 0;
	f[RPPG_FEATURE_CYCLES] =
	    fmax(0, CYCLES - at * POWER_STEP * (w->end - w->start));
	f[RPPG_FEATURE_DRIFT] = drift(pending->estimate.rate, quality.snr);
	f[RPPG_FEATURE_ARTEFACT] = rate_likelihood_is_artefact(w, at);
	f[RPPG_FEATURE_SECONDS] = log((w->end - w->start) / RPPG_WINDOW);
	pending->bin = bin;
	return 0;
}

/* ---- Windows ------------------------------------------------------------- */

/* Choose the rate of the oldest pending window permanently. */
static int
settle_oldest(struct rppg *p)
{
	struct pending *w = &p->pending[0];
	int path[RATE_TRACKER_LAG];
	struct window_estimate *estimate;

	if (p->pendings == 0)
		return 0;
	rate_tracker_path(&p->tracker, path, p->pendings);
	if (rppg_apply_rate(p, w, path[0]) != 0 ||
	    (estimate = rppg_queue_add(&p->history.windows)) == NULL)
		return -1;
	*estimate = w->estimate;
	if (history_add_waves(&p->history, llrint(w->rates.start * RPPG_GRID),
		w->wave, w->rates.n) != 0)
		return -1;
	memmove(w, w + 1, --p->pendings * sizeof(*w));
	return 0;
}

/* Analyse the window that ends at grid index ${end}. */
static int
window_at(struct rppg *p, int64_t end, struct rate_likelihood *w)
{
	const struct resampler *in = &p->resampler;
	int64_t have = end - in->base;
	int64_t run = end - (int64_t)ceil(p->run_start * RPPG_GRID);
	int64_t n = run < POWER_WINDOW ? run : POWER_WINDOW;

	if (n > have)
		n = have;
	return rate_likelihood_estimate(
	    p->analyser, in, (size_t)(have - n), (size_t)n, w);
}

/* At the start of a run windows grow, and each has seen all that those before
 * it saw.  Does ${w} take their place? */
static bool
replaces_pending(const struct rppg *p, const struct pending *w)
{
	return w->rates.any && p->pendings > 0 &&
	    w->rates.start <= p->pending[0].rates.start;
}

static int
take_hop(struct rppg *p)
{
	if (p->pendings == RATE_TRACKER_LAG && settle_oldest(p) != 0)
		return -1;
	struct pending *w = &p->pending[p->pendings];
	w->bin = 0;
	if (window_at(p, p->next_hop, &w->rates) != 0)
		return -1;
	if (replaces_pending(p, w)) {
		p->pending[0] = *w;
		w = &p->pending[0];
		p->pendings = 0;
		rate_tracker_restart(&p->tracker);
	}
	rate_tracker_push(&p->tracker, w->rates.log_likelihood, RPPG_HOP);
	p->pendings++;

	int path[RATE_TRACKER_LAG];
	rate_tracker_path(&p->tracker, path, p->pendings);
	if (rppg_apply_rate(p, w, path[p->pendings - 1]) != 0)
		return -1;
	p->now.time = w->rates.end;
	p->now.rate = w->rates.any ? w->estimate.rate : 0;
	p->now.snr_db = w->estimate.feature[RPPG_FEATURE_SNR];
	recent_add(&p->recent, &w->estimate);
	p->now.confidence = recent_confidence(&p->recent, p->method);
	p->next_hop += HOP;
	return 0;
}

/* Bring the grid up to date and analyse the windows that are complete. */
static int
advance(struct rppg *p)
{
	struct resampler *in = &p->resampler;

	if (!p->running || (in->raws == 0))
		return 0;
	if (in->time[in->raws - 1] * RPPG_GRID < (double)p->next_hop)
		return 0;
	if (resampler_grid(in) != 0)
		return -1;
	while (p->next_hop <= in->base + (int64_t)in->grids)
		if (take_hop(p) != 0)
			return -1;
	return 0;
}

int
rppg_last_window(struct rppg *p, struct rate_tracker *t, unsigned *kept,
    struct pending *last)
{
	struct resampler *in = &p->resampler;

	*kept = p->pendings;
	if (!p->running)
		return 0;
	if (resampler_flush(in) < 0 || resampler_grid(in) != 0)
		return -1;
	int64_t end = in->base + (int64_t)in->grids;
	int64_t past = p->next_hop - HOP;
	bool first = p->pendings == 0 && p->tracker.hops == 0;
	int64_t run = end - (int64_t)ceil(p->run_start * RPPG_GRID);
	if (run < FIRST_LAST || (!first && end - past < HOP_LAST))
		return 0;
	last->bin = 0;
	if (window_at(p, end, &last->rates) != 0)
		return -1;
	*t = p->tracker;
	if (replaces_pending(p, last)) {
		*kept = 0;
		rate_tracker_restart(t);
		first = true;
	}
	rate_tracker_push(t, last->rates.log_likelihood,
	    first ? RPPG_HOP : (double)(end - past) / RPPG_GRID);
	return 1;
}

/* Frames have stopped for long: settle all that is pending as it is. */
static int
end_run(struct rppg *p)
{
	struct rate_tracker t;
	unsigned kept;
	int more;

	struct pending *last = malloc(sizeof(*last));
	if (last == NULL)
		return -1;
	more = rppg_last_window(p, &t, &kept, last);
	if (more == 1) {
		p->pendings = kept;
		if (p->pendings == RATE_TRACKER_LAG && settle_oldest(p) != 0)
			more = -1;
		p->tracker = t;
		p->pending[p->pendings++] = *last;
	}
	free(last);
	while (more >= 0 && p->pendings > 0)
		if (settle_oldest(p) != 0)
			more = -1;
	resampler_restart(&p->resampler);
	rate_tracker_restart(&p->tracker);
	recent_clear(&p->recent);
	p->running = false;
	return more < 0 ? -1 : 0;
}

/* ---- Frames -------------------------------------------------------------- */

static bool
shows_skin(const struct rppg *p, const struct trace_frame *f)
{
	for (unsigned i = 0; i < f->count; i++)
		if (f->region[i].pixels > 0 &&
		    strcmp(p->names.name[i], TRACE_BACKGROUND) != 0)
			return true;
	return false;
}

/* A run continues while frames come and show skin, with short breaks. */
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

/* Does ${f} repeat the last new frame to the last digit?  Whole numbers of few
 * regions may be equal by chance. */
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
	/* A repeated frame is ignored, so that what is missing becomes a
	 * gap. */
	if (p->any && (f->repeated || repeats(p, f)))
		return 0;
	if (keep_run(p, f) != 0 || colour_add(p, f) != 0)
		return err_set(err, "out of memory");
	history_forget(&p->history, f->time - RPPG_SECONDS_MAX);
	p->last_frame = *f;
	p->any = true;
	p->frames++;
	if (p->running) {
		int new_frame = resampler_push(&p->resampler, f);

		if (new_frame < 0 || (new_frame > 0 && advance(p) != 0))
			return err_set(err, "out of memory");
	}
	return 0;
}

void
rppg_latest(const struct rppg *p, struct rppg_estimate *now)
{
	*now = p->now;
}

void
rppg_forget(struct rppg *p, double time, double wave)
{
	history_forget(&p->history, time);
	history_forget_wave(&p->history, wave);
}
