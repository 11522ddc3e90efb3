/*
 * doctor: whether this machine has what the tools need.
 *
 * Each check has one or more results, in a fixed order.  A result says what was
 * found and, if that is not good, how to fix it.  Nothing is changed: what a
 * check writes to the directory it removes again.
 */
#ifndef DOCTOR_DOCTOR_H
#define DOCTOR_DOCTOR_H

#include "diag/err.h"

enum doctor_verdict {
	DOCTOR_OK,
	DOCTOR_MISSING, /* an optional program is not installed */
	DOCTOR_WARNING, /* something that some users need does not work */
	DOCTOR_FAILED   /* the main job, measuring and delivering, fails */
};

/* "ok", "missing", "warning" or "failed". */
const char *doctor_verdict_name(enum doctor_verdict v);

struct doctor_result {
	char name[64]; /* "kernel.seccomp" */
	enum doctor_verdict verdict;
	struct err found; /* what was found */
	struct err fix;   /* how to fix it; "": nothing to fix */
};

/* ${result} is valid during the call. */
typedef void doctor_fn(void *context, const struct doctor_result *result);

/* Make all checks, those of files in ${directory}, and pass the results to
 * ${report}.  Return the worst verdict. */
enum doctor_verdict doctor_run(
    const char *directory, doctor_fn *report, void *context);

#endif
