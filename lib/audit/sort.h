/*
 * audit/sort: audit files in the order of time.
 */
#ifndef AUDIT_SORT_H
#define AUDIT_SORT_H

/* Sort the ${n} paths at ${file} by the "time" of the first line of each.  A
 * file that has none, or cannot be read, keeps its place before those that
 * follow it.  Return 0; or -1 without sorting if memory runs out or one of
 * them, such as "-", a pipe or, with ${n} 0, standard input, can be read only
 * once. */
int audit_sort_files(char **file, int n);

#endif
