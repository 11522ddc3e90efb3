/*
 * Lets one call fail: preloaded, it counts calls of the function that
 * VITALS_FAULT names and fails the one of number VITALS_FAULT_AT (from 1), as
 * a full disk, a bad disk or a full memory would; of read and write also all
 * that follow.  Of allocations those count alone that the program itself asks
 * for: libcrypto 3.0 does not survive a failure while it starts.
 * With VITALS_FAULT_HARD a write of standard output that fails leaves half of
 * its bytes there, and a sync that fails loses what was not synced before, as
 * Linux may do.  VITALS_FAULT_LOG, a path, gets a byte when that has happened,
 * so that a test knows when there are no more calls to fail.  It is opened at
 * the start: in a sandbox nothing can be.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "program.h"

static const char *victim;
static long at;
static long calls;
static int hard;
static off_t synced; /* bytes of standard output that are on disk */

__attribute__((constructor)) static void
start(void)
{
	const char *number = getenv("VITALS_FAULT_AT");

	at = number != NULL ? strtol(number, NULL, 10) : 0;
	victim = getenv("VITALS_FAULT");
	hard = getenv("VITALS_FAULT_HARD") != NULL;
	program_begin(getenv("VITALS_FAULT_LOG"));
}

/* No call fails from now on: a program that counts what it executes stores the
 * counters at its end (tests/coverage/counters.c). */
void fault_end(void);

void
fault_end(void)
{
	victim = NULL;
}

/* Is this the call? */
static int
now(const char *function, int lasting)
{
	if (victim == NULL || strcmp(victim, function) != 0)
		return 0;
	calls++;
	if (calls != at && !(lasting && calls > at))
		return 0;
	if (calls == at)
		program_note();
	return 1;
}

/* glibc's own names: dlsym may itself allocate. */
extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);
extern void *__libc_memalign(size_t alignment, size_t n);
void *malloc(size_t n);
void *calloc(size_t n, size_t size);
void *realloc(void *p, size_t n);
int posix_memalign(void **p, size_t alignment, size_t n);
char *strdup(const char *s);
char *strndup(const char *s, size_t n);

static int
no_memory(const void *caller)
{
	if (!program_calls(caller) || !now("malloc", 0))
		return 0;
	errno = ENOMEM;
	return 1;
}

void *
malloc(size_t n)
{
	return no_memory(__builtin_return_address(0)) ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return no_memory(__builtin_return_address(0)) ? NULL
						      : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	return no_memory(__builtin_return_address(0)) ? NULL
						      : __libc_realloc(p, n);
}

int
posix_memalign(void **p, size_t alignment, size_t n)
{
	if (no_memory(__builtin_return_address(0)))
		return ENOMEM;
	*p = __libc_memalign(alignment, n);
	return *p == NULL ? ENOMEM : 0;
}

