#include "extract/source_hash.h"

#include <string.h>

int
source_hash_init(struct source_hash *h, struct err *err)
{
	*h = (struct source_hash){.hash = crypto_hash_new()};
	return h->hash == NULL ? err_set(err, "out of memory") : 0;
}

void
source_hash_release(struct source_hash *h)
{
	crypto_hash_free(h->hash);
	h->hash = NULL;
}

void
source_hash_add(struct source_hash *h, const void *p, size_t n)
{
	h->failed |= crypto_hash_add(h->hash, p, n) != 0;
}

int
source_hash_end(struct source_hash *h, struct err *err)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	struct buf hex;
	const char *text;

	if (h->failed || crypto_hash_end(h->hash, digest) != 0)
		return err_set(err, "cannot compute the hash of the source");
	buf_init(&hex);
	crypto_hex(&hex, digest, sizeof(digest));
	text = buf_string(&hex);
	if (text != NULL)
		memcpy(h->hex, text, sizeof(h->hex));
	buf_release(&hex);
	return text == NULL ? err_set(err, "out of memory") : 0;
}
