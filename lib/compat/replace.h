/*
 * compat_replace: a file that is replaced as a whole, so that readers see the old
 * one or the new one.
 */
#ifndef COMPAT_REPLACE_H
#define COMPAT_REPLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Write ${n} bytes from ${p} to "${path}.new", with ${mode} less the umask if it
 * does not exist, and give it the name ${path}; with ${sync} wait for the disk in
 * between.  Return 0; or -1 with errno set, and then ${path} is as it was and
 * "${path}.new" is gone. */
int compat_replace(
    const char *path, const void *p, size_t n, mode_t mode, bool sync);

#endif
