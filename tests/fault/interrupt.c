/*
 * Interrupts calls that may wait, as a handler of a signal does: preloaded, two calls
 * of three of each function fail with EINTR, before they have done anything.  What does
 * not wait is not interrupted: a descriptor with O_NONBLOCK, or a timeout of 0.  Of locks
 * and syncs, whose interruption libraries do not expect, only calls of the program itself
 * count.  Opening waits only for the other end of a FIFO, and is never interrupted.
 * VITALS_INTERRUPT_LOG, a path, gets a byte for each.  It is opened at the start: in a
 * sandbox nothing can be.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"

__attribute__((constructor)) static void
start(void)
{
	program_begin(getenv("VITALS_INTERRUPT_LOG"));
}

/* May a call of ${fd} wait? */
static bool
waits(int fd)
{
	long flags = syscall(SYS_fcntl, fd, F_GETFL);

	return flags >= 0 && (flags & O_NONBLOCK) == 0;
}

/* Is this call interrupted? */
static bool
interrupts(unsigned *calls)
{
	if (__atomic_add_fetch(calls, 1, __ATOMIC_RELAXED) % 3 == 0)
		return false;
	program_note();
	errno = EINTR;
	return true;
}

#define OWN program_calls(__builtin_return_address(0))

/* ${result} of the call ${number} with ${...}, unless it is interrupted. */
#define CALL(result, condition, number, ...)                 \
	do {                                                 \
		static unsigned calls;                       \
		if ((condition) && interrupts(&calls))       \
			return -1;                           \
		return (result)syscall(number, __VA_ARGS__); \
	} while (0)

ssize_t
read(int fd, void *p, size_t n)
{
	CALL(ssize_t, waits(fd), SYS_read, fd, p, n);
}

ssize_t
write(int fd, const void *p, size_t n)
{
	CALL(ssize_t, waits(fd), SYS_write, fd, p, n);
}

ssize_t
readv(int fd, const struct iovec *v, int n)
{
	CALL(ssize_t, waits(fd), SYS_readv, fd, v, n);
}

ssize_t
writev(int fd, const struct iovec *v, int n)
{
	CALL(ssize_t, waits(fd), SYS_writev, fd, v, n);
}

ssize_t
pread64(int fd, void *p, size_t n, off64_t at)
{
	CALL(ssize_t, waits(fd), SYS_pread64, fd, p, n, at);
}

ssize_t
pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	CALL(ssize_t, waits(fd), SYS_pwrite64, fd, p, n, at);
}

ssize_t
recv(int fd, void *p, size_t n, int flags)
{
	CALL(ssize_t, (flags & MSG_DONTWAIT) == 0 && waits(fd), SYS_recvfrom,
	    fd, p, n, flags, NULL, NULL);
}

ssize_t
send(int fd, const void *p, size_t n, int flags)
{
	CALL(ssize_t, (flags & MSG_DONTWAIT) == 0 && waits(fd), SYS_sendto, fd,
	    p, n, flags, NULL, 0);
}

int
flock(int fd, int operation)
{
	CALL(int, OWN && (operation & LOCK_NB) == 0, SYS_flock, fd, operation);
}

int
accept4(int fd, struct sockaddr *a, socklen_t *n, int flags)
{
	CALL(int, waits(fd), SYS_accept4, fd, a, n, flags);
}

int
poll(struct pollfd *p, nfds_t n, int ms)
{
	CALL(int, ms != 0, SYS_poll, p, n, ms);
}

int
epoll_wait(int fd, struct epoll_event *e, int n, int ms)
{
	CALL(int, ms != 0, SYS_epoll_wait, fd, e, n, ms);
}

pid_t
waitpid(pid_t pid, int *status, int options)
{
	CALL(pid_t, (options & WNOHANG) == 0, SYS_wait4, pid, status, options,
	    NULL);
}

int
fsync(int fd)
{
	CALL(int, OWN, SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	CALL(int, OWN, SYS_fdatasync, fd);
}

/* The same, for programs that are not compiled for large files. */
ssize_t pread(int fd, void *p, size_t n, off_t at)
    __attribute__((alias("pread64")));
ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
    __attribute__((alias("pwrite64")));
