/*
 * compat_replace: a file that is replaced as a whole, so that readers see the old
 * one or the new one.
 */
#ifndef COMPAT_REPLACE_H
#define COMPAT_REPLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Write ${n} bytes from ${p} to a new file, "${path}.PID.new", and give it the name
 * ${path}.  It has the mode of the old file, or ${mode} less the umask if there is
 * none; with ${sync} wait for the disk before it gets the name.  Of two writers the
 * last one wins.  Return 0; or -1 with errno set, and then ${path} is as it was and
 * the new file is gone. */
int compat_replace(
    const char *path, const void *p, size_t n, mode_t mode, bool sync);

#endif
