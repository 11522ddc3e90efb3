/*
 * cloudevent/binary: an event of CloudEvents 1.0.2 as HTTP transfers it in
 * binary content mode: its attributes are headers ("ce-id"), its data is the
 * body.  The same event in the JSON format is one object.
 *
 * HTTP Protocol Binding, 3.1; JSON Event Format, 3.1.
 */
#ifndef CLOUDEVENT_BINARY_H
#define CLOUDEVENT_BINARY_H

#include <stdbool.h>
#include <stddef.h>

#include "buf/buf.h"
#include "diag/err.h"
#include "json/json.h"

/* The start of the names of attribute headers, in lower case. */
#define CLOUDEVENT_PREFIX "ce-"

/* Limits: attributes of an event, and bytes of a name and of a value. */
#define CLOUDEVENT_ATTRIBUTES_MAX 64
#define CLOUDEVENT_NAME_MAX 60
#define CLOUDEVENT_VALUE_MAX 2048

/* Is the media type ${type} one of CloudEvents themselves, whose attributes are
 * in the body ("application/cloudevents+json")? */
bool cloudevent_type_is_own(struct span type);

/* The attributes of an event, without datacontenttype, in the order in which
 * they are written: those of the specification, then extensions by name. */
struct cloudevent_binary {
	struct cloudevent_attribute {
		/* Both are in text, the value after the name. */
		size_t at, name_n, value_n;
		size_t rank;
	} attribute[CLOUDEVENT_ATTRIBUTES_MAX];
	size_t count;
	struct buf text;
	struct json_scan scan;
};

/* Any number of events can be read, each after cloudevent_binary_clear. */
void cloudevent_binary_init(struct cloudevent_binary *e);
void cloudevent_binary_clear(struct cloudevent_binary *e);
void cloudevent_binary_release(struct cloudevent_binary *e);

/* Add the attribute ${name} (without the prefix, in lower case) of a header with
 * ${value}.  Quotes around the value are removed, and it is percent-decoded.
 * Return 0; or -1 with ${err}, which names the header and never has its value:
 * it is not an attribute, a duplicate, too long, or not text of CloudEvents. */
int cloudevent_binary_add(struct cloudevent_binary *e, struct span name,
    struct span value, struct err *err);

/* The value of the attribute ${name}, which was added; n 0: there is none.  It
 * is valid until the next attribute is added. */
struct span cloudevent_binary_find(
    const struct cloudevent_binary *e, const char *name);

/* Are all required attributes there?  Return 0; or -1 with ${err}. */
int cloudevent_binary_check(const struct cloudevent_binary *e, struct err *err);

/* Check that, and append the event to ${out}
 * in the JSON format.  ${type} is the Content-Type; p NULL: there is none.
 * ${data} is the body; n 0: the event has no data.  If the type is JSON, the
 * body is copied unchanged to "data", with its line ends if it has any; of any
 * other type it is written in base64 to "data_base64".
 *
 * Return 0; or -1 with ${err}.  If memory ran out, cloudevent_binary_failed is
 * true, or ${out} has failed. */
int cloudevent_binary_write(struct cloudevent_binary *e, struct span type,
    struct span data, struct buf *out, struct err *err);
bool cloudevent_binary_failed(const struct cloudevent_binary *e);

/* After cloudevent_binary_write: append the source and the ID, which identify
 * the event, separated by a blank, which a source cannot have. */
void cloudevent_binary_key(const struct cloudevent_binary *e, struct buf *out);

#endif
