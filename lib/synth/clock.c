#include "synth/clock.h"

#include <math.h>

/* A frame's time stays within its own share of the clock. */
#define JITTER_MAX 0.45

void
synth_clock_start(struct synth_clock *c, const struct synth_spec *spec)
{
	synth_rng_init(&c->rng, (uint64_t)spec->seed, SYNTH_STREAM_FRAMES);
	c->step = (double)spec->rate_den / (double)spec->rate_num;
	c->seconds = spec->seconds;
	c->jitter = spec->jitter_ms / 1000;
	c->drop = spec->drop_percent / 100;
	c->frame = 0;
}

bool
synth_clock_next(struct synth_clock *c, double *time)
{
	double late, lost;
	int64_t k;

	do {
		k = c->frame++;
		/* Drawn even where unused: the clip's other frames do not
		 * depend on which of the two is asked for. */
		late = synth_rng_normal(&c->rng) * c->jitter;
		lost = synth_rng_uniform(&c->rng);
	} while (k > 0 && lost < c->drop);
	late = fmin(fmax(late, -JITTER_MAX * c->step), JITTER_MAX * c->step);
	*time = (double)k * c->step;
	if (*time >= c->seconds - 1e-6)
		return false;
	if (k > 0)
		*time = fmin(*time + late, c->seconds);
	return true;
}
