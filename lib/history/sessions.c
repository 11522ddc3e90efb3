#include <stdlib.h>

#include "history/internal.h"

/* Return the index of ${id} among the open sessions, or their count. */
static size_t
find(const struct history *h, struct span id)
{
	size_t i = 0;

	while (i < h->sessions &&
	    (h->session[i].n != id.n ||
		memcmp(h->session[i].id, id.p, id.n) != 0))
		i++;
	return i;
}

static void
forget(struct history *h, size_t i)
{
	free(h->session[i].id);
	h->sessions--;
	memmove(&h->session[i], &h->session[i + 1],
	    (h->sessions - i) * sizeof(*h->session));
}

int
history_session_add(struct history *h, struct span id, uint64_t started)
{
	struct history_open open = {malloc(id.n + 1), id.n, started};

	if (open.id == NULL)
		return -1;
	if (id.n > 0)
		memcpy(open.id, id.p, id.n);
	if (h->sessions == HISTORY_SESSIONS_MAX)
		forget(h, 0);
	h->session[h->sessions++] = open;
	return 0;
}

int
history_session_note(struct history *h, const struct history_entry *e)
{
	bool starts = span_is(e->type, "vitals.session.started");
	size_t i;

	if (e->session.n == 0 ||
	    (!starts && !span_is(e->type, "vitals.session.ended")))
		return 0;
	i = find(h, e->session);
	if (starts == (i < h->sessions))
		return 0;
	h->sessions_changed = true;
	if (starts)
		return history_session_add(h, e->session, e->sequence);
	forget(h, i);
	return 0;
}

bool
history_session(const struct history *h, size_t i, struct history_session *s)
{
	if (i >= h->sessions)
		return false;
	s->id = (struct span){h->session[i].id, h->session[i].n};
	s->started = h->session[i].started;
	return true;
}

void
history_sessions_release(struct history *h)
{
	while (h->sessions > 0)
		forget(h, h->sessions - 1);
}
