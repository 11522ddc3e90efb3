/* Creating, updating and deleting subscriptions; outcomes of notifications. */
#include "hub/internal.h"

static enum hub_result
refuse(struct hub_issue *issue, enum hub_result result, const char *code,
    const char *expression, const char *why)
{
	issue->code = code;
	snprintf(
	    issue->expression, sizeof(issue->expression), "%s", expression);
	err_set(&issue->err, "%s", why);
	return result;
}

/* The file or memory failed, as issue->err says. */
static enum hub_result
fail(struct hub *h, struct hub_issue *issue)
{
	issue->code = "exception";
	issue->expression[0] = '\0';
	hub_spoil(h, &issue->err);
	return HUB_FAILED;
}

static enum hub_result
no_memory(struct hub *h, struct hub_issue *issue)
{
	err_set(&issue->err, "out of memory");
	return fail(h, issue);
}

/* Parse ${resource}.  Return HUB_DONE with *${s}. */
static enum hub_result
parse(struct hub *h, struct span resource, int64_t now,
    struct hub_subscription **s, struct hub_issue *issue)
{
	*s = hub_subscription_new(resource, &h->o.subscription, issue);
	if (*s == NULL)
		return err_is_memory(&issue->err) ? HUB_FAILED : HUB_INVALID;
	if ((*s)->end > now || (*s)->status == FHIR_OFF)
		return HUB_DONE;
	hub_subscription_free(*s);
	return refuse(issue, HUB_INVALID, "value", "Subscription.end",
	    "must be in the future");
}

/* Begin ${m} (again): with a handshake, or at once if there is none. */
static void
start(struct hub *h, struct hub_member *m, int64_t now)
{
	bool at_once = m->s->channel == HUB_WEBSOCKET;

	hub_set_status(h, m, at_once ? FHIR_ACTIVE : FHIR_REQUESTED,
	    (struct span){"", 0}, now);
	m->handshake = !at_once;
	m->s->sent = now;
}

/* ---- Create ---------------------------------------------------------------- */

static int
insert(struct hub *h, struct hub_subscription *s, struct err *err)
{
	struct sqlite *db = h->store;

	sqlite_bytes(db, HUB_SQL_ADD_SUBSCRIPTION, 1, span_of(s->id));
	sqlite_bytes(db, HUB_SQL_ADD_SUBSCRIPTION, 2, span_of(s->owner));
	sqlite_bytes(db, HUB_SQL_ADD_SUBSCRIPTION, 3, s->text);
	if (sqlite_run(db, HUB_SQL_ADD_SUBSCRIPTION, err) != 0)
		return -1;
	s->number = (uint64_t)sqlite_inserted(db);
	/* The commit saves what it then is. */
	sqlite_number(db, HUB_SQL_ADD_STATE, 1, (int64_t)s->number);
	for (int i = 2; i <= 7; i++)
		sqlite_number(db, HUB_SQL_ADD_STATE, i, 0);
	return sqlite_run(db, HUB_SQL_ADD_STATE, err);
}

/* Give ${s}, which is then of the hub, its id and owner, and add it. */
static enum hub_result
add(struct hub *h, struct hub_subscription *s, struct span owner, int64_t now,
    struct hub_issue *issue)
{
	struct hub_member *m;

	if (hub_member_own(s, owner) != 0)
		goto err0;
	if (id_next(&h->ids, now, s->id) != 0) {
		hub_subscription_free(s);
		err_set(&issue->err, "no random bits");
		return fail(h, issue);
	}
	if (insert(h, s, &issue->err) != 0) {
		hub_subscription_free(s);
		return fail(h, issue);
	}
	m = hub_member_add(h, s);
	if (m == NULL)
		goto err0;
	start(h, m, now);
	return HUB_DONE;
err0:
	hub_subscription_free(s);
	return no_memory(h, issue);
}

enum hub_result
hub_create(struct hub *h, struct span resource, struct span owner, int64_t now,
    const struct hub_subscription **s, struct hub_issue *issue)
{
	struct hub_subscription *made = NULL;
	enum hub_result rc;

	*issue = (struct hub_issue){.code = "exception"};
	if (owner.n >= HUB_OWNER_MAX)
		return refuse(issue, HUB_INVALID, "too-long", "",
		    "the owner is too long");
	if (h->members >= h->o.subscriptions)
		return refuse(issue, HUB_FULL, "throttled", "",
		    "there are too many subscriptions");
	rc = parse(h, resource, now, &made, issue);
	if (rc != HUB_DONE)
		return rc;
	if (made->status > FHIR_ACTIVE) {
		hub_subscription_free(made);
		return refuse(issue, HUB_INVALID, "value",
		    "Subscription.status", "must be requested");
	}
	if (hub_begin(h, &issue->err) != 0) {
		hub_subscription_free(made);
		return fail(h, issue);
	}
	rc = add(h, made, owner, now, issue);
	if (rc == HUB_DONE)
		*s = made;
	return rc;
}

/* ---- Update ---------------------------------------------------------------- */

/* Find subscription ${id} with ${version} (0: any) for a change. */
static enum hub_result
find(struct hub *h, struct span id, uint64_t version, struct hub_member **m,
    struct hub_issue *issue)
{
	*issue = (struct hub_issue){.code = "exception"};
	*m = hub_member_find(h, id);
	if (*m == NULL)
		return refuse(issue, HUB_NOT_FOUND, "not-found", "",
		    "there is no such subscription");
	if (version != 0 && version != (*m)->s->version_id)
		return refuse(issue, HUB_CONFLICT, "conflict", "",
		    "the subscription was changed meanwhile");
	return hub_begin(h, &issue->err) == 0 ? HUB_DONE : fail(h, issue);
}

