/*
 * wave: the lines of a pulse wave.
 *
 * The values are at RPPG_GRID.  Each one is written once, and none is omitted,
 * however the recording is divided: a line begins where the last one ended.  The
 * wave is known up to the last frame; what is between that and the end of a window
 * is known, and written, with the next one.
 * Private to lib/measure.
 */
#ifndef MEASURE_WAVE_LINES_H
#define MEASURE_WAVE_LINES_H

#include <stdint.h>

#include "diag/err.h"
#include "diag/verdict.h"
#include "measure/line.h"
#include "ndjson/ndjson.h"
#include "rppg/engine.h"

struct measure_wave {
	/* The value to be written next, counted from the start of the source. */
	int64_t next;
};

/* The time of the value to be written next, s. */
double measure_wave_time(const struct measure_wave *w);

/* Continue at ${time}, s, unless that was written. */
void measure_wave_skip(struct measure_wave *w, double time);

/* Write the values before ${to}, up to that of ${last}, s, in lines like ${l} to
 * ${out}.  Those that ${rppg} does not know are null. */
enum verdict measure_wave_write(struct measure_wave *w, struct rppg *rppg,
    const struct measure_line *l, double to, double last,
    struct ndjson_writer *out, struct err *err);

#endif
