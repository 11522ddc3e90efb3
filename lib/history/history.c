#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "compat/random.h"
#include "history/internal.h"

/* The memory of a line for the limit of entries, if there is none. */
#define LINE_LEAST 128

/* The slots of a new ring. */
#define RING_FIRST ((size_t)64)

static int
begin_epoch(struct history *h, int64_t now, struct err *err)
{
	uint64_t bits;

	if (compat_random(&bits, sizeof(bits)) != 0)
		return err_sys(err, errno, "no random bytes");
	snprintf(
	    h->epoch, sizeof(h->epoch), "%016llx", (unsigned long long)bits);
	/* If the clock is not set, numbers start at 1. */
	h->first = now > 0 ? (uint64_t)now * 1000 : 1;
	h->oldest = h->next = h->first;
	h->last = h->first - 1;
	return 0;
}

static int
open_store(struct history *h, struct err *err)
{
	if (history_store_open(h, err) != 0)
		return -1;
	h->reader = history_reader_new(h->o.store, err);
	if (h->reader == NULL)
		return -1;
	h->writer = history_writer_new(h->store, err);
	return h->writer == NULL ? -1 : 0;
}

struct history *
history_new(const struct history_options *o, int64_t now, struct err *err)
{
	struct history *h = calloc(1, sizeof(*h));

	if (h == NULL)
		goto err0;
	h->o = *o;
	if (h->o.entries == 0)
		h->o.entries = 1 + o->bytes / LINE_LEAST;
	h->time = INT64_MIN;
	h->mask = RING_FIRST - 1;
	h->ring = calloc(RING_FIRST, sizeof(struct history_held *));
	if (h->ring == NULL)
		goto err1;
	if (begin_epoch(h, now, err) != 0 ||
	    (o->store != NULL && open_store(h, err) != 0)) {
		history_free(h);
		return NULL;
	}
	return h;
err1:
	free(h);
err0:
	err_set(err, "out of memory");
	return NULL;
}

void
history_free(struct history *h)
{
	if (h == NULL)
		return;
	/* First, because its thread reads the lines. */
	history_writer_free(h->writer);
	while (h->oldest < h->next)
		history_drop(h);
	history_pages_release(h);
	history_sessions_release(h);
	history_reader_free(h->reader);
	history_store_close(h->store);
	free(h->ring);
	free(h);
}

/* Make room for one more line.  Return 0, or -1 if out of memory. */
static int
grow(struct history *h)
{
	size_t size = h->mask + 1;
	struct history_held **ring;

	if (h->next - h->oldest < size)
		return 0;
	if (size > SIZE_MAX / 2 / sizeof(struct history_held *))
		return -1;
	ring = calloc(2 * size, sizeof(struct history_held *));
	if (ring == NULL)
		return -1;
	for (uint64_t n = h->oldest; n < h->next; n++)
		ring[n & (2 * size - 1)] = history_at(h, n);
	free(h->ring);
	h->ring = ring;
	h->mask = 2 * size - 1;
	return 0;
}

int
history_append(struct history *h, const struct history_line *line,
    uint64_t *sequence, struct err *err)
{
	struct history_held *e;

	if (line->session.n > HISTORY_NAME_MAX)
		return err_set(err, "the session is longer than %d bytes",
		    HISTORY_NAME_MAX);
	if (line->type.n > HISTORY_NAME_MAX)
		return err_set(
		    err, "the type is longer than %d bytes", HISTORY_NAME_MAX);
	e = grow(h) == 0 ? history_held_new(h->next, line) : NULL;
	if (e == NULL)
		return err_set(err, "out of memory");
	if (history_session_note(h, &e->entry) != 0) {
		history_entry_unref(&e->entry);
		return err_set(err, "out of memory");
	}
	if (e->entry.time < h->time)
		e->entry.time = h->time;
	h->time = e->entry.time;
	e->owner = h;
	h->ring[h->next & h->mask] = e;
	h->bytes += history_held_bytes(e);
	h->uncommitted += history_held_bytes(e);
	*sequence = h->next++;
	return 0;
}

const char *
history_epoch(const struct history *h)
{
	return h->epoch;
}

uint64_t
history_last(const struct history *h)
{
	return h->last;
}

uint64_t
history_oldest(const struct history *h)
{
	if (h->store != NULL)
		return h->stored;
	return h->follows && h->elsewhere < h->oldest ? h->elsewhere
						      : h->oldest;
}

int64_t
history_time(const struct history *h, uint64_t sequence)
{
	if (sequence < h->oldest)
		sequence = h->oldest;
	return sequence < h->next ? history_at(h, sequence)->entry.time
				  : h->time;
}

int64_t
history_age(const struct history *h)
{
	return h->o.age_ms;
}

size_t
history_bytes(const struct history *h)
{
	return h->bytes;
}

size_t
history_entries(const struct history *h)
{
	return (size_t)(h->last + 1 - h->oldest);
}
