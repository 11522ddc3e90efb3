/*
 * source_hash: the SHA-256 of a source, in hexadecimal.  Private to
 * lib/extract.
 */
#ifndef EXTRACT_SOURCE_HASH_H
#define EXTRACT_SOURCE_HASH_H

#include <stdbool.h>
#include <stddef.h>

#include "crypto/digest.h"
#include "diag/err.h"

struct source_hash {
	struct crypto_hash *hash;
	bool failed;
	char hex[2 * CRYPTO_SHA256_SIZE + 1]; /* "" until it has ended */
};

/* Return 0, or -1 with ${err}: no memory. */
int source_hash_init(struct source_hash *h, struct err *err);

/* ${h} may be all zero. */
void source_hash_release(struct source_hash *h);

/* Add the next ${n} bytes.  A failure is kept for source_hash_end. */
void source_hash_add(struct source_hash *h, const void *p, size_t n);

/* All bytes were added: set h->hex.  Return 0, or -1 with ${err}. */
int source_hash_end(struct source_hash *h, struct err *err);

#endif
