/* What a verified body holds: JSON, a batch, a compact JWE. */
#include <stdlib.h>

#include "receive/payload.h"
#include "receive/receive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(int good)
{
	if (!good)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum receive_type type[] = {
	    RECEIVE_TYPE_JSON, RECEIVE_TYPE_BATCH, RECEIVE_TYPE_JOSE};
	struct span body = {(const char *)data, size};
	struct receive_items items;
	struct err err = {""};
	struct buf line;
	bool memory;

	receive_type_of(body);
	receive_items_init(&items);
	buf_init(&line);
	for (size_t i = 0; i < sizeof(type) / sizeof(type[0]); i++) {
		if (receive_items_read(&items, type[i], body, &memory, &err) !=
		    0) {
			check(err.text[0] != '\0');
			continue;
		}
		check(items.count <= RECEIVE_BATCH_MAX);
		for (size_t j = 0; j < items.count; j++) {
			struct span text = items.item[j].text;

			check(text.p >= body.p &&
			    text.p + text.n <= body.p + body.n);
			buf_clear(&line);
			receive_add_line(&line, text);
			check(line.len == text.n &&
			    (text.n == 0 ||
				memchr(line.data, '\n', line.len) == NULL));
		}
	}
	receive_items_release(&items);
	buf_release(&line);
	return 0;
}
