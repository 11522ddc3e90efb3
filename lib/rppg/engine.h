/*
 * engine: from trace frames to a pulse wave and its rate.
 *
 * Frames go in one by one, and what was seen of any stretch of time can be
 * asked for at any moment.  The engine works in windows of RPPG_WINDOW seconds
 * that end every RPPG_HOP seconds.  It holds the samples of the last windows;
 * of what lies before it keeps the waves, the mean colour, the motion and a few
 * numbers a second (about 2 MB in RPPG_SECONDS_MAX), until rppg_forget.
 *
 * Fusion.  In each window, patches are averaged in groups.  For every rate the
 * groups and their colours are combined with the weights that let a pulse
 * through and suppress the noise of that window (mvdr.h).  Every method,
 * applied to the mean of all patches, adds its own likelihood.  What the
 * background or the movement of the face show as well is removed first.  A
 * Viterbi search over the likelihoods follows the rate through time, and the
 * wave is the one that the groups show at that rate.
 */
#ifndef RPPG_ENGINE_H
#define RPPG_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diag/err.h"
#include "rppg/grid.h"
#include "rppg/method.h"
#include "trace/trace.h"

#define RPPG_SECONDS_MAX 900.0 /* s, kept without rppg_forget */

struct rppg;

/*
 * NULL if out of memory.  ${names} says which regions are skin and which
 * background.  ${raw}, with a method that is not the fusion nor that of whole
 * pictures: the method as its paper has it, without what this engine adds.  Light
 * and movement are not removed, spectra are not whitened, the rate of a window
 * is the highest peak of its spectrum, and that of a segment their median.
 */
struct rppg *rppg_new(enum rppg_site site, enum rppg_method method, bool raw,
    const struct trace_names *names);
void rppg_free(struct rppg *p);

/* Take the next frame; its time must be greater than the last one's.
 * Return 0; -1 without memory or with a frame out of order. */
int rppg_push(struct rppg *p, const struct trace_frame *f, struct err *err);

/* The features from which the confidence of a rate is computed: see
 * confidence.c. */
enum rppg_feature {
	RPPG_FEATURE_SNR,        /* dB, of the fused wave */
	RPPG_FEATURE_LIKELIHOOD, /* log-likelihood a degree of freedom */
	RPPG_FEATURE_METHODS,    /* share of methods that agree, 0 to 1 */
	RPPG_FEATURE_SPREAD,     /* log of 1 + deviation of the rates, /min */
	RPPG_FEATURE_SECONDS,    /* log of the length over 10 s */
	RPPG_FEATURE_COLOUR,     /* lesser share of red and blue in the wave */
	RPPG_FEATURE_CYCLES,     /* cycles that a window is short of */
	RPPG_FEATURE_ARTEFACT, /* share of windows at a rate of coders or lamps */
	RPPG_FEATURE_DRIFT, /* steps of 6 /min below 50, where beats are unclear */
	RPPG_FEATURE_SHADING,  /* change of colour that is not that of blood */
	RPPG_FEATURE_MOVEMENT, /* of the face, as in struct window; 1 at most */
	RPPG_FEATURE_RHYTHM,   /* share of the movement at the rate, 0 to 1 */
	RPPG_FEATURES
};

/* A stretch of time as the engine saw it.  All times are in seconds of the
 * source.  All arrays are owned: rppg_segment_release. */
struct rppg_segment {
	double start, end;
	double rate; /* /min, from the spectra; 0: none */
	double
	    confidence; /* probability that it lies within 5 /min of the truth */
	double snr_db;  /* NAN: not known */
	double feature[RPPG_FEATURES];

	/* The fused wave, relative to the light's level, at RPPG_GRID. */
	double wave_start;
	double *wave;
	size_t waves;
	/* The waves of the forehead, and of cheeks and chin, on the same grid,
	 * each made of its own colours only; 0 if there is none. */
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

/* Describe ${from} to ${to}, cut to what was pushed and not forgotten, and to
 * its last RPPG_SECONDS_MAX.  Return 0 with ${v} set, or -1 without memory. */
int rppg_segment(
    struct rppg *p, double from, double to, struct rppg_segment *v);
void rppg_segment_release(struct rppg_segment *v);

/* The wave only, from value ${first} to before ${end}, which is greater: counted
 * from the start of the source at RPPG_GRID, and cut to the last RPPG_SECONDS_MAX.
 * It is 0 where nothing was pushed, or it was forgotten.  Return 0 with ${v} set,
 * or -1 without memory. */
int rppg_wave(
    struct rppg *p, int64_t first, int64_t end, struct rppg_segment *v);

/* The latest estimate; its rate is 0 while there is none. */
struct rppg_estimate {
	double time, rate, confidence, snr_db;
};
void rppg_latest(const struct rppg *p, struct rppg_estimate *now);

/* Forget what lies before ${time}, and the wave before ${wave}: it will not be
 * asked for again. */
void rppg_forget(struct rppg *p, double time, double wave);

#endif
