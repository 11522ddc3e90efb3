/*
 * ndjson: lines in, lines out.
 *
 * The reader gives one line at a time from a descriptor and never holds more
 * than one line of NDJSON_LINE_MAX bytes; the writer collects whole records
 * and flushes them when its buffer is full or, if a reader is tied to it,
 * just before the reader blocks: a live pipe sees each line at once, a batch
 * runs in large writes.
 */
#ifndef NDJSON_NDJSON_H
#define NDJSON_NDJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"

/* The longest line, without its newline. */
#define NDJSON_LINE_MAX ((size_t)1 << 20)

/* ---- Writer ------------------------------------------------------------ */

struct ndjson_writer;

/* A writer on ${fd}, which it does not own.  NULL without memory. */
struct ndjson_writer *ndjson_writer_new(int fd);

/* Free; what was not flushed is lost.  NULL is a no-op. */
void ndjson_writer_free(struct ndjson_writer *w);

/* The buffer to append the next record to: write it whole, then call
 * ndjson_commit, or ndjson_discard to take it back. */
struct buf *ndjson_record(struct ndjson_writer *w);

/* End the record with a newline and keep it.  Return 0; -1 when memory or a
 * write failed (errno tells; the record is gone). */
int ndjson_commit(struct ndjson_writer *w);

/* Has anything been appended (or tried to be) since the last commit? */
bool ndjson_pending(const struct ndjson_writer *w);

/* Drop what was appended since the last commit. */
void ndjson_discard(struct ndjson_writer *w);

/* Keep the record as it is, without a newline: for raw output. */
int ndjson_commit_raw(struct ndjson_writer *w);

/* Commit ${line} as a record.  Return as ndjson_commit. */
int ndjson_put(struct ndjson_writer *w, struct span line);

/* Write out all that is committed.  Return 0, or -1 with errno set; once
 * failed, all later calls fail with the same errno. */
int ndjson_flush(struct ndjson_writer *w);

/* Never wait for the one who reads ${fd} from now on, or, with ${nowait} false,
 * wait again: ndjson_flush writes what can be written at once and returns 0;
 * what is left is kept, however much that becomes. */
void ndjson_writer_nowait(struct ndjson_writer *w, bool nowait);

/* How many bytes are committed and still to be written; 0 once it failed. */
size_t ndjson_unwritten(const struct ndjson_writer *w);

/* Flush after every commit from now on: for producers that read no pipe. */
void ndjson_writer_unbuffered(struct ndjson_writer *w);

/* ---- Files that lines are appended to ---------------------------------- */

/* Open ${path} to append lines, and make it, for its owner alone, where it is
 * not there.  Return a descriptor, or -1 with errno set. */
int ndjson_open_append(const char *path);

/* Was the last line of the file ${fd} cut off, so that a newline must come
 * before the next?  Of what cannot be looked at nothing is said. */
bool ndjson_lacks_newline(int fd);

/* Append ${line} on a line of its own.  Return 0, or -1 with errno set. */
int ndjson_append(int fd, struct span line);

/* ---- Reader ------------------------------------------------------------ */

enum ndjson_status {
	NDJSON_FAILED = -1, /* read(2) failed: errno tells */
	NDJSON_END = 0,
	NDJSON_LINE = 1,
	NDJSON_TOO_LONG = 2,    /* the line is dropped; its start is given */
	NDJSON_FLUSH_FAILED = 3 /* the tied writer failed: errno tells */
};

struct ndjson_line {
	struct span
	    text;        /* without "\n" or "\r\n"; valid until the next call */
	uint64_t number; /* from 1 */
	bool newline;    /* false: the last line, and it has no newline */
};

struct ndjson_reader;

/* A reader on ${fd}, which it does not own, for lines up to ${max} bytes
 * (0: NDJSON_LINE_MAX).  NULL without memory. */
struct ndjson_reader *ndjson_reader_new(int fd, size_t max);
void ndjson_reader_free(struct ndjson_reader *r);

/* Flush ${w} before each read(2) of ${r}. */
void ndjson_reader_tie(struct ndjson_reader *r, struct ndjson_writer *w);

/* The next line.  NDJSON_TOO_LONG gives the line's first bytes. */
enum ndjson_status ndjson_next(
    struct ndjson_reader *r, struct ndjson_line *line);

/* Read once, unless a whole line or the end is at hand already: for loops that
 * wait for several descriptors and must not block on half a line.  Return
 * NDJSON_LINE, whatever is there now, or a failure as ndjson_next. */
enum ndjson_status ndjson_fill(struct ndjson_reader *r);

/* Behind NDJSON_END: read on, there may be more to come, as from a FIFO that is
 * opened anew.  Lines go on being counted. */
void ndjson_resume(struct ndjson_reader *r);

/* Is a whole line (or the end) at hand without reading? */
bool ndjson_ready(const struct ndjson_reader *r);

/* What a file that holds no JSON lines seems to be, by its ${first} line or the
 * start of it: "an MP4 or QuickTime video"; NULL where nothing tells. */
const char *ndjson_seems(struct span first);

/* Does ${line}, the first of a file, start with a byte order mark? */
static inline bool
ndjson_marked(struct span line)
{
	return line.n >= 3 && memcmp(line.p, "\xef\xbb\xbf", 3) == 0;
}

/* For those who stop reading: what was read of a line whose newline has not
 * come.  Return false where there is no such line; *${bytes}: how many. */
bool ndjson_torn(
    const struct ndjson_reader *r, struct ndjson_line *line, uint64_t *bytes);

#endif
