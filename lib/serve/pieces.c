/* The pieces queued in a stream. */
#include <stdlib.h>

#include "serve/private.h"

void
serve_stream_sent(struct serve_stream *t, size_t n)
{
	t->unsent -= n;
	n += t->sent;
	while (t->count > 0 && n >= t->piece[t->first].bytes.n) {
		struct serve_piece *p = &t->piece[t->first];

		n -= p->bytes.n;
		if (p->release != NULL)
			p->release(p->owner);
		t->first = (t->first + 1) % SERVE_PIECES;
		t->count--;
	}
	t->sent = n;
	if (t->count == 0)
		t->first = 0;
}

void
serve_stream_free(struct serve_stream *t)
{
	if (t == NULL)
		return;
	if (t->read != NULL)
		event_free(t->read);
	if (t->write != NULL)
		event_free(t->write);
	while (t->count > 0)
		serve_stream_sent(t, t->piece[t->first].bytes.n - t->sent);
	free(t);
}
