#include <stdlib.h>
#include <string.h>

#include "schedule/internal.h"

/* Find or create the session ${name}.  Set *${busy} if it existed. */
static struct schedule_session *
session_of(struct schedule_endpoint *e, struct span name, bool *busy)
{
	struct schedule_session *q =
	    (struct schedule_session *)hash_table_find(&e->sessions, name);

	*busy = q != NULL;
	if (q != NULL)
		return q;
	q = calloc(1, sizeof(*q) + name.n);
	if (q == NULL)
		return NULL;
	memcpy(q->name, name.p, name.n);
	q->node.key = (struct span){q->name, name.n};
	q->endpoint = e;
	if (hash_table_put(&e->sessions, &q->node) != 0) {
		free(q);
		return NULL;
	}
	return q;
}

static size_t
room(const struct schedule *s, const struct schedule_endpoint *e)
{
	size_t share = schedule_window(s, e) / (e->sessions.count + 1);

	if (share < SCHEDULE_SESSION_LEAST)
		return SCHEDULE_SESSION_LEAST;
	return share < SCHEDULE_SESSION_MAX ? share : SCHEDULE_SESSION_MAX;
}

enum schedule_added
schedule_join_session(
    struct schedule *s, struct schedule_entry *entry, bool *behind)
{
	struct span name = entry->delivery.event->session;
	struct schedule_session *q;

	*behind = false;
	if (!s->policy.ordered || name.n == 0)
		return SCHEDULE_ADDED;
	q = session_of(entry->endpoint, name, behind);
	if (q == NULL)
		return SCHEDULE_NO_MEMORY;
	if (*behind && s->policy.durable &&
	    (q->skipped || q->length >= room(s, entry->endpoint))) {
		q->skipped = true;
		return SCHEDULE_SESSION_FULL;
	}
	entry->session = q;
	if (!*behind)
		return SCHEDULE_ADDED;
	if (q->tail != NULL)
		q->tail->next = entry;
	else
		q->head = entry;
	q->tail = entry;
	q->length++;
	return SCHEDULE_ADDED;
}

/* Make the next entry ready.  If there is none, free the session. */
static void
step(struct schedule_session *q)
{
	struct schedule_entry *entry = q->head;

	if (entry == NULL) {
		hash_table_remove(&q->endpoint->sessions, &q->node);
		free(q);
		return;
	}
	q->head = entry->next;
	if (q->head == NULL)
		q->tail = NULL;
	q->length--;
	schedule_make_ready(entry, false);
}

void
schedule_leave_session(struct schedule *s, struct schedule_session *session)
{
	if (session->head != NULL || !session->skipped) {
		step(session);
		return;
	}
	session->next = s->wanting;
	s->wanting = session;
}

struct schedule_session *
schedule_take_wanting(struct schedule *s)
{
	struct schedule_session *q = s->wanting;

	if (q == NULL)
		return NULL;
	s->wanting = q->next;
	q->next = NULL;
	q->skipped = false;
	return q;
}

void
schedule_session_loaded(
    struct schedule *s, struct schedule_session *session, bool more)
{
	(void)s;
	session->skipped = session->skipped || more;
	step(session);
}
