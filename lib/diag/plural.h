/*
 * diag/plural: the ending of a noun after a number, in messages: "1 line", "2 lines".
 *
 *	diag_note("%" PRIu64 " line%s", n, diag_plural(n));
 */
#ifndef DIAG_PLURAL_H
#define DIAG_PLURAL_H

#include <stdint.h>

static inline const char *
diag_plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

#endif
