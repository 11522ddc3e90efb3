/* Opening, and transactions. */
#include "hub/hub.h"

#include <errno.h>
#include <stdlib.h>

#include "compat/random.h"
#include "hub/internal.h"

static int
no_memory(struct err *err)
{
	return err_set(err, "out of memory");
}

static int
seed(uint64_t *value, struct err *err)
{
	return compat_random(value, sizeof(*value)) == 0
	    ? 0
	    : err_sys(err, errno, "no random bits");
}

/* ---- Reading the store ----------------------------------------------------- */

/* Copy the text ${column} of the current subscription to ${out}, of ${size}. */
static int
copy_text(struct hub *h, int column, char *out, size_t size)
{
	struct span s =
	    sqlite_column_text(h->store, HUB_SQL_SUBSCRIPTIONS, column);

	if (s.n >= size)
		return -1;
	memcpy(out, s.p, s.n);
	out[s.n] = '\0';
	return 0;
}

/* Set what the hub maintains from the current row.  Return -1 if it is not what
 * the hub has written. */
static int
read_state(struct hub *h, struct hub_subscription *s)
{
	static const enum hub_sql q = HUB_SQL_SUBSCRIPTIONS;
	int64_t number = sqlite_column(h->store, q, 0);
	struct span owner = sqlite_column_text(h->store, q, 2);
	int64_t version = sqlite_column(h->store, q, 4);
	int64_t status = sqlite_column(h->store, q, 6);
	int64_t count = sqlite_column(h->store, q, 8);
	int64_t formed = sqlite_column(h->store, q, 9);

	if (copy_text(h, 1, s->id, sizeof(s->id)) != 0 ||
	    !id_is_uuid(span_of(s->id)) ||
	    copy_text(h, 7, s->error, sizeof(s->error)) != 0)
		return -1;
	if (number < 1 || owner.n >= HUB_OWNER_MAX ||
	    memchr(owner.p, '\0', owner.n) != NULL || version < 0 ||
	    status < FHIR_REQUESTED || status > FHIR_OFF || count < 0 ||
	    count > FHIR_NOTIFY_NUMBER_MAX || formed < 0 || formed > count)
		return -1;
	s->number = (uint64_t)number;
	s->version_id = (uint64_t)version;
	s->updated = sqlite_column(h->store, q, 5);
	s->status = (enum fhir_notify_status)status;
	s->count = (uint64_t)count;
	return 0;
}

/* Add the subscription of the current row. */
static int
read_member(struct hub *h, int64_t now, struct err *err)
{
	static const enum hub_sql q = HUB_SQL_SUBSCRIPTIONS;
	/* What was accepted before stays valid. */
	struct hub_subscription_options o = {
	    .allow_http = true, .heartbeat_min_s = HUB_HEARTBEAT_MIN};
	struct hub_issue issue;
	struct hub_subscription *s = hub_subscription_new(
	    sqlite_column_text(h->store, q, 3), &o, &issue);
	struct hub_member *m;

	if (s == NULL && err_is_memory(&issue.err))
		return no_memory(err);
	if (sqlite_column(h->store, q, 10) == 0) {
		hub_subscription_free(s);
		return err_set(err,
		    "%s: is damaged: subscription %lld without a state",
		    h->o.path, (long long)sqlite_column(h->store, q, 0));
	}
	if (s == NULL || read_state(h, s) != 0) {
		hub_subscription_free(s);
		return err_set(err, "%s: is damaged: subscription %lld",
		    h->o.path, (long long)sqlite_column(h->store, q, 0));
	}
	s->sent = now;
	if (hub_member_own(s, sqlite_column_text(h->store, q, 2)) != 0 ||
	    (m = hub_member_add(h, s)) == NULL) {
		hub_subscription_free(s);
		return no_memory(err);
	}
	/* A websocket was disconnected: what it missed is not sent. */
	m->formed = s->channel == HUB_WEBSOCKET
	    ? s->count
	    : (uint64_t)sqlite_column(h->store, q, 9);
	if (m->formed < s->count)
		hub_member_changed(h, m);
	return 0;
}

