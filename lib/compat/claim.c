#include "compat/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

/* Beyond the end of any file, and beyond what SQLite locks. */
#define AT ((off_t)1 << 62)

int
compat_claim(int fd)
{
	struct flock lock = {
	    .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = AT, .l_len = 1};

	if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
		return 0;
	/* POSIX allows EACCES as well as EAGAIN. */
	if (errno == EACCES)
		errno = EAGAIN;
	return -1;
}
