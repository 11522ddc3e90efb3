/* plot/read: the members of the line in plot_data.index.  Private to lib/plot. */
#ifndef PLOT_READ_H
#define PLOT_READ_H

#include "plot/data.h"

/* The latest time, s, as in trace lines. */
#define PLOT_TIME_MAX TRACE_TIME_MAX

enum plot_read_flag {
	PLOT_MAY_LACK = 1 /* may be missing or null: the value is unchanged */
};

/* All return 0, or -1 with ${err}, which may be NULL. */

/* Put text of 1 to ${max} bytes in ${ix} into d->text. */
int plot_read_text(struct plot_data *d, const struct json_index *ix,
    const char *key, size_t max, struct err *err);
int plot_read_number(const struct json_index *ix, const char *key, double min,
    double max, unsigned flags, double *value, struct err *err);
int plot_read_instant(const struct json_index *ix, const char *key,
    int64_t *value, struct err *err);

/* The array "readings"; those of vital signs that are not known are left out. */
int plot_read_readings(
    struct plot_data *d, struct plot_reading r[VITAL_COUNT], struct err *err);

/* The object "quality", which may be missing. */
int plot_read_quality(
    struct plot_data *d, struct plot_quality *q, struct err *err);

/* The array "values" into d->value, with NAN for null. */
int plot_read_values(struct plot_data *d, size_t *n, struct err *err);

/* Describe the object "device", as in "h264 640x480, 29.97 frames/s"; "" if there
 * is none. */
int plot_read_device(
    struct plot_data *d, char *text, size_t size, struct err *err);

#endif
