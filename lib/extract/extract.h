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
	bool has_start; /* else the container's creation time is taken */
	int64_t start;
	/* Called now and then with the share that was read, 0 to 1, negative
	 * where it is not known.  NULL: not wanted. */
	void (*progress)(void *context, double share);
	void *context;
};

enum extract_status {
	EXTRACT_OK,
	EXTRACT_DATA,   /* no video, or no heart rate in it: err says why */
	EXTRACT_SYSTEM, /* memory, I/O */
	EXTRACT_OUTPUT  /* writing failed; errno tells, the writer knows */
};

/* What went well enough to go on, but should be told. */
struct extract_notes {
	struct err sandbox; /* what the sandbox lacks; "": nothing */
	struct err damage;  /* what did not decode; "": nothing */
};

/*
 * Measure the video at ${path} ("-": standard input, named ${name} in the
 * lines) and write its lines.  It gives up what the sandbox takes, so it runs
 * once in a process.
 */
enum extract_status extract_video(const struct extract_options *options,
    const char *path, const char *name, struct ndjson_writer *out,
    struct extract_notes *notes, struct err *err);

/*
 * Measure each source of the trace lines on ${fd}.  ${refuse}, unless it
 * returns false, is told each bad line with its number and what is wrong, and
 * reading goes on.  Return as above; EXTRACT_DATA with an empty ${err} where
 * lines were refused or a source had no heart rate (told through ${absent}).
 */
struct extract_lines {
	bool (*refuse)(
	    void *context, const struct ndjson_line *line, const char *what);
	void (*absent)(
	    void *context, const char *source, int face, enum absent why);
	void *context;
};
enum extract_status extract_traces(const struct extract_options *options,
    int fd, const struct extract_lines *lines, struct ndjson_writer *out,
    struct err *err);

/* Do these look at the whole picture, whether there is a face or not?  Then
 * no cascade is needed. */
bool extract_is_whole(const struct extract_options *options);

/* Why there is no heart rate, in words. */
const char *extract_absent_text(enum absent why);

#endif
