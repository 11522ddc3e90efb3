#include "event/event.h"

#define PREFIX "anon-"
#define BYTES 16

int
event_pseudonym(struct crypto_hmac *key, struct span subject, struct buf *out)
{
	uint8_t tag[CRYPTO_SHA256_SIZE];

	if (crypto_hmac(key, &subject, 1, tag) != 0)
		return -1;
	buf_add_text(out, PREFIX);
	crypto_hex(out, tag, BYTES);
	return 0;
}

bool
event_is_pseudonym(struct span s)
{
	size_t n = sizeof(PREFIX) - 1;

	if (s.n != n + 2 * BYTES || memcmp(s.p, PREFIX, n) != 0)
		return false;
	for (size_t i = n; i < s.n; i++) {
		if (!((s.p[i] >= '0' && s.p[i] <= '9') ||
			(s.p[i] >= 'a' && s.p[i] <= 'f')))
			return false;
	}
	return true;
}
