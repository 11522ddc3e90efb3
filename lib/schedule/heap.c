#include <stdlib.h>

#include "schedule/internal.h"

static void
place(struct schedule_heap *h, size_t i, struct schedule_entry *entry)
{
	h->entry[i] = entry;
	entry->heap = i + 1;
}

static void
sift_up(struct schedule_heap *h, size_t i, struct schedule_entry *entry)
{
	while (i > 0 && h->entry[(i - 1) / 2]->due > entry->due) {
		place(h, i, h->entry[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	place(h, i, entry);
}

static void
sift_down(struct schedule_heap *h, size_t i, struct schedule_entry *entry)
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= h->count)
			break;
		if (child + 1 < h->count &&
		    h->entry[child + 1]->due < h->entry[child]->due)
			child++;
		if (h->entry[child]->due >= entry->due)
			break;
		place(h, i, h->entry[child]);
		i = child;
	}
	place(h, i, entry);
}

int
schedule_heap_push(struct schedule_heap *h, struct schedule_entry *entry)
{
	if (h->count == h->cap) {
		size_t cap = h->cap == 0 ? 64 : 2 * h->cap;
		struct schedule_entry **more =
		    realloc(h->entry, cap * sizeof(struct schedule_entry *));

		if (more == NULL)
			return -1;
		h->entry = more;
		h->cap = cap;
	}
	sift_up(h, h->count++, entry);
	return 0;
}

void
schedule_heap_remove(struct schedule_heap *h, struct schedule_entry *entry)
{
	size_t i = entry->heap - 1;
	struct schedule_entry *last = h->entry[--h->count];

	entry->heap = 0;
	if (last == entry)
		return;
	if (i > 0 && h->entry[(i - 1) / 2]->due > last->due)
		sift_up(h, i, last);
	else
		sift_down(h, i, last);
}
