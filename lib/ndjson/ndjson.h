/*
 * ndjson: reads and writes lines of JSON.
 *
 * The reader returns one line at a time from a descriptor and buffers at most
 * one line of NDJSON_LINE_MAX bytes.  The writer collects whole records.  It
 * flushes them when its buffer is full or, if a reader is tied to it, just
 * before the reader blocks: a live pipe gets each line immediately, and a batch
 * is written in large blocks.
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

/* Return a writer to ${fd}, which it does not own; NULL if out of memory. */
struct ndjson_writer *ndjson_writer_new(int fd);

/* Free the writer; unflushed data is lost.  NULL is a no-op. */
void ndjson_writer_free(struct ndjson_writer *w);

/* The buffer to append the next record to.  Write all of it, then call
 * ndjson_commit, or ndjson_discard to drop it. */
struct buf *ndjson_record(struct ndjson_writer *w);

/* End the record with a newline and queue it.  Return 0; or -1 with errno set
 * if memory or a write failed, and then the record is lost. */
int ndjson_commit(struct ndjson_writer *w);

/* Was anything appended (or did an append fail) since the last commit? */
bool ndjson_pending(const struct ndjson_writer *w);

/* Drop what was appended since the last commit. */
void ndjson_discard(struct ndjson_writer *w);

/* Queue the record without a newline, for raw output. */
int ndjson_commit_raw(struct ndjson_writer *w);

/* Commit ${line} as a record.  Return as ndjson_commit does. */
int ndjson_put(struct ndjson_writer *w, struct span line);

/* Write all committed records.  Return 0, or -1 with errno set.  After a
 * failure all later calls fail with the same errno. */
int ndjson_flush(struct ndjson_writer *w);

/* Return the errno of the first write that failed; ENOMEM if no write failed,
 * but a record was lost because memory ran out; or 0. */
int ndjson_failure(const struct ndjson_writer *w);

/* With ${nowait} true, never wait for the reader of ${fd}: ndjson_flush writes
 * what can be written without blocking and returns 0.  The rest stays queued,
 * without a limit.  With ${nowait} false, wait again. */
void ndjson_writer_nowait(struct ndjson_writer *w, bool nowait);

/* The number of committed bytes that are not written yet; 0 after a failure. */
size_t ndjson_unwritten(const struct ndjson_writer *w);

/* Flush after every commit from now on, for programs that have no
 * ndjson_reader. */
void ndjson_writer_unbuffered(struct ndjson_writer *w);

/* ---- Appending to files ------------------------------------------------- */

/* Open ${path} to append lines.  If it does not exist, create it with mode
 * 0600.  Do not wait for the reader of a FIFO.  Return a descriptor, or -1 with
 * errno set: ENXIO if it is a FIFO that nobody reads. */
int ndjson_open_append(const char *path);

/* Check that the input ${in}, called ${name}, is not also the file ${out}, which
 * lines are appended to: it would grow with each line that is read.  ${option} gave
 * ${out}; NULL: it is stdout.  Return 0; or -1 with ${err}. */
int ndjson_check_input(
    int in, const char *name, int out, const char *option, struct err *err);

/* Does the last line of the file ${fd} lack its newline, so that one must
 * precede the next line?  Return false if the file cannot be read. */
bool ndjson_lacks_newline(int fd);

/* Append ${line} on a line of its own.  Return 0, or -1 with errno set. */
int ndjson_append(int fd, struct span line);

/* ---- Reader ------------------------------------------------------------ */

enum ndjson_status {
	NDJSON_FAILED = -1, /* read(2) failed; errno is set */
	NDJSON_END = 0,
	NDJSON_LINE = 1,
	NDJSON_TOO_LONG = 2,    /* the line is dropped; text is its start */
	NDJSON_FLUSH_FAILED = 3 /* the tied writer failed; errno is set */
};

struct ndjson_line {
	struct span
	    text;        /* without "\n" or "\r\n"; valid until the next call */
	uint64_t number; /* from 1 */
	bool newline;    /* false: the last line, without a newline */
};

struct ndjson_reader;

/* Return a reader of ${fd}, which it does not own, for lines of up to ${max}
 * bytes (0: NDJSON_LINE_MAX); NULL if out of memory. */
struct ndjson_reader *ndjson_reader_new(int fd, size_t max);
void ndjson_reader_free(struct ndjson_reader *r);

/* Flush ${w} before each read(2) of ${r}. */
void ndjson_reader_tie(struct ndjson_reader *r, struct ndjson_writer *w);

/* Read the next line.  With NDJSON_TOO_LONG the text is the start of the
 * line. */
enum ndjson_status ndjson_next(
    struct ndjson_reader *r, struct ndjson_line *line);

/* Read once, unless a whole line or the end is buffered already.  For loops
 * that wait for several descriptors and must not block in the middle of a line.
 * Return NDJSON_LINE, whether or not a line is complete, or a failure as
 * ndjson_next does. */
enum ndjson_status ndjson_fill(struct ndjson_reader *r);

/* After NDJSON_END: continue to read, such as from a FIFO that was opened
 * again. Line numbers continue. */
void ndjson_resume(struct ndjson_reader *r);

/* Is a whole line (or the end) buffered? */
bool ndjson_ready(const struct ndjson_reader *r);

/* Guess what a file that has no JSON lines is, by the start of its ${first}
 * line: "an MP4 or QuickTime video"; NULL if it is unknown. */
const char *ndjson_seems(struct span first);

/* Return why ${line} is bad if a parser would not explain it well: it contains
 * a NUL byte, or it is the first line and starts with a byte order mark.
 * Otherwise return NULL. */
const char *ndjson_refusal(const struct ndjson_line *line);

/* For a caller that stops reading: was the start of a line read without its
 * newline?  Return false if there is no such line; otherwise *${bytes} is its
 * length so far. */
bool ndjson_torn(
    const struct ndjson_reader *r, struct ndjson_line *line, uint64_t *bytes);

#endif
