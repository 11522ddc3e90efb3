/*
 * calib: calibration files, which turn features into SpO2 and blood pressure
 * for one device or one person.  vitals-formats(5) has the format.
 */
#ifndef CALIB_CALIB_H
#define CALIB_CALIB_H

#include <stdbool.h>
#include <stddef.h>

#include "buf/buf.h"
#include "diag/err.h"
#include "readings/model.h"

/* The longest calibration file. */
#define CALIB_FILE_MAX ((size_t)64 << 10)

/* Read the calibration ${text} into ${m}, strictly.  A version, a vital or a
 * term that this program does not know is an error, and so is a number out of
 * bounds.  A model that cannot be read is skipped if another can be.  Return 0,
 * with ${err} empty, or saying which model was skipped and why; or -1 with
 * ${err} set and ${m} without any model. */
int calib_read(struct models *m, struct span text, struct err *err);

/* Read the file at ${path}.  Return 0, or -1 with ${err} set (without the
 * path). */
int calib_load(struct models *m, const char *path, struct err *err);

/* Append ${m} as one line of JSON, without a newline. */
void calib_write(const struct models *m, struct buf *out);

#endif
