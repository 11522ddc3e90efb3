/*
 * filter/bad: what a tool does with a line of its input that it cannot use.
 *
 * The line is reported as "tool: source:line: why" and appended, unchanged, to
 * the rejects file if there is one.  Of many consecutive lines that are bad for
 * the same reason, or are not JSON at all, the first FILTER_BAD_SHOWN are
 * reported; the others are only counted, unless the level is DIAG_VERBOSE.
 */
#ifndef FILTER_BAD_H
#define FILTER_BAD_H

#include <stdbool.h>
#include <stdint.h>

#include "diag/err.h"
#include "ndjson/ndjson.h"

#define FILTER_BAD_SHOWN 10

struct filter_bad {
	const char *rejects; /* the name of the rejects file, or NULL */
	int fd;              /* it, or -1 */
	/* Of the source being read: */
	const char *source;
	const char *seems; /* the kind of file, if not NDJSON; NULL: unknown */
	uint64_t bad, hidden;
	uint64_t same; /* consecutive lines that are bad for one reason */
	bool no_json;  /* which is that they are not JSON */
	char why[ERR_TEXT_MAX]; /* otherwise this */
};

/* Prepare ${b} and open the file ${rejects}, unless NULL, to append lines to
 * it.  Return 0, or -1 (reported). */
int filter_bad_open(struct filter_bad *b, const char *rejects);

/* For event loops that read stdin: check that the rejects file is not stdin, and
 * that writing to it does not wait for another process, as it does if it is a
 * pipe.  Return 0, or -1 (reported). */
int filter_bad_check(const struct filter_bad *b);

/* Close the rejects file.  Return 0, or -1 (reported). */
int filter_bad_close(struct filter_bad *b);

/* Begin to read ${source}, the name for messages. */
void filter_bad_begin(struct filter_bad *b, const char *source);

/* At the end of the source, report how many lines were not shown. */
void filter_bad_end(const struct filter_bad *b);

/* A line was read.  If it is bad because of ${why}, report and reject it;
 * ${whole} is false if its text is only the start of a line that is too long.
 * If ${why} is NULL, the line is good, and the next bad ones are reported again.
 * Return 0, or -1 if the rejects file cannot be written (reported). */
int filter_bad_line(struct filter_bad *b, const struct ndjson_line *line,
    bool whole, const char *why);

#endif
