/* A history that is numbered and stored elsewhere: pages of it. */
#include <stdio.h>
#include <stdlib.h>

#include "history/internal.h"

static void
empty(struct history_page *p)
{
	for (size_t i = 0; i < p->count; i++)
		history_entry_unref(&p->line[i]->entry);
	p->count = p->bytes = 0;
	p->missing = 0;
	p->used = 0;
}

void
history_pages_release(struct history *h)
{
	for (size_t i = 0; h->page != NULL && i < HISTORY_PAGES; i++)
		empty(&h->page[i]);
	free(h->page);
	h->page = h->filled = NULL;
}

void
history_follow(struct history *h, struct span epoch, uint64_t next)
{
	while (h->oldest < h->next)
		history_drop(h);
	if (!span_is(epoch, h->epoch)) {
		snprintf(
		    h->epoch, sizeof(h->epoch), "%.*s", (int)epoch.n, epoch.p);
		history_pages_release(h);
		history_sessions_release(h);
		h->elsewhere = next;
	}
	h->follows = true;
	h->first = 1;
	h->oldest = h->next = next;
	h->last = next - 1;
	h->uncommitted = 0;
	h->wants = 0;
}

uint64_t
history_next_number(const struct history *h)
{
	return h->next;
}

void
history_set_oldest(struct history *h, uint64_t n)
{
	h->elsewhere = n;
}

uint64_t
history_wanted(struct history *h)
{
	return h->wants > 0 ? h->want[--h->wants] : 0;
}

void
history_page_begin(struct history *h, uint64_t first)
{
	struct history_page *p;

	if (h->page == NULL)
		h->page = calloc(HISTORY_PAGES, sizeof(*h->page));
	p = h->filled = h->page;
	for (size_t i = 1; p != NULL && i < HISTORY_PAGES; i++) {
		if (h->page[i].used < p->used)
			p = h->filled = &h->page[i];
	}
	if (p == NULL)
		return; /* history_page_add fails */
	empty(p);
	p->first = first;
	p->used = ++h->uses;
}

int
history_page_add(struct history *h, const struct history_line *line)
{
	struct history_page *p = h->filled;
	struct history_held *held;

	if (p == NULL || p->count == HISTORY_PAGE_LINES ||
	    p->bytes >= HISTORY_PAGE_BYTES)
		return -1;
	held = history_held_new(p->first + p->count, line);
	if (held == NULL)
		return -1;
	p->line[p->count++] = held;
	p->bytes += history_held_bytes(held);
	return 0;
}

void
history_page_gap(struct history *h, uint64_t first, uint64_t next)
{
	if (next > h->oldest)
		next = h->oldest;
	if (next <= first)
		return;
	history_page_begin(h, first);
	if (h->filled != NULL)
		h->filled->missing = next - first;
	h->filled = NULL;
}

/* Record that line ${n} is wanted. */
static void
want(struct history *h, uint64_t n)
{
	for (size_t i = 0; i < h->wants; i++) {
		if (h->want[i] == n)
			return;
	}
	/* Beyond that, its cursor asks again when a page was added. */
	if (h->wants < HISTORY_WANTED_MAX)
		h->want[h->wants++] = n;
}

struct history_held *
history_page_find(struct history *h, uint64_t n, uint64_t *next)
{
	*next = 0;
	for (size_t i = 0; h->page != NULL && i < HISTORY_PAGES; i++) {
		struct history_page *p = &h->page[i];

		if (n >= p->first && n - p->first < p->count) {
			p->used = ++h->uses;
			return p->line[n - p->first];
		}
		if (n >= p->first && n - p->first < p->missing) {
			p->used = ++h->uses;
			*next = p->first + p->missing;
			return NULL;
		}
	}
	want(h, n);
	return NULL;
}
