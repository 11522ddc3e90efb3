/*
 * compat_real_path: realpath(3).  It is in POSIX.1-2008, but glibc does not
 * declare it for strict POSIX.
 */
#ifndef COMPAT_REAL_H
#define COMPAT_REAL_H

/* Return the absolute path, without symbolic links, of the existing file
 * ${path}; the caller frees it.  Return NULL with errno set on failure. */
char *compat_real_path(const char *path);

#endif
