/*
 * options/confine: the sandbox of a server, or of a client of servers.
 */
#ifndef OPTIONS_CONFINE_H
#define OPTIONS_CONFINE_H

#include <stddef.h>

#include "diag/err.h"

/* All files are open: enter the sandbox of a server, which goes on writing to
 * the folders of the ${n} files ${written} (NULL elements are ignored; see
 * sandbox/sandbox.h), and report what it lacks.  Return 0; or -1 with ${err}. */
int options_confine(const char *const written[], size_t n, struct err *err);

#endif
