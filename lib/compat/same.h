/* compat_same_file, compat_same_path: do two descriptors, or two paths, name one
 * file? */
#ifndef COMPAT_SAME_H
#define COMPAT_SAME_H

#include <stdbool.h>

/* Are ${a} and ${b} open on the same regular file?  A program that appends to the
 * file that it reads never comes to its end.  False if either is not open. */
bool compat_same_file(int a, int b);

/* Do ${a} and ${b} name the same regular file or directory, by whatever names and
 * links?  Of files that do not exist yet: would they, once one is made?  False if
 * either cannot be looked up.  A FIFO or a device, such as /dev/null, is never the
 * same: both can be written. */
bool compat_same_path(const char *a, const char *b);

#endif
