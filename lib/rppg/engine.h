/*
 * engine: from a run of trace frames to a pulse wave and its rate.
 *
 * Frames go in one by one; what was seen of any stretch of time can be asked
 * for at any moment.  The engine works in windows of RPPG_WINDOW seconds that
 * end every RPPG_HOP seconds; it holds the last windows of every region and,
 * of what lies before, only the waves, the mean colour, the motion and a
 * few numbers a second (about 2 MB in RPPG_SECONDS_MAX) until rppg_forget.
 *
 * Fusion.  In each window groups of patches speak with one voice (mvdr.h):
 * for every rate, by the weights over groups and colours that let a pulse
 * through and the noise of that window as little as can be; every method,
 * applied to the mean of all patches, adds its likelihood.  What the background or
 * the movement of the face also show is taken off before.  A Viterbi search
 * over the likelihoods follows the rate through time; the wave is the one that the
 * groups show at that rate.
 */
#ifndef RPPG_ENGINE_H
#define RPPG_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include "diag/err.h"
#include "rppg/grid.h"
#include "rppg/method.h"
#include "trace/trace.h"

#define RPPG_SECONDS_MAX 900.0 /* kept without rppg_forget */

struct rppg;

/* NULL without memory.  ${names} tells skin from the background. */
struct rppg *rppg_new(enum rppg_site site, enum rppg_method method,
    const struct trace_names *names);
void rppg_free(struct rppg *p);

/* Take the next frame; its time must be greater than the last one's.
 * Return 0; -1 without memory or with a frame out of order. */
int rppg_push(struct rppg *p, const struct trace_frame *f, struct err *err);

/* What the confidence of a rate is made of; rppg_confidence has the table. */
enum rppg_feature {
	RPPG_FEATURE_SNR,        /* dB, of the fused wave */
	RPPG_FEATURE_LIKELIHOOD, /* log-likelihood of the rate, for one degree of
				 freedom of a whole window */
	RPPG_FEATURE_METHODS,    /* share of methods that agree, 0 to 1 */
	RPPG_FEATURE_SPREAD,     /* log of 1 + sd of the windows' rates, /min */
	RPPG_FEATURE_SECONDS,    /* log of the length over 10 s */
	RPPG_FEATURE_COLOUR,     /* lesser share of red and blue in the wave */
	RPPG_FEATURE_CYCLES,     /* how many a window lacks to be counted */
	RPPG_FEATURE_ARTEFACT, /* share of windows at a rate of coders, lamps */
	RPPG_FEATURE_DRIFT, /* steps of 6 /min below 50, where beats are unclear */
	RPPG_FEATURES
};

/* A stretch of time as the engine saw it.  All times in seconds of the
 * source; all arrays are owned: rppg_segment_release. */
struct rppg_segment {
	double start, end;
	double rate;       /* /min, from the spectra; 0: none */
	double confidence; /* that it lies within 5 /min of the truth */
	double snr_db;     /* NAN: not known */
	double feature[RPPG_FEATURES];

	/* The fused wave, relative to the light's level, at RPPG_GRID. */
	double wave_start;
	double *wave;
	size_t waves;
	/* Those of the forehead, and of cheeks and chin, on the same grid, each
	 * as its own colours show it; 0 where there is none. */
	double *upper, *lower;

	/* Mean colour of all skin on the frames' times (at most 75 a second:
	 * closer ones are averaged). */
	double *time, *r, *g, *b;
	size_t colours;
	/* Height of the face's middle over the size of the face. */
	double *motion_time, *motion;
	size_t motions;
	/* Stretches without skin in view. */
	double (*gap)[2];
	size_t gaps;

	/* Quality, each 0 to 1: see vitals-extract(1). */
	double movement, illumination, coverage;
	double seen; /* share of the frames that show skin; 0 without frames */
	unsigned long frames, damaged;
};

/* Describe ${from}..${to}, cut to what was pushed and not forgotten, and to
 * the last RPPG_SECONDS_MAX of it.  Return
 * 0 with ${v} set, or -1 without memory. */
int rppg_segment(
    struct rppg *p, double from, double to, struct rppg_segment *v);
void rppg_segment_release(struct rppg_segment *v);

/* The latest estimate: rate 0 while there is none. */
struct rppg_estimate {
	double time, rate, confidence, snr_db;
};
void rppg_latest(const struct rppg *p, struct rppg_estimate *now);

/* What lies before ${time} will not be asked for again. */
void rppg_forget(struct rppg *p, double time);

#endif
