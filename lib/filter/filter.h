/*
 * filter: the loop that every line filter shares.
 *
 * Reads NDJSON from files or stdin, hands each line to the command's own
 * function, and keeps the rules of vitals(7) for bad lines: reported as
 * "tool: file:line: what: why", copied to the rejects file when asked, the
 * lines around it go on (or not, with --strict), exit status 1.
 * Empty lines are skipped.  While a pipe is read, the first SIGINT is left to
 * its writer.
 */
#ifndef FILTER_FILTER_H
#define FILTER_FILTER_H

#include <stdbool.h>

#include "cli/cli.h"
#include "diag/err.h"
#include "diag/verdict.h"
#include "ndjson/ndjson.h"

/*
 * Work on one ${line}, of which the reader has checked the length only.  Append the
 * output to ndjson_record(${out}) without the final newline and return
 * VERDICT_GOOD: the loop commits the record, or nothing where nothing was
 * appended.  (To give several records, commit all but the last.)  With
 * another verdict the loop discards what was not committed, and of those only
 * VERDICT_BAD goes on with the next line.
 */
typedef enum verdict filter_fn(void *context, const struct ndjson_line *line,
    struct ndjson_writer *out, struct err *err);

struct filter {
	const char *rejects; /* file to append bad lines to, or NULL */
	bool strict;         /* stop at the first bad line */
	filter_fn *line;
	void *context;
	/* The file being read, for messages: set by filter_run. */
	const char *source;
};

/* The two rows every filter has. */
#define FILTER_OPTIONS(f)                                            \
	CLI_FILE("rejects", 0, "FILE",                               \
	    "append lines that are refused to FILE", &(f)->rejects), \
	    CLI_FLAG("strict", 0, "stop at the first bad line", &(f)->strict)

/*
 * Run over the ${n} files of ${operand} ("-" is stdin), or over stdin where
 * there are none.  A file that cannot be opened is reported and the next one
 * goes on.  ${out} is flushed before each read that may block.  Return a
 * cli_exit status; all failures have been reported, but for one of the output,
 * which cli_finish reports.
 */
int filter_run(
    struct filter *f, char *const operand[], int n, struct ndjson_writer *out);

#endif
