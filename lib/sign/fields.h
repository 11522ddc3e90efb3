/*
 * sign/fields: a strict parser of those structured field values (RFC 8941) that
 * RFC 9421 and RFC 9530 use; private to lib/sign.
 */
#ifndef SIGN_FIELDS_H
#define SIGN_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "buf/buf.h"

enum sign_field_type {
	SIGN_FIELD_INTEGER,
	SIGN_FIELD_DECIMAL,
	SIGN_FIELD_STRING, /* text: inside its quotes, still escaped */
	SIGN_FIELD_TOKEN,
	SIGN_FIELD_BYTES,  /* text: the base64 inside its colons */
	SIGN_FIELD_BOOLEAN /* also a parameter without a value */
};

struct sign_field {
	enum sign_field_type type;
	struct span text;
	bool escaped;   /* STRING: has a backslash */
	int64_t number; /* INTEGER */
};

struct sign_fields {
	struct span rest;
	bool begun; /* a member of the dictionary has been read */
	bool bad;   /* the value is malformed or unsupported */
};

/* Start to parse the header's ${value}. */
void sign_fields_start(struct sign_fields *f, struct span value);

/* Read the key of the dictionary's next member, and its '='.  Return false at
 * the end or if the value is bad. */
bool sign_fields_key(struct sign_fields *f, struct span *key);

/* Skip the value after a key, whatever its type, and its parameters.  Return
 * false if it is bad. */
bool sign_fields_skip(struct sign_fields *f);

/* After a bad member: continue after the next comma.  Return false if there is
 * none. */
bool sign_fields_resume(struct sign_fields *f);

/* Read the next item, without its parameters. */
bool sign_fields_item(struct sign_fields *f, struct sign_field *item);

/* Read the next parameter.  Return false if there is none or it is bad. */
bool sign_fields_parameter(
    struct sign_fields *f, struct span *name, struct sign_field *value);

/* Read the '(' of an inner list; then its next item, or return false at its
 * ')'. */
bool sign_fields_list(struct sign_fields *f);
bool sign_fields_listed(struct sign_fields *f, struct sign_field *item);

#endif
