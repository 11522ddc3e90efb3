/*
 * extract: from a video file, or from lines of traces, to lines of vital
 * signs.  The glue between pictures (lib/video, lib/skin) and measurements
 * (lib/measure).
 */
#ifndef EXTRACT_EXTRACT_H
#define EXTRACT_EXTRACT_H

#include <stdbool.h>
#include <stdint.h>

#include "diag/err.h"
#include "diag/verdict.h"
#include "measure/measure.h"
#include "ndjson/ndjson.h"
#include "skin/skin.h"

/* The most sources of one trace stream that are open at once; when one more
 * comes, the one silent for longest is finished. */
#define EXTRACT_SOURCES_MAX 64

/* s in which a face must come for a video's traces to be of faces. */
#define EXTRACT_TRACE_WAIT 10.0

struct extract_options {
	struct measure_options measure;
	struct skin_options skin;
	bool sandbox;
	double frame_rate; /* of what has no times; 0: not given */
	bool ignore_clock; /* count frames by it whatever has times */
	bool has_stream;   /* else the best is taken */
	unsigned stream;   /* of the container, from 0 */
	bool has_start;    /* else the container's creation time is taken */
	int64_t start;
	/* Called now and then with the share that was read, 0 to 1, negative
	 * where it is not known.  NULL: not wanted. */
	void (*progress)(void *context, double share);
	void *context;
};

/* What did not end the measurement, but should be reported. */
struct extract_notes {
	struct err sandbox; /* what the sandbox lacks; "": nothing */
	struct err damage;  /* what did not decode; "": nothing */
	struct err end; /* that the pictures end too early; "": they do not */
	bool changed;   /* the file was written to while it was read */
	struct err streams; /* which are not measured; "": none */
	struct err clock;   /* what became of its clock; "": it was used */
};

/*
 * Measure the video at ${path} ("-": standard input, named ${name} in the
 * lines) and write its lines.  It gives up what the sandbox takes, so it runs
 * once in a process.
 */
enum verdict extract_video(const struct extract_options *options,
    const char *path, const char *name, struct ndjson_writer *out,
    struct extract_notes *notes, struct err *err);

/*
 * The sources of a stream of trace lines, each with its own measurement.
 * ${missing} is called for those in which there is no heart rate; ${face} is
 * negative where the lines do not say.
 */
typedef void extract_missing_fn(
    const char *source, int face, enum missing_reason why);
struct extract_streams;

/* NULL if out of memory.  The options and the output are borrowed. */
struct extract_streams *extract_streams_new(
    const struct extract_options *options, struct ndjson_writer *out,
    extract_missing_fn *missing);
void extract_streams_free(struct extract_streams *streams);

/* Take one line and write what is due.  VERDICT_BAD: it is refused, ${err}
 * says why, and others may follow. */
enum verdict extract_streams_take(
    struct extract_streams *streams, struct span line, struct err *err);

/* There are no more lines: write what is left.  VERDICT_BAD, with ${err}
 * empty: some source had no heart rate. */
enum verdict extract_streams_finish(
    struct extract_streams *streams, struct err *err);

/* Do these look at the whole picture, whether there is a face or not?  Then
 * no cascade is needed. */
bool extract_is_whole(const struct extract_options *options);

/* Why there is no heart rate, in words. */
const char *extract_missing_text(enum missing_reason why);

#endif
