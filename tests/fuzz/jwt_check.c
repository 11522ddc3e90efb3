/* Tokens of any bytes; and headers and claims of any bytes, signed rightly:
 * the first byte says which. */
#include <stdint.h>
#include <stdlib.h>

#include "crypto/base64.h"
#include "jwt/jwt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char secret[] =
    "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/* "header\npayload" as a token of ours. */
static void
sign(struct sign_keys *keys, struct span text, struct buf *out)
{
	const char *end = memchr(text.p, '\n', text.n);
	size_t n = end != NULL ? (size_t)(end - text.p) : 0;
	struct buf tag;

	buf_init(&tag);
	crypto_base64_encode(CRYPTO_BASE64URL, (struct span){text.p, n}, out);
	buf_add_byte(out, '.');
	crypto_base64_encode(
	    CRYPTO_BASE64URL, (struct span){text.p + n, text.n - n}, out);
	if (sign_bytes(keys, 0, buf_span(out), &tag) != 0)
		abort();
	buf_add_byte(out, '.');
	crypto_base64_encode(CRYPTO_BASE64URL, buf_span(&tag), out);
	buf_release(&tag);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sign_keys *keys;
	enum jwt_verdict verdict;
	struct buf text;
	struct jwt t;
	struct err err;

	if (keys == NULL) {
		keys = sign_keys_new(sign_scheme(0));
		if (keys == NULL ||
		    sign_keys_add(keys, span_of(secret), &err) != 0)
			abort();
	}
	if (size < 1)
		return 0;
	buf_init(&text);
	jwt_init(&t);
	if (data[0] == 's')
		sign(keys, (struct span){(const char *)data + 1, size - 1},
		    &text);
	else
		buf_add(&text, data + 1, size - 1);
	verdict = jwt_check(keys, buf_span(&text), SPAN_LIT("vitals-stream"),
	    1795415610, &t, &err);
	if (verdict == JWT_FAILED)
		abort();
	if (verdict == JWT_GOOD &&
	    (t.claims.expires <= 1795415610 ||
		(t.claims.sessions == 0 && !t.claims.all_sessions)))
		abort();
	jwt_release(&t);
	buf_release(&text);
	return 0;
}
