#include "compat/again.h"

#include <errno.h>
#include <unistd.h>

ssize_t
compat_read(int fd, void *p, size_t n)
{
	ssize_t got;

	do
		got = read(fd, p, n);
	while (got < 0 && errno == EINTR);
	return got;
}

ssize_t
compat_pread(int fd, void *p, size_t n, off_t at)
{
	ssize_t got;

	do
		got = pread(fd, p, n, at);
	while (got < 0 && errno == EINTR);
	return got;
}

ssize_t
compat_pwrite(int fd, const void *p, size_t n, off_t at)
{
	ssize_t put;

	do
		put = pwrite(fd, p, n, at);
	while (put < 0 && errno == EINTR);
	return put;
}

int
compat_fsync(int fd)
{
	int rc;

	do
		rc = fsync(fd);
	while (rc != 0 && errno == EINTR);
	return rc;
}

int
compat_fdatasync(int fd)
{
	int rc;

	do
		rc = fdatasync(fd);
	while (rc != 0 && errno == EINTR);
	return rc;
}
