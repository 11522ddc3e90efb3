/*
 * audit: a file of lines that each name the one before.
 *
 * A line is a JSON object whose members are "record" (its kind), "seq" (from 0,
 * consecutive), "time", those of its kind, "previous" (the hash of the line
 * before, 64 zeros in the first) and "hash": the SHA-256, in hexadecimal, of the
 * line's bytes up to the comma before that member.  No line can be changed,
 * taken out or moved unseen.
 *
 * What a line can be torn to by a power cut is cut off by the next start; a line
 * that lacks only its newline is kept.
 */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include <stdint.h>

#include "diag/err.h"
#include "json/json.h"

struct audit;

/* Take up the chain at the end of the file ${fd}, which is open to read and to
 * append, and stays the caller's.  ${kinds} has the kinds of its lines and NULL
 * behind the last.  The file is locked: two writers would break each other's
 * chain.  In what has no end, such as a pipe, a chain begins.  NULL with ${err}:
 * another process writes to it, it is no audit file of these kinds, it cannot be
 * read; it is as it was. */
struct audit *audit_new(int fd, const char *const *kinds, struct err *err);
/* The same of the file ${path}, which is made where it is not there; ${err}
 * begins with its name. */
struct audit *audit_open(
    const char *path, const char *const *kinds, struct err *err);
/* What was not flushed is lost.  free(NULL) is a no-op. */
void audit_free(struct audit *a);

/* Begin a line of the kind ${record} of ${time} (ms since 1970, UTC).
 * The members of its kind go to the writer that is returned, which is
 * audit's.  Then end it; it is kept in memory until it is flushed. */
struct json_writer *audit_begin(
    struct audit *a, const char *record, int64_t time);
void audit_end(struct audit *a);

/* Write the lines that have ended.  Return 0, or -1 with errno; ENOMEM: some of
 * them could not be kept, and no later call succeeds.  With any other errno what
 * was not written is written by the next call. */
int audit_flush(struct audit *a);

#endif
