/*
 * truth: what a clip's heart and lungs really did, as lines.
 */
#ifndef SYNTH_TRUTH_H
#define SYNTH_TRUTH_H

#include <stdbool.h>
#include <stddef.h>

#include "ndjson/ndjson.h"
#include "synth/clock.h"
#include "synth/synth.h"

/* What the lines say beside what ${heart} knows. */
struct synth_truth {
	const struct synth_spec *spec;
	const struct synth_clock *clock;
	const char *source;
	const char *scene, *motion, *light; /* names of the kinds */
	size_t frames;
	bool pulse; /* is there any? */
};

/* Write one "truth" line, then, where there is a pulse, one "beat" line for
 * each systolic peak.  Return 0; -1 when memory or a write failed (errno
 * tells). */
int synth_truth_write(const struct synth_truth *t,
    const struct synth_pulse *heart, struct ndjson_writer *w);

#endif
