/* Making notifications of events, and the status of subscriptions. */
#include <stdio.h>

#include "hub/internal.h"

/* How often ends and heartbeats are examined, in milliseconds. */
#define CHECK_MS 1000

static int
no_memory(struct err *err)
{
	return err_set(err, "out of memory");
}

/* ---- Notifications --------------------------------------------------------- */

/* Add a notification of ${m} to those of this transaction; also to the store,
 * if it is to survive. */
static int
add(struct hub *h, struct hub_outgoing *o, int64_t now, struct err *err)
{
	struct hub_subscription *s = o->member->s;
	struct fhir_notify_event range[2] = {
	    {.number = o->first}, {.number = o->last}};
	struct fhir_notify n = {.kind = o->kind,
	    .base = span_of(h->o.base),
	    .subscription = span_of(s->id),
	    .time = now,
	    .event = range,
	    .events = o->kind == FHIR_EVENT_NOTIFICATION ? 2 : 0};

	/* There may be a handshake for each version. */
	if (o->kind == FHIR_HANDSHAKE)
		n.time = (int64_t)s->version_id;
	if (fhir_notify_id(&n, o->id) != 0)
		return no_memory(err);
	if (o->kind != FHIR_EVENT_NOTIFICATION) {
		o->first = (uint64_t)now;
		o->last = s->count;
	}
	s->sent = now;
	if (o->durable) {
		struct span id = span_of(o->id);

		sqlite_number(
		    h->store, HUB_SQL_ADD_NOTIFICATION, 1, (int64_t)s->number);
		sqlite_bytes(h->store, HUB_SQL_ADD_NOTIFICATION, 2, id);
		sqlite_number(
		    h->store, HUB_SQL_ADD_NOTIFICATION, 3, (int64_t)o->kind);
		sqlite_number(
		    h->store, HUB_SQL_ADD_NOTIFICATION, 4, (int64_t)o->first);
		sqlite_number(
		    h->store, HUB_SQL_ADD_NOTIFICATION, 5, (int64_t)o->last);
		if (sqlite_run(h->store, HUB_SQL_ADD_NOTIFICATION, err) != 0)
			return -1;
	}
	return hub_outgoing_add(h, &h->formed, o) == 0 ? 0 : no_memory(err);
}

/* Find the last event for the next notification of ${m}: as many as may be
 * together.  Events that are no longer kept are skipped.  Return 1; 0 if there
 * is none; or -1. */
static int
next_batch(struct hub *h, const struct hub_member *m, uint64_t *first,
    uint64_t *last, struct err *err)
{
	bool full = m->s->content == FHIR_FULL_RESOURCE;
	size_t bytes = 0;
	int rc, found = 0;

	sqlite_number(h->store, HUB_SQL_EVENT_SIZES, 1, (int64_t)m->s->number);
	sqlite_number(h->store, HUB_SQL_EVENT_SIZES, 2, (int64_t)m->formed);
	sqlite_number(
	    h->store, HUB_SQL_EVENT_SIZES, 3, (int64_t)m->s->max_count);
	while ((rc = sqlite_step(h->store, HUB_SQL_EVENT_SIZES, err)) > 0) {
		if (full)
			bytes += (size_t)sqlite_column(
			    h->store, HUB_SQL_EVENT_SIZES, 1);
		if (found && bytes > HUB_BATCH_BYTES) {
			sqlite_reset(h->store, HUB_SQL_EVENT_SIZES);
			break;
		}
		*last =
		    (uint64_t)sqlite_column(h->store, HUB_SQL_EVENT_SIZES, 0);
		if (!found)
			*first = *last;
		found = 1;
	}
	return rc < 0 ? -1 : found;
}

static int
form_events(struct hub *h, struct hub_member *m, int64_t now, struct err *err)
{
	bool to_websocket = m->s->channel == HUB_WEBSOCKET;
	struct hub_outgoing o = {.member = m,
	    .kind = FHIR_EVENT_NOTIFICATION,
	    .durable = !to_websocket};
	int rc;

	while (m->formed < m->s->count &&
	    (to_websocket || m->unsettled < HUB_UNSETTLED_MAX)) {
		rc = next_batch(h, m, &o.first, &o.last, err);
		if (rc < 0)
			return -1;
		if (rc == 0) {
			m->formed = m->s->count;
			break;
		}
		if (add(h, &o, now, err) != 0)
			return -1;
		m->formed = o.last;
	}
	return 0;
}

