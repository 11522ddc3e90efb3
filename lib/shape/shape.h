/*
 * shape: checks a JSON object against a table, in one pass and without a tree,
 * and gives the spans of its top-level members for splicing.
 *
 * A shape describes the members that it names.  Members that it does not name
 * are allowed everywhere, and are listed at the top level, so that a reader of
 * version 1.0 accepts what 1.1 adds.
 */
#ifndef SHAPE_SHAPE_H
#define SHAPE_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "buf/buf.h"
#include "diag/err.h"
#include "json/json.h"

/* The most fields of one shape, and how deep shapes may nest. */
#define SHAPE_FIELDS_MAX 24
#define SHAPE_DEPTH_MAX 6

enum shape_kind {
	SHAPE_ANY,
	SHAPE_STRING, /* min..max bytes after unescaping (max 0: no limit) */
	SHAPE_BOOL,
	SHAPE_NUMBER,  /* min..max (both 0: any finite number) */
	SHAPE_INTEGER, /* min..max, without fraction or exponent */
	SHAPE_OBJECT,  /* of a shape, or any */
	SHAPE_OBJECTS, /* array of objects of a shape */
	SHAPE_NUMBERS  /* array of numbers and nulls */
};

enum shape_flag {
	SHAPE_REQUIRED = 1,
	SHAPE_NULLABLE = 2
};

/* What the text has for one field. */
struct shape_value {
	enum json_token type; /* JSON_END: the member is missing */
	struct span value;    /* whole: strings with their quotes */
	bool escaped;         /* STRING: holds a backslash */
};

struct shape;

struct shape_field {
	const char *name;
	enum shape_kind kind;
	unsigned flags;
	double min, max;
	const struct shape *of;
	/* A further test of a string, unescaped.  Return NULL, or what is wrong
	 * ("is not an RFC 3339 time"), which follows the text in quotes. */
	const char *(*is_not)(struct span text);
};

struct shape {
	const struct shape_field *field;
	size_t count;
	/* Test what a single member cannot show; may store results in
	 * ${context}.  ${got} is parallel to field.  Return 0, or -1 with
	 * ${err} set.  May be NULL. */
	int (*done)(
	    void *context, const struct shape_value *got, struct err *err);
};

/* A top-level member that the shape does not name. */
struct shape_other {
	struct span key;    /* between the quotes, still escaped */
	struct span member; /* from the key's quote to the value's end */
	struct span value;
	enum json_token type;
	bool key_escaped;
};

struct shape_reader {
	void *context; /* for done; set by the caller */

	struct shape_other *other; /* of the last text, in its order */
	size_t others;

	/* Private: */
	size_t cap;
	struct json_scan scan;
	struct buf scratch;
	struct {
		const char *name;
		size_t index; /* in an array, from 0 */
		bool indexed;
	} path[SHAPE_DEPTH_MAX];
	unsigned depth;
};

void shape_reader_init(struct shape_reader *r);
void shape_reader_release(struct shape_reader *r);

/* Check that ${text} is one JSON object of ${shape}, valid at every depth, and
 * put its members into ${got}, which is parallel to shape->field.  Spans point
 * into ${text}.  Return 0; or -1 with ${err} saying which member is wrong, and
 * how. */
int shape_read(struct shape_reader *r, struct span text,
    const struct shape *shape, struct shape_value *got, struct err *err);

/* Find the first top-level member that is named in ${name} (${n} names).
 * Return its index there, with its value in *${value}.  Return -1 where there
 * is none, or where the text is wrong before it (which is not reported:
 * shape_read will). */
int shape_peek(struct shape_reader *r, struct span text,
    const char *const name[], size_t n, struct shape_value *value);

/* Append the text of the JSON_STRING ${v}, unescaped. */
void shape_text(const struct shape_value *v, struct buf *out);

#endif
