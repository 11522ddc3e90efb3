#include <stdarg.h>
#include <stdio.h>

#include "queue/queue.h"

void
queue_key(struct buf *key, struct span stream, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_clear(key);
	buf_add_byte(key, '{');
	buf_add_span(key, stream);
	buf_add_text(key, "}:");
	/* The longest is an event ID, which is shorter than text. */
	if (n < 0 || (size_t)n >= sizeof(text))
		key->failed = true;
	else
		buf_add(key, text, (size_t)n);
}

void
queue_key_partition(struct buf *key, struct span stream, uint32_t partition)
{
	queue_key(key, stream, "%u", (unsigned)partition);
}

void
queue_key_seen(struct buf *key, struct span stream, struct span id)
{
	queue_key(key, stream, "seen:");
	buf_add_span(key, id);
}
