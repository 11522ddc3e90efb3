/*
 * stream/audit: who watched what, in lines that name the line before.
 *
 * The chain is that of vitals-post's audit file: each line has a seq, the hash
 * of the line before, and the SHA-256 of its own bytes up to that member, so
 * that no line can be changed, taken out or moved unseen.
 */
#ifndef STREAM_AUDIT_H
#define STREAM_AUDIT_H

#include "diag/err.h"
#include "json/json.h"

struct stream_audit;

/* Open ${path} to append to, and take up the chain at its end.  A line that was
 * cut short is taken off.  NULL with ${err}: no such file can be made, it is no
 * audit file, another process writes to it.  close(NULL) is a no-op. */
struct stream_audit *stream_audit_open(const char *path, struct err *err);
void stream_audit_close(struct stream_audit *a);

/* Begin a line of the kind ${record} of ${time}; the members go to the writer
 * that is returned.  Then end it: it is chained and written.  Return 0; or -1
 * with ${err}, and nothing of it is in the file. */
struct json_writer *stream_audit_begin(
    struct stream_audit *a, const char *record, int64_t time);
int stream_audit_end(struct stream_audit *a, struct err *err);

#endif
