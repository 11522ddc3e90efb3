/* Notifications: to WebSockets, and as messages to standard output. */
#include <inttypes.h>
#include <stdlib.h>

#include "hubserver/private.h"
#include "instant/instant.h"

/* ---- Message lines -------------------------------------------------------- */

static void
put(struct json_writer *w, const char *key, struct span value)
{
	json_key(w, key);
	json_put_string(w, value);
}

/* Write the headers of the channel of ${s}, "Name: value" each. */
static void
put_headers(struct json_writer *w, const struct hub_subscription *s)
{
	if (s->headers == 0)
		return;
	json_key(w, "headers");
	json_object_begin(w);
	for (size_t i = 0; i < s->headers; i++) {
		const char *colon = strchr(s->header[i], ':');
		const char *value = colon + 1;

		while (*value == ' ')
			value++;
		/* A name has only characters that JSON does not escape. */
		json_put_string(w,
		    (struct span){
			s->header[i], (size_t)(colon - s->header[i])});
		buf_add_byte(w->out, ':');
		w->comma = false;
		json_put_text(w, value);
	}
	json_object_end(w);
}

/* Append the text of an e-mail without a Bundle: it has no health data, and
 * says where the events are. */
static void
add_text(const struct hubserver *hs, const struct hub_notification *n,
    struct buf *out)
{
	struct span base = buf_span(&hs->base);
	const struct hub_subscription *s = n->subscription;

	buf_addf(out, "%s of Subscription %s.\r\n",
	    n->kind == FHIR_HANDSHAKE       ? "This is the first message"
		: n->kind == FHIR_HEARTBEAT ? "There are no new events"
					    : "There are new events",
	    s->id);
	if (n->kind != FHIR_EVENT_NOTIFICATION)
		return;
	buf_addf(
	    out, "Events %" PRIu64 " to %" PRIu64 ":\r\n", n->first, n->last);
	buf_add_span(out, base);
	buf_addf(out,
	    "/Subscription/%s/$events?eventsSinceNumber=%" PRIu64
	    "&eventsUntilNumber=%" PRIu64 "\r\n",
	    s->id, n->first, n->last);
}

/* Append the message line of ${n}, whose Bundle is ${bundle}, to ${out}. */
static void
add_message(const struct hubserver *hs, const struct hub_notification *n,
    struct span bundle, struct buf *out)
{
	static const char attached[] = "text/plain;attach=";
	const struct hub_subscription *s = n->subscription;
	struct span type = span_of(s->payload);
	struct json_writer w;
	struct buf text;

	buf_init(&text);
	if (s->channel == HUB_EMAIL && type.n > sizeof(attached) - 1 &&
	    memcmp(type.p, attached, sizeof(attached) - 1) == 0) {
		type.p += sizeof(attached) - 1;
		type.n -= sizeof(attached) - 1;
	} else if (s->channel == HUB_EMAIL && type.n >= 10 &&
	    memcmp(type.p, "text/plain", 10) == 0) {
		add_text(hs, n, &text);
		bundle = buf_span(&text);
		out->failed |= text.failed;
	}
	json_writer_init(&w, out);
	json_object_begin(&w);
	put(&w, "id", span_of(n->id));
	put(&w, "contentType", type);
	put_headers(&w, s);
	put(&w, "endpoint", span_of(s->endpoint));
	put(&w, "payload", bundle);
	json_object_end(&w);
	buf_add_byte(out, '\n');
	buf_release(&text);
}

static bool
output_has_room(const struct hubserver *hs)
{
	return serve_output_end(hs->output) - serve_output_done(hs->output) <
	    HUBSERVER_QUEUE_MAX;
}

/* Write the message of ${n}, whose Bundle is ${bundle}. */
static void
write_message(
    struct hubserver *hs, const struct hub_notification *n, struct span bundle)
{
	struct buf line;
	struct err err;

	buf_init(&line);
	add_message(hs, n, bundle, &line);
	if (buf_failed(&line) ||
	    serve_output_add(hs->output, buf_span(&line)) == 0) {
		err_set(&err, "out of memory");
		hubserver_fail(hs, &err);
	} else {
		hs->count.messages++;
		hubserver_audit_notification(hs, n, NULL);
	}
	buf_release(&line);
}

