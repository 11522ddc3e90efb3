#include "compat/unnamed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "/proc/self/fd/2147483647" */
#define PROC_MAX 32

/* On Linux only /proc gives an open file a name. */
static const char proc_fds[] = "/proc/self/fd";

int
compat_unnamed_open(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder;
	int fd, error;

	if (access(proc_fds, X_OK) != 0) {
		errno = EOPNOTSUPP;
		return -1;
	}
	if (slash == NULL)
		folder = strdup(".");
	else
		folder = strndup(path, (size_t)(slash - path) + 1);
	if (folder == NULL)
		return -1;
	fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
	error = errno;
	free(folder);
	/* A kernel without O_TMPFILE tries to open the folder. */
	errno = error == EISDIR ? EOPNOTSUPP : error;
	return fd;
}

int
compat_unnamed_link(int fd, const char *path)
{
	char proc[PROC_MAX];

	snprintf(proc, sizeof(proc), "%s/%d", proc_fds, fd);
	return linkat(AT_FDCWD, proc, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}