static int
read_members(struct hub *h, int64_t now, struct err *err)
{
	int rc;

	while ((rc = sqlite_step(h->store, HUB_SQL_SUBSCRIPTIONS, err)) > 0) {
		if (read_member(h, now, err) != 0) {
			sqlite_reset(h->store, HUB_SQL_SUBSCRIPTIONS);
			return -1;
		}
	}
	return rc;
}

/* Add the notification of the current row: it is to be handed on again. */
static int
read_notification(struct hub *h, struct err *err)
{
	static const enum hub_sql q = HUB_SQL_NOTIFICATIONS;
	uint64_t number = (uint64_t)sqlite_column(h->store, q, 0);
	struct span id = sqlite_column_text(h->store, q, 1);
	size_t i = hub_member_index(h, number);
	int64_t kind = sqlite_column(h->store, q, 2);
	struct hub_outgoing o = {.kind = (enum fhir_notify_kind)kind,
	    .first = (uint64_t)sqlite_column(h->store, q, 3),
	    .last = (uint64_t)sqlite_column(h->store, q, 4),
	    .durable = true};

	if (i == h->members || h->member[i]->s->number != number ||
	    id.n != sizeof(o.id) - 1)
		return err_set(err,
		    "%s: is damaged: a notification without "
		    "subscription",
		    h->o.path);
	if (kind < FHIR_HANDSHAKE || kind > FHIR_EVENT_NOTIFICATION)
		return err_set(err,
		    "%s: is damaged: a notification of the kind %lld",
		    h->o.path, (long long)kind);
	if (!id_is_uuid(id))
		return err_set(err,
		    "%s: is damaged: a notification without an ID", h->o.path);
	if (hub_outgoing_find(h, id) != NULL)
		return err_set(err,
		    "%s: is damaged: two notifications with one ID", h->o.path);
	if (kind == FHIR_EVENT_NOTIFICATION &&
	    (o.first < 1 || o.last < o.first || o.last > INT64_MAX))
		return err_set(err,
		    "%s: is damaged: the events of a notification", h->o.path);
	o.member = h->member[i];
	memcpy(o.id, id.p, id.n);
	return hub_outgoing_add(h, &h->ready, &o) == 0 ? 0 : no_memory(err);
}

static int
read_notifications(struct hub *h, struct err *err)
{
	int rc;

	while ((rc = sqlite_step(h->store, HUB_SQL_NOTIFICATIONS, err)) > 0) {
		if (read_notification(h, err) != 0) {
			sqlite_reset(h->store, HUB_SQL_NOTIFICATIONS);
			return -1;
		}
	}
	return rc;
}

static int
read_totals(struct hub *h, struct err *err)
{
	struct sqlite *db = h->store;
	int rc = sqlite_step(db, HUB_SQL_TOTALS, err);

	if (rc <= 0)
		return -1;
	h->kept = (uint64_t)sqlite_column(db, HUB_SQL_TOTALS, 0);
	h->bytes = (uint64_t)sqlite_column(db, HUB_SQL_TOTALS, 1);
	sqlite_reset(db, HUB_SQL_TOTALS);
	rc = sqlite_step(db, HUB_SQL_OLDEST, err);
	if (rc < 0)
		return -1;
	h->oldest = rc > 0 ? sqlite_column(db, HUB_SQL_OLDEST, 0) : INT64_MAX;
	sqlite_reset(db, HUB_SQL_OLDEST);
	rc = sqlite_step(db, HUB_SQL_BINDINGS, err);
	if (rc <= 0)
		return -1;
	h->bindings = (uint64_t)sqlite_column(db, HUB_SQL_BINDINGS, 0);
	sqlite_reset(db, HUB_SQL_BINDINGS);
	return 0;
}

