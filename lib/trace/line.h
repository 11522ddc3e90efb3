/*
 * trace_line: trace frames as lines of text (the "trace" record of
 * vitals-formats(5)), and back.
 */
#ifndef TRACE_LINE_H
#define TRACE_LINE_H

#include "buf/buf.h"
#include "diag/err.h"
#include "trace/trace.h"

/* The longest name of a source, in bytes once unescaped. */
#define TRACE_SOURCE_MAX 4096

/* The latest time, s: far beyond any clock that counts from 1970. */
#define TRACE_TIME_MAX 1e10

/* A faceIndex is less than this. */
#define TRACE_FACES_MAX 64

struct trace_line {
	struct buf source; /* unescaped */
	int face_index;    /* -1: not given */
	struct trace_names names;
	struct trace_frame frame;
};

void trace_line_init(struct trace_line *l);
void trace_line_release(struct trace_line *l);

struct trace_reader;

/* NULL if out of memory. */
struct trace_reader *trace_reader_new(void);
void trace_reader_free(struct trace_reader *r);

/*
 * Read one line.  It must be one JSON object with record "trace", source,
 * offsetSeconds and 1 to TRACE_REGIONS_MAX regions of different names.  Each has
 * r, g and b from 0 to 255, which may be null if pixels is 0; without pixels, it
 * is 1.  A region that has a name and is wrong otherwise has no pixels; one
 * without a name is ignored.  If no region is good, the line is wrong.  The other
 * members may be missing, and unknown ones are ignored.  Return 0; or -1 with
 * ${err}, and ${l} is void.
 */
int trace_read(struct trace_reader *r, struct span text, struct trace_line *l,
    struct err *err);

/* Append the line of ${frame}, without a newline.  A negative ${face_index} is
 * omitted. */
void trace_write(struct buf *out, struct span source, int face_index,
    const struct trace_names *names, const struct trace_frame *frame);

/* Do both name the same regions in the same order? */
bool trace_names_equal(
    const struct trace_names *a, const struct trace_names *b);

#endif
