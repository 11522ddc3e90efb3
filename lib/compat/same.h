/* compat_same_file: do two descriptors name one file? */
#ifndef COMPAT_SAME_H
#define COMPAT_SAME_H

#include <stdbool.h>

/* Are ${a} and ${b} open on the same regular file?  A program that appends to the
 * file that it reads never comes to its end.  False if either is not open. */
bool compat_same_file(int a, int b);

#endif
