#include "compat/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat/write.h"

static int
write_new(const char *name, const void *p, size_t n, mode_t mode, bool sync)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	int error = 0;

	if (fd < 0)
		return -1;
	if (compat_write(fd, p, n) < n || (sync && fsync(fd) != 0))
		error = errno;
	/* Some file systems report a full disk only here. */
	if (close(fd) != 0 && error == 0)
		error = errno;
	errno = error;
	return error == 0 ? 0 : -1;
}

int
compat_replace(
    const char *path, const void *p, size_t n, mode_t mode, bool sync)
{
	static const char ending[] = ".new";
	size_t length = strlen(path);
	char *name = malloc(length + sizeof(ending));
	int rc, error;

	if (name == NULL)
		return -1;
	memcpy(name, path, length);
	memcpy(name + length, ending, sizeof(ending));
	rc = write_new(name, p, n, mode, sync);
	if (rc == 0)
		rc = rename(name, path);
	if (rc != 0) {
		error = errno;
		unlink(name);
		errno = error;
	}
	free(name);
	return rc;
}
