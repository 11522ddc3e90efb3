/*
 * What a disk holds after a power cut, if nothing reaches it but by fsync and
 * fdatasync: preloaded, it copies each file that is synced into the folder that
 * VITALS_DISK names, as it is at that moment, under its own name.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A descriptor that the file on ${fd}, which is ${path}, can be read by: itself,
 * since closing another one would drop the locks that SQLite has on the file; or,
 * where it is for writing only and not SQLite's, another one. */
static int
readable(int fd, const char *path)
{
	if ((fcntl(fd, F_GETFL) & O_ACCMODE) != O_WRONLY)
		return fd;
	return open(path, O_RDONLY | O_CLOEXEC);
}

static void
keep(int fd)
{
	const char *disk = getenv("VITALS_DISK"), *base;
	char name[64], path[PATH_MAX], copy[PATH_MAX + 300], block[65536];
	struct stat st;
	off_t at = 0;
	ssize_t n;
	int in, out;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	n = readlink(name, path, sizeof(path) - 1);
	if (disk == NULL || n <= 0 || fstat(fd, &st) != 0 ||
	    !S_ISREG(st.st_mode))
		return;
	path[n] = '\0';
	base = strrchr(path, '/');
	snprintf(copy, sizeof(copy), "%s%s.new", disk, base);
	in = readable(fd, path);
	out = open(copy, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (in < 0 || out < 0)
		return;
	while ((n = pread(in, block, sizeof(block), at)) > 0 &&
	    write(out, block, (size_t)n) == n)
		at += n;
	close(out);
	if (in != fd)
		close(in);
	snprintf(path, sizeof(path), "%s", copy);
	path[strlen(path) - 4] = '\0';
	rename(copy, path);
}

int
fsync(int fd)
{
	int rc = (int)syscall(SYS_fsync, fd);

	if (rc == 0)
		keep(fd);
	return rc;
}

int
fdatasync(int fd)
{
	int rc = (int)syscall(SYS_fdatasync, fd);

	if (rc == 0)
		keep(fd);
	return rc;
}
