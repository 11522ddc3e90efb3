/* compat_wipe: overwrite a secret in a way that the compiler keeps. */
#ifndef COMPAT_WIPE_H
#define COMPAT_WIPE_H

#include <stddef.h>

void compat_wipe(void *p, size_t n);

#endif
