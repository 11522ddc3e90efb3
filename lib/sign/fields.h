/*
 * sign/fields: structured field values (RFC 8941), read strictly from left to
 * right, as far as RFC 9421 and RFC 9530 use them; private to lib/sign.
 */
#ifndef SIGN_FIELDS_H
#define SIGN_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "buf/buf.h"

enum sign_field_type {
	SIGN_FIELD_INTEGER,
	SIGN_FIELD_DECIMAL,
	SIGN_FIELD_STRING, /* text: between its quotes, still escaped */
	SIGN_FIELD_TOKEN,
	SIGN_FIELD_BYTES,  /* text: the base64 between its colons */
	SIGN_FIELD_BOOLEAN /* a parameter without a value, too */
};

struct sign_field {
	enum sign_field_type type;
	struct span text;
	bool escaped;   /* STRING: holds a backslash */
	int64_t number; /* INTEGER */
};

struct sign_fields {
	struct span rest;
	bool begun; /* a member of the dictionary has been read */
	bool bad;   /* the value is malformed, or holds what is not read here */
};

/* Start on the header's ${value}. */
void sign_fields_start(struct sign_fields *f, struct span value);

/* The key of the dictionary's next member, and its '='.  False at the end, or
 * where it is bad. */
bool sign_fields_key(struct sign_fields *f, struct span *key);

/* Walk over the value behind a key, whatever it is, and its parameters.  False
 * where it is bad. */
bool sign_fields_skip(struct sign_fields *f);

/* What is bad ends at the next comma: go on with the member behind it.  False
 * where there is none. */
bool sign_fields_resume(struct sign_fields *f);

/* The item that comes next, without its parameters. */
bool sign_fields_item(struct sign_fields *f, struct sign_field *item);

/* The parameter that comes next; false where there is none, or it is bad. */
bool sign_fields_parameter(
    struct sign_fields *f, struct span *name, struct sign_field *value);

/* The '(' of an inner list; then its next item, false at its ')'. */
bool sign_fields_list(struct sign_fields *f);
bool sign_fields_listed(struct sign_fields *f, struct sign_field *item);

#endif
