#include "compat/real.h"

#include <stdlib.h>

char *
compat_real_path(const char *path)
{
	return realpath(path, NULL);
}
