/*
 * truth: what a clip's heart and lungs really did, as lines.
 */
#ifndef SYNTH_TRUTH_H
#define SYNTH_TRUTH_H

#include <stddef.h>

#include "ndjson/ndjson.h"
#include "synth/pulse.h"
#include "synth/spec.h"

/* Write one "truth" line on the clip ${source} of so many ${frames}, then,
 * where there is a pulse, one "beat" line for each systolic peak.  Return 0;
 * -1 when memory or a write failed (errno says why). */
int synth_truth_write(const struct synth_spec *spec,
    const struct synth_pulse *heart, const char *source, size_t frames,
    struct ndjson_writer *w);

#endif
