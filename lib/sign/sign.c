#include "sign/scheme.h"

/* "253402300799" and its terminating NUL. */
#define TIME_TEXT_MAX 21

/* Concatenate the parts. */
static int
join(struct sign_keys *k, const struct span *part, size_t parts)
{
	buf_clear(&k->scratch);
	for (size_t i = 0; i < parts; i++)
		buf_add_span(&k->scratch, part[i]);
	return buf_failed(&k->scratch) ? -1 : 0;
}

static struct span
time_text(int64_t timestamp, char text[TIME_TEXT_MAX])
{
	char *p = text + TIME_TEXT_MAX - 1;

	*p = '\0';
	do {
		*--p = (char)('0' + timestamp % 10);
		timestamp /= 10;
	} while (timestamp > 0);
	return span_of(p);
}

int
sign_signature(struct sign_keys *k, const struct sign_input *in,
    struct buf *value, struct err *err)
{
	const struct sign_scheme *s = k->scheme;
	uint8_t bytes[CRYPTO_ED25519_SIGNATURE];
	struct span part[SIGN_PARTS], signature = {(const char *)bytes, 0};
	char text[TIME_TEXT_MAX];
	struct span time = time_text(in->timestamp, text);
	size_t parts = s->content(in->id, time, in->body, part);
	bool joined = false;

	s->begin(value, time);
	for (size_t i = 0; i < k->count; i++) {
		struct sign_key *key = &k->key[i];
		int rc;

		if (key->no_signer != NULL)
			return err_set(err, "key %s %s: it cannot sign",
			    key->id, key->no_signer);
		if (key->algorithm == SIGN_HMAC_SHA256) {
			signature.n = CRYPTO_SHA256_SIZE;
			rc = crypto_hmac(key->hmac, part, parts, bytes);
		} else {
			signature.n = CRYPTO_ED25519_SIGNATURE;
			rc = joined ? 0 : join(k, part, parts);
			joined = true;
			if (rc == 0)
				rc = crypto_ed25519_sign(
				    key->ed, buf_span(&k->scratch), bytes);
		}
		if (rc != 0)
			return err_set(err, "key %s: signing failed", key->id);
		s->add(value, i == 0, key->algorithm, signature);
		if (s->one_key)
			break;
	}
	return buf_failed(value) ? err_set(err, "out of memory") : 0;
}

int
sign_headers(struct sign_keys *k, const struct sign_input *in, sign_emit *emit,
    void *context, struct err *err)
{
	const struct sign_scheme *s = k->scheme;
	char text[TIME_TEXT_MAX];
	struct span time = time_text(in->timestamp, text);
	size_t n;

	/* The signature and the ID, each with a terminating NUL. */
	buf_clear(&k->value);
	if (s->emit == NULL && sign_signature(k, in, &k->value, err) != 0)
		return -1;
	n = k->value.len;
	buf_add_byte(&k->value, '\0');
	buf_add_span(&k->value, in->id);
	buf_add_byte(&k->value, '\0');
	if (buf_failed(&k->value))
		return err_set(err, "out of memory");
	if (s->emit != NULL && s->emit(k, in, emit, context, err) != 0)
		return -1;
	if (s->has_id) {
		emit(context, "webhook-id",
		    (struct span){k->value.data + n + 1, in->id.n});
		emit(context, "webhook-timestamp", time);
	}
	if (s->emit == NULL)
		emit(context, s->header[0], (struct span){k->value.data, n});
	return 0;
}
