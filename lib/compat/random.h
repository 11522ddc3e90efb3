/* compat_random: bytes from the kernel's random number generator. */
#ifndef COMPAT_RANDOM_H
#define COMPAT_RANDOM_H

#include <stddef.h>

/* Fill ${p} with ${n} bytes fit for keys.  Return 0, or -1 with errno set. */
int compat_random(void *p, size_t n);

#endif
