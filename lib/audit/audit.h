/*
 * audit: a file whose lines form a hash chain.
 *
 * Each line is a JSON object with these members, in this order:
 *
 *	- "record", its kind;
 *	- "seq", consecutive from 0;
 *	- "time";
 *	- the members of its kind;
 *	- "previous", the hash of the previous line, or 64 zeros in the first;
 *	- "hash", the SHA-256 in hexadecimal of the bytes of the line up to the
 *	  comma before this member.
 *
 * So a line that was changed, removed or moved is detected.
 *
 * If a power cut leaves an incomplete last line, the next start removes it.  A
 * line that lacks only its newline is kept.
 */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "diag/err.h"
#include "json/json.h"

struct audit;

/* Continue the chain in the file ${fd}, which is open for reading and appending
 * and belongs to the caller.  ${kinds} lists the kinds of its lines, ends with
 * NULL, and is not kept.
 *
 * The file is locked, because a second writer would break the chain.  In an
 * empty file, or one that cannot seek, such as a pipe, a new chain begins.
 *
 * Return NULL with ${err}, and leave the file unchanged, if another process
 * writes to it, if it is not an audit file of these kinds, or if it cannot be
 * read. */
struct audit *audit_new(int fd, const char *const *kinds, struct err *err);
/* From now on, look at each audit_flush whether ${path}, which is copied, still
 * names the file.  If it was renamed or removed, create a new file of that name,
 * and continue the chain there.  Return 0, or -1 if memory runs out. */
int audit_follow(struct audit *a, const char *path);

/* Open or create the file ${path}, continue its chain, like audit_new, and
 * follow its name.  ${err} begins with the path.  audit_free closes the file. */
struct audit *audit_open(
    const char *path, const char *const *kinds, struct err *err);
/* Free ${a}.  Lines that were not flushed are lost.  NULL is a no-op. */
void audit_free(struct audit *a);

/* Begin a line of the kind ${record} at ${time} (ms since 1970, UTC).  Write
 * the members of its kind to the writer that is returned, which belongs to
 * ${a}; then call audit_end.  The line stays in memory until audit_flush. */
struct json_writer *audit_begin(
    struct audit *a, const char *record, int64_t time);
void audit_end(struct audit *a);

/* Write all lines that have ended.  Return 0, or -1 with errno: EEXIST if another
 * file has taken the name of a file that is followed and is not empty.  After
 * ENOMEM some lines are lost, and each later call fails.  After any other error
 * the next call writes the rest. */
int audit_flush(struct audit *a);

/* From now on, never wait for the reader of a FIFO: audit_flush writes what can
 * be written without blocking, and returns 0.  The rest stays in memory, without
 * a limit. */
void audit_nowait(struct audit *a);

/* The most bytes that servers leave to the reader of a FIFO before they accept no
 * more requests, and the milliseconds that they wait for it at their end. */
#define AUDIT_UNREAD_MAX ((size_t)1 << 20)
#define AUDIT_UNREAD_MS 4000

/* The number of bytes that are not written yet; and whether they are less than
 * AUDIT_UNREAD_MAX, which is true if ${a} is NULL. */
size_t audit_unwritten(const struct audit *a);
bool audit_has_room(const struct audit *a);

/* Write the rest, but wait at most ${ms} for the reader of a FIFO.  Return 0, or
 * -1 with errno set: ETIMEDOUT if it did not read in time. */
int audit_finish(struct audit *a, int64_t ms);

#endif