/* The first ${n} bytes of ${s} and a 0. */
static char *
copy(const char *s, size_t n)
{
	char *p = __libc_malloc(n + 1);

	if (p == NULL)
		return NULL;
	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

char *
strdup(const char *s)
{
	return no_memory(__builtin_return_address(0)) ? NULL
						      : copy(s, strlen(s));
}

char *
strndup(const char *s, size_t n)
{
	return no_memory(__builtin_return_address(0)) ? NULL
						      : copy(s, strnlen(s, n));
}

static int
open_at(int dir, const char *path, int flags, mode_t mode)
{
	if (now("open", 0)) {
		errno = EMFILE;
		return -1;
	}
	return (int)syscall(SYS_openat, dir, path, flags, mode);
}

/* The mode that follows ${flags}. */
#define MODE(flags, mode)                              \
	do {                                           \
		va_list ap;                            \
                                                       \
		va_start(ap, flags);                   \
		if (((flags) & (O_CREAT | O_TMPFILE))) \
			(mode) = va_arg(ap, mode_t);   \
		va_end(ap);                            \
	} while (0)

int
open(const char *path, int flags, ...)
{
	mode_t mode = 0;

	MODE(flags, mode);
	return open_at(AT_FDCWD, path, flags, mode);
}

int
open64(const char *path, int flags, ...)
{
	mode_t mode = 0;

	MODE(flags, mode);
	return open_at(AT_FDCWD, path, flags, mode);
}

int
openat(int dir, const char *path, int flags, ...)
{
	mode_t mode = 0;

	MODE(flags, mode);
	return open_at(dir, path, flags, mode);
}

int
openat64(int dir, const char *path, int flags, ...)
{
	mode_t mode = 0;

	MODE(flags, mode);
	return open_at(dir, path, flags, mode);
}

ssize_t
read(int fd, void *p, size_t n)
{
	if (now("read", 1)) {
		errno = EIO;
		return -1;
	}
	return syscall(SYS_read, fd, p, n);
}

/* Does a full disk stop a write to ${fd}?  Messages are let through, what they
 * say is part of the test; and so are pipes of a process to itself. */
static int
is_output(int fd)
{
	struct stat st;

	if (fd == STDOUT_FILENO)
		return 1;
	return fd != STDERR_FILENO && fstat(fd, &st) == 0 &&
	    S_ISREG(st.st_mode);
}

ssize_t
write(int fd, const void *p, size_t n)
{
	if (is_output(fd) && now("write", 1)) {
		if (hard && fd == STDOUT_FILENO && calls == at && n > 1)
			return syscall(SYS_write, fd, p, n / 2);
		errno = ENOSPC;
		return -1;
	}
	return syscall(SYS_write, fd, p, n);
}

/* As sources are hashed, and as SQLite reads. */
ssize_t
pread64(int fd, void *p, size_t n, off64_t offset)
{
	if (now("read", 1)) {
		errno = EIO;
		return -1;
	}
	return syscall(SYS_pread64, fd, p, n, offset);
}

ssize_t
pread(int fd, void *p, size_t n, off_t offset)
{
	return pread64(fd, p, n, offset);
}

/* As SQLite writes. */
ssize_t
pwrite64(int fd, const void *p, size_t n, off64_t offset)
{
	if (now("write", 1)) {
		errno = ENOSPC;
		return -1;
	}
	return syscall(SYS_pwrite64, fd, p, n, offset);
}

ssize_t
pwrite(int fd, const void *p, size_t n, off_t offset)
{
	return pwrite64(fd, p, n, offset);
}

int
socket(int family, int type, int protocol)
{
	if ((family == AF_INET || family == AF_INET6) && now("socket", 0)) {
		errno = EMFILE;
		return -1;
	}
	return (int)syscall(SYS_socket, family, type, protocol);
}

/* As where all ports are taken. */
int
connect(int fd, const struct sockaddr *to, socklen_t size)
{
	if (now("connect", 0)) {
		errno = EADDRNOTAVAIL;
		return -1;
	}
	return (int)syscall(SYS_connect, fd, to, size);
}

ssize_t
send(int fd, const void *p, size_t n, int flags)
{
	if (now("send", 0)) {
		errno = ECONNRESET;
		return -1;
	}
	return syscall(SYS_sendto, fd, p, n, flags, NULL, 0);
}

ssize_t
recv(int fd, void *p, size_t n, int flags)
{
	if (now("recv", 0)) {
		errno = ECONNRESET;
		return -1;
	}
	return syscall(SYS_recvfrom, fd, p, n, flags, NULL, NULL);
}

static int
sync_file(int fd, long number)
{
	struct stat st;
	int rc;

	if (now("fsync", 0)) {
		if (hard && fd == STDOUT_FILENO)
			(void)syscall(SYS_ftruncate, fd, synced);
		errno = EIO;
		return -1;
	}
	rc = (int)syscall(number, fd);
	if (rc == 0 && fd == STDOUT_FILENO && fstat(fd, &st) == 0)
		synced = st.st_size;
	return rc;
}

int
fsync(int fd)
{
	return sync_file(fd, SYS_fsync);
}

int
fdatasync(int fd)
{
	return sync_file(fd, SYS_fdatasync);
}

/* The descriptor is closed all the same, as Linux does. */
int
close(int fd)
{
	int fails = now("close", 0);
	int rc = (int)syscall(SYS_close, fd);

	if (!fails)
		return rc;
	errno = EIO;
	return -1;
}
