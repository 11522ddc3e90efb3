/*
 * filter: the main loop of all line filters.
 *
 * Reads NDJSON from files or stdin, and calls the command's function for each
 * line.  A bad line is handled as vitals(7) says: it is reported as "tool:
 * file:line: what: why" and copied to the rejects file if there is one, the
 * filter continues with the next line (unless --strict), and the exit status is
 * 1.  Empty lines are skipped.  While it reads a pipe, the first SIGINT is
 * ignored so that the writer can finish.
 */
#ifndef FILTER_FILTER_H
#define FILTER_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/cli.h"
#include "diag/err.h"
#include "diag/verdict.h"
#include "ndjson/ndjson.h"

/*
 * Process one ${line}, of which only the length was checked.  Append the output
 * to ndjson_record(${out}) without the final newline and return VERDICT_GOOD:
 * the loop commits the record, if anything was appended.  (To write several
 * records, commit all but the last.)  With another verdict the loop discards
 * what was not committed.  It continues with the next line only after
 * VERDICT_BAD.
 */
typedef enum verdict filter_fn(void *context, const struct ndjson_line *line,
    struct ndjson_writer *out, struct err *err);

struct filter {
	const char *rejects; /* file to append bad lines to, or NULL */
	bool strict;         /* stop at the first bad line */
	size_t line_max;     /* bytes of a line; 0: NDJSON_LINE_MAX */
	filter_fn *line;
	void *context;
	/* The file being read, for messages.  filter_run sets it. */
	const char *source;
};

/* The two options of every filter. */
#define FILTER_OPTIONS(f)                                                  \
	CLI_WRITTEN("rejects", 0, "FILE", "append rejected lines to FILE", \
	    &(f)->rejects),                                                \
	    CLI_FLAG("strict", 0, "stop at the first bad line", &(f)->strict)

/*
 * Filter the ${n} files of ${operand} ("-" is stdin), or stdin if there are
 * none. A file that cannot be opened is reported and skipped.  ${out} is
 * flushed before each read that may block.  Return a cli_exit status.  All
 * failures were reported, except one of the output, which cli_finish reports.
 */
int filter_run(
    struct filter *f, char *const operand[], int n, struct ndjson_writer *out);

#endif
