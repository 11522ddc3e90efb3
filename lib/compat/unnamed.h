/*
 * compat_unnamed: a file that has no name until it is complete, so that a
 * process that dies leaves nothing behind.
 */
#ifndef COMPAT_UNNAMED_H
#define COMPAT_UNNAMED_H

/* Create a file without a name, with mode 0666 less the umask, in the folder of
 * ${path}, and open it for reading and writing.  Return a descriptor; or -1
 * with errno set, EOPNOTSUPP if the system or the file system has no such
 * files. */
int compat_unnamed_open(const char *path);

/* Give the file on ${fd} the name ${path}, which must not exist.  Return 0, or
 * -1 with errno set. */
int compat_unnamed_link(int fd, const char *path);

#endif
