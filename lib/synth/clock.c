#include "synth/clock.h"

#include <math.h>
#include <string.h>

#include "cli/cli.h"

/* A frame's time stays within its own share of the clock. */
#define JITTER_MAX 0.45

int
synth_clock_parse_rate(
    const char *text, int64_t *num, int64_t *den, struct err *err)
{
	static const struct {
		const char *text;
		int64_t num;
	} ntsc[] = {{"23.976", 24000}, {"29.97", 30000}, {"59.94", 60000},
	    {"119.88", 120000}};
	char whole[24];
	const char *slash = strchr(text, '/');
	double rate;

	*den = 1001;
	for (size_t i = 0; i < sizeof(ntsc) / sizeof(ntsc[0]); i++) {
		if (strcmp(text, ntsc[i].text) == 0) {
			*num = ntsc[i].num;
			return 0;
		}
	}
	if (slash != NULL && (size_t)(slash - text) < sizeof(whole)) {
		memcpy(whole, text, (size_t)(slash - text));
		whole[slash - text] = '\0';
		if (cli_read_integer(whole, 1, 1000000, num) == 0 &&
		    cli_read_integer(slash + 1, 1, 1000000, den) == 0 &&
		    (double)*num / (double)*den >= SYNTH_FRAME_RATE_MIN &&
		    (double)*num / (double)*den <= SYNTH_FRAME_RATE_MAX)
			return 0;
	} else if (cli_read_real(text, SYNTH_FRAME_RATE_MIN,
		       SYNTH_FRAME_RATE_MAX, &rate) == 0) {
		*num = llround(rate * 1000);
		*den = 1000;
		return 0;
	}
	return err_set(err,
	    "'%s': needs frames a second from %g to %g, or "
	    "N/D",
	    text, SYNTH_FRAME_RATE_MIN, SYNTH_FRAME_RATE_MAX);
}

void
synth_clock_start(struct synth_clock *c, uint64_t seed)
{
	synth_rng_init(&c->rng, seed, SYNTH_STREAM_FRAMES);
	c->frame = 0;
}

bool
synth_clock_next(struct synth_clock *c, double *time)
{
	double step = (double)c->rate_den / (double)c->rate_num;
	double late, lost;
	int64_t k;

	do {
		k = c->frame++;
		/* Drawn even where unused: the clip's other frames do not
		 * depend on which of the two is asked for. */
		late = synth_rng_normal(&c->rng) * c->jitter;
		lost = synth_rng_uniform(&c->rng);
	} while (k > 0 && lost < c->drop);
	late = fmin(fmax(late, -JITTER_MAX * step), JITTER_MAX * step);
	*time = (double)k * step;
	if (*time >= c->seconds - 1e-6)
		return false;
	if (k > 0)
		*time = fmin(*time + late, c->seconds);
	return true;
}
