/* JWEs and sealed lines of any bytes, against a key of each kind. */
#include <stdint.h>
#include <stdlib.h>

#include "seal/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char jwks[] =
    "{\"kty\":\"oct\",\"kid\":\"s\",\"k\":"
    "\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\"}\n"
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"b\","
    "\"x\":\"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ\","
    "\"y\":\"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck\","
    "\"d\":\"VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw\"}\n"
    "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"kid\":\"x\","
    "\"x\":\"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08\","
    "\"d\":\"XasIfmJKikt54X-Lg4AO5m87sSkmGLb9HC-LJ_-I4Os\"}\n";

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct seal_keys *keys;
	static struct seal_opener *opener;
	char *copy = malloc(size + (size == 0));
	struct span line = {copy, size};
	struct seal_opened opened;
	struct buf out;
	struct err err;

	if (keys == NULL) {
		keys = seal_keys_new();
		if (keys == NULL || seal_keys_add(keys, span_of(jwks), &err))
			abort();
		opener = seal_opener_new(keys);
	}
	if (copy == NULL || opener == NULL)
		return 0;
	if (size > 0)
		memcpy(copy, data, size);
	buf_init(&out);
	if (seal_open(opener, line, &opened, &err) == VERDICT_GOOD &&
	    opened.key >= seal_keys_count(keys))
		abort();
	if (seal_open_line(opener, line, &opened, &out, &err) == VERDICT_GOOD
		? !message_is_line(buf_span(&out))
		: out.len > 0)
		abort();
	buf_release(&out);
	free(copy);
	return 0;
}
