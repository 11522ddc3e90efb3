#include <stdlib.h>

#include "history/internal.h"

struct history_held *
history_held_new(uint64_t sequence, const struct history_line *line)
{
	const struct span part[] = {line->text, line->session, line->type};
	struct history_held *e;
	char *p;

	e = malloc(sizeof(*e) + line->text.n + line->session.n + line->type.n);
	if (e == NULL)
		return NULL;
	memset(e, 0, sizeof(*e));
	e->refs = 1;
	p = e->data;
	for (size_t i = 0; i < sizeof(part) / sizeof(*part); i++) {
		if (part[i].n > 0)
			memcpy(p, part[i].p, part[i].n);
		p += part[i].n;
	}
	p = e->data;
	e->entry.sequence = sequence;
	e->entry.time = line->time;
	e->entry.event = line->event;
	e->entry.text = (struct span){p, line->text.n};
	p += line->text.n;
	e->entry.session = (struct span){p, line->session.n};
	p += line->session.n;
	e->entry.type = (struct span){p, line->type.n};
	for (size_t i = 0; i < HISTORY_FRAMES; i++)
		buf_init(&e->frame[i]);
	return e;
}

size_t
history_held_bytes(const struct history_held *e)
{
	size_t n =
	    sizeof(*e) + e->entry.text.n + e->entry.session.n + e->entry.type.n;

	for (size_t i = 0; i < HISTORY_FRAMES; i++)
		n += e->frame[i].cap;
	return n;
}

struct history_entry *
history_entry_ref(struct history_entry *e)
{
	((struct history_held *)e)->refs++;
	return e;
}

void
history_entry_unref(struct history_entry *e)
{
	struct history_held *held = (struct history_held *)e;

	if (held == NULL || --held->refs > 0)
		return;
	for (size_t i = 0; i < HISTORY_FRAMES; i++)
		buf_release(&held->frame[i]);
	free(held);
}

struct span
history_frame(struct history_entry *e, unsigned slot, history_renderer *render)
{
	struct history_held *held = (struct history_held *)e;
	struct buf *b = &held->frame[slot];

	if (b->cap > 0)
		return buf_span(b);
	render(e, b);
	if (buf_failed(b)) {
		buf_release(b);
		return (struct span){NULL, 0};
	}
	if (held->owner != NULL)
		held->owner->bytes += b->cap;
	return buf_span(b);
}

void
history_drop(struct history *h)
{
	struct history_held *e = history_at(h, h->oldest);

	h->bytes -= history_held_bytes(e);
	e->owner = NULL;
	h->ring[h->oldest & h->mask] = NULL;
	h->oldest++;
	history_entry_unref(&e->entry);
}
