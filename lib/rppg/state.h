/* The engine's state, shared by engine.c and view.c.  Private to lib/rppg. */
#ifndef RPPG_STATE_H
#define RPPG_STATE_H

#include "rppg/history.h"
#include "rppg/intake.h"
#include "rppg/recent.h"
#include "rppg/track.h"
#include "rppg/vote.h"

/* A window, and what it is worth with the rate chosen last for it. */
struct pending {
	struct vote vote;
	int bin; /* that the rest speaks of; 0: none yet */
	struct note note;
	double wave[VOTE_WAVES][POWER_WINDOW];
};

struct rppg {
	enum rppg_site site;
	enum rppg_method method;
	struct trace_names names;
	struct voter *voter;
	struct intake intake;
	struct track track;
	/* Windows whose rate is not chosen yet, oldest first. */
	struct pending *pending; /* TRACK_LAG of them */
	unsigned pendings;
	struct recent recent;
	struct history history;
	/* The run of frames that show skin, without a break. */
	bool running;
	double run_start, last_skin;
	int64_t next_hop; /* grid index at which the next window ends */
	double last_time; /* of a frame */
	bool any;
	unsigned long frames;
	struct rppg_now now;
	/* The mean colour goes on smoothly when patches come and go. */
	double shade_gain[3];
	struct trace_frame last_frame;
};

/* The window that ends with the last frame, its votes pushed to ${t}, a copy
 * of the track, and how many of the pending ones it leaves in their place;
 * return 1, 0 where there is no newer one than the last, or -1 without
 * memory. */
int rppg_last_window(
    struct rppg *p, struct track *t, unsigned *kept, struct pending *last);

/* Make the note and the wave of ${w} speak of ${bin}.  Return 0, or -1
 * without memory. */
int rppg_judge(struct rppg *p, struct pending *w, int bin);

/* The probability that a rate with these features is right: at most a half of
 * a whole picture, of which nobody knows whether it shows skin. */
double rppg_confidence(
    enum rppg_method method, const double feature[RPPG_FEATURES]);

#endif
