#include "compat/random.h"

#include <errno.h>
#include <sys/random.h>
#include <sys/types.h>

int
compat_random(void *p, size_t n)
{
	char *c = p;

	while (n > 0) {
		ssize_t r = getrandom(c, n, 0);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return -1;
		c += r;
		n -= (size_t)r;
	}
	return 0;
}
