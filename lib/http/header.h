/*
 * http/header: the header lines of requests.
 */
#ifndef HTTP_HEADER_H
#define HTTP_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "buf/buf.h"
#include "diag/err.h"

/* The longest "Name: value" of one header. */
#define HTTP_HEADER_MAX ((size_t)8192)

/* May "${name}: ${value}" be sent?  The name must be a token, the value without
 * control bytes, and the header not one that the protocol or this tool sets.
 * Return 0, or -1 with ${err}. */
int http_header_check(struct span name, struct span value, struct err *err);

/* Append "Name: value" ${line} as libcurl wants it, with its 0 byte. */
void http_header_add(struct buf *out, struct span line);

/* Is the header ${line} a User-Agent? */
bool http_header_is_agent(struct span line);

#endif