/* Carry over to ${s} what the hub maintains. */
static int
inherit(struct hub_subscription *s, const struct hub_subscription *old)
{
	s->number = old->number;
	memcpy(s->id, old->id, sizeof(s->id));
	s->version_id = old->version_id;
	s->count = old->count;
	s->sent = old->sent;
	return hub_member_own(s, span_of(old->owner));
}

static enum hub_result
replace(struct hub *h, struct hub_member *m, struct hub_subscription *s,
    int64_t now, struct hub_issue *issue)
{
	enum fhir_notify_status status = s->status;
	char why[HUB_ERROR_MAX];

	memcpy(why, m->s->error, sizeof(why));
	if (inherit(s, m->s) != 0) {
		hub_subscription_free(s);
		return no_memory(h, issue);
	}
	sqlite_number(h->store, HUB_SQL_SET_TEXT, 1, (int64_t)s->number);
	sqlite_bytes(h->store, HUB_SQL_SET_TEXT, 2, s->text);
	if (sqlite_run(h->store, HUB_SQL_SET_TEXT, &issue->err) != 0 ||
	    hub_stop(h, m, &issue->err) != 0) {
		hub_subscription_free(s);
		return fail(h, issue);
	}
	if (hub_member_replace(h, m, s) != 0)
		return no_memory(h, issue);
	if (status <= FHIR_ACTIVE)
		start(h, m, now);
	else
		hub_set_status(h, m, status,
		    span_of(status == FHIR_ERROR ? why : ""), now);
	return HUB_DONE;
}

enum hub_result
hub_update(struct hub *h, struct span id, uint64_t version,
    struct span resource, int64_t now, const struct hub_subscription **s,
    struct hub_issue *issue)
{
	struct hub_subscription *made = NULL;
	struct hub_member *m;
	enum hub_result rc = find(h, id, version, &m, issue);

	if (rc == HUB_DONE)
		rc = parse(h, resource, now, &made, issue);
	if (rc != HUB_DONE)
		return rc;
	if (made->status == FHIR_ERROR && m->s->status != FHIR_ERROR) {
		hub_subscription_free(made);
		return refuse(issue, HUB_INVALID, "value",
		    "Subscription.status",
		    "must be requested or off: the subscription is not in "
		    "error");
	}
	rc = replace(h, m, made, now, issue);
	if (rc == HUB_DONE)
		*s = made;
	return rc;
}

/* ---- Delete ---------------------------------------------------------------- */

enum hub_result
hub_delete(
    struct hub *h, struct span id, uint64_t version, struct hub_issue *issue)
{
	static const enum hub_sql drop[] = {HUB_SQL_DROP_EVENTS,
	    HUB_SQL_DROP_BINDINGS, HUB_SQL_DROP_STATE,
	    HUB_SQL_DROP_SUBSCRIPTION};
	struct hub_member *m;
	enum hub_result rc = find(h, id, version, &m, issue);

	if (rc != HUB_DONE)
		return rc;
	if (hub_stop(h, m, &issue->err) != 0)
		return fail(h, issue);
	for (size_t i = 0; i < sizeof(drop) / sizeof(drop[0]); i++) {
		sqlite_number(h->store, drop[i], 1, (int64_t)m->s->number);
		if (sqlite_run(h->store, drop[i], &issue->err) != 0)
			return fail(h, issue);
	}
	hub_member_remove(h, m);
	return HUB_DONE;
}

/* ---- Find ------------------------------------------------------------------ */

const struct hub_subscription *
hub_find(const struct hub *h, struct span id)
{
	const struct hub_member *m = hub_member_find(h, id);

	return m == NULL ? NULL : m->s;
}

const struct hub_subscription *
hub_at(const struct hub *h, uint64_t number)
{
	size_t i = hub_member_index(h, number);

	return i < h->members && h->member[i]->s->number == number
	    ? h->member[i]->s
	    : NULL;
}

const struct hub_subscription *
hub_after(const struct hub *h, uint64_t number)
{
	size_t i = hub_member_index(h, number + 1);

	return i < h->members ? h->member[i]->s : NULL;
}

/* ---- Outcomes -------------------------------------------------------------- */

static int
drop_notification(struct hub *h, const struct hub_outgoing *o, struct err *err)
{
	if (!o->durable)
		return 0;
	sqlite_number(h->store, HUB_SQL_DROP_NOTIFICATION, 1,
	    (int64_t)o->member->s->number);
	sqlite_bytes(h->store, HUB_SQL_DROP_NOTIFICATION, 2, span_of(o->id));
	return sqlite_run(h->store, HUB_SQL_DROP_NOTIFICATION, err);
}

int
hub_settle(struct hub *h, struct span id, enum hub_outcome outcome,
    struct span why, int64_t now, struct err *err)
{
	struct hub_outgoing *o = hub_outgoing_find(h, id);
	struct hub_member *m;

	if (o == NULL)
		return 0;
	if (hub_begin(h, err) != 0)
		return -1;
	m = o->member;
	if (outcome == HUB_UNDELIVERABLE) {
		if (hub_stop(h, m, err) != 0)
			return hub_spoil(h, err);
		hub_set_status(h, m, FHIR_ERROR, why, now);
		return 1;
	}
	if (drop_notification(h, o, err) != 0)
		return hub_spoil(h, err);
	if (o->kind == FHIR_HANDSHAKE && m->s->status == FHIR_REQUESTED)
		hub_set_status(h, m, FHIR_ACTIVE, (struct span){"", 0}, now);
	hub_outgoing_remove(h, o);
	/* There is room for more. */
	hub_member_changed(h, m);
	return 1;
}
