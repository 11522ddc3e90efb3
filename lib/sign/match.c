/* Finds the key that made a signature. */
#include "sign/scheme.h"

/* Does key ${i} match one of the claim's signatures over ${part}?  Return 1, 0,
 * or -1 if the crypto library fails. */
static int
match_key(struct sign_keys *k, struct crypto_hmac *hmac,
    struct crypto_ed25519 *ed, const struct span *part, size_t parts)
{
	const struct sign_claim *c = &k->claim;
	uint8_t tag[CRYPTO_SHA256_SIZE];
	int found = 0;

	if (hmac != NULL) {
		if (c->tags == 0)
			return 0;
		if (crypto_hmac(hmac, part, parts, tag) != 0)
			return -1;
		for (size_t i = 0; i < c->tags; i++)
			found |= crypto_equal(tag, c->tag[i], sizeof(tag));
		return found;
	}
	for (size_t i = 0; i < c->signatures && found == 0; i++)
		found = crypto_ed25519_verify(
		    ed, buf_span(&k->scratch), c->signature[i]);
	return found;
}

int
sign_match(struct sign_keys *k, struct span body)
{
	const struct sign_claim *c = &k->claim;
	struct span part[SIGN_PARTS];
	size_t parts = k->scheme->content(c->id, c->time, body, part);

	if (c->signatures > 0) {
		buf_clear(&k->scratch);
		for (size_t i = 0; i < parts; i++)
			buf_add_span(&k->scratch, part[i]);
		if (buf_failed(&k->scratch))
			return -1;
	}
	for (size_t i = 0; i < k->count; i++) {
		int rc =
		    match_key(k, k->key[i].hmac, k->key[i].ed, part, parts);

		if (rc != 0)
			return rc < 0 ? -1 : (int)i;
	}
	return (int)k->count;
}

int
sign_match_misread(struct sign_keys *k, struct span body)
{
	const struct sign_claim *c = &k->claim;
	struct span part[SIGN_PARTS];
	size_t parts = k->scheme->content(c->id, c->time, body, part);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < k->count; i++) {
		if (k->key[i].misread != NULL)
			rc = match_key(k, k->key[i].misread, NULL, part, parts);
	}
	return rc;
}
