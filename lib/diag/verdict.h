/*
 * verdict: what became of a line, or of a file that lines are made of.
 *
 * Whoever handles one returns it, and the layers above pass it on as it is.
 */
#ifndef DIAG_VERDICT_H
#define DIAG_VERDICT_H

enum verdict {
	VERDICT_GOOD,
	VERDICT_BAD,    /* the input's fault: err says why */
	VERDICT_SYSTEM, /* memory, input or a library failed: err says why */
	VERDICT_OUTPUT  /* writing failed: the caller that closes the output
			   reports it, see ndjson_failure */
};

#endif
