/*
 * plain: text of others, for terminals and pages.
 *
 * What could confuse a terminal or its reader is shown as '?': what is not UTF-8,
 * control characters (C0, DEL and C1), and characters that change the direction
 * of writing (UAX #9) or separate lines, which could make a line look like another
 * one.
 */
#ifndef BUF_PLAIN_H
#define BUF_PLAIN_H

#include <stdint.h>

#include "buf/buf.h"

/* Take one character off ${text}, which is not empty.  Return it, or '?' if it is
 * shown so. */
uint32_t plain_next(struct span *text);

/* Append ${text}. */
void plain_put(struct buf *out, struct span text);

/* Make ${text}, up to its 0 byte, plain in place.  It gets no longer. */
void plain_make(char *text);

#endif