static int
save(struct hub *h, const struct hub_member *m, struct err *err)
{
	const struct hub_subscription *s = m->s;
	struct sqlite *db = h->store;

	sqlite_number(db, HUB_SQL_SET_STATE, 1, (int64_t)s->number);
	sqlite_number(db, HUB_SQL_SET_STATE, 2, (int64_t)s->version_id);
	sqlite_number(db, HUB_SQL_SET_STATE, 3, s->updated);
	sqlite_number(db, HUB_SQL_SET_STATE, 4, (int64_t)s->status);
	sqlite_bytes(db, HUB_SQL_SET_STATE, 5, span_of(s->error));
	sqlite_number(db, HUB_SQL_SET_STATE, 6, (int64_t)s->count);
	sqlite_number(db, HUB_SQL_SET_STATE, 7, (int64_t)m->formed);
	return sqlite_run(db, HUB_SQL_SET_STATE, err);
}

int
hub_form(struct hub *h, struct hub_member *m, int64_t now, struct err *err)
{
	struct hub_outgoing handshake = {
	    .member = m, .kind = FHIR_HANDSHAKE, .durable = true};

	if (m->handshake && add(h, &handshake, now, err) != 0)
		return -1;
	m->handshake = false;
	if (m->s->status == FHIR_ACTIVE) {
		if (form_events(h, m, now, err) != 0)
			return -1;
	} else if (m->s->status != FHIR_REQUESTED) {
		/* What happens meanwhile, the client gets by $events. */
		m->formed = m->s->count;
	}
	return save(h, m, err);
}

/* ---- Status ---------------------------------------------------------------- */

void
hub_set_status(struct hub *h, struct hub_member *m,
    enum fhir_notify_status status, struct span why, int64_t now)
{
	struct hub_subscription *s = m->s;
	size_t n = why.n < HUB_ERROR_MAX ? why.n : HUB_ERROR_MAX - 1;

	/* Do not cut a character. */
	while (n > 0 && n < why.n && ((unsigned char)why.p[n] & 0xc0) == 0x80)
		n--;
	s->status = status;
	snprintf(s->error, sizeof(s->error), "%.*s", (int)n, why.p);
	s->version_id++;
	s->updated = now;
	hub_member_changed(h, m);
}

int
hub_stop(struct hub *h, struct hub_member *m, struct err *err)
{
	hub_outgoing_cancel(h, m);
	m->handshake = false;
	m->formed = m->s->count;
	hub_member_changed(h, m);
	sqlite_number(
	    h->store, HUB_SQL_DROP_NOTIFICATIONS, 1, (int64_t)m->s->number);
	return sqlite_run(h->store, HUB_SQL_DROP_NOTIFICATIONS, err);
}

static int
heartbeat(struct hub *h, struct hub_member *m, int64_t now, struct err *err)
{
	struct hub_outgoing o = {.member = m, .kind = FHIR_HEARTBEAT};
	int64_t period = 1000 * (int64_t)m->s->heartbeat_s;

	/* Do not add to what a slow sender has to send. */
	if (m->outgoing != NULL)
		return 0;
	/* The clock may have been set back. */
	if (now >= m->s->sent && now - m->s->sent < period)
		return 0;
	return add(h, &o, now, err);
}

int
hub_check(struct hub *h, int64_t now, struct err *err)
{
	if (now >= h->checked && now - h->checked < CHECK_MS)
		return 0;
	h->checked = now;
	for (size_t i = 0; i < h->members; i++) {
		struct hub_member *m = h->member[i];

		if (m->s->end <= now && m->s->status != FHIR_OFF) {
			if (hub_begin(h, err) != 0 || hub_stop(h, m, err) != 0)
				return -1;
			hub_set_status(
			    h, m, FHIR_OFF, (struct span){"", 0}, now);
		} else if (m->s->heartbeat_s > 0 &&
		    m->s->status == FHIR_ACTIVE &&
		    heartbeat(h, m, now, err) != 0) {
			return -1;
		}
	}
	return 0;
}
