/*
 * sign/attributes: the attributes of a CloudEvent in binary mode, which are
 * headers ("ce-id").  A scheme that signs headers signs them all, and the media
 * type: they are as much of the event as the body, which is its data.
 */
#ifndef SIGN_ATTRIBUTES_H
#define SIGN_ATTRIBUTES_H

#include "cloudevent/binary.h"
#include "sign/scheme.h"
#include "sign/stream.h"

/* The most attributes that a signature covers, beside Content-Digest,
 * Content-Type and the ID. */
#define SIGN_ATTRIBUTES_MAX (SIGN_COVERED_MAX - 3)

/* With room for one byte more than is allowed, which is enough to be refused. */
#define SIGN_ATTRIBUTE_NAME_MAX \
	(sizeof(CLOUDEVENT_PREFIX) - 1 + CLOUDEVENT_NAME_MAX + 1)

struct sign_attributes {
	struct sign_header header[SIGN_ATTRIBUTES_MAX];
	size_t count;
	char name[SIGN_ATTRIBUTES_MAX][SIGN_ATTRIBUTE_NAME_MAX];
	struct cloudevent_binary check;
};

void sign_attributes_init(struct sign_attributes *a);
void sign_attributes_release(struct sign_attributes *a);

/* List the attributes among the headers of ${r}, whose Content-Type is ${type}, to
 * sign them; none if it is not an event in binary mode.  They are valid until the
 * next call and as long as ${r} is.  Return 0; or -1 with ${err}: they are too many,
 * or not those of an event. */
int sign_attributes_list(struct sign_attributes *a,
    const struct sign_request *r, struct span type, struct err *err);

/* After SIGN_GOOD: does the signature cover the attributes and the Content-Type, if
 * that is an event in binary mode and the scheme signs headers?  Return 0; or -1
 * with ${err}. */
int sign_attributes_check(const struct sign_keys *k,
    const struct sign_request *r, struct span type, struct err *err);

#endif
