/* The engine's state, shared by engine.c and segment.c.  Private to lib/rppg. */
#ifndef RPPG_STATE_H
#define RPPG_STATE_H

#include "rppg/history.h"
#include "rppg/rate_likelihood.h"
#include "rppg/rate_tracker.h"
#include "rppg/recent.h"
#include "rppg/resampler.h"

/* A window, with the estimate for the rate that was last chosen for it. */
struct pending {
	struct rate_likelihood rates;
	int bin; /* of estimate and wave; 0: none yet */
	struct window_estimate estimate;
	double wave[WAVES][POWER_WINDOW];
};

struct rppg {
	enum rppg_site site;
	enum rppg_method method;
	bool raw;
	struct trace_names names;
	struct analyser *analyser;
	struct resampler resampler;
	struct rate_tracker tracker;
	/* Windows whose rate is not chosen yet, oldest first. */
	struct pending *pending; /* RATE_TRACKER_LAG of them */
	unsigned pendings;
	struct recent recent;
	struct history history;
	/* The current run: frames that show skin, without a break. */
	bool running;
	double run_start, last_skin;
	int64_t next_hop; /* grid index at which the next window ends */
	double last_time; /* of the last frame */
	bool any;
	unsigned long frames;
	struct rppg_estimate now;
	/* Gains by which the mean colour continues smoothly when patches come
	 * and go. */
	double colour_gain[3];
	struct trace_frame last_frame;
};

/* Analyse the window that ends with the last frame, and push its likelihood to
 * ${t}, a copy of the tracker.  *${kept} is how many of the pending windows
 * still count beside it.  Return 1; 0 if there is no newer window than the
 * last; -1 without memory. */
int rppg_last_window(struct rppg *p, struct rate_tracker *t, unsigned *kept,
    struct pending *last);

/* Make the estimate and the wave of ${w} for the rate at ${bin}.  Return 0, or
 * -1 without memory. */
int rppg_apply_rate(struct rppg *p, struct pending *w, int bin);

/* The probability that a rate with these features is right.  It is at most a
 * half for a whole picture, since it is not known whether that shows skin. */
double rppg_confidence(
    enum rppg_method method, const double feature[RPPG_FEATURES]);

#endif
