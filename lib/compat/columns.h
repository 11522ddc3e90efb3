/*
 * compat_columns: how many columns of a terminal a character takes, by wcwidth(3)
 * of the locale C.UTF-8.  POSIX has wcwidth only as an extension, and only for the
 * locale of the process, which vitals does not set.
 */
#ifndef COMPAT_COLUMNS_H
#define COMPAT_COLUMNS_H

#include <stdint.h>

/* Return 0 (a combining mark), 1 or 2 (East Asian wide) for the character ${c};
 * -1 if it cannot be printed.  Without that locale every character has 1. */
int compat_columns(uint32_t c);

#endif
