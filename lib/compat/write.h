/* compat_write: write(2) until everything is written. */
#ifndef COMPAT_WRITE_H
#define COMPAT_WRITE_H

#include <stddef.h>

/* Write ${n} bytes from ${p} to the blocking ${fd}.  Return how many were
 * written; fewer than ${n} on failure, with errno. */
size_t compat_write(int fd, const void *p, size_t n);

#endif
