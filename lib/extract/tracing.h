/*
 * tracing: trace lines of a video, of its faces or of the whole picture.
 * Private to lib/extract.
 *
 * A source's lines have the same regions from first to last, so nothing is
 * written until it is clear whether there is a face: EXTRACT_TRACE_WAIT
 * seconds at most.
 */
#ifndef EXTRACT_TRACING_H
#define EXTRACT_TRACING_H

#include "diag/err.h"
#include "diag/verdict.h"
#include "ndjson/ndjson.h"
#include "trace/line.h"

enum tracing_of {
	TRACING_FACES,
	TRACING_WHOLE,
	TRACING_KINDS
};

struct tracing {
	struct ndjson_writer *out;
	struct span source;
	bool decided;
	enum tracing_of of;
	struct buf held[TRACING_KINDS]; /* whole lines */
};

void tracing_init(
    struct tracing *t, struct ndjson_writer *out, const char *source);
void tracing_release(struct tracing *t);

/* Take one frame of a face or of the whole picture: it is held, written, or
 * dropped if the decision was against it.  Return VERDICT_SYSTEM with ${err} if
 * memory ran out, or VERDICT_OUTPUT. */
enum verdict tracing_put(struct tracing *t, enum tracing_of of, int face_index,
    const struct trace_names *names, const struct trace_frame *frame,
    struct err *err);

/* From now on the lines are those ${of} the one; what was held of them is
 * written.  Return VERDICT_GOOD or VERDICT_OUTPUT. */
enum verdict tracing_decide(struct tracing *t, enum tracing_of of);

/* Is so much held that it is time to decide? */
bool tracing_is_full(const struct tracing *t);

#endif
