/*
 * cloudevent/split: the reverse of cloudevent/binary.  An event in the JSON
 * format becomes headers, a media type and a body.
 */
#ifndef CLOUDEVENT_SPLIT_H
#define CLOUDEVENT_SPLIT_H

#include <stddef.h>

#include "buf/buf.h"
#include "cloudevent/binary.h"
#include "json/json.h"

/* The most attributes, and bytes of their headers together: with its other
 * headers a request stays below the usual limits of receivers, and a signature
 * of RFC 9421 can cover them. */
#define CLOUDEVENT_SPLIT_MAX 24
#define CLOUDEVENT_SPLIT_BYTES_MAX 8192

struct cloudevent_header {
	struct span name;  /* "ce-id" */
	struct span value; /* percent-encoded */
};

struct cloudevent_split {
	struct cloudevent_header header[CLOUDEVENT_SPLIT_MAX];
	size_t headers;
	struct span type; /* the Content-Type */
	struct span body; /* in the text of the event, or in decoded */
	struct buf decoded;
	struct buf text;
	struct cloudevent_binary check; /* the attributes, read again */
	struct json_index index;
};

void cloudevent_split_init(struct cloudevent_split *s);
void cloudevent_split_release(struct cloudevent_split *s);

enum cloudevent_outcome {
	CLOUDEVENT_SPLIT, /* ${s} is filled in */
	CLOUDEVENT_WHOLE, /* the event cannot be split */
	CLOUDEVENT_FAILED /* memory ran out */
};

/*
 * Split ${event}, which must stay in place while ${s} is used.  An event cannot
 * be split if
 * - it has no data, or data in base64 without a datacontenttype, or data that is
 *   not a string although datacontenttype is not JSON;
 * - an attribute has another name or type than CloudEvents allows, or an empty
 *   value or a control character, or is repeated;
 * - it is above a limit.
 */
enum cloudevent_outcome cloudevent_split(
    struct cloudevent_split *s, struct span event);

#endif
