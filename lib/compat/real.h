/*
 * compat_real_path: realpath(3), which POSIX.1-2008 has, but whose declaration
 * glibc hides from strict POSIX.
 */
#ifndef COMPAT_REAL_H
#define COMPAT_REAL_H

/* The absolute name of the file ${path}, which exists, without symbolic links;
 * the caller frees it.  NULL with errno set. */
char *compat_real_path(const char *path);

#endif
