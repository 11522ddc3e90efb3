/* JWK files of any bytes: a key that is taken seals, and opens if it can. */
#include <stdint.h>
#include <stdlib.h>

#include "seal/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
use(const struct seal_keys *keys)
{
	struct span line = SPAN_LIT("{\"id\":\"a\"}");
	struct message_from from;
	struct seal_sealer *sealer;
	struct seal_opener *opener = seal_opener_new(keys);
	struct seal_opened opened;
	struct buf out;
	struct err err;
	bool opens = false;

	for (size_t i = 0; i < seal_keys_count(keys); i++)
		opens |= seal_key_opens(keys, i);
	buf_init(&out);
	message_from_init(&from);
	sealer = seal_sealer_new(keys, 1, &err);
	if (sealer != NULL && opener != NULL) {
		if (seal_line(sealer, &from, line, SEAL_JWE, &out, &err) !=
		    VERDICT_GOOD)
			abort();
		if (opens !=
		    (seal_open(opener, buf_span(&out), &opened, &err) ==
			VERDICT_GOOD))
			abort();
	}
	buf_release(&out);
	seal_sealer_free(sealer);
	seal_opener_free(opener);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + (size == 0));
	struct seal_keys *keys = seal_keys_new();
	struct err err;

	if (copy != NULL && keys != NULL) {
		if (size > 0)
			memcpy(copy, data, size);
		if (seal_keys_add(keys, (struct span){copy, size}, &err) == 0)
			use(keys);
	}
	seal_keys_free(keys);
	free(copy);
	return 0;
}
