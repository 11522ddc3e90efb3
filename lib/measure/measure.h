/*
 * measure: from the trace frames of one subject to lines of vital signs.
 *
 * Cuts time into windows, asks the engine (lib/rppg) for the pulse and the
 * estimators (lib/readings) for all that follows from it, and writes the
 * "measurement", "sample" and "wave" lines of vitals-formats(5).
 */
#ifndef MEASURE_MEASURE_H
#define MEASURE_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

#include "diag/err.h"
#include "diag/verdict.h"
#include "ndjson/ndjson.h"
#include "readings/model.h"
#include "readings/reading.h"
#include "rppg/engine.h"
#include "trace/trace.h"

/* Which lines are wanted: a set. */
enum measure_emit {
	MEASURE_MEASUREMENT = 1,
	MEASURE_TRACE = 2, /* written by whoever has the frames */
	MEASURE_WAVE = 4,
	MEASURE_SAMPLE = 8
};

/* Windows, s.  A recording longer than the longest is cut there. */
#define MEASURE_WINDOW_MIN 5.0
#define MEASURE_WINDOW_MAX 7200.0
/* Up to this length a window is analysed as a whole; what is longer in
 * stretches, of which each is forgotten once it was, s. */
#define MEASURE_WHOLE_MAX 600.0
#define MEASURE_STRETCH 300.0
#define MEASURE_EVERY_MIN 1.0

/* Frames a second that it takes.  Of fewer than twice the fastest pulse, 4 Hz,
 * a fast one looks like a slow one (Shannon, 1949); a little less, for a camera
 * that makes about 8. */
#define MEASURE_FRAME_RATE_MIN 7.5

/* Samples a second. */
#define MEASURE_RATE_MIN 1.0
#define MEASURE_RATE_MAX 5.0

/* Seconds of trailing signal that a sample describes. */
#define MEASURE_SAMPLE_SECONDS 30.0

struct measure_options {
	enum rppg_site site;
	enum rppg_method method;
	/* As in rppg_new.  Every heart rate is given, and confidences are half of
	 * what they would be. */
	bool raw;
	unsigned emit;               /* of enum measure_emit */
	double window;               /* s; 0: the whole recording */
	double every;                /* s from one window to the next;
	                                       beyond MEASURE_WHOLE_MAX that
	                                       of the window */
	double rate;                 /* samples per second */
	const struct models *models; /* NULL: not calibrated */
};

/* What is known of the source; texts are borrowed.  It may become known
 * while the source is read. */
struct measure_source {
	const char *name;
	/* Asked for the SHA-256 of its bytes whenever a line is to say it: give
	 * it in hexadecimal, or NULL if it is not known.  Return 0, or -1 with
	 * ${err}.  NULL: it is never known. */
	int (*sha256)(void *context, const char **hex, struct err *err);
	void *context;
	bool has_start;
	int64_t start; /* as in instant.h */
	/* The device: NULL or 0 if it is not known. */
	const char *container, *codec, *make, *model;
	int width, height;
	double frame_rate;
};

struct measure;

/* NULL if out of memory.  ${options} and ${source} must outlive it;
 * ${face_index} is negative where lines are not to say it. */
struct measure *measure_new(const struct measure_options *options,
    const struct measure_source *source, int face_index,
    const struct trace_names *names);
void measure_free(struct measure *m);

/* Continue, but write nothing while it is ${mute}: what is due is skipped. */
void measure_mute(struct measure *m, bool mute);

/* Take the next frame and write the lines that are due.  VERDICT_SYSTEM: no
 * memory, times that do not increase, or no SHA-256 where there should be one; ${err}
 * says which.  VERDICT_OUTPUT: writing failed. */
enum verdict measure_push(struct measure *m, const struct trace_frame *f,
    struct ndjson_writer *out, struct err *err);

/* The source has ended: write what is left. */
enum verdict measure_finish(
    struct measure *m, struct ndjson_writer *out, struct err *err);

/* Write the measurement of a source of which no frame could be measured, and
 * ${why}. */
enum verdict measure_nothing(const struct measure_options *options,
    const struct measure_source *source, enum missing_reason why,
    struct ndjson_writer *out, struct err *err);

/* Why no measurement so far has a heart rate; NOT_MISSING if one has. */
enum missing_reason measure_missing_reason(const struct measure *m);

#endif
