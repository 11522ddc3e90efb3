/* From appended lines to visible ones, by way of the store if there is one. */
#include <stdlib.h>

#include "history/internal.h"

/* Copy the open sessions of ${h}.  Return 0, or -1 if out of memory. */
static int
copy_sessions(const struct history *h, struct history_batch *b)
{
	b->has_sessions = true;
	b->session = calloc(h->sessions + 1, sizeof(*b->session));
	if (b->session == NULL)
		return -1;
	for (; b->sessions < h->sessions; b->sessions++) {
		struct history_open open = h->session[b->sessions];
		char *id = malloc(open.n + 1);

		if (id == NULL)
			return -1;
		memcpy(id, open.id, open.n);
		open.id = id;
		b->session[b->sessions] = open;
	}
	return 0;
}

/* Fill ${b} with the lines that are not committed.  They stay in memory until
 * they are.  Return 0, or -1 if out of memory. */
static int
fill(struct history *h, struct history_batch *b, int64_t now)
{
	size_t lines = (size_t)(h->next - 1 - h->last);

	if (lines > b->room) {
		struct history_held **line =
		    realloc(b->line, 2 * lines * sizeof(struct history_held *));

		if (line == NULL)
			return -1;
		b->line = line;
		b->room = 2 * lines;
	}
	if (h->sessions_changed && copy_sessions(h, b) != 0)
		return -1;
	for (size_t i = 0; i < lines; i++)
		b->line[i] = history_at(h, h->last + 1 + i);
	b->o = &h->o;
	b->lines = lines;
	b->next = h->next;
	b->now = now;
	return 0;
}

/* If the writer is idle and there is something to write, give it that.  Return
 * 0; or -1 with ${err}. */
static int
give(struct history *h, int64_t now, struct err *err)
{
	struct history_batch *b = history_writer_idle(h->writer);
	bool expired =
	    h->stored <= h->last && now - h->o.age_ms > h->stored_time;

	if (b == NULL || (h->next - 1 == h->last && !expired))
		return 0;
	if (fill(h, b, now) != 0) {
		history_batch_clear(b);
		return err_set(err, "out of memory");
	}
	h->sessions_changed = false;
	h->writing = true;
	history_writer_give(h->writer);
	return 0;
}

/* Make lines up to ${last} visible. */
static void
show(struct history *h, uint64_t last)
{
	while (h->last < last)
		h->uncommitted -= history_held_bytes(history_at(h, ++h->last));
}

/* Make the lines visible that the writer has written.  Return 0; or -1 with
 * ${err} if it has failed. */
static int
take(struct history *h, struct err *err)
{
	int rc = 0;
	struct history_batch *b = history_writer_take(h->writer, &rc, err);

	if (b == NULL)
		return 0;
	h->writing = false;
	if (rc == 0) {
		show(h, b->next - 1);
		h->stored = b->stored;
		h->stored_time = b->oldest;
	} else {
		h->sessions_changed |= b->has_sessions;
	}
	history_batch_clear(b);
	return rc;
}

/* Is the oldest line, which is committed, beyond a limit? */
static bool
is_beyond(const struct history *h, int64_t now)
{
	const struct history_held *e = history_at(h, h->oldest);

	if (now - e->entry.time > h->o.age_ms)
		return true;
	return h->oldest < h->last &&
	    (h->bytes > h->o.bytes || h->next - h->oldest > h->o.entries);
}

int
history_commit(struct history *h, int64_t now, struct err *err)
{
	if (h->writer == NULL)
		show(h, h->next - 1);
	else if (take(h, err) != 0 || give(h, now, err) != 0)
		return -1;
	while (h->oldest <= h->last && is_beyond(h, now))
		history_drop(h);
	return 0;
}

int
history_sync(struct history *h, int64_t now, struct err *err)
{
	do {
		if (h->writing)
			history_writer_wait(h->writer);
		if (history_commit(h, now, err) != 0)
			return -1;
	} while (h->writing);
	return 0;
}

int
history_descriptor(const struct history *h)
{
	return h->writer != NULL ? history_writer_descriptor(h->writer) : -1;
}

size_t
history_uncommitted(const struct history *h)
{
	return h->uncommitted;
}
