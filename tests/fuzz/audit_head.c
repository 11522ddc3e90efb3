/* Lines of a file of heads: what is read can be written, and reads back the same. */
#include <stdint.h>
#include <stdlib.h>

#include "audit/head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A copy of its own size, so that a byte too far is seen. */
	char *copy = malloc(size + (size == 0));
	struct span text = {copy, size};
	struct audit_head h, again;
	struct err err = {""};
	struct buf out;

	if (copy == NULL)
		abort();
	if (size > 0)
		memcpy(copy, data, size);
	buf_init(&out);
	if (audit_head_read(text, NULL, &h, &err) != VERDICT_GOOD) {
		if (err.text[0] == '\0')
			abort();
	} else {
		if (audit_head_put(&out, &h, "audit", NULL, &err) != 0)
			abort();
		text = buf_span(&out);
		if (text.n > 0 && text.p[text.n - 1] == '\n')
			text.n--;
		if (audit_head_read(text, NULL, &again, &err) != VERDICT_GOOD ||
		    again.seq != h.seq ||
		    memcmp(&again.hash, &h.hash, sizeof(h.hash)) != 0 ||
		    memcmp(&again.chain, &h.chain, sizeof(h.chain)) != 0)
			abort();
	}
	buf_release(&out);
	free(copy);
	return 0;
}
