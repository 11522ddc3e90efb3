/*
 * serve/query: the parameters in the query of a request, or in a form (WHATWG
 * URL, 5).
 */
#ifndef SERVE_QUERY_H
#define SERVE_QUERY_H

#include "buf/buf.h"

/* Take the first "name=value" from *${query}, and decode it into *${name} and
 * *${value}.  Both are in ${text} and valid until it changes; ${text} is
 * cleared first.  A parameter without "=" has an empty value.  Return 1; 0 at
 * the end of the query; or -1 if out of memory or if the parameter has a
 * malformed escape, control characters, or is not UTF-8. */
int serve_query_next(struct span *query, struct buf *text, struct span *name,
    struct span *value);

#endif