/* ---- Notifications that wait for standard output --------------------------- */

/* Let ${n} wait, because standard output is not read.  Notifications to
 * WebSockets do not wait for it. */
static void
defer(struct hubserver *hs, const struct hub_notification *n)
{
	struct hubserver_waiting *w = malloc(sizeof(*w));
	struct err err;

	if (w == NULL) {
		err_set(&err, "out of memory");
		hubserver_fail(hs, &err);
		return;
	}
	w->notification = *n;
	w->number = n->subscription->number;
	w->next = NULL;
	if (hs->waiting == NULL)
		hs->waiting = w;
	else
		hs->last_waiting->next = w;
	hs->last_waiting = w;
}

/* Take the next one that waits, unless its subscription has ended since. */
static bool
next_waiting(struct hubserver *hs, struct hub_notification *n)
{
	while (hs->waiting != NULL) {
		struct hubserver_waiting *w = hs->waiting;
		const struct hub_subscription *s = hub_at(hs->hub, w->number);

		*n = w->notification;
		n->subscription = s;
		hs->waiting = w->next;
		free(w);
		if (s != NULL && s->status != FHIR_OFF &&
		    s->status != FHIR_ERROR)
			return true;
	}
	return false;
}

/* ---- Handing on ------------------------------------------------------------ */

/* Hand on ${n}.  Return whether the hub has changed. */
static bool
hand_on(struct hubserver *hs, struct hub_notification *n)
{
	struct buf *bundle = &hs->text;
	struct err err;
	int made;

	buf_clear(bundle);
	made = hub_bundle(hs->hub, n, instant_now(), bundle, &err);
	if (made < 0 || buf_failed(bundle)) {
		if (made >= 0)
			err_set(&err, "out of memory");
		hubserver_fail(hs, &err);
		return false;
	}
	if (n->subscription->channel == HUB_WEBSOCKET) {
		if (made > 0)
			hubserver_socket_notify(hs, n, buf_span(bundle));
		return false;
	}
	if (made > 0) {
		write_message(hs, n, buf_span(bundle));
		return false;
	}
	if (hub_settle(hs->hub, span_of(n->id), HUB_UNDELIVERABLE,
		SPAN_LIT("its Observations are no longer kept"), instant_now(),
		&err) < 0)
		hubserver_fail(hs, &err);
	return true;
}

/* May another notification be handed on?  Each is audited.  While it may not, the
 * hub keeps the notifications, and makes at most one heartbeat of each
 * subscription. */
static bool
may_hand_on(const struct hubserver *hs)
{
	return !hs->count.failed && hubserver_audit_has_room(hs);
}

/* Hand on what is there.  Return whether the hub has changed. */
static bool
hand_on_all(struct hubserver *hs)
{
	struct hub_notification n;
	bool changed = false;

	while (may_hand_on(hs) && output_has_room(hs) && next_waiting(hs, &n))
		changed |= hand_on(hs, &n);
	while (may_hand_on(hs) && hub_next(hs->hub, &n)) {
		if (n.subscription->channel != HUB_WEBSOCKET &&
		    (hs->waiting != NULL || !output_has_room(hs)))
			defer(hs, &n);
		else
			changed |= hand_on(hs, &n);
	}
	return changed;
}

void
hubserver_deliver(struct hubserver *hs)
{
	struct err err;

	while (!hs->stopping && !hs->count.failed && hand_on_all(hs)) {
		if (hub_commit(hs->hub, instant_now(), &err) != 0)
			hubserver_fail(hs, &err);
	}
	serve_output_push(hs->output);
}

static void
deliver_soon(void *context)
{
	hubserver_deliver(context);
}

void
hubserver_written(void *context, uint64_t offset, int errnum)
{
	struct hubserver *hs = context;
	struct err err;

	(void)offset;
	if (errnum != 0) {
		err_sys(&err, errnum, "standard output");
		hubserver_fail(hs, &err);
		return;
	}
	if (hs->waiting != NULL)
		serve_soon(hs->serve, deliver_soon, hs);
}

void
hubserver_waiting_free(struct hubserver *hs)
{
	while (hs->waiting != NULL) {
		struct hubserver_waiting *w = hs->waiting;

		hs->waiting = w->next;
		free(w);
	}
}
