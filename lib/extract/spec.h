/*
 * spec: options of extraction as people write them.
 */
#ifndef EXTRACT_SPEC_H
#define EXTRACT_SPEC_H

#include "extract/extract.h"

/* "measurement,wave": a set of enum measure_emit.  Return 0, or -1 with
 * ${err}. */
int extract_read_emit(const char *text, unsigned *set, struct err *err);

/* "X,Y,W,H" in pixels: the region of interest.  Return as above. */
int extract_read_roi(
    const char *text, struct skin_options *options, struct err *err);

/* Windows of ${window} s every ${every} s, 0 where they are not given.  Return
 * as above. */
int extract_set_windows(struct measure_options *options, double window,
    double every, struct err *err);

#endif
