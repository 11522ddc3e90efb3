/* line: the text of measurement, sample and wave lines.  Private to
 * lib/measure. */
#ifndef MEASURE_LINE_H
#define MEASURE_LINE_H

#include "buf/buf.h"
#include "measure/measure.h"
#include "readings/features.h"

/* Each 0 to 1 but snr_db; NAN: null. */
struct measure_quality {
	double signal, snr_db, motion, illumination, coverage;
};

struct measure_line {
	const struct measure_source *source;
	const char *sha256; /* of the source; NULL: not known */
	int face_index;
	double offset, duration;       /* s */
	const struct reading *reading; /* ${readings} of them */
	unsigned readings;
	struct measure_quality quality;
	const struct features *features; /* NULL: none */
};

void measure_line_measurement(struct buf *out, const struct measure_line *l);
void measure_line_sample(
    struct buf *out, const struct measure_line *l, uint64_t seq);

/* ${n} values at RPPG_GRID; NAN becomes null. */
void measure_line_wave(struct buf *out, const struct measure_line *l,
    const double *value, size_t n);

#endif
