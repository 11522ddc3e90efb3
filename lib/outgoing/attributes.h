/* The attributes of a CloudEvent in binary mode in the headers of a message;
 * private to lib/outgoing. */
#ifndef OUTGOING_ATTRIBUTES_H
#define OUTGOING_ATTRIBUTES_H

#include "outgoing/parse.h"

/* Is the header ${name} that of an attribute: does it begin with "ce-"? */
bool outgoing_is_attribute(struct span name);

/* Add such a header.  Return 0; or -1 with ${err} if it is not valid. */
int outgoing_attribute_add(struct outgoing_reader *r, struct span name,
    struct span value, struct err *err);

/* Check that the attributes that were added are complete, and describe the
 * message ${d} by them instead of by its payload, which is only the data.
 * Return 0; or -1 with ${err}. */
int outgoing_attributes_describe(
    struct outgoing_reader *r, struct outgoing_fields *d, struct err *err);

#endif
