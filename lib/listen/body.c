#include "listen/internal.h"

void
listen_body_begin(struct listen_body *b, const struct serve_head *h)
{
	struct span length = serve_head_find(h, "content-length", NULL);
	int64_t n = 0;

	buf_clear(&b->text);
	b->taken = 0;
	b->ended = false;
	b->chunked = serve_head_lists(h, "transfer-encoding", "chunked");
	b->sized = !b->chunked && length.p != NULL &&
	    json_integer(length, 0, INT64_MAX, &n) == 0;
	b->left = (uint64_t)n;
	b->ended = b->sized && n == 0;
	b->keeps = (b->chunked || b->sized) &&
	    !serve_head_lists(h, "connection", "close");
	memset(&b->chunks, 0, sizeof(b->chunks));
}

void
listen_body_release(struct listen_body *b)
{
	buf_release(&b->text);
}

/* Remove the consumed bytes. */
static void
compact(struct listen_body *b)
{
	if (b->taken == 0)
		return;
	b->text.len -= b->taken;
	memmove(b->text.data, b->text.data + b->taken, b->text.len);
	b->taken = 0;
}

int
listen_body_read(struct listen_body *b, struct span *in, struct err *err)
{
	size_t n = in->n;

	compact(b);
	if (b->chunked) {
		if (serve_chunks_read(
			&b->chunks, in, &b->text, 2 * LISTEN_RECORD_MAX) != 0)
			return err_set(err, "the answer's body is malformed");
		b->ended = b->chunks.state == SERVE_CHUNK_DONE;
		return 0;
	}
	if (b->sized && n > b->left)
		n = (size_t)b->left;
	buf_add(&b->text, in->p, n);
	in->p += n;
	in->n -= n;
	if (b->sized) {
		b->left -= n;
		b->ended = b->left == 0;
	}
	return buf_failed(&b->text) ? err_set(err, "out of memory") : 0;
}
