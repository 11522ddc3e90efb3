/*
 * table/shown: text for a terminal.
 */
#ifndef TABLE_SHOWN_H
#define TABLE_SHOWN_H

#include "buf/buf.h"

/* Append ${text}, which is UTF-8, to ${out}; what is wider than ${max} columns
 * is cut, with "…" as the last one.  Characters that could confuse a terminal or
 * its reader are shown as '?': control characters, those that change the
 * direction of writing, and those that cannot be printed.  Return the width in
 * columns. */
size_t shown_put(struct buf *out, struct span text, size_t max);

/* The columns that ${text}, which shown_put wrote, takes. */
size_t shown_width(struct span text);

#endif
