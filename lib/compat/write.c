#include "compat/write.h"

#include <errno.h>
#include <unistd.h>

size_t
compat_write(int fd, const void *p, size_t n)
{
	const char *c = p;
	size_t done = 0;

	while (done < n) {
		ssize_t w = write(fd, c + done, n - done);

		if (w < 0 && errno == EINTR)
			continue;
		if (w == 0)
			errno = ENOSPC;
		if (w <= 0)
			break;
		done += (size_t)w;
	}
	return done;
}
