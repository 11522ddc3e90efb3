/*
 * compat/again: calls that a signal may interrupt before they have done anything,
 * retried until none does.  SA_RESTART is not enough: a debugger, a checkpoint
 * or a network file system interrupts, too, and POSIX lets a sync fail so.
 *
 * Otherwise they are those of POSIX: one call each, which may do less than asked.
 * compat_write writes everything.
 */
#ifndef COMPAT_AGAIN_H
#define COMPAT_AGAIN_H

#include <sys/types.h>

ssize_t compat_read(int fd, void *p, size_t n);
ssize_t compat_pread(int fd, void *p, size_t n, off_t at);
ssize_t compat_pwrite(int fd, const void *p, size_t n, off_t at);
int compat_fsync(int fd);
int compat_fdatasync(int fd);

#endif
