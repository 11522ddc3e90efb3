/*
 * compat_unnamed: a file that has no name until it is whole, so that a process
 * that dies leaves nothing behind.
 */
#ifndef COMPAT_UNNAMED_H
#define COMPAT_UNNAMED_H

/* Open a file without a name, of mode 0666 less the umask, for writing and
 * reading, in the folder that ${path} is in.  Return a descriptor; or -1 with
 * errno set, EOPNOTSUPP where the system or the file system has no such
 * files. */
int compat_unnamed_open(const char *path);

/* Give the file on ${fd} the name ${path}, which must not exist.  Return 0, or
 * -1 with errno set. */
int compat_unnamed_link(int fd, const char *path);

#endif
