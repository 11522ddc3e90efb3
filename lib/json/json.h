/*
 * json: a strict pull scanner (RFC 8259) over one line, and a small writer.
 *
 * The scanner builds no tree and copies nothing: it walks the text once and
 * gives tokens that are spans of it, so that a caller can splice bytes and
 * pass numbers on to the letter.  Strict means: UTF-8 without surrogates or
 * overlong forms, no control bytes in strings, paired \u surrogates, at most
 * JSON_DEPTH_MAX open containers, no duplicate keys in one object (compared
 * after unescaping), nothing behind the value.
 */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"

#define JSON_DEPTH_MAX 64

enum json_token {
	JSON_ERROR = -1, /* the text is wrong (or memory ran out): see error */
	JSON_END = 0, /* the one value is complete and the text is at its end */
	JSON_OBJECT,
	JSON_OBJECT_END,
	JSON_ARRAY,
	JSON_ARRAY_END,
	JSON_KEY,    /* span: between the quotes, still escaped */
	JSON_STRING, /* likewise */
	JSON_NUMBER, /* span: the number as it stands */
	JSON_TRUE,
	JSON_FALSE,
	JSON_NULL
};

struct json_keys; /* the keys seen in the open objects */

struct json_scan {
	/* Of the last token: */
	struct span span;  /* KEY, STRING, NUMBER; else the token itself */
	bool escaped;      /* KEY, STRING: holds at least one backslash */
	const char *error; /* after JSON_ERROR: what is wrong, static text */
	size_t where;      /* after JSON_ERROR: offset in the text */

	/* The scanner's own: */
	const char *start, *p, *end;
	unsigned depth;
	unsigned state;
	uint64_t in_object; /* bit d: container d is an object */
	struct json_keys *keys;
};

/* Make ${s} ready for any number of texts.  json_scan_release frees. */
void json_scan_init(struct json_scan *s);
void json_scan_release(struct json_scan *s);

/* Start on ${text}, which must stay in place while tokens are taken. */
void json_scan_start(struct json_scan *s, struct span text);

/* The next token.  After JSON_END or JSON_ERROR the same comes again. */
enum json_token json_scan_next(struct json_scan *s);

/* Just after JSON_OBJECT or JSON_ARRAY: walk to its end; after JSON_KEY:
 * walk over its value.  ${value}, unless NULL, gets the bytes of the whole
 * value (with its brackets or quotes).  Return the value's first token, or
 * JSON_ERROR. */
enum json_token json_scan_skip(struct json_scan *s, struct span *value);

/* ---- The top level of an object at once ------------------------------- */

struct json_member {
	struct span key;      /* between the quotes, still escaped */
	struct span value;    /* the whole value: string with its quotes, … */
	enum json_token type; /* OBJECT, ARRAY, STRING, NUMBER, TRUE, … */
	bool key_escaped;
	bool value_escaped; /* STRING: holds a backslash */
};

struct json_index {
	struct json_member *member; /* in the order of the text */
	size_t count;
	size_t cap;
	struct json_scan scan;
};

void json_index_init(struct json_index *ix);
void json_index_release(struct json_index *ix);

/* Check that ${text} is one JSON object, strictly and all the way down, and
 * list its members.  Return 0; or -1 with ${err} saying what is wrong and at
 * which byte (from 1). */
int json_index_read(struct json_index *ix, struct span text, struct err *err);

/* The member named ${key}, or NULL. */
const struct json_member *json_index_find(
    const struct json_index *ix, const char *key);

/* ---- Values ----------------------------------------------------------- */

/* Unescape the inside of a string ${raw} (checked by the scanner) and append
 * it to ${out}.  \u0000 gives a 0 byte. */
void json_unescape(struct span raw, struct buf *out);

/* The inside of a JSON_STRING value span. */
static inline struct span
json_inside(struct span value)
{
	return (struct span){value.p + 1, value.n - 2};
}

/* Is the still escaped string ${raw} equal to ${text}? */
bool json_string_is(struct span raw, bool escaped, struct span text);

/* Read a number.  Return 0, or -1 where it is no finite double. */
int json_number(struct span text, double *value);

/* Read a number that is a whole one without fraction or exponent and lies in
 * ${min}..${max}.  Return 0, or -1. */
int json_integer(struct span text, int64_t min, int64_t max, int64_t *value);

/* Append ${text} with what JSON must escape escaped, without quotes. */
void json_escape(struct buf *out, struct span text);

/* Is ${text} well-formed UTF-8?  If not, *${where}, unless NULL, is the offset
 * of the first wrong byte. */
bool json_utf8_valid(struct span text, size_t *where);

/* ---- Writer ------------------------------------------------------------ */

/* Writes compact JSON to a buf, putting the commas itself.  It does not
 * check that the calls nest. */
struct json_writer {
	struct buf *out;
	bool comma; /* the next element needs one before it */
};

void json_writer_init(struct json_writer *w, struct buf *out);
void json_object_begin(struct json_writer *w);
void json_object_end(struct json_writer *w);
void json_array_begin(struct json_writer *w);
void json_array_end(struct json_writer *w);
/* ${key} is written as it is: a literal that needs no escaping. */
void json_key(struct json_writer *w, const char *key);
/* Text of any bytes; what is not UTF-8 becomes U+FFFD. */
void json_put_string(struct json_writer *w, struct span text);
void json_put_text(struct json_writer *w, const char *text);
void json_put_integer(struct json_writer *w, int64_t value);
/* At most ${digits} digits behind the point, zeros at the end left out but
 * for one ("72.0"); NaN and infinity become null. */
void json_put_real(struct json_writer *w, double value, int digits);
void json_put_bool(struct json_writer *w, bool value);
void json_put_null(struct json_writer *w);
/* A value that is JSON already. */
void json_put_raw(struct json_writer *w, struct span json);

#endif
