/*
 * audit/trace: the way of one event through the logs of several programs.
 *
 * First all lines with the ID of the event are collected: those whose "id" it
 * is, or whose "batch" contains it.  If that is known then, a second reading
 * adds what the receiver has about such a batch, and the clients of
 * vitals-stream that watched the session of the event while it was under way.
 */
#ifndef AUDIT_TRACE_H
#define AUDIT_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "diag/err.h"
#include "diag/verdict.h"
#include "ndjson/ndjson.h"

/* The most steps of one event, and their total size in bytes. */
#define AUDIT_STEPS_MAX 10000
#define AUDIT_STEPS_SIZE_MAX ((size_t)64 << 20)

struct audit_trace;

/* ${id} is not copied.  Return NULL with errno ENOMEM if memory runs out.
 * audit_trace_free(NULL) is a no-op. */
struct audit_trace *audit_trace_new(const char *id);
void audit_trace_free(struct audit_trace *t);

/* Add line ${number} of ${file}, which is not copied, if it is about the event.
 * Return VERDICT_GOOD; or VERDICT_BAD or VERDICT_SYSTEM with ${err}. */
enum verdict audit_trace_take(struct audit_trace *t, const char *file,
    uint64_t number, struct span line, struct err *err);

/* All lines were taken.  Would a second reading of the same lines add others?
 * If so, bad lines are ignored in it. */
bool audit_trace_again(struct audit_trace *t);

/* How many steps were found? */
size_t audit_trace_steps(const struct audit_trace *t);

/* Write the steps in the order of their time, as lines or as a table.  Return
 * 0, or -1 with errno set. */
int audit_trace_put(
    struct audit_trace *t, bool table, struct ndjson_writer *out);

#endif
