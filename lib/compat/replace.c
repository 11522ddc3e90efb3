#include "compat/replace.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat/again.h"
#include "compat/write.h"

/* Create the file ${name}, of which nobody else may have made a link to another
 * file. */
static int
create(const char *name, mode_t mode)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
	int fd = open(name, flags, mode);

	/* A process with this number was killed. */
	if (fd < 0 && errno == EEXIST && unlink(name) == 0)
		fd = open(name, flags, mode);
	return fd;
}

/* Write and close ${fd}. */
static int
write_new(int fd, const void *p, size_t n, bool sync)
{
	int error = 0;

	if (compat_write(fd, p, n) < n || (sync && compat_fsync(fd) != 0))
		error = errno;
	/* Some file systems report a full disk only here. */
	if (close(fd) != 0 && error == 0)
		error = errno;
	errno = error;
	return error == 0 ? 0 : -1;
}

/* The same with the mode of the file ${path}, if it exists. */
static int
write_like(const char *path, int fd, const void *p, size_t n, bool sync)
{
	struct stat st;
	int error;

	if (stat(path, &st) != 0 || fchmod(fd, st.st_mode & 0777) == 0)
		return write_new(fd, p, n, sync);
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

int
compat_replace(
    const char *path, const void *p, size_t n, mode_t mode, bool sync)
{
	size_t room = strlen(path) + 32;
	char *name = malloc(room);
	int fd, rc, error;

	if (name == NULL)
		return -1;
	snprintf(name, room, "%s.%ld.new", path, (long)getpid());
	fd = create(name, mode);
	rc = fd >= 0 ? write_like(path, fd, p, n, sync) : -1;
	if (rc == 0)
		rc = rename(name, path);
	if (fd >= 0 && rc != 0) {
		error = errno;
		unlink(name);
		errno = error;
	}
	free(name);
	return rc;
}
