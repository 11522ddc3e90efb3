/*
 * history: what is kept of all frames: the fused wave, the mean colour, the
 * movement, and one estimate for each window.  Private to lib/rppg.
 */
#ifndef RPPG_HISTORY_H
#define RPPG_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "rppg/analyser.h"
#include "rppg/engine.h"

/* What one window shows, once its rate is chosen. */
struct window_estimate {
	double start, end;
	double rate;    /* /min */
	double quality; /* weight of the rate: explained share, 0 to 1 */
	double feature[RPPG_FEATURES];
	double seen;
};

/* The mean colour of all skin in one frame, and the position of the face. */
struct skin_colour {
	double time, first; /* of the frames averaged: mean, first */
	float r, g, b;
	float face_y;   /* NAN: no face */
	uint16_t seen;  /* is skin in view? */
	uint16_t count; /* frames averaged */
};

/* A growing array that forgets from its front. */
struct queue {
	unsigned char *data;
	size_t size, first, count, cap; /* in items of size bytes */
};

/* A new zeroed item at the end; NULL if out of memory. */
void *rppg_queue_add(struct queue *q);
void *rppg_queue_at(const struct queue *q, size_t i);

/* Sums of overlapping windows and of their weights, at one sample of the
 * grid. */
struct wave_sum {
	float sum[WAVES], weight;
};

struct history {
	struct queue windows; /* struct window_estimate */
	struct queue colours; /* struct skin_colour */
	struct queue wave;    /* struct wave_sum */
	int64_t wave_base;    /* grid index of the first */
};

void history_init(struct history *h);
void history_release(struct history *h);

/* Add ${n} samples of a window's waves from grid index ${at} on, under a Hann
 * window.  Return 0, or -1 without memory. */
int history_add_waves(
    struct history *h, int64_t at, double wave[WAVES][POWER_WINDOW], size_t n);

/* Forget the windows that ended, and the colours, before ${time}. */
void history_forget(struct history *h, double time);

/* Forget the wave before ${time}. */
void history_forget_wave(struct history *h, double time);

#endif
