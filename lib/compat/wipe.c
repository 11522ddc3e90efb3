#include "compat/wipe.h"

#include <string.h>

void
compat_wipe(void *p, size_t n)
{
	explicit_bzero(p, n);
}
