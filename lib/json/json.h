/*
 * json: a strict pull parser (RFC 8259) of one line, and a small writer.
 *
 * The scanner builds no tree and copies nothing.  It reads the text once and
 * returns tokens that are spans of it, so that a caller can copy values and
 * numbers byte for byte.  Strict means: UTF-8 without surrogates or overlong
 * forms, no control bytes in strings, paired \u surrogates, at most
 * JSON_DEPTH_MAX open containers, no duplicate keys in one object (compared
 * after unescaping), nothing after the value.
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
	JSON_ERROR = -1, /* invalid text, or out of memory: see error */
	JSON_END = 0,    /* the value is complete and the text is at its end */
	JSON_OBJECT,
	JSON_OBJECT_END,
	JSON_ARRAY,
	JSON_ARRAY_END,
	JSON_KEY,    /* span: inside the quotes, still escaped */
	JSON_STRING, /* likewise */
	JSON_NUMBER, /* span: the number, verbatim */
	JSON_TRUE,
	JSON_FALSE,
	JSON_NULL
};

struct json_keys; /* the keys of the open objects */

struct json_scan {
	/* Of the last token: */
	struct span span;  /* KEY, STRING, NUMBER; otherwise the token itself */
	bool escaped;      /* KEY, STRING: has a backslash */
	const char *error; /* after JSON_ERROR: what is wrong, static text */
	size_t where;      /* after JSON_ERROR: offset in the text */

	/* The scanner's own: */
	bool no_memory; /* after JSON_ERROR: this is why */
	const char *start, *p, *end;
	unsigned depth;
	unsigned state;
	uint64_t in_object; /* bit d: container d is an object */
	struct json_keys *keys;
};

/* Prepare ${s} for any number of texts.  json_scan_release frees its memory. */
void json_scan_init(struct json_scan *s);
void json_scan_release(struct json_scan *s);

/* Start to scan ${text}, which must stay in place until the last token. */
void json_scan_start(struct json_scan *s, struct span text);

/* Return the next token.  After JSON_END or JSON_ERROR return the same
 * again.  Only objects need memory: a text without them, which was checked, gives
 * no JSON_ERROR. */
enum json_token json_scan_next(struct json_scan *s);

/* After JSON_ERROR: did memory run out?  Of a text that is known to be valid, only
 * that can fail. */
bool json_scan_no_memory(const struct json_scan *s);

/* After JSON_OBJECT or JSON_ARRAY skip to its end; after JSON_KEY skip its
 * value. ${value}, unless NULL, is set to the whole value (with its brackets or
 * quotes).  Return the value's first token, or JSON_ERROR. */
enum json_token json_scan_skip(struct json_scan *s, struct span *value);

/* ---- The members of an object ------------------------------------------- */

struct json_member {
	struct span key;   /* inside the quotes, still escaped */
	struct span value; /* the whole value: a string with its quotes, … */
	enum json_token type; /* OBJECT, ARRAY, STRING, NUMBER, TRUE, … */
	bool key_escaped;
	bool value_escaped; /* STRING: has a backslash */
};

struct json_index {
	struct json_member *member; /* in the order of the text */
	size_t count;
	size_t cap;
	struct json_scan scan;
};

void json_index_init(struct json_index *ix);
void json_index_release(struct json_index *ix);

/* Check that ${text} is one valid JSON object, at all levels, and list its
 * members.  Return 0; or -1 with ${err}, which says what is wrong and at which
 * byte (from 1). */
int json_index_read(struct json_index *ix, struct span text, struct err *err);

/* The member named ${key}, or NULL. */
const struct json_member *json_index_find(
    const struct json_index *ix, const char *key);

/* ---- Values ----------------------------------------------------------- */

/* Unescape the inside of a string ${raw} (checked by the scanner) and append it
 * to ${out}.  \u0000 becomes a NUL. */
void json_unescape(struct span raw, struct buf *out);

/* The inside of a JSON_STRING value span. */
static inline struct span
json_inside(struct span value)
{
	return (struct span){value.p + 1, value.n - 2};
}

/* Does the still escaped string ${raw} equal ${text}? */
bool json_string_is(struct span raw, bool escaped, struct span text);

/* Read a number.  Return 0, or -1 if it is not a finite double. */
int json_number(struct span text, double *value);

/* Read an integer from ${min} to ${max}, without a fraction or exponent.
 * Return 0, or -1. */
int json_integer(struct span text, int64_t min, int64_t max, int64_t *value);

/* Append ${text}, escaped where JSON requires it, without quotes. */
void json_escape(struct buf *out, struct span text);

/* Is ${text} well-formed UTF-8?  If not, *${where}, unless NULL, is the offset
 * of the first invalid byte. */
bool json_utf8_valid(struct span text, size_t *where);

/* ---- Writer ------------------------------------------------------------ */

/* Writes compact JSON to a buf and inserts the commas.  It does not check that
 * the calls nest. */
struct json_writer {
	struct buf *out;
	bool comma; /* the next element needs a comma before it */
};

void json_writer_init(struct json_writer *w, struct buf *out);
void json_object_begin(struct json_writer *w);
void json_object_end(struct json_writer *w);
void json_array_begin(struct json_writer *w);
void json_array_end(struct json_writer *w);
/* ${key} is written unchanged: a literal that needs no escaping. */
void json_key(struct json_writer *w, const char *key);
/* ${text} may have any bytes; those that are not UTF-8 become U+FFFD. */
void json_put_string(struct json_writer *w, struct span text);
void json_put_text(struct json_writer *w, const char *text);
void json_put_integer(struct json_writer *w, int64_t value);
/* Write at most ${digits} digits after the point, without trailing zeros except
 * for the first ("72.0").  NaN and infinity become null. */
void json_put_real(struct json_writer *w, double value, int digits);
void json_put_bool(struct json_writer *w, bool value);
void json_put_null(struct json_writer *w);
/* A value that is JSON already. */
void json_put_raw(struct json_writer *w, struct span json);

#endif
