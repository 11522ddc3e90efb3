/*
 * pairs: measurements paired with the readings of a reference at the same time.
 */
#ifndef CALIB_PAIRS_H
#define CALIB_PAIRS_H

#include <stdbool.h>
#include <stddef.h>

#include "buf/buf.h"
#include "diag/err.h"
#include "diag/verdict.h"
#include "readings/model.h"

/* The most reference lines, and the longest name of a source. */
#define CALIB_REFERENCES_MAX 1000000
#define CALIB_SOURCE_MAX 4096

struct calib_pairs;

/* NULL if out of memory. */
struct calib_pairs *calib_pairs_new(void);
void calib_pairs_free(struct calib_pairs *p);

/* Take a reference line.  *${used} is false if it is of a vital that needs
 * no calibration.  All references come before the first measurement.  Sources
 * of one "subject" are omitted together when the fit is tested.
 * VERDICT_SYSTEM: no memory, or more than the bounds. */
enum verdict calib_reference(
    struct calib_pairs *p, struct span line, bool *used, struct err *err);

/*
 * Take a measurement line and pair it, for each vital, with the mean of the
 * references of its source whose offsetSeconds are in its window.  *${used} is
 * false for another record, and for a measurement without features or without
 * references.
 */
enum verdict calib_measurement(
    struct calib_pairs *p, struct span line, bool *used, struct err *err);

/* The pairs of ${vital}, in the order in which they came, and the number of its
 * references. */
const struct model_pair *calib_pairs_of(
    const struct calib_pairs *p, enum vital vital, size_t *n);
size_t calib_references_of(const struct calib_pairs *p, enum vital vital);

/* Source ${k}, from 0, of the references that no measurement had; NULL: there
 * are no more. */
const char *calib_unmatched(const struct calib_pairs *p, size_t k);

#endif
