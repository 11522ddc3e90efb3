/*
 * header: which headers of a request are not the user's to set.
 */
#ifndef HEADER_HEADER_H
#define HEADER_HEADER_H

#include <stdbool.h>

#include "buf/buf.h"

/* Is ${name}, in any case, a header that belongs to the connection, describes the
 * body, or is that of a signature or of an event: Standard Webhooks with both its
 * prefixes, and CloudEvents? */
bool header_is_reserved(struct span name);

#endif
