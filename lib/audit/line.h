/*
 * audit/line: reads a line of the chain that audit/audit writes.
 *
 * Only what makes the chain is read, by its exact bytes: the start of the line
 * with its kind and number, and the end with the two hashes.  The hash covers
 * all other bytes, so nothing else has to be understood to verify the line.
 */
#ifndef AUDIT_LINE_H
#define AUDIT_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "buf/buf.h"
#include "crypto/digest.h"

/* The longest line, without its newline.  The longest that vitals-post writes
 * is shorter: it is for a batch of the longest IDs, in which each byte may take
 * two. */
#define AUDIT_LINE_MAX ((size_t)2 << 20)

struct audit_hash {
	uint8_t byte[CRYPTO_SHA256_SIZE];
};

enum audit_form {
	AUDIT_GOOD,     /* the hash is that of the line */
	AUDIT_CHANGED,  /* it is not, or the start of the line is malformed */
	AUDIT_MALFORMED /* its end has no hashes */
};

struct audit_line {
	int64_t seq; /* -1: the start of the line is malformed */
	struct span record;
	struct audit_hash previous; /* valid unless AUDIT_MALFORMED */
	struct audit_hash hash;     /* that the line states */
	struct audit_hash own;      /* that its bytes have */
};

static inline bool
audit_hash_same(const struct audit_hash *a, const struct audit_hash *b)
{
	return memcmp(a->byte, b->byte, sizeof(a->byte)) == 0;
}

/* Is it the hash before the first line of a chain? */
bool audit_hash_is_zero(const struct audit_hash *h);

/* Read 64 hexadecimal digits in lower case.  Return 0, or -1. */
int audit_hash_read(struct span text, struct audit_hash *h);

/* Read ${text}, a line without its newline, into ${line}, whose spans are parts
 * of ${text}.  ${hasher} is reused between lines.  Return 0 with *${form}, or
 * -1 if the crypto library fails. */
int audit_line_read(struct crypto_hash *hasher, struct span text,
    struct audit_line *line, enum audit_form *form);

/* Can ${text} be the start of an audit line that a crash left? */
bool audit_line_is_torn(struct span text);

#endif
