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

#define TRACE_FACES_MAX 64 /* faceIndex is less */

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
 * offsetSeconds and 1 to TRACE_REGIONS_MAX regions of different names, each
 * with r, g and b in 0 to 255, null being allowed where pixels is 0; pixels
 * is 1 where it is not given.  A region that has a name and cannot be read
 * otherwise has no pixels, one without a name is ignored, and the line is
 * wrong where none is good.  Face, anchor, luma, damaged and faceIndex may
 * be left out; members it does not know are ignored.  Return 0; -1 with
 * ${err} saying what is wrong (${l} is void).
 */
int trace_read(struct trace_reader *r, struct span text, struct trace_line *l,
    struct err *err);

/* Append the line of ${frame}, without a newline.  ${face_index} is left out
 * where it is negative. */
void trace_write(struct buf *out, struct span source, int face_index,
    const struct trace_names *names, const struct trace_frame *frame);

/* Do both name the same regions in the same order? */
bool trace_names_equal(
    const struct trace_names *a, const struct trace_names *b);

#endif
