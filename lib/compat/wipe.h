/* compat_wipe: overwrite a secret; the compiler does not remove this. */
#ifndef COMPAT_WIPE_H
#define COMPAT_WIPE_H

#include <stddef.h>

void compat_wipe(void *p, size_t n);

#endif