/* Free what is in memory. */
static void
forget(struct hub *h)
{
	hub_outgoing_clear(h);
	h->changed = NULL;
	while (h->members > 0) {
		h->member[h->members - 1]->changed = false;
		hub_member_remove(h, h->member[h->members - 1]);
	}
	h->new_taken = h->new_events = 0;
	h->checked = 0;
}

static int
load(struct hub *h, int64_t now, struct err *err)
{
	if (read_members(h, now, err) != 0 || read_notifications(h, err) != 0)
		return -1;
	return read_totals(h, err);
}

/* ---- Opening --------------------------------------------------------------- */

struct hub *
hub_open(const struct hub_options *o, int64_t now, struct err *err)
{
	struct hub *h = calloc(1, sizeof(*h));
	uint64_t match = 0;

	if (h == NULL) {
		no_memory(err);
		return NULL;
	}
	h->o = *o;
	id_maker_init(&h->ids);
	hub_queue_init(&h->formed);
	hub_queue_init(&h->ready);
	hub_observation_init(&h->observation);
	buf_init(&h->text);
	if (seed(&match, err) != 0 || seed(&h->by_id.seed, err) != 0 ||
	    seed(&h->expected.seed, err) != 0)
		goto err0;
	hub_match_init(&h->match, match);
	h->store = sqlite_open(o->path, &hub_store_format, err);
	if (h->store == NULL || load(h, now, err) != 0)
		goto err0;
	return h;
err0:
	hub_close(h);
	return NULL;
}

void
hub_close(struct hub *h)
{
	if (h == NULL)
		return;
	forget(h);
	hash_table_release(&h->by_id);
	hash_table_release(&h->expected);
	hub_match_release(&h->match);
	hub_observation_release(&h->observation);
	buf_release(&h->text);
	sqlite_close(h->store);
	free(h->member);
	free(h);
}

/* ---- Transactions ---------------------------------------------------------- */

/* Undo the transaction, in the store and in memory, after ${err}. */
static void
undo(struct hub *h, int64_t now, const struct err *err)
{
	struct err again;
	struct buf ids;

	h->why = *err;
	buf_init(&ids);
	hub_outgoing_handed(h, &ids);
	forget(h);
	h->spoiled = h->open = false;
	h->broken =
	    sqlite_rollback(h->store, &again) != 0 || load(h, now, &again) != 0;
	if (h->broken)
		h->why = again;
	else if (!buf_failed(&ids))
		hub_outgoing_mark(h, buf_span(&ids));
	buf_release(&ids);
}

/* Form and save what has changed. */
static int
finish(struct hub *h, int64_t now, struct err *err)
{
	struct hub_member *m;

	if (hub_check(h, now, err) != 0 || hub_expire(h, now, err) != 0)
		return -1;
	if (h->changed != NULL && hub_begin(h, err) != 0)
		return -1;
	while ((m = h->changed) != NULL) {
		h->changed = m->next_changed;
		m->changed = false;
		if (hub_form(h, m, now, err) != 0)
			return -1;
	}
	return h->open ? sqlite_commit(h->store, err) : 0;
}

int
hub_commit(struct hub *h, int64_t now, struct err *err)
{
	struct err why;

	if (h->broken)
		return err_set(err, "%s", h->why.text);
	if (h->spoiled) {
		why = h->why;
	} else if (finish(h, now, &why) == 0) {
		h->open = false;
		h->taken += h->new_taken;
		h->events += h->new_events;
		h->new_taken = h->new_events = 0;
		hub_outgoing_commit(h);
		return 0;
	}
	undo(h, now, &why);
	return err_set(err, "%s", why.text);
}

void
hub_count(const struct hub *h, struct hub_counts *counts)
{
	memset(counts, 0, sizeof(*counts));
	for (size_t i = 0; i < h->members; i++) {
		counts->subscriptions[h->member[i]->s->status]++;
		counts->unsettled += h->member[i]->unsettled;
	}
	counts->observations = h->kept;
	counts->bytes = h->bytes;
	counts->taken = h->taken;
	counts->events = h->events;
}
