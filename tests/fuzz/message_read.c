/* The message reader over any bytes: what it takes keeps its bounds, and
 * written and read again it is the same message. */
#include <stdint.h>
#include <stdlib.h>

#include "message/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
same(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static void
check(struct message_reader *again, const struct message *m,
    const struct json_index *carry)
{
	struct message n;
	struct buf out;
	struct err err;

	if (!id_usable(m->id) || m->content_type.n > MESSAGE_CONTENT_TYPE_MAX ||
	    m->signature.n > MESSAGE_SIGNATURE_MAX || m->timestamp < 0 ||
	    m->timestamp > MESSAGE_TIMESTAMP_MAX ||
	    !json_utf8_valid(m->payload, NULL))
		abort();
	buf_init(&out);
	message_write(&out, m, carry);
	if (message_read(again, buf_span(&out), &n, &err) != 0 ||
	    !same(m->id, n.id) || m->timestamp != n.timestamp ||
	    !same(m->content_type, n.content_type) ||
	    !same(m->signature, n.signature) || !same(m->payload, n.payload) ||
	    again->index.count > carry->count + 6)
		abort();
	buf_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + (size == 0));
	struct span line = {copy, size};
	struct message_reader r, again;
	struct message_from from;
	struct message m;
	enum message_kind kind;
	struct err err;

	if (copy == NULL)
		return 0;
	if (size > 0)
		memcpy(copy, data, size);
	message_reader_init(&r);
	message_reader_init(&again);
	message_from_init(&from);
	if (message_read(&r, line, &m, &err) == 0)
		check(&again, &m, &r.index);
	if (message_take(&r, &from, line, &m, &kind, &err) == 0 &&
	    (!id_usable(m.id) ||
		(kind != MESSAGE_MESSAGE && !same(m.payload, line))))
		abort();
	message_reader_release(&r);
	message_reader_release(&again);
	free(copy);
	return 0;
}
