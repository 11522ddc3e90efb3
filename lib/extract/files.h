/*
 * files: many videos, several at once, each in a process of its own; their
 * lines come in the order of the files.
 */
#ifndef EXTRACT_FILES_H
#define EXTRACT_FILES_H

#include <stddef.h>

#include "extract/extract.h"

enum extract_level {
	EXTRACT_REPORT_ERROR,
	EXTRACT_REPORT_NOTE,   /* it went on all the same */
	EXTRACT_REPORT_VERBOSE /* for those who ask */
};

struct extract_files {
	char *const *path; /* "-": standard input */
	size_t count;
	unsigned jobs; /* 1..JOBS_MAX at once */
	int out;       /* where the lines go */
	bool progress; /* show how far it is, where there is one job */
	/* Called with what happened, in the process of the file or in this one. */
	void (*report)(
	    enum extract_level level, const char *name, const char *what);
};

/* Measure them all.  Return the worst of them in the order VERDICT_SYSTEM,
 * VERDICT_BAD, VERDICT_GOOD; or VERDICT_OUTPUT where the output failed.  All but
 * VERDICT_OUTPUT has been reported. */
enum verdict extract_files_run(
    const struct extract_options *options, const struct extract_files *files);

#endif
